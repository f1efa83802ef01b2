"""The built pages of a book as one document for paper, in the order of its contents.

What only works on a screen is left out, folds are open, and what led from page to page leads from place to place.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from posixpath import dirname, join, normpath
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

from lxml import html

from analysis.errors import BookError

# What nobody can press, open or choose on paper, the links to files, and the code, which stands in the notebooks.
ON_SCREEN = (
    "headerlink", "needs-script", "evidence-scripted", "result-links", "map-status", "map-panel", "ledger-form",
    "ledger-number", "cell_input", "toctree-wrapper",
)  # fmt: skip
UNPRINTED = ("script", "template", "button", "form", "input", "select", "dialog", "noscript", "iframe", "object")
# Of a longer table in the computations, its beginning: all rows are in the files beside the book.
LONG, BEGINNING = 40, 25
# As many columns as need smaller letters.
WIDE = 9
REFERRING = ("aria-labelledby", "aria-describedby", "for", "headers")
HEADINGS, DEEPEST = ".//*[self::h1 or self::h2 or self::h3 or self::h4 or self::h5 or self::h6]", 6


@dataclass(frozen=True)
class Chapter:
    """A page of the book: its place below the book's folder, its title, and where it stands in the contents."""

    number: int
    file: str
    title: str
    depth: int = 0
    # The part that begins with this page, if one does.
    part: str = ""
    # The number of the chapter in which it stands, its own if it is one.
    within: int = 0

    @property
    def anchor(self) -> str:
        """What leads to its beginning."""
        return f"c{self.number}"


@dataclass(frozen=True)
class Page:
    """A page as it was built: its article, its identifiers, and the address that it has if the book has one."""

    chapter: Chapter
    article: Any
    anchors: frozenset[str]
    address: str


def chapters_of(folder: Path) -> tuple[str, list[Chapter]]:
    """The language of a built book and its pages in the order of the contents in its margin."""
    first = folder / _leading_to(folder / "index.html")
    page = _parsed(first)
    contents = page.xpath('//nav[contains(@class, "bd-links")]')
    if not contents:
        raise BookError(f"{first}: this page has no contents in its margin. Build the book again: compendium book")
    file = first.relative_to(folder).as_posix()
    title = _text(page.xpath("//article//h1")[0])
    listed = [("", 0, file, title), *_listed(contents[0], dirname(file))]
    chapters: list[Chapter] = []
    for number, (part, depth, file, title) in enumerate(listed):
        within = chapters[-1].within if depth else number
        chapters.append(Chapter(number, file, title, depth, part, within))
    return str(page.get("lang") or "en"), chapters


def read_pages(folder: Path, chapters: list[Chapter]) -> list[Page]:
    """The articles of the pages, without what is of no use on paper."""
    pages = []
    for chapter in chapters:
        tree = _parsed(folder / chapter.file)
        article = tree.xpath('//article[contains(@class, "bd-article")]')[0]
        _leave_out(article)
        anchors = frozenset(article.xpath(".//@id"))
        address = next(iter(tree.xpath('//link[@rel="canonical"]/@href')), "")
        pages.append(Page(chapter, article, anchors, str(address)))
    return pages


def prepare(pages: list[Page], words: dict[str, str]) -> None:
    """Make the pages parts of one document: identifiers of their own, links within it, headings below each other."""
    known = {page.chapter.file: page for page in pages}
    for page in pages:
        _shorten_tables(page.article, words["more_rows"])
        _open_folds(page.article)
        for element in page.article.iter():
            if isinstance(element.tag, str):
                _rename(element, page.chapter.anchor)
                _lead(element, page, known)
        _sink_headings(page)


def markup_of(page: Page) -> str:
    """A page as markup."""
    return str(html.tostring(page.article, encoding="unicode"))


def headings_of(pages: list[Page]) -> list[str]:
    """Every heading of the document in order, with those of the parts."""
    told = []
    for page in pages:
        told += [page.chapter.part] * bool(page.chapter.part)
        told += map(_text, page.article.xpath(HEADINGS))
    return told


def anchor(chapter: Chapter, name: str) -> str:
    """The identifier that a place of a page has in the document."""
    return f"{chapter.anchor}-{_plain(name)}"


def _parsed(path: Path) -> Any:
    return html.document_fromstring(path.read_text(encoding="utf-8"))


def _leading_to(index: Path) -> str:
    """The first page: the one to which the page at the top of the folder leads."""
    found = re.search(r"url=([^\"]+)", index.read_text(encoding="utf-8")) if index.is_file() else None
    if not found:
        raise BookError(f"{index}: no built book is here. Build it first: compendium book")
    return found[1]


