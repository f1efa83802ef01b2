import time
from itertools import permutations

import krippendorff
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import coded
from analysis import agreement, coding
from analysis.computable import NotComputable
from analysis.figures import agreement as draw

RESAMPLING = coding.Resampling(replicates=300, confidence=0.95, seed=1)
LEVELS = ["nominal", "ordinal", "interval", "ratio"]


def rated(rows):
    """Coders × units from rows of words; a point is missing."""
    return [[np.nan if cell == "." else float(cell) for cell in row.split()] for row in rows]


EXAMPLE_C = rated([
    "1 2 3 3 2 1 4 1 2 . . .", "1 2 3 3 2 2 4 1 2 5 . .", ". 3 3 3 2 3 4 2 2 5 1 3", "1 2 3 3 2 4 4 1 2 5 1 .",
])  # fmt: skip
THREE_CODERS = rated([
    ". . . . . 3 4 1 2 1 1 3 3 . 3", "1 . 2 1 3 3 4 3 . . . . . . .", ". . 2 1 3 4 4 . 2 1 1 3 3 . 4",
])  # fmt: skip


@pytest.mark.parametrize(
    ("ratings", "level", "expected"),
    [
        (EXAMPLE_C, "nominal", 0.743421), (EXAMPLE_C, "ordinal", 0.815388), (EXAMPLE_C, "interval", 0.849107),
        (EXAMPLE_C, "ratio", 0.797403), (rated(["0 1 0 0 0 0 0 0 1 0", "1 1 1 0 0 1 0 0 0 0"]), "nominal", 0.095238),
        (THREE_CODERS, "nominal", 0.691358), (THREE_CODERS, "interval", 0.810845),
    ],
    ids=[
        "Krippendorff 2011, example C, nominal", "C, ordinal", "C, interval", "C, ratio",
        "Krippendorff 2011, example A", "Krippendorff's alpha in Wikipedia, nominal", "in Wikipedia, interval",
    ],
)  # fmt: skip
def test_alpha_is_that_of_published_examples(ratings, level, expected):
    assert agreement.krippendorff_alpha(ratings, level=level) == pytest.approx(expected, abs=1e-6)


def test_alpha_of_names_is_that_of_krippendorff_2011_example_b():
    ratings = [
        ["a", "a", "b", "b", "d", "c", "c", "c", "e", "d", "d", "a"],
        ["b", "a", "b", "b", "b", "c", "c", "c", "e", "d", "d", "d"],
    ]
    assert agreement.krippendorff_alpha(ratings, level="nominal") == pytest.approx(0.692, abs=5e-4)


def test_the_level_of_measurement_has_no_default():
    with pytest.raises(TypeError, match="level"):
        agreement.krippendorff_alpha(EXAMPLE_C)


@settings(max_examples=150, deadline=None)
@given(data=st.data(), coders=st.integers(2, 5), units=st.integers(1, 12), level=st.sampled_from(LEVELS))
def test_alpha_is_that_of_the_krippendorff_package(data, coders, units, level):
    cells = st.one_of(st.just(np.nan), st.integers(0, 4).map(float))
    ratings = np.array(
        data.draw(st.lists(st.lists(cells, min_size=units, max_size=units), min_size=coders, max_size=coders))
    )
    paired = ratings[:, (~np.isnan(ratings)).sum(axis=0) > 1]
    assume(len(np.unique(paired[~np.isnan(paired)])) > 1)
    theirs = krippendorff.alpha(reliability_data=ratings, level_of_measurement=level)
    assert agreement.krippendorff_alpha(ratings, level=level) == pytest.approx(theirs, abs=1e-9)


@pytest.mark.parametrize(
    "ratings",
    [rated(["1 1 1", "1 1 1"]), rated(["1 2 .", ". . 3"]), rated([". .", ". ."])],
    ids=["one value", "no overlap", "all missing"],
)
@pytest.mark.parametrize("level", LEVELS)
def test_alpha_is_missing_where_it_is_not_defined(ratings, level):
    assert np.isnan(agreement.krippendorff_alpha(ratings, level=level))


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [("1234", "345", 0.866667), ("", "", 0), ("", "a", 1), ("ab", "cd", 1), ("ab", "ab", 0), ("a", "ab", 2 / 3)],
    ids=["Passonneau 2006", "both empty", "one empty", "nothing shared", "equal", "contained"],
)
def test_masi_distance(first, second, expected):
    assert agreement.masi_distance(set(first), set(second)) == pytest.approx(expected, abs=1e-6)
    assert agreement.masi_distance(set(second), set(first)) == pytest.approx(expected, abs=1e-6)


def judge(codings=coded.CODINGS, readings=None, posts=None, coding_round=2):
    screenshots = coded.screenshots()
    placed = coding.codings_by_screenshot(coded.codings(codings), screenshots)
    read = coded.readings(readings)
    units = coding.units_read(read, screenshots, coded.posts(posts))
    return agreement.judgements(placed, read, units, coded.codebook(), coding_round)


