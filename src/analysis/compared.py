"""What a comparison is made of: a claim as stated, the ground on which it is compared, and what came of it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import pandas as pd

from analysis.coding import ancestors
from analysis.intervals import Interval
from analysis.schema import words

AGREES, DIFFERS, CANNOT = "agrees", "differs", "cannot be compared"
VERDICTS = (AGREES, DIFFERS, CANNOT)


@dataclass(frozen=True)
class Stated:
    """A claim of the original, as its table has it."""

    claim_id: str
    section: str
    statement: str
    kind: str
    value: str
    unit: str
    evidence_ids: tuple[str, ...]
    check: str
    argument: str
    named: str

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> "Stated":
        """The claim in a row; `named` is the value of a study that it asks for."""
        cells = {name: row[name] if isinstance(row[name], str) else "" for name in row}
        named = re.search(r"\bvalue=(\w+)", cells["argument"])
        plain = re.sub(r"\s*\bvalue=\w+", "", cells["argument"])
        kept = {name: cells[name] for name in ("claim_id", "section", "statement", "kind", "value", "unit", "check")}
        return cls(
            **kept, evidence_ids=tuple(words(row["evidence_ids"])), argument=plain, named=named[1] if named else ""
        )


@dataclass(frozen=True)
class Ground:
    """What a claim is compared on: what the original shows, and what the other study gave."""

    codebook: pd.DataFrame
    evidence: pd.DataFrame
    recorded: Mapping[str, Mapping[str, Any]]
    intervals: Mapping[str, Interval]
    given: Any
    read: int
    made_up: bool
    decisions: Mapping[str, Any]

    @cached_property
    def themes(self) -> dict[str, str]:
        """The theme that each code belongs to."""
        return ancestors(self.codebook, "theme")

    @cached_property
    def by_code(self) -> pd.DataFrame:
        """What was given, by the code's identifier."""
        rows: pd.DataFrame = self.given.set_index("code_id")
        return rows

    def shown(self, claim: Stated) -> pd.DataFrame:
        """The excerpts and pictures that the original shows for a claim."""
        return self.evidence[self.evidence["evidence_id"].isin(claim.evidence_ids)]


@dataclass(frozen=True)
class Compared:
    """A claim in both studies: what each has, the interval, the verdict and why; `reason` groups what cannot be."""

    verdict: str
    why: str
    reason: str = ""
    original: str = ""
    here: str = ""
    interval: str = ""


@dataclass(frozen=True)
class Entries:
    """Entries of the codebook in the other study's codings: those given, and those never given."""

    rows: pd.DataFrame
    read: int
    given: pd.DataFrame = field(init=False)
    never: pd.DataFrame = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "given", self.rows[self.rows["units"] > 0])
        object.__setattr__(self, "never", self.rows[self.rows["units"] == 0])

    @property
    def highest(self) -> float:
        """How large the share of an entry that was never given may be at most."""
        return float(self.never["high"].max())

    def told(self) -> str:
        """Each entry with the units that hold it."""
        return "; ".join(f"{row['name']}: {row['units']:,} of {self.read:,}" for row in self._records())

    def interval(self) -> str:
        """The interval of the share, where one entry is asked for."""
        if len(self.rows) != 1:
            return ""
        (row,) = self._records()
        return Interval(row["low"], row["high"], self.read, "units read").told("share")

    def _records(self) -> list[dict[str, Any]]:
        return [{str(name): cell for name, cell in row.items()} for row in self.rows.to_dict("records")]
