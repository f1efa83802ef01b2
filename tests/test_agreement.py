import time

import numpy as np
import pandas as pd
import pytest

import coded
from analysis import agreement, alpha, coefficients, masi, schema, spans, units
from analysis.coded import Coded
from analysis.computable import NotComputable
from analysis.figures import agreement as draw
from analysis.resampling import Resampling

RESAMPLING = Resampling(replicates=300, confidence=0.95, seed=1)


def judge(codings=coded.CODINGS, readings=None, coding_round=2):
    placed, read, units = coded.placed(codings), coded.read(readings), coded.units_read(readings, codings)
    return agreement.judgements(placed, read, units, coded.codebook(), coding_round)


def test_a_code_that_was_not_given_is_a_judgement_too():
    judged = judge()
    given = judged.given[:, judged.units["unit_id"] == "s1", judged.codes["code_id"] == "ask.how"]
    assert given.tolist() == [[1.0], [0.0]]
    assert judged.units["unit_id"].tolist() == ["s1", "s2", "s3", "s4"]


def test_a_unit_that_one_coder_read_is_left_out():
    judged = judge(readings={("ann", 2): "s1 s2 s3", ("bob", 2): "s3 s4"}, codings="p2 ask.why ann 2")
    assert judged.units["unit_id"].tolist() == ["s3"]


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
    assert agreement.by_code(judged, RESAMPLING, "creators") == NotComputable(reason)
    assert agreement.of_sets(judged, RESAMPLING, "creators") == NotComputable(reason)


def test_a_code_that_nobody_gave_has_no_alpha_and_says_why():
    row = agreement.by_code(judge("c1 ask.why ann 2"), RESAMPLING, "creators").set_index("code_id").loc["joke.pun"]
    assert row[["alpha", "cohen", "scott", "fleiss", "low", "high"]].isna().all()
    assert (row["percent"], row["replicates"], row["reason"]) == (1, 0, "nobody gave this code")


def test_a_code_that_everybody_gave_everywhere_has_no_alpha_and_says_why():
    rows = "\n".join(f"{unit} ask.why {coder} 2" for unit in ("p1", "c2", "p2", "p3") for coder in ("ann", "bob"))
    row = agreement.by_code(judge(rows), RESAMPLING, "creators").set_index("code_id").loc["ask.why"]
    assert row["reason"] == "everybody gave this code to every unit"
    assert np.isnan(row["alpha"])


def alone_on(often, units=40, creators=20):
    """Two coders who agree on a code that both gave to the first few units, and on nothing else."""
    names = [f"s{number:02}" for number in range(units)]
    owners = [f"u{number % creators}" for number in range(units)]
    table = pd.DataFrame({"unit_id": names, "post_id": names, "creator_id": owners})
    given = np.zeros((2, units, 1))
    given[:, :often] = 1
    codes = coded.codebook().query("code_id == 'ask.why'").reset_index(drop=True)
    return agreement.Judgements(table, ["ann", "bob"], codes, given)


@pytest.mark.parametrize(
    ("often", "reason"),
    [
        (1, "no interval: given on fewer than 5 units"), (4, "no interval: given on fewer than 5 units"), (5, None),
        (35, None), (36, "no interval: left out on fewer than 5 units"),
    ],
)  # fmt: skip
def test_a_code_on_a_handful_of_units_has_an_alpha_and_no_interval(often, reason):
    row = agreement.by_code(alone_on(often), RESAMPLING, "units").iloc[0]
    assert row["alpha"] == 1
    assert row[["low", "high"]].isna().all() == (reason is not None)
    assert (None if pd.isna(row["reason"]) else row["reason"]) == reason


def test_a_code_on_many_units_of_few_creators_has_no_interval_by_creators():
    judged = alone_on(8, units=40, creators=40)
    judged.units["creator_id"] = [f"u{max(0, number - 7)}" for number in range(40)]
    row = agreement.by_code(judged, RESAMPLING, "creators").iloc[0]
    assert (row["given_on"], row["alpha"], row["reason"]) == (8, 1, "no interval: on too few creators")
    assert row["replicates"] < RESAMPLING.confidence
    assert pd.isna(agreement.by_code(judged, RESAMPLING, "units").iloc[0]["reason"])


