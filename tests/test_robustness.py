import pandas as pd
import pytest

import coded
from analysis import redrawn, robustness
from analysis.computable import NotComputable
from analysis.figures import robustness as draw
from analysis.sampling import draw_sample
from analysis.settings import Side

SIDES = {"newcomer": Side("guests", "en", "English", "Latin"), "host": Side("hosts", "zh", "Chinese", "Han")}
DECISIONS = {
    "side_by": "creators",
    "engagement_by": "search_rank", "search_rank_at_most": 100, "likes_top_share": 0.5, "newcomer_share_at_least": 0.5,
    "token_unit": "word", "min_comments": 5, "min_host_comments": 0, "min_creator_replies": 0, "posts_wanted": 10,
    "creators_wanted": 10, "per_creator_at_most": 2, "sample_seed": 1,
    "robustness": {"min_comments": [5, 15], "newcomer_share_at_least": [0.5, 0.9]},
}  # fmt: skip
ABSENT = NotComputable("the study has no comments")


def posts():
    """Twenty posts by ten creators: more and more comments, every second one in two languages."""
    return coded.frame(
        "posts",
        post_id=[f"p{n:02d}" for n in range(20)],
        creator_id=[f"u{n % 10}" for n in range(20)],
        text=["hello there" if n % 2 else "hello there 你" for n in range(20)],
        comments_count=list(range(1, 21)),
        search_rank=list(range(1, 21)),
    )


def comments():
    """One answered comment under each post; the creator answers under every fourth, another host elsewhere."""
    return coded.frame(
        "comments",
        comment_id=[f"c{n:02d}{kind}" for n in range(20) for kind in "ab"],
        post_id=[f"p{n:02d}" for n in range(20) for _ in "ab"],
        parent_comment_id=[cell for n in range(20) for cell in (None, f"c{n:02d}a")],
        author_id=[cell for n in range(20) for cell in ("h1", "h2" if n % 4 else f"u{n % 10}")],
        text=["hi"] * 40,
    )


def creators():
    return coded.frame(
        "creators", creator_id=["h1", "h2", *(f"u{n}" for n in range(10))], side=["host"] * 2 + ["newcomer"] * 10
    )


@pytest.fixture
def material():
    return redrawn.Material(posts(), comments(), creators(), SIDES)


@pytest.fixture
def combinations(material):
    return redrawn.every_combination(material, DECISIONS)


def test_every_combination_of_the_declared_values_is_computed_once(combinations):
    tried = combinations.table[combinations.choices].to_numpy().tolist()
    assert sorted(tried) == [[5, 0.5], [5, 0.9], [15, 0.5], [15, 0.9]]


@pytest.mark.parametrize("choice", [{}, {"min_comments": 15}, {"newcomer_share_at_least": 0.9, "min_comments": 15}])
def test_a_combination_gives_what_the_sample_drawn_under_it_gives(material, combinations, choice):
    taken = {**DECISIONS, **choice}
    drawn = draw_sample(material.posts, material.comments, material.creators, taken, SIDES)
    row = combinations.table.query("min_comments == @taken['min_comments']")
    row = row[row["newcomer_share_at_least"] == taken["newcomer_share_at_least"]].iloc[0]
    assert row["posts_drawn"] == len(drawn.posts)
    assert row["creators_drawn"] == drawn.posts["creator_id"].nunique()


def test_the_number_that_qualifies_is_taken_before_the_draw(material):
    alone = redrawn.every_combination(material, {**DECISIONS, "per_creator_at_most": 1, "posts_wanted": 3})
    row = alone.table.iloc[0]
    assert (row["posts_that_qualify"], row["posts_drawn"]) == (16, 3)


def test_the_share_of_threads_is_that_of_the_posts_drawn(material):
    strict = {**DECISIONS, "robustness": {"min_comments": [17, 21]}}
    table = redrawn.every_combination(material, strict).table
    # Posts 16 to 19 qualify; the creator answers under post 16 alone.
    assert table["share_with_both_sides"][0] == 0.25
    assert pd.isna(table["share_with_both_sides"][1])
    assert table["posts_drawn"].tolist() == [4, 0]


def test_a_thread_whose_first_comment_was_not_captured_belongs_to_its_answers_post(material):
    cut = material.comments[material.comments["comment_id"] != "c17a"]
    other = redrawn.Material(material.posts, cut, material.creators, SIDES)
    strict = {**DECISIONS, "robustness": {"min_comments": [17, 21]}}
    assert redrawn.every_combination(other, strict).table["share_with_both_sides"][0] == 0.25


def test_only_the_studys_own_combination_is_marked_as_chosen(combinations):
    own = combinations.table[combinations.table["chosen"]]
    assert own[combinations.choices].to_numpy().tolist() == [[5, 0.5]]


def test_without_comments_what_depends_on_them_is_missing_with_its_reason():
    alone = redrawn.Material(posts(), ABSENT, NotComputable("the study has no creators"), SIDES)
    found = redrawn.every_combination(alone, DECISIONS)
    assert found.table["posts_drawn"].notna().all()
    assert robustness.extreme(found, "share_with_both_sides", "min") == ABSENT
    assert robustness.extreme(found, "posts_drawn", "max") == 10
    assert "threads with both sides, share" not in robustness.spread(found)["result"].tolist()
    assert draw.specification_curve(found, "share_with_both_sides") == ABSENT


