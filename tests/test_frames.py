"""Frames of any size: the database must draw what a plain reading of the rules in pandas draws."""

import gc
import hashlib
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import finding, frame_files, frames, sampling, thresholds
from analysis.criteria import Measured, criteria_of, meets, met
from analysis.database import connected
from analysis.database import frame as table
from analysis.errors import StudyError, TableError
from analysis.in_files import files_at
from analysis.privacy import masked
from analysis.sampling import BOUND, CANNOT_BE_TOLD
from analysis.standin.large import write_frame
from analysis.study import open_study
from frame_making import DECIDED, MEASURES, PROJECT_ROOT, decided_from, made, room_for, study_of, written

# A plain reading of the rules: one step after the other over the whole table, nothing shared with the package.


def reference(posts: pd.DataFrame, decided: dict[str, Any]) -> tuple[list[tuple[int, int, int]], list[str]]:
    """The kept, dropped and missing of every step, and the posts of the sample in their order."""
    posts = posts.assign(drawn=[md5(decided["sample_seed"], post) for post in posts["post_id"]])
    place, bound = "search_rank", pd.Series(data=False, index=posts.index)
    if decided["engagement_by"] == "likes":
        place, bound = "likes_place", ends_with_plus(posts, "likes_captured")
        posts["likes_place"] = posts["likes"].rank(method="min", ascending=False) / posts["likes"].count()
    by_likes = decided["engagement_by"] == "likes"
    most = decided["likes_top_share" if by_likes else "search_rank_at_most"]
    steps = [(posts[place] <= most, posts[place].notna() & ~bound)]
    for column, decision in LEAST.items():
        bound = ends_with_plus(posts, f"{column}_captured") if column == "comments_count" else bound & False
        least = decided[decision]
        steps.append((posts[column].ge(least) | (least == 0), posts[column].notna() & ~bound))
    absent = [posts[column].isna().all() for column in (place, *LEAST)]
    told, left = [], pd.Series(data=True, index=posts.index)
    for (reached, known), lacking in zip(steps, absent, strict=True):
        reaches = reached.fillna(value=False).astype(bool) | lacking
        undecided = ~reaches & ~known
        told.append((sum(left & reaches), sum(left & ~reaches & ~undecided), sum(left & undecided)))
        left &= reaches
    ordered = posts[left].sort_values([place, "drawn"])
    return told, choose(ordered, decided, named=posts["creator_id"].notna().any())


LEAST = {
    "newcomer_share": "newcomer_share_at_least",
    "comments_count": "min_comments",
    "host_comments": "min_host_comments",
    "creator_replies": "min_creator_replies",
}


def choose(ordered: pd.DataFrame, decided: dict[str, Any], *, named: bool) -> list[str]:
    """Go down the list: the first creators, then their first posts, then second ones, until there are enough."""
    if not named:
        return ordered["post_id"].head(decided["posts_wanted"]).tolist()
    creators = ordered["creator_id"].dropna().unique()[: decided["creators_wanted"]]
    turns = [[] for _ in range(decided["per_creator_at_most"])]
    for creator in creators:
        for turn, post in zip(turns, ordered.index[ordered["creator_id"] == creator], strict=False):
            turn.append(post)
    in_turn = [post for turn in turns for post in sorted(turn, key=ordered.index.get_loc)]
    taken = in_turn[: decided["posts_wanted"]]
    return ordered.loc[sorted(taken, key=ordered.index.get_loc), "post_id"].tolist()


def md5(seed: int, post_id: str) -> str:
    return hashlib.md5(f"{seed}:{post_id}".encode()).hexdigest()


def ends_with_plus(posts: pd.DataFrame, column: str) -> pd.Series:
    return posts[column].fillna("").str.endswith("+")


