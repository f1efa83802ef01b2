import importlib
import json
import re
import warnings

import nbformat
import numpy as np
import pandas as pd
import pytest

from analysis import harvest, on_page, privacy, results, tables
from analysis.computable import NotComputable
from analysis.figures import style
from analysis.privacy import masked
from making import PROJECT

TABLE = pd.DataFrame({"section": ["4", "5.1"], "posts": [3, None], "share": [0.12345, 1.0], "note": ["<b>", None]})


@pytest.fixture
def shown(monkeypatch):
    """What a notebook displays, as outputs of one cell."""
    outputs: list[dict] = []
    monkeypatch.setattr(results, "display", lambda bundle, **_: outputs.append({"data": bundle}))
    return outputs


def harvested(outputs: list[dict]) -> list[dict]:
    return list(harvest.harvest({"cells": [{"outputs": outputs}]}, "01-test"))


def drawing(title: str = "标题", **bars: float):
    figure, axes = style.new_figure(height=2)
    axes.bar(list(bars) or ["难民"], list(bars.values()) or [1])
    axes.set_title(title)
    return style.finish(figure)


@pytest.mark.parametrize(
    ("value", "unit", "digits", "text"),
    [
        (120, "", None, "120"), (6013, "", None, "6,013"), (25_400_000, "", None, "25.4 million"),
        (1_680_000_000, "", None, "1.68 billion"), (3_000_000, "", None, "3 million"), (0.7128, "", None, "0.71"),
        (0.7128, "", 3, "0.713"), (0.255, "share", None, "26 %"), (0.2553, "share", 1, "25.5 %"), (-2.5, "", 1, "−2.5"),
        ("NVivo 12", "", None, "NVivo 12"), (True, "", None, "True"), (np.int64(7), "", None, "7"),
    ],
)  # fmt: skip
def test_a_value_is_written_as_prose_prints_it(shown, value, unit, digits, text):
    results.record("x", value, origin="published", unit=unit, digits=digits)
    assert harvested(shown)[0]["text"] == text


@pytest.mark.parametrize("value", [NotComputable("no replies"), None, pd.NA, float("nan"), np.nan])
def test_an_absent_value_is_recorded_as_absent_with_a_reason(shown, value):
    results.record("x", value, origin="captured")
    (found,) = harvested(shown)
    assert found["value"] is None
    assert found["missing"]
    page = shown[0]["data"]["text/html"]
    assert "not computable" in page
    # What is not there was neither captured nor made up.
    assert "origin" not in page
    assert "<strong>" not in page


def test_noise_beyond_twelve_digits_is_not_recorded(shown):
    results.record("x", 0.1 + 0.2, origin="published")
    assert harvested(shown)[0]["value"] == 0.3


def test_a_date_is_recorded_as_a_date(shown):
    results.record("x", pd.Timestamp("2025-01-19T05:00", tz="UTC"), origin="published")
    assert harvested(shown)[0]["text"] == "2025-01-19"


def test_a_value_names_the_claims_that_it_serves(shown, tmp_path):
    results.record("x", 1, origin="published")
    results.record("y", 1, origin="published")
    harvest.write_results(harvested(shown), tmp_path, {"x": "c001 c007"})
    written = json.loads((tmp_path / "values.json").read_text())
    assert (written["x"]["claim"], written["y"]["claim"]) == ("c001 c007", "")


def test_an_unknown_origin_is_refused(shown):
    with pytest.raises(ValueError, match="'standin' is not an origin; expected one of published, stand-in, captured"):
        results.record("x", 1, origin="standin")


def test_a_shown_table_is_read_back_with_its_types(shown, tmp_path):
    results.show_table("01-test-t", TABLE, caption="c", origin="published")
    harvest.write_results(harvested(shown), tmp_path, {})
    read = tables.read_result(tmp_path, "01-test-t")
    assert list(read["section"]) == ["4", "5.1"]
    assert read["posts"].tolist()[0] == 3
    assert read["posts"].isna().tolist() == [False, True]


def test_a_table_on_the_page_is_escaped_and_says_its_origin(shown):
    results.show_table("01-test-t", TABLE, caption="a <caption>", origin="stand-in")
    page = shown[0]["data"]["text/html"]
    assert "&lt;b&gt;" in page
    assert "a &lt;caption&gt;" in page
    assert 'class="origin origin-stand-in"' in page
    assert "5.10" not in page


def test_no_identifier_of_a_captured_post_or_account_is_shown(shown, tmp_path, monkeypatch):
    monkeypatch.setattr(privacy, "_KEY", {"bytes": b""})
    (tmp_path / "key").write_text("0b" * 32)
    privacy.mask_with(tmp_path / "key")
    table = pd.DataFrame({"post_id": ["6785e350a276837fb0382e0a"], "creator_id": ["ann"], "place": [1]})
    results.show_table("01-test-t", table, caption="c", origin="captured")
    results.show_table("01-test-u", table, caption="c", origin="stand-in")
    captured, stand_in = (str(output) for output in shown)
    assert "6785e350" not in captured
    assert "'ann'" not in captured
    assert masked(table["post_id"])[0] in captured
    assert "6785e350" in stand_in


def test_a_long_table_says_how_many_rows_are_not_shown():
    long = "\n".join(["n", *map(str, range(on_page.ROWS_SHOWN + 5))])
    page = on_page.table_html(long, [], caption="c", origin="published")
    assert page.count("<tr>") == on_page.ROWS_SHOWN + 1
    assert "The first 250 of 255 rows" in page


