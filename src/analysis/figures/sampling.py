"""Figures of the sample: what each criterion left, and what other cut-offs would have left."""

from collections.abc import Hashable, Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

from analysis.called import CALLED
from analysis.computable import computable
from analysis.figures import style, tips
from analysis.figures.notes import note, title

# Panels of the thresholds stand so many beside each other, so that a phone can show them.
BESIDE = 3
COUNTS_TO_NAME = [0, 1, 3, 10, 30, 100, 300, 1_000, 3_000, 10_000, 100_000]
TICKS_AT_MOST = 5
MIDDLE = 0.6


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
        tips.tell_bar(axes, (0, step["kept"]), row, _named(step), *_step_told(step))
    axes.set_yticks(rows, [_named(step) for step in steps.to_dict("records")])
    axes.set_xlim(0, max(most, 1) * 1.45)
    axes.xaxis.set_visible(False)
    axes.spines["bottom"].set_visible(False)
    return style.finish(figure)


@computable
def thresholds(tried: pd.DataFrame, wanted: int) -> Figure:
    """Draw, for each criterion, how many posts other cut-offs would leave while the others stay as decided."""
    decisions = list(dict.fromkeys(tried["decision"]))
    columns, lines = min(BESIDE, len(decisions)), -(-len(decisions) // BESIDE)
    figure, grid = style.new_figure(2.5 * lines + 0.2, columns=columns, nrows=lines, sharey=True, squeeze=False)
    style.part_panels(figure)
    for axes, decision in zip(figure.axes, decisions, strict=False):
        _left_by(axes, tried[tried["decision"] == decision])
        axes.axhline(wanted, color=style.ORANGE, linewidth=1.2, linestyle=(0, (4, 3)))
        # On one line a long name would run into the next panel's.
        title(axes, CALLED[decision].replace(" at ", "\nat "), fontsize=10.5)
        axes.tick_params(axis="x", pad=7)
    for axes in figure.axes[len(decisions) :]:
        axes.set_axis_off()
    for axes in grid[:, 0]:
        axes.set_ylabel("posts left")
    first = figure.axes[0]
    place = {"xycoords": ("axes fraction", "data"), "color": style.ORANGE, "ha": "right"}
    note(first, "wanted", (0.98, wanted), (0, -9), path_effects=style.halo(), **place)
    first.set_ylim(0, 1.12 * max(wanted, float(tried["posts"].max())))
    return style.finish(figure)


def _named(step: Mapping[Hashable, Any]) -> str:
    decision = str(step["decision"])
    return f"{CALLED[decision]} {step['cut_off']:g}" if decision else "captured"


def _told(step: Mapping[Hashable, Any]) -> str:
    if step["computable"] != "yes":
        return f"{step['kept']:,}   not computable"
    lost = [f"{step[name]:,} {name}" for name in ("dropped", "missing") if pd.notna(step[name]) and step[name]]
    return f"{step['kept']:,}" + (f"   −{', −'.join(lost)}" if lost else "")


def _step_told(step: Mapping[Hashable, Any]) -> list[str]:
    """What a step says of itself when one points at it."""
    if step["computable"] != "yes":
        return [tips.told("posts kept", step["kept"]), "not computable"]
    counts = {"posts kept": "kept", "dropped by this step": "dropped", "cannot be judged": "missing"}
    counts["posts of the capture that meet it alone"] = "meets_alone"
    return [tips.told(told, step[name]) for told, name in counts.items() if pd.notna(step.get(name, pd.NA))]


def _left_by(axes: Axes, tried: pd.DataFrame) -> None:
    """One criterion's curve, with the cut-off that was decided."""
    highest = float(tried["cut_off"].max())
    rises = tried["posts"].iloc[-1] > tried["posts"].iloc[0]
    # Between two values that were tried, a least cut-off leaves what the higher one leaves.
    axes.step(tried["cut_off"], tried["posts"], where="post" if rises else "pre", color=style.BLUE)
    for value, left, own in zip(tried["cut_off"], tried["posts"], tried["chosen"], strict=True):
        about = f"{CALLED[tried['decision'].iloc[0]]} {value:,g}"
        tips.tell(axes, value, left, about, tips.told("posts left", left), "as chosen" if own else "")
    chosen = tried[tried["chosen"]]
    axes.scatter(chosen["cut_off"], chosen["posts"], color=style.BLUE, s=46, zorder=3, linewidth=0)
    cut_off, number = float(chosen["cut_off"].iloc[0]), chosen["posts"].iloc[0]
    if tried["decision"].iloc[0].startswith("min_"):
        _count_from_zero(axes, highest)
    else:
        axes.locator_params(axis="x", nbins=3)
    axes.set_xlim(0, max(highest, 1e-9) * 1.02)
    # Beside the dot, towards the middle, and off the curve.
    inwards = axes.transLimits.transform(axes.transScale.transform((cut_off, 0)))[0] < MIDDLE
    at = (8 if inwards else -8, -11 if rises == inwards else 11)
    beside = "left" if inwards else "right"
    note(axes, f"{cut_off:,g}: {number:,}", (cut_off, number), at, ha=beside, path_effects=style.halo())


def _count_from_zero(axes: Axes, highest: float) -> None:
    """Set a scale of counts on which 0 has a place and large ones stay near."""
    axes.set_xscale("symlog", linthresh=1)
    named = [count for count in COUNTS_TO_NAME if count <= highest]
    axes.set_xticks(named[:: -(-len(named) // TICKS_AT_MOST)])
    axes.xaxis.set_major_formatter(lambda number, _: f"{number:,.0f}")
    axes.xaxis.set_minor_locator(NullLocator())
