"""What further posts may bring: how many codes or themes there may be, what those found cover, how far to read on.

The estimates rest on what was found in one post and in two (see `coverage`). They read codings as if coders could
invent codes as they went; a codebook that was fixed beforehand cannot show what it has no code for.
"""

from statistics import NormalDist

import numpy as np
import pandas as pd

from analysis.computable import computable, need
from analysis.coverage import (
    Numbers,
    chao2,
    chao2_interval,
    expected_coverage,
    expected_kinds,
    often_of,
    replicates,
    units_for_coverage,
    units_for_share,
)
from analysis.resampling import Resampling

# What is customarily asked for, beside what study.yml asks for.
CUSTOMARY = (0.9, 0.95, 0.99)
# Extrapolation is trusted up to so many times the units that were read (Colwell et al. 2012).
TRUSTED = 2
# A curve has at most about so many points.
POINTS = 240


@computable
def estimates(found: pd.DataFrame, level: str, resampling: Resampling) -> pd.DataFrame:
    """Estimate how many of a level there may be, and how far those found cover the posts, each with its interval.

    `uniques` and `duplicates` are those found in one and in two posts: they carry the estimates. Chao2's interval is
    Chao's (1987); that of coverage is normal, with the deviation among `replicates`.
    """
    often = often_of(found)
    units = len(found)
    low, high = chao2_interval(often, resampling.confidence)
    covered = expected_coverage(often, [units])
    covered_low, covered_high = _around(covered, expected_coverage(replicates(often, resampling), [units]), resampling)
    return pd.DataFrame({
        "level": [level],
        "posts": [units],
        "found": [int(often.sum())],
        "uniques": [int(often[1])],
        "duplicates": [int(often[2])],
        "chao2": [float(chao2(often))],
        "chao2_low": [low],
        "chao2_high": [high],
        "coverage": covered,
        "coverage_low": covered_low,
        "coverage_high": covered_high.clip(max=1),
    })  # fmt: skip


@computable
def curves(found: pd.DataFrame, level: str, resampling: Resampling) -> pd.DataFrame:
    """Say how many of a level so many posts hold, and what they cover, up to twice the posts that were read.

    Up to the posts read it is the mean of all choices of so many of them, beyond it an estimate.
    """
    often, units = often_of(found), len(found)
    step = max(1, TRUSTED * units // POINTS)
    sizes = np.union1d(np.arange(1, TRUSTED * units + 1, step), [units, TRUSTED * units])
    drawn = replicates(often, resampling)
    kinds, covered = expected_kinds(often, sizes), expected_coverage(often, sizes)
    low, high = _around(kinds, expected_kinds(drawn, sizes), resampling)
    covered_low, covered_high = _around(covered, expected_coverage(drawn, sizes), resampling)
    return pd.DataFrame({
        "level": level,
        "posts": sizes,
        "how": np.select([sizes < units, sizes == units], ["rarefied", "as read"], "extrapolated"),
        "kinds": kinds,
        "low": low,
        "high": high,
        "coverage": covered,
        "coverage_low": covered_low,
        "coverage_high": covered_high.clip(max=1),
    })  # fmt: skip


def _around(values: Numbers, drawn: Numbers, resampling: Resampling) -> tuple[Numbers, Numbers]:
    """The normal interval around values, with the deviation of each among the replicates."""
    half = NormalDist().inv_cdf((1 + resampling.confidence) / 2) * np.nanstd(drawn, axis=0)
    return np.clip(values - half, 0, None), values + half


@computable
def further(found: pd.DataFrame, level: str, wanted: float) -> pd.DataFrame:
    """Say how many posts a coverage, or a share of Chao2, would take, and how many of them are still to be read.

    `within_twice` says whether that is near enough to what was read to be relied on.
    """
    often, units = often_of(found), len(found)
    asked = sorted({wanted, *CUSTOMARY})
    rows = [("coverage", share, units_for_coverage(often, share)) for share in asked]
    rows += [("share of Chao2", share, units_for_share(often, share)) for share in asked]
    table = pd.DataFrame(rows, columns=["of", "wanted", "posts"]).astype({"posts": "Int64"})
    near = (table["posts"] <= TRUSTED * units).fillna(value=False)
    return table.assign(
        level=level,
        further_posts=(table["posts"] - units).clip(lower=0),
        within_twice=near.map({True: "yes", False: "no"}),
    )[["level", "of", "wanted", "posts", "further_posts", "within_twice"]]


@computable
def further_posts(table: pd.DataFrame, level: str, wanted: float) -> int:
    """Find how many further posts the coverage that is wanted takes for a level."""
    row = table[(table["level"] == level) & (table["of"] == "coverage") & (table["wanted"] == wanted)]
    need(row["further_posts"].dropna(), "no number of posts covers everything")
    return int(row["further_posts"].iloc[0])
