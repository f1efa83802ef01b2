import hmac
from hashlib import sha256

import pandas as pd
import pytest

from analysis import privacy
from analysis.computable import NotComputable
from analysis.errors import StudyError
from analysis.study import open_study
from making import PROJECT

NO_GISTS = NotComputable("the study has no gists")
LONG = "I love this app so much that I will learn the language"


def posts(*texts, title=None):
    return pd.DataFrame({"post_id": [f"p{n}" for n in range(len(texts))], "title": title, "text": list(texts)}).astype(
        "str"
    )


def shown(*texts, gists=NO_GISTS, quote="none"):
    return privacy.as_quoted(posts(*texts), gists, quote).tolist()


@pytest.fixture
def keyed(tmp_path, monkeypatch):
    monkeypatch.setattr(privacy, "_KEY", {"bytes": b""})
    (tmp_path / "key").write_text("0b" * 32)
    privacy.mask_with(tmp_path / "key")


def test_an_identifier_is_shown_as_a_digest_that_needs_the_key(keyed):
    digest = hmac.new(b"\x0b" * 32, b"6785", sha256).hexdigest()[:12]
    assert privacy.masked(pd.Series(["6785", None])).tolist()[0] == f"~{digest}"


def test_a_missing_identifier_stays_missing(keyed):
    assert privacy.masked(pd.Series(["6785", None])).isna().tolist() == [False, True]


def test_every_identifier_of_a_table_is_masked_and_nothing_else(keyed):
    table = pd.DataFrame({name: ["x"] for name in (*privacy.IDENTIFIERS, "likes")})
    left = privacy.without_identifiers(table)
    assert left.columns[(left == "x").all()].tolist() == ["likes"]


def test_a_key_that_is_none_is_told_where_it_lies(tmp_path):
    (tmp_path / "key").write_text("secret")
    with pytest.raises(StudyError, match="key: not a key; expected 64 hexadecimal digits"):
        privacy.mask_with(tmp_path / "key")


def test_without_a_key_nothing_is_shown_as_a_digest_of_an_identifier(monkeypatch):
    monkeypatch.setattr(privacy, "_KEY", {"bytes": b""})
    with pytest.raises(StudyError, match="no key, so post_id cannot be masked.*Run the study with compendium run"):
        privacy.without_identifiers(pd.DataFrame({"post_id": ["6785"], "likes": [1]}))
    assert privacy.without_identifiers(pd.DataFrame({"likes": [1]}))["likes"].tolist() == [1]


@pytest.mark.parametrize(
    ("gist", "text"),
    [
        ("Says: 'I love this app so much'.", "Well, I LOVE this app, so much that it hurts"),
        ("我会留下来因为这里的人都很友善", "大家好，我会留下来，因为这里的人都很友善而且热情"),
        ("Thanks for it; don’t you worry about me now", "So don't you worry. Don’t you worry about me now, thanks"),
        ("hello 大家好我是从美国来的", "hello 大家好我是从美国来的很高兴认识大家"),
    ],
)
def test_a_gist_in_the_words_of_the_text_is_not_shown_unless_the_text_may_be(gist, text):
    gists = pd.DataFrame({"unit_id": ["p0"], "gist": [gist]})
    assert shown(text, gists=gists) == [privacy.VERBATIM]
    assert shown(text, gists=gists, quote="all") == [gist]


def test_a_gist_in_the_words_of_the_title_is_not_shown():
    gists = pd.DataFrame({"unit_id": ["p0"], "gist": ["Seven things nobody tells you"]})
    table = posts(None, title="Seven things nobody tells you here")
    assert privacy.as_quoted(table, gists, "none").tolist() == [privacy.VERBATIM]


@pytest.mark.parametrize(
    ("gist", "text"),
    [
        ("Loves the app so much.", "I love this app so much"),
        ("Thanks ‹person› ‹person› ‹person› ‹person›", "‹person› ‹person› ‹person› ‹person› thanks"),
        ("夸这里的人很友善", "我会留下来因为这里的人都很友善而且热情"),
        ("Greets.", "hi"),
    ],
)
def test_a_gist_in_words_of_its_own_is_shown(gist, text):
    assert shown(text, gists=pd.DataFrame({"unit_id": ["p0"], "gist": [gist]})) == [gist]


