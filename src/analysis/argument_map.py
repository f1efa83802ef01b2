"""The argument as a map: theory, claims, evidence, codes and implications, and what of them rests on what.

Computed from the table of claims and the tables that it names. Claims stand by the section that makes them; a link of
a section remembers which of its claims make it.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from analysis.checks.base import Claim
from analysis.computable import NotComputable, computable
from analysis.schema import words
from analysis.study import Study

# From left to right; a link always leads to the right.
LAYERS = ("theory", "claims", "evidence", "code", "theme", "pattern", "implication")
CITES, RESTS, ABOUT, PROPOSES = "cites", "rests", "about", "proposes"
CODED, PART, DRAWS = "coded", "part", "draws"
# The checks whose argument begins with a work, and those whose whole argument is citations.
NAMES_A_WORK = ("named_in_title", "number_in_title", "quotation_traceable")
TABLES = ("claims", "evidence", "codebook", "implications", "citations")


@dataclass(frozen=True)
class Node:
    """One entry of the map; `of` is its identifier in its own table."""

    node_id: str
    layer: str
    of: str
    name: str
    about: str = ""


@dataclass(frozen=True)
class Edge:
    """A link to the right; `claims` are those that make it, where a section is at one end."""

    start: str
    end: str
    kind: str
    claims: tuple[str, ...] = ()


@dataclass(frozen=True)
class ArgumentMap:
    """The whole map, nodes in the order in which each column shows them."""

    nodes: Mapping[str, Node]
    edges: tuple[Edge, ...]

    @cached_property
    def by_layer(self) -> dict[str, list[Node]]:
        """The nodes of each column."""
        return {layer: [node for node in self.nodes.values() if node.layer == layer] for layer in LAYERS}

    @cached_property
    def links_of(self) -> dict[str, list[Edge]]:
        """The links at each node."""
        found: dict[str, list[Edge]] = {name: [] for name in self.nodes}
        for edge in self.edges:
            found[edge.start].append(edge)
            found[edge.end].append(edge)
        return found


def map_of(study: Study) -> ArgumentMap | NotComputable:
    """The map of the article that a study holds; without one of its tables, why there is none."""
    mapped: ArgumentMap | NotComputable = mapped_from(*(study.table(name) for name in TABLES))
    return mapped


@computable
def mapped_from(
    claims: pd.DataFrame,
    evidence: pd.DataFrame,
    codebook: pd.DataFrame,
    implications: pd.DataFrame,
    citations: pd.DataFrame,
) -> ArgumentMap:
    """The map, from the article's tables."""
    nodes = [*_works(citations), *_sections(claims), *_shown(evidence), *_entries(codebook), *_proposals(implications)]
    known = {node.node_id: node for node in nodes}
    found = [
        *_of_claims(claims, dict(zip(citations["citation_id"], citations["reference"], strict=True))),
        *_of_evidence(evidence),
        *_of_codebook(codebook),
        *_of_implications(implications),
    ]
    edges = _joined(edge for edge in found if edge.start in known and edge.end in known)
    return _in_order(known, edges)


def slug(text: str) -> str:
    """An identifier that may stand in an anchor.

    >>> slug("naturalistic.chance-to-practise"), slug("Notes on the authors"), slug("语言")
    ('naturalistic-chance-to-practise', 'notes-on-the-authors', 'u8bedu8a00')
    """
    spelt = re.sub(r"[^\x00-\x7f]", lambda sign: f"u{ord(sign[0]):x}", text.lower())
    return re.sub(r"[^a-z0-9]+", "-", spelt).strip("-")