def random_judgements(seed, coders=3, units=40, missing=0.2):
    generator = np.random.default_rng(seed)
    given = (generator.random((coders, units, 3)) < 0.4).astype(float)
    given[generator.random((coders, units)) < missing] = np.nan
    enough = (~np.isnan(given[:, :, 0])).sum(axis=0) > 1
    names = [f"s{number}" for number in range(enough.sum())]
    owners = [f"u{number % 7}" for number in range(len(names))]
    units_table = pd.DataFrame({"unit_id": names, "post_id": names, "creator_id": owners})
    codes = coded.codebook().query("level == 'code'").reset_index(drop=True)
    return agreement.Judgements(units_table, [f"c{n}" for n in range(coders)], codes, given[:, enough])


@pytest.mark.parametrize("seed", range(5))
def test_the_alpha_of_each_code_is_that_of_its_zeros_and_ones(seed):
    judged = random_judgements(seed)
    by_code = agreement.by_code(judged, RESAMPLING, "creators")
    expected = [alpha.krippendorff_alpha(judged.given[:, :, code], level="nominal") for code in range(3)]
    assert by_code["alpha"].tolist() == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("seed", range(3))
def test_the_alpha_of_sets_is_masi_alpha(seed):
    judged = random_judgements(seed)
    found = agreement.of_sets(judged, RESAMPLING, "creators")["alpha"].iloc[0]
    assert found == pytest.approx(masi.masi_alpha(judged.given), abs=1e-12)


def test_with_one_creator_there_is_nothing_to_resample():
    judged = random_judgements(1)
    alone = agreement.Judgements(judged.units.assign(creator_id="u"), judged.coders, judged.codes, judged.given)
    for compute in (agreement.of_sets, agreement.by_code):
        row = compute(alone, RESAMPLING, "creators").iloc[0]
        assert row["low"] == pytest.approx(row["alpha"], abs=1e-12)
        assert row["high"] == pytest.approx(row["alpha"], abs=1e-12)


def test_units_of_one_creator_can_be_drawn_one_by_one():
    judged = random_judgements(1)
    alone = agreement.Judgements(judged.units.assign(creator_id="u"), judged.coders, judged.codes, judged.given)
    for compute in (agreement.of_sets, agreement.by_code):
        row = compute(alone, RESAMPLING, "units").iloc[0]
        assert row["low"] < row["alpha"] < row["high"]


def test_a_method_that_does_not_exist_is_refused():
    for compute in (agreement.of_sets, agreement.by_code):
        with pytest.raises(ValueError, match="intervals_by: found 'creator'; expected creators, units, pairs."):
            compute(random_judgements(1), RESAMPLING, "creator")


def test_the_interval_draws_whole_creators():
    judged = random_judgements(2, units=200, missing=0)
    disagreeing = judged.units["creator_id"].isin(["u0", "u1"]).to_numpy()
    given = np.where(disagreeing[None, :, None], judged.given, judged.given[:1])
    clustered = agreement.Judgements(judged.units, judged.coders, judged.codes, given)
    scattered = agreement.Judgements(
        judged.units.assign(creator_id=judged.units["unit_id"]), judged.coders, judged.codes, given
    )
    wide, narrow = (agreement.of_sets(each, RESAMPLING, "creators").iloc[0] for each in (clustered, scattered))
    assert wide["alpha"] == narrow["alpha"]
    assert wide["high"] - wide["low"] > 1.5 * (narrow["high"] - narrow["low"])


def test_percent_agreement_counts_pairs_of_coders():
    judged = judge("p2 ask.why ann 2", readings={("ann", 2): "s3", ("bob", 2): "s3", ("cy", 2): "s3"})
    by_code = agreement.by_code(judged, RESAMPLING, "creators").set_index("code_id")
    assert by_code.loc["ask.why", "percent"] == pytest.approx(1 / 3)


def test_each_disagreement_names_who_gave_the_code_and_who_did_not():
    rows = agreement.disagreements(judge())[["unit_id", "code_id", "given_by", "not_given_by"]]
    assert rows.to_numpy().tolist() == [["s1", "ask.how", "ann", "bob"], ["s2", "joke.pun", "bob", "ann"]]


def test_coders_who_agree_everywhere_have_nothing_to_meet_about():
    judged = judge("c1 ask.why ann 2\nc1 ask.why bob 2")
    assert agreement.disagreements(judged).reason == "the coders agree on every unit"


def test_the_lowest_and_the_highest_alpha_leave_out_codes_without_one():
    by_code = agreement.by_code(judge(), RESAMPLING, "creators")
    assert agreement.extreme(by_code, "max") == {"name": "Why", "alpha": 1.0}
    assert agreement.extreme(by_code, "min") == {"name": "How", "alpha": 0.0}
    assert agreement.extreme(by_code.assign(alpha=np.nan), "min").reason == "no code has an alpha"


