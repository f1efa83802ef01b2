"""The interval of a share, as what is counted is a share of few units, often none of them or all."""

from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray


def wilson(hits: NDArray[np.int64], of: int, confidence: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Wilson's interval of each share: low and high, one for each number of hits among the same number of units.

    Those shares that a test at that level would not reject; unlike the usual interval it stays between 0 and 1 and does
    not close up at either end. Takes units as independent.

    References
    ----------
    Wilson, E. B. (1927). Probable inference, the law of succession, and statistical inference. Journal of the American
    Statistical Association, 22(158), 209-212.

    Examples
    --------
    Newcombe (1998, Statistics in Medicine 17, 857-872) gives 81 of 263 as .2553 to .3662.

    >>> low, high = wilson(np.array([81]), 263, 0.95)
    >>> round(float(low[0]), 4), round(float(high[0]), 4)
    (0.2553, 0.3662)
    """
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    share = np.asarray(hits, dtype=np.float64) / of
    centre = (share + z**2 / (2 * of)) / (1 + z**2 / of)
    half = z / (1 + z**2 / of) * np.sqrt(share * (1 - share) / of + z**2 / (4 * of**2))
    # At either end the root is exact in theory and a last digit off in arithmetic.
    low = np.where(share == 0, 0.0, centre - half)
    return low, np.where(share == 1, 1.0, centre + half)
