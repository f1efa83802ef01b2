"""Figures of saturation: how codes accumulate, what each run of posts still brought, and what more may bring."""

from collections.abc import Callable, Hashable, Mapping
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, PercentFormatter

from analysis.computable import computable
from analysis.figures import style, tips
from analysis.figures.notes import note
from analysis.figures.retelling import PART

DASHED = (0, (4, 2))
LEVEL_COLOURS = {"code": style.BLUE, "theme": style.ORANGE}


@computable
def curve(accumulated: pd.DataFrame, band: pd.DataFrame, estimate: pd.DataFrame) -> Figure:
    """Draw codes found by posts read: in the order read, under other orders, and the estimate of all codes."""
    figure, axes = style.new_figure(3.8)
    last, expected = len(accumulated), float(estimate["chao2"].iloc[0])
    axes.fill_between(
        band["position"], band["low"], band["high"], color=style.GREY, alpha=0.25, linewidth=0, label="in other orders"
    )
    axes.plot(band["position"], band["mean"], color=style.GREY, linewidth=1.5, label="mean of all orders")
    axes.step(
        accumulated["position"],
        accumulated["codes"],
        where="post",
        color=style.BLUE,
        linewidth=2.4,
        label="in the order read",
    )
    axes.axhline(expected, color=style.ORANGE, linewidth=1.5, linestyle=(0, (4, 2)))
    axes.annotate(
        "all codes, as estimated (Chao2)", (last, expected), (0, 5),
        textcoords="offset points", ha="right", fontsize=11, color=style.ORANGE,
    )  # fmt: skip
    axes.set(xlabel="posts read", ylabel="codes found", xlim=(1, last))
    axes.set_ylim(0, max(expected, float(accumulated["codes"].max())) * 1.14)
    axes.yaxis.set_major_locator(MaxNLocator(integer=True))
    _tell_curve(axes, accumulated.merge(band, on="position"))
    axes.legend(loc="lower right", fontsize=11, reverse=True)
    return style.finish(figure)


def _tell_curve(axes: Axes, both: pd.DataFrame) -> None:
    """Let the curve say how many codes were found, in the order read and in others."""
    shown = both.iloc[tips.places_along(len(both))]
    strips = tips.columns_around(shown["position"].tolist())
    for strip, at in zip(strips, shown.to_dict("records"), strict=True):
        others = f"in other orders: {at['low']:.0f} to {at['high']:.0f}, on average {at['mean']:.1f}"
        tips.tell_column(
            axes, strip, tips.told("posts read", at["position"]), tips.told("codes found", at["codes"]), others
        )


@computable
def runs(ratios: pd.DataFrame, new_information_at_most: float) -> Figure:
    """Draw each run's new codes as a share of the base, and the threshold; filled where a run stays under it."""
    figure, axes = style.new_figure(3.0)
    under = ratios["ratio"] <= new_information_at_most
    colours = [style.GREEN if low else style.ORANGE for low in under]
    axes.vlines(ratios["run_last"], 0, ratios["ratio"], color=colours, linewidth=1.4)
    axes.scatter(ratios["run_last"], ratios["ratio"], color=colours, s=20, zorder=3, linewidth=0)
    for run in ratios.to_dict("records"):
        about = f"posts {run['run_first']} to {run['run_last']}"
        told = tips.told("new codes", run["new_codes"]), tips.share("share of the base", run["ratio"])
        tips.tell(axes, run["run_last"], (0, run["ratio"]), about, *told)
    axes.axhline(new_information_at_most, color=style.MUTED, linewidth=1.2, linestyle=(0, (4, 2)))
    axes.annotate(
        "threshold", (1, new_information_at_most), (0, 4), xycoords=("axes fraction", "data"),
        textcoords="offset points", ha="right", fontsize=11, color=style.MUTED,
    )  # fmt: skip
    axes.yaxis.set_major_formatter(PercentFormatter(1, decimals=0, symbol=" %"))
    axes.set(xlabel="last post of the run", ylabel="new codes, share of the base")
    axes.set_ylim(0, max(float(ratios["ratio"].max()), new_information_at_most) * 1.15)
    return style.finish(figure)


