"""Figures of exchange: who answers whom, and who asks."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from analysis.computable import computable
from analysis.figures import style
from analysis.figures.notes import note, title
from analysis.settings import Side

ROW = 0.44


@computable
def directions(table: pd.DataFrame, sides: Mapping[str, Side]) -> Figure:
    """Draw how many replies go from each side to each; those across the border in full colour."""
    rows = np.arange(len(table))[::-1]
    figure, axes = style.new_figure(ROW * len(table) + 0.7)
    for row, reply in zip(rows, table.to_dict("records"), strict=True):
        strength = 1 if reply["across"] == "yes" else 0.35
        axes.barh(row, reply["replies"], height=0.62, color=style.SIDE_COLOURS[reply["from_side"]], alpha=strength)
        told = f"{reply['replies']:,} ({100 * reply['share']:.0f} %)"
        note(axes, told, (reply["replies"], row))
    names = [
        f"{sides[one].label} → {sides[to].label}" for one, to in zip(table["from_side"], table["to_side"], strict=True)
    ]
    axes.set_yticks(rows, names)
    axes.set_xlim(0, max(1.0, float(table["replies"].max())) * 1.25)
    title(axes, "Replies: who answers whom")
    axes.xaxis.set_visible(False)
    axes.spines["bottom"].set_visible(False)
    return style.finish(figure)


@computable
def who_asks(asking: pd.DataFrame, sides: Mapping[str, Side]) -> Figure:
    """Draw the share of each side's comments that ask, with its interval."""
    rows = np.arange(len(asking))[::-1]
    colours = [style.SIDE_COLOURS[side] for side in asking["side"]]
    figure, axes = style.new_figure(ROW * len(asking) + 1.1)
    axes.hlines(rows, asking["low"], asking["high"], color=colours, linewidth=6, alpha=0.4)
    axes.scatter(asking["share"], rows, color=colours, s=60, zorder=3, linewidth=0)
    for row, share in zip(rows, asking["share"], strict=True):
        note(axes, f"{100 * share:.0f} %", (share, row), (0, 13), ha="center")
    axes.set_yticks(rows, [sides[side].label for side in asking["side"]])
    axes.set_ylim(-0.5, len(rows) - 0.2)
    axes.set_xlim(0, max(0.1, float(asking["high"].max()) * 1.25))
    axes.xaxis.set_major_formatter(lambda share, _: f"{100 * share:.0f} %")
    axes.set_xlabel("share of the side's comments that hold a question mark")
    return style.finish(figure)
