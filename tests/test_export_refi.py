"""A study as a project for coding programs: valid by the standard, read alike by others, the same bytes each time."""

import io
import zipfile
from pathlib import Path

import pytest
from lxml import etree

import export_making as making
from analysis.drawn import scope_of
from analysis.export import export, project_of_study
from analysis.export_tables import Exported
from analysis.qda.guids import guid_for, guid_of
from analysis.qda.project import Area, Case, Code, Coding, Memo, Project, Source
from analysis.qda.refi_write import qdc_of, qde_of, write_qdpx
from conftest import lay_out
from export_making import COMMENT, GUID, INTERVIEW, PAGE, POST, coding, codings, draw, lay_out_study, words
from qda_making import lost, read_qdc, read_refi, repaired

ORDER = ["Users", "CodeBook", "Variables", "Cases", "Sources", "Notes", "NoteRef"]
NS = "{urn:QDA-XML:project:1.0}"


@pytest.fixture
def study(tmp_path):
    lay_out(tmp_path)
    return lay_out_study(tmp_path)


@pytest.fixture
def written(study):
    return export(study, "refi")


def project_in(folder: Path) -> Project:
    return read_refi(folder / "mine.qdpx")


def document_in(folder: Path) -> etree._Element:
    with zipfile.ZipFile(folder / "mine.qdpx") as archive:
        return etree.fromstring(archive.read("project.qde"))


def spans(project: Project) -> set[tuple]:
    texts = {source.guid: source.text for source in project.sources}
    names = {source.guid: source.name for source in project.sources}
    codes = {code.guid: code.name for code in project.codes}
    return {
        (names[each.source], codes[each.code], each.coder, texts[each.source][each.start : each.end])
        for each in project.codings
        if each.start is not None
    }


CODED = {
    ("p1", "Why", "ana", "Why is 猫 a cat?"), ("p1", "Joke", "ana", "Why is 猫 a cat?"),
    ("p1", "How & <who>", "ana", "👩‍👩‍👧."), ("p1", "Why", "ben", "猫"), ("p2", "How & <who>", "ana", "hola"),
    ("c1", "Asking", "ana", "猫, read māo 😀😀"), ("Interview", "Why", "ana", "因为 🙂 because"),
    ("Paper.pdf", "How & <who>", "ana", "猫 text"), ("Talk", "Joke", "ana", "你好"),
}  # fmt: skip


def test_the_project_and_its_codebook_are_valid_by_the_standard(written, shared):
    for name, content in (
        ("Project", etree.tostring(document_in(written.folder))),
        ("Codebook", (written.folder / "mine.qdc").read_bytes()),
    ):
        schema = etree.XMLSchema(etree.parse(str(shared / f"formats/refi-qda/{name}-mrt2019.xsd")))
        schema.assertValid(etree.fromstring(content))


def test_the_parts_stand_in_the_order_of_the_standard(written):
    names = [child.tag.removeprefix(NS) for child in document_in(written.folder)]
    assert list(dict.fromkeys(names)) == ORDER


def test_what_was_coded_is_read_again_on_the_same_words(written):
    project = project_in(written.folder)
    assert spans(project) == CODED
    assert len(project.codings) == 14
    assert repaired(project) == {"names no file; the source stands without content": "AudioSource 'Talk'"}


def test_posts_and_comments_are_texts_as_the_study_has_them(written):
    texts = {source.name: source.text for source in project_in(written.folder).sources}
    assert texts == {
        "p2": "\nhola", "p1": POST, "c1": COMMENT, "c2": "gracias", "s1": None, "Interview": INTERVIEW,
        "Paper.pdf": PAGE, "Talk": making.SPEECH,
    }  # fmt: skip
    # In the order of the sample, each post before what belongs to it.
    assert list(texts)[:5] == ["p2", "p1", "c1", "c2", "s1"]
    with zipfile.ZipFile(written.folder / "mine.qdpx") as archive:
        assert archive.read(f"sources/{guid_of('unit', 'p1')}.txt") == POST.encode()


