import unicodedata
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from analysis import code_points, language
from analysis.computable import CannotCompute, NotComputable
from analysis.errors import StudyError
from analysis.language import count_tokens, language_of, plain, share_of, sides_of_tokens, wording
from analysis.markup import tidied
from analysis.scripts import SINGLE, letters_of, tokens_of
from analysis.settings import Side

PAIRS = [("Latin", "Han"), ("Latin", "Japanese"), ("Hangul", "Cyrillic"), ("Thai", "Arabic"), ("Devanagari", "Greek")]
UNITS = ["word", "character"]
# Letters of every script and of several, what joins, marks and changes them, and pieces of markup.
LETTERS = "abéÉß你好〇かナー가힣각Дшعﻻθῶשאทำก็हि가각ﾊﾞｱＡｂ𝓗ℕㄱ㈠㍿Ⅷ①²ﬁ™℃Å\U0002f800\U00020000"
MARKS = "\u0301\u0308\u0327\u3099\u309a\u064e\u0e38\u0e48\u094d\u0344\u200d\ufe0f\u20e3\U0001f3fd\0"
SIGNS = "#＃[]@＠‹›'’-－＇‑,;:!?。，…/.  \n\t\u3000\x85\u2028😊7_"
PIECES = ["http://", "https://", "www.", "[话题]", "#a[b]#", "‹a name›", "@ann"]


def sides(newcomer: str = "Latin", host: str = "Han") -> dict[str, Side]:
    return {"newcomer": Side("arrivals", "aa", "One", newcomer), "host": Side("locals", "bb", "Two", host)}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hello #tiktokrefugee[话题]# there", "Hello there"),
        ("run#one[话题]##two[话题]#on", "run on"),
        ("so funny [笑哭R][害羞R]", "so funny"),
        ("see https://example.org/a?b=c，好的", "see ,好的"),
        ("看www.example.org好", "看 好"),
        ("@some_one thanks", "thanks"),
        ("first #plain ＃全角 last", "first last"),
        ("spaced\t\n  out", "spaced out"),
        ("# 1 tip", "1 tip"),
    ],
)
def test_markup_is_taken_off_before_a_language_is_told(text: str, expected: str) -> None:
    assert plain(pd.Series([text])).tolist() == [expected]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I'm new here", "aa"),
        ("你好，我叫小明。", "bb"),
        ("你好 everyone", "mixed"),
        ("Привет", "other"),
        ("Hello Привет", "mixed"),
        ("😂😂 100 !!!", "none"),
        ("#tiktokrefugee[话题]# [笑哭R]", "none"),
        ("𝓗𝓮𝓵𝓵𝓸", "aa"),
        ("Ｈｅｌｌｏ", "aa"),
        ("café déjà vu", "aa"),
        ("", "none"),
        (None, "none"),
    ],
)
def test_the_script_tells_the_language(text: str | None, expected: str) -> None:
    assert language_of(pd.Series([text], dtype="str"), sides()).tolist() == [expected]


@pytest.mark.parametrize(
    ("script", "text"),
    [
        ("Kana", "ありがとう"),
        ("Japanese", "日本語です"),
        ("Hangul", "안녕하세요"),
        ("Cyrillic", "спасибо"),
        ("Arabic", "شكرا"),
        ("Greek", "ευχαριστώ"),
        ("Hebrew", "תודה"),
        ("Thai", "ขอบคุณ"),
        ("Devanagari", "धन्यवाद"),
    ],
)
def test_other_pairs_of_scripts_work_alike(script: str, text: str) -> None:
    found = language_of(pd.Series([text, "thanks", f"{text} thanks"]), sides(host=script))
    assert found.tolist() == ["bb", "aa", "mixed"]


def test_sides_of_one_script_cannot_be_told_apart() -> None:
    told = language_of(pd.Series(["hola"]), sides(host="Latin"))
    assert told == NotComputable("the sides' scripts (Latin and Latin) cannot tell their languages apart")
    assert isinstance(language_of(pd.Series(["字"]), sides("Japanese", "Han")), NotComputable)


def test_an_unknown_script_is_refused_with_the_nearest() -> None:
    with pytest.raises(StudyError, match=r"'Hann' is not a script known here\. Nearest: 'Han'\. Known: Latin"):
        letters_of("Hann")


