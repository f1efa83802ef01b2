"""Ways of counting the characters of a project's texts, and how well the project's selections fit each."""

from collections.abc import Iterator
from dataclasses import astuple, replace
from functools import cache
from itertools import product
from math import sqrt

import numpy as np

from analysis.qda.offsets_evidence import Flags, Slots, agreement
from analysis.qda.offsets_texts import Texts
from analysis.qda.project import Coding, Count, Counting

STANDARD = Counting("codepoints", crlf=2)
UNITS: tuple[Count, ...] = ("codepoints", "utf-16", "utf-8")
# More positions than any text has, so that source and position make one number.
FARTHEST = 1 << 40
# Quotations that are looked at to compare ways of counting, spread over the file.
COMPARED = 1_000
# How many selections must speak for another counting for one that speaks against it.
CLEARLY = 3
# Which share of the selections that tell the two apart must stand on whole words before that says anything: people
# also mark parts of words, and some of these end with a word by chance under any way of counting.
WHOLE_WORDS = 0.75
# A coding that has no selection of text, and one whose text is not there.
NOWHERE, UNREAD = -1, -2


def candidates_for(origin: Counting, texts: Texts) -> list[Counting]:
    """The ways of counting that these texts can tell apart: the origin's, the standard's, then the nearest to it."""
    units, ends = {*texts.units(), origin.unit}, texts.line_ends() or [origin.crlf]
    marks = [False, True] if texts.has_mark else [origin.bom]
    every = [
        Counting(unit, crlf, bom, inclusive)
        for unit, crlf, bom, inclusive in product(UNITS, ends, marks, [False, True])
        if unit in units
    ]
    return list(dict.fromkeys([origin, *sorted([STANDARD, *every], key=lambda way: _distance(way, origin))]))


def _distance(way: Counting, origin: Counting) -> tuple[bool, int, int]:
    """How far from the origin's way of counting another is; the standard's comes first, and decides among equals."""
    return way != STANDARD, _apart(way, origin), _apart(way, STANDARD)


def _apart(way: Counting, other: Counting) -> int:
    """In how many things two ways of counting differ."""
    return sum(mine != its for mine, its in zip(astuple(way), astuple(other), strict=True))


class Selections:
    """The selections of text, each once, and which one each coding has."""

    def __init__(self, codings: list[Coding], texts: Texts) -> None:
        numbers: dict[tuple[int, int, int, str | None], int] = {}
        self.of = [_numbered(coding, texts.number, numbers) for coding in codings]
        places = np.array([place[:3] for place in numbers] or np.empty((0, 3)), dtype=np.int64)
        self.at = places[:, 0]
        self.quoted = [quoted for *_, quoted in numbers]
        self.is_quoted = np.array([bool(quoted) for quoted in self.quoted], dtype=bool)
        # Each place once and in order, so that it is sought once and where the one before was found.
        reached = np.concatenate([places[:, 1], places[:, 2], places[:, 2] + 1]).clip(-1, FARTHEST) + 1
        keys, self._of_place = np.unique(np.tile(self.at, 3) * 2 * FARTHEST + reached, return_inverse=True)
        self._sources, self._positions = np.divmod(keys, 2 * FARTHEST)
        self._texts = texts
        self._slots = cache(self._find)

    def __len__(self) -> int:
        return len(self.at)

    def spans(self, counting: Counting) -> tuple[Slots, Slots]:
        """The place on the line where each selection starts and ends, -1 where there is none."""
        start, end, after = np.split(self._slots(replace(counting, inclusive=False)), 3)
        return start, after if counting.inclusive else end

    def _find(self, counting: Counting) -> Slots:
        return self._texts.slots(counting, self._sources, self._positions - 1)[self._of_place]


def _numbered(coding: Coding, sources: dict[str, int], numbers: dict[tuple[int, int, int, str | None], int]) -> int:
    """Which selection a coding has; whether it has none, or one of a text that is not there."""
    if coding.start is None or coding.end is None:
        return NOWHERE
    source = sources.get(coding.source, UNREAD)
    if source == UNREAD:
        return UNREAD
    return numbers.setdefault((source, coding.start, coding.end, coding.quoted), len(numbers))


