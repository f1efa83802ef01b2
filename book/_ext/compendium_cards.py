"""Tables of prose on narrow screens: each row becomes a card, whose cells say what column they are of.

The labels are written into the finished page, since tables stand in executed notebooks too, and those stay as they are.
"""

import html
import re
from typing import Any

from sphinx.application import Sphinx

TABLE = re.compile(
    r'<div class="result-rows"([^>]*)>(<table[^>]*><thead>.*?</thead>)(<tbody>.*?</tbody></table>)', re.DOTALL
)
HEADING = re.compile(r"<th\b[^>]*>(.*?)</th>", re.DOTALL)
CELL = re.compile(r"<td\b(?! colspan)")
ROW = re.compile(r"<tr>.*?</tr>", re.DOTALL)
TAG = re.compile(r"<[^>]*>")
# How a column of prose is marked.
PROSE = ' class="long"'
# With two columns there is nothing to save.
FEWEST_COLUMNS = 3


def setup_cards(app: Sphinx) -> None:
    """Register it with Sphinx."""
    app.connect("html-page-context", label_cells)


def label_cells(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    """Label the cells of a page's tables of prose."""
    if "result-rows" in context.get("body", ""):
        context["body"] = TABLE.sub(_labelled, context["body"])


def _labelled(found: re.Match[str]) -> str:
    place, head, body = found.groups()
    labels = [html.escape(html.unescape(TAG.sub("", one)), quote=True) for one in HEADING.findall(head)]
    if PROSE not in head or len(labels) < FEWEST_COLUMNS:
        return found[0]
    return f'<div class="result-rows as-cards"{place}>{head}{ROW.sub(lambda row: _row(row[0], labels), body)}'


def _row(row: str, labels: list[str]) -> str:
    """A row with the label of its column at each cell."""
    names = iter(labels)
    return CELL.sub(lambda cell: f'{cell[0]} data-label="{next(names)}"', row)
