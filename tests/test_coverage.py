"""Estimates from incidence data, on published examples, by their definitions, and at their edges."""

from itertools import combinations
from math import ceil, exp, sqrt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis import coverage
from analysis.computable import CannotCompute
from analysis.resampling import Resampling

# Ants of Costa Rica (Longino and Colwell 2011) as iNEXT prints them: units, incidences, kinds, in one and two units,
# coverage, Chao2.
ANTS = {
    "500 m": (230, 2943, 241, 71, 34, 0.9759754, 314.810038),
    "1070 m": (150, 1730, 122, 28, 16, 0.9839382, 146.336667),
    "1500 m": (200, 1170, 56, 13, 4, 0.9889231, 77.019375),
    "2000 m": (200, 271, 14, 1, 2, 0.9963827, 14.248750),
}
ANTS_AT_2000 = (200, [1, 2, 2, 3, 4, 8, 8, 13, 15, 19, 23, 34, 59, 80])
# Spiders (Ellison et al. 2010), iNEXT's first data, with what its ChaoRichness prints: estimate, deviation, ends.
SPIDERS = {
    "Girdled": ((168, 26, 12, 4), (43.893, 14.306, 30.511, 96.971)),
    "Logged": ((252, 37, 14, 4), (61.403, 18.532, 43.502, 128.583)),
}
TABLES = st.integers(2, 6).flatmap(
    lambda units: st.lists(st.lists(st.booleans(), min_size=units, max_size=units).filter(any), min_size=1, max_size=7)
)


def often(units: int, counts: list[int]) -> np.ndarray:
    return np.bincount(counts, minlength=units + 1).astype(float)


def of_summary(units: int, incidences: int, kinds: int, once: int, twice: int) -> np.ndarray:
    """Counts with this summary: which frequencies above two the other kinds have is of no account."""
    left, more = kinds - once - twice, incidences - once - 2 * twice
    low = more // left
    return often(units, [1] * once + [2] * twice + [low + 1] * (more - low * left) + [low] * (left - more + low * left))


@pytest.mark.parametrize("place", ANTS)
def test_chao2_and_coverage_are_those_of_inext(place):
    *summary, covered, estimated = ANTS[place]
    found = of_summary(*summary)
    assert found.sum() == summary[2]
    assert coverage.chao2(found) == pytest.approx(estimated, abs=1e-6)
    assert coverage.expected_coverage(found, [summary[0]])[0] == pytest.approx(covered, abs=1e-7)


@pytest.mark.parametrize("forest", SPIDERS)
def test_chao2_and_its_interval_are_those_of_inext(forest):
    (units, kinds, once, twice), (estimate, deviation, low, high) = SPIDERS[forest]
    found = often(units, [1] * once + [2] * twice + [3] * (kinds - once - twice))
    assert coverage.chao2(found) == pytest.approx(estimate, abs=5e-4)
    assert sqrt(coverage.chao2_variance(found)) == pytest.approx(deviation, abs=5e-4)
    assert coverage.chao2_interval(found, 0.95) == pytest.approx((low, high), abs=5e-4)


@pytest.mark.parametrize(("taken", "kinds"), [(1, 1.355), (100, 12.811923), (200, 14)])
def test_rarefaction_is_that_of_inext(taken, kinds):
    assert coverage.expected_kinds(often(*ANTS_AT_2000), [taken])[0] == pytest.approx(kinds, abs=1e-6)


@given(TABLES)
def test_rarefaction_and_its_coverage_are_means_over_every_choice_of_units(table):
    held = np.array(table).T
    found = often(len(held), list(held.sum(axis=0)))
    incidences = held.sum()
    for taken in range(1, len(held) + 1):
        choices = [held[list(choice)].sum(axis=0) for choice in combinations(range(len(held)), taken)]
        kinds = np.mean([(counts > 0).sum() for counts in choices])
        assert coverage.expected_kinds(found, [taken])[0] == pytest.approx(kinds)
        # Good and Turing: what t units leave uncovered is told by what t + 1 units hold once (Chao and Jost 2012).
        singles = np.mean([(counts == 1).sum() for counts in choices])
        if taken > 1:
            left = singles * len(held) / (taken * incidences)
            assert coverage.expected_coverage(found, [taken - 1])[0] == pytest.approx(1 - left)


