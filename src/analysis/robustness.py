"""Which results change when the analyst's choices change.

The article leaves choices open that a rerun has to make. Every combination of the values that a study declares as
defensible is computed, and each headline result is shown over all of them (a specification curve: Simonsohn,
Simmons and Nelson 2020).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

import pandas as pd

from analysis.called import CALLED, called_alone
from analysis.computable import CannotCompute, NotComputable, computable, need
from analysis.criteria import BY_LIKES, BY_RANK, CRITERIA, Measured, measure_posts
from analysis.exchange import threads
from analysis.sampling import Drawn, draw_from
from analysis.settings import Side
from analysis.sides import tell_sides

RESULTS = {
    "posts_that_qualify": "posts that meet every criterion",
    "posts_drawn": "posts drawn",
    "creators_drawn": "creators drawn",
    "share_with_both_sides": "threads with both sides, share",
}


# How sides are told, and what is counted as a word.
Ways = tuple[str, str]


@dataclass(frozen=True)
class Material:
    """What the sample is drawn from; comments and creators may be `NotComputable`."""

    posts: pd.DataFrame
    comments: Any
    creators: Any
    sides: Mapping[str, Side]

    def accounts(self, side_by: str) -> Any:
        """The accounts with their sides, told in one way."""
        return tell_sides(self.creators, self.posts, self.comments, side_by, self.sides)

    def measured(self, decisions: Mapping[str, Any]) -> dict[Ways, Measured]:
        """Measure the posts once for each way of measuring: all other choices are cut-offs on these measures."""
        return {
            (side_by, unit): measure_posts(self.posts, self.comments, accounts, token_unit=unit, sides=self.sides)
            for side_by in _tried("side_by", decisions)
            for accounts in [self.accounts(side_by)]
            for unit in _tried("token_unit", decisions)
        }

    def threads(self, decisions: Mapping[str, Any]) -> dict[str, Any]:
        """Each post's threads, once for each way of telling sides."""
        return {
            side_by: _threads_by_post(self.comments, threads(self.comments, self.accounts(side_by)))
            for side_by in _tried("side_by", decisions)
        }


@dataclass(frozen=True)
class Combinations:
    """A row for each combination, choices first, then results; and why a result is missing from all of them."""

    table: pd.DataFrame
    choices: list[str]
    absent: Mapping[str, str]

    def of(self, result: str) -> pd.Series:
        """Give the values of a result, or raise `CannotCompute` where no combination has one."""
        known = self.table[result].dropna()
        need(known, self.absent.get(result, f"no sample has a value for: {RESULTS[result]}"))
        return known

    @property
    def known(self) -> dict[str, str]:
        """The results that some combination has, each with its label."""
        return {name: label for name, label in RESULTS.items() if self.table[name].notna().any()}


@computable
def every_combination(material: Material, decisions: Mapping[str, Any]) -> Combinations:
    """Draw the sample under every combination of the declared choices.

    `decisions["robustness"]` maps decisions to the values to try. Choices without effect are left out
    (`choices_without_effect`), and results that the data cannot give are missing. `chosen` marks the combination
    that the study itself takes.
    """
    measured = material.measured(decisions)
    idle = _without_effect(measured, decisions)
    tried = {name: values for name, values in decisions["robustness"].items() if name not in idle}
    need(tried, "no declared choice has an effect on these data")
    by_post = material.threads(decisions)
    rows = []
    for values in product(*tried.values()):
        choice = dict(zip(tried, values, strict=True))
        taken = {**decisions, **choice}
        drawn = draw_from(measured[taken["side_by"], taken["token_unit"]], taken)
        results = _headline(drawn, by_post[taken["side_by"]])
        chosen = all(decisions[name] == value for name, value in choice.items())
        rows.append({**choice, **results, "chosen": chosen})
    own = by_post[decisions["side_by"]]
    absent: dict[str, str] = {"share_with_both_sides": own.reason} if isinstance(own, NotComputable) else {}
    return Combinations(pd.DataFrame(rows), list(tried), absent)


@computable
def list_combinations(combinations: Combinations) -> pd.DataFrame:
    """Every combination under the names that readers know."""
    return combinations.table.rename(columns=CALLED)


@computable
def choices_without_effect(material: Material, decisions: Mapping[str, Any]) -> pd.DataFrame:
    """List the declared choices that cannot change anything in these data, each with its reason."""
    idle = _without_effect(material.measured(decisions), decisions)
    return pd.DataFrame([(called_alone(name), why) for name, why in idle.items()], columns=["choice", "reason"])


