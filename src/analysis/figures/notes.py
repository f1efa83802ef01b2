"""Words inside a figure."""

from matplotlib.axes import Axes


def note(axes: Axes, text: str, at: tuple[float, float], shift: tuple[float, float] = (6, 0), **more: object) -> None:
    """Write a short text beside a point of the data, shifted by so many points."""
    axes.annotate(text, at, shift, textcoords="offset points", **{"fontsize": 10, "va": "center", **more})


def title(axes: Axes, text: str, **more: object) -> None:
    """Write a figure's or a panel's title at its left."""
    axes.set_title(text, **more)
