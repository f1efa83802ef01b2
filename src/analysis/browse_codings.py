"""The codings as the evidence browser shows them: which codes each text holds, on which span, by whom."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from analysis import coding

# Start and end of a span, −1 where the whole text is coded or nothing can be marked in it; code; coder.
Span = tuple[int, int, int, str]


@dataclass(frozen=True)
class Given:
    """The codings of one row."""

    spans: list[Span] = field(default_factory=list)

    @property
    def codes(self) -> tuple[int, ...]:
        """The codes, by their places in the codebook's tree."""
        return tuple(sorted({code for _, _, code, _ in self.spans}))


def given_to(rows: pd.DataFrame, standing: pd.DataFrame, codebook: pd.DataFrame) -> list[Given]:
    """The codings that stand on each row. Raises `TableError` when a code is not in the codebook."""
    coding.given_at(standing, codebook, "code")
    place = {code: number for number, code in enumerate(codebook["code_id"])}
    by_unit: dict[str, list[Any]] = {}
    for one in standing.itertuples():
        by_unit.setdefault(str(one.unit_id), []).append(one)
    return [
        Given(sorted({_span(one, row, place[one.code_id]) for one in by_unit.get(str(row.unit_id), ())}))
        for row in rows.itertuples()
    ]


def columns(given: Iterable[Given]) -> dict[str, Any]:
    """Every set of codes that a row holds, and each row's, by its place among them."""
    held = [one.codes for one in given]
    sets = [(), *sorted(set(held) - {()})]
    place = {codes: number for number, codes in enumerate(sets)}
    return {"sets": [list(codes) for codes in sets], "set": [place[codes] for codes in held]}


def _span(one: Any, row: Any, code: int) -> Span:
    if not row.verbatim or pd.isna(one.start) or pd.isna(one.end):
        return (-1, -1, code, str(one.coder))
    start, end = (in_utf16(row.text, int(at)) for at in (one.start, one.end))
    return (start, end, code, str(one.coder))


def in_utf16(text: str, at: int) -> int:
    """A place in a text as scripts count, to which a sign beyond the first plane is two.

    >>> in_utf16("a😀b", 2), in_utf16("ab", 9)
    (3, 2)
    """
    return len(text[:at].encode("utf-16-le")) // 2
