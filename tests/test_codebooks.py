import pytest

import coded
from analysis import agreement, units
from analysis.codebooks import codebook_in
from analysis.coded import Coded
from analysis.resampling import Resampling
from test_history import changes

SPLIT = "2 split ask.why -> learn.ask.how-come learn.ask.what-for"


@pytest.mark.parametrize(
    ("rows", "number", "gone", "new"),
    [
        (SPLIT, None, {"ask.why"}, {"learn.ask.how-come", "learn.ask.what-for"}),
        (SPLIT, 2, {"ask.why"}, {"learn.ask.how-come", "learn.ask.what-for"}),
        (SPLIT, 1, set(), set()),
        ("2 split ask.why -> ask.why ask.how", 1, {"ask.how"}, set()),
        ("2 merge ask.why -> ask.how", 2, {"ask.why"}, set()),
        ("2 merge ask.why -> ask.how", 1, set(), set()),
        ("2 remove joke.pun", 2, {"joke.pun"}, set()),
        ("2 remove joke.pun", 1, set(), set()),
        ("2 rename old -> ask.why", 1, {"ask.why"}, {"old"}),
        ("2 rename old -> ask.why", 2, set(), set()),
        ("3 add ask.how", 2, {"ask.how"}, set()),
        ("3 add learn.ask.who", 3, set(), {"learn.ask.who"}),
        ("2 rename ask.why -> b\n3 rename b -> ask.why", 2, {"ask.why"}, {"b"}),
        ("2 rename ask.why -> b\n3 rename b -> ask.why", 3, set(), set()),
        ("2 rename ask.why -> b\n3 rename b -> ask.why", 1, set(), set()),
        ("2 remove learn.ask", 2, set(), set()),
    ],
)
def test_the_codebook_of_a_round_has_what_stood_then(rows, number, gone, new):
    before = coded.codebook()
    now = codebook_in(before, changes(rows), number)
    assert set(before["code_id"]) - set(now["code_id"]) == gone
    assert set(now["code_id"]) - set(before["code_id"]) == new


def test_a_new_code_hangs_where_its_path_says_else_beside_the_code_that_it_came_from():
    now = codebook_in(coded.codebook(), changes("2 split ask.why -> learn.ask.how-come other")).set_index("code_id")
    assert now.loc["learn.ask.how-come", ["name", "parent_id", "level"]].tolist() == ["How come", "learn.ask", "code"]
    assert now.loc["other", ["name", "parent_id"]].tolist() == ["Other", "learn.ask"]


def test_a_code_that_is_kept_stays_though_it_was_split():
    assert "ask.why" in set(codebook_in(coded.codebook(), changes(SPLIT), None, {"ask.why"})["code_id"])


CODINGS = """
c1 ask.why  ann 1
c1 ask.why  bob 1
c2 ask.why  ann 1
p2 joke.pun ann 1
p2 joke.pun bob 1
"""
READ = {("ann", 1): "s1 s2 s3 s4", ("bob", 1): "s1 s2 s3 s4"}


def gathered(rows: str = "", codings: str = CODINGS, read: dict[tuple[str, int], str] = READ) -> Coded:
    corpus = coded.corpus()
    history = changes(rows) if rows else changes("9 add x").head(0)
    placed = units.placed(coded.codings(codings), corpus, units.SCREENSHOT)
    readings = coded.readings(read)
    readings["again"] = (readings["round"] == 2).astype("boolean")
    return Coded(placed, readings, corpus, units.SCREENSHOT, history)


@pytest.mark.parametrize("rows", [SPLIT, "2 remove ask.why", "2 rename ask.why -> b", "2 merge ask.why -> ask.how"])
def test_later_changes_leave_the_agreement_of_a_round_alone(rows):
    resampling = Resampling(20, 0.95, 1)
    before, after = (agreement.judged_by(gathered(each), coded.codebook(), "unit", 1) for each in ("", rows))
    for table in (agreement.of_sets, agreement.by_code):
        found, expected = (table(judged, resampling, "units") for judged in (after, before))
        assert found.equals(expected)
    assert agreement.disagreements(after)["code_id"].tolist() == ["ask.why"]


def test_a_round_in_which_only_split_codes_were_looked_at_again_has_no_agreement():
    codings = CODINGS + "c1 ask.how ann 2\nc1 ask.how bob 2"
    again = gathered(SPLIT, codings, READ | {("ann", 2): "s1", ("bob", 2): "s1"})
    for same_span in ("unit", "exact"):
        judged = agreement.judged_by(again, coded.codebook(), same_span, 2)
        assert judged.reason == "in round 2 only codings of split codes were looked at again"


def test_a_split_code_stays_in_the_codebook_while_its_codings_wait():
    codebook = coded.codebook()
    waiting = gathered(SPLIT)
    assert "ask.why" in set(waiting.codebook_of(codebook)["code_id"])
    assert "ask.why" not in set(waiting.in_use(codebook)["code_id"])
    answered = gathered(SPLIT, CODINGS, READ | {("ann", 2): "s1 s2", ("bob", 2): "s1"})
    assert "ask.why" not in set(answered.codebook_of(codebook)["code_id"])
