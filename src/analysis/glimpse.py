"""A glimpse into capture files before they are imported: by which mapping they can be read, and what is written there.

Which sides a study has decides in which languages an import counts its texts, so this has to be known beforehand.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
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
    """Mappings for files of no known format, and what their columns leave open."""

    mapping: Mapped
    left_open: tuple[str, ...] = ()


def guess_mapping(files: list[Path], scratch: Path) -> Guessed:
    """A mapping for each file of no known format, guessed by its columns; none for the others.

    Raises `CaptureError` when the columns do not tell what posts or comments need.
    """
    found: Mapped = {}
    left_open: list[str] = []
    for opened in _each(files, scratch):
        try:
            registry.recognise(opened, {})
        except CaptureError:
            guessed = suggestions.suggest(opened)
            enough = {table: entry for table, entry in guessed.mapping.items() if _is_enough(table, entry)}
            if not enough:
                raise
            for table, entry in enough.items():
                found[table] = [*(other for other in found.get(table, []) if other != entry), entry]
            left_open += guessed.left_open
    return Guessed(found, tuple(dict.fromkeys(left_open)))


def read_wording(files: list[Path], mapping: Mapping[str, Any], scratch: Path) -> tuple[Any, Any]:
    """Titles and texts of the first posts and comments of each file; `NotComputable` where there are none."""
    read: dict[str, list[pd.DataFrame]] = {"posts": [], "comments": []}
    for opened in _each(files, scratch):
        with connected(scratch) as db:
            macros.define(db)
            queries = registry.recognise(opened, mapping).read(opened, db).queries
            for table in read.keys() & queries.keys():
                read[table].append(_worded(frame(db, f"{_selected(queries[table])} LIMIT {LOOKED_AT}"), table))
    posts, comments = (
        pd.concat(found, ignore_index=True) if found else NotComputable(f"the capture has no {table}")
        for table, found in read.items()
    )
    return posts, comments


def _each(files: list[Path], scratch: Path) -> Iterator[Opened]:
    for path in files:
        with opening.opened(path, scratch) as several:
            yield from several


def _is_enough(table: str, entry: Mapping[str, Any]) -> bool:
    return NEEDED.get(table, {""}) <= entry["columns"].keys()


def _selected(query: str) -> str:
    return f"SELECT * FROM ({query})"  # noqa: S608 — a reader's own query


def _worded(rows: pd.DataFrame, table: str) -> pd.DataFrame:
    """The columns that are worded, missing where the format has none."""
    return rows.reindex(columns=list(WORDING[table])).astype("str")
