"""What an import reports: counts per capture and in all, as tables in plain words and in the terminal."""

from hashlib import sha256
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from rich.console import Console

from analysis import import_counts, import_report, import_told, schema, tables
from analysis.computable import NotComputable
from analysis.importing import Imported, import_captures, read_in
from analysis.sources import registry
from analysis.sources.reader import Opened, Reader, Reading
from analysis.study import Study, open_study

STUDY = """
title: A small study
platform: Somewhere
sides:
  newcomer: {label: arrivals, language: en, language_name: English, script: Latin}
  host: {label: locals, language: zh, language_name: Chinese, script: Han}
tables:
  posts: {file: corpus/posts.parquet, origin: captured}
  comments: {file: corpus/comments.parquet, origin: captured}
  creators: {file: corpus/creators.parquet, origin: captured}
"""
# A made-up reader: a file holds the rows of a query for each table.
POSTS = """VALUES
('p1', 'u1', 'Hello', 'words', '1.7万', '4', NULL, 1), ('p1', 'u1', 'Hello', NULL, '赞', '4', NULL, 2),
('6785e350a276837fb0382e0a', 'u2', '你好', NULL, '10+', NULL, NULL, 3), ('p3', 'u2', NULL, NULL, '12', '10+', NULL, 4),
('ad', 'u2', NULL, NULL, NULL, NULL, 'an advertisement', 5), ('ad', 'u2', NULL, NULL, NULL, NULL, 'an advertisement', 6)
"""
COMMENTS = """VALUES
('c1', 'p1', NULL, 'u9', 'Hello'), ('c2', 'p1', 'c1', 'u9', '你好 hello'), ('c3', 'elsewhere', 'gone', 'u1', '你好'),
('c4', 'p1', NULL, 'u9', NULL), ('c5', 'p1', 'c2', 'u9', '你好')
"""
COLUMNS = {
    "posts": "post_id, account, title, text, likes, comments_count, reason, line",
    "comments": "comment_id, post_id, parent_comment_id, account, text",
}
CAVEATS = ("Only what was opened is whole.", "Replies are few.")


def read(opened: Opened, _: Any) -> Reading:
    table, values = opened.path.read_text(encoding="utf-8").split("\n", 1)
    return Reading({table: f"SELECT * FROM ({values}) AS given({COLUMNS[table]})"}, CAVEATS)


@pytest.fixture
def study(small: Path, monkeypatch: pytest.MonkeyPatch) -> Study:
    made_up = Reader("made-up", "A made-up format", lambda opened: True, read)
    monkeypatch.setattr(registry, "recognise", lambda opened, mapping: made_up)
    folder = small / "data/mine"
    folder.mkdir()
    (folder / "study.yml").write_text(STUDY, encoding="utf-8")
    return open_study("mine", small)


@pytest.fixture
def files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("files")
    for name, content in (("posts", POSTS), ("comments", COMMENTS)):
        (folder / f"of-ann-{name}").write_text(f"{name}\n{content}", encoding="utf-8")
    return [folder / "of-ann-posts", folder / "of-ann-comments"]


@pytest.fixture
def imported(study: Study, files: list[Path]) -> Imported:
    return read_in(study, files)


def label(imported: Imported, file: Path) -> str:
    return next(capture for capture, names in imported.staged.names.items() if names == [str(file)])


def row(rows: pd.DataFrame, **wanted: str) -> dict[str, Any]:
    chosen = rows
    for column, cell in wanted.items():
        chosen = chosen[chosen[column] == cell]
    (found,) = chosen.to_dict("records")
    return found


def test_what_is_read_is_dropped_merged_or_kept_per_capture_and_in_all(imported, files):
    found = import_report.by_file(imported.report)
    for capture in (label(imported, files[0]), "all"):
        posts = row(found, capture=capture, table="posts")
        assert [posts[step] for step in import_report.STEPS] == [6, 2, 1, 3]
    comments = row(found, capture="all", table="comments")
    assert [comments[step] for step in import_report.STEPS] == [5, 1, 0, 4]
    read_again = found.dropna(subset="read")
    assert (read_again["read"] == read_again["dropped"] + read_again["merged"] + read_again["kept"]).all()
    assert row(found, capture="all", table="creators")["kept"] == 3
    assert row(found, capture=label(imported, files[0]), table="posts")["format"] == "A made-up format"


def test_a_day_that_is_known_from_an_identifier_spans_the_capture(imported):
    posts = row(import_report.by_file(imported.report), capture="all", table="posts")
    assert (posts["first"], posts["last"]) == ("2025-01-14", "2025-01-14")
    assert pd.isna(row(import_report.by_file(imported.report), capture="all", table="comments")["first"])


