"""Names of results in words: values of notebooks, events in a list, codes in brackets behind a definition.

Results keep short names, and executed notebooks show them. What they are called on the page stands in `called.yml`.
"""

import html
import re
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from compendium_codes import ways_to
from compendium_values import study_of
from docutils import nodes
from sphinx.application import Sphinx

from analysis.computable import NotComputable
from analysis.languages import languages_of
from analysis.wording import say_html

CALLED = Path(__file__).with_name("called.yml")
VALUE = re.compile(r'<span class="recorded">(?P<name>[^<]*) <strong>(?P<told>[^<]*)</strong>(?P<unit>[^<]*)')
ABSENT = re.compile(r'<span class="recorded" data-absent="(?P<name>[^"]*)"(?P<reason>[^>]*)>[^<]*')
# A name of more than one word, which may break at its dots and hyphens.
CODE = re.compile(r"(?<=[(（])[a-z]+(?:[.-](?:<wbr>)?[a-z]+)+(?=[)）])")


def setup_called(app: Sphinx) -> None:
    """Register everything with Sphinx."""
    app.connect("doctree-read", tell_in_words)
    # After the boxes of the claims are written, and before the page's text is kept for the search.
    app.connect("html-page-context", tell_events, priority=950)


def tell_in_words(app: Sphinx, doctree: nodes.document) -> None:
    """Say in words what values are called, and which codes a definition points to."""
    for node in doctree.findall(nodes.raw):
        page = node.astext()
        told = in_words(page) if _is_first(app) and 'class="recorded"' in page else page
        told = _codes_named(app, told) if "<td" in told else told
        if told != page:
            node.children = [nodes.Text(told)]


def tell_events(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    """Say in words which events are meant; other languages have them in their catalogues."""
    if _is_first(app) and context.get("body"):
        names = _called()["events"]
        known = re.compile(rf"(?<=[:,] )({'|'.join(map(re.escape, names))})(?=[ ,.])")
        context["body"] = known.sub(lambda found: names[found[1]], str(context["body"]))


def in_words(page: str) -> str:
    """A notebook's output with values in words, and without a unit that the words have said.

    >>> in_words('<span class="recorded">hashtags <strong>4</strong> hashtags <span>')
    '<span class="recorded">hashtags <strong>4</strong> <span>'
    >>> in_words('<span class="recorded">stop <strong>12</strong> posts <span>')
    '<span class="recorded">stopping point <strong>12</strong> posts <span>'
    """

    def told(found: re.Match[str]) -> str:
        name, unit = _name(found["name"]), found["unit"]
        said = re.search(rf"\b{re.escape(unit.strip())}\b", name)
        return f'<span class="recorded">{name} <strong>{found["told"]}</strong>{" " if said else unit}'

    absent = ABSENT.sub(
        lambda found: (
            f'<span class="recorded" data-absent="{_name(found["name"])}"{found["reason"]}>{_name(found["name"])} '
        ),
        page,
    )
    return VALUE.sub(told, absent)


def _codes_named(app: Sphinx, page: str) -> str:
    """A table in which a code in brackets has its name, and leads to the code's own page."""
    if not CODE.search(page):
        return page
    codebook = study_of(app.config).table("codebook")
    if isinstance(codebook, NotComputable):
        return page
    names = dict(zip(codebook["code_id"], codebook["name"], strict=True))

    def told(found: re.Match[str]) -> str:
        short = found[0].replace("<wbr>", "")
        meant = [code for code in names if code == short or code.endswith(f".{short}")]
        if len(meant) != 1:
            return found[0]
        (way,) = ways_to(app, meant)
        name = say_html(names[meant[0]])
        return f'<a href="{html.escape(way)}">{name}</a>' if way else name

    return CODE.sub(told, page)


def _name(name: str) -> str:
    return html.escape(_called()["values"].get(html.unescape(name), html.unescape(name)))


def _is_first(app: Sphinx) -> bool:
    """Whether the book is in the language in which it is written."""
    return str(app.config.language) == next(iter(languages_of(study_of(app.config).root)), app.config.language)


@cache
def _called() -> dict[str, dict[str, str]]:
    return dict(yaml.safe_load(CALLED.read_text(encoding="utf-8")))
