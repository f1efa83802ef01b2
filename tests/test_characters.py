import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import coded
from analysis import characters, coefficients, schema, units
from analysis.computable import NotComputable
from analysis.errors import TableError

BOTH = (("ann",), ("bob",))
TEXT = "0123456789" * 10


def spans(rows):
    """Codings from rows of unit, code, coder, start and end; a dash where the whole text is coded."""
    cells = [row.split() for row in rows.strip().splitlines()]
    found = coded.codings("\n".join(" ".join([*row[:3], "2"]) for row in cells))
    ends = [[None if cell == "-" else int(cell) for cell in row[3:5]] for row in cells]
    return found.assign(
        start=pd.array([start for start, _ in ends], "Int64"), end=pd.array([end for _, end in ends], "Int64"),
        unit=found["unit_id"],
    )  # fmt: skip


def read(sizes=None, coders=("ann", "bob")):
    sizes = sizes or {"p1": 100, "p2": 50}
    rows = [(coder, unit, size) for coder in coders for unit, size in sizes.items()]
    return pd.DataFrame(rows, columns=["coder", "unit_id", "characters"])


def compare(rows, texts=None, groups=BOTH):
    texts = read() if texts is None else texts
    return characters.by_source(spans(rows), coded.codebook(), texts, groups, 2)


def cells(table):
    return table[characters.COUNTED].to_numpy().tolist()


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ("p1 ask.why ann 0 80\np1 ask.why bob 5 85", [75, 15, 5, 5]),
        ("p1 ask.why ann 0 10\np1 ask.why ann 5 20\np1 ask.why bob 0 20", [20, 80, 0, 0]),
        ("p1 ask.why ann 0 10\np1 ask.why ann 20 30\np1 ask.why bob 5 25", [10, 70, 10, 10]),
        ("p1 ask.why ann - -\np1 ask.why bob 90 100", [10, 0, 90, 0]),
        ("p1 ask.why ann 0 10", [0, 90, 10, 0]),
        ("p1 ask.why bob 0 10\np1 ask.why bob 2 4", [0, 90, 0, 10]),
    ],
    ids=["overlap", "two spans as one", "two spans and one between", "whole text", "first alone", "a span in a span"],
)
def test_characters_are_counted_once(rows, expected):
    assert cells(compare(rows)) == [expected]


def test_agreement_and_kappa_are_those_of_fleiss_levin_and_paik_table_18_3():
    row = compare("p1 ask.why ann 0 80\np1 ask.why bob 5 85").iloc[0]
    assert (row["agreement"], round(row["kappa"], 2)) == (0.9, 0.69)


def test_a_text_that_one_group_did_not_read_is_left_out():
    texts = pd.concat([read({"p1": 100}), read({"p2": 50}, ["ann"])])
    assert compare("p1 ask.why ann 0 5\np2 ask.why ann 0 5", texts)["unit_id"].tolist() == ["p1"]


def test_a_group_gave_a_code_where_any_of_its_members_did():
    rows = "p1 ask.why ann 0 10\np1 ask.why cy 20 30\np1 ask.why bob 5 25"
    groups = (("ann", "cy"), ("bob",))
    assert cells(compare(rows, read(coders=("ann", "bob", "cy")), groups)) == [[10, 70, 10, 10]]
    assert cells(compare(rows)) == [[5, 75, 5, 15]]


def test_a_coder_cannot_be_in_both_groups():
    with pytest.raises(ValueError, match="ann cannot be in both groups."):
        compare("p1 ask.why ann 0 10", groups=(("ann",), ("ann", "bob")))


@pytest.mark.parametrize(
    ("rows", "reason"),
    [("p1 ask.why ann - -\np1 ask.why bob - -", "both gave this code to every character")],
)
def test_where_chance_could_not_have_disagreed_kappa_is_missing_and_says_why(rows, reason):
    row = compare(rows).iloc[0]
    assert (row["agreement"], row["reason"]) == (1, reason)
    assert np.isnan(row["kappa"])


def test_over_all_texts_a_text_without_the_code_is_neither():
    given = "p1 ask.why ann 0 10\np1 ask.why bob 0 10\np2 ask.how ann 0 5"
    table = characters.by_code(compare(given), coded.codebook(), read(), BOTH).set_index("code_id")
    assert table.loc["ask.why", [*characters.COUNTED, "texts"]].tolist() == [10, 140, 0, 0, 1]
    assert table.loc["ask.how", characters.COUNTED].tolist() == [0, 145, 5, 0]
    assert table.loc["joke.pun", characters.COUNTED].tolist() == [0, 150, 0, 0]
    assert table.loc["joke.pun", "reason"] == "neither gave this code"
    assert (table["characters"] == 150).all()


def test_a_span_beyond_its_text_is_refused_with_all_others():
    with pytest.raises(TableError) as caught:
        compare("p1 ask.why ann 90 101\np2 ask.why bob 0 50\np2 ask.why bob 40 60")
    assert str(caught.value).splitlines() == [
        "codings, k0: 90 to 101 in a text of 100 characters.", "codings, k2: 40 to 60 in a text of 50 characters.",
        "Import these codings again, with the text that they were made on.",
    ]  # fmt: skip


