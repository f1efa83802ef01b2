from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from statsmodels.stats.inter_rater import cohens_kappa, fleiss_kappa

from analysis import coefficients as measure
from analysis.computable import NotComputable

WEIGHTS = ["identity", "linear", "quadratic", "ordinal", "ratio"]


def rated(rows):
    return np.array([[np.nan if cell == "." else float(cell) for cell in row.split()] for row in rows])


def crossed(table):
    """Two coders' judgements from their cross table."""
    cells = np.array(table)
    pairs = [pair for pair in product(range(len(cells)), repeat=2) for _ in range(cells[pair])]
    return np.array(pairs, dtype=float).T


def counted(table):
    """Coders' judgements from counts of values by unit."""
    return np.array([np.repeat(np.arange(len(row)), row) for row in table], dtype=float).T


FOUR_RATERS = rated([
    "1 2 3 3 2 1 4 1 2 . . .", "1 2 3 3 2 2 4 1 2 5 . .", ". 3 3 3 2 3 4 2 2 5 1 3", "1 2 3 3 2 4 4 1 2 5 1 .",
])  # fmt: skip
DIALOGUE = crossed([[20, 20], [10, 50]])
ABSTRACTORS = crossed([[13, 0, 0], [0, 20, 7], [0, 4, 56]])
DIAGNOSES = crossed([[75, 1, 4], [5, 4, 1], [0, 0, 10]])
PREVALENT = crossed([[118, 5], [2, 0]])
FOURTEEN = counted([
    [0, 0, 0, 0, 14], [0, 2, 6, 4, 2], [0, 0, 3, 5, 6], [0, 3, 9, 2, 0], [2, 2, 8, 1, 1],
    [7, 7, 0, 0, 0], [3, 2, 6, 3, 0], [2, 5, 3, 2, 2], [6, 5, 2, 1, 0], [0, 2, 2, 3, 7],
])  # fmt: skip


@pytest.mark.parametrize(
    ("ratings", "values", "name", "expected"),
    [
        (FOUR_RATERS, range(1, 6), "percent", 0.8181818), (FOUR_RATERS, range(1, 6), "gwet", 0.77544),
        (FOUR_RATERS, range(1, 6), "fleiss", 0.76117), (FOUR_RATERS, range(1, 6), "cohen", 0.76282),
        (FOUR_RATERS, range(1, 6), "brennan_prediger", 0.77273),
        (ABSTRACTORS, range(3), "cohen", 0.7964094), (ABSTRACTORS, range(3), "scott", 0.7962397),
        (ABSTRACTORS, range(3), "gwet", 0.8493305), (ABSTRACTORS, range(3), "brennan_prediger", 0.835),
        (ABSTRACTORS, range(3), "percent", 0.89),
        (DIALOGUE, range(2), "brennan_prediger", 0.4), (DIALOGUE, range(2), "scott", 0.341),
        (DIALOGUE, range(2), "cohen", 0.348), (DIAGNOSES, range(3), "cohen", 0.676),
        (PREVALENT, range(2), "cohen", -0.0234), (PREVALENT, range(2), "scott", -0.0288),
        (PREVALENT, range(2), "gwet", 0.9408), (FOURTEEN, range(5), "fleiss", 0.210),
    ],
    ids=[
        *(f"Gwet 2014, four raters with missing values, {name}" for name in ("pa", "AC1", "Fleiss", "Conger", "BP")),
        *(f"Gwet 2014, abstractors, {name}" for name in ("Cohen", "Scott", "AC1", "BP", "pa")),
        *(f"Artstein and Poesio 2008, {name}" for name in ("S", "pi", "kappa")), "Fleiss 1981, diagnoses",
        *(f"Gwet 2002, {name}" for name in ("kappa", "pi", "AC1")), "Fleiss' kappa in Wikipedia",
    ],
)  # fmt: skip
def test_coefficients_are_those_of_published_examples(ratings, values, name, expected):
    found = measure.COEFFICIENTS[name](ratings, values=list(values), weights="identity")
    digits = len(str(expected).split(".")[1])
    assert found == pytest.approx(expected, abs=0.51 * 10.0**-digits)


@pytest.mark.parametrize(
    ("weights", "expected"),
    [
        ("identity", [1, 0, 0]), ("linear", [1, 0.5, 0]), ("ordinal", [1, 0.6666667, 0]), ("quadratic", [1, 0.75, 0]),
        ("ratio", [1, 1 - 4 / 9, 0]),
    ],
)  # fmt: skip
def test_weights_are_those_that_gwet_prints_for_three_categories(weights, expected):
    assert measure.weigh([1, 2, 3], weights)[0].tolist() == pytest.approx(expected, abs=1e-6)


def test_ratio_weights_of_nothing_and_nothing_are_full_agreement():
    assert measure.weigh([0, 1, 2], "ratio").tolist() == [[1, 0, 0], [0, 1, 1 - 1 / 9], [0, 1 - 1 / 9, 1]]


def table_of(data, coders, units, *, missing):
    cells = st.integers(1, 4).map(float)
    cells = st.one_of(st.just(np.nan), cells) if missing else cells
    rows = st.lists(cells, min_size=units, max_size=units)
    return np.array(data.draw(st.lists(rows, min_size=coders, max_size=coders)))


