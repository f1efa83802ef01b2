"""Capture files into a corpus: what is refused, what stays when an import stops, and that order decides nothing."""

import errno
import gzip
import itertools
import json
import os
import shutil
import signal
import subprocess
import sys
import textwrap
import threading
import time
import zipfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest

from analysis import cli_study, importing, merging, staging, tables
from analysis.computable import NotComputable
from analysis.errors import BusyError, CaptureError, CompendiumError, StudyError
from analysis.importing import import_captures, read_in
from analysis.study import Study, open_study
from making import PROJECT, contents

STUDY = """
title: A small study
about: Posts and comments, to see them arrive.
platform: Somewhere
sides:
  newcomer: {label: arrivals, language: en, language_name: English, script: Latin}
  host: {label: locals, language: zh, language_name: Chinese, script: Han}
tables:
  posts: {file: corpus/posts.parquet, origin: captured}
  comments: {file: corpus/comments.parquet, origin: captured}
  creators: {file: corpus/creators.parquet, origin: captured}
  imports: {file: corpus/imports.csv, origin: captured}
mapping:
  posts:
    columns: {post_id: note, creator_id: who, title: heading, text: body, likes: liked, comments_count: replied,
              published_at: when}
    utc_offset: "+08:00"
  comments:
    columns: {comment_id: reply, post_id: note, parent_comment_id: to, author_id: who, text: words}
"""
POSTS = """note,who,heading,body,liked,replied,when
p2,u2,Hello @ann,see https://example.org/x,7.6万,12,2025-01-14 12:08
p1,u1,你好,大家好,"9,999",3,2025-01-15 09:00
p3,u1,,,10+,,2025-01-16 09:00
"""
MORE = """note,who,heading,body,liked,replied,when
p2,u2,Hello @ann and everybody,,1千+,14,
p4,u3,New,words,-1,0,2025-01-20 09:00
"""
COMMENTS = """reply,note,to,who,words
c2,p1,c1,u1,a reply before its parent
c1,p1,0,u9,first
c3,p1,gone,u2,a reply to nobody
c4,p1,c4,u2,answers itself
c5,p2,,u2,
"""


@pytest.fixture
def study(small: Path) -> Study:
    folder = small / "data/mine"
    folder.mkdir()
    (folder / "study.yml").write_text(STUDY, encoding="utf-8")
    return open_study("mine", small)


