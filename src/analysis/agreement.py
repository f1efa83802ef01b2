"""How far coders agree: Krippendorff's alpha for single codes and for sets of codes, with intervals.

Counting agreement is optional under reflexive thematic analysis, and one coder is no fault: then there is nothing to
count, and the page says so. What was *not* coded counts as much as what was, so the table of readings decides
which coder judged which unit.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from analysis.coding import Resampling, entries_at, given_at
from analysis.computable import CannotCompute, computable, need

Level = Literal["nominal", "ordinal", "interval", "ratio"]
Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Judgements:
    """Which codes each coder gave to each unit that at least two coders read.

    `given` is coders × units × codes: 1 given, 0 not given, missing where the coder did not read the unit.
    """

    units: pd.DataFrame
    coders: list[str]
    codes: pd.DataFrame
    given: Numbers

    @property
    def creators(self) -> NDArray[np.int64]:
        """Number the creators as they come, whatever their pseudonyms; give each unit the number of its creator."""
        return pd.factorize(self.units["creator_id"])[0]


@computable
def judgements(
    placed: pd.DataFrame, readings: pd.DataFrame, units: pd.DataFrame, codebook: pd.DataFrame, coding_round: int
) -> Judgements:
    """Gather what at least two coders judged in a round: given or not, for each of the codebook's codes."""
    columns = ["coder", "screenshot_id"]
    of_round = readings.loc[readings["round"] == coding_round, columns]
    given = given_at(placed[placed["round"] == coding_round], codebook, "code")
    read = pd.concat([of_round, given[columns]]).drop_duplicates()
    coders = sorted(read["coder"].unique())
    everybody = {*placed["coder"], *readings["coder"]}
    if len(everybody) == 1 or len(coders) == 1:
        raise CannotCompute("one coder only: agreement needs two")
    need(read, f"nobody coded in round {coding_round}, which agreement_round asks for")
    twice = read["screenshot_id"].value_counts() > 1
    both = units[units["screenshot_id"].isin(twice[twice].index)].reset_index(drop=True)
    need(both, "no unit was read by two coders")
    codes = entries_at(codebook, "code")
    need(codes, "the codebook has no codes")
    cube = np.full((len(coders), len(both), len(codes)), np.nan)
    cube[_positions(read, coders, both)[:2]] = 0
    cube[_positions(given, coders, both, codes)] = 1
    return Judgements(both, coders, codes, cube)


def _positions(
    rows: pd.DataFrame, coders: list[str], units: pd.DataFrame, codes: pd.DataFrame | None = None
) -> tuple[NDArray[np.intp], ...]:
    """Find each row's place in the cube of judgements; rows on other units are left out."""
    inside = rows[rows["screenshot_id"].isin(units["screenshot_id"])]
    coder = _indices(coders, inside["coder"])
    unit = _indices(units["screenshot_id"], inside["screenshot_id"])
    if codes is None:
        return coder, unit
    return coder, unit, _indices(codes["code_id"], inside["code_id"])


def _indices(known: Sequence[str] | pd.Series, wanted: pd.Series) -> NDArray[np.intp]:
    place = {name: index for index, name in enumerate(known)}
    return wanted.map(place).to_numpy(dtype=np.intp)


def krippendorff_alpha(ratings: ArrayLike, *, level: Level) -> float:
    """Compute Krippendorff's alpha, 1 − Do / De on the coincidence matrix.

    Parameters
    ----------
    ratings
        Coders × units; NaN or None where a coder did not judge a unit.
    level
        The level of measurement, which decides how far apart two values are. There is no default.

    Returns
    -------
    Alpha; missing where no unit has two judgements or only one value was ever given.

    References
    ----------
    Krippendorff, K. (2011). Computing Krippendorff's alpha-reliability. University of Pennsylvania.

    Examples
    --------
    Example A of that paper, two coders and a binary variable.

    >>> first = [0, 1, 0, 0, 0, 0, 0, 0, 1, 0]
    >>> second = [1, 1, 1, 0, 0, 1, 0, 0, 0, 0]
    >>> round(krippendorff_alpha([first, second], level="nominal"), 3)
    0.095
    """
    counts, values = count_values(ratings)
    coincidences = coincidence_matrix(counts)
    totals = coincidences.sum(axis=0)
    apart = distances(values, totals, level)
    return float(_alpha((coincidences * apart).sum(), totals @ apart @ totals, totals.sum()))


def count_values(ratings: ArrayLike) -> tuple[Numbers, NDArray[Any]]:
    """Count how often each unit was given each value: units × values, and the values in order."""
    rated = np.asarray(ratings)
    given = pd.notna(rated)
    values, which = np.unique(rated[given].tolist(), return_inverse=True)
    counts = np.zeros((rated.shape[1], len(values)))
    np.add.at(counts, (np.nonzero(given)[1], which), 1)
    return counts, values


def coincidence_matrix(counts: Numbers) -> Numbers:
    """Count the pairs of values within units, each unit weighted by 1 / (judgements − 1)."""
    paired = counts[counts.sum(axis=1) > 1]
    weighted = paired / (paired.sum(axis=1, keepdims=True) - 1)
    pairs: Numbers = paired.T @ weighted - np.diag(weighted.sum(axis=0))
    return pairs


