"""Frames that stay in their files: all thresholds at once, every combination, what is current, and what check says."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from analysis import checking, currency, frames, in_files, pipeline, redrawn, sampling, selection, thresholds
from analysis.answers import open_decisions
from analysis.computable import NotComputable
from analysis.contenders import contenders
from analysis.criteria import Measured
from analysis.cut_offs import draw_every
from analysis.database import connected
from analysis.database import frame as table
from analysis.errors import NotebookError, StudyError, TableError
from analysis.in_files import STAY, files_at
from analysis.standin.large import write_frame
from analysis.study import Study, open_study
from frame_making import room_for
from making import contents, copy_project, load
from pages import printed

PROJECT_ROOT = Path(__file__).resolve().parent.parent
VALUES: dict[str, list[Any]] = {
    "search_rank_at_most": [100, 300, 700], "newcomer_share_at_least": [0.4, 0.6], "min_comments": [5, 20],
    "min_host_comments": [0, 2], "per_creator_at_most": [1, 3], "token_unit": ["word", "character"],
    "side_by": ["creators", "language"],
}  # fmt: skip
KEPT = ("_config.yml", "requirements.lock", "notebooks", "data/liu2025", "book/references.bib")
NAMED = """title: A made-up frame
platform: Somewhere
sides:
  newcomer: {label: arrivals, language: en, language_name: English, script: Latin}
  host: {label: locals, language: zh, language_name: Chinese, script: Han}
tables:
"""
# So few creators that many a combination leaves fewer.
FEW = {"creators_wanted": 4, "posts_wanted": 6}


def study_of(file: Path, *, more: dict[str, Any] | None = None) -> Study:
    """The original's study, with posts that lie in these files."""
    this = open_study(root=PROJECT_ROOT)
    tables = {"posts": {"file": str(file), "origin": "stand-in"}}
    return Study(this.name, this.root, {**this.settings, **(more or {}), "tables": tables})


