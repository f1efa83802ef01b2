"""Capture files opened: packing, encoding, shape and separator found out from what is in them."""

import gzip
import json
import shutil
import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path

import duckdb
import pytest
from openpyxl import Workbook

from analysis.errors import CaptureError
from analysis.sources import decoding, unpacking
from analysis.sources.opening import find_separator, opened
from analysis.sources.reader import Opened

CSV = "笔记ID,text\np1,到目前为止每个人都非常友善和热情\n"
RECORD = {"id": "p1", "text": "你好", "images": [{"url": "x"}]}


def write(folder: Path, content: str | bytes, name: str = "capture") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def open_all(path: Path) -> list[Opened]:
    with opened(path, path.parent / "scratch") as captures:
        return captures


def open_one(path: Path) -> Opened:
    (capture,) = open_all(path)
    return capture


def text_of(path: Path) -> str:
    with opened(path, path.parent / "scratch") as (capture,):
        return capture.path.read_text(encoding="utf-8")


def test_a_plain_file_is_read_where_it_is(tmp_path):
    path = write(tmp_path, CSV)
    capture = open_one(path)
    assert (capture.path, capture.shown, capture.shape) == (path, str(path), "delimited")
    assert capture.tables == {"": ("笔记ID", "text")}
    assert capture.notes == ()


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-be", "utf-16-le", "gb18030"])
def test_an_encoding_is_found_out(tmp_path, encoding):
    mark = "\ufeff" if encoding in ("utf-16-be", "utf-16-le") else ""
    assert text_of(write(tmp_path, (mark + CSV).encode(encoding))).removeprefix("\ufeff") == CSV


def test_emoji_that_gb18030_kept_do_not_count_against_it(tmp_path):
    text = "id,text\np1,so kind 🎷🎸🎺 ¡hola! 你\n"
    assert text_of(write(tmp_path, text.encode("gb18030"))) == text


def test_what_gb18030_may_have_lost_is_said(tmp_path):
    (note,) = open_one(write(tmp_path, CSV.encode("gb18030"))).notes
    assert note.startswith("Its texts are in GB18030. A file saved so has often lost its emoji")


def test_characters_that_were_lost_before_are_counted(tmp_path):
    assert open_one(write(tmp_path, "id,text\n1,a\ufffdb\ufffd\n")).notes == (
        "At least 2 characters were lost before the file came here; each stands as \ufffd.",
    )


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"id,text\np1,\xff\xff\n", "byte 11 is not UTF-8, and the file is not in GB18030 either. Save it as UTF-8"),
        ("id,text\np1,la canción del niño\n".encode("cp1252"), "byte 19 is not UTF-8, and the file"),
        (("あいうえお,これはとうこうです\n" * 3).encode("shift-jis"), "byte 0 is not UTF-8, and the file is not in"),
        (b"\xff\xfei\x00d\x00\x00\xd8\n\x00", "not readable as UTF-16: .* Save it as UTF-8"),
        (b"no\x90\x00\x03binary", r"a binary file of an unknown kind \(byte 3 is 0\). Expected text, or a workbook"),
    ],
    ids=["neither", "Western", "Japanese", "broken UTF-16", "binary"],
)
def test_what_is_no_text_of_a_known_encoding_is_refused(tmp_path, content, told):
    with pytest.raises(CaptureError, match=f"capture: {told}"):
        open_one(write(tmp_path, content))


@pytest.mark.parametrize(
    ("content", "byte"), [(b"abc\xe4\xbd\xa0de\xff\xff", 8), (b"abc\xe4\xbdxyz\xff\xff", 3)], ids=["after", "within"]
)
def test_the_byte_is_named_where_a_character_spans_two_blocks(tmp_path, monkeypatch, content, byte):
    monkeypatch.setattr(decoding, "BLOCK", 4)
    with pytest.raises(CaptureError, match=f"byte {byte} is not UTF-8"):
        open_one(write(tmp_path, content))


def test_a_file_that_breaks_off_within_a_character_is_still_utf_8(tmp_path):
    lines = (json.dumps(RECORD, ensure_ascii=False) + "\n").encode()
    capture = open_one(write(tmp_path, lines * 2 + lines[:24]))
    assert (capture.shape, len(capture.sample)) == ("lines", 2)


