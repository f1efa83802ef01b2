import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import cli, sampling, schema, thresholds
from analysis.computable import NotComputable
from analysis.criteria import Measured, measure_posts
from analysis.errors import StudyError
from analysis.figures import sampling as draw
from analysis.privacy import masked
from analysis.sampling import Drawn, draw_from, draw_sample, explain_post, find_post, measure_study
from analysis.settings import Side
from analysis.sources.mapped import read_mapped
from analysis.study import open_study

SIDES = {"newcomer": Side("arrivals", "en", "English", "Latin"), "host": Side("locals", "zh", "Chinese", "Han")}
ABSENT = NotComputable("the study has no comments")
COUNTED: dict[str, Any] = {"token_unit": "word", "sides": SIDES}
LAX = {
    "side_by": "creators",
    "engagement_by": "search_rank",
    "search_rank_at_most": 1000,
    "likes_top_share": 1.0,
    "newcomer_share_at_least": 0.0,
    "min_comments": 0,
    "min_host_comments": 0,
    "min_creator_replies": 0,
    "posts_wanted": 1000,
    "creators_wanted": 1000,
    "per_creator_at_most": 1000,
    "sample_seed": 1,
    "token_unit": "word",
}


def table(name: str, **columns: list[Any]) -> pd.DataFrame:
    rows = pd.DataFrame({**columns, "source": "test"})
    texts = rows.astype("object").where(rows.notna(), None).map(lambda cell: cell if cell is None else str(cell))
    return schema.typed(texts.reindex(columns=schema.TABLES[name].column_names).astype("str"), name)


def posts(**columns: list[Any]) -> pd.DataFrame:
    count = len(next(iter(columns.values())))
    usual = {
        "post_id": [f"p{place}" for place in range(count)],
        "creator_id": [f"c{place}" for place in range(count)],
        "text": ["plain words"] * count,
        "search_rank": list(range(1, count + 1)),
    }
    return table("posts", **usual | columns)


def drawn(captured: pd.DataFrame, comments: Any = ABSENT, creators: Any = ABSENT, **decisions: Any) -> Drawn:
    return draw_sample(captured, comments, creators, LAX | decisions, SIDES)


def counts(found: Drawn, step: str) -> list[int]:
    told = found.flow.set_index("step").loc[step, ["kept", "dropped", "missing"]]
    return [0 if pd.isna(number) else int(number) for number in told]