@settings(max_examples=25, deadline=None, derandomize=True)
@given(seed=st.integers(0, 10_000), count=st.sampled_from([1, 2, 7, 30, 200]))
def test_any_frame_gives_the_counts_and_the_sample_of_a_plain_reading(
    seed: int, count: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    posts, decided = made(seed, count), decided_from(seed)
    folder = tmp_path_factory.mktemp("frame")
    written(posts, folder / "frame.parquet")
    assert drawn_by_steps(folder, decided) == reference(posts, decided)


def drawn_by_steps(folder: Path, decided: dict[str, Any]) -> tuple[list[tuple[int, ...]], list[str]]:
    """What `reference` gives, drawn from the frame in a folder."""
    drawn = sampling.draw_from(sampling.measure_study(study_of(folder, "frame.parquet"), decided), decided)
    criteria = [criterion.step for criterion in criteria_of(decided)]
    flow = drawn.flow.set_index("step").loc[criteria, ["kept", "dropped", "missing"]].fillna(0).astype(int)
    return [tuple(row) for row in flow.to_numpy().tolist()], drawn.posts["post_id"].tolist()


def test_a_frame_of_several_row_groups_gives_the_counts_and_the_sample_of_a_plain_reading(tmp_path: Path) -> None:
    write_frame(tmp_path / "frame.parquet", 300_000, 5)
    with connected() as db:
        source = f"'{tmp_path / 'frame.parquet'}'"
        groups = f"SELECT count(DISTINCT row_group_id) FROM parquet_metadata({source})"
        assert db.execute(groups).fetchall()[0][0] > 2
        posts = table(db, f"SELECT * EXCLUDE (published_at) FROM {source}")
    # The platform's lower bounds are in no made-up frame.
    posts = posts.assign(likes_captured=None, comments_count_captured=None)
    for by in ("search_rank", "likes"):
        decided = {**DECIDED, "engagement_by": by, "search_rank_at_most": 300, "min_comments": 20,
                   "creators_wanted": 20, "posts_wanted": 25}  # fmt: skip
        told, sample = reference(posts, decided)
        assert drawn_by_steps(tmp_path, decided) == (told, sample)
        assert 20 <= len(sample) <= 25
        assert all(min(counts[:2]) for counts in told)


def drawn_from(folder: Path, file: str) -> sampling.Drawn:
    return sampling.draw_from(sampling.measure_study(study_of(folder, file), DECIDED), DECIDED)


def test_a_frame_that_was_parted_and_shuffled_or_written_as_csv_gives_the_same_sample(tmp_path: Path) -> None:
    posts = made(3, 500)
    written(posts, tmp_path / "whole.parquet")
    (tmp_path / "parts").mkdir()
    shuffled = posts.sample(frac=1, random_state=1, ignore_index=True)
    for number in range(3):
        written(shuffled.iloc[number::3], tmp_path / f"parts/{number}.parquet")
        shuffled.iloc[number::3, :: -1 if number else 1].to_csv(tmp_path / f"parts/{number}.csv", index=False)
    posts.to_csv(tmp_path / "posts.csv", index=False)
    found = [
        drawn_from(tmp_path, file) for file in ("whole.parquet", "parts", "parts/*.parquet", "posts.csv", "parts/*.csv")
    ]
    for other in found[1:]:
        assert other.posts.equals(found[0].posts)
        assert other.flow.equals(found[0].flow)
    assert len(found[0].posts)


@pytest.mark.parametrize("file", ["nan.parquet", "nan.csv"])
def test_what_is_not_a_number_is_missing(file: str, tmp_path: Path) -> None:
    written(made(3, 500), tmp_path / "frame.parquet")
    kinds = dict.fromkeys(MEASURES, "DOUBLE") | {"host_comments": "FLOAT"}
    filled = ", ".join(f"coalesce({name}::{kind}, 'nan') AS {name}" for name, kind in kinds.items())
    with connected() as db:
        db.execute(f"COPY (SELECT * REPLACE ({filled}) FROM '{tmp_path}/frame.parquet') TO '{tmp_path / file}'")
    here, there = drawn_from(tmp_path, "frame.parquet"), drawn_from(tmp_path, file)
    assert there.flow.equals(here.flow)
    assert there.posts.equals(here.posts)
    assert here.flow["missing"].sum()


def test_a_lower_bound_that_is_left_empty_is_none(tmp_path: Path) -> None:
    posts = made(3, 60).drop(columns=["likes_captured", "comments_count_captured"]).assign(comments_count=9)
    posts["comments_count_is_bound"] = pd.Series([None, True, False] * 20, dtype="boolean")
    written(posts, tmp_path / "frame.parquet")
    decided = {**DECIDED, "search_rank_at_most": 9, "newcomer_share_at_least": 0.0}
    measured = sampling.measure_study(study_of(tmp_path, "frame.parquet"), decided)
    drawn = sampling.draw_from(measured, decided)
    told = [sampling.explain_post(measured, drawn, decided, post).set_index("step") for post in posts["post_id"][:3]]
    assert [one.loc["comments", "met"] for one in told] == ["not met", CANNOT_BE_TOLD, "not met"]
    assert [one.loc["comments", "why"] for one in told] == ["", BOUND, ""]


@pytest.mark.parametrize("seed", range(4))
def test_every_combination_of_cut_offs_leaves_what_a_draw_with_them_leaves(seed: int) -> None:
    measured = in_memory(made(seed, 120))
    values = {"search_rank_at_most": [3, 6, 8], "min_comments": [0, 10, 20], "min_host_comments": [1, 3],
              "newcomer_share_at_least": [0.2, 0.5]}  # fmt: skip
    values = {name: tried for name, tried in values.items() if computable(name, measured)}
    found = thresholds.together(measured, DECIDED, values)
    assert len(found) == np.prod([len(tried) for tried in values.values()])
    for row in found.to_dict("records"):
        alone = sampling.draw_from(measured, {**DECIDED, **row})
        assert row["posts"] == alone.flow.set_index("step")["kept"]["creator_replies"]


@pytest.mark.parametrize("seed", range(4))
def test_a_draw_counts_what_each_cut_off_leaves_as_a_draw_with_it_does(seed: int) -> None:
    measured = in_memory(made(seed, 120))
    tried = sampling.draw_from(measured, DECIDED, thresholds.around(measured, DECIDED)).thresholds
    for row in tried.iloc[::5].to_dict("records"):
        alone = sampling.draw_from(measured, {**DECIDED, row["decision"]: row["cut_off"]})
        assert row["posts"] == alone.flow.set_index("step")["kept"]["creator_replies"]


def in_memory(posts: pd.DataFrame) -> Measured:
    """The same posts as a table, measured."""
    absent = {name: "not captured" for name in MEASURES if posts[name].isna().all()}
    bound = ends_with_plus(posts, "comments_count_captured")
    return Measured(posts.drop(columns=[*absent]).assign(comments_count_is_bound=bound), absent)


def computable(decision: str, measured: Measured) -> bool:
    return any(one.decision == decision and one.measure not in measured.absent for one in criteria_of(DECIDED))


@pytest.mark.parametrize("cut_off", [0, 0.3, 10, 20])
@pytest.mark.parametrize("which", range(5))
def test_the_condition_of_a_criterion_says_in_sql_what_it_says_of_a_table_in_memory(which: int, cut_off: float) -> None:
    measured = in_memory(made(8, 200))
    criterion = criteria_of(DECIDED)[which]
    with measured.opened() as db:
        rows = db.execute(f"SELECT {met(criterion, cut_off, measured)} FROM measured ORDER BY post_id").fetchall()
    told = meets(measured.posts.sort_values("post_id"), criterion, cut_off)
    assert [answer for (answer,) in rows] == [None if pd.isna(answer) else bool(answer) for answer in told]


def test_the_random_order_is_the_same_in_the_database_and_out_of_it() -> None:
    posts = made(5, 50).assign(search_rank=pd.array([1] * 50, dtype="Int64"))
    ordered = sampling.in_order(in_memory(posts), DECIDED)["post_id"].tolist()
    assert ordered == sorted(posts["post_id"], key=lambda post: md5(DECIDED["sample_seed"], post))


def test_the_shares_of_words_are_counted_where_a_frame_lacks_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(frames, "VECTORS_AT_ONCE", 1)
    count = 5_000
    posts = pd.DataFrame({
        "post_id": [f"p{n:05}" for n in range(count)], "creator_id": "u", "search_rank": 1, "comments_count": 50,
        "text": [["one two 三", "四五六", "😊"][n % 3] for n in range(count)],
    })  # fmt: skip
    written(posts, tmp_path / "frame.parquet")
    frame = frames.open_frame(study_of(tmp_path, "frame.parquet"), DECIDED)
    with frame.opened() as db:
        counted = db.execute("SELECT newcomer_share, count(*) FROM measured GROUP BY 1 ORDER BY 1").fetchall()
    assert [(share and round(share, 3), posts) for share, posts in counted] == [
        (0.0, 1667),
        (0.667, 1667),
        (None, 1666),
    ]


def without_shares(count: int, **columns: Any) -> pd.DataFrame:
    """Posts with texts in which the shares of words are to be counted."""
    usual = {"post_id": [f"p{n:05}" for n in range(count)], "creator_id": "u", "search_rank": 1, "comments_count": 50}
    return pd.DataFrame({**usual, "text": "word", **columns})


def test_a_column_may_be_empty_in_many_posts_whose_shares_are_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(frames, "VECTORS_AT_ONCE", 1)
    late = [n >= 3_000 for n in range(5_000)]
    posts = without_shares(5_000, creator_id=["u" if told else None for told in late],
                           likes_captured=["7+" if told else None for told in late],
                           host_comments=pd.array([9 if told else None for told in late], dtype="Int64"))  # fmt: skip
    written(posts, tmp_path / "frame.parquet")
    frame = frames.open_frame(study_of(tmp_path, "frame.parquet"), DECIDED)
    with frame.opened() as db:
        kinds = {name: kind for name, kind, *_ in db.execute("DESCRIBE measured").fetchall()}
        told = db.execute(
            "SELECT count(creator_id), sum(host_comments), count(newcomer_share) FROM measured"
        ).fetchone()
    assert told == (2_000, 18_000, 5_000)
    assert (kinds["creator_id"], kinds["host_comments"], kinds["newcomer_share"]) == ("VARCHAR", "BIGINT", "DOUBLE")


@pytest.mark.parametrize("error", [KeyboardInterrupt(), duckdb.IOException("No space left on device"), OSError("no")])
def test_what_ends_the_counting_of_shares_leaves_nothing_behind(
    error: BaseException, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(without_shares(5_000), tmp_path / "frame.parquet")
    room, count, pieces = tmp_path / "room", frames.share_of, iter([None, error])
    room.mkdir()

    def share_of(*given: Any) -> Any:
        if raised := next(pieces):
            assert list(room.glob("*/*.parquet"))
            raise raised
        return count(*given)

    monkeypatch.setattr(frames, "VECTORS_AT_ONCE", 1)
    monkeypatch.setattr(frames, "share_of", share_of)
    monkeypatch.setattr("tempfile.tempdir", str(room))
    with pytest.raises((type(error), TableError)):
        frames.open_frame(study_of(tmp_path, "frame.parquet"), DECIDED)
    assert not list(room.iterdir())


def test_shares_for_which_there_is_no_room_are_told_and_leave_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(without_shares(5_000), tmp_path / "frame.parquet")
    (tmp_path / "room").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "room"))
    told = r"room/compendium-.*: could not be written \(.*Free room there, or give the frame the column newcomer_share"
    with pytest.raises(TableError, match=told), room_for(2_000):
        frames.open_frame(study_of(tmp_path, "frame.parquet"), DECIDED)
    assert not list((tmp_path / "room").iterdir())


