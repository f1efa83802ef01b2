"""The argument as a map: what it links, where it draws it, that its outline says the same, and how one walks it."""

import re
import shutil
from itertools import pairwise

import pytest
from lxml import html

from analysis import publish
from analysis.argument_map import LAYERS, ArgumentMap, map_of
from analysis.computable import NotComputable
from analysis.map_layout import GAP, SMALLEST, WIDTHS, broken, curve, lay_out
from analysis.study import open_study
from claim_making import add_claims, add_pages, chosen
from making import lay_out_book

PAGE = "book/map.html"


@pytest.fixture(scope="module")
def small_map(tmp_path_factory, ran_once) -> ArgumentMap:
    root = tmp_path_factory.mktemp("small-map")
    shutil.copytree(ran_once, root, dirs_exist_ok=True)
    add_claims(root)
    return map_of(open_study(root=root))


@pytest.fixture(scope="module")
def argument() -> ArgumentMap:
    return map_of(open_study())


def test_claims_evidence_codes_theory_and_implications_are_linked_as_the_tables_say(small_map):
    found = {(edge.start, edge.end, edge.kind): edge.claims for edge in small_map.edges}
    assert found == {
        ("section-5", "e1", "rests"): ("c1", "c4"),
        ("work-gibson1979", "section-3", "cites"): ("c3",),
        ("section-5", "entry-talk-asking", "about"): ("c4",),
        ("section-6", "proposal-letters", "proposes"): ("c5",),
        ("e1", "entry-talk-asking-ways", "coded"): (),
        ("entry-talk-asking", "entry-talk", "part"): (),
        ("entry-talk-asking-ways", "entry-talk-asking", "part"): (),
        ("entry-talk-asking", "proposal-letters", "draws"): (),
        ("e1", "proposal-letters", "draws"): (),
    }


def test_a_work_on_which_no_claim_draws_is_left_out(small_map):
    assert [node.name for node in small_map.by_layer["theory"]] == ["Gibson 1979"]


def test_without_one_of_its_tables_there_is_no_map(once):
    assert isinstance(map_of(open_study(root=once)), NotComputable)


def test_the_map_of_the_article_has_every_claim_code_excerpt_and_implication(argument):
    this = open_study()
    numbers = {layer: len(nodes) for layer, nodes in argument.by_layer.items()}
    assert numbers["evidence"] == len(this.table("evidence"))
    assert numbers["code"] + numbers["theme"] + numbers["pattern"] == len(this.table("codebook"))
    assert numbers["implication"] == len(this.table("implications"))
    assert numbers["claims"] == this.table("claims")["section"].nunique()


def test_every_link_leads_to_the_right(argument):
    for edge in argument.edges:
        start, end = (LAYERS.index(argument.nodes[name].layer) for name in (edge.start, edge.end))
        assert start < end


def test_entries_stand_in_their_column_without_touching_and_are_large_enough(argument):
    layout = lay_out(argument, {name: node.name for name, node in argument.nodes.items()})
    for nodes in argument.by_layer.values():
        boxes = [layout.boxes[node.node_id] for node in nodes]
        assert len({box.x for box in boxes}) == 1
        assert all(box.height >= SMALLEST for box in boxes)
        assert all(one.y + one.height < other.y for one, other in pairwise(boxes))
        assert boxes[-1].y + boxes[-1].height <= layout.height
    assert layout.width == sum(WIDTHS.values()) + GAP * (len(WIDTHS) - 1) + 2


def test_a_link_is_drawn_from_the_right_of_one_entry_to_the_left_of_the_other(argument):
    layout = lay_out(argument, {name: node.name for name, node in argument.nodes.items()})
    edge = argument.edges[0]
    numbers = [float(number) for number in re.findall(r"[\d.]+", curve(layout, edge))]
    start, end = layout.boxes[edge.start], layout.boxes[edge.end]
    assert numbers[:2] == pytest.approx([start.x + start.width, start.y + start.height / 2], abs=0.1)
    assert numbers[-2:] == pytest.approx([end.x, end.y + end.height / 2], abs=0.1)


def test_labels_break_at_spaces_hyphens_and_between_chinese_signs():
    assert broken("Community-building learning", 115) == ("Community-", "building learning")
    assert broken("论证图的文字", 40) == ("论证图", "的文字")


