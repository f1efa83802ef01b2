import pandas as pd
import pytest

from analysis.computable import NotComputable
from analysis.errors import StudyError
from analysis.language import code_mixing_index, count_tokens, language_of, letters_of, plain, share_of, wording
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
    ("text", "expected"),
    [("all in one", 0), ("half 半 half 半", 50), ("three words here 一", 25)],
    ids=["one language", "evenly mixed", "1 - 3/4"],
)
def test_the_index_of_code_mixing_follows_its_definition(text: str, expected: float) -> None:
    assert code_mixing_index(pd.Series([text]), sides(), "word").tolist() == [expected]


def test_results_keep_the_index_of_the_texts() -> None:
    texts = pd.Series(["a", "字"], index=[7, 3])
    assert language_of(texts, sides()).to_dict() == {7: "aa", 3: "bb"}


def test_the_wording_of_a_post_is_its_title_and_its_text() -> None:
    posts = pd.DataFrame({"title": ["Hi", None], "text": [None, "there"]}, dtype="str")
    assert wording(posts).tolist() == ["Hi\n", "\nthere"]