def test_the_gist_of_a_coder_goes_before_the_text():
    gists = pd.DataFrame({"unit_id": ["p1"], "gist": ["Praises the app."]})
    assert shown(LONG, LONG, gists=gists, quote="all") == [LONG, "Praises the app."]


def test_a_text_is_quoted_where_the_study_allows_it():
    assert shown("hello", LONG, quote="all") == ["hello", LONG]
    assert shown(LONG, LONG, quote=["p1"]) == [privacy.NOT_SHOWN, LONG]


@pytest.mark.parametrize(
    ("text", "opening"),
    [
        (LONG, "I love this app…"),
        (" ".join(["one", "two", "three", "four", "five", "six"] * 3), "one two three four five…"),
        ("我会留下来因为这里的人都很友善而且热情我今天学了很多新词", "我会留下来因为这…"),
        ("ここに来てよかったと思いますありがとうございます", "ここに来てよかっ…"),
        ("  ‹person› thank you so very much for this", "‹person› thank…"),
        ("hello 大家好我是从美国来的很高兴认识大家", "hello 大…"),
        ("hi there", privacy.TOO_SHORT), ("你好", privacy.TOO_SHORT), ("‹link›", privacy.TOO_SHORT),
        ("a verylongwordthatistheonlyoneofanylength", privacy.TOO_SHORT), ("…", privacy.TOO_SHORT),
    ],
)  # fmt: skip
def test_a_text_is_cut_short(text, opening):
    # Three posts alike, so that the cut alone decides.
    assert shown(text, text, text) == [opening] * 3


def test_an_opening_is_shown_only_as_far_as_several_texts_begin_with_it():
    texts = [f"Hello everyone {word} and so on for quite a few words more" for word in ("from Ohio", "I am", "we met")]
    assert shown(*texts) == ["Hello everyone…"] * 3
    assert shown(*texts[:2]) == [privacy.NOT_SHOWN] * 2


@pytest.mark.parametrize("account", ["creator_id", "author_id"])
def test_one_person_who_begins_alike_again_and_again_shares_the_opening_with_nobody(account):
    table = posts(LONG, LONG + " now", LONG + " here", LONG + " again")
    ours, theirs = table.assign(**{account: "a1"}), table.assign(**{account: ["a1", "a2", "a3", None]})
    assert privacy.as_quoted(ours, NO_GISTS, "none").tolist() == [privacy.NOT_SHOWN] * 4
    assert privacy.as_quoted(theirs, NO_GISTS, "none").tolist()[0] == "I love this app…"


def test_capitals_make_no_other_opening():
    assert shown(LONG, LONG.lower(), LONG.upper())[1] == "i love this app…"


@pytest.mark.parametrize("words", [3, 6, 20, 200])
def test_no_more_than_a_third_of_a_text_is_shown(words):
    text = " ".join(f"word{n}" for n in range(words))
    assert all(len(each) - 1 <= len(text) / 3 for each in shown(text, text, text))


def test_a_missing_text_stays_missing_and_a_title_stands_for_it():
    assert privacy.as_quoted(posts(None), NO_GISTS, "all").isna().tolist() == [True]
    assert privacy.as_quoted(posts(None, title="A title"), NO_GISTS, "all").tolist() == ["A title"]


def test_comments_are_told_by_their_own_identifier():
    comments = pd.DataFrame({"comment_id": ["c1"], "post_id": ["p1"], "text": [LONG]})
    assert privacy.as_quoted(comments, NO_GISTS, ["p1"]).tolist() == [privacy.NOT_SHOWN]
    assert privacy.as_quoted(comments, NO_GISTS, ["c1"]).tolist() == [LONG]


def test_rows_keep_their_places():
    table = posts(LONG, "hello").set_axis([7, 3])
    assert privacy.as_quoted(table, NO_GISTS, "all").to_dict() == {7: LONG, 3: "hello"}


def test_a_study_that_says_nothing_quotes_nothing():
    assert open_study(root=PROJECT).quoting == "none"
