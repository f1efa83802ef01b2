"""From criteria to a sample, with the count at every step.

A criterion that is not computable keeps every post, and the flow says so. Posts whose measure is missing cannot meet
a criterion: they are dropped, and counted apart from those that fall short of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from analysis.computable import NotComputable
from analysis.criteria import Measured, criteria_of, measure_posts, meets
from analysis.study import Side


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
    meets_alone: int | None = None
    computable: str = "yes"


@dataclass(frozen=True)
class Drawn:
    """A sample: its posts in order of engagement, the count at every step, and whether it is as large as wanted."""

    posts: pd.DataFrame
    flow: pd.DataFrame
    reached: str

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
    many posts of each, the highest first. `comments` and `creators` may be `NotComputable`. `decisions` holds
    engagement_by, search_rank_at_most, likes_top_share, newcomer_share_at_least, token_unit, min_comments,
    min_host_comments, min_creator_replies, creators_wanted, per_creator_at_most, posts_wanted and sample_seed.
    """
    return draw_from(
        measure_posts(posts, comments, creators, token_unit=decisions["token_unit"], sides=sides), decisions
    )


def draw_from(measured: Measured, decisions: Mapping[str, Any]) -> Drawn:
    """Draw a sample from measured posts, so that other cut-offs need no new measuring."""
    captured = in_order(measured, decisions)
    eligible, criteria = _apply_criteria(captured, measured.absent, decisions)
    chosen, choices = _choose(eligible, decisions)
    flow = pd.DataFrame([Step("captured", "posts in the capture", kept=len(captured)), *criteria, *choices])
    flow["meets_alone"] = flow["meets_alone"].astype("Int64")
    lost = ["dropped", "missing"]
    # A step that could not be applied dropped no posts, which is not to say that it would have dropped none.
    flow[lost] = flow[lost].astype("Int64").mask(flow["computable"] != "yes")
    posts = chosen.assign(place=range(1, len(chosen) + 1))[["post_id", "creator_id", "place"]]
    return Drawn(posts.reset_index(drop=True), flow, _reached(eligible, chosen, decisions))


def in_order(measured: Measured, decisions: Mapping[str, Any]) -> pd.DataFrame:
    """The posts by engagement, the first one first; equals, and posts without a measure, in random order."""
    measure = criteria_of(decisions)[0].measure
    # The posts are sorted by their identifier, so that the order depends on the seed and not on the file.
    drawn = np.random.default_rng(decisions["sample_seed"]).permutation(len(measured.posts))
    by = ["drawn"] if measure in measured.absent else [measure, "drawn"]
    return measured.posts.assign(drawn=drawn).sort_values(by, ignore_index=True)


def _apply_criteria(
    posts: pd.DataFrame, absent: Mapping[str, str], decisions: Mapping[str, Any]
) -> tuple[pd.DataFrame, list[Step]]:
    kept, steps = posts, []
    for criterion in criteria_of(decisions):
        cut_off, reason = decisions[criterion.decision], absent.get(criterion.measure)
        met = meets(kept, criterion, cut_off)
        kept = kept[met.fillna(value=False)]
        counts = (int(met.sum()), int((~met).sum()), int(met.isna().sum()))
        alone = None if reason else int(meets(posts, criterion, cut_off).sum())
        told = f"not computable: {reason}" if reason else "yes"
        steps.append(Step(criterion.step, criterion.asks, criterion.decision, cut_off, *counts, alone, told))
    return kept, steps


def _choose(eligible: pd.DataFrame, decisions: Mapping[str, Any]) -> tuple[pd.DataFrame, list[Step]]:
    """First the creators whose best post stands highest, then up to so many posts of each, up to the number wanted."""
    if len(eligible) and eligible["creator_id"].isna().all():
        return _choose_without_creators(eligible, decisions)
    creators, each, wanted = (decisions[name] for name in ("creators_wanted", "per_creator_at_most", "posts_wanted"))
    named = eligible.dropna(subset="creator_id")
    theirs = named[named["creator_id"].isin(named["creator_id"].drop_duplicates().head(creators))]
    turn = theirs.groupby("creator_id").cumcount()
    allowed = turn[turn < each]
    # Every creator's best post comes before any creator's second.
    chosen = theirs.loc[allowed.sort_values(kind="stable").head(wanted).index.sort_values()]
    unnamed = len(eligible) - len(named)
    return chosen, [
        Step("creators", "creators, by their best post", "creators_wanted", creators,
             len(theirs), len(named) - len(theirs), unnamed),
        Step("per_creator", "posts of each creator", "per_creator_at_most", each,
             len(allowed), len(theirs) - len(allowed)),
        Step("posts", "posts of the sample", "posts_wanted", wanted, len(chosen), len(allowed) - len(chosen)),
    ]  # fmt: skip


def _choose_without_creators(eligible: pd.DataFrame, decisions: Mapping[str, Any]) -> tuple[pd.DataFrame, list[Step]]:
    chosen = eligible.head(decisions["posts_wanted"])
    told = "not computable: the capture names no creators"
    kept = len(eligible)
    return chosen, [
        Step("creators", "creators, by their best post", "creators_wanted", decisions["creators_wanted"], kept,
             computable=told),
        Step("per_creator", "posts of each creator", "per_creator_at_most", decisions["per_creator_at_most"], kept,
             computable=told),
        Step("posts", "posts of the sample", "posts_wanted", decisions["posts_wanted"], len(chosen),
             kept - len(chosen)),
    ]  # fmt: skip


def _reached(eligible: pd.DataFrame, chosen: pd.DataFrame, decisions: Mapping[str, Any]) -> str:
    """Whether the sample is as large as wanted, and if not, what stood in the way."""
    wanted, creators, each = (decisions[name] for name in ("posts_wanted", "creators_wanted", "per_creator_at_most"))
    got = chosen["creator_id"].nunique()
    if len(chosen) == wanted and got == creators:
        return "yes"
    per_creator = eligible["creator_id"].value_counts().clip(upper=each)
    most = int(per_creator.head(creators).sum())
    told = f"no: {len(chosen)} of {wanted} posts by {got} of {creators} creators"
    if most >= wanted and len(per_creator) >= creators:
        return f"{told}; creators who stand lower have enough posts"
    return f"{told}; any {creators} creators have at most {most} posts that meet the criteria, up to {each} of each"
