import re

import pytest


def test_the_switch_keeps_the_page_and_the_place_on_it(open_page):
    page = open_page("book/study.html")
    page.evaluate("location.hash = 'a-place'")
    way = page.get_by_role("navigation", name="This page in another language").get_by_role("link", name="中文")
    assert way.get_attribute("hreflang") == "zh-CN"
    way.click()
    assert page.url.endswith("/zh/book/study.html#a-place")
    assert page.locator("html").get_attribute("lang") == "zh-CN"
    page.get_by_role("link", name="English", exact=True).click()
    assert page.url.endswith("/book/study.html#a-place")
    assert "/zh/" not in page.url


def test_a_state_that_a_page_writes_into_its_address_goes_along(open_page):
    page = open_page("book/study.html")
    page.evaluate("history.replaceState(null, '', '#code=welcome')")
    way = page.get_by_role("link", name="中文")
    way.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/zh/book/study.html#code=welcome")


@pytest.mark.parametrize("width", [390, 1280])
def test_the_switch_can_be_seen_and_touched_at_every_width(open_page, width):
    box = open_page("book/study.html", width=width).locator(".language-switch a").bounding_box()
    assert box["height"] >= 24
    assert box["width"] >= 24
    assert box["y"] >= 0
    assert box["x"] + box["width"] <= width


def test_without_scripts_the_switch_is_a_link(open_page):
    page = open_page("book/study.html", scripts=False)
    page.locator(".language-switch a").click()
    assert page.url.endswith("/zh/book/study.html")


HEADINGS_PASSED = """[...document.querySelectorAll('.bd-article :is(h2, h3)')]
    .filter(heading => heading.getBoundingClientRect().top < 100).length"""
COUNT_SCROLLS = "window.scrolls = 0; window.addEventListener('scroll', () => { window.scrolls += 1 })"


@pytest.mark.parametrize("from_disk", [False, True], ids=["served", "from disk"])
@pytest.mark.parametrize("by_keyboard", [False, True], ids=["mouse", "keyboard"])
def test_the_switch_leads_to_the_same_part_of_the_page_and_back(open_page, by_keyboard, from_disk):
    page = open_page("book/discussion.html", from_disk=from_disk)
    page.add_init_script(COUNT_SCROLLS)
    page.evaluate("window.scrollTo(0, 2200)")
    passed = page.evaluate(HEADINGS_PASSED)
    assert passed > 1
    for name, address in (("中文", r".*/zh/book/discussion\.html$"), ("English", r".*(?<!/zh)/book/discussion\.html$")):
        way = page.locator(".language-switch").get_by_role("link", name=name)
        if by_keyboard:
            way.focus()
            page.keyboard.press("Enter")
        else:
            way.click()
        page.wait_for_url(re.compile(address))
        page.wait_for_timeout(100)
        assert page.evaluate(HEADINGS_PASSED) == passed
        assert page.evaluate("window.scrolls") == 1
    assert abs(page.evaluate("window.scrollY") - 2200) <= 20


def test_a_heading_that_was_left_behind_does_not_take_the_reader_back(open_page):
    page = open_page("book/discussion.html#cite")
    page.evaluate("location.hash = document.querySelector('.bd-article section section').id")
    page.evaluate("window.scrollTo(0, 2200)")
    page.get_by_role("link", name="中文").click()
    page.wait_for_url("**/zh/book/discussion.html")
    assert page.evaluate("window.scrollY") > 1000


def test_an_anchor_in_sight_goes_along_and_one_out_of_sight_does_not(open_page):
    page = open_page("book/finding-communication.html")
    anchor = page.locator(".claim-mark span").nth(6).get_attribute("id")
    page.evaluate("anchor => { location.hash = anchor }", anchor)
    way = page.get_by_role("link", name="中文")
    way.focus()
    assert way.get_attribute("href").endswith(f"finding-communication.html#{anchor}")
    page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
    way.hover()
    page.mouse.down()
    assert "#" not in way.get_attribute("href")
    assert "?at=" in way.get_attribute("href")


@pytest.mark.parametrize("place", ["99.5", "x", "1.x", "-1.3", "0.99999999"])
def test_a_place_that_is_not_there_leaves_the_page_as_it_is(open_page, place):
    page = open_page(f"book/study.html?at={place}")
    page.wait_for_url("**/book/study.html")
    assert page.evaluate("window.scrollY") == 0


def test_what_was_looked_for_goes_along(open_page):
    page = open_page("search.html?q=bus")
    page.get_by_role("link", name="中文").click()
    page.wait_for_url("**/zh/search.html?q=bus")
