"""The evidence browser in a real browser: what it shows, what it loads, and how it is reached and taken away."""

import csv
import io
import json
import re

import pytest

from analysis import browse_page, browse_search
from analysis.study import open_study
from browsing import PHONE
from making import PROJECT

PAGE = "book/evidence.html"
CORPUS = f"{PAGE}#in=corpus"
BUDGET = 1_000_000
# The book's own search has a field of that name, too.
SEARCH = "[data-part=filters] input[name=q]"
STATUS = "[data-part=status]"
OPENING = "details[data-root] > summary"
ARTICLES = "#evidence-corpus article"


# Makes the article of a text whose words, coder, code and colour are all the same text of the data.
SHOW_TEXT = """(text) => {
  const read = (name) => JSON.parse(document.getElementById(name).textContent);
  const setting = { ...read("evidence-setting"), locale: "en", pages: "" };
  setting.codes[0] = { ...setting.codes[0], name: text, colour: "red;background:url(x)" };
  const row = { kind: "post", side: 0, language: 0, day: 1, likes: 1, thread: 0 };
  const words = [text, text, 0, "", "", [[0, 9, 0, text]]];
  const made = compendiumEvidence.articleFor(setting, read("evidence-labels"), row, words, { number: 1, of: 1 });
  const ground = made.querySelector("mark").style.backgroundImage;
  return [made.querySelectorAll("img, b").length, made.textContent, ground];
}"""


FOREIGN = "all => all.filter((one) => /^[ -~]*[a-z]{2}[ -~]*$/i.test(one.textContent)).map((one) => one.lang)"


@pytest.fixture(scope="module")
def study():
    return open_study(root=PROJECT)


def settled(page):
    """Wait until the page shows what its address asks for."""
    page.wait_for_function(
        "() => document.querySelector('.evidence-live [data-part=status]')?.textContent"
        " && !document.getElementById('evidence-browser').hasAttribute('aria-busy')"
    )
    return page


def number(page) -> int:
    """How many fit, as the page says it."""
    return int(page.inner_text(STATUS).split()[0].replace(",", ""))


def tick(page, facet: str, value: str) -> None:
    """Tick or untick a filter, in whatever group it is folded away."""
    box = page.locator(f"[data-part=filters] input[name={facet}][value='{value}']")
    box.evaluate("box => { const group = box.closest('details[data-root]'); if (group) group.open = true; }")
    box.click()
    settled(page)


def corpus_files(reader) -> list[str]:
    """The files of the corpus that were asked for."""
    return [
        re.sub(r".*/evidence/([a-z0-9-]+)\.js.*", r"\1", address)
        for address in reader.asked
        if "/_static/evidence/" in address
    ]


def test_the_page_first_shows_what_the_article_shows_and_loads_no_corpus(open_page, study):
    page = settled(open_page(PAGE))
    shown = len(study.table("evidence"))
    assert page.inner_text(STATUS) == f"{shown} of {shown} pieces of evidence"
    assert page.locator("#evidence-article article:visible").count() == shown
    assert not page.locator("#evidence-corpus").is_visible()
    assert corpus_files(open_page) == []
    assert open_page.weight() < BUDGET


def test_a_piece_of_evidence_has_its_codes_and_leads_to_the_claims_on_it(open_page, study):
    page = settled(open_page(PAGE))
    card = page.locator("[id='evidence=e01']")
    assert "Section 5.1, post 62" in card.inner_text()
    assert (
        card.locator(".evidence-codes a").first.get_attribute("href") == "codes/naturalistic-interaction-exposure.html"
    )
    assert card.locator("a[href='ledger.html#claim-c007']").count() == 1
    assert page.locator("#evidence-article .origin-published").count() == 1
    assert page.locator("#evidence-article .origin-stand-in").count() == 0


def test_the_corpus_says_that_it_was_made_up_and_loads_only_what_it_lists(open_page, study):
    page = settled(open_page(CORPUS))
    assert "never evidence" in page.inner_text(".evidence-banner")
    assert page.locator("#evidence-corpus .origin-stand-in").count() == 1
    assert page.locator(ARTICLES).count() == 25
    assert sorted(corpus_files(open_page)) == ["index", "texts-0"]
    assert open_page.weight() < BUDGET


