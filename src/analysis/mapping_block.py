"""The mapping of a new study.yml as text: what was guessed, and in comments what there is to choose from."""

from collections.abc import Iterator, Mapping
from textwrap import indent, wrap
from typing import Any

import yaml

from analysis.settings import mappable
from analysis.sources.suggestions import TO_FILL_IN

WIDTH = 110
Mapped = Mapping[str, list[Mapping[str, Any]]]
GUESSED = "Which column of your file is which of ours: ours, then yours. Guessed by the names of the columns."
OPEN = "Put a column of the file in the place of what is in capitals; leave out what the file lacks."
WANTED = "Take the sign off the line that you want, if any:"


def mapping_block(mapping: Mapped, lines: Mapping[str, tuple[str, ...]], columns: tuple[str, ...]) -> Iterator[str]:
    """The lines of the mapping, none without one; `columns` are those of a file for which it has to be filled in."""
    if not mapping:
        return
    yield from comment(GUESSED)
    if columns:
        yield from comment(OPEN)
        yield from comment(f"Columns of the file: {', '.join(columns)}.")
    yield "mapping:"
    for table, found in mapping.items():
        if columns:
            yield from comment(f"Ours: {', '.join(mappable(table))}.", 2)
        entries: Any = found[0] if len(found) == 1 else list(found)
        yield from _dumped({table: entries}).splitlines()
        inner = 4 if len(found) == 1 else 6
        if lines.get(table):
            yield from comment(WANTED, inner)
            yield from (f"{' ' * inner}# {line}" for line in lines[table])
    if columns and "comments" not in mapping:
        yield from _comments_instead()


def to_fill_in(text: str) -> list[int]:
    """The lines of a study.yml in which a column has to be put in."""
    wanted = {f"{name}: {told}" for columns in TO_FILL_IN.values() for name, told in columns.items()}
    return [number for number, line in enumerate(text.splitlines(), start=1) if line.strip(" -") in wanted]


def optional_lines(text: str) -> list[tuple[int, str]]:
    """The lines of a study.yml that may be wanted in the mapping, each with its number."""
    lines = list(enumerate(text.splitlines(), start=1))
    return [(number, line) for number, line in lines if line.strip().startswith(("# time_format:", "# utc_offset:"))]


def comment(text: str, margin: int = 0) -> list[str]:
    """A comment of study.yml, in lines."""
    start = " " * margin + "# "
    plain = " ".join(text.split())
    return wrap(plain, WIDTH, initial_indent=start, subsequent_indent=start, break_long_words=False)


def _dumped(entries: Mapping[str, Any]) -> str:
    return indent(yaml.safe_dump(dict(entries), allow_unicode=True, sort_keys=False, width=WIDTH).rstrip(), "  ")


def _comments_instead() -> Iterator[str]:
    """What to write for a file of comments, which nobody can tell from posts by these columns."""
    yield from comment("If the rows are comments, put this in the place of posts:", 2)
    block = _dumped({"comments": {"columns": dict(TO_FILL_IN["comments"])}})
    yield from (f"  # {line[2:]}" for line in block.splitlines())
