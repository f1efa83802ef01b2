"""A result as a page shows it: a table, a figure, a value, or why there is none, in the language that is spoken."""

import html
import re
from collections.abc import Mapping
from typing import Any

import pandas as pd

from analysis import tables
from analysis.figures import retelling, themes
from analysis.harvest import MIME, drawing_in
from analysis.wording import say, say_html, say_unit

MARKS = {
    "published": "published in the article",
    "stand-in": "stand-in data: shows the method, is no evidence",
    "captured": "computed from captured posts",
}
ROWS_SHOWN = 250
DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
CHECKSUM, CHECKSUM_SHOWN = re.compile(r"[0-9a-f]{64}"), 12
LONG_NAME = re.compile(r"[\w.-]{16,}")
LONG = 60
# The columns that name a code, the first one that is there.
OF_A_CODE = ("name", "code_id")


def retell(shown: dict[str, Any]) -> None:
    """Show a result of an executed notebook anew in its output, in the language that is spoken."""
    # A notebook's file has a text as a list of its lines.
    if (found := shown.get(MIME)) and (page := "".join(shown["text/html"])):
        drawing = themes.unthemed(drawing_in(page)) if found["kind"] == "figure" else ""
        shown["text/html"] = html_of({**found, "svg": drawing})


def table_html(csv: str, texts: list[str], *, caption: str, origin: str, digits: int = 2) -> str:
    """A table for the page: numbers to the right, missing cells as a dash, everything escaped.

    `texts` are the columns that hold no numbers, even where their cells look like some (section 5.1).
    """
    table = _for_reading(tables.read_shown(csv, texts))
    leads = next((name for name in OF_A_CODE if name in table), None)
    kinds = {name: _kind(table[name]) for name in table.columns}
    head = "".join(f'<th scope="col"{kind}>{_title(name)}</th>' for name, kind in kinds.items())
    rows = table.head(ROWS_SHOWN)
    body = "".join(
        "<tr>"
        + "".join(
            f"<td{_lead(row) if name == leads else ''}{kind}>{_cell(row[name], digits)}</td>"
            for name, kind in kinds.items()
        )
        + "</tr>"
        for row in rows.to_dict("records")
    )
    body = body or f'<tr><td colspan="{len(kinds)}">{say("none")}</td></tr>'
    told = say_html(caption)
    if len(table) > len(rows):
        told += " " + say_html(f"The first {ROWS_SHOWN} of {len(table):,} rows; all are in the file.")
    return (
        f'<figure class="result-table"><figcaption>{told} {origin_html(origin)}</figcaption>'
        f'<div class="result-rows" tabindex="0" role="region" aria-label="{html.escape(say(caption))}"><table>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div></figure>"
    )


def _for_reading(table: pd.DataFrame) -> pd.DataFrame:
    """A table of codes with the name in the identifier's place, and identifiers at the end."""
    if not {"code_id", "name"} <= set(table.columns):
        return table
    ends = [name for name in ("pattern_id", "code_id") if name in table]
    rest = [name for name in table.columns if name not in (*ends, "name")]
    rest.insert(list(table.columns.drop("name")).index("code_id"), "name")
    return table[[*rest, *ends]]


def _lead(row: Mapping[Any, Any]) -> str:
    """Which code a cell names, so that the book can lead to the code's own page."""
    code = row.get("code_id")
    return f' data-code="{html.escape(code)}"' if isinstance(code, str) else ""


def figure_html(drawing: str, *, name: str, caption: str, alt: str, origin: str) -> str:
    """A figure for the page, its colours left to the page's theme."""
    labelled = drawing.replace("<svg", f'<svg role="img" aria-label="{html.escape(say(alt))}"', 1)
    drawn = themes.themed(retelling.tips_retold(retelling.labels_retold(labelled)))
    return (
        f'<figure class="result-figure" data-figure="{html.escape(name)}"><div class="result-drawing">{drawn}</div>'
        f"<figcaption>{say_html(caption)} {origin_html(origin)}</figcaption></figure>"
    )


def missing_html(caption: str, reason: str) -> str:
    """What stands on the page where a result could not be computed."""
    told = f"<strong>{say('not computable:')}</strong> {say_html(reason)}{say('.')} <span>{say_html(caption)}</span>"
    return f'<p class="not-computable" {_absence(caption, reason)}>{told}</p>'


def origin_html(origin: str) -> str:
    """The mark that says what a result is worth as evidence; none for what is no result."""
    if not origin:
        return ""
    return f'<span class="origin origin-{origin}" title="{say(MARKS[origin])}">{say(origin, "mark")}</span>'


def _value_html(result: Mapping[str, Any]) -> str:
    """A value for the page; one that could not be computed has no origin to be marked with."""
    name = spoken_name(result["name"])
    if result["missing"]:
        absence = _absence(name, result["missing"])
        reason = f"{say('not computable:')} {say_html(result['missing'])}"
        return f'<span class="recorded" {absence}>{say_html(name)} <em>{reason}</em></span>'
    unit = "" if result["unit"] in ("", "share") else say_unit(result["unit"], result["text"])
    told = f"{say_html(name)} <strong>{say_html(result['text'])}</strong>{unit}"
    return f'<span class="recorded">{told} {origin_html(result["origin"])}</span>'


def spoken_name(name: str) -> str:
    """What a recorded value is called on a page: its name without the first word, which names the notebook."""
    return name.partition("_")[2].replace("_", " ") or name


def _absence(called: str, reason: str) -> str:
    """What is absent and why, as the book finds it again to tell several absences together."""
    return f'data-absent="{html.escape(called)}" data-reason="{html.escape(reason)}"'


def html_of(result: Mapping[str, Any]) -> str:
    """A result of any kind for the page."""
    if result["kind"] == "value":
        return _value_html(result)
    if result["missing"]:
        return missing_html(result["caption"], result["missing"])
    given = {key: result[key] for key in ("caption", "origin")}
    if result["kind"] == "table":
        # Where a figure's link to its table leads.
        place = f'<figure id="table-{html.escape(result["name"])}" '
        return table_html(result["csv"], result["texts"], digits=result["digits"], **given).replace(
            "<figure ", place, 1
        )
    return figure_html(result["svg"], name=result["name"], alt=result["alt"], **given)


def _kind(cells: pd.Series) -> str:
    """How a column is set: numbers to the right, long texts with room."""
    if pd.api.types.is_bool_dtype(cells):
        return ""
    if pd.api.types.is_numeric_dtype(cells):
        return ' class="number"'
    return ' class="long"' if cells.dropna().astype("str").str.len().max() > LONG else ""


def _title(name: str) -> str:
    return say_html(str(name).replace("_", " "))


def _cell(value: Any, digits: int) -> str:
    if isinstance(value, bool):
        return say("yes" if value else "no")
    if isinstance(value, str):
        return _text_cell(value)
    if pd.isna(value):
        return f'<span class="missing" title="{say("missing")}">–</span>'
    whole = float(value).is_integer()
    return f"{int(value):,}" if whole else f"{value:,.{digits}f}".replace("-", "−")


def _text_cell(text: str) -> str:
    """A text, escaped; a date stays on one line, a long name may break at its dots, a checksum is cut short."""
    if CHECKSUM.fullmatch(text):
        return f'<abbr class="checksum" title="{text}">{text[:CHECKSUM_SHOWN]}…</abbr>'
    if DATE.fullmatch(text):
        return f'<span class="date">{html.escape(text)}</span>'
    return LONG_NAME.sub(lambda name: re.sub(r"([._-])", r"\1<wbr>", name[0]), say_html(text))
