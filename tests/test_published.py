"""The article's tables fit one another, the checks and the bibliography."""

import re

import pandas as pd
import pytest

from analysis import claims, harvest, references
from analysis.checks.base import CHECKS
from analysis.schema import words
from analysis.sources.counts import parse_count
from analysis.study import open_study

NAMES = (
    "hashtags", "sample", "criteria", "codebook", "evidence", "claims",
    "implications", "chronology", "citations", "references",
)  # fmt: skip
# Which cells name rows of which table.
POINTERS = [
    ("codebook", "parent_id", "codebook"),
    ("evidence", "code_ids", "codebook"),
    ("claims", "evidence_ids", "evidence"),
    ("implications", "themes", "codebook"),
    ("implications", "evidence_ids", "evidence"),
    ("citations", "reference", "references"),
]
KEYS = {"codebook": "code_id", "evidence": "evidence_id", "references": "reference"}
MEASURES = ("posts", "creators", "screenshots", "hashtags", "patterns", "migrants")


@pytest.fixture(scope="module")
def published() -> dict[str, pd.DataFrame]:
    this = open_study()
    return {name: this.table(name) for name in NAMES}


@pytest.fixture(scope="module")
def works() -> dict[str, references.Work]:
    return references.read_bibliography(open_study().root / "book" / "references.bib")


@pytest.mark.parametrize("name", NAMES)
def test_every_published_table_has_rows(published, name):
    assert len(published[name]) > 0


@pytest.mark.parametrize(("name", "column", "target"), POINTERS, ids=[" ".join(row) for row in POINTERS])
def test_every_identifier_names_a_row(published, name, column, target):
    named = {part for cell in published[name][column] for part in words(cell)}
    assert named
    assert sorted(named - set(published[target][KEYS[target]])) == []


def test_every_code_stands_below_its_parent(published):
    codebook = published["codebook"]
    expected = codebook["code_id"].map(lambda code: code.rpartition(".")[0])
    assert codebook["parent_id"].fillna("").tolist() == expected.tolist()
    assert codebook["level"].tolist() == [("pattern", "theme", "code")[code.count(".")] for code in codebook["code_id"]]


def test_patterns_and_themes_are_named_by_the_article_and_codes_are_reconstructed(published):
    codebook = published["codebook"]
    assert set(codebook.loc[codebook["level"] != "code", "basis"]) == {"named"}
    assert set(codebook.loc[codebook["level"] == "code", "basis"]) == {"reconstructed"}


def test_every_figure_of_the_article_is_evidence(published):
    figures = published["evidence"].query("form == 'figure'")["figure"]
    assert sorted(figures) == ["1", "2", "3 left", "3 right", "4 left", "4 right", "5", "6"]


def test_every_piece_of_evidence_serves_a_claim(published):
    used = {part for cell in published["claims"]["evidence_ids"] for part in words(cell)}
    assert sorted(set(published["evidence"]["evidence_id"]) - used) == []


def test_claims_are_numbered_in_order(published):
    identifiers = published["claims"]["claim_id"]
    assert identifiers.tolist() == sorted(set(identifiers))
    whole = [claim for claim in identifiers if claim[-1].isdigit()]
    assert whole == [f"c{number:03d}" for number in range(1, len(whole) + 1)]
    assert {claim[:4] for claim in identifiers} == set(whole)
    assert all(re.fullmatch(r"c\d{3}[b-z]?", claim) for claim in identifiers)


def test_every_section_of_the_article_makes_claims(published):
    sections = {"Abstract", "1", "2", "3", "4", "5", "5.1", "5.2", "5.3", "6", "7", "Notes"}
    assert sorted(sections - set(published["claims"]["section"])) == []


def test_every_claim_names_a_check_and_every_check_has_a_claim(published):
    assert set(published["claims"]["check"]) == set(CHECKS)


def test_every_claim_can_be_judged(published, works):
    sources = claims.gather(works, **published)
    assert claims.judge(published["claims"], sources)["verdict"].notna().all()


def test_every_value_that_a_claim_names_is_recorded_by_a_notebook(published, project):
    named = {found for cell in published["claims"]["argument"].dropna() for found in re.findall(r"value=(\w+)", cell)}
    notebooks = "".join(path.read_text(encoding="utf-8") for path in sorted((project / "notebooks").glob("*.ipynb")))
    recorded = set(re.findall(r'record\(\s*\\"(\w+)\\"', notebooks))
    assert sorted(named - recorded) == []


def test_no_claim_names_a_value_that_its_own_notebook_records(published, project):
    served = set(harvest.claims_by_value(published["claims"].to_dict("records")))
    text = (project / "notebooks" / "10-claims.ipynb").read_text(encoding="utf-8")
    own = set(re.findall(r'record\(\s*\\"(\w+)\\"', text))
    assert {"claims_total", "published_migrants"} <= own
    assert served
    assert sorted(served & own) == []


def test_every_printed_total_stands_for_its_number(published):
    for row in published["hashtags"].to_dict("records"):
        assert parse_count(row["posts_printed"])[0] == row["posts"]
        assert parse_count(row["views_printed"])[0] == row["views"]


@pytest.mark.parametrize("measure", MEASURES)
def test_the_sample_states_the_margins_of_the_stand_in(published, measure):
    assert claims.stated(published["sample"], measure) > 0


def test_an_open_measure_has_no_value_and_every_other_has_one(published):
    sample = published["sample"]
    assert (sample["value"].isna() == (sample["qualifier"] == "not stated")).all()


def test_the_list_of_references_is_the_bibliography_in_printed_order(published, works):
    listed = published["references"]
    assert listed["position"].tolist() == list(range(1, len(listed) + 1))
    assert [key for key in works if key in set(listed["reference"])] == listed["reference"].tolist()


def test_what_the_bibliography_holds_beside_the_list_is_the_article_and_the_marked_additions(published, project):
    text = (project / "book" / "references.bib").read_text(encoding="utf-8")
    printed, added = text.split("% added by the compendium")
    keys = re.findall(r"^@\w+\{(\w+),", printed, flags=re.MULTILINE)
    assert keys == ["liu2025tiktok", *published["references"]["reference"]]
    assert re.findall(r"^@\w+\{(\w+),", added, flags=re.MULTILINE)


def test_every_work_that_the_book_cites_is_in_the_bibliography(works, project):
    cited = {
        key.strip()
        for page in sorted((project / "book").glob("*.md"))
        for group in re.findall(r"\{cite[^}]*\}`([^`]+)`", page.read_text(encoding="utf-8"))
        for key in group.split(",")
    }
    assert cited
    assert sorted(cited - set(works)) == []


def test_whatever_a_rule_finds_in_the_list_a_reader_has_noted(published, works):
    found = references.audit_references(published["references"], published["citations"], works)
    listed = published["references"].set_index("reference")["problem"]
    assert sorted(reference for reference in set(found["reference"]) if pd.isna(listed[reference])) == []


@pytest.mark.parametrize(
    ("reference", "printed"), [("barton2013", "Tesol Quarterly"), ("li2018", "Applied linguistics")]
)
def test_a_journal_printed_in_another_way_is_noted(published, reference, printed):
    assert f"journal is printed {printed}" in published["references"].set_index("reference").loc[reference, "problem"]
