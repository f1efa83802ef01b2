"""What a new study leaves when its files cannot be read at once: a study.yml to fill in, and what to do with it."""

from pathlib import Path

import pytest
import yaml

from analysis import importing, replication
from analysis.errors import CaptureError
from analysis.study import open_study
from containers import write_csv, write_lines
from making import contents

POSTS = [
    {"id": "a1", "author": "mira", "text": "Hola a todos", "likes": "12", "date": "2025-01-14T09:30:00Z"},
    {"id": "a2", "author": "jo", "text": "みなさん、こんにちは", "likes": "3,4k", "date": "2025-01-15T18:05:00Z"},
]
UNKNOWN = [{"Nr": "a1", "Wer": "mira", "Beitrag": "Hola a todos", "Gefällt": "12"},
           {"Nr": "a2", "Wer": "jo", "Beitrag": "みなさん、こんにちは", "Gefällt": "3"}]  # fmt: skip


def left(root: Path, rows: list[dict], *more: Path) -> tuple[str, list[str]]:
    """What a new study says of a file that it cannot read, and the lines of the study.yml that it leaves."""
    path = write_csv(root / "posts.csv", rows)
    before = {name for name in contents(root) if not name.startswith("posts.csv")}
    with pytest.raises(CaptureError) as refused:
        replication.new_study(root, "mine", [path, *more])
    assert contents(root).keys() - before == {"posts.csv", "data/mine/study.yml"}
    return str(refused.value), (root / "data/mine/study.yml").read_text(encoding="utf-8").splitlines()


def change(root: Path, *changes: tuple[str, str]) -> None:
    path = root / "data/mine/study.yml"
    text = path.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    path.write_text(text, encoding="utf-8")


def posts(root: Path) -> list[dict]:
    importing.import_captures(open_study("mine", root), [root / "posts.csv"])
    return open_study("mine", root).table("posts").to_dict("records")


def test_an_unknown_table_leaves_a_mapping_to_fill_in_and_says_in_which_lines(small):
    told, lines = left(small, UNKNOWN)
    assert "in no format that is known here.\nFound: rows of cells separated by commas.\n  columns: Nr, Wer, " in told
    gaps = [number for number, line in enumerate(lines, start=1) if "COLUMN OF THE" in line and "#" not in line]
    assert [lines[number - 1].strip() for number in gaps] == [
        "post_id: COLUMN OF THE IDENTIFIER",
        "text: COLUMN OF THE TEXT",
    ]
    assert told.splitlines()[-3:] == [
        "Nothing was imported, but data/mine/study.yml was written, to be corrected.",
        f"Fill in, in line {gaps[0]} and {gaps[1]}: a column of the file in the place of what is in capitals.",
        f"Then: compendium import mine {small / 'posts.csv'}",
    ]
    assert "# Columns of the file: Nr, Wer, Beitrag, Gefällt." in lines
    assert any(line.startswith("  # Ours: post_id, creator_id, ") for line in lines)
    assert "  #   columns:" in lines[gaps[-1] :]
    assert any("nothing had been imported, so each is the original's" in line for line in lines)


def test_a_mapping_that_was_filled_in_is_imported_by(small):
    left(small, UNKNOWN)
    change(small, ("COLUMN OF THE IDENTIFIER", "Nr"), ("COLUMN OF THE TEXT", "Beitrag\n      likes: Gefällt"))
    assert [(post["post_id"], post["text"], post["likes"]) for post in posts(small)] == [
        ("a1", "Hola a todos", 12),
        ("a2", "みなさん、こんにちは", 3),
    ]


def test_the_sides_are_guessed_by_what_is_written_in_an_unknown_table(small):
    left(small, UNKNOWN)
    assert {side.script for side in open_study("mine", small).sides.values()} == {"Latin", "Japanese"}


def test_a_mapping_that_nobody_filled_in_says_what_is_missing(small):
    left(small, UNKNOWN)
    with pytest.raises(CaptureError, match=r"column 'COLUMN OF THE IDENTIFIER', mapped to 'post_id', is missing\."):
        posts(small)