@pytest.fixture(scope="module")
def frame(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ten thousand made-up posts in a file."""
    path = tmp_path_factory.mktemp("frame") / "frame.parquet"
    write_frame(path, 10_000, 3)
    return path


def decided(study: Study, **changed: Any) -> dict[str, Any]:
    return {**study.decided(**dict.fromkeys(sampling.DECIDED)), "robustness": VALUES, **FEW, **changed}


def whole(path: Path, decisions: dict[str, Any]) -> Measured:
    """The measured posts of a frame, all of them in memory."""
    measured = frames.open_frame(study_of(path), decisions)
    with measured.opened() as db:
        return Measured(frame_of(db), measured.absent)


def frame_of(db: Any) -> pd.DataFrame:
    return table(db, "SELECT * FROM measured")


# All thresholds at once.


def test_a_draw_counts_what_every_combination_leaves_as_a_draw_with_it_does(frame: Path) -> None:
    study = study_of(frame)
    decisions = decided(study)
    measured = sampling.measure_study(study, decisions)
    values = {name: VALUES[name] for name in list(VALUES)[:4]}
    drawn = sampling.draw_from(measured, decisions, thresholds.grid(measured, decisions, values))
    alone = sampling.draw_from(measured, decisions)
    assert drawn.posts.equals(alone.posts)
    assert drawn.flow.equals(alone.flow)
    assert len(drawn.thresholds) == 24
    for row in drawn.thresholds.iloc[::5].to_dict("records"):
        left = sampling.draw_from(measured, {**decisions, **row}).flow.set_index("step")["kept"]
        assert row["posts"] == left["creator_replies"]


@pytest.mark.parametrize(("engagement_by", "scans"), [("search_rank", 2), ("likes", 4)])
def test_other_cut_offs_are_counted_without_another_look_at_the_posts(
    frame: Path, engagement_by: str, scans: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    study = study_of(frame)
    decisions = decided(study, engagement_by=engagement_by)
    measured, plans = frames.open_frame(study, decisions), list[str]()
    # What reads all posts while a sample is drawn is asked for by `keep`; the rest reads what that found, or one row.
    keep = frames.Frame.keep

    def planned(self: frames.Frame, db: Any, name: str, query: str) -> None:
        plans.extend(plan for _, plan in db.execute(f"EXPLAIN {query}").fetchall())
        keep(self, db, name, query)

    monkeypatch.setattr(frames.Frame, "keep", planned)
    for tried in (selection.NOTHING, thresholds.around(measured, decisions)):
        plans.clear()
        sampling.draw_from(measured, decisions, tried)
        assert len(plans) == 2
        assert "".join(plans).count("READ_PARQUET") == scans


# Every combination of a frame in files.


@pytest.mark.parametrize("engagement_by", ["search_rank", "likes"])
def test_every_combination_of_a_frame_in_files_gives_what_drawing_one_by_one_gives(
    frame: Path, engagement_by: str
) -> None:
    study = study_of(frame)
    decisions = decided(study, engagement_by=engagement_by)
    found = redrawn.every_combination(redrawn.material_of(study), decisions)
    assert set(found.choices).isdisjoint({"token_unit", "side_by"})
    assert len(found.table) == (48 if engagement_by == "search_rank" else 16)
    posts = whole(frame, decisions)
    for row in found.table.iloc[::7].to_dict("records"):
        drawn = sampling.draw_from(posts, {**decisions, **{name: row[name] for name in found.choices}})
        assert row["posts_that_qualify"] == drawn.kept_after("creator_replies")
        assert (row["posts_drawn"], row["creators_drawn"]) == (len(drawn.posts), drawn.creators)


@pytest.mark.parametrize("lacking", ["", "creators", "a strictest cut-off that anybody meets"])
def test_what_may_be_drawn_draws_what_the_whole_frame_draws(frame: Path, tmp_path: Path, lacking: str) -> None:
    path = tmp_path / "frame.parquet"
    with connected() as db:
        named = "* REPLACE (NULL::VARCHAR AS creator_id)" if lacking == "creators" else "*"
        db.execute(f"COPY (SELECT {named} FROM '{frame}' LIMIT 3000) TO '{path}' (FORMAT parquet)")
    study = study_of(path)
    decisions = decided(study)
    strict = [10**9] if lacking.startswith("a strictest") else [20]
    rows = pd.DataFrame([{**decisions, "min_comments": least, "search_rank_at_most": rank}
                         for least in [5, *strict] for rank in (200, 600)])  # fmt: skip
    measured = frames.open_frame(study, decisions)
    few = contenders(measured, rows)
    (some,), (every,) = draw_every(few, rows), draw_every(whole(path, decisions), rows)
    for mine, theirs in zip(some.drawn, every.drawn, strict=True):
        assert some.posts["post_id"][mine].tolist() == every.posts["post_id"][theirs].tolist()
    assert (len(few.posts) < every.eligible.any(axis=0).sum()) == (not lacking.startswith("a strictest"))
    assert some.drawn.any()


@pytest.mark.parametrize("kind", ["SMALLINT", "USMALLINT", "DECIMAL(9, 2)"])
def test_narrow_numbers_stand_in_the_order_of_numbers(kind: str, frame: Path, tmp_path: Path) -> None:
    path = tmp_path / "frame.parquet"
    with connected() as db:
        db.execute(f"COPY (SELECT * REPLACE (search_rank::{kind} AS search_rank) FROM '{frame}') TO '{path}'")
    decisions = decided(study_of(path))
    rows = pd.DataFrame([{**decisions, "search_rank_at_most": rank} for rank in (20, 600)])
    found = []
    for file in (path, frame):
        measured = frames.open_frame(study_of(file), decisions)
        few = contenders(measured, rows)
        (some,) = draw_every(few, rows)
        found.append([some.posts["post_id"][drawn].tolist() for drawn in some.drawn])
        found.append(sampling.in_order(measured, decisions)["search_rank"].dropna().astype(float).tolist())
    assert found[:2] == found[2:]


@pytest.mark.parametrize(
    "kind", ["TINYINT", "UTINYINT", "SMALLINT", "USMALLINT", "INTEGER", "UINTEGER", "BIGINT", "UBIGINT", "HUGEINT"]
)
def test_every_kind_of_number_is_read_as_a_number(kind: str) -> None:
    with connected() as db:
        found = table(db, f"SELECT unnest([2, NULL])::{kind} AS whole, 1.5::DECIMAL(4, 2) AS part, 'x' AS text")
    assert [str(found[name].dtype) for name in found] == ["Int64", "float64", "str"]
    assert found["whole"].iloc[0] == 2
    assert found["part"].iloc[0] == 1.5


def test_what_cannot_be_tried_on_a_frame_in_files_is_listed_with_the_reason(frame: Path) -> None:
    study = study_of(frame)
    material = redrawn.material_of(study)
    idle = redrawn.choices_without_effect(material, decided(study)).set_index("choice")["reason"]
    assert set(idle) == {redrawn.TOO_MANY, redrawn.HELD}
    found = redrawn.every_combination(material, decided(study, side_by="language"))
    assert found == NotComputable(redrawn.TOO_MANY)
    with pytest.raises(StudyError, match="decide side_by: creators, with the columns"):
        sampling.measure_study(study, decided(study, side_by="language"))


# Which posts stay in their files, and what is current.


def test_posts_stay_in_files_that_are_many_not_in_the_studys_form_or_very_large(
    frame: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    this = open_study(root=PROJECT_ROOT)
    assert study_of(frame).table("posts") == NotComputable(STAY)
    assert study_of(frame.parent).table("posts") == NotComputable(STAY)
    assert study_of(frame.parent / "*.parquet").table("posts") == NotComputable(STAY)
    (tmp_path / "posts.csv").write_text("post_id,newcomer_share\np,1\n", encoding="utf-8")
    assert study_of(tmp_path / "posts.csv").table("posts") == NotComputable(STAY)
    own = tmp_path / "own.parquet"
    with connected() as db:
        db.register("posts", this.table("posts"))
        db.execute(f"COPY posts TO '{own}' (FORMAT parquet)")
    assert len(study_of(own).table("posts")) == 600
    monkeypatch.setattr(in_files, "LARGE", 599)
    assert study_of(own).table("posts") == NotComputable(STAY)


def test_a_frame_is_current_as_long_as_the_content_of_its_files_is(frame: Path, tmp_path: Path) -> None:
    for number in (1, 2):
        (tmp_path / f"{number}.parquet").write_bytes(frame.read_bytes() + bytes([number]))
    seen = [currency._table(study_of(at), tmp_path, "posts", "") for at in (tmp_path, tmp_path / "*.parquet")]
    assert seen[0] == seen[1]
    (tmp_path / "2.parquet").touch()
    (tmp_path / "2.parquet").rename(tmp_path / "3.parquet")
    assert currency._table(study_of(tmp_path), tmp_path, "posts", "") == seen[0]
    (tmp_path / "1.parquet").write_bytes(frame.read_bytes())
    assert currency._table(study_of(tmp_path), tmp_path, "posts", "") != seen[0]
    assert [path.name for path in files_at(tmp_path)] == ["1.parquet", "3.parquet"]
    assert files_at(tmp_path / "absent.parquet") == [tmp_path / "absent.parquet"]


# The notebooks of a study whose posts are a frame.


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The compendium elsewhere, with a study of the frame that the command makes, named as it says, and run."""
    root = copy_project(tmp_path_factory.mktemp("ran"), KEPT)
    (line,) = [told for told in printed("compendium standin --posts 10000", root).splitlines() if "posts: {" in told]
    (root / "data/made-up").mkdir()
    (root / "data/made-up/study.yml").write_text(NAMED + line, encoding="utf-8")
    assert "made-up: 10 of 10 notebooks run" in printed("compendium run made-up", root)
    return root


@pytest.fixture
def root(ran: Path) -> Iterator[Path]:
    """That compendium; its frame and its notebooks are afterwards as they were before."""
    changed = [ran / "frame.parquet", ran / "notebooks/03-sample.ipynb"]
    before = {path: path.read_bytes() for path in changed}
    yield ran
    for path, content in before.items():
        path.write_bytes(content)
    shutil.rmtree(ran / "results/.made-up.run", ignore_errors=True)


def explained(root: Path, **given: Any) -> dict[str, list[str]]:
    """Why notebooks would run, those that are not current."""
    told = pipeline.explain(open_study("made-up", root), given)
    return {outcome.step: outcome.reasons for outcome in told if outcome.ran}


def test_every_notebook_runs_on_a_frame_and_says_what_it_has_not(root: Path) -> None:
    results = root / "results/made-up"
    values = load(results / "values.json")
    assert values["sample_captured"]["value"] == 10_000
    assert values["sample_posts"]["value"] == len(pd.read_csv(results / "tables/03-sample-posts.csv")) > 0
    assert values["corpus_posts"]["text"] == values["corpus_approximate_counts"]["text"] == f"not computable: {STAY}"
    assert load(results / "index.json")["02-corpus-completeness.table"]["missing"] == STAY
    shown = [pd.read_csv(path) for path in results.glob("tables/*.csv")]
    assert len(shown) > 10
    assert min(map(len, shown)) > 0
    assert not explained(root)


def test_another_frame_makes_all_that_look_at_posts_run_again_and_a_cut_off_those_that_take_it(root: Path) -> None:
    assert explained(root, min_comments=33) == {
        "03-sample": ["parameter min_comments: 20 → 33"],
        "04-exchange": ["follows 03-sample, should their results change"],
        "09-robustness": ["parameter min_comments: 20 → 33"],
        "10-claims": ["follows 03-sample, 04-exchange, 09-robustness, should their results change"],
    }
    write_frame(root / "frame.parquet", 10_000, 7)
    told = explained(root)
    assert told.pop("10-claims") == [f"follows {', '.join(told)}, should their results change"]
    assert told == {step.stem: ["table posts changed"] for step in sorted(root.glob("notebooks/0*.ipynb"))}


def breaks_off(root: Path) -> None:
    frame = root / "frame.parquet"
    frame.write_bytes(frame.read_bytes()[:100_000])


def lacks_a_column(root: Path) -> None:
    rewritten(root, "* EXCLUDE (search_rank)")


def has_no_room(root: Path) -> None:
    # Shares of words are then counted in the texts, and kept with the identifiers in a file larger than is allowed.
    long = " || ".join(f"md5(post_id || {number})" for number in range(6))
    rewritten(root, f"* EXCLUDE (newcomer_share) REPLACE ({long} AS post_id), 'word' AS text")


def has_no_memory(root: Path) -> None:
    notebook = root / "notebooks/03-sample.ipynb"
    begins = "from analysis import sampling, thresholds\\n"
    little = "from analysis import frame_files\\n\",\n    \"frame_files.MEMORY = '1MB'\\n"
    content = notebook.read_text(encoding="utf-8")
    assert begins in content
    notebook.write_text(content.replace(begins, f'{begins}",\n    "{little}'), encoding="utf-8")


def rewritten(root: Path, columns: str) -> None:
    """Put other columns of the frame into its file."""
    with connected() as db:
        db.execute(f"CREATE TABLE posts AS SELECT {columns} FROM '{root / 'frame.parquet'}'")
        db.execute(f"COPY posts TO '{root / 'frame.parquet'}' (FORMAT parquet)")


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        (breaks_off, "not a readable"),
        (lacks_a_column, "column 'search_rank' is missing"),
        (has_no_room, "could not be written"),
        (has_no_memory, "more memory was needed than the 1MB"),
    ],
)
def test_a_run_that_cannot_read_its_frame_says_why_and_leaves_the_previous_results(
    root: Path, fault: Callable[[Path], None], told: str
) -> None:
    before = contents(root / "results/made-up")
    fault(root)
    with pytest.raises(NotebookError, match=told), room_for(900_000):
        pipeline.run(open_study("made-up", root))
    assert contents(root / "results/made-up") == before


