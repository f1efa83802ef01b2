"""Coded projects landed in a study's tables: what their sources, codes, codings and readings become."""

from unicodedata import normalize

import pandas as pd
import pytest

from analysis import schema
from analysis.errors import CodingError
from analysis.qda.gathering import Asked
from analysis.qda.guids import guid_of
from analysis.qda.project import Case, Code, Loss, Memo, Repair, Source, Told
from analysis.qda.report import by_file, counting, lost, matched, off_the_text, readings
from coded import frame
from landing_making import COMMENT, POST, coding, guid, held, land, project, said, source


def codings(landed) -> list[tuple]:
    rows = landed.tables["codings"]
    return [
        tuple(None if pd.isna(cell) else cell for cell in row)
        for row in rows[["unit_id", "start", "end", "code_id", "coder", "round"]].itertuples(index=False)
    ]


def checked(landed) -> None:
    """Every table can be written and read again."""
    for name, table in landed.tables.items():
        schema.check(schema.as_text(table, name), name, where=name)


WAYS = [
    ("by our guid", Source(guid_of("unit", "c1"), "renamed", text=COMMENT), "comment"),
    ("by a name that is the identifier", source(10, "c1", COMMENT), "comment"),
    ("by a name with an ending", source(10, "c1.txt", COMMENT), "comment"),
    ("by a name in a folder", source(10, "Files\\c1", COMMENT), "comment"),
    ("by equal text", source(10, "something", COMMENT), "comment"),
    ("by text in other line ends", source(10, "something", "\ufeff" + POST.replace("\n", "\r\n") + "\r\n"), "post"),
    ("by text in other accents", source(10, "something", normalize("NFD", COMMENT)), "comment"),
    ("by a picture's identifier", source(10, "s1.png", kind="picture"), "screenshot"),
    ("by a picture's file name", source(10, "first", kind="picture"), "screenshot"),
]


@pytest.mark.parametrize(("way", "given", "kind"), WAYS, ids=[way for way, *_ in WAYS])
def test_a_source_is_found_in_the_corpus(way, given, kind):
    landed = land(project([given]))
    assert said(landed, "matched", kind) == 1
    assert said(landed, "document") == 0
    assert landed.tables["documents"].empty


@pytest.mark.parametrize(
    "given",
    [source(10, "an interview", "Nobody else says so."), source(10, "yes", "yes"), source(10, "x", kind="video")],
    ids=["a text of its own", "a text that two comments say", "a recording"],
)
def test_what_is_not_in_the_corpus_becomes_a_document(given):
    landed = land(project([given]))
    documents = landed.tables["documents"]
    assert documents["unit_id"].tolist() == [guid(10)]
    assert documents["name"].tolist() == [given.name]
    assert said(landed, "document") == 1
    checked(landed)


def test_a_span_is_carried_over_to_the_unit_exactly():
    text = "\ufeff" + normalize("NFD", POST).replace("\n", "\r\n")
    given = project([source(10, "p1", text)], [coding(20, 10, words="猫 cat", text=text)])
    landed = land(given)
    ((unit, start, end, code, coder, number),) = codings(landed)
    assert (unit, POST[start:end], code, coder, number) == ("p1", "猫 cat", "ask.why", "ann", 1)


def test_a_post_without_a_title_keeps_its_positions():
    text = "with no title"
    landed = land(project([source(10, "p2", text)], [coding(20, 10, words="no", text=text)]))
    assert codings(landed) == [("p2", 6, 8, "ask.why", "ann", 1)]


def test_a_source_whose_text_is_another_stays_a_document_and_is_told():
    text = "It is a dog"
    landed = land(project([source(10, "c1", text)], [coding(20, 10, words="dog", text=text)]))
    assert codings(landed) == [(guid(10), 8, 11, "ask.why", "ann", 1)]
    told = landed.tables["coded"].query("measure == 'repair'")["value"].tolist()
    assert told == ["text source 'c1': its text is not that of the comment of its name, so it is kept as a document"]


