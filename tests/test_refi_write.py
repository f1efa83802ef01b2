"""Everything that a project can hold, written: valid by the standard, and as many of each for whoever else reads it."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from lxml import etree

from analysis.qda.guids import guid_of
from analysis.qda.project import Area, Case, Code, Coding, Memo, Project, Source
from analysis.qda.refi_codes import OURS
from analysis.qda.refi_write import qdc_of, qde_of, write_qdc, write_qdpx
from export_making import PNG
from qda_making import lost, read_qdc, read_refi

TEXT = "Why 猫 😀?\r\nCafe\u0301 👩‍👩‍👧."
WHEN = datetime(2025, 2, 1, 8, 0, 1, 500_000, tzinfo=UTC)
KINDS = ("text", "picture", "pdf", "audio", "video")
VALUES = (
    ("mood", "text", "glad & <sad>"), ("read", "boolean", "true"), ("age", "integer", "41"), ("share", "number", "0.5"),
    ("born", "date", "1984-02-29"), ("seen", "time", "2025-01-14T00:00:00Z"), ("odd", "integer", "many"),
)  # fmt: skip
CODES = [
    Code(guid_of("code", "a"), "Above", colour="#abc", description="All of it.", codable=False),
    Code(guid_of("code", "b"), "Below", guid_of("code", "a"), "#FF0000", "In two\nlines & <so>."),
    Code(guid_of("code", "c"), "Deep 猫", guid_of("code", "b"), "red"),
    Code(guid_of("code", "d"), "Alone", guid_of("code", "gone")),
]


def sources(folder: Path) -> list[Source]:
    """One of each kind, with its file and its text."""
    found = []
    for kind in KINDS:
        path = None if kind == "text" else folder / f"{kind}.{'png' if kind == 'picture' else kind}"
        if path is not None:
            path.write_bytes(PNG)
        found.append(Source(guid_of("unit", kind), kind, kind, TEXT, path=path, description=f"A {kind}"))
    return [*found, Source(guid_of("unit", "bare"), "bare", "text", "")]


def codings() -> list[Coding]:
    """Each source coded as a whole and in its text, pictures and pages in parts, recordings in moments."""
    places = {f"{kind} whole": {} for kind in KINDS} | {f"{kind} text": {"start": 4, "end": 7} for kind in KINDS}
    places |= {"picture part": {"area": Area(1.4, 2, 30, 40)}, "pdf part": {"area": Area(1, 60, 30, 20, page=2)}}
    places |= {f"{kind} time": {"begin": 10, "finish": 2000} for kind in ("audio", "video")}
    every = [(place, coder, number) for place in places for coder, number in (("ann", 1), ("bénédicte 猫", 2))]
    return [
        Coding(
            guid_of("coding", f"{place} {coder}"),
            guid_of("unit", place.split()[0]),
            CODES[1 + len(coder) % 3].guid,
            coder,
            WHEN if coder == "ann" else None,
            memo=f"on {place}" if coder == "ann" else None,
            round=number,
            **places[place],
        )
        for place, coder, number in every
    ]


def everything(folder: Path) -> Project:
    units = tuple(guid_of("unit", kind) for kind in KINDS)
    cases = [
        Case(guid_of("case", "x"), "Ms X", units, VALUES), Case(guid_of("case", "y"), "Nobody's"),
        Case(guid_of("case", "z"), "Of values only", (), VALUES[:1]),
    ]  # fmt: skip
    targets = {"project": None, "code": CODES[1].guid, "unit": units[0], "case": cases[0].guid}
    targets["coding"] = guid_of("coding", "text text ann")
    memos = [Memo(guid_of("memo", about), about, target, f"On {about}.", "ann") for about, target in targets.items()]
    values = [(units[0], *value) for value in VALUES]
    return Project("All", OURS, CODES, sources(folder), codings(), cases, memos, values=values)


@pytest.fixture
def project(tmp_path):
    return everything(tmp_path)


@pytest.fixture
def file(project, tmp_path):
    write_qdpx(project, tmp_path / "made.qdpx")
    return tmp_path / "made.qdpx"


def schema_of(shared: Path, name: str) -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(shared / f"formats/refi-qda/{name}-mrt2019.xsd"))


def part_of(whole: Project, part: str) -> Project:
    """The project without what is not of this part."""
    parts = {
        "codes": Project(whole.name, whole.origin, whole.codes),
        "sources without codings": Project(whole.name, whole.origin, sources=whole.sources),
        "cases": Project(whole.name, whole.origin, cases=[case for case in whole.cases if not case.units]),
        "notes": Project(whole.name, whole.origin, memos=whole.memos[:1]),
        "nothing": Project(whole.name, whole.origin),
        "everything": whole,
    }
    for number, kind in enumerate(KINDS):
        held = whole.sources[number]
        given = [coding for coding in whole.codings if coding.source == held.guid]
        parts[kind] = Project(whole.name, whole.origin, whole.codes, [held], given)
    return parts[part]


PARTS = ("codes", "sources without codings", "cases", "notes", "nothing", "everything", *KINDS)


@pytest.mark.parametrize("part", PARTS)
def test_a_project_of_any_parts_is_valid_by_the_standard(project, part, shared):
    schema_of(shared, "Project").assertValid(etree.fromstring(qde_of(part_of(project, part))))


def test_a_nested_codebook_with_colours_and_definitions_is_valid_by_the_standard(project, shared):
    schema_of(shared, "Codebook").assertValid(etree.fromstring(qdc_of(project)))


def test_the_schemas_refuse_what_is_not_the_standards(project, shared):
    wrong = (
        qde_of(project)
        .replace(b"<PlainTextSelection", b"<PlainSelection")
        .replace(b"PlainTextSelection>", b"PlainSelection>")
    )
    assert not schema_of(shared, "Project").validate(etree.fromstring(wrong))


def test_the_codebook_comes_back_as_it_was(project, tmp_path):
    write_qdc(project, tmp_path / "made.qdc")
    found = {code.name: code for code in read_qdc(tmp_path / "made.qdc").codes}
    assert {name: (code.parent, code.colour, code.description, code.codable) for name, code in found.items()} == {
        "Above": (None, "#aabbcc", "All of it.", False),
        "Below": (CODES[0].guid, "#ff0000", "In two\nlines & <so>.", True),
        "Deep 猫": (CODES[1].guid, None, None, True),
        "Alone": (None, None, None, True),
    }


def test_all_of_it_is_read_again(project, file):
    read = read_refi(file)
    assert (read.repairs, list(lost(read))) == ([], ["SyncPoint (where transcript and recording meet)"])
    where = {
        each.guid: (each.source, each.code, each.coder, each.round, each.coded_at, each.memo) for each in read.codings
    }
    assert where == {
        each.guid: (each.source, each.code, each.coder, each.round, each.coded_at, each.memo)
        for each in project.codings
    }
    assert {each.guid: (each.start, each.end, each.begin, each.finish) for each in read.codings} == {
        each.guid: (each.start, each.end, each.begin, each.finish) for each in project.codings
    }
    assert [(each.name, each.kind, each.text, each.description) for each in read.sources] == [
        (each.name, each.kind, each.text, each.description) for each in project.sources
    ]
    assert sorted((memo.about, memo.target or "", memo.text) for memo in read.memos) == sorted(
        (memo.about, memo.target or "", memo.text) for memo in project.memos
    )
    odd = [*VALUES[:-1], ("odd", "text", "many")]
    assert {case.name: sorted(case.values) for case in read.cases} == {
        "Ms X": sorted(odd), "Nobody's": [], "Of values only": sorted(VALUES[:1]),
    }  # fmt: skip


def selections_of(source) -> list:
    """All that is selected in a source as pyrefiqda gives it, in its text too."""
    inside = [getattr(source, name, None) for name in ("text_description", "representation")]
    held = [source, *filter(None, inside), *(getattr(source, "transcript", None) or [])]
    names = ("plain_text", "picture", "pdfselection", "audio", "video", "transcript")
    keys = [name if name == "pdfselection" else f"{name}_selection" for name in names]
    return [selection for each in held for key in keys for selection in getattr(each, key, None) or []]


def test_pyrefiqda_counts_the_same(project, file, tmp_path):
    pyrefiqda = pytest.importorskip("pyrefiqda")
    read = pyrefiqda.RefiProject.load(file, extract_dir=str(tmp_path / "unpacked"))
    held = read.sources
    kinds = [held.text_source, held.picture_source, held.pdfsource, held.audio_source, held.video_source]
    assert [len(kind) for kind in kinds] == [2, 1, 1, 1, 1]
    every = [source for kind in kinds for source in kind]
    given = [coding for source in every for coding in source.coding]
    given += [coding for source in every for selection in selections_of(source) for coding in selection.coding]
    assert sorted(coding.guid for coding in given) == sorted(coding.guid for coding in project.codings)
    assert (len(read.users.user), len(read.cases.case), len(read.variables.variable)) == (3, 3, len(VALUES))
    # A note on each thing but the case, and a remark on each of five sources that are coded as a whole.
    assert len(read.notes.note) == len(project.memos) - 1 + len(KINDS)


@pytest.mark.filterwarnings("ignore")
def test_qdapy_counts_the_same(project, file):
    qdapy = pytest.importorskip("qdapy")
    read = qdapy.read_qdpx(file)
    assert len(read.codebook) == len(CODES)
    # It knows texts and pages only, and neither codings of whole sources nor those in the text of a page.
    assert read.sources == ["text", "pdf", "bare"]
    assert [read.skipped[name] for name in ("PictureSource", "AudioSource", "VideoSource")] == [1, 1, 1]
    assert sorted(read.fragments["title"]) == ["pdf", "pdf", "text", "text"]
    assert sorted(set(read.coders)) == ["ann (round 1)", "bénédicte 猫 (round 2)"]
