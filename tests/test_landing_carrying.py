"""Positions in one text carried over to another that says the same."""

from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.qda.carrying import carried, carried_into_mask, likeness, tidied

SAYINGS = [
    ("line ends", "one\r\ntwo\r\nthree", "one\ntwo\nthree"),
    ("lone returns", "one\rtwo", "one\ntwo"),
    ("paragraph signs", "one\u2029two\u2028three", "one\ntwo\nthree"),
    ("a BOM", "\ufeffone two", "one two"),
    ("a line end after it", "one two\r\n", "one two"),
    ("a post without a title", "你好 😀 all", "\n你好 😀 all"),
    ("decomposed accents", normalize("NFD", "café naïve 각각"), "café naïve 각각"),
    ("all at once", "\ufeff" + normalize("NFD", "a café\r\n😀 naïve\r\n"), "\na café\n😀 naïve"),
]


@pytest.mark.parametrize(("what", "text", "to"), SAYINGS, ids=[what for what, *_ in SAYINGS])
def test_every_word_of_a_text_is_found_in_another_spelling_of_it(what, text, to):
    for one, other in ((text, to), (to, text)):
        places = carried(one, other)
        for word in one.removeprefix("\ufeff").split():
            start = one.index(word)
            first, last = places.starts[start], places.ends[start + len(word)]
            assert likeness(other[first:last]) == likeness(word)
            assert other[first:last].strip() == other[first:last]


def test_a_text_that_says_something_else_is_not_carried_over():
    assert carried("one two", "one three") is None
    assert carried("one two", "one  two") is None


def test_a_span_that_halves_a_sign_takes_the_whole_sign():
    places = carried(normalize("NFD", "café!"), "café!")
    assert (places.starts[4], places.ends[4]) == (3, 4)
    assert (places.starts[5], places.ends[5]) == (4, 4)


def test_what_is_masked_moves_the_spans_after_it():
    text, masked = "ask @ann or @bob now", "ask ‹person› or ‹person› now"
    places = carried_into_mask(text, masked)
    for word in ("ask", "or", "now"):
        start = text.index(word)
        assert masked[places.starts[start] : places.ends[start + len(word)]] == word
    start = text.index("@bob")
    assert masked[places.starts[start + 1] : places.ends[start + 3]] == "‹person›"
    assert masked[places.starts[start] : places.ends[start + 4]] == "‹person›"


def test_a_mask_that_changed_something_else_is_not_followed():
    assert carried_into_mask("ask @ann", "call ‹person›") is None
    assert carried_into_mask("ask @ann now", "ask ‹person› then") is None
    assert carried_into_mask("ask ", "ask ‹person›") is None


def test_a_text_that_is_masked_from_end_to_end_is_followed():
    places = carried_into_mask("@ann@bob", "‹person›‹number›")
    assert (places.starts[0], places.ends[8]) == (0, 16)
    assert len(places.starts) == 9


WORDS = st.lists(st.sampled_from(["one", "é", "😀", "\r\n", "\r", "\n", " ", "各", "e\u0301"]), max_size=12)


@given(WORDS, st.data())
def test_a_span_in_a_tidied_text_says_the_same(words, data):
    text = data.draw(st.sampled_from(["", "\ufeff"])) + "".join(words)
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    places = carried(text, tidied(text))
    assert (places.starts >= 0).all()
    assert (places.ends <= len(tidied(text))).all()
    cuts_a_line_end = any(text[place - 1 : place + 1] == "\r\n" for place in (start, end) if place)
    if not cuts_a_line_end and start < end and text[start] != "\ufeff":
        assert tidied(text)[places.starts[start] : places.ends[end]].strip() == tidied(text[start:end]).strip()
