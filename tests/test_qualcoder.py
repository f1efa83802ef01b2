import shutil
import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path

import pytest

from analysis.errors import CodingError
from analysis.qda.candidates import glimpsed
from analysis.qda.offsets import decide
from analysis.qda.project import Area, Candidate, Project, Told
from analysis.qda.qualcoder import READER
from analysis.qda.registry import recognised
from qda_making import lost, on_the_text, repaired

# As the program lays out a new project of database 17, without the tables of graphs' items.
SCHEMA = """
CREATE TABLE project (databaseversion text, date text, memo text, about text, bookmarkfile integer,
  bookmarkpos integer, codername text, recently_used_codes text);
CREATE TABLE source (id integer primary key, name text, fulltext text, mediapath text, memo text, owner text,
  date text, av_text_id integer, risid integer, unique(name));
CREATE TABLE code_image (imid integer primary key, id integer, x1 integer, y1 integer, width integer, height integer,
  cid integer, memo text, date text, owner text, important integer, pdf_page integer);
CREATE TABLE code_av (avid integer primary key, id integer, pos0 integer, pos1 integer, cid integer, memo text,
  date text, owner text, important integer);
CREATE TABLE annotation (anid integer primary key, fid integer, pos0 integer, pos1 integer, memo text, owner text,
  date text);
CREATE TABLE attribute_type (name text primary key, date text, owner text, memo text, caseOrFile text, valuetype text);
CREATE TABLE attribute (attrid integer primary key, name text, attr_type text, value text, id integer, date text,
  owner text);
CREATE TABLE case_text (id integer primary key, caseid integer, fid integer, pos0 integer, pos1 integer, owner text,
  date text, memo text);
CREATE TABLE cases (caseid integer primary key, name text, memo text, owner text, date text);
CREATE TABLE code_cat (catid integer primary key, name text, owner text, date text, memo text, supercatid integer);
CREATE TABLE code_text (ctid integer primary key, cid integer, fid integer, seltext text, pos0 integer, pos1 integer,
  owner text, date text, memo text, avid integer, important integer);
CREATE TABLE code_name (cid integer primary key, name text, memo text, catid integer, owner text, date text,
  color text, supercid integer);
CREATE TABLE journal (jid integer primary key, name text, jentry text, date text, owner text);
CREATE TABLE stored_sql (title text, description text, grouper text, ssql text);
CREATE TABLE graph (grid integer primary key, name text, description text, date text);
CREATE TABLE ris (risid integer, tag text, longtag text, value text);
CREATE TABLE coder_names (name text unique not null, visibility integer not null default 1);
"""
TEXT = "Day 1 😀 hello\r\n小红 said hi 👋 to all\r\ncafe\u0301 again hello"
TIME = "2025-01-20 10:00:00"


def place(text: str) -> tuple[int, int]:
    start = TEXT.index(text)
    return start, start + len(text)


def by_hand(text: str) -> tuple[str, int, int]:
    """A selection as somebody makes it in the program's text field."""
    before = TEXT[: TEXT.index(text)].replace("\r\n", "\n")
    start, selected = len(before.encode("utf-16-le")) // 2, text.replace("\r\n", "\n")
    return text.replace("\r\n", "\u2029"), start, start + len(selected.encode("utf-16-le")) // 2


def project_of(folder: Path, *statements: str, version: str = "v17", schema: str = SCHEMA) -> Path:
    """A project's folder with its database."""
    path = folder / "Diaries.qda"
    path.mkdir()
    with closing(sqlite3.connect(path / "data.qda")) as database:
        database.executescript(schema)
        database.execute("INSERT INTO project (databaseversion, about) VALUES (?, 'QualCoder 3.8')", [version])
        database.execute("INSERT INTO source (id, name, fulltext) VALUES (1, 'diary.txt', ?)", [TEXT])
        database.execute("INSERT INTO code_cat (catid, name, memo) VALUES (1, 'Feelings', 'all of them')")
        database.execute(
            "INSERT INTO code_name (cid, name, memo, catid, color) VALUES (1, 'joy', 'glad', 1, '#FF0000')"
        )
        for statement in statements:
            database.execute(statement)
        database.commit()
    return path


def code(folder: Path, *rows: tuple[str, int, int], owner: str = "Ann") -> None:
    with closing(sqlite3.connect(folder / "data.qda")) as database:
        database.executemany(
            "INSERT INTO code_text (cid, fid, seltext, pos0, pos1, owner, date, memo, important)"
            f" VALUES (1, 1, ?, ?, ?, '{owner}', '{TIME}', '', null)",
            rows,
        )
        database.commit()


