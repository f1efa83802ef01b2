"""Projects in each program's dialect."""

from datetime import UTC, datetime

import pytest

from analysis.qda.project import Counting, Told
from qda_making import (
    ANN,
    BEN,
    DECLARATION,
    code_xml,
    codebook_xml,
    coding_xml,
    guid,
    lost,
    project_xml,
    qdpx,
    read_refi,
    repaired,
    selection_xml,
    sources_xml,
    text_xml,
    users_xml,
)

EMOJI = "\ufeffHi 👋 there\r\n你好 👨‍👩‍👧!\r\n"
SCHEMAS = "formats/refi-qda/Project-mrt2019.xsd"


def nvivo_xml():
    """As NVivo for Windows 12.6 writes it: a selection for each coding, made by another user than the coding."""
    changed = f'creatingUser="{BEN}" creationDateTime="2025-01-19T08:00:00.1234567Z" modifyingUser="{BEN}"'
    one = selection_xml(10, 3, 5, coding_xml(20, 2), name="👋", more=changed)
    other = selection_xml(11, 3, 5, coding_xml(21, 1), name="👋", more=changed)
    codes = code_xml(1, "feeling", code_xml(2, "joy", "<Description>gladness</Description>", colour="#0F0"))
    source = text_xml(5, one, other, path=f"{guid(5).upper()}.txt")
    xml = project_xml(users_xml() + codebook_xml(codes) + sources_xml(source), origin="NVivo for Windows 12.6")
    return xml.replace(guid(2), guid(2).upper())


def test_nvivo_for_windows(tmp_path):
    project = read_refi(qdpx(tmp_path, nvivo_xml(), {f"{guid(5)}.txt": EMOJI}, folder="Sources"))
    assert (project.name, project.origin) == ("A project", "NVivo for Windows 12.6")
    assert project.counting == Counting("utf-16", crlf=2)
    assert [(code.name, code.parent, code.colour, code.description) for code in project.codes] == [
        ("feeling", None, None, None),
        ("joy", guid(1), "#00ff00", "gladness"),
    ]
    (source,) = project.sources
    assert (source.text, source.raw) == (EMOJI[1:], EMOJI.encode())
    first, second = project.codings
    assert (first.start, first.end, first.quoted, first.code) == (3, 5, "👋", guid(2))
    assert second.code == guid(1)
    assert first.coded_at == datetime(2025, 1, 20, 8, tzinfo=UTC)


def test_who_coded_is_whom_the_coding_names_not_the_selection(tmp_path):
    project = read_refi(qdpx(tmp_path, nvivo_xml(), {f"{guid(5)}.txt": EMOJI}))
    assert [coding.coder for coding in project.codings] == ["Ann", "Ann"]
    assert lost(project) == {
        "PlainTextSelection/@modifyingUser (who changed it last)": 2,
        "User who coded and wrote nothing": 1,
        "who made a selection, where somebody else gave the code": 2,
    }


@pytest.mark.parametrize(
    ("selection", "coding", "told", "coder"),
    [
        (f'creatingUser="{BEN}"', "", None, "Ben"),
        ("", "", "Cleo", "Cleo"),
        ("", "", None, None),
        ("", f'creatingUser="{{{ANN}}}"', "Cleo", "Ann"),
        (f'creatingUser="{BEN}"', "", "Cleo", "Ben"),
    ],
)
def test_where_the_coding_names_nobody_the_selection_is_asked_then_the_user(tmp_path, selection, coding, told, coder):
    given = f'<Coding guid="{guid(7)}" {coding}><CodeRef targetGUID="{guid(1)}"/></Coding>'
    source = text_xml(5, selection_xml(6, 0, 1, given, more=selection), text="abc")
    path = qdpx(tmp_path, project_xml(users_xml() + codebook_xml(code_xml(1, "joy")) + sources_xml(source)))
    project = read_refi(path, Told(coder=told, round=2))
    # The round that the user names is put in where the file is joined with others.
    assert [(one.coder, one.round) for one in project.codings] == [(coder, None)]
    stands_for = "a coding does not say who gave it; who made the selection stands for the coder"
    assert (stands_for in repaired(project)) == (coder == "Ben")


