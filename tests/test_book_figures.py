"""Figures on the pages of the built book: what stands under them, and how their marks answer."""

import posixpath
import re
from functools import cache

import pytest
from lxml import html

from browsing import PHONE, pages_of

PAGE = "book/study.html"
SEEN = ".figure-tip:not([hidden])"
FLOW = '[data-figure="03-sample-flow"] .result-drawing'
PAIRS = '[data-figure="05-coding-pairs"] .result-drawing'
LINKED = {"en": ["Data (CSV)", "Drawing (SVG)", "Code"], "zh": ["数据（CSV）", "图形（SVG）", "代码"]}
# Where the middle of a mark is in the window.
MIDDLE = """(mark) => {
  const at = mark.getBoundingClientRect();
  return [at.left + at.width / 2, at.top + at.height / 2];
}"""


@cache
def parsed(book, name: str):
    return html.fromstring((book / name).read_text(encoding="utf-8"))


def rows_of(page) -> list[tuple]:
    """Each figure's name, with the row of links that follows it."""
    named = page.xpath("//figure[@data-figure]")
    return [
        (figure.get("data-figure"), figure.xpath('following::div[contains(@class, "figure-links")][1]'))
        for figure in named
    ]


def leads_somewhere(book, name: str, address: str) -> bool:
    path, _, anchor = address.partition("#")
    target = posixpath.normpath(posixpath.join(posixpath.dirname(name), path)) if path else name
    if not (book / target).is_file():
        return False
    return not anchor or bool(parsed(book, target).xpath(f'//*[@id="{anchor}"]'))


def shown_on(open_page, figure: str, page: str = PAGE, **how):
    """A page, scrolled to a figure, and the figure's drawing."""
    page = open_page(page, **how)
    drawing = page.locator(figure).first
    drawing.scroll_into_view_if_needed()
    return page, drawing


def settle(page, text: str) -> None:
    page.wait_for_function("(text) => document.querySelector('.figure-tip')?.textContent.includes(text)", arg=text)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_under_every_figure_are_its_numbers_its_files_and_its_code(built_book, language):
    below = {"en": "", "zh": "zh/"}[language]
    pages = [name for name in pages_of(built_book) if name.startswith("zh/") == bool(below)]
    found = 0
    for name in pages:
        for figure, (row, *_) in rows_of(parsed(built_book, name)):
            links = {re.sub(r" \d$", "", link.text_content()): link.get("href") for link in row.xpath(".//a")
                     if not link.xpath("ancestor::details")}  # fmt: skip
            assert set(LINKED[language]) <= set(links), (name, figure)
            wrong = [address for address in links.values() if not leads_somewhere(built_book, name, address)]
            assert not wrong, (name, figure)
            folded = row.xpath('.//details[@class="figure-numbers"]//table')
            assert bool(folded) != bool({"The numbers", "数据表"} & set(links)), (name, figure)
            assert f"figures/{figure}.svg".rpartition("/")[2] in links[LINKED[language][1]]
            found += 1
    # Those of the ten notebooks, and those that the prose shows again.
    assert found > 40


def test_a_mark_speaks_to_the_pointer_and_is_silent_when_it_leaves_or_with_escape(open_page):
    page, drawing = shown_on(open_page, FLOW)
    assert page.locator(SEEN).count() == 0
    drawing.locator("g.tips rect").nth(1).hover(force=True)
    settle(page, "dropped by this step")
    # The pointer alone makes nothing be read out.
    assert page.inner_text(".figure-voice") == ""
    tip = page.locator(SEEN)
    # It stays while one points at itself, so that it can be read and copied.
    tip.hover()
    page.wait_for_timeout(300)
    assert tip.count() == 1
    assert drawing.locator("rect.lit").count() == 1
    page.keyboard.press("Escape")
    assert tip.count() == 0
    assert drawing.locator("rect.lit").count() == 0
    drawing.locator("g.tips rect").nth(1).hover(force=True)
    settle(page, "dropped by this step")
    page.mouse.move(2, 2)
    page.wait_for_function("() => document.querySelector('.figure-tip').hidden")


