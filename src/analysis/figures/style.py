"""The look of every figure: one size, one typeface, colours that hold in light and in dark.

Ink, muted, grid and paper are the four colours that change with the page's theme: `svg` writes them into the file,
the page replaces them by its own. All others keep 3:1 against a white and against a near-black page and stay apart
for colour-blind readers (after Okabe and Ito 2008, darkened).
"""

import io
import re
import warnings
from collections.abc import Callable
from functools import cache, cached_property, partial
from pathlib import Path
from typing import Any

import matplotlib as mpl
import pylopdf_fonts_zh_cn
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.backend_bases import _get_renderer
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.patheffects import AbstractPathEffect, withStroke
from matplotlib.text import Text

from analysis.figures import labels, themes, tips

# Those that change with the page's theme.
INK, MUTED, GRID, PAPER = themes.INK, themes.MUTED, themes.GRID, themes.PAPER
BLUE, ORANGE, GREEN, PURPLE, RED, GREY = "#2c7fb8", "#c9701a", "#1b8a6b", "#9463b8", "#cf4f5c", "#7a828c"
CATEGORY_COLOURS = (BLUE, ORANGE, GREEN, PURPLE, RED, GREY)
PATTERN_COLOURS = (BLUE, ORANGE, GREEN)
SIDE_COLOURS = {"newcomer": BLUE, "host": RED}

WIDTH = 7.2
MISSING = "□"
# Letters that a name in a drawing keeps when there is no room for all of it, then for so many.
ROOM = (60, 40, 25, 12, 6)
RULES = {
    "axes.axisbelow": True,
    "axes.edgecolor": GRID,
    "axes.facecolor": "none",
    "axes.grid": True,
    "axes.labelcolor": MUTED,
    "axes.spines.left": False,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlecolor": INK,
    "axes.titlelocation": "left",
    "axes.titlesize": 12,
    "figure.facecolor": "none",
    "font.size": 11,
    "grid.color": GRID,
    "grid.linewidth": 0.8,
    "legend.frameon": False,
    "lines.linewidth": 2,
    "svg.fonttype": "path",
    # Without a fixed salt the identifiers in the file differ from run to run.
    "svg.hashsalt": "compendium",
    "text.color": INK,
    # A text of the data may hold dollar signs and backslashes, and is no formula.
    "text.parse_math": False,
    "xtick.color": MUTED,
    "xtick.major.size": 0,
    "ytick.color": INK,
    "ytick.major.size": 0,
}


class Canvas(FigureCanvasSVG):
    """A canvas that measures with one renderer, which remembers the size of each text; Matplotlib takes new ones."""

    @cached_property
    def measuring(self) -> Any:
        """The renderer that measures; nobody reads what it writes."""
        return _get_renderer(self.figure)

    def get_renderer(self) -> Any:
        """The renderer that measures, as Matplotlib asks for it."""
        return self.measuring


@cache
def typefaces() -> list[str]:
    """Register the packaged typeface that has Chinese; symbols that it lacks come from matplotlib's own."""
    path = Path(pylopdf_fonts_zh_cn.__file__).parent / "NotoSansSC-Regular.otf"
    font_manager.fontManager.addfont(path)
    return [font_manager.FontProperties(fname=str(path)).get_name(), "DejaVu Sans"]


@cache
def _characters() -> frozenset[int]:
    found = [font_manager.findfont(name) for name in typefaces()]
    return frozenset().union(*(font_manager.get_font(path).get_charmap() for path in found))


def drawable(text: str) -> str:
    """A text with a square for each character that the typefaces lack, such as a picture, and a space for a tab."""
    return "".join(
        letter if letter == "\n" or ord(letter) in _characters() else " " if letter.isspace() else MISSING
        for letter in text
    )


@cache
def set_look() -> None:
    """Set the look for all that is drawn from now on, texts that are added later included."""
    mpl.rcParams.update({**RULES, "font.family": typefaces()})


def new_figure(height: float = 3.2, *, columns: int = 1, **more: object) -> tuple[Figure, Axes]:
    """Begin a figure of the common width, `height` inches high. With several columns, axes is an array."""
    set_look()
    figure = Figure(figsize=(WIDTH, height), layout="constrained")
    return figure, figure.subplots(ncols=columns, **more)


def part_panels(figure: Figure) -> None:
    """Keep panels so far apart that the last name on one axis stays off the first on the next."""
    layout = figure.get_layout_engine()
    if isinstance(layout, ConstrainedLayoutEngine):
        layout.set(w_pad=0.12)


