"""The evidence browser on its page: what is shown without scripts, what its scripts start from, and their files.

The published evidence stands in the page itself. The corpus comes in files that `analysis.browse` made, which lie among
the book's sources and go into the built book as they are.
"""

import html
import shutil
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from typing import Any

from compendium_claims import LEDGER, as_json
from compendium_values import study_of
from compendium_words import labels, language_of
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from analysis import on_page
from analysis.browse_page import evidence_of, setting_of
from analysis.wording import say, say_html

# Where the files of the corpus are among the sources, and where in the built book.
MADE, SERVED = "book/evidence-data", "_static/evidence"
SCRIPTS = ("files", "words", "filter", "state", "text", "panel", "tip", "save", "")
# Told of a piece of evidence, in the order of a sentence.
PLACE = ("section", "figure", "source_post")
DIGITS_OF_VERSION = 10
SOURCE_LANGUAGE = "en"
# Beside that of the threads.
ORDERS = ("newest", "oldest", "likes")


class EvidenceBrowser(SphinxDirective):
    """The page's browser. Without scripts it is the list of the published evidence."""

    def run(self) -> list[nodes.Node]:
        """Make the page's part."""
        study = study_of(self.config)
        index = Path(self.env.srcdir) / MADE / "index.js"
        self.env.note_dependency(str(index))
        for name in ("evidence", "claims", "codebook"):
            for path in study.files_of(name):
                self.env.note_dependency(str(path))
        version = sha256(index.read_bytes()).hexdigest()[:DIGITS_OF_VERSION] if index.is_file() else ""
        return [nodes.raw("", _page(Parts(self.env.app, version)), format="html")]


class Parts:
    """What the parts of the page are made of."""

    def __init__(self, app: Sphinx, version: str) -> None:
        self.told, self.version = labels(app, "browser"), version
        self.root = "../" * app.env.docname.count("/")
        # What has no words in the page's language stays in that of the book's sources.
        self.source = "" if language_of(app) == SOURCE_LANGUAGE else SOURCE_LANGUAGE
        self.has_ledger = LEDGER in app.env.found_docs
        study = study_of(app.config)
        self.setting = setting_of(study)
        self.evidence = evidence_of(study)
        self.codes = {code["id"]: code for code in self.setting["codes"]}

    def say(self, key: str, **filled: object) -> str:
        """A label, escaped, with its names in braces filled in."""
        return html.escape(self.told[key].format(**filled))


def setup_evidence(app: Sphinx) -> None:
    """Register the directive, the scripts of its page, and the files of the corpus."""
    app.add_directive("evidence-browser", EvidenceBrowser)
    app.connect("html-page-context", add_scripts)
    app.connect("build-finished", copy_files)


