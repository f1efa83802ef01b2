"""Figures of the corpus: when posts were published, in which languages, and how engagement is spread."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.computable import computable
from analysis.figures import style, tips
from analysis.figures.notes import note, title
from analysis.figures.retelling import PART
from analysis.settings import Side

LANGUAGE_COLOURS = {"mixed": style.PURPLE, "other": style.GREY}
MEASURES = {"likes": "likes", "collects": "saves", "comments_count": "comments", "shares": "shares"}
# Narrower parts of a bar have no room for their name.
WIDE_ENOUGH = 0.18


@computable
def per_day(days: pd.DataFrame) -> Figure:
    """Draw how many posts were published on each day."""
    figure, axes = style.new_figure(2.9)
    places = np.arange(len(days))
    axes.bar(places, days["posts"], width=0.86, color=style.BLUE)
    for place, day, posts in zip(places, days["day"], days["posts"], strict=True):
        tips.tell(axes, (place - 0.43, place + 0.43), (0, posts), str(day), tips.told("posts", posts))
    _name_days(axes, list(days["day"]))
    busiest = int(days["posts"].to_numpy().argmax())
    told = f"{days['day'].iloc[busiest]}: {days['posts'].iloc[busiest]:,}"
    most = float(days["posts"].iloc[busiest])
    note(axes, told, (busiest, most), (0, 8), ha="left" if busiest < len(days) / 2 else "right")
    axes.set_ylim(0, most * 1.12)
    title(axes, "Posts per day")
    return style.finish(figure)


@computable
def languages(counted: pd.DataFrame, sides: Mapping[str, Side]) -> Figure:
    """Draw each table's rows by language as one bar of shares; those without words are left out."""
    tables = list(dict.fromkeys(counted["table"]))
    colours = {side.language: style.SIDE_COLOURS[name] for name, side in sides.items()} | LANGUAGE_COLOURS
    figure, axes = style.new_figure(1.0 * len(tables) + 0.3)
    for row, table in enumerate(reversed(tables)):
        _shares(axes, row, counted[(counted["table"] == table) & (counted["share"] > 0)], colours)
    axes.set_yticks(range(len(tables)), list(reversed(tables)))
    axes.set_ylim(-0.6, len(tables) - 0.4)
    axes.set_xlim(0, 1)
    axes.xaxis.set_visible(False)
    axes.spines["bottom"].set_visible(False)
    return style.finish(figure)


@computable
def engagement(spread: pd.DataFrame) -> Figure:
    """Draw each count's quartiles as a band, its median as a dot and where the highest tenth begins, on a log scale."""
    rows = np.arange(len(spread))[::-1]
    figure, axes = style.new_figure(0.5 * len(spread) + 1.1)
    low, median, high, top = (
        spread[name].to_numpy(dtype=float)
        for name in ("lower_quartile", "median", "upper_quartile", "highest_tenth_from")
    )
    axes.hlines(rows, high, top, color=style.BLUE, linewidth=2)
    axes.hlines(rows, low, high, color=style.BLUE, linewidth=9, alpha=0.4)
    axes.scatter(median, rows, color=style.BLUE, s=60, zorder=3, linewidth=0)
    for row, number in zip(rows, median, strict=True):
        note(axes, f"{number:,.0f}", (number, row), (0, 13), ha="center")
    for row, name, *counts in zip(rows, spread["measure"], low, median, high, top, strict=True):
        tips.tell_bar(axes, (counts[0], counts[3]), row, MEASURES[name], *_told(*counts), thick=0.4)
    axes.set_xscale("symlog", linthresh=1)
    axes.xaxis.set_major_formatter(lambda number, _: f"{number:,.0f}")
    axes.set_xlim(left=0)
    axes.set_yticks(rows, [MEASURES[name] for name in spread["measure"]])
    axes.set_ylim(-0.6, len(rows) - 0.3)
    axes.set_xlabel("per post: middle half (band), median (dot), up to where the highest tenth begins (line)")
    return style.finish(figure)


def _told(low: float, median: float, high: float, top: float) -> list[str]:
    return [
        tips.told("median", median),
        f"middle half of the posts: {low:,.0f} to {high:,.0f}",
        tips.told("highest tenth from", top),
    ]


def _name_days(axes: Axes, days: list[str]) -> None:
    """Name some eight days at most, the first among them."""
    step = max(1, -(-len(days) // 8))
    axes.set_xticks(range(0, len(days), step), [day[5:] for day in days[::step]])
    axes.set_xlabel(f"{days[0]} to {days[-1]}, UTC")


def _shares(axes: Axes, row: int, counted: pd.DataFrame, colours: Mapping[str, str]) -> None:
    """One bar whose wide parts are named above it, the narrow ones together below it."""
    start, narrow = 0.0, []
    for code, name, share, number in counted[["language", "name", "share", "rows"]].itertuples(index=False):
        axes.barh(row, share, left=start, height=0.42, color=colours[code], edgecolor=style.PAPER, linewidth=1.5)
        told = f"{name} {100 * share:.0f} %"
        tips.tell_bar(axes, (start, start + share), row, f"{counted['table'].iloc[0]}{PART}{told}",
                      tips.told("number", number), thick=0.42)  # fmt: skip
        if share >= WIDE_ENOUGH:
            note(axes, told, (start, row + 0.21), (0, 8))
        else:
            narrow.append(told)
        start += float(share)
    note(axes, ", ".join(narrow), (1, row - 0.21), (0, -8), ha="right", color=style.MUTED)
