"""Figures of saturation: how codes accumulate, and what each run of posts still brought."""

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, PercentFormatter

from analysis.computable import computable
from analysis.figures import style


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
    axes.legend(loc="lower right", fontsize=11, reverse=True)
    return style.finish(figure)


@computable
def runs(ratios: pd.DataFrame, new_information_at_most: float) -> Figure:
    """Draw each run's new codes as a share of the base, and the threshold; filled where a run stays under it."""
    figure, axes = style.new_figure(3.0)
    under = ratios["ratio"] <= new_information_at_most
    colours = [style.GREEN if low else style.ORANGE for low in under]
    axes.vlines(ratios["run_last"], 0, ratios["ratio"], color=colours, linewidth=1.4)
    axes.scatter(ratios["run_last"], ratios["ratio"], color=colours, s=20, zorder=3, linewidth=0)
    axes.axhline(new_information_at_most, color=style.MUTED, linewidth=1.2, linestyle=(0, (4, 2)))
    axes.annotate(
        "threshold", (1, new_information_at_most), (0, 4), xycoords=("axes fraction", "data"),
        textcoords="offset points", ha="right", fontsize=11, color=style.MUTED,
    )  # fmt: skip
    axes.yaxis.set_major_formatter(PercentFormatter(1, decimals=0, symbol=" %"))
    axes.set(xlabel="last post of the run", ylabel="new codes, share of the base")
    axes.set_ylim(0, max(float(ratios["ratio"].max()), new_information_at_most) * 1.15)
    return style.finish(figure)
