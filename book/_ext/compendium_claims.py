"""Claims in the margin: the mark at a sentence that makes a claim, and the row of the ledger that it opens.

`` {claim}`c012` `` at the end of a sentence marks it; several claims of one sentence share a mark. An identifier that
the ledger lacks is a warning, and so fails a build with -W. Without scripts a mark is a link to the ledger; with them
it opens what stands in the page's templates.
"""

import html
import json
import posixpath
import re
from functools import cache
from pathlib import Path
from typing import Any

from compendium_values import study_of
from compendium_words import labels, language_of, words
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging
from sphinx.util.docutils import SphinxRole

from analysis import on_page
from analysis.browse import in_script
from analysis.checks.base import CONFLICTS, HOLDS, JUDGEMENT, NEEDS_DATA, SUPPORTED
from analysis.claim_rows import Computed, Row, Rows, anchor
from analysis.errors import nearest
from analysis.study import Study, open_study
from analysis.wording import FIRST_OF_THE_EAST, say_html

logger = logging.getLogger(__name__)
LAST_WORD = re.compile(r"\S+$")
LEDGER, EVIDENCE = "book/ledger", "book/evidence"
# Of a run without spaces, such as a sentence in Chinese, so much stays with its mark.
LONGEST_WORD, CHARACTERS_KEPT = 24, 2
# A verdict is told by a shape, so that nobody needs its colour.
SHAPES = {
    HOLDS: '<circle cx="6" cy="6" r="5" class="filled"/><path d="M3.5 6.2 5.3 8 8.6 4.2" class="cut"/>',
    CONFLICTS: '<path d="M2 2 10 10M10 2 2 10"/>',
    SUPPORTED: '<circle cx="6" cy="6" r="4.4"/><path d="M6 1.6a4.4 4.4 0 0 0 0 8.8z" class="filled"/>',
    NEEDS_DATA: '<circle cx="6" cy="6" r="4.4" stroke-dasharray="2.3 2.3"/>',
    JUDGEMENT: '<path d="M6 1 11 6 6 11 1 6z"/>',
}


class ClaimMark(nodes.inline):
    """The mark of a sentence that makes claims."""


class ClaimRole(SphinxRole):
    """One claim or several, by their identifiers."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Make the mark; an unknown claim is a warning."""
        known, named = rows_of(self.config).by_id, self.text.split()
        for claim in named:
            if claim not in known:
                told = f"the ledger has no claim '{claim}'.{nearest(claim, known)}"
                logger.warning("%s", told, location=self.get_location())
        return [ClaimMark(claims=[claim for claim in named if claim in known])], []


class VerdictRole(SphinxRole):
    """The shape that stands for a verdict."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Make the shape; an unknown verdict is a warning."""
        if self.text not in SHAPES:
            told = f"'{self.text}' is no verdict.{nearest(self.text, SHAPES)} There are: {', '.join(SHAPES)}."
            logger.warning("%s", told, location=self.get_location())
        return [nodes.raw("", shape(self.text), format="html")], []


class KeepMarks(SphinxPostTransform):
    """Keep each mark on the line of the word before it."""

    default_priority = 900
    formats = ("html",)

    def run(self, **_: Any) -> None:
        """Put the end of the text before a mark into one inline element with the mark."""
        for mark in list(self.document.findall(ClaimMark)):
            parent, place = mark.parent, mark.parent.index(mark)
            before = parent[place - 1] if place else None
            if isinstance(before, nodes.Text) and (word := LAST_WORD.search(before)):
                is_word = len(word[0]) <= LONGEST_WORD and max(word[0]) < FIRST_OF_THE_EAST
                kept = len(word[0]) if is_word else min(len(word[0]), CHARACTERS_KEPT)
                head, tail = nodes.Text(before[:-kept]), nodes.Text(before[-kept:])
                parent[place - 1 : place + 1] = [head, nodes.inline("", "", tail, mark, classes=["kept-together"])]


def setup_claims(app: Sphinx) -> None:
    """Register marks with Sphinx."""
    app.add_role("claim", ClaimRole())
    app.add_role("verdict", VerdictRole())
    app.add_post_transform(KeepMarks)
    app.add_node(ClaimMark, html=(visit_mark, depart_mark), latex=(skip_mark, None), text=(skip_mark, None))
    app.connect("doctree-read", note_claims)
    app.connect("doctree-read", anchor_cells)
    app.connect("env-purge-doc", forget_claims)
    app.connect("env-merge-info", merge_claims)
    app.connect("html-page-context", tell_claims)


def rows_of(config: Any) -> Rows:
    """The ledger's rows, read once in a build."""
    study = study_of(config)
    return _rows(study.name, study.root)


