"""What is drawn for all combinations at once is what is drawn for each by itself."""

from itertools import product

import numpy as np
import pandas as pd
import pytest

from analysis import cut_offs, redrawn
from analysis.computable import NotComputable
from analysis.criteria import Measured
from analysis.sampling import CHOICES, draw_from
from analysis.settings import Side

DECISIONS = {
    "side_by": "creators", "engagement_by": "search_rank", "search_rank_at_most": 9, "likes_top_share": 0.5,
    "newcomer_share_at_least": 0.5, "token_unit": "word", "min_comments": 2, "min_host_comments": 0,
    "min_creator_replies": 0, "posts_wanted": 4, "creators_wanted": 3, "per_creator_at_most": 2, "sample_seed": 1,
}  # fmt: skip
# The sizes reach from none to more than there are.
TRIED = {
    "search_rank_at_most": [3, 9], "newcomer_share_at_least": [0.0, 0.5], "min_comments": [0, 2, 5],
    "posts_wanted": [0, 1, 4, 50], "creators_wanted": [0, 1, 3, 50], "per_creator_at_most": [0, 1, 2, 50],
}  # fmt: skip
SIDES = {"newcomer": Side("guests", "en", "English", "Latin"), "host": Side("hosts", "zh", "Chinese", "Han")}


def measured(seed: int, *, named: bool = True) -> Measured:
    """Posts with many ties, some without a number, a bound or a creator."""
    draw = np.random.default_rng(seed)
    count = int(draw.integers(0, 30))
    creators = pd.Series([f"u{n}" if n < 4 and named else None for n in draw.integers(0, 5, count)], dtype="str")
    comments = pd.array([None if n == 0 else int(n) for n in draw.integers(0, 8, count)], dtype="Int64")
    table = pd.DataFrame({
        "post_id": pd.Series([f"p{n:02d}" for n in range(count)], dtype="str"),
        "creator_id": creators,
        "search_rank": pd.array(draw.integers(1, 12, count), dtype="Int64"),
        "newcomer_share": draw.choice([0.2, 0.5, 0.9, np.nan], count),
        "comments_count": comments,
        "comments_count_is_bound": draw.random(count) < 0.2,
    })  # fmt: skip
    absent = dict.fromkeys(["likes_place", "host_comments", "creator_replies"], "not captured")
    return Measured(table, absent)


def rows_of(tried: dict[str, list[object]], **decided: object) -> pd.DataFrame:
    table = pd.DataFrame(list(product(*tried.values())), columns=list(tried))
    own = {**DECISIONS, **decided}
    return table.assign(**{name: value for name, value in own.items() if name not in tried})


def drawn_of(draws: cut_offs.Draws, row: int) -> list[str]:
    return sorted(draws.posts["post_id"][draws.drawn[row]])


def compare(measures: Measured, taken: pd.DataFrame) -> None:
    row = 0
    for draws in cut_offs.draw_every(measures, taken):
        for at in range(len(draws.eligible)):
            alone = draw_from(measures, taken.iloc[row].to_dict())
            kept = alone.flow.set_index("step")["kept"].drop([choice.step for choice in CHOICES])
            assert draws.eligible[at].sum() == kept.iloc[-1]
            assert drawn_of(draws, at) == sorted(alone.posts["post_id"])
            if draws.creators is not None:
                assert draws.creators[at] == alone.posts["creator_id"].nunique()
            row += 1
    assert row == len(taken)


@pytest.mark.parametrize("seed", range(10))
def test_every_combination_draws_the_posts_that_it_draws_by_itself(seed):
    taken = rows_of(TRIED, sample_seed=seed).sample(16, random_state=seed)
    compare(measured(seed), taken)


@pytest.mark.parametrize("seed", range(3))
def test_posts_of_nobody_known_are_drawn_in_their_order(seed):
    taken = rows_of(TRIED).sample(16, random_state=seed)
    compare(measured(seed, named=False), taken)


def test_every_creators_best_post_comes_before_any_creators_second():
    posts = pd.DataFrame({
        "post_id": ["p0", "p1", "p2", "p3"], "creator_id": ["u1", "u1", "u1", "u2"], "search_rank": [1, 2, 3, 4],
        "newcomer_share": 1.0, "comments_count": 9, "comments_count_is_bound": False,
    })  # fmt: skip
    measures = Measured(posts, measured(0).absent)
    (draws,) = cut_offs.draw_every(measures, rows_of({"posts_wanted": [2, 3], "creators_wanted": [1, 2]}))
    assert [drawn_of(draws, row) for row in range(4)] == [["p0", "p1"], ["p0", "p3"], ["p0", "p1"], ["p0", "p1", "p3"]]
    assert draws.creators is not None
    assert draws.creators.tolist() == [1, 2, 1, 2]


def test_a_few_at_a_time_draw_the_same(monkeypatch):
    monkeypatch.setattr(cut_offs, "CELLS", 30)
    taken = rows_of(TRIED).sample(12, random_state=1)
    parts = list(cut_offs.draw_every(measured(2), taken))
    assert len(parts) > 3
    compare(measured(2), taken)


def test_a_measure_that_is_absent_keeps_every_post():
    lacking = measured(1)
    without = Measured(lacking.posts.drop(columns="newcomer_share"), {**lacking.absent, "newcomer_share": "none"})
    compare(without, rows_of({"newcomer_share_at_least": [0.1, 0.9]}))


def test_no_posts_draw_nothing():
    empty = Measured(measured(0).posts.head(0), measured(0).absent)
    (draws,) = cut_offs.draw_every(empty, rows_of({"min_comments": [0, 1]}))
    assert draws.drawn.shape == (2, 0)


def test_a_study_without_posts_says_so_for_every_question():
    material = redrawn.Material(NotComputable("the study has no posts"), None, None, SIDES)
    decisions = {**DECISIONS, "robustness": {"min_comments": [1, 2]}}
    assert redrawn.every_combination(material, decisions).reason == "the study has no posts"
    assert redrawn.choices_without_effect(material, decisions).reason == "the study has no posts"


def test_a_sample_of_unknown_creators_has_no_number_of_them():
    posts = measured(2, named=False)
    (draws,) = cut_offs.draw_every(posts, rows_of({"posts_wanted": [0, 4]}))
    found = redrawn._headline(draws, NotComputable("no comments"))["creators_drawn"]
    assert found[0] == 0
    assert pd.isna(found[1])
