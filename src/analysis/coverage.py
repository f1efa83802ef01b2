"""How much may still be unseen: what is told by which kinds were found in how many units.

Kinds are codes or themes, and units are the posts that were read. The estimators come from ecology, where kinds are
species and units are plots; Tran, Porcher, Tran and Ravaud (2017) took them to qualitative surveys. They read the
units as drawn independently of each other from all units of their sort.

`often` is how many kinds were found in exactly k units, k = 0 … m; several studies may stand in its rows.
"""

from statistics import NormalDist

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from analysis.computable import CannotCompute, need
from analysis.resampling import Resampling

Numbers = NDArray[np.float64]
Sizes = NDArray[np.int64]


def often_of(found: pd.DataFrame) -> Numbers:
    """How many kinds were found in exactly k units; raises `CannotCompute` where that tells nothing."""
    need(found, "nothing was read")
    if len(found) == 1:
        raise CannotCompute("one post only: the estimate needs several")
    counts = found.sum().to_numpy()
    if not counts.any():
        raise CannotCompute("no post holds any of them")
    return np.bincount(counts[counts > 0], minlength=len(found) + 1).astype(np.float64)


def chao2(often: Numbers) -> Numbers:
    """Estimate the number of kinds, seen and unseen, from incidence data; a lower bound.

    Without kinds found twice the bias-corrected form is taken.

    References
    ----------
    Chao, A. (1987). Estimating the population size for capture-recapture data with unequal catchability.
    Biometrics, 43, 783-791.

    Examples
    --------
    Ants at 1500 m (Longino and Colwell 2011), 56 kinds in 200 samples, as the package iNEXT prints them: 77.019. Of
    the kinds found more than twice only their number matters.

    >>> often = np.zeros(201)
    >>> often[[1, 2, 3]] = 13, 4, 39
    >>> round(float(chao2(often)), 3)
    77.019
    """
    return np.asarray(often[..., 1:].sum(axis=-1) + unseen(often))


def unseen(often: Numbers) -> Numbers:
    """Estimate the number of kinds that were not found; at least."""
    units, once, twice = often.shape[-1] - 1, often[..., 1], often[..., 2]
    plain = once**2 / (2 * np.where(twice > 0, twice, 1))
    return np.asarray((units - 1) / units * np.where(twice > 0, plain, once * (once - 1) / 2))


def chao2_interval(often: Numbers, confidence: float) -> tuple[float, float]:
    """Compute the interval of Chao2: never below what was found, and longer upwards.

    What is unseen is taken as log-normal (Chao 1987). Where nothing unseen is estimated, the interval is that of the
    number found.

    References
    ----------
    Chao, A. (1987), as above. Colwell, R. K. (2013). EstimateS: Statistical estimation of species richness and shared
    species from samples. Version 9. User's guide, Appendix B.

    Examples
    --------
    Spiders in a logged forest, the second example of iNEXT's ChaoRichness: 37 found, 14 once and 4 twice in 252. It
    prints 61.403 with 43.502 and 128.583.

    >>> often = np.zeros(253)
    >>> often[[1, 2, 3]] = 14, 4, 19
    >>> [round(end, 3) for end in chao2_interval(often, 0.95)]
    [43.502, 128.583]
    """
    found, more = float(often[1:].sum()), float(unseen(often))
    deviations = NormalDist().inv_cdf((1 + confidence) / 2)
    if more:
        factor = float(np.exp(deviations * np.sqrt(np.log1p(chao2_variance(often) / more**2))))
        return found + more / factor, found + more * factor
    missed = float(np.exp(-(often @ np.arange(len(often))) / found))
    middle, half = found / (1 - missed), deviations * np.sqrt(found * missed) / (1 - missed)
    return max(found, float(middle - half)), float(middle + half)


def chao2_variance(often: Numbers) -> float:
    """Compute the variance of Chao2 (Chao 1987), with and without kinds found twice."""
    units, (once, twice) = len(often) - 1, often[1:3].tolist()
    share = (units - 1) / units
    if twice:
        ratio = once / twice
        return float(twice * (share * ratio**2 / 2 + share**2 * ratio**3 + share**2 * ratio**4 / 4))
    spread = share * once * (once - 1) / 2 + share**2 * once * (2 * once - 1) ** 2 / 4
    return float(spread - share**2 * once**4 / (4 * chao2(often)))


def expected_kinds(often: Numbers, sizes: ArrayLike) -> Numbers:
    """Compute how many kinds so many units would hold on average: the mean of all choices, and beyond what was read.

    References
    ----------
    Colwell, R. K., Mao, C. X., & Chang, J. (2004). Interpolating, extrapolating, and comparing incidence-based
    species accumulation curves. Ecology, 85, 2717-2727. Colwell, R. K., Chao, A., Gotelli, N. J., et al. (2012).
    Models and estimators linking individual-based and sample-based rarefaction, extrapolation and comparison of
    assemblages. Journal of Plant Ecology, 5, 3-21.
    """
    sizes, units = np.asarray(sizes), often.shape[-1] - 1
    inside = sizes[sizes <= units]
    beyond = (sizes[sizes > units] - units).astype(np.float64)
    within = often @ (1 - _missed(units, inside))
    more = unseen(often)[..., None] * (1 - _left(often)[..., None] ** beyond)
    return np.concatenate([within, often[..., 1:].sum(axis=-1)[..., None] + more], axis=-1)


