"""Codebooks of the exchange format, in a project and in a file of their own."""

import pytest

from analysis.errors import CodingError
from analysis.qda.project import Candidate
from analysis.qda.qdc import READER
from qda_making import (
    BOOK_NAMESPACE,
    code_xml,
    codebook_xml,
    coding_xml,
    guid,
    lost,
    project_xml,
    qdpx,
    read_qdc,
    read_refi,
    repaired,
    sources_xml,
    text_xml,
    users_xml,
)


def book(tmp_path, *inside, origin="", namespace=BOOK_NAMESPACE):
    origins = f' origin="{origin}"' if origin else ""
    path = tmp_path / "book.qdc"
    path.write_text(
        f'<?xml version="1.0"?>\n<CodeBook xmlns="{namespace}"{origins}>{"".join(inside)}</CodeBook>', encoding="utf-8"
    )
    return path


def test_a_codebook_by_itself_gives_its_codes_in_the_order_of_the_tree(tmp_path):
    deep = code_xml(2, "joy", "<Description> gladness \n</Description>", code_xml(3, "大笑", colour="#46aa00"))
    codes = f"<Codes>{code_xml(1, 'feeling', deep, codable=False)}{code_xml(4, 'other', colour='#ABC')}</Codes>"
    project = read_qdc(book(tmp_path, codes, origin="Taguette 1.4.1"))
    assert (project.name, project.origin, project.repairs, project.lost) == ("book", "Taguette 1.4.1", [], [])
    assert [
        (code.guid, code.name, code.parent, code.colour, code.description, code.codable) for code in project.codes
    ] == [
        (guid(1), "feeling", None, None, None, False),
        (guid(2), "joy", guid(1), None, "gladness", True),
        (guid(3), "大笑", guid(2), "#46aa00", None, True),
        (guid(4), "other", None, "#aabbcc", None, True),
    ]


@pytest.mark.parametrize(
    "namespace", ["urn:QDA-XML:codebook:0:4", "urn:QDA-XML:codebook:1:0", "urn:QDA-XML:codebook:0.4", ""]
)
def test_other_namespaces_are_read_and_told(tmp_path, namespace):
    project = read_qdc(book(tmp_path, f"<Codes>{code_xml(1, 'joy')}</Codes>", namespace=namespace))
    assert [code.name for code in project.codes] == ["joy"]
    told = f"namespace '{namespace}', expected '{BOOK_NAMESPACE}'; elements are read by their local names"
    assert repaired(project) == {told: "CodeBook"}


def test_taguettes_empty_sets_are_told(tmp_path):
    project = read_qdc(book(tmp_path, f"<Codes>{code_xml(1, 'joy')}</Codes>", "<Sets/>"))
    assert repaired(project) == {"<Sets/> is empty, which the standard does not allow": "Sets"}


def test_sets_and_what_is_unknown_are_counted(tmp_path):
    sets = f'<Sets><Set guid="{guid(9)}" name="mine"><MemberCode guid="{guid(1)}"/></Set></Sets>'
    project = read_qdc(book(tmp_path, f"<Codes>{code_xml(1, 'joy')}<Odd/></Codes>", sets, "<Extra/>"))
    assert lost(project) == {"CodeBook/Extra": 1, "Codes/Odd": 1, "Set": 1}


def test_a_codebook_that_is_none_is_told(tmp_path):
    path = tmp_path / "book.qdc"
    path.write_text('<Project name="x"/>', encoding="utf-8")
    with pytest.raises(CodingError, match="book.qdc: <Project>; expected <CodeBook>"):
        read_qdc(path)


def test_a_codebook_that_could_do_harm_is_refused(tmp_path):
    path = tmp_path / "book.qdc"
    path.write_text('<!DOCTYPE CodeBook [<!ENTITY a "b">]><CodeBook/>', encoding="utf-8")
    with pytest.raises(CodingError, match="a document type"):
        read_qdc(path)


def test_a_codebook_is_recognised_by_its_first_element(tmp_path):
    assert READER.recognises(Candidate(tmp_path, "x", root="CodeBook"))
    assert not READER.recognises(Candidate(tmp_path, "x.qdc", root="Project"))


def doubled(*, origin="", codable=False, again=""):
    """A category and a code of the same name, which were one codable parent in NVivo."""
    category = code_xml(1, "humour", "<Description>laughing</Description>", code_xml(2, "irony"), codable=codable)
    codes = codebook_xml(category, code_xml(3, "humour", colour="#111111"), again)
    source = text_xml(5, coding_xml(7, 3), coding_xml(8, 2), text="abc")
    return project_xml(users_xml() + codes + sources_xml(source), origin=origin)


def test_a_parent_that_became_a_category_and_a_code_is_one_code_again(tmp_path):
    project = read_refi(qdpx(tmp_path, doubled(origin="QualCoder 3.5")))
    assert [(one.guid, one.name, one.parent, one.codable, one.colour, one.description) for one in project.codes] == [
        (guid(1), "humour", None, True, "#111111", "laughing"),
        (guid(2), "irony", guid(1), True, None, None),
    ]
    assert [one.code for one in project.codings] == [guid(1), guid(2)]
    assert repaired(project) == {"a parent and a code of the same name are taken for one code": "Code 'humour'"}


@pytest.mark.parametrize(
    "xml",
    [
        doubled(codable=True),
        doubled(again=code_xml(9, "humour")),
        doubled(origin="Affordances compendium 0.1"),
    ],
    ids=["the parent may be given itself", "more than one such code", "our own tree"],
)
def test_codes_of_one_name_stay_apart_where_they_are_meant(tmp_path, xml):
    project = read_refi(qdpx(tmp_path, xml))
    assert [one.code for one in project.codings] == [guid(3), guid(2)]
    assert len([one for one in project.codes if one.name == "humour"]) >= 2
