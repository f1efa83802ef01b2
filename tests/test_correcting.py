"""Corrected files of codings take the place of the earlier ones wholly, and exports that come back withdraw nothing."""

import re

import pandas as pd
import pytest

from analysis.errors import CodingError
from analysis.qda import report
from analysis.qda.coding_parts import SHEET
from analysis.qda.naming import contradictions, named, twins
from analysis.qda.project import Code, Coding, Project, Source
from analysis.qda.refi_codes import OURS
from analysis.qda.unknown import like_code
from landing_making import COMMENT, POST, Asked, coding, guid, held, land, project, said, source

SLIP = [Code(guid(1), "Why"), Code(guid(2), "Wyh"), Code(guid(3), "Wyh below", guid(2))]
RIGHT = [Code(guid(1), "Why")]


def given(landed, name="codings") -> list[tuple]:
    columns = {"codings": ["unit_id", "code_id", "coder"], "readings": ["unit_id", "coder", "position"]}[name]
    return list(landed.tables[name][columns].itertuples(index=False, name=None))


def slipped():
    """Three units of which one is a slip, a code that is one too, and what was read without a code."""
    sources = [source(10, "p1"), source(11, "c1"), source(12, "p9"), source(13, "p2")]
    found = [coding(20, 10), coding(21, 11, code=2), coding(22, 12)]
    read = [("ann", guid(number), None) for number in (12, 10, 11, 13)]
    return land(project(sources, found, codes=SLIP, readings=read))


def corrected(*more: Coding, **parts):
    sources = [source(10, "p1"), source(11, "c1")]
    found = [coding(30, 10), coding(31, 11), *more]
    return project(sources, found, **({"codes": RIGHT, "readings": [("ann", guid(10), None)]} | parts))


def test_with_a_corrected_file_goes_all_that_only_the_earlier_one_brought():
    landed = land(corrected(), into=held(slipped()), names="b")
    assert given(landed) == [("c1", "ask.why", "ann"), ("p1", "ask.why", "ann")]
    assert given(landed, "readings") == [("p1", "ann", 1), ("c1", "ann", 2)]
    assert landed.tables["documents"].empty
    assert "wyh" not in set(landed.tables["codebook"]["code_id"])
    assert set(landed.tables["codings"]["source"]) == {"made-bbbbbbbb"}


def test_what_a_corrected_file_did_is_told_with_counts_and_the_earlier_one_is_not_listed():
    landed = land(corrected(), into=held(slipped()), names="b")
    counts = {name: said(landed, "no longer", name, "made-bbbbbbbb") for name in ("readings", "documents", "codes")}
    assert counts == {"readings": 2, "documents": 1, "codes": 2}
    assert said(landed, "replaced", "ann, round 1", "made-bbbbbbbb") == 2
    coded = landed.tables["coded"]
    marked = coded[coded["measure"] == "superseded"]
    assert marked[["file", "value"]].to_numpy().tolist() == [["made-aaaaaaaa", "made-bbbbbbbb"]]
    for table in (report.by_file(coded), report.matched(coded), report.readings(coded)):
        assert "made-aaaaaaaa" not in set(table["file"])


def test_what_others_code_or_the_history_names_stays():
    first = land(
        project([source(12, "p9"), source(10, "p1")], [coding(20, 10), coding(22, 12), coding(23, 12, coder="bob")],
                codes=SLIP),
    )  # fmt: skip
    into = held(first)
    into.__dict__["changed"] = frozenset({"wyh.wyh-below"})
    landed = land(project([source(10, "p1")], [coding(20, 10)], codes=RIGHT), into=into, names="b")
    assert ("p9" in landed.tables["documents"]["name"].tolist(), len(landed.tables["codings"])) == (True, 2)
    assert {"wyh", "wyh.wyh-below"} <= set(landed.tables["codebook"]["code_id"])


