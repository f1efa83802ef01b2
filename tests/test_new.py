import csv
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
import yaml

from analysis import glimpse, replication, schema, study_file
from analysis.checking import check_study
from analysis.computable import NotComputable
from analysis.criteria import Measured
from analysis.database import connected
from analysis.errors import BusyError, CaptureError, StudyError
from analysis.guesses import count_scripts, guess_sides, languages_of_scripts
from analysis.importing import Imported
from analysis.scripts import SCRIPTS
from analysis.settings import DECISIONS, Side
from analysis.staging import Staged
from analysis.study import open_study
from analysis.suggestions import (
    Captured,
    Suggestion,
    suggest_decisions,
    suggest_size,
    suggest_thresholds,
    values_to_try,
)
from analysis.tables import write_parquet
from coded import frame
from making import PROJECT, contents

NONE = NotComputable("no comments were imported")
SIDES = {
    "newcomer": Side("arrivals", "es", "Spanish", "Latin"),
    "host": Side("locals", "ja", "Japanese", "Japanese"),
}
COMPENDIUM = Path(sys.executable).with_name("compendium")
ORIGINAL = yaml.safe_load((PROJECT / "data/liu2025/study.yml").read_text(encoding="utf-8"))["decisions"]
DECIDED = {name: entry["value"] for name, entry in ORIGINAL.items()} | {"engagement_by": "likes"}


def many_posts(count: int = 300, **columns: list[object]) -> pd.DataFrame:
    return frame(
        "posts",
        post_id=[f"p{n:03}" for n in range(count)],
        creator_id=[f"u{n % 60:02}" for n in range(count)],
        title=[None] * count,
        text=["hola a todos" if n % 3 else "みなさん、こんにちは" for n in range(count)],
        **{"likes": list(range(count)), "comments_count": [n % 50 for n in range(count)], **columns},
    )


def measured(**columns: list[float | None]) -> Measured:
    """Posts of which only these measures were captured."""
    names = ("likes_place", "newcomer_share", "comments_count", "host_comments", "creator_replies", "search_rank")
    count = len(next(iter(columns.values())))
    posts = pd.DataFrame({name: pd.Series(cells, dtype="Float64") for name, cells in columns.items()})
    posts = posts.assign(post_id=[f"p{n:03}" for n in range(count)], creator_id=[f"u{n:03}" for n in range(count)])
    bounds = dict.fromkeys(("likes_place_is_bound", "comments_count_is_bound"), False)
    return Measured(posts.assign(**bounds), {name: f"no {name}" for name in names if name not in columns})


# The two sides.


@pytest.mark.parametrize(
    ("texts", "scripts"),
    [
        (["hola", "buenos días", "こんにちは、東京", "東京"], ["Latin", "Japanese"]),
        (["hello there", "你好", "我是新来的", "かわいい"], ["Han", "Kana"]),
        (["привет", "как дела", "γεια"], ["Cyrillic", "Greek"]),
        (["hello 你好你好你好", "a long sentence of many words 你"], ["Han", "Latin"]),
        (["hello", "😊", "12"], ["Latin", "Latin"]),
        (["😊", None], ["Latin", "Latin"]),
    ],
)
def test_the_two_most_frequent_scripts_become_the_sides(texts, scripts):
    posts = frame("posts", post_id=[str(n) for n in range(len(texts))], title=[None] * len(texts), text=texts)
    sides = guess_sides(count_scripts(posts, NONE)).sides
    assert sorted(side.script for side in sides.values()) == sorted(scripts)


def test_who_writes_most_posts_is_taken_for_the_newcomers_and_said_to_be_a_guess():
    posts = frame("posts", post_id=["1", "2", "3"], title=["hola", "buenas", "안녕"], text=[None] * 3)
    comments = frame("comments", comment_id=list("abcd"), post_id=["1"] * 4, text=["안녕"] * 4)
    guessed = guess_sides(count_scripts(posts, comments))
    assert [side.script for side in guessed.sides.values()] == ["Latin", "Hangul"]
    assert guessed.counted == "Hangul: 1 posts, 4 comments; Latin: 2 posts, 0 comments"
    assert guessed.to_confirm[0].startswith("sides: who arrived? Taken for newcomers are those who write a language in")


