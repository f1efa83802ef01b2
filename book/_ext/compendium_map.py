"""The argument as a map: one picture to walk, and an outline that says the same.

Without scripts every entry of the picture is a link into the outline; `map.js` lets one walk it.
"""

import html
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd
from compendium_claims import as_json, evidence_address, link, rows_of, shape, told_of
from compendium_values import study_of
from compendium_words import labels, words
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from analysis import code_pages, on_page
from analysis.argument_map import CITES, LAYERS, ArgumentMap, Edge, Node, map_of, relations_of
from analysis.claims import article_of
from analysis.computable import NotComputable
from analysis.map_layout import Box, curve, lay_out
from analysis.wording import say, say_html

PAGES = {
    "theory": "book/references",
    "theme": "book/codebook",
    "pattern": "book/codebook",
    "implication": "book/bridging",
}


class ArgumentMapDirective(SphinxDirective):
    """The map and its outline."""

    def run(self) -> list[nodes.Node]:
        """Leave a place for the map; without the tables, say why there is none."""
        argument = map_of(article_of(study_of(self.config)))
        if isinstance(argument, NotComputable):
            missing = on_page.missing_html(words(self.env.app, "map.caption"), argument.reason)
            return [nodes.raw("", missing, format="html")]
        for name in ("claims", "evidence", "codebook", "implications", "citations"):
            for path in article_of(study_of(self.config)).files_of(name):
                self.env.note_dependency(str(path))
        # What the map shows was published, which the page's first line tells.
        return [MapPlace("", "", origin="published")]


class MapPlace(nodes.inline):
    """The place of the map, until it is known which pages there are."""


@dataclass(frozen=True)
class Drawn:
    """A map on a page of the book."""

    app: Sphinx
    page: str
    argument: ArgumentMap

    @cached_property
    def names(self) -> dict[str, str]:
        """What each entry is called in the outline."""
        return {name: self._called(node) for name, node in self.argument.nodes.items()}

    @cached_property
    def short(self) -> dict[str, str]:
        """What each entry is called in the picture, where a column's head says what it is."""
        numbers = {name: f" · {len(claims)}" for name, claims in self.claims.items()}
        return {
            name: (_section(self.app, node) + numbers[name]) if node.layer == "claims" else self.names[name]
            for name, node in self.argument.nodes.items()
        }

    @cached_property
    def claims(self) -> dict[str, list[dict[str, str]]]:
        """The claims of each section, as the table of claims has them."""
        found: dict[str, list[dict[str, str]]] = {}
        for node in self.argument.by_layer["claims"]:
            rows = rows_of(self.app.config).by_id.values()
            found[node.node_id] = [dict(row.data) for row in rows if row.section == node.of]
        return found

    @cached_property
    def references(self) -> dict[str, str]:
        """The work of each citation."""
        citations = article_of(study_of(self.app.config)).table("citations")
        return dict(zip(citations["citation_id"], citations["reference"], strict=True))

    @cached_property
    def pages_of_codes(self) -> dict[str, str]:
        """The page of each code."""
        codes = pd.Series([node.of for node in self.argument.by_layer["code"]], dtype="object")
        return code_pages.page_names(codes)

    def address(self, node: Node) -> str:
        """Where the book tells more of an entry; empty where it does not."""
        if node.layer == "evidence":
            return evidence_address(self.app, self.page, node.of)
        if node.layer == "claims":
            return f"{self.app.builder.get_relative_uri(self.page, 'book/ledger')}#section={node.of.replace(' ', '+')}"
        target = f"book/codes/{self.pages_of_codes[node.of]}" if node.layer == "code" else PAGES[node.layer]
        return self.app.builder.get_relative_uri(self.page, target) if target in self.app.env.found_docs else ""

    def _called(self, node: Node) -> str:
        if node.layer == "claims":
            return told_of(self.app, "section", node.of)
        if node.layer == "evidence":
            return _evidence_called(self.app, node.of)
        # Works are called by their authors.
        return node.name if node.layer == "theory" else say(node.name)


