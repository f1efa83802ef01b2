"""The languages of the book: results said in the language of the page, and the way to the same page in another."""

from collections import defaultdict
from pathlib import Path
from typing import Any, ClassVar

from compendium_values import study_of
from compendium_words import words
from docutils import nodes
from docutils.parsers.rst import Directive, directives
from sphinx.application import Sphinx
from sphinx.config import Config

from analysis.languages import folder_of, languages_of, wording_of
from analysis.wording import speak

SWITCH = "language-switch.html"
# How the style of references ends a list of authors.
AND_OTHERS = "et al."
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
