import json
import sqlite3
from contextlib import closing
from pathlib import Path
from uuid import UUID, uuid5

import pytest
import xlsxwriter

from analysis.errors import CodingError
from analysis.qda import taguette, taguette_tables
from analysis.qda.candidates import glimpsed
from analysis.qda.offsets import decide
from analysis.qda.project import Counting, Project, Told
from analysis.qda.registry import recognised
from analysis.qda.taguette import joined_text
from qda_making import lost, on_the_text, repaired

# As the program lays out its database, without indexes.
SCHEMA = """
PRAGMA application_id = 1416066164;
CREATE TABLE users (login VARCHAR(30) PRIMARY KEY, created DATETIME);
CREATE TABLE projects (id INTEGER PRIMARY KEY, name VARCHAR(200), description TEXT, created DATETIME);
CREATE TABLE project_members (project_id INTEGER, user_login VARCHAR(30), privileges VARCHAR(11));
CREATE TABLE documents (id INTEGER PRIMARY KEY, name VARCHAR(200), description TEXT, filename VARCHAR(200),
  created DATETIME, project_id INTEGER, text_direction VARCHAR(13), contents TEXT);
CREATE TABLE commands (id INTEGER PRIMARY KEY, date DATETIME, user_login VARCHAR(30), project_id INTEGER,
  document_id INTEGER, payload TEXT);
CREATE TABLE highlights (id INTEGER PRIMARY KEY, document_id INTEGER, start_offset INTEGER, end_offset INTEGER,
  snippet TEXT);
CREATE TABLE tags (id INTEGER PRIMARY KEY, project_id INTEGER, path VARCHAR(200), description TEXT);
CREATE TABLE highlight_tags (highlight_id INTEGER, tag_id INTEGER, PRIMARY KEY (highlight_id, tag_id));
"""
HTML = "<h1>R&amp;D 😀</h1>\r\n<p>小红 said <i>hi</i> to all</p><p>cafe\u0301 again</p>"
TEXT = "R&D 😀\n小红 said hi to allcafe\u0301 again"


def highlight(number: int, text: str, snippet: str | None = None) -> tuple[int, int, int, str]:
    start = len(TEXT[: TEXT.index(text)].encode())
    return (
        number,
        start,
        start + len(text.encode()),
        f"<p>{text.replace('&', '&amp;')}</p>" if snippet is None else snippet,
    )


def database_of(folder: Path, *highlights: tuple[int, int, int, str], statements: tuple[str, ...] = ()) -> Path:
    """A database of one project with two tags; every highlight has the first."""
    path = folder / "2025-01-20_Diaries.sqlite3"
    with closing(sqlite3.connect(path)) as database:
        database.executescript(SCHEMA)
        database.execute("INSERT INTO projects (id, name, description) VALUES (1, 'Diaries', 'What it is about')")
        database.execute("INSERT INTO documents VALUES (1, 'day 1', 'a diary', 'd.docx', null, 1, 'LEFT_TO_RIGHT', ?)",
                         [HTML])  # fmt: skip
        database.execute("INSERT INTO tags VALUES (1, 1, 'joy', 'glad'), (2, 1, 'people.hosts', '')")
        database.executemany("INSERT INTO highlights VALUES (?, 1, ?, ?, ?)", highlights)
        database.executemany("INSERT INTO highlight_tags VALUES (?, 1)", [(number,) for number, *_ in highlights])
        for statement in statements:
            database.execute(statement)
        database.commit()
    return path


def command(number: int, user: str, **payload) -> str:
    told = json.dumps(payload)
    return f"INSERT INTO commands VALUES ({number}, '2025-01-20 10:00:0{number}.5', '{user}', 1, 1, '{told}')"


def add(number: int, user: str, tags: list[int], of: int = 1) -> str:
    return command(number, user, type="highlight_add", highlight_id=of, start_offset=0, end_offset=3, tags=tags)


def read(path: Path, told: Told | None = None) -> Project:
    found = glimpsed(path, path.parent)
    reader = recognised(found)
    assert reader in (taguette.READER, taguette_tables.READER)
    return reader.read(found, path.parent, told or Told())


