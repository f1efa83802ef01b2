"""Frames on Spark: the same counts and the same posts as on this machine's database."""

import gc
import hashlib
import importlib.metadata
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from analysis import cli, on_spark, sampling, spark_session, thresholds
from analysis.database import connected
from analysis.errors import ClusterError, CompendiumError, ParameterError, StudyError, TableError
from analysis.selection import NOTHING, Tried
from analysis.study import Study, open_study
from frame_making import DECIDED, MEASURES, PROJECT_ROOT, decided_from, made, study_of, written

SETTINGS = ["spark.master=local[2]", "spark.ui.enabled=false", "spark.sql.shuffle.partitions=2",
            "spark.ui.showConsoleProgress=false", "spark.driver.host=127.0.0.1", "spark.driver.bindAddress=127.0.0.1",
            "spark.log.level=ERROR",
            # By default Java compiles for a long life, and this one is short.
            "spark.driver.extraJavaOptions=-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"]  # fmt: skip

# A seed, and how many posts.
CASES = [(5, 200), (8, 200), (12, 200), (0, 30), (29, 1)]

# Spark leaves the closing of its sockets to Python.
pytestmark = [
    pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning"),
    pytest.mark.filterwarnings("ignore:Exception ignored in:pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture(scope="module")
def spark() -> Iterator[Any]:
    if importlib.util.find_spec("pyspark") is None:
        pytest.skip("pyspark is not installed")
    if shutil.which("java") is None:
        pytest.skip("Java is not installed")
    with spark_session.session(SETTINGS) as started:
        yield started
    gc.collect()


def draw(measured: Any, decided: dict[str, Any], tried: Tried = NOTHING) -> sampling.Drawn:
    return sampling.draw_from(measured, decided, tried)


def same(one: sampling.Drawn, other: sampling.Drawn) -> bool:
    return one.flow.equals(other.flow) and one.posts.equals(other.posts) and one.reached == other.reached


@pytest.mark.parametrize(("seed", "count"), CASES)
def test_any_frame_gives_the_counts_and_the_sample_that_the_database_gives(
    seed: int, count: int, spark: Any, tmp_path: Path
) -> None:
    written(made(seed, count), tmp_path / "frame.parquet")
    this, decided = study_of(tmp_path, "frame.parquet"), decided_from(seed)
    here = draw(sampling.measure_study(this, decided), decided)
    assert same(draw(on_spark.measure_on(spark, this, decided), decided), here)


def test_the_frames_above_have_every_quirk() -> None:
    frames = {seed: made(seed, count) for seed, count in CASES if count > 1}
    assert {decided_from(seed)["engagement_by"] for seed in frames} == {"likes", "search_rank"}
    assert any(posts["creator_id"].isna().all() for posts in frames.values())
    assert any(posts.drop(columns="creator_id").isna().all().any() for posts in frames.values())
    assert all(posts["likes_captured"].str.endswith("+").any() for posts in frames.values())


def test_every_cut_off_and_every_combination_leaves_what_it_leaves_in_the_database(spark: Any, tmp_path: Path) -> None:
    written(made(3, 300), tmp_path / "frame.parquet")
    this = study_of(tmp_path, "frame.parquet")
    here, there = sampling.measure_study(this, DECIDED), on_spark.measure_on(spark, this, DECIDED)
    alone = [draw(one, DECIDED, thresholds.around(one, DECIDED)).thresholds for one in (there, here)]
    assert alone[0].equals(alone[1])
    assert len(alone[0])
    values = {"search_rank_at_most": [3, 6, 8], "min_comments": [0, 10, 20], "newcomer_share_at_least": [0.2, 0.5]}
    found = thresholds.together(there, DECIDED, values)
    assert found.equals(thresholds.together(here, DECIDED, values))
    assert found["posts"].nunique() > 3


def test_equals_stand_in_the_order_of_their_hashes(spark: Any, tmp_path: Path) -> None:
    count = 60
    posts = pd.DataFrame({"post_id": [f"帖{n}" for n in range(count)], "creator_id": [f"u{n}" for n in range(count)],
                          "search_rank": 1, "comments_count": 50, "newcomer_share": 1.0, "host_comments": 9,
                          "creator_replies": 9})  # fmt: skip
    written(posts, tmp_path / "frame.parquet")
    decided = {**DECIDED, "posts_wanted": count, "creators_wanted": count}
    drawn = draw(on_spark.measure_on(spark, study_of(tmp_path, "frame.parquet"), decided), decided)
    hashed = sorted(posts["post_id"], key=lambda post: hashlib.md5(f"7:{post}".encode()).hexdigest())
    assert drawn.posts["post_id"].tolist() == hashed


def test_a_frame_in_parts_in_csv_or_under_an_address_gives_the_same_sample(spark: Any, tmp_path: Path) -> None:
    posts = made(3, 500)
    (tmp_path / "parts of it").mkdir()
    for number in range(3):
        written(posts.iloc[number::3], tmp_path / f"parts of it/{number}.parquet")
    posts.assign(title='a "quoted"\nline').to_csv(tmp_path / "posts.csv", index=False)
    address = study_of(tmp_path, "parts of it")
    address.settings["tables"]["posts"]["file"] = f"file://{tmp_path}/parts of it/*.parquet"
    here = draw(sampling.measure_study(study_of(tmp_path, "posts.csv"), DECIDED), DECIDED)
    for this in (study_of(tmp_path, "parts of it"), study_of(tmp_path, "posts.csv"), address):
        assert same(draw(on_spark.measure_on(spark, this, DECIDED), DECIDED), here)
    assert len(here.posts)


def test_what_is_not_a_number_is_missing_there_too(spark: Any, tmp_path: Path) -> None:
    written(made(3, 300), tmp_path / "frame.parquet")
    filled = ", ".join(f"coalesce({name}::DOUBLE, 'nan') AS {name}" for name in MEASURES)
    with connected() as db:
        db.execute(f"COPY (SELECT * REPLACE ({filled}) FROM '{tmp_path}/frame.parquet') TO '{tmp_path}/nan.parquet'")
    here = draw(sampling.measure_study(study_of(tmp_path, "frame.parquet"), DECIDED), DECIDED)
    assert same(draw(on_spark.measure_on(spark, study_of(tmp_path, "nan.parquet"), DECIDED), DECIDED), here)


def test_the_shares_of_words_are_counted_by_the_workers_where_a_frame_lacks_them(
    spark: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = ["one two 三", "四五六", "😊", None, "e\u0301t\u00e9 @one 你"]
    posts = made(3, 400).drop(columns="newcomer_share")
    posts["text"] = pd.Series([texts[n % 5] for n in range(400)], dtype="str")
    written(posts, tmp_path / "frame.parquet")
    this = study_of(tmp_path, "frame.parquet")
    monkeypatch.setattr(on_spark, "ROWS_AT_ONCE", 7)
    here, there = sampling.measure_study(this, DECIDED), on_spark.measure_on(spark, this, DECIDED)
    with here.opened() as db:
        told = db.execute("SELECT post_id, newcomer_share FROM measured ORDER BY 1").fetchall()
    found = there.spark.sql("SELECT post_id, newcomer_share FROM measured ORDER BY 1").collect()
    assert [tuple(row) for row in found] == told
    assert len({share for _, share in told}) == 4
    assert same(draw(there, DECIDED), draw(here, DECIDED))


def test_sides_that_no_script_tells_apart_are_told_as_the_database_tells_them(spark: Any, tmp_path: Path) -> None:
    written(made(3, 50).drop(columns="newcomer_share").assign(text="word"), tmp_path / "frame.parquet")
    this = study_of(tmp_path, "frame.parquet")
    sides = {name: {**side, "script": "Latin"} for name, side in this.settings["sides"].items()}
    alike = Study(this.name, this.root, {**this.settings, "sides": sides})
    here, there = sampling.measure_study(alike, DECIDED), on_spark.measure_on(spark, alike, DECIDED)
    assert dict(there.absent) == dict(here.absent)
    assert "cannot tell their languages apart" in there.absent["newcomer_share"]


def test_the_exchange_is_counted_in_the_studys_comments(spark: Any, tmp_path: Path) -> None:
    whole = open_study(root=PROJECT_ROOT)
    for name in ("posts", "comments", "creators"):
        written(whole.table(name), tmp_path / f"{name}.parquet")
    parts = {name: f"{name}.parquet" for name in ("comments", "creators")}
    this, decided = study_of(tmp_path, "posts.parquet", **parts), whole.decided(**dict.fromkeys(sampling.DECIDED))
    drawn = draw(on_spark.measure_on(spark, this, decided), decided)
    assert same(drawn, draw(sampling.measure_study(whole, decided), decided))
    assert len(drawn.posts) == 120


# The command.


@pytest.fixture
def command(spark: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """Run the command on the session of these tests; give back its exit status and what it said."""
    monkeypatch.chdir(PROJECT_ROOT)
    monkeypatch.setenv("COLUMNS", "150")

    @contextmanager
    def started(_: Any) -> Iterator[Any]:
        yield spark

    monkeypatch.setattr(spark_session, "session", started)

    def run(*words: str) -> tuple[Any, str]:
        monkeypatch.setattr("sys.argv", ["compendium", "sample", *words])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        return ended.value.code, capsys.readouterr().out

    return run


def test_the_command_shows_of_a_small_study_what_it_shows_without_spark(command: Any) -> None:
    there = command("liu2025", "--engine", "spark", "-p", "posts_wanted=10")
    assert there == command("liu2025", "-p", "posts_wanted=10")
    assert "no: 10 of 10 posts by 10 of 40 creators" in there[1]


def test_the_command_tells_of_one_post_what_it_tells_without_spark(command: Any) -> None:
    first, last = pd.read_csv(PROJECT_ROOT / "results/liu2025/tables/03-sample-posts.csv")["post_id"].iloc[[0, -1]]
    for post in (first, last):
        there = command("liu2025", "--why", post, "--engine", "spark")
        assert there == command("liu2025", "--why", post)
    assert "In the sample: place 120 of 120." in there[1]


@pytest.mark.parametrize("asked", ["~abcd", "abcd"])
def test_a_post_as_the_book_shows_it_is_not_looked_for_on_spark(asked: str, spark: Any, tmp_path: Path) -> None:
    written(made(3, 50), tmp_path / "frame.parquet")
    told = rf"--why {asked}: .* begins so as captured.*ask without --engine spark"
    with pytest.raises(StudyError, match=told):
        draw(on_spark.measure_on(spark, study_of(tmp_path, "frame.parquet"), DECIDED, asked), DECIDED)


def test_the_whole_command_draws_from_a_frame_at_an_address_by_the_settings_of_sparks_own_file(
    spark: Any, small: Path
) -> None:
    # What an import makes lies in a folder of this name; what lies far away in one so called need not be imported.
    (small / "corpus").mkdir()
    written(made(3, 500), small / "corpus/frame.parquet")
    name_posts(small, "../../corpus/frame.parquet")
    here = whole_command(small)
    assert "51 of 120 posts by 26 of 40 creators" in here.stdout, here.stderr
    name_posts(small, f"file://{small}/corpus/frame.parquet")
    lines = [line.replace("=", " ", 1) for line in SETTINGS]
    (small / "spark-defaults.conf").write_text("\n".join(lines), encoding="utf-8")
    there = whole_command(small, "--engine", "spark")
    assert there.returncode == 0, there.stderr
    assert there.stdout == here.stdout
    (small / "spark-defaults.conf").write_text("spark.master nowhere\n", encoding="utf-8")
    failed = whole_command(small, "--engine", "spark")
    assert failed.returncode == 1
    assert "--engine spark: Spark did not start" in failed.stderr
    assert "Traceback (most recent call last)" not in failed.stderr


def name_posts(root: Path, file: str) -> None:
    path = root / "data/liu2025/study.yml"
    told, found = re.subn(r"posts: \{file: [^,]*", f"posts: {{file: '{file}'", path.read_text(encoding="utf-8"))
    assert found == 1
    path.write_text(told, encoding="utf-8")


def whole_command(root: Path, *more: str) -> subprocess.CompletedProcess[str]:
    words = [sys.executable, "-m", "analysis.cli", "sample", "liu2025", *more]
    env = {name: value for name, value in os.environ.items() if not name.startswith(("PYSPARK_", "SPARK_"))}
    return subprocess.run(words, cwd=root, env={**env, "SPARK_CONF_DIR": str(root), "COLUMNS": "150"}, check=False,
                          capture_output=True, text=True)  # fmt: skip


# What is not there, or cannot be read, is told.


def raised(study: Study, spark: Any, decided: dict[str, Any] = DECIDED) -> str:
    with pytest.raises(CompendiumError) as error:
        draw(on_spark.measure_on(spark, study, decided), decided)
    assert isinstance(error.value, TableError | StudyError)
    return str(error.value)


@pytest.mark.parametrize(
    ("columns", "told"),
    [
        ({"post": ["p"], "creator_id": ["u"], "search_rank": [1], "comments_count": [1], "text": ["x"]},
         "column 'post_id' is missing. Nearest: 'post'."),
        ({name: [] for name in ("post_id", "creator_id", "search_rank", "comments_count", "newcomer_share")},
         "the frame has no posts"),
        ({"post_id": ["p", "p"], "creator_id": ["u", "u"], "search_rank": [1, 1], "comments_count": [50, 50],
          "newcomer_share": [1.0, 1.0]}, "p stands there more than once"),
        ({"post_id": ["p"], "creator_id": ["u"], "search_rank": ["first"], "comments_count": [50],
          "newcomer_share": [1.0]}, "a cell is not of its column's kind"),
    ],
    ids=["a column", "no posts", "a post twice", "no number"],
)  # fmt: skip
def test_a_frame_that_cannot_be_used_says_why(columns: Any, told: str, spark: Any, tmp_path: Path) -> None:
    written(pd.DataFrame(columns), tmp_path / "frame.parquet")
    said = raised(study_of(tmp_path, "frame.parquet"), spark)
    assert said.startswith("posts") or "tables, posts" in said
    assert told in said


def test_files_that_are_broken_or_not_there_or_under_an_address_that_spark_cannot_read_are_told(
    spark: Any, tmp_path: Path
) -> None:
    assert "tables, posts: there is no such file" in raised(study_of(tmp_path, "absent.parquet"), spark)
    (tmp_path / "broken.parquet").write_bytes(b"PAR1 and no more")
    assert "could not read these files" in raised(study_of(tmp_path, "broken.parquet"), spark)
    far = study_of(tmp_path, "frame.parquet")
    far.settings["tables"]["posts"]["file"] = "nowhere://bucket/frame"
    assert "this Spark cannot read such an address" in raised(far, spark)
    assert "sides are told by language" in raised(far, spark, {**DECIDED, "side_by": "language"})


def test_one_file_of_many_without_a_needed_column_is_named(spark: Any, tmp_path: Path) -> None:
    written(made(3, 50), tmp_path / "a.parquet")
    written(made(3, 50).drop(columns="comments_count"), tmp_path / "b.parquet")
    assert "tables, posts, b.parquet: column 'comments_count' is missing" in raised(
        study_of(tmp_path, "*.parquet"), spark
    )


def test_a_frame_that_the_workers_do_not_reach_is_told(spark: Any, tmp_path: Path) -> None:
    written(made(3, 50), tmp_path / "frame.parquet")
    measured = on_spark.measure_on(spark, study_of(tmp_path, "frame.parquet"), DECIDED)
    (tmp_path / "frame.parquet").unlink()
    with pytest.raises(TableError, match=r"a worker does not find the frame.*Put it where all of them read it"):
        draw(measured, DECIDED)


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("Total size of results is bigger than spark.driver.maxResultSize", "too many posts meet every criterion"),
        ("ModuleNotFoundError: No module named 'analysis'", "the workers lack the compendium's package"),
        ("java.io.IOException: No space left on device", "the workers have no room"),
        ("something else", "Spark could not read these files"),
    ],
)
def test_what_workers_lack_is_told(said: str, told: str, spark: Any) -> None:
    from pyspark.errors import PySparkException

    with pytest.raises(TableError, match=f"posts: {told}.*What was there before stays"), spark_session.telling("posts"):
        raise PySparkException(said)


def test_a_cluster_that_is_lost_is_told(spark: Any) -> None:
    from pyspark.errors import PySparkException

    for error in (PySparkException("Job 3 cancelled because SparkContext was shut down"), ConnectionRefusedError("no")):
        with pytest.raises(ClusterError, match="Spark did not answer any more"), spark_session.telling("posts"):
            raise error


LOSES_ITS_JAVA = """
import sys
from analysis import errors, spark_session

try:
    with spark_session.session(sys.argv[1:]) as spark, spark_session.telling("posts"):
        spark.sparkContext._gateway.proc.kill()
        spark.sparkContext._gateway.proc.wait()
        spark.sql("SELECT 1").collect()
except errors.ClusterError as error:
    print(error)
"""


def test_a_spark_that_is_lost_half_way_is_told_and_not_that_it_cannot_be_stopped(spark: Any) -> None:
    words = [sys.executable, "-c", LOSES_ITS_JAVA, *SETTINGS]
    done = subprocess.run(words, check=False, capture_output=True, text=True)
    assert "posts: Spark did not answer any more" in done.stdout, done.stderr
    assert done.returncode == 0


def test_a_spark_that_fails_while_it_is_set_up_is_stopped_and_told(monkeypatch: pytest.MonkeyPatch, spark: Any) -> None:
    from py4j.protocol import Py4JNetworkError
    from pyspark.sql import SparkSession

    stopped = []

    class Failing:
        appName = config = lambda self, *_: self  # noqa: N815
        getOrCreate = sparkContext = property(lambda self: self)  # noqa: N815
        master = "local[2]"

        def __call__(self) -> Any:
            return self

        def setLogLevel(self, _: str) -> None:  # noqa: N802
            raise Py4JNetworkError("the answer is empty")

        def stop(self) -> None:
            stopped.append(self)
            raise ConnectionRefusedError("nobody there")

    monkeypatch.setattr(SparkSession, "builder", Failing())
    told = r"--engine spark: Spark did not start \(the answer is empty\)\. .*, and that it is Spark 4\.0\. Then run the"
    with pytest.raises(ClusterError, match=told):
        started()
    assert len(stopped) == 1


def started(*settings: str) -> None:
    with spark_session.session(settings):
        pass


def test_a_machine_without_pyspark_or_java_is_told_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(importlib.util, "find_spec", lambda _: None)
        told = r"pyspark is not installed here. .* version 4\.0 like the cluster: pip install --editable '\.\[spark\]'$"
        with pytest.raises(ClusterError, match=told):
            started()
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: True)
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    with pytest.raises(ClusterError, match="Java was not found in JAVA_HOME"):
        started()
    monkeypatch.delenv("JAVA_HOME")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ClusterError, match="Java was not found on the path. Install it"):
        started()