def read(path: Path, told: Told | None = None) -> Project:
    scratch = path.parent / "scratch"
    scratch.mkdir(exist_ok=True)
    found = glimpsed(path, scratch)
    assert READER.recognises(found)
    return READER.read(found, scratch, told or Told())


def texts_of(project: Project) -> list[str]:
    return [TEXT[each.start : each.end] for each in on_the_text(project, decide(project))]


SELECTED = ["Day", "hello", "小红", "hi 👋 to", "cafe\u0301", "hello\r\n小红 said"]


def test_selections_made_by_hand_are_counted_in_utf_16(tmp_path):
    path = project_of(tmp_path)
    code(path, *map(by_hand, SELECTED))
    project = read(path)
    assert texts_of(project) == SELECTED
    assert not decide(project).misfits
    assert not [told for told in repaired(project) if "count differently" in told]


def test_selections_made_by_the_program_are_counted_in_codepoints_beside_those_by_hand(tmp_path):
    path = project_of(tmp_path)
    code(path, *map(by_hand, SELECTED[:4]), *[(text, *place(text)) for text in SELECTED[2:]])
    project = read(path)
    assert texts_of(project) == [*SELECTED[:4], *SELECTED[2:]]
    (told,) = [told for told in repaired(project) if "count differently" in told]
    # After one emoji and one line end, and after two of each, both ways give the same.
    assert "; 2 selections: codepoints" in told
    assert "coded texts show: 5 selections: UTF-16 code units, CR LF as 1" in told


def test_a_selection_that_fits_its_text_in_no_way_of_counting_is_found_off_the_text(tmp_path):
    path = project_of(tmp_path)
    code(path, by_hand("hello"), ("gone", 3, 7))
    decided = decide(read(path))
    assert [(each.where, each.start, each.end) for each in decided.misfits] == [("code_text 2", 3, 7)]


def test_positions_without_a_text_beside_them_count_as_most_others_do(tmp_path):
    path = project_of(tmp_path)
    text, start, end = by_hand("小红")
    code(path, *map(by_hand, SELECTED), ("", start, end), ("", 10**6, 10**6 + 1))
    project = read(path)
    assert texts_of(project)[-1] == text
    assert [each.where for each in decide(project).misfits] == ["code_text 8"]


def test_a_coding_has_coder_time_memo_code_and_where_it_stands(tmp_path):
    path = project_of(tmp_path)
    code(path, by_hand("hello"))
    with closing(sqlite3.connect(path / "data.qda")) as database:
        database.execute("UPDATE code_text SET memo = 'nice', important = 1")
        database.commit()
    project = read(path, Told(coder="Ben", round=2))
    (coding,) = project.codings
    assert (coding.coder, coding.memo, coding.round, coding.where) == ("Ann", "nice", 2, "code_text 1")
    assert coding.coded_at.isoformat() == "2025-01-20T10:00:00+00:00"
    assert (coding.source, coding.code) == (project.sources[0].guid, project.codes[1].guid)
    assert lost(project) == {"important (a coding marked as important)": 1}
    assert "the time names no zone; it is taken as UTC" in repaired(project)


@pytest.mark.parametrize(
    ("owner", "told", "coder"),
    [
        ("default", "Ann", "Ann"),
        ("default", None, "default"),
        ("Ben", "Ann", "Ben"),
        ("", "Ann", "Ann"),
        ("", None, None),
    ],
)
def test_a_coder_without_a_name_is_whom_the_user_names(tmp_path, owner, told, coder):
    path = project_of(tmp_path)
    code(path, by_hand("hello"), owner=owner)
    project = read(path, Told(coder=told))
    assert project.codings[0].coder == coder
    assert ("a coding does not say who gave it; say it with --coder" in repaired(project)) == (coder is None)


def test_categories_codes_and_codes_under_codes_make_a_tree(tmp_path):
    path = project_of(
        tmp_path,
        "INSERT INTO code_cat (catid, name, supercatid) VALUES (2, 'Strong', 1)",
        "INSERT INTO code_name (cid, name, catid) VALUES (2, 'bliss', 2)",
        "INSERT INTO code_name (cid, name, catid, supercid) VALUES (3, 'calm', 1, 1)",
        "INSERT INTO code_name (cid, name, color) VALUES (4, 'alone', 'red')",
    )
    project = read(path)
    names = {entry.guid: entry.name for entry in project.codes}
    assert {entry.name: (names.get(entry.parent), entry.codable) for entry in project.codes} == {
        "Feelings": (None, False), "Strong": ("Feelings", False), "joy": ("Feelings", True),
        "bliss": ("Strong", True), "calm": ("joy", True), "alone": (None, True),
    }  # fmt: skip
    joy = next(entry for entry in project.codes if entry.name == "joy")
    assert (joy.description, joy.colour) == ("glad", "#ff0000")


