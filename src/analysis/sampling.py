"""From criteria to a sample, with the count at every step.

A criterion that is not computable keeps every post, and the flow says so. Posts whose measure is missing cannot meet
a criterion: they are dropped, and counted apart from those that fall short of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from analysis import corpus, frames
from analysis.called import CALLED
from analysis.choosing import Choice, choose, chosen, most_possible, standing_of
from analysis.computable import NotComputable
from analysis.criteria import (
    BY_RANK,
    CHOICES,
    CRITERIA,
    Criterion,
    MeasuredPosts,
    criteria_of,
    measure_posts,
    meets,
    standing,
)
from analysis.database import Connection, frame, quoted
from analysis.errors import StudyError, nearest
from analysis.frames import holds_frame, open_frame
from analysis.in_files import stays_in_files
from analysis.privacy import masked
from analysis.schema import Origin
from analysis.selection import FALLS_SHORT, MEETS, NOTHING, UNDECIDED, Tried, count_states, passed
from analysis.settings import Side
from analysis.sides import tell_sides
from analysis.study import Study
from analysis.thresholds import left_by

# What a draw depends on, besides the rows.
DECIDED = (
    "side_by", "engagement_by", "search_rank_at_most", "likes_top_share", "newcomer_share_at_least", "token_unit",
    "min_comments", "min_host_comments", "min_creator_replies", "creators_wanted", "per_creator_at_most",
    "posts_wanted", "sample_seed",
)  # fmt: skip

CANNOT_BE_TOLD = "cannot be told"
BOUND = "the platform shows only that many and more"
UNKNOWN = {"creators": "the capture does not name its creator"}
FELL_SHORT = {
    "creators": "its creator's best post stands lower than those of the creators taken",
    "per_creator": "as many posts of its creator as are allowed stand higher",
    "posts": "the number wanted was reached before it",
}
# So many identifiers are compared with a mistyped one, and so many with the same beginning are shown.
NEAR, BEGUN_SHOWN = 5_000, 5


@dataclass(frozen=True)
class Step:
    """One step of the selection: what is asked for, which posts it keeps and why the others went."""

    step: str
    criterion: str
    decision: str = ""
    cut_off: float | None = None
    kept: int = 0
    dropped: int = 0
    missing: int = 0
    computable: str = "yes"


@dataclass(frozen=True)
class Drawn:
    """A sample: its posts in order of engagement, the count at every step, and whether it is as large as wanted."""

    posts: pd.DataFrame
    flow: pd.DataFrame
    reached: str
    # How many posts would meet all criteria if the cut-offs took the other values that were tried.
    thresholds: Any = None

    @property
    def creators(self) -> Any:
        """How many creators the sample has, or that the capture names none."""
        named = self.kept_after("creators")
        return named if isinstance(named, NotComputable) else self.posts["creator_id"].nunique()

    @property
    def not_applied(self) -> int:
        """How many steps could not be applied."""
        return int((self.flow["computable"] != "yes").sum())

    def kept_after(self, step: str) -> Any:
        """How many posts were left after a step, or why its criterion could not be applied."""
        row = self.flow.set_index("step").loc[step]
        if row["computable"] != "yes":
            return NotComputable(str(row["computable"]).removeprefix("not computable: "))
        return row["kept"]


def draw_sample(
    posts: pd.DataFrame, comments: Any, creators: Any, decisions: Mapping[str, Any], sides: Mapping[str, Side]
) -> Drawn:
    """Draw the sample that a study's decisions describe; repeatable, whatever the order of the rows.

    First come the posts that meet every criterion, then the creators whose best post stands highest, then up to so
    many posts of each, the highest first. `comments` and `creators` may be `NotComputable`. `decisions` holds those
    in `DECIDED`.
    """
    accounts = tell_sides(creators, posts, comments, decisions["side_by"], sides)
    measured = measure_posts(posts, comments, accounts, token_unit=decisions["token_unit"], sides=sides)
    return draw_from(measured, decisions)


def measure_study(study: Study, decisions: Mapping[str, Any]) -> MeasuredPosts:
    """Measure a study's posts, however many they are. Raises `StudyError` when there are none.

    Posts that lie in Parquet files stay there. Only where sides are told by language is all that was written read.
    """
    if holds_frame(study) and decisions["side_by"] == "creators":
        return open_frame(study, decisions)
    posts = corpus.tidy(study.table("posts"), study.sides).rows
    if stays_in_files(posts):
        raise StudyError(
            f"{study.name}: {posts.reason}. Sides can then be told by the accounts alone: decide side_by: creators, "
            "with the columns host_comments and creator_replies in the frame."
        )
    if isinstance(posts, NotComputable):
        raise StudyError(f"{study.name}: {posts.reason}. Import some: compendium import {study.name}, then the file.")
    comments = corpus.tidy_comments(study.table("comments"), posts, study.sides).rows
    accounts = tell_sides(study.table("creators"), posts, comments, decisions["side_by"], study.sides)
    return measure_posts(posts, comments, accounts, token_unit=decisions["token_unit"], sides=study.sides)


def posts_of(study: Study, drawn: Drawn) -> Any:
    """The posts among which those of a sample are: all of a small table; of a frame those alone, as they are shown."""
    if holds_frame(study):
        return frames.posts_of(study, drawn.posts["post_id"])
    return corpus.tidy(study.table("posts"), study.sides).rows


def draw_from(measured: MeasuredPosts, decisions: Mapping[str, Any], tried: Tried = NOTHING) -> Drawn:
    """Draw a sample from measured posts, so that other cut-offs need no new measuring.

    What values of cut-offs leave that are `tried`, one at a time (`thresholds.around`) or in every combination
    (`thresholds.grid`), is counted by the same query as the steps, without another look at the posts.
    """
    with passed(measured, decisions, tried) as db:
        fared = count_states(db, criteria_of(decisions))
        choice = choose(db, decisions)
        posts = chosen(db, decisions)
        flow = _flow(fared, choice, measured, decisions)
        reached = _reached(posts, flow, decisions, most_possible(db, decisions))
        return Drawn(posts, flow, reached, left_by(db, decisions, tried))


def list_steps(flow: pd.DataFrame) -> pd.DataFrame:
    """The count at every step, for readers, who know a step by what it asks for."""
    return flow.drop(columns=["step", "decision"])


def list_posts(drawn: Drawn, says: pd.Series, origin: Origin) -> pd.DataFrame:
    """The posts of a sample with their places; of captured ones what may be shown of them, by `says` for each post."""
    listed = drawn.posts[["post_id", "place"]]
    return listed.assign(says=listed["post_id"].map(says)) if origin == "captured" else listed


def tell_reached(drawn: Drawn, study: Study, decisions: Mapping[str, Any]) -> str:
    """Whether the size was reached; and if by other values than the original's, that this may be by design."""
    original = study.original_decisions
    choices = [choice for choice in (*criteria_of(decisions), *CHOICES) if choice.step != "per_creator"]
    other = [one for one in choices if decisions[one.decision] != original[one.decision]]
    if not other or not drawn.reached.startswith("yes"):
        return drawn.reached
    told = ", ".join(f"{CALLED[one.decision]} {decisions[one.decision]:g}" for one in other)
    return (
        f"{drawn.reached}; with other values than the original's ({told}): where they were chosen so that this capture "
        "leaves enough posts, as suggested values are, that is no result of the data"
    )