def said(env: BuildEnvironment) -> dict[str, list[tuple[str, str]]]:
    """The claims that each page makes, each with the anchor of its sentence."""
    if not hasattr(env, "compendium_said"):
        env.compendium_said = {}  # type: ignore[attr-defined]
    found: dict[str, list[tuple[str, str]]] = env.compendium_said  # type: ignore[attr-defined]
    return found


def note_claims(app: Sphinx, doctree: nodes.document) -> None:
    """Give each mark of a page its anchors, and remember them for the ledger."""
    here, times = list[tuple[str, str]](), dict[str, int]()
    for mark in doctree.findall(ClaimMark):
        mark["anchors"] = []
        for claim in mark["claims"]:
            times[claim] = times.get(claim, 0) + 1
            mark["anchors"].append(f"said-{claim}" + (f"-{times[claim]}" if times[claim] > 1 else ""))
        here += zip(mark["claims"], mark["anchors"], strict=True)
    if here:
        said(app.env)[app.env.docname] = here
        offer_file(app, app.env.docname, rows_of(app.config).files["table"])


def offer_file(app: Sphinx, page: str, file: Path) -> str:
    """Put a file among the downloads of a page and give back its place there."""
    source = file.relative_to(study_of(app.config).root).as_posix()
    app.env.note_dependency(source)
    return str(app.env.dlfiles.add_file(page, source))


def anchor_cells(app: Sphinx, doctree: nodes.document) -> None:
    """Give each cell of a notebook's page an anchor: the cell's own identifier."""
    path = Path(app.env.doc2path(app.env.docname))
    if path.suffix != ".ipynb":
        return
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    for node in doctree.findall(nodes.container):
        if node.get("nb_element") == "cell_code" and "id" in cells[node["cell_index"]]:
            node["ids"].append(anchor(cells[node["cell_index"]]["id"]))


def forget_claims(app: Sphinx, env: BuildEnvironment, page: str) -> None:
    """Forget what a page claimed before it is read anew."""
    said(env).pop(page, None)


def merge_claims(app: Sphinx, env: BuildEnvironment, pages: set[str], other: BuildEnvironment) -> None:
    """Take over what another process has read."""
    said(env).update({page: claims for page, claims in said(other).items() if page in pages})


def visit_mark(translator: Any, node: ClaimMark) -> None:
    """Write a mark: a link to the ledger's row of its first claim."""
    app, known = translator.builder.app, rows_of(translator.config).by_id
    if not node["claims"]:
        return
    address = translator.builder.get_relative_uri(translator.builder.current_docname, LEDGER)
    told = "; ".join(f"{claim}, {told_of(app, 'verdict', known[claim].verdict)}" for claim in node["claims"])
    shapes = "".join(map(shape, dict.fromkeys(known[claim].verdict for claim in node["claims"])))
    places = "".join(f'<span id="{html.escape(place)}"></span>' for place in node["anchors"])
    label = html.escape(words(app, "claims.mark", claims=told))
    claims = html.escape(" ".join(node["claims"]))
    translator.body.append(
        f'<a class="claim-mark" href="{address}#claim-{html.escape(node["claims"][0])}" '
        f'data-claims="{claims}" aria-label="{label}">{places}{shapes}</a>'
    )


def depart_mark(translator: Any, node: ClaimMark) -> None:
    """A mark has nothing inside."""


def skip_mark(translator: Any, node: ClaimMark) -> None:
    """Leave a mark out where nothing can be opened."""
    raise nodes.SkipNode