def relations_of(claim: Mapping[str, str], references: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """What one claim is linked to: kind of the link, and the node at its other end."""
    named = Claim.of(claim).argument.split()
    for evidence in words(claim["evidence_ids"]):
        yield RESTS, slug(evidence)
    if claim["check"] == "cited":
        yield from ((CITES, f"work-{slug(references[name])}") for name in named if name in references)
    elif claim["check"] in NAMES_A_WORK:
        yield from ((CITES, f"work-{slug(name)}") for name in named[:1])
    elif claim["check"] == "theme_has_evidence":
        yield from ((ABOUT, f"entry-{slug(name)}") for name in named[:1])
    elif claim["check"] == "proposed":
        yield from ((PROPOSES, f"proposal-{slug(name)}") for name in named[:1])


def _works(citations: pd.DataFrame) -> Iterator[Node]:
    """Every work that the text cites, as it is cited first."""
    for row in citations.drop_duplicates("reference").itertuples():
        yield Node(f"work-{slug(str(row.reference))}", "theory", str(row.reference), str(row.cited_as).replace(",", ""))


def _sections(claims: pd.DataFrame) -> Iterator[Node]:
    for name in claims["section"].unique():
        yield Node(f"section-{slug(name)}", "claims", name, name)


def _shown(evidence: pd.DataFrame) -> Iterator[Node]:
    for row in evidence.to_dict("records"):
        yield Node(slug(row["evidence_id"]), "evidence", row["evidence_id"], row["evidence_id"], row["gist"])


def _entries(codebook: pd.DataFrame) -> Iterator[Node]:
    for row in codebook.to_dict("records"):
        yield Node(f"entry-{slug(row['code_id'])}", row["level"], row["code_id"], row["name"], row["definition"])


def _proposals(implications: pd.DataFrame) -> Iterator[Node]:
    for row in implications.to_dict("records"):
        name = row["implication_id"]
        yield Node(f"proposal-{slug(name)}", "implication", name, row["name"], row["proposal"])


def _of_claims(claims: pd.DataFrame, references: Mapping[str, str]) -> Iterator[Edge]:
    for row in claims.to_dict("records"):
        here = f"section-{slug(row['section'])}"
        for kind, there in relations_of({str(name): cell for name, cell in row.items()}, references):
            ends = (there, here) if kind == CITES else (here, there)
            yield Edge(*ends, kind, (row["claim_id"],))


def _of_evidence(evidence: pd.DataFrame) -> Iterator[Edge]:
    for row in evidence.itertuples():
        for code in words(row.code_ids):
            yield Edge(slug(str(row.evidence_id)), f"entry-{slug(code)}", CODED)


def _of_codebook(codebook: pd.DataFrame) -> Iterator[Edge]:
    for row in codebook.dropna(subset="parent_id").itertuples():
        yield Edge(f"entry-{slug(str(row.code_id))}", f"entry-{slug(str(row.parent_id))}", PART)


def _of_implications(implications: pd.DataFrame) -> Iterator[Edge]:
    for row in implications.itertuples():
        here = f"proposal-{slug(str(row.implication_id))}"
        for theme in words(row.themes):
            yield Edge(f"entry-{slug(theme)}", here, DRAWS)
        for evidence in words(row.evidence_ids):
            yield Edge(slug(evidence), here, DRAWS)


def _joined(edges: Iterable[Edge]) -> tuple[Edge, ...]:
    """Links between the same two nodes as one, with the claims of all."""
    found: dict[tuple[str, str, str], tuple[str, ...]] = {}
    for edge in edges:
        ends = (edge.start, edge.end, edge.kind)
        found[ends] = (*found.get(ends, ()), *edge.claims)
    return tuple(Edge(*ends, claims) for ends, claims in found.items())


def _in_order(nodes: Mapping[str, Node], edges: tuple[Edge, ...]) -> ArgumentMap:
    """Works that some claim draws on, near the sections that do; all else as the tables have it."""
    place = {name: number for number, name in enumerate(nodes)}
    near: dict[str, list[int]] = {}
    for edge in edges:
        near.setdefault(edge.start, []).append(place[edge.end])
    drawn_on = [node for node in nodes.values() if node.layer == "theory" and node.node_id in near]
    middle = {name: sum(ends) / len(ends) for name, ends in near.items()}
    drawn_on.sort(key=lambda node: (middle[node.node_id], place[node.node_id]))
    others = sorted(
        (node for node in nodes.values() if node.layer != "theory"), key=lambda node: LAYERS.index(node.layer)
    )
    return ArgumentMap({node.node_id: node for node in (*drawn_on, *others)}, edges)
