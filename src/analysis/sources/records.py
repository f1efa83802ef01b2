"""The platform's own records of posts and comments: the shapes in which it gives them, as SQL.

Posts come in four shapes: the interface's (`note_card`), the flat videos of an account's page, the embedded page's
(`note`, in camel case), and what a rendered page shows (`_zs-origin`). `POST` and `COMMENT` take each canonical
column from whichever shape a record has. They are selected from a record, `item`, and what was noted beside it.
"""

from collections.abc import Mapping

from analysis.database import named, quoted

POST_PAGE = "https://www.xiaohongshu.com/explore/"

TEXT = "VARCHAR"


def struct(fields: Mapping[str, str]) -> str:
    """The type of a record with these fields."""
    return f"STRUCT({', '.join(f'{named(name)} {kind}' for name, kind in fields.items())})"


def texts(*names: str) -> dict[str, str]:
    """Fields that are texts, as every leaf is, since a count may be 17 or '1.7万'."""
    return dict.fromkeys(names, TEXT)


_CARD = {
    **texts("note_id", "type", "title", "display_title", "desc", "time", "ip_location", "xsec_token"),
    "user": struct(texts("user_id", "nickname", "nick_name")),
    "interact_info": struct(
        texts("liked_count", "collected_count", "comment_count", "share_count", "shared_count"),
    ),
    "tag_list": struct(texts("name")) + "[]",
    "at_user_list": struct(texts("nickname")) + "[]",
    "image_list": struct({"url_default": TEXT, "info_list": struct(texts("image_scene", "url")) + "[]"}) + "[]",
}
_NOTE = {
    **texts("noteId", "type", "title", "desc", "time", "ipLocation", "xsecToken"),
    "user": struct(texts("userId", "nickname")),
    "interactInfo": struct(texts("likedCount", "collectedCount", "commentCount", "shareCount")),
    "tagList": struct(texts("name")) + "[]",
    "atUserList": struct(texts("nickname")) + "[]",
    "imageList": struct({"urlDefault": TEXT, "infoList": struct(texts("imageScene", "url")) + "[]"}) + "[]",
}
_COMMENT = {
    **texts("id", "note_id", "content", "create_time", "like_count", "sub_comment_count", "ip_location"),
    "user_info": struct(texts("user_id", "nickname")),
    "at_users": struct(texts("nickname")) + "[]",
    "target_comment": struct(texts("id")),
}
SHAPES = {
    "posts": {
        **texts("id", "model_type", "url", "author_name", "likes", "thumbnail_url"),
        "note_card": struct(_CARD),
        "note": struct(_NOTE),
        **_CARD,
    },
    "comments": {**_COMMENT, "sub_comments": struct(_COMMENT) + "[]"},
}


def first(*expressions: str) -> str:
    """The first of several expressions that gives something other than an empty text."""
    told = ", ".join(f"nullif({expression}, '')" for expression in expressions)
    return f"coalesce({told})"


def _post(*fields: str, embedded: str = "", shown: str = "") -> str:
    """A field of a post in whichever shape the record has; of several fields the first that says something."""
    paths = [f"item.note_card.{field}" for field in fields]
    paths += [f"item.note.{embedded}"] * bool(embedded) + [f"item.{field}" for field in fields]
    return first(*paths, *[f"item.{shown}"] * bool(shown))


def _each(field: str, embedded: str, name: str) -> str:
    """A field of each entry of a post's list."""
    entries = f"coalesce(item.note_card.{field}, item.note.{embedded}, item.{field})"
    return f"list_transform({entries}, lambda one: one.{name})"


def _images(entries: str, address: str, listed: str, scene: str) -> str:
    """Addresses of images: an image's own, else the one that is listed for the scene of an opened post."""
    opened = f"list_filter(one.{listed}, lambda info: info.{scene} = 'WB_DFT')[1].url"
    return _joined(f"list_transform({entries}, lambda one: {first('one.' + address, opened)})", "' '")


def _joined(texts: str, between: str) -> str:
    return f"nullif(array_to_string({texts}, {between}), '')"


