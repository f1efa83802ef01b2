"""What the book takes from its theme: only the files that a page uses, and names for what the theme leaves unnamed.

Jupyter Book loads every script and style that it knows on every page, among them an icon set of 1.5 MB and a link to
a service on the web. What a page does not use is taken off it here.
"""

import re
from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import Any

from compendium_words import words
from sphinx.application import Sphinx
from sphinx.config import Config

TEMPLATES = Path(__file__).parent.parent / "_templates"
STYLES = ("theme.css", "theme-icons.css", "theme-print.css")
# Jupyter Book loads it always; it links to a service on the web that this book does not use.
UNUSED = "sphinx_thebe"
# Part of the name or the text of a script or style, and the sign that a page has use for it.
USED_BY = {
    "thebe": 'class="thebe',
    "copybutton": "<pre",
    "clipboard": "<pre",
    "togglebutton": "toggle",
    "toggleHint": "toggle",
    "toggleOpenOnPrint": "toggle",
    "sphinx-design": "sd-",
    "design-tabs": "sd-tab",
    "mystnb": "cell",
}
HERE = 'class="current reference internal" href="#"'
FOLDED = re.compile(r"(<a [^>]*>)((?:(?!</a>).)*)</a>(<details[^>]*>)<summary>", re.DOTALL)


def setup_theme(app: Sphinx) -> None:
    """Register everything with Sphinx."""
    app.connect("config-inited", prepare_theme)
    # After the extensions that add files, and after those that write the body.
    app.connect("html-page-context", leave_out_unused, priority=950)
    app.connect("html-page-context", name_unnamed, priority=950)
    for style in STYLES:
        app.add_css_file(style, priority=600)
    app.add_js_file("theme.js", priority=600, loading_method="defer")


def prepare_theme(app: Sphinx, config: Config) -> None:
    """Take the book's own templates first, and let go of what it never uses."""
    config.templates_path.insert(0, str(TEMPLATES))
    config.html_use_index = False
    config.html_theme_options.setdefault("primary_sidebar_end", [])
    for listeners in list(app.events.listeners.values()):
        for listener in list(listeners):
            if listener.handler.__module__.startswith(UNUSED):
                app.disconnect(listener.id)


def leave_out_unused(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    """Load only the scripts and styles that a page has use for, each once."""
    for kind in ("script_files", "css_files"):
        context[kind] = _used(context.get(kind, []), str(context.get("body", "")))


def _used(files: list[Any], body: str) -> list[Any]:
    """The files among these that a page with that body has use for, each once."""
    found: dict[tuple[str, str], Any] = {}
    for file in files:
        name = str(getattr(file, "filename", None) or (file if isinstance(file, str) else ""))
        text = str(getattr(file, "attributes", {}).get("body", ""))
        if all(sign in body for part, sign in USED_BY.items() if part in name or part in text):
            found.setdefault((name, text), file)
    return list(found.values())


def name_unnamed(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    """Name the parts of a page for those who cannot see what they look like."""
    told = words(app, "theme.pages_below")
    if "generate_toctree_html" in context:
        context["generate_toctree_html"] = _named(context["generate_toctree_html"], told)
    if "body" in context:
        # This role is no longer one; the list around it wants items.
        context["body"] = context["body"].replace('role="doc-biblioentry"', 'role="listitem"')


def _named(make: Callable[..., Any], told: str) -> Callable[..., str]:
    """Contents whose folds say what they hold, and which say at which page one is."""

    def made(*given: Any, **wanted: Any) -> str:
        def fold(found: re.Match[str]) -> str:
            label = escape(told.format(page=re.sub(r"<[^>]*>", "", found[2])), quote=True)
            return f'{found[1]}{found[2]}</a>{found[3]}<summary aria-label="{label}">'

        contents = FOLDED.sub(fold, str(make(*given, **wanted)))
        return contents.replace(HERE, f'{HERE} aria-current="page"')

    return made
