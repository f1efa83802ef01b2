"""How the book says what to cite, in words and to machines."""

import html
import importlib
import json
import re
import sys
from dataclasses import replace
from types import SimpleNamespace

import pytest
import yaml
from docutils import nodes
from docutils.utils import new_document
from pybtex.database import parse_string

from analysis import study as study_module
from analysis.errors import StudyError
from analysis.study import open_study
from browsing import pages_of
from making import PROJECT

ARTICLE_PAGE = "book/framing.html"


@pytest.fixture
def citing(monkeypatch):
    monkeypatch.setattr(sys, "path", [str(PROJECT / "book/_ext"), *sys.path])
    return importlib.import_module("compendium_cite")


@pytest.fixture
def described() -> dict:
    return yaml.safe_load((PROJECT / "CITATION.cff").read_text(encoding="utf-8"))


@pytest.fixture
def works(citing) -> dict:
    return citing.works_of(open_study(root=PROJECT), "https://github.com/some/where")


def read(built_book, name: str = ARTICLE_PAGE) -> str:
    return (built_book / name).read_text(encoding="utf-8")


def linked(page: str) -> dict:
    return json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', page)[1])


def test_article_and_compendium_are_cited_as_their_descriptions_say(works, described):
    article, compendium = works["article"], works["compendium"]
    assert [family for family, _ in article.authors] == [
        one["family-names"] for one in described["references"][0]["authors"]
    ]
    assert article.title.replace("{", "").replace("}", "") == described["references"][0]["title"]
    assert compendium.title == described["title"]
    assert compendium.fields["version"] == described["version"]
    assert compendium.address == "https://github.com/some/where"


def test_what_is_to_be_copied_is_bibtex_that_can_be_read(citing, works):
    for work in works.values():
        told = citing.bibtex(work)
        entry = next(iter(parse_string(told, "bibtex").entries.values()))
        families = [" ".join(person.last_names).strip("{}") for person in entry.persons["author"]]
        assert families == [family for family, _ in work.authors]
        assert entry.fields["title"] == work.title
        assert told.count("{") == told.count("}")


def test_the_style_of_psychologists_has_initials_year_title_and_place(citing):
    work = citing.Work(
        "article", "one", "On {Tagging}", (("Li", "An Mei"), ("Wu", "Bo"), ("Team", "")), "2024",
        (("journal", "Tags"), ("volume", "3"), ("number", "2"), ("pages", "1--9"), ("doi", "10.1000/x")),
    )  # fmt: skip
    assert (
        citing.apa(work) == "Li, A. M., Wu, B., & Team. (2024). On Tagging. Tags, 3(2), 1–9. https://doi.org/10.1000/x"
    )
    assert citing.apa(replace(work, year="", more=())) == "Li, A. M., Wu, B., & Team. (n.d.). On Tagging."


def test_every_article_page_says_how_to_cite_and_each_page_names_the_licences(built_book, described):
    for name in pages_of(built_book, "book"):
        page = read(built_book, name)
        assert page.count('class="cite"') == 1, name
        assert all(f">{licence}</a>" in page for licence in described["license"]), name


def test_reference_managers_are_told_what_the_page_is_and_what_it_refers_to(built_book, described):
    tags = [
        (html.unescape(n), html.unescape(c))
        for n, c in re.findall(r'<meta name="(citation_\w+)" content="([^"]*)">', read(built_book))
    ]
    told = dict(tags)
    assert told["citation_title"] == "A week in January"
    assert told["citation_inbook_title"] == described["title"]
    assert told["citation_author"] == described["authors"][0]["name"]
    assert described["references"][0]["title"] in told["citation_reference"]
    assert "citation_author=Liu, Guangxiang Leon" in told["citation_reference"]


def test_search_engines_are_told_of_page_book_article_and_data(built_book, described):
    page = linked(read(built_book))
    assert page["@type"] == ["WebPage", "Chapter"]
    assert page["isPartOf"]["name"] == described["title"]
    assert [one["familyName"] for one in page["about"]["author"]] == ["Liu", "Zhao", "Teng"]
    data = linked(read(built_book, "book/data.html"))["mainEntity"]
    assert data["@type"] == "Dataset"
    assert data["license"].startswith("https://creativecommons.org/")
    assert all((built_book / "book" / one["contentUrl"]).is_file() for one in data["distribution"])
    assert data["distribution"]


def test_without_a_description_nothing_is_cited(citing, small):
    assert citing.works_of(open_study(root=small), "") == {}
    assert citing.licences_of(small) == []