@pytest.mark.parametrize("from_disk", [False, True], ids=["served", "from disk"])
def test_a_filter_leaves_what_fits_and_is_in_the_address(open_page, study, from_disk):
    page = settled(open_page(CORPUS, from_disk=from_disk))
    everything = number(page)
    tick(page, "side", "host")
    assert 0 < number(page) < everything
    assert set(page.locator(f"{ARTICLES} h3").all_inner_texts()) <= {"Post · Chinese users", "Comment · Chinese users"}
    assert page.evaluate("location.hash") == "#in=corpus&side=host"
    tick(page, "kind", "post")
    posts, creators = study.table("posts"), study.table("creators").set_index("creator_id")["side"]
    assert number(page) == (posts["creator_id"].map(creators) == "host").sum()


def test_the_number_beside_a_choice_is_what_it_leaves(open_page):
    page = settled(open_page(CORPUS))
    tick(page, "kind", "post")
    label = page.locator("label:has(input[value=en]) .evidence-count")
    said = int(label.inner_text().replace(",", ""))
    tick(page, "language", "en")
    assert number(page) == said


def test_a_theme_stands_for_its_codes_and_all_chosen_codes_can_be_asked_for(open_page):
    page = settled(open_page(CORPUS))
    tick(page, "code", "naturalistic.interaction")
    theme = number(page)
    tick(page, "code", "naturalistic.interaction")
    counted = []
    for code in ("naturalistic.interaction.chance-to-practise", "naturalistic.interaction.exposure"):
        tick(page, "code", code)
        counted.append(number(page))
        assert number(page) <= theme
    assert counted[1] >= counted[0]
    tick(page, "all", "1")
    assert number(page) <= min(counted)


@pytest.mark.parametrize(
    ("query", "holds"), [("childhood", "childhood"), ("CHILDH", "childhood"), ("英语", "英语"), ("语", "语")]
)
def test_search_finds_words_by_their_beginning_and_any_run_of_signs(open_page, study, query, holds):
    page = settled(open_page(CORPUS))
    page.fill(SEARCH, query)
    page.wait_for_function("() => location.hash.includes('q=')")
    settled(page)
    posts, comments = study.table("posts"), study.table("comments")
    texts = [*(posts["title"].fillna("") + "\n" + posts["text"].fillna("")), *comments["text"]]
    expected = sum(holds in text.casefold() for text in texts)
    assert number(page) == expected > 0
    assert all(holds in text.casefold() for text in page.locator(".evidence-list .evidence-words").all_inner_texts())


def test_search_finds_a_part_of_a_run_of_chinese_in_the_evidence_and_words_together(open_page):
    page = settled(open_page(f"{PAGE}#q=no%20guns"))
    assert page.inner_text(STATUS).startswith("1 of")
    assert page.locator("#evidence-article article:visible").get_attribute("id") == "evidence=e06"


def test_scripts_cut_a_text_as_the_index_was_cut(open_page):
    page = settled(open_page(PAGE))
    for text in ("The Café's 英语角!", "Ｆｕｌｌ 学English ひらがな", "한국어 İstanbul 12 ½ สวัสดี", "😀 a_b 𠀀𠀁"):
        cut = page.evaluate("text => compendiumEvidence.tokens(text)", text)
        assert set(cut) == browse_search.tokens(text)


def test_days_and_likes_narrow_the_list(open_page, study):
    page = settled(open_page(f"{CORPUS}&from=2025-01-20&to=2025-01-20&kind=post"))
    days = study.table("posts")["published_at"].dt.strftime("%Y-%m-%d")
    assert number(page) == (days == "2025-01-20").sum() > 0
    page.fill("input[name=likes]", "100")
    page.press("input[name=likes]", "Enter")
    page.locator("input[name=likes]").blur()
    settled(page)
    assert number(page) == ((days == "2025-01-20") & (study.table("posts")["likes"] >= 100)).sum()


def test_an_order_by_likes_begins_with_the_most_liked(open_page, study):
    page = settled(open_page(f"{CORPUS}&kind=post"))
    page.select_option("[data-part=sort]", "likes")
    settled(page)
    most = study.table("posts")["likes"].max()
    assert f"likes: {most:,}" in page.locator(ARTICLES).first.inner_text()


