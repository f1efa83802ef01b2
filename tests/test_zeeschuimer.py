"""What Zeeschuimer captured becomes posts and comments, whatever the shape of a record, and nothing vanishes."""

import json
from hashlib import sha256
from pathlib import Path

import pandas as pd
import pytest

from analysis.database import connected, frame
from analysis.sources import zeeschuimer
from analysis.sources.opening import opened
from analysis.sources.reader import RAW, Opened
from analysis.sources.zeeschuimer import FLATTENED, PLUG_IN, READER, UNREADABLE

DATA = Path(__file__).resolve().parent / "data" / "zeeschuimer"
FEED, SEARCH, FLAT, EMBEDDED, PAGE = (f"6785e3{place:02x}a276837fb0382e0a" for place in range(1, 6))
TOP, REPLY, REPLY_TO_REPLY, REPLY_WITHOUT_POST, PLAIN = (f"6790000000000000000000{place:02x}" for place in range(1, 6))


def read(path, folder):
    """Every table of a file, and what was read beside it."""
    with opened(path, folder) as (one,), connected() as db:
        assert READER.recognises(one)
        reading = READER.read(one, db)
        tables = {name: frame(db, query) for name, query in reading.queries.items()}
        return tables, reading.caveats, reading.locate()


@pytest.fixture(scope="module")
def posts(tmp_path_factory):
    tables, _, _ = read(DATA / "posts.ndjson", tmp_path_factory.mktemp("scratch"))
    assert list(tables) == ["posts"]
    return tables["posts"].set_index("post_id")


@pytest.fixture(scope="module")
def comments(tmp_path_factory):
    tables, _, _ = read(DATA / "comments.ndjson", tmp_path_factory.mktemp("scratch"))
    assert list(tables) == ["comments"]
    return tables["comments"].set_index("comment_id")


@pytest.fixture
def broken(tmp_path):
    tables, _, located = read(DATA / "broken.ndjson", tmp_path)
    return tables["posts"], located


def line(data, platform="xiaohongshu.com", **noted):
    return json.dumps({"timestamp_collected": 1737200000000, "source_platform": platform, "data": data, **noted})


def read_lines(folder, *lines):
    path = folder / "capture.ndjson"
    path.write_text("\n".join(lines), encoding="utf-8")
    tables, _, _ = read(path, folder)
    return tables


def test_every_record_becomes_one_row_and_can_be_used(posts):
    assert list(posts.index) == [FEED, SEARCH, FLAT, EMBEDDED, PAGE]
    assert posts["reason"].isna().all()


def test_the_columns_are_raw_ones_of_their_types(tmp_path):
    for name in ("posts", "comments"):
        with opened(DATA / f"{name}.ndjson", tmp_path) as (one,), connected() as db:
            query = READER.read(one, db).queries[name]
            kinds = {column: str(kind) for column, kind, *_ in db.execute(f"DESCRIBE {query}").fetchall()}
        assert kinds.items() <= RAW[name].items()


SHAPES = [
    ("title", ["Hello from far away", "我家的猫", "Dumplings", "晚上好", "Snow!"]),
    ("account_name", ["Wanda Winter", "豆包", "Paula", "小河", "Quentin"]),
    ("hashtags", ["tiktok_refugee cattax", None, None, "日常 学英语", None]),
    ("likes", ["1.7万", "10+", "431", "12", "1千+"]),
    ("collects", ["86", "3", None, None, None]),
    ("comments_count", ["10+", "1", None, "2", None]),
    ("shares", ["0", "4", None, "1", None]),
    ("media", ["image", "video", "video", "image", None]),
    ("place", ["美国", None, None, "上海", None]),
    ("query", [None, "美国 猫", None, None, None]),
    ("names", ["冬天的猫", None, None, "Wanda Winter", None]),
    ("published_from", ["captured", "post_id", "post_id", "captured", "post_id"]),
]


@pytest.mark.parametrize(("column", "expected"), SHAPES, ids=[column for column, _ in SHAPES])
def test_a_column_is_found_in_all_shapes(posts, column, expected):
    assert [None if pd.isna(cell) else cell for cell in posts[column]] == expected


def test_only_opened_posts_have_a_text(posts):
    assert set(posts.index[posts["text"].notna()]) == {FEED, EMBEDDED}
    assert posts.loc[FEED, "text"].startswith("Hi everyone")


def test_an_account_is_the_digest_of_its_identifier(posts):
    assert posts.loc[FEED, "account"] == sha256(b"5f0000000000000000000001").hexdigest()[:16]
    assert posts.loc[EMBEDDED, "account"] == sha256(b"5f0000000000000000000004").hexdigest()[:16]
    assert pd.isna(posts.loc[PAGE, "account"])


