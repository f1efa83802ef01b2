"""What 4CAT exported becomes posts and comments; what it says is missing is missing."""

from pathlib import Path

import pandas as pd
import pytest

from analysis.database import connected, frame
from analysis.errors import CaptureError
from analysis.sources import zeeschuimer
from analysis.sources.fourcat import READER
from analysis.sources.opening import opened
from analysis.sources.reader import RAW, Opened

DATA = Path(__file__).resolve().parent / "data" / "fourcat"
OPENED, LISTED, PLAIN = (f"6785e3{place:02x}a276837fb0382e0a" for place in range(1, 4))


def read(path, folder):
    """Every table of a file, and the caveats."""
    with opened(path, folder) as (one,), connected() as db:
        assert READER.recognises(one)
        reading = READER.read(one, db)
        return {name: frame(db, query) for name, query in reading.queries.items()}, reading.caveats


def table_of(name, folder):
    tables, _ = read(DATA / f"{name}.csv", folder)
    assert list(tables) == [name]
    return tables[name]


@pytest.fixture(scope="module")
def posts(tmp_path_factory):
    return table_of("posts", tmp_path_factory.mktemp("scratch")).set_index("post_id")


@pytest.fixture(scope="module")
def comments(tmp_path_factory):
    return table_of("comments", tmp_path_factory.mktemp("scratch"))


def changed(folder, name, old, new):
    """A fixture with something replaced, as another file."""
    content = (DATA / f"{name}.csv").read_text(encoding="utf-8")
    assert old in content
    path = folder / "changed.csv"
    path.write_text(content.replace(old, new), encoding="utf-8")
    return path


def listed(cells):
    return [None if pd.isna(cell) else cell for cell in cells]


COLUMNS = [
    ("account_name", ["Wanda Winter", "豆包", "小河"]),
    ("title", ["Hello from far away", "我家的猫", "晚上好"]),
    ("likes", ["1.7万", "10+", None]),
    ("hashtags", ["tiktok_refugee cattax", None, "学英语 日常"]),
    ("published_from", ["captured", "post_id", "captured"]),
    ("query", [None, "cat tax", None]),
    ("media", [None, "video", None]),
    ("line", [2, 4, 5]),
    ("reason", [None, None, None]),
]


@pytest.mark.parametrize(("column", "expected"), COLUMNS, ids=[column for column, _ in COLUMNS])
def test_a_column_of_posts_is_read(posts, column, expected):
    assert listed(posts[column]) == expected


def test_the_columns_are_raw_ones_of_their_types(tmp_path):
    for name in ("posts", "comments"):
        with opened(DATA / f"{name}.csv", tmp_path) as (one,), connected() as db:
            query = READER.read(one, db).queries[name]
            kinds = {column: str(kind) for column, kind, *_ in db.execute(f"DESCRIBE {query}").fetchall()}
        assert kinds.items() <= RAW[name].items()


def test_a_field_that_is_listed_as_missing_is_never_nought(posts):
    assert pd.isna(posts.loc[PLAIN, "likes"])
    assert pd.isna(posts.loc[LISTED, "text"])


def test_the_time_is_the_unix_one_and_not_the_local_one_of_a_server(posts):
    assert posts.loc[OPENED, "published_at"] == pd.Timestamp("2025-01-14T04:28:48Z")
    assert posts.loc[LISTED, "published_at"] == pd.Timestamp(int("6785e302", 16), unit="s", tz="UTC")


def test_addresses_of_images_are_separated_by_spaces_and_the_post_keeps_its_token(posts):
    assert posts.loc[OPENED, "images"] == "https://images.example.org/1.jpg https://images.example.org/2.jpg"
    assert posts.loc[OPENED, "url"].endswith("?xsec_token=ABone=")


def test_a_text_keeps_its_line_breaks_and_quotes(posts):
    assert posts.loc[OPENED, "text"].startswith('Hi everyone, I am new\nhere, "hello" #')


def test_an_account_has_a_name_and_no_identifier(posts, comments):
    assert "account" not in posts
    assert "account" not in comments


def test_hashtags_of_the_file_serve_only_where_there_is_no_text(tmp_path):
    path = changed(tmp_path, "posts", "我家的猫,,,", '我家的猫,,"cat,tax",')
    path.write_text(path.read_text(encoding="utf-8").replace("body, hashtags", "body"), encoding="utf-8")
    tables, _ = read(path, tmp_path)
    assert listed(tables["posts"]["hashtags"]) == ["tiktok_refugee cattax", "cat tax", "学英语 日常"]


def test_hashtags_that_the_text_does_not_hold_are_not_taken_over(tmp_path):
    tables, _ = read(changed(tmp_path, "posts", " ＃学英语 #日常", ""), tmp_path)
    assert listed(tables["posts"]["hashtags"])[2] is None


