from typing import Any

import pandas as pd
import pytest

from analysis import exchange
from analysis.computable import NotComputable
from analysis.figures import exchange as draw
from analysis.settings import Side

SIDES = {"newcomer": Side("arrivals", "en", "English", "Latin"), "host": Side("locals", "zh", "Chinese", "Han")}
NO_REPLIES = NotComputable("the capture has no replies")


def comments(*rows: tuple[str, str | None, str, str]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["comment_id", "parent_comment_id", "author_id", "text"], dtype="str")


def creators(**sides: str | None) -> pd.DataFrame:
    return pd.DataFrame({"creator_id": list(sides), "side": list(sides.values())}, dtype="str")


KNOWN = creators(n1="newcomer", n2="newcomer", h1="host", h2="host", x=None)
# A thread of both sides, three deep; one of hosts alone; a comment that nobody answered.
TALK = comments(
    ("a", None, "h1", "How much is rent there?"),
    ("b", "a", "n1", "Too much. 你呢？"),
    ("c", "b", "h1", "还好"),
    ("d", "b", "h2", "Same"),
    ("e", "d", "x", "Who are you?"),
    ("f", None, "h1", "好"),
    ("g", "f", "h2", "看 https://example.org/?q=1"),
    ("h", None, "n2", "Hello"),
)


def test_each_reply_goes_from_one_side_to_one_side() -> None:
    answered = exchange.answers(TALK, KNOWN)
    assert answered["comment_id"].tolist() == ["b", "c", "d", "e", "g"]
    assert answered["answered_id"].tolist() == ["h1", "n1", "n1", "h2", "h1"]
    assert answered["to_side"].tolist() == ["host", "newcomer", "newcomer", "host", "host"]


def test_replies_are_counted_in_every_direction() -> None:
    table = exchange.directions(exchange.answers(TALK, KNOWN))
    found = table.set_index(["from_side", "to_side"])["replies"]
    assert found.to_dict() == {
        ("newcomer", "newcomer"): 0,
        ("newcomer", "host"): 1,
        ("host", "newcomer"): 2,
        ("host", "host"): 1,
    }
    assert exchange.across(table) == 3
    assert exchange.across(table, "host") == 2
    assert exchange.across(table, "newcomer") == 1


def test_a_reply_of_unknown_side_is_in_no_share() -> None:
    table = exchange.directions(exchange.answers(TALK, KNOWN))
    assert exchange.across_share(table) == 0.75
    assert table["share"].sum() == 1


def test_a_thread_is_an_answered_comment_with_everything_below_it() -> None:
    threads = exchange.threads(TALK, KNOWN).set_index("thread")
    assert threads.index.tolist() == ["a", "f"]
    assert threads.loc["a", ["newcomer", "host", "unknown"]].tolist() == [1, 3, 1]
    assert threads["both"].tolist() == [True, False]


def test_a_child_may_stand_before_its_parent() -> None:
    assert exchange.threads(TALK.iloc[::-1], KNOWN).equals(exchange.threads(TALK, KNOWN))


def test_every_comment_belongs_to_the_thread_of_its_first() -> None:
    assert exchange.thread_of(TALK).tolist() == ["a", "a", "a", "a", "a", "f", "f", "h"]


def test_replies_to_a_comment_that_was_not_captured_are_one_thread() -> None:
    torn = comments(("b", "lost", "n1", "Hi"), ("c", "lost", "h1", "Hi"), ("d", "c", "n2", "Hi"))
    threads = exchange.threads(torn, KNOWN)
    assert threads["thread"].tolist() == ["lost"]
    assert threads["both"].tolist() == [True]


def test_a_circle_of_replies_comes_to_an_end() -> None:
    circle = comments(("a", "b", "n1", "Hi"), ("b", "a", "h1", "Hi"))
    assert exchange.threads(circle, KNOWN)["thread"].tolist() == ["a", "b"]


def test_the_share_of_threads_with_both_sides_has_an_interval() -> None:
    found = exchange.share_of_both(exchange.threads(TALK, KNOWN), 0.95)
    assert found["share"] == 0.5
    assert 0 < found["low"] < 0.5 < found["high"] < 1


@pytest.mark.parametrize(
    ("count", "total", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0, 0.1611), (1, 29, 0.0061, 0.1718)],
    ids=["Newcombe 1998, 81/263", "15/148", "0/20", "1/29"],
)
def test_intervals_are_wilsons(count: int, total: int, low: float, high: float) -> None:
    found = exchange.interval(count, total, 0.95)
    assert (found["low"], found["high"]) == (pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5))


