"""Figures of the codings: how often each code stands, on which side, beside which other, and how densely.

What a round changed and the network of codes are in `figures.rounds` and `figures.network`.
"""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter
from numpy.typing import NDArray

from analysis.computable import computable
from analysis.figures import style

ROW = 0.29
LARGEST = 230
KEY_PLACE = -3.5
Places = NDArray[np.intp]


def pattern_colours(patterns: pd.Series) -> dict[str, str]:
    """Give each pattern its colour, in the order in which the patterns stand."""
    names = list(dict.fromkeys(patterns))
    colours = style.PATTERN_COLOURS if len(names) <= len(style.PATTERN_COLOURS) else style.CATEGORY_COLOURS
    return {name: colours[place % len(colours)] for place, name in enumerate(names)}


@computable
def frequencies(counted: pd.DataFrame) -> Figure:
    """Draw the share of units that hold each code, with its creator interval."""
    return draw_shares(counted, "share of the units read")


def draw_shares(counted: pd.DataFrame, label: str) -> Figure:
    """Draw a share and its interval for each row, coloured by pattern, the number beside it."""
    rows = np.arange(len(counted))[::-1]
    colours = counted["pattern_id"].map(pattern_colours(counted["pattern_id"]))
    figure, axes = style.new_figure(ROW * len(counted) + 0.9)
    low, high = counted["creator_low"].fillna(0), counted["creator_high"].fillna(0)
    axes.hlines(rows, low, high, color=colours, linewidth=5, alpha=0.35)
    axes.scatter(counted["share"], rows, color=colours, s=42, zorder=3, linewidth=0)
    told = counted["units"].astype("str").where(counted["share"].notna(), "to be coded again")
    for row, end, number in zip(rows, high, told, strict=True):
        axes.annotate(
            number, (end, row), (6, 0), textcoords="offset points", va="center", fontsize=9.5, color=style.MUTED
        )
    name_rows(axes, rows, counted["name"])
    axes.set_xlim(0, float(high.max()) * 1.1 or 1)
    axes.xaxis.set_major_formatter(PercentFormatter(1, decimals=0, symbol=" %"))
    axes.set_xlabel(label)
    return style.finish(figure)


def name_rows(axes: Axes, rows: Places, names: pd.Series) -> None:
    """Write each row's name at its left, without further lines."""
    axes.set_yticks(rows, list(names))
    axes.tick_params(axis="y", pad=8)
    axes.set_ylim(rows.min() - 0.7, rows.max() + 0.7)
    axes.spines["bottom"].set_visible(False)


@computable
def by_side(counts: pd.DataFrame, labels: dict[str, str]) -> Figure:
    """Draw on how many units each side's texts were given each code, both sides in one row."""
    rows = np.arange(len(counts))[::-1]
    figure, axes = style.new_figure(ROW * len(counts) + 0.9)
    sides = [side for side in style.SIDE_COLOURS if side in counts]
    numbers = counts[sides].to_numpy(dtype=float, na_value=np.nan)
    axes.hlines(rows, numbers.min(axis=1), numbers.max(axis=1), color=style.GRID, linewidth=3)
    for place, side in enumerate(sides):
        axes.scatter(
            numbers[:, place],
            rows,
            s=46,
            color=style.SIDE_COLOURS[side],
            label=labels[side],
            zorder=3,
            linewidth=0,
            clip_on=False,
        )
    name_rows(axes, rows, counts["name"])
    axes.set_xlim(0, max(1.0, np.nanmax(numbers, initial=0) * 1.06))
    axes.set_xlabel("units")
    figure.legend(loc="outside upper right", fontsize=11, ncols=2, handletextpad=0.2)
    return style.finish(figure)


@computable
def co_occurrence(pairs: pd.DataFrame, codebook: pd.DataFrame) -> Figure:
    """Draw the coefficient of each pair as a circle in a triangle; a ring where the frequencies are too uneven."""
    used = set(pairs["code_1"]) | set(pairs["code_2"])
    codes = codebook[codebook["code_id"].isin(used)]
    place = {code: position for position, code in enumerate(codes["code_id"])}
    figure, axes = style.new_figure(0.31 * len(codes) + 0.3)
    for position, name in enumerate(codes["name"]):
        axes.hlines(position, -0.5, position - 0.5, color=style.GRID, linewidth=0.6)
        axes.vlines(position, position + 0.5, len(codes) - 0.5, color=style.GRID, linewidth=0.6)
        axes.text(position - 0.35, position, name, va="center", color=style.INK, fontsize=10.5)
    across = pairs[["code_1", "code_2"]].map(place.get).to_numpy(dtype=int)
    largest = float(pairs["coefficient"].max())
    _draw_circles(axes, across.min(axis=1), across.max(axis=1), pairs["coefficient"] / largest, pairs["uneven"])
    _draw_key(axes, len(codes) + KEY_PLACE, largest)
    axes.set(xlim=(-0.6, len(codes) + 7), ylim=(len(codes) - 0.3, -0.7))
    axes.set_axis_off()
    return style.finish(figure)


def _draw_circles(axes: Axes, across: Places, down: Places, size: pd.Series, uneven: pd.Series) -> None:
    """Draw circles whose area is the coefficient; rings where it is not to be trusted."""
    filled = np.where(uneven, "none", style.BLUE)
    axes.scatter(across, down, s=LARGEST * size, color=filled, edgecolor=style.BLUE, linewidth=1.2, zorder=3)


def _draw_key(axes: Axes, left: float, largest: float) -> None:
    """Say at the upper right what a circle's area and a ring mean."""
    sizes, places = pd.Series([1.0, 0.5, 0.25, 0.25]), np.arange(4)
    texts = [f"c = {size * largest:.2f}" for size in sizes[:3]] + ["very uneven frequencies"]
    _draw_circles(axes, np.full(4, left), places, sizes, pd.Series([False, False, False, True]))
    for place, text in zip(places, texts, strict=True):
        axes.text(left + 0.7, place, text, va="center", color=style.MUTED, fontsize=10.5)


@computable
def codes_per_unit(counts: pd.DataFrame) -> Figure:
    """Draw how many units hold no code, one code, two codes and so on."""
    figure, axes = style.new_figure(2.6)
    bars = axes.bar(counts["codes"], counts["units"], width=0.72, color=style.BLUE, linewidth=0)
    axes.bar_label(bars, padding=3, fontsize=10, color=style.MUTED)
    axes.set_xticks(counts["codes"])
    axes.set(xlabel="codes on a unit", ylabel="units")
    axes.grid(visible=False, axis="x")
    return style.finish(figure)
