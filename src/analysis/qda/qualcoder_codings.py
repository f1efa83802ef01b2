"""What is coded in a QualCoder project, and what the positions of each coding count.

Where somebody codes by hand, positions are those of the text field: UTF-16 code units, a line's end counting one;
where the program codes by itself, codepoints of the text. Nothing says which, so the text that stands beside each
coding decides; where it fits neither, the positions are left as they are, to be found not to fall on the text.
"""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from analysis.qda.offsets_evidence import Slots
from analysis.qda.offsets_texts import Texts
from analysis.qda.offsets_ways import STANDARD, Selections, Ways
from analysis.qda.project import Area, Coding, Counting, Source, Told
from analysis.qda.qualcoder_codes import Codes
from analysis.qda.refi_account import Account, derived
from analysis.qda.saved import Row, Saved, text, whole

BY_HAND, BY_ITSELF = Counting("utf-16", crlf=1), STANDARD
WAYS = [BY_HAND, BY_ITSELF, Counting("codepoints", crlf=1), Counting("utf-16", crlf=2)]
# What the program calls a coder who gave no name.
NAMELESS = "default"
Sources = dict[int | None, Source]


def codings_in(saved: Saved, codes: Codes, sources: Sources, told: Told, account: Account) -> list[Coding]:
    """All codings: of texts, of parts of pictures and pages, of parts of recordings."""
    reader = _Reader(saved, codes, sources, told, account)
    return [*_aligned(list(reader.texts()), list(sources.values()), account), *reader.areas(), *reader.times()]


class _Reader:
    """Reads the tables of codings."""

    def __init__(self, saved: Saved, codes: Codes, sources: Sources, told: Told, account: Account) -> None:
        self._saved, self._codes, self._sources = saved, codes, sources
        self._told, self._account = told, account
        self._given: set[str] = set()

    def texts(self) -> Iterator[Coding]:
        """Codings of texts, with the positions of the file."""
        for coding, row in self._read("code_text", "ctid", "fid", ("pos0", "pos1")):
            if row.get("avid") is not None:
                self._account.lose("code_text/avid (the part of the recording that belongs to a coded transcript)")
            start, end = whole(row["pos0"]), whole(row["pos1"])
            # An empty text quotes nothing.
            yield replace(coding, start=start, end=end, quoted=str(row["seltext"] or "") or None)

    def areas(self) -> Iterator[Coding]:
        """Codings of parts of pictures and of pages."""
        for coding, row in self._read("code_image", "imid", "id", ("x1", "y1", "width", "height")):
            left, top, width, height = (whole(row[name]) or 0 for name in ("x1", "y1", "width", "height"))
            page = whole(row.get("pdf_page"))
            if page is not None:
                told = "pages counted from 0 and points from the top: pages are counted from 1, the heights stay"
                self._account.mend(told, coding.where)
            area = Area(left, top, left + width, top + height, None if page is None else page + 1)
            yield replace(coding, area=area)

    def times(self) -> Iterator[Coding]:
        """Codings of parts of recordings, in milliseconds."""
        for coding, row in self._read("code_av", "avid", "id", ("pos0", "pos1")):
            yield replace(coding, begin=whole(row["pos0"]), finish=whole(row["pos1"]))

    def _read(self, table: str, key: str, of: str, places: tuple[str, ...]) -> Iterator[tuple[Coding, Row]]:
        """The codings in a table whose source is there and whose place can be read."""
        for row in self._saved.rows(table):
            where = f"{table} {row.get(key)}"
            source = self._sources.get(whole(row.get(of)))
            if source is None:
                self._account.mend("a coding's source is not in the project; it is left out", where)
            elif any(whole(row.get(name)) is None for name in places):
                told = f"a coding's place ({', '.join(places)}) is missing or no number; it is left out"
                self._account.mend(told, where)
            else:
                yield self._coding(row, source, where, [str(row[name]) for name in places]), row

    def _coding(self, row: Row, source: Source, where: str, places: list[str]) -> Coding:
        """A coding without its place."""
        if whole(row.get("important")):
            self._account.lose("important (a coding marked as important)", where)
        code = self._codes.of(whole(row.get("cid")), self._account, where)
        coder = self._coder(text(row.get("owner")), where)
        page = text(row.get("pdf_page"))
        identifier = derived("qualcoder", "coding", source.guid, code, *places, page, coder or "")
        if identifier in self._given:
            self._account.mend("the same code stands twice at the same place by the same coder", where)
            identifier = derived(identifier, where)
        self._given.add(identifier)
        coded = self._account.when(text(row.get("date")) or None, where)
        memo = text(row.get("memo")) or None
        return Coding(identifier, source.guid, code, coder, coded, memo=memo, round=self._told.round, where=where)

    def _coder(self, owner: str, where: str) -> str | None:
        """Who coded; a name that the program gives to everybody tells less than what the user adds."""
        if owner and (owner != NAMELESS or not self._told.coder):
            return owner
        if not self._told.coder:
            self._account.mend("a coding does not say who gave it; say it with --coder", where)
        return self._told.coder


def _aligned(codings: list[Coding], sources: list[Source], account: Account) -> list[Coding]:
    """The codings of texts with positions in codepoints, each as the text beside it says."""
    texts = Texts(sources)
    selections = Selections(codings, texts)
    if not len(selections):
        return codings
    ways = Ways(texts, selections, WAYS)
    levels = {way: ways.agreeing(way) for way in ways}
    # Where a text fits several ways of counting, and where there is none, that which most others fit.
    ranked = sorted(levels, key=lambda way: -int((levels[way] > 0).sum()))
    agreeing = np.array([levels[way] for way in ranked])
    taken = agreeing.argmax(axis=0)
    places = [ways.codepoints(way) for way in ranked]
    start, end = (np.choose(taken, [place[side] for place in places]) for side in (0, 1))
    fits = np.where(selections.is_quoted, agreeing.max(axis=0) > 0, (start >= 0) & (end >= 0))
    _tell(ranked, taken[selections.is_quoted & fits], account)
    return [
        replace(coding, start=int(start[number]), end=int(end[number])) if number >= 0 and fits[number] else coding
        for coding, number in zip(codings, selections.of, strict=True)
    ]


def _tell(ranked: list[Counting], taken: Slots, account: Account) -> None:
    """Say how many selections count what, where the file has both."""
    from analysis.qda.offsets import told

    counts = {way: int((taken == number).sum()) for number, way in enumerate(ranked)}
    used = {way: count for way, count in counts.items() if count}
    if len(used) > 1:
        parts = "; ".join(f"{count:,} selections: {told(way)}" for way, count in used.items())
        account.mend(f"positions count differently, as the coded texts show: {parts}", "code_text")
