"""The way from a table of codes to each code's own page, where the book has such pages."""

import html
import re
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from compendium_values import study_of
from docutils import nodes
from sphinx.application import Sphinx

from analysis import code_pages
from analysis.coded import coded_of
from analysis.publish import CODES
from analysis.study import open_study

# A cell that names a code.
NAMING = re.compile(r'<td data-code="([^"]*)"([^>]*)>(.*?)</td>')
FIRST_CELL = re.compile(r"<tr><td([^>]*)>(.*?)</td>")


def link_codes(app: Sphinx, doctree: nodes.document) -> None:
    """Let every table that names codes lead to their pages."""
    for node in list(doctree.findall(nodes.raw)):
        page = node.astext()
        codes = [html.unescape(code) for code, *_ in NAMING.findall(page)]
        if codes:
            node.children = [nodes.Text(linked(page, ways_to(app, codes)))]


@cache
def _names(name: str, root: Path) -> dict[str, str]:
    study = open_study(name, root)
    return code_pages.names_of(code_pages.codebook_now(study, lambda: coded_of(study)))


def ways_to(app: Any, codes: Iterable[Any]) -> list[str]:
    """The address of each code's page from the page that is being read; empty where there is no such page."""
    study = study_of(app.config)
    names = _names(study.name, study.root)
    pages = [f"{CODES}/{names[code]}" if code in names else "" for code in codes]
    return [app.builder.get_relative_uri(app.env.docname, page) if page in app.env.found_docs else "" for page in pages]


def linked(page: str, ways: Sequence[str]) -> str:
    """A table in which the cells that name codes lead to these addresses."""
    left = iter(ways)

    def lead(cell: re.Match[str]) -> str:
        way = next(left, "")
        return f'<td{cell[2]}><a href="{way}">{cell[3]}</a></td>' if way else f"<td{cell[2]}>{cell[3]}</td>"

    return NAMING.sub(lead, page)


def linked_rows(page: str, ways: Sequence[str]) -> str:
    """A table of which each row is a code, though it may not say which: its first cells lead to these addresses."""
    left = iter(ways)

    def lead(cell: re.Match[str]) -> str:
        way = next(left, "")
        return f'<tr><td{cell[1]}><a href="{way}">{cell[2]}</a></td>' if way else cell[0]

    return page if NAMING.search(page) else FIRST_CELL.sub(lead, page)
