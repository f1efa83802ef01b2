from fractions import Fraction
from itertools import permutations

import krippendorff
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from nltk.metrics import masi_distance as nltk_distance
from nltk.metrics.agreement import AnnotationTask

from analysis import alpha, masi, resampling
from analysis.computable import NotComputable
from analysis.resampling import Resampling

LEVELS = alpha.LEVELS
DRAWN = Resampling(replicates=2000, confidence=0.95, seed=1)


def rated(rows):
    """Coders × units from rows of words; a point is missing."""
    return [[np.nan if cell == "." else float(cell) for cell in row.split()] for row in rows]


EXAMPLE_C = rated([
    "1 2 3 3 2 1 4 1 2 . . .", "1 2 3 3 2 2 4 1 2 5 . .", ". 3 3 3 2 3 4 2 2 5 1 3", "1 2 3 3 2 4 4 1 2 5 1 .",
])  # fmt: skip
EXAMPLE_A = rated(["0 1 0 0 0 0 0 0 1 0", "1 1 1 0 0 1 0 0 0 0"])
THREE_CODERS = rated([
    ". . . . . 3 4 1 2 1 1 3 3 . 3", "1 . 2 1 3 3 4 3 . . . . . . .", ". . 2 1 3 4 4 . 2 1 1 3 3 . 4",
])  # fmt: skip
# 13 + 20 + 56 pregnancies on which two abstractors agree, 7 and 4 on which they do not.
ABSTRACTORS = [[0] * 13 + [1] * 27 + [2] * 60, [0] * 13 + [1] * 20 + [2] * 7 + [1] * 4 + [2] * 56]


@pytest.mark.parametrize(
    ("ratings", "level", "expected"),
    [
        (EXAMPLE_C, "nominal", 0.743421), (EXAMPLE_C, "ordinal", 0.815388), (EXAMPLE_C, "interval", 0.849107),
        (EXAMPLE_C, "ratio", 0.797403), (EXAMPLE_A, "nominal", 0.095238),
        (THREE_CODERS, "nominal", 0.691358), (THREE_CODERS, "interval", 0.810845),
        (ABSTRACTORS, "nominal", 0.7972585),
    ],
    ids=[
        "Krippendorff 2011, example C, nominal", "C, ordinal", "C, interval", "C, ratio",
        "Krippendorff 2011, example A", "Krippendorff's alpha in Wikipedia, nominal", "in Wikipedia, interval",
        "Gwet 2014, abstractors, as irrCAC prints it",
    ],
)  # fmt: skip
def test_alpha_is_that_of_published_examples(ratings, level, expected):
    assert alpha.krippendorff_alpha(ratings, level=level) == pytest.approx(expected, abs=1e-6)


def test_alpha_of_names_is_that_of_krippendorff_2011_example_b():
    ratings = [
        ["a", "a", "b", "b", "d", "c", "c", "c", "e", "d", "d", "a"],
        ["b", "a", "b", "b", "b", "c", "c", "c", "e", "d", "d", "d"],
    ]
    assert alpha.krippendorff_alpha(ratings, level="nominal") == pytest.approx(0.692, abs=5e-4)


def test_names_may_be_missing_too():
    ratings = [["a", "b", None, "a"], ["a", "b", "b", None], ["b", "b", "b", None]]
    numbered = [[0, 1, np.nan, 0], [0, 1, 1, np.nan], [1, 1, 1, np.nan]]
    expected = alpha.krippendorff_alpha(numbered, level="nominal")
    assert alpha.krippendorff_alpha(ratings, level="nominal") == expected


def test_the_level_of_measurement_has_no_default():
    with pytest.raises(TypeError, match="level"):
        alpha.krippendorff_alpha(EXAMPLE_C)


def test_a_level_or_method_that_does_not_exist_is_refused():
    with pytest.raises(ValueError, match="level: found 'nominl'; expected nominal, ordinal, interval, ratio."):
        alpha.krippendorff_alpha(EXAMPLE_C, level="nominl")
    with pytest.raises(ValueError, match="intervals_by: found 'creator'; expected creators, units, pairs."):
        alpha.of_ratings(EXAMPLE_C, "nominal").replicates(DRAWN, "creator", np.arange(12))