def test_a_source_that_is_coded_as_a_whole_needs_no_equal_text():
    landed = land(project([source(10, "c1", "It is a dog")], [coding(20, 10)]))
    assert codings(landed) == [("c1", None, None, "ask.why", "ann", 1)]
    assert "it is coded as a whole" in landed.tables["coded"].query("measure == 'repair'")["value"].item()


def test_a_table_without_texts_counts_in_the_units_text():
    found = coding(20, 10, words="猫", text=POST)
    quoted = coding(21, 10, quoted="cat?")
    twice = coding(22, 10, code=2, quoted="l")
    landed = land(project([source(10, "p1")], [found, quoted, twice]))
    spans = [(start, end) for _, start, end, *_ in codings(landed)]
    assert [None if start is None else POST[start:end] for start, end in spans] == [None, "猫", "cat?"]
    assert "where a quotation stands" in landed.tables["coded"].query("measure == 'lost'")["value"].item()


def mask(texts):
    return [text.replace("@ann lee", "‹person›") for text in texts]


def test_a_documents_text_is_masked_and_its_spans_move_along():
    text = "ask @ann lee or me"
    given = project([source(10, "interview", text)], [coding(20, 10, words="or me", text=text)])
    landed = land(given, mask=mask)
    document = landed.tables["documents"].iloc[0]
    assert document["text"] == "ask ‹person› or me"
    ((_, start, end, *_),) = codings(landed)
    assert document["text"][start:end] == "or me"
    again = land(given, into=held(landed), mask=mask)
    assert again.is_same


def test_the_text_as_it_was_before_it_was_masked_finds_its_comment():
    into = held()
    into.units.add(type(into.units.by_id["c1"])("c9", "comment", text="ask ‹person› or me"))
    text = "ask @ann lee or me"
    landed = land(project([source(10, "a", text)], [coding(20, 10, words="me", text=text)]), into=into, mask=mask)
    assert codings(landed) == [("c9", 16, 18, "ask.why", "ann", 1)]


CODES = [
    ("by our guid", Code(guid_of("code", "ask.how"), "Renamed"), "ask.how"),
    ("by its identifier", Code(guid(1), "ask.how"), "ask.how"),
    ("by its name", Code(guid(1), " how "), "ask.how"),
]


@pytest.mark.parametrize(("way", "code", "expected"), CODES, ids=[way for way, *_ in CODES])
def test_a_code_is_found_in_the_codebook(way, code, expected):
    given = project([source(10, "c1")], codes=[code])
    given.codings = [coding(20, 10)]
    given.codings[0].__dict__["code"] = code.guid
    landed = land(given)
    assert landed.tables["codings"]["code_id"].tolist() == [expected]
    assert len(landed.tables["codebook"]) == 7


def test_a_path_of_names_decides_where_names_are_not_unique():
    codes = [Code(guid(5), "Learn"), Code(guid(6), "Ask", guid(5)), Code(guid(7), "Why", guid(6)), Code(guid(8), "Why")]
    landed = land(project([source(10, "c1")], [coding(20, 10, code=7), coding(21, 10, code=8)], codes=codes))
    assert sorted(landed.tables["codings"]["code_id"]) == ["ask.why", "why"]
    book = landed.tables["codebook"].set_index("code_id")
    assert book.loc["why", ["level", "basis", "guid"]].tolist() == ["code", "own", guid(8)]


def test_a_foreign_tree_gets_identifiers_and_levels():
    codes = [
        Code(guid(1), "Play & joy", codable=False, colour="#AABBCC"), Code(guid(2), "Jokes", guid(1), codable=False),
        Code(guid(3), "Puns", guid(2), description="A play on words."), Code(guid(4), "Puns", guid(2)),
        Code(guid(5), "Mood", codable=True), Code(guid(6), "Glad", guid(5)), Code(guid(7), "幽默"),
    ]  # fmt: skip
    landed = land(project(codes=codes))
    new = landed.tables["codebook"].query("basis == 'own'").set_index("code_id")
    assert new["level"].to_dict() == {
        "play-joy": "pattern", "play-joy.jokes": "theme", "play-joy.jokes.puns": "code",
        "play-joy.jokes.puns-2": "code", "mood": "theme", "mood.glad": "code", "幽默": "code",
    }  # fmt: skip
    assert new.loc["play-joy.jokes.puns", "parent_id"] == "play-joy.jokes"
    assert new.loc["play-joy", "colour"] == "#aabbcc"
    assert new["codable"].dropna().to_dict() == {"mood": True}
    checked(landed)


