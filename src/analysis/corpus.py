"""The corpus: one row per post and per comment, and what is in it.

Every row that is dropped is counted, with the reason. What describes the corpus names no account and quotes no text.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from analysis import schema
from analysis.computable import CannotCompute, NotComputable, computable, need
from analysis.language import with_languages, wording
from analysis.privacy import masked
from analysis.settings import Side
from analysis.sources.counts import is_approximate

COUNTS = ("likes", "collects", "comments_count", "shares")
DROPS = ["table", "reason", "rows"]


@dataclass(frozen=True)
class Tidied:
    """A tidy table, and how many rows were dropped for what reason."""

    rows: pd.DataFrame
    drops: pd.DataFrame


@computable
def of_sample(rows: pd.DataFrame, sample: pd.DataFrame) -> pd.DataFrame:
    """The rows that belong to posts of the sample, whose identifiers are masked where the posts are captured."""
    known = sample["post_id"]
    need(known, "no post is in the sample")
    return rows[rows["post_id"].isin(known) | masked(rows["post_id"]).isin(known)]


@computable
def tidy(posts: pd.DataFrame, sides: Mapping[str, Side]) -> Tidied:
    """Keep the richest record of each post and fill in the languages that are missing."""
    need(posts, "the capture has no posts")
    kept = richest(posts, "post_id")
    filled = with_languages(kept, wording(kept), sides)
    return Tidied(filled, _drops("posts", {"captured more than once": len(posts) - len(kept)}))


@computable
def tidy_comments(comments: pd.DataFrame, posts: pd.DataFrame, sides: Mapping[str, Side]) -> Tidied:
    """Keep the richest record of each comment on a post of the corpus and fill in the languages that are missing."""
    need(comments, "the capture has no comments")
    once = richest(comments, "comment_id")
    worded = once.dropna(subset="text")
    kept = worded[worded["post_id"].isin(posts["post_id"])].reset_index(drop=True)
    reasons = {
        "captured more than once": len(comments) - len(once),
        "without text": len(once) - len(worded),
        "under a post that is not in the corpus": len(worded) - len(kept),
    }
    return Tidied(with_languages(kept, kept["text"], sides), _drops("comments", reasons))


def richest(table: pd.DataFrame, key: str) -> pd.DataFrame:
    """One row for each identifier: the one with most filled cells, then the longest; sorted by identifier.

    >>> seen = pd.DataFrame({"post_id": ["b", "a", "a"], "text": ["x", None, "y"], "likes": [1, 2, 2]})
    >>> richest(seen, "post_id").to_dict("list")
    {'post_id': ['a', 'b'], 'text': ['y', 'x'], 'likes': [2, 1]}
    """
    if table[key].is_unique:
        # What was imported is merged already, field by field.
        return table.sort_values(key, ignore_index=True)
    written = table.astype("object").where(table.notna(), "").astype("str").agg("\n".join, axis=1)
    ranked = table.assign(_filled=table.notna().sum(axis=1), _length=written.str.len(), _written=written)
    ranked = ranked.sort_values([key, "_filled", "_length", "_written"], ascending=[True, False, False, True])
    return ranked.drop_duplicates(key)[list(table.columns)].reset_index(drop=True)


@computable
def per_day(posts: pd.DataFrame) -> pd.DataFrame:
    """How many posts were published on each day (UTC), days without any included."""
    times = posts["published_at"].dropna()
    need(times, "the capture has no times of publication")
    counted = times.dt.strftime("%Y-%m-%d").value_counts()
    days = pd.date_range(times.min().normalize(), times.max().normalize(), freq="D").strftime("%Y-%m-%d")
    return pd.DataFrame({"day": days, "posts": counted.reindex(days, fill_value=0).to_numpy()})


@computable
def languages(rows: pd.DataFrame, sides: Mapping[str, Side], table: str) -> pd.DataFrame:
    """How many rows are in each language, and their share of those that have words."""
    need(rows["language"].dropna(), f"the languages of the {table} are not known")
    codes = {side.language: side.language_name for side in sides.values()}
    names = {**codes, "mixed": "both or several", "other": "another", "none": "no words"}
    counted = rows["language"].value_counts().reindex(list(names), fill_value=0)
    worded = counted.where(counted.index != "none")
    return pd.DataFrame(
        {
            "table": table,
            "language": list(names),
            "name": list(names.values()),
            "rows": counted.to_numpy(),
            "share": (worded / worded.sum()).to_numpy(),
        }
    )


@computable
def share_of_language(counted: pd.DataFrame, language: str) -> float:
    """One language's share among the rows that have words."""
    need(counted[counted["share"].notna()], "no row has words")
    return float(counted.loc[counted["language"] == language, "share"].iloc[0])