def test_a_thousand_replicates_on_the_articles_size_take_less_than_two_seconds():
    judged = random_judgements(3, coders=2, units=412, missing=0)
    resampling = Resampling(1000, 0.95, 1)
    start = time.perf_counter()
    agreement.of_sets(judged, resampling, "creators")
    agreement.by_code(judged, resampling, "creators")
    assert time.perf_counter() - start < 2


def test_the_figure_says_why_a_code_has_no_alpha():
    judged = judge("c1 ask.why ann 2")
    by_code, overall = (compute(judged, RESAMPLING, "creators") for compute in (agreement.by_code, agreement.of_sets))
    assert "nobody gave this code" in [text.get_text() for text in draw.by_code(by_code, overall).axes[0].texts]


def test_the_figure_leaves_out_an_alpha_of_sets_that_is_not_defined():
    judged = judge("c1 ask.why ann 2")
    by_code, overall = (compute(judged, RESAMPLING, "creators") for compute in (agreement.by_code, agreement.of_sets))
    named = [text.get_text() for text in draw.by_code(by_code, overall).axes[0].texts]
    unnamed = draw.by_code(by_code, overall.assign(alpha=np.nan)).axes[0].texts
    assert "sets of codes" in named
    assert "sets of codes" not in [text.get_text() for text in unnamed]


@pytest.mark.parametrize("by", ["creators", "units", "pairs"])
def test_the_interval_is_that_of_the_method_that_was_asked_for(by):
    judged = random_judgements(4, units=60)
    beside = agreement.intervals(judged, RESAMPLING).set_index("intervals_by").loc[by]
    overall = agreement.of_sets(judged, RESAMPLING, by).iloc[0]
    assert (overall["low"], overall["high"]) == (beside["low"], beside["high"])
    assert beside["width"] == pytest.approx(beside["high"] - beside["low"])
    assert beside["low"] < beside["alpha"] < beside["high"]


def test_the_methods_say_how_many_things_they_draw():
    judged = random_judgements(4, coders=3, units=60, missing=0)
    assert agreement.intervals(judged, RESAMPLING)["drawn"].tolist() == [7, 60, 180]
    drawn = draw.intervals(agreement.intervals(judged, RESAMPLING))
    assert [label.get_text() for label in drawn.axes[0].get_yticklabels()] == [
        "7 creators drawn", "60 units drawn", "180 pairs drawn",
    ]  # fmt: skip


def test_coders_who_always_give_the_same_set_have_no_interval():
    judged = random_judgements(1, units=5, missing=0)
    same = agreement.Judgements(judged.units, judged.coders, judged.codes, np.zeros_like(judged.given))
    assert agreement.intervals(same, RESAMPLING).reason == "every coder gave the same set of codes to every unit"
    overall = agreement.of_sets(same, RESAMPLING, "creators").iloc[0]
    assert overall[["alpha", "low", "high"]].isna().all()


@pytest.mark.parametrize("by", ["units", "pairs"])
def test_each_codes_interval_is_that_of_its_zeros_and_ones(by):
    judged = random_judgements(6, units=80)
    table = agreement.by_code(judged, Resampling(1500, 0.95, 2), by)
    for code in range(3):
        parts = alpha.of_ratings(judged.given[:, :, code], "nominal")
        low, high = Resampling(1500, 0.95, 3).interval(parts.replicates(Resampling(1500, 0.95, 3), by, judged.creators))
        assert table.loc[code, ["low", "high"]].tolist() == pytest.approx([low, high], abs=0.04)


def test_every_coefficient_stands_beside_alpha():
    judged = random_judgements(5, coders=2, missing=0)
    table = agreement.by_code(judged, RESAMPLING, "creators")
    for code in range(3):
        for name, compute in coefficients.COEFFICIENTS.items():
            column = "gwet_ac1" if name == "gwet" else name
            expected = compute(judged.given[:, :, code], values=[0, 1], weights="identity")
            assert table[column][code] == pytest.approx(expected, abs=1e-12), name


def test_the_number_of_codes_is_compared_at_each_level():
    judged = random_judgements(7)
    table = agreement.how_many(judged).set_index("level")
    numbers = np.where(np.isnan(judged.given[:, :, 0]), np.nan, judged.given.sum(axis=2))
    for level in alpha.LEVELS:
        assert table["alpha"][level] == alpha.krippendorff_alpha(numbers, level=level)
    expected = coefficients.gwet(numbers, values=[0, 1, 2, 3], weights="quadratic")
    assert table["gwet"]["interval"] == expected
    assert table["reason"].isna().all()