@pytest.mark.parametrize(
    ("html", "text"),
    [
        (HTML, TEXT),
        ("plain", "plain"),
        ("a &lt;b&gt; &#128512;&nbsp;c", "a <b> 😀\xa0c"),
        ("<pre>\n\nkept</pre>", "\nkept"),
        ("one\r\ntwo\rthree", "one\ntwo\nthree"),
        ("<p>cut &amp", "cut &"),
        ("", ""),
    ],
)
def test_the_text_of_a_document_is_its_text_nodes_joined(html, text):
    assert joined_text(html) == text


def test_positions_count_bytes_of_utf_8_over_the_joined_text(tmp_path):
    selected = ["R&D", "小红", "hi to", "cafe\u0301", "all"]
    project = read(database_of(tmp_path, *[highlight(number, text) for number, text in enumerate(selected, start=1)]))
    decided = decide(project)
    assert project.sources[0].text == TEXT
    assert decided.counting == project.counting == Counting("utf-8", crlf=2)
    assert (decided.fitting, decided.alternative_fitting) == (5, 1)
    assert [TEXT[each.start : each.end] for each in on_the_text(project, decided)] == selected
    assert [each.quoted for each in project.codings] == selected


def test_a_highlight_whose_snippet_says_something_else_is_listed(tmp_path):
    decided = decide(read(database_of(tmp_path, highlight(1, "all"), highlight(2, "小红", "<p>else</p>"))))
    assert [(each.where, each.found) for each in decided.misfits] == [
        ("highlight 2", "'小红' stands there; the file quotes 'else'")
    ]


def test_paths_of_tags_make_a_tree(tmp_path):
    more = (
        "INSERT INTO tags VALUES (3, 1, 'people', ''), (4, 1, 'a.b.c', ''), (5, 1, 'e.g. this', ''), (6, 2, 'no', '')"
    )
    project = read(database_of(tmp_path, statements=(more,)))
    names = {entry.guid: entry.name for entry in project.codes}
    assert {entry.name: (names.get(entry.parent), entry.codable) for entry in project.codes} == {
        "joy": (None, True), "people": (None, True), "hosts": ("people", True), "e.g. this": (None, True),
        "a": (None, False), "b": ("a", False), "c": ("b", True),
    }  # fmt: skip
    # As in the codebook that the program exports itself.
    joy = uuid5(UUID("51B2B2B7-27EB-4ECB-9D56-E75B0A0496C2"), "joy")
    assert next(entry.guid for entry in project.codes if entry.name == "joy") == str(joy)


def test_a_database_that_names_the_tag_above_is_followed(tmp_path):
    more = (
        "ALTER TABLE tags ADD COLUMN parent_id INTEGER",
        "INSERT INTO tags VALUES (3, 1, 'warm', '', 1), (4, 1, 'a', '', 5), (5, 1, 'b', '', 4)",
    )
    project = read(database_of(tmp_path, statements=more))
    names = {entry.guid: entry.name for entry in project.codes}
    parents = {entry.name: names.get(entry.parent) for entry in project.codes}
    assert parents["warm"] == "joy"
    # Two tags below each other: one of them is at the top.
    assert sorted(str(parents[name]) for name in "ab") == ["None", "a"]


@pytest.mark.parametrize(
    ("statements", "coders"),
    [
        ((), [None]),
        ((add(1, "admin", [1]),), [None]),
        ((add(1, "ann", [1]),), ["ann"]),
        ((add(1, "ann", []), add(2, "ben", [1])), ["ben"]),
        ((add(1, "ann", [1]), add(2, "ben", [1])), ["ann"]),
        ((add(1, "ann", [1]), add(2, "ben", []), add(3, "carl", [1])), ["carl"]),
        ((add(1, "ann", [1]), command(2, "ben", type="highlight_delete", highlight_id=1)), [None]),
        ((add(1, "ann", [9]), command(2, "ben", type="tag_merge", src_tag_id=9, dest_tag_id=1)), ["ann"]),
        ((add(1, "ann", [1], of=7),), [None]),
    ],
    ids=["nothing", "admin", "one", "tagged later", "moved later", "again", "deleted", "merged", "of another"],
)
def test_who_gave_a_tag_is_told_by_what_was_done(tmp_path, statements, coders):
    path = database_of(tmp_path, highlight(1, "all"), statements=statements)
    project = read(path)
    assert [each.coder for each in project.codings] == coders
    assert ("the file does not tell who coded; say it with --coder" in repaired(project)) == (coders == [None])
    told = read(path, Told(coder="dora", round=3))
    assert [each.coder for each in told.codings] == [coder or "dora" for coder in coders]
    assert told.codings[0].round == 3


