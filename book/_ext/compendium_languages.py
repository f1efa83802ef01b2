"""The languages of the book: results said in the language of the page, and the way to the same page in another."""

import re
from collections import defaultdict
from pathlib import Path
from typing import Any, ClassVar

from compendium_values import study_of
from compendium_words import language_of, read_words, words
from docutils import nodes
from docutils.parsers.rst import Directive, directives
from sphinx.application import Sphinx
from sphinx.config import Config

from analysis.languages import folder_of, languages_of, wording_of
from analysis.wording import FIRST_OF_THE_EAST, speak

SWITCH = "language-switch.html"
# How the style of references ends a list of authors.
AND_OTHERS = "et al."
# Brackets that are as wide as a sign of Chinese, and bring their own space.
OPENING, CLOSING = "\uff08", "\uff09"
# What shows data or results, and has no texts of its own.
SHOWS = ("result-figure", "result-table", "data-table", "schema-table", "comparison-table")


def setup(app: Sphinx) -> dict[str, Any]:
    """Register everything with Sphinx."""
    app.add_config_value("compendium_languages", {}, "env", types=dict)
    app.connect("config-inited", speak_language)
    app.connect("config-inited", offer_switch)
    app.connect("builder-inited", show_nothing)
    # Before the theme, which takes away what has nothing to show yet.
    app.connect("html-page-context", tell_languages, priority=300)
    app.connect("doctree-resolved", name_others)
    app.connect("doctree-resolved", set_citations)
    app.add_css_file("languages.css")
    app.add_js_file("languages.js", loading_method="defer")
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}


def speak_language(app: Sphinx, config: Config) -> None:
    """Say the results in the language of the book."""
    speak(wording_of(study_of(config).root, config.language))


def offer_switch(app: Sphinx, config: Config) -> None:
    """Put the switch into the header of every page, where the book has several languages."""
    if len(languages_of(study_of(config).root)) > 1:
        config.templates_path.append(str(Path(__file__).parent.parent / "_templates"))
        shown = config.html_theme_options.get("article_header_end") or ["article-header-buttons.html"]
        config.html_theme_options["article_header_end"] = [SWITCH, *shown]


def show_nothing(app: Sphinx) -> None:
    """Leave results out while texts are taken out: pages for any study then stand beside the original's results."""
    if app.builder.name == "gettext":
        for name in SHOWS:
            directives.register_directive(name, Nothing)


class Nothing(Directive):
    """Takes the place of what shows data."""

    required_arguments = 0
    optional_arguments = 1
    final_argument_whitespace = True
    has_content = True
    option_spec: ClassVar[dict[str, Any]] = defaultdict(lambda: directives.unchanged)

    def run(self) -> list[nodes.Node]:
        """Show nothing."""
        return []


def name_others(app: Sphinx, doctree: nodes.document, page: str) -> None:
    """Say in the page's language that a work has further authors."""
    told = words(app, "languages.and_others")
    for node in list(doctree.findall(nodes.emphasis)):
        if node.astext() == AND_OTHERS != told:
            node.replace_self(nodes.Text(told))


def set_citations(app: Sphinx, doctree: nodes.document, page: str) -> None:
    """Set citations with the signs of the page's language; its brackets may need no space around them."""
    entries = (entry for key, entry in read_words().items() if key.startswith("languages.cited."))
    signs = {entry["en"]: entry[language_of(app)] for entry in entries}
    if signs.keys() == set(signs.values()):
        return
    known = re.compile("|".join(map(re.escape, signs)))
    for citation in [node for node in doctree.findall(nodes.inline) if "bibtex-citation" in node["classes"]]:
        for text in list(citation.findall(nodes.Text)):
            text.parent.replace(text, nodes.Text(_closed_up(known.sub(lambda sign: signs[sign[0]], text))))
        _close_up_around(citation)


def _closed_up(text: str) -> str:
    return re.sub(rf" +(?={OPENING})", "", text)


def _close_up_around(citation: nodes.Element) -> None:
    """Take away the space before and behind a citation in wide brackets."""
    around, told = citation.parent, citation.astext()
    at = around.index(citation)
    before, after = at and around[at - 1], next(iter(around[at + 1 : at + 2]), None)
    if isinstance(before, nodes.Text) and told[:1] == OPENING:
        around[at - 1] = nodes.Text(before.rstrip(" "))
    if isinstance(after, nodes.Text) and told[-1:] == CLOSING and after.lstrip(" ")[:1] >= FIRST_OF_THE_EAST:
        around[at + 1] = nodes.Text(after.lstrip(" "))


def tell_languages(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    """Give a page the addresses of its twins."""
    twins = twins_of(app, page)
    context["twins"] = twins[1:]
    context["switch_told"] = words(app, "languages.switch")
    told = (f'<link rel="alternate" hreflang="{twin["tag"]}" href="{twin["address"]}">' for twin in twins)
    context["metatags"] = context.get("metatags", "") + ("".join(told) if len(twins) > 1 else "")


def twins_of(app: Sphinx, page: str) -> list[dict[str, str]]:
    """The page in each language, its own first: what the language calls itself, its tag and the address from here."""
    languages = languages_of(study_of(app.config).root)
    first = next(iter(languages), "")
    here = app.config.language
    up = "../" * (page.count("/") + (here != first))
    ending = getattr(app.builder, "link_suffix", ".html")
    shown = [
        {
            "name": name,
            "tag": language.replace("_", "-"),
            "address": f"{up}{'' if language == first else folder_of(language) + '/'}{page}{ending}",
            "here": "yes" if language == here else "",
        }
        for language, name in languages.items()
    ]
    return sorted(shown, key=lambda twin: not twin["here"])
