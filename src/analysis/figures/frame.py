"""Figures of the frame: hashtags by posts and views, and the hashtags of the corpus."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.computable import computable
from analysis.figures import style, tips
from analysis.figures.notes import note, title
from analysis.figures.retelling import PART
from analysis.results import written

ROW = 0.36
TAGS_SHOWN = 15


@computable
def hashtags(compared: pd.DataFrame) -> Figure:
    """Draw each hashtag's posts and views side by side, the largest first, with its views per post."""
    rows = np.arange(len(compared))[::-1]
    figure, _ = style.new_figure(ROW * len(compared) + 0.7, columns=2, sharey=True)
    posts, views = figure.axes
    colours = [style.BLUE if role == "first" else style.GREY for role in compared["role"]]
    names = [f"#{tag}" for tag in compared["hashtag"]]
    _bars(posts, rows, compared["posts"], colours, [written(int(number)) for number in compared["posts"]])
    _tell_bars(posts, rows, compared["posts"], "Posts", names)
    told = [
        f"{written(int(number))} ({each:.0f} per post)"
        for number, each in zip(compared["views"], compared["views_per_post"], strict=True)
    ]
    _bars(views, rows, compared["views"], colours, told)
    _tell_bars(views, rows, compared["views"], "Views", names)
    posts.set_yticks(rows, names)
    title(posts, "Posts")
    title(views, "Views")
    return style.finish(figure)


@computable
def in_corpus(counted: pd.DataFrame) -> Figure:
    """Draw how many posts of the capture bear each of the most frequent hashtags."""
    shown = counted.head(TAGS_SHOWN)
    rows = np.arange(len(shown))[::-1]
    figure, axes = style.new_figure(ROW * len(shown) + 0.9)
    _bars(axes, rows, shown["posts"], [style.BLUE] * len(shown), [f"{number:,}" for number in shown["posts"]])
    names = [f"#{tag}" for tag in shown["hashtag"]]
    _tell_bars(axes, rows, shown["posts"], "Posts", names)
    axes.set_yticks(rows, names)
    title(axes, "Posts under each hashtag")
    return style.finish(figure)


def _bars(axes: Axes, rows: np.ndarray, numbers: pd.Series, colours: list[str], told: list[str]) -> None:
    """Draw bars that carry their numbers, so that no scale is needed."""
    axes.barh(rows, numbers.astype("float64"), height=0.62, color=colours)
    for row, number, text in zip(rows, numbers, told, strict=True):
        note(axes, text, (number, row))
    axes.set_xlim(0, float(numbers.max()) * 2)
    axes.grid(visible=False)
    axes.xaxis.set_visible(False)
    axes.spines["bottom"].set_visible(False)


def _tell_bars(axes: Axes, rows: np.ndarray, numbers: pd.Series, what: str, names: list[str]) -> None:
    for row, number, name in zip(rows, numbers, names, strict=True):
        tips.tell_bar(axes, (0, float(number)), row, name, f"{what}{PART}{int(number):,}")