def test_parts_of_pictures_have_no_characters():
    given = spans("p1 ask.why ann 0 10\np1 ask.why bob - -")
    given["left"] = pd.array([None, 5], "Float64")
    assert cells(characters.by_source(given, coded.codebook(), read(), BOTH, 2)) == [[0, 90, 10, 0]]


@pytest.mark.parametrize(
    ("rows", "texts", "reason"),
    [
        ("p1 ask.why ann 0 10", read({"p1": 100}, ["ann"]), "no text was read by both"),
        ("p3 ask.why ann 0 10", None, "no text that both read was coded by either"),
    ],
    ids=["no overlap", "nothing coded"],
)
def test_without_texts_in_common_there_is_nothing_to_compare(rows, texts, reason):
    assert compare(rows, texts) == NotComputable(reason)


SPANS = st.lists(
    st.tuples(st.sampled_from(["ann", "bob"]), st.integers(0, 30), st.integers(0, 30)), min_size=1, max_size=8
)


@settings(max_examples=80, deadline=None)
@given(drawn=SPANS)
def test_kappa_is_cohens_over_characters(drawn):
    rows = [f"p1 ask.why {coder} {min(ends)} {max(ends)}" for coder, *ends in drawn]
    line = {coder: np.zeros(30) for coder in ("ann", "bob")}
    for coder, *ends in drawn:
        line[coder][min(ends) : max(ends)] = 1
    row = compare("\n".join(rows), read({"p1": 30})).iloc[0]
    one, other = line["ann"], line["bob"]
    assert row[characters.COUNTED].tolist() == [
        (one * other).sum(), ((1 - one) * (1 - other)).sum(), (one > other).sum(), (other > one).sum(),
    ]  # fmt: skip
    expected = coefficients.cohen([one, other], values=[0, 1], weights="identity")
    if isinstance(expected, NotComputable):
        assert np.isnan(row["kappa"])
    else:
        assert row["kappa"] == pytest.approx(expected, abs=1e-9)


def test_every_two_coders_are_compared():
    given = spans("p1 ask.why ann 0 10\np1 ask.why bob 0 10\np1 ask.why cy 0 5")
    found = characters.every_pair(given, coded.codebook(), read(coders=("ann", "bob", "cy")), 2)
    pairs = found.by_source[["first", "second"]].to_numpy().tolist()
    assert pairs == [["ann", "bob"], ["ann", "cy"], ["bob", "cy"]]
    assert len(found.by_code) == 9


@pytest.mark.parametrize(
    ("coders", "reason"),
    [(["ann"], "one coder only: agreement needs two"), (["cy", "di"], "no two coders coded a text that both read")],
)
def test_one_coder_cannot_be_compared(coders, reason):
    found = characters.every_pair(spans("p1 ask.why ann 0 10"), coded.codebook(), read(coders=coders), 2)
    assert found == NotComputable(reason)


def corpus():
    posts = coded.frame("posts", post_id=["p1", "p2"], title=["你好", None], text=["😀 hi", None])
    comments = coded.frame("comments", comment_id=["c1", "c2"], post_id=["p1", "p1"], text=["é́x", None])
    documents = coded.frame("documents", unit_id=["d1"], name=["d"], kind=["text"], text=["a\r\nb"])
    shown = coded.frame("screenshots", screenshot_id=["s1"], post_id=["p1"], shows=["p1 c1"])
    return units.Corpus(posts, comments, shown, documents)


def test_the_size_of_a_text_is_its_codepoints_a_posts_title_and_line_end_among_them():
    found = characters.sizes(corpus())
    assert found.to_dict() == {"p1": 2 + 1 + 4, "p2": 1, "c1": len("é́x"), "d1": 4}


def test_who_read_a_screenshot_read_its_texts_and_who_coded_a_text_read_it():
    readings = coded.readings({("ann", 2): "s1", ("bob", 2): "c1", ("bob", 1): "p1"})
    placed = units.placed(coded.codings("d1 ask.why bob 2".replace("d1", "p2")), corpus(), units.TEXT)
    found = characters.texts_read(readings, placed, corpus(), 2)
    assert sorted(found[["coder", "unit_id"]].itertuples(index=False, name=None)) == [
        ("ann", "c1"), ("ann", "p1"), ("bob", "c1"), ("bob", "p2"),
    ]  # fmt: skip


def test_a_round_in_which_nobody_read_or_coded_has_no_texts():
    found = characters.texts_read(coded.readings(), coded.placed(), corpus(), 7)
    assert found == NotComputable("nobody coded in round 7, which agreement_round asks for")
    assert characters.every_pair(coded.placed(), coded.codebook(), found, 7) == found


def test_a_study_without_texts_has_no_characters_to_compare():
    empty = units.Corpus(*(schema.empty(name) for name in ("posts", "comments", "screenshots", "documents")))
    found = characters.texts_read(coded.readings(), coded.placed(), empty, 2)
    assert found == NotComputable("the study has no texts")
