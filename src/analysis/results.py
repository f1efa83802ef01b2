"""What a notebook hands on: values, tables and figures, each with its origin.

A notebook writes no file. It shows a result, and the result travels in the notebook's output; after the run
`harvest` takes the results out of the executed notebooks and `write_results` lays them down together. So the
page, the file and the number in the prose are one and the same, and a notebook that fails changes nothing.
"""

import html
import json
import numbers
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
from IPython.display import display
from matplotlib.figure import Figure

from analysis import tables
from analysis.computable import NotComputable
from analysis.errors import NotebookError, nearest
from analysis.figures import labels, style, tips
from analysis.privacy import without_identifiers
from analysis.schema import ORIGINS, Origin
from analysis.wording import say, say_html, say_unit

MIME = "application/vnd.compendium.result+json"
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


def record(name: str, value: Any, *, origin: Origin, unit: str = "", digits: int | None = None) -> None:
    """Hand one value to the book's text and to the claims that name it.

    A value of unit "share" is written as a percentage; `digits` are those after the point.
    """
    result = {"kind": "value", "name": name, "unit": unit, "origin": _known(origin)}
    if isinstance(value, NotComputable) or value is pd.NA or value is None or value != value:  # noqa: PLR0124
        reason = value.reason if isinstance(value, NotComputable) else "the data give no value"
        _show({**result, "value": None, "text": f"not computable: {reason}", "missing": reason})
    else:
        plain = _plain(value)
        _show({**result, "value": plain, "text": written(plain, unit, digits), "missing": ""})


def show_table(name: str, table: Any, *, caption: str, origin: Origin, digits: int = 2) -> None:
    """Show a table and keep it as CSV under its name; no identifier of a captured post or account is shown."""
    result = {"kind": "table", "name": name, "caption": caption, "origin": _known(origin), "digits": digits}
    if isinstance(table, NotComputable):
        _show({**result, "csv": "", "texts": [], "missing": table.reason})
    else:
        table = without_identifiers(table) if origin == "captured" else table
        csv = table.to_csv(index=False, lineterminator="\n", float_format="%.10g")
        texts = [str(name) for name in table.columns if not pd.api.types.is_numeric_dtype(table[name])]
        _show({**result, "csv": csv, "texts": texts, "missing": ""})


def show_also(name: str, table: Any, *, caption: str, origin: Origin) -> None:
    """Show a table that follows another of the same source; that one has said it when there is none."""
    if isinstance(table, NotComputable):
        result = {"kind": "table", "name": name, "caption": caption, "origin": _known(origin), "digits": 2}
        _show({**result, "csv": "", "texts": [], "missing": table.reason}, silent=True)
    else:
        show_table(name, table, caption=caption, origin=origin)


def show_figure(  # noqa: PLR0913 — each is said at every figure
    name: str, figure: Figure | NotComputable, *, caption: str, alt: str, origin: Origin, tables: Sequence[str] = ()
) -> None:
    """Show a figure, its origin marked inside it, and keep it as SVG under its name.

    `tables` name those of the same notebook that hold what is drawn.
    """
    result: dict[str, Any] = {"kind": "figure", "name": name, "tables": list(tables), "origin": _known(origin)}
    result |= {"caption": caption, "alt": alt}
    if isinstance(figure, NotComputable):
        _show({**result, "svg": "", "missing": figure.reason})
    else:
        _show({**result, "svg": style.svg(figure, name=name, mark=MARKS[origin]), "missing": ""})


def written(value: Any, unit: str = "", digits: int | None = None) -> str:
    """A value as prose prints it.

    >>> written(25_400_000), written(6013), written(0.7128), written(0.5, "share"), written(-0.25)
    ('25.4 million', '6,013', '0.71', '50 %', '−0.25')
    """
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    if unit == "share":
        return f"{100 * value:.{digits or 0}f} %"
    for size, word in ((1_000_000_000, "billion"), (1_000_000, "million")):
        if abs(value) >= size:
            return f"{value / size:.{2 if digits is None else digits}f}".rstrip("0").rstrip(".") + f" {word}"
    shown = f"{value:,}" if isinstance(value, int) else f"{value:,.{2 if digits is None else digits}f}"
    return shown.replace("-", "−")


def harvest(notebook: Mapping[str, Any], step: str) -> Iterator[dict[str, Any]]:
    """Every result that an executed notebook shows, in order, each with the notebook's name."""
    for cell in notebook["cells"]:
        for output in cell.get("outputs", []):
            found = output.get("data", {}).get(MIME)
            if found:
                drawing = style.unthemed(_drawing(output["data"]["text/html"])) if found["kind"] == "figure" else ""
                yield {**found, "notebook": step, "svg": drawing}


