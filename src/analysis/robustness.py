"""Which results change when the analyst's choices change.

The article leaves choices open that a rerun has to make. Every combination of the values that a study declares as
defensible is computed, and each headline result is shown over all of them (a specification curve: Simonsohn,
Simmons and Nelson 2020). What the choices about the sample do is in `redrawn`, what those about the codings do in
`recounted`.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import product
from typing import Any

import pandas as pd

from analysis.called import CALLED, called_alone
from analysis.computable import CannotCompute, computable, need

Decided = Mapping[str, Any]
# Shares that differ by less are the same: the last digits of a sum depend on its order.
DIGITS = 12
# More combinations than that are summarised and not listed: nobody reads them, and the page has to carry them.
LISTED = 10_000


@dataclass(frozen=True)
class Combinations:
    """A row for each combination, choices first, then results; and why a result is missing from all of them.

    `labels` names the results that are numbers. `depends` tells which choices a result hangs on, where not on all.
    """

    table: pd.DataFrame
    choices: list[str]
    labels: Mapping[str, str]
    absent: Mapping[str, str]
    depends: Mapping[str, Collection[str]] = field(default_factory=dict)

    def of(self, result: str) -> pd.Series:
        """Give the values of a result, or raise `CannotCompute` where no combination has one."""
        known = self.table[result].dropna()
        need(known, self.absent.get(result, f"no combination has a value for: {self.labels[result]}"))
        return known

    @property
    def known(self) -> dict[str, str]:
        """The results that some combination has, each with its label."""
        return {name: label for name, label in self.labels.items() if self.table[name].notna().any()}

    def choices_of(self, result: str) -> list[str]:
        """The choices that a result can depend on."""
        return [choice for choice in self.choices if choice in self.depends.get(result, self.choices)]

    def distinct(self, result: str) -> pd.DataFrame:
        """The combinations that can differ in a result, each once, lowest result first."""
        self.of(result)
        once = self.table.dropna(subset=[result]).sort_values("chosen", ascending=False, kind="stable")
        choices = self.choices_of(result)
        once = once.drop_duplicates(choices).sort_index() if choices else once.head(1)
        rounded = once.assign(**{result: once[result].astype(float).round(DIGITS)})
        return rounded.sort_values(result, kind="stable", ignore_index=True)


def tried(decisions: Decided, among: Iterable[str]) -> dict[str, list[Any]]:
    """The declared choices out of some, each with its values."""
    wanted, declared = set(among), decisions["robustness"]
    return {name: list(dict.fromkeys(values)) for name, values in declared.items() if name in wanted}


def combine(values: Mapping[str, list[Any]], decisions: Decided) -> pd.DataFrame:
    """Every combination of the values, one row each; `chosen` marks the one that the study itself takes."""
    table = pd.DataFrame(list(product(*values.values())), columns=list(values))
    own = pd.DataFrame({name: table[name] == decisions[name] for name in values})
    return table.assign(chosen=own.all(axis=1))


def told(idle: Mapping[str, str]) -> pd.DataFrame:
    """List choices that cannot change anything, each with its reason, for readers."""
    return pd.DataFrame([(called_alone(name), why) for name, why in idle.items()], columns=["choice", "reason"])


@computable
def list_combinations(combinations: Combinations) -> pd.DataFrame:
    """Every combination under the names that readers know."""
    count = len(combinations.table)
    if count > LISTED:
        raise CannotCompute(f"{count:,} combinations are too many to list one by one; what follows summarises them")
    return combinations.table.rename(columns=CALLED)


@computable
def spread(combinations: Combinations) -> pd.DataFrame:
    """Summarise each headline result over all combinations: as chosen, lowest, median, highest.

    `combinations` counts those that can differ in the result.
    """
    rows = [
        {
            "result": label,
            "as_chosen": as_chosen(combinations, name),
            "lowest": combinations.of(name).min(),
            "median": combinations.of(name).median(),
            "highest": combinations.of(name).max(),
            "different_values": combinations.distinct(name)[name].nunique(),
            "combinations": len(combinations.distinct(name)),
        }
        for name, label in combinations.known.items()
    ]
    need(rows, next(iter(combinations.absent.values()), "no combination has a result"))
    return pd.DataFrame(rows)


def as_chosen(combinations: Combinations, result: str) -> Any:
    """Give a result under the study's own choices; missing where these are not among those tried."""
    own = combinations.table.loc[combinations.table["chosen"], result]
    return own.iloc[0] if len(own) else None


@computable
def missing(combinations: Combinations) -> pd.DataFrame:
    """List the results that no combination has, each with the reason."""
    rows = [(combinations.labels[name], why) for name, why in combinations.absent.items()]
    return pd.DataFrame(rows, columns=["result", "reason"])


@computable
def extreme(combinations: Combinations, result: str, which: str) -> Any:
    """Give the lowest (`min`) or highest (`max`) value of a result over all combinations."""
    return combinations.of(result).agg(which)


@computable
def influence(combinations: Combinations) -> pd.DataFrame:
    """Measure how far each choice moves each result: the range of the result's mean over the choice's values.

    `share_of_range` relates it to the whole range of the result, so that results can be compared; the choice that
    moves a result most stands first. A choice that a result cannot depend on has no row for it.
    """
    choices = [name for name in combinations.choices if combinations.table[name].nunique() > 1]  # noqa: PD101 - few values
    need(choices, "only one value was tried for every choice")
    moved = [
        pd.DataFrame(
            [_moved(combinations, name, choice) for choice in combinations.choices_of(name) if choice in choices]
        )
        for name in combinations.known
    ]
    ordered = [table.sort_values("moved", ascending=False, kind="stable") for table in moved if len(table)]
    need(ordered, "only one value was tried for every choice that a result depends on")
    return pd.concat(ordered, ignore_index=True)


def _moved(combinations: Combinations, result: str, choice: str) -> dict[str, Any]:
    distinct = combinations.distinct(result)
    means, values = distinct.groupby(choice)[result].mean().round(DIGITS), distinct[result]
    moved, whole = means.max() - means.min(), values.max() - values.min()
    return {
        "result": combinations.labels[result],
        "choice": called_alone(choice),
        "lowest_at": str(means.idxmin()),
        "lowest_mean": means.min(),
        "highest_at": str(means.idxmax()),
        "highest_mean": means.max(),
        "moved": moved,
        "share_of_range": moved / whole if whole else 0.0,
    }


@computable
def most_moving(influences: pd.DataFrame, combinations: Combinations, result: str) -> str:
    """Name the choice that moves a result most."""
    label = combinations.labels[result]
    of_result = influences[influences["result"] == label]
    if of_result.empty or of_result["moved"].iloc[0] == 0:
        raise CannotCompute(combinations.absent.get(result, f"no choice moves it: {label}"))
    return str(of_result["choice"].iloc[0])
