"""A study's codings, brought to its latest codebook and put on the units that it counts by: what every step takes."""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import pandas as pd

from analysis import units
from analysis.codebooks import codebook_in
from analysis.coding import pending, recorded, standing_codings
from analysis.computable import NotComputable, computable
from analysis.history import Mapped, history_of, mapped, to_code_again
from analysis.study import Study
from analysis.units import Corpus


@dataclass(frozen=True)
class Coded:
    """What was coded and read, by unit. Each part is a table, or `NotComputable` with the reason why there is none.

    In `placed` and `standing` a coding of a split code has in `becomes` the codes to choose from, and under `code_id`
    the code as it was given; it is missing there for all others.
    """

    as_given: Any
    read: Any
    corpus: Corpus
    coding_unit: str
    changes: pd.DataFrame

    @cached_property
    def brought(self) -> Any:
        """The codings by the latest codebook, and those that a change left without a code."""
        return _brought(self.as_given, self.as_given, self.changes)

    @cached_property
    def placed(self) -> Any:
        """The codings of all rounds on their units, by the latest codebook; those of split codes as they were given."""
        return _with_split(self.brought.codings, self.brought.split)

    @cached_property
    def readings(self) -> Any:
        """Which units each coder read in each round, in order."""
        return units.placed_readings(self.read, self.corpus, self.coding_unit)

    @cached_property
    def texts_read(self) -> Any:
        """Which texts each coder read in each round, whatever the units are."""
        return units.placed_readings(self.read, self.corpus, units.TEXT)

    @cached_property
    def units(self) -> Any:
        """The units that anybody read."""
        return units.units_of(self.readings, self.as_given, self.corpus, self.coding_unit)

    @cached_property
    def standing(self) -> Any:
        """The codings that stand, by the latest codebook; with those of split codes that nobody has come back to."""
        stood = _brought(standing_codings(self.as_given, self.readings), self.as_given, self.changes)
        return _with_split(stood.codings, _to_code_again(stood, recorded(self.readings)))

    @property
    def to_code_again(self) -> Any:
        """The codings of split codes that nobody has come back to."""
        return _pending(self.standing)

    @property
    def settled(self) -> Any:
        """The codings that stand, without those to be coded again."""
        return _settled(self.standing)

    @cached_property
    def _in_rounds(self) -> "dict[int, Coded]":
        """What was asked for by `in_round`."""
        return {}

    def in_round(self, number: Any) -> "Coded":
        """The same codings by the codebook as it was in a round: without the changes that were made after it."""
        changes = _until(self.changes, number)
        if len(changes) == len(self.changes):
            return self
        if number not in self._in_rounds:
            self._in_rounds[number] = replace(self, changes=changes)
        return self._in_rounds[number]

    def codebook_of(self, codebook: Any, number: Any = None) -> Any:
        """The codebook by which these codings are counted: without what is gone, with what came.

        A split code stays in it while codings of it are to be coded again. With a round, it is the codebook as it was
        then.
        """
        return _codebook_of(codebook, self, number)

    def in_use(self, codebook: Any) -> Any:
        """The codebook by which to code on: without split codes, whatever is still to be coded again."""
        return _in_use(codebook, self.changes)


@computable
def _brought(codings: pd.DataFrame, of_all: pd.DataFrame, changes: pd.DataFrame) -> Mapped:
    """Bring codings to the codebook of the latest round that anybody coded or that a change names."""
    return mapped(codings, changes, int(max([*of_all["round"], *changes["round"]])))


@computable
def _with_split(codings: pd.DataFrame, split: pd.DataFrame) -> pd.DataFrame:
    """Codings under one code each, and those of split codes after them."""
    whole = codings.assign(becomes=pd.Series(pd.NA, index=codings.index, dtype="str"))
    if split.empty:
        return whole
    waiting = split.assign(given_as=split["code_id"])[whole.columns.tolist()]
    return pd.concat([whole, waiting.astype(whole.dtypes.to_dict())], ignore_index=True)


@computable
def _to_code_again(brought: Mapped, readings: pd.DataFrame) -> pd.DataFrame:
    return to_code_again(brought.split, readings)


@computable
def _pending(standing: pd.DataFrame) -> pd.DataFrame:
    return standing[pending(standing)].reset_index(drop=True)


@computable
def _settled(standing: pd.DataFrame) -> pd.DataFrame:
    return standing[~pending(standing)].reset_index(drop=True)


def _until(changes: pd.DataFrame, number: Any) -> pd.DataFrame:
    if isinstance(number, NotComputable):
        return changes
    # The index stays, by which a change tells its line in the file.
    return changes[changes["round"] <= int(number)]


@computable
def _codebook_of(codebook: pd.DataFrame, coded: Coded, number: int | None) -> pd.DataFrame:
    given = coded.to_code_again if number is None else coded.as_given
    if isinstance(given, NotComputable):
        return codebook_in(codebook, coded.changes, number)
    here = given if number is None else given[given["round"] == number]
    return codebook_in(codebook, coded.changes, number, set(here["code_id"]))


@computable
def _in_use(codebook: pd.DataFrame, changes: pd.DataFrame) -> pd.DataFrame:
    return codebook_in(codebook, changes)


def coded_of(study: Study, coding_unit: str | None = None) -> Coded:
    """Gather a study's codings; `coding_unit` is the one of study.yml where none is given."""
    unit = study.decide("coding_unit", coding_unit)
    corpus = units.corpus_of(study)
    codings = units.placed(study.table("codings"), corpus, unit)
    return Coded(codings, study.table("readings"), corpus, unit, history_of(study.table("history")))
