import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import coded
from analysis import saturation, units
from analysis.computable import NotComputable
from analysis.figures import saturation as draw

# New themes of the first eight interviews in the example of Guest, Namey and Chen (2020).
INTERVIEWS = [16, 9, 7, 5, 4, 3, 1, 0]


@pytest.fixture
def placed():
    return coded.placed()


def found_in(*posts):
    """Posts as read, each with its codes."""
    codes = sorted({code for post in posts for code in post})
    return pd.DataFrame(
        [[code in post for code in codes] for post in posts], columns=codes, index=[f"p{n}" for n in range(len(posts))]
    )


def test_the_order_is_that_of_the_fullest_reading():
    orders = {("ann", 1): "s4 s3 s2", ("bob", 1): "s1 s2 s3 s4", ("ann", 2): "s3"}
    order = saturation.posts_in_order(coded.read(orders))
    assert order["post_id"].tolist() == ["p1", "p2", "p3"]
    assert set(zip(order["coder"], order["round"], strict=True)) == {("bob", 1)}


@pytest.mark.parametrize(
    ("orders", "expected"),
    [
        ({("ann", 1): "s1 s3", ("ann", 2): "s3 s1"}, ["p2", "p1"]),
        ({("bob", 1): "s1 s3", ("ann", 1): "s3 s1"}, ["p2", "p1"]),
    ],
    ids=["the latest round", "the first coder by name"],
)
def test_of_equally_full_readings_one_is_taken_by_rule(orders, expected):
    order = saturation.posts_in_order(coded.read(orders))
    assert order["post_id"].tolist() == expected


def test_only_codes_of_that_reading_count(placed):
    order = saturation.posts_in_order(coded.read())
    found = saturation.codes_by_post(placed, coded.codebook(), order, "code")
    assert order["coder"].unique().tolist() == ["ann"]
    assert found.columns.tolist() == ["ask.how", "ask.why"]
    assert found.index.tolist() == ["p1", "p2", "p3"]
    assert found["ask.why"].tolist() == [True, True, False]


def test_a_post_that_was_coded_but_not_read_has_no_place_in_the_order(placed):
    order = saturation.posts_in_order(coded.read({("ann", 2): "s3 s4"}))
    found = saturation.codes_by_post(placed, coded.codebook(), order, "code")
    assert found.columns.tolist() == ["ask.why"]
    assert found["ask.why"].tolist() == [True, False]


def test_a_post_read_text_by_text_is_one_item():
    readings = units.placed_readings(coded.readings({("ann", 1): "s1 s3 s2"}), coded.corpus(), units.TEXT)
    assert len(readings) == 5
    assert saturation.posts_in_order(readings)["post_id"].tolist() == ["p1", "p2"]


def test_the_reading_that_is_followed_stands_first_beside_the_others(placed):
    readings = coded.read()
    order = saturation.posts_in_order(readings)
    beside = saturation.readings_beside(order, readings, placed, placed)
    counted = beside[["units", "codes"]].to_numpy().tolist()
    assert beside["coder"].tolist() == ["ann", "ann", "bob", "all"]
    assert beside["round"].tolist()[:3] == [2, 1, 2]
    assert counted == [[4, 2], [2, 1], [4, 2], [4, 3]]
    assert beside["followed_because"].tolist()[0] == saturation.TIED
    assert beside["followed_because"].isna().tolist() == [False, True, True, True]


def test_looking_again_at_split_codes_is_no_reading_from_end_to_end():
    readings = coded.read({("ann", 1): "s1 s2", ("ann", 2): "s1 s2 s3 s4"})
    readings["again"] = (readings["round"] == 2).astype("boolean")
    assert saturation.posts_in_order(readings)["round"].unique().tolist() == [1]


def test_a_reading_that_gave_nothing_cannot_be_saturated(placed):
    order = saturation.posts_in_order(coded.read({("cy", 1): "s1 s2"}))
    found = saturation.codes_by_post(placed, coded.codebook(), order, "code")
    assert found == NotComputable("the reading gave no code")
    assert saturation.unseen(found) == found


def test_new_codes_are_counted_and_named_where_they_first_appear():
    book = coded.codebook()
    accumulated = saturation.accumulation(
        found_in(["ask.why"], [], ["ask.why", "ask.how", "joke.pun"], ["ask.how"]), book
    )
    assert accumulated["new_codes"].tolist() == [1, 0, 2, 0]
    assert accumulated["codes"].tolist() == [1, 1, 3, 3]
    assert accumulated["which"].fillna("").tolist() == ["Why", "", "How; Pun", ""]
    assert saturation.last_new(accumulated) == 3
    assert saturation.bringing_new(accumulated)["position"].tolist() == [1, 3]


def test_the_ratio_is_that_of_guest_namey_and_chen_2020():
    ratios = saturation.guest_ratios(INTERVIEWS, base_items=4, run_items=2)
    assert ratios["base"].unique().tolist() == [37]
    assert ratios["new_codes"].tolist() == [7, 4, 1]
    assert ratios["ratio"].tolist() == pytest.approx([7 / 37, 4 / 37, 1 / 37])
    assert ratios[["run_first", "run_last"]].to_numpy().tolist() == [[5, 6], [6, 7], [7, 8]]


