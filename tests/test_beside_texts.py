"""What coders wrote beside the texts names nobody once it is imported, and so in no export either."""

import re
import zipfile
from pathlib import Path

import pytest

from analysis import masking, privacy
from analysis.export import export
from analysis.qda.arriving import import_codings
from analysis.qda.gathering import Asked
from analysis.qda.guids import guid_of
from analysis.qda.project import Case, Code, Memo
from analysis.study import Study, open_study
from conftest import lay_out
from export_making import CODING, POST, lay_out_study
from landing_making import coding, guid, held, land, project, replace, source
from qda_making import (
    code_xml,
    codebook_xml,
    coding_xml,
    project_xml,
    qdpx,
    selection_xml,
    sources_xml,
    text_xml,
    users_xml,
)

SECRET = "@cem_handle wrote from cem@mail.com, call +49 170 1234567, vx: cem_secret88"
TRACES = ("cem_handle", "cem@mail", "1234567", "cem_secret")
TEXT = f"Somebody said: {SECRET} and then more words."


def mask(texts):
    return [text.replace("@ann lee", "‹person›").replace("170 1234567", "‹number›") for text in texts]


def test_notes_definitions_descriptions_and_values_are_masked_and_it_is_told_how_many():
    given = project(
        [source(10, "interview with @ann lee", "Some words", description="by @ann lee")],
        [coding(20, 10, memo="ask @ann lee")],
        codes=[Code(guid(1), "Why", description="as @ann lee does"), Code(guid(2), "New")],
        memos=[Memo(guid(30), "unit", guid(10), "call 170 1234567")],
        cases=[Case(guid(40), "@ann lee", (guid(10),), (("who", "text", "@ann lee"), ("age", "integer", "30")))],
        values=[(guid(10), "by", "text", "@ann lee too")],
    )
    landed = land(given, mask=mask)
    made = landed.tables
    assert made["documents"][["name", "description"]].to_numpy().tolist() == [
        ["interview with ‹person›", "by ‹person›"]
    ]
    assert made["codings"]["memo"].tolist() == ["ask ‹person›"]
    assert made["memos"]["text"].tolist() == ["call ‹number›"]
    assert made["cases"]["name"].tolist() == ["‹person›"]
    assert sorted(made["attributes"]["value"]) == ["30", "‹person›", "‹person› too"]
    assert "as ‹person› does" in made["codebook"]["definition"].tolist()
    told = made["coded"][made["coded"]["measure"] == "lost"]
    assert told["value"].tolist() == ["what leads to a person, masked in notes, definitions, names of cases and values"]
    assert told["count"].tolist() == [6]


def test_what_the_codebook_of_the_study_says_is_never_masked():
    into = held()
    book = into.tables["codebook"]
    into.tables["codebook"] = book.assign(exclude=book["exclude"].mask(book["code_id"] == "ask.why", "not @ann lee"))
    given = project(
        [source(10, "p1")],
        [coding(20, 10, memo="see ask.why and 170 1234567")],
        codes=[Code(guid(1), "ask.why", description="Exclude: not @ann lee")],
    )
    landed = land(given, into=into, mask=lambda texts: [text.replace("ask.why", "‹contact›") for text in mask(texts)])
    kept = landed.tables["codebook"].set_index("code_id")
    assert kept.loc["ask.why", "exclude"] == "not @ann lee"
    assert "joined" not in set(landed.tables["coded"]["measure"])
    assert landed.tables["codings"]["memo"].tolist() == ["see ask.why and ‹number›"]


def test_what_was_masked_is_the_same_when_it_comes_again():
    given = project(cases=[Case(guid(40), "@ann lee")], memos=[Memo(guid(30), "project", None, "ask @ann lee")])
    first = land(given, mask=mask)
    renewed = replace(given, cases=[Case(guid(41), "@ann lee")], memos=[Memo(guid(31), *_about(given))])
    again = land(renewed, into=held(first), mask=mask)
    assert again.tables["cases"]["case_id"].tolist() == [guid(40)]
    assert again.tables["memos"]["memo_id"].tolist() == [guid(30)]


