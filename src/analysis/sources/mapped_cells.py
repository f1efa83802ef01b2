"""The raw columns that a mapping gives, in SQL: each made from a cell of the file, and what that cell must be."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from string import Formatter
from typing import Any

import duckdb

from analysis.database import Connection, named, quoted
from analysis.errors import CaptureError
from analysis.sources import cells
from analysis.sources.counts import UNIT
from analysis.sources.reader import NOTHING_TOLD, RAW, TIME
from analysis.sources.rows import given_name
from analysis.sources.times import PER_SECOND, offset

# The canonical columns that hold accounts, by the table; raw records call all of them `account`.
ACCOUNTS = {"posts": "creator_id", "comments": "author_id", "creators": "creator_id"}
_COUNTS = ("likes", "collects", "comments_count", "shares", "replies_count")
# As `counts.py` reads them: a number with decimals needs a unit.
_COUNT = "|".join(
    (
        "-1",
        rf"\d+(?:,\d{{3}})*(?:\.0*)?\s*(?:{UNIT}|)\s*\+?",
        rf"\d+(?:,\d{{3}})*\.\d+\s*(?:{UNIT})\s*\+?",
        rf"\d+,\d{{1,2}}\s*(?:{UNIT}|mil)\s*\+?",
    )
)
_MEDIA = ("image", "video", "none")
_SIDES = ("newcomer", "host")
_INEXACT = r"\d+\.0+|\d+(?:\.\d+)?[eE]\+\d+"
_ADDRESSES_APART = r"[\s,;|]"
# The engine reads an offset only when it stands at the time and has a colon.
_OFFSET_APART = r"(:\d\d(?:\.\d+)?)\s*([+-]\d\d):?(\d\d)$"
_NOTHING = "NULL::VARCHAR"
TIMES = {name for columns in RAW.values() for name, kind in columns.items() if kind == TIME}


@dataclass(frozen=True)
class Cell:
    """A raw column in SQL.

    Where it is checked: the cell `found` in the file, its column as `shown`, what is `expected` of it if it is not
    blank, and what it is `read` as, which is NULL for something else.
    """

    sql: str
    found: str = ""
    shown: str = ""
    expected: str = ""
    read: str = ""


def record_of(table: str, entry: Mapping[str, Any], db: Connection) -> dict[str, Cell]:
    """The raw columns of a canonical table that a mapping gives. Raises `CaptureError` for one that cannot be."""
    clock = _clock(entry, db)
    columns = {str(name): str(column) for name, column in entry["columns"].items()}
    found = {name: _cell(name, column) for name, column in columns.items() if "{" not in column}
    record = {_raw_name(table, name): _read_cell(_raw_name(table, name), name, columns[name], clock) for name in found}
    for name, template in columns.items():
        if name not in found:
            record[_raw_name(table, name)] = Cell(_filled_in(template, found))
    if table == "posts":
        record |= _published(record, found["post_id"])
        tags = _hashtags(
            found.get("hashtags", _NOTHING), found.get("text", _NOTHING), str(entry.get("hashtag_separator", "#"))
        )
        record["hashtags"] = Cell(tags)
    if "parent_comment_id" in found:
        record["parent_comment_id"] = Cell(_parent(found))
    return {**record, "reason": Cell(_reason(table, found))}


def _clock(entry: Mapping[str, Any], db: Connection) -> tuple[str, float]:
    """The format of a mapping's times, and by how many hours they are ahead of UTC."""
    form = str(entry.get("time_format", "ISO8601"))
    if form not in ("ISO8601", *PER_SECOND):
        try:
            db.execute("SELECT try_strptime('', ?)", [form])
        except duckdb.Error as error:
            raise CaptureError(
                f"time_format is '{form}'; expected ISO8601, unix_s, unix_ms or a form such as \"%m/%d/%Y %H:%M\". "
                "Correct it in study.yml."
            ) from error
    return form, offset(entry.get("utc_offset", 0)).total_seconds() / 3600


def _raw_name(table: str, name: str) -> str:
    return "account" if name == ACCOUNTS[table] else name


def _cell(name: str, column: str) -> str:
    """A cell of the file; missing where it is blank, or holds no more than a sign that there is nothing."""
    cell = named(given_name(column))
    filled = f"blank_to_null({cell}) IS NOT NULL"
    if name.endswith("_id") or name in ("account_name", "search_rank", *_COUNTS, *TIMES):
        filled += f" AND lower({_trimmed(cell)}) NOT IN ({', '.join(map(quoted, NOTHING_TOLD))})"
    return f"CASE WHEN {filled} THEN {cell} END"


def _trimmed(cell: str) -> str:
    return f"trimmed({cell})"


def _read_cell(raw: str, name: str, column: str, clock: tuple[str, float]) -> Cell:
    cell, shown = _cell(name, column), f"'{column}'" if name == column else f"'{column} ({name})'"
    for names, read, expected in _checks(cell, clock):
        if raw in names:
            return Cell(read, cell, shown, expected, read)
    if raw == "account":
        # The key of the platform's own formats, so that captures of all kinds give one account the same pseudonym.
        return Cell(f"CASE WHEN NOT {_is_inexact(cell)} THEN account_key({cell}) END")
    if raw == "images":
        return Cell(_addresses(cell))
    return Cell(_trimmed(cell) if raw.endswith("_id") else cell)


