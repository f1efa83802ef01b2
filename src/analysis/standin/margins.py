"""What the stand-in corpus must agree with: the article's own counts and the study's decisions."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.errors import StudyError
from analysis.settings import Side

# Regular posters in the frame for each creator in the sample, so that the sampler has more than it needs.
SPARE = 1.3


@dataclass(frozen=True)
class Margins:
    """The article's counts, computed from its published tables, and what decides a sample."""

    posts: int
    creators: int
    screenshots: int
    month: pd.Timestamp
    hashtags: Mapping[str, float]
    decisions: Mapping[str, Any]
    sides: Mapping[str, Side]

    @property
    def per_creator(self) -> int:
        """How many posts each creator of the sample has at most."""
        return math.ceil(self.posts / self.creators)

    @property
    def regulars(self) -> int:
        """How many accounts of the frame post again and again and answer their audience."""
        return math.ceil(SPARE * self.creators)


def read_margins(
    sample: pd.DataFrame, hashtags: pd.DataFrame, decisions: Mapping[str, Any], sides: Mapping[str, Side]
) -> Margins:
    """Compute the margins from the published tables.

    Raises `StudyError` with every count that is not stated as one number, or that no corpus can have.
    """
    counts = {measure: _stated(sample, measure) for measure in ("posts", "creators", "screenshots")}
    month = sample.loc[sample["measure"] == "month of collection", "value"].dropna()
    problems = [
        f"expected one number of {measure}, found {found or 'none'}."
        for measure, found in counts.items()
        if len(found) != 1
    ]
    if len(set(month)) != 1:
        problems.append(f"expected one month of collection, found {sorted(set(month)) or 'none'}.")
    if not problems:
        problems = _impossible({measure: found[0] for measure, found in counts.items()}, decisions)
    if problems:
        told = "\n".join(f"published sample: {problem}" for problem in problems)
        raise StudyError(f"{told}\nCorrect sample.csv or study.yml, then run the same command again.")
    posts, creators, screenshots = (found[0] for found in counts.values())
    found = hashtags["posts"].astype("float64")
    shares = dict(zip(hashtags["hashtag"], found / found.sum(), strict=True))
    wanted = {**decisions, "posts_wanted": posts, "creators_wanted": creators}
    collected = pd.Timestamp(month.iloc[0], tz="UTC")
    return Margins(posts, creators, screenshots, collected, shares, wanted, sides)


def share_out(total: int, weights: NDArray[Any]) -> NDArray[np.int64]:
    """Share out a total in proportion to weights, in whole numbers that add up; the largest remainders round up.

    >>> share_out(8, np.array([5, 3, 1]))
    array([4, 3, 1])
    """
    even = np.ones(len(weights)) if weights.sum() == 0 else weights
    exact = total * even / even.sum()
    whole: NDArray[np.int64] = np.floor(exact).astype(np.int64)
    whole[np.argsort(whole - exact, kind="stable")[: total - whole.sum()]] += 1
    return whole


def _stated(sample: pd.DataFrame, measure: str) -> list[int]:
    """The numbers that the article states for a measure, wherever it does."""
    values = sample.loc[sample["measure"] == measure, "value"].dropna()
    return sorted({int(value) for value in values})


def _impossible(counts: Mapping[str, int], decisions: Mapping[str, Any]) -> list[str]:
    """What no corpus can fulfil."""
    posts, creators, screenshots = counts["posts"], counts["creators"], counts["screenshots"]
    each = decisions["per_creator_at_most"]
    problems = []
    if posts > creators * each:
        problems.append(f"{posts} posts by {creators} creators are more than the {each} each of per_creator_at_most.")
    if posts < creators:
        problems.append(f"{posts} posts cannot be by {creators} creators.")
    if screenshots < posts:
        problems.append(f"{screenshots} screenshots cannot show {posts} posts, one each at least.")
    return problems
