import subprocess
import sys
from pathlib import Path

import pytest

from analysis import checking, pipeline, schema
from analysis.checking import check_study, tell_limits
from analysis.errors import StudyError
from analysis.sample_asked import Engine, show_sample
from analysis.study import open_study
from analysis.tables import write_table
from coded import frame

COMPENDIUM = Path(sys.executable).with_name("compendium")
POSTS = ",".join(schema.TABLES["posts"].column_names)


def give(small, *, posts: str, creators: str = "") -> None:
    (small / "data/liu2025/posts.csv").write_text(f"{POSTS}\n{posts}", encoding="utf-8")
    if creators:
        settings = small / "data/liu2025/study.yml"
        entry = "  creators: {file: creators.csv, origin: captured}\ndecisions:"
        settings.write_text(settings.read_text(encoding="utf-8").replace("decisions:", entry), encoding="utf-8")
        (small / "data/liu2025/creators.csv").write_text(f"creator_id,side,self_description,source\n{creators}")


def row(post: str, creator: str) -> str:
    return f"{post},{creator}" + "," * (POSTS.count(",") - 1) + "x\n"


def test_a_study_in_order_says_what_it_has(small):
    give(small, posts=row("p1", "a"), creators="a,host,,x\n")
    told = check_study(open_study()).tables
    assert told[0] == "liu2025: settings and tables are in order."
    assert "  posts: 1 rows, captured" in told
    assert "  comments: none" in told


def test_an_identifier_that_leads_nowhere_is_told(small):
    give(small, posts=row("p1", "a") + row("p2", "b"), creators="a,host,,x\n")
    with pytest.raises(
        StudyError, match="data/liu2025/posts.csv: column 'creator_id' names 1 .b., which is not in creators. Add"
    ):
        check_study(open_study())


def test_problems_of_all_tables_are_told_at_once(small):
    give(small, posts=row("p1", "a") + row("p1", "a"), creators="a,hots,,x\n")
    with pytest.raises(StudyError) as error:
        check_study(open_study())
    assert "posts.csv, line 3: post_id 'p1' stands already in line 2." in str(error.value)
    assert "creators.csv, line 2: 'side' is 'hots'; expected one of newcomer, host. Nearest: 'host'." in str(
        error.value
    )


def test_a_script_that_is_not_known_is_told_before_anything_runs(small):
    give(small, posts=row("p1", "a"))
    settings = small / "data/liu2025/study.yml"
    settings.write_text(settings.read_text(encoding="utf-8").replace("script: Latin", "script: Latn"), encoding="utf-8")
    told = r"data/\w+/study.yml, line \d+: sides, \w+, script: 'Latn' is not a script known here. Nearest: 'Latin'"
    with pytest.raises(StudyError, match=told):
        check_study(open_study())


OTHER = """title: Another study
platform: Elsewhere
to_confirm:
  - "sides: who arrived?"
sides:
  newcomer: {label: arrivals, language: und-Latin, language_name: a language in Latin letters, script: Latin}
  host: {label: locals, language: ja, language_name: Japanese, script: Japanese}
privacy: {quote: [p1, c7]}
tables:
  posts: {file: posts.csv, origin: captured}
  comments: {file: comments.csv, origin: captured}
  screenshots: {file: screenshots.csv, origin: captured}
  codings: {file: codings.csv, origin: captured}
  gists: {file: gists.csv, origin: captured}
"""
TABLES = {
    "posts": {"post_id": ["p1"], "creator_id": ["a"], "source": ["x"]},
    "comments": {"comment_id": ["c1"], "post_id": ["p1"], "author_id": ["b"], "text": ["hola"], "source": ["x"]},
    "screenshots": {"screenshot_id": ["s1"], "post_id": ["p1"], "shows": ["p1 c1 c2"], "source": ["x"]},
    "codings": {
        "coding_id": ["k1", "k2"], "unit_id": ["p1", "p9"], "unit_type": ["post"] * 2, "code_id": ["x"] * 2,
        "coder": ["ann"] * 2, "round": [1] * 2, "source": ["x"] * 2,
    },
    "gists": {"unit_id": ["c1", "c8"], "gist": ["somebody greets"] * 2},
}  # fmt: skip


def other(small, settings: str = OTHER, **changed: dict[str, list[object]]) -> None:
    folder = small / "data/other"
    folder.mkdir()
    (folder / "study.yml").write_text(settings, encoding="utf-8")
    for name, columns in (TABLES | changed).items():
        write_table(frame(name, **columns), folder / f"{name}.csv", name)