def expected_coverage(often: Numbers, sizes: ArrayLike) -> Numbers:
    """Estimate which share of all incidences, seen and unseen, belongs to kinds that so many units hold.

    References
    ----------
    Chao, A., & Jost, L. (2012). Coverage-based rarefaction and extrapolation. Ecology, 93, 2533-2547.

    Examples
    --------
    The same ants: 1,170 incidences, coverage .9889.

    >>> often = np.zeros(201)
    >>> often[[1, 2, 29, 30]] = 13, 4, 21, 18
    >>> round(float(expected_coverage(often, [200])[0]), 4)
    0.9889
    """
    sizes, units, kinds = np.asarray(sizes), often.shape[-1] - 1, np.arange(often.shape[-1])
    incidences = (often @ kinds)[..., None]
    # A replicate may hold nothing at all, and covers nothing.
    share = np.divide(1, incidences, out=np.full_like(incidences, np.nan), where=incidences > 0)
    inside = sizes[sizes < units]
    beyond = (sizes[sizes >= units] - units + 1).astype(np.float64)
    within = (often * kinds) @ (_missed(units, inside) * units / (units - inside))
    outside = often[..., 1][..., None] * _left(often)[..., None] ** beyond
    return 1 - share * np.concatenate([within, outside], axis=-1)


def _missed(units: int, sizes: Sizes) -> Numbers:
    """The chance that a kind found in k units is in none of a choice of t: k = 0 … m × sizes."""
    kinds, missed = np.arange(units + 1), np.ones(units + 1)
    table = np.empty((units + 1, len(sizes)))
    for taken in range(1, int(sizes.max(initial=0)) + 1):
        missed = missed * np.clip(units - kinds - taken + 1, 0, None) / (units - taken + 1)
        table[:, sizes == taken] = missed[:, None]
    return table


def _left(often: Numbers) -> Numbers:
    """Which part of what is uncovered, and of the kinds unseen, each further unit leaves so."""
    units, more = often.shape[-1] - 1, unseen(often)
    whole = units * more + often[..., 1]
    return np.divide(units * more, whole, out=np.zeros_like(whole), where=whole > 0)


def replicates(often: Numbers, resampling: Resampling) -> Numbers:
    """Draw studies like this one, kinds that nobody found included: replicates × k.

    Drawing the units themselves anew would only ever lose kinds. The chances of found kinds are lowered to make room
    for those unseen, which share what is uncovered. These studies vary less than by the unconditional variance of
    Colwell et al. (2012), which lets the kinds vary as well.

    References
    ----------
    Chao, A., Gotelli, N. J., Hsieh, T. C., et al. (2014). Rarefaction and extrapolation with Hill numbers. Ecological
    Monographs, 84, 45-67, Appendix G.
    """
    units, generator = len(often) - 1, np.random.default_rng(resampling.seed)
    chances = _chances(often)
    drawn = (generator.binomial(units, chances) for _ in range(resampling.replicates))
    return np.array([np.bincount(counts, minlength=units + 1) for counts in drawn], dtype=np.float64)


def _chances(often: Numbers) -> Numbers:
    """For each kind, found or not, the chance that one unit holds it."""
    units, more = len(often) - 1, int(np.ceil(unseen(often)))
    chances = np.repeat(np.arange(units + 1), often.astype(int)) / units
    if not more:
        return chances
    uncovered = float(often[1] / units * _left(often))
    escaping = (1 - chances) ** units
    lowered = chances * (1 - uncovered / (chances @ escaping) * escaping)
    return np.concatenate([lowered, np.full(more, uncovered / more)])


def units_for_coverage(often: Numbers, wanted: float) -> int | None:
    """Find the smallest number of units with that expected coverage; None where no number has it.

    References
    ----------
    Chao and Jost (2012), solved for the number of units.
    """
    units = len(often) - 1
    covered = expected_coverage(often, np.arange(1, units + 1))
    if covered[-1] >= wanted:
        return int(np.argmax(covered >= wanted)) + 1
    if wanted >= 1:
        return None
    left = np.log((1 - wanted) * (often @ np.arange(units + 1)) / often[1]) / np.log(_left(often))
    return units + int(np.ceil(left - 1))


def units_for_share(often: Numbers, share: float) -> int | None:
    """Find the smallest number of units that hold that share of Chao2 on average; None where no number does.

    References
    ----------
    Chao, A., Colwell, R. K., Lin, C.-W., & Gotelli, N. J. (2009). Sufficient sampling for asymptotic minimum species
    richness estimators. Ecology, 90, 1125-1133.
    """
    units, wanted = len(often) - 1, share * float(chao2(often))
    kinds = expected_kinds(often, np.arange(1, units + 1))
    # The sum of many parts may fall short of all kinds by a last digit.
    if kinds[-1] >= wanted - 1e-9:
        return int(np.argmax(kinds >= wanted - 1e-9)) + 1
    if share >= 1:
        return None
    left = np.log(1 - (wanted - often.sum()) / unseen(often)) / np.log(_left(often))
    return units + int(np.ceil(left))
