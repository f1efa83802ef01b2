from dataclasses import replace
from itertools import product

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from analysis.qda.offsets import Decided, decide, told
from analysis.qda.offsets_evidence import BEGUN, BEGUN_TO_AN_EDGE, EQUAL, TRIMMED, agreement
from analysis.qda.offsets_texts import Texts
from analysis.qda.project import Area, Coding, Counting, Project, Source
from qda_making import on_the_text

CODEPOINTS, UTF_16, UTF_8 = (Counting(unit, crlf=2) for unit in ("codepoints", "utf-16", "utf-8"))
ALL = [
    Counting(unit, crlf, bom, inclusive)
    for unit, crlf, bom, inclusive in product(("codepoints", "utf-16", "utf-8"), (1, 2), (False, True), (False, True))
]
MARK = "\ufeff"
FAMILY, FLAGS = "👩\u200d👩\u200d👧", "🇨🇳🇺🇸"
DIARY = f"Day 1 😀 hello neighbours.\r\nI like 小红薯 and {FAMILY} tea ❤\ufe0f today.\r\nWe said cafe\u0301 again."


def position(text: str, place: int, counting: Counting, *, marked: bool = False) -> int:
    """A place in a text as a file counts it, worked out in the plainest way."""
    before = text[:place].replace("\r\n", "\n") if counting.crlf == 1 else text[:place]
    before = MARK * (marked and counting.bom) + before
    if counting.unit == "codepoints":
        return len(before)
    return len(before.encode("utf-16-le")) // 2 if counting.unit == "utf-16" else len(before.encode())


def coding(number: int, text: str, start: int, end: int, counting: Counting, **more) -> Coding:
    marked = more.pop("marked", False)
    first = position(text, start, counting, marked=marked)
    last = position(text, end, counting, marked=marked) - counting.inclusive
    return Coding(f"g{number}", "s", "c", "Ann", start=first, end=last, where=f"line {number}", **more)


def project(text: str, codings: list[Coding], counting: Counting | None = None, *, marked: bool = False) -> Project:
    raw = (MARK * marked + text).encode()
    return Project("p", "Some program 1", sources=[Source("s", "diary.txt", text=text, raw=raw)], codings=codings,
                   counting=counting)  # fmt: skip


def words_of(text: str) -> list[tuple[int, int]]:
    places, start = [], 0
    for word in text.split():
        start = text.index(word, start)
        places.append((start, start + len(word)))
        start += len(word)
    return places


def found(project: Project, decided: Decided) -> list[tuple[int | None, int | None]]:
    return [(each.start, each.end) for each in on_the_text(project, decided)]


@pytest.mark.parametrize("counting", ALL, ids=told)
@pytest.mark.parametrize("origin", [CODEPOINTS, UTF_16, None], ids=["codepoints", "utf-16", "nothing"])
def test_whatever_positions_count_is_found_out_by_what_the_file_quotes(counting, origin):
    places = words_of(DIARY)
    codings = [
        coding(number, DIARY, *place, counting, marked=True, quoted=DIARY[slice(*place)])
        for number, place in enumerate(places)
    ]
    given = project(DIARY, codings, origin, marked=True)
    decided = decide(given)
    assert found(given, decided) == places
    assert decided.fitting == decided.selections == len(set(places))
    assert decided.misfits == []


@pytest.mark.parametrize("counting", [way for way in ALL if not way.inclusive], ids=told)
def test_without_quotations_the_edges_of_words_decide(counting):
    text = "\r\n".join(f"😀 word{'é' * (number % 3)} number {number} of these" for number in range(30))
    places = words_of(text)
    codings = [coding(number, text, *place, counting, marked=True) for number, place in enumerate(places)]
    given = project(text, codings, CODEPOINTS, marked=True)
    decided = decide(given)
    assert found(given, decided) == places
    assert decided.counting == counting
    assert decided.alternative_fitting < decided.fitting == len(places)


