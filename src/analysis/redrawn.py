"""The sample under every combination of the declared choices about it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import product
from typing import Any

import numpy as np
import pandas as pd

from analysis import corpus, thresholds
from analysis.computable import CannotCompute, NotComputable, computable, need
from analysis.contenders import contenders
from analysis.criteria import BY_LIKES, BY_RANK, CRITERIA, MeasuredPosts, criteria_of, measure_posts
from analysis.cut_offs import Draws, draw_every
from analysis.exchange import threads
from analysis.frames import Frame, open_frame
from analysis.in_files import stays_in_files
from analysis.robustness import Combinations, Decided, combine, told, tried
from analysis.sampling import DECIDED
from analysis.settings import Side
from analysis.sides import tell_sides
from analysis.study import Study

RESULTS = {
    "posts_that_qualify": "posts that meet every criterion",
    "posts_drawn": "posts drawn",
    "creators_drawn": "creators drawn",
    "share_with_both_sides": "threads with both sides, share",
}
# What must be the same for all combinations that are drawn at once.
ORDER = ["side_by", "token_unit", "engagement_by", "sample_seed"]
# How sides are told, and what is counted as a word.
Ways = tuple[str, str]
TOO_MANY = "the posts are too many to tell sides by what was written in them"
HELD = "the frame holds the shares of words itself"


@dataclass(frozen=True)
class Material:
    """What the sample is drawn from; each table may be `NotComputable`.

    Where the posts stay in files, it is `study` that says in which.
    """

    posts: Any
    comments: Any
    creators: Any
    sides: Mapping[str, Side]
    study: Study | None = None
    # What takes long is made once for each way of measuring.
    _told: dict[str, Any] = field(default_factory=dict, init=False, repr=False, compare=False)
    _measured: dict[Ways, MeasuredPosts] = field(default_factory=dict, init=False, repr=False, compare=False)

    def accounts(self, side_by: str) -> Any:
        """The accounts with their sides, told in one way."""
        if side_by not in self._told:
            self._told[side_by] = tell_sides(self.creators, self.posts, self.comments, side_by, self.sides)
        return self._told[side_by]

    def measured(self, decisions: Decided) -> dict[Ways, MeasuredPosts]:
        """Measure the posts once for each way of measuring: all other choices are cut-offs on these measures."""
        wanted = list(product(self.ways_to_tell(decisions), _and_own("token_unit", decisions)))
        for ways in wanted:
            if ways not in self._measured:
                self._measured[ways] = self._measure(*ways, decisions)
        return {ways: self._measured[ways] for ways in wanted}

    def ways_to_tell(self, decisions: Decided) -> list[str]:
        """The ways of telling sides that are tried; of posts in files only the one that does not read all of them."""
        if not self.study:
            return _and_own("side_by", decisions)
        if decisions["side_by"] != "creators":
            raise CannotCompute(TOO_MANY)
        return ["creators"]

    def _measure(self, side_by: str, unit: str, decisions: Decided) -> MeasuredPosts:
        if self.study:
            return open_frame(self.study, {**decisions, "token_unit": unit})
        if isinstance(self.posts, NotComputable):
            raise CannotCompute(self.posts.reason)
        return measure_posts(self.posts, self.comments, self.accounts(side_by), token_unit=unit, sides=self.sides)

    def threads(self, decisions: Decided) -> dict[str, Any]:
        """Each post's threads, once for each way of telling sides."""
        return {
            side_by: _threads_by_post(self.comments, threads(self.comments, self.accounts(side_by)))
            for side_by in self.ways_to_tell(decisions)
        }


def material_of(study: Study) -> Material:
    """What a study's sample is drawn from; posts that lie in files stay there."""
    posts = corpus.tidy(study.table("posts"), study.sides).rows
    written, accounts = study.table("comments"), study.table("creators")
    if stays_in_files(posts):
        # Whatever they stand under is told by the comments themselves.
        return Material(posts, corpus.tidy_comments(written, written, study.sides).rows, accounts, study.sides, study)
    return Material(posts, corpus.tidy_comments(written, posts, study.sides).rows, accounts, study.sides)


