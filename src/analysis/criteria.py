"""What the selection criteria ask of a post, and whether it meets them.

Each criterion holds one measure of a post against one cut-off of `study.yml`. A measure that the whole capture lacks
makes its criterion not computable; one that a single post lacks leaves that post undecided.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from analysis.called import CALLED
from analysis.computable import NotComputable, computable, need
from analysis.language import share_of, wording
from analysis.settings import Side
from analysis.sources.counts import is_lower_bound


@dataclass(frozen=True)
class Criterion:
    """One condition on a post: which measure is held against which decision."""

    step: str
    asks: str
    measure: str
    decision: str
    at_least: bool = True


BY_RANK = Criterion("engagement", "place in the search results", "search_rank", "search_rank_at_most", at_least=False)
BY_LIKES = Criterion("engagement", "place by likes, as a share", "likes_place", "likes_top_share", at_least=False)
CRITERIA = (
    Criterion("language", "share of words in the newcomers' language", "newcomer_share", "newcomer_share_at_least"),
    Criterion("comments", "comments that the post has", "comments_count", "min_comments"),
    Criterion("host_comments", "comments by hosts", "host_comments", "min_host_comments"),
    Criterion("creator_replies", "the creator's replies to hosts", "creator_replies", "min_creator_replies"),
)
NO_CREATORS = "the capture names no creators"
# What is chosen among the posts that meet them all.
CHOICES = (
    Criterion("creators", "creators, by their best post", "creator_place", "creators_wanted", at_least=False),
    Criterion("per_creator", "posts of each creator", "turn", "per_creator_at_most", at_least=False),
    Criterion("posts", "posts of the sample", "place", "posts_wanted", at_least=False),
)


@dataclass(frozen=True)
class Measured:
    """A measure of each post per criterion, and for what reason the whole capture lacks one."""

    posts: pd.DataFrame
    absent: Mapping[str, str]


def criteria_of(decisions: Mapping[str, Any]) -> tuple[Criterion, ...]:
    """The criteria in the order in which they are applied."""
    return (BY_LIKES if decisions["engagement_by"] == "likes" else BY_RANK, *CRITERIA)


def measure_posts(
    posts: pd.DataFrame, comments: Any, creators: Any, *, token_unit: str, sides: Mapping[str, Side]
) -> Measured:
    """Measure in each post what the criteria ask for; `comments` and `creators` may be `NotComputable`."""
    posts = posts.sort_values("post_id", ignore_index=True)
    measures = {
        "search_rank": _captured(posts, "search_rank", "search ranks"),
        "likes_place": _place_by_likes(posts),
        "newcomer_share": share_of(wording(posts), "newcomer", token_unit, sides),
        "comments_count": _captured(posts, "comments_count", "comment counts"),
        "host_comments": _host_comments(posts, comments, creators),
        "creator_replies": _creator_replies(posts, comments, creators),
    }
    absent = {name: found.reason for name, found in measures.items() if isinstance(found, NotComputable)}
    bounds = {
        "likes_place_is_bound": is_lower_bound(posts["likes_captured"]),
        "comments_count_is_bound": is_lower_bound(posts["comments_count_captured"]),
    }
    columns = {name: found for name, found in measures.items() if name not in absent}
    return Measured(posts[["post_id", "creator_id"]].assign(**columns, **bounds), absent)


def meets(posts: pd.DataFrame, criterion: Criterion, cut_off: float) -> pd.Series:
    """Whether each measured post meets a criterion; missing where the capture does not tell."""
    if criterion.measure not in posts or (criterion.at_least and cut_off == 0):
        return pd.Series(data=True, index=posts.index, dtype="boolean")
    number = posts[criterion.measure].astype("Float64")
    met: pd.Series = number >= cut_off if criterion.at_least else number <= cut_off
    bound = f"{criterion.measure}_is_bound"
    # "10+" may be 11 or 90: enough for a cut-off of 10, undecided for one of 20.
    return met.mask(~met & posts[bound]) if bound in posts else met


@computable
def thresholds(measured: Measured, decisions: Mapping[str, Any]) -> pd.DataFrame:
    """How many posts would meet all criteria if one cut-off took other values."""
    criteria = [criterion for criterion in criteria_of(decisions) if criterion.measure not in measured.absent]
    need(criteria, "no criterion is computable")
    return pd.concat([_varied(measured.posts, criterion, decisions) for criterion in criteria], ignore_index=True)


@computable
def list_thresholds(tried: pd.DataFrame) -> pd.DataFrame:
    """What other cut-offs leave, for readers."""
    return tried.assign(decision=tried["decision"].map(CALLED))


def _varied(posts: pd.DataFrame, varied: Criterion, decisions: Mapping[str, Any]) -> pd.DataFrame:
    """The posts that each value of one cut-off leaves, the other criteria as decided."""
    chosen = float(decisions[varied.decision])
    values = _values_to_try(posts[varied.measure], chosen, at_least=varied.at_least)
    for other in criteria_of(decisions):
        if other is not varied:
            posts = posts[meets(posts, other, decisions[other.decision]).fillna(value=False)]
    left = [int(meets(posts, varied, value).sum()) for value in values]
    tried = pd.DataFrame({"cut_off": values, "posts": left, "chosen": [value == chosen for value in values]})
    return tried.assign(decision=varied.decision)[["decision", "cut_off", "posts", "chosen"]]


def _values_to_try(measure: pd.Series, chosen: float, *, at_least: bool) -> list[float]:
    """Some sixty values of a measure, spread evenly over its posts but for the strictest, and the chosen one."""
    shares = np.linspace(0, 0.95, 60) if at_least else np.linspace(0.05, 1, 60)
    return sorted({*np.quantile(measure.dropna().astype("float64"), shares, method="nearest").tolist(), chosen})


@computable
def _captured(posts: pd.DataFrame, column: str, called: str) -> pd.Series:
    need(posts[column].dropna(), f"the capture has no {called}")
    return posts[column]


@computable
def _place_by_likes(posts: pd.DataFrame) -> pd.Series:
    """Each post's place by likes as a share of all posts that have likes: 0.1 is the end of the first tenth."""
    need(posts["likes"].dropna(), "the capture has no likes")
    return posts["likes"].rank(method="min", ascending=False) / posts["likes"].count()