def test_times_are_in_utc_and_missing_where_nothing_tells_them(tmp_path):
    timed = read(database_of(tmp_path, highlight(1, "all"), statements=(add(1, "admin", [1]),)))
    assert timed.codings[0].coded_at.isoformat() == "2025-01-20T10:00:01.500000+00:00"
    assert not [told for told in repaired(timed) if "zone" in told]


def test_what_was_done_that_cannot_be_read_is_told(tmp_path):
    broken = "INSERT INTO commands VALUES (1, '', 'ann', 1, 1, '{not json')"
    project = read(database_of(tmp_path, highlight(1, "all"), statements=(broken, command(2, "ann", type="tag_merge"))))
    assert repaired(project)["what was done cannot be read: who coded, or when, may be missing"] == (
        "commands 1 and 1 more"
    )


def test_descriptions_are_kept_and_the_rest_is_counted(tmp_path):
    more = (
        "DELETE FROM highlight_tags",
        "INSERT INTO project_members VALUES (1, 'admin', 'ADMIN')",
    )
    project = read(database_of(tmp_path, highlight(1, "all"), statements=more))
    assert [(memo.about, memo.text) for memo in project.memos] == [("project", "What it is about")]
    assert project.sources[0].description == "a diary"
    assert project.codes[0].description == "glad"
    assert lost(project) == {
        "a highlight without a tag": 1,
        "documents/contents (the formatting of a text)": 1,
        "documents/filename (the name of the file that a document was made from)": 1,
        "project_members (who may do what in the project)": 1,
    }
    assert (project.name, project.codings) == ("Diaries", [])


def test_entries_that_point_nowhere_are_told_and_left_out(tmp_path):
    more = (
        "INSERT INTO highlights VALUES (2, 8, 0, 1, ''), (3, 1, 'x', 1, '')",
        "INSERT INTO highlight_tags VALUES (1, 9), (3, 1), (7, 1)",
    )
    project = read(database_of(tmp_path, highlight(1, "all"), statements=more), Told(coder="ann"))
    assert repaired(project) == {
        "a highlight's tag is not in the codebook; the coding is left out": "highlight 1",
        "a highlight's document is not in the project; it is left out": "highlight 2",
        "a highlight's place is missing or no number; the coding is left out": "highlight 3",
        "a tag was given to a highlight that is not there; left out": "highlight 7",
    }
    assert len(project.codings) == 1


def test_two_documents_of_one_name_and_text_and_two_highlights_at_one_place_stay_apart(tmp_path):
    more = ("INSERT INTO documents SELECT 2, name, '', '', null, 1, '', contents FROM documents",)
    project = read(database_of(tmp_path, highlight(1, "all"), highlight(2, "all"), statements=more))
    assert len({each.guid for each in project.sources}) == len({each.guid for each in project.codings}) == 2
    assert repaired(project)["the same tag stands twice at the same place"] == "highlight 2"


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("INSERT INTO projects (id, name) VALUES (2, 'Letters')", "2 projects: 'Diaries', 'Letters'; expected one."),
        ("DELETE FROM projects", "0 projects: none; expected one."),
        ("PRAGMA application_id = 12345", "another program's (application_id 12345); expected 1416066164"),
        ("ALTER TABLE highlights DROP COLUMN end_offset", "table 'highlights': column 'end_offset' is missing."),
    ],
)
def test_a_database_that_cannot_be_read_as_one_project_is_refused(tmp_path, statement, told):
    path = database_of(tmp_path, statements=(statement,))
    with pytest.raises(CodingError) as problem:
        read(path)
    assert told in str(problem.value)
    assert str(path) in str(problem.value)


