"""Where two executed notebooks differ, or two files: the cell, the kind of output, and the first character or byte."""

import base64
import json
from collections.abc import Iterator, Mapping
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import Any

# So much of a text is shown before and after the first character that differs.
BEFORE, AFTER = 20, 40
# Of these Jupyter keeps the bytes, written as letters.
IMAGES = ("image/png", "image/jpeg", "image/gif", "application/pdf")


def between_notebooks(stored: Mapping[str, Any], fresh: Mapping[str, Any]) -> Iterator[str]:
    """Say of each cell of the stored notebook what differs in the fresh one; cells count from 0, as in errors."""
    before, now = stored["cells"], fresh["cells"]
    old_cells, new_cells = ([(cell["cell_type"], cell["source"]) for cell in cells] for cells in (before, now))
    for kind, *ends in SequenceMatcher(None, old_cells, new_cells, autojunk=False).get_opcodes():
        for old, new in zip_longest(range(*ends[:2]), range(*ends[2:])):
            if old is None:
                yield f"cell {new}, source: was not stored: {_shown(now[new]['source'], 0)}"
            elif new is None:
                yield f"cell {old}, source: is gone; stored was {_shown(before[old]['source'], 0)}"
            elif kind == "equal":
                yield from (f"cell {old}, {told}" for told in _between_cells(before[old], now[new]))
            else:
                yield f"cell {old}, source: {first_difference(before[old]['source'], now[new]['source'])}"


def first_difference(stored: str, fresh: str) -> str:
    """Where two texts begin to differ, and what stands there.

    >>> first_difference("a share of 0.71", "a share of 0.72")
    "line 1: stored 'a share of 0.71', now 'a share of 0.72'"
    """
    at = _alike(stored, fresh)
    return f"line {stored.count(chr(10), 0, at) + 1}: stored {_shown(stored, at)}, now {_shown(fresh, at)}"


def first_byte(stored: bytes, fresh: bytes) -> str:
    """Where two files begin to differ that are not read as text; bytes are numbered from 1.

    >>> first_byte(b"abc", b"abcd")
    '3 bytes stored, 4 now; byte 4 is the first that differs'
    """
    at = _alike(stored, fresh)
    return f"{len(stored):,} bytes stored, {len(fresh):,} now; byte {at + 1:,} is the first that differs"


def _alike(stored: str | bytes, fresh: str | bytes) -> int:
    """How long two beginnings are the same."""
    pairs = enumerate(zip(stored, fresh, strict=False))
    return next((at for at, (before, now) in pairs if before != now), min(len(stored), len(fresh)))


def _between_cells(stored: Mapping[str, Any], fresh: Mapping[str, Any]) -> Iterator[str]:
    """What differs in two cells of one source."""
    for part in _parts_that_differ(stored, fresh):
        if part != "outputs":
            yield f"{part}: {first_difference(_text(stored.get(part)), _text(fresh.get(part)))}"
    pairs = zip_longest(stored.get("outputs", []), fresh.get("outputs", []))
    for number, (before, now) in enumerate(pairs, start=1):
        if before is None:
            yield f"output {number}, {_kinds(now)}: was not stored"
        elif now is None:
            yield f"output {number}, {_kinds(before)}: is missing"
        elif before != now:
            yield from (f"output {number}, {told}" for told in _between_outputs(before, now))


def _between_outputs(stored: Mapping[str, Any], fresh: Mapping[str, Any]) -> Iterator[str]:
    """What differs in two outputs: each of their forms, such as text/html or image/png, and whatever else they hold."""
    before, now = ({**output, **output.get("data", {})} for output in (stored, fresh))
    for part in _parts_that_differ(before, now):
        if part == "data":
            continue
        if part not in now:
            yield f"{part}: is missing"
        elif part not in before:
            yield f"{part}: was not stored"
        elif part in IMAGES:
            yield f"{part}: {first_byte(base64.b64decode(before[part]), base64.b64decode(now[part]))}"
        else:
            yield f"{part}: {first_difference(_text(before[part]), _text(now[part]))}"


def _parts_that_differ(stored: Mapping[str, Any], fresh: Mapping[str, Any]) -> list[str]:
    """The keys whose content is not the same, in the order of the stored one."""
    return [part for part in dict.fromkeys([*stored, *fresh]) if stored.get(part) != fresh.get(part)]


def _kinds(output: Mapping[str, Any]) -> str:
    """In which forms an output was shown."""
    return " and ".join(output.get("data", {})) or str(output.get("name", output["output_type"]))


def _text(content: Any) -> str:
    return content if isinstance(content, str) else json.dumps(content, ensure_ascii=False, sort_keys=True, indent=1)


def _shown(text: str, at: int) -> str:
    """The words around a place in a text, on one line."""
    start, end = max(0, at - BEFORE), at + AFTER
    part = " ".join(text[start:end].split("\n"))
    return repr(f"{'…' if start else ''}{part}{'…' if end < len(text) else ''}")
