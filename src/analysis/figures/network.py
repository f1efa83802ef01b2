"""The network of codes: which stand together, and how closely."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import PathPatch
from matplotlib.path import Path
from numpy.typing import NDArray

from analysis.computable import computable
from analysis.figures import style, tips
from analysis.figures.coding import pattern_colours
from analysis.figures.retelling import PART

THINNEST, THICKEST = 0.4, 7.0
FAINTEST, DARKEST = 0.08, 0.75
# How far a line between neighbours stays from the middle; 0 would lead every line through it.
TOWARDS_MIDDLE = 0.35
# Where names begin, and how far the figure reaches for them, in radii.
RIM, REACH = 1.06, 2.0
# So many neighbours a code names.
CLOSEST = 5


@computable
def network(pairs: pd.DataFrame, codebook: pd.DataFrame) -> Figure:
    """Draw the codes on a circle in the codebook's order and a line for each pair, as thick as its coefficient.

    `codebook` is as `coding.tree` orders it. A line is dashed where the frequencies are too uneven.
    """
    used = set(pairs["code_1"]) | set(pairs["code_2"])
    codes = codebook[codebook["code_id"].isin(used)].reset_index(drop=True)
    places = _on_circle(len(codes))
    place_of = dict(zip(codes["code_id"], places, strict=True))
    figure, axes = style.new_figure(7.4)
    largest = float(pairs["coefficient"].max())
    # The strongest last, so that it lies above the others.
    for pair in pairs.sort_values("coefficient", kind="stable").to_dict("records"):
        ends = place_of[pair["code_1"]], place_of[pair["code_2"]]
        _join(axes, *ends, pair["coefficient"] / largest, uneven=pair["uneven"])
    colours = codes["pattern_id"].map(pattern_colours(codes["pattern_id"]))
    axes.scatter(places[:, 0], places[:, 1], s=80, color=colours, zorder=3, linewidth=0)
    _name(axes, places, codes["name"])
    names = dict(zip(codes["code_id"], codes["name"], strict=True))
    for code, place in place_of.items():
        tips.tell(axes, *place, names[code], *_closest(code, pairs, names))
    _tell(figure, largest)
    axes.set(xlim=(-REACH, REACH), ylim=(-REACH, REACH), aspect="equal")
    axes.set_axis_off()
    return style.finish(figure)


def _on_circle(count: int) -> NDArray[np.float64]:
    """Places on the unit circle, the first at the top, clockwise: count × 2."""
    angles = np.pi / 2 - 2 * np.pi * np.arange(count) / count
    return np.column_stack([np.cos(angles), np.sin(angles)])


def _join(
    axes: Axes, first: NDArray[np.float64], second: NDArray[np.float64], strength: float, *, uneven: bool
) -> None:
    """Draw a line that bends towards the middle."""
    bend = tuple(TOWARDS_MIDDLE * (first + second) / 2)
    curve = Path([tuple(first), bend, tuple(second)], [Path.MOVETO, Path.CURVE3, Path.CURVE3])
    axes.add_patch(PathPatch(curve, fill=False, **_line(strength, uneven=uneven)))


def _line(strength: float, *, uneven: bool) -> dict[str, Any]:
    """How a line of a strength from 0 to 1 looks."""
    return {
        "color": style.GREY,
        "alpha": FAINTEST + (DARKEST - FAINTEST) * strength,
        "linewidth": THINNEST + (THICKEST - THINNEST) * strength,
        "linestyle": "--" if uneven else "-",
    }


def _name(axes: Axes, places: NDArray[np.float64], names: pd.Series) -> None:
    """Write each name outwards from its place, so that no two meet however many there are."""
    for (across, up), name in zip(places, names, strict=True):
        turned = np.degrees(np.arctan2(up, across))
        on_left = across < -1e-9  # noqa: PLR2004 - the lowest place is not exactly at 0
        angle, side = (turned + 180, "right") if on_left else (turned, "left")
        axes.text(
            RIM * across, RIM * up, name, ha=side, va="center", rotation=angle, rotation_mode="anchor", fontsize=9.5
        )


def _closest(code: str, pairs: pd.DataFrame, names: Mapping[str, str]) -> list[str]:
    """The codes that stand closest to one, each with its coefficient."""
    own = pairs[(pairs["code_1"] == code) | (pairs["code_2"] == code)]
    closest = own.sort_values("coefficient", ascending=False, kind="stable").head(CLOSEST)
    return [
        f"{names[pair['code_2'] if pair['code_1'] == code else pair['code_1']]}{PART}c = {pair['coefficient']:.2f}"
        for pair in closest.to_dict("records")
    ]


def _tell(figure: Figure, largest: float) -> None:
    """Say above the network what thickness and dashes mean."""
    told = [(1.0, f"c = {largest:.2f}", False), (0.5, f"c = {largest / 2:.2f}", False), (0.3, "very uneven", True)]
    lines = [Line2D([], [], label=text, **_line(strength, uneven=uneven)) for strength, text, uneven in told]
    figure.legend(handles=lines, loc="outside upper right", fontsize=10, ncols=3)
