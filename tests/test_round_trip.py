"""Out and in again: nothing that the canonical tables hold is lost, and what they do not hold is listed."""

from pathlib import Path

import pandas as pd
import pytest

from analysis import tables
from analysis.export import export
from analysis.qda.arriving import import_codings
from analysis.qda.gathering import Asked
from analysis.qda.project import Told
from analysis.study import Study
from conftest import lay_out
from export_making import POST, coding, codings, lay_out_study, words
from qda_making import (
    BEN,
    code_xml,
    codebook_xml,
    coding_xml,
    guid,
    project_xml,
    qdpx,
    selection_xml,
    sources_xml,
    text_xml,
    users_xml,
)

CODED = ("codebook", "codings", "readings", "documents", "memos", "cases", "attributes")
# What came with which file, and where its files were put.
OF_THE_IMPORT = ["source", "path"]


def silent(_step: str, _share: float) -> None:
    pass


def uncoded(root: Path) -> Study:
    """The study without anything coded."""
    lay_out(root)
    return lay_out_study(root, **dict.fromkeys(CODED))


def imported(study: Study, file: Path, **asked) -> list:
    arrived = import_codings(study, [file], Asked(**asked), silent)
    return arrived.landed.gathered[0].given.project.lost


def held(study: Study) -> dict[str, pd.DataFrame]:
    found = {}
    for name in CODED:
        path = study.coding / f"{name}.csv"
        if path.is_file():
            table = tables.read_table(path, name)
            found[name] = table.drop(columns=[column for column in OF_THE_IMPORT if column in table])
    return found


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.suffix in (".qdpx", ".qdc")}


ROUNDS = [
    coding("k1", "p1", "ask.why", number=2, **words(POST, "猫"), coded_at="2025-02-01T08:00:00Z"),
    coding("k2", "p2", "joke", memo="on all of it"),
    coding("k3", "p1", "joke", "ben", **words(POST, "👩‍👩‍👧"), memo="a family"),
]


@pytest.mark.parametrize("rows", [None, ROUNDS], ids=["everything that can be coded", "two rounds"])
def test_a_study_that_went_out_and_came_back_goes_out_in_the_same_bytes(tmp_path, rows):
    lay_out(tmp_path / "first")
    first = lay_out_study(tmp_path / "first", codings=codings(rows), **({} if rows is None else {"memos": None}))
    written = export(first, "refi")
    second = uncoded(tmp_path / "second")
    imported(second, written.folder / "mine.qdpx")
    again = export(second, "refi")
    assert contents(again.folder) == contents(written.folder)
    assert len(contents(again.folder)) == 2


def test_a_study_that_comes_back_to_itself_changes_nothing(tmp_path):
    lay_out(tmp_path)
    study = lay_out_study(tmp_path, codings=codings(ROUNDS), memos=None, documents=None, readings=None)
    before = tables.read_table(study.coding / "codings.csv", "codings")
    file = export(study, "refi").folder / "mine.qdpx"
    imported(study, file)
    after = tables.read_table(study.coding / "codings.csv", "codings")
    columns = ["unit_id", "start", "end", "code_id", "coder", "round", "coded_at"]
    assert sorted(after["coding_id"]) == sorted(before["coding_id"])
    order = ["coding_id"]
    pd.testing.assert_frame_equal(
        after.sort_values(order)[columns].reset_index(drop=True),
        before.sort_values(order)[columns].reset_index(drop=True),
    )


TEXT = "Eins 😀 zwei\r\nCafé 猫 👩‍👩‍👧 Ende."