def test_of_two_definitions_the_longer_is_kept_and_the_other_told():
    first = project(codes=[Code(guid(1), "Why", description="Asks why.")])
    second = project(codes=[Code(guid(1), "Why", description="Asks for what reason.")])
    for order in ((first, second), (second, first)):
        landed = land(*order)
        book = landed.tables["codebook"].set_index("code_id")
        assert book.loc["ask.why", "definition"] == "Asks for what reason."
    assert landed.tables["coded"].query("measure == 'joined'")["value"].tolist() == [
        "ask.why: of two texts for its definition the longer is kept, not 'Asks why.'"
    ]


def test_what_two_coders_coded_merges_and_what_both_files_hold_counts_once():
    ann = coding(20, 10, words="猫", text=POST)
    bob = coding(21, 10, words="猫", text=POST, coder="bob")
    other_guid = coding(22, 10, words="猫", text=POST)
    sources = [source(10, "p1", POST)]
    landed = land(project(sources, [ann]), project(sources, [ann, bob, other_guid]))
    assert [row[4] for row in codings(landed)] == ["ann", "bob"]
    assert said(landed, "repeated", file="made-bbbbbbbb") == 2
    checked(landed)


def test_one_guid_for_two_codings_gives_two_identifiers():
    sources = [source(10, "p1", POST)]
    landed = land(project(sources, [coding(20, 10)]), project(sources, [coding(20, 10, code=2)]))
    assert landed.tables["codings"]["coding_id"].is_unique
    assert len(landed.tables["codings"]) == 2
    checked(landed)


def test_the_same_file_again_changes_nothing():
    given = project(
        [source(10, "p1", POST), source(11, "interview", "Some words")],
        [coding(20, 10, words="猫", text=POST, memo="hm"), coding(21, 11, words="Some", text="Some words", code=2)],
        memos=[Memo(guid(30), "coding", guid(20), "a note"), Memo(guid(31), "project", None, "another")],
        cases=[Case(guid(40), "Somebody", (guid(11),), (("age", "integer", "30"),))],
        values=[(guid(11), "place", "text", "here")],
    )
    landed = land(given)
    again = land(given, into=held(landed))
    assert again.is_same
    for name, table in landed.tables.items():
        pd.testing.assert_frame_equal(again.tables[name], table)
    checked(landed)


def test_a_coders_later_state_replaces_the_earlier_one():
    sources = [source(10, "p1", POST), source(11, "c1", COMMENT)]
    first = project(sources, [coding(20, 10), coding(21, 11), coding(22, 11, coder="bob")])
    later = project(sources, [coding(20, 10), coding(23, 11, code=2)])
    landed = land(later, into=held(land(first)), names="b")
    assert codings(landed) == [
        ("c1", None, None, "new", "ann", 1), ("p1", None, None, "ask.why", "ann", 1),
        ("c1", None, None, "ask.why", "bob", 1),
    ]  # fmt: skip
    assert said(landed, "replaced", "ann, round 1", "made-bbbbbbbb") == 1
    kept = landed.tables["codings"].set_index("coding_id")["source"]
    assert kept[guid(20)] == "made-bbbbbbbb"
    assert kept[guid(22)] == "made-aaaaaaaa"


