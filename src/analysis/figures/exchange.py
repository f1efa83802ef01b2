"""Figures of exchange: who answers whom, who asks and explains, and in whose language."""

from collections.abc import Hashable, Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.computable import computable
from analysis.figures import style, tips
from analysis.figures.notes import note, title
from analysis.settings import Side

ROW = 0.44
LANGUAGES = {
    "own": ("in the writer's language", style.GREY),
    "both": ("in both", style.PURPLE),
    "others": ("in the other side's", style.GREEN),
}


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
        count, share = tips.told("replies", reply["replies"]), tips.share("share of all", reply["share"])
        tips.tell_bar(axes, (0, reply["replies"]), row, _direction(reply, sides), count, share)
    names = [_direction(reply, sides) for reply in table.to_dict("records")]
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
    names = [sides[side].label for side in asking["side"]]
    _tell_shares(axes, rows, names, asking)
    axes.set_yticks(rows, names)
    axes.set_ylim(-0.5, len(rows) - 0.2)
    axes.set_xlim(0, max(0.1, float(asking["high"].max()) * 1.25))
    axes.xaxis.set_major_formatter(lambda share, _: f"{100 * share:.0f} %")
    axes.set_xlabel("share of the side's comments that hold a question mark")
    return style.finish(figure)


@computable
def roles(table: pd.DataFrame, sides: Mapping[str, Side]) -> Figure:
    """Draw the share of each side's texts on which a coder saw somebody ask, and explain, with its interval."""
    rows = np.arange(len(table))[::-1]
    colours = [style.SIDE_COLOURS[side] for side in table["side"]]
    figure, axes = style.new_figure(ROW * len(table) + 0.9)
    axes.hlines(rows, table["low"], table["high"], color=colours, linewidth=6, alpha=0.4)
    axes.scatter(table["share"], rows, color=colours, s=60, zorder=3, linewidth=0)
    for row, (share, high) in zip(rows, zip(table["share"], table["high"], strict=True), strict=True):
        note(axes, f"{100 * share:.1f} %", (high, row))
    names = [f"{sides[side].label}: {role}" for side, role in zip(table["side"], table["role"], strict=True)]
    _tell_shares(axes, rows, names, table)
    axes.set_yticks(rows, names)
    axes.set_ylim(-0.6, len(rows) - 0.4)
    axes.set_xlim(0, max(0.01, float(table["high"].max()) * 1.25))
    axes.xaxis.set_major_formatter(lambda share, _: f"{100 * share:.0f} %")
    axes.set_xlabel("share of the side's texts that were read")
    return style.finish(figure)


@computable
def answered_in(table: pd.DataFrame, sides: Mapping[str, Side]) -> Figure:
    """Draw in whose language each side's replies to each are: the writer's own, both, the other side's."""
    told = table[list(LANGUAGES)].sum(axis=1)
    shown = table[told > 0].assign(told=told[told > 0])
    rows = np.arange(len(shown))[::-1]
    figure, axes = style.new_figure(ROW * len(shown) + 1.1)
    begin = np.zeros(len(shown))
    for column, (label, colour) in LANGUAGES.items():
        share = (shown[column] / shown["told"]).to_numpy(dtype=float)
        axes.barh(rows, share, left=begin, height=0.62, color=colour, label=label, linewidth=0)
        for row, start, part, reply in zip(rows, begin, share, shown.to_dict("records"), strict=True):
            told_part = tips.told("replies", reply[column]), tips.share("share of those with words", part)
            tips.tell_bar(axes, (start, start + part), row, _direction(reply, sides), label, *told_part)
        begin += share
    for row, count in zip(rows, shown["told"], strict=True):
        note(axes, f"{count:,}", (1, row))
    names = [_direction(reply, sides) for reply in shown.to_dict("records")]
    axes.set_yticks(rows, names)
    axes.set_xlim(0, 1.12)
    axes.set_xticks([0, 0.25, 0.5, 0.75, 1])
    axes.xaxis.set_major_formatter(lambda share, _: f"{100 * share:.0f} %")
    axes.set_xlabel("share of replies; their number at the right")
    figure.legend(loc="outside upper right", fontsize=11, ncols=3, handlelength=1.2)
    return style.finish(figure)


def _direction(reply: Mapping[Hashable, Any], sides: Mapping[str, Side]) -> str:
    return f"{sides[reply['from_side']].label} → {sides[reply['to_side']].label}"


def _tell_shares(axes: Axes, rows: np.ndarray, names: list[str], table: pd.DataFrame) -> None:
    """Let each row's dot and interval say its share."""
    for row, name, told in zip(rows, names, table.to_dict("records"), strict=True):
        interval = tips.interval("interval", told["low"], told["high"])
        tips.tell_bar(axes, (told["low"], told["high"]), row, name, tips.share("share", told["share"], 1), interval)