def test_a_large_file_is_looked_into_at_places_spread_over_it(tmp_path, monkeypatch):
    monkeypatch.setattr(decoding, "READ_WHOLE_BELOW", 1000)
    monkeypatch.setattr(decoding, "GLANCE", 7)
    content = ("id,text\n" + "p1,你好吗朋友\n" * 200).encode()
    assert open_one(write(tmp_path, content)).notes == ()
    assert "GB18030" in open_one(write(tmp_path, content.decode().encode("gb18030"))).notes[0]


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"%PDF-1.4\n1 0 obj\n<< /Type, /Catalog >>\n", "a PDF document"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "a PNG image"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", "a JPEG image"),
        (b"RIFF\x24\0\0\0WEBPVP8 ", "a WebP image, a sound or a film"),
        (b"\0\0\0\x18ftypmp42", "a film, a sound or an image of a telephone"),
        (b"\xef\xbb\xbf\n<!DOCTYPE HTML><html>", "a web page"),
        (b"Rar!\x1a\x07\0", "a RAR archive"),
        (gzip.compress(b"%PDF-1.4\n", mtime=0), "a PDF document"),
    ],
)  # fmt: skip
def test_what_holds_no_records_is_told_by_what_it_is(tmp_path, content, kind):
    with pytest.raises(CaptureError, match=f"capture: {kind}; expected a capture. (Export the records|Unpack it)"):
        open_one(write(tmp_path, content))


@pytest.mark.parametrize(
    ("member", "kind"), [("word/document.xml", "a Word document"), ("ppt/presentation.xml", "a PowerPoint")]
)
def test_a_document_that_is_a_zip_inside_is_no_capture(tmp_path, member, kind):
    with pytest.raises(CaptureError, match=rf"x.zip: {kind}.*; expected a capture\. Export the records themselves"):
        open_one(zipped(tmp_path, {member: b"<a/>"}))


@pytest.mark.parametrize("text", ["PDF,text\np1,x\n", "Rare,id\n1,2\n", "MZ_id,text\n1,2\n"])
def test_a_table_that_begins_like_another_file_is_a_table(tmp_path, text):
    assert open_one(write(tmp_path, text)).shape == "delimited"


def test_a_gzip_file_is_unpacked_and_cleared_away(tmp_path):
    path = write(tmp_path, gzip.compress(CSV.encode()), "x.csv")
    assert text_of(path) == CSV
    assert list((tmp_path / "scratch").iterdir()) == []


def test_what_was_unpacked_is_cleared_away_after_an_error_too(tmp_path):
    with pytest.raises(CaptureError):
        open_one(write(tmp_path, gzip.compress(b"\0")))
    assert list((tmp_path / "scratch").iterdir()) == []