@pytest.mark.parametrize("name", ["COMPENDIUM_READS", "COMPENDIUM_RESULTS"])
def test_shares_stay_as_long_as_their_frame_and_in_a_run_within_its_folder(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(without_shares(10), tmp_path / "frame.parquet")
    (tmp_path / ".reads").mkdir()
    monkeypatch.setenv(name, str(tmp_path / ".reads/03-sample"))
    frame = frames.open_frame(study_of(tmp_path, "frame.parquet"), DECIDED)
    assert list(tmp_path.glob(".reads/compendium-*/000000.parquet"))
    with frame.opened() as db:
        assert db.execute("SELECT count(newcomer_share) FROM measured").fetchone() == (10,)
    del frame, db
    gc.collect()
    assert not list(tmp_path.glob(".reads/compendium-*"))


def test_the_exchange_is_counted_in_the_studys_comments_as_for_a_table_in_memory(tmp_path: Path) -> None:
    whole = open_study(root=PROJECT_ROOT)
    for name in ("posts", "comments", "creators"):
        table = whole.table(name)
        written(table, tmp_path / f"{name}.parquet")
    parts = {name: f"{name}.parquet" for name in ("comments", "creators")}
    decided = whole.decided(**dict.fromkeys(sampling.DECIDED))
    large = sampling.draw_from(sampling.measure_study(study_of(tmp_path, "posts.parquet", **parts), decided), decided)
    small = sampling.draw_from(sampling.measure_study(whole, decided), decided)
    assert large.flow.equals(small.flow)
    assert large.posts.equals(small.posts)
    assert len(small.posts) == 120


@pytest.mark.parametrize("ending", ["parquet", "csv"])
def test_of_the_posts_of_a_frame_only_what_is_shown_is_read(ending: str, tmp_path: Path) -> None:
    posts = pd.DataFrame({
        "post_id": [3, 1, 2], "text": ["a", None, "c"], "published_at": [1736726400, None, None],
        "collected_at": "13.1.2025 at noon", "likes": 2.5, "hashtags": "many, and all of them",
    })  # fmt: skip
    path = tmp_path / f"frame.{ending}"
    if ending == "csv":
        posts.to_csv(path, index=False)
    else:
        written(posts, path)
    shown = frames.posts_of(study_of(tmp_path, path.name), pd.Series(["3", "1"]))
    expected = pd.DataFrame({"post_id": ["1", "3"], "title": [None, None], "text": [None, "a"]}, dtype="str")
    pd.testing.assert_frame_equal(shown, expected)


# What cannot be read is told, and nothing is left behind.


@pytest.mark.parametrize(
    ("columns", "told"),
    [
        (
            {"post": ["p"], "creator_id": ["u"], "search_rnk": [1], "comments_count": [1], "text": ["x"]},
            r"column 'post_id' is missing. Nearest: 'post'.\n.*column 'search_rank' is missing. Nearest: 'search_rnk'.",
        ),
        ({"post_id": ["p"], "creator_id": ["u"], "search_rank": [1], "comments_count": [2]},
         "column 'text' is missing, and 'newcomer_share' as well"),
        ({name: [] for name in ("post_id", "creator_id", "search_rank", "comments_count", "newcomer_share")},
         "the frame has no posts"),
        ({"post_id": ["p", "p"], "creator_id": ["u", "u"], "search_rank": [1, 1], "comments_count": [50, 50],
          "newcomer_share": [1.0, 1.0]}, "p stands there more than once"),
        ({"post_id": [None], "creator_id": ["u"], "search_rank": [1], "comments_count": [50], "newcomer_share": [1.0]},
         "1 of those that meet every criterion have no post_id"),
        ({"post_id": ["p"], "creator_id": ["u"], "search_rank": ["first"], "comments_count": [50],
          "newcomer_share": [1.0]}, "a cell is not of its column's kind"),
    ],
    ids=["several columns", "no words", "no posts", "a post twice", "no identifier", "no number"],
)  # fmt: skip
def test_a_frame_that_cannot_be_used_says_why(columns: Any, told: str, tmp_path: Path) -> None:
    written(pd.DataFrame(columns), tmp_path / "frame.parquet")
    this = study_of(tmp_path, "frame.parquet")
    with pytest.raises(TableError, match=f"posts.*{told}"):
        sampling.draw_from(sampling.measure_study(this, DECIDED), DECIDED)


@pytest.mark.parametrize(
    ("ending", "lacking", "told"),
    [("parquet", ["comments_count"], "comments_count"), ("parquet", ["newcomer_share"], "newcomer_share"),
     ("csv", ["search_rank", "creator_id"], "creator_id")],
)  # fmt: skip
def test_one_file_of_many_without_a_needed_column_is_named(
    ending: str, lacking: list[str], told: str, tmp_path: Path
) -> None:
    for name, left_out in (("a", []), ("b", lacking), ("c", ["likes", "likes_captured"])):
        posts = made(3, 50).assign(text="word").drop(columns=left_out)
        if ending == "csv":
            posts.to_csv(tmp_path / f"{name}.csv", index=False)
        else:
            written(posts, tmp_path / f"{name}.parquet")
    with pytest.raises(TableError, match=rf"tables, posts, b\.{ending}: column '{told}' is missing"):
        drawn_from(tmp_path, f"*.{ending}")
    (tmp_path / f"b.{ending}").unlink()
    assert len(made(3, 50)) * 2 == frames.count_posts(study_of(tmp_path, f"*.{ending}"), DECIDED)


def test_signs_of_patterns_in_the_names_of_folders_and_files_are_names(tmp_path: Path) -> None:
    posts = made(3, 200)
    written(posts, tmp_path / "frame.parquet")
    whole = drawn_from(tmp_path, "frame.parquet")
    folder = tmp_path / "study [1]*"
    (folder / "parts").mkdir(parents=True)
    (tmp_path / "study 1 and more/parts").mkdir(parents=True)
    written(posts.iloc[:9], tmp_path / "study 1 and more/parts/0.parquet")
    written(posts, folder / "frame[2]?.parquet")
    posts.to_csv(folder / "posts[3].csv", index=False)
    for number in range(2):
        written(posts.iloc[number::2], folder / f"parts/{number}.parquet")
    for file in ("frame[2]?.parquet", "posts[3].csv", "parts", "parts/*.parquet", "p[a]rts/?.parquet"):
        assert drawn_from(folder, file).posts.equals(whole.posts)
    assert files_at(folder / "parts/[01].parquet") == files_at(folder / "parts")
    assert files_at(folder / "absent.parquet") == [folder / "absent.parquet"]
    with pytest.raises(TableError, match="there is no such file"):
        drawn_from(folder, "frame[4].parquet")


def test_a_broken_file_and_one_that_is_not_there_are_told(tmp_path: Path) -> None:
    written(made(1, 100), tmp_path / "frame.parquet")
    content = (tmp_path / "frame.parquet").read_bytes()
    (tmp_path / "frame.parquet").write_bytes(content[: len(content) // 2])
    with pytest.raises(TableError, match="not a readable file"):
        sampling.measure_study(study_of(tmp_path, "frame.parquet"), DECIDED)
    with pytest.raises(TableError, match="there is no such file"):
        sampling.measure_study(study_of(tmp_path, "absent/*.parquet"), DECIDED)
    for number in range(3):
        written(made(number, 100), tmp_path / f"part{number}.parquet")
    (tmp_path / "part1.parquet").write_bytes(content[: len(content) // 2])
    with pytest.raises(TableError, match=r"not a readable file.*part1\.parquet"):
        sampling.measure_study(study_of(tmp_path, "part*.parquet"), DECIDED)


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (duckdb.OutOfMemoryException("failed to allocate data of size 16 MiB"), "more memory was needed"),
        (duckdb.OutOfMemoryException("failed to offload data block"), "has no room for what does not fit"),
        (duckdb.IOException("Could not write file: No space left on device"), "has no room for what does not fit"),
    ],
    ids=["memory", "memory and disk", "disk"],
)
def test_running_out_of_memory_or_disk_is_told_and_leaves_nothing_behind(
    error: Exception, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with pytest.raises(TableError, match=told), frame_files.database("posts"):
        raise error
    assert not list(tmp_path.iterdir())


def test_memory_runs_out_in_earnest_where_a_frame_keeps_more_than_fits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_frame(tmp_path / "frame.parquet", 100_000, 1)
    monkeypatch.setattr(frame_files, "MEMORY", "10MB")
    lax = {**DECIDED, "search_rank_at_most": 1000, "newcomer_share_at_least": 0.0, "min_comments": 0,
           "min_host_comments": 0, "min_creator_replies": 0}  # fmt: skip
    with pytest.raises(TableError, match="more memory was needed than the 10MB"):
        sampling.draw_from(sampling.measure_study(study_of(tmp_path, "frame.parquet"), lax), lax)


# The made-up frame.


def test_a_made_up_frame_is_the_same_for_the_same_seed_and_marked(tmp_path: Path) -> None:
    for name, seed in (("one", 1), ("again", 1), ("other", 2)):
        write_frame(tmp_path / f"{name}.parquet", 3_000, seed)
    one, again, other = ((tmp_path / f"{name}.parquet").read_bytes() for name in ("one", "again", "other"))
    assert one == again
    assert one != other
    with connected() as db:
        told = db.execute(
            f"SELECT count(*), count(DISTINCT post_id), min(source) FROM '{tmp_path / 'one.parquet'}'"
        ).fetchone()
    assert told is not None
    assert told[:2] == (3_000, 3_000)
    assert "stand-in" in told[2]


def test_no_posts_are_no_frame(tmp_path: Path) -> None:
    with pytest.raises(StudyError, match="--posts: found 0; expected how many"):
        write_frame(tmp_path / "frame.parquet", 0, 1)
    assert not list(tmp_path.iterdir())


def test_a_frame_for_which_there_is_no_room_is_told_and_what_was_there_stays(tmp_path: Path) -> None:
    path = tmp_path / "frame.parquet"
    write_frame(path, 100, 1)
    before = path.read_bytes()
    told = r"frame\.parquet: could not be written \(.*Free room there, or name another --out.*before stays"
    with pytest.raises(TableError, match=told), room_for(50_000):
        write_frame(path, 10_000, 1)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_more_posts_than_are_looked_at_are_told_as_at_least_so_many(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(made(3, 500), tmp_path / "frame.parquet")
    measured = sampling.measure_study(study_of(tmp_path, "frame.parquet"), DECIDED)
    for module in (sampling, finding):
        monkeypatch.setattr(module, "NEAR", 20)
    with pytest.raises(StudyError, match="'p000' begins the identifiers of at least 20 posts: p00000, p00001, "):
        finding.find_among(measured, "p000")
    with pytest.raises(StudyError, match="'p0001' begins the identifiers of 10 posts: p00010, "):
        finding.find_among(measured, "p0001")


def test_a_post_of_a_frame_is_explained_and_found_by_what_the_book_shows(tmp_path: Path) -> None:
    written(made(3, 500), tmp_path / "frame.parquet")
    measured = sampling.measure_study(study_of(tmp_path, "frame.parquet"), DECIDED)
    drawn = sampling.draw_from(measured, DECIDED)
    first = drawn.posts["post_id"].iloc[0]
    shown = masked(pd.Series([first]))[0]
    assert finding.find_among(measured, first) == finding.find_among(measured, shown) == first
    told = sampling.explain_post(measured, drawn, DECIDED, first).set_index("step")
    assert told.loc["sample", "why"] == f"place 1 of {len(drawn.posts)}"
    with pytest.raises(StudyError, match="'p99999' is no post of the corpus"):
        finding.find_among(measured, "p99999")