def test_a_code_that_was_not_given_is_a_judgement_too():
    judged = judge()
    given = judged.given[:, judged.units["screenshot_id"] == "s1", judged.codes["code_id"] == "ask.how"]
    assert given.tolist() == [[1.0], [0.0]]
    assert judged.units["screenshot_id"].tolist() == ["s1", "s2", "s3", "s4"]


def test_a_unit_that_one_coder_read_is_left_out():
    judged = judge(readings={("ann", 2): "s1 s2 s3", ("bob", 2): "s3 s4"}, codings="p2 ask.why ann 2")
    assert judged.units["screenshot_id"].tolist() == ["s3"]


def test_a_third_coder_who_did_not_read_a_unit_gives_no_judgement_on_it():
    judged = judge(readings={("ann", 2): "s1 s3", ("bob", 2): "s1 s3", ("cy", 2): "s3"}, codings="p2 ask.why ann 2")
    assert np.isnan(judged.given[2, 0]).all()
    assert (judged.given[2, 1] == 0).all()


@pytest.mark.parametrize(
    ("readings", "codings", "reason"),
    [
        ({("ann", 2): "s1 s2"}, "c1 ask.why ann 2", "one coder only: agreement needs two"),
        ({("ann", 1): "s1 s2"}, "c1 ask.why ann 1", "one coder only: agreement needs two"),
        (
            {("ann", 1): "s1", ("bob", 1): "s1", ("ann", 2): "s1"},
            "c1 ask.why bob 1",
            "one coder only: agreement needs two",
        ),
        ({("ann", 2): "s1", ("bob", 2): "s2"}, "c1 ask.why ann 2", "no unit was read by two coders"),
        (
            {("ann", 1): "s1", ("bob", 1): "s1"},
            "c1 ask.why ann 1",
            "nobody coded in round 2, which agreement_round asks for",
        ),
    ],
    ids=["one coder", "one coder in another round", "one coder in this round", "no overlap", "another round"],
)
def test_agreement_needs_two_coders_of_the_same_units(readings, codings, reason):
    judged = judge(codings, readings)
    assert judged == NotComputable(reason)
    assert agreement.by_code(judged, RESAMPLING) == NotComputable(reason)
    assert agreement.of_sets(judged, RESAMPLING) == NotComputable(reason)


def test_a_code_that_nobody_gave_has_no_alpha_and_says_why():
    row = agreement.by_code(judge("c1 ask.why ann 2"), RESAMPLING).set_index("code_id").loc["joke.pun"]
    assert row[["alpha", "kappa", "low", "high"]].isna().all()
    assert (row["percent"], row["replicates"], row["reason"]) == (1, 0, "nobody gave this code")


def test_a_code_that_everybody_gave_everywhere_has_no_alpha_and_says_why():
    rows = "\n".join(f"{unit} ask.why {coder} 2" for unit in ("p1", "c2", "p2", "p3") for coder in ("ann", "bob"))
    row = agreement.by_code(judge(rows), RESAMPLING).set_index("code_id").loc["ask.why"]
    assert row["reason"] == "everybody gave this code to every unit"
    assert np.isnan(row["alpha"])


def random_judgements(seed, coders=3, units=40, missing=0.2):
    generator = np.random.default_rng(seed)
    given = (generator.random((coders, units, 3)) < 0.4).astype(float)
    given[generator.random((coders, units)) < missing] = np.nan
    enough = (~np.isnan(given[:, :, 0])).sum(axis=0) > 1
    names = [f"s{number}" for number in range(enough.sum())]
    table = coded.frame("screenshots", screenshot_id=names, post_id=names)[["screenshot_id", "post_id"]]
    units_table = table.assign(creator_id=[f"u{number % 7}" for number in range(len(names))])
    codes = coded.codebook().query("level == 'code'").reset_index(drop=True)
    return agreement.Judgements(units_table, [f"c{n}" for n in range(coders)], codes, given[:, enough])


@pytest.mark.parametrize("seed", range(5))
def test_the_alpha_of_each_code_is_that_of_its_zeros_and_ones(seed):
    judged = random_judgements(seed)
    by_code = agreement.by_code(judged, RESAMPLING)
    expected = [agreement.krippendorff_alpha(judged.given[:, :, code], level="nominal") for code in range(3)]
    assert by_code["alpha"].tolist() == pytest.approx(expected, abs=1e-12)


def alpha_of_sets_from_the_definition(judged):
    """Every ordered pair of judgements, within units and among all."""
    units = [
        [frozenset(np.flatnonzero(row).astype(str)) for row in judged.given[:, unit] if not np.isnan(row[0])]
        for unit in range(judged.given.shape[1])
    ]
    every = [given for unit in units for given in unit]
    within = sum(
        sum(agreement.masi_distance(*pair) for pair in permutations(unit, 2)) / (len(unit) - 1) for unit in units
    )
    among = sum(agreement.masi_distance(*pair) for pair in permutations(every, 2))
    return 1 - (len(every) - 1) * within / among


