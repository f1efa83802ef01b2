"""When new codes stopped, and what may still be unseen.

What is computed is *code* saturation: whether further posts still bring codes that nobody has given yet. *Meaning*
saturation, whether a code is understood in all its shades, is a reader's judgement (Hennink, Kaiser and Marconi 2017).
An item is a post: posts are what was sampled, and a post's screenshots are read together.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.coding import given_at, incidence
from analysis.computable import CannotCompute, computable, need


@computable
def posts_in_order(readings: pd.DataFrame, screenshots: pd.DataFrame) -> pd.DataFrame:
    """List the posts in the order in which they were read: coder, round, post_id, position.

    Order is that of one reading from end to end: of the coder and round with the most screenshots read; where
    several read as many, the latest round and then the first coder by name.
    """
    need(readings, "nothing was read")
    passes = readings.groupby(["coder", "round"], as_index=False).size()
    fullest = passes.sort_values(["size", "round", "coder"], ascending=[False, False, True]).iloc[0]
    whole = readings[(readings["coder"] == fullest["coder"]) & (readings["round"] == fullest["round"])]
    post_of = dict(zip(screenshots["screenshot_id"], screenshots["post_id"], strict=True))
    ordered = whole.assign(post_id=whole["screenshot_id"].map(post_of)).sort_values("position")
    posts: pd.DataFrame = ordered[~ordered["post_id"].duplicated()].reset_index(drop=True)
    return posts[["coder", "round", "post_id"]].assign(position=range(1, len(posts) + 1))


@computable
def codes_by_post(placed: pd.DataFrame, codebook: pd.DataFrame, order: pd.DataFrame, level: str) -> pd.DataFrame:
    """Say which code (or theme) the reading found in which post: posts as read × codes used."""
    same_reading = (placed["coder"] == order["coder"][0]) & (placed["round"] == order["round"][0])
    given = given_at(placed[same_reading], codebook, level)
    need(given, f"the reading gave no {level}")
    return incidence(given, order["post_id"], by="post_id")


@computable
def accumulation(found: pd.DataFrame, codebook: pd.DataFrame) -> pd.DataFrame:
    """Count new and all codes after each post, in the order read, and name the new ones."""
    names = dict(zip(codebook["code_id"], codebook["name"], strict=True))
    first = first_posts(found.to_numpy())
    new = [[names[code] for code in found.columns[first == position]] for position in range(1, len(found) + 1)]
    counts = pd.Series(map(len, new))
    return pd.DataFrame({
        "position": range(1, len(found) + 1),
        "post_id": found.index,
        "new_codes": counts,
        "codes": counts.cumsum(),
        "which": pd.Series(map("; ".join, new)).replace("", np.nan),
    })  # fmt: skip


@computable
def bringing_new(accumulated: pd.DataFrame) -> pd.DataFrame:
    """Keep the posts that brought something new."""
    return accumulated[accumulated["new_codes"] > 0].reset_index(drop=True)


@computable
def last_new(accumulated: pd.DataFrame) -> int:
    """Find the position of the last post that brought a new code."""
    return int(bringing_new(accumulated)["position"].max())


def first_posts(found: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Find the position, from 1, of the first post that holds each code."""
    return np.asarray(found.argmax(axis=0) + 1)


@computable
def permuted(found: pd.DataFrame, orders: int, confidence: float, seed: int) -> pd.DataFrame:
    """Accumulate codes under many orders of the same posts: the mean and a band, post by post.

    The order in which posts are read is an accident; a curve that leaves the band owes its shape to the order
    (Constantinou, Georgiou and Perdikogianni 2017).
    """
    held, count = found.to_numpy(), len(found)
    generator = np.random.default_rng(seed)
    curves = np.empty((orders, count))
    for order in range(orders):
        first = first_posts(held[generator.permutation(count)])
        curves[order] = np.bincount(first, minlength=count + 1)[1:].cumsum()
    tail = (1 - confidence) / 2
    low, high = np.quantile(curves, [tail, 1 - tail], axis=0)
    return pd.DataFrame({"position": range(1, count + 1), "mean": rarefied(found), "low": low, "high": high})


def rarefied(found: pd.DataFrame) -> NDArray[np.float64]:
    """Compute the mean over *all* orders of how many codes the first t posts hold, t = 1 … m.

    References
    ----------
    Colwell, R. K., Mao, C. X., & Chang, J. (2004). Interpolating, extrapolating, and comparing incidence-based
    species accumulation curves. Ecology, 85, 2717-2727.
    """
    return rarefaction(found.sum().to_numpy(), len(found))