def retell(shown: dict[str, Any]) -> None:
    """Show a result of an executed notebook anew in its output, in the language that is spoken."""
    # A notebook's file has a text as a list of its lines.
    if (found := shown.get(MIME)) and (page := "".join(shown["text/html"])):
        drawing = style.unthemed(_drawing(page)) if found["kind"] == "figure" else ""
        shown["text/html"] = _html({**found, "svg": drawing})


def write_results(found: list[dict[str, Any]], folder: Path, claims: Mapping[str, str]) -> None:
    """Lay down the tables, the figures, `values.json` and `index.json`, and take away what no notebook shows.

    `claims` gives for a value's name the claims that it serves.
    """
    values = {
        result["name"]: {**_without(result, "kind", "name", "svg"), "claim": claims.get(result["name"], "")}
        for result in found
        if result["kind"] == "value"
    }
    shown = [result for result in found if result["kind"] != "value"]
    _refuse_unknown_tables(shown)
    tables.replace_text(folder / "values.json", _json(values))
    index = {result["name"] + "." + result["kind"]: _without(result, "csv", "svg") for result in shown}
    tables.replace_text(folder / "index.json", _json(index))
    files = {
        folder / _file(result): result["csv"] if result["kind"] == "table" else result["svg"]
        for result in shown
        if not result["missing"]
    }
    for path, content in files.items():
        # Most stay as they are when one notebook of several has run.
        if not path.is_file() or path.read_bytes() != content.encode():
            tables.replace_text(path, content)
    for path in (*folder.glob("tables/*"), *folder.glob("figures/*")):
        if path not in files:
            path.unlink()


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
    drawn = style.themed(tips.retold(labels.retold(labelled)))
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


def _show(result: dict[str, Any], *, silent: bool = False) -> None:
    """Display a result so that people see it, unless it is silent, and `harvest` finds it."""
    page = "" if silent else _html(result)
    bundle = {"text/html": page, "text/plain": _text(result), MIME: _without(result, "svg")}
    display(bundle, raw=True)


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


def _html(result: Mapping[str, Any]) -> str:
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


def _refuse_unknown_tables(shown: list[dict[str, Any]]) -> None:
    """Every table that a figure names is shown by the figure's own notebook."""
    known = {(result["notebook"], result["name"]) for result in shown if result["kind"] == "table"}
    wrong = [
        f"{figure['notebook']}: the figure '{figure['name']}' names the table '{name}', which this notebook does not "
        f"show.{nearest(name, [table for notebook, table in known if notebook == figure['notebook']])}"
        for figure in shown
        for name in figure.get("tables", [])
        if (figure["notebook"], name) not in known
    ]
    if wrong:
        raise NotebookError("\n".join([*wrong, "Show the table, or correct the name in show_figure."]))


def _text(result: Mapping[str, Any]) -> str:
    if result["kind"] == "value":
        return f"{result['name']} = {result['text']} ({result['origin']})"
    missing = f" not computable: {result['missing']}" if result["missing"] else ""
    return f"{result['kind']} {result['name']} ({result['origin']}){missing}"


def _known(origin: Origin) -> Origin:
    if origin not in ORIGINS:
        raise ValueError(f"'{origin}' is not an origin; expected one of {', '.join(ORIGINS)}.")
    return origin


def _plain(value: Any) -> Any:
    """A value that JSON writes alike everywhere; twelve digits outlast the noise of a machine's arithmetic."""
    if isinstance(value, bool | str):
        return value
    if isinstance(value, numbers.Integral):
        return int(value)
    if isinstance(value, numbers.Real):
        return float(f"{float(value):.12g}")
    if isinstance(value, pd.Timestamp):
        return value.strftime("%Y-%m-%d")
    return str(value)


def _without(result: Mapping[str, Any], *left_out: str) -> dict[str, Any]:
    return {key: value for key, value in result.items() if key not in left_out}


def _file(result: Mapping[str, Any]) -> str:
    return f"tables/{result['name']}.csv" if result["kind"] == "table" else f"figures/{result['name']}.svg"


def _json(content: Any) -> str:
    return json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def _drawing(page: str) -> str:
    """The drawing inside a figure's page text, without the label that the page adds."""
    if "<svg" not in page:
        return ""
    drawing = page[page.index("<svg") : page.index("</svg>") + len("</svg>")] + "\n"
    start, end = drawing.index(' role="img" aria-label="'), drawing.index('"', drawing.index('aria-label="') + 12) + 1
    return drawing[:start] + drawing[end:]


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
