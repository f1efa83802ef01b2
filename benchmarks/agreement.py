"""Measure agreement beside its peers, in one run: alpha with a bootstrap, and alpha over sets of codes.

The peers are the package krippendorff, called for each replicate anew (the time of one call is taken that often), and
nltk, whose MASI-α compares every two sets one by one. The judgements are made up.
"""

import os
import platform
import statistics
import time
from collections.abc import Callable
from typing import Any

import krippendorff
import numpy as np
from nltk.metrics.agreement import AnnotationTask

from analysis import alpha, masi
from analysis.resampling import Numbers, Resampling

SEED, RUNS, REPLICATES = 2025, 3, 1_000
CODERS, UNITS, VALUES, UNITS_A_CREATOR = 10, 100_000, 5, 3
FEW_CODERS, FEW_UNITS, CODES, GIVEN, CHANGED = 3, 2_000, 24, 0.08, 0.03
SAME, MISSING, EQUAL = 0.7, 0.1, 1e-9


def main() -> None:
    """Print both comparisons; exit with an error where the values differ."""
    print(f"{os.cpu_count()} cores, Python {platform.python_version()}, {platform.system()} {platform.machine()}")
    print(f"Each figure is the median of {RUNS} runs in one process.\n")
    compare_replicates()
    compare_sets()


def compare_replicates() -> None:
    """Alpha with an interval on many units, beside as many calls of the peer as there are replicates."""
    ratings, creators = judgements(), np.arange(UNITS) // UNITS_A_CREATOR
    print(f"α of {CODERS} coders × {UNITS:,} units, {VALUES} values, with {REPLICATES:,} replicates")
    for level in alpha.LEVELS:
        one, theirs = median(lambda at=level: krippendorff.alpha(ratings, level_of_measurement=at))
        told(f"{level}: krippendorff, one call × {REPLICATES:,}", one * REPLICATES, one * REPLICATES)
        for by in alpha.INTERVALS_BY:
            taken, ours = median(lambda at=level, by=by: with_interval(ratings, at, by, creators))
            told(f"{level}: drawing {by}", taken, one * REPLICATES)
        must_equal(ours, theirs)


def with_interval(
    ratings: Numbers, level: alpha.Level, by: alpha.IntervalsBy, creators: np.typing.NDArray[np.int64]
) -> float:
    """Alpha from the judgements, and the ends of its interval."""
    resampling = Resampling(REPLICATES, 0.95, SEED)
    found = alpha.of_ratings(ratings, level)
    resampling.interval(found.replicates(resampling, by, creators))
    return found.alpha()


def compare_sets() -> None:
    """Alpha over sets of codes, beside nltk with the very same distance."""
    given = sets_of_codes()
    print(f"\nMASI-α of {FEW_CODERS} coders × {FEW_UNITS:,} units, {CODES} codes")
    rows = [
        (str(coder), str(unit), frozenset(map(str, np.flatnonzero(given[coder, unit]))))
        for coder in range(FEW_CODERS)
        for unit in range(FEW_UNITS)
    ]
    own, theirs = median(lambda: AnnotationTask(rows, distance=plain_masi).alpha())
    told("nltk", own, own)
    taken, ours = median(lambda: masi.masi_alpha(given))
    told("masi_alpha", taken, own)
    must_equal(ours, theirs)


def plain_masi(first: frozenset[str], second: frozenset[str]) -> float:
    """MASI as nltk computes it, with 2/3 and 1/3 for its .67 and .33, and two empty sets alike."""
    if first == second:
        return 0.0
    common, either = len(first & second), len(first | second)
    monotone = 2 / 3 if common == min(len(first), len(second)) else 1 / 3 if common else 0
    return 1 - common / either * monotone


def judgements() -> Numbers:
    """Coders who see the same value most of the time, and some of whom did not judge."""
    draw = np.random.default_rng(SEED)
    truth, shape = draw.integers(0, VALUES, UNITS), (CODERS, UNITS)
    ratings = np.where(draw.random(shape) < SAME, truth, draw.integers(0, VALUES, shape)).astype(float)
    ratings[draw.random(shape) < MISSING] = np.nan
    return ratings


def sets_of_codes() -> Numbers:
    """Coders × units × codes: a few codes on each unit, and now and then one more or less."""
    draw = np.random.default_rng(SEED)
    truth = draw.random((FEW_UNITS, CODES)) < GIVEN
    return np.array([truth ^ (draw.random(truth.shape) < CHANGED) for _ in range(FEW_CODERS)], dtype=float)


def median(work: Callable[[], Any]) -> tuple[float, Any]:
    """The middle one of three times, and what was computed."""
    times, found = [], None
    for _ in range(RUNS):
        started = time.perf_counter()
        found = work()
        times.append(time.perf_counter() - started)
    return statistics.median(times), found


def must_equal(ours: float, theirs: float) -> None:
    """Stop where the values differ."""
    if not abs(ours - theirs) < EQUAL:
        raise SystemExit(f"{ours!r} is not {theirs!r}")
    print(f"{'  without resampling both give':<52}{ours:>10.6f}")


def told(what: str, seconds: float, peer: float) -> None:
    """Print one row."""
    print(f"{what:<52}{seconds:>10.3f} s{peer / seconds:>10.0f} × as fast", flush=True)


if __name__ == "__main__":
    main()
