"""The rows of every kind of capture file, as something to select from."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import date, datetime
from pathlib import Path

import pytest
from openpyxl import Workbook

from analysis.database import Connection, connected, quoted
from analysis.errors import CaptureError
from analysis.sources import rows as rows_module
from analysis.sources.reader import Opened
from analysis.sources.rows import first_rows, rows
from analysis.sources.tabular import column_names


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Connection]:
    with connected(tmp_path / "spilled") as opened:
        yield opened


def select(db: Connection, opened: Opened, table: str = "", columns: tuple[str, ...] = ()) -> list[tuple]:
    return db.execute(f"SELECT * FROM {rows(db, opened, table, columns)} ORDER BY line").fetchall()


def named(db: Connection, opened: Opened, table: str = "", columns: tuple[str, ...] = ()) -> list[str]:
    return [name for name, *_ in db.execute(f"DESCRIBE SELECT * FROM {rows(db, opened, table, columns)}").fetchall()]


def delimited(folder: Path, content: str, *columns: str, separator: str = ",") -> Opened:
    path = folder / "posts.csv"
    path.write_bytes(content.encode())
    return Opened(path, "posts.csv", "delimited", {"": columns}, separator=separator)


def in_json(folder: Path, content: str, shape: str) -> Opened:
    path = folder / "posts.json"
    path.write_bytes(content.encode())
    return Opened(path, "posts.json", shape)


def test_a_delimited_row_is_named_by_the_line_on_which_it_starts(db, tmp_path):
    opened = delimited(tmp_path, '\ufeffid,text\r\n1,"two\nlines"\r\n\r\n2,"say ""hi"", you"\r\n', "id", "text")
    assert select(db, opened) == [(2, False, "1", "two\nlines"), (5, False, "2", 'say "hi", you')]


def test_an_empty_cell_of_a_delimited_file_stays_an_empty_text(db, tmp_path):
    assert select(db, delimited(tmp_path, 'a,b\n,""\n', "a", "b")) == [(2, False, "", "")]


def test_every_unreadable_row_is_told_at_once(db, tmp_path):
    content = 'a,b\n1,2,3\n"x"y,1\n4,5\n6\n7,"never closed\n8,9\n'
    with pytest.raises(CaptureError) as refused:
        rows(db, delimited(tmp_path, content, "a", "b"))
    told = str(refused.value).splitlines()
    assert told[0] == "posts.csv, line 2: 3 cells; expected 2."
    assert told[1] == "posts.csv, line 3: not readable: ',' expected after '\"'."
    assert told[2] == "posts.csv, line 5: 1 cells; expected 2."
    assert told[3].startswith("posts.csv, line 6: the file breaks off inside this row, or a quote is opened and never")
    assert told[4] == "4 such rows in all. Check quotes and separators."


def test_of_many_unreadable_rows_the_first_ten_are_told_and_all_are_counted(db, tmp_path):
    with pytest.raises(CaptureError) as refused:
        rows(db, delimited(tmp_path, "a,b\n" + "1\n" * 25, "a", "b"))
    assert str(refused.value).count("1 cells") == 10
    assert "25 such rows in all" in str(refused.value)


def test_a_file_that_was_refused_is_refused_again(db, tmp_path):
    opened = delimited(tmp_path, "a,b\n1\n", "a", "b")
    for _ in range(2):
        with pytest.raises(CaptureError, match="line 2: 1 cells"):
            rows(db, opened)


def test_a_capture_that_ends_with_a_whole_row_is_read_as_far_as_it_goes(db, tmp_path):
    opened = delimited(tmp_path, "id;image_url\n1;a\n2;b", "id", "image_url", separator=";")
    assert [cells[2:] for cells in select(db, opened)] == [("1", "a"), ("2", "b")]


def test_a_byte_that_is_no_text_refuses_the_file_when_its_row_is_read(db, tmp_path):
    opened = delimited(tmp_path, "a,b\n", "a", "b")
    opened.path.write_bytes(b"a,b\n1,\xff\n")
    with pytest.raises(CaptureError, match="posts.csv: not readable to its end: .*The file is broken; export"):
        rows(db, opened)


def test_a_file_is_staged_in_chunks_and_once(db, tmp_path, monkeypatch):
    monkeypatch.setattr(rows_module, "CHUNK", 2)
    opened = delimited(tmp_path, "a\n" + "".join(f"{number}\n" for number in range(5)), "a")
    assert [cells[2] for cells in select(db, opened)] == list("01234")
    opened.path.unlink()
    assert len(select(db, opened)) == 5


def test_a_cell_longer_than_the_usual_limit_is_read(db, tmp_path):
    assert len(select(db, delimited(tmp_path, f"a\n{'x' * 200_000}\n", "a"))[0][2]) == 200_000


def test_asked_columns_are_given_and_those_that_the_file_lacks_are_missing(db, tmp_path):
    opened = delimited(tmp_path, "a,b\n1,2\n", "a", "b")
    assert select(db, opened, columns=("b", "z")) == [(2, False, "2", None)]


def test_a_column_that_is_called_as_one_of_ours_gets_a_low_line(db, tmp_path):
    opened = delimited(tmp_path, "Line,unreadable\nx,y\n", "Line", "unreadable")
    assert named(db, opened) == ["line", "unreadable", "Line_", "unreadable_"]
    assert select(db, opened) == [(2, False, "x", "y")]


@pytest.mark.parametrize("columns", [("id", "id"), ("ID", "id")], ids=["same", "capitals"])
def test_columns_that_are_called_alike_are_refused(db, tmp_path, columns):
    told = f"posts.csv: more than one column is called {', '.join(dict.fromkeys(map(repr, columns)))}. Give each"
    with pytest.raises(CaptureError, match=told):
        rows(db, delimited(tmp_path, "a,b\n1,2\n", *columns))


def test_a_sheet_that_is_not_there_is_refused_with_those_that_are(db, tmp_path):
    with pytest.raises(CaptureError, match="there is no 'Content' in it. Nearest: 'Contents'. Found: 'Contents'."):
        rows(db, Opened(tmp_path, "x.xlsx", "workbook", {"Contents": ("a",)}), "Content")


def test_columns_without_a_name_are_called_by_their_place():
    assert column_names([" id ", "", None]) == ("id", "column 2", "column 3")


@pytest.fixture
def workbook(tmp_path: Path) -> Opened:
    book = Workbook()
    sheet = book.active
    sheet.title = "Contents"
    sheet.append([])
    sheet["A2"], sheet["B2"], sheet["C2"], sheet["D2"] = "id", "number", "when", "yes"
    sheet["A4"], sheet["B4"], sheet["C4"], sheet["D4"] = (
        678567856785678567856785,
        12,
        datetime.fromisoformat("2025-01-14T12:08"),
        True,
    )
    sheet["A5"], sheet["B5"], sheet["C5"] = "6785e350a276837fb0382e0a", 0.5, date(2025, 1, 2)
    book.create_sheet("Comments").append(["cid"])
    book.save(tmp_path / "x.xlsx")
    tables = {"Contents": ("id", "number", "when", "yes"), "Comments": ("cid",)}
    return Opened(tmp_path / "x.xlsx", "x.xlsx", "workbook", tables)


def test_cells_of_a_workbook_become_texts_and_blank_ones_are_missing(db, workbook):
    assert select(db, workbook, "Contents") == [
        (4, False, "6.78567856785679e+23", "12", "2025-01-14T12:08:00", "true"),
        (5, False, "6785e350a276837fb0382e0a", "0.5", "2025-01-02", None),
    ]


def test_a_sheet_of_nothing_but_a_header_has_no_rows(db, workbook):
    assert select(db, workbook, "Comments") == []


def make_database(path: Path) -> Opened:
    with closing(sqlite3.connect(path)) as database:
        # Kept so, a database that is only read from can still get files beside it.
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("CREATE TABLE note (id TEXT, number INTEGER, share REAL, raw BLOB)")
        database.execute("INSERT INTO note VALUES ('1', 12345678901234567, 3.0, x'ff41'), ('', NULL, 3.5, NULL)")
        database.commit()
    return Opened(path, path.name, "database", {"note": ("id", "number", "share", "raw")})


def test_rows_of_a_database_are_numbered_and_its_numbers_are_exact(db, tmp_path):
    assert select(db, make_database(tmp_path / "x.db"), "note") == [
        (1, False, "1", "12345678901234567", "3", "\ufffdA"),
        (2, False, "", None, "3.5", None),
    ]


def test_reading_a_database_leaves_nothing_beside_it(db, tmp_path):
    opened = make_database(tmp_path / "x.db")
    before = opened.path.read_bytes()
    select(db, opened, "note")
    assert opened.path.read_bytes() == before
    assert [path.name for path in tmp_path.glob("x.db*")] == ["x.db"]


def test_rows_that_a_tool_has_not_yet_moved_into_its_database_are_read(db, tmp_path):
    with closing(sqlite3.connect(tmp_path / "x.db")) as running:
        running.execute("PRAGMA journal_mode = WAL")
        running.execute("CREATE TABLE note (id TEXT)")
        running.execute("INSERT INTO note VALUES ('p1')")
        running.commit()
        opened = Opened(tmp_path / "x.db", "x.db", "database", {"note": ("id",)})
        assert select(db, opened, "note") == [(1, False, "p1")]


def test_a_broken_database_is_refused(db, tmp_path):
    opened = make_database(tmp_path / "x.db")
    with opened.path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * 4096)
    with pytest.raises(CaptureError, match="x.db: not readable to its end: database disk image is malformed. The file"):
        rows(db, opened, "note")


def test_a_parquet_file_gives_texts_and_numbers_without_a_fraction(db, tmp_path):
    path = tmp_path / "x.parquet"
    record = """SELECT 12.0::DOUBLE AS whole, 1.5::DOUBLE AS part, 'nan'::DOUBLE AS none, 1e20::DOUBLE AS large,
        [1, 2] AS listed, {'a': 1} AS nested, TIMESTAMP '2025-01-14 12:08:00' AS moment, NULL::VARCHAR AS text"""
    db.execute(f"COPY ({record}) TO {quoted(str(path))}")
    opened = Opened(path, "x.parquet", "parquet", {"": tuple("abcdefgh")})
    assert select(db, opened) == [
        (1, False, "12", "1.5", None, "1.00000000000000e+20", "[1,2]", '{"a":1}', "2025-01-14 12:08:00", None)
    ]
    assert first_rows(opened, "", 5)[0]["a"] == "12"


LINES = '{"a":1,"x/y":["é"],"b":{"c":null}}\n{"a":\n[1]\n{"a":"7.6万","b":{"c":"d"},"e.f":"g"}\n'


def test_a_line_that_is_no_record_is_a_row_that_says_so(db, tmp_path):
    opened = in_json(tmp_path, LINES, "lines")
    assert named(db, opened) == ["line", "unreadable", "a", "b", "e.f", "x/y"]
    assert select(db, opened) == [
        (1, False, "1", '{"c":null}', None, '["é"]'),
        (2, True, None, None, None, None),
        (3, True, None, None, None, None),
        (4, False, "7.6万", '{"c":"d"}', "g", None),
    ]


def test_a_key_within_another_is_asked_for_with_a_dot(db, tmp_path):
    found = select(db, in_json(tmp_path, LINES, "lines"), columns=("b.c", "e.f", "zz"))
    assert found[0][2:] == (None, None, None)
    assert found[3][2:] == ("d", "g", None)


def test_lines_without_a_record_give_rows_without_columns(db, tmp_path):
    assert select(db, in_json(tmp_path, "[1]\n[2]\n", "lines")) == [(1, True), (2, True)]


def test_a_list_of_records_is_numbered_from_one_and_long_numbers_stay_exact(db, tmp_path):
    opened = in_json(tmp_path, '[{"id": 1752345678901234567},\n{"id": "p2"}, 3]', "array")
    assert select(db, opened) == [(1, False, "1752345678901234567"), (2, False, "p2"), (3, True, None)]


@pytest.mark.parametrize("columns", [(), ("a",)], ids=["all", "asked"])
def test_a_list_that_breaks_off_is_refused_and_named_as_its_user_knows_it(db, tmp_path, columns):
    with pytest.raises(CaptureError, match="posts.json: not readable to its end: ") as refused:
        rows(db, in_json(tmp_path, '[{"a":1},{"b":2}', "array"), columns=columns)
    assert str(tmp_path) not in str(refused.value)
    assert "The file may be cut off; export it again." in str(refused.value)


def test_keys_that_differ_in_capitals_only_are_refused(db, tmp_path):
    with pytest.raises(CaptureError, match="more than one column is called 'ID', 'id'"):
        rows(db, in_json(tmp_path, '{"id":1}\n{"ID":2}\n', "lines"))


def test_the_first_rows_of_a_file_are_looked_at_without_reading_all(db, tmp_path, workbook):
    assert first_rows(delimited(tmp_path, "a,b\n1,2\n3,4\n5\n", "a", "b"), "", 2) == [
        {"a": "1", "b": "2"},
        {"a": "3", "b": "4"},
    ]
    assert first_rows(delimited(tmp_path, "a,b\n1\n", "a", "b"), "", 2) == []
    assert [row["number"] for row in first_rows(workbook, "Contents", 9)] == ["12", "0.5"]
    sample = ({"id": 1, "user": {"id": 2, "tags": ["x"]}, "text": None},)
    record = Opened(tmp_path, "x", "lines", sample=sample)
    assert first_rows(record, "", 5) == [{"id": "1", "text": None, "user.id": "2", "user.tags": json.dumps(["x"])}]
