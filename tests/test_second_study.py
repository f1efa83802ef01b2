"""A second study, all made up: another platform and another pair of languages, from captures to a book."""

import csv
import html
import re
import shutil
from pathlib import Path

import pandas as pd
import pytest

from analysis import corpus, finding, importing, pipeline, publish, sampling
from analysis.called import CALLED
from analysis.checking import check_study
from analysis.privacy import masked
from analysis.settings import DECISIONS
from analysis.study import open_study
from making import PROJECT, copy_project, load

KEPT = ("_config.yml", "_toc.yml", "requirements.lock", "notebooks", "book", "data/liu2025", "results/liu2025")
CAPTURES = PROJECT / "tests/data/second"
FILES = ("entries", "notes", "members")
# What the first study is about.
FIRST = re.compile(
    r"tik\s?tok|red\s?note|xiaohongshu|小红书|refugee|\benglish\b|chinese|\bchina\b|mandarin|americans?\b",
    re.IGNORECASE,
)
# These two hold the original's findings and claims beside the study's own; every other notebook is about the study.
BESIDE_THE_ORIGINAL = ("08-affordances", "10-claims")
ATTRIBUTED = re.compile(r"\boriginal|\bLiu\b|\barticle\b|\bauthors\b|\bthe paper\b")


def lay_out(root: Path) -> Path:
    """The compendium in another folder, with the second study's settings."""
    copy_project(root, KEPT)
    (root / "data/second").mkdir()
    for name in ("study.yml", "gists.csv"):
        shutil.copy(CAPTURES / name, root / "data/second")
    return root


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """The second study imported, checked, run and made into a book."""
    root = lay_out(tmp_path_factory.mktemp("second"))
    study = open_study("second", root)
    importing.import_captures(study, [CAPTURES / f"{name}.csv" for name in FILES])
    study = open_study("second", root)
    check_study(study)
    pipeline.run(study)
    publish.build_book(study, say=lambda _: None)
    return root


@pytest.fixture(scope="module")
def results(root):
    return root / "results/second"


@pytest.fixture(scope="module")
def values(results):
    return load(results / "values.json")


