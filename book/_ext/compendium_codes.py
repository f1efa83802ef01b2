"""The way from a table of codes to each code's own page, where the book has such pages."""

import html
import re
from collections.abc import Iterable, Sequence
from typing import Any

from compendium_values import study_of
from docutils import nodes
from sphinx.application import Sphinx

from analysis import code_pages, coding
from analysis.publish import CODES

# The first cell of each row; the head of a table whose first column holds the identifiers of codes.
FIRST_CELL = re.compile(r"<tr><td([^>]*)>(.*?)</td>")
OF_CODES = re.compile(r'<thead><tr><th scope="col"[^>]*>code id</th>')


def link_codes(app: Sphinx, doctree: nodes.document) -> None:
    """Let every table whose rows are codes lead to their pages."""
    for node in list(doctree.findall(nodes.raw)):
        page = node.astext()
        if OF_CODES.search(page):
            codes = [html.unescape(cell.replace("<wbr>", "")) for _, cell in FIRST_CELL.findall(page)]
            node.children = [nodes.Text(linked(page, ways_to(app, codes)))]


def ways_to(app: Any, codes: Iterable[Any]) -> list[str]:
    """The address of each code's page from the page that is being read; empty where there is no such page."""
    names = code_pages.names_of(coding.tree(study_of(app.config).table("codebook")))
    pages = [f"{CODES}/{names[code]}" if code in names else "" for code in codes]
    return [app.builder.get_relative_uri(app.env.docname, page) if page in app.env.found_docs else "" for page in pages]


def linked(page: str, ways: Sequence[str]) -> str:
    """A table whose first cells lead to these addresses."""
    left = iter(ways)

    def lead(cell: re.Match[str]) -> str:
        way = next(left, "")
        return f'<tr><td{cell[1]}><a href="{way}">{cell[2]}</a></td>' if way else cell[0]

    return FIRST_CELL.sub(lead, page)
