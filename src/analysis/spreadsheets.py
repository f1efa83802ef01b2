"""Tables as one Excel workbook: every cell what it is, no text ever a formula or a link, the same bytes each time."""

import datetime as dt
import io
import zipfile
from collections.abc import Mapping
from typing import Any

import pandas as pd

# A cell cannot hold more, by the format.
LONGEST_CELL = 32_767
WIDEST, NARROWEST = 60, 8
CREATED = dt.datetime(2025, 1, 19)  # noqa: DTZ001 - the format knows no zones
EARLIEST = (1980, 1, 1, 0, 0, 0)


def workbook_of(sheets: Mapping[str, pd.DataFrame]) -> bytes:
    """A workbook with a sheet for each table: its header frozen and filtered, columns as wide as what is in them."""
    import xlsxwriter

    content = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(content, options) as book:
        book.set_properties({"created": CREATED})
        head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        body = book.add_format({"text_wrap": True, "valign": "top"})
        for name, table in sheets.items():
            _fill(book.add_worksheet(name), table, head, body)
    return _stored(content.getvalue())


def _fill(sheet: Any, table: pd.DataFrame, head: Any, body: Any) -> None:
    for place, name in enumerate(table.columns):
        cells = [_cell(cell) for cell in table[name]]
        sheet.set_column(place, place, _width(str(name), cells), body)
        sheet.write_string(0, place, str(name), head)
        for row, cell in enumerate(cells, start=1):
            if isinstance(cell, str):
                sheet.write_string(row, place, cell, body)
            elif cell is not None:
                sheet.write_number(row, place, cell, body)
    sheet.freeze_panes(1, 1)
    if len(table.columns):
        sheet.autofilter(0, 0, len(table), len(table.columns) - 1)


def _cell(cell: Any) -> str | float | None:
    """A cell as a text or number; missing stays empty, a text that is too long is cut and ends with a sign for it."""
    if pd.isna(cell):
        return None
    if isinstance(cell, bool):
        return int(cell)
    if isinstance(cell, str):
        return cell if len(cell) <= LONGEST_CELL else f"{cell[: LONGEST_CELL - 1]}…"
    if isinstance(cell, pd.Timestamp):
        return f"{cell:%Y-%m-%dT%H:%M:%SZ}"
    return float(cell)


def _width(name: str, cells: list[str | float | None]) -> int:
    longest = max((len(line) for cell in cells if isinstance(cell, str) for line in cell.splitlines()), default=0)
    return min(max(longest, min(len(name), WIDEST // 3), NARROWEST) + 2, WIDEST)


def _stored(packed: bytes) -> bytes:
    """A zip with its members stored, as how well a compressor does differs from machine to machine."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(packed)) as archive, zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as stored:
        for name in archive.namelist():
            member = zipfile.ZipInfo(name, EARLIEST)
            member.create_system, member.external_attr = 3, 0o644 << 16
            stored.writestr(member, archive.read(name))
    return out.getvalue()