class Ways:
    """Ways of counting that give different selections, and how well each fits."""

    def __init__(self, texts: Texts, selections: Selections, candidates: list[Counting]) -> None:
        self._texts, self._selections = texts, selections
        self._spans: dict[Counting, tuple[Slots, Slots]] = {}
        self._alike: dict[Counting, list[Counting]] = {}
        for way in candidates:
            spans = selections.spans(way)
            same = next((known for known, its in self._spans.items() if all(map(np.array_equal, spans, its))), way)
            self._spans.setdefault(same, spans)
            self._alike.setdefault(same, []).append(way)
        self._edges = {way: self._on_edges(*spans) for way, spans in self._spans.items()}
        self.agreeing = cache(self._agreements)

    def __iter__(self) -> Iterator[Counting]:
        """Go through the ways of counting that give different selections."""
        return iter(self._spans)

    def choose(self) -> tuple[Counting, Counting | None]:
        """The way of counting that is taken and the best other one."""
        origin = next(iter(self._spans))
        compared = self._compared()
        levels = np.array([self._levels(way, compared) for way in self._spans]).reshape(len(self._spans), -1)
        says = dict(zip(self._spans, (levels == levels.max(axis=0)) & (levels > 0), strict=True))
        # The first of equals is the one nearest to the origin.
        ranked = sorted(self._spans, key=lambda way: (-says[way].sum(), -self._edges[way].sum()))
        taken = ranked[0]
        if not self._is_clear(taken, origin, says):
            taken = origin
        return taken, next((way for way in ranked if way != taken), None)

    def alike(self, taken: Counting) -> list[Counting]:
        """Other ways that put every selection at the same place, and differ in one thing that the texts have."""
        same = self._texts.counted_alike()
        units = [replace(way, unit=unit) for way in self._alike[taken] if way.unit in same for unit in same]
        there = [way for way in dict.fromkeys([*self._alike[taken], *units]) if self._texts.can_tell(way, taken)]
        return sorted((way for way in there if _apart(way, taken) == 1), key=lambda way: way.unit == taken.unit)

    def fits(self, taken: Counting, alternative: Counting | None) -> tuple[Flags, Flags]:
        """Which selections fit the one and the other way of counting; where texts are quoted, what says them better."""
        level, other = self.agreeing(taken), self.agreeing(taken).copy()
        if alternative is not None:
            differs = _differ(self._spans[taken], self._spans[alternative])
            again = np.flatnonzero(differs & self._selections.is_quoted)
            other[again] = self._levels(alternative, again)
        best, quoted = np.maximum(level, other), self._selections.is_quoted
        return (
            np.where(quoted, (level == best) & (level > 0), self._edges[taken]),
            np.where(quoted, (other == best) & (other > 0), self._edges[alternative or taken]),
        )

    def codepoints(self, taken: Counting) -> tuple[Slots, Slots]:
        """Where in its text each selection starts and ends, in codepoints."""
        start, end = (self._texts.codepoints(self._selections.at, slots) for slots in self._spans[taken])
        return start, end

    def good(self, taken: Counting) -> Flags:
        """Which selections fall on the text and do not contradict what the file quotes."""
        return _fall(*self._spans[taken]) & ((self.agreeing(taken) > 0) | ~self._selections.is_quoted)

    def _is_clear(self, way: Counting, origin: Counting, says: dict[Counting, Flags]) -> bool:
        """Whether selections speak clearly for another way of counting: by what they quote, else by the edges of words.

        Quotations hardly agree by chance. Edges do, so that most selections must stand on them, the surplus must exceed
        twice its standard error, and no selection may leave its text that the origin's counting keeps on it.
        """
        won, lost = _surplus(says[way], says[origin])
        if won or lost:
            return won > CLEARLY * lost
        falls, origin_falls = (_fall(*self._spans[each]) for each in (way, origin))
        if (origin_falls & ~falls).any():
            return False
        differs = _differ(self._spans[way], self._spans[origin])
        won, lost = _surplus(self._edges[way], self._edges[origin])
        whole = int((self._edges[way] & differs).sum())
        return won - lost > 2 * sqrt(won + lost) and whole >= WHOLE_WORDS * int(differs.sum())

    def _on_edges(self, start: Slots, end: Slots) -> Flags:
        """Whether selections begin and end where words do."""
        may_begin, may_end = self._texts.edges
        return _fall(start, end) & may_begin[start] & may_end[end]

    def _compared(self) -> Slots:
        """Quoted selections by which ways of counting are compared: first those that tell more than the end apart."""
        origin = next(iter(self._spans))
        differs = np.zeros(len(self._selections), dtype=bool)
        for way in (way for way in self._spans if way.inclusive == origin.inclusive):
            differs |= _differ(self._spans[way], self._spans[origin])
        quoted = self._selections.is_quoted
        return np.concatenate([_spread(quoted & differs, COMPARED), _spread(quoted & ~differs, COMPARED // 10)])

    def _agreements(self, way: Counting) -> Slots:
        """How well each selection agrees with what the file quotes of it, 0 where nothing is quoted."""
        levels = np.zeros(len(self._selections), dtype=np.int64)
        quoted = np.flatnonzero(self._selections.is_quoted)
        levels[quoted] = self._levels(way, quoted)
        return levels

    def _levels(self, way: Counting, numbers: Slots) -> list[int]:
        """How well some selections agree with what the file quotes of them."""
        at, quoted = self._selections.at[numbers], self._selections.quoted
        start, end = (slots[numbers] for slots in self._spans[way])
        falls, ends_well = _fall(start, end), self._texts.edges[1][end]
        start, end = (self._texts.codepoints(at, slots) for slots in (start, end))
        placed = (each.tolist() for each in (numbers, at, start, end, falls, ends_well))
        strings = self._texts.strings
        return [
            agreement(strings[source][first:last], quoted[number] or "", ends_well=well) if is_there else 0
            for number, source, first, last, is_there, well in zip(*placed, strict=True)
        ]


def _fall(start: Slots, end: Slots) -> Flags:
    """Whether selections have both ends on the text, in order."""
    return (start >= 0) & (end > start)


def _spread(which: Flags, count: int) -> Slots:
    """At most so many of those that are meant, spread over the file."""
    numbers = np.flatnonzero(which)
    if len(numbers) <= count:
        return numbers
    return numbers[np.linspace(0, len(numbers) - 1, count).astype(np.int64)]


def _differ(spans: tuple[Slots, Slots], others: tuple[Slots, Slots]) -> Flags:
    """Which selections begin or end elsewhere."""
    return (spans[0] != others[0]) | (spans[1] != others[1])


def _surplus(flags: Flags, others: Flags) -> tuple[int, int]:
    """How many selections only the one has, and how many only the other."""
    return int((flags & ~others).sum()), int((others & ~flags).sum())