_TEXT = _post('"desc"', embedded='"desc"')
_TIME = _post('"time"', embedded='"time"')
_KIND = _post("type", embedded="type")
_ACCOUNT = _post('"user".user_id', embedded='"user"."userId"')
_TAGS = _each("tag_list", '"tagList"', "name")
_TOKEN = first(
    "item.xsec_token",
    "item.note_card.xsec_token",
    'item.note."xsecToken"',
    "regexp_extract(item.url, '[?&]xsec_token=([^&#]+)', 1)",
)
_CARD_IMAGES = _images(
    "coalesce(item.note_card.image_list, item.image_list)", "url_default", "info_list", "image_scene"
)
_NOTE_IMAGES = _images('item.note."imageList"', '"urlDefault"', '"infoList"', '"imageScene"')

# What several columns need.
POST_PARTS = {
    "post_id": first("item.id", 'item.note."noteId"', "item.note_card.note_id", "item.note_id"),
    "captured": f"from_ms({_TIME})",
}
POST = {
    "post_id": "post_id",
    "account": f"account_key({_ACCOUNT})",
    "account_name": _post('"user".nickname', '"user".nick_name', embedded='"user".nickname', shown="author_name"),
    "title": _post("title", "display_title", embedded="title"),
    "text": _TEXT,
    "hashtags": f"coalesce(joined_tags({_TAGS}), tags_in({_TEXT}))",
    "published_at": "coalesce(captured, id_time(post_id))",
    "published_from": """CASE WHEN captured IS NOT NULL THEN 'captured'
        WHEN id_time(post_id) IS NOT NULL THEN 'post_id' END""",
    "collected_at": "from_ms(collected)",
    "likes": _post("interact_info.liked_count", embedded='"interactInfo"."likedCount"', shown="likes"),
    "collects": _post("interact_info.collected_count", embedded='"interactInfo"."collectedCount"'),
    "comments_count": _post("interact_info.comment_count", embedded='"interactInfo"."commentCount"'),
    "shares": _post("interact_info.share_count", "interact_info.shared_count", embedded='"interactInfo"."shareCount"'),
    "query": "coalesce(searched_for(page), searched_for(request))",
    "media": f"CASE {_KIND} WHEN 'normal' THEN 'image' WHEN 'video' THEN 'video' END",
    "place": _post("ip_location", embedded='"ipLocation"'),
    "images": f"coalesce({_CARD_IMAGES}, {_NOTE_IMAGES}, nullif(item.thumbnail_url, ''))",
    "url": f"{quoted(POST_PAGE)} || post_id || coalesce('?xsec_token=' || {_TOKEN}, '')",
    "names": _joined(_each("at_user_list", '"atUserList"', "nickname"), "chr(10)"),
}
COMMENT = {
    "comment_id": "nullif(comment.id, '')",
    "post_id": "coalesce(nullif(comment.note_id, ''), post_id)",
    "parent_comment_id": """CASE WHEN comment.target_comment.id NOT IN ('', '0') THEN comment.target_comment.id
        WHEN comment.id <> above THEN above END""",
    "account": "account_key(comment.user_info.user_id)",
    "account_name": "nullif(comment.user_info.nickname, '')",
    "text": "nullif(comment.content, '')",
    "likes": "nullif(comment.like_count, '')",
    "replies_count": "nullif(comment.sub_comment_count, '')",
    "created_at": "from_ms(comment.create_time)",
    "place": "nullif(comment.ip_location, '')",
    "names": _joined("list_transform(comment.at_users, lambda one: one.nickname)", "chr(10)"),
}
_OWN = ", ".join(f"{name} := item.{name}" for name in _COMMENT)
# A comment and the replies that stand beneath it, each as a record of one type.
COMMENT_PARTS = {
    "above": "nullif(item.id, '')",
    "post_id": "nullif(item.note_id, '')",
    "comment": f"unnest(list_concat([struct_pack({_OWN})], item.sub_comments))",
}
