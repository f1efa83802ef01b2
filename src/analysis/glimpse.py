"""A glimpse into capture files before they are imported: by which mapping they can be read, and what is written there.

Which sides a study has decides in which languages an import counts its texts, so this has to be known beforehand.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.computable import NotComputable
from analysis.database import connected, frame
from analysis.errors import CaptureError
from analysis.guesses import LOOKED_AT
from analysis.sources import macros, opening, registry, suggestions
from analysis.sources.reader import Opened

Mapped = dict[str, list[Mapping[str, Any]]]
# Without these columns a table cannot be read at all.
NEEDED = {"posts": {"post_id"}, "comments": {"comment_id", "post_id", "text"}}
WORDING = {"posts": ("title", "text"), "comments": ("text",)}


@dataclass(frozen=True)
class Guessed:
    """Mappings for files of no known format, and what their columns leave open.

    `lines` may be wanted in a table's mapping. `unread` says what was found in files whose columns do not tell enough:
    `columns`, for which the mapping has to be filled in.
    """

    mapping: Mapped = field(default_factory=dict)
    left_open: tuple[str, ...] = ()
    lines: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    columns: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()


def guess_mapping(files: list[Path], scratch: Path) -> Guessed:
    """A mapping for each file of no known format, guessed by its columns, or to be filled in; none for the others."""
    mapping: Mapped = {}
    left_open: list[str] = []
    lines: dict[str, tuple[str, ...]] = {}
    columns: list[str] = []
    unread: list[str] = []
    for opened in _each(files, scratch):
        if _is_known(opened, {}):
            continue
        found, is_enough = _guess(opened)
        for table, entry in found.mapping.items():
            mapping[table] = [*(other for other in mapping.get(table, []) if other != entry), entry]
            lines[table] = tuple(dict.fromkeys([*lines.get(table, ()), *found.lines.get(table, ())]))
        left_open += found.left_open
        if not is_enough:
            unread += registry.found_in(opened, {})
            columns += [name for names in registry.columns_by_sheet(opened).values() for name in names]
    return Guessed(mapping, _once(left_open), lines, _once(columns), tuple(unread))


def read_wording(files: list[Path], mapping: Mapping[str, Any], scratch: Path) -> tuple[Any, Any]:
    """Titles and texts of the first posts and comments of each file; `NotComputable` where there are none."""
    read: dict[str, list[pd.DataFrame]] = {"posts": [], "comments": []}
    worded = _of_wording(mapping)
    for opened in _each(files, scratch):
        if not _is_known(opened, worded):
            texts = pd.DataFrame({"text": suggestions.longest_cells(opened)}, dtype="str")
            read["posts"].append(_worded(texts, "posts"))
            continue
        with connected(scratch) as db:
            macros.define(db)
            queries = registry.recognise(opened, worded).read(opened, db).queries
            for table in read.keys() & queries.keys():
                read[table].append(_worded(frame(db, f"{_selected(queries[table])} LIMIT {LOOKED_AT}"), table))
    posts, comments = (
        pd.concat(found, ignore_index=True) if found else NotComputable(f"the capture has no {table}")
        for table, found in read.items()
    )
    return posts, comments


def _guess(opened: Opened) -> tuple[suggestions.Suggestion, bool]:
    """The mapping that a file's columns suggest, and whether it is enough to read the file."""
    found = suggestions.suggest(opened)
    enough = {table: entry for table, entry in found.mapping.items() if NEEDED[table] <= entry["columns"].keys()}
    if not enough:
        return suggestions.skeleton(opened), False
    return suggestions.Suggestion(enough, found.left_open, found.lines), True


def _is_known(opened: Opened, mapping: Mapping[str, Any]) -> bool:
    try:
        registry.recognise(opened, mapping)
    except CaptureError:
        return False
    return True


def _of_wording(mapping: Mapping[str, Any]) -> Mapped:
    """A mapping of no more than identifiers and wording, so that no other cell stands in the way."""
    return {
        table: [{"columns": _only(entry["columns"], {*NEEDED[table], *WORDING[table]})} for entry in entries]
        for table, entries in mapping.items()
    }


def _only(columns: Mapping[str, str], names: set[str]) -> dict[str, str]:
    return {name: column for name, column in columns.items() if name in names}


def _each(files: list[Path], scratch: Path) -> Iterator[Opened]:
    for path in files:
        with opening.opened(path, scratch) as several:
            yield from several


def _once(told: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(told))


def _selected(query: str) -> str:
    return f"SELECT * FROM ({query})"  # noqa: S608 — a reader's own query


def _worded(rows: pd.DataFrame, table: str) -> pd.DataFrame:
    """The columns that are worded, missing where the format has none."""
    return rows.reindex(columns=list(WORDING[table])).astype("str")