def test_back_and_forward_lead_through_the_views_and_a_link_leads_to_the_same(open_page):
    page = settled(open_page(CORPUS))
    all_texts = number(page)
    tick(page, "side", "host")
    hosts = number(page)
    page.go_back()
    page.wait_for_function(f"() => document.querySelector('{STATUS}').textContent.startsWith('{all_texts:,}')")
    assert not page.is_checked("input[value=host]")
    page.go_forward()
    page.wait_for_function(f"() => document.querySelector('{STATUS}').textContent.startsWith('{hosts:,}')")
    link = page.get_attribute("[data-part=link]", "href")
    assert number(settled(open_page(f"{PAGE}{link}"))) == hosts


@pytest.mark.parametrize("from_disk", [False, True], ids=["served", "from disk"])
def test_a_link_to_a_piece_of_evidence_leads_to_it(open_page, from_disk):
    page = settled(open_page(f"{PAGE}#evidence=e19", from_disk=from_disk))
    assert page.locator("[id='evidence=e19'].evidence-target").is_visible()
    assert 0 <= page.locator("[id='evidence=e19']").bounding_box()["y"] < 900


def test_a_link_to_a_text_and_to_its_thread_show_these_alone(open_page, study):
    comment = study.table("comments").dropna(subset=["parent_comment_id"]).iloc[0]
    page = settled(open_page(f"{CORPUS}&row={comment['comment_id']}"))
    assert page.locator(ARTICLES).get_attribute("data-id") == comment["comment_id"]
    page.click("text=its thread")
    page.wait_for_function("() => location.hash.includes('thread=')")
    settled(page)
    assert number(page) == 1 + (study.table("comments")["post_id"] == comment["post_id"]).sum()


def test_what_is_not_there_is_said_to_be_nothing(open_page):
    for wrong in ("row=nobody", "thread=nobody", "q=zzzzqqqq"):
        page = settled(open_page(f"{CORPUS}&{wrong}"))
        assert page.inner_text(STATUS).startswith("Nothing fits"), wrong
        assert page.locator(ARTICLES).count() == 0


def test_where_nothing_fits_the_other_view_is_offered_with_its_number_once_that_is_known(open_page):
    page = open_page("book/evidence.html#q=noodles")
    status = page.locator("[data-part=status]")
    way = status.get_by_role("link")
    assert way.inner_text() == "Look in “The stand-in corpus”"
    assert corpus_files(open_page) == []
    way.click()
    page.locator("#evidence-corpus article").first.wait_for()
    held = page.locator("[data-part=status]").inner_text().split()[0]
    page.get_by_role("tab", name="What the article shows").click()
    status.get_by_text("Nothing fits").wait_for()
    assert way.inner_text() == f"{held} in “The stand-in corpus”"


def test_a_coded_span_is_marked_and_tells_its_codes_by_pointer_and_keyboard(open_page):
    page = settled(open_page(f"{CORPUS}&coded=1"))
    mark = page.locator(f"{ARTICLES} mark").first
    assert "gradient" in mark.evaluate("mark => getComputedStyle(mark).backgroundImage")
    code = page.locator(f"{ARTICLES} .evidence-codes a").first.inner_text()
    mark.focus()
    tip = page.locator("#evidence-tip")
    assert code in tip.inner_text()
    assert mark.get_attribute("aria-describedby") == "evidence-tip"
    page.keyboard.press("Escape")
    assert not tip.is_visible()
    mark.hover()
    assert tip.is_visible()


def test_spans_that_overlap_are_cut_where_they_begin_and_end(open_page):
    page = settled(open_page(PAGE))
    spans = '[[0, 4, 1, "A"], [2, 6, 2, "A"], [0, 4, 1, "B"], [-1, -1, 3, "A"]]'
    cut = f"""() => compendiumEvidence.pieces("abcdefgh", {spans})
        .map((piece) => [piece.text, [...piece.codes].map(([code, coders]) => [code, [...coders].join()])])"""
    both = [1, "A,B"]
    assert page.evaluate(cut) == [["ab", [both]], ["cd", [both, [2, "A"]]], ["ef", [[2, "A"]]], ["gh", []]]


def test_texts_of_the_data_are_never_markup(open_page):
    page = settled(open_page(CORPUS))
    text = "<img src=x onerror=alert(1)><b>bold</b>"
    shown = page.evaluate(SHOW_TEXT, text)
    assert shown[0] == 0
    assert text in shown[1]
    assert "url" not in shown[2]


def test_codes_that_stand_together_are_a_filter(open_page):
    page = settled(open_page(CORPUS))
    page.click("[data-part=pairs] summary")
    first = page.locator("[data-part=pair-list] li").first
    counted = int(first.inner_text().split()[-1].replace(",", ""))
    first.locator("a").click()
    page.wait_for_function("() => location.hash.includes('all=1')")
    assert number(settled(page)) == counted