@pytest.mark.parametrize(
    ("origin", "counting"),
    [
        ("NVivo for Windows 12.6", Counting("utf-16", crlf=2)),
        ("NVivo 14", Counting("utf-16", crlf=2)),
        ("NVivo 12 For Mac", None),
        ("ATLAS.ti Win 8.4", Counting("codepoints", crlf=1)),
        ("QualCoder 3.5", Counting("codepoints", crlf=2)),
        ("MAXQDA 2022", None),
        ("", None),
    ],
)
def test_what_positions_count_is_known_from_the_program(tmp_path, origin, counting):
    assert read_refi(qdpx(tmp_path, project_xml("", origin=origin))).counting == counting


def test_atlas_ti_groups_codings_and_names_the_project_file_after_the_project(tmp_path):
    selection = selection_xml(6, 0, 2, "<Description>why?</Description>", coding_xml(7, 1), coding_xml(8, 2, user=BEN))
    codes = codebook_xml(code_xml(1, "joy", colour="#46AA00"), code_xml(2, "grief"))
    xml = project_xml(users_xml() + codes + sources_xml(text_xml(5, selection, path="a.txt")), origin="ATLAS.ti Win 9")
    project = read_refi(qdpx(tmp_path, xml, {"a.txt": "ab\r\n"}, inside="My project.qde"))
    assert [(one.coder, one.code, one.start, one.end, one.memo) for one in project.codings] == [
        ("Ann", guid(1), 0, 2, "why?"),
        ("Ben", guid(2), 0, 2, "why?"),
    ]
    assert (project.lost, project.repairs) == ([], [])


def test_maxqda_keeps_values_in_the_source_and_remarks_on_what_is_not_coded(tmp_path):
    values = [
        ("Text", "Text", "Leeds", "text", "Leeds"),
        ("Boolean", "Boolean", "1", "boolean", "true"),
        ("Integer", "Integer", "42", "integer", "42"),
        ("Float", "Float", "1.50", "number", "1.50"),
        ("Date", "Date", "2025-01-19", "date", "2025-01-19"),
        ("DateTime", "DateTime", "2025-01-19T10:00:00+02:00", "time", "2025-01-19T08:00:00Z"),
    ]
    variables = "".join(
        f'<Variable guid="{guid(40 + number)}" name="v{number}" typeOfVariable="{kind}"/>'
        for number, (kind, *_) in enumerate(values)
    )
    written = "".join(
        f'<VariableValue><VariableRef targetGUID="{guid(40 + number)}"/>'
        f"<{element}Value>{text}</{element}Value></VariableValue>"
        for number, (_, element, text, *_) in enumerate(values)
    )
    remark = selection_xml(6, 0, 1, "<Description>look again</Description>", more=f'creatingUser="{BEN}"')
    silent = selection_xml(8, 0, 1)
    source = text_xml(5, remark, silent, written, text="abc")
    xml = project_xml(f"{users_xml()}<Variables>{variables}</Variables>{sources_xml(source)}", origin="MAXQDA 2022")
    project = read_refi(qdpx(tmp_path, xml))
    expected = [(guid(5), f"v{number}", kind, text) for number, (*_, kind, text) in enumerate(values)]
    assert project.values == expected
    assert [(memo.about, memo.target, memo.text, memo.coder) for memo in project.memos] == [
        ("unit", guid(5), "look again", "Ben")
    ]
    assert lost(project) == {
        "PlainTextSelection (where the remark on it stands, no code being given)": 1,
        "PlainTextSelection without a code": 1,
        "User who coded and wrote nothing": 1,
    }


def test_quirkos_keeps_values_in_cases_without_a_name(tmp_path):
    value = f'<VariableValue><VariableRef targetGUID="{guid(40)}"/><TextValue>Leeds</TextValue></VariableValue>'
    reference = f'<SourceRef targetGUID="{guid(5)}"/>'
    cases = f'<Cases><Case guid="{guid(50)}">{value}{reference}</Case></Cases>'
    variables = f'<Variables><Variable guid="{guid(40)}" name="town" typeOfVariable="Text"/></Variables>'
    project = read_refi(qdpx(tmp_path, project_xml(variables + cases + sources_xml(text_xml(5, text="abc")))))
    assert project.cases == []
    assert project.values == [(guid(5), "town", "text", "Leeds")]