@given(TABLES, st.integers(1, 30))
def test_extrapolation_is_that_of_colwell_and_of_chao_and_jost(table, further):
    held = np.array(table).T
    units, counts = len(held), held.sum(axis=0)
    once, twice = int((counts == 1).sum()), int((counts == 2).sum())
    share = (units - 1) / units
    more = share * once**2 / (2 * twice) if twice else share * once * (once - 1) / 2
    kept = (1 - once / (units * more + once)) if once else 0.0
    found = often(units, list(counts))
    assert coverage.expected_kinds(found, [units + further])[0] == pytest.approx(
        len(counts) + more * (1 - kept**further)
    )
    expected = 1 - once / counts.sum() * kept ** (further + 1)
    assert coverage.expected_coverage(found, [units + further])[0] == pytest.approx(expected)


def test_many_studies_at_once_give_what_each_gives_alone():
    both = np.array([often(6, [1, 2, 6]), often(6, [1, 1, 3])])
    sizes = np.array([1, 4, 6, 9])
    for together in (coverage.expected_kinds, coverage.expected_coverage):
        assert together(both, sizes) == pytest.approx(np.array([together(row, sizes) for row in both]))


@pytest.mark.parametrize(
    ("counts", "chao2", "covered"),
    [
        ([3, 4], 2, 1),
        ([1, 3], 2, 1),
        ([1, 1, 1, 4], 4 + 0.9 * 3, 1 - 3 / 7 * 18 / 20),
        ([1] * 5, 5 + 0.9 * 10, 1 - 36 / 38),
        ([10, 10], 2, 1),
    ],
    ids=["nothing rare", "one unique", "no duplicates", "everything once", "everything everywhere"],
)
def test_without_kinds_found_twice_the_corrected_forms_are_taken(counts, chao2, covered):
    found = often(10, counts)
    assert coverage.chao2(found) == pytest.approx(chao2)
    assert coverage.expected_coverage(found, [10])[0] == pytest.approx(covered)


def test_without_kinds_found_twice_the_variance_is_chaos_other_one():
    once, share = 3, 0.9
    by_hand = share * 3 + share**2 * once * 25 / 4 - share**2 * once**4 / (4 * (4 + 0.9 * 3))
    assert coverage.chao2_variance(often(10, [1, 1, 1, 4])) == pytest.approx(by_hand)


def test_where_nothing_unseen_is_estimated_the_interval_is_that_of_what_was_found():
    missed = exp(-7 / 2)
    low, high = coverage.chao2_interval(often(10, [3, 4]), 0.95)
    assert low == 2
    assert high == pytest.approx(2 / (1 - missed) + 1.959964 * sqrt(2 * missed) / (1 - missed))


@given(TABLES)
def test_the_interval_holds_the_estimate_and_begins_at_what_was_found(table):
    found = often(len(table[0]), [sum(row) for row in table])
    low, high = coverage.chao2_interval(found, 0.95)
    assert len(table) <= low <= high
    assert coverage.chao2(found) <= high + 1e-9


@given(TABLES, st.floats(0.05, 0.999))
def test_the_number_of_units_for_a_coverage_is_the_smallest_that_has_it(table, wanted):
    found = often(len(table[0]), [sum(row) for row in table])
    units = coverage.units_for_coverage(found, wanted)
    assert coverage.expected_coverage(found, [units])[0] >= wanted - 1e-9
    if units > 1:
        assert coverage.expected_coverage(found, [units - 1])[0] < wanted + 1e-9


@given(TABLES, st.floats(0.05, 0.999))
def test_the_number_of_units_for_a_share_is_the_smallest_that_holds_it(table, share):
    found = often(len(table[0]), [sum(row) for row in table])
    units, wanted = coverage.units_for_share(found, share), share * coverage.chao2(found)
    assert coverage.expected_kinds(found, [units])[0] >= wanted - 1e-6
    if units > 1:
        assert coverage.expected_kinds(found, [units - 1])[0] < wanted + 1e-6


