"""Where each entry of the argument's map stands: a column for each layer, links as curves to the right."""

from collections.abc import Mapping
from dataclasses import dataclass
from unicodedata import east_asian_width

from analysis.argument_map import LAYERS, ArgumentMap, Edge

WIDTHS = {
    "theory": 112, "claims": 84, "evidence": 88, "code": 148, "theme": 134, "pattern": 112, "implication": 112,
}  # fmt: skip
GAP, TOP, SIZE, LINE, PADDING = 28, 26, 11.5, 14, 6
# Bold letters take more room.
BOLD = {"pattern": 0.88}
# A target of at least 24 pixels, and room between two.
SMALLEST, BETWEEN = 24, 6


@dataclass(frozen=True)
class Box:
    """Where one entry stands, and its label in lines."""

    x: float
    y: float
    width: float
    height: float
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Layout:
    """Where everything stands."""

    width: float
    height: float
    boxes: Mapping[str, Box]
    columns: Mapping[str, float]


def lay_out(argument: ArgumentMap, labels: Mapping[str, str]) -> Layout:
    """Every entry in the column of its layer, each column spread over the whole height."""
    lines = {
        node.node_id: broken(labels[node.node_id], (WIDTHS[node.layer] - 2 * PADDING) * BOLD.get(node.layer, 1))
        for node in argument.nodes.values()
    }
    heights = {name: max(SMALLEST, LINE * len(told) + PADDING) for name, told in lines.items()}
    columns = {layer: [node.node_id for node in nodes] for layer, nodes in argument.by_layer.items()}
    tallest = max(sum(heights[name] + BETWEEN for name in names) for names in columns.values())
    boxes: dict[str, Box] = {}
    starts: dict[str, float] = {}
    x = 1.0
    for layer in LAYERS:
        starts[layer] = x
        room = (tallest - sum(heights[name] for name in columns[layer])) / max(1, len(columns[layer]))
        y = TOP + room / 2
        for name in columns[layer]:
            boxes[name] = Box(x, round(y, 1), WIDTHS[layer], heights[name], lines[name])
            y += heights[name] + room
        x += WIDTHS[layer] + GAP
    return Layout(x - GAP + 1, TOP + tallest, boxes, starts)


def curve(layout: Layout, edge: Edge) -> str:
    """The path of a link, from the right of one box to the left of the other."""
    start, end = layout.boxes[edge.start], layout.boxes[edge.end]
    x, y = start.x + start.width, start.y + start.height / 2
    to_x, to_y = end.x, end.y + end.height / 2
    bend = min(60.0, (to_x - x) / 2)
    return f"M{x:.1f} {y:.1f}C{x + bend:.1f} {y:.1f} {to_x - bend:.1f} {to_y:.1f} {to_x:.1f} {to_y:.1f}"


def broken(label: str, width: float) -> tuple[str, ...]:
    """A label in lines that fit a width; words are not broken, signs of wide scripts may be parted anywhere.

    >>> broken("Guiding through the platform", 100)
    ('Guiding through', 'the platform')
    """
    lines = [""]
    for piece in _pieces(label):
        if lines[-1] and wide(lines[-1] + piece.rstrip()) > width:
            lines.append("")
        lines[-1] += piece if lines[-1] else piece.lstrip()
    return tuple(line.rstrip() for line in lines)


def wide(text: str) -> float:
    """About how many pixels a text takes."""
    return sum(SIZE * (1.0 if east_asian_width(sign) in "WF" else 0.57) for sign in text)


def _pieces(label: str) -> list[str]:
    """The words of a label, each with what parts it from the next; a sign of a wide script is a piece by itself."""
    pieces = [""]
    for sign in label:
        if east_asian_width(sign) in "WF" or (pieces[-1].endswith((" ", "-")) and sign != " "):
            pieces.append("")
        pieces[-1] += sign
    return [piece for piece in pieces if piece]