def _checks(cell: str, clock: tuple[str, float]) -> tuple[tuple[Collection[str], str, str], ...]:
    """The raw columns that are held to something: what a cell is read as, and what is expected of it."""
    counted = f"CASE WHEN regexp_full_match({_trimmed(cell)}, {quoted(_COUNT)}, 'i') THEN {_trimmed(cell)} END"
    place = f"TRY_CAST(CASE WHEN regexp_full_match({_trimmed(cell)}, '\\d+') THEN {_trimmed(cell)} END AS BIGINT)"
    shows = f"coalesce({cells.media(_trimmed(cell))}, {_choice(cell, _MEDIA)})"
    return (
        (_COUNTS, counted, "a count such as 12, 1.7万 or 10+"),
        (TIMES, _time(cell, *clock), f"a time like {clock[0]}"),
        (("search_rank",), place, "a whole number"),
        (("media",), shows, f"one of {', '.join(_MEDIA)}"),
        (("side",), _choice(cell, _SIDES), f"one of {', '.join(_SIDES)}"),
    )


def _time(cell: str, form: str, ahead: float) -> str:
    if form in PER_SECOND:
        return f"{'from_s' if form == 'unix_s' else 'from_ms'}({cell})"
    written = cell
    if form == "ISO8601":
        written = f"regexp_replace({_trimmed(cell)}, '{_OFFSET_APART}', '\\1\\2:\\3')"
        written = f"regexp_replace({written}, '\\s+(?:Z|UTC)$', 'Z')"
    return f"date_trunc('second', local_time({written}, {quoted(form)}, {ahead}))"


def _choice(cell: str, among: Sequence[str]) -> str:
    return f"CASE WHEN lower({_trimmed(cell)}) IN ({', '.join(map(quoted, among))}) THEN lower({_trimmed(cell)}) END"


def _listed(cell: str, otherwise: str) -> str:
    """The entries of a cell: of a JSON list its texts, or the names of its entries; else as said."""
    entries = f"from_json(CASE WHEN json_valid({cell}) THEN {cell} END, '[\"JSON\"]')"
    texts = f"list_transform({entries}, lambda one: coalesce(one->>'$.name', one->>'$'))"
    return f"CASE WHEN {cell} LIKE '[%' AND json_valid({cell}) THEN {texts} ELSE {otherwise} END"


def _hashtags(cell: str, text: str, separator: str) -> str:
    """The tags of the mapped column, then others that stand in the text."""
    tags = f"string_split({cell}, {quoted(separator)})" if separator else f"[{cell}]"
    return f"joined_tags(list_concat({_listed(cell, tags)}, string_split(tags_in({text}), ' ')))"


def _addresses(cell: str) -> str:
    return f"array_to_string({_listed(cell, '[' + cells.addresses(cell, _ADDRESSES_APART) + ']')}, ' ')"


def _filled_in(template: str, found: Mapping[str, str]) -> str:
    """A text with cells in it, such as an address with the post's identifier; missing where one of them is."""
    parts = []
    for literal, name, _, _ in Formatter().parse(template):
        if name is not None and name not in found:
            raise CaptureError(
                f"mapping: '{template}' is built from '{name}', which is not mapped. Map a column to it in study.yml."
            )
        parts += [quoted(literal)] * bool(literal) + ([_trimmed(found[name])] if name is not None else [])
    return " || ".join(parts)


def _published(record: Mapping[str, Cell], post_id: str) -> dict[str, Cell]:
    """When a post was published, or else the time in its identifier, and which of the two it is."""
    captured = record.get("published_at", Cell("NULL::TIMESTAMP"))
    both = cells.published(captured.sql, _trimmed(post_id))
    return {
        "published_at": replace(captured, sql=both["published_at"]),
        "published_from": Cell(both["published_from"]),
    }


def _parent(found: Mapping[str, str]) -> str:
    """The comment that a comment answers; what answers the post itself has none."""
    parent, own, post = (_trimmed(found[name]) for name in ("parent_comment_id", "comment_id", "post_id"))
    return f"CASE WHEN {parent} <> {post} THEN {cells.parent(parent, own)} END"


def _is_inexact(cell: str) -> str:
    return f"regexp_full_match({_trimmed(cell)}, {quoted(_INEXACT)})"


def _reason(table: str, found: Mapping[str, str]) -> str:
    """Why a record cannot be used; missing where it can."""
    needed = {"posts": ("post_id",), "comments": ("comment_id", "post_id"), "creators": ("creator_id",)}[table]
    needed = tuple(name for name in needed if name in found) or ("account_name",)
    missing = " OR ".join(f"{found[name]} IS NULL" for name in needed)
    inexact = " OR ".join(_is_inexact(found[name]) for name in needed)
    cases = {"unreadable": cells.UNREADABLE, missing: cells.NO_IDENTIFIER, inexact: cells.A_NUMBER}
    return f"CASE {' '.join(f'WHEN {case} THEN {quoted(told)}' for case, told in cases.items())} END"