def setup_map(app: Sphinx) -> None:
    """Register the map with Sphinx."""
    app.add_node(MapPlace)
    app.add_directive("argument-map", ArgumentMapDirective)
    app.connect("doctree-resolved", put_map)
    app.connect("html-page-context", load_map)


def put_map(app: Sphinx, doctree: nodes.document, page: str) -> None:
    """Draw the map and write the outline."""
    for place in list(doctree.findall(MapPlace)):
        argument = map_of(article_of(study_of(app.config)))
        if isinstance(argument, ArgumentMap):
            drawn = Drawn(app, page, argument)
            place.replace_self(nodes.raw("", picture(drawn) + outline(drawn), format="html"))


def load_map(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    """Load what lets one walk the map, where there is one."""
    if '<figure class="argument-map"' in context.get("body", ""):
        context["body"] += as_json("map-labels", {"release": words(app, "map.release")})
        app.add_css_file("claims.css")
        app.add_css_file("map.css")
        app.add_js_file("map.js", loading_method="defer")


def picture(drawn: Drawn) -> str:
    """The map as one drawing."""
    app, layout = drawn.app, lay_out(drawn.argument, drawn.short)
    layers = labels(app, "map.layer")
    heads = "".join(
        f'<text class="map-head" x="{x:.1f}" y="13">{html.escape(layers[layer])}</text>'
        for layer, x in layout.columns.items()
    )
    lines = "".join(
        f'<path class="map-edge map-{edge.kind}" data-start="{edge.start}" data-end="{edge.end}" '
        f'd="{curve(layout, edge)}"/>'
        for edge in drawn.argument.edges
    )
    boxes = "".join(_box(drawn, node, layout.boxes[name]) for name, node in drawn.argument.nodes.items())
    return (
        '<figure class="argument-map"><div class="map-room" tabindex="-1">'
        f'<svg viewBox="0 0 {layout.width:.0f} {layout.height:.0f}" width="{layout.width:.0f}" '
        f'height="{layout.height:.0f}" role="group" aria-label="{html.escape(words(app, "map.alt"))}" '
        f'aria-describedby="map-help">{heads}<g aria-hidden="true">{lines}</g>{boxes}</svg></div>'
        f"<figcaption>{html.escape(words(app, 'map.caption'))} {on_page.origin_html('published')} "
        f'<span id="map-help" hidden>{html.escape(words(app, "map.help"))}</span></figcaption>'
        '<p class="map-status" role="status"></p><div class="map-panel" hidden></div></figure>'
    )


def outline(drawn: Drawn) -> str:
    """All entries by layer, each with its links."""
    app = drawn.app
    layers = labels(app, "map.layer")
    parts = [
        f'<details class="map-layer"><summary>{html.escape(layers[layer])} '
        f"({len(drawn.argument.by_layer[layer])})</summary>"
        f"<ul>{''.join(_entry(drawn, node) for node in drawn.argument.by_layer[layer])}</ul></details>"
        for layer in LAYERS
    ]
    title = html.escape(words(app, "map.outline"))
    return (
        f'<section class="map-outline" aria-label="{title}"><p class="map-title">{title}</p>{"".join(parts)}</section>'
    )


def _box(drawn: Drawn, node: Node, box: Box) -> str:
    """One entry of the picture: a link into the outline."""
    middle = box.y + box.height / 2 - 7 * (len(box.lines) - 1) + 4
    text = "".join(
        f'<tspan x="{box.x + 6:.1f}" y="{middle + 14 * number:.1f}">{html.escape(line)}</tspan>'
        for number, line in enumerate(box.lines)
    )
    layer = labels(drawn.app, "map.layer")[node.layer]
    label = html.escape(f"{layer}: {drawn.short[node.node_id]}")
    return (
        f'<a class="map-node map-{node.layer}" href="#outline-{node.node_id}" data-node="{node.node_id}" '
        f'data-layer="{node.layer}" aria-label="{label}"><rect x="{box.x:.1f}" y="{box.y:.1f}" '
        f'width="{box.width}" height="{box.height}" rx="3"/><text>{text}</text></a>'
    )


def _entry(drawn: Drawn, node: Node) -> str:
    """One entry of the outline, with what it is linked to."""
    app = drawn.app
    about = f' <span class="map-about">{say_html(node.about)}</span>' if node.about else ""
    address = drawn.address(node)
    look = (
        f' <a class="map-look" href="{html.escape(address)}">{html.escape(words(app, "map.look"))}</a>'
        if address
        else ""
    )
    linked = _claims(drawn, node) if node.layer == "claims" else _links(drawn, node)
    return (
        f'<li id="outline-{node.node_id}" data-node="{node.node_id}"><p class="map-entry">'
        f"<strong>{html.escape(drawn.names[node.node_id])}</strong>{about}{look}</p>{linked}</li>"
    )


def _links(drawn: Drawn, node: Node) -> str:
    """The links of an entry, a line for each kind and direction."""
    lines: dict[str, list[str]] = {}
    for edge in drawn.argument.links_of[node.node_id]:
        leads = edge.start == node.node_id
        label = words(drawn.app, f"map.relation.{'' if leads else 'back_'}{edge.kind}")
        lines.setdefault(label, []).append(_goes(drawn, edge, edge.end if leads else edge.start))
    if not lines:
        return f"<p>{html.escape(words(drawn.app, 'map.alone'))}</p>"
    told = "".join(f"<li>{html.escape(label)} {'; '.join(entries)}</li>" for label, entries in lines.items())
    return f"<ul>{told}</ul>"


def _claims(drawn: Drawn, node: Node) -> str:
    """The claims of a section, each with its own links."""
    items = []
    ledger = drawn.app.builder.get_relative_uri(drawn.page, "book/ledger")
    known = rows_of(drawn.app.config).by_id
    for row in drawn.claims[node.node_id]:
        name = row["claim_id"]
        verdict = told_of(drawn.app, "verdict", known[name].verdict)
        linked = _of_claim(drawn, node, row)
        items.append(
            f"<li>{shape(known[name].verdict)} {link(f'{ledger}#claim-{name}', name)} "
            f'<span class="map-verdict">{html.escape(verdict)}</span> '
            f"<span>{say_html(row['statement'])}</span>{linked}</li>"
        )
    return f'<ul class="map-claims">{"".join(items)}</ul>'


def _of_claim(drawn: Drawn, node: Node, row: dict[str, str]) -> str:
    """What one claim is linked to."""
    lines: dict[str, list[str]] = {}
    for kind, there in relations_of(row, drawn.references):
        if there in drawn.argument.nodes:
            ends = (there, node.node_id) if kind == CITES else (node.node_id, there)
            label = words(drawn.app, f"map.relation.{'back_' if kind == CITES else ''}{kind}")
            lines.setdefault(label, []).append(_goes(drawn, Edge(*ends, kind), there))
    told = (f"{html.escape(label)} {', '.join(entries)}" for label, entries in lines.items())
    return f' <span class="map-of-claim">{"; ".join(told)}</span>' if lines else ""


def _goes(drawn: Drawn, edge: Edge, there: str) -> str:
    """A link to another entry of the outline."""
    claims = f" ({', '.join(edge.claims)})" if edge.claims else ""
    return (
        f'<a href="#outline-{there}" data-goes="{there}" data-edge="{edge.start} {edge.end}">'
        f"{html.escape(drawn.names[there])}</a>{claims}"
    )


def _section(app: Sphinx, node: Node) -> str:
    return node.of if node.of[:1].isdigit() else told_of(app, "section", node.of)


def _evidence_called(app: Sphinx, name: str) -> str:
    """An excerpt or figure by its number in the article."""
    evidence = article_of(study_of(app.config)).table("evidence").set_index("evidence_id").loc[name]
    for column, key in (("figure", "map.figure"), ("source_post", "map.post")):
        if str(evidence[column]) not in ("nan", "<NA>", "None", ""):
            return f"{name} · {words(app, key, number=say(str(evidence[column])))}"
    return name