def add_scripts(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    """Load the scripts and the style on the page that has the browser, and on no other."""
    if 'id="evidence-browser"' not in context.get("body", ""):
        return
    app.add_css_file("evidence.css")
    for name in SCRIPTS:
        app.add_js_file(f"evidence-{name}.js" if name else "evidence.js", loading_method="defer")


def copy_files(app: Sphinx, exception: Exception | None) -> None:
    """Put the files of the corpus into the built book."""
    made = Path(app.srcdir) / MADE
    if exception is None and made.is_dir() and app.builder.format == "html":
        target = Path(app.outdir) / SERVED
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(made, target)


def _page(of: Parts) -> str:
    """The whole part of the page."""
    article = _article(of) if of.evidence else ""
    corpus = _corpus(of)
    place = f'data-files="{of.root}{SERVED}/" data-version="{of.version}" data-pages="codes/" data-source="{of.source}"'
    parts = [
        as_json("evidence-setting", of.setting),
        as_json("evidence-labels", of.told),
        f'<div id="evidence-browser" class="evidence" {place}>',
        _tabs(of),
        '<div class="evidence-columns">',
        _filters(of),
        f'<div class="evidence-main">{_tools(of)}{article}{corpus}</div>',
        "</div></div>",
    ]
    return "\n".join(part for part in parts if part)


def _tabs(of: Parts) -> str:
    """One tab for what is published and one for the corpus, where there are both."""
    if not (of.evidence and of.version):
        return ""
    names = {"article": of.say("tab_article"), "corpus": of.say(f"tab_{of.setting['corpus']['origin']}")}
    tabs = "".join(
        f'<button type="button" role="tab" data-part="tab-{name}" aria-controls="evidence-{name}">{label}</button>'
        for name, label in names.items()
    )
    return f'<div class="evidence-tabs evidence-scripted" role="tablist" aria-label="{of.say("tabs")}">{tabs}</div>'


def _filters(of: Parts) -> str:
    """Where the scripts put the filters."""
    form = f'<form data-part="filters" role="search" aria-label="{of.say("filter")}"></form>'
    summary = f'<summary data-part="summary">{of.say("filter")}</summary>'
    return f'<details class="evidence-panel evidence-scripted" data-part="panel" open>{summary}{form}</details>'


def _tools(of: Parts) -> str:
    """How many are shown, in which order, which codes stand together, and what can be taken away."""
    orders = "".join(
        f'<option value="{value}">{of.say(label)}</option>'
        for value, label in {"": "sort_thread", **{name: f"sort_{name}" for name in ORDERS}}.items()
    )
    return "".join([
        '<div class="evidence-tools evidence-scripted">',
        '<p data-part="status" role="status" tabindex="-1"></p>',
        f'<label data-part="sorting">{of.say("sort")} <select data-part="sort">{orders}</select></label>',
        _button("clear", of.say("clear")),
        f'<a data-part="link" href="#">{of.say("link")}</a>',
        f'<span>{of.say("download")} {_button("csv", "CSV")} {_button("json", "JSON")}</span>',
        "</div>",
        f'<details class="evidence-pairs evidence-scripted" data-part="pairs"><summary>{of.say("pairs")}</summary>',
        '<ul data-part="pair-list"></ul></details>',
    ])  # fmt: skip


def _button(part: str, label: str) -> str:
    return f'<button type="button" data-part="{part}">{label}</button>'


def _article(of: Parts) -> str:
    """The published evidence, piece by piece."""
    mark = on_page.origin_html(of.setting["article"]["origin"])
    cards = "".join(_card(of, row) for row in of.evidence)
    head = f"<h2>{of.say('tab_article')} {mark}</h2><p>{of.say('about_article')}</p>"
    return f'<section id="evidence-article">{head}<div class="evidence-cards">{cards}</div></section>'


def _card(of: Parts, row: dict[str, Any]) -> str:
    """One piece of evidence: where it stands, who speaks to whom, what it says, its codes and the claims on it."""
    identifier = html.escape(str(row["evidence_id"]))
    known = f"kind_{row['form']}"
    kind = of.say(known) if known in of.told else html.escape(str(row["form"]))
    places = (of.say(f"place_{name}", number=say(str(row[name]))) for name in PLACE if row[name] != "")
    place = of.say("between").join(places)
    note = f'<p class="evidence-note">{say_html(row["note"])}</p>' if row["note"] else ""
    return "".join([
        f'<article id="evidence={identifier}" class="evidence-text" aria-labelledby="head-{identifier}">',
        f'<h3 id="head-{identifier}"><a href="#evidence={identifier}">{identifier}</a> · {kind}</h3>',
        f'<p class="evidence-about">{place} · {_speaker(of, row)}</p>',
        f'<p class="evidence-words">{say_html(row["gist"])}</p>{note}',
        _codes(of, row["code_ids"]),
        _claims(of, row["claims"]),
        "</article>",
    ])  # fmt: skip


def _speaker(of: Parts, row: dict[str, Any]) -> str:
    """Who speaks to whom, and in which languages."""
    sides, names = dict(of.setting["sides"]), dict(of.setting["languages"])

    def told(side: str) -> str:
        return of.say("side_both") if side == "both" else say_html(sides.get(side) or of.told["side_unknown"])

    to = f" → {told(row['addressee_side'])}" if row["addressee_side"] else ""
    spoken = " + ".join(say_html(names.get(language) or language) for language in row["languages"])
    translated = f" · {of.say('translated')}" if row["translated"] is True else ""
    return f"{told(row['speaker_side'])}{to} · {spoken}{translated}"


def _codes(of: Parts, codes: Iterable[str]) -> str:
    items = "".join(f"<li>{_code(of.codes[code])}</li>" for code in codes if code in of.codes)
    return f'<ul class="evidence-codes" aria-label="{of.say("codes")}">{items}</ul>'


def _code(code: dict[str, Any]) -> str:
    swatch = (
        f'<span class="evidence-swatch" aria-hidden="true" style="background:{html.escape(code["colour"])}"></span>'
    )
    name = say_html(str(code["name"]))
    return f'{swatch}<a href="codes/{code["page"]}.html">{name}</a>' if code["page"] else f"{swatch}{name}"


def _claims(of: Parts, claims: list[tuple[str, str]]) -> str:
    """The claims that rest on it, each a way to its row in the ledger, where the book has one."""
    if not claims:
        return f'<p class="evidence-links">{of.say("no_claims")}</p>'
    links = of.say("between").join(_claim(of, html.escape(claim), html.escape(told)) for claim, told in claims)
    return f'<p class="evidence-links">{of.say("claims")} {links}</p>'


def _claim(of: Parts, name: str, statement: str) -> str:
    if not of.has_ledger:
        return f'<span title="{statement}">{name}</span>'
    return f'<a href="ledger.html#claim-{name}" title="{statement}">{name}</a>'


def _corpus(of: Parts) -> str:
    """The corpus: what it is worth, what stands here without scripts, and where the scripts put its texts."""
    origin = of.setting["corpus"]["origin"]
    head = f"<h2>{of.say('tab_' + origin)} {on_page.origin_html(origin)}</h2>"
    if not of.version:
        return f'<section id="evidence-corpus">{head}<p>{of.say("no_corpus")}</p></section>'
    told = _licensed(of.say(f"about_{origin}"), of)
    return "".join([
        f'<section id="evidence-corpus">{head}<p class="evidence-banner">{told}</p>',
        f'<p class="evidence-unscripted">{of.say("needs_scripts")}</p>',
        f'<div data-part="list" class="evidence-list" role="feed" aria-label="{of.say("feed")}"></div>',
        f'<p class="evidence-scripted">{_button("more", of.say("more"))}</p></section>',
    ])  # fmt: skip


def _licensed(told: str, of: Parts) -> str:
    licence = of.setting["corpus"]["licence"]
    return f"{told} {of.say('licence', licence=licence) if licence else of.say('no_licence_told')}"
