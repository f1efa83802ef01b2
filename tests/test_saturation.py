import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import coded
from analysis import coding, saturation
from analysis.computable import NotComputable
from analysis.figures import saturation as draw

# New themes of the first eight interviews in the example of Guest, Namey and Chen (2020).
INTERVIEWS = [16, 9, 7, 5, 4, 3, 1, 0]
# Ants of Costa Rica (Longino and Colwell 2011) as iNEXT prints them: units, incidences, kinds, in one and two units.
ANTS = {
    "500 m": (230, 2943, 241, 71, 34, 0.9759754, 314.810038),
    "1070 m": (150, 1730, 122, 28, 16, 0.9839382, 146.336667),
    "1500 m": (200, 1170, 56, 13, 4, 0.9889231, 77.019375),
    "2000 m": (200, 271, 14, 1, 2, 0.9963827, 14.248750),
}
ANTS_AT_2000 = np.array([1, 2, 2, 3, 4, 8, 8, 13, 15, 19, 23, 34, 59, 80])


@pytest.fixture
def placed():
    return coding.codings_by_screenshot(coded.codings(), coded.screenshots())


def found_in(*posts):
    """Posts as read, each with its codes."""
    codes = sorted({code for post in posts for code in post})
    return pd.DataFrame(
        [[code in post for code in codes] for post in posts], columns=codes, index=[f"p{n}" for n in range(len(posts))]
    )


def test_the_order_is_that_of_the_fullest_reading():
    orders = {("ann", 1): "s4 s3 s2", ("bob", 1): "s1 s2 s3 s4", ("ann", 2): "s3"}
    order = saturation.posts_in_order(coded.readings(orders), coded.screenshots())
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
    order = saturation.posts_in_order(coded.readings(orders), coded.screenshots())
    assert order["post_id"].tolist() == expected


def test_only_codes_of_that_reading_count(placed):
    order = saturation.posts_in_order(coded.readings(), coded.screenshots())
    found = saturation.codes_by_post(placed, coded.codebook(), order, "code")
    assert order["coder"].unique().tolist() == ["ann"]
    assert found.columns.tolist() == ["ask.how", "ask.why"]
    assert found.index.tolist() == ["p1", "p2", "p3"]
    assert found["ask.why"].tolist() == [True, True, False]


def test_a_reading_that_gave_nothing_cannot_be_saturated(placed):
    order = saturation.posts_in_order(coded.readings({("cy", 1): "s1 s2"}), coded.screenshots())
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


@pytest.mark.parametrize("place", ANTS)
def test_chao2_and_coverage_are_those_of_inext(place):
    units, incidences, kinds, once, twice, covered, estimated = ANTS[place]
    assert saturation.chao2(kinds, units, once, twice) == pytest.approx(estimated, abs=1e-6)
    assert saturation.coverage(incidences, units, once, twice) == pytest.approx(covered, abs=1e-7)


@pytest.mark.parametrize(("taken", "kinds"), [(1, 1.355), (100, 12.811923), (200, 14)])
def test_rarefaction_is_that_of_inext(taken, kinds):
    assert saturation.rarefaction(ANTS_AT_2000, 200)[taken - 1] == pytest.approx(kinds, abs=1e-6)


@pytest.mark.parametrize(
    ("once", "twice", "chao2", "coverage"),
    [(0, 0, 5, 1), (1, 0, 5, 1), (3, 0, 5 + 0.9 * 3, 1 - 3 / 20 * 18 / 20)],
    ids=["nothing rare", "one unique", "no duplicates"],
)
def test_without_codes_found_twice_the_corrected_forms_are_taken(once, twice, chao2, coverage):
    assert saturation.chao2(5, 10, once, twice) == pytest.approx(chao2)
    assert saturation.coverage(20, 10, once, twice) == pytest.approx(coverage)


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
