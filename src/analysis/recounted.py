"""What the codings say under every combination of the declared choices about counting them.

The codings are taken as they are: the coders read what they read, whatever another sample would have given them to
read. So the choices about the sample have no place here, and each result is computed once for each combination of the
choices that it hangs on.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import product
from typing import Any

import numpy as np
import pandas as pd

from analysis import masi, saturation, units
from analysis.agreement import judged_by
from analysis.called import called_alone
from analysis.coded import Coded
from analysis.coding import entries_at, given_at, incidence
from analysis.computable import CannotCompute, NotComputable, computable, need
from analysis.errors import TableError
from analysis.robustness import Combinations, Decided, combine, told, tried
from analysis.sampling import DECIDED as OF_THE_SAMPLE

UNIT = "coding_unit"
SATURATION = (UNIT, "base_items", "run_items", "new_information_at_most")
# Two patterns that stand on as many units share a place.
AS_OFTEN = " and "
PLACES = ("first_pattern", "second_pattern")


@dataclass(frozen=True)
class Counted:
    """The codings on one unit of analysis; what several results take is made once, and raises `CannotCompute`."""

    coded: Coded
    codebook: pd.DataFrame

    @cached_property
    def found(self) -> pd.DataFrame:
        """Which code was found in which post, in the order read, as the notebook on saturation takes them."""
        order = _known(saturation.posts_in_order(self.coded.readings))
        placed = self.coded.in_round(order["round"].max()).placed
        found: pd.DataFrame = _known(saturation.codes_by_post(placed, self.codebook_read, order, "code"))
        return found

    @cached_property
    def codebook_read(self) -> pd.DataFrame:
        """The codebook of the round in which the posts were read in their order."""
        order = _known(saturation.posts_in_order(self.coded.readings))
        codebook: pd.DataFrame = _known(self.coded.codebook_of(self.codebook, order["round"].max()))
        return codebook

    @cached_property
    def codebook_now(self) -> pd.DataFrame:
        """The codebook by which codings stand."""
        codebook: pd.DataFrame = _known(self.coded.codebook_of(self.codebook))
        return codebook

    @cached_property
    def patterns(self) -> pd.Series:
        """On which share of the units each pattern stands, in the codebook's order."""
        patterns = entries_at(self.codebook_now, "pattern")
        need(patterns, "the codebook has no patterns")
        held = incidence(self.standing_at("pattern"), _known(self.coded.units)["unit_id"])
        shares: pd.Series = held.reindex(columns=patterns["code_id"], fill_value=False).mean()
        return shares.set_axis(patterns["name"])

    def standing_at(self, level: str) -> pd.DataFrame:
        """The codings that stand, each as the entry of a level."""
        given = given_at(_known(self.coded.standing), self.codebook_now, level)
        need(given, f"no {level} stands")
        return given


@dataclass(frozen=True)
class Result:
    """A result on codings: what it is called, which choices it hangs on, and how it is computed under them."""

    label: str
    choices: tuple[str, ...]
    compute: Callable[[Counted, Decided], Any]


@dataclass(frozen=True)
class Found:
    """Each result under each combination of its own choices, and the units of analysis that could not be tried."""

    decisions: Decided
    results: Mapping[str, Mapping[tuple[Any, ...], Any]]
    unfit: Mapping[str, str]

    @property
    def tried(self) -> dict[str, list[Any]]:
        """The declared choices about codings, each with its values."""
        return _tried(self.decisions, self.unfit)

    @property
    def absent(self) -> dict[str, str]:
        """The results that no combination gives, each with the reason of the first."""
        silent = {
            name: [each.reason for each in found.values() if isinstance(each, NotComputable)]
            for name, found in self.results.items()
        }
        return {name: reasons[0] for name, reasons in silent.items() if len(reasons) == len(self.results[name])}