def test_other_units_and_other_rounds_of_a_coder_stay():
    first = project([source(10, "p1"), source(11, "c1")], [coding(20, 10), coding(21, 11)])
    other_unit = project([source(10, "p1")], [coding(20, 10, memo="still")])
    landed = land(other_unit, into=held(land(first)), names="b")
    assert len(codings(landed)) == 2
    assert landed.tables["codings"].set_index("coding_id").loc[guid(20), "memo"] == "still"
    other_round = project([source(10, "p1")], [coding(24, 10, code=2, round=2)])
    assert len(codings(land(other_round, into=held(land(first)), names="b"))) == 3


def test_a_file_with_nothing_in_common_adds_and_replaces_nothing():
    first = project([source(10, "p1")], [coding(20, 10)])
    second = project([source(10, "p1")], [coding(21, 10, code=2)])
    assert len(codings(land(second, into=held(land(first)), names="b"))) == 2


ASSIGNED = frame(
    "assignments", coder=["ann", "ann", "ann", "bob"], round=[1, 2, 2, 2], unit_id=["p1", "c1", "p1", "c1"],
    position=[1, 1, 2, 1], shared=["false"] * 4, seed=[1] * 4,
)  # fmt: skip


def test_a_package_that_comes_back_was_read_in_its_round_and_order():
    given = project([source(10, "p1"), source(11, "c1")], [coding(20, 10)])
    landed = land(given, into=held(assignments=ASSIGNED))
    read = landed.tables["readings"]
    assert read[["coder", "round", "unit_id", "position"]].to_numpy().tolist() == [
        ["ann", 2, "c1", 1],
        ["ann", 2, "p1", 2],
    ]
    assert codings(landed)[0][5] == 2
    assert said(landed, "readings", "assigned") == 2


def test_a_package_that_comes_back_without_its_codings_withdraws_them():
    sources = [source(10, "p1"), source(11, "c1")]
    first = land(project(sources, [coding(20, 10)]), into=held(assignments=ASSIGNED))
    later = land(project(sources), into=held(first, ASSIGNED), asked=Asked(Told("ann")), names="b")
    assert codings(later) == []
    assert said(later, "replaced", "ann, round 2", "made-bbbbbbbb") == 1


def test_without_a_record_only_what_was_coded_is_known_to_be_read():
    sources = [source(10, "p1"), source(11, "c1"), source(12, "c2")]
    given = project(sources, [coding(20, 12), coding(21, 10)])
    landed = land(given)
    assert landed.tables["readings"]["unit_id"].tolist() == ["c2", "p1"]
    assert said(landed, "readings", "coded only") == 2
    all_read = land(given, asked=Asked(read_all=True))
    assert set(all_read.tables["readings"]["unit_id"]) == {"p1", "c1", "c2"}


def test_a_recorded_reading_is_kept_in_its_order():
    sources = [source(10, "p1"), source(11, "c1")]
    given = project(sources, [coding(20, 10)], readings=[("ann", guid(11), None), ("ann", guid(10), None)])
    assert land(given).tables["readings"]["unit_id"].tolist() == ["c1", "p1"]


def test_a_later_reading_follows_those_that_are_there():
    first = land(project([source(11, "c1")], [coding(20, 11)]))
    second = land(project([source(10, "p1")], [coding(21, 10)]), into=held(first), names="b")
    assert second.tables["readings"][["unit_id", "position"]].to_numpy().tolist() == [["c1", 1], ["p1", 2]]


def again(landed) -> list[bool]:
    return landed.tables["readings"]["again"].fillna(value=False).tolist()


def test_looking_again_at_split_codes_alone_is_marked_on_the_readings():
    given = project([source(10, "p1")], [coding(20, 10)])
    whole = land(given, asked=Asked(Told(None, 2)))
    assert again(whole) == [False]
    assert again(land(given, asked=Asked(Told(None, 2), again=True))) == [True]
    # The same file again says what it is, and another file that is whole says that all was read.
    marked = land(given, into=held(whole), asked=Asked(Told(None, 2), again=True))
    assert again(marked) == [True]
    assert not marked.is_same
    assert again(land(given, into=held(marked), asked=Asked(Told(None, 2)))) == [False]
    other = project([source(10, "p1")], [coding(21, 10, code=2)])
    assert again(land(other, into=held(marked), asked=Asked(Told(None, 2)), names="b")) == [False]
    assert again(land(other, into=held(whole), asked=Asked(Told(None, 2), again=True), names="b")) == [False]