def test_the_outline_says_what_the_picture_shows(tmp_path, ran_once):
    shutil.copytree(ran_once, tmp_path, dirs_exist_ok=True)
    lay_out_book(tmp_path)
    add_claims(tmp_path)
    add_pages(tmp_path)
    publish.build_book(open_study(root=tmp_path), say=lambda _: None)
    assert_alike(html.fromstring((tmp_path / "_build/html" / PAGE).read_text(encoding="utf-8")))


def test_the_outline_of_the_article_says_what_the_picture_shows(built_book, argument):
    page = html.fromstring((built_book / PAGE).read_text(encoding="utf-8"))
    assert_alike(page)
    assert len(chosen(page, "a.map-node")) == len(argument.nodes)
    assert len(chosen(page, "path.map-edge")) == len(argument.edges)
    assert len(chosen(page, ".map-claims li")) == len(open_study().table("claims"))


def assert_alike(page) -> None:
    """The picture and each reading of the outline, from the left and from the right, have the same links."""
    drawn = {(path.get("data-start"), path.get("data-end")) for path in chosen(page, "path.map-edge")}
    assert drawn
    links = chosen(page, ".map-outline a[data-edge]")
    ways = {(here(link), link.get("data-goes")) for link in links}
    assert {tuple(link.get("data-edge").split()) for link in links} == drawn
    assert ways == drawn | {(end, start) for start, end in drawn}
    nodes = [node.get("data-node") for node in chosen(page, "a.map-node")]
    assert [entry.get("data-node") for entry in chosen(page, ".map-outline li[data-node]")] == nodes
    assert {link.get("href").removeprefix("#outline-") for link in links} <= set(nodes)


def here(link) -> str:
    return next(link.iterancestors("li")).xpath("ancestor-or-self::li[@data-node]")[-1].get("data-node")


def test_pointing_at_an_entry_lets_what_it_is_linked_to_stand_out(open_page):
    page = open_page(PAGE)
    page.locator("a[data-node=entry-identity-speaker]").hover()
    near = page.locator(".map-node.is-near").evaluate_all("all => all.map(one => one.dataset.node)")
    assert {"entry-identity-speaker", "entry-identity", "proposal-ambassador-project", "section-5"} <= set(near)
    assert "entry-community" not in near
    page.mouse.move(2, 2)
    assert page.locator(".is-walked").count() == 0


def test_an_entry_that_is_selected_is_held_opened_and_let_go(open_page):
    page = open_page(PAGE, width=390, touch=True)
    page.locator("a[data-node=e01]").tap()
    panel = page.locator(".map-panel")
    panel.wait_for()
    assert "e01 · Post 62" in panel.inner_text()
    panel.locator("[data-goes=section-5-1]").tap()
    assert "c086" in panel.inner_text()
    assert page.locator(".map-node.is-held").get_attribute("data-node") == "section-5-1"
    panel.locator("button").tap()
    assert panel.is_hidden()


def test_the_map_is_walked_with_the_keyboard(open_page):
    page = open_page(PAGE)
    here = "document.activeElement.dataset.node"
    assert page.locator(".map-node[tabindex='0']").count() == 1
    page.locator(".map-node[tabindex='0']").focus()
    first = page.evaluate(here)
    page.keyboard.press("ArrowDown")
    assert page.evaluate(here) != first
    page.keyboard.press("ArrowUp")
    assert page.evaluate(here) == first
    page.keyboard.press("ArrowRight")
    assert page.evaluate(here).startswith("section-")
    page.keyboard.press("Enter")
    assert page.locator(".map-panel").is_visible()
    assert page.locator(".map-status").inner_text()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.matches('.map-panel button')")
    page.keyboard.press("Escape")
    assert page.locator(".map-panel").is_hidden()
    assert page.evaluate("document.activeElement.matches('.map-node')")


def test_without_scripts_an_entry_leads_into_the_outline(open_page):
    page = open_page(PAGE, scripts=False)
    page.locator("a.map-node[data-node=e01]").click()
    assert page.url.endswith("#outline-e01")
    assert page.locator("#outline-e01").is_visible()
