"""The study beside the original, as the book shows it: claims by verdict, why some have none, and values of both."""

import html
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
from compendium_values import study_of
from compendium_words import words
from docutils import nodes
from docutils.parsers.rst import directives
from sphinx import addnodes
from sphinx.util.docutils import SphinxDirective

from analysis import comparison, on_page
from analysis.compared import CANNOT, VERDICTS
from analysis.computable import NotComputable
from analysis.study import open_study
from analysis.wording import say, say_html

LABELS = {"claim": "the claim", "original": "the original", "this_study": "this study", "why": "why"}
MARKED = {"original": "published", "this_study": "captured"}
CAPTION = "The original beside this study."


class ComparisonTable(SphinxDirective):
    """Claims of one verdict, how many have which, or the values that both studies recorded."""

    required_arguments = 1
    option_spec = {"verdict": directives.unchanged}  # noqa: RUF012

    def run(self) -> list[nodes.Node]:
        """Show what is asked for; where it cannot be compared, the reason."""
        study = study_of(self.config)
        claims, values = _compared(study.name, study.root)
        asked = self.arguments[0]
        found = values if asked == "values" else claims
        if isinstance(found, NotComputable):
            return [nodes.raw("", on_page.missing_html(CAPTION, found.reason), format="html")]
        pages = {"claims": self._claims, "summary": _summary, "values": _values}
        if asked not in pages:
            raise self.error(f"'{asked}' is not one of {', '.join(pages)}")
        end = "-values" if asked == "values" else ""
        file = study.results / f"comparison{end}.csv"
        links = [self._link(study.name, file)] if asked != "claims" and file.is_file() else []
        return [nodes.raw("", pages[asked](found), format="html"), *links]

    def _claims(self, claims: pd.DataFrame) -> str:
        verdict = self.options.get("verdict", "")
        if verdict not in VERDICTS:
            raise self.error(f"'{verdict}' is not one of {', '.join(VERDICTS)}")
        rows = claims[claims["verdict"] == verdict]
        if rows.empty:
            none = f"No claim {verdict}."
            return f'<p class="comparison-none">{say_html(none)}</p>'
        if verdict != CANNOT:
            return _group(verdict, rows, is_open=True)
        # The commonest reason first.
        order = comparison.reasons(claims)["reason"]
        return "".join(_group(reason, rows[rows["reason"] == reason]) for reason in order)

    def _link(self, name: str, file: Path) -> nodes.Node:
        links = nodes.paragraph(classes=["result-links"])
        target, told = f"/results/{name}/{file.name}", words(self.env.app, "result.file", kind="CSV")
        links += addnodes.download_reference("", told, reftarget=target, refdoc=self.env.docname)
        return links


@cache
def _compared(name: str, root: Path) -> tuple[Any, Any]:
    original, study = open_study(root=root), open_study(name, root)
    return comparison.side_by_side(original, study), comparison.values_side_by_side(original, study)


def _summary(claims: pd.DataFrame) -> str:
    counted = comparison.summary(claims)
    caption = "The original's claims by kind, and what became of them beside this study's data."
    return on_page.table_html(counted.to_csv(index=False), ["kind"], caption=caption, origin="captured")


def _values(values: pd.DataFrame) -> str:
    """Values that both have, open; those that only this study has, closed."""
    named = values.rename(columns={"first": "original", "second": "this_study", "interval_of_second": "interval"})
    shown = named[["value", "original", "this_study", "interval"]].rename(columns={"value": "claim"})
    here, there = comparison.has_number(shown["this_study"]), comparison.has_number(shown["original"])
    only_here = shown[here & ~there].drop(columns="original")
    labels = {**LABELS, "claim": "value"}
    parts = [
        ("numbers that both studies have", shown[here & there], True),
        ("numbers of this study alone", only_here, False),
    ]
    return "".join(
        _details(title, _table(rows, labels), len(rows), is_open) for title, rows, is_open in parts if len(rows)
    )


def _group(title: str, rows: pd.DataFrame, *, is_open: bool = False) -> str:
    """Claims that share a verdict or a reason; a reason that all of them have is told once."""
    shown = rows.assign(claim=list(_claims_told(rows)))[["claim", "original", "this_study", "interval", "why"]]
    alike = len(rows) > 1 and bool((rows["why"] == rows["why"].iloc[0]).all())
    said = f'<p class="comparison-why">{say_html(str(rows["why"].iloc[0]))}</p>' if alike else ""
    table = _table(shown.drop(columns="why") if alike else shown, LABELS, as_is=("claim",))
    return _details(title, said + table, len(rows), is_open)


def _claims_told(rows: pd.DataFrame) -> Iterator[str]:
    for row in rows.to_dict("records"):
        section = str(row["section"])
        place = f"section {section}" if section[:1].isdigit() else section.lower()
        told = html.escape(f"{row['claim_id']} · {say(place)} · {say(str(row['kind']))}")
        yield f'{say_html(str(row["statement"]))} <span class="comparison-place">{told}</span>'


def _details(title: str, inside: str, number: int, is_open: bool) -> str:  # noqa: FBT001
    shown = " open" if is_open else ""
    head = f'<summary><strong>{say_html(title)}</strong> <span class="comparison-number">{number:,}</span></summary>'
    return f'<details class="comparison"{shown}>{head}{inside}</details>'


def _table(rows: pd.DataFrame, labels: dict[str, str], as_is: tuple[str, ...] = ()) -> str:
    """Rows as a table that becomes a stack of cards on a narrow screen; columns without any cell are left out."""
    told = rows.assign(this_study=[_with_interval(row) for row in rows.to_dict("records")]).drop(columns="interval")
    kept = [str(name) for name in told.columns if told[name].replace("", None).notna().any()]
    plain = [name for name in kept if name not in (*as_is, "this_study")]
    escaped = told.assign(**{name: told[name].fillna("").astype("str").map(say_html) for name in plain})
    head = "".join(f'<th scope="col">{_label(name, labels)}</th>' for name in kept)
    cells = escaped[kept].to_dict("records")
    body = "".join("<tr>" + "".join(_cell(row[name], labels[name]) for name in kept) + "</tr>" for row in cells)
    return f'<div class="comparison-rows"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def _cell(inside: str, label: str) -> str:
    shown = f"<div>{inside}</div>" if inside else f'<span class="missing" title="{say("nothing")}">–</span>'
    return f'<td data-label="{say(label)}">{shown}</td>'


def _with_interval(row: dict[Any, Any]) -> str:
    """What this study has, and under it the interval."""
    parts = [say_html(cell) if isinstance(cell, str) else "" for cell in (row["this_study"], row["interval"])]
    return f'{parts[0]}<span class="comparison-interval">{parts[1]}</span>' if parts[1] else parts[0]


def _label(name: str, labels: dict[str, str]) -> str:
    mark = f" {on_page.origin_html(MARKED[name])}" if name in MARKED else ""
    return say(labels[name]) + mark