@pytest.mark.parametrize(("threshold", "stop"), [(0.05, "6+2"), (1 / 37, "6+2"), (0.11, "5+2"), (0.2, "4+2")])
def test_the_stopping_point_is_the_first_run_at_or_under_the_threshold(threshold, stop):
    assert saturation.stopping_point(saturation.guest_ratios(INTERVIEWS, 4, 2), threshold) == stop


def test_a_threshold_that_no_run_reaches_has_no_stopping_point():
    ratios = saturation.guest_ratios(INTERVIEWS, base_items=4, run_items=2)
    assert saturation.stopping_point(ratios, 0.0).reason == "no run of items brought as little as 0 % new codes"


@pytest.mark.parametrize(
    ("new", "reason"),
    [([3, 2, 1, 0, 0], "fewer than 6 items were read"), ([0, 0, 0, 0, 2, 1], "the first 4 items hold no code")],
)
def test_a_ratio_needs_a_base_and_a_run(new, reason):
    assert saturation.guest_ratios(new, base_items=4, run_items=2).reason == reason


@pytest.mark.parametrize("level", ["code", "theme"])
def test_the_sizes_of_the_rule_stand_side_by_side(level):
    accumulated = pd.DataFrame({"new_codes": [*INTERVIEWS, 0, 2]})
    table = saturation.stopping_points(accumulated, level, 0.05)
    assert table["level"].unique().tolist() == [level]
    assert table[["base_items", "run_items"]].drop_duplicates().to_numpy().tolist() == [
        [4, 2], [4, 3], [5, 2], [5, 3], [6, 2], [6, 3],
    ]  # fmt: skip
    at_four = table[(table["base_items"] == 4) & (table["run_items"] == 2)]
    assert at_four[["base", "at_most", "stop", "later"]].to_numpy().tolist() == [
        [37, 0.05, "6+2", 2],
        [37, 0, "7+2", 2],
    ]


def test_what_came_after_a_stop_begins_behind_its_run():
    table = saturation.stopping_points(pd.DataFrame({"new_codes": [*INTERVIEWS, 0, 2]}), "code", 0.2)
    assert table.loc[0, ["stop", "later"]].tolist() == ["4+2", 1 + 0 + 0 + 2]


def test_a_size_that_never_stops_says_why():
    never = saturation.stopping_points(pd.DataFrame({"new_codes": [*INTERVIEWS[:7], 1]}), "code", 0.0)
    assert len(never) == 6
    assert never["stop"].isna().all()
    assert never["later"].isna().all()
    assert never["base"].dropna().tolist() == [37, 37, 41, 41, 44]
    brought = "no run of items brought as little as 0 % new codes"
    assert never["why_not"].tolist() == [brought] * 5 + ["fewer than 9 items were read"]


def test_unseen_counts_uniques_and_duplicates():
    estimate = saturation.unseen(found_in("ab", "abc", "a", "ad")).iloc[0]
    assert (estimate["posts"], estimate["codes"], estimate["uniques"], estimate["duplicates"]) == (4, 4, 2, 1)
    assert estimate["chao2"] == pytest.approx(4 + 3 / 4 * 4 / 2)


def test_one_post_tells_nothing_about_what_is_unseen():
    assert saturation.unseen(found_in("ab")).reason == "one post only: the estimate needs several"


@given(st.lists(st.sets(st.sampled_from("abcdef")), min_size=2, max_size=12).filter(any))
def test_the_band_never_falls_and_ends_at_all_codes(posts):
    found = found_in(*posts)
    band = saturation.permuted(found, orders=40, confidence=1.0, seed=1)
    assert (band[["mean", "low", "high"]].diff().dropna() >= -1e-9).all(axis=None)
    assert band[["mean", "low", "high"]].iloc[-1].tolist() == pytest.approx([found.shape[1]] * 3)


def test_the_mean_of_many_orders_is_the_mean_of_all_orders():
    found = found_in("ab", "a", "c", "", "bd", "a", "e")
    band = saturation.permuted(found, orders=4000, confidence=0.5, seed=1)
    generator = np.random.default_rng(2)
    curves = [(found.to_numpy()[generator.permutation(7)].cumsum(axis=0) > 0).sum(axis=1) for _ in range(4000)]
    assert np.mean(curves, axis=0) == pytest.approx(band["mean"].to_numpy(), abs=0.06)


def test_the_orders_repeat_with_their_seed():
    found = found_in("ab", "a", "c", "", "bd", "a", "e")
    bands = [saturation.permuted(found, 20, 0.9, seed) for seed in (1, 1, 2)]
    assert bands[0].equals(bands[1])
    assert not bands[0].equals(bands[2])


def test_figures_draw_the_curve_and_every_run():
    found = found_in("ab", "a", "c", "", "bd", "a", "e", "a")
    book = coded.codebook("\n".join(f"{code} | | code" for code in "abcde"))
    accumulated = saturation.accumulation(found, book)
    band, estimate = saturation.permuted(found, 20, 0.9, 1), saturation.unseen(found)
    (curve,) = [
        line
        for line in draw.curve(accumulated, band, estimate).axes[0].lines
        if line.get_label() == "in the order read"
    ]
    assert curve.get_ydata().tolist() == accumulated["codes"].tolist()
    ratios = saturation.guest_ratios(accumulated["new_codes"], 3, 2)
    assert len(draw.runs(ratios, 0.05).axes[0].collections[1].get_offsets()) == len(ratios)
    absent = NotComputable("the study has no codings")
    assert draw.curve(absent, absent, absent) == absent