def tell_claims(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    """Put the rows of a page's claims into the page, and load what opens them."""
    here = said(app.env).get(page)
    if not here or "body" not in context:
        return
    known = rows_of(app.config).by_id
    told = [_template(app, page, known[claim]) for claim in dict.fromkeys(claim for claim, _ in here)]
    context["body"] += "".join(told) + as_json("claims-labels", labels(app, "claims.popover"))
    app.add_css_file("claims.css")
    app.add_js_file("claims.js", loading_method="defer")


def shape(verdict: str) -> str:
    """The shape of a verdict; whoever cannot see it is told in words beside it."""
    known = re.sub(r"[^a-z]+", "-", verdict) if verdict in SHAPES else "unknown"
    return (
        f'<svg class="verdict verdict-{known}" viewBox="0 0 12 12" width="12" height="12" aria-hidden="true" '
        f'focusable="false">{SHAPES.get(verdict, "")}</svg>'
    )


def told_of(app: Sphinx, part: str, name: str) -> str:
    """A verdict, a kind or a section in the language of the page; what has no word there stays as it is."""
    if part == "section" and name[:1].isdigit():
        return words(app, "claims.in_section", section=name)
    return labels(app, f"claims.{part}").get(re.sub(r"[^a-z]+", "_", name.lower().replace("'", "")), name)


def as_json(name: str, content: Any) -> str:
    """Data for a script, in which nothing can end the element or begin another."""
    return f'<script type="application/json" id="{name}">{in_script(content)}</script>'


def spoken(app: Sphinx) -> str:
    """The attribute of what stands in the data, where the page is in another language than they."""
    return "" if language_of(app) == "en" else ' lang="en"'


def value_html(app: Sphinx, row: Row) -> str:
    """What the article prints for a claim, and what was computed."""
    parts = [(words(app, "claims.printed"), say_html(row.published))] if row.published else []
    parts += [
        (words(app, "claims.computed"), f"{say_html(value.text)} {on_page.origin_html(value.origin)}")
        for value in row.computed
    ]
    return "".join(f"<div><dt>{label}</dt><dd>{told}</dd></div>" for label, told in parts)


def evidence_address(app: Sphinx, page: str, evidence: str) -> str:
    """The way to an excerpt or figure in the evidence browser; none in a book without one."""
    if EVIDENCE not in app.env.found_docs:
        return ""
    return f"{app.builder.get_relative_uri(page, EVIDENCE)}#evidence={evidence}"


def cell_address(app: Sphinx, page: str, notebook: str, cell: str) -> str:
    """The way to the cell of a notebook; none in a book without its page."""
    target = f"results/{study_of(app.config).name}/notebooks/{notebook}"
    if target not in app.env.found_docs:
        return ""
    return app.builder.get_relative_uri(page, target) + (f"#{cell}" if cell else "")


def link(address: str, label: str) -> str:
    """A link, or its words where it leads nowhere."""
    return f'<a href="{html.escape(address)}">{html.escape(label)}</a>' if address else html.escape(label)


def file_address(app: Sphinx, page: str, place: str) -> str:
    """The way from a page to a file among the downloads."""
    return posixpath.join(app.builder.get_relative_uri(page, "_downloads").removesuffix(".html"), place)


def ways_to(app: Sphinx, page: str, row: Row) -> list[str]:
    """The links to the notebook's cells that computed and judged a claim."""
    rows = rows_of(app.config)
    cells = [(value.notebook, value.cell, _called(app, value)) for value in row.computed]
    cells.append((*rows.cell_of_ledger, words(app, "claims.judged_in")))
    found = [(cell_address(app, page, notebook, cell), label) for notebook, cell, label in cells]
    return [link(address, label) for address, label in found if address]


@cache
def _rows(name: str, root: Path) -> Rows:
    study: Study = open_study(name, root)
    return Rows(study)


def _called(app: Sphinx, value: Computed) -> str:
    return words(app, "claims.computed_in", value=value.name)


def _template(app: Sphinx, page: str, row: Row) -> str:
    """A claim's row as the mark opens it."""
    place = told_of(app, "section", row.section)
    about = " · ".join((row.claim_id, place, told_of(app, "kind", row.kind)))
    origin = on_page.origin_html(row.origin)
    rows = rows_of(app.config)
    shown = "".join(
        f"<li>{link(evidence_address(app, page, name), name)} <span>{say_html(rows.gists.get(name, ''))}</span></li>"
        for name in row.evidence_ids
    )
    evidence = f'<p class="claim-about">{words(app, "claims.evidence")}</p><ul>{shown}</ul>' if shown else ""
    value = value_html(app, row)
    return (
        f'<template id="told-{html.escape(row.claim_id)}"><div class="claim-told">'
        f'<p class="claim-verdict">{shape(row.verdict)} <strong>{html.escape(told_of(app, "verdict", row.verdict))}'
        f'</strong> {origin}</p><p class="claim-about">{html.escape(about)}</p>'
        f'<p class="claim-statement">{say_html(row.statement)}</p>'
        f'<p class="claim-finding">{say_html(row.finding)}</p>'
        f"{f'<dl>{value}</dl>' if value else ''}{evidence}"
        f'<p class="claim-links">{" · ".join(_ways(app, page, row))}</p></div></template>'
    )


def _ways(app: Sphinx, page: str, row: Row) -> list[str]:
    """The links of an opened row: the ledger, the notebooks, the table, the row of the data."""
    ledger, name = app.builder.get_relative_uri(page, LEDGER), row.claim_id
    source = rows_of(app.config).files["table"].relative_to(study_of(app.config).root).as_posix()
    table = file_address(app, page, app.env.dlfiles[source][1])
    return [
        link(f"{ledger}#claim-{name}", words(app, "claims.ledger")),
        *ways_to(app, page, row),
        link(table, words(app, "claims.table")),
        link(f"{ledger}#data-{name}", words(app, "claims.data")),
    ]
