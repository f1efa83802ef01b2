"""What the positions in a file of codings count, decided from the program's name and from the file itself.

Programs count a text's characters as codepoints, UTF-16 code units or bytes of UTF-8, a carriage return and line feed
as one or as two, a byte-order mark or not, and name the last character of a selection or the one after it. What the
origin says stands unless the selections themselves fit another way of counting clearly better: where the file quotes
them, one quotation may do; where it does not, nearly all must stand on whole words. What is left open is said.

Positions become those of codepoints in `Source.text`, whose line ends are kept as they are: a carriage return and line
feed are two codepoints there, whatever the file counts. A selection that does not fall on the text is never moved to
where it might belong: it is listed, with where it stands and what was found, and left out of the codings.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from analysis.qda.offsets_texts import Texts
from analysis.qda.offsets_ways import NOWHERE, STANDARD, UNREAD, Selections, Ways, candidates_for
from analysis.qda.project import Coding, Count, Counting, Project

UNITS: dict[Count, str] = {"codepoints": "codepoints", "utf-16": "UTF-16 code units", "utf-8": "bytes of UTF-8"}
LONGEST_SHOWN = 60


@dataclass(frozen=True)
class Misfit:
    """A coding whose selection does not fall on the text: where it stands in the file and what was found."""

    where: str
    source: str
    start: int
    end: int
    found: str


@dataclass(frozen=True)
class Decided:
    """What positions count, why, and how the file's selections of text fit it.

    Selections are counted once, however many codes they have. One fits if it says what the file quotes of it or, where
    nothing is quoted, begins and ends where words do. `alike` are the ways of counting that put every selection at the
    same place, so that the file cannot tell them from the one taken; `alternative` is the best of those that do not,
    None where there is none. `doubt` says why the choice is not sure, if it is not. `places` has for each coding of
    the project where it starts and ends in codepoints of its text, or None for one without positions or under
    `misfits`.
    """

    counting: Counting
    why: str
    selections: int
    fitting: int
    alternative: Counting | None
    alternative_fitting: int
    alike: list[Counting]
    doubt: str | None
    places: list[tuple[int, int] | None]
    misfits: list[Misfit]


def decide(project: Project) -> Decided:
    """Find out what a project's positions count, and what they are in codepoints of the sources' texts.

    Evidence are the texts that the file quotes and, where they do not tell, the edges of words.
    """
    texts = Texts(project.sources)
    selections = Selections(project.codings, texts)
    ways = Ways(texts, selections, candidates_for(project.counting or STANDARD, texts))
    taken, alternative = ways.choose()
    fits, other_fits = ways.fits(taken, alternative)
    return Decided(
        counting=taken,
        why=_why(project, taken, has_other=alternative is not None),
        selections=len(selections),
        fitting=int(fits.sum()),
        alternative=alternative,
        alternative_fitting=int(other_fits.sum()),
        alike=ways.alike(taken),
        doubt=_doubt(project, alternative, int(fits.sum()), int(other_fits.sum())),
        places=_places(selections, ways, taken),
        misfits=list(_Outcasts(texts, selections, ways, taken).misfits(project.codings)),
    )


def told(counting: Counting) -> str:
    """A way of counting in words; in what is not said it is as the standard has it.

    >>> told(Counting("utf-16", crlf=2)), told(Counting("codepoints", crlf=1, bom=True, inclusive=True))
    ('UTF-16 code units', 'codepoints, CR LF as 1, a byte-order mark as 1, the end as the last character')
    """
    crlf = "" if counting.crlf == STANDARD.crlf else f", CR LF as {counting.crlf}"
    mark = ", a byte-order mark as 1" if counting.bom else ""
    end = ", the end as the last character" if counting.inclusive else ""
    return f"{UNITS[counting.unit]}{crlf}{mark}{end}"


def _places(selections: Selections, ways: Ways, taken: Counting) -> list[tuple[int, int] | None]:
    """Where each coding starts and ends."""
    start, end = ways.codepoints(taken)
    falls = zip(ways.good(taken).tolist(), start.tolist(), end.tolist(), strict=True)
    of_selections = [(first, last) if is_good else None for is_good, first, last in falls]
    return [of_selections[number] if number >= 0 else None for number in selections.of]


class _Outcasts:
    """Says which codings do not fall on the text, and why."""

    def __init__(self, texts: Texts, selections: Selections, ways: Ways, taken: Counting) -> None:
        self._texts, self._selections, self._taken = texts, selections, taken
        self._good = ways.good(taken)
        self._start, self._end = ways.codepoints(taken)

    def misfits(self, codings: list[Coding]) -> Iterator[Misfit]:
        """What does not fit, in the file's order."""
        good = self._good.tolist()
        for coding, number in zip(codings, self._selections.of, strict=True):
            if number == UNREAD:
                yield _misfit(coding, coding.source, "the text of its source is not in the project")
            elif number != NOWHERE and not good[number]:
                source = self._texts.sources[self._selections.at[number]].name
                yield _misfit(coding, source, self._found(coding, number))

    def _found(self, coding: Coding, number: int) -> str:
        """What is wrong with a selection."""
        start, end, at = (int(each[number]) for each in (self._start, self._end, self._selections.at))
        length, unit = self._texts.length(self._taken, at), UNITS[self._taken.unit]
        if (coding.start or 0) < 0 or (coding.end or 0) + self._taken.inclusive > length:
            return f"leads out of the text, which is {length:,} {unit} long"
        if start < 0 or end < 0:
            return f"its {'start' if start < 0 else 'end'} lies inside a character, counted in {unit}"
        if end <= start:
            return "ends where it starts or before, so that no character is selected"
        text = self._texts.strings[at][start:end]
        return f"'{_shown(text)}' stands there; the file quotes '{_shown(coding.quoted or '')}'"


def _misfit(coding: Coding, source: str, found: str) -> Misfit:
    return Misfit(coding.where or coding.guid, source, coding.start or 0, coding.end or 0, found)


def _shown(text: str) -> str:
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"


def _why(project: Project, taken: Counting, *, has_other: bool) -> str:
    """Why a way of counting was taken."""
    expected = project.counting or STANDARD
    if not has_other:
        return "all ways of counting give the same selections"
    if taken != expected:
        by = f"'{project.origin}'" if project.origin else "the file's origin"
        return f"the selections fit it clearly better than what goes with {by} ({told(expected)})"
    return "so counts the program that wrote the file" if project.counting else "so counts the standard"


def _doubt(project: Project, alternative: Counting | None, fitting: int, other: int) -> str | None:
    """Why the choice is not sure: the selections fit another way better, or nobody says and they fit it as well."""
    if alternative is None or other < fitting or (other == fitting and project.counting):
        return None
    if other == fitting:
        return f"as many selections fit {told(alternative)}, and the file does not say which it is"
    return (
        f"more selections ({other:,}) fit {told(alternative)}, but not so clearly that they outweigh what is expected"
    )