def _about(given):
    memo = given.memos[0]
    return memo.about, memo.target, memo.text


@pytest.mark.parametrize("value", ["120345", "678d8df659514b846ea25ba3", "a0123456789012345", guid_of("unit", "p1")])
def test_counts_and_identifiers_are_no_telephone_numbers(value):
    given = project(cases=[Case(guid(40), value, (), (("followers", "text", value),))])
    made = land(given, mask=lambda texts: ["‹number›" for _ in texts]).tables
    assert (made["cases"]["name"].tolist(), made["attributes"]["value"].tolist()) == ([value], [value])


@pytest.fixture
def captured(tmp_path, monkeypatch) -> Study:
    """A captured study into which a coder's project full of traces was imported."""
    lay_out(tmp_path)
    study = lay_out_study(tmp_path, origin="captured", **dict.fromkeys(CODING))
    monkeypatch.setitem(privacy._KEY, "bytes", b"")
    masking.make_key(study.key_file)
    study = open_study("mine", tmp_path)
    import_codings(study, [_project(tmp_path)], Asked(), lambda *_: None)
    return open_study("mine", tmp_path)


def _project(folder: Path) -> Path:
    """Traces in every place where a coder can write."""
    said, start, at = f"<Description>{SECRET}</Description>", TEXT.index("more words"), POST.index("Why")
    value = f'<VariableValue><VariableRef targetGUID="{guid(60)}"/><TextValue>{SECRET}</TextValue></VariableValue>'
    sources = [
        text_xml(
            10, said, selection_xml(20, start, start + 10, said, coding_xml(30, 1)), value, name=SECRET, text=TEXT
        ),
        text_xml(
            11,
            selection_xml(21, at, at + 3, said, coding_xml(31, 1)),
            coding_xml(32, 1, f'<NoteRef targetGUID="{guid(50)}"/>'),
            name="p1",
            text=POST.replace("\r", "&#13;"),
        ),
    ]
    inside = [
        users_xml(),
        codebook_xml(code_xml(1, "Why", said)),
        f'<Variables><Variable guid="{guid(60)}" name="who" typeOfVariable="Text"/></Variables>',
        f'<Cases><Case guid="{guid(70)}" name="{SECRET}">{said}{value}',
        f'<SourceRef targetGUID="{guid(10)}"/></Case></Cases>',
        sources_xml(*sources),
        f'<Notes><Note guid="{guid(50)}"><PlainTextContent>{SECRET}</PlainTextContent></Note></Notes>',
        said,
    ]
    return qdpx(folder, project_xml("".join(inside), origin="Some program"))


def test_nobody_is_named_in_what_an_import_writes(captured):
    assert len(captured.table("codings")) == 3
    assert found_in(captured.coding) == []


@pytest.mark.parametrize("to", ["csv", "excel", "html", "refi"])
def test_nobody_is_named_in_any_export(captured, to):
    assert found_in(export(captured, to, everything=True).folder) == []


def test_a_coding_is_named_by_a_digest_since_its_own_name_was_made_of_what_it_is_on(captured):
    folder = export(captured, "csv", everything=True).folder
    told = (folder / "codings.csv").read_text(encoding="utf-8").splitlines()[1:]
    assert all(re.match("~[0-9a-f]{12},", line) for line in told)


def found_in(folder: Path) -> list[str]:
    """Where a trace stands, in files and in what is packed in them."""
    return [
        f"{name}: {trace}"
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        for name, content in _parts(path)
        for trace in TRACES
        if trace.encode() in content
    ]


def _parts(path: Path) -> list[tuple[str, bytes]]:
    if not zipfile.is_zipfile(path):
        return [(path.name, path.read_bytes())]
    with zipfile.ZipFile(path) as packed:
        return [(f"{path.name}, {name}", packed.read(name)) for name in packed.namelist()]
