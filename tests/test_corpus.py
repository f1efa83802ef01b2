from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from analysis import corpus, schema
from analysis.computable import NotComputable
from analysis.figures import corpus as draw
from analysis.in_files import STAY
from analysis.settings import Side
from analysis.sources.mapped import read_mapped

SIDES = {"newcomer": Side("arrivals", "en", "English", "Latin"), "host": Side("locals", "zh", "Chinese", "Han")}


def table(name: str, rows: list[dict[str, Any]]) -> pd.DataFrame:
    texts = pd.DataFrame([{**row, "source": "test"} for row in rows]).reindex(columns=schema.TABLES[name].column_names)
    return schema.typed(texts.astype("object").where(texts.notna(), None).astype("str"), name)


def posts(*rows: dict[str, Any]) -> pd.DataFrame:
    return table("posts", [{"post_id": f"p{place}", **row} for place, row in enumerate(rows)])


def test_the_richest_record_of_a_post_is_kept_and_not_the_last() -> None:
    seen = posts(
        {"post_id": "a", "title": "Hi", "text": "words", "likes": 5},
        {"post_id": "a", "title": "Hi", "likes": 6},
        {"post_id": "b", "text": "short"},
        {"post_id": "b", "text": "longer text"},
    )
    tidied = corpus.tidy(seen, SIDES)
    assert tidied.rows["text"].tolist() == ["words", "longer text"]
    assert tidied.drops.to_dict("records") == [{"table": "posts", "reason": "captured more than once", "rows": 2}]


def test_tidying_does_not_depend_on_the_order_of_the_rows_and_happens_once() -> None:
    seen = posts({"post_id": "b", "text": "one"}, {"post_id": "a"}, {"post_id": "b", "text": "two"})
    tidied = corpus.tidy(seen, SIDES).rows
    assert corpus.tidy(seen.iloc[::-1], SIDES).rows.equals(tidied)
    assert corpus.tidy(tidied, SIDES).rows.equals(tidied)


def test_what_is_there_once_is_kept_as_it_is_and_sorted() -> None:
    seen = posts({"post_id": "b", "likes": 1}, {"post_id": "a", "text": "words"})
    assert corpus.richest(seen, "post_id").equals(seen.iloc[::-1].reset_index(drop=True))


def test_what_is_captured_but_unreadable_is_no_approximate_count() -> None:
    counted = posts({"likes": 17_000, "likes_captured": "1.7万"}, {"likes_captured": "赞"}, {"likes": 3})
    assert corpus.approximate_counts(counted) == 1
    assert corpus.engagement(counted)["approximate"].tolist() == [1]


def test_a_missing_language_is_filled_in_and_a_given_one_is_kept() -> None:
    tidied = corpus.tidy(posts({"text": "Hello"}, {"text": "Hola", "language": "other"}, {"title": "你好"}), SIDES)
    assert tidied.rows["language"].tolist() == ["en", "other", "zh"]


def test_languages_stay_missing_where_scripts_cannot_tell_them() -> None:
    alike = {"newcomer": SIDES["newcomer"], "host": Side("locals", "es", "Spanish", "Latin")}
    tidied = corpus.tidy(posts({"text": "Hello"}), alike).rows
    assert tidied["language"].isna().all()
    assert corpus.languages(tidied, alike, "posts") == NotComputable("the languages of the posts are not known")


def test_every_comment_that_is_dropped_is_counted_with_its_reason() -> None:
    captured = table(
        "comments",
        [
            {"comment_id": "1", "post_id": "p0", "text": "Hi"},
            {"comment_id": "1", "post_id": "p0", "text": "Hi"},
            {"comment_id": "2", "post_id": "p0"},
            {"comment_id": "3", "post_id": "elsewhere", "text": "Hi"},
        ],
    )
    tidied = corpus.tidy_comments(captured, posts({}), SIDES)
    assert tidied.rows["comment_id"].tolist() == ["1"]
    assert tidied.rows["language"].tolist() == ["en"]
    assert tidied.drops["rows"].tolist() == [1, 1, 1]
    assert len(captured) == len(tidied.rows) + tidied.drops["rows"].sum()


def test_an_absent_table_is_passed_on_and_an_empty_one_is_told() -> None:
    absent = NotComputable("the study has no comments")
    assert corpus.tidy_comments(absent, posts({}), SIDES).rows == absent
    empty = corpus.tidy_comments(schema.empty("comments"), posts({}), SIDES)
    assert empty == NotComputable("the capture has no comments")
    assert corpus.tidy(schema.empty("posts"), SIDES) == NotComputable("the capture has no posts")


def test_days_without_posts_are_counted_as_such() -> None:
    days = corpus.per_day(
        posts(
            {"published_at": "2025-01-13T23:59:59Z"},
            {"published_at": "2025-01-16T00:00:00Z"},
            {"published_at": "2025-01-16T12:00:00Z"},
            {},
        )
    )
    assert days["day"].tolist() == ["2025-01-13", "2025-01-14", "2025-01-15", "2025-01-16"]
    assert days["posts"].tolist() == [1, 0, 0, 2]


def test_the_first_and_the_last_day_are_told() -> None:
    seen = posts({"published_at": "2025-01-16T00:00:00Z"}, {"published_at": "2025-01-13T23:59:59Z"})
    assert corpus.first_and_last(corpus.per_day(seen)) == ("2025-01-13", "2025-01-16")
    assert corpus.first_and_last(corpus.per_day(posts({})))[0] == NotComputable(
        "the capture has no times of publication"
    )


