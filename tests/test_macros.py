"""Times, accounts and hashtags come out of captured texts by the same rules in the engine as in Python."""

from datetime import datetime
from hashlib import sha256

import pandas as pd
import pytest

from analysis.database import connected
from analysis.sources import macros
from analysis.sources.mapped import _distinct, _tags_in
from analysis.sources.times import parse_times, times_from_ids


@pytest.fixture(scope="module")
def db():
    with connected() as db:
        macros.define(db)
        yield db


def computed(db, expression, *given):
    return db.execute(f"SELECT {expression}", list(given)).fetchall()[0][0]


TEXTS = [
    "I am #new_here and ＃新人，hello #1 #A #a\u3000#b",
    "#one word[话题]# #two[话题]##three[话题]#",
    "#marked[话题]# and #plain, which is no tag of the platform",
    "[话题]#text",
    "#wide\u00a0space #and\u2003another #zero\x1fwidth",
    "##run#together #tag.with.dots",
    "#Cat #cat #CAT_ #_cat",
    "#a[话题]# # b\u00a0[话题]#",
    "no tag, only a # sign",
    "#123 #456",
    "#日本語。#español!",
    "#x[话题",
    "",
]


@pytest.mark.parametrize("text", TEXTS)
def test_hashtags_are_those_that_python_finds(db, text):
    assert (computed(db, "tags_in(?)", text) or "").split(" ") == (_distinct(_tags_in(text)) or [""])


def test_a_tag_keeps_its_low_line_and_a_space_in_it_becomes_one(db):
    assert computed(db, "tags_in(?)", "#new_here #x") == "new_here x"
    assert computed(db, "tags_in(?)", "#one word[话题]#") == "one_word"


def test_a_text_without_hashtags_has_none(db):
    assert computed(db, "tags_in(?)", "nothing") is None
    assert computed(db, "tags_in(NULL)") is None


@pytest.mark.parametrize(
    ("expression", "digits"),
    [("from_ms(?)", "1736937530123"), ("from_ms(?)", "1736937530123.0"), ("from_s(?)", " 1736937530")],
)
def test_unix_times_are_read_to_the_second(db, expression, digits):
    assert computed(db, expression, digits) == datetime(2025, 1, 15, 10, 38, 50)  # noqa: DTZ001 — UTC throughout


@pytest.mark.parametrize("digits", ["0", "-1", "", "nan", "inf", "yesterday", "99999999999999999999", None])
def test_an_unreadable_unix_time_is_missing(db, digits):
    assert computed(db, "from_ms(?)", digits) is None
    assert computed(db, "from_s(?)", digits) is None


@pytest.mark.parametrize(
    ("written", "form", "ahead"),
    [
        ("1/14/2025 12:08", "%m/%d/%Y %H:%M", 8),
        ("2025-01-14 12:08:09", "ISO8601", 8),
        ("2025-01-14", "ISO8601", -3.5),
        ("2025-01-14T12:08:00+08:00", "ISO8601", 1),
        ("2025-01-14T12:08:00Z", "ISO8601", 1),
        ("2025-01-14 12:08 +0800", "%Y-%m-%d %H:%M %z", 1),
        ("2025-01-14 12:08Z", "%Y-%m-%d %H:%MZ", 8),
        ("soon", "ISO8601", 8),
        ("soon", "%Y", 8),
    ],
)
def test_a_local_time_is_what_python_reads(db, written, form, ahead):
    expected = parse_times(pd.Series([written]), form, ahead)[0]
    found = computed(db, "local_time(?, ?, ?)", written, form, ahead)
    assert (found is None) == (expected is pd.NaT)
    assert found is None or pd.Timestamp(found, tz="UTC") == expected


@pytest.mark.parametrize("identifier", ["6785e350a276837fb0382e0a", "p1", "6785E350A276837FB0382E0A", ""])
def test_the_time_in_an_identifier_is_what_python_reads(db, identifier):
    found = computed(db, "id_time(?)", identifier)
    expected = times_from_ids(pd.Series([identifier]))[0]
    assert (found is None) == (expected is pd.NaT)
    assert found is None or pd.Timestamp(found, tz="UTC") == expected


def test_an_account_is_the_first_digits_of_its_digest(db):
    assert computed(db, "account_key(' u1')") == sha256(b"u1").hexdigest()[:16]
    assert computed(db, "account_key(' ')") is None
    assert computed(db, "account_key(NULL)") is None


def test_a_blank_text_is_missing(db):
    assert [computed(db, "blank_to_null(?)", text) for text in (None, " x", "-")] == [None, " x", "-"]


@pytest.mark.parametrize("space", ["", " ", "\t", "\n", "\u3000", "\xa0", "\u2009", " \u3000\t"])
def test_spaces_of_every_kind_are_no_text_and_stand_around_none(db, space):
    assert computed(db, "blank_to_null(?)", space) is None
    if "\u2009" not in space:
        assert computed(db, "account_key(?)", f"{space}u1{space}") == computed(db, "account_key('u1')")
        assert computed(db, "from_s(?)", f"{space}1{space}") == computed(db, "from_s('1')")


def test_macros_can_be_given_twice(db):
    macros.define(db)
    assert computed(db, "from_s('1')") is not None