def test_parts_of_pictures_pages_and_recordings_are_read(tmp_path):
    path = project_of(
        tmp_path,
        "INSERT INTO source (id, name, mediapath) VALUES (2, 'p.png', '/images/p.png')",
        "INSERT INTO source (id, name, mediapath, fulltext) VALUES (3, 'd.pdf', '/docs/d.pdf', 'of it')",
        "INSERT INTO source (id, name, mediapath) VALUES (4, 's.mp3', 'audio:/elsewhere/s.mp3')",
        "INSERT INTO source (id, name, mediapath) VALUES (5, 'out.png', '/images/../../out.png')",
        "INSERT INTO source (id, name, mediapath, fulltext) VALUES (6, 'w.docx', '/docs/w.docx', 'words')",
        "INSERT INTO code_image (id, x1, y1, width, height, cid, owner) VALUES (2, 1, 2, 30, 40, 1, 'Ann')",
        "INSERT INTO code_image (id, x1, y1, width, height, cid, owner, pdf_page) VALUES (3, 1, 2, 3, 4, 1, 'Ann', 0)",
        "INSERT INTO code_av (id, pos0, pos1, cid, owner) VALUES (4, 1000, 2500, 1, 'Ann')",
        "INSERT INTO code_av (id, pos0, pos1, cid, owner) VALUES (4, null, 2500, 1, 'Ann')",
    )
    (path / "images").mkdir()
    (path / "images/p.png").write_bytes(b"png")
    (tmp_path / "out.png").write_bytes(b"not of the project")
    project = read(path)
    assert [source.kind for source in project.sources] == ["text", "picture", "pdf", "audio", "picture", "text"]
    assert project.sources[1].path.read_bytes() == b"png"
    assert [source.path for source in project.sources[2:]] == [None] * 4
    assert [each.area for each in project.codings[:2]] == [Area(1, 2, 31, 42), Area(1, 2, 4, 6, page=1)]
    assert [(each.begin, each.finish) for each in project.codings[2:]] == [(1000, 2500)]
    told = repaired(project)
    assert told["its file stands outside the project; the source stands without content"] == "source 's.mp3'"
    assert "'d.pdf' and 1 more" in told["its file is not in the project; the source stands without content"]
    assert told["a coding's place (pos0, pos1) is missing or no number; it is left out"] == "code_av 2"


def test_cases_attributes_annotations_journals_and_memos_are_kept_and_the_rest_is_counted(tmp_path):
    path = project_of(
        tmp_path,
        "UPDATE project SET memo = 'What it is about'",
        "UPDATE source SET memo = 'a diary', owner = 'Ann'",
        "INSERT INTO cases (caseid, name, memo) VALUES (1, 'Li', 'a host')",
        f"INSERT INTO case_text (caseid, fid, pos0, pos1) VALUES (1, 1, 0, {len(TEXT)}), (1, 1, 5, 9), (9, 1, 0, 1)",
        "INSERT INTO attribute_type (name, caseOrFile, valuetype) VALUES ('age', 'case', 'numeric'),"
        " ('place', 'file', 'character')",
        "INSERT INTO attribute (name, attr_type, value, id) VALUES ('age', 'case', '31', 1), ('age', 'case', '', 1),"
        " ('place', 'file', 'home', 1), ('place', 'file', 'gone', 7), ('x', 'journal', 'y', 1)",
        "INSERT INTO annotation (fid, pos0, pos1, memo, owner) VALUES (1, 0, 3, 'which day?', 'Ben')",
        "INSERT INTO journal (name, jentry, owner, date) VALUES ('Week 1', 'slow', 'Ben', '2025-01-21 09:00:00')",
        "INSERT INTO stored_sql (title) VALUES ('all')",
        "INSERT INTO graph (name) VALUES ('one'), ('two')",
        "INSERT INTO coder_names (name) VALUES ('Ann'), ('Carl')",
    )
    project = read(path)
    unit = project.sources[0].guid
    (case,) = project.cases
    assert (case.name, case.units, case.values) == ("Li", (unit,), (("age", "number", "31"),))
    assert project.values == [(unit, "place", "text", "home")]
    assert [(memo.about, memo.target, memo.text, memo.coder) for memo in project.memos] == [
        ("project", None, "What it is about", None),
        ("unit", unit, "a diary", "Ann"),
        ("unit", unit, "which day?", "Ben"),
        ("project", None, "Week 1\n\nslow", "Ben"),
        ("case", case.guid, "a host", None),
    ]
    assert lost(project) == {
        "a coder who coded and wrote nothing": 1,
        "a graph": 2,
        "a stored query": 1,
        "annotation/pos0, pos1 (the place in the text that a note is on)": 1,
        "attribute of a journal": 1,
        "case_text/pos0, pos1 (the part of a text that belongs to a case)": 1,
    }
    told = repaired(project)
    assert told["a value belongs to a case or source that is not there; it is left out"] == "attribute 4, 'place'"
    assert (
        "case_text 3" in told["a case or its source is not in the project; that the one belongs to the other is lost"]
    )