def drawn_table(data, coders, units, values=4):
    cells = st.one_of(st.just(np.nan), st.integers(0, values).map(float))
    rows = st.lists(cells, min_size=units, max_size=units)
    return np.array(data.draw(st.lists(rows, min_size=coders, max_size=coders)))


@settings(max_examples=150, deadline=None)
@given(data=st.data(), coders=st.integers(2, 5), units=st.integers(1, 12), level=st.sampled_from(LEVELS))
def test_alpha_is_that_of_the_krippendorff_package(data, coders, units, level):
    ratings = drawn_table(data, coders, units)
    paired = ratings[:, (~np.isnan(ratings)).sum(axis=0) > 1]
    assume(len(np.unique(paired[~np.isnan(paired)])) > 1)
    theirs = krippendorff.alpha(reliability_data=ratings, level_of_measurement=level)
    assert alpha.krippendorff_alpha(ratings, level=level) == pytest.approx(theirs, abs=1e-9)


ONE_VALUE = "only one value was ever given, so chance could not have disagreed"
NO_PAIR = "no unit was judged by two coders"


@pytest.mark.parametrize(
    ("ratings", "reason"),
    [
        (rated(["1 1 1", "1 1 1"]), ONE_VALUE), (rated(["1 2 .", ". . 3"]), NO_PAIR), (rated([". .", ". ."]), NO_PAIR),
        (rated(["1 2 3"]), NO_PAIR), (rated(["1 1 2", "1 1 ."]), ONE_VALUE),
    ],
    ids=["one value", "no overlap", "all missing", "one coder", "one value where two judged"],
)  # fmt: skip
@pytest.mark.parametrize("level", LEVELS)
def test_alpha_is_missing_with_its_reason_where_it_is_not_defined(ratings, reason, level):
    assert alpha.krippendorff_alpha(ratings, level=level) == NotComputable(reason)


@pytest.mark.parametrize("level", LEVELS)
def test_what_units_contribute_adds_up_to_alpha(level):
    parts = alpha.of_ratings(EXAMPLE_C, level)
    assert parts.alpha() == pytest.approx(alpha.krippendorff_alpha(EXAMPLE_C, level=level), abs=1e-12)
    # Krippendorff's unit 12 has one value only.
    assert parts.paired.tolist() == [True] * 11 + [False]
    assert parts.pairs.count == 3 + 8 * 6 + 3 + 1


def random_ratings(seed, coders=4, units=60):
    generator = np.random.default_rng(seed)
    truth = generator.integers(0, 4, units)
    ratings = np.where(generator.random((coders, units)) < 0.6, truth, generator.integers(0, 4, (coders, units)))
    return np.where(generator.random((coders, units)) < 0.15, np.nan, ratings.astype(float))


@pytest.mark.parametrize("level", LEVELS)
def test_a_replicate_is_alpha_of_the_units_that_were_drawn(level):
    ratings = random_ratings(3)
    parts = alpha.of_ratings(ratings, level)
    drawn = np.random.default_rng(5).integers(0, len(parts.given), len(parts.given))
    expected = alpha.krippendorff_alpha(ratings[:, parts.paired][:, drawn], level=level)
    found = parts.alpha_of(parts.within[drawn].sum(axis=0)[None], parts.given[drawn].sum(axis=0)[None])
    assert found[0] == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("level", LEVELS)
def test_resampling_has_the_spread_that_drawing_units_one_by_one_has(level):
    ratings = random_ratings(4)
    parts, generator = alpha.of_ratings(ratings, level), np.random.default_rng(6)
    paired = ratings[:, parts.paired]
    one_by_one = [
        alpha.of_ratings(paired[:, generator.integers(0, paired.shape[1], paired.shape[1])], level).alpha()
        for _ in range(600)
    ]
    quick = parts.replicates(DRAWN, "units", np.arange(60))
    assert quick.mean() == pytest.approx(np.mean(one_by_one), abs=0.015)
    assert quick.std() == pytest.approx(np.std(one_by_one), rel=0.12)


def test_with_one_coder_pair_a_unit_each_the_pairs_of_kalpha_are_drawn_by_their_share():
    parts = alpha.of_ratings(EXAMPLE_A, "nominal")
    # Four of ten units disagree; the expected disagreement is that of 14 zeros and 6 ones.
    replicates = parts.replicates(DRAWN, "pairs", np.arange(10))
    expected = 1 - np.arange(11) / 10 * 20 * 19 / (2 * 14 * 6)
    assert np.isin(replicates.round(9), expected.round(9)).all()
    assert replicates.mean() == pytest.approx(0.095238, abs=0.02)
    assert replicates.std() == pytest.approx(np.sqrt(0.4 * 0.6 / 10) * 20 * 19 / (2 * 14 * 6), rel=0.05)