def conversation() -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Three posts: c0 answers a host, c1 is only commented on, nobody captured the comments of c2."""
    captured = posts(comments_count=[4, 2, 9])
    comments = table(
        "comments",
        comment_id=["k1", "k2", "k3", "k4", "k5", "k6"],
        post_id=["p0", "p0", "p0", "p0", "p1", "p1"],
        parent_comment_id=[None, "k1", "k2", "k2", None, "k5"],
        author_id=["h1", "c0", "h2", "c0", "h1", "h2"],
        text=["?"] * 6,
    )
    creators = table("creators", creator_id=["c0", "c1", "c2", "h1", "h2"], side=["newcomer"] * 3 + ["host"] * 2)
    return captured, comments, creators


def test_each_criterion_keeps_the_posts_that_meet_it() -> None:
    captured = posts(
        search_rank=[1, 2, 3, 4],
        text=["all words plain", "只有 中文 one", "two words 字", "words"],
        comments_count=[5, 50, 50, 50],
    )
    found = drawn(captured, search_rank_at_most=3, newcomer_share_at_least=0.5, min_comments=20)
    assert counts(found, "engagement") == [3, 1, 0]
    assert counts(found, "language") == [2, 1, 0]
    assert counts(found, "comments") == [1, 1, 0]
    assert found.posts["post_id"].tolist() == ["p2"]


def test_a_cut_off_is_met_by_a_post_that_just_reaches_it() -> None:
    captured = posts(search_rank=[3, 4], text=["one 一", "one 一"], comments_count=[20, 20])
    found = drawn(captured, search_rank_at_most=3, newcomer_share_at_least=0.5, min_comments=20)
    assert found.posts["post_id"].tolist() == ["p0"]


def test_posts_without_a_measure_are_dropped_and_counted_apart() -> None:
    found = drawn(posts(search_rank=[1, None, 9], text=["word", "word", "😊"]), search_rank_at_most=5)
    assert counts(found, "engagement") == [1, 1, 1]
    assert counts(drawn(posts(text=["word", "😊"]), newcomer_share_at_least=0.1), "language") == [1, 0, 1]


@pytest.mark.parametrize(("cut_off", "expected"), [(10, [2, 1, 0]), (20, [1, 1, 1])])
def test_ten_and_more_is_never_taken_for_exactly_ten(cut_off: int, expected: list[int]) -> None:
    captured = posts(comments_count=[10, 9, 70], comments_count_captured=["10+", "9", "70"])
    assert counts(drawn(captured, min_comments=cut_off), "comments") == expected


def test_likes_stand_in_for_search_ranks() -> None:
    captured = posts(likes=[5, 900, 10, 80], likes_captured=["5", "900", "10+", "80"], search_rank=[1, 2, 3, 4])
    found = drawn(captured, engagement_by="likes", likes_top_share=0.5)
    assert found.posts["post_id"].tolist() == ["p1", "p3"]
    assert counts(found, "engagement") == [2, 1, 1]


def test_a_criterion_that_is_not_computable_keeps_every_post_and_says_so() -> None:
    captured = posts(search_rank=[None, None])
    found = drawn(captured, min_host_comments=3, min_creator_replies=1, min_comments=5)
    assert len(found.posts) == 2
    told = found.flow.set_index("step")["computable"]
    assert told["engagement"] == "not computable: the capture has no search ranks"
    assert told["comments"] == "not computable: the capture has no comment counts"
    assert told["host_comments"] == "not computable: the study has no comments"
    assert found.kept_after("creator_replies") == NotComputable("the study has no comments")
    assert found.kept_after("language") == 2
    assert found.not_applied == 4


def test_sides_that_cannot_be_told_apart_make_the_language_not_computable() -> None:
    sides = {"newcomer": SIDES["newcomer"], "host": Side("locals", "es", "Spanish", "Latin")}
    found = draw_sample(posts(likes=[1]), ABSENT, ABSENT, LAX, sides)
    assert "cannot tell their languages apart" in found.kept_after("language").reason


def test_comments_by_hosts_and_replies_to_them_are_counted_under_each_post() -> None:
    captured, comments, creators = conversation()
    measured = measure_posts(captured, comments, creators, token_unit="word", sides=SIDES).posts
    assert measured["host_comments"].tolist()[:2] == [2, 2]
    assert measured["creator_replies"].tolist()[:2] == [1, 0]


def test_comments_that_were_promised_and_not_captured_are_missing_and_not_none() -> None:
    captured, comments, creators = conversation()
    found = drawn(captured, comments, creators, min_host_comments=1)
    assert counts(found, "host_comments") == [2, 0, 1]
    without = captured.assign(comments_count=captured["comments_count"].where(captured["post_id"] != "p2", 0))
    assert counts(drawn(without, comments, creators, min_host_comments=1), "host_comments") == [2, 1, 0]


def test_a_host_is_no_audience_of_the_own_post() -> None:
    captured, comments, creators = conversation()
    own = captured.assign(creator_id=["h1", "c1", "c2"])
    to_itself = comments.iloc[[0]].assign(comment_id="k7", parent_comment_id="k1")
    measured = measure_posts(own, pd.concat([comments, to_itself]), creators, token_unit="word", sides=SIDES).posts
    assert measured["host_comments"][0] == 1
    assert measured["creator_replies"][0] == 0


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda _, comments, creators: (comments.iloc[:0], creators), "the capture has no comments"),
        (
            lambda _, comments, creators: (comments, creators.assign(side=None)),
            "the capture does not tell newcomers from hosts",
        ),
        (lambda _, comments, __: (comments, NotComputable("the study has no creators")), "the study has no creators"),
    ],
    ids=["no comments", "no sides", "no creators"],
)
def test_what_the_exchange_criteria_lack_is_told(change: Any, reason: str) -> None:
    captured, comments, creators = conversation()
    comments, creators = change(captured, comments, creators)
    assert drawn(captured, comments, creators).kept_after("host_comments") == NotComputable(reason)


def test_a_capture_without_replies_cannot_tell_whom_the_creator_answers() -> None:
    captured, comments, creators = conversation()
    found = drawn(captured, comments.assign(parent_comment_id=None), creators)
    assert found.kept_after("creator_replies") == NotComputable("the capture has no replies")
    assert found.kept_after("host_comments") == 3


def test_creators_are_taken_by_their_best_post_and_then_so_many_posts_of_each() -> None:
    captured = posts(search_rank=[1, 2, 3, 4, 5, 6], creator_id=["a", "b", "c", "a", "a", "b"])
    found = drawn(captured, creators_wanted=2, per_creator_at_most=2, posts_wanted=4)
    assert found.posts["post_id"].tolist() == ["p0", "p1", "p3", "p5"]
    assert found.posts["place"].tolist() == [1, 2, 3, 4]
    assert found.reached.startswith("yes, without")
    assert found.creators == 2


def test_no_creator_gives_more_posts_than_allowed() -> None:
    found = drawn(posts(creator_id=["a"] * 3 + ["b"]), per_creator_at_most=2)
    assert found.posts["post_id"].tolist() == ["p0", "p1", "p3"]
    assert counts(found, "per_creator") == [3, 1, 0]


def test_every_creator_comes_once_before_any_comes_twice() -> None:
    captured = posts(search_rank=[1, 2, 3, 4], creator_id=["a", "a", "b", "c"])
    found = drawn(captured, creators_wanted=3, per_creator_at_most=2, posts_wanted=3)
    assert found.posts["post_id"].tolist() == ["p0", "p2", "p3"]


def test_a_size_that_was_reached_names_the_criteria_that_were_not_applied() -> None:
    captured, comments, creators = conversation()
    asked = {"newcomer_share_at_least": 0.1, "min_comments": 1, "min_host_comments": 1, "min_creator_replies": 1}
    worded = captured.assign(text="words")
    silent = drawn(worded, posts_wanted=3, creators_wanted=3, **asked)
    assert silent.reached == "yes, without 2 of the 5 criteria (comments by hosts; the creator's replies to hosts)"
    whole = drawn(worded, comments, creators, posts_wanted=1, creators_wanted=1, **asked)
    assert whole.reached == "yes"
    nothing = drawn(worded, comments, creators, posts_wanted=1, creators_wanted=1, **asked | {"min_creator_replies": 0})
    assert nothing.reached == "yes, without 1 of the 5 criteria (the creator's replies to hosts)"


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({}, "yes"),
        ({"min_comments": 7, "posts_wanted": 9}, "(comments at least 7, posts at most 9)"),
    ],
)
def test_a_size_that_was_reached_by_values_of_the_studys_own_says_that_it_may_be_by_design(
    changed: Any, told: str
) -> None:
    study = open_study()
    found = sampling.Drawn(pd.DataFrame(), pd.DataFrame(), "yes")
    assert told in sampling.tell_reached(found, study, {**study.decisions, **changed})
    short = sampling.Drawn(pd.DataFrame(), pd.DataFrame(), "no: 3 of 9 posts")
    assert sampling.tell_reached(short, study, {**study.decisions, **changed}) == "no: 3 of 9 posts"


def test_a_sample_that_no_choice_could_fill_says_how_much_there_is() -> None:
    captured = posts(search_rank=[1, 2, 3, 4], creator_id=["a", "a", "b", "a"])
    found = drawn(captured, creators_wanted=2, per_creator_at_most=2, posts_wanted=4)
    got, most = found.reached.split("; ")
    assert got == "no: 3 of 4 posts by 2 of 2 creators"
    assert most == "any 2 creators have at most 3 posts that meet the criteria, up to 2 of each"


def test_a_sample_that_lower_creators_would_fill_says_so() -> None:
    captured = posts(search_rank=[1, 2, 3], creator_id=["a", "b", "b"])
    found = drawn(captured, creators_wanted=1, per_creator_at_most=2, posts_wanted=2)
    assert found.reached == "no: 1 of 2 posts by 1 of 1 creators; creators who stand lower have enough posts"


def test_a_capture_that_names_no_creators_is_sampled_by_engagement_alone() -> None:
    found = drawn(posts(creator_id=[None] * 5), posts_wanted=3, creators_wanted=1)
    assert found.posts["post_id"].tolist() == ["p0", "p1", "p2"]
    assert found.creators == NotComputable("the capture names no creators")
    assert found.reached.startswith("no: 3 of 3 posts by 0 of 1 creators")


def test_whose_comments_are_the_creators_is_not_computable_where_nobody_knows_the_creators() -> None:
    captured, comments, creators = conversation()
    found = drawn(captured.assign(creator_id=pd.NA), comments, creators, min_host_comments=1, min_creator_replies=1)
    steps = found.flow.set_index("step").loc[["host_comments", "creator_replies", "creators"], "computable"]
    assert set(steps) == {"not computable: the capture names no creators"}
    assert len(found.posts) == 3


def test_a_choice_that_needs_creators_is_not_computable_even_where_no_post_is_left_to_choose_from() -> None:
    found = drawn(posts(creator_id=[None] * 3, search_rank=[7, 8, 9]), search_rank_at_most=1)
    assert found.flow.set_index("step")["computable"]["creators"] == "not computable: the capture names no creators"


def test_a_post_without_a_creator_is_undecided_where_it_matters_whose_comments_are_the_creators() -> None:
    captured, comments, creators = conversation()
    found = drawn(captured.assign(creator_id=["c0", None, "c2"]), comments, creators, min_creator_replies=1)
    assert counts(found, "creator_replies") == [1, 0, 2]


def test_posts_without_a_creator_are_counted_where_others_have_one() -> None:
    assert counts(drawn(posts(creator_id=["a", None, "b"])), "creators") == [2, 0, 1]


def test_no_post_at_all_gives_an_empty_sample() -> None:
    found = drawn(posts(search_rank=[5, 6]), search_rank_at_most=1)
    assert found.posts.empty
    assert found.reached.startswith("no: 0 of 1000 posts")


def test_equals_are_drawn_by_the_seed() -> None:
    captured = posts(search_rank=[1] * 40)
    first, again, other = (drawn(captured, posts_wanted=5, sample_seed=seed).posts for seed in (1, 1, 2))
    assert first.equals(again)
    assert not first.equals(other)


@settings(max_examples=25, deadline=None)
@given(st.permutations(range(12)), st.integers(0, 9))
def test_the_sample_does_not_depend_on_the_order_of_the_rows(order: list[int], seed: int) -> None:
    captured = posts(search_rank=[1, 1, 1, 2, 2, 3, 4, 4, None, 5, 5, 5], creator_id=list("abcabcabcabc"))
    usual = drawn(captured, posts_wanted=5, creators_wanted=2, sample_seed=seed)
    shuffled = drawn(captured.iloc[order], posts_wanted=5, creators_wanted=2, sample_seed=seed)
    assert shuffled.posts.equals(usual.posts)
    assert shuffled.flow.equals(usual.flow)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 60), st.sampled_from("abcd")), min_size=1, max_size=30))
def test_every_post_of_a_step_is_kept_dropped_or_missing(rows: list[tuple[int, str]]) -> None:
    captured = posts(comments_count=[count for count, _ in rows], creator_id=[creator for _, creator in rows])
    flow = drawn(captured, min_comments=20, per_creator_at_most=2, posts_wanted=4).flow
    before = flow["kept"].shift(fill_value=len(rows))
    assert (flow[["kept", "dropped", "missing"]].sum(axis=1) == before).all()


def test_what_a_criterion_keeps_by_itself_is_counted_in_the_whole_capture() -> None:
    found = drawn(posts(search_rank=[9, 1], comments_count=[50, 1]), search_rank_at_most=5, min_comments=20)
    alone = found.flow.set_index("step")["meets_alone"]
    assert (alone["engagement"], alone["comments"]) == (1, 1)
    assert counts(found, "comments") == [0, 1, 0]


def left_by_others(measured: Measured, decisions: dict[str, Any]) -> Any:
    """What other values of each cut-off leave, as a notebook asks for it."""
    return draw_from(measured, decisions, thresholds.around(measured, decisions)).thresholds


def test_other_cut_offs_leave_as_many_posts_as_a_draw_with_them_would() -> None:
    rng = np.random.default_rng(5)
    captured = posts(search_rank=rng.integers(1, 90, 80).tolist(), comments_count=rng.integers(0, 60, 80).tolist())
    decisions = LAX | {"search_rank_at_most": 50, "min_comments": 20}
    measured = measure_posts(captured, ABSENT, ABSENT, token_unit="word", sides=SIDES)
    tried = left_by_others(measured, decisions)
    assert set(tried["decision"]) == {"search_rank_at_most", "newcomer_share_at_least", "min_comments"}
    for row in tried.iloc[::7].to_dict("records"):
        again = draw_sample(captured, ABSENT, ABSENT, decisions | {row["decision"]: row["cut_off"]}, SIDES)
        assert row["posts"] == counts(again, "creator_replies")[0]
    assert tried.groupby("decision")["chosen"].sum().eq(1).all()


def test_the_figure_of_the_flow_tells_every_number_that_is_left() -> None:
    figure = draw.flow(drawn(posts(search_rank=[1, 2, 9]), search_rank_at_most=5).flow)
    told = [text.get_text() for text in figure.axes[0].texts]
    assert told[:2] == ["3", "2   −1 dropped"]
    assert "2   not computable" in told


def test_the_panels_of_the_thresholds_fit_a_phone_and_name_the_decision() -> None:
    captured, comments, creators = conversation()
    measured = measure_posts(captured.assign(comments_count=[4, 2, 200]), comments, creators, **COUNTED)
    figure = draw.thresholds(left_by_others(measured, LAX | {"min_comments": 3}), 2)
    grid = figure.axes[0].get_gridspec()
    assert (grid.nrows, grid.ncols) == (2, 3)
    panels = {axes.get_title(loc="left").replace("\n", " "): axes for axes in figure.axes[:5]}
    assert list(panels)[2:] == ["comments at least", "host comments at least", "creator's replies at least"]
    assert "3: 2" in [text.get_text() for text in panels["comments at least"].texts]
    ticks = [tick for tick in panels["comments at least"].get_xticks() if tick <= 200]
    assert len(ticks) <= 5


def test_between_two_values_that_were_tried_the_stricter_one_counts() -> None:
    measured = measure_posts(posts(comments_count=[0, 10, 20], search_rank=[1, 5, 9]), ABSENT, ABSENT, **COUNTED)
    figure = draw.thresholds(left_by_others(measured, LAX), 2)
    drawn_as = {axes.get_title(loc="left"): axes.lines[0].get_drawstyle() for axes in figure.axes[:3]}
    assert drawn_as["search place\nat most"] == "steps-post"
    assert drawn_as["comments\nat least"] == "steps-pre"


def test_no_name_of_a_threshold_runs_out_of_its_panel() -> None:
    captured, comments, creators = conversation()
    figure = draw.thresholds(left_by_others(measure_posts(captured, comments, creators, **COUNTED), LAX), 2)
    figure.draw_without_rendering()
    for axes in figure.axes[:5]:
        assert axes._left_title.get_window_extent().x1 <= axes.get_window_extent().x1


def test_the_real_posts_do_not_hold_a_sample_of_120_by_40(shared: Any) -> None:
    columns = {"post_id": "post_id", "creator_id": "user_id", "title": "title", "text": "content"}
    columns |= {"likes": "like_count", "comments_count": "comment_count"}
    captured = read_mapped(shared / "data/tiktokrefugee-posts/posts.csv", "posts", columns, source="test")
    strict = {"newcomer_share_at_least": 0.5, "min_comments": 20, "posts_wanted": 120, "creators_wanted": 40}
    found = drawn(captured, engagement_by="likes", likes_top_share=0.5, per_creator_at_most=3, **strict)
    assert counts(found, "language") == [264, 88, 17]
    assert found.reached.startswith("no: 45 of 120 posts by 40 of 40 creators")


def test_a_step_that_could_not_be_applied_has_no_number_of_dropped_posts() -> None:
    flow = drawn(posts(likes=[1, 2])).flow.set_index("step")
    not_applied = flow[flow["computable"] != "yes"]
    assert len(not_applied)
    assert not_applied[["dropped", "missing"]].isna().all(axis=None)


def explained(post: str, captured: pd.DataFrame, *tables: Any, **decisions: Any) -> pd.DataFrame:
    """What is said of one post, by step."""
    comments, creators = tables or (ABSENT, ABSENT)
    measured = measure_posts(captured, comments, creators, **COUNTED)
    chosen = LAX | decisions
    return explain_post(measured, draw_from(measured, chosen), chosen, post).set_index("step")


def test_each_criterion_says_what_it_found_in_a_post_and_what_it_asked_for() -> None:
    captured = posts(search_rank=[400], text=["two words 字 字"], comments_count=[1234])
    told = explained("p0", captured, search_rank_at_most=300, newcomer_share_at_least=0.5, min_comments=20)
    columns = ["measure", "cut_off", "met", "keeps"]
    assert told.loc["engagement", columns].tolist() == ["400", "at most 300", "not met", "no"]
    assert told.loc["language", columns].tolist() == ["0.5", "at least 0.5", "met", "yes"]
    assert told.loc["comments", columns].tolist() == ["1,234", "at least 20", "met", "yes"]
    assert told.loc["creators", "why"] == "it had left before"
    assert told.loc["sample", ["keeps", "why"]].tolist() == ["no", "left at: place in the search results"]


@pytest.mark.parametrize(
    ("columns", "decisions", "step", "measure", "why"),
    [
        ({"search_rank": [None, 1]}, {}, "engagement", "", "the capture does not tell it of this post"),
        (
            {"comments_count": [10, 1], "comments_count_captured": ["10+", "1"]},
            {"min_comments": 20}, "comments", "10+", "the platform shows only that many and more",
        ),
        ({"creator_id": [None, "a"]}, {}, "creators", "", "the capture does not name its creator"),
    ],
    ids=["no measure", "a lower bound", "no creator"],
)  # fmt: skip
def test_what_cannot_be_told_of_one_post_drops_it_and_says_why(
    columns: Any, decisions: Any, step: str, measure: str, why: str
) -> None:
    told = explained("p0", posts(**columns), **decisions)
    assert told.loc[step, ["measure", "met", "keeps", "why"]].tolist() == [measure, "cannot be told", "no", why]
    assert why in told.loc["sample", "why"]


def test_what_the_whole_capture_lacks_keeps_the_post_and_says_why() -> None:
    told = explained("p0", posts(search_rank=[None], creator_id=[None]), min_host_comments=3)
    assert told.loc["host_comments", ["met", "keeps"]].tolist() == ["cannot be told", "yes"]
    assert told.loc["host_comments", "why"] == "the study has no comments; the criterion keeps every post"
    assert told.loc["creators", "why"] == "the capture names no creators; the criterion keeps every post"
    assert told.loc["sample", "why"] == "place 1 of 1"


@pytest.mark.parametrize(
    ("decisions", "step", "measure", "why"),
    [
        ({"creators_wanted": 1}, "creators", "2", "stands lower than those of the creators taken"),
        ({"per_creator_at_most": 1}, "per_creator", "2", "as many posts of its creator as are allowed stand higher"),
        ({"posts_wanted": 3}, "posts", "4", "the number wanted was reached before it"),
    ],
    ids=["its creator stands lower", "its creator's other posts", "the number wanted"],
)
def test_a_post_that_met_every_criterion_and_was_not_chosen_says_why(
    decisions: Any, step: str, measure: str, why: str
) -> None:
    captured = posts(search_rank=[1, 2, 3, 4], creator_id=["a", "b", "a", "b"])
    told = explained("p3", captured, **decisions)
    assert told.loc[step, ["measure", "met"]].tolist() == [measure, "not met"]
    assert why in told.loc[step, "why"]
    assert told.loc["sample", "why"].startswith("met every criterion; left at: ")


def test_the_place_of_a_post_is_the_same_among_the_criteria_and_in_the_sample() -> None:
    captured = posts(search_rank=[1, 2, 3], creator_id=["a", "a", "b"])
    told = explained("p1", captured, creators_wanted=2, per_creator_at_most=2, posts_wanted=3)
    # It is drawn third, after the best post of each creator, and stands second by its engagement.
    assert told.loc[["posts", "sample"], "measure"].tolist() == ["2", "2"]


def test_of_a_post_that_was_not_chosen_nothing_more_is_asked() -> None:
    captured = posts(search_rank=[1, 2, 3, 4], creator_id=["a", "b", "a", "b"])
    told = explained("p3", captured, creators_wanted=1)
    assert told.loc[["per_creator", "posts"], "met"].tolist() == ["not asked", "not asked"]
    assert set(told.loc[["per_creator", "posts"], "why"]) == {"it had left before"}


def test_a_post_of_the_sample_has_its_place() -> None:
    told = explained("p2", posts(search_rank=[1, 9, 3], creator_id=["a", "b", "c"]), search_rank_at_most=5)
    assert told.loc["sample", ["measure", "keeps", "why"]].tolist() == ["2", "yes", "place 2 of 2"]
    assert set(told["met"].drop("sample")) == {"met", "cannot be told"}


@settings(max_examples=10, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from([None, 1, 2, 3]), st.integers(0, 40), st.sampled_from([None, *"abcd"])),
             min_size=1, max_size=12),
    st.integers(1, 3), st.integers(1, 3), st.integers(1, 8),
)  # fmt: skip
def test_the_explanation_of_every_post_is_what_the_draw_did(
    rows: list[tuple[int | None, int, str | None]], each: int, creators: int, wanted: int
) -> None:
    captured = posts(
        search_rank=[rank for rank, _, _ in rows],
        comments_count=[count for _, count, _ in rows],
        creator_id=[creator for _, _, creator in rows],
    )
    measured = measure_posts(captured, ABSENT, ABSENT, **COUNTED)
    asked = {"search_rank_at_most": 2, "min_comments": 20, "per_creator_at_most": each}
    decisions = LAX | asked | {"creators_wanted": creators, "posts_wanted": wanted}
    found = draw_from(measured, decisions)
    told = {post: explain_post(measured, found, decisions, post) for post in captured["post_id"]}
    chosen = {post for post, answers in told.items() if answers["keeps"].iloc[-1] == "yes"}
    assert chosen == set(found.posts["post_id"])
    left = [next(iter(a["step"][a["keeps"] == "no"])) for post, a in told.items() if post not in chosen]
    lost = found.flow.set_index("step")[["dropped", "missing"]].fillna(0).sum(axis=1)
    assert {step: left.count(step) for step in lost.index} == lost.to_dict()


def test_a_post_is_found_by_its_identifier_or_by_the_masked_one_that_the_book_shows() -> None:
    identifiers = pd.Series(["p10", "p11"])
    assert find_post(identifiers, "p11") == "p11"
    shown = masked(identifiers)[1]
    assert find_post(identifiers, shown) == find_post(identifiers, shown.removeprefix("~")) == "p11"


@pytest.mark.parametrize(
    ("asked", "near"),
    [
        ("6785e350a276837fb0382e0b", " Nearest: '6785e350a276837fb0382e0a'."),
        ("6785e351a276837fb0382e0a", " Nearest: '6785e350a276837fb0382e0a'."),
        ("nothing like it", " Give its identifier as captured"),
    ],
    ids=["a slip at the end", "a slip at the beginning", "no post"],
)
def test_an_unknown_post_is_told_with_the_nearest(asked: str, near: str) -> None:
    identifiers = pd.Series(["6785e350a276837fb0382e0a", "6771aaaabbbbccccddddeeee"])
    with pytest.raises(StudyError, match=f"'{asked}' is no post of the corpus.{near}"):
        find_post(identifiers, asked)


def test_a_beginning_that_only_one_post_has_is_enough_and_another_names_those_that_have_it() -> None:
    identifiers = pd.Series(["p10", "p11", "q2"])
    assert find_post(identifiers, "q") == "q2"
    with pytest.raises(StudyError, match=r"'p1' begins the identifiers of 2 posts: p10, p11. Give more of it."):
        find_post(identifiers, "p1")
    with pytest.raises(StudyError, match="begins the identifiers of 9 posts: x0, x1, x2, x3, x4, …. Give"):
        find_post(pd.Series([f"x{n}" for n in range(9)]), "x")


@pytest.mark.parametrize("asked", ["", "  "])
def test_no_identifier_is_no_post(asked: str) -> None:
    with pytest.raises(StudyError, match="--why: no post was named"):
        find_post(pd.Series(["p1"]), asked)


def test_a_mistyped_masked_identifier_is_compared_with_masked_ones() -> None:
    identifiers = pd.Series(["p10", "p11"])
    shown = masked(identifiers)[0]
    with pytest.raises(StudyError, match=f"Nearest: '{shown}'"):
        find_post(identifiers, shown[:-1] + ("0" if shown[-1] != "0" else "1"))


def test_a_sample_is_drawn_by_the_language_of_accounts_whose_side_nobody_told() -> None:
    captured, comments, _ = conversation()
    spoken = comments.assign(text=pd.Series(["字", "word", "字", "word", "字", "字"], dtype="str"))
    found = drawn(captured, spoken, NotComputable("no creators were imported"), side_by="language", min_host_comments=2)
    assert found.posts["post_id"].tolist() == ["p0", "p1"]
    by_creators = drawn(captured, spoken, NotComputable("no creators were imported"), min_host_comments=2)
    assert by_creators.kept_after("host_comments") == NotComputable("no creators were imported")


@pytest.fixture
def command(project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """Run the command in the compendium; give back its exit status and what it said."""
    monkeypatch.chdir(project)
    monkeypatch.setenv("COLUMNS", "150")

    def run(*words: str) -> tuple[Any, str]:
        monkeypatch.setattr("sys.argv", ["compendium", "sample", *words])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        return ended.value.code, "".join(capsys.readouterr())

    return run


def test_the_command_tells_how_many_posts_each_step_leaves(project: Path, command: Any) -> None:
    status, told = command("-p", "posts_wanted=10")
    assert status == 0
    flow = pd.read_csv(project / "results/liu2025/tables/03-sample-flow.csv").iloc[1:-1]
    assert len(flow) == 7
    for row in flow.to_dict("records"):
        numbers = f"{row['cut_off']:g} │ +{row['kept']} │ +{row['dropped']} │"
        assert re.search(f"{row['criterion']} +│ +{numbers}", told), row
    assert re.search(r"posts of the sample +│ +10 │ +10 │ +110 │", told)
    assert "As many as wanted: no: 10 of 10 posts by 10 of 40 creators" in told


def test_the_command_tells_of_one_post_what_kept_or_dropped_it(project: Path, command: Any) -> None:
    first = pd.read_csv(project / "results/liu2025/tables/03-sample-posts.csv")["post_id"][0]
    assert "In the sample: place 1 of 120." in command("liu2025", "--why", first)[1]
    _, told = command("liu2025", "--why", first, "-p", "min_comments=3000")
    assert re.search(r"comments that the post has +│ at least 3,000 │ [\d,]+ +│ not met", told)
    assert "Not in the sample: left at: comments that the post has." in told


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--why", "p0"], "'p0' is no post of the corpus."),
        (["-p", "min_coments=3"], "compendium sample: there is no parameter 'min_coments'. Nearest: 'min_comments'."),
        (["-p", "orders=3"], "there is no parameter 'orders'."),
        (["-p", "min_comments=-3"], "compendium sample: parameter 'min_comments': found -3; expected a count from 0."),
        (["-p", "side_by=ip"], "compendium sample: parameter 'side_by': found 'ip'; expected creators or language."),
        (["-p", "min_comments"], "'min_comments' is not NAME=VALUE"),
    ],
    ids=["an unknown post", "a slip", "no matter of the sample", "no sense", "no way to tell sides", "no value"],
)
def test_what_the_command_cannot_use_is_told(command: Any, words: list[str], told: str) -> None:
    status, said = command(*words)
    assert status == 1
    assert told in said


def test_a_study_without_imported_posts_is_told_what_to_do(small: Path) -> None:
    settings = small / "data/liu2025/study.yml"
    settings.write_text(settings.read_text(encoding="utf-8").replace("file: posts.csv", "file: corpus/posts.parquet"))
    study = open_study(root=small)
    with pytest.raises(StudyError, match=r"no posts were imported. Import some: compendium import liu2025, then"):
        measure_study(study, study.decisions)


def test_what_captured_posts_say_is_listed_and_what_made_up_ones_say_is_not() -> None:
    found = drawn(posts(search_rank=[2, 1]))
    says = pd.Series({"p0": "A gist of the first.", "p1": "Hola…"})
    assert sampling.list_posts(found, says, "captured").to_dict("list") == {
        "post_id": ["p1", "p0"], "place": [1, 2], "says": ["Hola…", "A gist of the first."]
    }  # fmt: skip
    assert sampling.list_posts(found, says, "stand-in").columns.tolist() == ["post_id", "place"]
