"""When new codes stopped, in the order in which posts were read and in others.

What is computed is *code* saturation: whether further posts still bring codes that nobody has given yet. *Meaning*
saturation, whether a code is understood in all its shades, is a reader's judgement (Hennink, Kaiser and Marconi 2017),
and so is *theoretical* saturation, whether a theory needs no further case (Glaser and Strauss 1967).
An item is a post: posts are what was sampled, and whatever belongs to a post is read together. A document that belongs
to no post is an item by itself.
"""

from collections.abc import Sequence
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.coding import given_at, incidence, whole_readings
from analysis.computable import CannotCompute, NotComputable, computable, need
from analysis.coverage import chao2, expected_coverage, expected_kinds, often_of

# The sizes of base and run among which Guest, Namey and Chen (2020) let a study choose.
BASES, RUNS = (4, 5, 6), (2, 3)
MOST_UNITS = "most units read"
TIED = "most units read, and of several with as many the latest round, then the first by name"


@computable
def posts_in_order(readings: pd.DataFrame) -> pd.DataFrame:
    """List the posts in the order in which they were read: coder, round, post_id, position.

    Order is that of one reading from end to end: of the coder and round with the most units read; where several read
    as many, the latest round and then the first coder by name. `readings` are those that `units` placed; those in
    which only what was split was looked at again are none from end to end.
    """
    readings = whole_readings(readings)
    need(readings, "nothing was read")
    passes = readings.groupby(["coder", "round"], as_index=False).size()
    fullest = passes.sort_values(["size", "round", "coder"], ascending=[False, False, True]).iloc[0]
    whole = readings[(readings["coder"] == fullest["coder"]) & (readings["round"] == fullest["round"])]
    posts = whole.sort_values("position").drop_duplicates("post_id", ignore_index=True)
    return posts[["coder", "round", "post_id"]].assign(position=range(1, len(posts) + 1))


@computable
def readings_beside(
    order: pd.DataFrame, readings: pd.DataFrame, placed: pd.DataFrame, standing: pd.DataFrame
) -> pd.DataFrame:
    """Set the reading that is followed beside the others, with its units and codes, and why it is this one.

    The last row, whose coder is `all`, has the units that anybody read and the codes that stand.
    """
    passes = whole_readings(readings)
    units = passes.groupby(["coder", "round"])["unit"].nunique().rename("units")
    codes = placed.groupby(["coder", "round"])["code_id"].nunique().rename("codes")
    rows = pd.concat([units, codes], axis=1, join="outer").loc[units.index].fillna(0).astype("Int64").reset_index()
    followed = (rows["coder"] == order["coder"][0]) & (rows["round"] == order["round"][0])
    others = rows[~followed]
    tied = bool((others["units"] == rows.loc[followed, "units"].iloc[0]).any())
    why = TIED if tied else MOST_UNITS
    everybody = {"coder": "all", "units": passes["unit"].nunique(), "codes": standing["code_id"].nunique()}
    told = rows[followed].assign(followed_because=why)
    whole = pd.concat([told, others, pd.DataFrame([everybody])], ignore_index=True)
    return whole.astype({"round": "Int64", "units": "Int64", "codes": "Int64", "followed_because": "str"})


@computable
def codes_by_post(placed: pd.DataFrame, codebook: pd.DataFrame, order: pd.DataFrame, level: str) -> pd.DataFrame:
    """Say which code (or theme) the reading found in which post: posts as read × codes used."""
    same_reading = (placed["coder"] == order["coder"][0]) & (placed["round"] == order["round"][0])
    given = given_at(placed[same_reading], codebook, level)
    found = incidence(given, order["post_id"], by="post_id")
    need(found.columns[found.any()], f"the reading gave no {level}")
    # What was coded on a post that is not among those read has no place in their order.
    return found.loc[:, found.any()]


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
    # Over all orders, and not only those that were drawn.
    often = np.bincount(found.sum(), minlength=count + 1).astype(np.float64)
    mean = expected_kinds(often, np.arange(1, count + 1))
    return pd.DataFrame({"position": range(1, count + 1), "mean": mean, "low": low, "high": high})


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
def stopping_points(accumulated: pd.DataFrame, level: str, new_information_at_most: float) -> pd.DataFrame:
    """Set the rule's sizes side by side: where each would stop, at the threshold and at nothing new at all.

    `later` counts the codes that came after that point, which a study that stopped there would have missed.
    """
    rows = [
        {"level": level, "base_items": base, "run_items": run, **_stop(accumulated["new_codes"], (base, run), at_most)}
        for base, run in product(BASES, RUNS)
        for at_most in sorted({new_information_at_most, 0.0}, reverse=True)
    ]
    return pd.DataFrame(rows).astype({"base": "Int64", "later": "Int64"})


def _stop(new_codes: pd.Series, sizes: tuple[int, int], at_most: float) -> dict[str, Any]:
    ratios = guest_ratios(new_codes, *sizes)
    point = stopping_point(ratios, at_most)
    if isinstance(point, NotComputable):
        base = None if isinstance(ratios, NotComputable) else ratios["base"].iloc[0]
        return {"base": base, "at_most": at_most, "stop": None, "later": None, "why_not": point.reason}
    read = sum(map(int, point.split("+")))
    later = int(new_codes.iloc[read:].sum())
    return {"base": ratios["base"].iloc[0], "at_most": at_most, "stop": point, "later": later, "why_not": None}


@computable
def unseen(found: pd.DataFrame) -> pd.DataFrame:
    """Estimate how many codes there may be, and how far those found cover the posts; `unseen.estimates` has intervals.

    `uniques` and `duplicates` are the codes found in one and in two posts: they carry the estimate.
    """
    often = often_of(found)
    return pd.DataFrame({
        "posts": [len(found)],
        "codes": [int(often.sum())],
        "uniques": [int(often[1])],
        "duplicates": [int(often[2])],
        "chao2": [float(chao2(often))],
        "coverage": expected_coverage(often, [len(found)]),
    })  # fmt: skip
