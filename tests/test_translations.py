import importlib
import re

import pytest

from analysis import catalogues, languages
from analysis.study import open_study
from making import PROJECT

FILES = languages.catalogue_files(PROJECT, "zh_CN")
ROLE = re.compile(r"\{[\w:-]+\}`[^`]*`|\{\{.*?\}\}|`[^`]+`|\]\([^)]*\)|<https?:[^>]*>")
PLACE = re.compile(r"\{(\w+)")


@pytest.fixture
def words(monkeypatch):
    monkeypatch.syspath_prepend(str(PROJECT / "book/_ext"))
    return importlib.import_module("compendium_words")


def entries(name):
    return [entry for entry in languages.read_catalogue(FILES[name]) if entry.id]


@pytest.mark.parametrize("name", FILES)
def test_every_text_has_its_translation(name):
    assert not [entry.id for entry in entries(name) if entry.fuzzy or not str(entry.string).strip()]


@pytest.mark.parametrize("name", FILES)
def test_a_translation_keeps_roles_values_and_links(name):
    kept = PLACE if name in (languages.RESULTS, languages.TABLES) else ROLE
    told = [entry for entry in entries(name) if entry.string]
    assert not [
        (entry.id, entry.string)
        for entry in told
        if sorted(kept.findall(str(entry.id))) != sorted(kept.findall(str(entry.string)))
    ]


@pytest.mark.parametrize("name", FILES)
def test_a_catalogue_is_written_as_refreshing_writes_it(name):
    asked = [str(entry.id) for entry in entries(name)]
    assert catalogues.merged(FILES[name], asked, "zh_CN") == FILES[name].read_text(encoding="utf-8")


def test_the_catalogues_ask_for_all_that_the_book_shows_and_for_no_more():
    found = catalogues.texts_of_book(open_study(root=PROJECT))
    assert set(found) == set(FILES)
    for name, texts in found.items():
        asked = [str(entry.id) for entry in entries(name)]
        missing = set(texts) - set(asked)
        assert not missing, f"{name}: run compendium catalogues, and translate {sorted(missing)[:3]}"


def test_every_word_of_the_code_is_in_both_languages(words):
    for key, entry in words.read_words().items():
        assert sorted(PLACE.findall(entry["en"])) == sorted(PLACE.findall(entry["zh"])), key


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("a.b: {en: one}\n", "a.b: zh is missing"),
        ("a.b: {en: one, zh: ''}\n", "a.b: zh is missing"),
        ("a.b: {en: one, zh: 一}\na.b: {en: two, zh: 二}\n", "a.b: stands 2 times"),
    ],
    ids=["missing", "empty", "twice"],
)
def test_a_word_that_lacks_a_language_or_stands_twice_stops_the_build(words, tmp_path, content, told):
    path = tmp_path / "words.yml"
    path.write_text(content)
    with pytest.raises(words.BookError, match=rf"words\.yml: every entry stands once and has en and zh\.\n{told}"):
        words.read_words(path)


def test_a_word_that_is_not_there_stops_the_build(words):

    class Book:
        class config:  # noqa: N801
            language = "zh_CN"

    assert words.words(Book, "result.file", kind="CSV") == "CSV 文件"
    assert words.labels(Book, "result")["file"] == "{kind} 文件"
    with pytest.raises(words.BookError, match=r"words\.yml has no entry 'no\.such', which a page asks for"):
        words.words(Book, "no.such")
    with pytest.raises(words.BookError, match=r"words\.yml has no entry that begins with 'nothing\.'"):
        words.labels(Book, "nothing")


def test_chinese_words_keep_a_space_beside_latin_letters_and_numbers(words):
    close = re.compile(r"[\u4e00-\u9fff](?:[A-Za-z0-9]|\{count\})|(?:[A-Za-z0-9]|\{count\})[\u4e00-\u9fff]")
    assert not [entry["zh"] for entry in words.read_words().values() if close.search(entry["zh"])]
