"""The search of the book: words, runs of Chinese, with a server and without."""

import importlib
import json
import re
import sys

import pytest

from browsing import DESKTOP, PHONE, pages_of
from making import PROJECT


@pytest.fixture
def search_of(monkeypatch):
    monkeypatch.setattr(sys, "path", [str(PROJECT / "book/_ext"), *sys.path])
    return importlib.import_module("compendium_search")


@pytest.fixture
def runs(search_of):
    return search_of.SearchRuns({})


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("saturation was reached", ["saturation", "was", "reached"]),
        ("英语角", ["英", "语", "角", "英语", "语角"]),
        ("the 英语 corner", ["the", "英", "语", "英语", "corner"]),
        ("RedNote小红书", ["RedNote", "小", "红", "书", "小红", "红书"]),
        ("ひらがな", ["ひ", "ら", "が", "な", "ひら", "らが", "がな"]),
        ("𠀀𠀁", ["𠀀", "𠀁", "𠀀𠀁"]),
        ("café naïve", ["café", "naïve"]),
        ("cafe\u0301 हिन्दी", ["cafe\u0301", "हिन्दी"]),
        ("i\u0307stanbul語\u0301a", ["i\u0307stanbul", "語", "a"]),
        ("…!?", []),
    ],
)
def test_a_text_is_found_by_its_words_and_by_all_neighbours_in_runs_without_spaces(runs, text, found):
    assert runs.split(text) == found


def test_a_single_character_is_kept_and_a_stop_word_is_not(runs):
    assert runs.word_filter("语")
    assert not runs.word_filter("the")


def test_the_browser_splits_as_the_index_was_split(open_page, runs):
    page = open_page("search.html")
    assert page.evaluate("splitQuery('英语角 Was 语 𠀀𠀁b')") == ["英语", "语角", "Was", "语", "𠀀𠀁", "b"]
    for text in ("café ひらがな x_1", "小红书RedNote", "cafe\u0301 हिन्दी में", "語\u0301a ½ Ⅷ ² สวัสดี"):
        assert set(page.evaluate("(text) => splitQuery(text)", text)) <= set(runs.split(text))


@pytest.mark.parametrize("from_disk", [False, True], ids=["served", "from disk"])
@pytest.mark.parametrize(
    ("query", "page"),
    [("saturation", "Saturation"), ("语角", "Company to learn in"), ("英语角 corner", "Company to learn in")],
)
def test_a_word_and_a_part_of_a_run_are_found_with_the_words_around_them(open_page, from_disk, query, page):
    search = open_page(f"search.html?q={query}", from_disk=from_disk)
    search.wait_for_selector(".found mark")
    titles = search.locator(".found a").all_inner_texts()
    assert any(page.lower() in title.lower() for title in titles) or query == "saturation", titles
    assert query.split()[0] in " ".join(search.locator(".found mark").all_inner_texts()).lower()


def test_what_is_nowhere_is_told_so(open_page):
    page = open_page("search.html?q=zyxwv")
    page.wait_for_function("document.querySelector('.search-told').textContent.startsWith('No page')")
    assert page.locator(".found li").count() == 0


@pytest.mark.parametrize("query", ["the", '"', "<img src=x onerror=alert(1)>", "constructor", "__proto__", "\\"])
def test_no_query_breaks_the_search_or_runs(open_page, query):
    page = open_page("search.html")
    page.locator(".bd-search-container input[name=q]").fill(query)
    page.locator(".bd-search-container input[name=q]").press("Enter")
    page.wait_for_function("document.querySelector('.search-told').textContent !== ''")
    assert page.locator(".bd-search-container img").count() == 0


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
def test_a_key_opens_the_search_from_any_page_and_what_was_found_is_marked_there(open_page, width):
    page = open_page("book/framing.html", width=width)
    page.keyboard.press("Control+k")
    page.locator("#pst-search-dialog input").fill("villagers")
    page.keyboard.press("Enter")
    page.wait_for_selector(".found mark")
    page.locator(".found a").first.click()
    page.wait_for_selector("article span.highlighted")
    assert page.locator("article span.highlighted").first.inner_text().lower() == "villagers"


def test_the_search_button_opens_the_dialogue_by_touch_on_a_phone(open_page):
    page = open_page("book/framing.html", width=PHONE, touch=True)
    page.locator(".bd-header-article .search-button").tap()
    assert page.locator("#pst-search-dialog").is_visible()
    page.keyboard.press("Escape")
    assert not page.locator("#pst-search-dialog").is_visible()


def test_more_pages_are_shown_when_asked_for_and_the_focus_goes_there(open_page):
    page = open_page("search.html?q=data")
    page.wait_for_selector(".found mark")
    first = page.locator(".found li").count()
    assert first == 20
    page.locator("#more-found").click()
    assert page.locator(".found li").count() > first
    assert page.evaluate("document.activeElement === document.querySelectorAll('.found a')[20]")


def test_every_page_has_a_text_to_show_and_its_script_is_safe(built_book):
    texts = sorted((built_book / "searchtexts").rglob("*.js"))
    index = (built_book / "searchindex.js").read_text(encoding="utf-8")
    names = json.loads(re.search(r'"docnames": (\[.*?\])', index)[1])
    assert [path.relative_to(built_book / "searchtexts").with_suffix("").as_posix() for path in texts] == sorted(names)
    assert not [path for path in texts if "<" in path.read_text(encoding="utf-8")]
    assert pages_of(built_book)


@pytest.mark.parametrize(
    ("query", "page"),
    [("zh/search.html?q=英语角", "finding-community"), ("search.html?q=mentorship", "finding-community")],
)
def test_the_argument_is_found_before_notebooks_and_single_codes(open_page, query, page):
    search = open_page(query)
    search.wait_for_selector(".found li")
    found = [link.get_attribute("href") for link in search.locator(".found a").all()]
    asides = [at for at, address in enumerate(found) if "/codes/" in address or "/notebooks/" in address]
    (chapter,) = [at for at, address in enumerate(found) if page in address]
    assert chapter < min(asides)
    assert chapter < 4


def test_the_words_around_are_prose_and_neither_code_nor_table_nor_the_line_of_origins(search_of):
    body = (
        '<h1>Title</h1><p class="origins">On this page: <span class="origin">published</span></p><p>A '
        '<span>wo</span>rd <span class="value value-original">40</span> <span class="origin origin-published">x</span>'
        "</p><pre>│ 1 │</pre><table><tr><td>cell</td></tr></table><figure><figcaption>Caption</figcaption></figure>"
    )
    assert search_of.text_of(body) == "A word 40"


def test_no_page_is_found_by_the_line_that_tells_its_origins(built_book):
    texts = "".join(path.read_text(encoding="utf-8") for path in (built_book / "searchtexts").rglob("*.js"))
    assert "On this page:" not in texts
    # Two neighbours of the line that stand nowhere else.
    assert r'"\u9875\u5185":' not in (built_book / "zh/searchindex.js").read_text(encoding="ascii")
