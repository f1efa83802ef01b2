from dataclasses import replace

import pandas as pd
import pytest

import coded as making
from analysis import recounted, robustness, units
from analysis.agreement import judged_by, of_sets
from analysis.coded import Coded
from analysis.computable import NotComputable
from analysis.figures import robustness as draw
from analysis.history import history_of
from analysis.resampling import Resampling

DECISIONS = {
    "coding_unit": "screenshot", "same_span": "unit", "agreement_round": 2, "base_items": 1, "run_items": 1,
    "new_information_at_most": 0.0,
    "robustness": {"coding_unit": ["screenshot", "post", "text"], "same_span": ["unit", "exact"], "run_items": [1, 2]},
}  # fmt: skip
NOBODY = NotComputable("the study has no codings")


def gathered(rows: str = making.CODINGS, orders: dict | None = None, of=None) -> Coded:
    """Codings and readings on screenshots, as the study's own unit."""
    of = of or making.corpus()
    given = making.placed(rows, of)
    return Coded(given, making.readings(orders), of, "screenshot", history_of(NotComputable("no history")))


def recount(coded: Coded | None = None, **decided: object) -> recounted.Found:
    return recounted.recount(coded or gathered(), making.codebook(), {**DECISIONS, **decided})


def rows(found: recounted.Found) -> pd.DataFrame:
    return recounted.every_combination(found).table


def test_every_combination_of_the_choices_about_codings_stands_once():
    table = rows(recount())
    assert len(table) == 3 * 2 * 2
    assert not table.duplicated(["coding_unit", "same_span", "run_items"]).any()
    assert table.loc[table["chosen"], ["coding_unit", "same_span", "run_items"]].to_numpy().tolist() == [
        ["screenshot", "unit", 1]
    ]


def test_a_choice_about_the_sample_is_none_about_the_codings():
    tried = {**DECISIONS["robustness"], "min_comments": [1, 2]}
    assert "min_comments" not in rows(recount(robustness=tried)).columns


def test_each_result_is_computed_once_for_each_combination_of_its_own_choices():
    found = recount()
    sizes = {name: len(values) for name, values in found.results.items()}
    assert sizes == {
        "codes_used": 3, "coverage": 3, "posts_to_stop": 6, "alpha": 6, "lead": 3, "first_pattern": 3,
        "second_pattern": 3,
    }  # fmt: skip


@pytest.mark.parametrize("same_span", ["unit", "exact", "overlapping"])
def test_alpha_is_that_of_the_notebook_on_agreement(same_span):
    coded = gathered()
    expected = of_sets(judged_by(coded, making.codebook(), same_span, 2), Resampling(10, 0.95, 1), "units")
    table = rows(recount(robustness={"same_span": ["unit", "exact", "overlapping"]}))
    assert table.set_index("same_span")["alpha"][same_span] == pytest.approx(expected["alpha"][0])


def test_codes_and_patterns_are_counted_on_each_unit():
    table = rows(recount()).drop_duplicates("coding_unit").set_index("coding_unit")
    # By the standing codings: why and how on p1, a pun there, why on p2.
    assert table["codes_used"].to_dict() == {"screenshot": 3, "post": 3, "text": 3}
    assert set(table["first_pattern"]) == {"Learn"}
    # Learn and play stand on two and one of four screenshots, two and one of three posts, three and one of six texts.
    assert table["lead"].round(4).to_dict() == pytest.approx({"screenshot": 0.25, "post": 0.3333, "text": 0.3333})


def test_the_posts_to_stop_are_those_before_the_run_and_the_run():
    table = rows(recount()).query("coding_unit == 'screenshot'").drop_duplicates("run_items").set_index("run_items")
    # Bob read s4, s3, s2, s1 and Ann as many: the first by name counts. p1 brings why and how, p2 nothing, p3 nothing.
    assert table["posts_to_stop"].to_dict() == {1: 2, 2: 3}


def test_a_run_that_never_comes_leaves_its_combinations_without_a_value():
    found = recount(robustness={"run_items": [1, 9]})
    assert rows(found).set_index("run_items")["posts_to_stop"].isna().to_dict() == {1: False, 9: True}
    assert len(recounted.every_combination(found).distinct("posts_to_stop")) == 1


def test_one_coder_has_no_agreement_and_all_else():
    alone = gathered("c1 ask.why ann 1\nc2 joke.pun ann 1", {("ann", 1): "s1 s2 s3 s4"})
    found = recount(alone, robustness={"same_span": ["unit", "exact"], "run_items": [1, 2]})
    combinations = recounted.every_combination(found)
    told = "one coder only: agreement needs two"
    assert robustness.extreme(combinations, "alpha", "min").reason == told
    assert robustness.missing(combinations).to_numpy().tolist() == [["alpha over sets of codes", told]]
    assert recounted.choices_without_effect(found).to_numpy().tolist() == [["taken as the same span", told]]
    assert combinations.choices == ["run_items"]
    assert "alpha over sets of codes" not in robustness.spread(combinations)["result"].tolist()
    assert draw.specification_curve(combinations, "alpha").reason == told


