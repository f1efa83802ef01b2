"""What the marks of a figure say when one points at them, and where each of them lies.

A mark that says something is a box that nobody sees, over what is drawn there. Its text is a title, which a browser
shows by itself; the book's script shows it better, and to the keyboard and to fingers as well.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from weakref import WeakKeyDictionary

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike, NDArray

from analysis.figures.retelling import escaped

# In points: what is smaller is widened to this, so that it can be met.
SMALLEST = 12
# Of a curve, so many places at most say something.
PLACES = 60


@dataclass(frozen=True)
class Spot:
    """A box in the measures of its axes, and the lines that it says; without a height it is as high as the axes."""

    axes: Axes
    across: tuple[float, float]
    up: tuple[float, float] | None
    lines: tuple[str, ...]


_spots: WeakKeyDictionary[Figure, list[Spot]] = WeakKeyDictionary()


def tell(axes: Axes, across: ArrayLike, up: ArrayLike, *lines: str) -> None:
    """Let what lies between two places of each axis, or at one, say these lines; empty ones are left out."""
    _keep(Spot(axes, _ends(across), _ends(up), tuple(filter(None, lines))))


def tell_bar(axes: Axes, ends: tuple[float, float], row: float, *lines: str, thick: float = 0.62) -> None:
    """Let a lying bar in a row say these lines."""
    tell(axes, ends, (row - thick / 2, row + thick / 2), *lines)


def tell_column(axes: Axes, across: ArrayLike, *lines: str) -> None:
    """Let a strip of the axes, from bottom to top, say these lines."""
    _keep(Spot(axes, _ends(across), None, tuple(filter(None, lines))))


def places_along(count: int) -> NDArray[np.int64]:
    """Which of so many places on a curve say something: all, or evenly spread ones with both ends.

    >>> places_along(3).tolist(), len(places_along(1000)), places_along(1000)[-1].item()
    ([0, 1, 2], 60, 999)
    """
    return np.unique(np.linspace(0, count - 1, min(count, PLACES)).round().astype(np.int64))


def columns_around(places: Sequence[float]) -> list[tuple[float, float]]:
    """The strip around each of several places, in order, up to halfway to its neighbours.

    >>> columns_around([1, 3, 4])
    [(0.0, 2.0), (2.0, 3.5), (3.5, 4.5)]
    """
    middle = np.asarray(places, dtype=float)
    between = (middle[1:] + middle[:-1]) / 2 if len(middle) > 1 else np.empty(0)
    first, last = (between[0], between[-1]) if len(between) else (middle[0] + 0.5, middle[0] - 0.5)
    edges = [2 * middle[0] - first, *between, 2 * middle[-1] - last]
    return [(float(low), float(high)) for low, high in pairwise(edges)]


def told(what: str, number: float, digits: int = 0) -> str:
    """A number after what it counts, without figures that say nothing.

    >>> told("units", 1200), told("alpha", 0.7102, 2), told("alpha", -0.05, 2)
    ('units: 1,200', 'alpha: 0.71', 'alpha: −0.05')
    """
    return f"{what}: {number:,.{digits}f}".replace("-", "−")


def share(what: str, part: float, digits: int = 0) -> str:
    """A share after what it is a share of.

    >>> share("share of the units read", 0.125, 1)
    'share of the units read: 12.5 %'
    """
    return f"{what}: {100 * part:.{digits}f} %"


def interval(what: str, low: float, high: float) -> str:
    """An interval of shares; nothing where it is unknown.

    >>> interval("interval", 0.1, 0.255), interval("interval", float("nan"), 1)
    ('interval: 10 to 26 %', '')
    """
    return "" if np.isnan(low) or np.isnan(high) else f"{what}: {100 * low:.0f} to {100 * high:.0f} %"


def written(figure: Figure) -> str:
    """All that a settled figure says, as a group of a drawing; empty where it says nothing."""
    spots = _spots.get(figure, [])
    boxes = "".join(f"  {_box(spot)}\n" for spot in spots if spot.lines)
    return f' <g class="tips" fill="none" pointer-events="all">\n{boxes} </g>\n' if boxes else ""


def _keep(spot: Spot) -> None:
    figure = spot.axes.get_figure(root=True)
    if figure is not None:
        _spots.setdefault(figure, []).append(spot)


def _ends(given: ArrayLike) -> tuple[float, float]:
    values = np.atleast_1d(np.asarray(given, dtype=float))
    return float(values.min()), float(values.max())


def _box(spot: Spot) -> str:
    """The box of a mark in the points of its drawing, which counts from the top."""
    figure = spot.axes.get_figure(root=True)
    low, high = sorted(spot.up or spot.axes.get_ylim())
    corners = spot.axes.transData.transform([(spot.across[0], low), (spot.across[1], high)])
    (left, bottom), (right, top) = corners * 72 / figure.dpi if figure is not None else corners
    total = figure.get_figheight() * 72 if figure is not None else 0.0
    x, width = _widened(float(min(left, right)), float(max(left, right)), none_is_small=spot.up is None)
    y, height = _widened(total - float(max(top, bottom)), total - float(min(top, bottom)))
    place = f'x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}"'
    return f"<rect {place}><title>{escaped(spot.lines)}</title></rect>"


def _widened(start: float, end: float, *, none_is_small: bool = False) -> tuple[float, float]:
    """Where a side begins and how long it is; a strip of a curve is as wide as it is."""
    missing = 0.0 if none_is_small else max(0.0, SMALLEST - (end - start))
    return start - missing / 2, end - start + missing
