"""Code-switching in texts, threads and sides, and the language in which each side answers the other."""

from typing import Any

import pandas as pd
import pytest

from analysis import exchange, mixing
from analysis.computable import NotComputable
from analysis.settings import Side
from coded import frame

SIDES = {"newcomer": Side("arrivals", "en", "English", "Latin"), "host": Side("locals", "zh", "Chinese", "Han")}
ABSENT = NotComputable("the study has no comments")
ACCOUNTS = pd.DataFrame(
    {"creator_id": ["n1", "n2", "h1", "h2", "x"], "side": ["newcomer", "newcomer", "host", "host", None]}, dtype="str"
)


def comments(*rows: tuple[str, str | None, str, str, str, str]) -> pd.DataFrame:
    columns = ("comment_id", "parent_comment_id", "author_id", "language", "text", "created_at")
    cells = dict(zip(columns, map(list, zip(*rows, strict=True)), strict=True))
    days = [f"2025-01-{day}T00:00:00Z" for day in cells.pop("created_at")]
    return frame("comments", **cells, created_at=days, post_id=["p"] * len(rows))


POSTS = frame("posts", post_id=["p", "q"], creator_id=["n1", "h1"], title=["Hi 你好", None], text=["all", "😊"])
TALK = comments(
    ("a", None, "h1", "en", "Hello friend", "14"),
    ("c", "a", "h2", "mixed", "谢谢 you", "15"),
    ("b", "a", "n1", "zh", "你好", "16"),
    ("d", None, "n2", "other", "Привет all", "15"),
    ("e", "b", "h1", "en", "well done", "17"),
    ("f", "e", "x", "none", "😊", "18"),
)


def measured(token_unit: str = "word") -> Any:
    return mixing.by_text(mixing.texts_of(POSTS, TALK), SIDES, token_unit)


def test_posts_and_comments_are_texts_of_one_kind() -> None:
    texts = mixing.texts_of(POSTS, TALK).set_index("text_id")
    assert texts.index.tolist() == ["p", "q", "a", "c", "b", "d", "e", "f"]
    assert texts.loc["p", "wording"] == "Hi 你好\nall"
    assert texts["thread"].fillna("").tolist() == ["", "", "a", "a", "a", "", "a", "a"]


def test_either_kind_of_text_will_do() -> None:
    assert mixing.texts_of(POSTS, ABSENT)["text_id"].tolist() == ["p", "q"]
    assert mixing.texts_of(ABSENT, TALK)["text_id"].tolist() == list("acbdef")
    assert mixing.texts_of(ABSENT, ABSENT) == ABSENT


def test_each_text_is_measured_by_its_tokens_of_the_two_sides() -> None:
    found = measured().set_index("text_id")
    assert found.loc["p", ["cmi", "m_index", "i_index"]].tolist() == pytest.approx([50, 1, 2 / 3])
    assert found.loc["d", ["cmi", "other"]].tolist() == [0, 1]
    assert found.loc[["q", "f"], list(mixing.MEASURES)].isna().all(axis=None)
    assert "wording" not in found


def test_what_a_token_is_changes_every_measure() -> None:
    table = mixing.by_token_unit(mixing.texts_of(POSTS, TALK), SIDES, ("word", "character")).set_index("token_unit")
    assert table["tokens"].tolist() == [14, 36]
    for name in mixing.MEASURES:
        assert table.loc["word", name] != table.loc["character", name]


def test_each_side_and_all_writers_are_measured_together() -> None:
    table = mixing.by_side(measured(), ACCOUNTS, 0.95).set_index("side")
    assert table.index.tolist() == ["newcomer", "host", "all"]
    assert table["texts"].tolist() == [3, 3, 6]
    assert table["mixed"].tolist() == [1, 1, 2]
    assert table[["in_newcomer_language", "in_host_language", "other"]].to_numpy().tolist() == [
        [3, 4, 1], [5, 2, 0], [8, 6, 1],
    ]  # fmt: skip
    # A host's texts: no switch, one at three places of which one switches, none.
    assert table.loc["host", "i_index"] == pytest.approx(1 / 4)
    assert 0 < table.loc["all", "low"] < table.loc["all", "share"] < table.loc["all", "high"] < 1


