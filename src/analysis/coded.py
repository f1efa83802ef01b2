"""A study's codings, brought to its latest codebook and put on the units that it counts by: what every step takes."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from analysis import units
from analysis.coding import recorded, standing_codings
from analysis.computable import NotComputable, computable
from analysis.history import Mapped, history_of, mapped, to_code_again
from analysis.study import Study
from analysis.units import Corpus


@dataclass(frozen=True)
class Coded:
    """What was coded and read, by unit. Each part is a table, or `NotComputable` with the reason why there is none."""

    as_given: Any
    read: Any
    corpus: Corpus
    coding_unit: str
    changes: pd.DataFrame

    @cached_property
    def brought(self) -> Any:
        """The codings by the latest codebook, and those that a change left without a code."""
        return _brought(self.as_given, self.as_given, self.changes)

    @property
    def placed(self) -> Any:
        """The codings of all rounds on their units, by the latest codebook."""
        return self.brought.codings

    @cached_property
    def readings(self) -> Any:
        """Which units each coder read in each round, in order."""
        return units.placed_readings(self.read, self.corpus, self.coding_unit)

    @cached_property
    def units(self) -> Any:
        """The units that anybody read."""
        return units.units_of(self.readings, self.as_given, self.corpus, self.coding_unit)

    @cached_property
    def standing(self) -> Any:
        """The codings that stand, by the latest codebook."""
        if isinstance(self.brought, NotComputable):
            return self.brought
        return _brought(standing_codings(self.as_given, self.readings), self.as_given, self.changes).codings

    @cached_property
    def to_code_again(self) -> Any:
        """The codings of split codes that nobody has come back to."""
        return _to_code_again(self.brought, recorded(self.readings))


@computable
def _brought(codings: pd.DataFrame, of_all: pd.DataFrame, changes: pd.DataFrame) -> Mapped:
    """Bring codings to the codebook of the latest round that anybody coded or that a change names."""
    return mapped(codings, changes, int(max([*of_all["round"], *changes["round"]])))


@computable
def _to_code_again(brought: Mapped, readings: pd.DataFrame) -> pd.DataFrame:
    return to_code_again(brought.split, readings)


def coded_of(study: Study, coding_unit: str | None = None) -> Coded:
    """Gather a study's codings; `coding_unit` is the one of study.yml where none is given."""
    unit = study.decide("coding_unit", coding_unit)
    corpus = units.corpus_of(study)
    codings = units.placed(study.table("codings"), corpus, unit)
    return Coded(codings, study.table("readings"), corpus, unit, history_of(study.table("history")))
