"""Out and in again: nothing that the canonical tables hold is lost, and what they do not hold is listed."""

import zipfile
from pathlib import Path

import pandas as pd
import pytest

from analysis import tables
from analysis.export import export
from analysis.qda.arriving import import_codings
from analysis.qda.gathering import Asked
from analysis.qda.guids import guid_of
from analysis.qda.project import Told
from analysis.qda.refi_parts import remark_guid
from analysis.study import Study
from coded import frame
from conftest import lay_out
from export_making import GUID, POST, SPEECH, coding, codings, lay_out_study, words
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


PLACES = {
    "on a span": coding("k1", "p1", "joke", **words(POST, "猫")),
    "on a whole text": coding("k1", "c1", "joke"),
    "on a whole picture": coding("k1", "s1", "joke"),
    "on a part of a picture": coding("k1", "s1", "joke", left=1, top=2, right=30, bottom=40),
    "on a page": coding("k1", f"{GUID}02", "joke", page=3, left=10, top=700, right=200, bottom=650),
    "on a whole document": coding("k1", f"{GUID}02", "joke"),
    "on a moment": coding("k1", f"{GUID}03", "joke", begin=1500, finish=2750),
    "on a transcript": coding("k1", f"{GUID}03", "joke", **words(SPEECH, "你好")),
    "on a whole recording in the second round": coding("k1", f"{GUID}03", "joke", number=2),
}
REMARK = "Is it a pun?\n\n<b>猫</b> & 😀 ]]>, or not"


@pytest.mark.parametrize("where", PLACES)
def test_a_codings_own_remark_stays_its_own_wherever_it_stands(tmp_path, where):
    rows = codings([PLACES[where] | {"memo": REMARK, "coded_at": "2025-02-01T08:00:00Z"}])
    lay_out(tmp_path / "first")
    written = export(lay_out_study(tmp_path / "first", codings=rows, memos=None), "refi")
    second, third = uncoded(tmp_path / "second"), uncoded(tmp_path / "third")
    imported(second, written.folder / "mine.qdpx")
    again = export(second, "refi")
    imported(third, again.folder / "mine.qdpx")
    assert contents(again.folder) == contents(written.folder)
    for study in (second, third):
        assert held(study)["codings"]["memo"].tolist() == [REMARK]
        assert "memos" not in held(study)


def test_remarks_and_notes_in_other_line_ends_go_out_in_the_same_bytes_from_the_first(tmp_path):
    lay_out(tmp_path / "first")
    rows = codings(
        [PLACES[where] | {"coding_id": where, "memo": f" {where}\r\n"} for where in ("on a span", "on a page")]
    )
    notes = frame("memos", memo_id=["m1", "m2"], about=["project"] * 2, text=["one\r\ntwo ", " "], source=["made"] * 2)
    written = export(lay_out_study(tmp_path / "first", codings=rows, memos=notes), "refi")
    second = uncoded(tmp_path / "second")
    imported(second, written.folder / "mine.qdpx")
    assert contents(export(second, "refi").folder) == contents(written.folder)
    assert sorted(held(second)["codings"]["memo"]) == ["on a page", "on a span"]
    assert held(second)["memos"]["text"].tolist() == ["one\ntwo"]


def test_a_remark_that_somebody_changed_elsewhere_is_the_codings_new_one(tmp_path):
    lay_out(tmp_path / "first")
    rows = codings([coding("k1", "c1", "joke", memo="sure")])
    study = lay_out_study(tmp_path / "first", codings=rows, memos=None)
    file = export(study, "refi").folder / "mine.qdpx"
    imported(study, changed(file, tmp_path / "back.qdpx", "sure", "not sure"))
    assert study.table("codings")["memo"].tolist() == ["not sure"]
    assert "memos" not in held(study)


def test_a_remark_that_is_put_to_something_else_too_is_a_note_on_both(tmp_path):
    lay_out(tmp_path / "first")
    rows = codings([coding("k1", "c1", "joke", memo="sure")])
    written = export(lay_out_study(tmp_path / "first", codings=rows, memos=None), "refi")
    second = uncoded(tmp_path / "second")
    note = f'<NoteRef targetGUID="{remark_guid(guid_of("coding", "k1"))}"/>'
    imported(second, changed(written.folder / "mine.qdpx", tmp_path / "back.qdpx", "</Project>", f"{note}</Project>"))
    assert sorted(held(second)["memos"]["about"]) == ["coding", "project"]
    assert held(second)["codings"]["memo"].isna().all()