def zipped(folder: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(folder / "x.zip", "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return folder / "x.zip"


def test_each_file_of_a_zip_is_a_capture_and_what_systems_hide_is_none(tmp_path):
    tsv = b"id\ttext\np1\ta,b\n"
    members = {"folder/": b"", "folder/posts.tsv": tsv, "__MACOSX/folder/posts.tsv": b"\0", ".DS_Store": b"\0"}
    path = zipped(tmp_path, members | {"more.json.gz": gzip.compress(json.dumps([RECORD]).encode())})
    posts, more = open_all(path)
    assert (posts.shown, posts.separator, posts.tables) == (f"{path}, folder/posts.tsv", "\t", {"": ("id", "text")})
    assert (more.shown, more.shape) == (f"{path}, more.json.gz", "array")


def encrypted(folder: Path) -> Path:
    path = zipped(folder, {"a.csv": b"id\n1\n"})
    content = bytearray(path.read_bytes())
    for mark, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(mark) + flags] |= 1
    path.write_bytes(content)
    return path


def packed_often(folder: Path) -> Path:
    content = b"id\n1\n"
    for _ in range(7):
        content = gzip.compress(content)
    return write(folder, content)


def half_a_zip(folder: Path) -> Path:
    path = zipped(folder, {"a.csv": b"id\n1\n" * 100})
    return write(folder, path.read_bytes()[:200])


def zip_with_a_broken_member(folder: Path) -> Path:
    path = zipped(folder, {"a.csv": b"id\n12345678\n"})
    return write(folder, path.read_bytes().replace(b"12345678\n", b"12345679\n"))


@pytest.mark.parametrize(
    ("made", "told"),
    [
        (lambda folder: folder / "none.csv", "none.csv: there is no such file. Check the path."),
        (lambda folder: folder, "a folder; expected a capture file. Name the files in it"),
        (lambda folder: write(folder, b""), "capture: the file is empty; expected a capture. Export it again."),
        (lambda folder: write(folder, b" \n\n"), "capture: nothing but blanks in the file"),
        (lambda folder: write(folder, gzip.compress(CSV.encode() * 99)[:-20]), "a gzip file that is cut off or broken"),
        (lambda folder: write(folder, b"\x1f\x8b\x08no gzip at all..."), "a gzip file that is cut off or broken"),
        (lambda folder: zipped(folder, {}), "x.zip: a zip without files; expected captures in it."),
        (encrypted, "x.zip, a.csv: encrypted. Unpack the zip with its password"),
        (half_a_zip, "capture: a zip file that is cut off or broken"),
        (zip_with_a_broken_member, "capture: a zip file that is cut off or broken: Bad CRC-32"),
        (packed_often, "capture: packed more than 5 times over. Unpack it"),
    ],
    ids=["missing", "folder", "empty", "blank", "cut gzip", "no gzip", "empty zip", "encrypted", "cut zip",
         "broken member", "often"],
)  # fmt: skip
def test_a_file_that_cannot_be_unpacked_is_refused(tmp_path, made, told):
    with pytest.raises(CaptureError, match=told):
        open_all(made(tmp_path))


@pytest.mark.parametrize("made", [lambda f: zipped(f, {"a": b"x"}), lambda f: write(f, gzip.compress(b"x"))])
def test_what_does_not_fit_on_the_disk_is_not_unpacked(tmp_path, monkeypatch, made):
    monkeypatch.setattr(unpacking, "KEPT_FREE", shutil.disk_usage(tmp_path).total)
    with pytest.raises(CaptureError, match="unpacked it does not fit on the disk, where .* MB are free. Make room"):
        open_all(made(tmp_path))


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_a_separator_is_told_by_rows_of_equal_width(tmp_path, separator):
    content = separator.join(("id", "text", "n")) + "\n" + separator.join(("1", '"a, b; c\td|e\nf"', "2")) + "\n"
    capture = open_one(write(tmp_path, content))
    assert (capture.separator, capture.tables[""]) == (separator, ("id", "text", "n"))


def test_separators_in_quotes_and_in_single_rows_do_not_count():
    assert find_separator('a;b\n1;"x, y, z"\n2;p, q, r\n') == ";"
    assert find_separator("one column\nof words, here\n") == ","
    assert find_separator('a,"b\nc",d\n1,2,3\n') == ","


def test_a_line_separator_within_a_cell_does_not_end_its_row(tmp_path):
    assert open_one(write(tmp_path, "id;te\u2028xt;n\n1;a;2\n")).tables == {"": ("id", "te\u2028xt", "n")}


def test_a_table_that_starts_with_a_bracket_is_no_json(tmp_path):
    assert open_one(write(tmp_path, "[id],[text]\n1,a\n")).tables == {"": ("[id]", "[text]")}


def test_json_lines_are_told_by_their_first_records(tmp_path):
    capture = open_one(write(tmp_path, json.dumps(RECORD) + "\n{broken\n\n" + '{"id": "p2"}\n' * 60))
    assert capture.shape == "lines"
    assert len(capture.sample) == 50
    assert capture.sample[:2] == (RECORD, {"id": "p2"})


def test_json_lines_whose_first_line_is_broken_are_read_from_the_second(tmp_path):
    capture = open_one(write(tmp_path, '{"id": \n' + '{"id": "p2"}\n' * 2))
    assert (capture.shape, capture.sample[0]) == ("lines", {"id": "p2"})


@pytest.mark.parametrize("indent", [None, 4])
def test_a_json_list_is_told_and_sampled(tmp_path, indent):
    capture = open_one(write(tmp_path, json.dumps([RECORD, 3, *[{"id": "p2"}] * 60], indent=indent)))
    assert (capture.shape, len(capture.sample)) == ("array", 50)
    assert capture.sample[:2] == (RECORD, {"id": "p2"})


def test_a_json_list_that_breaks_off_is_sampled_as_far_as_it_goes(tmp_path):
    assert open_one(write(tmp_path, '[{"id": "p1"}, {"id":')).sample == ({"id": "p1"},)


@pytest.mark.parametrize(
    "whole",
    [{"data": [RECORD, RECORD], "meta": {"count": 2}}, {"whatever": [RECORD, RECORD]}],
    ids=["usual name", "only key"],
)
@pytest.mark.parametrize("indent", [None, 2])
def test_the_list_in_one_json_object_is_the_capture(tmp_path, whole, indent):
    with opened(write(tmp_path, json.dumps(whole, indent=indent)), tmp_path) as (capture,):
        assert (capture.shape, capture.sample) == ("array", (RECORD, RECORD))
        assert json.loads(capture.path.read_text(encoding="utf-8")) == [RECORD, RECORD]


def test_one_record_on_one_line_is_not_taken_apart(tmp_path):
    capture = open_one(write(tmp_path, json.dumps(RECORD) + "\n"))
    assert (capture.shape, capture.sample) == ("lines", (RECORD,))


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (json.dumps(RECORD, indent=2), "found one JSON object with 'id', 'text', 'images'; expected records: one a"),
        ('{"a": [\n{"x": 1}\n], "b": [\n{"y": 1}\n]}', "found one JSON object with 'a', 'b'; expected records: one a"),
        ("{nothing: like, json}\n", "found no JSON that can be read; expected records: one a line, or a list"),
        ("[ ]", "an empty JSON list; expected records. Export the capture again."),
    ],
    ids=["object", "two lists", "no JSON", "empty list"],
)
def test_json_without_records_is_refused(tmp_path, content, told):
    with pytest.raises(CaptureError, match=f"capture: {told}"):
        open_one(write(tmp_path, content))


