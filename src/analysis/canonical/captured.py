"""The tables of a capture: posts, comments, creators, screenshots, and the report on what was imported."""

from analysis.columns import SIDES, SOURCE, Column, Table, counts, key, text

POSTS = Table(
    "posts",
    "a post",
    ("post_id",),
    (
        key("post_id", "identifier of the post"),
        text("creator_id", "account that published the post", refers_to="creators"),
        text("title", "title as captured"),
        text("text", "text as captured, with its markup"),
        Column("hashtags", "list", "hashtags without the sign, separated by spaces"),
        Column("published_at", "time", "when the post was published", unit="UTC"),
        text("published_from", "where published_at comes from", among=("captured", "post_id")),
        Column("collected_at", "time", "when the post was captured", unit="UTC"),
        *counts("likes", "likes"),
        *counts("collects", "saves to a collection"),
        *counts("comments_count", "comments that the platform says the post has"),
        *counts("shares", "shares"),
        Column("search_rank", "integer", "place in the search results, 1 is the first"),
        text("query", "what was searched for when the post was found"),
        text("language", "language of title and text: a side's language, mixed, other or none"),
        text("media", "what the post shows besides text", among=("image", "video", "none")),
        text("place", "where the platform says the author was; missing unless study.yml keeps places"),
        Column("images", "list", "addresses of its images; missing unless study.yml keeps images"),
        text("url", "address of the post; missing unless study.yml keeps addresses"),
        SOURCE,
    ),
)
COMMENTS = Table(
    "comments",
    "a comment or a reply to one",
    ("comment_id",),
    (
        key("comment_id", "identifier of the comment"),
        Column("post_id", "text", "post under which it stands", required=True, refers_to="posts"),
        text("parent_comment_id", "comment that it answers; missing for a comment on the post itself"),
        text("author_id", "account that wrote it", refers_to="creators"),
        text("text", "text as captured", required=True),
        *counts("likes", "likes"),
        *counts("replies_count", "replies that the platform says the comment has"),
        Column("created_at", "time", "when it was written", unit="UTC"),
        text("language", "language of the text: a side's language, mixed, other or none"),
        text("place", "where the platform says the author was; missing unless study.yml keeps places"),
        SOURCE,
    ),
)
CREATORS = Table(
    "creators",
    "an account that wrote a post or a comment",
    ("creator_id",),
    (
        key("creator_id", "identifier of the account"),
        text("side", "newcomer or host, as the account describes itself", among=SIDES),
        text("self_description", "how the account describes itself"),
        SOURCE,
    ),
)
SCREENSHOTS = Table(
    "screenshots",
    "a screenshot of a post and its comments",
    ("screenshot_id",),
    (
        key("screenshot_id", "identifier of the screenshot"),
        Column("post_id", "text", "post that it shows", required=True, refers_to="posts"),
        Column("shows", "list", "post and comments whose text is seen on it, separated by spaces"),
        text("path", "image file, from the study's folder; missing where no image exists"),
        text("sha256", "checksum of the image file"),
        Column("width", "integer", "width of the image", unit="pixels"),
        Column("height", "integer", "height of the image", unit="pixels"),
        Column("captured_at", "time", "when it was taken", unit="UTC"),
        SOURCE,
    ),
)
MEASURES = (
    "read", "dropped", "merged", "kept", "filled", "language", "approximate", "unreadable count", "date from id",
    "comments promised", "comments captured", "replies captured", "replies without parent", "first", "last", "caveat",
    "checksum",
)  # fmt: skip
IMPORTS = Table(
    "imports",
    "one count or statement of the report on what was imported",
    ("capture", "table", "measure", "item"),
    (
        key("capture", "format and first digits of the checksum of a capture file, or `all` for the corpus"),
        key("table", "table that the records belong to: posts, comments, creators, or `file`"),
        text("measure", "what is counted or stated", required=True, among=MEASURES, is_key=True),
        key("item", "column, language, reason for dropping, or number of a caveat; `records` where all are counted"),
        Column("count", "integer", "how many"),
        text("value", "a day, a checksum or a sentence, where the measure is no number"),
        text("format", "format in which the capture was read"),
    ),
)
