"""A mapping to start from, guessed by usual names of columns and a look at the first rows.

Nothing here is certain: what the names and rows leave open is left out, and said, and the user decides.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from analysis.sources.reader import Opened
from analysis.sources.rows import first_rows

LOOKED_AT = 50
USUAL_NAMES = Path(__file__).with_name("usual_names.yml")
# What only a table of posts has: a comment's own table may have the post's identifier, not these.
OF_POSTS = ("title", "comments_count", "shares", "collects")
NEEDED = {"posts": {"post_id"}, "comments": {"comment_id", "post_id", "text"}}
DIGITS = {10: "unix_s", 13: "unix_ms"}
_ISO = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?(\s?(Z|UTC|[+-]\d\d:?\d\d))?)?")
_ZONE = (
    'the zone of these times is not to be seen, so they would be read as UTC; else give utc_offset, such as "+08:00".'
)
_DAYS = ("%m/%d/%Y", "%d/%m/%Y", "%m-%d-%Y", "%d-%m-%Y", "%m.%d.%Y", "%d.%m.%Y", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日",
         "%d %b %Y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y")  # fmt: skip
_CLOCKS = ("", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p", ", %H:%M", ", %H:%M:%S")
WRITTEN = (
    *(day + clock for day in _DAYS for clock in _CLOCKS),
    "%Y-%m-%d_%H:%M:%S", "%a %b %d %H:%M:%S %z %Y", "%a, %d %b %Y %H:%M:%S %z",
)  # fmt: skip
SEPARATORS = ("#", ",", ";", "|", "、", " ")


@dataclass(frozen=True)
class Suggestion:
    """A mapping guessed from a file, and what could not be guessed."""

    mapping: dict[str, dict[str, Any]]
    left_open: tuple[str, ...]


def suggest(opened: Opened) -> Suggestion:
    """Guess a mapping for the sheets or tables of a file; none where no identifier of posts or comments is found."""
    mapping: dict[str, dict[str, Any]] = {}
    left_open: list[str] = []
    for sheet in opened.tables or ("",):
        rows = first_rows(opened, sheet, LOOKED_AT)
        names = opened.tables.get(sheet) or tuple(dict.fromkeys(key for row in rows for key in row))
        table, columns = _table_of(names)
        if table and table not in mapping:
            options, remarks = _options(columns, rows)
            mapping[table] = {"columns": columns, **options}
            left_open += [f"{table}: {remark}" for remark in remarks]
    return Suggestion(mapping, tuple(left_open))


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


def _options(columns: Mapping[str, str], rows: Sequence[Mapping[str, str | None]]) -> tuple[dict[str, str], list[str]]:
    options: dict[str, str] = {}
    remarks: list[str] = []
    timed = next((columns[name] for name in ("published_at", "created_at") if name in columns), None)
    if timed:
        form, remark = guess_time_format([row.get(timed) for row in rows])
        options |= {"time_format": form} if form else {}
        remarks += [f"'{timed}': {remark}"] if remark else []
    if "hashtags" in columns:
        listed = [row.get(columns["hashtags"]) for row in rows]
        separator = guess_separator(listed)
        options |= {"hashtag_separator": separator} if separator else {}
        # A list of JSON needs no separator.
        if not separator and not any(cell and cell.startswith("[") for cell in listed):
            remarks.append(f"'{columns['hashtags']}': what separates two hashtags is not to be seen.")
    return options, remarks


def guess_time_format(cells: Sequence[str | None]) -> tuple[str | None, str]:
    """The format that all these times have, when there is only one, and what is left to decide.

    >>> guess_time_format(["1/14/2025 12:08"])[0], guess_time_format(["1/4/2025 12:08"])[0]
    ('%m/%d/%Y %H:%M', None)
    """
    times = [cell.strip() for cell in cells if cell and cell.strip()]
    if not times:
        return None, "no time in the first rows; give time_format."
    if all(re.fullmatch(r"\d{10}|\d{13}", time) for time in times) and len({len(time) for time in times}) == 1:
        return DIGITS[len(times[0])], ""
    if all(map(_ISO.fullmatch, times)):
        return "ISO8601", "" if all(map(_has_zone, times)) else _ZONE
    fitting = [form for form in WRITTEN if all(_is_written(time, form) for time in times)]
    if len(fitting) == 1:
        return fitting[0], "" if "%z" in fitting[0] else _ZONE
    shown = f"such as '{times[0]}'"
    if fitting:
        return None, f"times {shown} may be {' or '.join(fitting)}; give the one that is meant as time_format."
    return None, f"times {shown} are in no usual form; give time_format, or leave the column out."


def _has_zone(time: str) -> bool:
    return re.search(r"(Z|UTC|:\d\d(\.\d+)?\s?[+-]\d\d:?\d\d)$", time) is not None


def _is_written(time: str, form: str) -> bool:
    try:
        datetime.strptime(time, form)  # noqa: DTZ007 — only its form is asked for
    except ValueError:
        return False
    return True


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