def test_threads_are_counted_by_their_length() -> None:
    table = exchange.by_length(exchange.threads(TALK, KNOWN))
    assert table["length"].tolist() == ["2 or fewer", "5 to 9"]
    assert table["threads"].tolist() == [1, 1]
    assert table["share"].tolist() == [0, 1]


def test_a_pair_is_reciprocal_when_each_answered_the_other() -> None:
    pairs = exchange.pairs(exchange.answers(TALK, KNOWN))
    assert pairs[["newcomer", "host"]].to_numpy().tolist() == [["n1", "h1"], ["n1", "h2"]]
    assert pairs["reciprocal"].tolist() == [True, False]
    assert exchange.reciprocal_share(pairs) == 0.5


def test_question_marks_of_both_scripts_ask_and_those_of_links_do_not() -> None:
    asking = exchange.who_asks(TALK, KNOWN, 0.95).set_index("side")
    assert asking.loc["newcomer", ["comments", "with_question"]].tolist() == [2, 1]
    assert asking.loc["host", ["comments", "with_question"]].tolist() == [5, 1]


@pytest.mark.parametrize(
    ("measure", "expected"),
    [
        (lambda: exchange.answers(TALK.assign(parent_comment_id=None), KNOWN), NO_REPLIES),
        (lambda: exchange.threads(TALK.assign(parent_comment_id=None), KNOWN), NO_REPLIES),
        (lambda: exchange.answers(TALK, creators(h1=None)), "the capture does not tell newcomers from hosts"),
        (lambda: exchange.who_asks(TALK.iloc[:0], KNOWN, 0.95), "the capture has no comments"),
        (lambda: exchange.who_asks(TALK, creators(z="host"), 0.95), "no comment is known to be by either side"),
        (
            lambda: exchange.directions(exchange.answers(TALK, creators(z="host"))),
            "no reply is known to be between two sides",
        ),
        (lambda: exchange.pairs(exchange.answers(TALK, creators(h1="host", h2="host"))), "no reply crosses the border"),
        (lambda: exchange.share_of_both(exchange.threads(TALK, KNOWN).iloc[:0], 0.95), NO_REPLIES),
    ],
)
def test_what_the_capture_lacks_is_not_computable_with_its_reason(measure: Any, expected: Any) -> None:
    found = measure()
    assert found == (expected if isinstance(expected, NotComputable) else NotComputable(expected))


def test_an_absence_passes_through_to_the_figure() -> None:
    absent = NotComputable("the study has no comments")
    assert draw.directions(exchange.directions(exchange.answers(absent, KNOWN)), SIDES) == absent
    assert draw.who_asks(exchange.who_asks(TALK, absent, 0.95), SIDES) == absent


def test_the_figures_name_the_sides_and_tell_the_shares() -> None:
    figure = draw.directions(exchange.directions(exchange.answers(TALK, KNOWN)), SIDES)
    assert [text.get_text() for text in figure.axes[0].texts] == ["0 (0 %)", "1 (25 %)", "2 (50 %)", "1 (25 %)"]
    asked = draw.who_asks(exchange.who_asks(TALK, KNOWN, 0.95), SIDES)
    assert [text.get_text() for text in asked.axes[0].texts] == ["50 %", "20 %"]
    assert [label.get_text() for label in asked.axes[0].get_yticklabels()] == ["arrivals", "locals"]


def test_the_figure_of_roles_names_side_and_role() -> None:
    table = pd.DataFrame(
        {"role": ["asks", "explains"], "side": ["newcomer", "host"], "share": [0.5, 0.25], "low": [0.2, 0.1],
         "high": [0.8, 0.5]}
    )  # fmt: skip
    axes = draw.roles(table, SIDES).axes[0]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["arrivals: asks", "locals: explains"]
    assert [text.get_text() for text in axes.texts] == ["50.0 %", "25.0 %"]
    assert draw.roles(NO_REPLIES, SIDES) == NO_REPLIES


def test_the_figure_of_languages_leaves_out_directions_without_words() -> None:
    table = pd.DataFrame({
        "from_side": ["newcomer", "host"], "to_side": ["host", "newcomer"],
        "own": [3, 0], "both": [1, 0], "others": [0, 0], "neither": [0, 2],
    })  # fmt: skip
    axes = draw.answered_in(table, SIDES).axes[0]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["arrivals → locals"]
    assert [text.get_text() for text in axes.texts] == ["4"]
    assert [bar.get_width() for bar in axes.patches] == [0.75, 0.25, 0]