def test_the_origin_stands_where_the_selections_do_not_speak_clearly_for_another():
    text = "one 😀 two three"
    # As UTF-16, this begins and ends where words do; one selection is not enough.
    given = project(text, [coding(1, text, 6, 9, UTF_16)], CODEPOINTS)
    decided = decide(given)
    assert decided.counting == CODEPOINTS
    assert decided.why == "so counts the program that wrote the file"
    assert (decided.fitting, decided.alternative, decided.alternative_fitting) == (0, UTF_16, 1)
    assert decided.doubt == (
        "more selections (1) fit UTF-16 code units, but not so clearly that they outweigh what is expected"
    )
    assert found(given, decided) == [(7, 10)]


# A passage of fifteen characters from every fourth, cut without regard to words, as if drawn with the mouse.
CUT = [
    (line, start, min(len(line), start + 15))
    for line in (
        "What does it cost to see a doctor over there?",
        "Somebody said you just walk in. Is that real? 看医生要多少钱？",
        "I have waited five months for an appointment in Ohio.", "We pay about ten yuan for a dozen here.",
    )
    for start in (0, 4, 8, 12, 16)
]  # fmt: skip


def cut_passages(counting: Counting | None = None, *more: Coding) -> Project:
    lines = list(dict.fromkeys(line for line, *_ in CUT))
    codings = [
        Coding(f"g{n}", f"s{lines.index(line)}", "c", "Ann", start=start, end=end)
        for n, (line, start, end) in enumerate(CUT)
    ]
    return Project("p", "Foo 1", sources=[Source(f"s{n}", f"{n}.txt", text=line) for n, line in enumerate(lines)],
                   codings=[*codings, *more], counting=counting)  # fmt: skip


def test_passages_cut_in_mid_word_are_not_lengthened_because_some_then_end_with_a_word():
    decided = decide(cut_passages())
    assert decided.counting == CODEPOINTS
    assert decided.places == [(start, end) for _, start, end in CUT]
    assert (decided.alternative, decided.misfits) == (replace(CODEPOINTS, inclusive=True), [])
    assert decided.alternative_fitting > decided.fitting
    assert decided.why == "so counts the standard"
    assert decided.doubt is not None


def test_a_selection_that_only_another_counting_would_lead_out_of_its_text_speaks_against_it():
    text = "one two six ten " * 20
    places = [(start, end - 1) for start, end in words_of(text)]
    codings = [Coding(f"g{n}", "s", "c", "Ann", start=place[0], end=place[1]) for n, place in enumerate(places)]
    inclusive = replace(CODEPOINTS, inclusive=True)
    assert decide(project(text, codings)).counting == inclusive
    whole = Coding("whole", "s", "c", "Ann", start=0, end=len(text), where="line 81")
    decided = decide(project(text, [*codings, whole]))
    assert (decided.counting, decided.misfits) == (CODEPOINTS, [])
    assert decided.doubt == (
        "more selections (80) fit codepoints, the end as the last character, but not so clearly that they outweigh "
        "what is expected"
    )


def test_an_end_that_is_the_last_character_is_found_by_quotations_of_passages_cut_in_mid_word():
    given = cut_passages()
    given.codings = [
        replace(each, end=end - 1, quoted=line[start:end])
        for each, (line, start, end) in zip(given.codings, CUT, strict=True)
    ]
    decided = decide(given)
    assert decided.counting == replace(CODEPOINTS, inclusive=True)
    assert decided.places == [(start, end) for _, start, end in CUT]
    assert (decided.fitting, decided.doubt) == (len(CUT), None)


def test_what_the_selections_cannot_tell_apart_is_said():
    text = "one two\r\nsix 😀 ten"
    before = project(text, [coding(1, text, 0, 3, CODEPOINTS, quoted="one")])
    decided = decide(before)
    assert [told(way) for way in decided.alike] == ["UTF-16 code units", "bytes of UTF-8", "codepoints, CR LF as 1"]
    assert (decided.fitting, decided.alternative_fitting, decided.doubt) == (1, 0, None)
    after = project(
        text, [coding(1, text, 13, 14, CODEPOINTS, quoted="😀"), coding(2, text, 15, 18, CODEPOINTS, quoted="ten")]
    )
    assert decide(after).alike == []


