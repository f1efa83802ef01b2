"""Figures of robustness: each result over all combinations, and what moves it."""

from itertools import pairwise
from textwrap import fill
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, PercentFormatter
from numpy.typing import NDArray

from analysis.called import CALLED
from analysis.computable import computable
from analysis.figures import style, tips
from analysis.figures.coding import name_rows
from analysis.figures.retelling import PART
from analysis.robustness import Combinations

Numbers = NDArray[np.float64]
CHOICE_ROW, LABEL_WIDTH = 0.21, 26
# Below this range of a share, whole percentages would repeat along the axis.
NARROW = 0.05
# Into so many steps of equal width thousands of combinations are gathered; fewer have a step each.
STEPS = 48
# Of a value's band, so many parts at most say something.
PARTS = 8
# Without the colour that marks the study's own choice.
COLOURS = tuple(colour for colour in style.CATEGORY_COLOURS if colour != style.ORANGE)
# How far a row's band reaches up from its foot where every combination of a step takes the value.
FULL = 0.76


@computable
def specification_curve(combinations: Combinations, result: str) -> Figure:
    """Draw a result for every combination, lowest first, and below which values the combinations take.

    Each row's band is as high as the share of the combinations there that take its value. Combinations with the same
    result stand in no order, so each of them has the share of them all.
    """
    ordered, choices = combinations.distinct(result), combinations.choices_of(result)
    values = [(choice, value) for choice in choices for value in sorted(ordered[choice].unique())]
    below = CHOICE_ROW * (len(values) + 0.6 * len(choices)) + 0.2
    figure, (curve, rows) = style.new_figure(2.4 + below, nrows=2, sharex=True, height_ratios=[2.2, below])
    _draw_curve(curve, ordered[result].to_numpy(), combinations.labels[result])
    _tell_curve(curve, ordered[result].to_numpy(), combinations.labels[result])
    _mark_own(curve, ordered, result)
    _draw_choices(rows, ordered, result, choices)
    rows.set_xlabel(f"{len(ordered):,} combinations, lowest result first")
    rows.set_xticks([])
    rows.set_xlim(-0.5 - 0.01 * len(ordered), len(ordered) * 1.01 - 0.5)
    return style.finish(figure)


def _draw_curve(axes: Axes, heights: Numbers, label: str) -> None:
    """Draw the results: a dot each, or where there are too many for dots, the line on which these would stand."""
    if len(heights) <= STEPS:
        axes.scatter(np.arange(len(heights)), heights, s=22, color=style.BLUE, linewidth=0)
    else:
        # Where a run of equal results begins and ends, nothing else bends the line.
        bends = np.flatnonzero(np.diff(heights, prepend=np.nan, append=np.nan) != 0)
        at = np.unique(np.concatenate([bends[:-1], bends[1:] - 1]))
        at = at if len(at) <= 10 * STEPS else at[np.linspace(0, len(at) - 1, 10 * STEPS).round().astype(int)]
        axes.plot(at, heights[at], color=style.BLUE, solid_joinstyle="round")
    if _is_share(label):
        narrow = np.ptp(heights) < NARROW
        axes.yaxis.set_major_formatter(PercentFormatter(1, decimals=int(narrow), symbol=" %"))
    else:
        axes.yaxis.set_major_locator(MaxNLocator(nbins=5, integer=bool((heights % 1 == 0).all())))
    # Not longer than the axis is high.
    axes.set_ylabel(fill(label, LABEL_WIDTH))
    axes.margins(y=0.18)
    axes.spines["bottom"].set_visible(False)


def _is_share(label: str) -> bool:
    return label.endswith(("share", "share of units"))


def _tell_curve(axes: Axes, heights: Numbers, label: str) -> None:
    """Let each step of the curve say its results: the combinations are too many to say each its own."""
    written = "{:.1%}" if _is_share(label) else "{:,.2f}" if (heights % 1).any() else "{:,.0f}"
    edges = _edges(len(heights))
    for first, end in pairwise(edges):
        ends = dict.fromkeys(
            written.format(value).replace("%", " %").replace("-", "−") for value in heights[[first, end - 1]]
        )
        which = f"combinations {first + 1:,} to {end:,}" if end - first > 1 else f"combination {end:,}"
        tips.tell_column(axes, (first - 0.5, end - 0.5), label, " – ".join(ends), f"{which} of {len(heights):,}")


def _mark_own(axes: Axes, ordered: pd.DataFrame, result: str) -> None:
    """Let the study's own combination stand out, in the middle of those with the same result."""
    for value in ordered.loc[ordered["chosen"], result]:
        place = float(np.flatnonzero(ordered[result] == value).mean())
        axes.scatter([place], [value], s=70, color=style.ORANGE, zorder=3, linewidth=0)
        axes.annotate(
            "as chosen",
            (place, value),
            (0, 9),
            textcoords="offset points",
            ha="center",
            fontsize=11,
            color=style.ORANGE,
            path_effects=style.halo(),
        )


