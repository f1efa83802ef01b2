"""What a book on paper has around its pages: title, contents, running heads, and where each chapter begins."""

import html
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lxml.html import document_fromstring

from analysis.paper_pages import Chapter, Page, markup_of

UNKNOWN = "000"
# Whatever a page holds, nothing of it runs or is fetched.
ALLOWED = "default-src 'none'; style-src 'unsafe-inline'; font-src file: data:; img-src data:"
ALONE = f'<meta http-equiv="Content-Security-Policy" content="{ALLOWED}">'
NOT_PLAIN = re.compile(r"[^\w \-.,:;?!’]")


@dataclass(frozen=True)
class Front:
    """What the first page of the built book says of the whole."""

    language: str
    title: str
    author: str
    cited: tuple[tuple[str, str], ...]
    licences: str
    words: dict[str, str]


def read_front(first: Path, language: str, words: dict[str, str]) -> Front:
    """Read the title, the authors, how to cite and the licences off a page of the book."""
    page: Any = document_fromstring(first.read_text(encoding="utf-8"))

    def said(path: str) -> str:
        return next((" ".join(found.text_content().split()) for found in page.xpath(path)), "")

    names = [name.text_content() for name in page.xpath('//p[@class="cite-name"]')]
    works = [work.text_content() for work in page.xpath('//p[@class="cite-apa"]')]
    title = said('//p[contains(@class, "logo__title")]') or said("//title")
    author = said('//p[contains(@class, "component-author")]')
    cited = tuple(zip(names, works, strict=False))
    return Front(language, title, author, cited, said('//p[@class="licences"]'), words)


def document(front: Front, styles: str, chapters: list[Chapter], numbers: dict[str, int], body: str) -> str:
    """The whole book as one document."""
    head = f'<meta charset="utf-8">{ALONE}<title>{html.escape(front.title)}</title>'
    style = f"<style>{styles}{_running_heads(front, chapters)}</style>"
    language = html.escape(front.language)
    before = _title_page(front) + _contents(front, chapters, numbers)
    return f'<!DOCTYPE html>\n<html lang="{language}"><head>{head}{style}</head><body>{before}{body}</body></html>\n'


def chapter(page: Page) -> str:
    """A page of the book as a chapter, or as a section of the chapter below which it stands."""
    about = page.chapter
    part = f'<h1 class="part">{html.escape(about.part)}</h1>' if about.part else ""
    kind = "chapter" if not about.depth else "below"
    return f'<div class="{kind} {_name(about)}" id="{about.anchor}">{part}{markup_of(page)}</div>\n'


def in_css(text: str) -> str:
    r"""A text as a string of a style sheet, whatever it holds.

    >>> in_css('a "b"</style>')
    '"a \\22 b\\22 \\3c \\2f style\\3e "'
    """
    return '"' + NOT_PLAIN.sub(lambda sign: f"\\{ord(sign[0]):x} ", text) + '"'


def _name(about: Chapter) -> str:
    return f"named-c{about.within}"


def _running_heads(front: Front, chapters: list[Chapter]) -> str:
    """The title of the book and of the chapter above each page, as style sheets can say it."""
    rules = [f"@page {{ @top-left {{ content: {in_css(front.title)}; }} }}"]
    for about in chapters:
        if not about.depth:
            rules += [
                f".{_name(about)} {{ page: {_name(about)}; }}",
                f"@page {_name(about)} {{ @top-right {{ content: {in_css(about.title)}; }} }}",
            ]
    return "\n".join(rules)


def _title_page(front: Front) -> str:
    cited = "".join(f"<p><strong>{html.escape(name)}</strong><br>{html.escape(work)}</p>" for name, work in front.cited)
    return (
        f'<div class="title-page"><p class="book-title">{html.escape(front.title)}</p>'
        f'<p class="book-author">{html.escape(front.author)}</p>'
        f'<div class="book-about">{cited}<p>{html.escape(front.licences)}</p>'
        f"<p>{html.escape(front.words['about'])}</p></div></div>"
    )


def _contents(front: Front, chapters: list[Chapter], numbers: dict[str, int]) -> str:
    lines = []
    for about in chapters:
        if about.part:
            lines.append(f'<p class="contents-part">{html.escape(about.part)}</p>')
        number = numbers.get(about.anchor, UNKNOWN)
        title = f'<a href="#{about.anchor}"><span>{html.escape(about.title)}</span><i></i><b>{number}</b></a>'
        lines.append(f'<p class="contents-line depth-{about.depth}">{title}</p>')
    heading = f"<h1>{html.escape(front.words['contents'])}</h1>"
    return f'<nav class="contents">{heading}{"".join(lines)}</nav>'