def _tried(choice: str, decisions: Mapping[str, Any]) -> list[str]:
    """The values of a choice that are tried, the study's own among them."""
    return sorted({decisions[choice], *decisions["robustness"].get(choice, [])})


def _without_effect(measured: Mapping[Ways, Measured], decisions: Mapping[str, Any]) -> dict[str, str]:
    own = measured[decisions["side_by"], decisions["token_unit"]].absent
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
    return {name: reasons[name] for name in decisions["robustness"] if name in reasons}


@computable
def _threads_by_post(comments: pd.DataFrame, found: pd.DataFrame) -> pd.DataFrame:
    """Count each post's threads, and those with both sides."""
    # The comment that a thread begins with may not be captured itself: then its answers tell the post.
    answers = comments.dropna(subset=["parent_comment_id"])
    post_of = {
        **dict(zip(answers["parent_comment_id"], answers["post_id"], strict=True)),
        **dict(zip(comments["comment_id"], comments["post_id"], strict=True)),
    }
    return found.assign(post_id=found["thread"].map(post_of)).groupby("post_id")["both"].agg(["size", "sum"])


def _headline(drawn: Drawn, by_post: Any) -> dict[str, Any]:
    """Give the results of one draw that a reader would want to see unmoved."""
    steps = drawn.flow.set_index("step")["kept"]
    criteria = [step for step in steps.index if step not in ("creators", "per_creator", "posts")]
    creators = drawn.posts["creator_id"].dropna()
    return {
        "posts_that_qualify": int(steps[criteria[-1]]),
        "posts_drawn": len(drawn.posts),
        "creators_drawn": creators.nunique() if len(creators) or drawn.posts.empty else None,
        "share_with_both_sides": _share_with_both(drawn, by_post),
    }


def _share_with_both(drawn: Drawn, by_post: Any) -> float | None:
    if isinstance(by_post, NotComputable):
        return None
    theirs = by_post[by_post.index.isin(drawn.posts["post_id"])]
    return float(theirs["sum"].sum() / theirs["size"].sum()) if len(theirs) else None


@computable
def spread(combinations: Combinations) -> pd.DataFrame:
    """Summarise each headline result over all combinations: as chosen, lowest, median, highest."""
    rows = [
        {
            "result": label,
            "as_chosen": as_chosen(combinations, name),
            "lowest": combinations.of(name).min(),
            "median": combinations.of(name).median(),
            "highest": combinations.of(name).max(),
            "different_values": combinations.of(name).nunique(),
        }
        for name, label in combinations.known.items()
    ]
    return pd.DataFrame(rows)


def as_chosen(combinations: Combinations, result: str) -> Any:
    """Give a result under the study's own choices; missing where these are not among those tried."""
    own = combinations.table.loc[combinations.table["chosen"], result]
    return own.iloc[0] if len(own) else None


@computable
def extreme(combinations: Combinations, result: str, which: str) -> Any:
    """Give the lowest (`min`) or highest (`max`) value of a result over all combinations."""
    return combinations.of(result).agg(which)


@computable
def influence(combinations: Combinations) -> pd.DataFrame:
    """Measure how far each choice moves each result: the range of the result's mean over the choice's values.

    `share_of_range` relates it to the whole range of the result, so that results can be compared; the choice that
    moves a result most stands first.
    """
    choices = [name for name in combinations.choices if combinations.table[name].nunique() > 1]  # noqa: PD101 - few values
    need(choices, "only one value was tried for every choice")
    moved = [pd.DataFrame([_moved(combinations, name, choice) for choice in choices]) for name in combinations.known]
    ordered = [table.sort_values("moved", ascending=False, kind="stable") for table in moved]
    return pd.concat(ordered, ignore_index=True)


def _moved(combinations: Combinations, result: str, choice: str) -> dict[str, Any]:
    means = combinations.table.groupby(choice)[result].mean()
    values = combinations.of(result)
    moved, whole = means.max() - means.min(), values.max() - values.min()
    return {
        "result": RESULTS[result],
        "choice": called_alone(choice),
        "lowest_at": str(means.idxmin()),
        "lowest_mean": means.min(),
        "highest_at": str(means.idxmax()),
        "highest_mean": means.max(),
        "moved": moved,
        "share_of_range": moved / whole if whole else 0.0,
    }


@computable
def most_moving(influences: pd.DataFrame, result: str) -> str:
    """Name the choice that moves a result most."""
    of_result = influences[influences["result"] == RESULTS[result]]
    if of_result.empty or of_result["moved"].iloc[0] == 0:
        raise CannotCompute(f"no choice moves it: {RESULTS[result]}")
    return str(of_result["choice"].iloc[0])
