"""Which steps run again when something changes, and that what then comes out is what a whole run gives."""

import json
import re
import shutil

import pytest

from analysis import currency, pipeline, reads, tables
from analysis.reads import Read
from analysis.settings import OPTIONAL, REQUIRED
from analysis.study import open_study
from making import contents, load, make_notebook

STUDY = 'study: str = "liu2025"'
TITLE = """
from analysis.results import record
from analysis.study import open_study

this = open_study(study)
record("title_said", f"{this.title} on {this.platform}: {this.about}", origin="published")
record("authors_said", ", ".join(this.authors) + str(this.capture), origin="published")
"""
TAGS = """
from analysis.results import record, show_table
from analysis.study import open_study

this = open_study(study)
show_table("02-tags-all", this.table("hashtags")[["hashtag", "posts"]], caption="Tags.", origin=this.origin_of("posts"))
record("tags_side", this.sides["host"].label, origin="published")
record("tags_quoted", str(this.quoting), origin="published")
"""
LAST = """
from analysis.results import record
from analysis.study import open_study

this = open_study(study)
tags, values = this.result("02-tags-all"), this.earlier_values("03-last")
record("last_many", int((tags["posts"] > this.decide("min_comments", min_comments)).sum()), origin="published")
record("last_title", values["title_said"]["text"], origin="published")
record("last_confidence", this.decide("confidence"), origin="published")
"""
ALL = ["01-title", "02-tags", "03-last"]


@pytest.fixture(scope="session")
def three_ran(ran_once, tmp_path_factory):
    folder = tmp_path_factory.mktemp("three")
    shutil.copytree(ran_once, folder, dirs_exist_ok=True)
    shutil.rmtree(folder / "results")
    shutil.rmtree(folder / "notebooks")
    make_notebook(folder / "notebooks/01-title.ipynb", STUDY, TITLE)
    make_notebook(folder / "notebooks/02-tags.ipynb", STUDY, TAGS)
    make_notebook(folder / "notebooks/03-last.ipynb", f"{STUDY}\nmin_comments: int = None", LAST)
    pipeline.run(open_study(root=folder))
    return folder