def test_the_spread_of_kalpha_is_under_half_of_that_over_units():
    generator = np.random.default_rng(7)
    truth = generator.integers(0, 5, 400)
    ratings = np.where(generator.random((10, 400)) < 0.7, truth, generator.integers(0, 5, (10, 400)))
    parts = alpha.of_ratings(ratings, "nominal")
    units, pairs = (parts.replicates(DRAWN, by, np.arange(400)).std() for by in ("units", "pairs"))
    assert pairs < units / 2


def test_creators_are_drawn_whole():
    ratings = np.repeat(random_ratings(8, units=12), 10, axis=1)
    parts = alpha.of_ratings(ratings, "nominal")
    units = parts.replicates(DRAWN, "units", np.arange(120)).std()
    creators = parts.replicates(DRAWN, "creators", np.repeat(np.arange(12), 10)).std()
    assert creators > 2.5 * units


def test_a_replicate_without_disagreement_to_expect_has_no_alpha():
    parts = alpha.of_ratings(rated(["1 1", "1 1"]), "nominal")
    for by in alpha.INTERVALS_BY:
        assert np.isnan(parts.replicates(Resampling(5, 0.95, 1), by, np.arange(2))).all()


@pytest.mark.parametrize("rows", [40, 3000])
@pytest.mark.parametrize("kinds", [5, 2000], ids=["few kinds of rows", "many"])
def test_sums_are_those_of_rows_drawn_with_replacement(rows, kinds):
    generator = np.random.default_rng(9)
    table = generator.integers(0, kinds, (rows, 1)).astype(float)
    sums = Resampling(1500, 0.95, 3).sums(np.hstack([table, np.ones_like(table)]))
    assert (sums[:, 1] == rows).all()
    assert sums[:, 0].mean() == pytest.approx(table.sum(), rel=0.02)
    assert sums[:, 0].std() == pytest.approx(np.sqrt(rows) * table.std(), rel=0.08)


@pytest.mark.parametrize("kinds", [4, 1500], ids=["few kinds", "many"])
def test_a_row_that_stands_for_several_is_drawn_as_often(kinds):
    rows, often = np.arange(kinds, dtype=float)[:, None], np.arange(1, kinds + 1) * (500 if kinds == 4 else 1)
    whole = np.repeat(rows, often)
    sums = Resampling(1500, 0.95, 3).sums(np.hstack([rows, np.ones_like(rows)]), often)
    assert (sums[:, 1] == often.sum()).all()
    assert sums[:, 0].mean() == pytest.approx(whole.sum(), rel=0.01)
    assert sums[:, 0].std() == pytest.approx(np.sqrt(len(whole)) * whole.std(), rel=0.08)


def test_units_that_were_given_the_same_are_of_one_kind():
    first, often = alpha.alike(np.array([[2.0, 1], [0, 2], [2, 1], [1, 2]]))
    assert sorted(zip(first.tolist(), often.tolist(), strict=True)) == [(0, 2), (1, 1), (3, 1)]
    assert alpha.alike(np.ones((3, 60)))[1].tolist() == [1, 1, 1]


def test_replicates_are_the_same_whether_drawn_at_once_or_in_parts(monkeypatch):
    # Whole numbers: sums of others differ in their last bit with the order in which a machine adds them.
    rows = np.random.default_rng(1).integers(0, 1000, (30, 3)).astype(np.float64)
    at_once = Resampling(50, 0.95, 4).sums(rows)
    monkeypatch.setattr(resampling, "CELLS", 100)
    assert (Resampling(50, 0.95, 4).sums(rows) == at_once).all()
    assert (Resampling(50, 0.95, 4).clusters(30) @ rows == at_once).all()


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [("1234", "345", 0.866667), ("", "", 0), ("", "a", 1), ("ab", "cd", 1), ("ab", "ab", 0), ("a", "ab", 2 / 3)],
    ids=["Passonneau 2006", "both empty", "one empty", "nothing shared", "equal", "contained"],
)
def test_masi_distance(first, second, expected):
    assert masi.masi_distance(set(first), set(second)) == pytest.approx(expected, abs=1e-6)
    assert masi.masi_distance(set(second), set(first)) == pytest.approx(expected, abs=1e-6)