def test_a_figure_is_one_stop_of_the_keyboard_and_arrows_go_from_mark_to_mark(open_page):
    page, drawing = shown_on(open_page, FLOW)
    drawing.evaluate("(box) => { box.parentElement.previousElementSibling?.querySelector('a, summary')?.focus(); }")
    drawing.focus()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    assert drawing.evaluate("(box) => box === document.activeElement")
    settle(page, "posts kept: 600")
    said = [page.inner_text(".figure-voice").splitlines()[0]]
    for key in ("ArrowRight", "ArrowDown", "ArrowUp", "End", "ArrowRight", "Home", "ArrowLeft"):
        page.keyboard.press(key)
        said.append(page.inner_text(".figure-voice").splitlines()[0])
    names = [text.split("\n")[0] for text in said]
    assert names[1] == names[3]
    assert len(set(names[:3])) == 3
    assert names[4] == names[5]
    assert names[0] == names[6] == names[7]
    page.keyboard.press("Escape")
    assert page.locator(SEEN).count() == 0
    page.keyboard.press("ArrowRight")
    assert page.locator(SEEN).count() == 1
    page.keyboard.press("Tab")
    assert drawing.evaluate("(box) => !box.contains(document.activeElement)")
    assert page.locator(SEEN).count() == 0
    assert re.search(r"\d+ values", drawing.get_attribute("aria-label"))


def test_a_finger_meets_a_small_mark_from_beside_and_a_tap_elsewhere_closes(open_page):
    page, drawing = shown_on(open_page, PAIRS, "book/discussion.html", width=PHONE, touch=True)
    x, y = drawing.locator("g.tips rect").first.evaluate(MIDDLE)
    page.touchscreen.tap(x + 3, y + 9)
    settle(page, "c = ")
    box = page.locator(SEEN).bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= PHONE
    assert "c = " in page.inner_text(".figure-voice")
    caption = page.locator("[data-figure='05-coding-pairs'] figcaption").bounding_box()
    page.touchscreen.tap(caption["x"] + 9, caption["y"] + 9)
    assert page.locator(SEEN).count() == 0


def test_without_scripts_the_drawing_stays_and_its_marks_have_titles(open_page):
    page, _ = shown_on(open_page, FLOW, scripts=False)
    row = page.locator(".figure-links").first
    row.locator("summary").first.click()
    assert row.locator("details table").first.is_visible()
    assert page.locator(".figure-tip").count() == 0
    parsed_page = html.fromstring(page.content())
    assert parsed_page.xpath('//figure[@data-figure="03-sample-flow"]//*[@class="tips"]//title')


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_on_paper_nothing_speaks_and_only_opened_numbers_are_printed(open_page, dark):
    page, drawing = shown_on(open_page, FLOW, dark=dark)
    page.locator(".figure-numbers > summary").first.click()
    drawing.locator("g.tips rect").nth(1).hover(force=True)
    settle(page, "posts kept")
    page.emulate_media(media="print")
    page.evaluate("() => window.dispatchEvent(new Event('beforeprint'))")
    # It is there still, and not printed.
    assert page.locator(SEEN).count() == 1
    assert not page.locator(SEEN).is_visible()
    visible = "all => all.map((one) => one.checkVisibility())"
    opened = page.locator(".figure-numbers").evaluate_all(visible)
    assert opened[0] is True
    assert not any(opened[1:])
    assert page.locator("figure.result-figure").first.evaluate("(one) => getComputedStyle(one).breakInside") == "avoid"


def test_marks_speak_in_the_language_of_the_page_and_what_does_not_is_marked(open_page):
    page, drawing = shown_on(open_page, PAIRS, "book/discussion.html", language="zh")
    drawing.focus()
    page.keyboard.press("ArrowRight")
    lines = page.locator(".figure-tip div").evaluate_all("all => all.map((one) => [one.textContent, one.lang])")
    assert re.search(r"[\u4e00-\u9fff]", lines[0][0])
    assert all(lang == "en" for text, lang in lines if re.fullmatch(r"[ -~]*[a-z]{2}[ -~]*", text))
    assert "方向键" in drawing.get_attribute("aria-label")


def test_the_link_to_the_code_leads_to_the_cell_and_opens_it(open_page):
    page, _ = shown_on(open_page, FLOW)
    page.locator(f".result-figure{FLOW.split(maxsplit=1)[0]} ~ .figure-links a", has_text="Code").first.click()
    page.wait_for_url("**/03-sample.html#cell-*")
    cell = page.locator(f"[id='{page.url.partition('#')[2]}']")
    assert cell.locator("pre", has_text="draw.flow(").is_visible()
