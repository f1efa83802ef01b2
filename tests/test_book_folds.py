"""What pages fold away or lay out anew where there is little room: code, outputs, tables and drawings."""

import importlib
import json
import re

import pytest
from lxml import html

from claim_making import chosen
from making import PROJECT

FOLDED = ("rerun", "agreement", "coding-tools")
BLOCK = re.compile(r"```console\n(.*?)```", re.DOTALL)


def parsed(book, name: str):
    return html.fromstring((book / name).read_text(encoding="utf-8"))


def squeezed(text: str) -> str:
    return "".join(text.split())


def is_cell(element) -> bool:
    return element is not None and "cell" in element.get("class", "").split()


def test_cells_that_show_nothing_share_the_toggle_of_the_next_and_keep_their_anchors(built_book):
    for notebook in sorted((PROJECT / "results/liu2025/notebooks").glob("*.ipynb")):
        page = parsed(built_book, f"results/liu2025/notebooks/{notebook.stem}.html")
        silent = [cell for cell in chosen(page, "div.cell") if not chosen(cell, ".cell_output")]
        assert [cell.get("id") for cell in silent if is_cell(cell.getnext())] == []
        cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
        told = [cell for cell in cells if "hide-input" in cell["metadata"].get("tags", [])]
        there = {element.get("id") for element in chosen(page, "[id]")}
        anchors = {cell["id"] if cell["id"].startswith("cell-") else f"cell-{cell['id']}" for cell in told}
        assert anchors <= there
        listed = squeezed("".join(pre.text_content() for pre in chosen(page, ".cell_input pre")))
        assert listed == squeezed("".join("".join(cell["source"]) for cell in told))


@pytest.mark.parametrize("name", FOLDED)
@pytest.mark.parametrize(("below", "told"), [("", r"The whole output \(\d+ lines\)"), ("zh/", r"完整输出（\d+ 行）")])
def test_a_long_output_is_folded_below_its_command_and_nothing_is_lost(built_book, below, told, name):
    page = parsed(built_book, f"{below}book/{name}.html")
    folds = chosen(page, "details.console-output")
    assert folds
    assert all(re.fullmatch(told, chosen(fold, "summary")[0].text_content()) for fold in folds)
    assert all(fold.getprevious().text_content().strip().startswith("$ ") for fold in folds)
    shown = [pre.text_content() for pre in chosen(page, ".highlight-console pre")]
    assert all(len(text.strip().splitlines()) <= 40 for text in shown if text.startswith("$ "))
    source = (PROJECT / f"book/{name}.md").read_text(encoding="utf-8")
    assert squeezed("".join(shown)) == squeezed("".join(BLOCK.findall(source)))


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("$ a\nb\n", [("$ a\nb\n", False)]),
        ("$ a\n" + "b\n" * 12, [("$ a\n" + "b\n" * 12, False)]),
        ("$ a\n" + "b\n" * 13, [("$ a", False), ("b\n" * 12 + "b", True)]),
        ("$ a\nb\n$ c\n" + "d\n" * 13 + "$ e\n", [("$ a\nb\n$ c", False), ("d\n" * 12 + "d", True), ("$ e\n", False)]),
        ("b\n" * 20, [("b\n" * 20, False)]),
        ("", []),
    ],
    ids=["short", "as long as may be", "long", "long among short", "no command", "nothing"],
)
def test_outputs_are_told_from_commands(monkeypatch, text, parts):
    monkeypatch.syspath_prepend(str(PROJECT / "book/_ext"))
    assert list(importlib.import_module("compendium_folds")._parts(text)) == parts


def test_only_tables_of_prose_get_the_labels_of_their_columns(monkeypatch):
    monkeypatch.syspath_prepend(str(PROJECT / "book/_ext"))
    cards = importlib.import_module("compendium_cards")
    table = (
        '<div class="result-rows" tabindex="0"><table><thead><tr><th scope="col">a "b"</th><th{}>c</th><th>d</th></tr>'
        "</thead><tbody><tr><td>1</td><td{}>2</td><td>3</td></tr></tbody></table></div>"
    )
    for inside, labels in ((' class="long"', ['a "b"', "c", "d"]), ("", [None, None, None])):
        context = {"body": table.format(inside, inside)}
        cards.label_cells(None, "", "", context, None)
        assert [cell.get("data-label") for cell in chosen(html.fromstring(context["body"]), "td")] == labels


@pytest.mark.parametrize("language", ["en", "zh"])
def test_on_a_phone_a_row_of_prose_is_a_card_and_no_column_is_out_of_sight(open_page, language):
    for name in ("book/study.html", "book/finding-identity.html", "results/liu2025/notebooks/05-coding.html"):
        page = open_page(name, width=390, language=language)
        boxes = page.locator(".result-rows.as-cards")
        assert boxes.count() > 0
        assert boxes.evaluate_all("all => all.filter(box => box.scrollWidth > box.clientWidth + 1).length") == 0
        page.close()
    wide = open_page("book/study.html", language=language).locator(".as-cards td").first
    assert wide.evaluate("cell => getComputedStyle(cell).display") == "table-cell"


def test_a_drawing_that_scrolls_has_letters_as_large_as_on_a_wide_screen(open_page):
    for name in ("book/limitations.html", "book/finding-communication.html", "book/study.html"):
        page = open_page(name, width=390)
        assert min(page.locator(".result-drawing svg").evaluate_all("all => all.map(one => one.clientWidth)")) >= 640
        assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_a_field_does_not_tell_the_keys_that_lead_to_it(open_page):
    page = open_page("search.html")
    assert page.locator(".bd-article-container .search-button__kbd-shortcut:visible").count() == 0


@pytest.mark.parametrize("name", ["zh/book/bridging.html", "book/coding-tools.html"])
@pytest.mark.parametrize("width", [768, 1280])
def test_the_rows_of_a_table_reach_its_edge(open_page, name, width):
    page = open_page(name, width=width)
    short = """tables => tables.filter(table =>
        table.getBoundingClientRect().right - table.rows[table.rows.length - 1].getBoundingClientRect().right > 3)"""
    assert page.locator(".bd-article table.table").evaluate_all(f"all => ({short})(all).length") == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_long_outputs_of_commands_are_printed_with_their_page_and_folded_again(open_page):
    page = open_page("book/rerun.html")
    outputs = page.locator("details.console-output pre")
    assert not outputs.first.is_visible()
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert [output for output in outputs.all() if not output.is_visible()] == []
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator("details.console-output[open]").count() == 0


@pytest.mark.parametrize("name", ["book/study.html", "zh/book/index.html", "results/liu2025/notebooks/01-frame.html"])
def test_a_page_on_paper_has_its_title_at_the_edge_of_the_paper(open_page, name):
    page = open_page(name)
    page.emulate_media(media="print")
    titles = page.locator("h1:visible")
    assert titles.count() == 1
    assert titles.inner_text().removesuffix("#")
    assert titles.bounding_box()["x"] <= 16