SETS = st.sets(st.integers(0, 6), min_size=1).map(lambda found: frozenset(map(str, found)))


@given(first=SETS, second=SETS)
def test_masi_distance_is_that_of_nltk_which_rounds_two_thirds(first, second):
    assert masi.masi_distance(first, second) == pytest.approx(nltk_distance(first, second), abs=0.0034)


def random_sets(data, coders, units):
    """Coders × units of sets, None where the coder did not judge the unit; and the same as zeros and ones."""
    sets = [[data.draw(st.one_of(st.none(), SETS, st.just(frozenset()))) for _ in range(units)] for _ in range(coders)]
    cube = np.array([
        [[np.nan] * 7 if held is None else [float(str(code) in held) for code in range(7)] for held in row]
        for row in sets
    ])  # fmt: skip
    return sets, cube


@settings(max_examples=60, deadline=None)
@given(data=st.data(), coders=st.integers(2, 4), units=st.integers(1, 8))
def test_alpha_over_sets_is_that_of_its_definition(data, coders, units):
    sets, cube = random_sets(data, coders, units)
    judged = [[row[unit] for row in sets if row[unit] is not None] for unit in range(units)]
    judged = [unit for unit in judged if len(unit) > 1]
    every = [held for unit in judged for held in unit]
    within = sum(sum(masi.masi_distance(*pair) for pair in permutations(u, 2)) / (len(u) - 1) for u in judged)
    among = sum(masi.masi_distance(*pair) for pair in permutations(every, 2))
    if not among:
        assert isinstance(masi.masi_alpha(cube), NotComputable)
    else:
        assert masi.masi_alpha(cube) == pytest.approx(1 - (len(every) - 1) * within / among, abs=1e-9)


@settings(max_examples=40, deadline=None)
@given(data=st.data(), coders=st.integers(2, 4), units=st.integers(2, 8))
def test_alpha_over_sets_is_that_of_nltk_with_the_same_distance(data, coders, units):
    rows = [[data.draw(SETS) for _ in range(units)] for _ in range(coders)]
    assume(len({held for row in rows for held in row}) > 1)
    judged = [(f"c{c}", f"u{u}", held) for c, row in enumerate(rows) for u, held in enumerate(row)]
    theirs = AnnotationTask(judged, distance=masi.masi_distance).alpha()
    cube = np.array([[[float(str(code) in held) for code in range(7)] for held in row] for row in rows])
    assert masi.masi_alpha(cube) == pytest.approx(theirs, abs=1e-9)


def test_alpha_over_sets_of_one_code_each_is_nominal_alpha():
    numbers = random_ratings(11)
    cube = np.where(np.isnan(numbers)[..., None], np.nan, numbers[..., None] == np.arange(4))
    expected = alpha.krippendorff_alpha(numbers, level="nominal")
    assert masi.masi_alpha(cube) == pytest.approx(expected, abs=1e-12)


def test_alpha_over_sets_does_not_depend_on_how_many_are_held_at_once(monkeypatch):
    cube = (np.random.default_rng(2).random((3, 50, 6)) < 0.3).astype(float)
    at_once = masi.masi_alpha(cube)
    monkeypatch.setattr(masi, "BLOCK", 3)
    assert masi.masi_alpha(cube) == pytest.approx(at_once, abs=1e-12)


@pytest.mark.parametrize(
    ("cube", "reason"),
    [
        (np.zeros((2, 3, 2)), ONE_VALUE), (np.full((2, 3, 2), np.nan), NO_PAIR), (np.zeros((1, 3, 2)), NO_PAIR),
        (np.ones((3, 1, 2)), ONE_VALUE),
    ],
    ids=["nobody gave a code", "all missing", "one coder", "always all codes"],
)  # fmt: skip
def test_alpha_over_sets_is_missing_with_its_reason(cube, reason):
    assert masi.masi_alpha(cube) == NotComputable(reason)


def test_the_monotone_part_of_masi_is_a_third_for_each_condition_met():
    assert masi.masi_distance({"a", "b"}, {"b", "c"}) == pytest.approx(float(1 - Fraction(1, 3) * Fraction(1, 3)))
