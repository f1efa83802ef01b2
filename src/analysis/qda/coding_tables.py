"""Tables of codings and of codes: CSV, TSV, Excel or JSON, their columns found by what they are usually called.

Three kinds of tables are read: rows of codings, a matrix of units and codes, and a codebook. A workbook may have
several; its matrices are left alone where rows say the same. Blank cells and rows are never taken for judgements
that nobody made.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

from analysis.qda.codebook_tables import OF_CODES, BookReader, is_codebook
from analysis.qda.coding_matrix import Matrix, is_matrix
from analysis.qda.coding_parts import GIVEN_OUT, SHEET, TABLE, Parts
from analysis.qda.coding_rows import RowReader, is_of_rows, lacks_codes
from analysis.qda.grids import LOOKED_AT, Grid, grids_in, refuse
from analysis.qda.project import Candidate, CodingReader, Project, Told
from analysis.qda.usual_columns import may_say, of_codings, placed

ROWS, MATRIX, BOOK = "rows", "matrix", "codebook"
KINDS: tuple[tuple[str, Callable[[Grid], bool]], ...] = (
    (ROWS, is_of_rows), (MATRIX, is_matrix), (BOOK, is_codebook), (ROWS, lacks_codes),
)  # fmt: skip
MEND = (
    "Expected a row for each coding (columns 'unit', 'coder', 'code', and where wanted 'start', 'end', 'round', 'memo',"
    " 'quote', 'time'), or a row for each unit with a column for each code, 1 or 0 in it. "
    "Correct this, then import again."
)
SHEET_IS_CODER = "no column says who coded; the sheet's name stands for the coder"


def recognises(candidate: Candidate) -> bool:
    """Whether any table of a file is one of codings or codes: by its columns' names and its first rows."""
    opened = candidate.opened
    return opened is not None and any(kind_of(grid) for grid in grids_in(opened, is_header, is_glance=True))


def kind_of(grid: Grid) -> str:
    """What kind of table it is; empty for one without codings or codes."""
    return next((kind for kind, fits in KINDS if fits(grid)), "")


def is_header(cells: Sequence[str]) -> bool:
    """Whether a row is likely to be the columns' names."""
    names = list(cells)
    of, of_codes = of_codings(names), placed(names, OF_CODES)
    is_of_codings = "unit" in of and bool({"coder", "code", "codes"} & of.keys())
    is_of_codes = {"code", "definition"} <= of_codes.keys()
    return is_of_codings or is_of_codes or any(may_say(name, "unit") for name in names)


def read(candidate: Candidate, scratch: Path, told: Told) -> Project:  # noqa: ARG001
    """A project with what the tables of a file say. Raises `CodingError` naming everything that is wrong with them."""
    if candidate.opened is None:
        raise AssertionError(candidate)
    grids = grids_in(candidate.opened, is_header)
    reading = _Reading(Parts(), told)
    reading.read([(kind_of(_looked_at(grid)), grid) for grid in grids])
    refuse([problem for grid in grids for problem in grid.problems], MEND)
    reading.refuse_blank(grids)
    is_ours = any(tuple(grid.header[: len(GIVEN_OUT)]) == GIVEN_OUT for grid in grids)
    return reading.parts.into(Project(Path(candidate.shown).stem, SHEET if is_ours else TABLE))


def _looked_at(grid: Grid) -> Grid:
    """The first rows of a table, by which it is known what it is."""
    return Grid(grid.shown, grid.sheet, grid.unit, grid.header, grid.rows[:LOOKED_AT])


class _Reading:
    """Reads the tables of one file."""

    def __init__(self, parts: Parts, told: Told) -> None:
        self.parts, self._told = parts, told
        self._has_book = False

    def read(self, grids: Sequence[tuple[str, Grid]]) -> None:
        """Read codebooks first, then codings."""
        self._check_rows([grid for kind, grid in grids if kind])
        self._has_book = any(kind == BOOK for kind, _ in grids)
        for kind, grid in grids:
            if kind == BOOK:
                BookReader(grid, self.parts).read()
        wanted = ROWS if any(kind == ROWS for kind, _ in grids) else MATRIX
        codings = [grid for kind, grid in grids if kind == wanted]
        for grid in codings:
            told = self._who(grid, is_one=len(codings) == 1)
            (RowReader if wanted == ROWS else Matrix)(grid, told, self.parts).read()
        for kind, grid in grids:
            if kind not in (BOOK, wanted):
                for _ in grid.rows:
                    self.parts.account.lose(f"a row of sheet '{grid.sheet}', which is not read")

    def _check_rows(self, grids: Sequence[Grid]) -> None:
        """Note names without a row below, and whatever stands above the names."""
        is_blank = not any(grid.rows for grid in grids)
        for grid in grids:
            if not grid.rows and is_blank:
                grid.note(grid.header_line, "no rows below the names of the columns. Code first, then import.")
            if grid.above:
                grid.note(
                    grid.header_line,
                    f"the names of the columns, with {grid.above} other row{'s' * (grid.above > 1)} above. "
                    "Expected them at the top: delete what stands above, undo merged cells.",
                )

    def _who(self, grid: Grid, *, is_one: bool) -> Told:
        """What the user said of the coder, or what the sheet's name says where each coder has a sheet."""
        if is_one or not grid.sheet or self._told.coder is not None or "coder" in of_codings(grid.header):
            return self._told
        self.parts.account.mend(SHEET_IS_CODER, f"sheet '{grid.sheet}'")
        return Told(grid.sheet, self._told.round)

    def refuse_blank(self, grids: Sequence[Grid]) -> None:
        """Raise `CodingError` where nothing was coded yet, and nothing read."""
        if not (self.parts.codings or self.parts.readings or self._has_book):
            grid = grids[0]
            refuse([f"{grid.at(grid.header_line)}: no cell below the names of the columns is filled."], MEND)


READER = CodingReader("table", "table of codings or codes: CSV, TSV, Excel or JSON", recognises, read)
