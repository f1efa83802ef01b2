"""The texts of a project on one line of characters, on which each position of each way of counting has its place."""

from collections.abc import Iterable
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from analysis.qda.offsets_evidence import Characters, Flags, Slots, edges
from analysis.qda.project import Count, Counting, Source

MARK = "\ufeff"
MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
# Between two texts on the line; a selection ends before it at the latest.
BORDER = "\0"


class Texts:
    """The texts of all sources on one line of characters, each after a byte-order mark if it has one."""

    def __init__(self, sources: Iterable[Source]) -> None:
        self.sources = [source for source in sources if source.text is not None]
        self.number = {source.guid: number for number, source in enumerate(self.sources)}
        self.strings = [source.text or "" for source in self.sources]
        self._has_mark = np.array([(source.raw or b"").startswith(MARKS) for source in self.sources], dtype=np.int64)
        line = "".join(f"{MARK * has}{text}{BORDER}" for has, text in zip(self._has_mark, self.strings, strict=True))
        self.characters: Characters = np.frombuffer((line or BORDER).encode("utf-32-le", "surrogatepass"), dtype="<u4")
        sizes = np.array([len(text) for text in self.strings], dtype=np.int64) + self._has_mark
        self._first = np.cumsum(sizes + 1) - (sizes + 1)
        self._border = self._first + sizes
        # Where each text begins, after its byte-order mark.
        self.begin = self._first + self._has_mark

    @cached_property
    def edges(self) -> tuple[Flags, Flags]:
        """Whether a selection may begin, and whether it may end, before each character of the line."""
        return edges(self.characters)

    @cached_property
    def has_mark(self) -> bool:
        """Whether any text begins with a byte-order mark."""
        return bool(self._has_mark.any())

    @cached_property
    def _before_feed(self) -> Slots:
        """How many carriage returns with a line feed stand before each character."""
        return _before((self.characters[:-1] == ord("\r")) & (self.characters[1:] == ord("\n")))

    @cached_property
    def _marks(self) -> Slots:
        """How many texts' byte-order marks stand before each character."""
        is_mark = np.zeros(len(self.characters) - 1, dtype=bool)
        is_mark[self._first[self._has_mark == 1]] = True
        return _before(is_mark)

    @cached_property
    def _beyond_plane(self) -> Slots:
        return _before(self.characters[:-1] > 0xFFFF)  # noqa: PLR2004

    @cached_property
    def _more_bytes(self) -> Slots:
        found = self.characters[:-1]
        return _before(np.sum([found > last for last in (0x7F, 0x7FF, 0xFFFF)], axis=0, dtype=np.uint8))

    def units(self) -> list[Count]:
        """The units that count these texts differently."""
        differ: dict[Count, Slots] = {"utf-16": self._beyond_plane, "utf-8": self._more_bytes}
        return ["codepoints", *(unit for unit, more in differ.items() if more[-1])]

    def counted_alike(self) -> list[Count]:
        """The units that count every character of these texts as codepoints do, codepoints among them."""
        every: tuple[Count, ...] = ("codepoints", "utf-16", "utf-8")
        return ["codepoints", *(unit for unit in every if unit not in self.units())]

    def can_tell(self, way: Counting, other: Counting) -> bool:
        """Whether two ways differ in nothing that these texts lack: line ends of two signs, a byte-order mark."""
        same_ends, same_mark = way.crlf == other.crlf, way.bom == other.bom
        return (same_ends or bool(self.line_ends())) and (same_mark or self.has_mark)

    def line_ends(self) -> list[Literal[1, 2]]:
        """What a carriage return and line feed may count; none where there are none."""
        return [1, 2] if self._before_feed[-1] else []

    def _begins(self, counting: Counting) -> Slots:
        """Which position each character of the line has."""
        begins = np.arange(len(self.characters), dtype=np.int64)
        if counting.unit != "codepoints":
            begins += self._beyond_plane if counting.unit == "utf-16" else self._more_bytes
        if counting.crlf == 1:
            begins -= self._before_feed
        if not counting.bom and self.has_mark:
            begins -= self._marks * (len(MARK.encode()) if counting.unit == "utf-8" else 1)
        return begins

    def slots(self, counting: Counting, at: Slots, positions: Slots) -> Slots:
        """Which character of the line each position of a text is before, -1 where none is."""
        begins = self._begins(counting)
        wanted = begins[self._first[at]] + positions
        slots = np.minimum(np.searchsorted(begins, wanted), len(begins) - 1)
        is_there = (positions >= 0) & (wanted <= begins[self._border[at]]) & (begins[slots] == wanted)
        return np.where(is_there, np.maximum(slots, self.begin[at]), -1)

    def codepoints(self, at: Slots, slots: Slots) -> Slots:
        """Positions on the line as codepoints of the texts."""
        return slots - self.begin[at]

    def length(self, counting: Counting, at: int) -> int:
        """How long a text is as a file counts it."""
        begins = self._begins(counting)
        return int(begins[self._border[at]] - begins[self._first[at]])


def _before(counted: NDArray[np.generic]) -> Slots:
    """How much was counted before each character of the line, the last one included."""
    return np.concatenate([[0], np.cumsum(counted, dtype=np.int64)])
