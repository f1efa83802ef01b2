"""The ledger as one table: every claim, its verdict and what it rests on, with the way back to each sentence.

It is a plain table where there are no scripts; `ledger.js` sorts and filters it.
"""

import html
import re
from collections.abc import Iterable
from typing import Any

from compendium_claims import (
    as_json,
    evidence_address,
    link,
    offer_file,
    rows_of,
    said,
    shape,
    spoken,
    told_of,
    value_html,
    ways_to,
)
from compendium_values import study_of, way_to
from compendium_words import labels, words
from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from analysis import on_page
from analysis.checks.base import VERDICTS
from analysis.claim_rows import Row, sections_in_order
from analysis.schema import CLAIM_KINDS, ORIGINS
from analysis.wording import say_html

COLUMNS = ("claim", "section", "statement", "kind", "verdict", "origin", "value")
CHOICES = {"verdict": VERDICTS, "kind": CLAIM_KINDS, "origin": ORIGINS}


class ClaimLedger(SphinxDirective):
    """All claims of the ledger."""

    def run(self) -> list[nodes.Node]:
        """Show the table; without a ledger, why there is none."""
        app, rows = self.env.app, rows_of(self.config)
        if not rows.by_id:
            missing = on_page.missing_html(words(app, "claims.caption"), "no notebook has judged the claims")
            return [nodes.raw("", missing, format="html")]
        self.env.note_dependency(str(rows.files["table"]))
        return [LedgerTable(words(app, "claims.caption")), self._links()]

    def _links(self) -> nodes.Node:
        study, rows = study_of(self.config), rows_of(self.config)
        links = nodes.paragraph(classes=["result-links"])
        for name in rows.files:
            label = words(self.env.app, f"claims.{name}_file")
            target = "/" + rows.files[name].relative_to(study.root).as_posix()
            links += addnodes.download_reference("", label, reftarget=target, refdoc=self.env.docname)
            links += nodes.Text(" · ")
            offer_file(self.env.app, self.env.docname, rows.files[name])
        told = nodes.inline("", words(self.env.app, "claims.judged_in"))
        links += way_to(study, rows.cell_of_ledger[0], told, self.env.docname)
        return links


class LedgerTable(nodes.General, nodes.Element):
    """The place of the table, until every page has been read."""

    def __init__(self, rawsource: str = "") -> None:
        super().__init__(rawsource)


def setup_ledger(app: Sphinx) -> None:
    """Register the ledger with Sphinx."""
    app.add_node(LedgerTable)
    app.add_directive("claim-ledger", ClaimLedger)
    app.connect("doctree-resolved", put_ledger)
    app.connect("html-page-context", load_ledger)


def put_ledger(app: Sphinx, doctree: nodes.document, page: str) -> None:
    """Write the table, now that it is known where each claim is told."""
    for node in list(doctree.findall(LedgerTable)):
        node.replace_self(nodes.raw("", ledger_html(app, page), format="html"))


