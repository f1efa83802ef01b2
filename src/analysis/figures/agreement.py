"""Figures of agreement: alpha of each code with its interval, and the interval by each method."""

from collections.abc import Hashable, Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.computable import computable
from analysis.figures import style, tips
from analysis.figures.coding import ROW, name_rows


@computable
def by_code(agreement: pd.DataFrame, overall: pd.DataFrame) -> Figure:
    """Draw each code's alpha and interval, highest first; below, the codes that have none and why."""
    ordered = agreement.sort_values("alpha", ascending=False, kind="stable", ignore_index=True)
    rows = np.arange(len(ordered))[::-1]
    figure, axes = style.new_figure(ROW * len(ordered) + 1.1)
    known = ordered["alpha"].notna().to_numpy()
    axes.axvline(0, color=style.MUTED, linewidth=1)
    _draw_overall(axes, overall, float(rows.max()))
    axes.hlines(rows[known], ordered["low"][known], ordered["high"][known], color=style.BLUE, linewidth=5, alpha=0.35)
    axes.scatter(ordered["alpha"][known], rows[known], color=style.BLUE, s=42, zorder=3, linewidth=0)
    for row, reason in zip(rows[~known], ordered["reason"][~known], strict=True):
        axes.annotate(
            reason, (0, row), (6, 0), textcoords="offset points", va="center", fontsize=9.5, color=style.MUTED
        )
    for row, code in zip(rows, ordered.to_dict("records"), strict=True):
        _tell_code(axes, row, code)
    name_rows(axes, rows, ordered["name"])
    axes.set_xlim(min(-0.1, float(ordered["low"].min()) - 0.03), 1.02)
    axes.set_ylim(top=rows.max() + 1.5)
    axes.set_xlabel("Krippendorff's alpha: 0 is chance, 1 is full agreement")
    return style.finish(figure)


def _tell_code(axes: Axes, row: float, code: Mapping[Hashable, Any]) -> None:
    """Let a code say its alpha and interval, or why it has none."""
    given = tips.told("units on which a coder gave it", code["given_on"])
    if np.isnan(code["alpha"]):
        tips.tell(axes, 0, row, code["name"], str(code["reason"]), given)
    elif np.isnan(code["low"]):
        told = tips.told("Krippendorff's alpha", code["alpha"], 2)
        tips.tell(axes, code["alpha"], row, code["name"], told, str(code["reason"]), given)
    else:
        interval = f"interval: {code['low']:.2f} to {code['high']:.2f}".replace("-", "−")
        told = tips.told("Krippendorff's alpha", code["alpha"], 2)
        tips.tell_bar(axes, (code["low"], code["high"]), row, code["name"], told, interval, given)


def _draw_overall(axes: Axes, overall: pd.DataFrame, top: float) -> None:
    alpha, low, high = (float(overall[column].iloc[0]) for column in ("alpha", "low", "high"))
    if np.isnan(alpha):
        return
    axes.axvspan(low, high, color=style.ORANGE, alpha=0.15, linewidth=0)
    axes.axvline(alpha, color=style.ORANGE, linewidth=1.5)
    axes.annotate(
        "sets of codes",
        (alpha, top + 1),
        (-6, 0),
        textcoords="offset points",
        va="center",
        ha="right",
        fontsize=11,
        color=style.ORANGE,
    )


@computable
def intervals(by_method: pd.DataFrame) -> Figure:
    """Draw the interval of one alpha by each method, one below the other."""
    rows = np.arange(len(by_method))[::-1]
    figure, axes = style.new_figure(ROW * len(by_method) + 1.3)
    axes.axvline(float(by_method["alpha"].iloc[0]), color=style.ORANGE, linewidth=1.5)
    axes.hlines(rows, by_method["low"], by_method["high"], color=style.BLUE, linewidth=7, alpha=0.45)
    told = by_method["drawn"].map("{:,}".format) + " " + by_method["intervals_by"] + " drawn"
    for row, name, low, high in zip(rows, told, by_method["low"], by_method["high"], strict=True):
        tips.tell_bar(axes, (low, high), row, name, f"interval: {low:.2f} to {high:.2f}".replace("-", "−"))
    name_rows(axes, rows, told)
    axes.set_ylim(-0.7, rows.max() + 0.7)
    axes.set_xlabel("Krippendorff's alpha over sets of codes")
    return style.finish(figure)