def test_a_file_with_half_of_the_units_or_less_takes_the_place_on_these_alone():
    first = land(project([source(10, "p1"), source(11, "c1")], [coding(20, 10), coding(21, 11)]))
    landed = land(project([source(10, "p1")], [coding(20, 10)]), into=held(first), names="b")
    assert len(landed.tables["codings"]) == 2
    assert "superseded" not in set(landed.tables["coded"]["measure"])


def test_a_code_that_the_corrected_file_has_too_is_its_own_from_then_on():
    second = land(corrected(codes=SLIP[:2]), into=held(slipped()), names="b")
    assert "wyh" in set(second.tables["codebook"]["code_id"])
    third = land(corrected(), into=held(second), names="c")
    assert "wyh" not in set(third.tables["codebook"]["code_id"])


def test_the_corrected_file_again_changes_nothing():
    landed = land(corrected(), into=held(slipped()), names="b")
    assert land(corrected(), into=held(landed), names="b").is_same


def exported(*codings: Coding, origin: str = OURS) -> Project:
    return Project("mine", origin, [Code(guid(1), "Why")], [source(10, "p1", POST), source(11, "c1", COMMENT)],
                   list(codings))  # fmt: skip


def test_what_an_export_leaves_out_is_not_withdrawn_and_nobody_has_read_the_rest():
    first = land(project([source(10, "p1"), source(11, "c1")], [coding(20, 10), coding(21, 10, code=2)]))
    package = pd.DataFrame({"coder": "ann", "round": 1, "unit_id": ["p1", "c1"], "position": [1, 2]})
    into = held(first, package)
    into.__dict__["standing"] = first.tables["codings"]
    landed = land(exported(coding(20, 10, round=1)), into=into, names="b")
    assert given(landed) == given(first)
    assert given(landed, "readings") == [("p1", "ann", 1)]


def test_an_export_that_was_worked_on_withdraws_only_what_went_out():
    first = land(project([source(10, "p1"), source(11, "c1")],
                         [coding(20, 10), coding(21, 10, code=2), coding(22, 11)]))  # fmt: skip
    into = held(first)
    into.__dict__["standing"] = first.tables["codings"].query("coding_id != @out", local_dict={"out": guid(21)})
    worked_on = exported(coding(20, 10, round=1), coding(40, 11, coder="bob", round=1), origin="Some program")
    landed = land(worked_on, into=into, names="b", labels="refi")
    assert set(given(landed)) == {("p1", "new", "ann"), ("p1", "ask.why", "ann"), ("c1", "ask.why", "bob")}


def test_codings_that_went_out_under_a_later_code_come_back_as_they_were():
    first = land(project([source(10, "p1")], [coding(20, 10, code=2)]))
    into = held(first)
    into.__dict__["standing"] = first.tables["codings"].assign(code_id="ask.why")
    landed = land(exported(coding(20, 10, round=1)), into=into, names="b")
    assert given(landed) == [("p1", "new", "ann")]


def test_a_coder_whose_name_is_corrected_keeps_all_codings():
    file = project([source(10, "p1"), source(11, "c1")], [coding(20, 10, coder="Ann"), coding(21, 11, coder="Ann")])
    others = land(project([source(10, "p1")], [coding(25, 10, code=2), coding(26, 10)]))
    first = land(file, into=held(others), names="b")
    assert {row[2] for row in given(first)} == {"ann", "Ann"}
    joined = land(file, into=held(first), names="b", asked=Asked(named("ann", None).told))
    assert given(joined) == [("c1", "ask.why", "ann"), ("p1", "ask.why", "ann"), ("p1", "new", "ann")]
    assert {row[1] for row in given(joined, "readings")} == {"ann"}


def spoken(*names: str | None, number: int | None = None) -> Project:
    rows = [Coding(str(place), "u", "c", name, round=number) for place, name in enumerate(names)]
    return Project("", "", codings=rows, sources=[Source("u", "p1")])


