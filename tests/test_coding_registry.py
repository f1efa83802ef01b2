"""Which format a file of codings is in, told by what is in it, and that a capture is none."""

import io
import json
import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path

import pytest

from analysis.errors import CodingError
from analysis.qda import refi, registry
from analysis.qda.candidates import glimpsed, root_of
from analysis.qda.registry import READERS, is_coding
from analysis.sources.opening import opened
from analysis.sources.registry import READERS as CAPTURES
from making import PROJECT
from qda_making import DECLARATION, project_xml, qdpx
from table_making import csv_file, reading, word, workbook

ROWS = "unit,coder,code\np1,Ana,Humour\n"


def name_of(path: Path) -> str:
    """The name of the reader that recognises a file; empty where none does."""
    scratch = path.parent / "scratch"
    scratch.mkdir(exist_ok=True)
    found = registry.recognised(glimpsed(path, scratch))
    return found.name if found else ""


def test_every_format_has_a_name_and_a_title_of_its_own():
    assert len({reader.name for reader in READERS}) == len({reader.title for reader in READERS}) == len(READERS)


def zipped(folder: Path, members: dict[str, bytes], name: str = "packed.zip") -> Path:
    with zipfile.ZipFile(folder / name, "w", zipfile.ZIP_DEFLATED) as packed:
        for member, content in members.items():
            packed.writestr(member, content)
    return folder / name


def qualcoder(path: Path) -> Path:
    with closing(sqlite3.connect(path)) as database:
        for table in ("project", "source", "code_name", "code_cat", "code_text", "case_text"):
            database.execute(f"CREATE TABLE {table} (id INTEGER)")
        database.commit()
    return path


def taguette(path: Path) -> Path:
    with closing(sqlite3.connect(path)) as database:
        for table in ("projects", "documents", "tags", "highlights", "highlight_tags"):
            database.execute(f"CREATE TABLE {table} (id INTEGER)")
        database.commit()
    return path


def in_a_folder(folder: Path) -> Path:
    (folder / "made.qda").mkdir()
    qualcoder(folder / "made.qda" / "data.qda")
    return folder / "made.qda"


def zipped_database(folder: Path) -> Path:
    content = qualcoder(folder / "data.qda").read_bytes()
    return zipped(folder, {"made.qda/data.qda": content, "made.qda/images/one.png": b"-"})


NVIVO = {"Sheet1": [[None, "A : p1"], ["1 : Humour", 1]]}
COMPARED = {"Sheet1": [["Node", "Source", "Kappa", "Agreement (%)"], ["Humour", "p1", 1, 100]]}
CODEBOOK = f'{DECLARATION}<CodeBook xmlns="urn:QDA-XML:codebook:1.0"><Codes/></CodeBook>'


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (lambda folder: qdpx(folder, project_xml("<Sources/>"), name="codings.csv"), "refi"),
        (lambda folder: csv_file(folder, project_xml(""), "project.qde"), "refi"),
        (lambda folder: csv_file(folder, project_xml(""), "project.qde", "utf-16"), "refi"),
        (lambda folder: csv_file(folder, CODEBOOK, "codes.xml"), "qdc"),
        (lambda folder: csv_file(folder, f"\n \n{CODEBOOK}", "codes.qdc"), "qdc"),
        (in_a_folder, "qualcoder"),
        (lambda folder: qualcoder(folder / "saved.db"), "qualcoder"),
        (zipped_database, "qualcoder"),
        (lambda folder: taguette(folder / "saved.db"), "taguette"),
        (lambda folder: csv_file(folder, "id,document,tag,content\n1,Talk,Humour,Ha\n"), "taguette-tables"),
        (lambda folder: workbook(folder, NVIVO, "posts.xlsx"), "nvivo-matrix"),
        (lambda folder: workbook(folder, COMPARED), "nvivo-comparison"),
        (lambda folder: word(folder, [["Name", "Description"]]), "word"),
        (lambda folder: csv_file(folder, ROWS, "codings.txt"), "table"),
        (lambda folder: csv_file(folder, "code,definition\nHumour,Fun.\n", "posts.csv"), "table"),
        (lambda folder: zipped(folder, {"codings.csv": ROWS.encode()}), "table"),
        (lambda folder: zipped(folder, {"data.qda": qualcoder(folder / "a").read_bytes()}), "qualcoder"),
    ],
)
def test_a_format_is_recognised_by_its_content_and_not_by_its_name(tmp_path, make, expected):
    assert name_of(make(tmp_path)) == expected


def test_a_project_that_was_cut_off_or_lost_its_project_file_is_told_by_the_reader_of_projects(tmp_path):
    whole = qdpx(tmp_path, project_xml(""), {"a.txt": "Hello " * 200}).read_bytes()
    (tmp_path / "cut.qdpx").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "stub.qdpx").write_bytes(b"PK\x03\x04")
    assert name_of(tmp_path / "cut.qdpx") == name_of(tmp_path / "stub.qdpx") == "refi"
    assert name_of(zipped(tmp_path, {"Sources/a.txt": b"Hello", "Sources/b.txt": b"Hi"})) == "refi"


