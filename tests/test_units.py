import pandas as pd
import pytest

import coded
from analysis import schema, units
from analysis.computable import NotComputable
from analysis.errors import TableError

NAMES = ("c1", "p1", "c3", "s2")


@pytest.fixture
def corpus():
    return coded.corpus()


def with_document(corpus: units.Corpus) -> units.Corpus:
    documents = coded.frame("documents", unit_id=["d1"], name=["Interview"], kind=["text"])
    return units.Corpus(corpus.posts, corpus.comments, corpus.screenshots, documents)


def without_screenshots(corpus: units.Corpus) -> units.Corpus:
    return units.Corpus(corpus.posts, corpus.comments, schema.empty("screenshots"), corpus.documents)


def give(*names: str) -> pd.DataFrame:
    kinds = {"p": "post", "c": "comment", "s": "screenshot", "d": "document"}
    return coded.frame(
        "codings", coding_id=list(names), unit_id=list(names), unit_type=[kinds[name[0]] for name in names],
        code_id=["ask.why"] * len(names), coder=["ann"] * len(names), round=[1] * len(names),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("coding_unit", "expected"),
    [("screenshot", ["s1", "s1", "s3", "s2"]), ("post", ["p1", "p1", "p2", "p1"]), ("text", list(NAMES))],
)
def test_each_coding_counts_for_the_unit_that_the_study_names(corpus, coding_unit, expected):
    placed = units.placed(give(*NAMES), corpus, coding_unit)
    assert placed["unit"].tolist() == expected
    assert placed["post_id"].tolist() == ["p1", "p1", "p2", "p1"]
    assert placed["unit_id"].tolist() == list(NAMES)


@pytest.mark.parametrize("coding_unit", ["screenshot", "post", "text"])
def test_a_document_is_a_unit_by_itself(corpus, coding_unit):
    placed = units.placed(give("d1"), without_screenshots(with_document(corpus)), coding_unit)
    assert placed[["unit", "post_id"]].to_numpy().tolist() == [["d1", "d1"]]


def test_a_text_on_two_screenshots_counts_for_the_first():
    corpus = coded.corpus({"s1": ("p1", "p1 c1"), "s2": ("p1", "c1 c2")})
    assert units.placed(give("c1", "c2"), corpus, "screenshot")["unit"].tolist() == ["s1", "s2"]


@pytest.mark.parametrize("coding_unit", ["post", "text"])
def test_a_study_without_screenshots_counts_by_posts_or_texts(corpus, coding_unit):
    bare = without_screenshots(corpus)
    placed = units.placed(give("p1", "c3"), bare, coding_unit)
    read = units.placed_readings(coded.readings({("ann", 1): "p1 c1 c3 p3"}), bare, coding_unit)
    found = units.units_of(read, placed, bare, coding_unit)
    expected = {"post": ["p1", "p2", "p3"], "text": ["c1", "c3", "p1", "p3"]}[coding_unit]
    assert found["unit_id"].tolist() == expected


def test_a_study_without_screenshots_cannot_count_by_them(corpus):
    found = units.placed(give("p1"), without_screenshots(corpus), "screenshot")
    assert found.reason.startswith("the study has no screenshots, which coding_unit counts by")


def test_a_coding_that_no_screenshot_shows_is_refused(corpus):
    with pytest.raises(TableError, match=r"^codings: no screenshot shows 'c8', 'c9'\. Add each to the column 'shows'"):
        units.placed(give("c9", "c8", "c1"), corpus, "screenshot")


@pytest.mark.parametrize("coding_unit", ["post", "text"])
def test_a_unit_that_is_not_in_the_corpus_is_refused_with_all_others(corpus, coding_unit):
    with pytest.raises(TableError, match=r"codings: no post, comment.* is called 'c8', 'p9'\. Import the capture"):
        units.placed(give("p9", "c8", "c1"), corpus, coding_unit)
    with pytest.raises(TableError, match="^readings: no post, comment"):
        units.placed_readings(coded.readings({("ann", 1): "p9"}), corpus, coding_unit)


def test_no_codings_and_no_readings_are_not_computable(corpus):
    assert units.placed(give("c1").head(0), corpus, "text").reason == "there are no codings"
    assert units.placed_readings(coded.readings().head(0), corpus, "text").reason == "nothing was read"
    absent = NotComputable("the study has no codings")
    assert units.units_of(coded.read(), absent, corpus, "text") == absent


def test_who_read_a_screenshot_read_every_text_on_it_and_the_post_once(corpus):
    readings = coded.readings({("ann", 1): "s2 s1 s3", ("bob", 1): "s1"})
    by_text = units.placed_readings(readings, corpus, "text")
    assert by_text[by_text["coder"] == "ann"]["unit"].tolist() == ["c2", "p1", "c1", "p2", "c3"]
    by_post = units.placed_readings(readings, corpus, "post")
    assert by_post[["coder", "unit", "position"]].to_numpy().tolist() == [
        ["ann", "p1", 1], ["ann", "p2", 2], ["bob", "p1", 1],
    ]  # fmt: skip


def test_who_read_a_text_read_the_screenshot_that_shows_it(corpus):
    read = units.placed_readings(coded.readings({("ann", 1): "c2 c1 p1"}), corpus, "screenshot")
    assert read["unit"].tolist() == ["s2", "s1"]


def test_a_screenshot_of_nothing_known_is_a_text_by_itself():
    corpus = coded.corpus({"s1": ("p1", "p1")})
    blank = corpus.screenshots.assign(shows=None).astype({"shows": "str"})
    corpus = units.Corpus(corpus.posts, corpus.comments, blank, corpus.documents)
    assert units.placed_readings(coded.readings({("ann", 1): "s1"}), corpus, "text")["unit"].tolist() == ["s1"]


def test_a_post_stands_for_a_creator_that_is_not_known():
    units_read = coded.units_read(of=coded.corpus(creators={"p1": "u1", "p2": None, "p3": "u2"}))
    assert units_read["creator_id"].tolist() == ["u1", "u1", "p2", "u2"]


def test_a_unit_that_was_coded_was_read_though_no_reading_says_so(corpus):
    read = units.placed_readings(coded.readings({("ann", 1): "s4"}), corpus, "text")
    found = units.units_of(read, units.placed(give("c3"), corpus, "text"), corpus, "text")
    assert found[["unit_id", "post_id", "unit_type"]].to_numpy().tolist() == [
        ["c3", "p2", "comment"],
        ["p3", "p3", "post"],
    ]


def test_a_post_without_screenshots_read_is_no_unit(corpus):
    assert coded.units_read({("ann", 1): "s1"}, "c1 ask.why ann 1")["unit_id"].tolist() == ["s1"]