def test_what_fits_can_be_taken_away_as_a_table_with_origin_and_licence(open_page, study):
    page = settled(open_page(f"{CORPUS}&code=community.atmosphere.welcoming-tone&side=newcomer"))
    with page.expect_download() as taken:
        page.click("[data-part=csv]")
    content = taken.value.path().read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    assert len(rows) == number(page)
    assert {(row["origin"], row["licence"], row["side"]) for row in rows} == {("stand-in", "CC BY 4.0", "newcomer")}
    assert all("community.atmosphere.welcoming-tone" in row["codes"].split() for row in rows)
    comments = study.table("comments").set_index("comment_id")["text"]
    one = next(row for row in rows if row["kind"] == "comment")
    assert one["text"].lstrip("'") == comments[one["id"]]


def test_what_fits_can_be_taken_away_as_json(open_page):
    page = settled(open_page(f"{PAGE}#side=host"))
    with page.expect_download() as taken:
        page.click("[data-part=json]")
    told = json.loads(taken.value.path().read_text(encoding="utf-8"))
    assert (told["origin"], told["licence"], told["view"]) == ("published", "CC BY 4.0", "#in=article&side=host")
    assert len(told["rows"]) == number(page)


def test_a_text_that_looks_like_a_formula_is_none_in_a_spreadsheet(open_page):
    page = settled(open_page(PAGE))
    table = page.evaluate("""() => compendiumEvidence.asCsv([{ a: '=HYPERLINK("x")', b: -1, c: "two\\nlines" }])""")
    assert table == '\ufeffa,b,c\r\n"\'=HYPERLINK(""x"")",-1,"two\nlines"\r\n'


def test_more_of_the_list_comes_on_demand_with_only_its_own_files(open_page):
    page = settled(open_page(CORPUS))
    page.click("[data-part=more]")
    page.wait_for_function(f"() => document.querySelectorAll('{ARTICLES}').length === 50")
    assert page.evaluate("document.activeElement.getAttribute('aria-posinset')") == "26"
    assert "the first 50 are listed" in page.inner_text(STATUS)
    assert sorted(corpus_files(open_page)) == ["index", "texts-0"]


def test_two_quick_clicks_bring_each_text_once_and_in_order(open_page):
    page = settled(open_page(CORPUS))
    page.evaluate("() => { for (const _ of [1, 2]) document.querySelector('[data-part=more]').click(); }")
    page.wait_for_function(f"() => document.querySelectorAll('{ARTICLES}').length > 25")
    places = page.locator(ARTICLES).evaluate_all("all => all.map((one) => one.getAttribute('aria-posinset'))")
    assert places == [str(place) for place in range(1, 51)]


def test_more_that_was_asked_for_before_the_list_changed_is_not_put_below_the_new_one(open_page):
    page = settled(open_page(CORPUS))
    page.click("[data-part=more]")
    page.wait_for_function(f"() => document.querySelectorAll('{ARTICLES}').length === 50")
    one = page.locator(ARTICLES).first.get_attribute("data-id")
    waiting = []
    page.route(re.compile("/evidence/(ids|texts)-"), lambda route: waiting.append(route))  # noqa: PLW0108
    page.evaluate("hash => { location.hash = hash; }", f"in=corpus&row={one}")
    page.wait_for_function("() => document.getElementById('evidence-browser').hasAttribute('aria-busy')")
    page.evaluate("() => document.querySelector('[data-part=more]').click()")
    page.wait_for_function("() => document.querySelector('script[src*=\"texts-1\"]')")
    for part in ("ids", "texts"):
        for route in [route for route in waiting if f"/{part}-" in route.request.url]:
            route.continue_()
        if part == "ids":
            page.wait_for_function(f"() => document.querySelectorAll('{ARTICLES}').length === 1")
    page.evaluate("() => compendiumEvidence.load('texts-1')")
    settled(page)
    assert page.locator(ARTICLES).evaluate_all("all => all.map((one) => one.dataset.id)") == [one]