def load_ledger(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    """Load what sorts and filters, where the table stands."""
    if '<table class="ledger"' in context.get("body", ""):
        context["body"] += as_json("ledger-labels", labels(app, "claims.script"))
        app.add_css_file("claims.css")
        app.add_js_file("ledger.js", loading_method="defer")


def ledger_html(app: Sphinx, page: str) -> str:
    """The form, hidden until a script can use it, and the table."""
    rows = rows_of(app.config).by_id
    told = places_told(app)
    head = "".join(f'<th scope="col" data-column="{name}">{_column(app, name)}</th>' for name in COLUMNS)
    body = "".join(_row(app, page, row, told.get(row.claim_id, [])) for row in rows.values())
    caption = html.escape(words(app, "claims.caption"))
    return (
        f'<div class="ledger-whole">{_form(app, list(rows.values()))}'
        f'<table class="ledger"><caption>{caption}</caption><thead><tr>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def places_told(app: Sphinx) -> dict[str, list[tuple[str, str]]]:
    """For each claim the pages that tell it and the anchors of the sentences, in the order of the book."""
    order = _in_order(app)
    found: dict[str, list[tuple[str, str]]] = {}
    for page in sorted(said(app.env), key=lambda name: (order.get(name, len(order)), name)):
        for claim, place in said(app.env)[page]:
            found.setdefault(claim, []).append((page, place))
    return found


def _in_order(app: Sphinx) -> dict[str, int]:
    root = str(app.config.root_doc)
    pages, waiting = [root], list(app.env.toctree_includes.get(root, []))
    while waiting:
        page = waiting.pop(0)
        pages.append(page)
        waiting[:0] = app.env.toctree_includes.get(page, [])
    return {page: number for number, page in enumerate(pages)}


def _form(app: Sphinx, rows: list[Row]) -> str:
    """The fields that choose among claims; only what some claim has is offered."""
    choices = {"section": sections_in_order({row.claim_id: row for row in rows})}
    choices |= {
        name: [entry for entry in entries if any(getattr(row, name) == entry for row in rows)]
        for name, entries in CHOICES.items()
    }
    fields = "".join(_select(app, name, entries) for name, entries in choices.items())
    search = f'<label>{words(app, "claims.search")} <input type="search" name="text" autocomplete="off"></label>'
    reset = f'<button type="reset">{words(app, "claims.reset")}</button>'
    title = html.escape(words(app, "claims.filter"))
    return (
        f'<form class="ledger-form" role="search" aria-label="{title}" hidden>{fields}{search}{reset}'
        '<p role="status" class="ledger-number"></p></form>'
    )


def _select(app: Sphinx, name: str, entries: Iterable[str]) -> str:
    told = "".join(f'<option value="{html.escape(entry)}">{_entry(app, name, entry)}</option>' for entry in entries)
    everything = f'<option value="">{words(app, "claims.all")}</option>'
    return f'<label>{_column(app, name)} <select name="{name}">{everything}{told}</select></label>'


def _entry(app: Sphinx, name: str, entry: str) -> str:
    if name == "origin":
        return html.escape(words(app, f"origin.{entry}"))
    return html.escape(told_of(app, name, entry))


def _row(app: Sphinx, page: str, row: Row, told: list[tuple[str, str]]) -> str:
    """A claim: what the columns show, and under the statement where it stands and leads."""
    name = html.escape(row.claim_id)
    given = {"section": row.section, "kind": row.kind, "verdict": row.verdict, "origin": row.origin}
    data = "".join(f' data-{key}="{html.escape(value)}"' for key, value in given.items())
    value = value_html(app, row)
    number = html.escape(row.data["value"])
    cells = {
        "section": _entry(app, "section", row.section),
        "statement": _statement(app, page, row, told),
        "kind": _entry(app, "kind", row.kind),
        "verdict": f"{shape(row.verdict)} {_entry(app, 'verdict', row.verdict)}",
        "origin": on_page.origin_html(row.origin),
        "value": f"<dl>{value}</dl>" if value else "",
    }
    shown = "".join(
        f'<td class="ledger-{column}" data-label="{_column(app, column)}">{cell}</td>' for column, cell in cells.items()
    )
    first = f'<th scope="row" class="ledger-claim"><a href="#claim-{name}">{name}</a></th>'
    return f'<tr id="claim-{name}"{data} data-value="{number}">{first}{shown}</tr>'


def _statement(app: Sphinx, page: str, row: Row, told: list[tuple[str, str]]) -> str:
    evidence = [link(evidence_address(app, page, name), name) for name in row.evidence_ids]
    places = [_place(app, page, *place) for place in told]
    parts = [
        _line(words(app, "claims.shown_for"), evidence),
        _line(words(app, "claims.said_in"), places or [words(app, "claims.not_told")]),
        _line("", ways_to(app, page, row)[: len(row.computed)]),
    ]
    fields = "".join(
        f"<div><dt>{html.escape(key)}</dt><dd>{html.escape(cell)}</dd></div>" for key, cell in row.data.items() if cell
    )
    return (
        f"<p>{say_html(row.statement)}</p>"
        f'<p class="ledger-finding">{say_html(row.finding)}</p>{"".join(parts)}'
        f'<details id="data-{html.escape(row.claim_id)}"><summary>{words(app, "claims.row")}</summary>'
        f"<dl{spoken(app)}>{fields}</dl></details>"
    )


def _place(app: Sphinx, page: str, where: str, anchor: str) -> str:
    title = app.env.titles[where].astext()
    second = re.search(r"-(\d+)$", anchor)
    number = f" ({second[1]})" if second else ""
    return link(f"{app.builder.get_relative_uri(page, where)}#{anchor}", title + number)


def _line(label: str, entries: list[str]) -> str:
    start = f"<span>{label}</span> " if label else ""
    return f'<p class="ledger-line">{start}{" · ".join(entries)}</p>' if entries else ""


def _column(app: Sphinx, name: str) -> str:
    return html.escape(words(app, f"claims.column.{name}"))