@computable
def extrapolated(curves: pd.DataFrame) -> Figure:
    """Draw how many codes and themes so many posts hold: as read, and dashed up to twice as many posts."""
    figure, axes = style.new_figure(3.4)
    for level, part in curves.groupby("level", sort=False):
        _in_two_parts(axes, part, "kinds", str(level))
    _tell_levels(axes, curves, lambda at: f"{at['kinds']:.1f} ({at['low']:.1f}–{at['high']:.1f})")
    read = curves.loc[curves["how"] == "as read", "posts"].max()
    axes.axvline(read, color=style.MUTED, linewidth=1.2)
    axes.set(xlabel="posts", ylabel="found on average", xlim=(1, curves["posts"].max()))
    axes.set_ylim(0, float(curves["high"].max()) * 1.12)
    note(axes, "read", (float(read), float(curves["high"].max()) * 1.06), (-5, 0), ha="right", color=style.MUTED)
    axes.yaxis.set_major_locator(MaxNLocator(integer=True))
    return style.finish(figure)


@computable
def covered(curves: pd.DataFrame, wanted: float) -> Figure:
    """Draw which share of all occurrences belongs to codes and themes that so many posts hold, and what is wanted."""
    figure, axes = style.new_figure(3.0)
    for level, part in curves.groupby("level", sort=False):
        _in_two_parts(axes, part, "coverage", str(level), ("coverage_low", "coverage_high"))
    _tell_levels(axes, curves, lambda at: f"{100 * at['coverage']:.0f} %")
    axes.axhline(wanted, color=style.MUTED, linewidth=1.2, linestyle=DASHED)
    note(axes, "wanted", (float(curves["posts"].max()), wanted), (0, -8), ha="right", va="top", color=style.MUTED)
    axes.yaxis.set_major_formatter(PercentFormatter(1, decimals=0, symbol=" %"))
    axes.set(xlabel="posts", ylabel="coverage", xlim=(1, curves["posts"].max()), ylim=(0, 1.03))
    axes.legend(loc="lower right", fontsize=11)
    return style.finish(figure)


def _in_two_parts(
    axes: Axes, part: pd.DataFrame, values: str, level: str, ends: tuple[str, str] = ("low", "high")
) -> None:
    """One level's curve: a line up to the posts that were read, dashes beyond, and the interval around both."""
    colour = LEVEL_COLOURS[level]
    read, beyond = part[part["how"] != "extrapolated"], part[part["how"] != "rarefied"]
    axes.fill_between(part["posts"], part[ends[0]], part[ends[1]], color=colour, alpha=0.2, linewidth=0)
    axes.plot(read["posts"], read[values], color=colour, linewidth=2.2, label=f"{level}s")
    axes.plot(beyond["posts"], beyond[values], color=colour, linewidth=2.2, linestyle=DASHED)
    if values == "kinds":
        last = part.iloc[-1]
        note(axes, f"{level}s", (float(last["posts"]), float(last["high"])), (-2, 9), ha="right", color=colour)


def _tell_levels(axes: Axes, curves: pd.DataFrame, tell: Callable[[Mapping[Hashable, Any]], str]) -> None:
    """Let every place along the curves say what each level has there."""
    places = sorted(curves["posts"].unique())
    shown = [places[at] for at in tips.places_along(len(places))]
    for strip, posts in zip(tips.columns_around(shown), shown, strict=True):
        here = curves[curves["posts"] == posts].to_dict("records")
        told = [f"{at['level']}s{PART}{tell(at)}" for at in here]
        beyond = any(at["how"] == "extrapolated" for at in here)
        tips.tell_column(axes, strip, tips.told("posts", posts), *told, "more than were read" if beyond else "")
