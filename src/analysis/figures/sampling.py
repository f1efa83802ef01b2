"""Figures of the sample: what each criterion left, and what other cut-offs would have left."""

from collections.abc import Hashable, Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.computable import computable
from analysis.figures import style
from analysis.figures.notes import note, title

NAMES = {
    "search_rank_at_most": "search place at most",
    "likes_top_share": "top share by likes",
    "newcomer_share_at_least": "newcomers' language at least",
    "min_comments": "comments at least",
    "min_host_comments": "host comments at least",
    "min_creator_replies": "creator's replies at least",
    "creators_wanted": "creators at most",
    "per_creator_at_most": "posts per creator at most",
    "posts_wanted": "posts at most",
}
PANELS = {
    "search_rank_at_most": "search\nplace",
    "likes_top_share": "top share\nby likes",
    "newcomer_share_at_least": "newcomers'\nlanguage",
    "min_comments": "comments",
    "min_host_comments": "comments\nby hosts",
    "min_creator_replies": "creator's\nreplies",
}


@computable
def flow(steps: pd.DataFrame) -> Figure:
    """Draw how many posts each step keeps; a step that is not computable keeps all and is pale."""
    rows = np.arange(len(steps))[::-1]
    figure, axes = style.new_figure(0.44 * len(steps) + 0.5)
    most = float(steps["kept"].max())
    for row, step in zip(rows, steps.to_dict("records"), strict=True):
        applied = step["computable"] == "yes"
        axes.barh(
            row, step["kept"], height=0.62, color=style.BLUE if applied else style.GREY, alpha=1 if applied else 0.4
        )
        note(axes, _told(step), (step["kept"], row))
    axes.set_yticks(rows, [_named(step) for step in steps.to_dict("records")])
    axes.set_xlim(0, max(most, 1) * 1.45)
    axes.xaxis.set_visible(False)
    axes.spines["bottom"].set_visible(False)
    return style.finish(figure)


@computable
def thresholds(tried: pd.DataFrame, wanted: int) -> Figure:
    """Draw, for each criterion, how many posts other cut-offs would leave while the others stay as decided."""
    decisions = list(dict.fromkeys(tried["decision"]))
    figure, _ = style.new_figure(2.9, columns=len(decisions), sharey=True)
    for axes, decision in zip(figure.axes, decisions, strict=True):
        _left_by(axes, tried[tried["decision"] == decision])
        axes.axhline(wanted, color=style.ORANGE, linewidth=1.2, linestyle=(0, (4, 3)))
        title(axes, PANELS[decision], fontsize=10.5)
    first = figure.axes[0]
    first.set_ylabel("posts left")
    note(first, "wanted", (0.98, wanted), (0, -9), xycoords=("axes fraction", "data"), color=style.ORANGE, ha="right")
    first.set_ylim(bottom=0)
    return style.finish(figure)


def _named(step: Mapping[Hashable, Any]) -> str:
    decision = str(step["decision"])
    return f"{NAMES[decision]} {step['cut_off']:g}" if decision else "captured"


def _told(step: Mapping[Hashable, Any]) -> str:
    if step["computable"] != "yes":
        return "not computable"
    lost = [f"{step[name]:,} {name}" for name in ("dropped", "missing") if pd.notna(step[name]) and step[name]]
    return f"{step['kept']:,}" + (f"   −{', −'.join(lost)}" if lost else "")


def _left_by(axes: Axes, tried: pd.DataFrame) -> None:
    """One criterion's curve, with the cut-off that was decided."""
    scale = float(tried["cut_off"].max())
    axes.step(tried["cut_off"], tried["posts"], where="post", color=style.BLUE)
    chosen = tried[tried["chosen"]]
    axes.scatter(chosen["cut_off"], chosen["posts"], color=style.BLUE, s=46, zorder=3, linewidth=0)
    number = chosen["posts"].iloc[0]
    rises = tried["posts"].iloc[-1] > tried["posts"].iloc[0]
    told = f"{chosen['cut_off'].iloc[0]:g}: {number:,}"
    note(axes, told, (chosen["cut_off"].iloc[0], number), (6, -10 if rises else 10))
    if tried["decision"].iloc[0].startswith("min_"):
        axes.set_xscale("symlog", linthresh=1)
        axes.xaxis.set_major_formatter(lambda number, _: f"{number:,.0f}")
    else:
        axes.locator_params(axis="x", nbins=3)
    axes.set_xlim(0, scale * 1.02)
    axes.tick_params(labelsize=9.5)
