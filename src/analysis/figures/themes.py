"""The four colours of a drawing that change with a page's theme, and how a drawing leaves them to the page."""

import re

INK, MUTED, GRID, PAPER = "#1f2329", "#5c636e", "#d4d8de", "#fdfdfe"
THEMED = {INK: "ink", MUTED: "muted", GRID: "grid", PAPER: "paper"}


def themed(drawing: str) -> str:
    """Let the page decide on ink, muted, grid and paper; as `unthemed` undoes it."""
    for colour, role in THEMED.items():
        drawing = drawing.replace(colour, f"var(--figure-{role}, {colour})")
    return drawing


def unthemed(drawing: str) -> str:
    """Put the fixed colours back, for a file of its own."""
    return re.sub(r"var\(--figure-\w+, (#\w+)\)", r"\1", drawing)