def test_cases_have_their_sources_and_values_and_what_they_cannot_keep_is_told(tmp_path):
    value = '<VariableValue><VariableRef targetGUID="{0}"/><TextValue>{1}</TextValue></VariableValue>'
    inside = (
        "<Description>a newcomer</Description>"
        f'<CodeRef targetGUID="{guid(1)}"/>'
        + value.format(guid(40), "Leeds")
        + value.format(guid(40), "York")
        + value.format(guid(41), "1")
        + f'<VariableValue><VariableRef targetGUID="{guid(40)}"/></VariableValue>'
        f'<SourceRef targetGUID="{{{guid(5)}}}"/><SourceRef targetGUID="{guid(99)}"/>'
        f'<SelectionRef targetGUID="{guid(6)}"/>'
    )
    cases = f'<Cases><Case guid="{guid(50)}" name="Pat">{inside}</Case></Cases>'
    variables = (
        f'<Variables><Variable guid="{guid(40)}" name="town" typeOfVariable="Text"><Description>of birth</Description>'
        f'</Variable><Variable guid="{guid(42)}" name="age" typeOfVariable="Integer"/></Variables>'
    )
    project = read_refi(qdpx(tmp_path, project_xml(variables + cases + sources_xml(text_xml(5, text="abc")))))
    (case,) = project.cases
    assert (case.guid, case.name, case.units) == (guid(50), "Pat", (guid(5),))
    assert case.values == (("town", "text", "Leeds"), (guid(41), "text", "1"))
    assert [(memo.about, memo.target, memo.text) for memo in project.memos] == [("case", guid(50), "a newcomer")]
    assert lost(project) == {
        "Case/CodeRef (a code given to a case)": 1,
        "Case/SelectionRef (a part of a source that belongs to a case)": 1,
        "Variable without a value": 1,
        "Variable/Description": 1,
    }
    assert repaired(project) == {
        "two values of one variable; the first is kept": f"{guid(50)}, 'town', 'York'",
        "a value's variable is not among the project's variables; its GUID stands for its name": guid(50),
        "a case's source is not in the project; it is left out": "Case 'Pat'",
    }


def test_qualcoder_has_a_mark_in_its_texts_and_quotes_with_line_ends_lost(tmp_path):
    source = text_xml(5, selection_xml(6, 0, 7, coding_xml(7, 1), name="one two"), path="a.txt")
    xml = project_xml(users_xml() + codebook_xml(code_xml(1, "joy")) + sources_xml(source), origin="QualCoder 3.5")
    project = read_refi(qdpx(tmp_path, xml, {"a.txt": b"\xef\xbb\xbfone\ntwo"}))
    assert (project.sources[0].text, project.sources[0].raw) == ("one\ntwo", b"\xef\xbb\xbfone\ntwo")
    assert project.codings[0].quoted == "one two"
    assert lost(project) == {"User who coded and wrote nothing": 1}


def test_dedoose_writes_texts_into_the_xml_and_guids_in_braces(tmp_path):
    xml = project_xml(
        users_xml()
        + codebook_xml(code_xml(1, "joy"))
        + sources_xml(text_xml(5, selection_xml(6, 4, 6, coding_xml(7, 1)), text="one &amp; two\n三"))
    )
    for number in (1, 5, 7):
        xml = xml.replace(f'guid="{guid(number)}"', f'guid="{{{guid(number).upper()}}}"', 1)
    project = read_refi(qdpx(tmp_path, xml))
    (source,) = project.sources
    assert (source.guid, source.text, source.raw) == (guid(5), "one & two\n三", "one & two\n三".encode())
    assert [(one.guid, one.source, one.code) for one in project.codings] == [(guid(7), guid(5), guid(1))]


@pytest.mark.parametrize("name", ["s1", "1:1 quotation"])
def test_a_selections_name_that_quotes_nothing_is_counted_as_lost(tmp_path, name):
    source = text_xml(5, selection_xml(6, 0, 3, coding_xml(7, 1), name=name), text="one two three")
    project = read_refi(
        qdpx(tmp_path, project_xml(users_xml() + codebook_xml(code_xml(1, "joy")) + sources_xml(source)))
    )
    assert project.codings[0].quoted is None
    assert lost(project)["PlainTextSelection/@name (its name, which the text does not say)"] == 1