@computable
def _host_comments(posts: pd.DataFrame, comments: pd.DataFrame, creators: pd.DataFrame) -> pd.Series:
    """How many comments by hosts stand under each post, its creator's own left out."""
    of_hosts = comments[_sides_of(comments["author_id"], creators).eq("host")]
    need(posts["creator_id"].dropna(), NO_CREATORS)
    creator = of_hosts["post_id"].map(posts.set_index("post_id")["creator_id"])
    return _count_under(posts, of_hosts[of_hosts["author_id"].ne(creator)], comments)


@computable
def _creator_replies(posts: pd.DataFrame, comments: pd.DataFrame, creators: pd.DataFrame) -> pd.Series:
    """How often each post's creator answered a comment by a host."""
    need(comments["parent_comment_id"].dropna(), "the capture has no replies")
    need(posts["creator_id"].dropna(), NO_CREATORS)
    answered = comments["parent_comment_id"].map(comments.set_index("comment_id")["author_id"])
    creator = comments["post_id"].map(posts.set_index("post_id")["creator_id"])
    to_others = _sides_of(answered, creators).eq("host") & answered.ne(creator)
    return _count_under(posts, comments[comments["author_id"].eq(creator) & to_others], comments)


def _sides_of(accounts: pd.Series, creators: pd.DataFrame) -> pd.Series:
    need(accounts, "the capture has no comments")
    need(creators["side"].dropna(), "the capture does not tell newcomers from hosts")
    return accounts.map(creators.set_index("creator_id")["side"])


def _count_under(posts: pd.DataFrame, counted: pd.DataFrame, comments: pd.DataFrame) -> pd.Series:
    """Count rows by post; a post whose comments were not captured has no count, unless it has none to capture."""
    found = posts["post_id"].map(counted["post_id"].value_counts())
    seen = posts["post_id"].isin(comments["post_id"]) | posts["comments_count"].eq(0).fillna(value=False)
    counts = found.astype("Float64").mask(found.isna() & seen, 0).astype("Int64")
    # Whose comments are the creator's own cannot be told where nobody knows the creator.
    return counts.mask(posts["creator_id"].isna())