@computable
def every_combination(material: Material, decisions: Decided) -> Combinations:
    """Draw the sample under every combination of the declared choices about it.

    `decisions["robustness"]` maps decisions to the values to try. Choices without effect are left out
    (`choices_without_effect`), and results that the data cannot give are missing. The numbers are those that
    `sampling.draw_from` gives for each combination.
    """
    measured = material.measured(decisions)
    idle = _without_effect(measured, decisions)
    values = {name: each for name, each in tried(decisions, DECIDED).items() if name not in idle}
    need(values, "no declared choice has an effect on these data")
    by_post = material.threads(decisions)
    table = combine(values, decisions)
    taken = table.assign(**{name: decisions[name] for name in DECIDED if name not in values})
    results = []
    for _, rows in taken.groupby(ORDER, sort=False):
        side_by, unit = rows["side_by"].iloc[0], rows["token_unit"].iloc[0]
        posts = measured[side_by, unit]
        drawn = pd.concat([_headline(draws, by_post[side_by]) for draws in draw_every(contenders(posts, rows), rows)])
        results.append(drawn.set_axis(rows.index).assign(posts_that_qualify=_qualify(posts, rows)))
    own = by_post[decisions["side_by"]]
    whole = pd.concat([table[list(values)], pd.concat(results)[list(RESULTS)], table["chosen"]], axis=1)
    silent = isinstance(own, NotComputable) and whole["share_with_both_sides"].isna().all()
    return Combinations(whole, list(values), RESULTS, {"share_with_both_sides": own.reason} if silent else {})


@computable
def choices_without_effect(material: Material, decisions: Decided) -> pd.DataFrame:
    """List the declared choices about the sample that cannot change it in these data, each with its reason."""
    return told(_without_effect(material.measured(decisions), decisions))


def _and_own(choice: str, decisions: Decided) -> list[str]:
    """The values of a choice that are tried, the study's own among them."""
    return sorted({decisions[choice], *decisions["robustness"].get(choice, [])})


def _without_effect(measured: Mapping[Ways, MeasuredPosts], decisions: Decided) -> dict[str, str]:
    first = measured[decisions["side_by"], decisions["token_unit"]]
    own = first.absent
    # What one way of telling sides cannot give, another may.
    absent = {name: why for name, why in own.items() if all(name in found.absent for found in measured.values())}
    reasons = {
        criterion.decision: absent[criterion.measure]
        for criterion in (BY_RANK, BY_LIKES, *CRITERIA)
        if criterion.measure in absent
    }
    if "engagement_by" not in decisions["robustness"]:
        by = decisions["engagement_by"]
        other = BY_RANK if by == "likes" else BY_LIKES
        reasons[other.decision] = f"posts are taken by {by.replace('_', ' ')}"
    if "newcomer_share" in absent:
        reasons["token_unit"] = absent["newcomer_share"]
    if "host_comments" in absent:
        reasons["side_by"] = absent["host_comments"]
    if isinstance(first, Frame):
        reasons |= {"side_by": TOO_MANY, **({"token_unit": HELD} if first.holds_shares else {})}
    return {name: reasons[name] for name in tried(decisions, DECIDED) if name in reasons}


@computable
def _threads_by_post(comments: pd.DataFrame, found: pd.DataFrame) -> pd.DataFrame:
    """Count each post's threads, and those with both sides."""
    # The comment that a thread begins with may not be captured itself: then its answers tell the post.
    answers = comments.dropna(subset=["parent_comment_id"])
    post_of = {
        **dict(zip(answers["parent_comment_id"].tolist(), answers["post_id"].tolist(), strict=True)),
        **dict(zip(comments["comment_id"].tolist(), comments["post_id"].tolist(), strict=True)),
    }
    return found.assign(post_id=found["thread"].map(post_of)).groupby("post_id")["both"].agg(["size", "sum"])


def _qualify(measured: MeasuredPosts, rows: pd.DataFrame) -> Any:
    """How many posts meet every criterion under each combination, all counted together."""
    decisions = {str(name): value for name, value in rows.iloc[0].items()}
    cut_offs = [criterion.decision for criterion in criteria_of(decisions)]
    left = thresholds.together(measured, decisions, {name: rows[name].unique().tolist() for name in cut_offs})
    if isinstance(left, NotComputable):
        with measured.opened() as db:
            return db.execute("SELECT count(*) FROM measured").fetchall()[0][0]
    return rows[cut_offs].merge(left, how="left", on=cut_offs)["posts"].to_numpy()


def _headline(draws: Draws, by_post: Any) -> pd.DataFrame:
    """Give the results of each draw that a reader would want to see unmoved."""
    drawn = draws.drawn.sum(axis=1)
    # Nobody is named where no creator is known, and nobody is there where nothing was drawn.
    creators = np.where(drawn == 0, 0.0, np.nan) if draws.creators is None else draws.creators
    return pd.DataFrame({
        "posts_drawn": drawn,
        "creators_drawn": creators,
        "share_with_both_sides": _share_with_both(draws, by_post),
    })  # fmt: skip


def _share_with_both(draws: Draws, by_post: Any) -> Any:
    """Which share of the threads under the posts drawn has both sides; missing where there are none."""
    if isinstance(by_post, NotComputable):
        return np.nan
    counts = by_post.reindex(draws.posts["post_id"]).fillna(0).to_numpy(dtype=np.float64)
    size, both = (draws.drawn @ counts).T
    return np.divide(both, size, out=np.full(len(size), np.nan), where=size > 0)