@pytest.fixture
def three(three_ran, tmp_path, monkeypatch):
    """A compendium of three notebooks after a run: of the title, of a table, and one that follows both."""
    shutil.copytree(three_ran, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def change(root, old: str, new: str) -> None:
    path = root / "data/liu2025/study.yml"
    told, found = re.subn(f"(?m){old}", new, path.read_text(encoding="utf-8"), count=1)
    assert found, old
    path.write_text(told, encoding="utf-8")


def stale() -> dict[str, list[str]]:
    return {outcome.step: outcome.reasons for outcome in pipeline.explain(open_study()) if outcome.ran}


# Each key of a study.yml: how it changes, the steps that then run, and the part that is told as the reason.
CHANGES = {
    "title": (r"^title: .*", "title: Another", ["01-title"], "setting title"),
    "about": (r"^about: .*", "about: Another thing.", ["01-title"], "setting about"),
    "platform": (r"^platform: .*", "platform: Elsewhere", ["01-title"], "setting platform"),
    "authors": (r"^title: ", "authors: [Ana]\ntitle: ", ["01-title"], "setting authors"),
    "capture": (r"^title: ", "capture: {by: hand}\ntitle: ", ["01-title"], "setting capture"),
    "sides": ("label: locals", "label: residents", ["02-tags"], "setting sides"),
    "tables": (r"posts.csv, origin: captured", "posts.csv, origin: stand-in", ["02-tags"], "setting tables posts"),
    "tables, one not read": (r"^decisions:", "  gists: {file: gists.csv, origin: captured}\ndecisions:", [], ""),
    "privacy": (r"^decisions:", "privacy: {quote: all}\ndecisions:", ["02-tags"], "setting privacy"),
    "mapping": (r"^decisions:", "mapping: {posts: {columns: {post_id: id}}}\ndecisions:", [], ""),
    "to_confirm": (r"^decisions:", "to_confirm: [who arrived]\ndecisions:", [], ""),
    "decisions, a parameter": ("value: 20$", "value: 5", ["03-last"], "parameter min_comments: 20 → 5"),
    "decisions, one read": (
        r"confidence:\n    value: 0.95", "confidence:\n    value: 0.9", ["03-last"], "setting decisions confidence",
    ),
    "decisions, another": (r"value: 200$", "value: 100", [], ""),
    "decisions, a reason": (r"reason: Makes the resampling repeatable.", "reason: To be repeatable.", [], ""),
}  # fmt: skip


def test_every_key_of_a_study_yml_is_tried():
    assert {key.partition(",")[0] for key in CHANGES} == {*REQUIRED, *OPTIONAL}


@pytest.mark.parametrize("key", CHANGES)
def test_a_changed_setting_runs_the_steps_that_read_it_and_no_other(three, key):
    old, new, steps, reason = CHANGES[key]
    change(three, old, new)
    told = stale()
    own = {step: reasons for step, reasons in told.items() if not reasons[0].startswith("follows")}
    assert list(own) == steps
    assert all(reason in " ".join(reasons) for reasons in own.values())
    assert set(told) == {*steps, *(["03-last"] if steps else [])}


def test_after_every_change_a_partial_run_gives_what_a_whole_one_gives(three):
    for old, new, _, _ in CHANGES.values():
        if "confirm" not in new:
            change(three, old, new)
    assert pipeline.run(open_study())
    partial = contents(three / "results/liu2025")
    assert [outcome.ran for outcome in pipeline.run(open_study(), force=True)] == [True] * 3
    assert contents(three / "results/liu2025") == partial
    shutil.rmtree(three / "results")
    pipeline.run(open_study(), engine="stock")
    assert contents(three / "results/liu2025") == partial


def test_only_the_values_that_are_read_make_a_step_follow(three):
    change(three, *CHANGES["capture"][:2])
    assert [outcome.step for outcome in pipeline.run(open_study()) if outcome.ran] == ["01-title"]
    change(three, *CHANGES["title"][:2])
    assert [outcome.step for outcome in pipeline.run(open_study()) if outcome.ran] == ["01-title", "03-last"]
    assert load(three / "results/liu2025/values.json")["last_title"]["value"].startswith("Another on")


def test_only_locked_versions_count_and_not_the_sums_of_their_files(three):
    lock = three / "requirements.lock"
    lock.write_text("# by hand\npandas==3 \\\n    --hash=sha256:aa\n")
    assert stale() == {}
    lock.write_text("pandas==4\n")
    assert stale() == {step: ["requirements.lock changed"] for step in ALL}


def test_what_is_kept_of_the_code_is_found_anew_when_it_is_lost_or_the_code_has_changed(three, monkeypatch):
    kept, found = three / "_build/.code.json", []
    (known,) = json.loads(kept.read_text()).values()
    follow = currency.code_behind
    monkeypatch.setattr(currency, "code_behind", lambda *given: found.append(1) or follow(*given))
    assert (stale(), found) == ({}, [])
    for content in ("{", json.dumps({"another": known})):
        kept.write_text(content)
        assert stale() == {}
        (anew,) = json.loads(kept.read_text()).values()
        assert anew.items() <= known.items()
    assert len(found) == 8


@pytest.mark.parametrize(
    ("name", "follows"), [(".a.py.swp", 1), ("a.py~", 1), (".b.yml", 1), ("b.yml", 2), ("b.py", 2)]
)
def test_only_code_and_what_it_reads_make_the_package_another(tmp_path, monkeypatch, name, follows):
    (tmp_path / "package").mkdir()
    (tmp_path / "package/__init__.py").touch()
    follow, found = currency.code_behind, []
    monkeypatch.setattr(currency, "code_behind", lambda *given: found.append(1) or follow(*given))
    monkeypatch.setattr(currency, "__file__", str(tmp_path / "package/currency.py"))
    currency.code_of({"01-a": "a = 1"}, tmp_path)
    (tmp_path / "package" / name).write_bytes(b"a = 2\n")
    currency.code_of({"01-a": "a = 1"}, tmp_path)
    assert len(found) == follows


def test_what_is_found_of_the_code_need_not_be_kept(tmp_path, monkeypatch):
    def moved_by_another_run(*_):
        raise FileNotFoundError

    monkeypatch.setattr(tables, "replace_text", moved_by_another_run)
    assert set(currency.code_of({"01-a": "from analysis import errors"}, tmp_path)["01-a"]) >= {"analysis.errors"}


def test_a_table_that_changes_while_notebooks_run_is_stale_afterwards(three):
    cells = TAGS + "\nimport pathlib\npathlib.Path('data/liu2025/hashtags.csv').write_text(TABLE)"
    table = (three / "data/liu2025/hashtags.csv").read_text()
    make_notebook(three / "notebooks/02-tags.ipynb", STUDY, f"TABLE = {table.replace('50,50', '51,51')!r}", cells)
    pipeline.run(open_study())
    assert stale()["02-tags"] == ["table hashtags changed"]


@pytest.mark.parametrize(("look", "file"), [("", "private/key"), ("this.origin_of('codebook')", "coding/codebook.csv")])
def test_a_file_that_changes_while_a_notebook_runs_makes_it_stale_afterwards(three, look, file):
    shutil.rmtree(three / "results")
    for name in ALL[1:]:
        (three / f"notebooks/{name}.ipynb").unlink()
    change(three, "^decisions:", "  codebook: {file: coding/codebook.csv, origin: captured}\ndecisions:")
    writes = "import pathlib\npath = pathlib.Path('data/liu2025/FILE')\npath.parent.mkdir(exist_ok=True)"
    writes += "\npath.write_text('ab' * 32)"
    make_notebook(three / "notebooks/01-title.ipynb", STUDY, TITLE, look, writes.replace("FILE", file))
    pipeline.run(open_study())
    assert stale() == {"01-title": [f"file {file} changed"]}


def test_codings_that_came_in_are_told_once(three):
    change(three, "^decisions:", "  codebook: {file: coding/codebook.csv, origin: captured}\ndecisions:")
    make_notebook(three / "notebooks/02-tags.ipynb", STUDY, TAGS, "this.table('codebook')")
    make_notebook(three / "notebooks/01-title.ipynb", STUDY, TITLE, "this.origin_of('codebook')")
    pipeline.run(open_study())
    (three / "data/liu2025/coding").mkdir()
    (three / "data/liu2025/coding/codebook.csv").write_text("code_id\n")
    told = stale()
    assert told["02-tags"] == ["table codebook changed"]
    assert told["01-title"] == ["file coding/codebook.csv changed"]


def test_what_can_no_longer_be_looked_at_has_changed(three):
    shutil.copytree(three / "data/liu2025", three / "data/lent")
    change(three, "hashtags: {file: hashtags.csv, origin: published}", "hashtags: {from: lent}")
    pipeline.run(open_study())
    assert stale() == {}
    change(three, "hashtags: {from: lent}", "hashtags: {file: hashtags.csv, origin: published}")
    shutil.rmtree(three / "data/lent")
    assert "setting tables hashtags of lent changed" in stale()["02-tags"]
    assert [outcome.step for outcome in pipeline.run(open_study()) if outcome.ran] == ["02-tags"]
    assert stale() == {}


def test_a_table_that_has_another_name_now_has_changed(three):
    path = three / "results/liu2025/run.json"
    path.write_text(path.read_text().replace('"table hashtags"', '"table tags"'))
    assert stale()["02-tags"] == ["table tags changed"]


def test_what_a_part_of_a_record_names_is_read_back():
    basis = currency.Basis(open_study(), {}, None, [], {})
    for read in (
        Read("file", "coding/list of codings.csv", "liu2025"), Read("file", "coding/list of codings.csv", "lent"),
        Read("table", "posts", "lent"), Read("bibliography", "", "lent"), Read("bibliography", "", "liu2025"),
        Read("setting", "decisions confidence", "liu2025"),
    ):  # fmt: skip
        assert basis.read_in([basis.named(read)]) == [read]


def test_what_was_read_is_noted_once_and_a_block_read_whole_stands_for_its_parts(tmp_path, monkeypatch):
    notes = tmp_path / "notes"
    monkeypatch.setenv(reads.NOTES, str(notes))
    settings = reads.watched({"title": "x", "decisions": {"a": 1, "b": 2}}, "setting", "s", ("decisions",))
    assert settings["title"] == settings["title"] == "x"
    assert settings["decisions"]["a"] == 1
    assert settings.get("absent") is None
    assert [read.name for read in reads.noted(notes)] == ["absent", "decisions a", "title"]
    assert dict(settings["decisions"]) == {"a": 1, "b": 2}
    assert [read.name for read in reads.noted(notes)] == ["absent", "decisions", "title"]
    assert len(settings) == 2
    assert [read.name for read in reads.noted(notes)] == ["*"]


def test_nothing_is_noted_where_no_run_asks_for_it():
    settings = {"title": "x"}
    assert reads.watched(settings, "setting", "s") is settings
