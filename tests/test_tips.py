"""What the marks of a figure say, where they lie, and which numbers stand behind each figure."""

import json

import nbformat
import pandas as pd
import pytest
from lxml import etree

from analysis import harvest, on_page
from analysis.errors import NotebookError
from analysis.figures import retelling, style, tips
from analysis.wording import Wording, speaking
from making import PROJECT

RESULTS = PROJECT / "results/liu2025"
INDEX = json.loads((RESULTS / "index.json").read_text(encoding="utf-8"))
FIGURES = [entry for entry in INDEX.values() if entry["kind"] == "figure"]
HOSTILE = "<script>alert(1)</script> & \"a\"\n</svg>\x0b\u2028'b'"
CHINESE = Wording("zh_CN", "en", {"posts kept: {1}": "保留帖子：{1}", "posts": "帖子"})


def drawn(*told: tuple):
    """A drawing of one bar from 0 to 10 whose marks say something."""
    figure, axes = style.new_figure(2)
    axes.barh(0, 10)
    axes.set_xlim(0, 20)
    for across, up, *lines in told:
        tips.tell(axes, across, up, *lines)
    return style.svg(style.finish(figure), name="f", mark="m")


def boxes(drawing: str) -> list[tuple[dict, list[str]]]:
    """Each mark's place and lines."""
    space = "{http://www.w3.org/2000/svg}"
    found = etree.fromstring(drawing).findall(f".//{space}g[@class='tips']/{space}rect")
    places = [{side: float(box.get(side)) for side in ("x", "y", "width", "height")} for box in found]
    return list(zip(places, [box.find(f"{space}title").text.split("\n") for box in found], strict=True))


def lines_of(name: str) -> list[list[str]]:
    return [lines for _, lines in boxes((RESULTS / f"figures/{name}.svg").read_text(encoding="utf-8"))]


def table_of(name: str) -> pd.DataFrame:
    return pd.read_csv(RESULTS / f"tables/{name}.csv")


def test_a_mark_lies_over_what_is_drawn_and_says_its_lines():
    ((half, _), (whole, lines)) = boxes(
        drawn(((0, 10), (-0.4, 0.4), "half"), ((0, 20), (-0.4, 0.4), "all", "", "of it"))
    )
    assert lines == ["all", "of it"]
    assert whole["x"] == half["x"]
    assert half["width"] == pytest.approx(whole["width"] / 2, abs=0.1)
    assert whole["x"] + whole["width"] < style.WIDTH * 72
    assert 0 < whole["y"] < whole["y"] + whole["height"] < 2 * 72


def test_a_mark_without_extent_is_wide_enough_to_be_met():
    ((point, _),) = boxes(drawn((10, 0, "a point")))
    assert (point["width"], point["height"]) == (tips.SMALLEST, tips.SMALLEST)


def test_what_marks_say_is_escaped_and_keeps_the_drawing_whole():
    drawing = drawn((10, 0, HOSTILE, "second"))
    assert boxes(drawing)[0][1] == [HOSTILE.replace("\n", " ").replace("\x0b", " "), "second"]
    page = on_page.figure_html(drawing, name='a"><b>', caption="c", alt="a", origin="published")
    assert "<script" not in page
    assert "<b>" not in page
    assert page.count("</svg>") == 1


def test_a_figure_whose_marks_say_nothing_has_no_group_for_it():
    assert "tips" not in drawn()


def test_marks_say_the_same_bytes_every_time():
    assert drawn(((0, 3), (0, 1), "x")) == drawn(((0, 3), (0, 1), "x"))


def test_each_part_of_a_line_is_said_in_the_language_of_the_page():
    drawing = drawn((10, 0, f"posts{retelling.PART}#a<b", "posts kept: 1,200"))
    assert [*retelling.words_of(drawing)] == ["posts", "#a<b", "posts kept: 1,200"]
    with speaking(CHINESE):
        ((_, lines),) = boxes(retelling.tips_retold(drawing))
        page = on_page.figure_html(drawing, name="f", caption="c", alt="a", origin="published")
    assert lines == [f"帖子{retelling.PART}#a<b", "保留帖子：1,200"]
    assert "保留帖子：1,200" in page
    assert retelling.tips_retold(drawing) == drawing


def test_a_letter_stays_drawn_when_the_word_that_defined_it_is_said_in_another_language():
    figure, axes = style.new_figure(2)
    axes.text(0, 0, "cab")
    axes.set_title("c")
    drawing = style.svg(figure, name="f", mark="")
    with speaking(Wording("zh_CN", "en", {"cab": "出租车"})):
        told = retelling.labels_retold(drawing)
    used = {use.get("{http://www.w3.org/1999/xlink}href")[1:] for use in etree.fromstring(told).iter("{*}use")}
    assert "<!-- cab -->" not in told
    assert used <= {element.get("id") for element in etree.fromstring(told).iter("{*}path")}


def shown(name: str, tables: list[str], notebook: str = "01-test") -> list[dict]:
    """The results of a notebook with one table and a figure that names tables."""
    common = {"notebook": notebook, "missing": "x", "caption": "", "origin": "published"}
    return [
        {**common, "kind": "table", "name": name, "texts": [], "csv": ""},
        {**common, "kind": "figure", "name": "01-test-f", "tables": tables, "svg": ""},
    ]


