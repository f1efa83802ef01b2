"""What a notebook really reads of its study, noted line by line while it runs.

The pipeline names a file in the environment; the doors to settings, tables and results write into it what goes
through them. A notebook that reads the same again gives the same again, so a later run need look at nothing else.
"""

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

NOTES = "COMPENDIUM_READS"
# Stands for all keys or values: they were gone through one by one.
ALL = "*"


@dataclass(frozen=True, order=True)
class Read:
    """One thing that was read: a setting, table, result, value or file, and of which study."""

    kind: str
    name: str
    study: str


def note(kind: str, name: str, study: str) -> None:
    """Note that something of a study was read, where a run asks for it."""
    path = os.environ.get(NOTES)
    if path:
        # Each line at once, as a kernel is ended without warning.
        with Path(path).open("a", encoding="utf-8") as file:
            file.write(json.dumps([kind, name, study]) + "\n")


def noted(path: Path) -> list[Read]:
    """What was noted in a file, each thing once and in order; nothing where nothing was read."""
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    read = {Read(*json.loads(line)) for line in lines}
    return sorted(one for one in read if not _is_within(one, read))


def _is_within(one: Read, read: set[Read]) -> bool:
    """Whether something was read as part of a block that was read whole."""
    above = {ALL, one.name.rpartition(" ")[0]} - {one.name, ""}
    return any(Read(one.kind, name, one.study) in read for name in above)


def watched(content: Mapping[str, Any], kind: str, study: str, inside: tuple[str, ...] = ()) -> Mapping[str, Any]:
    """Settings or values that note which of them are read, where a run asks for it; else as they are.

    `inside` are keys whose blocks are noted key by key, too.
    """
    return Watched(content, kind, study, inside=inside) if os.environ.get(NOTES) else content


class Watched(Mapping[str, Any]):
    """A mapping that notes each key that is looked up, whether it is there or not."""

    def __init__(
        self, content: Mapping[str, Any], kind: str, study: str, *, inside: tuple[str, ...] = (), below: str = ""
    ) -> None:
        self._content, self._kind, self._study, self._inside, self._below = content, kind, study, inside, below

    def __getitem__(self, key: str) -> Any:
        if key in self._inside and isinstance(self._content.get(key), dict):
            return Watched(self._content[key], self._kind, self._study, below=key)
        note(self._kind, f"{self._below} {key}".lstrip(), self._study)
        return self._content[key]

    def __iter__(self) -> Iterator[str]:
        note(self._kind, self._below or ALL, self._study)
        return iter(self._content)

    def __len__(self) -> int:
        note(self._kind, self._below or ALL, self._study)
        return len(self._content)
