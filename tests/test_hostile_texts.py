"""Texts of the data are texts wherever they are shown: none is run, followed, formatted, or breaks the build."""

import csv
import io
import re
import zipfile
from functools import cache
from pathlib import Path

import pytest
from lxml import html as markup

from analysis import export, pipeline, publish
from analysis.checking import check_study
from analysis.directions import closed
from analysis.figures import style
from analysis.study import open_study
from browsing import Reader, pages_of, served
from hostile_making import FAR, IN_A_LINE, SCRIPT, hostile_study
from making import copy_project

KEPT = (
    "_config.yml",
    "_toc.yml",
    "CITATION.cff",
    "requirements.lock",
    "notebooks",
    "book",
    "data/liu2025",
    "results/liu2025",
)
RUNNING = ("iframe", "object", "embed", "base", "frame", "applet")
# What a page may hold beside texts and is a block of its own, in which a direction ends with it.
BLOCKS = {
    "p", "td", "th", "li", "dd", "dt", "div", "h1", "h2", "h3", "h4", "h5", "h6", "figcaption", "summary", "pre",
    "option", "title", "script", "style", "blockquote", "section", "article", "button", "legend", "label",
}  # fmt: skip


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """The study imported, checked, run, and made into a book in each language; a warning would have stopped it."""
    root = tmp_path_factory.mktemp("hostile")
    copy_project(root, KEPT, every_language=True)
    study = hostile_study(root)
    check_study(study)
    pipeline.run(study)
    publish.build_book(study, say=lambda _: None)
    return root


@pytest.fixture(scope="module")
def book(root):
    return root / "_build/studies/hostile/html"


@cache
def tree(path: Path):
    return markup.document_fromstring(path.read_text(encoding="utf-8"))


def wrong_on(page) -> list[str]:
    """What of the data is more than text on a page."""
    found = [f"<{element.tag}>" for name in RUNNING for element in page.iter(name)]
    for element in page.iter():
        if not isinstance(element.tag, str):
            continue
        for name, value in element.attrib.items():
            # The theme's own button.
            if name.startswith("on") and value != "window.print()":
                found.append(f"<{element.tag} {name}={value[:80]}>")
            if name in {"href", "src", "action", "srcset", "xlink:href", "data"} and re.search(
                rf"javascript:|{re.escape(FAR)}", value, re.IGNORECASE
            ):
                found.append(f"<{element.tag} {name}={value[:80]}>")
        if element.tag == "script" and "hit=1" in (element.text or "") and "json" not in (element.get("type") or ""):
            found.append(f"a script: {element.text[:80]}")
    found += [f"<{element.tag}>: {element.text}" for element in page.iter("b", "strong") if element.text == "hit"]
    found += [
        f"a heading: {head.text_content()}"
        for head in page.xpath("//h1 | //h2 | //h3 | //h4")
        if head.text_content().startswith("A heading")
    ]
    return found + [f"an image: {image.get('src')}" for image in page.xpath("//img[not(contains(@src, '_static'))]")]


def test_nothing_of_the_data_is_more_than_text_on_any_page(book):
    wrong = [f"{path.relative_to(book)}: {one}" for path in pages(book) for one in wrong_on(tree(path))]
    assert wrong == []


@pytest.mark.parametrize(
    "page",
    [
        "<p><script>window.hit=1</script></p>",
        "<p onclick='x'>a</p>",
        "<p><a href='javascript:window.hit=1'>a</a></p>",
        f"<p><img src='http://{FAR}/x.png'></p>",
        "<p><iframe></iframe></p>",
        "<p><b>hit</b></p>",
        "<h2>A heading that nobody wrote</h2>",
    ],
)
def test_what_is_more_than_text_is_found(page):
    assert wrong_on(markup.document_fromstring(page))


