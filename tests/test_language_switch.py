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
