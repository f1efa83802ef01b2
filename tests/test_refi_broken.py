import os
import zipfile

import pytest

from analysis.errors import CodingError
from analysis.qda.project import Candidate, Told
from analysis.qda.refi import READER
from qda_making import (
    ANN,
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

SMALL = project_xml(users_xml() + codebook_xml(code_xml(1, "joy")))


def refused(path, told):
    with pytest.raises(CodingError, match=told):
        read_refi(path)


def test_a_zip_that_was_cut_off_is_told(tmp_path):
    path = qdpx(tmp_path, SMALL, {"a.bin": os.urandom(5000)})
    path.write_bytes(path.read_bytes()[:-500])
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    with pytest.raises(CodingError, match="made.qdpx: a zip file that is cut off or broken"):
        READER.read(Candidate(path, "made.qdpx", members=("project.qde",)), scratch, Told())


def test_an_archive_without_a_project_is_told(tmp_path):
    refused(qdpx(tmp_path, "", inside="readme.txt"), r"no project file \(project.qde\) in the archive")


def test_two_projects_in_one_archive_are_told(tmp_path):
    path = qdpx(tmp_path, SMALL, {"other.qde": SMALL}, folder="")
    refused(path, "2 project files: project.qde, other.qde; expected one")


def test_xml_that_is_not_well_formed_is_told_with_its_place(tmp_path):
    told = r"made.qdpx, project.qde, line 2, column \d+: not well-formed XML: .*mismatch"
    refused(qdpx(tmp_path, SMALL.replace("</Codes>", "")), told)


def test_xml_that_ends_too_soon_is_told(tmp_path):
    refused(qdpx(tmp_path, SMALL[:-30]), "line 2, column .*: not well-formed XML")


@pytest.mark.parametrize("content", ["", "   ", "Nothing here", "\x00\x01"])
def test_what_is_no_xml_is_told(tmp_path, content):
    refused(qdpx(tmp_path, content), "project.qde: no XML; it begins with")


def test_another_document_is_told(tmp_path):
    refused(qdpx(tmp_path, '<CodeBook xmlns="x"/>'), "<CodeBook>; expected <Project>. A codebook is a file of its own")


LAUGHS = "".join(f'<!ENTITY a{n + 1} "{f"&a{n};" * 10}">' for n in range(9))


@pytest.mark.parametrize(
    "document_type",
    [
        f'<!DOCTYPE Project [<!ENTITY a0 "ha">{LAUGHS}]>',
        '<!DOCTYPE Project [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE Project SYSTEM "http://example.org/x.dtd">',
        '<!DOCTYPE Project PUBLIC "-//X" "http://example.org/x.dtd">',
        '<!-- harmless --><?it is?><!DOCTYPE Project [<!ENTITY % p SYSTEM "http://example.org/x">%p;]>',
        "<!DOCTYPE Project []>",
    ],
    ids=["expansion", "external entity", "external type", "public type", "parameter entity", "empty subset"],
)
def test_a_document_type_that_could_do_harm_is_refused(tmp_path, document_type):
    xml = SMALL.replace("<Project", f"{document_type}<Project", 1).replace("A project", "&a9;")
    refused(qdpx(tmp_path, xml), "a document type .* they can be used to harm. Nothing was read")


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_a_document_type_is_found_in_utf_16_as_well(tmp_path, encoding):
    xml = '\ufeff<!DOCTYPE Project [<!ENTITY x "y">]><Project name="&x;"/>'
    refused(qdpx(tmp_path, xml.encode(encoding)), "a document type")


def test_an_encoding_that_could_hide_something_is_refused(tmp_path):
    refused(
        qdpx(tmp_path, '<?xml version="1.0" encoding="UTF-7"?><Project/>'), "in the encoding 'utf-7'; expected UTF-8"
    )


def test_a_plain_document_type_is_read(tmp_path):
    assert read_refi(qdpx(tmp_path, SMALL.replace("<Project", "<!DOCTYPE Project><Project", 1))).name == "A project"


def test_an_undeclared_entity_is_told(tmp_path):
    refused(qdpx(tmp_path, SMALL.replace("A project", "&nbsp;")), "not well-formed XML")


@pytest.mark.parametrize("path", ["internal://../../secret.txt", "internal:///etc/passwd", "../secret.txt"])
def test_a_source_whose_path_leads_out_of_the_archive_stands_without_content(tmp_path, path):
    (tmp_path / "secret.txt").write_text("secret")
    source = f'<TextSource guid="{guid(5)}" name="a" plainTextPath="{path}"/>'
    project = read_refi(qdpx(tmp_path, project_xml(sources_xml(source))))
    assert project.sources[0].text is None
    assert "its file is not in the project's archive; the source stands without content" in repaired(project)


@pytest.mark.parametrize(
    "path", ["relative:///video.mp4", "absolute:///elsewhere/video.mp4", "absolute://C:\\ann\\video.mp4"]
)
def test_a_file_outside_the_archive_is_not_read_and_its_folder_is_not_told(tmp_path, path):
    source = f'<VideoSource guid="{guid(5)}" name="a" path="{path}"/>'
    project = read_refi(qdpx(tmp_path, project_xml(sources_xml(source)), {"video.mp4": b"1"}))
    assert project.sources[0].path is None
    told = "its file stands outside the project's archive; the source stands without content"
    assert repaired(project) == {told: "VideoSource 'a', 'video.mp4'"}


def test_a_hostile_archive_is_refused_before_anything_is_read(tmp_path):
    path = qdpx(tmp_path, SMALL, {"../../evil.txt": b"1"})
    refused(path, "leads out of the archive")
    assert sorted(one.name for one in tmp_path.rglob("*")) == ["made.qdpx", "scratch"]


def test_codes_nested_thousands_deep_are_told(tmp_path):
    deep = '<Code guid="x" name="y" isCodable="true">' * 5000 + "</Code>" * 5000
    refused(qdpx(tmp_path, project_xml(codebook_xml(deep))), "not well-formed XML: .*depth")


def test_everything_that_is_not_valid_but_can_be_read_is_told(tmp_path):
    code = '<Code guid="B27E9088" color="red"><Strange/></Code>'
    said = 'creatingUser="nobody" creationDateTime="yesterday"'
    coding = f'<Coding guid="{guid(7)}" {said}><CodeRef targetGUID="gone"/></Coding>'
    selection = f'<PlainTextSelection startPosition="0" endPosition="3">{coding}</PlainTextSelection>'
    source = f'<TextSource guid="{guid(5)}"><PlainTextContent>abc</PlainTextContent>{selection}</TextSource>'
    xml = project_xml(
        sources_xml(source) + codebook_xml(code) + "<Sets/>", namespace="urn:QDA-XML:project:0:9", name=""
    )
    project = read_refi(qdpx(tmp_path, xml))
    assert repaired(project) == {
        "has no GUID; it is given one": "PlainTextSelection ''",
        "namespace 'urn:QDA-XML:project:0:9', expected 'urn:QDA-XML:project:1.0'; "
        "elements are read by their local names": "Project",
        "the parts stand in another order than the standard's": "Project",
        "the project has no name; its file's name stands for it": "Project",
        "the GUID is none by the standard; it is taken as it stands": "Code b27e9088",
        "a code has no name; its GUID stands for it": "Code 'b27e9088'",
        "isCodable is missing or neither true nor false; the code is taken for codable": "Code 'b27e9088'",
        "the colour is not written as #RRGGBB or #RGB; it is left out": "Code 'b27e9088', 'red'",
        "a code that was given is not in the codebook; its GUID stands for its name": "gone",
        "a user is not among the project's users; the GUID stands for the name": "User nobody",
        "the time is none by the standard; it is left out": f"Coding {guid(7)}",
        "<Sets/> is empty, which the standard does not allow": "Sets",
    }
    assert lost(project) == {"Code/Strange": 1}
    assert project.name == "made"
    assert [(code.guid, code.name, code.colour, code.codable) for code in project.codes] == [
        ("b27e9088", "b27e9088", None, True),
        ("gone", "gone", None, True),
    ]
    (coding,) = project.codings
    assert (coding.code, coding.coder, coding.coded_at, coding.start, coding.end) == ("gone", "nobody", None, 0, 3)


@pytest.mark.parametrize(
    "positions", ['endPosition="3"', 'startPosition="a" endPosition="3"', f'startPosition="0" endPosition="{10**30}"']
)
def test_a_selection_whose_place_cannot_be_read_is_left_out_and_told(tmp_path, positions):
    selection = f'<PlainTextSelection guid="{guid(6)}" {positions}>{coding_xml(7, 1)}</PlainTextSelection>'
    xml = project_xml(users_xml() + codebook_xml(code_xml(1, "joy")) + sources_xml(text_xml(5, selection, text="abc")))
    project = read_refi(qdpx(tmp_path, xml))
    assert project.codings == []
    told = "a selection's place (startPosition, endPosition) is missing or no number: its codings are left out"
    assert repaired(project)[told] == f"PlainTextSelection {guid(6)}"
    assert lost(project)["PlainTextSelection without a place"] == 1


def test_a_problem_met_often_is_told_once_with_how_often(tmp_path):
    selections = [selection_xml(number, 0, 1, coding_xml(number + 50, 9)) for number in range(10, 15)]
    selections = [one.replace("08:00:00Z", "08:00:00") for one in selections]
    xml = project_xml(
        users_xml() + codebook_xml(code_xml(9, "joy")) + sources_xml(text_xml(5, *selections, text="abc"))
    )
    project = read_refi(qdpx(tmp_path, xml))
    assert repaired(project) == {"the time names no zone; it is taken as UTC": f"Coding {guid(60)} and 4 more"}
    assert {f"{coding.coded_at:%H:%M %Z}" for coding in project.codings} == {"08:00 UTC"}


def test_the_year_one_is_no_time(tmp_path):
    selection = selection_xml(6, 0, 1, coding_xml(7, 1, time="0001-01-01T00:00:00Z"))
    xml = project_xml(users_xml() + codebook_xml(code_xml(1, "joy")) + sources_xml(text_xml(5, selection, text="abc")))
    project = read_refi(qdpx(tmp_path, xml))
    assert project.codings[0].coded_at is None
    assert "the time is that of a program which knew none; left out" in repaired(project)


def test_guids_that_stand_twice_are_told_and_nothing_is_mixed_up(tmp_path):
    codes = codebook_xml(code_xml(1, "joy"), code_xml(1, "grief"))
    first = text_xml(5, selection_xml(6, 0, 1, coding_xml(7, 1)), text="abc")
    second = text_xml(5, selection_xml(6, 1, 2, coding_xml(7, 1)), text="def")
    project = read_refi(qdpx(tmp_path, project_xml(users_xml() + codes + sources_xml(first, second))))
    assert [code.name for code in project.codes] == ["joy", "grief"]
    assert len({code.guid for code in project.codes}) == len({source.guid for source in project.sources}) == 2
    assert len({coding.guid for coding in project.codings}) == 2
    assert [coding.source for coding in project.codings] == [source.guid for source in project.sources]
    assert repaired(project) == {
        "a source's GUID stands twice; the second is given another": "TextSource 'Interview'",
        "a code's GUID stands twice; the second is given another, and codings keep the first": "Code 'grief'",
        "a coding's GUID stands twice with different content; the second is given another": f"Coding {guid(7)}",
    }


def test_the_same_coding_written_twice_counts_once(tmp_path):
    selection = selection_xml(6, 0, 1, coding_xml(7, 1))
    xml = project_xml(
        users_xml() + codebook_xml(code_xml(1, "joy")) + sources_xml(text_xml(5, selection, selection, text="abc"))
    )
    project = read_refi(qdpx(tmp_path, xml))
    assert len(project.codings) == 1
    assert repaired(project) == {"a coding stands twice; it is counted once": f"Coding {guid(7)}"}


@pytest.mark.parametrize(("references", "count"), [(0, 0), (2, 2)])
def test_a_coding_with_no_code_or_with_two_is_told(tmp_path, references, count):
    inside = f'<CodeRef targetGUID="{guid(1)}"/>' * references
    coding = f'<Coding guid="{guid(7)}" creatingUser="{ANN}">{inside}</Coding>'
    xml = project_xml(users_xml() + codebook_xml(code_xml(1, "joy")) + sources_xml(text_xml(5, coding, text="abc")))
    project = read_refi(qdpx(tmp_path, xml))
    assert len(project.codings) == count
    assert repaired(project)[f"a coding gives {references} codes; the standard has one"] == f"Coding {guid(7)}"


def test_a_text_that_is_not_utf_8_is_told(tmp_path):
    project = read_refi(qdpx(tmp_path, project_xml(sources_xml(text_xml(5, path="a.txt"))), {"a.txt": b"caf\xe9"}))
    assert (project.sources[0].text, project.sources[0].raw) == ("caf\ufffd", b"caf\xe9")
    assert repaired(project) == {
        "the text is not UTF-8; what cannot be read stands as \ufffd": "TextSource 'Interview'"
    }


def test_files_to_which_nothing_refers_are_counted(tmp_path):
    project = read_refi(qdpx(tmp_path, SMALL, {"a.txt": b"1", "b.txt": b"2"}))
    assert lost(project)["a file in the archive to which nothing refers"] == 2


def test_a_project_is_recognised_by_content_not_by_name(tmp_path):
    path = qdpx(tmp_path, SMALL, name="made.zip")
    with zipfile.ZipFile(path) as archive:
        assert READER.recognises(Candidate(path, "x", members=tuple(archive.namelist())))
    assert READER.recognises(Candidate(path, "x", root="Project"))
    assert not READER.recognises(Candidate(path, "x.qdpx", members=("a.txt", "__MACOSX/._project.qde")))
    assert not READER.recognises(Candidate(path, "x.qdpx", root="CodeBook"))


def test_the_same_file_gives_the_same_project_every_time(tmp_path):
    code = '<Code name="joy" isCodable="true"/>'
    source = text_xml(5, f'<Coding creatingUser="{ANN}"><CodeRef targetGUID="{guid(1)}"/></Coding>', text="abc")
    path = qdpx(tmp_path, project_xml(users_xml() + codebook_xml(code) + sources_xml(source)))
    assert read_refi(path) == read_refi(path)
