"""MediaCrawler: posts, comments and accounts as CSV, JSON, JSON lines, an Excel workbook or an SQLite database.

From July 2026 on it writes no account identifier, picture or place; a digest stands for the account, which
`account_key` gives for the captures from before as well. It keeps all platforms that it crawls under alike names:
a table counts as one of this platform by the columns that only this platform's has.
"""

import sqlite3
from collections.abc import Collection, Mapping
from contextlib import closing

from analysis.database import Connection, named
from analysis.sources import cells
from analysis.sources.cells import NOTHING, Cells, Layout
from analysis.sources.reader import Opened, Reader, Reading
from analysis.sources.tabular import connect_readonly

_NAMED = 5
_FEW_COMMENTS = (
    "Unless told otherwise, MediaCrawler takes the first ten comments of a post and no replies: compare the comments"
    " promised with those captured before a measure of replies is relied on."
)
_PLACES = "Places are missing for most records, and one place goes by several names, such as 美国 and U.S."
_ZEROS = "MediaCrawler writes 0 where it saw no count as well as where the count is 0."
_MASKED = (
    "From July 2026 on, MediaCrawler writes no account identifiers, places or full names: accounts are told apart, and"
    " joined with those of older captures, by a digest of the identifier."
)
_COUNTS = {
    "comments_count": "the comments that a post has",
    "shares": "shares",
    "collects": "saves",
    "replies_count": "the replies that a comment has",
}
_COUNTED = {
    "posts": {"comments_count": "comment_count", "shares": "share_count", "collects": "collected_count"},
    "comments": {"replies_count": "sub_comment_count"},
}


def _account(cell: Cells) -> str:
    user_id, digest = cells.account(cell.identifier("user_id")), cell.identifier("creator_hash")
    return user_id if digest == NOTHING else f"coalesce({user_id}, {digest})"


def _account_name(cell: Cells) -> str:
    """The name; missing where only its first and last sign are left, since others share those."""
    name, user_id = cell("nickname"), cell.identifier("user_id")
    masked = rf"{user_id} IS NULL AND {cell('creator_hash')} IS NOT NULL OR regexp_full_match({name}, '.?\*(\*\*.)?')"
    return NOTHING if name == NOTHING else f"CASE WHEN NOT ({masked}) THEN {name} END"


def _post(cell: Cells) -> Mapping[str, str]:
    post_id, tags = cell.identifier("note_id"), cell("tag_list")
    return {
        "post_id": post_id,
        "account": _account(cell),
        "account_name": _account_name(cell),
        "title": cell("title"),
        "text": cell("desc"),
        "hashtags": f"coalesce(joined_tags(string_split({tags}, ',')), tags_in({cell('desc')}))",
        **cells.published(f"from_ms({cell('time')})", post_id),
        "collected_at": f"from_ms({cell('last_modify_ts', 'add_ts')})",
        "likes": cell("liked_count"),
        "collects": cell("collected_count"),
        "comments_count": cell("comment_count"),
        "shares": cell("share_count"),
        "query": cell("source_keyword"),
        "media": cells.media(cell("type")),
        "place": cell("ip_location"),
        "images": cells.addresses(cell("image_list"), ","),
        "url": cell("note_url"),
        "reason": cells.reason(post_id),
    }


def _comment(cell: Cells) -> Mapping[str, str]:
    comment_id, post_id = cell.identifier("comment_id"), cell.identifier("note_id")
    return {
        "comment_id": comment_id,
        "post_id": post_id,
        "parent_comment_id": cells.parent(cell.identifier("parent_comment_id"), comment_id),
        "account": _account(cell),
        "account_name": _account_name(cell),
        "text": cell("content"),
        "likes": cell("like_count"),
        "replies_count": cell("sub_comment_count"),
        "created_at": f"from_ms({cell('create_time')})",
        "place": cell("ip_location"),
        "reason": cells.reason(comment_id, post_id),
    }


def _creator(cell: Cells) -> Mapping[str, str]:
    return {
        "account": _account(cell),
        "account_name": _account_name(cell),
        "self_description": cell("desc"),
        "reason": cells.reason(cell.identifier("user_id", "creator_hash")),
    }


# What the other platforms' tables have beside the same identifiers.
_FOREIGN = frozenset({"create_date_time", "comment_like_count", "tieba_name", "videos_count", "aweme_id", "video_id"})
LAYOUTS = (
    Layout("comments", frozenset({"comment_id", "note_id", "content", "create_time"}), _comment, _FOREIGN),
    Layout("posts", frozenset({"note_id", "desc", "time", "liked_count"}), _post, _FOREIGN | {"comment_id"}),
    Layout("creators", frozenset({"nickname", "desc", "fans", "follows", "interaction"}), _creator, _FOREIGN),
)


def _recognises(opened: Opened) -> bool:
    return opened.shape != "parquet" and bool(cells.known(opened, LAYOUTS))


def _read(opened: Opened, db: Connection) -> Reading:
    tables = cells.known(opened, LAYOUTS)
    others = [table for table in opened.tables if table not in tables]
    if opened.shape == "database":
        filled = _filled(opened)
        tables = {table: layout for table, layout in tables.items() if table in filled} or tables
        others = [table for table in others if table in filled]
    told = _unread(others, are_named=opened.shape == "database")
    return Reading(cells.queries(db, opened, tables), (*_caveats(opened, tables), *told))


def _filled(opened: Opened) -> set[str]:
    """The tables that hold a record: MediaCrawler lays out those of every platform, whatever it crawls."""
    with closing(connect_readonly(opened.path)) as database:
        return {table for table in opened.tables if _holds_a_record(database, table)}


def _holds_a_record(database: sqlite3.Connection, table: str) -> bool:
    try:
        return bool(database.execute(f"SELECT EXISTS (SELECT 1 FROM {named(table)})").fetchone()[0])  # noqa: S608
    except sqlite3.Error:
        # What is broken about it is told when it is read.
        return True


def _caveats(opened: Opened, tables: Mapping[str, Layout]) -> list[str]:
    """What to know before relying on these tables."""
    columns = cells.columns_of(opened)
    given = {layout.gives: set(columns[table]) for table, layout in tables.items()}
    present = set().union(*given.values())
    told = [_FEW_COMMENTS] if "comments" in given else []
    told += [_PLACES] if "ip_location" in present else []
    told += [_MASKED] if "creator_hash" in present and "user_id" not in present else []
    return [*told, *_absent(given), _ZEROS] if given.keys() & _COUNTED.keys() else [*told]


def _absent(given: Mapping[str, Collection[str]]) -> list[str]:
    """Say which counts the file has no column for."""
    absent = [
        _COUNTS[count]
        for gives, counts in _COUNTED.items()
        if gives in given
        for count, column in counts.items()
        if column not in given[gives]
    ]
    return [f"The file has no column for {', '.join(absent)}: missing, not 0."] if absent else []


def _unread(others: list[str], *, are_named: bool) -> list[str]:
    """Say which tables or sheets are not of this platform; a sheet is named by people, and perhaps after some."""
    if not others:
        return []
    if not are_named:
        return [f"Sheets not read, since they hold no posts, comments or accounts of this platform: {len(others)}."]
    shown = ", ".join(f"'{table}'" for table in others[:_NAMED])
    more = f" and {len(others) - _NAMED} more" if len(others) > _NAMED else ""
    return [f"Not read, since they hold no posts, comments or accounts of this platform: {shown}{more}."]


READER = Reader("mediacrawler", "MediaCrawler: CSV, JSON, JSON lines, Excel or SQLite", _recognises, _read)
