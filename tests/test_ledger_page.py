"""The ledger's page: every claim, sorted and filtered as a reader likes, and the way back to each sentence."""

import pytest
from lxml import html

from analysis.claim_rows import Rows, sections_in_order
from analysis.study import open_study
from claim_making import build_with_claims, chosen

PAGE = "book/ledger.html"


@pytest.fixture(scope="module")
def small_ledger(tmp_path_factory, ran_once):
    root = build_with_claims(tmp_path_factory.mktemp("ledger"), ran_once)
    return html.fromstring((root / "_build/html" / PAGE).read_text(encoding="utf-8"))


def shown(page) -> list[str]:
    return page.locator(".ledger tbody tr:visible th").all_inner_texts()


def test_each_claim_has_a_row_with_a_way_to_each_of_its_sentences(small_ledger):
    rows = chosen(small_ledger, ".ledger tbody tr")
    assert [row.get("id") for row in rows] == [f"claim-c{number}" for number in range(1, 7)]
    ways = [link.get("href") for link in chosen(rows[1], "a") if "said-" in link.get("href")]
    assert ways == ["argument.html#said-c2", "argument.html#said-c2-2"]
    assert "not told in the book’s text" in rows[5].text_content().replace("'", "’")


def test_each_row_holds_the_row_of_the_data_as_it_stands(small_ledger):
    (row,) = chosen(small_ledger, "#data-c2")
    assert [term.text for term in chosen(row, "dt")] == [
        "claim_id", "section", "statement", "kind", "value", "unit", "check", "argument", "note",
    ]  # fmt: skip
    assert chosen(row, "dd")[-1].text == "A </template> note."


def test_only_what_some_claim_has_is_offered_as_a_choice(small_ledger):
    (verdicts,) = chosen(small_ledger, "select[name=verdict]")
    assert [option.get("value") for option in verdicts] == [
        "",
        "holds",
        "supported",
        "needs raw data",
        "reader's judgement",
    ]
    (origins,) = chosen(small_ledger, "select[name=origin]")
    assert [option.get("value") for option in origins] == ["", "published"]


def test_sections_come_in_the_order_of_the_article():
    found = sections_in_order(Rows(open_study()).by_id)
    assert found[:3] == ["Front matter", "Abstract", "1"]
    assert found.index("5.3") < found.index("6")


def test_published_values_are_told_with_their_units():
    rows = Rows(open_study()).by_id
    told = {name: rows[name].published for name in ("c002", "c053", "c145", "c171", "c013")}
    assert told == {
        "c002": "2025-01-15", "c053": "25,400,000 posts", "c145": "page 664", "c171": "Mark Feng Teng", "c013": "",
    }  # fmt: skip


def test_a_claim_has_the_origin_of_what_was_computed_for_it():
    rows = Rows(open_study()).by_id
    assert (rows["c006"].origin, rows["c013"].origin) == ("stand-in", "published")


def test_every_way_from_the_ledger_of_the_article_leads_to_something(built_book):
    page = html.fromstring((built_book / PAGE).read_text(encoding="utf-8"))
    places = {link.get("href") for link in chosen(page, ".ledger a")}
    folder = (built_book / PAGE).parent
    for file, anchors in by_file(places).items():
        target = html.fromstring((folder / file).read_text(encoding="utf-8")) if file else page
        known = set(target.xpath("//@id"))
        assert not {anchor for anchor in anchors if "=" not in anchor} - known, file


def by_file(places: set[str]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for place in places:
        file, _, anchor = place.partition("#")
        found.setdefault(file, set()).add(anchor)
    return found


def test_fields_choose_claims_and_the_address_keeps_the_choice(open_page):
    page = open_page(PAGE)
    total = len(shown(page))
    page.locator("select[name=verdict]").select_option("conflicts")
    page.locator("input[name=text]").fill("caption newcomers")
    assert shown(page) == ["c112"]
    assert page.locator(".ledger-number").inner_text() == f"1 of {total} claims"
    again = open_page(PAGE + page.url.partition(".html")[2])
    assert shown(again) == ["c112"]
    again.locator("button[type=reset]").click()
    again.wait_for_function("!location.hash")
    assert len(shown(again)) == total


def test_the_name_of_a_column_sorts_by_it_and_says_so(open_page):
    page = open_page(PAGE)
    page.locator("th[data-column=value] button").press("Enter")
    assert shown(page)[0] == "c012"
    assert page.locator("th[data-column=value]").get_attribute("aria-sort") == "ascending"
    assert page.locator("th[data-column=claim]").get_attribute("aria-sort") == "none"
    page.locator("th[data-column=claim] button").click()
    page.locator("th[data-column=claim] button").click()
    assert shown(page)[0] == "c171"
    assert page.url.endswith("#sort=claim&down=1")


def test_values_are_sorted_as_numbers_then_as_words_with_dates_in_their_order_and_nothing_last(open_page):
    page = open_page(PAGE + "#sort=value")
    values = page.locator(".ledger tbody tr").evaluate_all("rows => rows.map(row => row.dataset.value)")
    given = [value for value in values if value]
    numbers = [value for value in given if value.isdecimal()]
    words = [value for value in given if not value.isdecimal()]
    assert min(len(numbers), len(words)) > 5
    expected = [*sorted(numbers, key=int), *sorted(words, key=str.casefold)]
    assert values == [*expected, *[""] * (len(values) - len(given))]


def test_the_address_of_a_row_opens_it_whatever_was_chosen(open_page):
    page = open_page(PAGE + "#verdict=conflicts")
    page.evaluate("location.hash = 'data-c013'")
    page.locator("#data-c013[open]").wait_for()
    assert page.locator("#claim-c013").is_visible()


def test_an_address_that_nobody_wrote_shows_every_claim(open_page):
    page = open_page(PAGE + "#verdict=nonsense&sort=%E0%A4%A&section=99")
    assert page.locator("th[data-column=claim]").get_attribute("aria-sort") == "ascending"


@pytest.mark.parametrize("width", [390, 1280])
def test_the_ledger_fits_the_screen(open_page, width):
    page = open_page(PAGE, width=width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    cut = "rows => rows.filter(row => row.getBoundingClientRect().right > document.documentElement.clientWidth).length"
    assert page.locator(".ledger td:visible").evaluate_all(cut) == 0


def test_without_scripts_the_ledger_is_a_plain_table(open_page):
    page = open_page(PAGE, scripts=False)
    assert page.locator(".ledger-form").is_hidden()
    assert page.locator(".ledger th button").count() == 0
    assert len(shown(page)) == len(open_study().table("claims"))