# What check says, and what runs out.


def test_check_counts_a_frame_and_tells_what_its_notebooks_will_answer(frame: Path) -> None:
    checked = checking.check_study(study_of(frame))
    assert "  posts: 10,000 rows, stand-in; they stay in their files" in checked.tables
    answers = {answer.notebook: answer for answer in checked.answers}
    assert answers["03-sample"].verdict != answers["02-corpus"].verdict
    # It would have to read all that was written.
    assert "side_by: language" not in open_decisions(study_of(frame))


@pytest.mark.parametrize(
    ("file", "told"), [("none/*.parquet", "no such file"), ("bad.parquet", "'post_id' is missing")]
)
def test_check_tells_what_is_wrong_with_a_frame(tmp_path: Path, file: str, told: str) -> None:
    with connected() as db:
        db.execute(f"COPY (SELECT 1 AS likes) TO '{tmp_path / 'bad.parquet'}' (FORMAT parquet)")
    this = study_of(tmp_path / file)
    this.settings["tables"]["comments"] = {"file": "none.csv", "origin": "stand-in"}
    with pytest.raises(StudyError, match=f"(?s)none.csv: there is no such file.*{told}"):
        checking.check_study(this)


def sort_in_little_room(measured: frames.Frame) -> None:
    with measured.opened() as db:
        db.execute("SET max_temp_directory_size = '1MB'; SET memory_limit = '20MB'; SET threads = 1")
        db.execute("SELECT post_id, row_number() OVER (ORDER BY post_id) FROM measured, range(100)").fetchall()


def test_a_disk_without_room_is_told_and_nothing_is_left_behind(
    frame: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    measured = frames.open_frame(study_of(frame), decided(study_of(frame)))
    with pytest.raises(TableError, match="has no room for what does not fit"):
        sort_in_little_room(measured)
    assert not list(tmp_path.iterdir())


def test_the_likes_of_a_frame_are_ranked_only_where_they_are_asked_for(frame: Path) -> None:
    study = study_of(frame)
    by_rank, by_likes = (frames.open_frame(study, decided(study, engagement_by=by)) for by in ("search_rank", "likes"))
    tried = frames.open_frame(study, decided(study, robustness={"engagement_by": ["search_rank", "likes"]}))
    assert ["LEFT JOIN" in one.query for one in (by_rank, by_likes, tried)] == [False, True, True]
    with by_likes.opened() as db:
        places = frame_of(db)[["likes_place"]]
    assert places["likes_place"].min() == pytest.approx(1 / np.count_nonzero(places["likes_place"].notna()))
