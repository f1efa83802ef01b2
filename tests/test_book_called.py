"""Values, measures, events and codes are called by words on the pages, whatever the results call them."""

import importlib
import re

import pytest

from analysis.on_page import spoken_name
from analysis.study import open_study
from browsing import pages_of
from making import PROJECT

RECORDED = re.compile(r'<span class="recorded">([^<]*) <strong>([^<]*)</strong>([^<]*)')


@pytest.fixture
def called(monkeypatch):
    monkeypatch.syspath_prepend(str(PROJECT / "book/_ext"))
    return importlib.import_module("compendium_called")


def test_every_name_that_is_put_in_words_is_a_value_or_an_event(called):
    study = open_study(root=PROJECT)
    assert set(called._called()["values"]) <= {spoken_name(name) for name in study.values()}
    assert set(called._called()["events"]) <= set(study.table("chronology")["event_id"])


def test_a_value_that_is_absent_is_called_by_the_same_words(called):
    page = '<span class="recorded" data-absent="stop" data-reason="none">stop <em>not computable: none</em></span>'
    told = '<span class="recorded" data-absent="stopping point" data-reason="none">stopping point <em>not computable'
    assert called.in_words(page).startswith(told)


@pytest.mark.parametrize("language", ["", "zh/"])
def test_no_value_of_a_notebook_says_its_name_twice(built_book, language):
    for path in sorted((built_book / language / "results/liu2025/notebooks").glob("*.html")):
        for name, _, unit in RECORDED.findall(path.read_text(encoding="utf-8")):
            assert not unit.strip() or not name.endswith(unit.strip()), (path.name, name, unit)


@pytest.mark.parametrize("name", ["book/study.html", "book/ledger.html", "book/codebook.html", "book/framing.html"])
def test_prose_has_names_and_no_identifiers(built_book, name):
    for language in ("", "zh/"):
        page = (built_book / language / name).read_text(encoding="utf-8").replace("<wbr>", "")
        page = re.sub(r"<details id=.data-.*?</details>", "", page, flags=re.DOTALL)
        for identifier in ("search_rank", "comments_count", "bbc-report", "(community.mentorship.offering-to-teach)"):
            assert identifier not in page, (language, identifier)


def test_a_code_behind_a_definition_leads_to_its_page(built_book):
    page = (built_book / "book/codebook.html").read_text(encoding="utf-8")
    assert '(<a href="codes/community-mentorship-offering-to-teach.html">Offering to teach</a>)' in page
    assert pages_of(built_book)


def test_the_list_of_the_tables_has_every_table_of_the_study():
    told = (PROJECT / "book/data.md").read_text(encoding="utf-8")
    study = open_study(root=PROJECT)
    assert not [name for name in study.settings["tables"] if f"`{name}`" not in told]


def test_the_places_of_evidence_stand_in_the_signs_of_the_language(built_book):
    assert "第 5.1 节，图 1" in (built_book / "zh/book/evidence.html").read_text(encoding="utf-8")
    assert "Section 5.1, figure 1" in (built_book / "book/evidence.html").read_text(encoding="utf-8")