@computable
def engagement(posts: pd.DataFrame) -> pd.DataFrame:
    """How each count is spread over the posts: quartiles, the highest tenth, and how many are only approximate."""
    rows = [_spread(posts, name) for name in COUNTS if posts[name].notna().any()]
    need(rows, "the capture has no counts of engagement")
    return pd.DataFrame(rows)


def _spread(posts: pd.DataFrame, name: str) -> dict[str, Any]:
    number = posts[name].dropna().astype("float64")
    quantiles = number.quantile([0.25, 0.5, 0.75, 0.9])
    return {
        "measure": name,
        "posts": len(number),
        "lower_quartile": quantiles.loc[0.25],
        "median": quantiles.loc[0.5],
        "upper_quartile": quantiles.loc[0.75],
        "highest_tenth_from": quantiles.loc[0.9],
        "approximate": _approximate(posts, name),
    }


@computable
def median_of(posts: pd.DataFrame, measure: str) -> float:
    """The median of a count over the posts that have it."""
    need(posts[measure].dropna(), f"the capture has no {measure.replace('_', ' ')}")
    return float(posts[measure].median())


@computable
def approximate_counts(posts: pd.DataFrame) -> int:
    """How many counts of the posts were captured rounded or as a lower bound."""
    return sum(_approximate(posts, name) for name in COUNTS)


def _approximate(posts: pd.DataFrame, name: str) -> int:
    """How many counts are rounded or a lower bound; what is captured but unreadable is no count."""
    return int((is_approximate(posts[f"{name}_captured"]) & posts[name].notna()).sum())


def completeness(posts: Any, comments: Any) -> Any:
    """How many cells of each column the capture fills; without comments, of the posts alone."""
    if isinstance(posts, NotComputable):
        return posts
    tables = {"posts": posts, "comments": comments}
    rows = [
        {
            "table": name,
            "column": column.name,
            "meaning": column.meaning,
            "filled": int(table[column.name].notna().sum()),
            "missing": int(table[column.name].isna().sum()),
        }
        for name, table in tables.items()
        if not isinstance(table, NotComputable)
        for column in schema.TABLES[name].columns
    ]
    return pd.DataFrame(rows).assign(share_filled=lambda found: found["filled"] / (found["filled"] + found["missing"]))


@computable
def promised(posts: pd.DataFrame) -> int:
    """How many comments the platform says the posts have; where a count is approximate, about so many."""
    need(posts["comments_count"].dropna(), "the capture has no comment counts")
    return int(posts["comments_count"].sum())


@computable
def replies(comments: pd.DataFrame) -> int:
    """How many comments answer another comment."""
    found = int(comments["parent_comment_id"].notna().sum())
    if not found:
        raise CannotCompute("the capture has no replies")
    return found


@computable
def distinct(table: pd.DataFrame, column: str, reason: str) -> int:
    """How many different values a column has."""
    need(table[column].dropna(), reason)
    return int(table[column].nunique())


@computable
def rows_of(table: pd.DataFrame) -> int:
    """How many rows a table has."""
    return len(table)


def together(*found: Any) -> Any:
    """Tables of the same columns in one; those that are not computable are left out, unless all are."""
    there = [table for table in found if not isinstance(table, NotComputable)]
    return pd.concat(there, ignore_index=True) if there else found[0]


@computable
def first_and_last(days: pd.DataFrame) -> tuple[str, str]:
    """The first and the last of the days on which posts were published."""
    return str(days["day"].iloc[0]), str(days["day"].iloc[-1])


def _drops(table: str, reasons: Mapping[str, int]) -> pd.DataFrame:
    return pd.DataFrame([(table, reason, rows) for reason, rows in reasons.items()], columns=DROPS)