@pytest.mark.parametrize("folder", ["", "zh"])
def test_the_texts_stand_on_the_pages_as_they_are(book, folder):
    codes = sorted((book / folder / "book/codes").glob("*.html"))
    said = {
        "title": tree(book / folder / "book/index.html").xpath("string(//h1)"),
        "codes": "".join(tree(path).text_content() for path in codes),
    }
    assert SCRIPT in said["title"]
    for line in IN_A_LINE:
        assert " ".join(line.split()) in " ".join(said["codes"].split()), line


def test_names_too_long_for_a_drawing_are_shortened_until_there_is_room():
    figure, axes = style.new_figure()
    axes.barh([f"a name {'of many letters ' * 12}{number}" for number in range(3)], [1, 2, 3])
    drawing = style.svg(style.finish(figure), name="long", mark="made up")
    assert "a name of many letters" in drawing
    assert "…" in drawing
    assert "of many letters " * 12 not in drawing


def pages(book: Path) -> list[Path]:
    return [book / name for name in pages_of(book)]


def open_directions(page) -> list[str]:
    """Where a text that turns the direction of writing does not end that before words that are not its own."""
    found = []
    for element in page.iter():
        if not isinstance(element.tag, str) or element.tag in {"script", "style"}:
            continue
        goes_on = element.tag in BLOCKS and any(below.get("class") != "headerlink" for below in element)
        if goes_on and closed(element.text or "") != (element.text or ""):
            found.append(f"<{element.tag}>: {element.text.strip()[:100]}")
        if closed(element.tail or "") != (element.tail or ""):
            found.append(f"after <{element.tag}>: {element.tail.strip()[:100]}")
    return found


def test_a_text_that_turns_the_direction_of_writing_turns_only_itself(book):
    wrong = [f"{path.relative_to(book)}: {one}" for path in pages(book) for one in open_directions(tree(path))]
    assert wrong == []


def test_every_page_opens_without_running_or_fetching_anything_of_the_data(browser, book):
    with served(book) as address:
        reader = Reader(browser, book, address)
        page = reader.blank()
        page.on("dialog", lambda dialog: reader.complaints.append(f"{page.url}: a dialog: {dialog.message}"))
        for name in pages_of(book):
            page.goto(reader.where(name))
            assert page.evaluate("window.hit") is None, name
        reader.close()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_evidence_browser_shows_the_texts_as_texts(browser, book, language):
    with served(book) as address:
        reader = Reader(browser, book, address)
        page = reader("book/evidence.html", language=language)
        page.wait_for_selector(".evidence-text")
        while page.locator(".evidence-more:visible").count() and page.locator(".evidence-text").count() < 300:
            page.locator(".evidence-more:visible").first.click()
        assert SCRIPT in page.locator(".evidence-list").first.inner_text()
        assert page.evaluate("document.querySelectorAll('.evidence-list :is(script, img, iframe, svg)').length") == 0
        assert page.evaluate("window.hit") is None
        reader.close()


@pytest.mark.parametrize("kind", ["html", "csv", "excel", "refi"])
def test_exports_hold_the_texts_as_texts(root, tmp_path, kind):
    export.export(open_study("hostile", root), kind, tmp_path / kind, everything=True)
    written = [path for path in (tmp_path / kind).rglob("*") if path.is_file()]
    assert written
    for path in written:
        if path.suffix == ".html":
            assert wrong_on(markup.document_fromstring(path.read_text(encoding="utf-8"))) == []
        if path.suffix == ".xlsx":
            with zipfile.ZipFile(path) as book:
                sheets = [book.read(name).decode() for name in book.namelist() if "/sheet" in name]
            assert not [sheet for sheet in sheets if "<f>" in sheet or "<hyperlink" in sheet]
    if kind == "csv":
        # A table is read by programs, and so holds each text as it is.
        rows = list(csv.DictReader(io.StringIO((tmp_path / "csv/codebook.csv").read_text(encoding="utf-8-sig"))))
        told = open_study("hostile", root).table("codebook")
        assert [row["include"] for row in rows] == list(told["include"])
