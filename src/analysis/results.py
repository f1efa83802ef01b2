"""What a notebook hands on: values, tables and figures, each with its origin.

A notebook writes no file. It shows a result, and the result travels in the notebook's output; after the run
`harvest` takes the results out of the executed notebooks and lays them down together. So the
page, the file and the number in the prose are one and the same, and a notebook that fails changes nothing.
"""

import numbers
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from IPython.display import display
from matplotlib.figure import Figure

from analysis.computable import NotComputable
from analysis.figures import style
from analysis.harvest import MIME, without
from analysis.on_page import MARKS, html_of
from analysis.privacy import without_identifiers
from analysis.schema import ORIGINS, Origin


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


def _show(result: dict[str, Any], *, silent: bool = False) -> None:
    """Display a result so that people see it, unless it is silent, and `harvest` finds it."""
    page = "" if silent else html_of(result)
    bundle = {"text/html": page, "text/plain": _text(result), MIME: without(result, "svg")}
    display(bundle, raw=True)


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