def test_a_figure_may_name_only_tables_that_its_notebook_shows(tmp_path):
    harvest.write_results(shown("01-test-posts", ["01-test-posts"]), tmp_path, {})
    told = (
        "01-test: the figure '01-test-f' names the table '01-test-post', which this notebook does not show. "
        r"Nearest: '01-test-posts'.\nShow the table, or correct the name in show_figure."
    )
    with pytest.raises(NotebookError, match=told):
        harvest.write_results(shown("01-test-posts", ["01-test-post"]), tmp_path, {})
    elsewhere = [*shown("01-test-posts", []), *shown("02-test-x", ["01-test-posts"], "02-test")]
    with pytest.raises(NotebookError, match="02-test: the figure '01-test-f' names the table '01-test-posts'"):
        harvest.write_results(elsewhere, tmp_path, {})


@pytest.mark.parametrize("entry", FIGURES, ids=lambda entry: entry["name"])
def test_every_figure_says_what_to_see_and_what_it_shows_and_has_its_numbers(entry):
    caption, alt = entry["caption"], entry["alt"]
    assert len({caption, alt, entry["name"]}) == 3
    # What it is, then what to look for.
    assert len(caption.rstrip(".").split(". ")) + caption.count("; ") >= 2
    assert min(len(caption), len(alt)) > 40
    assert caption.endswith(".")
    assert alt.endswith(".")
    assert not any(sign.isdigit() for sign in caption + alt)
    assert entry["tables"]
    assert all(INDEX[f"{name}.table"]["missing"] == "" for name in entry["tables"])
    assert lines_of(entry["name"])


@pytest.mark.parametrize("path", sorted((PROJECT / "notebooks").glob("*.ipynb")), ids=lambda path: path.stem)
def test_every_figure_of_a_notebook_declares_its_tables(path):
    code = [cell.source for cell in nbformat.read(path, 4).cells if cell.cell_type == "code"]
    assert all("tables=[" in source for source in code if "show_figure(" in source)


def test_the_flow_of_sampling_says_what_each_step_kept_and_dropped():
    flow = table_of("03-sample-flow")
    told = lines_of("03-sample-flow")
    assert [lines[1] for lines in told] == [f"posts kept: {kept:,}" for kept in flow["kept"]]
    assert told[1][2] == f"dropped by this step: {flow['dropped'][1]:,}"


def test_every_pair_of_codes_says_its_names_its_coefficient_and_its_units():
    pairs = table_of("05-coding-pairs")
    told = lines_of("05-coding-pairs")
    assert [lines[:4] for lines in told] == [
        [one, other, f"c = {c:.2f}", f"units with both: {together}"]
        for one, other, c, together in pairs[["name_1", "name_2", "coefficient", "together"]].itertuples(index=False)
    ]
    assert [lines[-1] == "very uneven frequencies" for lines in told] == list(pairs["uneven"])
    network = {lines[0]: lines[1] for lines in lines_of("05-coding-network")}
    first = pairs.iloc[0]
    assert network[first["name_1"]] == f"{first['name_2']}{retelling.PART}c = {first['coefficient']:.2f}"


def test_the_curve_of_saturation_says_what_was_found_from_the_first_post_to_the_last():
    posts, band = table_of("06-saturation-posts"), table_of("06-saturation-band")
    told = lines_of("06-saturation-curve")
    assert len(told) == min(tips.PLACES, len(posts))
    last = band.iloc[-1]
    assert told[0][:2] == ["posts read: 1", f"codes found: {posts['codes'][0]}"]
    assert told[-1] == [
        f"posts read: {len(posts)}",
        f"codes found: {posts['codes'].iloc[-1]}",
        f"in other orders: {last['low']:.0f} to {last['high']:.0f}, on average {last['mean']:.1f}",
    ]


def test_a_specification_curve_says_its_steps_and_the_values_below_and_not_each_combination():
    table = table_of("09-robustness-combinations")
    told = lines_of("09-robustness-posts")
    low, high = table["posts_that_qualify"].min(), table["posts_that_qualify"].max()
    steps = [lines for lines in told if lines[-1].endswith(f" of {len(table):,}")]
    assert len(steps) == 48
    assert steps[0][1].split(" – ")[0] == f"{low:,}"
    assert steps[-1][1].split(" – ")[-1] == f"{high:,}"
    values = {lines[0] for lines in told if lines[-1].startswith("share of the combinations here")}
    assert f"comments at least{retelling.PART}20" in values
    assert len(told) < 300


def test_every_choice_says_how_far_it_moves_a_result_and_between_which_values():
    moves = table_of("09-robustness-influence").dropna(subset=["share_of_range"])
    told = lines_of("09-robustness-influence")
    assert len(told) == len(moves)
    first = moves.iloc[0]
    ends = [f"{end} on average at{retelling.PART}{first[f'{end}_at']}" for end in ("lowest", "highest")]
    share = f"share of the result's range: {100 * first['share_of_range']:.0f} %"
    assert [first["choice"], first["result"], share, *ends] in told