def find_post(posts: pd.Series, asked: str) -> str:
    """The identifier of a post, given as captured or as the book shows it, whole or by a beginning that only it has.

    Raises `StudyError` when no post is meant, or several.
    """
    if not asked.strip():
        raise StudyError("compendium sample --why: no post was named. Give its identifier: --why POST_ID")
    if posts.eq(asked).any():
        return asked
    # Some shells take a leading ~ for a folder, so that it may be left out.
    shown = masked(posts)
    found = posts[shown.isin([asked, f"~{asked}"])]
    if len(found):
        return str(found.iloc[0])
    known = shown if asked.startswith("~") else posts
    begun = posts[known.str.startswith(asked)]
    if len(begun) == 1:
        return str(begun.iloc[0])
    if len(begun):
        several = f"{', '.join(known[begun.index[:BEGUN_SHOWN]])}{', …' if len(begun) > BEGUN_SHOWN else ''}"
        many = f"{'at least ' if len(begun) >= NEAR else ''}{len(begun):,}"
        raise StudyError(f"'{asked}' begins the identifiers of {many} posts: {several}. Give more of it.")
    # Comparing with all of a large capture takes minutes, and a slip of one letter leaves half an identifier whole.
    half = len(asked) // 2
    alike = known[known.str.startswith(asked[:half]) | known.str.endswith(asked[half:])]
    raise StudyError(
        f"'{asked}' is no post of the corpus.{nearest(asked, alike.head(NEAR))} Give its identifier as captured, or "
        "as the book shows it. An import lists what it dropped."
    )