def test_where_nobody_gave_a_code_their_number_has_no_alpha_and_says_why():
    judged = random_judgements(1, units=5, missing=0)
    none = agreement.Judgements(judged.units, judged.coders, judged.codes, np.zeros_like(judged.given))
    table = agreement.how_many(none)
    assert table["alpha"].isna().all()
    assert table["reason"].tolist() == ["only one value could be given"] * 4


def given(rows, readings=None, **more):
    """What `coded_of` gathers, from a few rows; `more` are columns of the codings."""
    placed = coded.placed(rows).assign(**more)
    return Coded(placed, coded.readings(readings), coded.corpus(), units.SCREENSHOT, schema.empty("history"))


@pytest.mark.parametrize("coding_round", [1, 2])
def test_what_was_judged_on_spans_lacks_what_it_lacks_on_units(coding_round):
    alone = given(f"c1 ask.why ann {coding_round}", {("ann", coding_round): "s1 s2"})
    judged = {each: agreement.judged_by(alone, coded.codebook(), each, 2) for each in spans.SAME_SPAN}
    reason = NotComputable("one coder only: agreement needs two")
    assert set(judged.values()) == {reason}
    assert agreement.by_span(judged, RESAMPLING, "creators") == reason


def test_by_span_a_kind_of_item_without_any_says_why():
    both = {("ann", 2): "s1 s2", ("bob", 2): "s1 s2"}
    judged = {"unit": judge("c1 ask.why ann 2", both), "exact": NotComputable("no span")}
    table = agreement.by_span(judged, RESAMPLING, "creators").set_index("same_span")
    assert table["items"].astype("object").tolist()[0] == 2
    assert table.loc["exact", ["items", "alpha"]].isna().all()
    assert table["reason"].astype("object")["exact"] == "no span"


def test_a_disagreement_on_a_span_names_the_span():
    start, end = pd.array([3, 5], "Int64"), pd.array([9, 12], "Int64")
    marked = given("c1 ask.why ann 2\nc1 ask.how bob 2", start=start, end=end)
    on_spans = agreement.judged_by(marked, coded.codebook(), "overlapping", 2)
    found = agreement.disagreements(on_spans)[["unit_id", "passage", "code_id", "given_by"]].to_numpy().tolist()
    assert found == [["c1[3:12]", "3:12", "ask.why", "ann"], ["c1[3:12]", "3:12", "ask.how", "bob"]]
    assert "passage" not in agreement.disagreements(judge())


def test_a_passage_in_a_comment_is_not_said_to_be_passed_over_by_who_read_the_post_alone():
    corpus, rows = coded.corpus(), "c1 ask.why ann 2\np1 ask.how ann 2"
    placed = units.placed(coded.codings(rows), corpus, units.POST).assign(
        start=pd.array([0, 0], "Int64"), end=pd.array([5, 5], "Int64")
    )
    for of_bob, expected in (("p1", [["p1", "bob"]]), ("p1 c1", [["c1", "bob"], ["p1", "bob"]])):
        readings = coded.readings({("ann", 2): "p1 c1", ("bob", 2): of_bob})
        marked = Coded(placed, readings, corpus, units.POST, schema.empty("history"))
        found = agreement.disagreements(agreement.judged_by(marked, coded.codebook(), "exact", 2))
        texts = found["unit_id"].str.split("[").str[0]
        assert found.assign(text=texts)[["text", "not_given_by"]].to_numpy().tolist() == expected


def test_beside_the_alpha_of_sets_stand_the_units_with_one_set_and_the_decisions_alike():
    judged = judge()
    whole = agreement.of_sets(judged, RESAMPLING, "creators").iloc[0]
    # The coders differ on s1 and on s2, each by one code.
    assert (whole["units"], whole["same_set"]) == (4, 0.5)
    assert whole["percent"] == pytest.approx(1 - 2 / (4 * len(judged.codes)))


def test_three_coders_of_whom_one_differs_agree_in_one_pair_of_three():
    judged = judge("p2 ask.why ann 2", readings={("ann", 2): "s3", ("bob", 2): "s3", ("cy", 2): "s3"})
    whole = agreement.of_sets(judged, RESAMPLING, "creators").iloc[0]
    assert whole["percent"] == pytest.approx(1 - 2 / 3 / len(judged.codes))
