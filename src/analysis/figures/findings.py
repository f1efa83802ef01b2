"""Figures of the findings: patterns, their themes, and what supports each."""

from collections.abc import Hashable
from textwrap import wrap
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch, PathPatch
from matplotlib.path import Path
from matplotlib.ticker import MaxNLocator

from analysis.computable import computable
from analysis.figures import style, tips
from analysis.figures.coding import draw_shares, pattern_colours

# The map is measured in inches. Its letters are large: on a telephone it shrinks to half its width.
HEADER, ROW, GAP, FOOT = 0.5, 0.84, 0.2, 0.7
BAR, BRANCH, LABEL = 0.1, 0.32, 1.92
THICKNESS, SPACING = 0.11, 0.27
LARGE, MEDIUM = 17, 14


@computable
def affordances_map(themes: pd.DataFrame) -> Figure:
    """Draw patterns branching into their themes, each theme with a dot per excerpt and a square per figure."""
    blocks = list(themes.groupby("pattern_id", sort=False))
    colours = pattern_colours(themes["pattern_id"])
    height = len(themes) * ROW + len(blocks) * (HEADER + GAP) + FOOT
    figure, axes = style.new_figure(height)
    axes.set_axis_off()
    axes.set(xlim=(0, style.WIDTH), ylim=(height, 0))
    most = int((themes["excerpts"] + themes["figures"]).max())
    spacing = min(SPACING, (style.WIDTH - LABEL - 0.2) / max(most, 1))
    top = 0.0
    for pattern, block in blocks:
        _draw_pattern(axes, block, top, colours[str(pattern)], spacing)
        top += HEADER + len(block) * ROW + GAP
    _draw_key(axes, top + 0.1)
    return style.finish(figure)


def _draw_pattern(axes: Axes, block: pd.DataFrame, top: float, colour: str, spacing: float) -> None:
    """Draw one pattern: its name, its bar, and a branch to each theme as thick as the theme's evidence."""
    axes.text(BAR, top + HEADER * 0.55, block["pattern"].iloc[0], size=LARGE + 3, va="center", color=colour)
    weights = (block["excerpts"] + block["figures"]).to_numpy() * THICKNESS
    rows = top + HEADER + ROW * (np.arange(len(block)) + 0.5)
    trunk = max(float(weights.sum()), 0.3)
    start = float(rows.mean()) - trunk / 2
    axes.add_patch(_rounded(BAR, start - 0.03, BRANCH - BAR, trunk + 0.06, colour))
    leaves = start + np.concatenate([[0.0], np.cumsum(weights)[:-1]]) + weights / 2
    for theme, row, leaf, weight in zip(block.to_dict("records"), rows, leaves, weights, strict=True):
        _draw_branch(axes, (BRANCH, float(leaf)), (LABEL - 0.16, float(row)), float(weight), colour)
        _draw_theme(axes, theme, float(row), colour, spacing)


def _rounded(left: float, top: float, width: float, height: float, colour: str) -> FancyBboxPatch:
    shape = f"round,pad=0,rounding_size={min(width, height) / 3}"
    return FancyBboxPatch((left, top), width, height, boxstyle=shape, facecolor=colour, edgecolor="none")


def _draw_branch(axes: Axes, start: tuple[float, float], end: tuple[float, float], weight: float, colour: str) -> None:
    """Draw a curved band of even thickness; a dashed line where there is nothing to carry."""
    middle = (start[0] + end[0]) / 2
    if weight == 0:
        line = Path([start, (middle, start[1]), (middle, end[1]), end], [1, 4, 4, 4])
        axes.add_patch(PathPatch(line, facecolor="none", edgecolor=style.MUTED, linewidth=1.6, linestyle=(0, (2, 2))))
        return
    half = weight / 2
    upper = [(start[0], start[1] - half), (middle, start[1] - half), (middle, end[1] - half), (end[0], end[1] - half)]
    lower = [(end[0], end[1] + half), (middle, end[1] + half), (middle, start[1] + half), (start[0], start[1] + half)]
    band = Path([*upper, *lower, upper[0]], [1, 4, 4, 4, 2, 4, 4, 4, 79])
    axes.add_patch(PathPatch(band, facecolor=colour, edgecolor="none", alpha=0.42))


def _draw_theme(axes: Axes, theme: dict[Hashable, Any], row: float, colour: str, spacing: float) -> None:
    """Draw a theme's name and, below it, one mark for each piece of evidence."""
    label = "\n".join(wrap(str(theme["theme"]), 44))
    excerpts, figures = int(theme["excerpts"]), int(theme["figures"])
    axes.text(LABEL, row - 0.04, label, size=LARGE, va="bottom", linespacing=1.0, color=style.INK)
    if excerpts + figures == 0:
        axes.text(LABEL, row + 0.2, "named, nothing shown", size=MEDIUM, va="center", color=style.MUTED)
    places = LABEL + 0.1 + spacing * np.arange(excerpts + figures)
    counts = tips.told("excerpts", excerpts), tips.told("figures", figures)
    tips.tell(axes, (LABEL, style.WIDTH), (row - 0.35, row + 0.35), str(theme["theme"]), str(theme["pattern"]), *counts)
    size = 130 * min(1, spacing / SPACING) ** 2
    heights = np.full(len(places), row + 0.2)
    axes.scatter(places[:excerpts], heights[:excerpts], s=size, color=colour, linewidth=0)
    axes.scatter(
        places[excerpts:],
        heights[excerpts:],
        s=size * 0.9,
        marker="s",
        facecolor="none",
        edgecolor=colour,
        linewidth=2.4,
    )


def _draw_key(axes: Axes, top: float) -> None:
    axes.scatter([LABEL + 0.1], [top + 0.14], s=130, color=style.MUTED, linewidth=0)
    axes.text(LABEL + 0.28, top + 0.14, "excerpt", size=MEDIUM, va="center", color=style.MUTED)
    axes.scatter(
        [LABEL + 1.35], [top + 0.14], s=117, marker="s", facecolor="none", edgecolor=style.MUTED, linewidth=2.4
    )
    axes.text(LABEL + 1.53, top + 0.14, "figure", size=MEDIUM, va="center", color=style.MUTED)


@computable
def speakers(themes: pd.DataFrame, labels: dict[str, str]) -> Figure:
    """Draw who speaks in the excerpts of each theme."""
    shown = themes[themes["excerpts"] > 0].iloc[::-1].reset_index(drop=True)
    figure, axes = style.new_figure(0.42 * len(shown) + 1.1)
    colours = {**style.SIDE_COLOURS, "both": style.PURPLE, "not_named": style.GREY}
    left = np.zeros(len(shown))
    for side, colour in colours.items():
        counts = shown[f"said_by_{side}"].to_numpy()
        if counts.any():
            axes.barh(
                shown["theme"], counts, left=left, color=colour, height=0.62, label=labels.get(side, side), linewidth=0
            )
            for row, (name, start, number) in enumerate(zip(shown["theme"], left, counts, strict=True)):
                told = labels.get(side, side), tips.told("excerpts", number)
                if number:
                    tips.tell_bar(axes, (start, start + number), row, name, *told)
            left = left + counts
    axes.set_xlabel("excerpts")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.tick_params(axis="y", labelsize=12)
    figure.legend(loc="outside upper right", ncols=4, fontsize=12, handlelength=0.9, columnspacing=1.2)
    return style.finish(figure)


@computable
def given_themes(frequencies: pd.DataFrame) -> Figure:
    """Draw the share of units on which each theme was given, with its creator interval."""
    return draw_shares(frequencies, "share of the units read")