def distances(values: NDArray[Any], totals: Numbers, level: Level) -> Numbers:
    """Square the distance between any two values at a level of measurement."""
    if level == "nominal":
        return np.asarray(1 - np.eye(len(values)))
    # The ordinal distance between two values is that between their mean ranks among all values given.
    place = totals.cumsum() - totals / 2 if level == "ordinal" else values.astype(np.float64)
    apart = place[:, None] - place[None, :]
    if level == "ratio":
        sums = place[:, None] + place[None, :]
        apart = np.divide(apart, sums, out=np.zeros_like(apart), where=sums != 0)
    return np.asarray(apart**2)


def _alpha(observed: Numbers, expected: Numbers, total: Numbers) -> Numbers:
    """Relate observed to expected disagreement; missing where chance could not have disagreed."""
    observed, expected, total = np.broadcast_arrays(*map(np.asarray, (observed, expected, total)))
    return 1 - _quotient((total - 1) * observed, expected)


def masi_distance(first: frozenset[str] | set[str], second: frozenset[str] | set[str]) -> float:
    """Measure how far two sets of codes are apart: 1 − Jaccard × M.

    M is 1 for equal sets, 2/3 where one contains the other, 1/3 where they overlap, 0 where they share nothing.

    References
    ----------
    Passonneau, R. (2006). Measuring agreement on set-valued items (MASI) for semantic and pragmatic annotation. LREC.

    Examples
    --------
    >>> round(masi_distance({"1", "2", "3", "4"}, {"3", "4", "5"}), 6)
    0.866667
    >>> masi_distance(set(), set())
    0.0
    """
    codes = sorted(first | second)
    rows = np.array([[code in given for code in codes] for given in (first, second)], dtype=np.float64)
    return float(masi_distances(rows.reshape(2, len(codes)))[0, 1])


def masi_distances(sets: Numbers) -> Numbers:
    """Measure how far any two of many sets (rows of 0 and 1) are apart."""
    common, sizes = sets @ sets.T, sets.sum(axis=1)
    either = sizes[:, None] + sizes[None, :] - common
    jaccard = np.divide(common, either, out=np.ones_like(common), where=either > 0)
    contained = common == np.minimum(sizes[:, None], sizes[None, :])
    monotone = np.select([common == either, contained, common > 0], [1, 2 / 3, 1 / 3], 0)
    return np.asarray(1 - jaccard * monotone)


@computable
def of_sets(judged: Judgements, resampling: Resampling) -> pd.DataFrame:
    """Compute alpha over the sets of codes, with MASI as distance, and its creator-cluster interval.

    As in Passonneau (2006) the distance enters as it is, not squared. Disagreement observed and expected are
    both taken anew in each replicate. Beside alpha stand two shares: of units with the same set of codes from
    every coder, and of single decisions (unit by code) on which two coders agree.
    """
    counts, sets = _count_sets(judged)
    read = counts.sum(axis=1)
    apart = masi_distances(sets)
    observed = ((counts @ apart) * counts).sum(axis=1) / (read - 1)
    drawn = resampling.clusters(judged.creators.max() + 1)
    replicates = _alpha_of_sets(drawn @ _by_creator(judged, observed), drawn @ _by_creator(judged, counts), apart)
    low, high = resampling.interval(replicates)
    return pd.DataFrame({
        "units": [len(judged.units)],
        "coders": [len(judged.coders)],
        "same_set": [(counts.max(axis=1) == read).mean()],
        "percent": [np.mean(_percent(*_given_and_read(judged)))],
        "alpha": _alpha_of_sets(observed.sum(keepdims=True), counts.sum(axis=0, keepdims=True), apart),
        "low": [low],
        "high": [high],
    })  # fmt: skip


def _count_sets(judged: Judgements) -> tuple[Numbers, Numbers]:
    """Count how often each unit was given each set of codes, and list the sets."""
    rows = judged.given.reshape(-1, judged.given.shape[2])
    unit = np.tile(np.arange(len(judged.units)), len(judged.coders))
    read = ~np.isnan(rows).any(axis=1)
    sets, which = np.unique(rows[read], axis=0, return_inverse=True)
    counts = np.zeros((len(judged.units), len(sets)))
    np.add.at(counts, (unit[read], which.ravel()), 1)
    return counts, sets


def _alpha_of_sets(observed: Numbers, totals: Numbers, apart: Numbers) -> Numbers:
    return _alpha(observed, ((totals @ apart) * totals).sum(axis=1), totals.sum(axis=1))


def _by_creator(judged: Judgements, of_units: Numbers) -> Numbers:
    """Sum what belongs to units over each creator."""
    sums = np.zeros((judged.creators.max() + 1, *of_units.shape[1:]))
    np.add.at(sums, judged.creators, of_units)
    return sums


def _given_and_read(judged: Judgements) -> tuple[Numbers, Numbers]:
    """Count by how many coders each code was given to each unit, and how many read the unit."""
    return np.nansum(judged.given, axis=0), (~np.isnan(judged.given[:, :, 0])).sum(axis=0).astype(np.float64)[:, None]


