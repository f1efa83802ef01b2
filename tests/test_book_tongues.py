"""The book in Chinese: nothing that we wrote stands there in English, and what does is marked as English."""

import re
from collections.abc import Iterator

import pytest
from lxml import html
from lxml.html import HtmlElement

from analysis.schema import TABLES
from browsing import pages_of

LEDGER, MAP = "book/ledger.html", "book/map.html"
HAN = re.compile(r"[\u3400-\u9fff]")
# Three words one after the other are a phrase; a name in the data has no spaces.
PHRASE = re.compile(r"(?<![\w.-])[a-z]+(?:[ ,]+[a-z']+){2,}(?![\w.])")
QUOTED = re.compile(r"“[^”]*”|\"[^\"]*\"")
BLOCKS = {"p", "li", "td", "th", "dd", "dt", "h1", "h2", "h3", "caption", "figcaption", "summary", "text", "a"}
# What is code, and what others wrote: excerpts, quotations, titles of works, and rows as the data have them.
OTHERS = (
    "self::code or self::pre or self::q or self::em or self::blockquote or self::script or self::style or "
    "contains(@class, 'cite-') or contains(@class, 'citation') or starts-with(@id, 'data-c') or "
    "@class='language-switch'"
)
# Layers of the map whose entries are called by their authors or numbers.
CALLED_OTHERWISE = {"theory", "claims", "evidence"}
# Cells of these columns are data: names of works and of their authors, and settings as they stand in the file.
OF_DATA = {"作者（原文写法）", "数值", "参考文献"}


@pytest.fixture(scope="module")
def chinese(built_book) -> dict[str, HtmlElement]:
    """The main part of each page of the Chinese book, without what others wrote."""
    pages = {name: html.fromstring((built_book / name).read_text("utf-8")) for name in pages_of(built_book, "zh")}
    return {name: _ours(page) for name, page in pages.items()}


def _ours(page: HtmlElement) -> HtmlElement:
    for table in page.xpath("//table"):
        heads = [" ".join(head.text_content().split()) for head in table.xpath("./thead//th")]
        for cell in table.xpath("./tbody/tr/td"):
            place = len(cell.xpath("preceding-sibling::*"))
            if place < len(heads) and heads[place] in OF_DATA:
                cell.clear()
    for element in page.xpath(f"//body//*[{OTHERS}]"):
        element.drop_tree()
    return page.body


def told(element: HtmlElement) -> str:
    return " ".join(element.text_content().split())


def phrases(body: HtmlElement) -> Iterator[str]:
    """Each English phrase that stands in no Chinese sentence."""
    for element in body.iter():
        for holder, text in ((element, element.text), (element.getparent(), element.tail)):
            if isinstance(element.tag, str) and text and PHRASE.search(QUOTED.sub("", text)):
                blocks = (one for one in [holder, *holder.iterancestors()] if one.tag in BLOCKS)
                if not HAN.search(told(next(blocks, holder))):
                    yield " ".join(text.split())


def test_no_phrase_of_ours_stands_in_english(chinese):
    assert {name: found for name, body in chinese.items() if (found := list(phrases(body)))} == {}


def test_every_head_and_every_caption_has_its_chinese(chinese):
    marked = ".//*[self::th or self::caption or self::figcaption]//*[starts-with(@lang, 'en')]"
    found = {name: {told(element) for element in body.xpath(marked)} for name, body in chinese.items()}
    assert {name: heads for name, heads in found.items() if heads} == {}


def test_every_claim_is_told_in_chinese_and_its_row_stays_as_the_data_have_it(chinese, built_book):
    page = html.fromstring((built_book / "zh" / LEDGER).read_text("utf-8"))
    rows = page.xpath("//table[@class='ledger']/tbody/tr")
    assert rows
    for row in rows:
        statement, finding = row.xpath("./td[contains(@class, 'ledger-statement')]/p")[:2]
        assert HAN.search(told(statement)), row.get("id")
        assert HAN.search(told(finding)), row.get("id")
        (raw,) = row.xpath(".//details/dl")
        assert raw.get("lang") == "en"
        assert not HAN.search(told(raw).replace("小红书", "")), row.get("id")


def test_the_ledger_is_searched_filtered_and_sorted_in_chinese(open_page):
    page = open_page(LEDGER, language="zh")
    page.locator("input[name=text]").fill("张截图")
    shown = page.locator(".ledger tbody tr:visible th").all_inner_texts()
    assert "c069" in shown
    assert len(shown) < 10
    page.locator("select[name=verdict]").select_option("conflicts")
    assert page.locator(".ledger-number").inner_text().endswith("显示 0 条")
    page.locator("button[type=reset]").click()
    page.wait_for_function("!location.hash")
    page.locator("th[data-column=statement] button").click()
    cells = page.locator(".ledger tbody tr td.ledger-statement")
    texts = cells.evaluate_all("cells => cells.map(cell => cell.textContent)")
    assert texts == page.evaluate("texts => texts.toSorted((a, b) => a.localeCompare(b, 'zh-CN'))", texts)


def test_each_label_of_the_map_fits_its_box_in_chinese(open_page):
    page = open_page(MAP, language="zh")
    wider = """nodes => nodes.filter(node => {
        const [box, text] = [node.querySelector("rect"), node.querySelector("text")].map(one => one.getBBox());
        return text.x < box.x || text.x + text.width > box.x + box.width || text.y < box.y
            || text.y + text.height > box.y + box.height;
    }).map(node => node.textContent)"""
    assert page.locator("a.map-node").evaluate_all(wider) == []


def test_entries_of_the_map_are_named_in_chinese(chinese):
    nodes = chinese[f"zh/{MAP}"].xpath(".//a[contains(@class, 'map-node')]")
    named = [told(node) for node in nodes if node.get("data-layer") not in CALLED_OTHERWISE]
    assert named
    assert [name for name in named if not HAN.search(name)] == []


def test_every_page_of_a_code_says_in_chinese_where_its_evidence_stands(chinese):
    places = [
        told(place)
        for name, body in chinese.items()
        if name.startswith("zh/book/codes/")
        for place in body.xpath(".//ul[@class='code-excerpts']/li/span")
    ]
    assert places
    assert [place for place in places if re.search(r"[a-z]{3}", place)] == []


def test_columns_that_one_maps_a_file_to_keep_their_names(built_book):
    page = html.fromstring((built_book / "zh/book/rerun.html").read_text("utf-8"))
    names = [told(name) for name in page.xpath("//table/tbody/tr/td[1]/code")]
    assert names == [name for table in ("posts", "comments", "creators") for name in TABLES[table].column_names]
