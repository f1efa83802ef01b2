"""The words in a figure: which they are, where they stand, and the same drawing with them in another language.

A drawing holds its words as outlines. So that a page in another language can set them anew, every group of outlines
that is a word also says what it is, where it stands, and in which size and colour.
"""

import html
import re

from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.text import Text

WORD = re.compile(r"[^\W\d_]{2}")
ANCHORS = {"left": "start", "center": "middle", "right": "end"}


def name_labels(figure: Figure) -> dict[str, str]:
    """Give each text of a settled figure that holds words an identifier; by it, the facts to be written down."""
    # Annotations know their place only after a draw.
    figure.draw_without_rendering()
    shown = [text for text in figure.findobj(Text) if text.get_visible() and WORD.search(text.get_text())]
    facts = {}
    for number, text in enumerate(shown, start=1):
        text.set_gid(f"said-{number}")
        facts[f"said-{number}"] = _facts(text)
    return facts


def with_facts(drawing: str, facts: dict[str, str], name: str) -> str:
    """Write down the facts of each named text in the drawing called `name`."""
    return re.sub(
        rf'<g id="{re.escape(name)}-(said-\d+)">', lambda found: f"{found[0][:-1]} {facts[found[1]]}>", drawing
    )


def _facts(text: Text) -> str:
    """What a text says and how it is set, as attributes; its place is the middle of its height."""
    turn = float(text.get_rotation())
    figure = text.get_figure(root=True)
    # In points, as the file counts; that of the words alone, without an arrow.
    scale = 72 / figure.dpi
    x0, y0, x1, y1 = (side * scale for side in Text.get_window_extent(text).extents)
    middle = ((x0 + x1) / 2, (y0 + y1) / 2)
    sides = {"left": x0, "center": middle[0], "right": x1}
    alignment = "center" if turn else str(text.get_ha())
    x = middle[0] if turn else sides[alignment]
    facts = {
        "said": re.sub(r"\s+", " ", text.get_text()).strip(),
        "x": f"{x:.1f}",
        "y": f"{figure.get_figheight() * 72 - middle[1]:.1f}",
        "anchor": ANCHORS[alignment],
        "turn": f"{turn:g}",
        "size": f"{text.get_fontsize():g}",
        "lines": str(text.get_text().count("\n") + 1),
        "ink": to_hex(text.get_color()),
        "rim": "yes" if text.get_path_effects() else "no",
    }
    return " ".join(f'data-{name}="{html.escape(fact)}"' for name, fact in facts.items())