def halo() -> list[AbstractPathEffect]:
    """A rim in the page's colour, so that words on a line can be read."""
    return [withStroke(linewidth=3, foreground=PAPER)]


def finish(figure: Figure) -> Figure:
    """Take grid lines off the axis that names categories, and hand the figure back."""
    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            names = [label.get_text() for label in axis.get_ticklabels()]
            if any(re.search(r"[^\W\d]", name) for name in names):
                axis.grid(visible=False)
    return figure


def svg(figure: Figure, *, name: str, mark: str) -> str:
    """Write a figure as SVG: the same bytes every time, `mark` inside it, identifiers that begin with `name`.

    A square stands for each character that no typeface has. Raises `UserWarning` when one is missing all the same.
    """
    _make_drawable(figure)
    with warnings.catch_warnings():
        warnings.filterwarnings("error", message="Glyph .* missing from")
        _settle(figure)
        noted = figure.text(0.005, 0.0, mark, ha="left", va="bottom", fontsize=8.5, color=MUTED)
        facts, told = labels.name_labels(figure), tips.written(figure)
        file = io.StringIO()
        Canvas(figure).print_svg(file, metadata={"Date": None, "Creator": None})
        noted.remove()
    drawing = file.getvalue()
    drawing = drawing[drawing.index("<svg") :]
    drawing = re.sub(r"\s*<metadata>.*?</metadata>", "", drawing, flags=re.DOTALL)
    # On a page the rule would reach every other drawing too.
    drawing = drawing.replace("*{stroke-linejoin", f"#{name}-figure_1 *{{stroke-linejoin")
    drawing = _numbered(drawing)
    drawing = re.sub(r'\bid="', f'id="{name}-', drawing)
    drawing = re.sub(r'(href="#|url\(#)', rf"\g<1>{name}-", drawing)
    drawing = labels.with_facts(drawing, facts, name)
    return drawing.replace("</svg>", f"{told}</svg>")


def _make_drawable(figure: Figure) -> None:
    """Put the squares into every text of a figure."""
    _reword(figure, drawable)


def _reword(figure: Figure, change: Callable[[str], str]) -> None:
    """Change every text of a figure, and its axes' names, which each draw writes anew."""
    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            _reword_names(axis, change)
    for text in figure.findobj(Text):
        text.set_text(change(text.get_text()))


def _reword_names(axis: Axis, change: Callable[[str], str]) -> None:
    names = [label.get_text() for label in axis.get_ticklabels()]
    if any(change(name) != name for name in names):
        axis.set_ticks(axis.get_ticklocs(), [change(name) for name in names])


def shortened(text: str, longest: int) -> str:
    """A text whose lines have no more letters than that.

    >>> shortened("a long name", 7)
    'a long…'
    """
    return "\n".join(f"{line[: longest - 1]}…" if len(line) > longest else line for line in text.split("\n"))


def _lay_out(figure: Figure, layout: ConstrainedLayoutEngine) -> None:
    """Lay a figure out; where long names of the data leave no room for what is drawn, shorten them."""
    for longest in ROOM:
        with warnings.catch_warnings():
            warnings.filterwarnings("error", message="constrained_layout not applied")
            try:
                # As a draw begins, without what is drawn.
                layout.execute(figure)
            except UserWarning:
                _reword(figure, partial(shortened, longest=longest))
            else:
                return


def _settle(figure: Figure) -> None:
    """Lay the figure out once, the lowest fifth of an inch left to the mark, and round every place.

    The layout solver's last digits differ from run to run, and would differ in the file.
    """
    layout = figure.get_layout_engine()
    if not isinstance(layout, ConstrainedLayoutEngine):
        return
    room = 0.2 / figure.get_figheight()
    layout.set(rect=(0, room, 1, 1 - room))
    Canvas(figure)
    _lay_out(figure, layout)
    figure.set_layout_engine("none")
    for axes in figure.axes:
        axes.set_position([round(side, 4) for side in axes.get_position().bounds])


def _numbered(drawing: str) -> str:
    """Number the identifiers that matplotlib makes from digests of coordinates."""
    digests = dict.fromkeys(re.findall(r'(?:id="|#)([a-z][0-9a-f]{10})\b', drawing))
    for number, digest in enumerate(digests, start=1):
        drawing = drawing.replace(digest, f"part-{number}")
    return drawing
