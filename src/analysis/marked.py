"""YAML that remembers on which line each key stands, so that a problem can be told by its place.

A key that stands twice is a problem of the file: YAML would keep the last one and say nothing.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from analysis.errors import StudyError

Place = tuple[str, ...]
NO_SUCH_DAY = "there is no such day or time; correct it, or put it in quotes as a text"
# What begins in an earlier line than the one in which YAML gives up.
BEGUN_EARLIER = (
    "while scanning a quoted scalar", "while scanning a simple key", "while parsing a flow sequence",
    "while parsing a flow mapping",
)  # fmt: skip
IN_PLAIN_WORDS = {
    "mapping values are not allowed": "a colon where none can be; a text with a colon needs quotes, keys one margin",
    "could not find expected ':'": "a line without a colon; expected a key, a colon and what it says",
    "found unexpected end of stream": "a quote that is opened and never closed",
    "expected ',' or ']'": "a list that is opened with [ and not closed, or a comma is missing in it",
    "expected ',' or '}'": "a block that is opened with { and not closed, or a comma is missing in it",
    "expected <block end>": "a line with another margin than its neighbours, or words after a closing quote",
    r"found character '\t'": "a tab; lines are indented by spaces",
    "that cannot start any token": "a text that begins with a sign such as @, % or `; put it in quotes",
    "found undefined alias": "a text that begins with *; put it in quotes",
    "found unhashable key": "a key in brackets; expected a word",
    "unacceptable character": "a character that cannot be seen and is not allowed; write the line again",
}
# A hash sign after a space, and no space after it.
_CUT = re.compile(r"[ \t]+(#[^\s#][^\n]*)")


@dataclass(frozen=True)
class Problem:
    """What is wrong below which keys of a file; `at` leads on to the key whose line is told."""

    place: Place
    told: str
    at: Place = ()


@dataclass(frozen=True)
class Marked:
    """What a file says, the line of each key, and what YAML would be silent about.

    That is keys that stand twice, each with its first and second line, and texts that a hash sign cuts off, each with
    its line and what is lost.
    """

    where: str
    content: Any
    lines: Mapping[Place, int]
    doubled: tuple[tuple[Place, int, int], ...] = ()
    cut: tuple[tuple[Place, int, str], ...] = ()

    def tell(self, problem: Problem) -> str:
        """A problem as the user reads it: the file, the line, the keys, and what is wrong."""
        keys = ", ".join(problem.place)
        line = line_of((*problem.place, *problem.at), self.lines)
        return f"{self.where}, line {line}: {keys}{': ' if keys else ''}{problem.told}"

    def tell_silent(self) -> list[str]:
        """Say where keys stand twice, and where texts are cut off."""
        twice = [
            f"{self.where}, line {second}: '{', '.join(place)}' stands already in line {first}. Take one of them out."
            for place, first, second in self.doubled
        ]
        return twice + [
            f"{self.where}, line {line}: {', '.join(place)}: '{lost}' would be taken for a comment and be lost. "
            "Put the whole text in quotes; a comment needs a space after its sign."
            for place, line, lost in self.cut
        ]


def read_marked(text: str, *, where: str) -> Marked:
    r"""Read YAML with the line of each key. Raises `StudyError` where it is not readable.

    >>> read_marked("a:\n  b: 1\n  c: 2", where="x.yml").lines[("a", "c")]
    3
    """
    try:
        loader = _Loader(text)
        node = loader.get_single_node()
        lines: dict[Place, int] = {}
        doubled = []
        for place, line in _keys(node, (), []):
            if place in lines:
                doubled.append((place, lines[place], line))
            lines.setdefault(place, line)
        content = None if node is None else loader.construct_document(node)
        cut = tuple(_cut_off(node, text))
    except yaml.YAMLError as error:
        raise StudyError(_unreadable(error, where)) from error
    return Marked(where, content, lines, tuple(doubled), cut)


def line_of(place: Place, lines: Mapping[Place, int]) -> int:
    """The line of a key, or of the innermost key around it that the file has; else the first.

    >>> line_of(("sides", "host", "label"), {("sides",): 4, ("sides", "host"): 7})
    7
    """
    while place and place not in lines:
        place = place[:-1]
    return lines.get(place, 1)


def _keys(node: yaml.Node | None, place: Place, above: list[yaml.Node]) -> Iterator[tuple[Place, int]]:
    """Every key below a node, and every entry of a list by its number from 1, each with its line."""
    if isinstance(node, yaml.MappingNode):
        inside = [(str(key.value), key, value) for key, value in node.value]
    elif isinstance(node, yaml.SequenceNode):
        inside = [(str(number), entry, entry) for number, entry in enumerate(node.value, start=1)]
    else:
        return
    # An alias may lead back to a node that holds it.
    if any(node is other for other in above):
        return
    for name, marked, value in inside:
        yield (*place, name), marked.start_mark.line + 1
        yield from _keys(value, (*place, name), [*above, node])


def _day(loader: yaml.SafeLoader, node: yaml.ScalarNode) -> Any:
    """A day or a moment; one such as 2025-13-45 looks like a date to YAML and is none."""
    try:
        return loader.construct_yaml_timestamp(node)
    except ValueError as error:
        raise yaml.constructor.ConstructorError(None, None, NO_SUCH_DAY, node.start_mark) from error


class _Loader(yaml.SafeLoader):
    """YAML's own loader, which names the place of a day that does not exist."""


_Loader.add_constructor("tag:yaml.org,2002:timestamp", _day)


def _cut_off(node: yaml.Node | None, text: str, place: Place = ()) -> Iterator[tuple[Place, int, str]]:
    """Texts without quotes before a hash sign that looks like a part of them, since no space stands after it."""
    for name, value in _inside(node):
        if isinstance(value, yaml.ScalarNode) and value.style is None:
            found = _CUT.match(text, value.end_mark.index)
            if found:
                yield (*place, name), value.end_mark.line + 1, found[1]
        elif not isinstance(value, yaml.ScalarNode) and value.start_mark.index > (node.start_mark.index if node else 0):
            yield from _cut_off(value, text, (*place, name))


def _inside(node: yaml.Node | None) -> list[tuple[str, yaml.Node]]:
    if isinstance(node, yaml.MappingNode):
        return [(str(key.value), value) for key, value in node.value]
    if isinstance(node, yaml.SequenceNode):
        return [(str(number), entry) for number, entry in enumerate(node.value, start=1)]
    return []


def _unreadable(error: yaml.YAMLError, where: str) -> str:
    """What is wrong in plain words, in the line in which it begins."""
    problem, context = str(getattr(error, "problem", None) or error), str(getattr(error, "context", None) or "")
    begun = getattr(error, "context_mark", None) if context in BEGUN_EARLIER else None
    mark = begun or getattr(error, "problem_mark", None)
    place = f", line {mark.line + 1}" if mark else ""
    told = next((plain for jargon, plain in IN_PLAIN_WORDS.items() if jargon in problem), problem)
    return f"{where}{place}: not readable: {told}. Correct it, then run the same command again."