def test_units_that_no_character_of_the_texts_tells_apart_are_said_to_be_alike():
    decided = decide(project("plain words", [Coding("g", "s", "c", "Ann", start=0, end=5, quoted="plain")]))
    assert decided.alike == [UTF_16, UTF_8]
    of_bytes = decide(project("naïve words", [Coding("g", "s", "c", "Ann", start=6, end=11, quoted="words")], UTF_16))
    assert of_bytes.alike == [CODEPOINTS]


@pytest.mark.parametrize(("counting", "doubt"), [(CODEPOINTS, None), (None, "as many selections fit")])
def test_a_tie_is_a_doubt_only_where_nobody_says_how_the_program_counts(counting, doubt):
    decided = decide(project("读书了吗", [Coding("g", "s", "c", "Ann", start=0, end=2)], counting))
    assert (decided.fitting, decided.alternative_fitting) == (1, 1)
    assert (decided.doubt or "nothing").startswith(doubt or "nothing")


def test_one_quotation_is_enough_against_the_origin():
    text = "one 😀 two three"
    given = project(text, [coding(1, text, 6, 9, UTF_16, quoted="two")], CODEPOINTS)
    decided = decide(given)
    assert (decided.counting, found(given, decided)) == (UTF_16, [(6, 9)])
    assert decided.why == ("the selections fit it clearly better than what goes with 'Some program 1' (codepoints)")


def test_quotations_that_mostly_fit_the_origin_are_not_outweighed_by_one_that_does_not():
    text = "😀 " + "haha " * 20
    places = words_of(text)[1:]
    codings = [coding(number, text, *place, CODEPOINTS, quoted="haha") for number, place in enumerate(places)]
    codings.append(coding(99, text, *places[0], UTF_16, quoted="haha"))
    decided = decide(project(text, codings, CODEPOINTS))
    assert decided.counting == CODEPOINTS
    assert [(each.where, each.found) for each in decided.misfits] == [
        ("line 99", "'aha ' stands there; the file quotes 'haha'")
    ]


def test_a_file_that_counts_in_two_ways_stays_with_the_origin_unless_one_way_prevails():
    text = "😀 one two three four five six"
    places = words_of(text)[1:]
    codings = [
        coding(number, text, *place, UTF_16 if number < 4 else CODEPOINTS, quoted=text[slice(*place)])
        for number, place in enumerate(places)
    ]
    assert decide(project(text, codings, CODEPOINTS)).counting == CODEPOINTS
    assert decide(project(text, codings, UTF_16)).counting == UTF_16
    assert len(decide(project(text, codings, UTF_16)).misfits) == 2


def test_where_all_ways_of_counting_give_the_same_there_is_no_alternative_but_an_inclusive_end():
    text = "Only plain words here."
    decided = decide(project(text, [coding(1, text, 5, 10, UTF_16, quoted="plain")], UTF_16))
    assert (decided.counting, decided.fitting) == (UTF_16, 1)
    assert decided.alternative == replace(UTF_16, inclusive=True)
    nothing = decide(project(text, []))
    assert (nothing.alternative, nothing.selections, nothing.why) == (
        None, 0, "all ways of counting give the same selections",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("start", "end", "counting", "quoted", "told"),
    [
        (-1, 3, CODEPOINTS, None, "leads out of the text, which is 10 codepoints long"),
        (4, 11, CODEPOINTS, None, "leads out of the text, which is 10 codepoints long"),
        (4, 12, UTF_16, None, "leads out of the text, which is 11 UTF-16 code units long"),
        (10**12, 10**12 + 1, UTF_8, None, "leads out of the text, which is 13 bytes of UTF-8 long"),
        (2, 5, UTF_16, None, "its start lies inside a character, counted in UTF-16 code units"),
        (0, 3, UTF_8, None, "its end lies inside a character, counted in bytes of UTF-8"),
        (3, 3, CODEPOINTS, None, "ends where it starts or before, so that no character is selected"),
        (6, 3, CODEPOINTS, None, "ends where it starts or before, so that no character is selected"),
        (0, 5, CODEPOINTS, "else", "'a😀 bc' stands there; the file quotes 'else'"),
    ],
)
def test_a_selection_that_does_not_fall_on_the_text_is_listed_and_left_out(start, end, counting, quoted, told):
    broken = Coding("g1", "s", "c", "Ann", start=start, end=end, quoted=quoted, where="row 7")
    given = project("a😀 bc\r\ndef", [broken], counting)
    decided = decide(given)
    (misfit,) = decided.misfits
    assert (misfit.where, misfit.source, misfit.start, misfit.end) == ("row 7", "diary.txt", start, end)
    assert misfit.found == told
    assert decided.places == [None]
    assert on_the_text(given, decided) == []


