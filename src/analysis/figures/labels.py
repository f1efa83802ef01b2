"""The words in a figure: which they are, where they stand, and the same drawing with them in another language.

A drawing holds its words as outlines. So that a page in another language can set them anew, every group of outlines
that is a word also says what it is, where it stands, and in which size and colour.
"""

import html
import re
from collections.abc import Iterator

from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.text import Text

from analysis.wording import say

FACT = re.compile(r'data-([a-z]+)="([^"]*)"')
WORD = re.compile(r"[^\W\d_]{2}")
ANCHORS = {"left": "start", "center": "middle", "right": "end"}
LINE = 1.2


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


def words_of(drawing: str) -> Iterator[str]:
    """Every text in a drawing that holds words, as one line."""
    for found in re.finditer(r' data-said="([^"]*)"', drawing):
        yield html.unescape(found[1])


def retold(drawing: str) -> str:
    """A drawing with its words in the language that is spoken; a word without a translation stays an outline."""
    lines = drawing.split("\n")
    told: list[str] = []
    at = 0
    while at < len(lines):
        label = _retold_label(lines[at])
        end = _end_of_group(lines, at) if label else at
        told += [label, *_defined_in(lines[at : end + 1])] if label else [lines[at]]
        at = end + 1
    return "\n".join(told)


def _retold_label(line: str) -> str:
    if " data-said=" not in line:
        return ""
    facts = {name: html.unescape(fact) for name, fact in FACT.findall(line)}
    told = say(facts["said"])
    return _text_element(facts, told) if told != facts["said"] else ""


def _end_of_group(lines: list[str], start: int) -> int:
    """The line that closes the group which a line opens: the next one as far to the right."""
    indent = re.match(" *", lines[start])
    closing = f"{indent[0] if indent else ''}</g>"
    return next((at for at in range(start, len(lines)) if lines[at] == closing), start)


def _defined_in(group: list[str]) -> list[str]:
    """The outlines of letters that a group defines: later groups draw with them too."""
    begins, ends = ([at for at, line in enumerate(group) if line.strip() == tag] for tag in ("<defs>", "</defs>"))
    return [line for begin, end in zip(begins, ends, strict=True) for line in group[begin : end + 1]]


def _text_element(facts: dict[str, str], told: str) -> str:
    """Words as text, in the page's typeface, parted into as many lines as the outlines had."""
    x, y, size, turn = (float(facts[name]) for name in ("x", "y", "size", "turn"))
    lines = _parted(told, int(facts["lines"]))
    first = -LINE * size * (len(lines) - 1) / 2
    spans = "".join(
        f'<tspan x="0" y="{first + number * LINE * size:.1f}">{html.escape(line)}</tspan>'
        for number, line in enumerate(lines)
    )
    rim = "paint-order: stroke; stroke: #fdfdfe; stroke-width: 3px; " if facts["rim"] == "yes" else ""
    placed = f'transform="translate({x:g} {y:g}) rotate({-turn:g})" text-anchor="{facts["anchor"]}"'
    style = f"{rim}fill: {facts['ink']}; font-size: {size:g}px"
    return f'<text {placed} dominant-baseline="central" style="{style}">{spans}</text>'


def _parted(told: str, number: int) -> list[str]:
    """A text in so many lines of about one length; at spaces where it has enough, else anywhere."""
    size = -(-len(told) // number)
    return [told[at : at + size].strip() for at in range(0, len(told), size)] if number > 1 else [told]


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