def test_a_workbook_gives_the_columns_of_each_sheet_that_is_not_blank(tmp_path):
    book = Workbook()
    book.active.title = "Contents"
    book.active.append([" note_id ", None, "text"])
    book.create_sheet("Empty")
    book.save(tmp_path / "x.csv")
    capture = open_one(tmp_path / "x.csv")
    assert (capture.shape, capture.tables) == ("workbook", {"Contents": ("note_id", "column 2", "text")})


def test_a_database_gives_the_columns_of_each_table(tmp_path):
    with closing(sqlite3.connect(tmp_path / "x.txt")) as database:
        database.execute("CREATE TABLE note (id INTEGER PRIMARY KEY AUTOINCREMENT, text TEXT)")
        database.execute("CREATE VIEW seen AS SELECT text FROM note")
    capture = open_one(tmp_path / "x.txt")
    assert (capture.shape, capture.tables) == ("database", {"note": ("id", "text"), "seen": ("text",)})


def test_a_parquet_file_gives_its_columns(tmp_path):
    path = tmp_path / "x"
    duckdb.sql(f"COPY (SELECT 'p1' AS id, 3 AS \" likes \") TO '{path}' (FORMAT parquet)")
    capture = open_one(path)
    assert (capture.shape, capture.tables) == ("parquet", {"": ("id", "likes")})


def blank_workbook(folder: Path) -> Path:
    Workbook().save(folder / "x.xlsx")
    return folder / "x.xlsx"


def empty_database(folder: Path) -> Path:
    with closing(sqlite3.connect(folder / "x.db")) as database:
        database.execute("PRAGMA user_version = 1")
    return folder / "x.db"


@pytest.mark.parametrize(
    ("made", "told"),
    [
        (lambda folder: write(folder, b"PAR1 cut off"), "not readable as a Parquet file, cut off or broken. Copy or"),
        (lambda folder: write(folder, b"SQLite format 3\0" + b"x" * 99), "not readable as a SQLite database: file is"),
        (empty_database, "x.db: a SQLite database without tables; expected a capture."),
        (lambda folder: write(folder, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 600), "not readable as a workbook"),
        (lambda folder: zipped(folder, {"xl/workbook.xml": b"<x"}), "x.zip: not readable as a workbook: .*password"),
        (blank_workbook, "x.xlsx: a workbook without a filled cell; expected a capture."),
    ],
    ids=["Parquet", "SQLite", "no tables", "old workbook", "workbook", "blank workbook"],
)
def test_a_broken_or_blank_container_is_refused(tmp_path, made, told):
    with pytest.raises(CaptureError, match=told):
        open_one(made(tmp_path))