def test_a_database_without_the_mark_of_the_program_is_read_and_told(tmp_path):
    project = read(database_of(tmp_path, statements=("PRAGMA application_id = 0",)))
    assert "the database is not marked as the program marks its own; its tables are" in repaired(project)


def test_reading_changes_nothing_on_the_disk(tmp_path):
    path = database_of(tmp_path, highlight(1, "all"))
    before = path.read_bytes()
    read(path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


ROWS = [
    ["id", "document", "tag", "content"],
    ["1", "day 1", "joy", "小红"],
    ["1", "day 1", "people.hosts", "小红"],
    ["2", "day 2", "", "untagged"],
    ["3", "day 2", "joy", "two\nlines"],
    ["3", "day 2", "joy", "two\nlines"],
]


def csv_of(folder: Path, rows: list[list[str]], name: str = "all_tags.csv") -> Path:
    path = folder / name
    path.write_text("".join(",".join(f'"{cell}"' for cell in row) + "\r\n" for row in rows), encoding="utf-8")
    return path


def xlsx_of(folder: Path, rows: list[list[str]], name: str = "all_tags.xlsx") -> Path:
    path = folder / name
    with xlsxwriter.Workbook(path) as workbook:
        sheet = workbook.add_worksheet("highlights")
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    return path


@pytest.mark.parametrize("made", [csv_of, xlsx_of], ids=["csv", "excel"])
def test_a_table_of_highlights_gives_quotations_without_positions(tmp_path, made):
    project = read(made(tmp_path, ROWS), Told(coder="ann", round=1))
    codes, sources = ({each.guid: each.name for each in entries} for entries in (project.codes, project.sources))
    assert [(codes[each.code], sources[each.source], each.quoted, each.coder) for each in project.codings] == [
        ("joy", "day 1", "小红", "ann"), ("hosts", "day 1", "小红", "ann"), ("joy", "day 2", "two\nlines", "ann"),
    ]  # fmt: skip
    assert {(each.start, each.end, each.round) for each in project.codings} == {(None, None, 1)}
    assert lost(project) == {"a highlight without a tag": 1}
    assert list(repaired(project)) == [
        "highlights have no positions in this file; they are looked for in the unit that a document names",
        "the same tag stands twice at the same highlight; it is counted once",
    ]


def test_highlights_without_a_document_are_told_all_at_once(tmp_path):
    path = csv_of(tmp_path, [ROWS[0], ["1", "", "joy", "a"], ROWS[1], ["2", "", "joy", "b"]])
    with pytest.raises(CodingError, match="(?s)line 2: a highlight without a document.*line 4: a highlight without"):
        read(path)


def test_rows_that_are_not_readable_are_told(tmp_path):
    path = csv_of(tmp_path, [*ROWS, ["9", "day 1"]])
    with pytest.raises(CodingError, match="line 9: 2 cells; expected 4"):
        read(path)


@pytest.mark.parametrize(
    "header",
    [
        ["tag", "description", "number of highlights", "number of documents"],
        ["tag", "parent", "description", "number of highlights"],
    ],
)
def test_a_codebook_gives_codes_only(tmp_path, header):
    rows = [("joy", "glad"), ("people.hosts", ""), ("", "nothing"), ("joy", "else")]
    table = [[dict(zip(("tag", "description"), row, strict=True)).get(name, "0") for name in header] for row in rows]
    project = read(csv_of(tmp_path, [header, *table], "codebook.csv"))
    assert [(each.name, each.description, each.codable) for each in project.codes] == [
        ("joy", "glad", True), ("people", None, False), ("hosts", None, True),
    ]  # fmt: skip
    assert repaired(project) == {
        "a row without a tag; it is left out": "line 4",
        "a tag stands twice; the first is taken": "line 5, 'joy'",
    }