def test_a_selections_name_that_breaks_off_still_quotes(tmp_path):
    source = text_xml(5, selection_xml(6, 0, 13, coding_xml(7, 1), name="one two…"), text="one two three")
    project = read_refi(
        qdpx(tmp_path, project_xml(users_xml() + codebook_xml(code_xml(1, "joy")) + sources_xml(source)))
    )
    assert project.codings[0].quoted == "one two…"


def test_a_code_may_be_given_to_a_whole_source(tmp_path):
    source = text_xml(5, coding_xml(7, 1), text="abc")
    project = read_refi(
        qdpx(tmp_path, project_xml(users_xml() + codebook_xml(code_xml(1, "joy")) + sources_xml(source)))
    )
    (coding,) = project.codings
    assert (coding.start, coding.end, coding.area, coding.where) == (None, None, None, guid(7))


def test_notes_become_memos_on_what_refers_to_them(tmp_path):
    def note(number):
        return f'<NoteRef targetGUID="{guid(number)}"/>'

    notes = "".join(
        f'<Note guid="{guid(number)}" name="memo" creatingUser="{BEN}" creationDateTime="2025-01-21T08:00:00Z">'
        f"<PlainTextContent>note {number}</PlainTextContent></Note>"
        for number in (60, 61, 62, 63, 64)
    )
    filed = f'<Note guid="{guid(65)}" plainTextPath="internal://note.txt" richTextPath="internal://note.docx"/>'
    selection = selection_xml(6, 0, 1, coding_xml(7, 1, note(61)), note(62))
    source = text_xml(5, selection, note(60), text="abc")
    codes = codebook_xml(code_xml(1, "joy", note(60)))
    inside = (
        f"{users_xml()}{codes}{sources_xml(source)}<Notes>{notes}{filed}</Notes><Description>about all</Description>"
    )
    xml = project_xml(inside + note(63) + note(99))
    project = read_refi(qdpx(tmp_path, xml, {"note.txt": "from a file", "note.docx": b"PK"}))
    memos = {(memo.about, memo.target, memo.text) for memo in project.memos}
    assert memos == {
        ("unit", guid(5), "note 60"),
        ("code", guid(1), "note 60"),
        ("coding", guid(7), "note 61"),
        ("coding", guid(7), "note 62"),
        ("project", None, "note 63"),
        ("project", None, "note 64"),
        ("project", None, "from a file"),
        ("project", None, "about all"),
    }
    assert len({memo.guid for memo in project.memos}) == len(project.memos)
    written = next(memo for memo in project.memos if memo.text == "note 61")
    assert (written.guid, written.coder, f"{written.written_at:%d %H}") == (guid(61), "Ben", "21 08")
    assert lost(project) == {"Note/@name (its name)": 5, "Note/@richTextPath (its text with formatting)": 1}
    assert repaired(project) == {"a note that is referred to is missing or empty": f"Note {guid(99)}"}


def test_links_sets_and_graphs_are_counted_as_lost(tmp_path):
    links = f'<Links><Link guid="{guid(70)}" name="contradicts"/><Link guid="{guid(71)}"/></Links>'
    sets = f'<Sets><Set guid="{guid(72)}" name="mine"><MemberCode targetGUID="{guid(1)}"/></Set></Sets>'
    vertex = f'<Vertex guid="{guid(74)}" firstX="1" firstY="1"/>'
    graphs = f'<Graphs><Graph guid="{guid(73)}" name="net">{vertex}</Graph></Graphs>'
    project = read_refi(qdpx(tmp_path, project_xml(links + sets + graphs)))
    assert lost(project) == {"Graph": 1, "Link": 2, "Set": 1}
    assert {loss.what: loss.example for loss in project.lost} == {"Graph": "net", "Link": "contradicts", "Set": "mine"}