def test_entries_that_point_nowhere_are_mended_and_told(tmp_path):
    path = project_of(
        tmp_path,
        "UPDATE code_name SET catid = 9",
        "INSERT INTO code_cat (catid, name, supercatid) VALUES (3, 'a', 4), (4, 'b', 3)",
        "INSERT INTO code_text (cid, fid, seltext, pos0, pos1, owner) VALUES (8, 1, 'Day', 0, 3, 'Ann'),"
        " (1, 5, 'Day', 0, 3, 'Ann'), (1, 1, 'Day', 'x', 3, 'Ann')",
        "INSERT INTO annotation (fid, pos0, pos1, memo) VALUES (7, 0, 3, 'lost note')",
    )
    project = read(path)
    assert repaired(project) == {
        "the category above is not in the codebook; it stands at the top": "code_name 1, 'joy'",
        "stands below itself; it is put at the top": "code_cat 3, 'a'",
        "a code that was given is not in the codebook; its number stands for its name": "code_text 1",
        "a coding's source is not in the project; it is left out": "code_text 2",
        "a coding's place (pos0, pos1) is missing or no number; it is left out": "code_text 3",
        "an annotation's source is not in the project; it is taken as a note on the project": "annotation 1",
    }
    assert [code.name for code in project.codes if code.guid == project.codings[0].code] == ["code 8"]


def test_the_same_coding_twice_has_two_identifiers(tmp_path):
    path = project_of(tmp_path)
    code(path, by_hand("hello"), by_hand("hello"))
    project = read(path)
    assert len({each.guid for each in project.codings}) == 2
    assert repaired(project)["the same code stands twice at the same place by the same coder"] == "code_text 2"


