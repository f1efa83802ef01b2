"""Codebooks as a table in a Word document, as NVivo exports them: Name, Description, Files, References."""

from collections.abc import Iterator
from pathlib import Path

from analysis.errors import CodingError
from analysis.qda import archive, xml
from analysis.qda.codebook_tables import BookReader, is_codebook
from analysis.qda.coding_parts import Parts
from analysis.qda.grids import Grid, Row, refuse
from analysis.qda.project import Candidate, CodingReader, Project, Told

DOCUMENT = "word/document.xml"
FLAT = "a codebook in Word does not say what stands above a code; codes are taken for codes without a theme"
EXPECTED = "no table with the columns Name and Description. Export the codebook as REFI-QDA (.qdc), or as a table."


def recognises(candidate: Candidate) -> bool:
    """Whether a file is a Word document."""
    return DOCUMENT in candidate.members


def read(candidate: Candidate, scratch: Path, told: Told) -> Project:  # noqa: ARG001
    """A project with the codes of all tables that are codebooks. Raises `CodingError` where there is none."""
    parts = Parts()
    with archive.opened(candidate.path, candidate.shown, scratch) as packed, packed.open(DOCUMENT) as file:
        tables = [_rows(table) for table in xml.parts(file, candidate.shown, ("tbl",)) if xml.local(table) == "tbl"]
    grids = [_grid(candidate.shown, number, rows) for number, rows in enumerate(tables, start=1) if rows]
    books = [grid for grid in grids if is_codebook(grid)]
    if not books:
        raise CodingError(f"{candidate.shown}: {EXPECTED}")
    for book in books:
        BookReader(book, parts).read()
    refuse([problem for book in books for problem in book.problems], "Correct this, then import again.")
    if not any(code.parent for code in parts.codes.values()):
        parts.account.mend(FLAT, "all codes")
    return parts.into(Project(Path(candidate.shown).stem, "Word"))


def _grid(shown: str, number: int, rows: list[Row]) -> Grid:
    """A table with its first row as the columns' names."""
    (line, header), *below = rows
    cells = [(at, [*cells, *[""] * len(header)][: len(header)]) for at, cells in below]
    return Grid(f"{shown}, table {number}", "", "row", header, cells, line)


def _rows(table: xml.Element) -> list[Row]:
    """The rows of a table, each with its number."""
    rows = enumerate(xml.children(table, "tr"), start=1)
    return [(number, [_text(cell) for cell in xml.children(row, "tc")]) for number, row in rows]


def _text(cell: xml.Element) -> str:
    """What a cell says, a line for each paragraph."""
    return "\n".join(_paragraphs(cell)).strip()


def _paragraphs(cell: xml.Element) -> Iterator[str]:
    for paragraph in xml.children(cell, "p"):
        yield "".join(part.text or "" for part in paragraph.iter() if xml.local(part) == "t")


READER = CodingReader("word", "codebook in Word (.docx)", recognises, read)
