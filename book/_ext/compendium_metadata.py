"""What a page tells machines: Highwire's tags for reference managers, schema.org's terms for search engines."""

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

from analysis.browse import in_script
from analysis.study import Study

BRACES = str.maketrans("", "", "{}")
# The page that is about the data: it is described as a set of data.
DATA_PAGE = "data"


@dataclass(frozen=True)
class Told:
    """A page: its name, title, language and, when that is known, its address."""

    page: str
    title: str
    language: str
    address: str


def metatags_of(works: Mapping[str, Any], shown: Told) -> str:
    """Highwire's tags: the page as part of the compendium, the article as what it refers to."""
    book = works.get("study") or works["compendium"]
    tags = [
        ("citation_title", shown.title),
        ("citation_inbook_title", _plain(book)),
        *(("citation_author", _name(author)) for author in book.authors),
        ("citation_publication_date", book.year),
        ("citation_language", shown.language.replace("_", "-")),
        ("citation_public_url", shown.address),
        *(("citation_reference", _reference(work)) for role, work in works.items() if role == "article"),
    ]
    return "".join(f'<meta name="{name}" content="{escape(value, quote=True)}">\n' for name, value in tags if value)


def json_ld(study: Study, works: Mapping[str, Any], shown: Told, links: list[str]) -> str:
    """The page in the terms of schema.org; the page about the data as a set of data with its files."""
    book = _thing("Book", works.get("study") or works["compendium"])
    content: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": ["WebPage", "Chapter"],
        "name": shown.title,
        "inLanguage": shown.language.replace("_", "-"),
        "isPartOf": book,
        "url": shown.address,
        "about": _thing("ScholarlyArticle", works["article"]) if "article" in works else None,
    }
    if shown.page.rpartition("/")[2] == DATA_PAGE:
        content["mainEntity"] = _data(study, book, sorted(set(links)))
    known = {key: value for key, value in content.items() if value}
    return f'<script type="application/ld+json">{in_script(known)}</script>\n'


def _data(study: Study, book: dict[str, Any], links: list[str]) -> dict[str, Any]:
    files = [
        {"@type": "DataDownload", "name": link.rpartition("/")[2], "contentUrl": link, "encodingFormat": "text/csv"}
        for link in links
    ]
    licence = study.capture.get("licence") or (
        "https://creativecommons.org/licenses/by/4.0/" if study.is_original else ""
    )
    told = {"name": study.title, "description": study.about, "license": licence, "creator": book.get("author")}
    return {"@type": "Dataset", "distribution": files} | {key: value for key, value in told.items() if value}


def _thing(kind: str, work: Any) -> dict[str, Any]:
    people = [
        {"@type": "Person", "familyName": family, "givenName": given}
        if given
        else {"@type": "Organization", "name": family}
        for family, given in work.authors
    ]
    told = {"name": _plain(work), "author": people, "datePublished": work.year, "url": work.address}
    journal = work.fields.get("journal", "").translate(BRACES)
    held = {"isPartOf": {"@type": "Periodical", "name": journal}} if journal else {}
    return {"@type": kind} | {key: value for key, value in told.items() if value} | held


def _reference(work: Any) -> str:
    parts = [
        ("citation_title", _plain(work)),
        *(("citation_author", _name(author)) for author in work.authors),
        ("citation_publication_date", work.year),
        ("citation_journal_title", work.fields.get("journal", "").translate(BRACES)),
        ("citation_doi", work.fields.get("doi", "")),
    ]
    return "; ".join(f"{name}={value}" for name, value in parts if value)


def _plain(work: Any) -> str:
    return str(work.title).translate(BRACES)


def _name(author: tuple[str, str]) -> str:
    return ", ".join(part for part in author if part)
