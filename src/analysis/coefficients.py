"""Other coefficients of agreement, for any number of coders and with judgements missing, after Gwet (2014).

All of them are (pa − pe) / (1 − pe), the share of agreement beyond chance. They have pa in common and differ in what
they take for chance, pe: each coder's own habits (Cohen, Conger), the habits of all (Scott, Fleiss), blind guessing
(Brennan and Prediger) or guessing on the units that are hard (Gwet). Which one to report is the caller's choice, and
so are the values that could have been given and the weights.

References
----------
Gwet, K. L. (2014). Handbook of Inter-Rater Reliability, 4th edition. Advanced Analytics.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.computable import CannotCompute, computable
from analysis.resampling import Numbers

Weights = Literal["identity", "linear", "quadratic", "ordinal", "ratio"]
# Below this, chance would have agreed on everything.
NOTHING = 1e-12


@dataclass(frozen=True)
class Rated:
    """Judgements counted.

    `counts` says how many coders gave each unit each value, `habits` (coders × values) how a coder's judgements are
    shared out, `weights` how far two values count as agreement.
    """

    counts: Numbers
    habits: Numbers
    weights: Numbers

    @property
    def agreement(self) -> float:
        """The share of pairs of coders that agree (pa), over the units that two or more judged."""
        judged = self.counts.sum(axis=1)
        counts, judged = self.counts[judged > 1], judged[judged > 1]
        if not len(counts):
            raise CannotCompute("no unit was judged by two coders")
        alike = (counts * (counts @ self.weights - 1)).sum(axis=1)
        return float((alike / (judged * (judged - 1))).mean())

    @property
    def prevalence(self) -> Numbers:
        """How often each value is given, a mean over units."""
        judged = self.counts.sum(axis=1)
        return np.asarray((self.counts[judged > 0] / judged[judged > 0, None]).mean(axis=0))

    def expected(self, shares: Numbers) -> float:
        """Agreement by chance of two coders who both give values in these shares."""
        return float(shares @ self.weights @ shares)


def rated(ratings: ArrayLike, values: Sequence[Any], weights: Weights) -> Rated:
    """Count judgements; `ratings` are coders × units, NaN or None where missing.

    Raises `ValueError` for a judgement that is none of the values.
    """
    cells = np.asarray(ratings)
    is_value = np.array([cells == value for value in values])
    if (unknown := (cells == cells) & (cells != None) & ~is_value.any(axis=0)).any():  # noqa: E711, PLR0124
        raise ValueError(f"{cells[unknown][0]!r} was given, which is not one of {', '.join(map(repr, values))}.")
    counts = is_value.sum(axis=1).T.astype(np.float64)
    of_coder = is_value.sum(axis=2).T.astype(np.float64)
    some = of_coder[of_coder.sum(axis=1) > 0]
    return Rated(counts, some / some.sum(axis=1, keepdims=True), weigh(values, weights))


def weigh(values: Sequence[Any], weights: Weights) -> Numbers:
    """How far any two values count as agreement, from 0 to 1 (Gwet 2014, chapter 3): values × values.

    Examples
    --------
    >>> weigh([1, 2, 3], "linear")[0].tolist(), weigh([1, 2, 3], "quadratic")[0].tolist()
    ([1.0, 0.5, 0.0], [1.0, 0.75, 0.0])
    """
    if weights == "identity" or len(values) < 2:  # noqa: PLR2004 - one value cannot be apart from another
        return np.eye(len(values))
    place = np.arange(len(values)) if weights == "ordinal" else np.asarray(values, dtype=np.float64)
    apart = np.abs(place[:, None] - place[None, :]).astype(np.float64)
    if weights == "ratio":
        sums = place[:, None] + place[None, :]
        apart = np.divide(apart, sums, out=np.zeros_like(apart), where=sums != 0)
    # Ranks: so many pairs of values lie between two values and on them.
    shape: dict[str, Callable[[Numbers], Numbers]] = {
        "linear": np.asarray, "quadratic": np.square, "ratio": np.square, "ordinal": lambda gap: gap * (gap + 1) / 2,
    }  # fmt: skip
    further = shape[weights](apart)
    return np.asarray(1 - further / further.max())


@computable
def percent(ratings: ArrayLike, *, values: Sequence[Any], weights: Weights) -> float:
    """Share the pairs of coders that agree, a mean over units.

    Examples
    --------
    Two abstractors on 100 pregnancies (Gwet 2014; the data set `cont3x3abstractors` of the package irrCAC).

    >>> first = ["ectopic"] * 13 + ["abnormal"] * 27 + ["normal"] * 60
    >>> second = ["ectopic"] * 13 + ["abnormal"] * 20 + ["normal"] * 7 + ["abnormal"] * 4 + ["normal"] * 56
    >>> percent([first, second], values=["ectopic", "abnormal", "normal"], weights="identity")
    0.89
    """
    return rated(ratings, values, weights).agreement


@computable
def cohen(ratings: ArrayLike, *, values: Sequence[Any], weights: Weights) -> float:
    """Compute Cohen's kappa; with more than two coders Conger's generalisation, with weights the weighted kappa.

    Parameters
    ----------
    ratings
        Coders × units; NaN or None where a coder did not judge a unit.
    values
        Every value that could have been given, in order.
    weights
        How far two values count as agreement. There is no default.

    Returns
    -------
    Kappa; `NotComputable` where no unit has two judgements or chance would have agreed on everything.

    References
    ----------
    Cohen, J. (1960). A coefficient of agreement for nominal scales. Educational and Psychological Measurement 20.
    Conger, A. J. (1980). Integration and generalization of kappas for multiple raters. Psychological Bulletin 88.

    Examples
    --------
    Artstein and Poesio (2008, Computational Linguistics 34, section 2): 100 utterances by two coders.

    >>> first, second = [0] * 40 + [1] * 60, [0] * 20 + [1] * 20 + [0] * 10 + [1] * 50
    >>> round(cohen([first, second], values=[0, 1], weights="identity"), 3)
    0.348
    """
    found = rated(ratings, values, weights)
    coders = len(found.habits)
    if coders < 2:  # noqa: PLR2004 - agreement is between two
        raise CannotCompute("no unit was judged by two coders")
    # Chance agreement of any two coders, averaged over pairs: all pairs without those of a coder with itself.
    every = found.expected(found.habits.sum(axis=0))
    itself = sum(map(found.expected, found.habits))
    return _beyond(found.agreement, (every - itself) / (coders * (coders - 1)))


@computable
def scott(ratings: ArrayLike, *, values: Sequence[Any], weights: Weights) -> float:
    """Compute Scott's pi; with more than two coders the habits of all are averaged. See `cohen` on parameters.

    References
    ----------
    Scott, W. A. (1955). Reliability of content analysis: the case of nominal scale coding. Public Opinion Quarterly 19.

    Examples
    --------
    Artstein and Poesio (2008, Computational Linguistics 34, section 2): 100 utterances by two coders.

    >>> first, second = [0] * 40 + [1] * 60, [0] * 20 + [1] * 20 + [0] * 10 + [1] * 50
    >>> round(scott([first, second], values=[0, 1], weights="identity"), 3)
    0.341
    """
    found = rated(ratings, values, weights)
    agreement = found.agreement
    return _beyond(agreement, found.expected(found.habits.mean(axis=0)))


@computable
def fleiss(ratings: ArrayLike, *, values: Sequence[Any], weights: Weights) -> float:
    """Compute Fleiss' kappa. See `cohen` on parameters.

    It is Scott's pi where every coder judged every unit; else values are shared out by unit and not by coder.

    References
    ----------
    Fleiss, J. L. (1971). Measuring nominal scale agreement among many raters. Psychological Bulletin 76.
    """
    found = rated(ratings, values, weights)
    agreement = found.agreement
    return _beyond(agreement, found.expected(found.prevalence))


@computable
def brennan_prediger(ratings: ArrayLike, *, values: Sequence[Any], weights: Weights) -> float:
    """Compute Brennan and Prediger's coefficient: chance gives every value alike. See `cohen` on parameters.

    References
    ----------
    Brennan, R. L. and Prediger, D. J. (1981). Coefficient kappa: some uses, misuses, and alternatives. Educational and
    Psychological Measurement 41.

    Examples
    --------
    Artstein and Poesio (2008, Computational Linguistics 34, section 2), who call it S: 100 utterances by two coders.

    >>> first, second = [0] * 40 + [1] * 60, [0] * 20 + [1] * 20 + [0] * 10 + [1] * 50
    >>> round(brennan_prediger([first, second], values=[0, 1], weights="identity"), 3)
    0.4
    """
    found = rated(ratings, values, weights)
    return _beyond(found.agreement, float(found.weights.mean()))


@computable
def gwet(ratings: ArrayLike, *, values: Sequence[Any], weights: Weights) -> float:
    """Compute Gwet's AC1 (weights: identity) or AC2 (any others). See `cohen` on parameters.

    References
    ----------
    Gwet, K. L. (2008). Computing inter-rater reliability and its variance in the presence of high agreement. British
    Journal of Mathematical and Statistical Psychology 61.

    Examples
    --------
    Gwet (2002, Kappa statistic is not satisfactory for assessing the extent of agreement between raters): 118 of 125
    subjects are positive for both raters, 5 for the first and 2 for the second alone; Cohen's kappa is −0.0234.

    >>> first, second = [1] * 123 + [0] * 2, [1] * 118 + [0] * 5 + [1] * 2
    >>> round(gwet([first, second], values=[0, 1], weights="identity"), 4)
    0.9408
    """
    found = rated(ratings, values, weights)
    agreement, kinds = found.agreement, len(values)
    if kinds < 2:  # noqa: PLR2004 - who can give one value only does not guess
        raise CannotCompute("only one value could be given")
    hard = float((found.prevalence * (1 - found.prevalence)).sum()) / (kinds * (kinds - 1))
    return _beyond(agreement, float(found.weights.sum()) * hard)


COEFFICIENTS: dict[str, Callable[..., float]] = {
    "percent": percent, "cohen": cohen, "scott": scott, "fleiss": fleiss,
    "brennan_prediger": brennan_prediger, "gwet": gwet,
}  # fmt: skip


def _beyond(agreement: float, chance: float) -> float:
    if not 1 - chance > NOTHING:
        raise CannotCompute("only one value was ever given, so chance could not have disagreed")
    return (agreement - chance) / (1 - chance)


def side_by_side(given: Numbers) -> dict[str, NDArray[np.float64]]:
    """Every coefficient of each code (coders × units × codes of 1, 0 and NaN), NaN where there is none.

    With the two values given and not given, all weights are alike: Gwet's AC2 is AC1.
    """
    found = {
        name: [compute(given[:, :, code], values=[0, 1], weights="identity") for code in range(given.shape[2])]
        for name, compute in COEFFICIENTS.items()
    }
    return {
        name: np.array([each if isinstance(each, float) else np.nan for each in each_code])
        for name, each_code in found.items()
    }