def test_reasons_for_dropping_are_told(imported):
    found = import_report.dropped(imported.report)
    assert import_report.of_corpus(found).to_dict("records") == [
        {"table": "posts", "reason": "an advertisement", "records": 2},
        {"table": "comments", "reason": "without text", "records": 1},
    ]


def test_coverage_is_relative_to_usable_records_of_a_capture_and_to_rows_of_the_corpus(imported, files):
    found = import_report.coverage(imported.report)
    own = row(found, capture=label(imported, files[0]), table="posts", column="title")
    assert (own["filled"], own["records"], own["share"]) == (3, 4, 0.75)
    corpus = row(found, capture="all", table="posts", column="title")
    assert (corpus["filled"], corpus["records"]) == (2, 3)
    assert row(found, capture="all", table="posts", column="shares")["share"] == 0
    assert corpus["meaning"] == "title as captured"


def test_inexact_and_unreadable_counts_and_derived_dates_are_counted(imported, files):
    found = import_report.inexact(imported.report)
    own = found[found["capture"] == label(imported, files[0])]
    assert own[["column", "what", "records"]].to_dict("records") == [
        {"column": "likes", "what": "approximate counts", "records": 2},
        {"column": "comments_count", "what": "approximate counts", "records": 1},
        {"column": "likes", "what": "unreadable counts", "records": 1},
        {"column": "published_at", "what": "dates from identifiers", "records": 1},
    ]


def test_comments_promised_stand_beside_those_captured_under_the_same_posts(imported):
    found = row(import_report.threads(imported.report), capture="all")
    assert (found["comments_promised"], found["comments_captured"]) == (14, 3)
    assert found["share_captured"] == pytest.approx(3 / 14)
    assert (found["replies_captured"], found["replies_without_parent"]) == (3, 1)


def test_a_capture_of_posts_promises_comments_and_holds_none(imported, files):
    found = row(import_report.threads(imported.report), capture=label(imported, files[0]))
    assert (found["comments_promised"], found["comments_captured"]) == (14, 0)
    assert pd.isna(found["replies_captured"])


def test_languages_are_told_with_how_many_texts_were_looked_at(imported):
    found = import_report.of_corpus(import_report.languages(imported.report))
    assert found[["table", "language", "texts", "looked_at"]].to_dict("records") == [
        {"table": "posts", "language": "en", "texts": 1, "looked_at": 3},
        {"table": "posts", "language": "none", "texts": 1, "looked_at": 3},
        {"table": "posts", "language": "zh", "texts": 1, "looked_at": 3},
        {"table": "comments", "language": "en", "texts": 1, "looked_at": 4},
        {"table": "comments", "language": "mixed", "texts": 1, "looked_at": 4},
        {"table": "comments", "language": "zh", "texts": 2, "looked_at": 4},
    ]


def test_of_many_texts_only_some_are_looked_at(study, files, monkeypatch):
    monkeypatch.setattr(import_counts, "LOOKED_AT", 2)
    monkeypatch.setattr(import_counts, "LOOKED_AT_IN_A_CAPTURE", 1)
    found = import_report.languages(import_captures(study, files))
    assert found.groupby("capture", sort=False)["looked_at"].first().tolist() == [1, 1, 2]
    assert found.groupby(["capture", "table"])["texts"].sum().tolist() == [2, 2, 1, 1]


def test_languages_that_scripts_cannot_tell_are_not_reported(study, files):
    path = study.folder / "study.yml"
    path.write_text(STUDY.replace("script: Han", "script: Latin"))
    report = import_captures(open_study("mine", study.root), files)
    assert import_report.languages(report) == NotComputable("the languages are not known")


def test_that_no_record_was_dropped_is_a_count_of_none(imported):
    found = import_report.dropped(imported.report[imported.report["measure"] != "dropped"])
    assert set(found["capture"]) == {import_report.ALL}
    assert found[["reason", "records"]].drop_duplicates().to_numpy().tolist() == [["none was", 0]]


def test_a_language_is_called_as_the_sides_call_it_now(imported, study):
    report = imported.report
    unnamed = report.assign(item=report["item"].replace("en", "und-Latin"))
    assert "und-Latin" in set(import_report.languages(unnamed)["language"])
    pd.testing.assert_frame_equal(import_report.languages(unnamed, study.sides), import_report.languages(report))


def test_caveats_are_told_per_capture(imported, files):
    found = import_report.caveats(imported.report)
    assert found[found["capture"] == label(imported, files[0])]["caveat"].tolist() == list(CAVEATS)