@pytest.mark.parametrize("asked", ["more", "csv", "json"])
def test_a_file_that_is_missing_is_named_whatever_was_asked_for(open_page, asked):
    page = settled(open_page(CORPUS))
    page.route("**/_static/evidence/texts-1.js*", lambda route: route.abort())
    page.click("[data-part=more]")
    page.wait_for_function(f"() => document.querySelectorAll('{ARTICLES}').length === 50")
    page.click(f"[data-part={asked}]")
    page.wait_for_function(
        f"() => document.querySelector('{STATUS}').textContent.includes('could not be loaded: texts-1')"
    )
    open_page.complaints.clear()


def test_texts_are_in_their_language(open_page):
    page = settled(open_page(f"{CORPUS}&language=zh"))
    assert set(page.locator(f"{ARTICLES} .evidence-words").evaluate_all("all => all.map((one) => one.lang)")) == {"zh"}
    page = settled(open_page(f"{CORPUS}&language=mixed"))
    assert set(page.locator(f"{ARTICLES} .evidence-words").evaluate_all("all => all.map((one) => one.lang)")) == {""}


def test_everything_is_reached_by_keyboard(open_page):
    page = settled(open_page(PAGE))
    page.focus("[role=tab][aria-selected=true]")
    page.keyboard.press("ArrowRight")
    settled(page)
    page.wait_for_selector(ARTICLES)
    assert page.get_attribute("[data-part=tab-corpus]", "aria-selected") == "true"
    page.focus(SEARCH)
    page.keyboard.type("the ")
    for _ in range(2):
        page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"
    page.keyboard.press("Enter")
    assert page.locator("details[data-root][open]").count() == 1
    page.locator(ARTICLES).first.focus()
    page.keyboard.press("PageDown")
    assert page.evaluate("document.activeElement.getAttribute('aria-posinset')") == "2"


def test_how_many_are_shown_is_said_to_a_screen_reader(open_page):
    page = settled(open_page(CORPUS))
    assert page.get_attribute(STATUS, "role") == "status"
    assert page.get_attribute(".evidence-list", "role") == "feed"
    assert page.locator(ARTICLES).first.get_attribute("aria-setsize") == str(number(page))


def test_no_choice_stands_outside_the_filters(open_page):
    page = settled(open_page(f"{CORPUS}&kind=post"))
    right = page.locator("[data-part=filters]").bounding_box()
    for box in page.locator(".evidence-choice:visible").all():
        place = box.bounding_box()
        assert place["x"] >= right["x"] - 1
        assert place["x"] + place["width"] <= right["x"] + right["width"] + 1


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_on_a_phone_the_filters_are_folded_and_nothing_is_wider_than_the_screen(open_page, dark):
    page = settled(open_page(f"{CORPUS}&coded=1", width=PHONE, touch=True, dark=dark))
    assert not page.locator(SEARCH).is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE
    page.tap("[data-part=summary]")
    assert page.locator(SEARCH).is_visible()
    page.locator(f"{ARTICLES} mark").first.tap()
    assert page.locator("#evidence-tip").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE


def test_without_scripts_the_evidence_is_there_and_the_page_says_what_is_not(open_page, study):
    page = open_page(PAGE, scripts=False)
    assert page.locator("#evidence-article article").count() == len(study.table("evidence"))
    assert page.locator("text=scripts have to be allowed").is_visible()
    assert not page.locator("[data-part=filters]").is_visible()
    assert not page.locator(".evidence-tabs").is_visible()


def test_a_file_that_is_missing_is_named(open_page):
    page = settled(open_page(PAGE))
    page.route("**/_static/evidence/index.js*", lambda route: route.abort())
    page.click("[data-part=tab-corpus]")
    page.wait_for_function(
        f"() => document.querySelector('{STATUS}').textContent.includes('could not be loaded: index')"
    )
    open_page.complaints.clear()


def test_the_chinese_page_speaks_chinese_and_shows_the_same_rows(open_page, built_book, study):
    if not (built_book / "zh" / PAGE).is_file():
        pytest.skip("the book was built in one language")
    page = settled(open_page(CORPUS, language="zh"))
    assert "条文本" in page.inner_text(STATUS)
    assert page.locator(ARTICLES).count() == 25
    # A name that has no Chinese is marked as what it is.
    foreign = page.locator(".evidence-name:visible").evaluate_all(FOREIGN)
    assert set(foreign) <= {"en"}


def test_the_setting_in_the_page_is_the_studys(open_page, study):
    page = open_page(PAGE)
    told = json.loads(page.locator("#evidence-setting").text_content())
    assert told == json.loads(json.dumps(browse_page.setting_of(study)))
