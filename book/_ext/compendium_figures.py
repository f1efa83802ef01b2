"""What stands under a figure: the numbers that it draws, its files, its code; and what its marks say.

On the pages of the prose the numbers open below the figure; on a notebook's page the link leads to the table there.
"""

import html
import json
import re
from pathlib import Path
from typing import Any

from compendium_claims import as_json, cell_address
from compendium_values import study_of
from compendium_words import labels, words
from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform

from analysis import on_page
from analysis.claim_rows import cells_of
from analysis.languages import wording_of
from analysis.study import Study
from analysis.wording import say_html

DRAWN = re.compile(r'<figure class="result-figure" data-figure="([^"]*)"')
BETWEEN = " · "


def setup_figures(app: Sphinx) -> None:
    """Register everything with Sphinx."""
    app.add_transform(LinkFigures)
    app.connect("html-page-context", tell_marks)


class LinkFigures(SphinxTransform):
    """Put the row of links under each figure that a notebook shows."""

    # While files to download are still being gathered.
    default_priority = 300

    def apply(self, **_: Any) -> None:
        """Find the figures among the outputs, unless texts to translate are taken out."""
        if self.app.builder.name == "gettext":
            return
        for node in list(self.document.findall(nodes.raw)):
            found = DRAWN.search(node.astext())
            shown = _output_of(node)
            if found and shown is not None:
                entry = entry_of(study_of(self.config), html.unescape(found[1]))
                if entry:
                    shown.parent.insert(shown.parent.index(shown) + 1, links_under(self.app, entry, in_notebook=True))


def entry_of(study: Study, name: str) -> dict[str, Any]:
    """What the index of the results says of a figure."""
    index = json.loads((study.results / "index.json").read_text(encoding="utf-8"))
    entry: dict[str, Any] = index.get(f"{name}.figure", {})
    return entry


def links_under(app: Sphinx, entry: dict[str, Any], *, in_notebook: bool = False) -> nodes.container:
    """The row under a figure: its files, its code and its numbers."""
    study = study_of(app.config)
    tables = [table for name in entry.get("tables", []) if (table := _table(study, name))]
    row = nodes.container(classes=["figure-links"])
    links = nodes.paragraph(classes=["result-links"], translatable=False)
    shown = [
        *([_on_page(app, tables)] if in_notebook and tables else []),
        *(_file(app, study, f"tables/{table['name']}.csv", _called(app, table, tables)) for table in tables),
        _file(app, study, f"figures/{entry['name']}.svg", words(app, "figures.drawing")),
        _code(app, study, entry, in_notebook=in_notebook),
    ]
    for number, link in enumerate(shown):
        links += [nodes.Text(BETWEEN), link] if number else [link]
    row += links
    if not in_notebook:
        row += [_numbers(app, study, table, tables) for table in tables]
    return row


def tell_marks(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    """Load what lets marks speak, on pages with figures."""
    if '<figure class="result-figure"' in context.get("body", ""):
        source = wording_of(study_of(app.config).root, app.config.language).source
        spoken = {**labels(app, "figures.marks"), "source": source or app.config.language}
        context["body"] += as_json("figures-labels", spoken)
        app.add_css_file("figures.css")
        app.add_js_file("figures.js", loading_method="defer")


def _output_of(node: nodes.Node) -> nodes.Element | None:
    """The output of a cell to which a node belongs, one of several ways to show it."""
    while node.parent is not None:
        if isinstance(node, nodes.container) and node.get("nb_element") == "mime_bundle":
            return node
        node = node.parent
    return None


def _table(study: Study, name: str) -> dict[str, Any]:
    """What the index says of a table; nothing where it could not be computed."""
    index = json.loads((study.results / "index.json").read_text(encoding="utf-8"))
    entry: dict[str, Any] = index.get(f"{name}.table", {"missing": "not shown"})
    return {} if entry["missing"] else entry


def _called(app: Sphinx, table: dict[str, Any], tables: list[dict[str, Any]]) -> str:
    """What the link to a table's file says; which table it is where there are several."""
    told = words(app, "figures.data")
    return told if len(tables) == 1 else f"{told} {tables.index(table) + 1}"


def _file(app: Sphinx, study: Study, place: str, told: str) -> nodes.Node:
    target = f"/results/{study.name}/{place}"
    link = addnodes.download_reference("", "", reftarget=target, refdoc=app.env.docname)
    link += nodes.inline("", told, translatable=False)
    return link


def _on_page(app: Sphinx, tables: list[dict[str, Any]]) -> nodes.Node:
    """The way to the first table on the page of its notebook."""
    return nodes.reference("", words(app, "figures.table"), refuri=f"#table-{tables[0]['name']}", internal=True)


def _code(app: Sphinx, study: Study, entry: dict[str, Any], *, in_notebook: bool) -> nodes.Node:
    """The way to the cell that draws."""
    cell = cells_of(study, entry["notebook"]).get(f"{entry['name']}.figure", "")
    told = words(app, "figures.code")
    if in_notebook:
        return nodes.reference("", told, refuri=f"#{cell}", internal=True)
    address = cell_address(app, app.env.docname, entry["notebook"], cell)
    return nodes.reference("", told, refuri=address, internal=True) if address else nodes.Text(told)


def _numbers(app: Sphinx, study: Study, table: dict[str, Any], tables: list[dict[str, Any]]) -> nodes.raw:
    """A table that opens below the figure."""
    csv = Path(study.results / "tables" / f"{table['name']}.csv").read_text(encoding="utf-8")
    page = on_page.table_html(csv, table["texts"], **{key: table[key] for key in ("caption", "origin", "digits")})
    told = html.escape(words(app, "figures.table"))
    which = f": {say_html(table['caption'])}" if len(tables) > 1 else ""
    fold = f'<details class="figure-numbers"><summary>{told}{which}</summary>{page}</details>'
    return nodes.raw("", fold, format="html")