def test_a_table_of_codes_begins_with_their_names_and_ends_with_their_identifiers(monkeypatch):
    monkeypatch.syspath_prepend(str(PROJECT / "book/_ext"))
    linked = importlib.import_module("compendium_codes").linked
    csv = "round,code_id,name,pattern_id,units\n1,a.b,Ask & tell,a,3\n1,,all units read,,9\n"
    page = on_page.table_html(csv, ["code_id", "name", "pattern_id"], caption="c", origin="published")
    assert re.findall("<th[^>]*>([^<]*)</th>", page) == ["round", "name", "units", "pattern id", "code id"]
    assert '<td data-code="a.b">Ask &amp; tell</td>' in page
    assert "<td>all units read</td>" in page
    assert linked(page, ["codes/a-b.html"]).count('<a href="codes/a-b.html">Ask &amp; tell</a>') == 1
    assert "data-code" not in linked(page, [""])


def test_a_table_without_names_leads_from_identifiers():
    page = on_page.table_html("unit,code_id\nu1,a.b\n", ["unit", "code_id"], caption="c", origin="published")
    assert re.findall("<th[^>]*>([^<]*)</th>", page) == ["unit", "code id"]
    assert '<td data-code="a.b">a.b</td>' in page


def test_a_checksum_is_cut_short_on_the_page_and_whole_when_pointed_at():
    page = on_page.table_html(f"sha256\n{'ab' * 32}", ["sha256"], caption="c", origin="captured")
    assert f'title="{"ab" * 32}">abababababab…</abbr>' in page


def test_an_absent_table_or_figure_shows_its_reason_and_leaves_no_file(shown, tmp_path):
    results.show_table("01-test-t", NotComputable("no replies"), caption="c", origin="captured")
    results.show_figure("01-test-f", NotComputable("no replies"), caption="c", alt="a", origin="captured")
    harvest.write_results(harvested(shown), tmp_path, {})
    assert [path.name for path in sorted(tmp_path.iterdir())] == ["index.json", "values.json"]
    assert tables.read_result(tmp_path, "01-test-t") == NotComputable("no replies")
    assert all("not computable" in output["data"]["text/html"] for output in shown)


def test_a_result_that_no_notebook_has_shown_says_so(tmp_path):
    assert "no notebook has shown the table x" in tables.read_result(tmp_path, "x").reason


def test_a_figure_is_the_same_bytes_every_time():
    assert style.svg(drawing(), name="f", mark="m") == style.svg(drawing(), name="f", mark="m")


def test_drawing_a_figure_twice_marks_it_once():
    figure = drawing()
    assert style.svg(figure, name="f", mark="m") == style.svg(figure, name="f", mark="m")


def test_a_figure_on_the_page_follows_the_theme_and_its_file_does_not(shown):
    results.show_figure("01-test-f", drawing(), caption="c", alt='a "quoted" <alt>', origin="stand-in")
    page = shown[0]["data"]["text/html"]
    (found,) = harvested(shown)
    assert "var(--figure-ink, #1f2329)" in page
    assert "var(--" not in found["svg"]
    assert found["svg"].strip() == style.svg(drawing(), name="01-test-f", mark=on_page.MARKS["stand-in"]).strip()
    assert 'aria-label="a &quot;quoted&quot; &lt;alt&gt;"' in page


def test_a_stand_in_figure_says_so_inside_the_figure():
    bare, marked = style.svg(drawing(), name="f", mark=""), style.svg(drawing(), name="f", mark="stand-in")
    assert len(marked) > len(bare)


def test_chinese_and_kana_are_drawn():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        style.svg(drawing("小红书 かな カナ é ñ −"), name="f", mark="替代数据")


def test_a_square_stands_for_a_character_that_no_typeface_has():
    assert style.drawable("英语corner\U0001f9ff\n\tかな") == "英语corner□\n かな"


def test_a_picture_in_a_title_a_label_or_a_name_at_an_axis_is_drawn_as_a_square():
    with_picture, with_square = (drawing(f"Cost{sign}", **{f"ask{sign}": 1, "tell": 2}) for sign in ("\U0001f9ff", "□"))
    for figure, sign in ((with_picture, "\U0001f9ff"), (with_square, "□")):
        figure.axes[0].set_yticks([0, 1], [f"none{sign}", "one"])
        figure.axes[0].annotate(f"note{sign}", (0, 1))
    shown, expected = (style.svg(figure, name="f", mark="") for figure in (with_picture, with_square))
    assert shown == expected


@pytest.mark.parametrize("code", ["Cost: $5_a_b and $10", "$\\alpha\\foo$"])
def test_dollar_signs_and_backslashes_of_a_name_are_no_formula(code):
    figure = drawing(code, **{code: 1})
    assert style.svg(figure, name="f", mark="").startswith("<svg")
    assert not figure.axes[0].title.get_parse_math()


def test_a_character_that_is_missing_all_the_same_is_refused():
    with pytest.raises(UserWarning, match="missing from font"):
        style.svg(drawing(), name="f", mark="\U0001f9ff")


def test_no_square_stands_for_a_character_of_the_packaged_typefaces():
    text = "小红书 英语角 かな カナ é ñ − … ≥ → 「」"
    assert style.drawable(text) == text


def test_identifiers_of_two_figures_on_one_page_differ():
    one, two = (style.svg(drawing(), name=name, mark="") for name in ("a", "b"))
    identifiers = [{part.split('"')[0] for part in drawing.split(' id="')[1:]} for drawing in (one, two)]
    assert identifiers[0]
    assert not identifiers[0] & identifiers[1]


def test_what_no_notebook_shows_any_more_is_taken_away(shown, tmp_path):
    results.show_table("01-test-t", TABLE, caption="c", origin="published")
    harvest.write_results(harvested(shown), tmp_path, {})
    harvest.write_results([], tmp_path, {})
    assert list((tmp_path / "tables").iterdir()) == []


def test_a_notebook_without_results_gives_none():
    assert list(harvest.harvest(nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("x")]), "01")) == []
