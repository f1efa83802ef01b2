"""Figures of robustness: each result over all combinations, and what moves it."""

from textwrap import fill

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, PercentFormatter

from analysis.called import CALLED
from analysis.computable import computable
from analysis.figures import style
from analysis.figures.coding import name_rows
from analysis.robustness import RESULTS, Combinations

CHOICE_ROW, LABEL_WIDTH = 0.21, 24
# Below this range of a share, whole percentages would repeat along the axis.
NARROW = 0.05


@computable
def specification_curve(combinations: Combinations, result: str) -> Figure:
    """Draw a result for every combination, lowest first, and below which values each combination takes."""
    combinations.of(result)
    ordered = combinations.table.dropna(subset=[result]).sort_values(result, kind="stable", ignore_index=True)
    values = [(choice, value) for choice in combinations.choices for value in sorted(ordered[choice].unique())]
    below = CHOICE_ROW * (len(values) + 0.6 * len(combinations.choices)) + 0.2
    figure, (curve, choices) = style.new_figure(2.4 + below, nrows=2, sharex=True, height_ratios=[2.2, below])
    _draw_curve(curve, ordered, result)
    _draw_choices(choices, ordered, combinations.choices)
    choices.set_xlabel(f"{len(ordered)} combinations, lowest result first")
    choices.set_xticks([])
    return style.finish(figure)


def _draw_curve(axes: Axes, ordered: pd.DataFrame, result: str) -> None:
    """Draw the results; the study's own combination stands out."""
    axes.scatter(ordered.index, ordered[result], s=9, color=style.BLUE, linewidth=0)
    for place, value in ordered.loc[ordered["chosen"], result].items():
        axes.scatter([place], [value], s=70, color=style.ORANGE, zorder=3, linewidth=0)
        axes.annotate(
            "as chosen",
            (place, value),
            (0, 9),
            textcoords="offset points",
            ha="center",
            fontsize=11,
            color=style.ORANGE,
        )
    if result.startswith("share"):
        narrow = ordered[result].max() - ordered[result].min() < NARROW
        axes.yaxis.set_major_formatter(PercentFormatter(1, decimals=int(narrow), symbol=" %"))
    else:
        axes.yaxis.set_major_locator(MaxNLocator(nbins=5, integer=True))
    # Not longer than the axis is high.
    axes.set_ylabel(fill(RESULTS[result], LABEL_WIDTH))
    axes.margins(y=0.18)
    axes.spines["bottom"].set_visible(False)


def _draw_choices(axes: Axes, ordered: pd.DataFrame, choices: list[str]) -> None:
    """Draw a tick for each combination in the row of each value that it takes."""
    row, places, labels = 0.0, [], []
    for number, choice in enumerate(choices):
        for value in sorted(ordered[choice].unique()):
            takes = np.flatnonzero(ordered[choice] == value)
            own = ordered[choice][takes].to_numpy()
            axes.vlines(takes, row - 0.36, row + 0.36, color=style.CATEGORY_COLOURS[number % 6], linewidth=1.6)
            places.append(row)
            labels.append(f"{CALLED[choice]}  {str(own[0]).replace('_', ' ')}")
            row += 1
        row += 0.6
    axes.set_yticks(places, labels, fontsize=9.5)
    axes.set_ylim(row - 1, -0.7)
    axes.grid(visible=False)
    axes.spines["bottom"].set_visible(False)


@computable
def influence(influences: pd.DataFrame) -> Figure:
    """Draw how far each choice moves each result, as a share of the result's whole range: a panel for each result."""
    results = list(dict.fromkeys(influences["result"]))
    choices = list(dict.fromkeys(influences["choice"]))[::-1]
    lines = (len(results) + 1) // 2
    height = lines * (0.3 * len(choices) + 0.75) + 0.35
    figure, grid = style.new_figure(height, columns=2, nrows=lines, sharey=True, sharex=True, squeeze=False)
    rows = np.arange(len(choices))
    for axes, result in zip(grid.flat, results, strict=False):
        shares = influences[influences["result"] == result].set_index("choice")["share_of_range"].reindex(choices)
        axes.hlines(rows, 0, shares, color=style.BLUE, linewidth=2)
        axes.scatter(shares, rows, color=style.BLUE, s=48, zorder=3, linewidth=0, clip_on=False)
        axes.set_title(result, fontsize=11.5)
        axes.set_xlim(0, max(0.1, influences["share_of_range"].max() * 1.05))
        axes.xaxis.set_major_formatter(PercentFormatter(1, decimals=0, symbol=" %"))
        name_rows(axes, rows, pd.Series(choices))
    for axes in grid.flat[len(results) :]:
        axes.set_axis_off()
    for axes in grid[-1]:
        axes.set_xlabel("share of the result's range")
    return style.finish(figure)