def test_a_time_is_captured_or_taken_from_the_identifier_but_never_from_three_days_ago(posts):
    assert posts.loc[FEED, "published_at"] == pd.Timestamp("2025-01-14T04:28:48Z")
    assert posts.loc[EMBEDDED, "published_at"] == pd.Timestamp("2025-01-15T00:13:20Z")
    assert posts.loc[SEARCH, "published_at"] == pd.Timestamp(int("6785e302", 16), unit="s", tz="UTC")
    assert posts.loc[FEED, "collected_at"] == pd.Timestamp(1737200001, unit="s", tz="UTC")


def test_an_address_carries_the_token_without_which_it_is_dead(posts):
    start = "https://www.xiaohongshu.com/explore/"
    tokens = dict(zip(posts.index, ["ABone=", "ABtwo=", "ABthree=", "ABfour=", "ABfive="], strict=True))
    assert list(posts["url"]) == [f"{start}{post}?xsec_token={token}" for post, token in tokens.items()]


def test_images_are_those_of_an_opened_post(posts):
    at = "https://images.example.org/"
    assert posts.loc[FEED, "images"] == f"{at}1.jpg {at}2.jpg"
    assert list(posts["images"].iloc[[1, 3, 4]]) == [f"{at}3.jpg", f"{at}5.jpg", f"{at}6.jpg"]


def test_replies_beneath_a_comment_become_comments(comments):
    assert list(comments.index) == [TOP, REPLY, REPLY_TO_REPLY, REPLY_WITHOUT_POST, PLAIN]
    assert (comments["post_id"] == FEED).all()
    assert comments["reason"].isna().all()


def test_a_reply_answers_the_comment_that_it_names_or_else_the_one_above_it(comments):
    parents = [None if pd.isna(cell) else cell for cell in comments["parent_comment_id"]]
    assert parents == [None, TOP, REPLY, TOP, None]


def test_counts_of_comments_are_as_captured(comments):
    assert [None if pd.isna(cell) else cell for cell in comments["likes"]] == ["1.2万", "5", None, "0", "7"]
    assert [None if pd.isna(cell) else cell for cell in comments["replies_count"]] == ["3", None, None, None, "0"]


def test_names_that_a_comment_mentions_stand_a_line_each(comments):
    assert comments.loc[REPLY, "names"] == "小河\n豆包"
    assert pd.isna(comments.loc[TOP, "names"])


def test_a_comment_has_its_time_place_text_and_author(comments):
    assert comments.loc[TOP, "created_at"] == pd.Timestamp(1736850060, unit="s", tz="UTC")
    assert list(comments.loc[TOP, ["place", "text", "account_name"]]) == ["上海", "欢迎你 Wanda", "小河"]
    assert pd.isna(comments.loc[REPLY, "place"])


def test_exports_put_one_after_the_other_give_both_tables(tmp_path):
    both = [(DATA / f"{name}.ndjson").read_text(encoding="utf-8").strip() for name in ("comments", "posts")]
    tables = read_lines(tmp_path, *both)
    assert {name: len(table) for name, table in tables.items()} == {"posts": 5, "comments": 5}
    assert all(table["reason"].isna().all() for table in tables.values())


def test_a_comment_far_into_a_file_is_found_across_the_end_of_a_block(tmp_path, monkeypatch):
    both = [(DATA / f"{name}.ndjson").read_text(encoding="utf-8").strip() for name in ("posts", "comments")]
    for block in (64, 101, 1000):
        monkeypatch.setattr(zeeschuimer, "_BLOCK", block)
        assert set(read_lines(tmp_path, *both)) == {"posts", "comments"}


def test_flattened_items_give_what_the_export_gives(tmp_path, posts, comments):
    tables, _, _ = read(DATA / "flattened.ndjson", tmp_path)
    pd.testing.assert_frame_equal(tables["posts"].set_index("post_id"), posts)
    pd.testing.assert_frame_equal(tables["comments"].set_index("comment_id"), comments)


def test_every_line_that_cannot_be_used_says_why(broken):
    table, _ = broken
    expected = {
        UNREADABLE: 3,
        "no identifier": 2,
        "an advertisement": 1,
        "an item of another platform (tiktok.com)": 1,
        "a preview without content": 1,
    }
    assert table["reason"].value_counts().to_dict() == expected


def test_a_record_of_which_some_fields_are_of_another_kind_is_kept_with_the_others(broken):
    kept = broken[0][broken[0]["reason"].isna()]
    assert list(kept["post_id"]) == [FEED]
    assert list(kept["likes"]) == ["17"]
    assert kept["account"].isna().all()
    assert list(kept["hashtags"]) == ["tiktok_refugee cattax"]


