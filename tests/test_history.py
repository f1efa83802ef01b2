from dataclasses import replace

import pandas as pd
import pytest

import coded
from analysis import coding, history, occurrence, rounds, schema, units
from analysis.coded import Coded
from analysis.computable import NotComputable
from analysis.errors import TableError
from analysis.resampling import Resampling
from analysis.tables import read_table

NO_HISTORY = NotComputable("the study has no history")


def changes(rows: str) -> pd.DataFrame:
    """Changes as: round change code -> successors."""
    cells = [row.replace("->", " -> ").split(" -> ") for row in rows.strip().splitlines()]
    begun = [cell[0].split() for cell in cells]
    after = [" ".join(cell[1].split()) if len(cell) > 1 else None for cell in cells]
    count = len(cells)
    return coded.frame(
        "history", change_id=[f"h{n}" for n in range(count)], round=[int(part[0]) for part in begun],
        change=[part[1] for part in begun], code_id=[part[2] for part in begun], becomes=after,
        by=["ann"] * count, why=["because"] * count, decided_at=["2025-02-01T10:00:00Z"] * count,
    )  # fmt: skip


def given(*pairs: str) -> pd.DataFrame:
    """Codings as code@round."""
    rows = [pair.split("@") for pair in pairs]
    return coded.codings("\n".join(f"c1 {code} ann {number}" for code, number in rows))


@pytest.mark.parametrize(
    ("rows", "pair", "expected"),
    [
        ("2 rename a -> b", "a@1", ["b"]),
        ("2 move a -> x.a", "a@1", ["x.a"]),
        ("2 merge a -> c\n2 merge b -> c", "b@1", ["c"]),
        ("2 redefine a", "a@1", ["a"]),
        ("2 add a", "a@2", ["a"]),
        ("2 rename a -> b\n3 merge b -> c", "a@1", ["c"]),
        ("3 merge b -> c\n2 rename a -> b", "a@1", ["c"]),
        ("2 rename a -> b\n2 rename b -> c", "a@1", ["c"]),
        ("2 rename b -> c\n2 rename a -> b", "a@1", ["b"]),
        ("2 rename a -> b\n3 rename b -> a", "a@1", ["a"]),
        ("2 rename a -> b", "b@2", ["b"]),
        ("3 rename a -> b", "a@2", ["b"]),
        ("4 rename a -> b", "a@1", ["a"]),
        ("2 split a -> b c\n3 merge c -> b", "a@1", ["b"]),
        ("2 rename a -> b\n2 add a", "a@2", ["a"]),
    ],
)
def test_an_earlier_coding_stands_under_the_latest_code(rows, pair, expected):
    mapped = history.mapped(given(pair), changes(rows), 3)
    assert mapped.codings["code_id"].tolist() == expected
    assert mapped.codings["given_as"].tolist() == [pair.split("@")[0]]
    assert not len(mapped.split)
    assert not len(mapped.removed)


def test_a_coding_of_a_split_code_is_left_to_a_reader_with_the_codes_to_choose_from():
    mapped = history.mapped(given("a@1", "b@2"), changes("2 split a -> a b\n3 rename b -> c"), 3)
    assert mapped.split[["code_id", "becomes"]].to_numpy().tolist() == [["a", "a c"]]
    assert mapped.codings["code_id"].tolist() == ["c"]


@pytest.mark.parametrize("cell", ["b c", "b; c", "b;c", "b, c", "b；c"])
def test_successors_may_be_parted_as_people_part_them(cell):
    mapped = history.mapped(given("a@1"), changes(f"2 split a -> {cell}"), 2)
    assert mapped.split[["becomes", "since"]].to_numpy().tolist() == [["b c", 2]]


def test_a_change_may_have_a_plain_date(tmp_path):
    path = tmp_path / "history.csv"
    header = ",".join(schema.TABLES["history"].column_names)
    path.write_text(f"{header}\nh1,2,redefine,a,,ann,2025-02-10,so\nh2,2,redefine,b,,ann,2025-02-10T09:00:00Z,so\n")
    decided = read_table(path, "history")["decided_at"]
    assert decided.dt.strftime("%m-%d %H").tolist() == ["02-10 00", "02-10 09"]
    path.write_text(f"{header}\nh1,2,redefine,a,,ann,10.2.2025,so\n")
    with pytest.raises(TableError, match=r"'10.2.2025'; expected a date such as 2025-01-19, or a time in UTC such as"):
        read_table(path, "history")


