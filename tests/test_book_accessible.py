"""Every page of the book as people read it who do not see it well, use no mouse, or hold it in one hand."""

from pathlib import Path

import pytest

from browsing import DESKTOP, PHONE, pages_of

STANDARD = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# What can differ between light and dark; the rest is what it is.
OF_COLOUR = ["color-contrast", "link-in-text-block"]
RUN = """async ([tags, rules]) => {
  const told = await axe.run(document, {
    preload: false, resultTypes: ["violations"],
    runOnly: rules ? {type: "rule", values: rules} : {type: "tag", values: tags},
  });
  return told.violations.flatMap((found) => found.nodes.map(
    (node) => `${found.id}: ${node.target.join(" ")}: ${node.html.slice(0, 160)}`));
}"""


@pytest.fixture(scope="module")
def axe() -> str:
    kept = pytest.importorskip("axe_playwright_python", reason="axe-core, which finds barriers, is not installed")
    return (Path(kept.__file__).parent / "axe.min.js").read_text(encoding="utf-8")


# So many pages of codes are looked at in every way; the others are made by the same few lines.
CODES_LOOKED_AT = 4
# Of a long table the first rows, which stand for the others; a drawing is one picture, whatever it is made of.
# Colours that are on their way to others are neither.
ALIKE = """tbody tr:nth-child(n+25), .result-drawing svg > * { display: none !important; }
*, ::before, ::after { transition: none !important; }"""


def barriers(page, name: str, *, is_alike: bool) -> list[str]:
    """What axe finds on a page in both widths and both schemes, in one go: loading it anew takes longest.

    A page made like another is looked at on the wide screen; on the narrow one the other stands for it.
    """
    found = []
    for width in (DESKTOP, PHONE):
        page.set_viewport_size({"width": width, "height": 900})
        for scheme in ("light", "dark") if width == DESKTOP or not is_alike else ():
            page.emulate_media(color_scheme=scheme)
            page.wait_for_function("(scheme) => document.documentElement.dataset.theme === scheme", arg=scheme)
            told = page.evaluate(RUN, [STANDARD, OF_COLOUR if scheme == "dark" else None])
            found += [f"{name} at {width} px, {scheme}: {one}" for one in told]
        wider = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        found += [f"{name} at {width} px: {wider} px wider than the screen"] * (wider > 0)
    return found


@pytest.mark.parametrize("part", range(4))
def test_axe_finds_no_barrier_and_no_page_is_wider_than_the_screen(open_page, built_book, axe, part):
    page, found = open_page.blank(), []
    alike = [name for name in pages_of(built_book) if "/codes/" in name][CODES_LOOKED_AT:]
    for name in pages_of(built_book)[part::4]:
        page.goto(open_page.where(name))
        page.evaluate(axe)
        page.add_style_tag(content=ALIKE)
        found += barriers(page, name, is_alike=name in alike)
    assert not found, "\n".join(found)


def test_the_first_key_leads_past_the_contents_to_the_page(open_page):
    page = open_page("book/framing.html")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to main content"
    # It glides in.
    page.wait_for_function("document.activeElement.getBoundingClientRect().top >= 0")
    page.keyboard.press("Enter")
    assert page.url.endswith("#main-content")


def test_every_stop_of_the_keyboard_is_seen(open_page):
    page = open_page("book/framing.html")
    unseen = []
    for _ in range(40):
        page.keyboard.press("Tab")
        shown = page.evaluate(
            """() => { const at = document.activeElement;
            // The theme shows the focus of a fold of the contents on its arrow.
            const style = getComputedStyle(at.querySelector(":scope > .toctree-toggle") || at);
            return [style.outlineStyle !== "none" || style.boxShadow !== "none", at.outerHTML.slice(0, 120)]; }"""
        )
        unseen += [] if shown[0] else [shown[1]]
    assert unseen == []


def test_the_contents_say_where_the_reader_is(open_page):
    page = open_page("book/framing.html")
    assert page.locator("nav[aria-label=Main] [aria-current=page]").inner_text() == "A week in January"


def test_a_fold_of_the_contents_says_what_lies_below_it(built_book):
    page = (built_book / "book/framing.html").read_text(encoding="utf-8")
    assert 'aria-label="Pages below “Codebook”"' in page
    assert "<summary><span" not in page


def test_a_listing_is_a_stop_for_the_keyboard_only_where_it_scrolls(open_page):
    page = open_page("book/rerun.html")
    listed = "[...document.querySelectorAll('.bd-article pre')]"
    wider = f"{listed}.map((box) => box.scrollWidth > box.clientWidth + 1)"
    stops = f"{listed}.map((box) => box.tabIndex === 0)"
    for width in (DESKTOP, PHONE):
        page.set_viewport_size({"width": width, "height": 844})
        page.wait_for_function(f"JSON.stringify({stops}) === JSON.stringify({wider})")
    assert any(page.evaluate(stops))
    assert not all(page.evaluate(stops))


@pytest.mark.parametrize("mode", ["dark", "light"])
def test_the_first_paint_has_the_colours_that_the_reader_wants(open_page, mode):
    page = open_page("book/framing.html", dark=mode == "dark")
    assert page.evaluate("document.documentElement.dataset.theme") == mode


def test_the_colours_that_were_chosen_stay(open_page):
    page = open_page("book/framing.html")
    for _ in range(3):
        page.locator(".theme-switch-button").first.click()
        if page.evaluate("document.documentElement.dataset.mode") == "dark":
            break
    page.goto(open_page.where("book/idle.html"))
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"


def test_on_paper_stands_the_article_alone_with_its_folds_open(open_page):
    page = open_page("book/study.html")
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    for hidden in (".bd-sidebar-primary", ".bd-header-article", ".prev-next-footer", ".headerlink"):
        assert not page.locator(hidden).first.is_visible(), hidden
    cut = (
        "[...document.querySelectorAll('.result-rows')].filter((box) => getComputedStyle(box).overflowY !== 'visible')"
    )
    assert page.evaluate(f"{cut}.length") == 0
    assert page.locator("main details:not(.hide):not(.figure-numbers):not([open])").count() == 0
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator("details.cite[open]").count() == 0


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
def test_a_page_without_scripts_has_its_text_and_its_drawings(open_page, width):
    page = open_page("book/study.html", scripts=False, width=width)
    assert page.locator("article h1").is_visible()
    assert page.locator(".result-drawing svg").first.is_visible()
    assert page.locator(".cite-apa").count() > 0
    assert not page.locator(".cite button").first.is_visible()