def test_nothing_can_be_looked_at_again_in_the_first_round():
    given = project([source(10, "p1")], [coding(20, 10)])
    with pytest.raises(CodingError, match=r"a.qdpx: --again is for a later round, and the file is of round 1\.\nSay"):
        land(given, asked=Asked(again=True))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("learn.ask.asks-how", ["learn.ask.asks-how", "Asks how", "learn.ask"]),
        ("learn.else.asks_how", ["learn.else.asks_how", "Asks how", "learn"]),
        ("else.asks-how", ["else.asks-how", "else.asks-how", None]),
        ("Mr. Bean", ["mr-bean", "Mr. Bean", None]),
    ],
)
def test_an_identifier_with_dots_stays_and_hangs_under_what_its_path_names(name, expected):
    landed = land(project([source(10, "p1")], [coding(20, 10)], codes=[Code(guid(1), name)]))
    row = landed.tables["codebook"].set_index("code_id").loc[expected[0], ["name", "parent_id"]]
    assert [expected[0], *row.astype("object").where(row.notna(), None)] == expected
    assert landed.tables["codings"]["code_id"].tolist() == expected[:1]


@pytest.mark.parametrize(("key", "parent"), [("learn.ask.how-so", "learn.ask"), ("K7", None)])
def test_an_identifier_that_a_table_gives_beside_the_name_stays(key, parent):
    given = Code(guid(1), "About language", key=key)
    landed = land(project([source(10, "p1")], [coding(20, 10)], codes=[given]))
    row = landed.tables["codebook"].set_index("code_id").loc[key]
    assert (row["name"], row["parent_id"] if parent else None) == ("About language", parent)


def test_a_file_that_does_not_say_who_coded_is_refused_with_what_to_do():
    nameless = project([source(10, "p1")], [coding(20, 10, coder=None), coding(21, 10, code=2)])
    with pytest.raises(CodingError, match=r"a.qdpx: 1 of 2 codings do not say who gave them\. .*--coder NAME"):
        land(nameless)


@pytest.mark.parametrize(
    ("coders", "expected"),
    [(["admin", "admin"], ["cem", "cem"]), ([None, None], ["cem", "cem"]), (["ann", None], ["ann", "cem"]),
     (["ann", "User"], ["ann", "cem"]), (["Cem", "CEM"], ["cem", "cem"]), (["ann", "cem"], ["ann", "cem"])],
    ids=["one name for everybody", "no name", "one name and none", "a name and a program's", "other letters", "two"],
)  # fmt: skip
def test_a_coder_named_on_the_command_line(coders, expected):
    found = [coding(20 + number, 10 + number, coder=coder) for number, coder in enumerate(coders)]
    landed = land(project([source(10, "c1"), source(11, "p1")], found), asked=Asked(Told("cem", 3)))
    assert [(row[4], row[5]) for row in codings(landed)] == [(name, 3) for name in expected]


def test_a_selection_off_the_text_is_listed_and_left_out():
    off = coding(20, 10, words="猫", text=POST)
    off.__dict__.update(start=900, end=910)
    landed = land(project([source(10, "p1", POST)], [off, coding(21, 10, words="why", text=POST)],
                          memos=[Memo(guid(30), "coding", guid(20), "what was meant")]))  # fmt: skip
    assert [row[:3] for row in codings(landed)] == [("p1", 8, 11)]
    assert (said(landed, "on the text"), said(landed, "off the text")) == (1, 1)
    listed = landed.tables["coded"].query("measure == 'off the text' and item == '1'")["value"].item()
    assert listed.startswith("coding 20: p1, 900–910: leads out of the text")
    memo = landed.tables["memos"].iloc[0]
    assert (memo["about"], memo["about_id"]) == ("unit", "p1")