def test_codes_that_stand_nowhere_are_named_with_their_line():
    table = changes("2 add new\n2 split a -> new b\n3 redefine q\n3 rename gone -> b\n4 merge new -> b")
    assert history.nowhere(table, {"a"}) == [(3, "b"), (4, "q")]
    assert history.nowhere(table, {"a", "b", "q"}) == []


def test_codings_that_went_with_a_removed_code_are_counted():
    codebook = coded.codebook()
    removed = history.mapped(given("ask.why@1", "ask.why@1", "b@1"), changes("2 remove ask.why\n2 remove b"), 2).removed
    assert history.gone(removed, codebook).to_numpy().tolist() == [["ask.why", "Why", 2], ["b", "b", 1]]
    nothing = history.gone(removed.head(0), codebook)
    assert nothing.reason == "no code was removed under which anything stood"


def test_a_coding_of_a_removed_code_goes_with_it():
    mapped = history.mapped(given("a@1", "b@1"), changes("2 remove a"), 2)
    assert mapped.removed["code_id"].tolist() == ["a"]
    assert mapped.codings["code_id"].tolist() == ["b"]


def test_a_study_without_history_has_one_codebook_throughout():
    codings = given("a@1", "a@2")
    mapped = history.mapped(codings, history.history_of(NO_HISTORY), 2)
    assert mapped.codings["code_id"].tolist() == ["a", "a"]


def test_every_coding_by_a_code_that_was_gone_is_told_with_its_line():
    codings = given("a@1", "a@2", "b@3", "b@2")
    with pytest.raises(TableError) as error:
        history.mapped(codings, changes("2 rename a -> z\n3 remove b"), 3)
    assert str(error.value).splitlines() == [
        "codings, line 3: k1 gives 'a' in round 2, but it was renamed to z from round 2 on (history, line 2).",
        "codings, line 4: k2 gives 'b' in round 3, but it was removed from round 3 on (history, line 3).",
        "Give another code, or correct the history, then run the same command again.",
    ]


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ("2 rename a", "line 2: 'becomes' is 'nothing' after rename; expected the one code that takes its place."),
        ("2 merge a -> b c", "line 2: 'becomes' is 'b c' after merge; expected the one code that takes its place."),
        ("2 split a -> b", "line 2: 'becomes' is 'b' after split; expected two codes or more."),
        ("2 remove a -> b", "line 2: 'becomes' is 'b' after remove; expected none."),
        ("2 redefine a -> b", "line 2: 'becomes' is 'b' after redefine; expected none, or the code itself."),
        (
            "2 rename a -> b\n2 rename b -> a",
            "line 3: 'b' becomes 'a' again, from which it came in line 2, in the same",
        ),
        ("2 rename a -> b\n2 split b -> c d\n2 merge d -> a", "line 4: 'd' becomes 'a' again, from which it came in"),
        (
            "2 split a -> b c\n2 merge x -> a",
            "line 3: 'x' becomes 'a', but it was split into b, c from round 2 on (history, line 2). Name a code that",
        ),
    ],
)
def test_a_change_that_cannot_be_is_told_with_its_line(rows, told):
    with pytest.raises(TableError) as error:
        history.mapped(given("q@1"), changes(rows), 3)
    assert str(error.value).startswith(f"history, {told}")
    assert str(error.value).endswith("Correct the history, then run the same command again.")


def test_all_changes_that_cannot_be_are_told_at_once():
    with pytest.raises(TableError) as error:
        history.changes_of(changes("2 rename a\n2 split b -> c"))
    assert str(error.value).count("history, line") == 2


def test_a_split_coding_is_to_be_coded_again_unless_its_coder_came_back():
    corpus = coded.corpus()
    placed = units.placed(coded.codings("c1 a ann 1\nc2 a ann 1\nc1 a bob 1\nc2 b ann 2"), corpus, units.SCREENSHOT)
    split = history.mapped(placed, changes("2 split a -> b c"), 2).split
    readings = coded.read({("ann", 1): "s1 s2", ("bob", 1): "s1", ("ann", 2): "s2"})
    again = history.listed(history.to_code_again(split, readings))
    assert again[["coder", "unit", "becomes"]].to_numpy().tolist() == [["ann", "s1", "b c"], ["bob", "s1", "b c"]]