def foreign(folder: Path, origin: str = "Some program", **more: str) -> Path:
    """A project of another program with all that a table can hold, and some that none can."""
    folder.mkdir(exist_ok=True)
    start, end = TEXT.index("猫"), TEXT.index(" Ende")
    inside = [
        users_xml(),
        codebook_xml(
            code_xml(
                1,
                "Above",
                "<Description>All of it.</Description>",
                code_xml(2, "Below", colour="#ff0000"),
                codable=False,
            ),
            code_xml(3, "Alone", f'<NoteRef targetGUID="{guid(50)}"/>'),
        ),
        f'<Variables><Variable guid="{guid(60)}" name="age" typeOfVariable="Integer"/>',
        f'<Variable guid="{guid(61)}" name="read" typeOfVariable="Boolean"/></Variables>',
        f'<Cases><Case guid="{guid(70)}" name="Ms X"><Description>Came late.</Description>',
        f'<VariableValue><VariableRef targetGUID="{guid(60)}"/><IntegerValue>41</IntegerValue></VariableValue>',
        f'<SourceRef targetGUID="{guid(10)}"/></Case></Cases>',
        sources_xml(
            text_xml(
                10,
                selection_xml(20, start, end, coding_xml(30, 2), coding_xml(31, 3, user=BEN)),
                selection_xml(21, 0, 4, "<Description>first</Description>", coding_xml(32, 3)),
                coding_xml(33, 2, f'<NoteRef targetGUID="{guid(51)}"/>', user=BEN, time="2025-01-20T08:00:01.5Z"),
                f'<VariableValue><VariableRef targetGUID="{guid(61)}"/><BooleanValue>1</BooleanValue></VariableValue>',
                path="ten.txt",
            ),
            f'<PictureSource guid="{guid(11)}" name="a.png" path="internal://a.png">'
            f'<PictureSelection guid="{guid(22)}" firstX="5" firstY="6" secondX="1" secondY="2">{coding_xml(34, 3)}'
            "</PictureSelection></PictureSource>",
            f'<PDFSource guid="{guid(12)}" name="b.pdf" path="internal://b.pdf">'
            f'<PDFSelection guid="{guid(23)}" page="2" firstX="5" firstY="60" secondX="10" secondY="20">'
            f"{coding_xml(35, 3)}</PDFSelection></PDFSource>",
            f'<VideoSource guid="{guid(13)}" name="c.mp4" path="internal://c.mp4">'
            f'<Transcript guid="{guid(14)}"><PlainTextContent>Hallo 你好.</PlainTextContent></Transcript>'
            f'<VideoSelection guid="{guid(24)}" begin="10" end="2000">{coding_xml(36, 2)}</VideoSelection>'
            "</VideoSource>",
        ),
        f'<Notes><Note guid="{guid(50)}" name="n" creatingUser="{BEN}">',
        "<PlainTextContent>On alone.</PlainTextContent></Note>",
        f'<Note guid="{guid(51)}" name="m"><PlainTextContent>On a coding.</PlainTextContent></Note></Notes>',
        f'<Sets><Set guid="{guid(80)}" name="A set"><MemberCode targetGUID="{guid(2)}"/></Set></Sets>',
        "<Description>About all.</Description>",
    ]
    files = {"ten.txt": TEXT.encode(), "a.png": b"picture", "b.pdf": b"%PDF", "c.mp4": b"video"}
    return qdpx(folder, project_xml("".join(inside), origin=origin), files)


def test_what_came_from_another_program_goes_out_and_comes_back_without_a_loss(tmp_path):
    first, second = uncoded(tmp_path / "first"), uncoded(tmp_path / "second")
    lost = imported(first, foreign(tmp_path / "foreign"))
    assert {loss.what: loss.count for loss in lost} == {"Set": 1, "Note/@name (its name)": 2}
    file = export(first, "refi").folder / "mine.qdpx"
    imported(second, file)
    before, after = held(first), held(second)
    assert before.keys() == after.keys() == {*CODED}
    # What is said of a case has another identifier in the format.
    for tables_held in (before, after):
        tables_held["memos"] = tables_held["memos"].drop(columns="memo_id").sort_values("text", ignore_index=True)
    for name, table in before.items():
        pd.testing.assert_frame_equal(table, after[name], obj=name)
    assert len(before["codings"]) == 7
    assert len(before["documents"]) == 4


def test_what_came_with_a_round_keeps_it(tmp_path):
    first, second = uncoded(tmp_path / "first"), uncoded(tmp_path / "second")
    imported(first, foreign(tmp_path / "foreign"), told=Told(round=3))
    imported(second, export(first, "refi").folder / "mine.qdpx")
    assert set(held(first)["codings"]["round"]) == set(held(second)["codings"]["round"]) == {3}


def test_a_file_of_another_program_goes_out_in_the_same_bytes_from_then_on(tmp_path):
    first, second = uncoded(tmp_path / "first"), uncoded(tmp_path / "second")
    imported(first, foreign(tmp_path / "foreign", origin="ATLAS.ti 9"))
    written = export(first, "refi")
    imported(second, written.folder / "mine.qdpx")
    assert contents(export(second, "refi").folder) == contents(written.folder)
