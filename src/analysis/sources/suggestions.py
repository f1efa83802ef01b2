"""A mapping to start from, guessed by usual names of columns and a look at the first rows.

Nothing here is certain: what the names and rows leave open is left out, and said, and the user decides.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from analysis.sources.reader import Opened
from analysis.sources.rows import first_rows
from analysis.sources.time_forms import guess_time_form

LOOKED_AT = 1_000
USUAL_NAMES = Path(__file__).with_name("usual_names.yml")
# What only a table of posts has: a comment's own table may have the post's identifier, not these.
OF_POSTS = ("title", "comments_count", "shares", "collects")
# What stands in a mapping until somebody puts a column there.
TO_FILL_IN = {
    "posts": {"post_id": "COLUMN OF THE IDENTIFIER", "text": "COLUMN OF THE TEXT"},
    "comments": {
        "comment_id": "COLUMN OF THE IDENTIFIER",
        "post_id": "COLUMN OF THE POST'S IDENTIFIER",
        "text": "COLUMN OF THE TEXT",
    },
}
ANYBODYS = ("id", "idstr")
NEEDED = {"posts": {"post_id"}, "comments": {"comment_id", "post_id", "text"}}
SEPARATORS = ("#", ",", ";", "|", "、", " ")


@dataclass(frozen=True)
class Suggestion:
    """A mapping guessed from a file, what could not be guessed, and lines that may be wanted, by the table."""

    mapping: dict[str, dict[str, Any]]
    left_open: tuple[str, ...] = ()
    lines: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def suggest(opened: Opened) -> Suggestion:
    """Guess a mapping for the sheets or tables of a file; none where no identifier of posts or comments is found."""
    mapping: dict[str, dict[str, Any]] = {}
    left_open: list[str] = []
    lines: dict[str, tuple[str, ...]] = {}
    for sheet in opened.tables or ("",):
        rows = first_rows(opened, sheet, LOOKED_AT)
        table, columns = _table_of(_names(opened, sheet, rows))
        if table and table not in mapping:
            options, remarks, lines[table] = _options(columns, rows)
            mapping[table] = {"columns": columns, **options}
            left_open += [f"{table}: {remark}" for remark in remarks]
    return Suggestion(mapping, tuple(left_open), lines)


def skeleton(opened: Opened) -> Suggestion:
    """A mapping to be filled in, where the columns do not tell enough: what is missing stands there in capitals."""
    sheet = next(iter(opened.tables), "")
    rows = first_rows(opened, sheet, LOOKED_AT)
    names = _names(opened, sheet, rows)
    posts, comments = (_matched(names, usual_names()[table]) for table in ("posts", "comments"))
    table, found = ("comments", comments) if _like_comments(comments) else ("posts", posts)
    options, remarks, lines = _options(found, rows)
    columns = {**TO_FILL_IN[table], **found}
    told = tuple(f"{table}: {remark}" for remark in remarks)
    return Suggestion({table: {"columns": columns, **options}}, told, {table: lines})


def longest_cells(opened: Opened) -> list[str]:
    """The longest cell of each of the first rows: of a file whose texts nobody has named, most likely these."""
    rows = [row for sheet in opened.tables or ("",) for row in first_rows(opened, sheet, LOOKED_AT)]
    held = ([cell for cell in row.values() if cell and "://" not in cell] for row in rows)
    return [max(cells, key=len) for cells in held if cells]


def _names(opened: Opened, sheet: str, rows: Sequence[Mapping[str, str | None]]) -> Sequence[str]:
    return opened.tables.get(sheet) or tuple(dict.fromkeys(key for row in rows for key in row))


def _like_comments(found: Mapping[str, str]) -> bool:
    """Whether columns that are usual for comments are among these; an `id` may be anybody's."""
    return "parent_comment_id" in found or _plain(found.get("comment_id", "id")) not in ANYBODYS


@cache
def usual_names() -> Mapping[str, Mapping[str, Sequence[str]]]:
    """Names that columns usually have, for each canonical column of posts and comments."""
    names: dict[str, dict[str, list[str]]] = yaml.safe_load(USUAL_NAMES.read_text(encoding="utf-8"))
    return names


def _table_of(names: Sequence[str]) -> tuple[str, dict[str, str]]:
    """Which canonical table these columns are likely to be, and what is mapped to what."""
    posts, comments = (_matched(names, usual_names()[table]) for table in ("posts", "comments"))
    if comments.keys() >= NEEDED["comments"] and posts.keys().isdisjoint(OF_POSTS):
        return "comments", comments
    return ("posts", posts) if posts.keys() >= NEEDED["posts"] else ("", {})


def _matched(names: Sequence[str], usual: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """A column of the file for each canonical one, where a usual name is among them; no column is taken twice."""
    plain: dict[str, str] = {}
    for name in names:
        plain.setdefault(_plain(name), name)
    found: dict[str, str] = {}
    for canonical, candidates in usual.items():
        column = next((plain.pop(key) for key in map(_plain, candidates) if key in plain), None)
        if column is not None:
            found[canonical] = column
    return found


def _plain(name: str) -> str:
    return re.sub(r"[\s_\-]", "", name.casefold())


def _options(
    columns: Mapping[str, str], rows: Sequence[Mapping[str, str | None]]
) -> tuple[dict[str, str], list[str], tuple[str, ...]]:
    """What a mapping says besides its columns, what is left open, and lines that may be wanted."""
    options: dict[str, str] = {}
    remarks: list[str] = []
    lines: tuple[str, ...] = ()
    timed = next((columns[name] for name in ("published_at", "created_at") if name in columns), None)
    if timed:
        found = guess_time_form([row.get(timed) for row in rows])
        options |= {"time_format": found.form} if found.form else {}
        remarks += [f"'{timed}': {found.remark}"] if found.remark else []
        lines = found.lines
    if "hashtags" in columns:
        listed = [row.get(columns["hashtags"]) for row in rows]
        separator = guess_separator(listed)
        options |= {"hashtag_separator": separator} if separator else {}
        # A list of JSON needs no separator.
        if not separator and not any(cell and cell.startswith("[") for cell in listed):
            remarks.append(f"'{columns['hashtags']}': what separates two hashtags is not to be seen.")
    return options, remarks, lines


def guess_separator(cells: Collection[str | None]) -> str | None:
    """What separates hashtags in a column, when something does.

    >>> guess_separator(["a#b", "c"]), guess_separator(["a, b"]), guess_separator(["a"])
    ('#', ',', None)
    """
    filled = [cell for cell in cells if cell and not cell.startswith("[")]
    return next((sign for sign in SEPARATORS if any(sign in cell.strip(" #") for cell in filled)), None)


def closest(column: str, usual: Collection[str]) -> str | None:
    """The usual name that a column's name is nearly, as `nearest` tells of what is mistyped."""
    close = get_close_matches(column.casefold(), list(usual), n=1, cutoff=0.8)
    return close[0] if close else None