def _draw_choices(axes: Axes, ordered: pd.DataFrame, result: str, choices: list[str]) -> None:
    """Draw a band for each value, higher where more of the combinations take it; the study's own value is marked."""
    edges, own = _edges(len(ordered)), ordered[ordered["chosen"]]
    row, places, labels, colours = 0.0, [], [], []
    for number, choice in enumerate(choices):
        called = f"{CALLED[choice]}  "
        for value in sorted(ordered[choice].unique()):
            heights = FULL * _share_taking(ordered, result, ordered[choice] == value, edges)
            _draw_band(axes, row + FULL / 2, heights, (edges - 0.5).astype(np.float64), COLOURS[number % len(COLOURS)])
            _tell_band(axes, row, ordered, result, (choice, value))
            places.append(row)
            labels.append(f"{called}{_shown(value)}")
            colours.append(style.ORANGE if (own[choice] == value).any() else style.INK)
            called, row = "", row + 1
        row += 0.6
    axes.set_yticks(places, labels, fontsize=9.5)
    for label, colour in zip(axes.get_yticklabels(), colours, strict=True):
        label.set_color(colour)
    axes.set_ylim(row - 1, -0.7)
    axes.grid(visible=False)
    axes.spines["bottom"].set_visible(False)


def _draw_band(axes: Axes, foot: float, heights: Numbers, edges: Numbers, colour: str) -> None:
    axes.stairs(foot - heights, edges, baseline=foot, fill=True, color=colour, linewidth=0)
    axes.hlines(foot, edges[0], edges[-1], color=style.GRID, linewidth=0.6)


def _tell_band(axes: Axes, row: float, ordered: pd.DataFrame, result: str, chosen: tuple[str, Any]) -> None:
    """Let the band of a value say, from low to high results, how many of the combinations take it."""
    choice, value = chosen
    edges = _edges(len(ordered), PARTS)
    shares = _share_taking(ordered, result, ordered[choice] == value, edges)
    for first, end, share in zip(edges, edges[1:], shares, strict=False):
        about = f"{CALLED[choice]}{PART}{_shown(value)}"
        told = tips.share("share of the combinations here", share)
        tips.tell_bar(axes, (first - 0.5, end - 0.5), row, about, told, thick=FULL)


def _shown(value: Any) -> str:
    """A value of a choice as a reader sees it.

    >>> _shown("search_rank"), _shown(0.5), _shown(0.0), _shown(20)
    ('search rank', '0.5', '0', '20')
    """
    return f"{value:g}" if isinstance(value, float) else str(value).replace("_", " ")


def _edges(count: int, steps: int = STEPS) -> NDArray[np.int64]:
    """Where steps of nearly the same number of combinations begin, and the end of the last.

    >>> _edges(3).tolist(), len(_edges(4000)) - 1
    ([0, 1, 2, 3], 48)
    """
    return np.linspace(0, count, min(count, steps) + 1).round().astype(np.int64)


def _share_taking(ordered: pd.DataFrame, result: str, taking: pd.Series, edges: NDArray[np.int64]) -> Numbers:
    """In which share of each step's combinations the value is taken, equals by the share of all of them."""
    of_equals = taking.astype(float).groupby(ordered[result]).transform("mean").to_numpy()
    return np.asarray(np.add.reduceat(of_equals, edges[:-1]) / np.diff(edges))


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
        axes.set_title(fill(result, LABEL_WIDTH), fontsize=11.5)
        axes.set_xlim(0, max(0.1, influences["share_of_range"].max() * 1.05))
        axes.xaxis.set_major_formatter(PercentFormatter(1, decimals=0, symbol=" %"))
        _tell_influence(axes, choices, influences[influences["result"] == result])
        name_rows(axes, rows, pd.Series(choices))
    for axes in grid.flat[len(results) :]:
        axes.set_axis_off()
    for axes in grid[-1]:
        axes.set_xlabel("share of the result's range")
    return style.finish(figure)


def _tell_influence(axes: Axes, choices: list[str], moves: pd.DataFrame) -> None:
    """Let each choice say how far it moves a result, and between which of its values."""
    for each in moves.to_dict("records"):
        if pd.isna(each["share_of_range"]):
            continue
        about = each["choice"], each["result"], tips.share("share of the result's range", each["share_of_range"])
        ends = [f"{end} on average at{PART}{each[f'{end}_at']}" for end in ("lowest", "highest")]
        tips.tell_bar(axes, (0, each["share_of_range"]), choices.index(each["choice"]), *about, *ends)
