"""Exchange across the language border: who answers whom, in which threads both sides meet, and who asks.

A reply is a comment that answers another comment. Its direction is the side of its author and the side of the account
that it answers. A thread is a comment that was answered, with everything below it.
"""

import numpy as np
import pandas as pd

from analysis import schema
from analysis.computable import CannotCompute, computable, need
from analysis.language import plain
from analysis.proportions import wilson

# Full-width marks are plain ones by the time a text is tidied.
QUESTION = r"[?؟]"
DEEPEST_THREAD = 1_000


@computable
def answers(comments: pd.DataFrame, creators: pd.DataFrame) -> pd.DataFrame:
    """Every reply with its author, the account that it answers, and the side of each."""
    replies = comments.dropna(subset="parent_comment_id")
    need(replies, "the capture has no replies")
    answered = replies["parent_comment_id"].map(comments.set_index("comment_id")["author_id"])
    sides = _sides(creators)
    found = pd.DataFrame(
        {
            "comment_id": replies["comment_id"],
            "author_id": replies["author_id"],
            "answered_id": answered,
            "from_side": replies["author_id"].map(sides),
            "to_side": answered.map(sides),
        }
    )
    return found.sort_values("comment_id", ignore_index=True)


@computable
def directions(answered: pd.DataFrame) -> pd.DataFrame:
    """How many replies go from each side to each, and their share of those whose two sides are known."""
    counted = answered.groupby(["from_side", "to_side"]).size()
    every = pd.MultiIndex.from_product([schema.SIDES, schema.SIDES], names=["from_side", "to_side"])
    table = counted.reindex(every, fill_value=0).reset_index(name="replies")
    if not table["replies"].sum():
        raise CannotCompute("no reply is known to be between two sides")
    across = table["from_side"].ne(table["to_side"]).map({True: "yes", False: "no"})
    return table.assign(across=across, share=table["replies"] / table["replies"].sum())


@computable
def across(table: pd.DataFrame, from_side: str | None = None) -> int:
    """How many replies cross the border, in both directions or from one side."""
    crossing = table[table["across"] == "yes"]
    return int((crossing if from_side is None else crossing[crossing["from_side"] == from_side])["replies"].sum())


@computable
def across_share(table: pd.DataFrame) -> float:
    """The share of replies that cross the border among those whose two sides are known."""
    return across(table) / int(table["replies"].sum())


@computable
def threads(comments: pd.DataFrame, creators: pd.DataFrame) -> pd.DataFrame:
    """Every thread with the number of its comments by each side, and whether both sides take part."""
    roots = thread_of(comments)
    answered = roots[comments["parent_comment_id"].notna()]
    need(answered, "the capture has no replies")
    side = comments["author_id"].map(_sides(creators))
    inside = pd.DataFrame({"thread": roots, "side": side})[roots.isin(answered)]
    counted = pd.crosstab(inside["thread"], inside["side"].fillna("unknown"))
    counted = counted.reindex(columns=[*schema.SIDES, "unknown"], fill_value=0)
    both = (counted["newcomer"] > 0) & (counted["host"] > 0)
    return counted.assign(both=both).rename_axis(columns=None).reset_index()


def thread_of(comments: pd.DataFrame) -> pd.Series:
    """Find the first comment of each comment's thread; where it was not captured, the highest that is named."""
    parents = comments.set_index("comment_id")["parent_comment_id"]
    root = comments["parent_comment_id"].fillna(comments["comment_id"])
    # A broken capture may hold a circle, which has no top.
    for _ in range(DEEPEST_THREAD):
        above = root.map(parents).fillna(root)
        if above.equals(root):
            break
        root = above
    return root


@computable
def by_length(found: pd.DataFrame) -> pd.DataFrame:
    """How many threads have so many comments, and in how many of them both sides take part."""
    comments = found[[*schema.SIDES, "unknown"]].sum(axis=1)
    length = pd.cut(comments, [0, 2, 4, 9, float("inf")], labels=["2 or fewer", "3 or 4", "5 to 9", "10 or more"])
    counted = found.assign(length=length).groupby("length", observed=True)["both"].agg(["size", "sum"])
    table = counted.rename(columns={"size": "threads", "sum": "both_sides"}).reset_index()
    return table.assign(length=table["length"].astype("str"), share=table["both_sides"] / table["threads"])


@computable
def share_of_both(found: pd.DataFrame, confidence: float) -> dict[str, float]:
    """The share of threads that both sides take part in, with its Wilson interval."""
    need(found, "the capture has no replies")
    return interval(int(found["both"].sum()), len(found), confidence)


@computable
def pairs(answered: pd.DataFrame) -> pd.DataFrame:
    """Every pair of accounts of different sides of which one answered the other, and whether both did."""
    crossing = answered.dropna(subset=["from_side", "to_side"])
    crossing = crossing[crossing["from_side"] != crossing["to_side"]]
    need(crossing, "no reply crosses the border")
    by_newcomer = crossing["from_side"] == "newcomer"
    newcomer = crossing["author_id"].where(by_newcomer, crossing["answered_id"])
    host = crossing["answered_id"].where(by_newcomer, crossing["author_id"])
    met = pd.DataFrame({"newcomer": newcomer, "host": host, "by_newcomer": by_newcomer, "by_host": ~by_newcomer})
    found = met.groupby(["newcomer", "host"], as_index=False)[["by_newcomer", "by_host"]].any()
    return found.assign(reciprocal=found["by_newcomer"] & found["by_host"])


@computable
def reciprocal_share(found: pd.DataFrame) -> float:
    """The share of pairs across the border in which each answered the other."""
    return float(found["reciprocal"].mean())


@computable
def who_asks(comments: pd.DataFrame, creators: pd.DataFrame, confidence: float) -> pd.DataFrame:
    """How many comments of each side hold a question mark, with the share's Wilson interval."""
    need(comments, "the capture has no comments")
    side = comments["author_id"].map(_sides(creators))
    asks = plain(comments["text"]).str.contains(QUESTION, regex=True)
    present = [name for name in schema.SIDES if (side == name).any()]
    need(present, "no comment is known to be by either side")
    rows = [_asking(name, asks[side == name], confidence) for name in present]
    return pd.DataFrame(rows, columns=["side", "comments", "with_question", "share", "low", "high"])


def interval(count: int, total: int, confidence: float) -> dict[str, float]:
    """A share with its Wilson interval.

    References
    ----------
    Newcombe, R. G. (1998). Two-sided confidence intervals for the single proportion. Statistics in Medicine, 17(8),
    857–872.

    Examples
    --------
    >>> {name: round(value, 4) for name, value in interval(81, 263, 0.95).items()}
    {'share': 0.308, 'low': 0.2553, 'high': 0.3662}
    """
    low, high = wilson(np.array([count]), total, confidence)
    return {"share": count / total, "low": float(low[0]), "high": float(high[0])}


def _asking(side: str, asks: pd.Series, confidence: float) -> dict[str, object]:
    found = {"side": side, "comments": len(asks), "with_question": int(asks.sum())}
    return {**found, **interval(int(asks.sum()), len(asks), confidence)}


def _sides(creators: pd.DataFrame) -> pd.Series:
    need(creators["side"].dropna(), "the capture does not tell newcomers from hosts")
    sides: pd.Series = creators.set_index("creator_id")["side"]
    return sides
