"""The figure of the ledger: which kinds of claims can be decided, and how."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.checks.base import VERDICTS
from analysis.computable import computable
from analysis.figures import style, tips
from analysis.figures.notes import note

COLOURS = dict(zip(VERDICTS, (style.GREEN, style.RED, style.BLUE, style.ORANGE, style.GREY), strict=True))
ROW, HEAD = 0.42, 1.0
# A narrower part has no room for its number inside.
ROOM_FOR_A_NUMBER = 1.5


@computable
def verdicts(counted: pd.DataFrame) -> Figure:
    """Draw for each kind of claim how many have which verdict."""
    table = counted.set_index("kind").iloc[::-1]
    figure, axes = style.new_figure(ROW * len(table) + HEAD)
    left = pd.Series(0, index=table.index)
    for verdict in VERDICTS:
        axes.barh(table.index, table[verdict], left=left, height=0.7, color=COLOURS[verdict], label=verdict)
        _number_parts(axes, table[verdict], left)
        for row, (kind, number, start) in enumerate(zip(table.index, table[verdict], left, strict=True)):
            if number:
                told = tips.told("claims", number)
                tips.tell_bar(axes, (start, start + number), row, str(kind), verdict, told, thick=0.7)
        left += table[verdict]
    for row, total in enumerate(left):
        note(axes, str(total), (total, row), color=style.MUTED)
    axes.set_xlabel("claims")
    axes.margins(x=0.06)
    handles, labels = axes.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper left", ncols=len(VERDICTS), handlelength=1, columnspacing=1.2,
                  prop={"family": style.typefaces(), "size": 10}, labelcolor=style.INK, frameon=False)  # fmt: skip
    return style.finish(figure)


def _number_parts(axes: Axes, part: "pd.Series[int]", left: "pd.Series[int]") -> None:
    for row, (number, start) in enumerate(zip(part, left, strict=True)):
        if number > ROOM_FOR_A_NUMBER:
            note(axes, str(number), (start + number / 2, row), (0, 0), color=style.PAPER, ha="center")
