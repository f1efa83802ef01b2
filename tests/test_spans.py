import pandas as pd
import pytest

import coded
from analysis import agreement, spans
from analysis.computable import NotComputable

READ = {("ann", 2): "s1 s2", ("bob", 2): "s1 s2", ("ann", 1): "s1"}


def placed(rows):
    """Codings on their screenshots, from rows of unit, code, coder, and where they stand, as name=number."""
    cells = [row.split() for row in rows.strip().splitlines()]
    found = coded.placed("\n".join(" ".join([*row[:3], "2"]) for row in cells))
    for number, row in enumerate(cells):
        for name, value in (part.split("=") for part in row[3:]):
            found.loc[number, name] = int(value)
    return found


def on_items(rows, same_span, readings=READ):
    return spans.items(placed(rows), coded.read(readings), coded.units_read(readings), same_span, 2)


def grouped(rows, same_span):
    """Which codings are on one item, as lists of their identifiers."""
    found = on_items(rows, same_span).placed
    return sorted(list(part) for _, part in found.groupby("unit")["coding_id"])


SPANS = """
c1 ask.why ann start=0 end=5
c1 ask.why bob start=0 end=5
c1 ask.how bob start=4 end=9
c1 ask.how ann start=9 end=12
c2 ask.why ann start=0 end=5
"""


@pytest.mark.parametrize(
    ("same_span", "expected"),
    [
        ("unit", [["k0", "k1", "k2", "k3"], ["k4"]]), ("exact", [["k0", "k1"], ["k2"], ["k3"], ["k4"]]),
        ("overlapping", [["k0", "k1", "k2"], ["k3"], ["k4"]]),
    ],
)  # fmt: skip
def test_what_is_the_same_is_the_unit_the_exact_span_or_a_run_of_overlapping_ones(same_span, expected):
    assert grouped(SPANS, same_span) == expected


def test_spans_that_touch_do_not_overlap_and_a_later_one_links_two_runs():
    apart = "c1 ask.why ann start=0 end=5\nc1 ask.why bob start=5 end=9"
    assert grouped(apart, "overlapping") == [["k0"], ["k1"]]
    assert grouped(apart + "\nc1 ask.why ann start=4 end=6", "overlapping") == [["k0", "k1", "k2"]]


def test_a_code_on_the_whole_text_overlaps_all_in_it():
    rows = "c1 ask.why ann start=0 end=5\nc1 ask.how bob\nc1 ask.why ann start=8 end=9"
    assert grouped(rows, "overlapping") == [["k0", "k1", "k2"]]
    assert grouped(rows, "exact") == [["k0"], ["k1"], ["k2"]]
    assert on_items(rows, "overlapping").placed["unit"].tolist() == ["c1"] * 3


PARTS = "s1 ask.why {} left={} top={} right={} bottom={}"


@pytest.mark.parametrize(
    ("second", "same"),
    [((5, 5, 15, 15), True), ((10, 0, 20, 10), False), ((20, 20, 30, 30), False), ((0, 20, 10, 30), False)],
    ids=["overlap", "share an edge", "apart", "below"],
)
def test_parts_of_a_picture_overlap_in_both_directions(second, same):
    rows = PARTS.format("ann", 0, 0, 10, 10) + "\n" + PARTS.format("bob", *second)
    assert (len(grouped(rows, "overlapping")) == 1) == same
    assert len(grouped(rows, "exact")) == 2


def test_parts_of_different_pages_and_what_stands_in_the_text_do_not_overlap():
    page = PARTS.format("ann", 0, 0, 10, 10)
    rows = f"{page} page=1\n{page} page=2\n{page} page=1\ns1 ask.why bob start=0 end=5\ns1 ask.why bob begin=0 finish=5"
    assert grouped(rows, "overlapping") == [["k0", "k2"], ["k1"], ["k3"], ["k4"]]


def test_parts_of_a_page_overlap_whichever_way_up_its_axis_points():
    rows = PARTS.format("ann", 0, 50, 10, 40) + " page=1\n" + PARTS.format("bob", 5, 45, 12, 30) + " page=1"
    assert grouped(rows, "overlapping") == [["k0", "k1"]]


def test_parts_of_a_recording_overlap_in_time():
    rows = "c1 ask.why ann begin=0 finish=500\nc1 ask.why bob begin=400 finish=900\nc1 ask.why bob begin=900 finish=950"
    assert grouped(rows, "overlapping") == [["k0", "k1"], ["k2"]]


def test_an_item_knows_its_unit_post_and_creator_and_is_named_by_its_place():
    table = on_items(SPANS, "overlapping").units
    assert table[["unit_id", "unit", "post_id", "creator_id"]].to_numpy().tolist() == [
        ["c1[0:9]", "s1", "p1", "u1"], ["c1[9:12]", "s1", "p1", "u1"], ["c2[0:5]", "s2", "p1", "u1"],
    ]  # fmt: skip


def test_who_read_a_unit_judged_every_item_in_it():
    found = on_items(SPANS, "exact")
    judged = agreement.judgements(found.placed, found.readings, found.units, coded.codebook(), 2)
    given = dict(zip(judged.units["unit_id"], judged.given[:, :, 0].T.tolist(), strict=True))
    assert given == {"c1[0:5]": [1, 1], "c1[4:9]": [0, 0], "c1[9:12]": [0, 0], "c2[0:5]": [1, 0]}


def test_who_did_not_read_the_very_text_of_a_passage_judged_no_passage_in_it():
    rows = "p1 ask.why ann start=0 end=5\nc1 ask.why ann start=0 end=5\ns1 ask.how ann"
    found = on_items(rows, "exact", {("ann", 2): "s1", ("bob", 2): "s1"})
    texts = pd.DataFrame({"coder": ["ann", "ann", "bob"], "round": 2, "unit": ["p1", "c1", "p1"]})
    read = spans.of_texts_read(found, texts).readings
    assert read.loc[read["coder"] == "ann", "unit"].tolist() == ["p1[0:5]", "c1[0:5]", "s1"]
    # Bob read the post and saw the picture, and none of its comments.
    assert read.loc[read["coder"] == "bob", "unit"].tolist() == ["p1[0:5]", "s1"]


def test_another_round_makes_no_items():
    first = placed(SPANS).assign(round=pd.array([1] * 5, "Int64"))
    for same_span in ("exact", "overlapping"):
        found = spans.items(first, coded.read(READ), coded.units_read(READ), same_span, 2)
        assert found == NotComputable("nobody coded in round 2, which agreement_round asks for")