def _percent(given: Numbers, read: Numbers) -> Numbers:
    """Share the pairs of coders that agree on each code, averaged over units."""
    alike = given * (given - 1) + (read - given) * (read - given - 1)
    return np.asarray((alike / (read * (read - 1))).mean(axis=0))


@computable
def by_code(judged: Judgements, resampling: Resampling) -> pd.DataFrame:
    """Compute percent agreement, Cohen's kappa and binary alpha for each code.

    `reason` says why a code has no alpha; `replicates` is the share of resamples in which it has one, which is
    low for a rare code and makes its interval hollow.
    """
    given, read = _given_and_read(judged)
    observed = 2 * given * (read - given) / (read - 1)
    drawn = resampling.clusters(judged.creators.max() + 1)
    sums = [drawn @ _by_creator(judged, part) for part in (observed, given, read)]
    replicates = _binary_alpha(*sums)
    low, high = resampling.interval(replicates)
    alpha = _binary_alpha(observed.sum(axis=0), given.sum(axis=0), read.sum(axis=0))
    unused = np.where(given.sum(axis=0) == 0, "nobody gave this code", "everybody gave this code to every unit")
    return pd.DataFrame({
        "code_id": judged.codes["code_id"],
        "name": judged.codes["name"],
        "given_on": (given > 0).sum(axis=0),
        "percent": _percent(given, read),
        "kappa": cohen_kappa(judged.given),
        "alpha": alpha,
        "low": np.where(np.isnan(alpha), np.nan, low),
        "high": np.where(np.isnan(alpha), np.nan, high),
        "replicates": (~np.isnan(replicates)).mean(axis=0),
        "reason": pd.Series(unused).where(np.isnan(alpha)),
    })  # fmt: skip


def _binary_alpha(observed: Numbers, given: Numbers, read: Numbers) -> Numbers:
    return _alpha(observed, 2 * given * (read - given), read)


def cohen_kappa(given: Numbers) -> Numbers:
    """Compute Cohen's kappa of each code; with more than two coders the mean over their pairs (Light 1971).

    `given` is coders × units × codes. Missing where both coders of every pair gave one and the same value only.

    Examples
    --------
    Cohen (1960) via Fleiss, Levin and Paik (2003, table 18.3), the first of three categories against the rest:
    psychosis, both raters 75 of 100, alone 5 and 5.

    >>> first, second = [1] * 80 + [0] * 20, [1] * 75 + [0] * 5 + [1] * 5 + [0] * 15
    >>> round(float(cohen_kappa(np.array([first, second], dtype=float)[:, :, None])[0]), 2)
    0.69
    """
    pairs = np.array([_kappa(given[a], given[b]) for a, b in combinations(range(len(given)), 2)])
    known = (~np.isnan(pairs)).sum(axis=0)
    return _quotient(np.nansum(pairs, axis=0), known)


def _kappa(first: Numbers, second: Numbers) -> Numbers:
    both = ~np.isnan(first[:, 0] + second[:, 0])
    if not both.any():
        return np.full(first.shape[1], np.nan)
    first, second = first[both], second[both]
    alike = (first == second).mean(axis=0)
    chance = first.mean(axis=0) * second.mean(axis=0) + (1 - first.mean(axis=0)) * (1 - second.mean(axis=0))
    return _quotient(alike - chance, 1 - chance)


def _quotient(above: Numbers, below: Numbers) -> Numbers:
    """Divide; missing where there is nothing to divide by."""
    unknown: Numbers = np.full(above.shape, np.nan)
    quotient: Numbers = np.divide(above, below, out=unknown, where=below > 0)
    return quotient


@computable
def disagreements(judged: Judgements) -> pd.DataFrame:
    """List each unit and code on which coders differ, and who gave it, for the coders' meeting."""
    given, read = _given_and_read(judged)
    rows = [
        {
            "screenshot_id": judged.units["screenshot_id"][unit],
            "post_id": judged.units["post_id"][unit],
            "code_id": judged.codes["code_id"][code],
            "name": judged.codes["name"][code],
            "given_by": _who(judged, unit, code, value=1),
            "not_given_by": _who(judged, unit, code, value=0),
        }
        for unit, code in np.argwhere((given > 0) & (given < read))
    ]
    need(rows, "the coders agree on every unit")
    return pd.DataFrame(rows)


def _who(judged: Judgements, unit: int, code: int, *, value: int) -> str:
    return ", ".join(
        coder for coder, given in zip(judged.coders, judged.given[:, unit, code], strict=True) if given == value
    )


@computable
def extreme(agreement: pd.DataFrame, which: str) -> dict[str, Any]:
    """Find the code with the lowest (`min`) or highest (`max`) alpha, and that alpha."""
    known = agreement.dropna(subset=["alpha"])
    need(known, "no code has an alpha")
    row = known.sort_values("alpha", ascending=which == "min", kind="stable").iloc[0]
    return {"name": row["name"], "alpha": float(row["alpha"])}