def test_the_trail_tells_who_when_why_and_to_how_many_codings_a_change_applied():
    codings = given("a@1", "a@1", "b@1", "b@2", "z@1")
    trail = history.trail(changes("2 rename a -> b\n3 merge b -> c\n2 redefine z"), codings, coded.codebook())
    assert trail[["round", "change", "codings", "by", "decided_at", "why"]].to_numpy().tolist() == [
        [2, "rename", 2, "ann", "2025-02-01", "because"],
        [2, "redefine", 1, "ann", "2025-02-01", "because"],
        [3, "merge", 4, "ann", "2025-02-01", "because"],
    ]


def test_a_change_does_not_apply_to_what_was_given_in_its_own_round():
    trail = history.trail(changes("2 redefine a\n2 split b -> b c"), given("a@1", "a@2", "b@2"), coded.codebook())
    assert trail["codings"].tolist() == [1, 0]


def test_a_study_without_history_has_no_trail():
    assert history.trail(NO_HISTORY, given("a@1"), coded.codebook()) == NO_HISTORY


def test_a_codes_own_history_goes_back_to_where_it_came_from():
    table = changes("2 rename a -> b\n3 split b -> c d\n3 rename x -> y\n4 redefine c")
    assert history.about(table, "c")["change_id"].tolist() == ["h0", "h1", "h3"]
    assert history.about(table, "x")["change_id"].tolist() == ["h2"]


def test_who_came_back_before_the_code_was_split_has_not_coded_it_again():
    placed = units.placed(coded.codings("c1 a ann 1"), coded.corpus(), units.SCREENSHOT)
    split = history.mapped(placed, changes("3 split a -> b c"), 3).split
    assert len(history.to_code_again(split, coded.read({("ann", 2): "s1"}))) == 1
    assert len(history.to_code_again(split, coded.read({("ann", 3): "s1"}))) == 0


CODINGS = """
c1 old      ann 1
c1 ask.how  ann 1
c1 wide     ann 1
c2 ask.why  bob 1
c1 ask.why  ann 2
c1 joke.pun ann 2
"""
CHANGED = "2 rename old -> ask.why\n2 split wide -> joke.pun ask.how"


@pytest.fixture
def brought() -> Coded:
    corpus = coded.corpus()
    codings = units.placed(coded.codings(CODINGS), corpus, units.SCREENSHOT)
    read = coded.readings({("ann", 1): "s1 s2", ("bob", 1): "s2", ("ann", 2): "s1"})
    return Coded(codings, read, corpus, units.SCREENSHOT, changes(CHANGED))


def test_what_a_round_changed_is_counted_on_units_that_the_same_coder_read_twice(brought):
    found = rounds.changed(brought.brought, brought.readings, coded.codebook()).set_index("code_id")
    counted = found[[*rounds.COUNTED]].to_dict("index")
    nothing = dict.fromkeys(rounds.COUNTED, 0)
    assert counted == {
        "ask.why": {**nothing, "given_before": 1, "given_after": 1, "kept": 1, "renamed": 1},
        "ask.how": {**nothing, "given_before": 1, "withdrawn": 1},
        "joke.pun": {**nothing, "given_after": 1, "after_split": 1},
    }


def test_one_round_changes_nothing(brought):
    once = brought.readings[brought.readings["round"] == 1]
    found = rounds.changed(brought.brought, once, coded.codebook())
    assert found.reason == "nobody read a unit in two rounds"


def test_the_codings_that_stand_are_by_the_latest_codebook(brought):
    assert sorted(brought.standing["code_id"]) == ["ask.why", "ask.why", "joke.pun"]
    assert len(brought.to_code_again) == 0


AGAIN = """
c1 wide     ann 1
c1 ask.why  ann 1
c2 wide     ann 1
c2 wide     bob 1
c1 joke.pun ann 2
c1 ask.why  ann 2
"""