def test_a_script_that_many_languages_use_leaves_the_language_open():
    sides = guess_sides(count_scripts(many_posts(9), NONE)).sides
    assert (sides["newcomer"].language, sides["newcomer"].language_name) == ("und-Latin", "a language in Latin letters")
    assert (sides["host"].language, sides["host"].language_name) == ("ja", "Japanese")


def test_a_capture_in_one_script_says_that_it_cannot_tell_languages_apart():
    posts = frame("posts", post_id=["1"], title=["hola"], text=[None])
    guessed = guess_sides(count_scripts(posts, NONE))
    assert guessed.to_confirm[-1].startswith("sides: script. The capture shows Latin letters only")
    assert not any("who arrived" in told for told in guessed.to_confirm)
    found = suggest_decisions(Captured(posts, NONE, NONE, guessed.sides), ORIGINAL)["side_by"]
    assert found.value == "creators"
    assert "a table of accounts with the side of each" in found.reason


def test_every_script_that_tells_a_language_is_one_that_is_known():
    assert set(languages_of_scripts()) <= set(SCRIPTS)


# The decisions.


def test_cut_offs_of_the_original_that_leave_enough_are_kept():
    found = suggest_thresholds(
        measured(likes_place=[n / 400 for n in range(400)], newcomer_share=[1.0] * 400, comments_count=[50] * 400),
        DECIDED,
    )
    assert {name: found[name].value for name in found} == {name: DECIDED[name] for name in found}
    assert found["likes_top_share"].reason.endswith("by itself it leaves 201 of 400 posts.")
    assert found["min_comments"].counted == "20 leaves 400 of 400 posts"


