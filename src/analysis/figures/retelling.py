"""The words of a drawing: read out of its file, and told in another language.

Nothing is drawn for it, so matplotlib is not needed: pages are made of the files.
"""

import html
import re
from collections.abc import Iterator, Sequence

from analysis.wording import say

FACT = re.compile(r'data-([a-z]+)="([^"]*)"')
LINE = 1.2
# Between the parts of a line that are said each for itself.
PART = " · "
TITLE = re.compile(r"<title>([^<]*)</title>")
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ufffe\uffff]+")


def words_of(drawing: str) -> Iterator[str]:
    """Every text in a drawing that holds words, as one line; then each that is said for itself in its tips."""
    for found in re.finditer(r' data-said="([^"]*)"', drawing):
        yield html.unescape(found[1])
    for found in TITLE.finditer(drawing):
        for line in _lines(found):
            yield from line.split(PART)


def labels_retold(drawing: str) -> str:
    """A drawing with the words in it in the language that is spoken; a word without a translation stays an outline."""
    lines = drawing.split("\n")
    told: list[str] = []
    at = 0
    while at < len(lines):
        label = _retold_label(lines[at])
        end = _end_of_group(lines, at) if label else at
        told += [label, *_defined_in(lines[at : end + 1])] if label else [lines[at]]
        at = end + 1
    return "\n".join(told)


def tips_retold(drawing: str) -> str:
    """A drawing whose tips are in the language that is spoken, part by part."""
    return TITLE.sub(lambda found: f"<title>{escaped([_retold_line(line) for line in _lines(found)])}</title>", drawing)


def escaped(lines: Sequence[str]) -> str:
    """Lines as one line of a file, whatever they hold."""
    return "&#10;".join(html.escape(CONTROL.sub(" ", line).strip()) for line in lines)


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


def _lines(found: re.Match[str]) -> list[str]:
    return html.unescape(found[1]).split("\n")


def _retold_line(line: str) -> str:
    return PART.join(say(part) for part in line.split(PART))
