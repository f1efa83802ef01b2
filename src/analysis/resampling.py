"""How sure a number is that rests on a sample: it is computed again on samples drawn from the sample (Efron 1979).

What belongs together is drawn together. Units nest in posts and posts in creators, so whole creators are drawn where
an interval shall hold for other creators too.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]

# So many cells of replicates × clusters are held at once (32 MB).
CELLS = 4_000_000
# From so many things on it matters how they are drawn.
MANY = 1_000
# How much longer it takes to draw the number of a kind than to draw one thing.
DEARER = 12
# Sums of the same numbers in another order differ after these digits.
DIGITS = 9


@dataclass(frozen=True)
class Resampling:
    """How a bootstrap is drawn: how many replicates, the interval's level, and the seed."""

    replicates: int
    confidence: float
    seed: int

    def clusters(self, count: int) -> Numbers:
        """Draw how often each of `count` clusters stands in each replicate: replicates × clusters."""
        return np.concatenate(list(self._drawn(np.full(count, 1 / count), count)))

    def sums(self, rows: Numbers, often: NDArray[np.int64] | None = None) -> Numbers:
        """Draw as many rows as there are, with replacement, and sum them: replicates × columns.

        `often` says how many rows each one stands for. Equal rows are interchangeable, and how many of them are drawn
        is drawn at once (multinomial), which gives the same distribution of sums in a fraction of the time.
        """
        often = np.ones(len(rows), dtype=np.int64) if often is None else often
        count = int(often.sum())
        singly = count > MANY and len(rows) * DEARER > count
        draws = self._drawn_singly(often) if singly else self._drawn(often / count, count)
        return np.concatenate([drawn @ rows for drawn in draws])

    def means(self, values: Numbers, shares: Numbers, count: int) -> Numbers:
        """Draw `count` values, each as often as its share, and average them: one mean for each replicate."""
        return np.concatenate([drawn @ values / count for drawn in self._drawn(shares, count)])

    def _drawn(self, shares: Numbers, count: int) -> Iterator[Numbers]:
        """Draw `count` things of several kinds for each replicate, a part of the replicates at a time."""
        generator = np.random.default_rng(self.seed)
        at_once = max(1, CELLS // max(1, len(shares)))
        for begin in range(0, self.replicates, at_once):
            size = min(at_once, self.replicates - begin)
            yield generator.multinomial(count, shares, size=size).astype(np.float64)

    def _drawn_singly(self, often: NDArray[np.int64]) -> Iterator[Numbers]:
        """The same for many kinds that stand for few things each, where drawing thing by thing is quicker."""
        generator = np.random.default_rng(self.seed)
        kind_of, kinds = np.repeat(np.arange(len(often)), often), len(often)
        at_once = max(1, CELLS // kinds)
        for begin in range(0, self.replicates, at_once):
            size = min(at_once, self.replicates - begin)
            draws = (kind_of[generator.integers(0, len(kind_of), len(kind_of))] for _ in range(size))
            yield np.array([np.bincount(drawn, minlength=kinds) for drawn in draws], dtype=np.float64)

    def interval(self, replicates: Numbers) -> Numbers:
        """Give the percentile interval over the first axis, low first; replicates without a value are left out."""
        tail = (1 - self.confidence) / 2
        ends = np.full((2, *replicates.shape[1:]), np.nan)
        some = ~np.isnan(replicates).all(axis=0)
        ends[:, some] = np.nanquantile(replicates[:, some], [tail, 1 - tail], axis=0)
        return ends
