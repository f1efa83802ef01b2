"""A sentence that makes a claim carries a mark, and the mark opens the ledger's row."""

import importlib
import json
import re
import shutil

import pytest
from lxml import html

from analysis import publish
from analysis.claim_rows import Rows, anchor, cells_of
from analysis.errors import BookError
from analysis.study import open_study
from claim_making import SAID, build_with_claims, chosen
from making import PROJECT

MARK = re.compile(r"\{claim\}`([^`]*)`")
PAGE = "book/finding-communication.html"


@pytest.fixture(scope="module")
def with_claims(tmp_path_factory, ran_once):
    return build_with_claims(tmp_path_factory.mktemp("claims"), ran_once)


def parsed(root, name: str):
    return html.fromstring((root / f"_build/html/book/{name}.html").read_text(encoding="utf-8"))


def test_each_mark_leads_to_its_row_and_has_an_anchor_for_each_claim_and_each_sentence(with_claims):
    marks = chosen(parsed(with_claims, "argument"), "a.claim-mark")
    assert [mark.get("href") for mark in marks] == [f"ledger.html#claim-c{number}" for number in (1, 2, 2, 5, 3)]
    anchors = [[span.get("id") for span in chosen(mark, "span")] for mark in marks]
    assert anchors == [["said-c1", "said-c4"], ["said-c2"], ["said-c2-2"], ["said-c5"], ["said-c3"]]
    assert marks[0].get("aria-label") == "Claims of the article: c1, supported; c4, supported"


def test_a_mark_has_the_shape_of_each_verdict_once(with_claims):
    marks = chosen(parsed(with_claims, "argument"), "a.claim-mark")
    shapes = [[svg.get("class") for svg in chosen(mark, "svg")] for mark in marks]
    assert shapes[:2] == [["verdict verdict-supported"], ["verdict verdict-holds"]]


def test_the_rows_of_a_page_stand_in_it_with_value_origin_evidence_and_links(with_claims):
    page = parsed(with_claims, "argument")
    assert [told.get("id") for told in chosen(page, "template")] == [f"told-c{number}" for number in (1, 4, 2, 5, 3)]
    (row,) = chosen(page, "#told-c2")
    told = " ".join(row.text_content().split())
    assert "holds published" in told
    assert "Forty posts were read." in told
    assert "printed40 posts" in told
    assert "computed40 posts published" in told
    links = [link.get("href") for link in chosen(row, "a")]
    assert links[0] == "ledger.html#claim-c2"
    assert links[1] == "../results/liu2025/notebooks/01-first.html#cell-code-1"
    assert (with_claims / "_build/html/book" / links[2]).resolve().is_file()
    assert links[-1] == "ledger.html#data-c2"
    assert "Asks <u>the</u> way." in chosen(page, "#told-c1")[0].text_content()


def test_a_cell_of_a_notebook_can_be_linked_to(with_claims):
    page = html.fromstring((with_claims / "_build/html/results/liu2025/notebooks/01-first.html").read_text())
    assert chosen(page, "#cell-code-1 .recorded")
    shown = cells_of(open_study(root=with_claims), "01-first")
    assert shown == {"01-first-hashtags.table": "cell-code-1", "first_posts.value": "cell-code-1"}
    assert cells_of(open_study(root=with_claims), "99-none") == {}


def test_nothing_of_the_data_is_markup_in_the_page(with_claims):
    for name in ("argument", "ledger", "map"):
        page = parsed(with_claims, name)
        assert not [
            script for script in chosen(page, "script") if "alert(1)" in (script.text or "") and not script.get("type")
        ]
        assert not chosen(page, ".claim-told b, .ledger b, .claim-told u, .ledger u, .map-outline i, .map-outline u")
    assert "People <script>alert(1)</script> ask `each` {{ other }}." in parsed(with_claims, "ledger").text_content()


def test_data_for_a_script_cannot_end_its_element(monkeypatch):
    monkeypatch.syspath_prepend(str(PROJECT / "book/_ext"))
    claims = importlib.import_module("compendium_claims")
    written = claims.as_json("x", {"a": "</script><!-- & \u2028"})
    inside = written.removeprefix('<script type="application/json" id="x">').removesuffix("</script>")
    assert not set(inside) & set("<>&\u2028")
    assert json.loads(inside) == {"a": "</script><!-- & \u2028"}


def test_only_pages_with_marks_load_what_opens_them(with_claims):
    read = lambda name: (with_claims / f"_build/html/book/{name}.html").read_text(encoding="utf-8")  # noqa: E731
    assert "claims.js" in read("argument")
    assert "claims.js" not in read("ledger")
    assert "ledger.js" in read("ledger")
    assert "claims.css" not in read("index")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("`c5`", "`c55`", "the ledger has no claim 'c55'. Nearest: 'c5'"),
        ("`holds`", "`hold`", "'hold' is no verdict."),
    ],
    ids=["claim", "verdict"],
)
def test_a_mark_of_what_is_not_there_fails_the_build(with_claims, tmp_path, old, new, said):
    shutil.copytree(with_claims, tmp_path, dirs_exist_ok=True)
    (tmp_path / "book/argument.md").write_text(SAID.replace(old, new), encoding="utf-8")
    with pytest.raises(BookError, match="the previous one stays") as error:
        publish.build_book(open_study(root=tmp_path), say=lambda _: None)
    assert said in str(error.value)