def test_an_unknown_token_unit_is_refused() -> None:
    with pytest.raises(StudyError, match="token_unit: 'letter' is not one of word, character"):
        count_tokens(pd.Series(["a"]), sides(), "letter")


@pytest.mark.parametrize(("unit", "expected"), [("word", [3, 2, 1]), ("character", [12, 2, 6])])
def test_the_token_unit_decides_what_is_counted(unit: str, expected: list[int]) -> None:
    counted = count_tokens(pd.Series(["I don't know-how 你好 привет"]), sides(), unit)
    assert counted[["newcomer", "host", "other"]].iloc[0].tolist() == expected


def test_a_text_without_words_has_no_share() -> None:
    found = share_of(pd.Series(["one two 三", "😊", "四"]), "newcomer", "word", sides())
    assert found.isna().tolist() == [False, True, False]
    assert found[0] == pytest.approx(2 / 3)
    assert found[2] == 0


@pytest.mark.parametrize(
    ("unit", "expected"), [("word", "n n o h h n"), ("character", "n n n n o o h h n n")], ids=["word", "character"]
)
def test_tokens_stand_in_their_order_each_with_its_side(unit: str, expected: str) -> None:
    (found,) = sides_of_tokens(pd.Series(["I'm so да 你好 @ann ok"]), sides(), unit).tolist()
    marks = {"newcomer": "n", "host": "h", "other": "o"}
    assert " ".join(marks[side] for side in found) == expected


@given(st.lists(st.text(alphabet="abé你好かなпя '-#[]@1😊\n", max_size=30), min_size=1, max_size=4))
@pytest.mark.parametrize("unit", ["word", "character"])
@pytest.mark.parametrize("host", ["Han", "Japanese", "Cyrillic"])
def test_tokens_in_order_are_as_many_as_are_counted(host: str, unit: str, written: list[str]) -> None:
    texts = pd.Series(written)
    listed = sides_of_tokens(texts, sides(host=host), unit)
    counted = count_tokens(texts, sides(host=host), unit)
    for side in counted:
        assert [tags.count(side) for tags in listed] == counted[side].tolist()


def test_tokens_of_sides_of_one_script_cannot_be_told_apart() -> None:
    with pytest.raises(CannotCompute, match="cannot tell their languages apart"):
        sides_of_tokens(pd.Series(["hola"]), sides(host="Latin"), "word")


def test_results_keep_the_index_of_the_texts() -> None:
    texts = pd.Series(["a", "字"], index=[7, 3])
    assert language_of(texts, sides()).to_dict() == {7: "aa", 3: "bb"}


def test_the_wording_of_a_post_is_its_title_and_its_text() -> None:
    posts = pd.DataFrame({"title": ["Hi", None], "text": [None, "there"]}, dtype="str")
    assert wording(posts).tolist() == ["Hi\n", "\nthere"]


def must_agree_text_by_text(texts: Iterable[str], told: dict[str, Side], unit: str) -> None:
    """What is counted over many texts must be what the definition finds in each of them."""
    written = pd.Series(list(texts), dtype="object")
    alone = [tidied(text) for text in written]
    tokens = [tokens_of(text, told, unit) for text in alone]
    counts = [Counter(found) for found in tokens]
    assert plain(written).tolist() == alone
    assert sides_of_tokens(written, told, unit).tolist() == tokens
    assert count_tokens(written, told, unit).to_dict("list") == {
        side: [count[side] for count in counts] for side in [*told, "other"]
    }
    present = [set(tokens_of(text, told, "word")) for text in alone]
    names = {"newcomer": "aa", "host": "bb", "other": "other"}
    one = [names[next(iter(found))] if len(found) == 1 else "mixed" if found else "none" for found in present]
    assert language_of(written, told).tolist() == one


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.lists(st.sampled_from([*LETTERS, *MARKS, *SIGNS, *PIECES]), max_size=25).map("".join), max_size=12),
    st.sampled_from(PAIRS),
    st.sampled_from(UNITS),
)
@example(["", "#", "a", "", "["], PAIRS[0], "word")
@example(["ل\u0e38\u064e"], PAIRS[3], "word")
def test_texts_at_once_give_what_each_gives_alone(written: list[str], pair: tuple[str, str], unit: str) -> None:
    must_agree_text_by_text(written, sides(*pair), unit)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.text(max_size=20), max_size=8), st.sampled_from(PAIRS), st.sampled_from(UNITS))