@pytest.fixture
def captures(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("captures")
    paths = {name: folder / f"of-ann-{name}.csv" for name in ("posts", "more", "comments")}
    for path, content in zip(paths.values(), (POSTS, MORE, COMMENTS), strict=True):
        path.write_text(content, encoding="utf-8")
    return paths


def counted(imports: pd.DataFrame, capture: str, table: str, measure: str) -> dict[str, Any]:
    wanted = (imports["capture"] == capture) & (imports["table"] == table) & (imports["measure"] == measure)
    return dict(zip(imports.loc[wanted, "item"], imports.loc[wanted, "count"], strict=True))


def key_of(study: Study) -> None:
    """Give a study a key of its own, so that two studies can have the same corpus."""
    study.key_file.parent.mkdir(exist_ok=True)
    study.key_file.write_text("ab" * 32, encoding="ascii")


def test_captures_become_a_corpus(study, captures):
    import_captures(study, list(captures.values()))
    posts, comments, creators = (study.table(name) for name in ("posts", "comments", "creators"))
    assert posts["post_id"].tolist() == ["p1", "p2", "p3", "p4"]
    assert comments["comment_id"].tolist() == ["c1", "c2", "c3", "c4"]
    assert len(creators) == 4
    assert set(creators["creator_id"]) == set(posts["creator_id"]) | set(comments["author_id"])
    second = posts.set_index("post_id").loc["p2"]
    assert second["title"] == "Hello ‹person› and everybody"
    assert second["text"] == "see ‹link›"
    assert str(second["published_at"]) == "2025-01-14 04:08:00+00:00"
    assert (second["likes"], second["likes_captured"]) == (76_000, "7.6万")


def test_a_rounded_count_ranks_above_a_smaller_exact_one_and_what_is_missing_stays_missing(study, captures):
    import_captures(study, list(captures.values()))
    posts = study.table("posts").set_index("post_id")
    assert posts["likes"].sort_values(ascending=False).index.tolist()[:3] == ["p2", "p1", "p3"]
    assert posts.loc["p3", ["title", "text", "comments_count"]].isna().all()
    assert posts.loc["p4", ["likes", "likes_captured"]].isna().all()
    assert posts.loc["p4", "comments_count"] == 0


def test_reply_trees_are_whole_whatever_comes_first(study, captures):
    import_captures(study, list(captures.values()))
    comments = study.table("comments").set_index("comment_id")["parent_comment_id"]
    assert comments["c2"] == "c1"
    assert comments["c3"] == "gone"
    assert comments[["c1", "c4"]].isna().all()


def test_the_corpus_is_the_same_whatever_the_order_of_the_files(study, captures):
    key_of(study)
    corpora = []
    for order in itertools.permutations(captures.values()):
        shutil.rmtree(study.corpus, ignore_errors=True)
        import_captures(study, list(order))
        corpora.append(contents(study.corpus))
    assert corpora.count(corpora[0]) == len(corpora) == 6


def test_importing_one_file_after_the_other_gives_what_all_at_once_give(study, captures):
    key_of(study)
    import_captures(study, list(captures.values()))
    at_once = contents(study.corpus)
    shutil.rmtree(study.corpus)
    for path in reversed(captures.values()):
        import_captures(study, [path])
    one_by_one = contents(study.corpus)
    assert {name: one_by_one[name] for name in one_by_one if name.endswith("parquet")} == {
        name: at_once[name] for name in at_once if name.endswith("parquet")
    }
    # Of which texts the languages were looked at depends on how many captures are reported on together.
    assert one_by_one == at_once


def test_importing_the_same_file_again_changes_nothing(study, captures):
    import_captures(study, list(captures.values()))
    before = contents(study.folder)
    for path in captures.values():
        import_captures(study, [path])
        assert contents(study.folder) == before


def test_an_account_joins_across_imports(study, captures):
    import_captures(study, [captures["posts"]])
    before = study.table("posts").set_index("post_id")["creator_id"]
    import_captures(study, [captures["comments"]])
    authors = study.table("comments").set_index("comment_id")["author_id"]
    assert authors["c2"] == before["p1"]
    assert authors["c3"] == before["p2"]


def test_a_corrected_mapping_takes_effect_when_the_file_is_imported_again(study, captures):
    import_captures(study, [captures["posts"]])
    path = study.folder / "study.yml"
    path.write_text(path.read_text().replace("title: heading, text: body", "title: body, text: heading"))
    import_captures(open_study("mine", study.root), [captures["posts"]])
    first = study.table("posts").set_index("post_id").loc["p1"]
    assert (first["title"], first["text"]) == ("大家好", "你好")


def test_neither_names_nor_files_are_left_in_the_study(study, captures):
    import_captures(study, list(captures.values()))
    assert sorted(path.name for path in study.folder.iterdir()) == ["corpus", "private", "study.yml"]
    written = b"".join(contents(study.corpus).values())
    assert b"of-ann" not in written
    assert b"u2" not in (study.corpus / "imports.csv").read_bytes()
    assert not study.table("posts")["creator_id"].isin(["u1", "u2", "u3"]).any()


def test_a_table_without_records_is_not_there(study, captures):
    import_captures(study, [captures["posts"]])
    assert study.table("comments") == NotComputable("no comments were imported")
    assert not (study.corpus / "comments.parquet").exists()


def test_one_content_is_read_once(study, captures, tmp_path):
    copy = tmp_path / "copy.csv"
    shutil.copy(captures["posts"], copy)
    found = read_in(study, [captures["posts"], copy, captures["posts"]])
    assert [remark.partition(": ")[2] for remark in found.staged.remarks] == [
        f"the same content as {captures['posts']}; read once.",
        f"the same content as {captures['posts']}; read once.",
    ]
    (label,) = found.staged.names
    assert counted(found.report, label, "posts", "read") == {"records": 3}


def test_a_packed_file_is_named_by_its_own_checksum(study, captures, tmp_path):
    packed = tmp_path / "both.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.write(captures["posts"], "a/posts.csv")
        archive.write(captures["comments"], "b/comments.csv")
    zipped = tmp_path / "more.gz"
    zipped.write_bytes(gzip.compress(MORE.encode(), mtime=0))
    report = import_captures(study, [packed, zipped])
    assert len(study.table("posts")) == 4
    assert len(study.table("comments")) == 4
    labels = set(report["capture"]) - {"all"}
    digests = {staging._checksum(path)[:8] for path in (packed, zipped)}
    assert labels == {f"mapped-{digest}" for digest in digests}


def test_a_table_that_study_yml_does_not_name_is_told(study, captures):
    path = study.folder / "study.yml"
    path.write_text("\n".join(line for line in STUDY.splitlines() if "corpus/comments" not in line))
    found = read_in(open_study("mine", study.root), [captures["comments"]])
    (remark,) = found.staged.remarks
    assert remark == (
        "data/mine/study.yml: tables does not name the imported comments, so nothing reads them. "
        "Add: comments: {file: corpus/comments.parquet, origin: captured}"
    )


def test_dropped_records_are_told_with_their_lines(study, captures, tmp_path):
    path = tmp_path / "gaps.csv"
    path.write_text(COMMENTS + ",p1,,u1,no identifier\nc7,,,u1,no post\n")
    found = read_in(study, [path])
    (label,) = found.staged.names
    assert counted(found.report, label, "comments", "dropped")["without text"] == 1
    assert found.staged.places[label, "comments", "without text"] == [f"{path}, line 6"]
    assert sum(counted(found.report, label, "comments", "dropped").values()) == 3


# What is refused.


def test_nothing_is_imported_into_the_original(small, captures):
    with pytest.raises(StudyError, match="its posts are a stand-in, which was made and not captured"):
        import_captures(open_study(root=small), [captures["posts"]])


def test_a_study_whose_posts_are_elsewhere_is_refused(study, captures):
    path = study.folder / "study.yml"
    path.write_text(STUDY.replace("posts: {file: corpus/posts.parquet, origin: captured}", "posts: {from: liu2025}"))
    with pytest.raises(
        StudyError, match="found {'from': 'liu2025'}; what is imported is read from {file: corpus/posts"
    ):
        import_captures(open_study("mine", study.root), [captures["posts"]])


def test_a_corpus_whose_key_is_gone_is_refused_and_stays(study, captures):
    import_captures(study, [captures["posts"]])
    study.key_file.unlink()
    before = contents(study.folder)
    with pytest.raises(StudyError, match="data/mine/private/key is not there, but data/mine/corpus was imported with"):
        import_captures(study, [captures["more"]])
    assert contents(study.folder) == before


def test_another_key_than_the_corpus_was_made_with_is_refused(study, captures):
    import_captures(study, [captures["posts"]])
    study.key_file.write_text(64 * "0")
    before = contents(study.folder)
    with pytest.raises(StudyError, match="data/mine/private/key is not the key that data/mine/corpus was imported"):
        import_captures(study, [captures["more"]])
    assert contents(study.folder) == before


def test_missing_files_are_all_named_before_anything_is_read(study, captures, tmp_path):
    with pytest.raises(CaptureError) as problem:
        import_captures(study, [captures["posts"], tmp_path / "a.csv", tmp_path, tmp_path / "b.csv"])
    assert str(problem.value).splitlines() == [
        f"{tmp_path}/a.csv: there is no such file. Check the path.",
        f"{tmp_path}: a folder; expected a file. Check the path.",
        f"{tmp_path}/b.csv: there is no such file. Check the path.",
    ]
    assert not study.corpus.exists()
    with pytest.raises(CaptureError, match="no file was given"):
        import_captures(study, [])


def test_the_problems_of_all_files_are_told_at_once_and_nothing_changes(study, captures, tmp_path):
    import_captures(study, [captures["posts"]])
    before = contents(study.folder)
    unknown, empty = tmp_path / "unknown.csv", tmp_path / "empty.csv"
    unknown.write_text("a,b\n1,2\n")
    empty.write_text("")
    with pytest.raises(CaptureError) as problem:
        import_captures(study, [unknown, captures["more"], empty])
    assert "unknown.csv: a file in no format that is known here" in str(problem.value)
    assert "empty.csv" in str(problem.value)
    assert contents(study.folder) == before


def test_what_the_engine_says_of_a_file_is_told_with_its_name(study, captures, monkeypatch):
    def broken(*_: object) -> str:
        raise duckdb.ConversionException("Conversion Error: cannot be\nLINE 1: SELECT")

    monkeypatch.setattr(merging, "canonical", broken)
    with pytest.raises(CaptureError, match=r"posts.csv: cannot be read: Conversion Error: cannot be. Export it again"):
        import_captures(study, [captures["posts"]])


# What is stopped.


@pytest.mark.parametrize("table", ["posts", "comments", "creators", "imports"])
def test_a_full_disk_leaves_the_corpus_as_it_was(study, captures, monkeypatch, table):
    import_captures(study, [captures["posts"]])
    before = contents(study.folder)
    for name in ("write_parquet", "write_csv"):
        monkeypatch.setattr(tables, name, full_for(table, getattr(tables, name)))
    with pytest.raises(OSError, match="No space left") as problem:
        import_captures(study, [captures["more"], captures["comments"]])
    assert problem.value.errno == errno.ENOSPC
    assert contents(study.folder) == before
    monkeypatch.undo()
    import_captures(study, [captures["more"]])
    assert len(study.table("posts")) == 4


def full_for(table: str, write: Any) -> Any:
    def writing(*given: Any) -> None:
        path = next(each for each in given if isinstance(each, Path))
        if path.stem == table:
            raise OSError(errno.ENOSPC, "No space left on device", str(path))
        write(*given)

    return writing


def test_an_engine_that_runs_out_of_disk_says_so_like_any_other(study, captures, monkeypatch):
    def full(*_: Any) -> None:
        raise duckdb.IOException("IO Error: Could not write file: No space left on device")

    monkeypatch.setattr(tables, "write_parquet", full)
    with pytest.raises(OSError, match="No space left on the disk") as problem:
        import_captures(study, [captures["posts"]])
    assert problem.value.filename == str(study.folder)
    assert not (study.folder / ".corpus.import").exists()


def test_other_troubles_of_the_engine_are_not_taken_for_a_broken_file(study, captures, monkeypatch):
    def failing(*_: Any) -> None:
        raise duckdb.IOException("IO Error: the disk is on fire")

    monkeypatch.setattr(tables, "write_parquet", failing)
    with pytest.raises(duckdb.IOException, match="on fire"):
        import_captures(study, [captures["posts"]])


def test_an_interrupt_stops_the_engine_and_changes_nothing(study, captures):
    import_captures(study, [captures["posts"]])
    before = contents(study.folder)

    def stop(step: str, share: float) -> None:
        if step.startswith("merging"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_captures(study, [captures["more"]], stop)
    assert contents(study.folder) == before


def test_a_long_query_is_interrupted_even_if_it_has_not_begun(study, tmp_path):
    started = time.monotonic()

    def stop(step: str, share: float) -> None:
        raise KeyboardInterrupt

    with importing.connected() as db:
        work = staging.Work(db, tmp_path, {}, [], stop)
        endless = "SELECT count(*) FROM range(10_000_000_000) a, range(1000) b WHERE md5(a.range::VARCHAR) = 'x'"

        def late() -> None:
            time.sleep(0.5)
            db.execute(endless)

        with pytest.raises(KeyboardInterrupt):
            staging.run(work, late, "counting")
    assert time.monotonic() - started < 20


KILLED = """
import os, signal, sys
from contextlib import suppress
from pathlib import Path
from analysis import importing, tables
from analysis.study import open_study

place, files = sys.argv[1], [Path(path) for path in sys.argv[2:]]
def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)
if place in ("reading", "merging", "writing the report"):
    told = lambda step, share: die() if step.startswith(place) else None
else:
    told = importing.silent
    rename, renamed = Path.rename, []
    def dying(path, to):
        renamed.append(path)
        if place == "before the first rename" or (place == "between the renames" and len(renamed) == 2):
            die()
        rename(path, to)
        if place == "after the renames" and len(renamed) == 2:
            die()
    Path.rename = dying
importing.import_captures(open_study("mine"), files, told)
"""
PLACES = ["reading", "merging", "writing the report", "before the first rename", "between the renames"]


@pytest.mark.parametrize("place", [*PLACES, "after the renames"])
def test_a_killed_import_leaves_a_whole_corpus_and_can_be_run_again(study, captures, place):
    key_of(study)
    import_captures(study, [captures["posts"]])
    before = contents(study.corpus)
    words = [sys.executable, "-c", textwrap.dedent(KILLED), place, str(captures["more"])]
    done = subprocess.run(words, cwd=study.root, check=False, capture_output=True, text=True)
    assert done.returncode == -signal.SIGKILL, done.stderr
    aside = study.folder / ".corpus.before"
    if place == "between the renames":
        assert contents(aside) == before
        assert not study.corpus.exists()
    elif place != "after the renames":
        assert contents(study.corpus) == before
    with importing._beside(study):
        assert contents(study.corpus) == before or place == "after the renames"
    import_captures(study, [captures["more"]])
    assert sorted(path.name for path in study.folder.iterdir()) == ["corpus", "private", "study.yml"]
    after = contents(study.corpus)
    shutil.rmtree(study.corpus)
    import_captures(study, [captures["posts"]])
    import_captures(study, [captures["more"]])
    assert contents(study.corpus) == after


def test_copies_that_a_killed_import_left_are_taken_away_and_the_corpus_put_back(study, captures):
    import_captures(study, [captures["posts"]])
    before = contents(study.corpus)
    copy = study.folder / ".corpus.import" / "opened" / "posts.csv"
    copy.parent.mkdir(parents=True)
    copy.write_text("ann,everything")
    study.corpus.rename(study.folder / ".corpus.before")
    assert importing.clear_leftovers(study)
    assert sorted(path.name for path in study.folder.iterdir()) == ["corpus", "private", "study.yml"]
    assert contents(study.corpus) == before
    assert not importing.clear_leftovers(study)


def test_a_check_says_that_it_took_away_what_a_killed_import_left(study, captures, monkeypatch, capsys):
    import_captures(study, [captures["posts"]])
    (study.folder / ".corpus.import").mkdir()
    monkeypatch.chdir(study.root)
    with suppress(CompendiumError):
        cli_study.check("mine")
    assert "data/mine: took away the copies that a killed import had left." in capsys.readouterr().out
    assert not (study.folder / ".corpus.import").exists()


def test_what_an_import_is_at_work_on_is_not_taken_away(study):
    folder = study.folder / ".corpus.import"
    folder.mkdir()
    with importing.alone(study.folder / ".import.lock", "importing"):
        assert not importing.clear_leftovers(study)
    assert folder.exists()


def test_two_imports_at_once_do_not_mix(study, captures):
    inside, go_on = threading.Event(), threading.Event()

    def wait(step: str, share: float) -> None:
        if step.startswith("merging"):
            inside.set()
            go_on.wait(30)

    first = threading.Thread(target=import_captures, args=(study, [captures["posts"]], wait))
    first.start()
    assert inside.wait(30)
    try:
        with pytest.raises(BusyError, match=f"compendium import mine: another process \\({os.getpid()}\\) is at it"):
            import_captures(study, [captures["more"]])
    finally:
        go_on.set()
        first.join()
    assert study.table("posts")["post_id"].tolist() == ["p1", "p2", "p3"]


# What comes out.


def test_counts_and_times_survive_a_round_trip_through_csv(study, captures, tmp_path):
    import_captures(study, list(captures.values()))
    for name in ("posts", "comments", "creators"):
        table = study.table(name)
        tables.write_table(table, tmp_path / f"{name}.csv", name)
        pd.testing.assert_frame_equal(tables.read_table(tmp_path / f"{name}.csv", name), table)


def test_a_large_corpus_is_merged_slice_by_slice_into_the_same(study, captures, monkeypatch):
    key_of(study)
    import_captures(study, list(captures.values()))
    at_once = {name: study.table(name) for name in ("posts", "comments", "creators")}
    shutil.rmtree(study.corpus)
    monkeypatch.setattr(merging, "SLICE", 2)
    import_captures(study, list(captures.values()))
    for name, table in at_once.items():
        pd.testing.assert_frame_equal(study.table(name), table)


def test_progress_is_told_for_every_step(study, captures):
    steps: dict[str, list[float]] = {}
    import_captures(study, list(captures.values()), lambda step, share: steps.setdefault(step, []).append(share))
    assert list(steps) == [
        *(f"reading {path.name} ({place} of 3)" for place, path in enumerate(captures.values(), start=1)),
        "merging posts",
        "merging comments",
        "merging creators",
        "writing the report",
    ]
    assert all(0 <= share <= 1 for shares in steps.values() for share in shares)


def test_the_command_imports_and_says_what_came_of_it(study, captures):
    command = Path(sys.executable).with_name("compendium")
    words = [command, "import", "mine", *captures.values()]
    done = subprocess.run(words, cwd=study.root, check=False, capture_output=True, text=True, env=os.environ)
    assert done.returncode == 0, done.stderr
    assert "reading of-ann-posts.csv (1 of 3)\n" in done.stdout
    assert f"is {captures['posts']}; posts from 2025-01-14 to 2025-01-16\n" in done.stdout
    assert done.stdout.endswith("Next: compendium check mine\n")
    failed = subprocess.run([*words, "gone.csv"], cwd=study.root, check=False, capture_output=True, text=True)
    assert failed.returncode == 1
    assert failed.stderr == "gone.csv: there is no such file. Check the path.\n"


def test_the_real_posts_arrive_whole(shared, tmp_path, monkeypatch):
    for name in ("data", "_config.yml"):
        copy = shutil.copytree if (PROJECT / name).is_dir() else shutil.copy
        copy(PROJECT / name, tmp_path / name)
    study = open_study("refugees722", tmp_path)
    shutil.rmtree(study.corpus, ignore_errors=True)
    report = import_captures(study, [shared / "data/tiktokrefugee-posts/posts.csv"])
    posts = study.table("posts")
    assert len(posts) == posts["post_id"].nunique() == counted(report, "all", "posts", "kept")["records"] == 722
    assert counted(report, "all", "posts", "approximate")["likes"] == 82
    assert counted(report, "all", "posts", "unreadable count") == {}
    assert json.dumps(posts.loc[posts["likes"].idxmax(), "likes_captured"], ensure_ascii=False) == '"14.1万"'
