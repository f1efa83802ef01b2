"""Who asks and who explains, by codings."""

from typing import Any

import pandas as pd
import pytest

import coded
from analysis import exchange, roles
from analysis.computable import NotComputable
from analysis.errors import StudyError

TEXTS = pd.DataFrame(
    {"text_id": ["p1", "c1", "c2", "p2", "c3"], "side": ["host", "newcomer", "newcomer", "host", None]}, dtype="str"
)
ABSENT = NotComputable("the study has no codings")


def acts(*named: str, role: str = "asks", rows: str = coded.CODINGS) -> Any:
    return roles.acts(coded.placed(rows), coded.codebook(), list(named), role)


def test_the_codes_that_study_yml_names_tell_who_asks():
    found = acts("ask.how", "ask.why")
    assert set(found["code_id"]) == {"ask.how", "ask.why"}
    table = roles.by_side(found, TEXTS, "asks", 0.95)
    assert table[["role", "side", "texts", "coded", "share"]].to_numpy().tolist() == [
        ["asks", "newcomer", 2, 1, 0.5], ["asks", "host", 2, 1, 0.5],
    ]  # fmt: skip
    assert (table["low"] < table["share"]).all()
    assert roles.share_of(table, "host") == 0.5


def test_a_theme_stands_for_every_code_in_it():
    assert acts("learn").equals(acts("ask.how", "ask.why"))


def test_a_role_that_nobody_was_seen_in_has_a_share_of_nothing():
    table = roles.by_side(acts("joke.pun", role="explains", rows="p2 ask.why ann 1"), TEXTS, "explains", 0.95)
    assert table["coded"].tolist() == [0, 0]
    assert (table["high"] > 0).all()


def test_a_side_that_wrote_nothing_has_no_share():
    table = roles.by_side(acts("ask.why"), TEXTS[TEXTS["side"] == "host"], "asks", 0.95)
    assert roles.share_of(table, "newcomer") == NotComputable("no text that was read is known to be by that side")


def test_replies_that_ask_go_from_side_to_side():
    answered = pd.DataFrame(
        {"comment_id": ["c1", "c2"], "from_side": ["newcomer", "host"], "to_side": ["host", "newcomer"]}
    )
    table = roles.with_role(exchange.directions(roles.answering(answered, acts("ask.why"))), "asks")
    assert table.columns[0] == "role"
    assert exchange.across(table, "newcomer") == 1
    assert exchange.across(table, "host") == 0


def test_a_code_that_the_codebook_lacks_is_told_with_the_nearest():
    with pytest.raises(StudyError, match=r"decisions, asking_codes: 'ask.whi' is not in the codebook. Nearest: 'ask.w"):
        acts("ask.whi", "ask.how")


@pytest.mark.parametrize(
    ("measure", "reason"),
    [
        (acts, "asking_codes in study.yml names no codes"),
        (
            lambda: acts("foreign.one", "foreign.two", role="explains"),
            "the codebook has none of the codes that explaining_codes names in study.yml",
        ),
        (lambda: roles.acts(ABSENT, coded.codebook(), ["ask.why"], "asks"), ABSENT.reason),
        (
            lambda: roles.by_side(acts("ask.why", rows="s1 ask.why ann 1"), TEXTS, "asks", 0.95),
            "the codings stand on pictures or documents, which have no writer",
        ),
        (
            lambda: roles.by_side(acts("ask.why"), TEXTS.assign(side=None), "asks", 0.95),
            "no text that was read is known to be by either side",
        ),
        (
            lambda: roles.answering(pd.DataFrame({"comment_id": ["c9"]}), acts("ask.why")),
            "none of the codings stands on a reply",
        ),
    ],
)
def test_what_codings_do_not_tell_is_not_computable_with_its_reason(measure: Any, reason: str):
    assert measure() == NotComputable(reason)
