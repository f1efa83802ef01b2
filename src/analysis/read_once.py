"""A study whose tables and results are read once: for the book, which makes many pages of the same few."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from analysis.study import Study


@dataclass(frozen=True)
class ReadOnce(Study):
    """The study as it was when each table and each result was first asked for. Nobody may change what is given."""

    @classmethod
    def of(cls, study: Study) -> "ReadOnce":
        """The same study, to be read once."""
        return cls(study.name, study.root, study.settings, study.shelf)

    def table(self, name: str) -> Any:
        """A canonical table of the study, or `NotComputable` when the study has none."""
        return self._once("table", name, super().table)

    def result(self, name: str) -> Any:
        """A table that an earlier notebook showed, by its name."""
        return self._once("result", name, super().result)

    @cached_property
    def _known(self) -> dict[tuple[str, str], Any]:
        """What was read so far."""
        return {}

    def _once(self, kind: str, name: str, read: Callable[[str], Any]) -> Any:
        if (kind, name) not in self._known:
            self._known[kind, name] = read(name)
        return self._known[kind, name]
