"""NVivo's coding comparison: for each code and file, how far two coders or groups agree; codings it has none.

It can be read to be laid beside our own agreement over characters, and not be imported: what was coded where, it does
not say.
"""

import re
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from analysis.errors import CodingError
from analysis.qda.candidates import glimpsed
from analysis.qda.grids import Grid, grids_in, refuse
from analysis.qda.project import Candidate, CodingReader, Project, Told
from analysis.qda.usual_columns import plain

# What each of the columns is called, by version of the program.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "code": ("node", "code"),
    "source": ("source", "file", "sourcename", "filename"),
    "folder": ("sourcefolder", "filefolder"),
    "size": ("sourcesize", "filesize"),
    "kappa": ("kappa",),
    "agreement": ("agreement",),
    "both": ("aandb",),
    "neither": ("notaandnotb",),
    "disagreement": ("disagreement",),
    "only_a": ("aandnotb",),
    "only_b": ("bandnota",),
}
NEEDED = ("code", "source", "kappa", "agreement")
SHARES = ("agreement", "both", "neither", "disagreement", "only_a", "only_b")
NUMBER = re.compile(r"(-?\d+(?:[.,]\d+)?)\s*%?")
SIZE = re.compile(r"(\d+)\s*(\D*)")
MEND = "Export the coding comparison from NVivo again, with all its columns."


class ComparisonRow(NamedTuple):
    """How far two sides agree on one code in one file; shares from 0 to 1, `size` in what `measured_in` says."""

    code: str
    source: str
    folder: str | None
    size: int | None
    measured_in: str | None
    kappa: float | None
    agreement: float | None
    both: float | None
    neither: float | None
    disagreement: float | None
    only_a: float | None
    only_b: float | None


def recognises(candidate: Candidate) -> bool:
    """Whether any table of a file is a coding comparison: by its columns' names."""
    opened = candidate.opened
    return opened is not None and any(map(is_comparison, grids_in(opened, _is_header, is_glance=True)))


def is_comparison(grid: Grid) -> bool:
    """Whether a table is a coding comparison."""
    return _is_header(grid.header)


def read(candidate: Candidate, scratch: Path, told: Told) -> Project:  # noqa: ARG001
    """Refuse a coding comparison, and say what to bring in instead. Always raises `CodingError`."""
    raise CodingError(
        f"{candidate.shown}: a coding comparison of NVivo: it says how far coders agree, and not what they coded, so "
        "there are no codings in it to import. Export the project as REFI-QDA (.qdpx) and import that: agreement is "
        "then computed here, over characters as NVivo does it too."
    )


def read_comparison(path: Path) -> pd.DataFrame:
    """Read a coding comparison: a row for each code and file, with the columns of `ComparisonRow`.

    Raises `CodingError` for a file that is none, and, naming all, for cells that are no numbers.
    """
    with tempfile.TemporaryDirectory() as scratch:
        opened = glimpsed(path, Path(scratch)).opened
        grids = grids_in(opened, _is_header) if opened is not None else []
    wanted = [grid for grid in grids if is_comparison(grid)]
    if not wanted:
        needed = "'Node' or 'Code', 'Source' or 'File', 'Kappa', 'Agreement (%)'"
        raise CodingError(f"{path}: no coding comparison. Expected the columns {needed}. {MEND}")
    rows = [_row(grid, line, cells) for grid in wanted for line, cells in grid.rows if any(map(str.strip, cells))]
    refuse([problem for grid in wanted for problem in grid.problems], MEND)
    table = pd.DataFrame(rows, columns=ComparisonRow._fields)
    return table.astype(dict.fromkeys(("code", "source", "folder", "measured_in"), "str")
                        | {"size": "Int64"} | dict.fromkeys(("kappa", *SHARES), "float64"))  # fmt: skip


def _is_header(cells: Sequence[str]) -> bool:
    return set(NEEDED) <= _places(cells).keys()


def _places(header: Sequence[str]) -> dict[str, int]:
    names = [plain(name) for name in header]
    return {says: names.index(name) for says, known in COLUMNS.items() for name in known if name in names}


def _row(grid: Grid, line: int, cells: Sequence[str]) -> ComparisonRow:
    places = _places(grid.header)
    texts = {says: cells[place].strip() for says, place in places.items()}
    for says in ("code", "source"):
        if not texts[says]:
            grid.note(line, f"no {says}.", places[says])
    found: dict[str, Any] = dict.fromkeys(ComparisonRow._fields)
    found |= {says: texts.get(says) or None for says in ("code", "source", "folder")}
    size = SIZE.fullmatch(texts.get("size", "").replace(",", ""))
    if size:
        found |= {"size": int(size[1]), "measured_in": size[2].strip() or None}
    elif texts.get("size"):
        grid.note(line, f"'{texts['size']}'; expected a size such as 5310 chars.", places["size"])
    for says in ("kappa", *SHARES):
        value = _number(grid, line, texts.get(says, ""), places.get(says))
        found[says] = value / 100 if value is not None and says in SHARES else value
    return ComparisonRow(**found)


def _number(grid: Grid, line: int, cell: str, place: int | None) -> float | None:
    """A number; missing where the cell is blank or says that there is none, noted where it is something else."""
    number = NUMBER.fullmatch(cell)
    if number:
        return float(number[1].replace(",", "."))
    if cell and cell.casefold() not in ("nan", "n/a", "-"):
        grid.note(line, f"'{cell}'; expected a number.", place)
    return None


READER = CodingReader("nvivo-comparison", "NVivo coding comparison (agreement only, no codings)", recognises, read)