def test_captures_that_were_cut_off_are_left_to_the_import_of_captures(tmp_path):
    whole = zipped(tmp_path, {"posts.ndjson": b"Hello " * 200}).read_bytes()
    (tmp_path / "cut.zip").write_bytes(whole[: len(whole) // 2])
    assert name_of(tmp_path / "cut.zip") == ""


def test_a_hostile_project_is_recognised_so_that_it_is_refused(tmp_path):
    hostile = project_xml("").replace("<Project", '<!DOCTYPE x [<!ENTITY a "b">]>\n<Project')
    assert name_of(csv_file(tmp_path, hostile, "project.qde")) == "refi"
    assert name_of(zipped(tmp_path, {"../codings.csv": ROWS.encode()})) == ""
    assert sorted(path.name for path in tmp_path.iterdir()) == ["packed.zip", "project.qde", "scratch"]


def test_a_workbook_that_would_fill_the_disk_is_refused_before_it_is_opened(tmp_path):
    path = zipped(tmp_path, {"xl/workbook.xml": b"<workbook/>", "xl/worksheets/sheet1.xml": b" " * (20 << 20)})
    with pytest.raises(CodingError, match=r"sheet1\.xml': 1,0\d\d times as large when unpacked"):
        name_of(path)


def test_json_that_is_nested_too_deeply_is_no_coding(tmp_path):
    assert name_of(csv_file(tmp_path, "[" + '{"a":' * 200_000, "deep.json")) == ""


def test_a_zip_that_holds_itself_is_looked_into_once(tmp_path):
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as packed:
        packed.writestr("codings.csv", ROWS)
    assert name_of(zipped(tmp_path, {"inner.zip": inner.getvalue()})) == ""


FIXTURES = [
    *sorted((PROJECT / "tests" / "data").rglob("*.*")),
    *sorted((PROJECT / "data" / "examples").glob("zeeschuimer-*")),
    *(PROJECT / "data" / "liu2025" / "standin" / f"{name}.csv" for name in ("posts", "comments", "creators")),
]
OURS = [PROJECT / "data" / "examples" / f"coded-{name}.csv" for name in ("ana", "ben")]


@pytest.mark.parametrize("path", [path for path in FIXTURES if path.name != "gists.csv"], ids=lambda path: path.name)
def test_a_capture_is_not_taken_for_codings(path, tmp_path):
    assert not is_coding(path, tmp_path)


@pytest.mark.parametrize("path", OURS, ids=lambda path: path.name)
def test_codings_are_not_taken_for_a_capture(path, tmp_path):
    assert is_coding(path, tmp_path)
    with opened(path, tmp_path) as (capture,):
        assert not [reader for reader in CAPTURES if reader.recognises(capture)]


def test_captures_with_columns_that_codings_have_are_none(tmp_path):
    posts = [{"note_id": "n1", "desc": "x", "time": 1, "liked_count": "1", "code": "c", "coder": "d"}]
    path = tmp_path / "posts.json"
    path.write_text(json.dumps(posts))
    assert not is_coding(path, tmp_path)


@pytest.mark.parametrize(
    "content", [b"", b"\0\1\2", b"\x1f\x8b\x08", b"PAR1", b"\xd0\xcf\x11\xe0", b"\xff\xfe\x00", b"[]"]
)
def test_what_cannot_be_opened_is_no_coding(tmp_path, content):
    path = tmp_path / "file"
    path.write_bytes(content)
    assert not is_coding(path, tmp_path)


def test_a_folder_and_a_file_that_is_not_there_are_no_codings(tmp_path):
    assert not is_coding(tmp_path, tmp_path)
    assert not is_coding(tmp_path / "nothing.csv", tmp_path)


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (b"<a/>", "a"),
        (b"\xef\xbb\xbf<?xml version='1.0'?><!-- <b/> --><q:Project>", "Project"),
        (b"<!DOCTYPE x SYSTEM 'y'><Project", "Project"),
        (b"<5 posts, id", ""),
        (b"a < b", ""),
        (b"", ""),
    ],
)
def test_the_first_element_is_found_behind_whatever_stands_before_it(head, expected):
    assert root_of(head) == expected


@pytest.mark.parametrize(
    ("place", "content"), [(6, b"\xff\x00"), (8, b"\x00\x08")], ids=["of a later version", "names in no known letters"]
)
def test_a_zip_whose_list_of_members_is_damaged_is_told_by_the_reader_of_projects(tmp_path, place, content):
    whole = bytearray(zipped(tmp_path, {"\xe9.txt": b"Hello", "project.qde": b"<Project/>"}).read_bytes())
    entry = whole.index(b"PK\x01\x02")
    whole[entry + place : entry + place + 2] = content
    whole[entry + 46 : entry + 48] = b"\xc0\xc0"
    (tmp_path / "damaged.qdpx").write_bytes(whole)
    assert name_of(tmp_path / "damaged.qdpx") == "refi"
    with pytest.raises(CodingError, match=r"damaged\.qdpx: a zip file that is cut off or broken: "):
        reading(refi.READER, tmp_path / "damaged.qdpx")
