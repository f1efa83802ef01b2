"""Tables of codings as people and programs write them, made by hand for the tests."""

import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from openpyxl import Workbook

from analysis.qda.candidates import glimpsed
from analysis.qda.project import CodingReader, Project, Told

Table = Sequence[Sequence[object]]


def csv_file(folder: Path, text: str, name: str = "codings.csv", encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


def workbook(folder: Path, sheets: Mapping[str, Table], name: str = "codings.xlsx", merged: str = "") -> Path:
    made = Workbook()
    made.remove(made.active)
    for title, rows in sheets.items():
        sheet = made.create_sheet(title)
        for row in rows:
            sheet.append(list(row))
        if merged:
            sheet.merge_cells(merged)
    made.save(folder / name)
    return folder / name


def word(folder: Path, *tables: Table, name: str = "codebook.docx") -> Path:
    """A Word document with these tables; a line's end in a cell begins a new paragraph."""
    inside = "".join(f"<w:p><w:r><w:t>Codebook</w:t></w:r></w:p><w:tbl>{_rows(table)}</w:tbl>" for table in tables)
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    document = f'<?xml version="1.0"?><w:document xmlns:w="{space}"><w:body>{inside}</w:body></w:document>'
    with zipfile.ZipFile(folder / name, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("[Content_Types].xml", "<Types/>")
        packed.writestr("word/document.xml", document)
    return folder / name


def _rows(table: Table) -> str:
    return "".join(f"<w:tr>{''.join(map(_cell, row))}</w:tr>" for row in table)


def _cell(text: object) -> str:
    lines = "".join(f"<w:p><w:r><w:t>{line}</w:t></w:r></w:p>" for line in str(text).split("\n"))
    return f"<w:tc>{lines}</w:tc>"


def is_recognised(reader: CodingReader, path: Path) -> bool:
    return reader.recognises(glimpsed(path, _scratch(path)))


def reading(reader: CodingReader, path: Path, coder: str | None = None, number: int | None = None) -> Project:
    """What a reader makes of a file that it recognises."""
    candidate = glimpsed(path, _scratch(path))
    assert reader.recognises(candidate)
    return reader.read(candidate, _scratch(path), Told(coder, number))


def given(project: Project) -> set[tuple[str, str, str | None]]:
    """Which unit was given which code by whom, by name."""
    units = {source.guid: source.name for source in project.sources}
    codes = {code.guid: code.name for code in project.codes}
    return {(units[each.source], codes[each.code], each.coder) for each in project.codings}


def read_by(project: Project) -> list[tuple[str, str, int | None]]:
    """Who read which unit, by name, in reading order."""
    units = {source.guid: source.name for source in project.sources}
    return [(coder, units[unit], number) for coder, unit, number in project.readings]


def told(project: Project) -> dict[str, str]:
    """What was mended, with where."""
    return {repair.told: repair.where for repair in project.repairs}


def lost(project: Project) -> dict[str, int]:
    """What could not be kept, with how often."""
    return {loss.what: loss.count for loss in project.lost}


def _scratch(path: Path) -> Path:
    scratch = path.parent / "scratch"
    scratch.mkdir(exist_ok=True)
    return scratch