@pytest.mark.parametrize(
    ("project", "coder", "number", "told"),
    [
        (spoken("ana"), "ben", None, "a.csv: the file says that ana coded, and --coder says ben. Leave --coder out to"),
        (spoken("ana"), "ben", None, 'import it as the file says. If ana in the file is ben: --coder "ana=ben".'),
        (spoken("ana", "cem"), "ben", None, "says that ana and cem coded"),
        (spoken("ana"), "AM=ben", None, "--coder says that ben is called AM in the file, and it says ana"),
        (spoken("ana", number=1), None, 2, "the file says round 1, and --round says 2. Leave --round out"),
    ],
    ids=["another coder", "what to do", "two others", "a name that is not there", "another round"],
)  # fmt: skip
def test_who_says_otherwise_than_the_file_is_refused(project, coder, number, told):
    assert told in "".join(contradictions("a.csv", project, named(coder, number), ()))


@pytest.mark.parametrize(
    ("project", "coder", "number"),
    [(spoken("ana"), "Ana", None), (spoken("admin"), "ben", None), (spoken("ana", None), "ben", None),
     (spoken("ana"), "ana=ben", None), (spoken(None), "ben", 2), (spoken("ana", number=1), None, 1)],
    ids=["the same", "a program's user", "some rows without", "said on purpose", "nothing said", "the same round"],
)  # fmt: skip
def test_who_adds_to_what_the_file_says_is_heard(project, coder, number):
    assert list(contradictions("a.csv", project, named(coder, number), ())) == []


def test_a_contradiction_is_an_error_of_the_import():
    with pytest.raises(CodingError, match=re.escape("the file says that ann coded, and --coder says ben")):
        land(project([source(10, "p1")], [coding(20, 10)]), asked=Asked(named("ben", None).told))


def test_names_that_differ_in_case_only_are_told_with_the_new_one_first():
    assert list(twins(["ana", "ben"], ["Ana"])) == [("ana", "Ana")]
    assert list(twins(["Ana", "ben"], ["ana"])) == [("Ana", "ana")]
    assert list(twins(["ana", "ben"], ["ben"])) == []


BOOK = pd.DataFrame({
    "code_id": ["role.reversal.newcomer-asks", "role.bilingual-writing"],
    "name": ["Newcomer asks", "Writing in both languages"],
})  # fmt: skip


@pytest.mark.parametrize(
    ("name", "like"),
    [("Newcomer aks", "Newcomer asks"), ("role.reversal.newcomer-aks", "role.reversal.newcomer-asks"),
     ("newcomer Asks", "Newcomer asks"), ("Bilingal writing", "role.bilingual-writing"), ("Irony", "")],
    ids=["a name", "an identifier", "another case", "an earlier name", "a new code"],
)  # fmt: skip
def test_a_misspelt_code_is_told_with_what_it_is_like(name, like):
    assert like_code(name, BOOK) == like


@pytest.mark.parametrize("is_new_on_purpose", [False, True], ids=["a slip", "with a definition"])
def test_a_code_that_a_sheet_was_not_given_out_with_is_refused(is_new_on_purpose):
    code = Code(guid(2), "ask.whi", description="Asks for reasons" if is_new_on_purpose else None)
    sheet = Project("", SHEET, [code], [source(10, "p1")], [coding(20, 10, code=2)])
    if is_new_on_purpose:
        assert "ask.whi" in land(sheet).tables["codebook"]["name"].tolist()
        return
    with pytest.raises(CodingError) as refused:
        land(sheet)
    told = str(refused.value).splitlines()
    assert told[0] == (
        "a.qdpx: column 'ask.whi' is none of the codes that the sheet was given out with. Did you mean 'ask.why'?"
    )
    assert told[1].startswith("Correct the heading and import again.")


def test_units_and_codes_that_nobody_knows_are_refused_together():
    sheet = Project("", SHEET, [Code(guid(2), "ask.whi")], [source(10, "p17")], [coding(20, 10, code=2)])
    with pytest.raises(CodingError, match=r"(?s)a.qdpx, coding 20: unit 'p17' .*column 'ask.whi'"):
        land(sheet)