@pytest.mark.parametrize("accounts", [ABSENT, ACCOUNTS.assign(side=None)])
def test_without_sides_all_writers_remain(accounts: Any) -> None:
    assert mixing.by_side(measured(), accounts, 0.95)["side"].tolist() == ["all"]


def test_a_thread_is_read_as_one_text_in_the_order_of_time() -> None:
    (row,) = mixing.by_thread(measured()).to_dict("records")
    assert (row["thread"], row["tokens"], row["mixed"]) == ("a", 9, True)
    # Hello friend 谢谢 you 你好 well done: spans of 2, 2, 1, 2 and 2 tokens.
    assert row["i_index"] == pytest.approx(4 / 8)


def test_threads_are_summed_up_by_whether_both_sides_take_part() -> None:
    threads = exchange.threads(TALK, ACCOUNTS)
    table = mixing.over_threads(mixing.by_thread(measured()), threads)
    assert table["threads_of"].tolist() == ["both sides", "all"]
    assert table["mixed"].tolist() == [1, 1]
    assert table["share"].tolist() == [1, 1]


def test_replies_are_counted_by_whose_language_they_are_in() -> None:
    answered = exchange.answers(TALK, ACCOUNTS)
    table = mixing.answered_in(answered, TALK, SIDES).set_index(["from_side", "to_side"])
    assert table.loc[("newcomer", "host"), ["own", "both", "others", "neither"]].tolist() == [0, 0, 1, 0]
    assert table.loc[("host", "newcomer"), ["own", "both", "others", "neither"]].tolist() == [0, 0, 1, 0]
    assert table.loc[("host", "host"), ["own", "both", "others", "neither"]].tolist() == [0, 1, 0, 0]
    assert table["share_others"].tolist() == [0, 1, 1]
    assert mixing.share_in_others(table.reset_index()) == 1


def test_a_reply_without_words_is_in_no_share() -> None:
    mute = comments(("a", None, "h1", "zh", "好", "14"), ("b", "a", "n1", "none", "😊", "15"))
    table = mixing.answered_in(exchange.answers(mute, ACCOUNTS), mute, SIDES)
    assert table["neither"].tolist() == [1]
    assert table["share_others"].isna().tolist() == [True]
    told = "no reply across the border has words of either language"
    assert mixing.share_in_others(table) == NotComputable(told)


def test_one_measure_over_all_writers_is_missing_where_nothing_switches() -> None:
    table = mixing.by_side(measured(), ACCOUNTS, 0.95)
    assert mixing.of_all(table, "cmi") == table["cmi"].iloc[-1]
    alone = mixing.by_text(mixing.texts_of(ABSENT, TALK.iloc[[0]]), SIDES, "word")
    told = "no text switches between the languages"
    assert mixing.of_all(mixing.by_side(alone, ACCOUNTS, 0.95), "burstiness") == NotComputable(told)


@pytest.mark.parametrize(
    ("texts", "sides", "reason"),
    [
        (mixing.texts_of(POSTS.iloc[:0], ABSENT), SIDES, "there are no texts"),
        (mixing.texts_of(POSTS.iloc[1:], ABSENT), SIDES, "no text has words of either language"),
        (
            mixing.texts_of(POSTS, TALK),
            {**SIDES, "host": SIDES["newcomer"]},
            "the sides' scripts (Latin and Latin) cannot tell their languages apart",
        ),
        (ABSENT, SIDES, ABSENT.reason),
    ],
)
def test_what_cannot_be_measured_says_why(texts: Any, sides: Any, reason: str) -> None:
    found = mixing.by_text(texts, sides, "word")
    assert found == NotComputable(reason)
    assert mixing.by_side(found, ACCOUNTS, 0.95) == mixing.by_thread(found) == found
    assert mixing.by_token_unit(texts, sides, ("word",)) == found


def test_comments_without_replies_make_no_threads() -> None:
    flat = mixing.by_text(mixing.texts_of(POSTS, TALK.iloc[[0, 3]]), SIDES, "word")
    assert mixing.by_thread(flat) == NotComputable("the capture has no replies")