def test_shares_of_languages_are_of_the_rows_that_have_words() -> None:
    tidied = corpus.tidy(posts({"text": "a"}, {"text": "b"}, {"text": "字"}, {"text": "a 字"}, {"text": "😊"}), SIDES)
    counted = corpus.languages(tidied.rows, SIDES, "posts")
    assert dict(zip(counted["language"], counted["rows"], strict=True)) == {
        "en": 2,
        "zh": 1,
        "mixed": 1,
        "other": 0,
        "none": 1,
    }
    assert corpus.share_of_language(counted, "en") == 0.5
    assert counted["share"].sum() == 1


def test_without_words_there_are_no_shares() -> None:
    counted = corpus.languages(corpus.tidy(posts({"text": "😊"}), SIDES).rows, SIDES, "posts")
    assert corpus.share_of_language(counted, "en") == NotComputable("no row has words")


def test_engagement_is_described_by_quantiles_and_by_what_is_approximate() -> None:
    shown = ["1", "2", "10+", "4", "1千"]
    spread = corpus.engagement(
        posts(*[{"likes": n, "likes_captured": text} for n, text in zip([1, 2, 10, 4, 1000], shown, strict=True)])
    )
    row = spread.iloc[0]
    assert spread["measure"].tolist() == ["likes"]
    assert (row["lower_quartile"], row["median"], row["upper_quartile"], row["approximate"]) == (2, 4, 10, 2)


def test_measures_of_a_capture_without_counts_are_not_computable() -> None:
    bare = posts({}, {})
    assert corpus.engagement(bare) == NotComputable("the capture has no counts of engagement")
    assert corpus.median_of(bare, "likes") == NotComputable("the capture has no likes")
    assert corpus.promised(bare) == NotComputable("the capture has no comment counts")
    assert corpus.distinct(bare, "creator_id", "nobody is named") == NotComputable("nobody is named")
    assert corpus.approximate_counts(bare) == 0


def test_comments_promised_are_summed_over_the_posts() -> None:
    assert corpus.promised(posts({"comments_count": 3}, {}, {"comments_count": 4})) == 7


@pytest.mark.parametrize(
    ("parents", "expected"), [(["1", None], 1), ([None], NotComputable("the capture has no replies"))]
)
def test_replies_are_comments_that_answer_another(parents: list[str | None], expected: object) -> None:
    comments = [{"comment_id": f"k{n}", "post_id": "p", "parent_comment_id": one} for n, one in enumerate(parents)]
    assert corpus.replies(table("comments", comments)) == expected


def test_completeness_counts_filled_and_missing_cells_of_every_column() -> None:
    filled = corpus.completeness(posts({"title": "a"}, {}), NotComputable("the study has no comments"))
    title = filled.set_index("column").loc["title"]
    assert (title["filled"], title["missing"], title["share_filled"]) == (1, 1, 0.5)
    assert filled["column"].tolist() == schema.TABLES["posts"].column_names


def test_of_posts_that_stay_in_their_files_nothing_is_counted() -> None:
    assert corpus.approximate_counts(NotComputable(STAY)) == NotComputable(STAY)
    assert corpus.completeness(NotComputable(STAY), NotComputable("the study has no comments")) == NotComputable(STAY)


def test_what_is_computable_of_several_tables_stands_together() -> None:
    absent = NotComputable("the study has no comments")
    one = pd.DataFrame({"a": [1]})
    assert len(corpus.together(one, one)) == 2
    assert corpus.together(one, absent).equals(one)
    assert corpus.together(absent, absent) == absent


def test_no_description_quotes_a_text_or_names_an_account() -> None:
    seen = corpus.tidy(
        posts({"creator_id": "someone", "text": "a secret", "likes": 3, "published_at": "2025-01-16T00:00:00Z"}), SIDES
    ).rows
    described = [corpus.per_day(seen), corpus.languages(seen, SIDES, "posts"), corpus.engagement(seen)]
    written = "".join(found.to_csv() for found in [*described, corpus.completeness(seen, NotComputable("none"))])
    assert "published_at" in written
    assert "someone" not in written
    assert "secret" not in written


def test_the_figure_of_languages_names_wide_parts_above_and_narrow_ones_below() -> None:
    tidied = corpus.tidy(posts(*[{"text": "a"}] * 9, {"text": "字"}), SIDES)
    figure = draw.languages(corpus.languages(tidied.rows, SIDES, "posts"), SIDES)
    assert [text.get_text() for text in figure.axes[0].texts] == ["English 90 %", "Chinese 10 %"]


def test_the_figure_of_days_names_the_busiest() -> None:
    days = pd.DataFrame({"day": ["2025-01-13", "2025-01-14"], "posts": [2, 1500]})
    assert [text.get_text() for text in draw.per_day(days).axes[0].texts] == ["2025-01-14: 1,500"]


def test_the_real_posts_are_mostly_in_the_newcomers_language(shared: Path) -> None:
    columns = {"post_id": "post_id", "title": "title", "text": "content"}
    seen = read_mapped(shared / "data/tiktokrefugee-posts/posts.csv", "posts", columns, source="test")
    tidied = corpus.tidy(seen, SIDES)
    counted = corpus.languages(tidied.rows, SIDES, "posts").set_index("language")["rows"]
    assert tidied.drops["rows"].tolist() == [0]
    assert counted.to_dict() == {"en": 457, "zh": 29, "mixed": 166, "other": 0, "none": 70}


def test_an_empty_sample_is_given_as_the_reason_and_not_an_empty_capture():
    assert corpus.of_sample(posts({}), posts().head(0)) == NotComputable("no post is in the sample")
