"""What further posts may bring, as tables for the notebook."""

import numpy as np
import pandas as pd
import pytest

from analysis import corpus, saturation, unseen
from analysis.computable import NotComputable
from analysis.figures import saturation as draw
from analysis.resampling import Resampling

RESAMPLING = Resampling(200, 0.95, 1)
ABSENT = NotComputable("the study has no codings")


def found_in(*posts):
    """Posts as read, each with its codes."""
    codes = sorted({code for post in posts for code in post})
    return pd.DataFrame(
        [[code in post for code in codes] for post in posts], columns=codes, index=[f"p{n}" for n in range(len(posts))]
    )


READ = found_in("ab", "abc", "a", "ad", "be", "a", "ab", "cf")


def test_estimates_stand_with_their_intervals():
    row = unseen.estimates(READ, "code", RESAMPLING).iloc[0]
    assert row[["level", "posts", "found", "uniques", "duplicates"]].tolist() == ["code", 8, 6, 3, 1]
    assert row["chao2"] == pytest.approx(6 + 7 / 8 * 9 / 2)
    assert row["coverage"] == pytest.approx(1 - 3 / 15 * 21 / 23)
    assert 6 <= row["chao2_low"] < row["chao2"] < row["chao2_high"]
    assert 0 <= row["coverage_low"] < row["coverage"] < row["coverage_high"] <= 1


def test_estimates_are_the_same_without_intervals():
    with_intervals, plain = unseen.estimates(READ, "code", RESAMPLING), saturation.unseen(READ)
    for column in ("posts", "uniques", "duplicates", "chao2", "coverage"):
        assert with_intervals[column].tolist() == plain[column].tolist()


def test_curves_go_from_one_post_to_twice_those_read():
    curve = unseen.curves(READ, "code", RESAMPLING)
    assert curve["posts"].tolist() == list(range(1, 17))
    assert curve["how"].tolist() == ["rarefied"] * 7 + ["as read"] + ["extrapolated"] * 8
    assert curve["kinds"].is_monotonic_increasing
    assert curve.loc[7, "kinds"] == 6
    assert (curve["low"] <= curve["kinds"]).all()
    assert (curve["kinds"] <= curve["high"]).all()
    assert ((curve.filter(like="coverage") >= 0) & (curve.filter(like="coverage") <= 1)).all(axis=None)


def test_a_curve_of_many_posts_has_few_points_and_those_that_matter():
    many = pd.DataFrame({"a": [True] * 1000, "b": [True] + [False] * 999})
    curve = unseen.curves(many, "code", Resampling(2, 0.95, 1))
    assert len(curve) < 300
    assert {1, 1000, 2000} <= set(curve["posts"])


def test_posts_still_to_be_read_are_those_beyond_what_was_read():
    table = unseen.further(READ, "code", 0.8)
    assert table["wanted"].tolist() == [0.8, 0.9, 0.95, 0.99] * 2
    assert table["of"].unique().tolist() == ["coverage", "share of Chao2"]
    assert (table["further_posts"] == (table["posts"] - 8).clip(lower=0)).all()
    assert table.loc[0, ["posts", "further_posts", "within_twice"]].tolist() == [7, 0, "yes"]
    assert table.loc[3, "within_twice"] == "no"
    assert unseen.further_posts(table, "code", 0.8) == 0
    assert unseen.further_posts(table, "code", 0.99) == table.loc[3, "further_posts"] > 8


def test_to_cover_everything_no_number_of_posts_is_enough():
    table = unseen.further(READ, "code", 1.0)
    last = table[table["wanted"] == 1]
    assert last["posts"].isna().all()
    assert last["within_twice"].tolist() == ["no", "no"]
    assert unseen.further_posts(table, "code", 1.0) == NotComputable("no number of posts covers everything")


@pytest.mark.parametrize(
    ("found", "reason"),
    [
        (found_in("ab"), "one post only: the estimate needs several"),
        (found_in("", ""), "no post holds any of them"),
        (ABSENT, ABSENT.reason),
    ],
    ids=["one post", "no code", "no codings"],
)
def test_what_cannot_be_estimated_says_why(found, reason):
    for table in (
        unseen.estimates(found, "code", RESAMPLING),
        unseen.curves(found, "code", RESAMPLING),
        unseen.further(found, "code", 0.95),
    ):
        assert table == NotComputable(reason)


@pytest.mark.parametrize(
    "found",
    [found_in("a", "b", "c", "d"), found_in("ab", "ab", "ab"), found_in("a", "a"), found_in("a", "")],
    ids=["everything once", "everything everywhere", "one code", "one code once"],
)
def test_extreme_readings_give_a_number_for_everything(found):
    row = unseen.estimates(found, "code", RESAMPLING).iloc[0]
    assert np.isfinite(row.drop("level").astype(float)).all()
    curve = unseen.curves(found, "code", RESAMPLING)
    assert np.isfinite(curve[["kinds", "low", "high", "coverage", "coverage_low", "coverage_high"]]).all(axis=None)
    assert (unseen.further(found, "code", 0.95)["posts"] >= 1).all()


def test_figures_draw_both_levels_in_two_parts():
    both = corpus.together(unseen.curves(READ, "code", RESAMPLING), unseen.curves(READ, "theme", RESAMPLING))
    for figure in (draw.extrapolated(both), draw.covered(both, 0.95)):
        dashed = [line for line in figure.axes[0].lines if line.get_linestyle() == "--" and len(line.get_xdata()) > 2]
        assert [line.get_xdata().tolist() for line in dashed] == [list(range(8, 17))] * 2
    assert {text.get_text() for text in draw.extrapolated(both).axes[0].texts} == {"codes", "themes", "read"}


def test_themes_that_are_not_there_leave_the_codes():
    codes = unseen.further(READ, "code", 0.95)
    assert corpus.together(codes, ABSENT).equals(codes)
    assert draw.extrapolated(ABSENT) == draw.covered(ABSENT, 0.95) == ABSENT
