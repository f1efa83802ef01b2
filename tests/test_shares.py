import numpy as np
import pandas as pd
import pytest

import coded
from analysis import coding, shares, units
from analysis.computable import NotComputable
from analysis.resampling import Resampling
from analysis.settings import Side

SIDES = {"newcomer": Side("guests", "en", "English", "Latin"), "host": Side("hosts", "zh", "Chinese", "Han")}
RESAMPLING = Resampling(replicates=200, confidence=0.95, seed=1)


@pytest.fixture
def corpus():
    plain = coded.corpus()
    posts = plain.posts.assign(language=["en", "zh", "en"])
    comments = plain.comments.assign(author_id=["h1", "u1", "h1"], language=["zh", "en", "zh"])
    return units.Corpus(posts, comments, plain.screenshots, plain.documents)


@pytest.fixture
def read(corpus):
    return coded.units_read(of=corpus)


ACCOUNTS = coded.frame("creators", creator_id=["u1", "h1"], side=["newcomer", "host"])


def test_each_text_on_a_unit_has_its_writers_side_and_its_language(corpus, read):
    texts = units.texts_of(read, corpus, ACCOUNTS, units.SCREENSHOT, SIDES).set_index("text_id")
    assert texts.loc["c1", ["unit_id", "side", "language", "creator_id"]].tolist() == ["s1", "host", "zh", "u1"]
    assert set(texts.index) == {"p1", "p2", "p3", "c1", "c2", "c3"}


def captured(corpus):
    """The same posts and comments as a capture has them: no text says its language."""
    posts = corpus.posts.assign(title=["Hello", "你好", "Hi 你"], text=None, language=None)
    comments = corpus.comments.assign(text=["好的", "Yes", "😊"], language=None)
    return units.Corpus(posts, comments, corpus.screenshots, corpus.documents)


def test_languages_that_were_not_captured_are_told_by_script(corpus, read):
    texts = units.texts_of(read, captured(corpus), ACCOUNTS, units.SCREENSHOT, SIDES).set_index("text_id")
    assert texts["language"].to_dict() == {
        "p1": "en", "p2": "zh", "p3": "mixed", "c1": "zh", "c2": "en", "c3": "none",
    }  # fmt: skip
    one_known = captured(corpus)
    one_known.posts.loc[0, "language"] = "fr"
    told = units.texts_of(read, one_known, ACCOUNTS, units.SCREENSHOT, SIDES).set_index("text_id")["language"]
    assert told[["p1", "p2"]].tolist() == ["fr", "zh"]


def test_where_the_scripts_of_the_sides_do_not_tell_the_reason_says_so(corpus, read):
    alike = {name: Side(side.label, side.language, side.language_name, "Latin") for name, side in SIDES.items()}
    texts = units.texts_of(read, captured(corpus), ACCOUNTS, units.SCREENSHOT, alike)
    spoken = shares.told_of_texts(coded.placed(of=corpus), texts)
    assert shares.shares_by(spoken, texts, coded.codebook(), "language", RESAMPLING).reason == (
        "no unit has a language: none was captured, and the scripts of the sides do not tell their languages apart"
    )


def test_accounts_that_are_not_known_have_no_side(corpus, read):
    texts = units.texts_of(read, corpus, NotComputable("the study has no creators"), units.SCREENSHOT, SIDES)
    assert texts["side"].isna().all()
    spoken = shares.told_of_texts(coded.placed(of=corpus), texts)
    assert shares.shares_by(spoken, texts, coded.codebook(), "side", RESAMPLING).reason == "no unit has a side"


def test_a_share_is_of_the_units_that_hold_a_text_of_the_group(corpus, read):
    texts = units.texts_of(read, corpus, ACCOUNTS, units.SCREENSHOT, SIDES)
    spoken = shares.told_of_texts(coded.placed(of=corpus), texts)
    found = shares.shares_by(spoken, texts, coded.codebook(), "side", RESAMPLING).set_index(["side", "code_id"])
    # Hosts wrote on s1 and s3, newcomers on s1 and s2 and the post on s3.
    assert found.loc[("host", "ask.why"), ["units", "of", "share"]].tolist() == [2, 2, 1.0]
    assert found.loc[("newcomer", "joke.pun"), ["units", "of"]].tolist() == [1, 3]
    assert found.loc[("newcomer", "play"), ["units", "of"]].tolist() == [1, 3]
    assert found.loc[("host", "joke.pun"), "units"] == 0


def test_the_levels_stand_side_by_side_and_a_unit_counts_once(corpus, read):
    texts = units.texts_of(read, corpus, ACCOUNTS, units.SCREENSHOT, SIDES)
    spoken = shares.told_of_texts(coded.placed(of=corpus), texts)
    found = shares.shares_by(spoken, texts, coded.codebook(), "language", RESAMPLING)
    assert found["level"].drop_duplicates().tolist() == list(coding.LEVELS)
    zh = found[found["language"] == "zh"].set_index("code_id")
    assert zh.loc["learn", ["units", "of"]].tolist() == zh.loc["learn.ask", ["units", "of"]].tolist() == [2, 2]


def test_one_creator_has_no_interval_by_creators(corpus, read):
    given = shares.with_creators(coded.placed(of=corpus), read)
    found = shares.shares_by(given, read, coded.codebook(), "creator_id", RESAMPLING)
    row = found.set_index(["creator_id", "code_id"]).loc[("u1", "ask.why")]
    assert (row["units"], row["of"]) == (2, 3)
    assert np.isnan(row["creator_low"])
    assert 0 < row["low"] < row["share"] < row["high"] < 1


def test_a_round_is_out_of_the_units_read_in_it(corpus, read):
    among = shares.read_in_rounds(coded.read(), read)
    found = shares.shares_by(coded.placed(of=corpus), among, coded.codebook(), "round", RESAMPLING)
    found = found.set_index(["round", "code_id"])
    assert found.loc[(1, "ask.why"), ["units", "of"]].tolist() == [1, 2]
    assert found.loc[(2, "ask.why"), ["units", "of"]].tolist() == [2, 4]


def test_absence_is_passed_on(read):
    absent = NotComputable("the study has no codings")
    assert shares.told_of_texts(absent, pd.DataFrame()) == absent
    assert shares.shares_by(absent, read, coded.codebook(), "round", RESAMPLING) == absent
