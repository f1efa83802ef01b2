"""Every way that leads from a page of the book leads somewhere, and every picture says what it shows."""

import re
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from lxml import html as markup
from pybtex.database import parse_file

from browsing import pages_of
from making import PROJECT

# The state of a page with a script of its own stands in the address behind the #.
STATES = re.compile(r"^[\w.-]*=")
DOI = re.compile(r"10\.\d{4,9}/[^\s{}]+")
ADDRESS = re.compile(r"https?://[\w.-]+\.[a-z]{2,}(?::\d+)?(?:/[^\s{}]*)?")


@cache
def tree(path: Path):
    return markup.fromstring(path.read_text(encoding="utf-8"))


@cache
def anchors(path: Path) -> frozenset[str]:
    return frozenset([*tree(path).xpath("//@id"), *tree(path).xpath("//a/@name"), "", "top"])


def broken(book: Path, name: str) -> list[str]:
    """What is wrong with the links of a page."""
    wrong = []
    for link in {*tree(book / name).xpath("//@href"), *tree(book / name).xpath("//@src")}:
        parts = urlsplit(link)
        if parts.scheme or parts.netloc:
            continue
        target = (book / name).parent / unquote(parts.path) if parts.path else book / name
        if not target.is_file():
            wrong.append(f"{name}: {link} leads to no file")
        elif (
            target.suffix == ".html"
            and not STATES.match(parts.fragment)
            and unquote(parts.fragment) not in anchors(target.resolve())
        ):
            wrong.append(f"{name}: {link} leads to no place on that page")
    return wrong


def test_every_link_and_anchor_leads_somewhere(built_book):
    assert [one for name in pages_of(built_book) for one in broken(built_book.resolve(), name)] == []


def test_broken_links_are_told(tmp_path):
    (tmp_path / "a.html").write_text(
        "<p id='here'><a href='#here'></a><a href='#there'></a><a href='b.html'></a><a href='#e=1'></a></p>"
    )
    assert sorted(broken(tmp_path, "a.html")) == [
        "a.html: #there leads to no place on that page",
        "a.html: b.html leads to no file",
    ]


def test_every_picture_has_words_that_are_not_its_file_name(built_book):
    wordless = []
    for name in pages_of(built_book):
        for image in tree(built_book / name).xpath("//img"):
            said, file = image.get("alt"), Path(image.get("src", "")).stem
            # An empty text is right for what only decorates.
            if said is None or (said and said in {file, Path(image.get("src", "")).name}):
                wordless.append(f"{name}: {image.get('src')}")
        for drawing in tree(built_book / name).xpath(
            "//*[local-name()='svg'][not(ancestor-or-self::*[@aria-hidden='true'])]"
        ):
            named = (
                drawing.get("aria-label")
                or drawing.get("aria-labelledby")
                or drawing.xpath("./*[local-name()='title']")
            )
            if not named:
                wordless.append(f"{name}: a drawing, {drawing.get('class')}")
    assert wordless == []


@pytest.mark.parametrize("field", ["doi", "url"])
def test_every_reference_has_a_well_formed_address_or_none(field):
    entries = parse_file(str(PROJECT / "book/references.bib"), bib_format="bibtex").entries
    form = DOI if field == "doi" else ADDRESS
    told = {key: entry.fields[field] for key, entry in entries.items() if field in entry.fields}
    assert told
    assert {key: value for key, value in told.items() if not form.fullmatch(value)} == {}


def test_every_result_on_a_page_has_its_file_beside_it(built_book):
    # The pages of the codes show rows of tables whose files the codebook's page and the page on the data offer.
    shown = [name for name in pages_of(built_book) if "/codes/" not in name]
    without = [
        name
        for name in shown
        if tree(built_book / name).xpath("//*[contains(@class, 'result-links')]")
        and not tree(built_book / name).xpath("//a[contains(@href, '_downloads/')]")
    ]
    assert without == []
