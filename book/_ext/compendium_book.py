"""The book's own part of Sphinx: what its pages may use, how it cites, and where each page's results come from.

Computed words are in `compendium_values`, figures and tables in `compendium_directives`, what stands beside the
original in `compendium_comparison`, what a page cannot show in `compendium_absent`, and the way to each code's own page
in `compendium_codes`.
"""

import html
import re
from dataclasses import dataclass, field
from typing import Any

from compendium_absent import gather_absences, has_absences
from compendium_called import setup_called
from compendium_cards import setup_cards
from compendium_cite import setup_cite
from compendium_claims import setup_claims
from compendium_codes import link_codes
from compendium_comparison import ComparisonTable
from compendium_directives import DataTable, ResultFigure, ResultTable, SchemaTable
from compendium_evidence import setup_evidence
from compendium_figures import setup_figures
from compendium_files import setup_files
from compendium_folds import setup_folds
from compendium_ledger import setup_ledger
from compendium_map import setup_map
from compendium_search import setup_search
from compendium_theme import setup_theme
from compendium_values import OriginalRole, StudyRole, ValueRole, provide_values, study_of
from compendium_words import words
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.util.docutils import SphinxRole
from sphinxcontrib.bibtex.plugin import register_plugin
from sphinxcontrib.bibtex.style.referencing import BracketStyle
from sphinxcontrib.bibtex.style.referencing.author_year import AuthorYearReferenceStyle

from analysis.committed import repository_of
from analysis.recorded import MEASURED
from analysis.schema import ORIGINS


def _round_brackets() -> BracketStyle:
    return BracketStyle(left="(", right=")", sep="; ")


@dataclass
class RoundReferenceStyle(AuthorYearReferenceStyle):
    """Author and year in round brackets, as the article's own field prints them."""

    bracket_parenthetical: BracketStyle = field(default_factory=_round_brackets)
    bracket_textual: BracketStyle = field(default_factory=_round_brackets)
    bracket_author: BracketStyle = field(default_factory=_round_brackets)
    bracket_label: BracketStyle = field(default_factory=_round_brackets)
    bracket_year: BracketStyle = field(default_factory=_round_brackets)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register everything with Sphinx."""
    register_plugin("sphinxcontrib.bibtex.style.referencing", "author_year_round", RoundReferenceStyle)
    app.add_config_value("compendium_study", "liu2025", "env", types=str)
    app.add_config_value("compendium_root", "", "env", types=str)
    app.add_role("value", ValueRole())
    app.add_role("original", OriginalRole())
    app.add_role("study", StudyRole())
    app.add_role("zh", LanguageRole("zh"))
    app.add_directive("result-figure", ResultFigure)
    app.add_directive("result-table", ResultTable)
    app.add_directive("data-table", DataTable)
    app.add_directive("schema-table", SchemaTable)
    app.add_directive("comparison-table", ComparisonTable)
    app.connect("config-inited", provide_values)
    app.connect("config-inited", provide_repository)
    app.connect("doctree-read", tell_origins)
    app.connect("doctree-read", link_codes)
    app.connect("doctree-resolved", gather_absences)
    # After the theme, which prints this title as it is.
    app.connect("html-page-context", escape_title, priority=900)
    app.add_node(Spoken, html=(visit_spoken, depart_spoken))
    app.add_node(OriginLine, html=(visit_origins, depart_origins))
    setup_theme(app)
    setup_search(app)
    setup_cite(app)
    setup_called(app)
    setup_files(app)
    setup_figures(app)
    setup_claims(app)
    setup_folds(app)
    setup_cards(app)
    setup_ledger(app)
    setup_map(app)
    setup_evidence(app)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}


def provide_repository(app: Sphinx, config: Config) -> None:
    """Offer links to edit a page, where the repository's address is known."""
    if address := repository_of(study_of(config)):
        config.html_theme_options |= {
            "repository_url": address,
            "repository_branch": "main",
            "use_repository_button": True,
            "use_edit_page_button": True,
            "use_issues_button": True,
        }


def escape_title(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    """Keep markup in a study's title from becoming markup of the page."""
    if "pagetitle" in context:
        context["pagetitle"] = html.escape(html.unescape(str(context["pagetitle"])))


def tell_origins(app: Sphinx, doctree: nodes.document) -> None:
    """Say under each page's title where its results come from, or that it has none."""
    title = next(iter(doctree.findall(nodes.title)), None)
    if title is None:
        return
    shown = _origins_in(doctree)
    told = "" if shown else words(app, "origin.not_computable" if has_absences(doctree) else "origin.none")
    for number, origin in enumerate(shown):
        mark = f'<span class="origin origin-{origin}">{words(app, f"origin.{origin}")}</span>'
        told += f"{words(app, 'origin.separator' if number else 'origin.told')}{mark} "
        told += words(app, f"origin.told_{origin}")
    told += words(app, "origin.end") if shown else ""
    title.parent.insert(title.parent.index(title) + 1, OriginLine(told=told))


class OriginLine(nodes.General, nodes.Element):
    """The line under a title, alike on most pages: it holds no text node, so that no search finds it."""


def visit_origins(translator: Any, node: OriginLine) -> None:
    """Write the line."""
    translator.body.append(f'<p class="origins">{node["told"]}</p>\n')


def depart_origins(translator: Any, node: OriginLine) -> None:
    """The line is written whole."""


class Spoken(nodes.inline):
    """Words in another language than the page's."""


class LanguageRole(SphinxRole):
    """Words in another language, marked so for screen readers and for the choice of typeface."""

    def __init__(self, language: str) -> None:
        self.language = language

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Make the node."""
        return [Spoken("", self.text, language=self.language)], []


def visit_spoken(translator: Any, node: Spoken) -> None:
    """Begin words in another language."""
    translator.body.append(f'<span lang="{node["language"]}">')


def depart_spoken(translator: Any, node: Spoken) -> None:
    """End words in another language."""
    translator.body.append("</span>")


def _origins_in(doctree: nodes.document) -> list[str]:
    """The origins whose mark stands anywhere on the page, the article's first."""
    pages = [node.astext() for node in doctree.findall(nodes.raw) if "html" in node.get("format", "")]
    marked = set(re.findall(r'class="origin origin-([a-z-]+)"', "".join(pages)))
    marked |= {node["origin"] for node in doctree.findall(nodes.inline) if "origin" in node}
    return [origin for origin in (*ORIGINS, MEASURED) if origin in marked]