def test_one_image_of_the_older_column_is_read(tmp_path):
    tables, _ = read(changed(tmp_path, "posts", "image_urls", "image_url"), tmp_path)
    assert tables["posts"]["images"].iloc[1] == "https://images.example.org/3.jpg"


def test_a_file_of_before_missing_fields_were_listed_is_read(tmp_path):
    tables, _ = read(changed(tmp_path, "posts", "missing_fields", "remarks"), tmp_path)
    assert listed(tables["posts"]["likes"]) == ["1.7万", "10+", "0"]
    assert listed(tables["posts"]["published_from"]) == ["captured", "post_id", "captured"]


def test_comments_are_read(comments):
    assert list(comments["text"]) == ["欢迎你 Wanda", "好可爱，真的"]
    assert listed(comments["likes"]) == ["1.2万", "0"]
    assert listed(comments["replies_count"]) == ["3", "0"]
    assert listed(comments["place"]) == ["上海", None]
    assert list(comments["post_id"]) == [OPENED, OPENED]
    assert comments["created_at"].iloc[0] == pd.Timestamp(1736850060, unit="s", tz="UTC")


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        (f",{LISTED},{LISTED},", f",,{LISTED},", "no identifier"),
        (f",{LISTED},{LISTED},", f",6.785E+23,{LISTED},", "an identifier that a spreadsheet turned into a number"),
        (f"https://www.xiaohongshu.com/explore/{LISTED}", "https://www.tiktok.com/@x", "an item of another platform"),
    ],
)
def test_a_row_that_cannot_be_used_says_why(tmp_path, old, new, reason):
    tables, _ = read(changed(tmp_path, "posts", old, new), tmp_path)
    assert listed(tables["posts"]["reason"]) == [None, reason, None]


def test_a_file_that_another_header_cuts_is_refused_with_the_line(tmp_path):
    path = changed(tmp_path, "posts", "https://images.example.org/3.jpg,https://video", "https://video")
    with pytest.raises(CaptureError, match=r"line 4: 14 cells; expected 15"):
        read(path, tmp_path)


def test_a_file_that_breaks_off_is_refused(tmp_path):
    path = changed(tmp_path, "posts", '"body, hashtags, timestamp, unix_timestamp"', '"body, hash')
    with pytest.raises(CaptureError, match=r"line 4"):
        read(path, tmp_path)


def test_semicolons_separate_as_well(tmp_path):
    path = tmp_path / "semicolons.csv"
    header = (DATA / "comments.csv").read_text(encoding="utf-8").splitlines()[0]
    cells = ["", "c1", "p1", "", "hi, all", "", "Paula", "", "", "3", "0", "1736850060", ""]
    path.write_text(header.replace(",", ";") + "\n" + ";".join(cells) + "\n", encoding="utf-8")
    tables, _ = read(path, tmp_path)
    assert list(tables["comments"]["text"]) == ["hi, all"]


def test_caveats_say_what_the_columns_do_not_carry(tmp_path):
    _, of_posts = read(DATA / "posts.csv", tmp_path)
    _, of_comments = read(DATA / "comments.csv", tmp_path)
    assert any("two accounts of one name" in caveat for caveat in set(of_posts) & set(of_comments))
    assert any("neither saves" in caveat for caveat in of_posts)
    assert any("which comment a reply answers" in caveat for caveat in of_comments)


@pytest.mark.parametrize("name", ["posts", "comments"])
def test_a_table_that_lacks_a_column_of_its_kind_is_not_recognised(name):
    columns = (DATA / f"{name}.csv").read_text(encoding="utf-8").splitlines()[0].split(",")
    optional = {"collected_from_url", "timestamp", "image_urls", "missing_fields"}
    lacking = {left_out: tuple(column for column in columns if column != left_out) for left_out in columns}
    known = [
        left_out
        for left_out, kept in lacking.items()
        if READER.recognises(Opened(Path("x.csv"), "x.csv", "delimited", {"": kept}))
    ]
    assert set(known) == optional & set(columns)


def test_files_of_others_are_not_recognised(tmp_path):
    columns = ("collected_from_url", "id", "thread_id", "url", "body", "author", "likes", "unix_timestamp")
    assert not READER.recognises(Opened(Path("4cat.csv"), "4cat.csv", "delimited", {"": columns}))
    with opened(DATA.parent / "zeeschuimer" / "flattened.ndjson", tmp_path) as (one,):
        assert not READER.recognises(one)
    with opened(DATA / "posts.csv", tmp_path) as (one,):
        assert not zeeschuimer.READER.recognises(one)