@pytest.fixture
def looked_again() -> Coded:
    """Ann read s1 and s2, and came back to s1 for the codings of a split code alone."""
    corpus = coded.corpus()
    read = coded.readings({("ann", 1): "s1 s2", ("bob", 1): "s2", ("ann", 2): "s1"})
    read["again"] = (read["round"] == 2).astype("boolean")
    codings = units.placed(coded.codings(AGAIN), corpus, units.SCREENSHOT)
    return Coded(codings, read, corpus, units.SCREENSHOT, changes("2 split wide -> joke.pun ask.how"))


def test_what_was_not_split_stands_when_only_split_codes_were_looked_at_again(looked_again):
    settled = looked_again.settled
    assert settled[["coder", "unit", "code_id"]].to_numpy().tolist() == [
        ["ann", "s1", "joke.pun"], ["ann", "s1", "ask.why"],
    ]  # fmt: skip
    again = looked_again.to_code_again
    assert again[["coder", "unit", "code_id", "becomes"]].to_numpy().tolist() == [
        ["ann", "s2", "wide", "joke.pun ask.how"], ["bob", "s2", "wide", "joke.pun ask.how"],
    ]  # fmt: skip


def test_looking_again_withdraws_nothing_that_was_not_looked_at(looked_again):
    found = rounds.changed(looked_again.brought, looked_again.readings, coded.codebook()).set_index("code_id")
    nothing = dict.fromkeys(rounds.COUNTED, 0)
    assert found[[*rounds.COUNTED]].to_dict("index") == {
        "ask.why": {**nothing, "given_before": 1, "given_after": 1, "kept": 1},
        "joke.pun": {**nothing, "given_after": 1, "after_split": 1},
    }


def test_what_was_not_looked_at_again_is_not_compared(looked_again):
    without = looked_again.as_given.iloc[:-1]
    once = replace(looked_again, as_given=without)
    found = rounds.changed(once.brought, once.readings, coded.codebook())
    assert found[["code_id", "given_before", "withdrawn", "after_split"]].to_numpy().tolist() == [["joke.pun", 0, 0, 1]]


def test_a_reading_of_the_whole_unit_looks_back_on_what_was_looked_at_again_since():
    read = coded.read({("ann", 1): "s1", ("ann", 2): "s1", ("ann", 3): "s1"})
    read["again"] = (read["round"] == 2).astype("boolean")
    found = rounds.passes(read)[["from_round", "to_round", "again"]]
    assert found.to_numpy().tolist() == [[1, 2, True], [1, 3, False]]


def test_a_pending_coding_counts_for_what_its_parts_share(looked_again):
    codebook, read = coded.codebook(), looked_again.units
    parts = history.codes_in("joke.pun ask.how")
    themes = coding.given_at(looked_again.standing, codebook, "theme")["code_id"].tolist()
    assert themes == ["play.joke", "learn.ask"]
    same = replace(looked_again, changes=changes("2 split wide -> ask.why ask.how"))
    assert coding.given_at(same.standing, codebook, "theme")["code_id"].tolist().count("learn.ask") == 3
    resampling = Resampling(20, 0.95, 1)
    table = occurrence.frequencies(looked_again.standing, codebook, read, "code", resampling).set_index("code_id")
    assert table["pending"][list(parts)].tolist() == ["to be coded again: 2 codings of wide"] * 2
    assert table.loc["ask.how", ["codings", "units", "share", "low", "creator_high"]].isna().all()
    assert table.loc["joke.pun", ["codings", "units"]].tolist() == [1, 1]
    assert pd.isna(table["pending"]["ask.why"])


def test_without_pending_codings_no_column_speaks_of_them(brought):
    table = occurrence.frequencies(brought.standing, coded.codebook(), brought.units, "code", Resampling(20, 0.95, 1))
    assert "pending" not in table


def test_absent_codings_are_absent_in_every_part():
    absent = NotComputable("the study has no codings")
    coded_study = Coded(absent, coded.readings(), coded.corpus(), units.SCREENSHOT, history.history_of(NO_HISTORY))
    for part in (coded_study.placed, coded_study.standing, coded_study.units, coded_study.to_code_again):
        assert part == absent


def test_codings_stand_though_no_reading_is_recorded(brought):
    unread = Coded(brought.as_given, NotComputable("the study has no readings"), *list(vars(brought).values())[2:5])
    assert len(unread.standing) == 3
    assert unread.units.reason == "the study has no readings"