def test_texts_of_any_characters_give_what_each_gives_alone(
    written: list[str], pair: tuple[str, str], unit: str
) -> None:
    must_agree_text_by_text(written, sides(*pair), unit)


@pytest.mark.parametrize("unit", UNITS)
def test_each_character_that_normalising_changes_counts_as_what_stands_in_its_place(unit: str) -> None:
    changed = [chr(code) for code in range(0x30000) if not "\uac00" <= chr(code) <= "\ud7a3"]
    changed = [letter for letter in changed if unicodedata.normalize("NFKC", letter) != letter]
    assert len(changed) > 4_000
    must_agree_text_by_text([f"a{letter}b-{letter} 字{letter}" for letter in changed], sides(), unit)


@pytest.mark.parametrize("unit", UNITS)
def test_real_posts_at_once_give_what_each_gives_alone(shared: Path, unit: str) -> None:
    path = shared / "data/tiktokrefugee-posts/posts.csv"
    if not path.is_file():
        pytest.skip("the real posts are not here")
    posts = pd.read_csv(path, encoding="utf-8-sig", dtype="str").rename(columns={"content": "text"})
    assert len(posts) > 700
    must_agree_text_by_text(wording(posts), sides(), unit)


def test_chunks_of_any_size_give_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = pd.Series(["", "one #two[x]#", "三 four", "①b", "é", None, "five " * 9, "", "à", "# six", ""])
    whole = count_tokens(texts, sides(), "word"), sides_of_tokens(texts, sides(), "word"), plain(texts)
    monkeypatch.setattr(language, "_ROWS_AT_ONCE", 5)
    monkeypatch.setattr(code_points, "_TEXTS_AT_ONCE", 3)
    monkeypatch.setattr(code_points, "_CODE_POINTS_AT_ONCE", 8)
    pd.testing.assert_frame_equal(count_tokens(texts, sides(), "word"), whole[0])
    pd.testing.assert_series_equal(sides_of_tokens(texts, sides(), "word"), whole[1])
    pd.testing.assert_series_equal(plain(texts), whole[2])


@pytest.mark.parametrize("dtype", ["object", "str", "string[python]", "string[pyarrow]", "category"])
def test_texts_of_every_type_are_counted(dtype: str) -> None:
    if "pyarrow" in dtype:
        pytest.importorskip("pyarrow", reason="pyarrow is not installed")
    texts = pd.Series(["one 二", None, "", "#tag three"], dtype=dtype, index=[4, 1, 1, 0], name="text")
    counted = count_tokens(texts, sides(), "word")
    assert counted.to_dict("list") == {"newcomer": [1, 0, 0, 1], "host": [1, 0, 0, 0], "other": [0, 0, 0, 0]}
    assert counted.index.tolist() == texts.index.tolist()
    assert counted.dtypes.eq("int64").all()
    assert plain(texts).tolist() == ["one 二", "", "", "three"]


def test_a_text_with_half_a_character_is_counted() -> None:
    texts = pd.Series(["one \ud83d two", "e\u0301\ud83d"], dtype="object")
    assert count_tokens(texts, sides(), "word")["newcomer"].tolist() == [2, 1]


def test_no_texts_give_no_counts() -> None:
    none = pd.Series([], dtype="str")
    assert count_tokens(none, sides(), "word").shape == (0, 3)
    assert language_of(none, sides()).tolist() == plain(none).tolist() == []
    assert sides_of_tokens(none, sides(), "word").tolist() == []


def test_an_unknown_script_of_a_side_is_refused() -> None:
    with pytest.raises(StudyError, match="'Latn' is not a script known here"):
        count_tokens(pd.Series(["a"]), sides("Latn"), "word")


def test_single_scripts_share_no_letter() -> None:
    tables = [code_points.table_of(letters_of(script)) for script in SINGLE]
    assert sum(tables).max() == 1