def test_notes_cases_and_values_point_to_our_identifiers():
    given = project(
        [source(10, "p1"), source(11, "an interview", "Some words")],
        [coding(20, 10)],
        memos=[
            Memo(guid(30), "code", guid(1), "on the code", "ann"), Memo(guid(31), "unit", guid(10), "on the post"),
            Memo(guid(32), "coding", guid(20), "on the coding"), Memo(guid(33), "case", guid(40), "on the case"),
            Memo(guid(34), "code", guid(99), "on nothing"),
        ],
        cases=[
            Case(guid(40), "Somebody", (guid(11), guid(10)), (("age", "integer", "30"),)),
            Case(guid_of("case", "u1"), "u1", (guid(10),), (("side", "text", "host"), ("mood", "text", "glad"))),
        ],
        values=[(guid(11), "place", "text", "here"), (guid(10), "likes", "integer", "5")],
    )  # fmt: skip
    landed = land(given)
    memos = landed.tables["memos"].set_index("memo_id")
    assert memos["about_id"].to_dict() == {guid(30): "ask.why", guid(31): "p1", guid(32): guid(20), guid(33): guid(40)}
    assert landed.tables["cases"][["case_id", "units"]].to_numpy().tolist() == [[guid(40), f"{guid(11)} p1"]]
    values = landed.tables["attributes"][["about_id", "variable", "value"]].to_numpy().tolist()
    assert values == [[guid(11), "place", "here"], [guid(40), "age", "30"], ["u1", "mood", "glad"]]
    assert "a note on something that is not in the file" in landed.tables["coded"]["value"].tolist()
    checked(landed)


def test_a_changed_value_takes_the_earlier_ones_place_and_is_counted():
    def given(age):
        return project(cases=[Case(guid(40), "Somebody", (), (("age", "integer", age),))])

    landed = land(given("31"), into=held(land(given("30"))), names="b")
    assert landed.tables["attributes"]["value"].tolist() == ["31"]
    assert said(landed, "joined", "values", "made-bbbbbbbb") == 1


def test_new_guids_for_the_same_things_are_the_same_things():
    text = "Some words"
    first = project([source(10, "interview", text)], [coding(20, 10, words="words", text=text)])
    renewed = project(
        [source(110, "interview", text)], [coding(120, 110, code=101, words="words", text=text)],
        codes=[Code(guid(101), "Why"), Code(guid(102), "New")],
    )  # fmt: skip
    landed = land(renewed, into=held(land(first)), names="b")
    assert landed.tables["codings"]["coding_id"].tolist() == [guid(20)]
    assert len(landed.tables["documents"]) == 1
    assert len(landed.tables["codebook"]) == 8


def test_what_was_ours_comes_back_under_our_identifier():
    first = land(project([source(10, "p1")], [coding(20, 10)]))
    first.tables["codings"]["coding_id"] = "k1"
    back = project([source(10, "p1")], [coding(20, 10, code=2)])
    back.codings[0].__dict__["guid"] = guid_of("coding", "k1")
    codings = land(back, into=held(first), names="b").tables["codings"]
    assert codings[["coding_id", "code_id"]].to_numpy().tolist() == [["k1", "new"]]


def test_parts_of_pictures_and_recordings_are_kept():
    from analysis.qda.project import Area

    found = [
        coding(20, 10, area=Area(1, 2, 30.5, 40)), coding(21, 11, begin=1000, finish=2500),
        coding(22, 12, area=Area(1, 2, 3, 4, page=2)),
    ]  # fmt: skip
    sources = [source(10, "s1", kind="picture"), source(11, "a talk", kind="audio"), source(12, "a page", kind="pdf")]
    rows = land(project(sources, found)).tables["codings"].set_index("coding_id")
    assert rows.loc[guid(20), ["unit_id", "right", "bottom"]].tolist() == ["s1", 30.5, 40]
    assert rows.loc[guid(21), ["begin", "finish"]].tolist() == [1000, 2500]
    assert rows.loc[guid(22), "page"] == 2


