"""The codebook with what was coded as one page: nothing is fetched, filters work without a script, and it prints."""

import html
from collections.abc import Iterator
from typing import Any

import pandas as pd

from analysis.export_tables import Exported
from analysis.privacy import NOT_SHOWN, TOO_SHORT
from analysis.qda.material import rows_of
from analysis.qda.refi_write import COLOUR

NOBODY = "not known"
FILTERS = ("side", "language", "coder")
STYLE = """
:root { color-scheme: light dark; --ink: #1c1c1c; --paper: #fff; --soft: #5a5a5a; --line: #d5d5d5; --plate: #f4f4f2; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e9e9e6; --paper: #171716; --soft: #a9a9a4; --line: #3c3c39; --plate: #22221f; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem; max-width: 56rem; color: var(--ink); background: var(--paper);
  font: 1rem/1.55 system-ui, "Noto Sans", "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", sans-serif; }
h1 { line-height: 1.2; } h2 { margin-top: 2.5rem; border-bottom: 1px solid var(--line); } h3 { margin-top: 2rem; }
section { border-left: .3rem solid var(--colour, var(--line)); padding-left: 1rem; margin-top: 1.5rem; }
.note, .about, dt { color: var(--soft); font-size: .9rem; } dt { font-weight: 600; } dd { margin: 0 0 .4rem; }
fieldset { border: 1px solid var(--line); display: inline-block; margin: 0 1rem 1rem 0; } label { margin-right: .8rem; }
blockquote { margin: .5rem 0; padding: .4rem .8rem; background: var(--plate); overflow-wrap: anywhere;
  white-space: pre-line; }
blockquote footer { color: var(--soft); font-size: .85rem; } summary { cursor: pointer; }
nav ul { list-style: none; padding-left: 1rem; } a { color: inherit; } a:focus-visible, input:focus-visible,
summary:focus-visible { outline: 2px solid currentColor; outline-offset: 2px; }
@media print {
  body { max-width: none; padding: 0; color: #000; background: #fff; font-size: 10pt; }
  .filters { display: none; } blockquote, dl { break-inside: avoid; } h2, h3, h4 { break-after: avoid; }
}
"""


def page_of(of: Exported, quotes: pd.DataFrame) -> str:
    """The page of a study. `quotes` is what may be shown of each coding that stands."""
    shown = _numbered(quotes.assign(**{name: quotes[name].fillna(NOBODY) for name in FILTERS}))
    title = html.escape(of.study.title)
    by_code = {code: rows_of(rows) for code, rows in shown.groupby("code_id", sort=False)}
    entries = rows_of(of.codebook)
    return "\n".join([
        "<!doctype html>", '<html lang="en">', "<head>", '<meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        # A page that asks nobody for anything cannot tell anybody that it was read.
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">",
        f"<title>{title}: the codebook</title>", f"<style>{STYLE}{_rules(shown)}</style>", "</head>", "<body>",
        f"<h1>{title}: the codebook</h1>", f'<p class="note">{html.escape(_origin(of))}</p>',
        *_filters(of, shown), *_contents(entries), "<main>",
        *(line for row in entries for line in _entry(row, by_code.get(row["code_id"], []))),
        "</main>", "</body>", "</html>", "",
    ])  # fmt: skip


def _origin(of: Exported) -> str:
    if of.is_masked:
        return (
            "Of captured texts the page shows no more than the study's rules on quoting allow; identifiers are masked."
        )
    return "Posts, comments and codings are made up to show the method; nothing here is evidence."


def _numbered(quotes: pd.DataFrame) -> pd.DataFrame:
    """Quotes with the number of each value that can be filtered by, so that no value stands in a rule."""
    numbers = {f"{name}_number": pd.factorize(quotes[name], sort=True)[0] for name in FILTERS}
    return quotes.assign(**numbers)


def _choices(shown: pd.DataFrame) -> dict[str, list[str]]:
    """What can be filtered by: only where there is a choice."""
    found = {name: sorted(shown[name].dropna().unique()) for name in FILTERS}
    return {name: values for name, values in found.items() if len(values) > 1}


def _rules(shown: pd.DataFrame) -> str:
    """Hide what belongs to a box that is not ticked."""
    return "\n".join(
        f'body:has(#{name}-{number}:not(:checked)) [data-{name}="{number}"] {{ display: none; }}'
        for name, values in _choices(shown).items()
        for number, _ in enumerate(values)
    )


def _filters(of: Exported, shown: pd.DataFrame) -> Iterator[str]:
    labels = {side: told.label for side, told in of.study.sides.items()}
    choices = _choices(shown)
    if not choices:
        return
    yield '<form class="filters">'
    for name, values in choices.items():
        yield f"<fieldset><legend>{name}</legend>"
        for number, value in enumerate(values):
            told = html.escape(labels.get(value, value))
            yield f'<label><input type="checkbox" id="{name}-{number}" checked> {told}</label>'
        yield "</fieldset>"
    yield "</form>"


def _contents(entries: list[dict[str, Any]]) -> Iterator[str]:
    """The tree of codes, each a link to its entry."""
    yield '<nav aria-label="The codes"><ul>'
    depth, above = 0, dict[str, int]()
    for row in entries:
        own = above[row["code_id"]] = above.get(row["parent_id"], -1) + 1
        yield "<ul>" * max(own - depth, 0) + "</ul>" * max(depth - own, 0)
        depth = own
        # Left open, so that what is below stands inside; the next entry closes it.
        yield f'<li><a href="#{_anchor(row)}">{html.escape(row["name"])}</a>'
    yield "</ul>" * (depth + 1) + "</nav>"


def _entry(row: dict[str, Any], quotes: list[dict[str, Any]]) -> Iterator[str]:
    """An entry with what it means and where it was given."""
    level = {"pattern": "h2", "theme": "h3"}.get(row["level"], "h4")
    colour = row["colour"] if COLOUR.fullmatch((row["colour"] or "").lower()) else None
    yield f'<section id="{_anchor(row)}"' + (f' style="--colour: {colour}">' if colour else ">")
    yield f"<{level}>{html.escape(row['name'])}</{level}>"
    yield f'<p class="about">{html.escape(row["level"])} {html.escape(row["code_id"])}</p><dl>'
    for name, told in (("definition", "Definition"), ("include", "Give it to"), ("exclude", "Do not give it to")):
        if row[name]:
            yield f"<dt>{told}</dt><dd>{html.escape(row[name])}</dd>"
    yield "</dl>"
    if quotes:
        yield f"<details open><summary>Given {len(quotes):,} times</summary>"
        yield from map(_quote, quotes)
        yield "</details>"
    elif row["level"] == "code":
        yield '<p class="about">Never given in the codings that stand.</p>'
    yield "</section>"


def _quote(row: dict[str, Any]) -> str:
    """One coding: its words where they may be shown, and who said and who coded it."""
    words = row["quote"] or ""
    hidden = words in ("", NOT_SHOWN, TOO_SHORT)
    told = "‹not shown›" if hidden else html.escape(words.strip())
    places = " · ".join(html.escape(str(row[name])) for name in ("unit_type", "unit_id", "side", "language", "coder"))
    return f"<blockquote {_marks(row)}>{told}<footer>{places}, round {row['round']}</footer></blockquote>"


def _marks(row: dict[str, Any]) -> str:
    return " ".join(f'data-{name}="{row[f"{name}_number"]}"' for name in FILTERS)


def _anchor(row: dict[str, Any]) -> str:
    return f"code-{html.escape(row['code_id'], quote=True)}"