@pytest.mark.parametrize(("counts", "expected"), [([1, 2, 5], None), ([3, 4], 8)], ids=["some unseen", "none unseen"])
def test_everything_is_covered_by_no_number_of_units_while_something_is_unseen(counts, expected):
    found = often(10, counts)
    assert coverage.units_for_coverage(found, 1.0) == (None if expected is None else pytest.approx(8))
    assert coverage.units_for_share(found, 1.0) == (None if expected is None else pytest.approx(8))


@given(TABLES)
def test_the_chances_are_those_of_chao_et_al(table):
    units, counts = len(table[0]), sorted(sum(row) for row in table)
    once, twice, incidences = counts.count(1), counts.count(2), sum(counts)
    # In the form of the package SpadeR, which goes by coverage.
    if twice:
        left = 2 * twice / ((units - 1) * once + 2 * twice)
        more = ceil((units - 1) / units * once**2 / 2 / twice)
    else:
        left = 2 / ((units - 1) * (once - 1) + 2) if once > 1 else 1
        more = ceil((units - 1) / units * once * (once - 1) / 2)
    uncovered = incidences / units * once / incidences * (1 - left)
    escaping = sum(count / units * (1 - count / units) ** units for count in counts)
    weight = uncovered / escaping if more else 0
    found = [count / units * (1 - weight * (1 - count / units) ** units) for count in counts]
    assert coverage._chances(often(units, counts)) == pytest.approx([*found, *[uncovered / max(more, 1)] * more])


@pytest.mark.parametrize("place", ["500 m", "1070 m", "1500 m"])
def test_the_replicates_vary_less_than_where_kinds_vary_too(place):
    *summary, _, estimated = ANTS[place]
    drawn = coverage.replicates(of_summary(*summary), Resampling(1000, 0.95, 1))
    # The unconditional variance of Colwell et al. (2012), equation 6.
    unconditional = sqrt(summary[2] * (1 - summary[2] / estimated))
    assert 0.7 * unconditional < coverage.expected_kinds(drawn, [summary[0]]).std() < unconditional


@given(TABLES)
def test_what_is_drawn_anew_holds_as_many_incidences_as_were_read(table):
    units, counts = len(table[0]), [sum(row) for row in table]
    chances = coverage._chances(often(units, counts))
    assert chances.sum() == pytest.approx(sum(counts) / units)
    assert ((chances >= 0) & (chances <= 1)).all()


def test_the_replicates_repeat_with_their_seed():
    found = often(10, [1, 1, 2, 5])
    first, again, other = (coverage.replicates(found, Resampling(20, 0.95, seed)) for seed in (1, 1, 2))
    assert (first == again).all()
    assert (first != other).any()


@pytest.mark.parametrize(
    "counts", [[1] * 8, [1], [10, 10], [2, 2], [1, 10]], ids=["all once", "one", "all", "two", "both"]
)
def test_extreme_tables_can_be_drawn_anew(counts):
    drawn = coverage.replicates(often(10, counts), Resampling(30, 0.95, 1))
    assert drawn.shape == (30, 11)
    assert (drawn.sum(axis=1) >= len(counts)).all()


def test_a_replicate_without_anything_covers_nothing_that_can_be_told():
    assert np.isnan(coverage.expected_coverage(often(4, []), [2, 4])).all()


@pytest.mark.parametrize(
    ("found", "reason"),
    [
        (pd.DataFrame({"a": []}, dtype=bool), "nothing was read"),
        (pd.DataFrame({"a": [True]}), "one post only: the estimate needs several"),
        (pd.DataFrame({"a": [False, False]}), "no post holds any of them"),
    ],
)
def test_what_tells_nothing_is_refused_with_its_reason(found, reason):
    with pytest.raises(CannotCompute, match=reason):
        coverage.often_of(found)