def test_whatever_names_a_post_or_comment_that_is_not_there_is_told_at_once(small):
    other(small)
    with pytest.raises(StudyError) as error:
        check_study(open_study("other"))
    assert [problem.split(". ")[0] for problem in str(error.value).split("\n\n")] == [
        "data/other/screenshots.csv: column 'shows' names 1 (c2), which is not in posts or comments",
        f"data/other/codings.csv: column 'unit_id' names 1 (p9), which is not in {' or '.join(checking.UNITS)}",
        "data/other/gists.csv: column 'unit_id' names 1 (c8), which is not in posts or comments",
        "data/other/study.yml: privacy, quote: 1 (c7), which is not in posts or comments",
    ]
    assert "Add them to posts or comments, or correct gists." in str(error.value)


def test_many_that_lead_nowhere_are_counted_and_some_are_named(small):
    other(small, gists={"unit_id": [f"g{n:02}" for n in range(30)], "gist": ["x"] * 30})
    with pytest.raises(
        StudyError, match=r"gists.csv: column 'unit_id' names 30 \(g00, g01, .*g19 and 10 more\), which are not in"
    ):
        check_study(open_study("other"))


def test_what_nobody_has_confirmed_is_said_and_is_no_error(small):
    whole = {"screenshots": {**TABLES["screenshots"], "shows": ["p1 c1"]}}
    whole["codings"] = {name: cells[:1] for name, cells in TABLES["codings"].items()}
    whole["gists"] = {name: cells[:1] for name, cells in TABLES["gists"].items()}
    other(small, OTHER.replace(", c7", ""), **whole)
    told = check_study(open_study("other")).to_confirm
    assert told == ["sides: who arrived?", "sides, newcomer: language. Put its code, such as es, and its name."]


def test_a_study_with_nothing_imported_says_by_which_command(small):
    settings = small / "data/liu2025/study.yml"
    settings.write_text(settings.read_text(encoding="utf-8").replace("file: posts.csv", "file: corpus/posts.parquet"))
    with pytest.raises(StudyError, match=r"corpus/posts.parquet is not there.*Run: compendium import liu2025 FILE"):
        check_study(open_study())


@pytest.mark.parametrize("address", ["hdfs:///frames/corpus/posts.parquet", "file:///frames/posts"])
def test_posts_at_an_address_are_told_once_and_by_which_command_they_are_read(small, address):
    settings = small / "data/liu2025/study.yml"
    settings.write_text(settings.read_text(encoding="utf-8").replace("file: posts.csv", f"file: '{address}'"))
    told = (
        f"^data/liu2025/study.yml: tables, posts: {address} is an address; expected a file of this .*"
        "by compendium sample liu2025 --engine spark alone.* bring the columns here as Parquet"
    )
    for command in (check_study, pipeline.run, pipeline.explain, sampled):
        with pytest.raises(StudyError, match=told) as error:
            command(open_study())
        assert str(error.value).count(address) == 1
    assert not (small / "results").exists()


def sampled(study):
    show_sample(study, {}, None, Engine())


def test_a_study_with_nothing_imported_is_not_run(small):
    settings = small / "data/liu2025/study.yml"
    settings.write_text(settings.read_text(encoding="utf-8").replace("file: posts.csv", "file: corpus/posts.parquet"))
    for command in (pipeline.run, pipeline.explain):
        with pytest.raises(
            StudyError, match=r"data/liu2025/study.yml: tables, posts: .*compendium import liu2025 FILE"
        ):
            command(open_study())
    assert not (small / "results").exists()


def test_what_was_imported_may_name_accounts_that_were_not(small):
    corpus = small / "data/liu2025/corpus"
    settings = small / "data/liu2025/study.yml"
    entry = "{file: corpus/posts.csv, origin: captured}\n  creators: {file: corpus/creators.csv, origin: captured}"
    content = settings.read_text(encoding="utf-8").replace("{file: posts.csv, origin: captured}", entry)
    settings.write_text(content, encoding="utf-8")
    write_table(frame("posts", post_id=["p1"], creator_id=["a"], source=["x"]), corpus / "posts.csv", "posts")
    write_table(frame("creators", creator_id=["b"], source=["x"]), corpus / "creators.csv", "creators")
    assert "  creators: 1 rows, captured" in check_study(open_study()).tables