def changed(file: Path, to: Path, old: str, new: str) -> Path:
    """A project in which something else stands, as after work in another program."""
    with zipfile.ZipFile(file) as archive, zipfile.ZipFile(to, "w") as out:
        for name in archive.namelist():
            content = archive.read(name)
            if name.endswith(".qde"):
                assert old.encode() in content
                content = content.replace(old.encode(), new.encode())
            out.writestr(name, content)
    return to


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


def test_a_coder_whose_name_ends_like_a_round_stays_one_coder(tmp_path):
    lay_out(tmp_path / "first")
    rows = codings([coding("k1", "p1", "joke", "ana (round 2)"), coding("k2", "p1", "joke", "ana")])
    written = export(lay_out_study(tmp_path / "first", codings=rows, memos=None), "refi")
    second = uncoded(tmp_path / "second")
    imported(second, written.folder / "mine.qdpx")
    found = held(second)["codings"]
    assert {*zip(found["coder"], found["round"], strict=True)} == {("ana (round 2)", 1), ("ana", 1)}
    assert contents(export(second, "refi").folder) == contents(written.folder)


def test_two_cases_of_one_name_stay_two(tmp_path):
    lay_out(tmp_path / "first")
    ids = [f"{GUID}05", f"{GUID}06"]
    cases = frame("cases", case_id=ids, name=["Family"] * 2, units=["p1", "c1"], source=["made"] * 2)
    sizes = {"about_id": ids, "variable": ["size"] * 2, "kind": ["integer"] * 2, "value": ["4", "5"]}
    values = frame("attributes", **sizes, source=["made"] * 2)
    written = export(lay_out_study(tmp_path / "first", cases=cases, attributes=values, memos=None), "refi")
    second = uncoded(tmp_path / "second")
    imported(second, written.folder / "mine.qdpx")
    assert held(second)["cases"][["case_id", "units"]].to_numpy().tolist() == [[ids[0], "p1"], [ids[1], "c1"]]
    assert held(second)["attributes"]["value"].tolist() == ["4", "5"]


def test_two_notes_that_say_the_same_at_other_times_stay_two(tmp_path):
    lay_out(tmp_path / "first")
    times = ["2025-01-01T00:00:00Z", "2025-01-02T00:00:00Z"]
    notes = frame(
        "memos", memo_id=["m1", "m2"], about=["unit"] * 2, about_id=["p1"] * 2, text=["Odd."] * 2, coder=["ana"] * 2,
        written_at=times, source=["made"] * 2,
    )  # fmt: skip
    written = export(lay_out_study(tmp_path / "first", memos=notes, codings=codings([PLACES["on a span"]])), "refi")
    second = uncoded(tmp_path / "second")
    imported(second, written.folder / "mine.qdpx")
    assert held(second)["memos"]["text"].tolist() == ["Odd."] * 2


def test_fractions_of_pixels_go_out_as_whole_ones_and_are_told(tmp_path):
    lay_out(tmp_path / "first")
    rows = codings([coding("k1", "s1", "joke", left=1.25, top=2, right=30, bottom=40)])
    written = export(lay_out_study(tmp_path / "first", codings=rows, memos=None), "refi")
    told = "left out: fractions of the pixels or points of a place, which is rounded: 1, such as k1"
    assert told in written.account


def test_who_wrote_a_note_on_a_case_does_not_go_out_and_is_told(tmp_path):
    lay_out(tmp_path)
    note = frame(
        "memos", memo_id=["m1"], about=["case"], about_id=["u1"], text=["Odd."], coder=["ana"], source=["made"]
    )
    written = export(lay_out_study(tmp_path, memos=note, codings=codings([PLACES["on a span"]])), "refi")
    told = "left out: who wrote a note on a case, and when, as it is that case's description: 1, such as m1"
    assert told in written.account