def test_a_selection_that_leads_out_of_its_text_is_not_taken_into_the_next_one():
    given = project(
        "one", [Coding("g1", "s", "c", "Ann", start=0, end=4), Coding("g2", "s", "c", "Ann", start=4, end=7)]
    )
    given.sources.append(Source("t", "next.txt", text="two"))
    decided = decide(given)
    assert decided.places == [None, None]
    assert {each.found for each in decided.misfits} == {"leads out of the text, which is 3 codepoints long"}


def test_a_coding_of_a_text_that_is_not_there_is_listed():
    given = project("some text", [Coding("g1", "s", "c", "Ann", start=0, end=4)])
    given.sources = [Source("s", "diary.txt")]
    decided = decide(given)
    assert [each.found for each in decided.misfits] == ["the text of its source is not in the project"]
    assert on_the_text(given, decided) == []


def test_a_selection_begins_at_no_space_and_ends_after_none():
    begin, end = Texts([Source("s", "n", text="one two")]).edges
    assert [begin[3], end[3], begin[4], end[4]] == [False, True, True, False]


def test_codings_without_positions_in_a_text_stay_as_they_are():
    whole = Coding("g1", "s", "c", "Ann")
    area = Coding("g2", "s", "c", "Ann", area=Area(0, 0, 3, 4))
    given = project("some text", [whole, area])
    decided = decide(given)
    assert decided.places == [None, None]
    assert on_the_text(given, decided) == [whole, area]


def test_a_line_end_that_counts_one_is_two_codepoints_in_the_text_as_stored():
    text = "one\r\ntwo\r\nthree\rfour\u2028five\u2029six"
    counting = Counting("codepoints", crlf=1)
    places = words_of(text)
    codings = [coding(n, text, *place, counting, quoted=text[slice(*place)]) for n, place in enumerate(places)]
    given = project(text, codings)
    assert [each.start for each in codings] == [0, 4, 8, 14, 19, 24]
    assert found(given, decide(given)) == places


def test_a_selection_across_a_line_end_that_counts_one_has_all_of_it():
    text = "one\r\ntwo"
    counting = Counting("codepoints", crlf=1)
    ends = [coding(1, text, 0, 5, counting), coding(2, text, 0, 3, counting), coding(3, text, 3, 8, counting)]
    given = project(text, ends, counting)
    assert found(given, decide(given)) == [(0, 5), (0, 3), (3, 8)]


def test_selections_are_counted_once_however_many_codes_they_have():
    text = "some text"
    given = project(text, [coding(number, text, 0, 4, CODEPOINTS) for number in range(5)])
    assert decide(given).selections == 1


def test_the_start_of_the_file_is_the_start_of_the_text_whether_or_not_its_mark_counts():
    text = "some text"
    counting = Counting("utf-8", crlf=2, bom=True)
    given = project(text, [Coding("g", "s", "c", "A", start=0, end=7, quoted="some")], counting, marked=True)
    assert found(given, decide(given)) == [(0, 4)]


@pytest.mark.parametrize(
    ("text", "edges"),
    [
        ("one two", {0, 3, 4, 7}),
        ("读书了", {0, 1, 2, 3}),
        ("读book了", {0, 1, 5, 6}),
        ("cafe\u0301s", {0, 6}),
        (FAMILY, {0, 5}),
        (FLAGS, {0, 2, 4}),
        ("❤\ufe0fok", {0, 2, 4}),
        ("👍🏽!", {0, 2, 3}),
        ("a\r\nb", {0, 1, 3, 4}),
        ("ใจดี", {0, 1, 2, 4}),
        ("", set()),
    ],
)
def test_edges_of_words_divide_no_word_no_sign_and_no_line_end(text, edges):
    begin, end = Texts([Source("s", "n", text=text)]).edges
    found = {place for place in range(len(text) + 1) if begin[place] or end[place]}
    assert found == edges