def test_pictures_and_pages_go_along_with_what_was_coded_on_them(written):
    project = project_in(written.folder)
    by_place = {coding.area: coding for coding in project.codings if coding.area}
    assert set(by_place) == {Area(1, 2, 30, 40), Area(10, 700, 200, 650, page=3)}
    paths = {source.name: source.path for source in project.sources if source.path}
    assert paths["s1"].read_bytes() == making.PNG
    assert paths["Paper.pdf"].read_bytes().startswith(b"%PDF")
    (recorded,) = [coding for coding in project.codings if coding.begin is not None]
    assert (recorded.begin, recorded.finish, recorded.memo) == (1500, 2750, "laughs")


def test_the_codebook_is_nested_with_definitions_and_colours(written):
    codes = {code.name: code for code in read_qdc(written.folder / "mine.qdc").codes}
    names = {code.guid: code.name for code in codes.values()}
    assert {name: names.get(code.parent) for name, code in codes.items()} == {
        "Learning": None, "Asking": "Learning", "Why": "Asking", "How & <who>": "Asking", "Play": None, "Joke": "Play",
    }  # fmt: skip
    assert codes["Why"].description == "A reason is asked for.\nInclude: Also: how come.\nExclude: Rhetorical ones."
    assert {name: code.codable for name, code in codes.items() if not code.codable} == {
        "Learning": False,
        "Play": False,
    }
    assert (codes["Why"].guid, codes["Play"].colour) == (f"{GUID}99", "#aabbcc")


def test_accounts_are_cases_with_their_sides_and_what_they_wrote(written):
    cases = {case.name: case for case in project_in(written.folder).cases}
    assert set(cases) == {"u1", "u2", "A family"}
    assert {name: value for name, _, value in cases["u1"].values} == {"side": "newcomer", "since": "2025-01-13"}
    assert cases["u1"].units == (guid_of("unit", "p1"), guid_of("unit", "c2"))
    assert cases["A family"].values == (("size", "integer", "4"),)


def test_coders_times_and_notes_go_along(written):
    project = project_in(written.folder)
    first = next(each for each in project.codings if each.guid == guid_of("coding", "k1"))
    assert (first.coder, str(first.coded_at)) == ("ana", "2025-02-01 08:00:00+00:00")
    notes = {(memo.about, memo.text, memo.coder) for memo in project.memos}
    assert notes == {
        ("project", "On all.", "ana"), ("code", "On why.", None), ("unit", "Two\nlines.", "ben"),
        ("coding", "Sure?", "ana"), ("case", "Friendly.", None),
    }  # fmt: skip
    remarks = {each.memo for each in project.codings}
    assert remarks == {None, "a pun", "all of it", "laughs"}


def test_what_stays_behind_is_told(written):
    told = "\n".join(written.account)
    for expected in (
        "a screenshot without an image file: 1, such as s2",
        "the file of a document, which is not there: 1, such as Talk",
        "codings on posts outside the sample: 1; --all takes them, too", "8 sources, 6 codes, 14 codings, 2 coders",
    ):  # fmt: skip
        assert expected in told
    assert told in (written.folder / "README.txt").read_text(encoding="utf-8").replace("\n  ", "\n")


def test_the_same_study_gives_the_same_bytes(study, tmp_path):
    first = {path.name: path.read_bytes() for path in export(study, "refi").folder.iterdir()}
    again = {path.name: path.read_bytes() for path in export(study, "refi", tmp_path / "again").folder.iterdir()}
    assert first == again
    with zipfile.ZipFile(io.BytesIO(first["mine.qdpx"])) as archive:
        assert {(each.date_time, each.compress_type) for each in archive.infolist()} == {((1980, 1, 1, 0, 0, 0), 0)}