def captured(name: str) -> list[dict[str, str]]:
    with (CAPTURES / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def shown(results: Path, name: str) -> pd.DataFrame:
    return pd.read_csv(results / f"tables/{name}.csv")


def words_in_figure(results: Path, name: str) -> list[str]:
    """Matplotlib writes each text of a drawing beside its outlines."""
    drawing = (results / f"figures/{name}.svg").read_text(encoding="utf-8")
    return [html.unescape(told).strip() for told in re.findall(r"<!--(.*?)-->", drawing, re.DOTALL)]


def test_all_that_was_captured_is_in_the_corpus_once(root, values):
    study = open_study("second", root)
    entries, notes, members = (captured(name) for name in FILES)
    assert len(entries) == 63
    assert values["corpus_posts"]["value"] == len({row["entry"] for row in entries}) == 60
    assert values["corpus_comments"]["value"] == len(notes)
    assert values["corpus_replies"]["value"] == sum(row["answers"] != "0" for row in notes)
    assert set(study.table("posts")["post_id"]) == {row["entry"] for row in entries}
    assert study.table("creators")["side"].value_counts().to_dict() == {"newcomer": 22, "host": 18}
    assert values["corpus_accounts"]["value"] == len(members)


def test_counts_and_times_are_read_as_the_platform_writes_them(root):
    posts = open_study("second", root).table("posts").set_index("post_id")
    row = next(row for row in captured("entries") if row["hearts"].endswith("万"))
    assert posts["likes"][row["entry"]] == round(float(row["hearts"].removesuffix("万")) * 10_000)
    assert posts["likes_captured"][row["entry"]] == row["hearts"]
    local = pd.to_datetime(row["posted"], format="%Y/%m/%d %H:%M").tz_localize("+09:00")
    assert posts["published_at"][row["entry"]] == local
    at_least_ten = posts["comments_count_captured"] == "10+"
    assert at_least_ten.any()
    assert posts.loc[at_least_ten, "comments_count"].eq(10).all()


def test_the_languages_are_the_studys_own(root, results):
    table = shown(results, "02-corpus-languages")
    of_posts = table[table["table"] == "posts"].set_index("language")
    assert of_posts["name"].to_dict()["es"] == "Spanish"
    assert of_posts["name"].to_dict()["ja"] == "Japanese"
    assert of_posts["rows"].sum() == 60
    study = open_study("second", root)
    spoken = corpus.tidy(study.table("posts"), study.sides).rows.set_index("post_id")["language"]
    bodies = {row["entry"]: row["heading"] + row["body"] for row in captured("entries")}
    kana = {
        entry: bool(re.search(r"[\u3041-\u30fa\u4e00-\u9fff]", re.sub(r"@\S+", "", body)))
        for entry, body in bodies.items()
    }
    assert {entry for entry, has in kana.items() if not has} == set(spoken.index[spoken == "es"])
    assert of_posts.loc["mixed", "rows"] > 0


def test_a_sample_is_drawn_by_the_studys_own_criteria(root, results, values):
    assert values["sample_reached"]["text"].startswith("yes; with other values than the original's (search place at")
    assert (values["sample_posts"]["value"], values["sample_creators"]["value"]) == (10, 8)
    flow = shown(results, "03-sample-flow").set_index("criterion")
    assert set(flow["computable"]) == {"yes"}
    assert flow["kept"].is_monotonic_decreasing
    places = {row["entry"]: int(row["place"]) for row in captured("entries")}
    assert flow.loc["place in the search results", "kept"] == sum(place <= 50 for place in places.values())
    decided = shown(results, "03-sample-decisions")
    own = open_study("second", root).settings["decisions"]
    assert set(decided.loc[decided["decided_in"] == "second", "decision"]) == {CALLED[name] for name in own}
    assert set(decided["decision"]) == {CALLED[name] for name in DECISIONS}


def test_the_exchange_is_what_the_capture_holds(root, results, values):
    study = open_study("second", root)
    entries = pd.Series(sorted({row["entry"] for row in captured("entries")}))
    drawn = set(entries[masked(entries).isin(study.result("03-sample-posts")["post_id"])])
    assert len(drawn) == 10
    side = {row["member"]: row["group"] for row in captured("members")}
    notes = {row["note"]: row for row in captured("notes")}
    across = [
        (side.get(note["member"]), side.get(notes[note["answers"]]["member"]))
        for note in notes.values()
        if note["entry"] in drawn and note["answers"] != "0"
    ]
    assert values["exchange_replies"]["value"] == len(across)
    assert values["exchange_newcomer_to_host"]["value"] == across.count(("newcomer", "host")) > 5
    assert values["exchange_host_to_newcomer"]["value"] == across.count(("host", "newcomer")) > 2


def test_the_sides_have_their_own_names_in_the_figures(results):
    assert "players → illustrators" in words_in_figure(results, "04-exchange-directions")
    assert {"players", "illustrators"} <= set(words_in_figure(results, "04-exchange-questions"))
    told = " ".join(words_in_figure(results, "02-corpus-languages"))
    assert "Spanish" in told
    assert "Japanese" in told


def test_how_sides_are_told_is_a_choice_of_this_study(root, results):
    tried = shown(results, "09-robustness-influence")
    assert tried.loc[tried["choice"] == "sides told by", "moved"].max() > 0
    settings = root / "data/second/study.yml"
    before = settings.read_text(encoding="utf-8")
    assert before.count("  side_by:\n    value: creators\n") == 1
    settings.write_text(before.replace("value: creators", "value: language", 1), encoding="utf-8")
    told = pipeline.explain(open_study("second", root))
    settings.write_text(before, encoding="utf-8")
    told_by = 'parameter side_by: "creators" → "language"'
    earlier = {
        "02-corpus": [told_by],
        "03-sample": [told_by, "setting decisions changed"],
        "04-exchange": [told_by],
        "05-coding": ["setting decisions side_by changed"],
        "09-robustness": [told_by],
    }
    following = {"10-claims": [f"follows {', '.join(earlier)}, should their results change"]}
    assert {outcome.step: outcome.reasons for outcome in told if outcome.ran} == earlier | following


def test_one_post_is_explained_by_the_identifier_that_the_book_shows(root, results):
    study = open_study("second", root)
    first = shown(results, "03-sample-posts").iloc[0]
    assert first["post_id"].startswith("~")
    measured = sampling.measure_study(study, study.decisions)
    post = finding.find_among(measured, first["post_id"])
    told = sampling.explain_post(measured, sampling.draw_from(measured, study.decisions), study.decisions, post)
    assert told["why"].iloc[-1] == f"place {first['place']} of 10"


def test_a_sampled_post_says_its_gist_or_no_more_than_others_begin_with(results):
    says = shown(results, "03-sample-posts")["says"]
    gists = [row["gist"] for row in captured("gists")]
    assert says.isin(gists).sum() == 2
    assert says[~says.isin(gists)].str.fullmatch(r"‹not shown›|.{1,30}…").all()


def test_no_account_is_named_and_no_text_is_quoted_in_the_results(results):
    told = "".join(path.read_text(encoding="utf-8") for path in results.rglob("*.*"))
    assert not re.findall(r"jugador\d|えかき|example\.org|kd-2026", told)
    assert "Este es el castillo donde jugábamos cada noche" not in told


def test_no_word_of_the_first_study_stands_in_the_results_of_the_second(results, values):
    own = {name: value for name, value in values.items() if value["notebook"] not in BESIDE_THE_ORIGINAL}
    assert len(own) > 50
    assert not {name: value["text"] for name, value in own.items() if FIRST.search(f"{value['text']} {value['unit']}")}
    entries = [entry for entry in load(results / "index.json").values() if entry["notebook"] not in BESIDE_THE_ORIGINAL]
    assert len(entries) > 20
    for entry in entries:
        assert not FIRST.search(f"{entry['caption']} {entry.get('alt', '')} {entry['missing']}"), entry["name"]
        if entry["missing"]:
            continue
        if entry["kind"] == "figure":
            assert not FIRST.search("\n".join(words_in_figure(results, entry["name"]))), entry["name"]
        else:
            assert not FIRST.search((results / f"tables/{entry['name']}.csv").read_text(encoding="utf-8")), entry[
                "name"
            ]


def articles(root: Path, folder: str) -> dict[str, str]:
    """What stands on the pages of a part of the book, without the frame that every page has."""
    pages = sorted((root / "_build/studies/second/html" / folder).glob("*.html"))
    assert pages
    return {
        page.stem: re.search(r"<article.*?</article>", page.read_text(encoding="utf-8"), re.DOTALL)[0] for page in pages
    }


def test_no_word_of_the_first_study_stands_on_a_page_that_computes_the_second(root):
    pages = articles(root, "results/second/notebooks")
    assert len(pages) == 10
    for name, content in pages.items():
        if name not in BESIDE_THE_ORIGINAL:
            assert not FIRST.findall(re.sub(r"<[^>]+>", " ", content)), name


def without_markup(content: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", content)).split())


def passages(content: str) -> list[str]:
    """The paragraphs, items and captions of a page that stand in no table."""
    free = re.sub(r"<table.*?</table>", " ", content, flags=re.DOTALL)
    blocks = re.findall(r"<(p|li|figcaption|h[1-6]|dd)\b[^>]*>(.*?)</\1>", free, re.DOTALL)
    return [without_markup(told) for _, told in blocks]


def test_elsewhere_such_a_word_stands_only_where_the_original_is_told_of(root):
    for name, content in articles(root, "book").items():
        # A page whose title names the original tells of it throughout.
        is_about_it = ATTRIBUTED.search(without_markup(re.search(r"<h1.*?</h1>", content, re.DOTALL)[0]))
        strange = [told for told in passages(content) if FIRST.search(told) and not ATTRIBUTED.search(told)]
        assert is_about_it or not strange, name


def test_in_no_table_such_a_word_stands_where_this_studys_own_result_does(root):
    own = []
    for name, content in articles(root, "book").items():
        for table in re.findall(r"<table.*?</table>", content, re.DOTALL):
            heads = [without_markup(head) for head in re.findall(r"<th\b.*?</th>", table, re.DOTALL)]
            place = heads.index("in this study") if "in this study" in heads else -1
            for row in re.findall(r"<tr.*?</tr>", table, re.DOTALL):
                cells = [without_markup(cell) for cell in re.findall(r"<td\b.*?</td>", row, re.DOTALL)]
                if cells and name != "comparison":
                    own.append(cells[place])
                    assert not FIRST.search(cells[place]), (name, cells)
    assert len(own) > 30


def test_the_book_is_about_the_second_study(root):
    first = html.unescape(articles(root, "book")["index"])
    for told in ("Players among illustrators", "Kakidori", "players", "illustrators"):
        assert told in first