def test_the_report_counts_what_a_notebook_shows():
    given = project(
        [source(10, "p1", POST), source(11, "interview", "Some words")],
        [coding(20, 10, words="why", text=POST), coding(21, 11)],
        lost=[Loss("a link", 3, "from here"), Loss("a set", 1)], repairs=[Repair("Code 'Why'", "has no colour")],
    )  # fmt: skip
    coded = land(given).tables["coded"]
    assert by_file(coded)[["file", "sources", "codes", "codings", "coders"]].to_numpy().tolist()[0] == [
        "made-aaaaaaaa", 2, 2, 2, 1,
    ]  # fmt: skip
    assert matched(coded)[["post", "document"]].to_numpy().tolist() == [[1, 1], [1, 1]]
    assert counting(coded)[["on_the_text", "off_the_text", "fitting"]].to_numpy().tolist() == [[1, 0, 1]]
    assert lost(coded)[["lost", "repair"]].to_numpy().tolist() == [[4, 1]]
    assert readings(coded)["readings"].tolist() == [2]
    assert off_the_text(coded).reason == "every selection of what was imported is on its text"
    nothing = schema.empty("coded")
    assert [table(nothing).reason for table in (by_file, matched, off_the_text, counting, lost, readings)] == [
        *["no codings were imported"] * 3, "no text was selected in what was imported",
        "nothing was lost, repaired or joined", "nothing is known of who read what",
    ]  # fmt: skip


def test_a_file_is_told_with_the_program_that_wrote_it():
    named, nameless = project([source(10, "p1")]), project([source(10, "p1")], [coding(20, 10)])
    named.origin = "NVivo  14 " + "x" * 50
    told = by_file(land(named, nameless).tables["coded"]).set_index("file").astype("object")
    assert told["program"].dropna().to_dict() == {"made-aaaaaaaa": "NVivo 14 " + "x" * 31}


def test_what_positions_count_is_told_with_what_the_file_cannot_tell_apart_and_with_doubts():
    quoted, silent = project([source(10, "p1", POST)]), project([source(10, "p1", POST)])
    quoted.codings = [coding(20, 10, words="Hello", text=POST, quoted="Hello")]
    silent.codings = [coding(21, 10, words="Hell", text=POST)]
    sure, unsure = (counting(land(given).tables["coded"]).astype("object").iloc[0] for given in (quoted, silent))
    assert sure["same_as"] == "UTF-16 code units or bytes of UTF-8"
    assert (sure["alternative"], sure["alternative_fitting"]) == ("codepoints, the end as the last character", 0)
    assert pd.isna(sure["doubt"])
    assert unsure["doubt"].startswith("more selections (1) fit codepoints, the end as the last character, but not")


def test_no_table_for_a_notebook_quotes_what_is_off_the_text_mended_or_lost():
    secret, names = "words of Zoë", "Zoë"
    wrong, outside = coding(20, 10, words="why", text=POST, quoted=secret), coding(21, 10, words="why", text=POST)
    outside.__dict__.update(start=900, end=910)
    right = [coding(22 + n, 10, words=word, text=POST, quoted=word) for n, word in enumerate(("is", "cat", "why"))]
    given = project(
        [source(10, "p1", POST), source(11, f"c1, 3–4: {names}", COMMENT)], [wrong, outside, *right],
        lost=[Loss(f"a link of {names}", 3, secret)], repairs=[Repair(f"Code '{names}'", secret)],
    )  # fmt: skip
    coded = land(given).tables["coded"]
    assert secret in " ".join(coded["value"].dropna())
    shown = [table(coded) for table in (by_file, matched, counting, off_the_text, lost, readings)]
    assert not any(word in table.to_csv() for table in shown for word in (secret, names))
    off = off_the_text(coded)
    assert off[["file", "item"]].to_numpy().tolist() == [["made-aaaaaaaa", "1"], ["made-aaaaaaaa", "2"]]
    assert off[["start", "end"]].to_numpy().tolist() == [[POST.index("why"), POST.index("why") + 3], [900, 910]]