def test_pyrefiqda_reads_as_many_sources_codes_and_codings_with_authors_and_times(written, tmp_path):
    pyrefiqda = pytest.importorskip("pyrefiqda")
    project = pyrefiqda.RefiProject.load(written.folder / "mine.qdpx", extract_dir=str(tmp_path / "unpacked"))
    assert [user.name for user in project.users.user] == ["ana", "ben"]
    held = project.sources
    assert [len(each) for each in (held.text_source, held.picture_source, held.pdfsource, held.audio_source)] == [
        5,
        1,
        1,
        1,
    ]
    post = next(source for source in held.text_source if source.name == "p1")
    given = [coding for selection in post.plain_text_selection for coding in selection.coding]
    assert len(given) == 4
    assert sorted(str(each.creation_date_time) for each in given if each.creation_date_time) == [
        "2025-02-01T08:00:00Z", "2025-02-01T08:01:00Z",
    ]  # fmt: skip
    text = (tmp_path / "unpacked/sources" / post.plain_text_path.removeprefix("internal://")).read_bytes().decode()
    assert {text[each.start_position : each.end_position] for each in post.plain_text_selection} == {
        "Why is 猫 a cat?", "👩‍👩‍👧.", "猫",
    }  # fmt: skip


@pytest.mark.filterwarnings("ignore")
def test_qdapy_finds_the_same_words_under_the_same_codes(written):
    qdapy = pytest.importorskip("qdapy")
    project = qdapy.read_qdpx(written.folder / "mine.qdpx")
    rows = project.fragments
    found = {
        (code.split("/")[-1], coder, text)
        for code, coder, text in zip(rows["code"], rows["codedBy"], rows["text"], strict=True)
    }
    assert {(code, coder, text) for unit, code, coder, text in CODED if unit not in ("Paper.pdf", "Talk")} <= found
    assert sorted(project.coders) == ["ana", "ben"]
    assert len(project.codebook) == 6


def test_rounds_stand_in_the_users_names_and_are_read_again(study, tmp_path):
    rows = [
        coding("k1", "p1", "ask.why", **words(POST, "猫")), coding("k2", "p1", "joke", number=2, **words(POST, "猫")),
        coding("k3", "c1", "joke"), coding("k4", "p1", "ask.why", "ben", **words(POST, "猫")),
    ]  # fmt: skip
    lay_out(tmp_path / "two")
    two = lay_out_study(tmp_path / "two", codings=codings(rows), memos=None)
    folder = export(two, "refi").folder
    users = [user.get("name") for user in document_in(folder).iter(f"{NS}User")]
    assert users == ["ana (round 1)", "ana (round 2)", "ben (round 1)"]
    read = {(each.guid, each.coder, each.round) for each in project_in(folder).codings}
    # What ana gave in her first round on p1 no longer stands.
    assert read == {
        (guid_of("coding", "k2"), "ana", 2), (guid_of("coding", "k3"), "ana", 1), (guid_of("coding", "k4"), "ben", 1),
    }  # fmt: skip


def test_all_takes_what_was_not_sampled(study):
    every = project_of_study(Exported(study, scope_of(study, everything=True)))
    assert "p3" in {source.name for source in every.sources}
    assert len(every.codings) == 15


TROUBLES = [
    ("beyond the text", coding("k1", "p1", "joke", start=3, end=900), "a coding whose place is not in the text"),
    ("a span of a picture", coding("k1", "s1", "joke", start=0, end=1), "a coding whose place is not in the text"),
    ("a part of a text", coding("k1", "p1", "joke", left=1, top=1, right=2, bottom=2), "its source cannot have"),
    ("a time in a page", coding("k1", f"{GUID}02", "joke", begin=1, finish=2), "a part that its source cannot have"),
    ("a page without number", coding("k1", f"{GUID}02", "joke", left=1, top=1, right=2, bottom=2), "cannot have"),
    ("a picture that is not there", coding("k1", "s2", "joke"), "a coding of what is not exported"),
    ("a code that is not there", coding("k1", "p1", "none"), "a coding whose code is not in the codebook"),
]  # fmt: skip