def test_the_report_names_captures_by_checksum_and_no_file(imported, study):
    assert "of-ann" not in (study.corpus / "imports.csv").read_text(encoding="utf-8")
    sums = imported.report[imported.report["measure"] == "checksum"].set_index("capture")["value"]
    assert set(imported.staged.names) == {f"made-up-{digest[:8]}" for digest in sums} == set(sums.index)


def test_the_report_is_a_canonical_table(imported, study):
    known = tables.read_table(study.corpus / "imports.csv", "imports")
    pd.testing.assert_frame_equal(known, imported.report)
    assert list(known.columns) == schema.TABLES["imports"].column_names


def test_earlier_captures_stay_in_the_report_and_one_imported_again_is_there_once(study, files):
    at_once = import_captures(study, files)
    import_captures(study, files[:1])
    pd.testing.assert_frame_equal(import_captures(study, files[1:]), at_once)


def test_where_nothing_is_to_tell_the_reason_is(imported):
    nothing = imported.report[:0]
    for tell, reason in (
        (import_report.by_file, "nothing was imported"),
        (import_report.coverage, "nothing was imported"),
        (import_report.dropped, "nothing was imported"),
        (import_report.inexact, "nothing was imported"),
        (import_report.threads, "the capture has neither comments nor counts of them"),
        (import_report.caveats, "nothing was imported"),
        (import_report.languages, "the languages are not known"),
    ):
        assert tell(nothing) == NotComputable(reason)
        assert tell(NotComputable("no imports were imported")) == NotComputable("no imports were imported")


def test_what_an_import_had_no_occasion_to_tell_is_an_empty_table_and_no_absence(imported):
    quiet = imported.report[imported.report["measure"].isin(import_report.STEPS[:1])]
    assert [len(tell(quiet)) for tell in (import_report.inexact, import_report.caveats)] == [0, 0]


def test_the_checksum_of_each_file_is_told_beside_its_records(imported, files):
    found = import_report.by_file(imported.report)
    checksum = sha256(files[0].read_bytes()).hexdigest()
    assert row(found, capture=label(imported, files[0]), table="posts")["sha256"] == checksum
    assert found.loc[found["capture"] == "all", "sha256"].isna().all()


def shown(imported: Imported) -> str:
    console = Console(width=80, force_terminal=False, record=True, file=None)
    with console.capture() as captured:
        import_told.show_import(imported, console)
    return captured.get()


def test_the_terminal_shows_what_the_report_holds_and_the_names_and_lines_it_does_not(imported, files):
    told = shown(imported)
    posts, comments = (label(imported, file) for file in files)
    assert f"{posts} is {files[0]}; posts from 2025-01-14 to 2025-01-14\n" in told
    assert f"  {posts}, posts: 2 × an advertisement ({files[0]}, line 5, 6)\n" in told
    assert f"  {comments}, comments: 1 × without text\n" in told
    assert "Comments that the platform promises on these posts: 14; captured: 3 (21.4%).\n" in told
    assert "Replies captured: 3; of them to a comment that was not captured: 1.\n" in told
    assert "Approximate counts of posts: likes 2, comments_count 1.\n" in told
    assert "Dates from identifiers of posts: published_at 1.\n" in told
    assert "Languages of 3 posts that were looked at: en 33%, none 33%, zh 33%.\n" in told
    assert (
        f"  Replies are few. ({comments}, {posts})\n" in told or f"  Replies are few. ({posts}, {comments})\n" in told
    )
    assert "Empty in all comments: likes, replies_count, created_at, place; under privacy, keep, study.yml can" in told


def test_the_tables_of_the_terminal_fit_into_80_columns(imported):
    for line in shown(imported).splitlines():
        assert len(line) <= 80 or line[0].isalpha() or line.startswith("  made-up"), line


@pytest.mark.parametrize(
    ("share", "told"), [(0, "0%"), (0.004, "<1%"), (0.5, "50%"), (0.996, ">99%"), (1, "100%"), (None, "")]
)
def test_a_few_are_not_none_and_most_are_not_all(share, told):
    assert import_told._percent(share) == told


def test_without_a_terminal_each_step_is_told_once():
    console = Console(force_terminal=False)
    with console.capture() as captured, import_told.shown_progress(console) as told:
        for share in (0.0, 0.5, 1.0):
            told("reading [bold]x[/bold].csv", share)
        told("merging posts", 0.0)
    assert captured.get() == "reading [bold]x[/bold].csv\nmerging posts\n"
