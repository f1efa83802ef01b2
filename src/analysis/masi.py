"""How far apart two sets of codes are, and Krippendorff's alpha over the sets that coders gave to each unit."""

from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from analysis.alpha import Disagreement, Measure, Pairs, defined, pairs_at
from analysis.computable import computable
from analysis.resampling import Numbers

# Distances between so many sets and all others are held at once.
BLOCK = 512


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
    one, other = rows.reshape(2, 1, len(codes))
    return float(masi_distances(one, other)[0, 0])


def masi_distances(first: Numbers, second: Numbers) -> Numbers:
    """Measure how far each set of the first is from each of the second (rows of 0 and 1)."""
    return _apart(first @ second.T, first.sum(axis=1)[:, None], second.sum(axis=1)[None, :])


def _apart(common: Numbers, first: Numbers, second: Numbers) -> Numbers:
    """MASI distance from the number of codes in common and in each set."""
    either = first + second - common
    jaccard = np.divide(common, either, out=np.ones_like(either), where=either > 0)
    # Equal sets meet all three conditions, sets of which one contains the other two, overlapping sets one.
    alike = (common == either) * 1.0 + (common == np.minimum(first, second)) + ((common > 0) | (either == 0))
    return np.asarray(1 - jaccard * alike / 3)


@computable
def masi_alpha(given: Numbers) -> float:
    """Compute Krippendorff's alpha over sets of codes, with MASI as distance.

    Parameters
    ----------
    given
        Coders × units × codes: 1 given, 0 not given, NaN where the coder did not judge the unit.

    Returns
    -------
    Alpha; `NotComputable` where no unit has two judgements or only one set was ever given.

    References
    ----------
    Passonneau, R. (2006). Measuring agreement on set-valued items (MASI) for semantic and pragmatic annotation. LREC.
    The distance enters as it is there, not squared.

    Examples
    --------
    The same sets of codes from both coders, and different ones, on two units; then the four sets shared out otherwise.

    >>> masi_alpha(np.array([[[1, 1, 0], [0, 0, 1]], [[1, 1, 0], [0, 0, 1]]], dtype=float))
    1.0
    >>> round(masi_alpha(np.array([[[1, 1, 0], [1, 1, 0]], [[0, 0, 1], [0, 0, 1]]], dtype=float)), 6)
    -0.5
    """
    return defined(of_sets(given))


def of_sets(given: Numbers) -> Disagreement:
    """Gather what alpha over sets of codes is made of; `given` is coders × units × codes, NaN where not judged."""
    read = np.asarray(~np.isnan(given).any(axis=2))
    paired = read.sum(axis=0) > 1
    counts, sets = count_sets(given[:, paired], read[:, paired])
    pairs, within = _pairs_within(given[:, paired], read[:, paired])
    return Disagreement(within[:, None], counts, paired, pairs, _measure(sets))


def count_sets(given: Numbers, read: NDArray[np.bool_]) -> tuple[Numbers, Numbers]:
    """Count how often each unit was given each set of codes (units × sets), and list the sets (rows of 0 and 1)."""
    sets, which = np.unique(given[read] > 0, axis=0, return_inverse=True)
    unit = np.nonzero(read)[1]
    cells = np.bincount(unit * len(sets) + which.ravel(), minlength=given.shape[1] * len(sets))
    return cells.reshape(given.shape[1], len(sets)).astype(np.float64), sets.astype(np.float64)


def _pairs_within(given: Numbers, read: NDArray[np.bool_]) -> tuple[Pairs, Numbers]:
    """The distances of all pairs of coders on each unit, and their weighted sum by unit."""
    judgements, sizes = read.sum(axis=0), given.sum(axis=2)
    distances, weights = [np.zeros(0)], [np.zeros(0)]
    within = np.zeros(given.shape[1])
    for one, other in combinations(range(len(given)), 2):
        both = read[one] & read[other]
        common = (given[one, both] * given[other, both]).sum(axis=1)
        apart = _apart(common, sizes[one, both], sizes[other, both])
        within[both] += 2 * apart / (judgements[both] - 1)
        distances.append(apart)
        weights.append(1 / (judgements[both] - 1))
    found = np.concatenate(distances)
    return pairs_at(found, np.concatenate(weights), len(found)), within


def _measure(sets: Numbers) -> Measure:
    """Relate what was given within units to what was given at all, a block of sets at a time."""

    def measure(within: Numbers, given: Numbers) -> tuple[Numbers, Numbers]:
        expected = np.zeros(len(given))
        for begin in range(0, len(sets), BLOCK):
            block = slice(begin, begin + BLOCK)
            expected += (given[:, block] * (given @ masi_distances(sets, sets[block]))).sum(axis=1)
        return within[:, 0], expected

    return measure
