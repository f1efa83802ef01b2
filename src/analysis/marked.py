"""YAML that remembers on which line each key stands, so that a problem can be told by its place.

A key that stands twice is a problem of the file: YAML would keep the last one and say nothing.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from analysis.errors import StudyError

Place = tuple[str, ...]


@dataclass(frozen=True)
class Problem:
    """What is wrong below which keys of a file; `at` leads on to the key whose line is told."""

    place: Place
    told: str
    at: Place = ()


@dataclass(frozen=True)
class Marked:
    """What a file says, the line of each key, and the keys that stand twice, each with its first and second line."""

    where: str
    content: Any
    lines: Mapping[Place, int]
    doubled: tuple[tuple[Place, int, int], ...] = ()

    def tell(self, problem: Problem) -> str:
        """A problem as the user reads it: the file, the line, the keys, and what is wrong."""
        keys = ", ".join(problem.place)
        line = line_of((*problem.place, *problem.at), self.lines)
        return f"{self.where}, line {line}: {keys}{': ' if keys else ''}{problem.told}"

    def tell_doubled(self) -> list[str]:
        """Say of each key that stands twice where."""
        return [
            f"{self.where}, line {second}: '{', '.join(place)}' stands already in line {first}. Take one of them out."
            for place, first, second in self.doubled
        ]


def read_marked(text: str, *, where: str) -> Marked:
    r"""Read YAML with the line of each key. Raises `StudyError` where it is not readable.

    >>> read_marked("a:\n  b: 1\n  c: 2", where="x.yml").lines[("a", "c")]
    3
    """
    try:
        loader = yaml.SafeLoader(text)
        node = loader.get_single_node()
        lines: dict[Place, int] = {}
        doubled = []
        for place, line in _keys(node, (), []):
            if place in lines:
                doubled.append((place, lines[place], line))
            lines.setdefault(place, line)
        content = None if node is None else loader.construct_document(node)
    # A day such as 2025-13-45 looks like a date to YAML and is none.
    except (yaml.YAMLError, ValueError) as error:
        raise StudyError(_unreadable(error, where)) from error
    return Marked(where, content, lines, tuple(doubled))


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


def _unreadable(error: yaml.YAMLError | ValueError, where: str) -> str:
    mark, problem = getattr(error, "problem_mark", None), getattr(error, "problem", None)
    place = f", line {mark.line + 1}" if mark else ""
    hint = "A text that holds a colon or a hash sign needs quotes; lines are indented by spaces, not tabs."
    return f"{where}{place}: not readable as YAML: {problem or error}. {hint}"