@pytest.mark.parametrize(
    ("found", "quoted", "level"),
    [
        ("one two", "one two", EQUAL),
        ("one\r\n\r\ntwo", "one\u2029two", EQUAL),
        ("one two ", "one two", TRIMMED),
        ("caf\u00e9", "cafe\u0301", EQUAL),
        ("\u00e9t\u00e9", "e\u0301te\u0301", EQUAL),
        ("one two three", "one two…", BEGUN_TO_AN_EDGE),
        ("one two three", "one tw...", BEGUN_TO_AN_EDGE),
        ("one", "one two", 0),
        ("one", "two", 0),
        ("", "two", 0),
        ("one", "…", 0),
    ],
)
def test_a_text_agrees_with_what_is_quoted_of_it(found, quoted, level):
    assert agreement(found, quoted, ends_well=True) == level
    assert agreement(found, quoted, ends_well=False) == (BEGUN if level == BEGUN_TO_AN_EDGE else level)


PIECES = st.sampled_from(
    [
        "a",
        "bc ",
        "é",
        "e\u0301",
        "字",
        "漢字",
        "😀",
        FAMILY,
        FLAGS,
        "\r\n",
        "\r",
        "\n",
        "\u2028",
        "\u2029",
        " ",
        "❤\ufe0f",
    ]
)
TEXTS = st.lists(PIECES, min_size=2, max_size=25).map("".join)


def within_a_line_end(text: str, place: int) -> bool:
    return text[place - 1 : place + 1] == "\r\n"


@st.composite
def spans(draw: st.DrawFn) -> tuple[str, list[tuple[int, int]]]:
    text = draw(TEXTS)
    places = [place for place in range(len(text) + 1) if not within_a_line_end(text, place)]
    pairs = st.tuples(st.sampled_from(places), st.sampled_from(places)).map(sorted).map(tuple)
    drawn = draw(st.lists(pairs.filter(lambda pair: pair[0] < pair[1]), min_size=1, max_size=6))
    return text, drawn


@settings(max_examples=150, deadline=None)
@given(drawn=spans(), counting=st.sampled_from(ALL), marked=st.booleans())
def test_random_selections_come_back_where_the_origin_says_what_they_count(drawn, counting, marked):
    text, places = drawn
    codings = [
        coding(n, text, *place, counting, marked=marked, quoted=text[slice(*place)]) for n, place in enumerate(places)
    ]
    given = project(text, codings, counting, marked=marked)
    decided = decide(given)
    assert found(given, decided) == places
    assert decided.misfits == []


@settings(max_examples=150, deadline=None)
@given(drawn=spans(), counting=st.sampled_from(ALL), origin=st.sampled_from([None, *ALL]), marked=st.booleans())
def test_random_selections_come_back_where_only_their_counting_says_what_is_quoted(drawn, counting, origin, marked):
    text, places = drawn
    assume(all(text[slice(*place)].strip() and text.count(text[slice(*place)]) == 1 for place in places))
    codings = [
        coding(n, text, *place, counting, marked=marked, quoted=text[slice(*place)]) for n, place in enumerate(places)
    ]
    given = project(text, codings, origin, marked=marked)
    decided = decide(given)
    # Spaces around a text are not always quoted, so that these may come back with more or less of them.
    got = [text[slice(*place)] for place in found(given, decided)]
    assert [" ".join(each.split()) for each in got] == [" ".join(text[slice(*place)].split()) for place in places]


@settings(max_examples=100, deadline=None)
@given(text=st.text("abc de.", min_size=3), counting=st.sampled_from([way for way in ALL if not way.inclusive]))
def test_where_nothing_tells_ways_of_counting_apart_all_agree(text, counting):
    places = [(0, len(text)), (1, 2)]
    codings = [coding(number, text, *place, counting) for number, place in enumerate(places)]
    given = project(text, codings, CODEPOINTS)
    assert found(given, decide(given)) == places
    assert decide(given).counting == CODEPOINTS
