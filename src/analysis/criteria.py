"""What the selection criteria ask of a post, and whether it meets them.

Each criterion holds one measure of a post against one cut-off of `study.yml`. A measure that the whole capture lacks
makes its criterion not computable; one that a single post lacks leaves that post undecided. What a criterion says of a
post stands here once, as an expression of plain SQL (`met`): every engine then says the same, of any number of posts.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from analysis.computable import NotComputable
from analysis.database import connected, frame
from analysis.language import share_of, wording
from analysis.measures import captured_absent, exchange_absent, measuring

if TYPE_CHECKING:
    import pandas as pd

    from analysis.database import Connection
    from analysis.settings import Side


Outcomes = tuple[int, int, int]


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
# What is chosen among the posts that meet them all.
CHOICES = (
    Criterion("creators", "creators, by their best post", "creator_place", "creators_wanted", at_least=False),
    Criterion("per_creator", "posts of each creator", "turn", "per_creator_at_most", at_least=False),
    Criterion("posts", "posts of the sample", "place", "posts_wanted", at_least=False),
)
# What is looked at in each captured post, besides its wording.
COUNTED = [
    "post_id",
    "creator_id",
    "search_rank",
    "likes",
    "likes_captured",
    "comments_count",
    "comments_count_captured",
]
EXCHANGE = ("host_comments", "creator_replies")
# What a text hashes to begins alike in no two posts, so that equals stand in random order, wherever that is computed.
IN_RANDOM_ORDER = "md5(concat('{seed}:', post_id))"


class MeasuredPosts(Protocol):
    """Posts with a measure of each per criterion, in memory or in files."""

    @property
    def columns(self) -> Collection[str]:
        """The columns of the measured posts."""

    @property
    def absent(self) -> Mapping[str, str]:
        """The measures that the whole capture lacks, each with the reason."""

    def opened(self) -> AbstractContextManager[Connection]:
        """A database in which `measured` is the table of these posts."""

    def keep(self, db: Connection, name: str, query: str) -> None:
        """Put what a query gives of the table `measured` into that database, as a table."""


@dataclass(frozen=True)
class Measured:
    """A measure of each post per criterion, and for what reason the whole capture lacks one."""

    posts: pd.DataFrame
    absent: Mapping[str, str]

    @property
    def columns(self) -> list[str]:
        """The columns of the measured posts."""
        return list(self.posts.columns)

    @contextmanager
    def opened(self) -> Iterator[Connection]:
        """A database in which `measured` is the table of these posts."""
        with connected() as db:
            db.register("measured", self.posts)
            yield db

    def keep(self, db: Connection, name: str, query: str) -> None:
        """Put what a query gives of the table `measured` into that database, as a table."""
        db.execute(f"CREATE TEMP TABLE {name} AS {query}")


def criteria_of(decisions: Mapping[str, Any]) -> tuple[Criterion, ...]:
    """The criteria in the order in which they are applied."""
    return (BY_LIKES if decisions["engagement_by"] == "likes" else BY_RANK, *CRITERIA)


def reaches(criterion: Criterion, cut_off: float, measured: MeasuredPosts) -> str:
    """The condition, in SQL, that is true of the posts that meet a criterion, and of no other."""
    if criterion.measure in measured.absent or (criterion.at_least and cut_off == 0):
        return "TRUE"
    return f"{criterion.measure} {'>=' if criterion.at_least else '<='} {_number(cut_off)}"


def met(criterion: Criterion, cut_off: float, measured: MeasuredPosts) -> str:
    """Whether a post meets a criterion, in SQL: true, false, or null where the capture does not tell."""
    plain, bound = reaches(criterion, cut_off, measured), f"{criterion.measure}_is_bound"
    if plain == "TRUE" or bound not in measured.columns:
        return plain
    # "10+" may be 11 or 90: enough for a cut-off of 10, undecided for one of 20.
    return f"CASE WHEN {plain} THEN TRUE WHEN {bound} THEN NULL ELSE {plain} END"


def fares(criterion: Criterion, cut_off: float, measured: MeasuredPosts, outcomes: Outcomes) -> str:
    """One of three numbers, in SQL: of posts that meet a criterion, of those that fall short, of those undecided.

    It says what `met` says, and asks each post no more than twice.
    """
    plain, bound = reaches(criterion, cut_off, measured), f"{criterion.measure}_is_bound"
    meeting, short, undecided = outcomes
    if plain == "TRUE":
        return str(meeting)
    unknown = f"{criterion.measure} IS NULL{f' OR {bound}' if bound in measured.columns else ''}"
    return f"CASE WHEN {plain} THEN {meeting} WHEN {unknown} THEN {undecided} ELSE {short} END"


def standing(decisions: Mapping[str, Any], measured: MeasuredPosts) -> tuple[str, str]:
    """By what posts stand in order, in SQL: by engagement, the first one first, and equals at random by the seed."""
    measure = criteria_of(decisions)[0].measure
    by = "NULL::BIGINT" if measure in measured.absent else measure
    return by, IN_RANDOM_ORDER.format(seed=int(decisions["sample_seed"]))


def measure_posts(
    posts: pd.DataFrame, comments: Any, creators: Any, *, token_unit: str, sides: Mapping[str, Side]
) -> Measured:
    """Measure in each post what the criteria ask for; `comments` and `creators` may be `NotComputable`."""
    share = share_of(wording(posts), "newcomer", token_unit, sides)
    unknown = next((table.reason for table in (comments, creators) if isinstance(table, NotComputable)), None)
    told = isinstance(share, NotComputable)
    with connected() as db:
        db.register("posts", posts[COUNTED].assign(**({} if told else {"newcomer_share": share})))
        if not unknown:
            db.register("comments", comments[["comment_id", "post_id", "parent_comment_id", "author_id"]])
            db.register("accounts", creators[["creator_id", "side"]])
        absent = {
            **captured_absent(db, COUNTED),
            **({"newcomer_share": share.reason} if told else {}),
            **(dict.fromkeys(EXCHANGE, unknown) if unknown else exchange_absent(db)),
        }
        query = measuring(COUNTED, absent, exchange=not unknown)
        return Measured(frame(db, f"{query} ORDER BY post_id"), absent)


def meets(posts: pd.DataFrame, criterion: Criterion, cut_off: float) -> pd.Series:
    """Whether each post of a table in memory meets a criterion: what `met` says, for tables that are asked often."""
    import pandas as pd

    if criterion.measure not in posts or (criterion.at_least and cut_off == 0):
        return pd.Series(data=True, index=posts.index, dtype="boolean")
    number = posts[criterion.measure].astype("Float64")
    found: pd.Series = number >= cut_off if criterion.at_least else number <= cut_off
    bound = f"{criterion.measure}_is_bound"
    return found.mask(~found & posts[bound]) if bound in posts else found


def _number(cut_off: float) -> str:
    """A number as SQL writes it; a fraction with an exponent, which makes it the same kind of number as a measure.

    >>> _number(20), _number(0.5)
    ('20', '0.5e0')
    """
    number = float(cut_off)
    if number.is_integer():
        return str(int(number))
    return repr(number) if "e" in repr(number) else f"{number!r}e0"