def test_the_command_tells_guesses_and_what_each_notebook_will_answer(small):
    give(small, posts=row("p1", "a"))
    settings = small / "data/liu2025/study.yml"
    settings.write_text(settings.read_text(encoding="utf-8") + "to_confirm: [who arrived]\n", encoding="utf-8")
    done = subprocess.run([COMPENDIUM, "check"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "Not confirmed yet in study.yml:\n  who arrived\n" in done.stdout
    assert "04-exchange" in done.stdout
    assert "cannot" in done.stdout


def test_a_guess_that_is_confirmed_makes_nothing_stale(small):
    give(small, posts=row("p1", "a"))
    settings = small / "data/liu2025/study.yml"
    content = settings.read_text(encoding="utf-8")
    settings.write_text(content + "to_confirm: [who arrived]\n", encoding="utf-8")
    pipeline.run(open_study())
    settings.write_text(content, encoding="utf-8")
    assert not any(outcome.ran for outcome in pipeline.explain(open_study()))


def test_a_date_in_study_yml_is_no_obstacle_to_a_run(small):
    settings = small / "data/liu2025/study.yml"
    content = settings.read_text(encoding="utf-8")
    settings.write_text(content + "capture: {date: 2025-01-19}\n", encoding="utf-8")
    assert pipeline.explain(open_study())


def declaring(*names: str) -> str:
    return OTHER + "".join(f"  {name}: {{file: {name}.csv, origin: captured}}\n" for name in names)


def test_a_code_that_is_neither_in_the_codebook_nor_in_its_history_is_told(small):
    codebook = {"code_id": ["a"], "name": ["A"], "level": ["code"], "basis": ["own"]}
    given = {
        "coding_id": ["k1", "k2", "k3"], "unit_id": ["p1"] * 3, "unit_type": ["post"] * 3, "code_id": ["a", "old", "x"],
        "coder": ["ann"] * 3, "round": ["2", "1", "1"], "source": ["x"] * 3,
    }  # fmt: skip
    change = {
        "change_id": ["h1"], "round": ["2"], "change": ["rename"], "code_id": ["old"], "becomes": ["a"], "by": ["ann"],
        "why": ["clearer"],
    }  # fmt: skip
    other(small, declaring("codebook", "history"), codings=given, codebook=codebook, history=change)
    with pytest.raises(StudyError, match=r"codings.csv: column 'code_id' names 1 \(x\), which is not in codebook"):
        check_study(open_study("other"))


def test_what_a_change_leads_to_must_be_somewhere(small):
    codebook = {"code_id": ["asks.how", "old"], "name": ["How", "Old"], "level": ["code"] * 2, "basis": ["own"] * 2}
    change = {
        "change_id": ["h1", "h2"], "round": ["2"] * 2, "change": ["add", "split"], "code_id": ["asks.why", "old"],
        "becomes": [None, "asks.why; asks.hwo"], "by": ["ann"] * 2, "why": ["clearer"] * 2,
    }  # fmt: skip
    other(small, declaring("codebook", "history"), codebook=codebook, history=change)
    told = r"history.csv, line 3: there is no code 'asks.hwo'\. Nearest: 'asks.how'\. Correct it, or give it a row of"
    with pytest.raises(StudyError, match=told) as error:
        check_study(open_study("other"))
    assert "asks.why" not in str(error.value)


def test_a_reading_of_what_is_not_there_is_told(small):
    read = {"coder": ["ann"], "round": ["1"], "unit_id": ["d9"], "position": ["1"], "source": ["x"]}
    other(small, declaring("readings"), readings=read)
    with pytest.raises(StudyError, match=r"readings.csv: column 'unit_id' names 1 \(d9\), which is not in posts or"):
        check_study(open_study("other"))


def test_posts_that_are_none_are_told_and_not_run(small):
    (small / "data/liu2025/posts.csv").write_text("post_id,title\n\n", encoding="utf-8")
    for command in (pipeline.run, pipeline.explain, check_study):
        with pytest.raises(StudyError, match="data/liu2025/posts.csv: not a single post; expected one a row"):
            command(open_study())


def test_an_import_that_left_no_post_is_told_apart_from_none(small):
    settings = small / "data/liu2025/study.yml"
    settings.write_text(settings.read_text(encoding="utf-8").replace("file: posts.csv", "file: corpus/posts.parquet"))
    (small / "data/liu2025/corpus").mkdir()
    (small / "data/liu2025/corpus/imports.csv").touch()
    with pytest.raises(StudyError, match="what was imported holds no post that can be used"):
        check_study(open_study())


def test_sides_that_write_in_one_script_are_told_what_that_rules_out(small):
    settings = small / "data/liu2025/study.yml"
    assert tell_limits(open_study()) == []
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace("script: Kana", "script: Latin"), encoding="utf-8")
    (limit,) = tell_limits(open_study())
    assert limit.startswith("Both sides write in Latin letters, and a language is told here by its script alone.")
    assert "the decision side_by: creators" in limit