@computable
def recount(coded: Coded, codebook: pd.DataFrame, decisions: Decided) -> Found:
    """Compute each result once for each combination of the declared choices that it hangs on.

    `decisions["robustness"]` maps decisions to the values to try; the others in `CHOICES` stay as they are.
    """
    units_tried = dict.fromkeys([decisions[UNIT], *decisions["robustness"].get(UNIT, [])])
    on_units = {unit: _on(coded, unit, codebook) for unit in units_tried}
    unfit = {unit: each.reason for unit, each in on_units.items() if isinstance(each, NotComputable)}
    values = {**{name: [decisions[name]] for name in CHOICES}, **_tried(decisions, unfit)}
    results: dict[str, dict[tuple[Any, ...], Any]] = {name: {} for name in RESULTS}
    for name, result in RESULTS.items():
        for taken in product(*(values[choice] for choice in result.choices)):
            choice = {**decisions, **dict(zip(result.choices, taken, strict=True))}
            results[name][taken] = computable(result.compute)(on_units[choice[UNIT]], choice)
    return Found(decisions, results, unfit)


@computable
def every_combination(found: Found) -> Combinations:
    """Set the results side by side under every combination of the declared choices.

    Choices without effect are left out (`choices_without_effect`), and results that the codings cannot give are
    missing.
    """
    absent, idle = found.absent, _without_effect(found)
    if len(absent) == len(RESULTS):
        raise CannotCompute(next(iter(absent.values())))
    values = {name: each for name, each in found.tried.items() if name not in idle}
    need(values, "no declared choice has an effect on what is counted")
    table = combine(values, found.decisions)
    columns = {name: _column(table, name, found) for name in RESULTS}
    whole = pd.concat([table[list(values)], pd.DataFrame(columns), table["chosen"]], axis=1)
    labels = {name: result.label for name, result in RESULTS.items() if name not in PLACES}
    depends = {name: result.choices for name, result in RESULTS.items()}
    return Combinations(whole, list(values), labels, {name: absent[name] for name in labels if name in absent}, depends)


@computable
def choices_without_effect(found: Found) -> pd.DataFrame:
    """List the declared choices about codings that cannot change anything in these, each with its reason.

    With them stand the units that could not be tried, and the choices on which no result of either family hangs.
    """
    others = [name for name in found.decisions["robustness"] if name not in (*CHOICES, *OF_THE_SAMPLE)]
    listed = told({**_without_effect(found), **dict.fromkeys(others, "no result here depends on it")})
    unfit = [(f"{called_alone(UNIT)}: {unit}", why) for unit, why in found.unfit.items()]
    return pd.concat([listed, pd.DataFrame(unfit, columns=listed.columns)], ignore_index=True)


@computable
def leaders(combinations: Combinations) -> pd.DataFrame:
    """In which share of the combinations each pattern stands first, and in which second."""
    known = combinations.table.dropna(subset=["first_pattern"])
    need(known, "the codings hold no pattern")
    places = {name.removesuffix("_pattern"): known[name].value_counts() / len(known) for name in PLACES}
    table = pd.DataFrame(places).fillna(0.0).rename_axis("pattern").reset_index()
    return table.sort_values(["first", "second", "pattern"], ascending=[False, False, True], ignore_index=True)


@computable
def leads(combinations: Combinations) -> float:
    """In which share of the combinations the pattern that the study itself finds first stands first."""
    table = combinations.table.dropna(subset=["first_pattern"])
    own = table.loc[table["chosen"], "first_pattern"]
    need(own, "the study's own choices are not among those tried")
    return float((table["first_pattern"] == own.iloc[0]).mean())


def _tried(decisions: Decided, unfit: Mapping[str, str]) -> dict[str, list[Any]]:
    values = tried(decisions, CHOICES)
    left = {name: [value for value in each if name != UNIT or value not in unfit] for name, each in values.items()}
    return {name: each for name, each in left.items() if each}


def _on(coded: Coded, unit: str, codebook: pd.DataFrame) -> Any:
    """The same codings counted by another unit, or the reason why that cannot be done."""
    if unit == coded.coding_unit:
        return Counted(coded, codebook)
    try:
        given = units.placed(coded.as_given.drop(columns=["unit", "post_id"]), coded.corpus, unit)
        other = replace(coded, as_given=given, coding_unit=unit)
        # What was read where this unit has no place is found out as soon as it is put there.
        pairs = [(other.as_given, coded.as_given), (other.readings, coded.readings)]
    except TableError as problem:
        return NotComputable(str(problem).splitlines()[0])
    lost = [new for new, own in pairs if isinstance(new, NotComputable) and not isinstance(own, NotComputable)]
    return lost[0] if lost else Counted(other, codebook)