def test_the_version_that_is_told_is_the_one_that_is_installed(spark: Any) -> None:
    assert importlib.metadata.version("pyspark").startswith(f"{spark_session.VERSION}.")


def test_a_master_that_does_not_answer_is_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: True)
    monkeypatch.setattr(shutil, "which", lambda *_, **__: "java")
    for address in ("127.0.0.1:1", "127.0.0.1:1,127.0.0.1:2", "nobody"):
        with pytest.raises(ClusterError, match=f"no master answers at spark://{address}. Expected one such as"):
            started(f"spark.master=spark://{address}")


def test_what_is_no_setting_is_told(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    for given in ("spark.master", "master=local", ""):
        with pytest.raises(ParameterError, match=f"--conf: '{given}' is not KEY=VALUE"):
            started(given)
    monkeypatch.chdir(PROJECT_ROOT)
    monkeypatch.setattr("sys.argv", ["compendium", "sample", "--conf", "spark.master=local"])
    with pytest.raises(SystemExit):
        cli.main()
    assert "--conf is a setting of Spark. Say --engine spark as well" in capsys.readouterr().err


def test_nothing_of_spark_is_loaded_before_it_is_asked_for() -> None:
    program = "import sys; from analysis import on_spark, sample_asked, spark_session; print('pyspark' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "False"


def test_a_frame_here_is_not_changed_by_one_there(spark: Any, tmp_path: Path) -> None:
    written(made(3, 200), tmp_path / "one.parquet")
    written(made(5, 200), tmp_path / "two.parquet")
    one, two = (on_spark.measure_on(spark, study_of(tmp_path, f"{name}.parquet"), DECIDED) for name in ("one", "two"))
    before = draw(one, DECIDED)
    assert not same(draw(two, DECIDED), before)
    assert same(draw(replace(one), DECIDED), before)
