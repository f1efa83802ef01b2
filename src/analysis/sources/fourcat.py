"""4CAT's tables of this platform's posts and comments, as CSV.

4CAT keeps what Zeeschuimer captured and maps a part of it to columns: accounts have a name and nothing else, and the
fields that an item lacked are listed beside it, in `missing_fields`.
"""

from collections.abc import Mapping

from analysis.database import Connection, quoted
from analysis.sources import cells
from analysis.sources.cells import NOTHING, Cells, Layout
from analysis.sources.reader import Opened, Reader, Reading

_NAMED_ONLY = "4CAT names accounts without identifying them: two accounts of one name count as one."
_NO_COUNTS = "4CAT writes neither saves, shares nor the comments that a post has."
_LISTED = "A post that was merely listed, not opened, has no text, and its time comes from its identifier."
_NO_REPLIES = (
    "4CAT does not write which comment a reply answers, and most replies were not captured in the first place."
)
_TAGS = "Hashtags are read from the text again, since 4CAT cuts them off at a low line and overlooks the sign ＃."
_CAVEATS = {"posts": (_LISTED, _NO_COUNTS, _TAGS), "comments": (_NO_REPLIES,)}
_HERE = "xiaohongshu|rednote|xhslink"


def _carried(cell: Cells, *names: str) -> str:
    """The first cell that its item had; one that is listed as missing is, whatever the cell says."""
    found = [f"CASE WHEN NOT {_is_missing(cell, name)} THEN {cell(name)} END" for name in names if name in cell.columns]
    return f"coalesce({', '.join(found)})" if found else NOTHING


def _is_missing(cell: Cells, name: str) -> str:
    missing = f"regexp_split_to_array({cell('missing_fields')}, '[\\s,;]+')"
    return f"coalesce(list_contains({missing}, {quoted(name)}), false)"


def _reason(cell: Cells, *identifiers: str) -> str:
    elsewhere = f"NOT regexp_matches({cell('url')}, {quoted(_HERE)})"
    return f"CASE WHEN {elsewhere} THEN 'an item of another platform' ELSE {cells.reason(*identifiers)} END"


def _post(cell: Cells) -> Mapping[str, str]:
    post_id, text = cell.identifier("id"), _carried(cell, "body")
    listed = f"CASE WHEN {text} IS NULL THEN string_split({_carried(cell, 'hashtags')}, ',') END"
    return {
        "post_id": post_id,
        "account_name": _carried(cell, "author"),
        "title": _carried(cell, "title"),
        "text": text,
        "hashtags": f"coalesce(tags_in({text}), joined_once({listed}))",
        **cells.published(f"from_s({_carried(cell, 'unix_timestamp')})", post_id),
        "likes": _carried(cell, "likes"),
        "query": f"searched_for({cell('collected_from_url')})",
        "media": f"CASE WHEN {_carried(cell, 'video_url')} IS NOT NULL THEN 'video' END",
        "images": cells.addresses(_carried(cell, "image_urls", "image_url"), ","),
        "url": _carried(cell, "url"),
        "reason": _reason(cell, post_id),
    }


def _comment(cell: Cells) -> Mapping[str, str]:
    comment_id, post_id = cell.identifier("id"), cell.identifier("thread_id")
    return {
        "comment_id": comment_id,
        "post_id": post_id,
        "account_name": _carried(cell, "author"),
        "text": _carried(cell, "body"),
        "likes": _carried(cell, "likes"),
        "replies_count": _carried(cell, "replies"),
        "created_at": f"from_s({_carried(cell, 'unix_timestamp')})",
        "place": _carried(cell, "ip_location"),
        "reason": _reason(cell, comment_id, post_id),
    }


_SHARED = frozenset({"id", "thread_id", "url", "body", "author", "author_avatar_url", "likes", "unix_timestamp"})
LAYOUTS = (
    Layout("comments", _SHARED | {"ip_location", "replies"}, _comment),
    Layout(
        "posts", _SHARED | {"title", "hashtags", "video_url"}, _post, frozenset({"replies", "author_full", "views"})
    ),
)


def _recognises(opened: Opened) -> bool:
    return opened.shape in ("delimited", "workbook") and bool(cells.known(opened, LAYOUTS))


def _read(opened: Opened, db: Connection) -> Reading:
    tables = cells.known(opened, LAYOUTS)
    found = cells.queries(db, opened, tables)
    return Reading(found, (_NAMED_ONLY, *(caveat for gives in found for caveat in _CAVEATS[gives])))


READER = Reader("4cat", "4CAT, posts or comments (CSV)", _recognises, _read)