def from_the_definition(ratings, name, weights):
    """Gwet's formulas, pair of coders by pair of coders and value by value."""
    values, weight = [1.0, 2.0, 3.0, 4.0], measure.weigh([1, 2, 3, 4], weights)
    place = {value: index for index, value in enumerate(values)}
    units = [[value for value in unit if value == value] for unit in ratings.T]  # noqa: PLR0124
    alike = [np.mean([weight[place[a], place[b]] for a, b in combinations(u, 2)]) for u in units if len(u) > 1]
    judged = [[value for value in row if value == value] for row in ratings]  # noqa: PLR0124
    habits = [np.array([row.count(value) / len(row) for value in values]) for row in judged if row]
    shares = np.mean([[u.count(value) / len(u) for value in values] for u in units if u], axis=0)
    chance = {
        "percent": 0,
        "cohen": np.mean([a @ weight @ b for a, b in combinations(habits, 2)] or [0]),
        "scott": np.mean(habits, axis=0) @ weight @ np.mean(habits, axis=0),
        "fleiss": shares @ weight @ shares,
        "brennan_prediger": weight.sum() / 16,
        "gwet": weight.sum() / (4 * 3) * (shares * (1 - shares)).sum(),
    }[name]
    return (np.mean(alike) - chance) / (1 - chance) if chance < 1 - 1e-9 else None


@settings(max_examples=200, deadline=None)
@given(
    data=st.data(), coders=st.integers(2, 5), units=st.integers(1, 8), weights=st.sampled_from(WEIGHTS),
    name=st.sampled_from(list(measure.COEFFICIENTS)),
)  # fmt: skip
def test_coefficients_are_those_of_their_definition(data, coders, units, weights, name):
    ratings = table_of(data, coders, units, missing=True)
    found = measure.COEFFICIENTS[name](ratings, values=[1, 2, 3, 4], weights=weights)
    if not ((~np.isnan(ratings)).sum(axis=0) > 1).any():
        assert found == NotComputable("no unit was judged by two coders")
        return
    expected = from_the_definition(ratings, name, weights)
    if expected is None:
        assert found.reason.startswith("only one value was ever given")
    else:
        assert found == pytest.approx(expected, abs=1e-9)


@settings(max_examples=80, deadline=None)
@given(data=st.data(), units=st.integers(2, 12), weights=st.sampled_from(["identity", "linear", "quadratic"]))
def test_kappa_of_two_coders_is_that_of_statsmodels(data, units, weights):
    ratings = table_of(data, 2, units, missing=False)
    crossed_table = np.zeros((4, 4))
    np.add.at(crossed_table, tuple(ratings.astype(int) - 1), 1)
    assume((crossed_table > 0).sum() > 1)
    theirs = cohens_kappa(crossed_table, wt=None if weights == "identity" else weights, return_results=False)
    found = measure.cohen(ratings, values=[1, 2, 3, 4], weights=weights)
    assert found == pytest.approx(float(theirs), abs=1e-9)


@settings(max_examples=80, deadline=None)
@given(data=st.data(), coders=st.integers(2, 5), units=st.integers(2, 10))
def test_fleiss_and_scott_are_that_of_statsmodels_where_nothing_is_missing(data, coders, units):
    ratings = table_of(data, coders, units, missing=False)
    assume(len(np.unique(ratings)) > 1)
    table = np.array([[(unit == value).sum() for value in (1, 2, 3, 4)] for unit in ratings.T])
    expected = float(fleiss_kappa(table))
    for name in ("fleiss", "scott"):
        found = measure.COEFFICIENTS[name](ratings, values=[1, 2, 3, 4], weights="identity")
        assert found == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("name", list(measure.COEFFICIENTS))
@pytest.mark.parametrize(
    "ratings", [rated(["1 2"]), rated(["1 .", ". 2"]), rated([". .", ". ."])], ids=["one coder", "no overlap", "none"]
)
def test_without_two_judgements_of_a_unit_there_is_no_coefficient(name, ratings):
    found = measure.COEFFICIENTS[name](ratings, values=[1, 2], weights="identity")
    assert found == NotComputable("no unit was judged by two coders")


@pytest.mark.parametrize("name", ["cohen", "scott", "fleiss"])
def test_where_one_value_was_given_only_chance_agrees_on_everything(name):
    found = measure.COEFFICIENTS[name](rated(["1 1 1", "1 1 1"]), values=[1, 2], weights="identity")
    assert found == NotComputable("only one value was ever given, so chance could not have disagreed")


def test_where_one_value_could_be_given_nobody_guesses():
    one = rated(["1 1", "1 1"])
    assert measure.gwet(one, values=[1], weights="identity") == NotComputable("only one value could be given")
    assert isinstance(measure.brennan_prediger(one, values=[1], weights="identity"), NotComputable)


def test_a_value_that_was_not_foreseen_is_refused():
    with pytest.raises(ValueError, match=r"3.0\) was given, which is not one of 1, 2."):
        measure.percent(rated(["1 3", "1 2"]), values=[1, 2], weights="identity")


def test_neither_values_nor_weights_have_a_default():
    for name in measure.COEFFICIENTS:
        with pytest.raises(TypeError, match="'values' and 'weights'"):
            measure.COEFFICIENTS[name](DIALOGUE)


def test_names_are_values_too():
    named = [["yes", "no", None], ["yes", "yes", "no"]]
    numbered = rated(["1 0 .", "1 1 0"])
    for name, compute in measure.COEFFICIENTS.items():
        found = compute(named, values=["no", "yes"], weights="identity")
        assert found == compute(numbered, values=[0, 1], weights="identity"), name


def test_side_by_side_a_code_without_a_coefficient_is_missing_it():
    given = np.stack([DIALOGUE, np.zeros_like(DIALOGUE)], axis=2)
    found = measure.side_by_side(given)
    assert [round(float(found[name][0]), 3) for name in ("cohen", "scott", "brennan_prediger")] == [0.348, 0.341, 0.4]
    assert np.isnan([found[name][1] for name in ("cohen", "scott", "fleiss")]).all()
    assert [found[name][1] for name in ("percent", "brennan_prediger", "gwet")] == [1, 1, 1]