def explain_post(measured: MeasuredPosts, drawn: Drawn, decisions: Mapping[str, Any], post_id: str) -> pd.DataFrame:
    """Criterion by criterion, what one post was measured at and whether that kept it; the last row is the outcome."""
    with passed(measured, decisions) as db:
        absent = {**measured.absent, **choose(db, decisions).absent}
        post = frame(db, f"SELECT * FROM measured WHERE post_id = {quoted(post_id)}")  # noqa: S608
        rows = [_answer(post, criterion, absent, decisions) for criterion in criteria_of(decisions)]
        if all(row["keeps"] != "no" for row in rows):
            post = post.assign(**_standing(db, drawn, post_id, absent))
    for choice in CHOICES:
        # Whoever had left is not asked any more.
        stays = all(row["keeps"] != "no" for row in rows)
        rows.append(_answer(post if stays else post.head(0), choice, absent, decisions))
    return pd.DataFrame([*rows, _outcome(rows, drawn, post_id)])


def in_order(measured: MeasuredPosts, decisions: Mapping[str, Any]) -> pd.DataFrame:
    """The posts by engagement, the first one first; equals, and posts without a measure, in random order."""
    by, drawn = standing(decisions, measured)
    with measured.opened() as db:
        return frame(db, f"SELECT * FROM measured ORDER BY {by} NULLS LAST, {drawn}, post_id")  # noqa: S608


def _standing(db: Connection, drawn: Drawn, post_id: str, absent: Mapping[str, str]) -> dict[str, Any]:
    """Where a candidate stands; posts are taken in turns of their creators, and who was taken has the book's place."""
    places = drawn.posts.set_index("post_id")["place"]
    found = standing_of(db, post_id, {name: why for name, why in absent.items() if name == "turn"})
    return {**found, "place": places.get(post_id, found["place"])}


def _flow(fared: pd.DataFrame, choice: Choice, measured: MeasuredPosts, decisions: Mapping[str, Any]) -> pd.DataFrame:
    """The count at every step, from how many posts fare how with each criterion and what the choices kept."""
    criteria, captured = criteria_of(decisions), int(fared["posts"].sum())
    steps = [Step("captured", "posts in the capture", kept=captured)]
    told_alone = [one for one in criteria if one.measure not in measured.absent]
    alone = {one.step: int(fared.loc[fared[one.step] == MEETS, "posts"].sum()) for one in told_alone}
    for criterion in criteria:
        told = fared.groupby(criterion.step)["posts"].sum()
        kept, dropped, missing = (int(told.get(state, 0)) for state in (MEETS, FALLS_SHORT, UNDECIDED))
        steps.append(_step(criterion, (kept, dropped, missing), measured.absent, decisions))
        fared = fared[fared[criterion.step] == MEETS]
    for one in CHOICES:
        kept, missing = choice.kept[one.step], choice.missing[one.step]
        steps.append(_step(one, (kept, steps[-1].kept - kept - missing, missing), choice.absent, decisions))
    flow = pd.DataFrame(steps)
    lost = ["dropped", "missing"]
    # A step that could not be applied dropped no posts, which is not to say that it would have dropped none.
    flow[lost] = flow[lost].astype("Int64").mask(flow["computable"] != "yes")
    flow.insert(len(flow.columns) - 1, "meets_alone", flow["step"].map(alone).astype("Int64"))
    return flow


def _step(
    criterion: Criterion, counts: tuple[int, int, int], absent: Mapping[str, str], decisions: Mapping[str, Any]
) -> Step:
    reason, cut_off = absent.get(criterion.measure), decisions[criterion.decision]
    told = f"not computable: {reason}" if reason else "yes"
    return Step(criterion.step, criterion.asks, criterion.decision, cut_off, *counts, told)