def test_copies_in_which_two_people_coded_have_the_same_codes_and_sources(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    one, other = project_of(tmp_path / "a"), project_of(tmp_path / "b", "UPDATE code_name SET cid = 5")
    code(one, by_hand("hello"))
    first, second = read(one), read(other)
    assert [each.guid for each in first.codes] == [each.guid for each in second.codes]
    assert [each.guid for each in first.sources] == [each.guid for each in second.sources]
    assert read(one) == first


def test_an_old_database_without_later_columns_is_read(tmp_path):
    schema = """
    CREATE TABLE project (databaseversion text, date text, memo text, about text);
    CREATE TABLE source (id integer primary key, name text, fulltext text, mediapath text, memo text);
    CREATE TABLE case_text (id integer primary key, caseid integer, fid integer, pos0 integer, pos1 integer);
    CREATE TABLE code_cat (catid integer primary key, name text, memo text, supercatid integer);
    CREATE TABLE code_text (ctid integer primary key, cid integer, fid integer, seltext text, pos0 integer,
      pos1 integer, owner text, date text, memo text, important integer);
    CREATE TABLE code_name (cid integer primary key, name text, memo text, catid integer, color text);
    """
    path = project_of(tmp_path, version="v1", schema=schema)
    code(path, by_hand("hello"))
    project = read(path)
    assert (project.origin, texts_of(project)) == ("QualCoder, database v1", ["hello"])


@pytest.mark.parametrize(
    ("version", "told"),
    [
        ("v18", "database v18 is newer than v17, the newest that is known; what is new in it is not read"),
        ("", "the version of the database is missing; it is read by the names of its columns"),
    ],
)
def test_another_version_is_read_and_told(tmp_path, version, told):
    assert told in repaired(read(project_of(tmp_path, version=version)))


def test_a_zip_of_the_folder_is_read_with_its_files(tmp_path):
    path = project_of(tmp_path, "INSERT INTO source (id, name, mediapath) VALUES (2, 'p.png', '/images/p.png')")
    packed = tmp_path / "packed.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.write(path / "data.qda", "Diaries.qda/data.qda")
        archive.writestr("Diaries.qda/images/p.png", b"png")
    project = read(packed)
    assert project.sources[1].path.read_bytes() == b"png"
    with zipfile.ZipFile(packed, "a") as archive:
        archive.writestr("Backup.qda/data.qda", b"")
    with pytest.raises(CodingError, match=r"2 databases data.qda: Diaries.qda/data.qda, Backup.qda/data.qda; expected"):
        read(packed)


def test_the_database_alone_is_read(tmp_path):
    path = project_of(tmp_path)
    assert read(path / "data.qda").name == "data"
    found = glimpsed(path / "data.qda", tmp_path)
    assert recognised(found) is READER


def test_reading_changes_nothing_on_the_disk(tmp_path):
    path = project_of(tmp_path)
    code(path, by_hand("hello"))
    before = {file: file.read_bytes() for file in path.rglob("*") if file.is_file()}
    read(path)
    assert {file: file.read_bytes() for file in path.rglob("*") if file.is_file()} == before


def broken(folder: Path, content: bytes) -> Path:
    path = project_of(folder)
    (path / "data.qda").write_bytes(content)
    return path


def test_what_is_no_database_is_told(tmp_path):
    with pytest.raises(CodingError, match="Diaries.qda/data.qda: no SQLite database; it begins with b'PK"):
        read(broken(tmp_path, b"PK\x03\x04 this is a zip"))


def test_a_database_that_is_cut_off_is_told(tmp_path):
    path = project_of(tmp_path)
    code(path, *[("hello", number, number + 5) for number in range(2000)])
    content = (path / "data.qda").read_bytes()
    (path / "data.qda").write_bytes(content[: len(content) // 2])
    with pytest.raises(CodingError, match="(?s)a (broken database|database that is cut off).*Copy the file again"):
        read(path)


def test_a_database_that_is_broken_where_nothing_is_read_is_told_too(tmp_path):
    path = project_of(
        tmp_path, "INSERT INTO files_display VALUES ('x')", schema=f"{SCHEMA} CREATE TABLE files_display (a);"
    )
    with closing(sqlite3.connect(path / "data.qda")) as database:
        page = database.execute("SELECT rootpage FROM sqlite_master WHERE name = 'files_display'").fetchone()[0]
        size = database.execute("PRAGMA page_size").fetchone()[0]
    content = bytearray((path / "data.qda").read_bytes())
    # How many rows the page says it has.
    content[(page - 1) * size + 3 : (page - 1) * size + 5] = b"\0\x09"
    (path / "data.qda").write_bytes(content)
    with pytest.raises(CodingError, match="(?s)Diaries.qda/data.qda: a broken database:.*Copy the file again"):
        read(path)


def test_all_missing_tables_and_columns_are_told_at_once(tmp_path):
    path = project_of(tmp_path)
    with closing(sqlite3.connect(path / "data.qda")) as database:
        database.executescript("DROP TABLE code_cat; ALTER TABLE source DROP COLUMN fulltext")
    with pytest.raises(CodingError) as problem:
        read(path)
    assert str(problem.value).splitlines() == [
        f"{path}/data.qda, table 'source': column 'fulltext' is missing.",
        f"{path}/data.qda: table 'code_cat' is missing.",
        "Expected a project of QualCoder. Open it there, which mends old projects.",
    ]


def test_a_folder_without_a_database_is_not_recognised(tmp_path):
    path = project_of(tmp_path)
    shutil.move(path / "data.qda", tmp_path)
    assert not READER.recognises(Candidate(path, "Diaries.qda"))
    with pytest.raises(CodingError, match="no such file|not readable"):
        READER.read(Candidate(path, "Diaries.qda"), tmp_path, Told())


def test_a_database_with_names_in_no_known_letters_is_told(tmp_path):
    path = project_of(tmp_path, "CREATE TABLE grammar (a)")
    content = (path / "data.qda").read_bytes()
    # The program that reads it says which table is meant, by that name.
    damaged = content.replace(b"grammar", b"gr\xffmm\xffr").replace(b"TABLE gr\xff", b"TABXX gr\xff")
    (path / "data.qda").write_bytes(damaged)
    with pytest.raises(CodingError, match="(?s)data.qda: a (broken database|database that is cut off).*Copy the file"):
        read(path)
