"""Krippendorff's alpha: at four levels of measurement, over sets of codes, and as resampling varies it.

Alpha is 1 − Do / De, observed over expected disagreement. Both are sums over units, so a replicate of a bootstrap
only adds up what each unit contributes (`Disagreement`) instead of judging all units anew.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from analysis.computable import CannotCompute, computable
from analysis.resampling import DIGITS, Numbers, Resampling

Level = Literal["nominal", "ordinal", "interval", "ratio"]
LEVELS: tuple[Level, ...] = ("nominal", "ordinal", "interval", "ratio")
IntervalsBy = Literal["creators", "units", "pairs"]
INTERVALS_BY: tuple[IntervalsBy, ...] = ("creators", "units", "pairs")
# Up to here every whole number is itself as a floating-point number.
EXACT = 2**53
# Sums over units (replicates × parts, replicates × values) → observed and expected disagreement.
Measure = Callable[[Numbers, Numbers], tuple[Numbers, Numbers]]


@dataclass(frozen=True)
class Pairs:
    """The pairs of judgements on one unit: distances that occur, the share of pairs at each, and how many pairs."""

    distances: Numbers
    shares: Numbers
    count: int


@dataclass(frozen=True)
class Disagreement:
    """What alpha is made of, by unit with two judgements or more.

    `within` (units × parts) is what the unit's judgements disagree, `given` (units × values) how often it was given
    each value; `paired` tells which of all units these are.
    """

    within: Numbers
    given: Numbers
    paired: NDArray[np.bool_]
    pairs: Pairs
    measure: Measure

    def alpha(self) -> float:
        """Alpha over all units; NaN where chance could not have disagreed."""
        return float(self.alpha_of(*_summed(self.within, self.given))[0])

    def alpha_of(self, within: Numbers, given: Numbers) -> Numbers:
        """Alpha of each replicate, from its sums over units (replicates × parts, replicates × values)."""
        observed, expected = self.measure(within, given)
        return relate(observed, expected, given.sum(axis=1))

    def replicates(self, resampling: Resampling, intervals_by: IntervalsBy, creators: NDArray[np.int64]) -> Numbers:
        """Alpha in each replicate; `creators` numbers the creator of each of all units.

        With `creators` whole creators are drawn, with `units` single units, and both observed and expected
        disagreement are computed anew. With `pairs` it is as KALPHA does: pairs of judgements are drawn as if each
        were by itself, and the expected disagreement stays as it is.

        References
        ----------
        Hayes, A. F. and Krippendorff, K. (2007). Answering the call for a standard reliability measure for coding
        data. Communication Methods and Measures 1, 77-89.
        """
        must_be("intervals_by", intervals_by, INTERVALS_BY)
        if intervals_by == "pairs":
            return self._by_pairs(resampling)
        rows = np.hstack([self.within, self.given])
        if intervals_by == "units":
            one_of_each, often = alike(self.given)
            drawn = resampling.sums(rows[one_of_each], often)
        else:
            drawn = resampling.sums(by_cluster(rows, creators[self.paired]))
        parts = self.within.shape[1]
        return self.alpha_of(drawn[:, :parts], drawn[:, parts:])

    def _by_pairs(self, resampling: Resampling) -> Numbers:
        _, expected = self.measure(*_summed(self.within, self.given))
        total = self.given.sum()
        if not expected[0] > 0:
            return np.full(resampling.replicates, np.nan)
        drawn = resampling.means(self.pairs.distances, self.pairs.shares, self.pairs.count)
        return 1 - drawn * total * (total - 1) / expected[0]


@computable
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
    Alpha; `NotComputable` where no unit has two judgements or only one value was ever given.

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
    return defined(of_ratings(ratings, level))


def defined(disagreement: Disagreement) -> float:
    """Alpha, or `CannotCompute` with the reason why there is none."""
    if not len(disagreement.given):
        raise CannotCompute("no unit was judged by two coders")
    alpha = disagreement.alpha()
    if np.isnan(alpha):
        raise CannotCompute("only one value was ever given, so chance could not have disagreed")
    return alpha


def of_ratings(ratings: ArrayLike, level: Level) -> Disagreement:
    """Gather what alpha at a level is made of; `ratings` are coders × units, NaN or None where missing."""
    return of_counts(*count_values(ratings), level)


def of_counts(counts: Numbers, values: NDArray[Any], level: Level) -> Disagreement:
    """Gather what alpha at a level is made of, from how often each unit was given each value (units × values)."""
    must_be("level", level, LEVELS)
    paired = counts.sum(axis=1) > 1
    given = counts[paired]
    coincidences, totals = coincidence_matrix(given), given.sum(axis=0)
    apart = distances(values, totals, level)
    if level == "ordinal":
        within, measure = _coincidences_by_unit(given), _ordinal(values)
    else:
        within = (((given @ apart) * given).sum(axis=1) / (given.sum(axis=1) - 1))[:, None]
        measure = _fixed(apart)
    judgements = given.sum(axis=1)
    pairs = pairs_at(apart.ravel(), coincidences.ravel(), int((judgements * (judgements - 1)).sum() / 2))
    return Disagreement(within, given, paired, pairs, measure)


def count_values(ratings: ArrayLike) -> tuple[Numbers, NDArray[Any]]:
    """Count how often each unit was given each value: units × values, and the values in order."""
    rated = np.asarray(ratings)
    which, values = pd.factorize(rated.ravel(), sort=True)
    unit = np.tile(np.arange(rated.shape[1]), rated.shape[0])
    given, kinds = which >= 0, len(values)
    cells = np.bincount(unit[given] * kinds + which[given], minlength=rated.shape[1] * kinds)
    return cells.reshape(rated.shape[1], kinds).astype(np.float64), np.asarray(values)


def coincidence_matrix(counts: Numbers) -> Numbers:
    """Count the pairs of values within units, each unit weighted by 1 / (judgements − 1)."""
    paired = counts[counts.sum(axis=1) > 1]
    weighted = paired / (paired.sum(axis=1, keepdims=True) - 1)
    pairs: Numbers = paired.T @ weighted - np.diag(weighted.sum(axis=0))
    return pairs


def distances(values: NDArray[Any], totals: Numbers, level: Level) -> Numbers:
    """Square the distance between any two values at a level of measurement; `totals` may be of many replicates."""
    if level == "nominal":
        return np.asarray(1 - np.eye(len(values)))
    # The ordinal distance between two values is that between their mean ranks among all values given.
    place = totals.cumsum(axis=-1) - totals / 2 if level == "ordinal" else values.astype(np.float64)
    apart = place[..., :, None] - place[..., None, :]
    if level == "ratio":
        sums = place[:, None] + place[None, :]
        apart = np.divide(apart, sums, out=np.zeros_like(apart), where=sums != 0)
    return np.asarray(apart**2)


def _coincidences_by_unit(given: Numbers) -> Numbers:
    weights = 1 / (given.sum(axis=1) - 1)
    pairs = given[:, :, None] * given[:, None, :] - given[:, :, None] * np.eye(given.shape[1])
    return np.asarray((pairs * weights[:, None, None]).reshape(len(given), given.shape[1] ** 2))


def _ordinal(values: NDArray[Any]) -> Measure:
    """How far ranks are apart depends on how often each value was given, in each replicate anew."""

    def measure(within: Numbers, given: Numbers) -> tuple[Numbers, Numbers]:
        apart = distances(values, given, "ordinal")
        observed = (within.reshape(apart.shape) * apart).sum(axis=(1, 2))
        return observed, np.einsum("rv,rvw,rw->r", given, apart, given)

    return measure


def _fixed(apart: Numbers) -> Measure:
    return lambda within, given: (within[:, 0], ((given @ apart) * given).sum(axis=1))


def pairs_at(apart: Numbers, weights: Numbers, count: int) -> Pairs:
    """Gather pairs at equal distance; no pairs where no unit has two judgements."""
    values, which = np.unique(apart.round(DIGITS), return_inverse=True)
    summed = np.asarray(np.bincount(which, weights=weights, minlength=len(values)), dtype=np.float64)
    return Pairs(values, summed / summed.sum() if count else summed, count)


def _summed(within: Numbers, given: Numbers) -> tuple[Numbers, Numbers]:
    return within.sum(axis=0, keepdims=True), given.sum(axis=0, keepdims=True)


def relate(observed: Numbers, expected: Numbers, total: Numbers) -> Numbers:
    """Relate observed to expected disagreement among `total` judgements; NaN where chance could not have disagreed."""
    observed, expected, total = np.broadcast_arrays(*map(np.asarray, (observed, expected, total)))
    unknown: Numbers = np.full(observed.shape, np.nan)
    return 1 - np.divide((total - 1) * observed, expected, out=unknown, where=expected > 0)


def must_be(name: str, value: str, known: Sequence[str]) -> None:
    """Raise `ValueError` for a choice that does not exist: a slip of the pen must not pick another one."""
    if value not in known:
        raise ValueError(f"{name}: found {value!r}; expected {', '.join(known)}.")


def alike(given: Numbers) -> tuple[NDArray[np.intp], NDArray[np.int64]]:
    """Find one unit of each kind, units being of one kind that were given the same, and how many each stands for.

    Where there are too many values to tell kinds by one number, each unit stands for itself.
    """
    base = int(given.max(initial=0)) + 1
    if base ** given.shape[1] > EXACT:
        return np.arange(len(given)), np.ones(len(given), dtype=np.int64)
    kinds = given @ (float(base) ** np.arange(given.shape[1]))
    _, first, often = np.unique(kinds, return_index=True, return_counts=True)
    return first, often


def by_cluster(rows: Numbers, clusters: NDArray[np.int64]) -> Numbers:
    """Sum the rows of each cluster, in the order in which the clusters come."""
    # A creator's pseudonym must not decide who is drawn.
    which, names = pd.factorize(clusters)
    sums = np.zeros((len(names), *rows.shape[1:]))
    np.add.at(sums, which, rows)
    return sums