@pytest.mark.parametrize("seed", range(3))
def test_the_alpha_of_sets_is_that_of_its_definition(seed):
    judged = random_judgements(seed)
    found = agreement.of_sets(judged, RESAMPLING)["alpha"].iloc[0]
    assert found == pytest.approx(alpha_of_sets_from_the_definition(judged), abs=1e-12)


def test_with_one_creator_there_is_nothing_to_resample():
    judged = random_judgements(1)
    alone = agreement.Judgements(judged.units.assign(creator_id="u"), judged.coders, judged.codes, judged.given)
    for row in (agreement.of_sets(alone, RESAMPLING).iloc[0], agreement.by_code(alone, RESAMPLING).iloc[0]):
        assert row["low"] == pytest.approx(row["alpha"], abs=1e-12)
        assert row["high"] == pytest.approx(row["alpha"], abs=1e-12)


def test_the_interval_draws_whole_creators():
    judged = random_judgements(2, units=200, missing=0)
    disagreeing = judged.units["creator_id"].isin(["u0", "u1"]).to_numpy()
    given = np.where(disagreeing[None, :, None], judged.given, judged.given[:1])
    clustered = agreement.Judgements(judged.units, judged.coders, judged.codes, given)
    scattered = agreement.Judgements(
        judged.units.assign(creator_id=judged.units["screenshot_id"]), judged.coders, judged.codes, given
    )
    wide, narrow = (agreement.of_sets(each, RESAMPLING).iloc[0] for each in (clustered, scattered))
    assert wide["alpha"] == narrow["alpha"]
    assert wide["high"] - wide["low"] > 1.5 * (narrow["high"] - narrow["low"])


@pytest.mark.parametrize(
    ("cells", "expected"),
    [((75, 5, 5, 15), 0.69), ((4, 1, 6, 89), 0.50), ((10, 0, 5, 85), 0.77)],
    ids=["psychotic", "neurotic", "organic"],
)
def test_kappa_is_that_of_fleiss_levin_and_paik_table_18_3(cells, expected):
    first = np.repeat([1.0, 1, 0, 0], cells)
    second = np.repeat([1.0, 0, 1, 0], cells)
    found = agreement.cohen_kappa(np.array([first, second])[:, :, None])
    assert float(found[0]) == pytest.approx(expected, abs=0.005)


def test_percent_agreement_counts_pairs_of_coders():
    judged = judge("p2 ask.why ann 2", readings={("ann", 2): "s3", ("bob", 2): "s3", ("cy", 2): "s3"})
    by_code = agreement.by_code(judged, RESAMPLING).set_index("code_id")
    assert by_code.loc["ask.why", "percent"] == pytest.approx(1 / 3)


def test_each_disagreement_names_who_gave_the_code_and_who_did_not():
    rows = agreement.disagreements(judge())[["screenshot_id", "code_id", "given_by", "not_given_by"]]
    assert rows.to_numpy().tolist() == [["s1", "ask.how", "ann", "bob"], ["s2", "joke.pun", "bob", "ann"]]


def test_coders_who_agree_everywhere_have_nothing_to_meet_about():
    judged = judge("c1 ask.why ann 2\nc1 ask.why bob 2")
    assert agreement.disagreements(judged).reason == "the coders agree on every unit"


def test_the_lowest_and_the_highest_alpha_leave_out_codes_without_one():
    by_code = agreement.by_code(judge(), RESAMPLING)
    assert agreement.extreme(by_code, "max") == {"name": "Why", "alpha": 1.0}
    assert agreement.extreme(by_code, "min") == {"name": "How", "alpha": 0.0}
    assert agreement.extreme(by_code.assign(alpha=np.nan), "min").reason == "no code has an alpha"


def test_a_thousand_replicates_on_the_articles_size_take_less_than_two_seconds():
    judged = random_judgements(3, coders=2, units=412, missing=0)
    resampling = coding.Resampling(1000, 0.95, 1)
    start = time.perf_counter()
    agreement.of_sets(judged, resampling)
    agreement.by_code(judged, resampling)
    assert time.perf_counter() - start < 2


def test_the_figure_says_why_a_code_has_no_alpha():
    judged = judge("c1 ask.why ann 2")
    figure = draw.by_code(agreement.by_code(judged, RESAMPLING), agreement.of_sets(judged, RESAMPLING))
    assert "nobody gave this code" in [text.get_text() for text in figure.axes[0].texts]


def test_the_figure_leaves_out_an_alpha_of_sets_that_is_not_defined():
    judged = judge("c1 ask.why ann 2")
    overall = agreement.of_sets(judged, RESAMPLING)
    named = [text.get_text() for text in draw.by_code(agreement.by_code(judged, RESAMPLING), overall).axes[0].texts]
    unnamed = draw.by_code(agreement.by_code(judged, RESAMPLING), overall.assign(alpha=np.nan)).axes[0].texts
    assert "sets of codes" in named
    assert "sets of codes" not in [text.get_text() for text in unnamed]