def _reached(posts: pd.DataFrame, flow: pd.DataFrame, decisions: Mapping[str, Any], possible: tuple[int, int]) -> str:
    """Whether the sample is as large as wanted, and if not, what stood in the way."""
    wanted, creators, each = (decisions[name] for name in ("posts_wanted", "creators_wanted", "per_creator_at_most"))
    got, (most, there) = posts["creator_id"].nunique(), possible
    if len(posts) == wanted and got == creators:
        return f"yes{_without(flow)}"
    told = f"no: {len(posts)} of {wanted} posts by {got} of {creators} creators"
    if most >= wanted and there >= creators:
        return f"{told}; creators who stand lower have enough posts"
    return f"{told}; any {creators} creators have at most {most} posts that meet the criteria, up to {each} of each"


def _without(flow: pd.DataFrame) -> str:
    """Which criteria the sample was drawn without: those not applied, and those whose cut-off asks for nothing."""
    asked = flow[flow["step"].isin([criterion.step for criterion in (BY_RANK, *CRITERIA)])]
    asks_nothing = asked["step"].ne(BY_RANK.step) & asked["cut_off"].eq(0)
    left_out = asked.loc[asked["computable"].ne("yes") | asks_nothing, "criterion"]
    if left_out.empty:
        return ""
    return f", without {len(left_out)} of the {len(asked)} criteria ({'; '.join(left_out)})"


def _answer(
    post: pd.DataFrame, criterion: Criterion, absent: Mapping[str, str], decisions: Mapping[str, Any]
) -> dict[str, str]:
    """Whether one post meets one criterion, by what measure, and why that cannot be told; none had left before."""
    cut_off = decisions[criterion.decision]
    asked = {"step": criterion.step, "criterion": criterion.asks, "measure": "", "cut_off": _asked(criterion, cut_off)}
    if post.empty:
        return {**asked, "met": "not asked", "keeps": "", "why": "it had left before"}
    if criterion.measure in absent:
        why = f"{absent[criterion.measure]}; the criterion keeps every post"
        return {**asked, "met": CANNOT_BE_TOLD, "keeps": "yes", "why": why}
    met, bound = meets(post, criterion, cut_off).iloc[0], post.get(f"{criterion.measure}_is_bound")
    is_bound = bound is not None and bool(bound.iloc[0])
    asked["measure"] = _shown(post[criterion.measure].iloc[0]) + ("+" if is_bound and criterion.at_least else "")
    if pd.isna(met):
        why = BOUND if is_bound else UNKNOWN.get(criterion.step, "the capture does not tell it of this post")
        return {**asked, "met": CANNOT_BE_TOLD, "keeps": "no", "why": why}
    why = "" if met else FELL_SHORT.get(criterion.step, "")
    return {**asked, "met": "met" if met else "not met", "keeps": "yes" if met else "no", "why": why}


def _outcome(rows: list[dict[str, str]], drawn: Drawn, post_id: str) -> dict[str, str]:
    """Where the post left, or its place in the sample."""
    outcome = {"step": "sample", "criterion": "in the sample", "measure": "", "cut_off": "", "met": "", "keeps": "no"}
    left = next((row for row in rows if row["keeps"] == "no"), None)
    if left is None:
        place = int(drawn.posts.set_index("post_id")["place"][post_id])
        return {**outcome, "measure": f"{place:,}", "keeps": "yes", "why": f"place {place:,} of {len(drawn.posts):,}"}
    chosen_from = left["step"] in [choice.step for choice in CHOICES]
    told = f"left at: {left['criterion']}" + (f"; {left['why']}" if left["why"] else "")
    return {**outcome, "why": f"met every criterion; {told}" if chosen_from else told}


def _asked(criterion: Criterion, cut_off: float) -> str:
    return f"{'at least' if criterion.at_least else 'at most'} {_shown(cut_off)}"


def _shown(number: Any) -> str:
    """A measure or a cut-off in words; nothing where it is missing."""
    if pd.isna(number):
        return ""
    return f"{int(number):,}" if float(number).is_integer() else f"{float(number):.4g}"