def _without_effect(found: Found) -> dict[str, str]:
    """The declared choices on which no result hangs that there is, and why it is not there."""
    absent, idle = found.absent, {}
    for choice in found.tried:
        touched = [name for name, result in RESULTS.items() if choice in result.choices]
        if all(name in absent for name in touched):
            idle[choice] = absent[touched[0]]
    return idle


def _column(table: pd.DataFrame, name: str, found: Found) -> pd.Series:
    """A result in the order of the combinations; missing where it could not be computed."""
    choices, decisions = RESULTS[name].choices, found.decisions
    taken = table.reindex(columns=choices).assign(**{each: decisions[each] for each in choices if each not in table})
    values = [found.results[name][key] for key in taken.itertuples(index=False, name=None)]
    cells = pd.Series([None if isinstance(value, NotComputable) else value for value in values], dtype="object")
    kinds = {type(value) for value in cells.dropna()}
    return cells.astype("str" if name in PLACES else "Int64" if kinds == {int} else "float64")


def _codes(counted: Counted, _: Decided) -> int:
    """How many codes stand."""
    return int(counted.standing_at("code")["code_id"].nunique())


def _coverage(counted: Counted, _: Decided) -> float:
    """Chao and Jost's coverage of the codes by the posts that were read."""
    return float(_known(saturation.unseen(counted.found))["coverage"].iloc[0])


def _posts_to_stop(counted: Counted, decisions: Decided) -> int:
    """After how many posts Guest, Namey and Chen's rule would have stopped."""
    accumulated = saturation.accumulation(counted.found, counted.codebook_read)
    ratios = saturation.guest_ratios(accumulated["new_codes"], decisions["base_items"], decisions["run_items"])
    point = _known(saturation.stopping_point(ratios, decisions["new_information_at_most"]))
    return sum(map(int, point.split("+")))


def _alpha(counted: Counted, decisions: Decided) -> float:
    """Alpha over the sets of codes, with MASI as distance."""
    judged = judged_by(counted.coded, counted.codebook, decisions["same_span"], decisions["agreement_round"])
    return float(_known(masi.masi_alpha(_known(judged).given)))


def _first_pattern(counted: Counted, _: Decided) -> str:
    """The pattern on the most units."""
    return _at_place(counted.patterns, 1)


def _second_pattern(counted: Counted, _: Decided) -> str:
    """The pattern on the second most units."""
    return _at_place(counted.patterns, 2)


def _at_place(patterns: pd.Series, place: int) -> str:
    there = patterns.index[(patterns.rank(method="min", ascending=False) == place) & (patterns > 0)]
    need(there, "no pattern stands by itself at that place")
    return AS_OFTEN.join(there)


def _lead(counted: Counted, _: Decided) -> float:
    """How much larger the first pattern's share of the units is than the second's."""
    shares = np.sort(counted.patterns.to_numpy())
    if len(shares) == 1:
        raise CannotCompute("the codebook has one pattern only")
    return float(shares[-1] - shares[-2])


def _known(value: Any) -> Any:
    """What was computed, or `CannotCompute` with the reason why it was not."""
    if isinstance(value, NotComputable):
        raise CannotCompute(value.reason)
    return value


RESULTS = {
    "codes_used": Result("codes that stand", (UNIT,), _codes),
    "coverage": Result("coverage of the codes, share", (UNIT,), _coverage),
    "posts_to_stop": Result("posts read when new codes stop", SATURATION, _posts_to_stop),
    "alpha": Result("alpha over sets of codes", (UNIT, "same_span", "agreement_round"), _alpha),
    "lead": Result("the first pattern's lead, share of units", (UNIT,), _lead),
    "first_pattern": Result("pattern on most units", (UNIT,), _first_pattern),
    "second_pattern": Result("pattern on second most units", (UNIT,), _second_pattern),
}
# What the codings are counted by.
CHOICES = tuple(dict.fromkeys(choice for result in RESULTS.values() for choice in result.choices))
DECIDED = (*CHOICES, "robustness")