def rarefaction(frequencies: NDArray[np.int64], units: int) -> NDArray[np.float64]:
    """Compute how many kinds t of the units hold on average, from how many units hold each kind."""
    missed = np.ones((units, len(frequencies)))
    for taken in range(units):
        before = missed[taken - 1] if taken else 1.0
        missed[taken] = before * np.clip(units - frequencies - taken, 0, None) / (units - taken)
    return np.asarray((1 - missed).sum(axis=1))


@computable
def guest_ratios(new_codes: Sequence[int] | pd.Series, base_items: int, run_items: int) -> pd.DataFrame:
    """Compute Guest, Namey and Chen's saturation ratio for each run of items.

    The base is the number of codes found in the first items and stays the denominator. Runs overlap: each begins
    one item after the one before. A run's ratio is its new codes over the base.

    References
    ----------
    Guest, G., Namey, E., & Chen, M. (2020). A simple method to assess and report thematic saturation in
    qualitative research. PLoS ONE, 15(5), e0232076.

    Examples
    --------
    The paper's example, base size four and run length two: 19 %, 11 % and 3 % of 37.

    >>> ratios = guest_ratios([16, 9, 7, 5, 4, 3, 1, 0], base_items=4, run_items=2)
    >>> list(zip(ratios["before"], ratios["new_codes"], ratios["ratio"].round(2)))
    [(4, 7, 0.19), (5, 4, 0.11), (6, 1, 0.03)]
    """
    new = np.asarray(new_codes)
    if len(new) < base_items + run_items:
        raise CannotCompute(f"fewer than {base_items + run_items} items were read")
    base = new[:base_items].sum()
    if base == 0:
        raise CannotCompute(f"the first {base_items} items hold no code")
    runs = np.lib.stride_tricks.sliding_window_view(new[base_items:], run_items).sum(axis=1)
    before = np.arange(base_items, base_items + len(runs))
    return pd.DataFrame({
        "before": before,
        "run_first": before + 1,
        "run_last": before + run_items,
        "new_codes": runs,
        "base": base,
        "ratio": runs / base,
    })  # fmt: skip


@computable
def stopping_point(ratios: pd.DataFrame, new_information_at_most: float) -> str:
    """Report the first run at or under the threshold as Guest, Namey and Chen do: items before it + run length.

    Examples
    --------
    >>> stopping_point(guest_ratios([16, 9, 7, 5, 4, 3, 1, 0], base_items=4, run_items=2), 0.05)
    '6+2'
    """
    reached = ratios[ratios["ratio"] <= new_information_at_most]
    need(reached, f"no run of items brought as little as {100 * new_information_at_most:g} % new codes")
    run = reached.iloc[0]
    return f"{run['before']:.0f}+{run['run_last'] - run['before']:.0f}"


@computable
def unseen(found: pd.DataFrame) -> pd.DataFrame:
    """Estimate how many codes further posts of this kind may bring, and how far those found cover the posts.

    `uniques` and `duplicates` are the codes found in one and in two posts: they carry the estimate. It reads the
    codings as if coders could invent codes as they went; a fixed codebook cannot show what it has no code for.
    """
    frequencies = found.sum().to_numpy()
    posts, (once, twice) = len(found), np.bincount(frequencies, minlength=3)[1:3].tolist()
    if posts == 1:
        raise CannotCompute("one post only: the estimate needs several")
    return pd.DataFrame({
        "posts": [posts],
        "codes": [found.shape[1]],
        "uniques": [once],
        "duplicates": [twice],
        "chao2": [chao2(found.shape[1], posts, once, twice)],
        "coverage": [coverage(int(frequencies.sum()), posts, once, twice)],
    })  # fmt: skip


def chao2(observed: int, units: int, once: int, twice: int) -> float:
    """Estimate the number of kinds, seen and unseen, from incidence data; a lower bound.

    Without kinds found twice the bias-corrected form is taken.

    References
    ----------
    Chao, A. (1987). Estimating the population size for capture-recapture data with unequal catchability.
    Biometrics, 43, 783-791.

    Examples
    --------
    Ants at 1500 m (Longino and Colwell 2011), as the package iNEXT prints them: 77.019.

    >>> round(chao2(56, 200, 13, 4), 3)
    77.019
    """
    return observed + (units - 1) / units * (once**2 / (2 * twice) if twice else once * (once - 1) / 2)


def coverage(incidences: int, units: int, once: int, twice: int) -> float:
    """Estimate which share of all incidences, seen and unseen, belongs to kinds already seen.

    References
    ----------
    Chao, A., & Jost, L. (2012). Coverage-based rarefaction and extrapolation. Ecology, 93, 2533-2547.

    Examples
    --------
    The same ants: 1,170 incidences, coverage .9889.

    >>> round(coverage(1170, 200, 13, 4), 4)
    0.9889
    """
    if not once:
        return 1.0
    above = (units - 1) * once if twice else (units - 1) * (once - 1)
    below = above + (2 * twice if twice else 2)
    return 1 - once / incidences * above / below