def test_unreadable_lines_are_told_by_their_number(broken):
    assert broken[1] == {UNREADABLE: [7, 9, 10]}


def test_lines_that_are_not_readable_are_as_many_as_are_located(tmp_path):
    good = line({"id": "a", "note_card": {"title": "x"}})
    lines = [good, "nonsense", good + good, '"text"', "null", '{"other": 1}', good[:-9], "", good]
    table = read_lines(tmp_path, *lines)["posts"]
    assert (table["reason"] == UNREADABLE).sum() == 6
    assert list(zeeschuimer.PLUG_IN.unreadable(tmp_path / "capture.ndjson")) == [2, 3, 4, 5, 6, 7]


def test_a_number_where_a_text_is_expected_is_its_digits(tmp_path):
    card = {"user": {"user_id": 17, "nickname": 5}, "title": 2025, "time": 1736828928000.0}
    table = read_lines(tmp_path, line({"id": 12345678901234567890, "note_card": card}))["posts"]
    assert list(table[["post_id", "title", "account_name"]].iloc[0]) == ["12345678901234567890", "2025", "5"]
    assert table["account"].iloc[0] == sha256(b"17").hexdigest()[:16]
    assert table["published_at"].iloc[0] == pd.Timestamp("2025-01-14T04:28:48Z")


def test_an_empty_count_or_text_is_missing_and_no_time_is_1970(tmp_path):
    card = {"title": "", "display_title": "x", "desc": "", "time": 0, "interact_info": {"liked_count": ""}}
    row = read_lines(tmp_path, line({"id": "a", "note_card": card}))["posts"].iloc[0]
    assert row["title"] == "x"
    assert row[["text", "likes", "published_at", "published_from"]].isna().all()


def test_a_comment_without_its_identifiers_says_so(tmp_path):
    found = [{"id": "", "note_id": "p"}, {"id": "c", "content": "x"}, {"id": "d", "note_id": "p"}, "nothing"]
    lines = [line(data, "xiaohongshu-comments") for data in found]
    table = read_lines(tmp_path, *lines, "{", line({"id": 1}, "tiktok.com"))["comments"]
    assert [None if pd.isna(cell) else cell for cell in table["reason"]] == [
        "no identifier",
        "no identifier of its post",
        None,
        "no identifier",
        UNREADABLE,
        "an item of another platform (tiktok.com)",
    ]


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://h/search_result?keyword=cat%20tax&type=51", "cat tax"),
        ("https://h/search_result?type=51&keyword=c%252B%252B", "c++"),
        ("https://h/search_result?keyword=a+b", "a b"),
        ("https://h/search_result?keyword=%E5%90", "%E5%90"),
        ("https://h/search_result?keyword=", None),
        ("https://h/explore/keyword", None),
    ],
)
def test_what_was_searched_for_is_read_from_the_address(tmp_path, address, expected):
    item = line({"id": "a", "note_card": {"display_title": "x"}}, source_platform_url=address)
    found = read_lines(tmp_path, item)["posts"]["query"].iloc[0]
    assert (None if pd.isna(found) else found) == expected


def test_caveats_are_of_what_the_file_holds(tmp_path):
    _, of_posts, _ = read(DATA / "posts.ndjson", tmp_path)
    _, of_comments, _ = read(DATA / "comments.ndjson", tmp_path)
    assert any("not opened" in caveat for caveat in of_posts)
    assert any("another site" in caveat for caveat in of_posts)
    assert any("Most replies are missing" in caveat for caveat in of_comments)
    assert not set(of_posts) & set(of_comments)


@pytest.mark.parametrize(
    ("sample", "wrapping"),
    [
        ({"source_platform": "tiktok.com", "timestamp_collected": 1, "data": {}}, PLUG_IN),
        ({"id": "a", "note_card": {}, "__import_meta": {"source_platform": "xiaohongshu.com"}}, FLATTENED),
        ({"note_id": "a", "desc": "x", "time": 1}, None),
        ({"data": {}}, None),
    ],
)
def test_a_file_is_recognised_by_what_its_records_hold(sample, wrapping):
    one = Opened(Path("posts.csv"), "posts.csv", "lines", sample=({"odd": 1}, sample))
    assert [known for known in (PLUG_IN, FLATTENED) if known.recognises(one)] == ([wrapping] if wrapping else [])
    assert READER.recognises(one) == bool(wrapping)
    assert not READER.recognises(Opened(one.path, "posts.csv", "delimited", {"": tuple(sample)}, (sample,)))