def test_choices_about_what_the_data_lack_are_left_out_and_named():
    alone = redrawn.Material(posts().assign(search_rank=pd.array([pd.NA] * 20, dtype="Int64")), ABSENT, ABSENT, SIDES)
    tried = {
        "min_comments": [5, 15],
        "min_host_comments": [1, 3],
        "search_rank_at_most": [5, 9],
        "likes_top_share": [0.1, 0.5],
    }
    decisions = {**DECISIONS, "robustness": tried}
    idle = redrawn.choices_without_effect(alone, decisions)
    assert dict(idle.to_numpy().tolist()) == {
        "host comments": "the study has no comments",
        "search place": "the capture has no search ranks",
        "top share by likes": "posts are taken by search rank",
    }
    assert redrawn.every_combination(alone, decisions).choices == ["min_comments"]


def test_choices_that_are_all_idle_leave_nothing_to_compute():
    alone = redrawn.Material(posts(), ABSENT, ABSENT, SIDES)
    found = redrawn.every_combination(alone, {**DECISIONS, "robustness": {"min_host_comments": [1, 2]}})
    assert found == NotComputable("no declared choice has an effect on these data")
    assert robustness.influence(found) == found


def test_the_unit_of_tokens_is_a_choice_like_any_other(material):
    words = coded.frame(
        "posts", post_id=["p1"], creator_id=["u1"], text=["hello 你好吗"], comments_count=[9], search_rank=[1]
    )
    one = redrawn.Material(words, ABSENT, ABSENT, SIDES)
    found = redrawn.every_combination(one, {**DECISIONS, "robustness": {"token_unit": ["word", "character"]}})
    assert found.table["posts_that_qualify"].tolist() == [0, 1]


def test_influence_is_the_range_of_the_means_over_a_choices_values(combinations):
    row = robustness.influence(combinations).iloc[0]
    # 16 and 6 posts have enough comments; half of them are in one language only.
    assert combinations.table["posts_that_qualify"].tolist() == [16, 8, 6, 3]
    assert (row["choice"], row["lowest_at"], row["highest_at"], row["moved"]) == ("comments", "15", "5", 7.5)
    assert row["share_of_range"] == pytest.approx(7.5 / 13)


def test_the_most_moving_choice_stands_first(combinations):
    influences = robustness.influence(combinations)
    assert robustness.most_moving(influences, combinations, "posts_that_qualify") == "comments"


def test_a_result_that_nothing_moves_has_no_most_moving_choice(material):
    found = redrawn.every_combination(material, {**DECISIONS, "robustness": {"min_comments": [0, 1]}})
    influences = robustness.influence(found)
    assert influences["share_of_range"].eq(0).all()
    reason = robustness.most_moving(influences, found, "posts_drawn").reason
    assert reason == "no choice moves it: posts drawn"


def test_one_value_for_every_choice_moves_nothing(material):
    found = redrawn.every_combination(material, {**DECISIONS, "robustness": {"min_comments": [5]}})
    assert robustness.influence(found).reason == "only one value was tried for every choice"


def test_the_spread_shows_the_studys_own_result_between_the_extremes(combinations):
    row = robustness.spread(combinations).set_index("result").loc["posts that meet every criterion"]
    assert row[["as_chosen", "lowest", "median", "highest"]].tolist() == [16, 3, 7, 16]


def test_a_study_whose_own_values_were_not_tried_has_no_own_result(material):
    found = redrawn.every_combination(material, {**DECISIONS, "min_comments": 7})
    assert robustness.as_chosen(found, "posts_drawn") is None


def test_the_curve_shows_every_combination_and_every_value(combinations):
    figure = draw.specification_curve(combinations, "posts_that_qualify")
    heights = figure.axes[0].collections[0].get_offsets()[:, 1].tolist()
    assert heights == [3, 6, 8, 16]
    labels = [label.get_text() for label in figure.axes[1].get_yticklabels()]
    assert labels == [
        "comments at least  5",
        "15",
        "newcomers' language at least  0.5",
        "0.9",
    ]


def test_the_influence_figure_has_a_panel_for_each_result(combinations):
    panels = draw.influence(robustness.influence(combinations)).axes
    assert [axes.get_title(loc="left").replace("\n", " ") for axes in panels] == list(redrawn.RESULTS.values())


def test_how_sides_are_told_is_a_choice_like_any_other(material):
    # By their language all accounts are newcomers, and no thread has both sides.
    tried = {**DECISIONS, "min_comments": 17, "robustness": {"side_by": ["creators", "language"]}}
    table = redrawn.every_combination(material, tried).table.set_index("side_by")
    assert table["share_with_both_sides"].to_dict() == {"creators": 0.25, "language": 0.0}
    assert table["chosen"].to_dict() == {"creators": True, "language": False}


def test_a_criterion_that_one_way_of_telling_sides_can_judge_is_not_idle(material):
    silent = redrawn.Material(material.posts, material.comments, ABSENT, SIDES)
    tried = {**DECISIONS, "robustness": {"side_by": ["creators", "language"], "min_host_comments": [0, 9]}}
    found = redrawn.every_combination(silent, tried)
    assert found.choices == ["side_by", "min_host_comments"]
    assert redrawn.choices_without_effect(silent, tried).empty
    alone = redrawn.Material(material.posts, ABSENT, ABSENT, SIDES)
    idle = redrawn.choices_without_effect(alone, tried)
    assert dict(idle.to_numpy().tolist()) == dict.fromkeys(["sides told by", "host comments"], ABSENT.reason)