def test_without_a_ledger_there_are_no_rows(once):
    rows = Rows(open_study(root=once))
    assert rows.by_id == {}
    assert rows.gists == {}


def test_an_anchor_is_made_of_letters_digits_and_hyphens():
    assert anchor('a"b c') == "cell-a-b-c"


def test_most_claims_of_the_article_are_told_in_the_book():
    known = set(Rows(open_study()).by_id)
    pages = [path.read_text(encoding="utf-8") for path in (PROJECT / "book").glob("*.md")]
    told = {claim for page in pages for ids in MARK.findall(page) for claim in ids.split()}
    assert told <= known
    assert len(known - told) <= len(known) // 20


def test_the_pointer_opens_a_row_reaches_it_and_closes_it_by_leaving(open_page):
    page = open_page(PAGE)
    page.locator(".claim-mark").first.hover()
    box = page.locator(".claim-box")
    box.wait_for()
    box.locator(".claim-statement").first.hover()
    page.wait_for_timeout(500)
    assert box.is_visible()
    assert page.locator(".claim-mark").first.get_attribute("aria-expanded") == "true"
    page.mouse.move(2, 2)
    box.wait_for(state="detached")


def test_the_keyboard_opens_a_row_walks_its_links_and_closes_it(open_page):
    page = open_page(PAGE)
    page.locator(".bd-article a").first.focus()
    page.keyboard.press("Tab")
    while not page.evaluate("document.activeElement.matches('.claim-mark')"):
        page.keyboard.press("Tab")
    page.locator(".claim-box").wait_for()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "claim-close"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.matches('.claim-box a')")
    page.keyboard.press("Escape")
    assert page.locator(".claim-box").count() == 0
    assert page.evaluate("document.activeElement.matches('.claim-mark[aria-expanded=false]')")


def test_a_tap_on_a_phone_opens_a_sheet_that_leaves_the_sentence_in_sight(open_page):
    page = open_page(PAGE, width=390, touch=True)
    mark = page.locator(".claim-mark").nth(4)
    mark.evaluate("mark => mark.scrollIntoView({ block: 'end' })")
    mark.tap()
    sheet = page.locator(".claim-box.claim-sheet")
    sheet.wait_for()
    at, over = mark.bounding_box(), sheet.bounding_box()
    assert at["y"] + at["height"] <= over["y"]
    assert (over["x"], over["width"]) == (0, 390)
    sheet.locator(".claim-close").tap()
    sheet.wait_for(state="detached")
    assert page.url.endswith(PAGE)


def test_a_mark_is_large_enough_to_hit_and_keeps_its_line(open_page):
    page = open_page(PAGE, width=390, touch=True)
    for box in page.locator(".claim-mark").evaluate_all("all => all.map(one => one.getBoundingClientRect().toJSON())"):
        assert box["width"] >= 24
        assert box["height"] >= 24
    lone = """marks => marks.filter(mark => {
        const range = document.createRange(), text = mark.previousSibling;
        const end = text.data.trimEnd().replace(/\\u2060$/, "").length;
        range.setStart(text, Math.max(0, end - 1));
        range.setEnd(text, end);
        return mark.getBoundingClientRect().top > range.getBoundingClientRect().bottom;
    }).length"""
    assert page.locator(".claim-mark").evaluate_all(lone) == 0


def test_without_scripts_a_mark_leads_to_the_ledger(open_page):
    page = open_page(PAGE, scripts=False)
    page.locator(".claim-mark").first.click()
    assert re.search(r"/book/ledger\.html#claim-c\w+$", page.url)


def test_from_disk_a_mark_opens_as_well(open_page):
    page = open_page(PAGE, from_disk=True, dark=True)
    page.locator(".claim-mark").first.click()
    page.locator(".claim-box .claim-statement").first.wait_for()


@pytest.mark.parametrize("page", ["book/framing.html", "zh/book/idle.html", "zh/book/finding-community.html"])
def test_a_mark_stays_on_the_line_of_its_sentence_and_within_the_column(open_page, page):
    shown = open_page(page, width=390)
    astray = shown.evaluate(
        """() => [...document.querySelectorAll(".kept-together > .claim-mark")].filter((mark) => {
          const column = mark.closest("p, li, dd").getBoundingClientRect();
          const shape = mark.querySelector("svg").getBoundingClientRect();
          return shape.right > column.right + 1 || shape.left < column.left + 4;
        }).map((mark) => mark.dataset.claims)"""
    )
    assert astray == []
    assert shown.locator(".kept-together > .claim-mark").count() > 5


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_row_is_cut_off_at_the_edge_of_its_box(open_page, language, width):
    page = open_page(PAGE, language=language, width=width, touch=width == 390)
    marks = page.locator(".kept-together > .claim-mark")
    for number in (0, 3, 6):
        marks.nth(number).evaluate("mark => mark.scrollIntoView({ block: 'center' })")
        marks.nth(number).click()
        box = page.locator(".claim-box")
        box.wait_for()
        wide, there = box.evaluate("box => [box.scrollWidth, box.clientWidth]")
        assert wide <= there
        box.locator(".claim-close").click()
        box.wait_for(state="detached")