def _text(element: Any) -> str:
    """What an element says, without the sign that links to it."""
    said = "".join(element.xpath('.//text()[not(ancestor::a[contains(@class, "headerlink")])]'))
    return " ".join(said.split())


def _listed(contents: Any, below: str) -> Iterator[tuple[str, int, str, str]]:
    """Part, depth, file and title of each page in the contents."""
    part = ""
    for element in contents.xpath('.//*[contains(@class, "bd-toc-item")]/*'):
        if element.tag == "p":
            part = _text(element)
        for link in element.xpath('.//a[contains(@class, "reference internal")]') if element.tag == "ul" else []:
            depth = sum(1 for _ in link.iterancestors("ul")) - 1
            yield part, depth, normpath(join(below, unquote(link.get("href")))), _text(link)
            part = ""


def _leave_out(article: Any) -> None:
    held = " or ".join(f'contains(concat(" ", normalize-space(@class), " "), " {name} ")' for name in ON_SCREEN)
    named = " or ".join(f"self::{name}" for name in UNPRINTED)
    # What a command says stands nowhere else.
    code = 'self::details[contains(@class, "hide")][not(contains(@class, "console-output"))]'
    folds = f'{code} or self::details[starts-with(@id, "data-")]'
    for element in article.xpath(f".//*[{held} or {named} or {folds} or @hidden]"):
        element.drop_tree()
    for cell in article.xpath(
        './/div[contains(concat(" ", @class, " "), " cell ")][not(normalize-space())][not(.//*)]'
    ):
        cell.drop_tree()


def _shorten_tables(article: Any, told: str) -> None:
    """Give wide tables their mark, and end the long ones of the computations early, saying so."""
    for table in article.xpath('.//*[contains(@class, "result-rows")]/table'):
        if max((len(row) for row in table.xpath(".//tr")), default=0) >= WIDE:
            table.set("class", "wide")
        rows = table.xpath("./tbody/tr")
        if len(rows) > LONG and table.xpath('ancestor::*[contains(@class, "cell_output")]'):
            for row in rows[BEGINNING:]:
                row.drop_tree()
            more = html.Element("p", {"class": "more-rows"})
            more.text = told.format(shown=BEGINNING, rows=f"{len(rows):,}")
            table.getparent().append(more)


def _open_folds(article: Any) -> None:
    for fold in article.xpath(".//details"):
        fold.tag = "div"
    for summary in article.xpath(".//summary"):
        summary.tag = "div"
        summary.set("class", "summary")


def _rename(element: Any, start: str) -> None:
    """Give identifiers, and what refers to them, a beginning of their own: each page has its own `id1`."""
    if element.get("id"):
        element.set("id", f"{start}-{_plain(element.get('id'))}")
    for name in REFERRING:
        if element.get(name):
            element.set(name, " ".join(f"{start}-{_plain(one)}" for one in element.get(name).split()))
    for name, value in element.attrib.items():
        if "url(#" in value:
            element.set(name, re.sub(r"url\(#([^)]+)\)", lambda found: f"url(#{start}-{_plain(found[1])})", value))
    if element.tag == "use":
        for name in ("href", "xlink:href"):
            if element.get(name, "").startswith("#"):
                element.set(name, f"#{start}-{_plain(element.get(name)[1:])}")


def _plain(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9_-]", "-", name)


def _lead(element: Any, page: Page, known: dict[str, Page]) -> None:
    """Let a link lead within the document, or to another host; what else it led to is no place on paper."""
    if element.tag != "a" or element.get("href") is None:
        return
    to = urlsplit(element.get("href"))
    element.attrib.pop("title", None)
    if to.scheme in ("http", "https", "mailto"):
        return
    file = normpath(join(dirname(page.chapter.file), unquote(to.path))) if to.path else page.chapter.file
    if file in known:
        element.set("href", f"#{_place(known[file], unquote(to.fragment))}")
    elif page.address:
        element.set("href", urljoin(page.address, element.get("href")))
    else:
        del element.attrib["href"]


def _place(page: Page, name: str) -> str:
    return anchor(page.chapter, name) if name in page.anchors else page.chapter.anchor


def _sink_headings(page: Page) -> None:
    """Set a page's headings as deep as it stands in the contents: a part is 1, its chapters 2, what is in them 3."""
    chapter = page.chapter
    deeper = 0 if not chapter.number else chapter.depth + 1
    for heading in page.article.xpath(HEADINGS):
        level = int(heading.tag[1])
        heading.tag = f"h{min(level + deeper, DEEPEST)}"
        heading.set("class", f"level-{level} {heading.get('class', '')}".strip())
