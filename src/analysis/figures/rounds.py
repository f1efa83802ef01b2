"""What each round of coding changed, code by code."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from analysis.computable import computable
from analysis.figures import style, tips
from analysis.figures.coding import ROW, Places, name_rows

PARTS = {
    "kept": ("kept", style.GREY),
    "after_split": ("given after a split", style.PURPLE),
    "new": ("new", style.GREEN),
}


@computable
def changed(table: pd.DataFrame) -> Figure:
    """Draw for each code what its coders kept and gave anew to the right, and what they withdrew to the left.

    Of more than two rounds the last two are drawn.
    """
    last = table[table["to_round"] == table["to_round"].max()]
    last = last[last["from_round"] == last["from_round"].max()]
    rows = np.arange(len(last))[::-1]
    figure, axes = style.new_figure(ROW * len(last) + 1.1)
    axes.barh(rows, -last["withdrawn"], height=0.62, color=style.RED, label="withdrawn", linewidth=0)
    _tell_parts(axes, rows, last, "withdrawn", -last["withdrawn"].to_numpy(dtype=float))
    begin = np.zeros(len(last))
    for column, (label, colour) in PARTS.items():
        axes.barh(rows, last[column], left=begin, height=0.62, color=colour, label=label, linewidth=0)
        _tell_parts(axes, rows, last.rename(columns={column: label}), label, begin)
        begin += last[column].to_numpy(dtype=float)
    axes.axvline(0, color=style.MUTED, linewidth=0.8)
    name_rows(axes, rows, last["name"])
    axes.xaxis.set_major_formatter(lambda value, _: f"{abs(value):g}")
    axes.set_xlabel("units of the coders who read them in both rounds")
    figure.legend(loc="outside upper right", fontsize=11, ncols=4, handlelength=1.2)
    return style.finish(figure)


def _tell_parts(axes: Axes, rows: Places, table: pd.DataFrame, label: str, begin: NDArray[np.float64]) -> None:
    """Let each bar of one kind say its code and its units."""
    for row, name, number, start in zip(rows, table["name"], table[label], begin, strict=True):
        if number:
            tips.tell_bar(axes, (start, start + number), row, name, label, tips.told("units", number))