def test_without_codings_nothing_is_counted_and_every_choice_says_why():
    nothing = Coded(
        NOBODY, NotComputable("the study has no readings"), making.corpus(), "screenshot", history_of(NOBODY)
    )
    found = recount(nothing)
    assert recounted.every_combination(found) == NOBODY
    assert recounted.leaders(recounted.every_combination(found)) == NOBODY
    idle = recounted.choices_without_effect(found)
    idle_choices = [
        "unit that codings are counted on",
        "taken as the same span",
        "posts in each run of the saturation rule",
    ]
    assert idle["choice"].tolist() == idle_choices
    assert found.unfit == {}


def test_without_a_codebook_nothing_is_counted():
    absent = NotComputable("the study has no codebook")
    assert recounted.every_combination(recounted.recount(gathered(), absent, DECISIONS)) == absent


def test_a_unit_that_does_not_hold_what_was_coded_is_not_tried_and_is_named():
    of = making.corpus({"s1": ("p1", "p1 c1"), "s2": ("p2", "p2")})
    bare = replace(of, screenshots=of.screenshots.head(0))
    given = making.codings("c1 ask.why ann 1\np2 ask.how ann 1")
    on_posts = Coded(
        units.placed(given, bare, "post"), making.readings({("ann", 1): "p1 p2"}), bare, "post",
        history_of(NotComputable("no history")),
    )  # fmt: skip
    found = recount(on_posts, coding_unit="post")
    told = recounted.choices_without_effect(found).set_index("choice")["reason"]
    assert "no screenshots" in told["unit that codings are counted on: screenshot"]
    assert set(rows(found)["coding_unit"]) == {"post", "text"}


def test_a_unit_that_holds_only_some_of_what_was_coded_is_named_with_the_others():
    shown = {"s1": ("p1", "p1 c1"), "s2": ("p2", "p2")}
    of = making.corpus({**shown, "s3": ("p3", "p3")})
    part = replace(of, screenshots=of.screenshots.head(2))
    given = making.codings("c1 ask.why ann 1\np3 ask.how ann 1")
    read = making.readings({("ann", 1): "p1 p3"})
    on_posts = Coded(units.placed(given, part, "post"), read, part, "post", history_of(NotComputable("none")))
    found = recount(on_posts, coding_unit="post")
    assert found.unfit["screenshot"].startswith("codings: no screenshot shows 'p3'")


def test_a_choice_that_a_result_does_not_hang_on_has_no_row_for_it():
    influences = robustness.influence(recounted.every_combination(recount()))
    of_alpha = influences[influences["result"] == "alpha over sets of codes"]
    assert set(of_alpha["choice"]) == {"unit that codings are counted on", "taken as the same span"}


def test_only_combinations_that_can_differ_are_counted_for_a_result():
    spread = robustness.spread(recounted.every_combination(recount())).set_index("result")["combinations"]
    assert spread["alpha over sets of codes"] == 6
    assert spread["codes that stand"] == 3


def test_patterns_that_stand_on_as_many_units_share_their_place():
    level = gathered("c1 ask.why ann 1\nc2 joke.pun ann 1", {("ann", 1): "s1 s2 s3 s4"})
    combinations = recounted.every_combination(recount(level, robustness={"run_items": [1, 2]}))
    assert recounted.leaders(combinations).to_numpy().tolist() == [["Learn and Play", 1.0, 0.0]]
    assert combinations.table["second_pattern"].isna().all()
    assert recounted.leads(combinations) == 1


def test_how_often_the_leading_pattern_leads_is_a_share_of_the_combinations():
    # On the texts two puns outnumber one question; on the posts each pattern has one.
    rows_of = "c1 ask.why ann 1\nc2 joke.pun ann 1\np1 joke.pun ann 1"
    several = gathered(rows_of, {("ann", 1): "s1 s2 s3 s4"})
    combinations = recounted.every_combination(recount(several, robustness={"coding_unit": ["screenshot", "text"]}))
    assert combinations.table["first_pattern"].tolist() == ["Play", "Play"]
    combinations = recounted.every_combination(recount(several, robustness={"coding_unit": ["screenshot", "post"]}))
    assert combinations.table["first_pattern"].tolist() == ["Play", "Learn and Play"]
    assert recounted.leads(combinations) == 0.5


def test_a_study_whose_own_choice_is_not_tried_leads_nowhere():
    combinations = recounted.every_combination(recount(robustness={"run_items": [2, 3]}))
    assert recounted.leads(combinations).reason == "the study's own choices are not among those tried"


def test_no_declared_choice_leaves_nothing_to_vary():
    found = recount(robustness={"min_comments": [1, 2]})
    assert recounted.every_combination(found).reason == "no declared choice has an effect on what is counted"


def test_a_choice_on_which_no_result_hangs_is_named():
    found = recount(robustness={"run_items": [1, 2], "confidence": [0.9, 0.95], "min_comments": [1, 2]})
    idle = recounted.choices_without_effect(found).to_numpy().tolist()
    assert idle == [["confidence of intervals", "no result here depends on it"]]


def test_the_curve_shows_only_what_a_result_hangs_on():
    figure = draw.specification_curve(recounted.every_combination(recount()), "alpha")
    labels = [label.get_text() for label in figure.axes[1].get_yticklabels()]
    assert labels == [
        "unit that codings are counted on  post",
        "screenshot",
        "text",
        "taken as the same span  exact",
        "unit",
    ]
    assert figure.axes[1].get_xlabel() == "6 combinations, lowest result first"
