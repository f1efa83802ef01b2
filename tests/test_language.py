import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.computable import CannotCompute, NotComputable
from analysis.errors import StudyError
from analysis.language import count_tokens, language_of, letters_of, plain, share_of, sides_of_tokens, wording
from analysis.settings import Side


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
