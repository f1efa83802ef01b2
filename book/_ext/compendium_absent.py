"""What a page cannot show: several absences of one section are told together, each reason once."""

import html
import re
from collections.abc import Iterator
from typing import Any

from docutils import nodes

from analysis.wording import say, say_html

ABSENT = re.compile(r'data-absent="([^"]*)" data-reason="([^"]*)"')
FEWEST = 2


def gather_absences(_app: Any, doctree: nodes.document, _page: str) -> None:
    """Put one box in the place of the first absence of a section, for all of them."""
    sections: dict[nodes.Element, list[nodes.raw]] = {}
    for node in doctree.findall(nodes.raw):
        if ABSENT.search(node.astext()) and (section := _section_of(node)) is not None:
            sections.setdefault(section, []).append(node)
    for absences in sections.values():
        if len(absences) >= FEWEST:
            _tell_together(absences)


def has_absences(doctree: nodes.document) -> bool:
    """Whether something on a page could not be computed."""
    told = any("value-absent" in node["classes"] for node in doctree.findall(nodes.inline))
    return told or any(ABSENT.search(node.astext()) for node in doctree.findall(nodes.raw))


def absences_html(absences: list[tuple[str, str]]) -> str:
    """A box that says of each reason what it keeps from being shown."""
    reasons: dict[str, list[str]] = {}
    for called, reason in absences:
        reasons.setdefault(reason, []).append(called)
    rows = (
        f"<dt><strong>{say('not computable:')}</strong> {say_html(reason)}</dt>"
        f"<dd>{' · '.join(dict.fromkeys(map(_without_stop, called)))}</dd>"
        for reason, called in reasons.items()
    )
    return f'<dl class="not-computable">{"".join(rows)}</dl>'


def _without_stop(caption: str) -> str:
    return re.sub(r"[.。](</span>)?$", r"\1", say_html(caption))


def _tell_together(absences: list[nodes.raw]) -> None:
    told = [found for node in absences for found in _absences_in(node)]
    first, *others = absences
    first.replace_self(nodes.raw("", absences_html(told), format="html", classes=first["classes"]))
    for node in others:
        _remove(node)


def _absences_in(node: nodes.raw) -> Iterator[tuple[str, str]]:
    for called, reason in ABSENT.findall(node.astext()):
        yield html.unescape(called), html.unescape(reason)


def _section_of(node: nodes.Node) -> nodes.Element | None:
    while node.parent is not None and not isinstance(node.parent, nodes.section):
        node = node.parent
    return node.parent


def _remove(node: nodes.Node) -> None:
    """Take a node away, and what holds nothing but it."""
    parent = node.parent
    parent.remove(node)
    if not parent.children:
        _remove(parent)
