from pathlib import Path

import pandas as pd
import pytest

from analysis import frame, schema
from analysis.computable import NotComputable
from analysis.figures import frame as draw
from analysis.figures import style
from analysis.study import open_study

PRINTED = [("one", 300, "300", 6000, "6k", "first"), ("two", 100, "100", 1000, "1,000", "added")]


def hashtags(rows: list[tuple[str, int, str, int, str, str]] = PRINTED) -> pd.DataFrame:
    names = ["hashtag", "posts", "posts_printed", "views", "views_printed", "role"]
    texts = pd.DataFrame(rows, columns=names).astype("str").assign(read_on="2025-01-19", section="4")
    return schema.typed(texts, "hashtags")


def posts(*cells: str | None) -> pd.DataFrame:
    return pd.DataFrame({"hashtags": pd.Series(cells, dtype="str")})


def test_hashtags_are_compared_by_share_and_by_views_per_post() -> None:
    compared = frame.compare(hashtags(PRINTED[::-1]))
    assert compared["hashtag"].tolist() == ["one", "two"]
    assert compared["share_of_posts"].tolist() == [0.75, 0.25]
    assert compared["views_per_post"].tolist() == [20, 10]
    assert compared["share_of_views"].tolist() == [pytest.approx(6 / 7), pytest.approx(1 / 7)]


def test_the_published_totals_are_those_of_the_article(project: Path) -> None:
    whole = frame.summary(open_study("liu2025", project).table("hashtags"))
    assert (whole["hashtags"], whole["posts_first"], whole["views_first"]) == (4, 25_400_000, 1_680_000_000)
    assert whole["posts_total"] == 35_000_000
    assert whole["share_first"] == pytest.approx(0.7257, abs=1e-4)


def test_a_number_that_its_print_does_not_stand_for_is_found() -> None:
    assert frame.check_printed(hashtags())["agrees"].tolist() == ["yes"] * 4
    wrong = hashtags([("one", 300, "3k", 6000, "6k", "first")])
    assert frame.check_printed(wrong)["agrees"].tolist() == ["no", "yes"]


def test_a_study_without_hashtag_totals_says_so() -> None:
    absent = frame.recorded(NotComputable("the study has no hashtags"))
    assert absent == NotComputable("nobody recorded hashtag totals for this study")
    for answer in (frame.compare, frame.check_printed, frame.summary, draw.hashtags):
        assert answer(absent) == absent
    assert frame.compare(hashtags().iloc[:0]) == absent
    assert frame.summary(hashtags().iloc[:0]) == absent
    kept = hashtags()
    assert frame.recorded(kept) is kept


def test_a_post_counts_once_under_each_hashtag_however_capitalised() -> None:
    counted = frame.hashtags_in_corpus(posts("Hello hello new", "HELLO", None, "new"), at_least=1)
    assert counted["hashtag"].tolist() == ["hello", "new"]
    assert counted["posts"].tolist() == [2, 2]
    assert counted["share_of_posts"].tolist() == [0.5, 0.5]


def test_a_hashtag_of_few_posts_is_not_shown() -> None:
    counted = frame.hashtags_in_corpus(posts(*["many"] * 5, *["few"] * 4))
    assert counted["hashtag"].tolist() == ["many"]
    few = frame.hashtags_in_corpus(posts(*["few"] * 4))
    assert few == NotComputable("no hashtag stands on 5 posts or more")


def test_a_capture_without_hashtags_says_so() -> None:
    assert frame.hashtags_in_corpus(posts(None, None)) == NotComputable("the capture has no hashtags")
    assert frame.share_with_hashtags(posts(None)) == NotComputable("the capture has no hashtags")
    assert frame.share_with_hashtags(posts("a", None)) == 0.5


def test_the_figure_tells_posts_views_and_views_per_post() -> None:
    figure = draw.hashtags(frame.compare(hashtags()))
    told = [[text.get_text() for text in axes.texts] for axes in figure.axes]
    assert told == [["300", "100"], ["6,000 (20 per post)", "1,000 (10 per post)"]]


def test_a_hashtag_that_looks_like_a_formula_or_holds_a_picture_is_drawn() -> None:
    tags = pd.DataFrame({"hashtag": ["$\\alpha\\foo$", "corner\U0001f9ff"], "posts": [6, 5]})
    assert style.svg(draw.in_corpus(tags), name="f", mark="").startswith("<svg")
