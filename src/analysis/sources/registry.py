"""The capture formats that are known, and which of them a file is in."""

from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from analysis.errors import CaptureError, nearest
from analysis.sources import fourcat, mediacrawler, shemeizhushou, suggestions, xhs_downloader, zeeschuimer
from analysis.sources.by_mapping import columns_in, entries, reader_for, wanted_columns
from analysis.sources.reader import Opened, Reader

READERS: tuple[Reader, ...] = (
    zeeschuimer.READER,
    fourcat.READER,
    mediacrawler.READER,
    xhs_downloader.READER,
    shemeizhushou.READER,
)
COLUMNS_SHOWN = 40
SHAPES = {
    "lines": "JSON, a record a line",
    "array": "JSON, a list of records",
    "delimited": "rows of cells separated by {separator}",
    "workbook": "a workbook",
    "database": "a SQLite database",
    "parquet": "a Parquet file",
}
SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}


def recognise(opened: Opened, mapping: Mapping[str, Any]) -> Reader:
    """The reader of a file: that of the study's mapping where it fits, else the first format that the file is in.

    Raises `CaptureError` for a file that nobody recognises: what was found in it, which formats there are, and the
    mapping to start from.
    """
    mapped = reader_for(mapping)
    for reader in (mapped, *READERS):
        if reader.recognises(opened):
            return reader
    raise CaptureError("\n".join([*found_in(opened, mapping), *_start(opened)]))


def suggest_mapping(opened: Opened) -> dict[str, dict[str, Any]]:
    """A mapping to start from, guessed by usual names and the first rows; empty when no identifier is found."""
    return suggestions.suggest(opened).mapping


def found_in(opened: Opened, mapping: Mapping[str, Any]) -> Iterator[str]:
    """Say of a file that nobody recognises what was found in it, and which formats there are."""
    form = SHAPES[opened.shape].format(separator=SEPARATORS.get(opened.separator, ""))
    unfit = ", and no mapping in study.yml fits it" if mapping else ""
    yield f"{opened.shown}: a file in no format that is known here{unfit}."
    yield f"Found: {form}."
    for sheet, names in columns_by_sheet(opened).items():
        yield f"  {_sheet(opened, sheet)}: {_listed(names)}."
    for note in opened.notes:
        yield f"  {note}"
    yield from _unfit(opened, mapping)
    yield "Formats that are known:"
    yield from (f"  {reader.title}" for reader in READERS)
    yield "  codings, as coding programs export them or as a table with the columns unit, coder and code"


def columns_by_sheet(opened: Opened) -> dict[str, list[str]]:
    """The columns of each sheet or table in their order; the keys of JSON in that of the alphabet."""
    return {
        sheet: list(opened.tables.get(sheet, ())) or sorted(columns) for sheet, columns in columns_in(opened).items()
    }


def _sheet(opened: Opened, sheet: str) -> str:
    if opened.shape in ("lines", "array"):
        return "keys of its first records"
    return f"columns of '{sheet}'" if sheet else "columns"


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - COLUMNS_SHOWN} more" if len(names) > COLUMNS_SHOWN else ""
    return (", ".join(names[:COLUMNS_SHOWN]) or "none") + more


def _unfit(opened: Opened, mapping: Mapping[str, Any]) -> Iterator[str]:
    """What a mapping names that the file lacks, with the sheet or table that it fits best."""
    for table, entry in entries(mapping):
        wanted = wanted_columns(entry)
        held = columns_in(opened, wanted).values()
        best = max(held, key=lambda columns: len(columns.intersection(wanted)), default=set[str]())
        names = {str(column): name for name, column in entry["columns"].items()}
        for column in wanted:
            if column not in best:
                yield f"mapping, {table}: column '{column}', mapped to '{names[column]}', is missing." + nearest(
                    column, sorted(best)
                )


def _start(opened: Opened) -> Iterator[str]:
    """The mapping to start from, as it stands in study.yml, and what it leaves open."""
    suggestion = suggestions.suggest(opened)
    if suggestion.mapping:
        yield "A mapping to start from, guessed by names and first rows. Check each line, then put it into study.yml:"
    else:
        suggestion = suggestions.skeleton(opened)
        yield "No column bears a name that is usual for an identifier. A mapping in study.yml starts like this:"
    yield ""
    yield yaml.safe_dump({"mapping": suggestion.mapping}, allow_unicode=True, sort_keys=False, width=1000).rstrip()
    yield ""
    yield from (f"Left open: {remark}" for remark in suggestion.left_open)
    yield from _alike(opened, suggestion.mapping)


def _alike(opened: Opened, mapping: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """Columns that were not guessed but are called nearly as a usual one is."""
    guessed = {name: column for entry in mapping.values() for name, column in entry["columns"].items()}
    usual = {
        name: canonical
        for columns in suggestions.usual_names().values()
        for canonical, names in columns.items()
        if canonical not in guessed
        for name in names
    }
    free = sorted({name for columns in columns_in(opened).values() for name in columns} - set(guessed.values()))
    for column in free[:COLUMNS_SHOWN]:
        close = suggestions.closest(column, usual)
        if close:
            yield f"Perhaps: '{column}' as {usual[close]}, which is often called '{close}'."