@pytest.mark.parametrize(("what", "row", "told"), TROUBLES, ids=[what for what, *_ in TROUBLES])
def test_a_coding_that_cannot_go_out_is_told_and_left(tmp_path, what, row, told):
    lay_out(tmp_path)
    study = lay_out_study(tmp_path, codings=codings([row]), memos=None)
    written = export(study, "refi")
    assert any(told in line and line.endswith("1, such as k1") for line in written.account), written.account
    assert project_in(written.folder).codings == []


def test_signs_that_xml_cannot_hold_are_replaced_one_for_one():
    code = Code(guid_of("code", "a"), "bad\x0b\x00name", description="\ud800")
    source = Source(guid_of("unit", "u"), "u\x1f", text="a\x0bb")
    given = Coding(guid_of("coding", "c"), source.guid, code.guid, "an\x07n", start=0, end=3)
    (found,) = etree.fromstring(qde_of(Project("t", "o", [code], [source], [given]))).iter(f"{NS}Code")
    assert found.get("name") == "bad\ufffd\ufffdname"
    assert len(etree.fromstring(qdc_of(Project("t", "o", [code])))) == 1


def test_values_that_are_not_of_their_kind_go_out_as_texts():
    case = Case(
        guid_of("case", "c"), "c", values=(("n", "integer", "3.5"), ("m", "integer", "4"), ("b", "boolean", "ja"))
    )
    root = etree.fromstring(qde_of(Project("t", "o", cases=[case])))
    values = [child.tag.removeprefix(NS) for value in root.iter(f"{NS}VariableValue") for child in value][1::2]
    assert values == ["TextValue", "IntegerValue", "TextValue"]


def test_an_empty_project_has_no_empty_lists():
    assert len(etree.fromstring(qde_of(Project("t", "o")))) == 0


def test_a_remark_on_a_selection_is_that_of_its_coder_alone():
    source = Source(guid_of("unit", "u"), "u", text="abc")
    codes = [Code(guid_of("code", each), each) for each in "xy"]
    given = [
        Coding(guid_of("coding", f"{code.name}{coder}"), source.guid, code.guid, coder, start=0, end=2, memo=memo)
        for code in codes
        for coder, memo in (("ann", "sure"), ("ben", None))
    ]
    selections = list(
        etree.fromstring(qde_of(Project("t", "o", codes, [source], given))).iter(f"{NS}PlainTextSelection")
    )
    assert [len(each.findall(f"{NS}Coding")) for each in selections] == [2, 2]
    assert [each.findtext(f"{NS}Description") for each in selections] == ["sure", None]


def test_a_memo_on_a_case_is_its_description_and_comes_back(tmp_path):
    case = Case(guid_of("case", "c"), "c")
    project = Project(
        "t", "Affordances compendium", cases=[case], memos=[Memo(guid_of("memo", "m"), "case", case.guid, "x")]
    )
    write_qdpx(project, tmp_path / "made.qdpx")
    read = read_refi(tmp_path / "made.qdpx")
    assert [(memo.about, memo.text, memo.target) for memo in read.memos] == [("case", "x", case.guid)]
    assert lost(read) == {}


def test_an_identifier_that_is_a_guid_goes_out_as_it_is():
    assert guid_for("coding", f"{GUID}01") == f"{GUID}01"
    assert guid_for("coding", "c0001") == guid_of("coding", "c0001") == "8e23144f-1e38-5a7e-93d3-3ed1d705066c"


def test_without_a_sample_the_export_says_what_to_do(study):
    from analysis.errors import StudyError

    draw(study.root, [], missing="the study has no posts")
    with pytest.raises(
        StudyError, match="no sample was drawn yet: the study has no posts. .*compendium run mine. Or: --all"
    ):
        export(study, "refi")
    draw(study.root, [])
    with pytest.raises(StudyError, match="the sample has no posts. See why: compendium sample mine"):
        export(study, "refi")
    draw(study.root, ["p1", "p9"])
    with pytest.raises(StudyError, match="1 of the 2 posts of the sample are in the corpus; .* compendium run mine"):
        export(study, "refi")