def test_cut_offs_that_leave_too_few_are_relaxed_to_the_strictest_that_leave_enough():
    posts = measured(likes_place=[0.1] * 200, newcomer_share=[1.0] * 200, comments_count=[n // 10 for n in range(200)])
    found = suggest_thresholds(posts, DECIDED)
    # 120 of 200 posts are the most commented 60 %: those with 8 comments or more.
    assert found["min_comments"].value == 8
    assert found["min_comments"].counted == "suggested: 8 leaves 120 of 200 posts; the original's 20 would leave 0"
    assert found["min_comments"].reason.endswith("until the 120 wanted were left. With 8, 120 posts pass.")
    assert found["likes_top_share"].value == 0.5


def test_several_cut_offs_are_relaxed_alike():
    shares = [n / 200 for n in range(200)]
    posts = measured(likes_place=[1 - share for share in shares], newcomer_share=shares, comments_count=[9] * 200)
    found = suggest_thresholds(posts, {**DECIDED, "posts_wanted": 150})
    assert (found["likes_top_share"].value, found["newcomer_share_at_least"].value) == (0.76, 0.24)
    assert isinstance(found["min_comments"].value, int)


def test_too_few_posts_are_said_to_be_too_few_and_no_criterion_asks_for_nothing():
    posts = measured(likes_place=[0.1, 0.9], newcomer_share=[0.0, 1.0], comments_count=[None, 3])
    found = suggest_thresholds(posts, DECIDED)
    values = [found[name].value for name in ("likes_top_share", "newcomer_share_at_least", "min_comments")]
    assert values == [0.9, 0.01, 3]
    assert "as far as it helped; 1 of the 120 wanted are left" in found["min_comments"].reason


def test_a_criterion_that_no_post_meets_is_not_applied_and_says_so():
    posts = measured(likes_place=[0.1] * 120, newcomer_share=[1.0] * 120, comments_count=[50] * 120,
                     host_comments=[9] * 120, creator_replies=[0] * 120)  # fmt: skip
    found = suggest_thresholds(posts, DECIDED)["min_creator_replies"]
    assert found.value == 0
    assert found.reason.startswith("Not applied (0 asks for nothing): the creator's replies to hosts, of which no post")


def test_one_answer_of_the_creator_is_asked_for_where_any_post_shows_one():
    posts = measured(likes_place=[0.1] * 120, newcomer_share=[1.0] * 120, comments_count=[50] * 120,
                     host_comments=[9] * 120, creator_replies=[1] * 5 + [0] * 115)  # fmt: skip
    found = suggest_thresholds(posts, DECIDED)
    assert found["min_creator_replies"].value == 1
    relaxed = {**DECIDED, **{name: suggestion.value for name, suggestion in found.items()}}
    assert suggest_size(posts, relaxed)["posts_wanted"].value == 5


def test_a_cut_off_on_what_was_not_captured_is_kept_and_says_so():
    found = suggest_thresholds(measured(likes_place=[0.1] * 120, newcomer_share=[1.0] * 120), DECIDED)
    assert found["min_host_comments"].value == 3
    assert found["min_host_comments"].counted == "not computable: no host_comments"
    assert found["search_rank_at_most"].reason.endswith("not used, because posts are taken by likes.")


@pytest.mark.parametrize(
    ("creators", "size"),
    [
        ([f"u{n % 40}" for n in range(200)], (120, 40, 3)),
        ([f"u{n}" for n in range(200)], (120, 120, 3)),
        ([f"u{n % 10}" for n in range(200)], (30, 10, 3)),
        ([None] * 200, (120, 40, 3)),
    ],
)
def test_the_size_of_the_sample_is_what_can_be_drawn(creators, size):
    posts = measured(likes_place=[0.1] * 200, newcomer_share=[1.0] * 200, comments_count=[50] * 200)
    posts = Measured(posts.posts.assign(creator_id=pd.Series(creators, dtype="str")), posts.absent)
    found = suggest_size(posts, DECIDED)
    assert tuple(found[name].value for name in ("posts_wanted", "creators_wanted", "per_creator_at_most")) == size


@pytest.mark.parametrize(
    ("ranks", "by"), [([1, 2, None], "search_rank"), ([1, None, None], "likes"), ([None] * 3, "likes")]
)
def test_likes_stand_for_prominence_unless_most_posts_have_a_rank(ranks, by):
    posts = many_posts(3, search_rank=ranks)
    assert suggest_decisions(Captured(posts, NONE, NONE, SIDES), ORIGINAL)["engagement_by"].value == by


def test_sides_are_told_by_the_creators_where_a_capture_tells_them():
    told = frame("creators", creator_id=["u00"], side=["host"])
    untold = frame("creators", creator_id=["u00"], side=[None])
    by = [
        suggest_decisions(Captured(many_posts(3), NONE, found, SIDES), ORIGINAL)["side_by"].value
        for found in (told, untold, NONE)
    ]
    assert by == ["creators", "language", "language"]


def test_every_decision_has_a_value_that_makes_sense_and_a_reason():
    for posts in (many_posts(), many_posts(5), NotComputable("no posts were imported")):
        found = suggest_decisions(Captured(posts, NONE, NONE, SIDES), ORIGINAL)
        assert list(found) == list(DECISIONS)
        assert all(suggestion.reason.endswith(".") for suggestion in found.values())


def test_robustness_tries_the_decided_value_and_its_neighbours():
    tried = values_to_try({**DECIDED, "min_comments": 7, "likes_top_share": 0.75})
    assert tried["min_comments"] == [7, 10, 20]
    assert tried["likes_top_share"] == [0.25, 0.5, 0.75]
    assert "search_rank_at_most" not in tried
    assert "search_rank_at_most" in values_to_try({**DECIDED, "engagement_by": "search_rank"})


# The file.


def draft(**changes: object) -> study_file.Draft:
    sides = guess_sides(count_scripts(many_posts(9), NONE))
    decisions = suggest_decisions(Captured(many_posts(), NONE, NONE, sides.sides), ORIGINAL)
    given = {"title": "My study", "capture": {"date": "to be filled in"}} | changes
    return study_file.Draft(guessed=sides, decisions=decisions, **given)


@pytest.mark.parametrize(
    "title", ["2025", "no", "a: b", "a # b", "- a", '"quoted" \\', "研究 😊", "a, [b]", "~", "a\tb"]
)
def test_what_is_written_is_read_back(title):
    mapped = glimpse.Guessed({"posts": [{"columns": {"post_id": title}}]})
    written = draft(title=title, mapped=mapped)
    read = yaml.safe_load(study_file.written(written))
    assert read["title"] == read["mapping"]["posts"]["columns"]["post_id"] == title
    for name, suggestion in written.decisions.items():
        assert read["decisions"][name] == {"value": suggestion.value, "reason": suggestion.reason}
    assert read["to_confirm"][2:] == [*written.guessed.to_confirm, study_file.GUESSED_MAPPING]


def test_a_long_reason_keeps_its_hyphens():
    reason = "A " + "well-known-and-much-hyphenated-word " * 20 + "ends."
    decisions = {"min_comments": Suggestion(1, reason)}
    written = study_file.written(replace(draft(), decisions=decisions))
    assert yaml.safe_load(written)["decisions"]["min_comments"]["reason"] == reason


def test_the_file_says_what_was_counted_and_no_line_is_long():
    lines = study_file.written(draft()).splitlines()
    assert "  # From the capture: 0 % of the posts have a search rank." in lines
    assert (
        "# Guessed by the scripts of the capture: Latin: 6 posts, 0 comments; Japanese: 3 posts, 0 comments." in lines
    )
    assert max(map(len, lines)) <= 120


def test_the_original_is_named_as_the_original_and_its_words_are_not_taken_over():
    told = study_file.written(draft())
    assert not [word for word in ("Xiaohongshu", "RedNote", "TikTok", "English", "article") if word in told]


# The command.

ROWS = [
    {
        "id": f"note-{n}", "user": f"person-{n % 30}", "title": f"saludo {n}",
        "body": "hola a todos" if n % 2 else "こんにちは、みなさん", "likes": n,
    }
    for n in range(150)
]  # fmt: skip


def capture(path: Path, rows: list[dict] = ROWS) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


@pytest.fixture
def without_import(monkeypatch):
    """An import that writes what is needed, and the readers' part taken over."""

    def read_in(study, files, *_):
        kinds = {"integer": "BIGINT", "time": "TIMESTAMPTZ"}
        columns = [(column.name, kinds.get(column.kind, "VARCHAR")) for column in schema.TABLES["posts"].columns]
        given = {"post_id": "id", "text": "body", "source": "'made'"}
        cells = ", ".join(f"{given.get(name, 'NULL')}::{kind} AS {name}" for name, kind in columns)
        with connected() as db:
            write_parquet(db, f"SELECT {cells} FROM read_csv('{files[0]}')", study.corpus / "posts.parquet")
        return Imported(pd.DataFrame(), Staged())

    monkeypatch.setattr(replication.importing, "read_in", read_in)
    monkeypatch.setattr(glimpse, "guess_mapping", lambda files, scratch: glimpse.Guessed({}))
    monkeypatch.setattr(glimpse, "read_wording", lambda files, mapping, scratch: (many_posts(9), NONE))


@pytest.mark.usefixtures("without_import")
def test_a_new_study_is_made_with_its_corpus_and_its_suggestions(small):
    made = replication.new_study(small, "my-study", [capture(small / "posts.csv")])
    assert made.imported == {"posts": 150}
    assert (made.study.title, made.study.sides["host"].language_name) == ("My study", "Japanese")
    assert made.study.decide("newcomer_share_at_least") == 0.5
    # A third of its hundred and fifty posts: the original's size would leave too little to choose from.
    assert made.study.decide("posts_wanted") == 50
    assert made.to_confirm == made.study.settings["to_confirm"]
    assert sorted(path.name for path in (small / "data").iterdir()) == ["liu2025", "my-study"]


@pytest.mark.usefixtures("without_import")
def test_a_study_that_is_there_is_never_overwritten(small):
    (small / "data/mine").mkdir()
    (small / "data/mine/notes.txt").write_text("mine")
    with pytest.raises(StudyError, match=r"data/mine/ is there already.*compendium import mine FILE"):
        replication.new_study(small, "mine", [capture(small / "posts.csv")])
    assert contents(small / "data/mine") == {"notes.txt": b"mine"}


@pytest.mark.usefixtures("without_import")
def test_an_empty_folder_is_no_study_yet(small):
    (small / "data/mine").mkdir()
    assert replication.new_study(small, "mine", [capture(small / "posts.csv")]).study.name == "mine"


@pytest.mark.usefixtures("without_import")
def test_a_failure_leaves_nothing_behind(small, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    before = contents(small)
    monkeypatch.setattr(replication.importing, "read_in", full)
    with pytest.raises(OSError, match="No space left"):
        replication.new_study(small, "mine", [PROJECT / "README.md"])
    assert contents(small) == before
    assert not (small / "data/mine").exists()


@pytest.mark.usefixtures("without_import")
def test_what_a_killed_command_left_is_cleared_away(small):
    (small / "data/.mine.new/data/mine").mkdir(parents=True)
    (small / "data/.mine.new/data/mine/half.parquet").write_text("half")
    replication.new_study(small, "mine", [capture(small / "posts.csv")])
    assert not (small / "data/.mine.new").exists()
    assert not (small / "data/mine/half.parquet").exists()


@pytest.mark.usefixtures("without_import")
def test_two_commands_do_not_make_the_same_study_at_once(small):
    import os

    (small / "data/.mine.lock").write_text(str(os.getpid()))
    with pytest.raises(BusyError, match="compendium new mine: another process"):
        replication.new_study(small, "mine", [capture(small / "posts.csv")])


@pytest.mark.parametrize("name", ["a b", "../x", ".x", ""])
def test_a_name_that_leads_elsewhere_is_refused(small, name):
    with pytest.raises(StudyError, match="is not a name for a study"):
        replication.new_study(small, name, [capture(small / "posts.csv")])


def test_the_name_of_the_original_is_taken(small):
    with pytest.raises(StudyError, match=r"'liu2025' is the original's name\. Give yours another: compendium new MY-S"):
        replication.new_study(small, "liu2025", [capture(small / "posts.csv")])


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["posts.csv"], "--from is missing before the files: compendium new mine --from posts.csv"),
        ([], "compendium new: no file was given. Name the capture files: --from FILE FILE."),
    ],
)
def test_files_without_their_sign_get_a_hint(small, words, told):
    done = subprocess.run([COMPENDIUM, "new", "mine", *words], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (1, f"{told}\n")
    assert not (small / "data/mine").exists()


def test_all_files_that_are_not_there_are_told_at_once(small):
    with pytest.raises(CaptureError) as error:
        replication.new_study(small, "mine", [Path("a.csv"), Path("data"), capture(small / "posts.csv")])
    assert (
        str(error.value)
        == "a.csv: there is no such file. Check the path.\ndata: a folder; expected a file. Check the path."
    )


def test_no_file_is_told(small):
    with pytest.raises(CaptureError, match="compendium new: no file was given"):
        replication.new_study(small, "mine", [])


# The readers and the import as they are.


def test_a_file_of_no_known_format_gets_the_mapping_that_its_columns_suggest(tmp_path):
    found = glimpse.guess_mapping([capture(tmp_path / "posts.csv")], tmp_path / "scratch")
    assert found.mapping["posts"][0]["columns"].items() >= {"post_id": "id", "text": "body", "likes": "likes"}.items()
    posts, comments = glimpse.read_wording([tmp_path / "posts.csv"], found.mapping, tmp_path / "scratch")
    assert (len(posts), isinstance(comments, NotComputable)) == (150, True)
    assert guess_sides(count_scripts(posts, comments)).sides["host"].script in {"Japanese", "Latin"}


def test_a_capture_goes_from_file_to_a_checked_study(small):
    path = capture(small / "posts.csv")
    done = subprocess.run([COMPENDIUM, "new", "mine", "--from", path], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    told = done.stdout.splitlines()
    assert "Made data/mine/study.yml." in told
    assert re.search(r"all +posts +150 +0 +0 +150", done.stdout)
    assert told[-4:] == ["Next:", "  compendium check mine", "  compendium run mine", "  compendium book mine"]
    checked = check_study(open_study("mine", small))
    assert any(line.startswith("  posts: 150 rows, captured") for line in checked.tables)
    assert {answer.notebook: answer.verdict for answer in checked.answers}["04-exchange"] == "partly"
    assert checked.to_confirm == open_study("mine", small).settings["to_confirm"]
    again = subprocess.run([COMPENDIUM, "new", "mine", "--from", path], capture_output=True, text=True, check=False)
    assert (again.returncode, again.stdout) == (1, "")
    assert "data/mine/ is there already" in again.stderr
    assert not list(small.glob("data/.mine*"))


def test_several_files_may_follow_from(small):
    half = capture(small / "one.csv", ROWS[:80]), capture(small / "two.csv", ROWS[70:])
    done = subprocess.run([COMPENDIUM, "new", "mine", "--from", *half], capture_output=True, text=True, check=False)
    assert re.search(r"all +posts +160 +0 +10 +150", done.stdout), done.stderr