def test_an_unknown_table_with_columns_of_comments_leaves_a_mapping_of_comments(small):
    rows = [{"cid": "c1", "reply_to": "", "quoi": "Hola"}, {"cid": "c2", "reply_to": "c1", "quoi": "やあ"}]
    _, lines = left(small, rows)
    mapping = yaml.safe_load("\n".join(lines))["mapping"]
    assert mapping == {
        "comments": {
            "columns": {
                "comment_id": "cid",
                "post_id": "COLUMN OF THE POST'S IDENTIFIER",
                "text": "COLUMN OF THE TEXT",
                "parent_comment_id": "reply_to",
            }
        }
    }


def test_one_unreadable_cell_leaves_the_mapping_that_was_guessed(small):
    told, lines = left(small, [*POSTS, POSTS[0] | {"id": "a3", "likes": "lots"}])
    assert "posts.csv, line 4: 'likes' is 'lots'; expected a count such as 12, 1.7万 or 10+." in told
    begins = lines.index("mapping:") + 1
    assert f"\nIts mapping begins in line {begins}: correct it there, or correct the cells in the file.\n" in told
    assert {side.script for side in open_study("mine", small).sides.values()} == {"Latin", "Japanese"}
    change(small, ("      likes: likes\n", ""))
    assert len(posts(small)) == 3


@pytest.mark.parametrize(
    ("form", "published"), [("%m/%d/%Y", "2025-03-04 02:00:00+00:00"), ("%d/%m/%Y", "2025-04-03 02:00:00+00:00")]
)
def test_a_day_that_may_be_the_month_leaves_both_lines_to_choose_from(small, form, published):
    told, lines = left(small, [row | {"date": "3/4/2025 10:00"} for row in POSTS])
    choices = [f'time_format: "{day} %H:%M"' for day in ("%m/%d/%Y", "%d/%m/%Y")] + ['utc_offset: "+08:00"']
    numbers = [lines.index(f"    # {choice}") + 1 for choice in choices]
    assert [f"  line {number}: {choice}" for number, choice in zip(numbers, choices, strict=True)] == (
        told.splitlines()[-4:-1]
    )
    assert "'date': times such as '3/4/2025 10:00' can be read in more than one way" in " ".join(
        yaml.safe_load("\n".join(lines))["to_confirm"]
    )
    change(small, (f'# time_format: "{form} %H:%M"', f'time_format: "{form} %H:%M"'), ("# utc_offset", "utc_offset"))
    assert {str(post["published_at"]) for post in posts(small)} == {published}


def test_a_later_day_tells_the_day_from_the_month(small):
    rows = [POSTS[0] | {"id": f"p{n}", "date": f"3/{n % 12 + 1}/2025 10:00"} for n in range(100)]
    path = write_csv(small / "posts.csv", [*rows, POSTS[0] | {"date": "3/14/2025 10:00"}])
    made = replication.new_study(small, "mine", [path])
    assert made.study.settings["mapping"]["posts"]["time_format"] == "%m/%d/%Y %H:%M"


def test_times_without_a_zone_leave_the_line_that_gives_one(small):
    path = write_csv(small / "posts.csv", [row | {"date": "2025-01-14 09:30:00"} for row in POSTS])
    replication.new_study(small, "mine", [path])
    assert '    # utc_offset: "+08:00"' in (small / "data/mine/study.yml").read_text(encoding="utf-8").splitlines()


def test_a_file_that_no_mapping_would_mend_leaves_nothing(small):
    path = small / "broken.csv"
    path.write_bytes(b"id,text\n\xff\xff\xff,\n")
    before = contents(small)
    with pytest.raises(CaptureError, match="is not UTF-8"):
        replication.new_study(small, "mine", [path])
    assert contents(small) == before


def test_every_unknown_file_is_told_and_its_columns_listed(small):
    more = write_lines(small / "more.jsonl", [{"colour": "red"}])
    path = write_csv(small / "posts.csv", UNKNOWN)
    with pytest.raises(CaptureError) as refused:
        replication.new_study(small, "mine", [path, more])
    assert str(refused.value).count("in no format that is known here") == 2
    assert "# Columns of the file: Nr, Wer, Beitrag, Gefällt, colour." in (
        (small / "data/mine/study.yml").read_text(encoding="utf-8").splitlines()
    )


def test_what_was_left_is_never_overwritten(small):
    left(small, UNKNOWN)
    before = contents(small / "data/mine")
    with pytest.raises(replication.StudyError, match="data/mine/ is there already"):
        replication.new_study(small, "mine", [small / "posts.csv"])
    assert contents(small / "data/mine") == before