def test_what_is_unknown_is_counted_wherever_it_stands(tmp_path):
    source = text_xml(
        5, "<Weather/>", selection_xml(6, 0, 1, coding_xml(7, 1, "<Mood/>"), "<Sky/>", more='odd="1"'), text="abc"
    )
    codes = codebook_xml(code_xml(1, "joy", "<Shape/>")).replace("<Codes>", "<Legend/><Codes>")
    inside = users_xml() + codes + sources_xml(source, '<WebSource name="page"/>', "<WebSource/>") + '<Extra name="x"/>'
    xml = project_xml(inside).replace("<Project ", '<Project mood="good" creationDateTime="2025-01-01T00:00:00Z" ')
    assert lost(read_refi(qdpx(tmp_path, xml))) == {
        "Code/Shape": 1,
        "CodeBook/Legend": 1,
        "Coding/Mood": 1,
        "PlainTextSelection/@odd": 1,
        "PlainTextSelection/Sky": 1,
        "Project/@creationDateTime (when it was made)": 1,
        "Project/@mood": 1,
        "Project/Extra": 1,
        "Sources/WebSource": 2,
        "TextSource/Weather": 1,
        "User who coded and wrote nothing": 1,
    }


@pytest.mark.parametrize(
    "xml",
    [
        "\n\n" + project_xml(""),
        "\ufeff" + project_xml(""),
        project_xml("").replace(DECLARATION, ""),
        project_xml("").replace("<Project", "<!-- by hand --><Project"),
        project_xml("").replace("utf-8", "utf-16").encode("utf-16"),
        project_xml("").replace("utf-8", "windows-1252").encode("cp1252"),
        '<q:Project xmlns:q="urn:QDA-XML:project:1.0" name="A project"/>',
    ],
    ids=["blank lines first", "byte-order mark", "no declaration", "comment", "UTF-16", "Windows-1252", "prefix"],
)
def test_the_ways_in_which_programs_begin_their_xml_are_read(tmp_path, xml):
    project = read_refi(qdpx(tmp_path, xml, inside="Project.qde"))
    assert (project.name, project.repairs) == ("A project", [])


def test_a_project_in_a_folder_of_its_archive_is_read(tmp_path):
    path = qdpx(
        tmp_path,
        project_xml(sources_xml(text_xml(5, path="a.txt"))),
        {"a.txt": "abc"},
        inside="made/project.qde",
        folder="made/sources",
    )
    assert read_refi(path).sources[0].text == "abc"


@pytest.mark.parametrize(
    "path", ["internal://a%20b.txt", "internal:///a b.txt", "a b.txt", "sources/a b.txt", "INTERNAL://A B.TXT"]
)
def test_the_ways_in_which_programs_write_a_path_are_read(tmp_path, path):
    xml = project_xml(sources_xml(f'<TextSource guid="{guid(5)}" plainTextPath="{path}"/>'))
    assert read_refi(qdpx(tmp_path, xml, {"a b.txt": "abc"})).sources[0].text == "abc"


def test_parts_in_another_order_are_read_all_the_same(tmp_path):
    source = text_xml(5, selection_xml(6, 0, 1, coding_xml(7, 1)), text="abc")
    project = read_refi(
        qdpx(tmp_path, project_xml(sources_xml(source) + codebook_xml(code_xml(1, "joy")) + users_xml()))
    )
    assert [(coding.coder, coding.code) for coding in project.codings] == [("Ann", guid(1))]
    assert "the parts stand in another order than the standard's" in repaired(project)


def test_two_users_of_one_name_are_one_coder_and_a_nameless_one_has_a_short_name(tmp_path):
    users = (
        f'<Users><User guid="{ANN}" name="Ann"/><User guid="{BEN}" name="Ann"/><User guid="{guid(3)}" id="C"/></Users>'
    )
    given = "".join(coding_xml(number, 1, user=user) for number, user in ((7, ANN), (8, BEN), (9, guid(3))))
    source = text_xml(5, selection_xml(6, 0, 1, given), text="abc")
    project = read_refi(qdpx(tmp_path, project_xml(users + codebook_xml(code_xml(1, "joy")) + sources_xml(source))))
    assert {coding.coder for coding in project.codings} == {"Ann", "C"}
    assert "two users of one name are taken for one coder" in repaired(project)


def test_the_fixtures_are_valid_by_the_standard(tmp_path, shared):
    from lxml import etree

    schema = etree.XMLSchema(etree.parse(shared / SCHEMAS))
    schema.assertValid(etree.fromstring(nvivo_xml().encode()))