def test_another_study_is_cited_by_its_own_title_and_authors(citing, works):
    original = open_study(root=PROJECT)
    named = replace(
        original,
        name="mine",
        settings={**original.settings, "title": "Mine} {and\nyours", "authors": ["Ann <b>", "Bo"]},
    )
    cited = citing.works_of(named, "")
    assert list(cited) == ["study", "article", "compendium"]
    assert citing.apa(cited["study"]) == "Ann <b>, & Bo. (n.d.). Mine and yours."
    assert "study" not in works


def test_what_stands_in_a_script_cannot_end_it(citing):
    metadata = importlib.import_module("compendium_metadata")
    work = citing.Work("misc", "x", "</script><script>alert(1)</script>", (("A", ""),), "2024")
    shown = metadata.Told("book/data", "T<", "en", "")
    told = metadata.json_ld(open_study(root=PROJECT), {"compendium": work}, shown, [])
    assert told.count("</script>") == 1
    assert linked(told)["isPartOf"]["name"] == work.title
    assert "<script>" not in metadata.metatags_of({"compendium": work}, shown)


def test_authors_that_are_no_list_are_refused(small):
    path = small / "data/liu2025/study.yml"
    path.write_text(path.read_text(encoding="utf-8").replace("platform:", "authors: Ann\nplatform:"), encoding="utf-8")
    with pytest.raises(StudyError, match=r"found 'Ann'; expected a list of texts"):
        study_module.open_study(root=small)


@pytest.mark.parametrize(
    ("kind", "begins"),
    [("cite-apa", "Liu, G. L., Zhao, X., & Teng, M. F. (2025)."), ("cite-bibtex", "@misc{liu2025tiktok,")],
)
def test_a_citation_is_copied_and_that_is_told(open_page, kind, begins):
    page = open_page(ARTICLE_PAGE)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.locator(".cite > summary").click()
    page.locator(f".cite button[data-copy={kind}]").first.click()
    page.wait_for_function("document.querySelector('.cite [role=status]').textContent === 'Copied.'")
    assert page.evaluate("navigator.clipboard.readText()").startswith(begins)


@pytest.mark.parametrize(
    ("language", "shown"),
    [
        ("en", "It grows (Liu and Darvin, 2024; Guest et al., 2020), as Lee (2023) says."),
        ("zh_CN", "It grows（Liu 与 Darvin，2024；Guest et al.，2020）, as Lee（2023）says."),
    ],
)
def test_a_citation_is_set_with_the_signs_of_the_pages_language(monkeypatch, language, shown):
    monkeypatch.syspath_prepend(str(PROJECT / "book/_ext"))
    languages = importlib.import_module("compendium_languages")
    pieces = (["(", "Liu and Darvin, 2024", "; ", "Guest et al., 2020", ")"], ["Lee (", "2023", ")"])
    first, second = (nodes.inline("", "", *map(nodes.Text, part), classes=["bibtex-citation"]) for part in pieces)
    says = "says." if language == "zh_CN" else " says."
    told = [nodes.Text("It grows "), first, nodes.Text(", as "), second, nodes.Text(says)]
    page = new_document("page")
    page += nodes.paragraph("", "", *told)
    languages.set_citations(SimpleNamespace(config=SimpleNamespace(language=language)), page, "page")
    assert page.astext() == shown


def test_no_space_is_left_between_a_wide_bracket_and_chinese(monkeypatch):
    monkeypatch.syspath_prepend(str(PROJECT / "book/_ext"))
    languages = importlib.import_module("compendium_languages")
    page = new_document("page")
    page += nodes.paragraph("", "", nodes.Text("据 "), nodes.inline("", "(Lee, 2023)", classes=["bibtex-citation"]))
    page[0] += nodes.Text(" 所说")
    languages.set_citations(SimpleNamespace(config=SimpleNamespace(language="zh_CN")), page, "page")
    assert page.astext() == "据（Lee，2023）所说"


def test_the_licences_stand_in_the_signs_of_the_language(built_book):
    assert re.search(
        r"许可协议：<a[^>]*>[^<]*</a>（软件），<a[^>]*>[^<]*</a>（[^）]*）。</p>",
        read(built_book, f"zh/{ARTICLE_PAGE}"),
    )
    assert re.search(r"Licence: <a[^>]*>[^<]*</a> \(software\), <a[^>]*>[^<]*</a> \([^)]*\)\.</p>", read(built_book))
