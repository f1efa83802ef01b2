"""The checks that decide on the article's claims: each a small function with a name that the table of claims uses.

A check sees one claim and the article's other tables, and answers with a `Judgement`. It never says that a claim
is true: it says that two places agree or differ, how many excerpts are shown, or who else would have to decide.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from analysis.errors import TableError, nearest
from analysis.references import Work
from analysis.schema import words

HOLDS, CONFLICTS, SUPPORTED = "holds", "conflicts", "supported"
NEEDS_DATA, JUDGEMENT = "needs raw data", "reader's judgement"
VERDICTS = (HOLDS, CONFLICTS, SUPPORTED, NEEDS_DATA, JUDGEMENT)

# What a problem touches: what the article argues, how it could be rerun, or only its print.
ARGUMENT, RERUN, PRINT = "the argument", "a rerun", "the print"


@dataclass(frozen=True)
class Sources:
    """What claims are checked against: the article's other tables by name, and the works of its bibliography."""

    tables: Mapping[str, pd.DataFrame]
    works: Mapping[str, Work]

    def __getitem__(self, name: str) -> pd.DataFrame:
        return self.tables[name]

    def row(self, table: str, column: str, value: str) -> dict[str, Any]:
        """The one row of a table with that value. Raises `TableError` when there is none."""
        rows = self[table][self[table][column] == value]
        if rows.empty:
            known = self[table][column].dropna().astype(str)
            raise TableError(
                f"claims: no {column} of {table} is '{value}'.{nearest(value, known)} Correct the argument."
            )
        return {str(key): cell for key, cell in rows.iloc[0].items()}

    def shown(self, claim: "Claim") -> pd.DataFrame:
        """The excerpts and figures that the article shows for a claim."""
        evidence = self["evidence"]
        return evidence[evidence["evidence_id"].isin(claim.evidence_ids)]


@dataclass(frozen=True)
class Claim:
    """A claim as the checks see it."""

    claim_id: str
    section: str
    value: str
    evidence_ids: tuple[str, ...]
    check: str
    argument: str

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> "Claim":
        """The claim in a row of the table; the name of a value of this study is not part of the argument."""
        cells = {name: row[name] if isinstance(row[name], str) else "" for name in ("value", "argument")}
        argument = re.sub(r"\s*\bvalue=\w+", "", cells["argument"])
        return cls(
            row["claim_id"], row["section"], cells["value"], tuple(words(row["evidence_ids"])), row["check"], argument
        )


@dataclass(frozen=True)
class Judgement:
    """What a check found: a verdict, the finding in a sentence or two, and the other places that it rests on.

    What is no conflict, and yet something that a reader should know of, is marked as noted.
    """

    verdict: str
    finding: str
    places: tuple[str, ...] = ()
    noted: bool = False


Check = Callable[[Claim, Sources], Judgement]
CHECKS: dict[str, Check] = {}
TOUCHES: dict[str, str] = {}


def check(touches: str) -> Callable[[Check], Check]:
    """Enter a function as a check; `touches` says what a problem that it finds is about."""

    def enter(function: Check) -> Check:
        CHECKS[function.__name__] = function
        TOUCHES[function.__name__] = touches
        return function

    return enter


def check_named(name: str) -> Check:
    """The check of that name. Raises `TableError` when there is none."""
    if name not in CHECKS:
        raise TableError(f"claims: there is no check '{name}'.{nearest(name, CHECKS)} There are: {', '.join(CHECKS)}.")
    return CHECKS[name]


def told_of(evidence: pd.DataFrame) -> str:
    """So many excerpts and figures, in words."""
    figures = evidence.loc[evidence["form"] == "figure", "figure"].nunique()
    quoted = int((evidence["form"] != "figure").sum())
    told = [number_of(number, what) for number, what in ((quoted, "excerpt"), (figures, "picture")) if number]
    return " and ".join(told) or "no excerpt"


def number_of(number: int, one: str, many: str = "") -> str:
    """A number with the thing that is counted.

    >>> number_of(1, "place"), number_of(2, "place"), number_of(5, "activity", "activities")
    ('1 place', '2 places', '5 activities')
    """
    return f"{number} {one if number == 1 else many or f'{one}s'}"


def spots_of(evidence: pd.DataFrame) -> tuple[str, ...]:
    """Where each excerpt or figure stands, more closely than by its section."""
    rows = evidence.to_dict("records")
    names = [f"Figure {row['figure']}" if row["form"] == "figure" else f"excerpt {row['evidence_id']}" for row in rows]
    return tuple(f"{row['section']}, {name}" for row, name in zip(rows, names, strict=True))


def sections_of(rows: pd.DataFrame) -> tuple[str, ...]:
    """The sections of some rows, each once."""
    return tuple(dict.fromkeys(rows["section"])) if len(rows) else ()
