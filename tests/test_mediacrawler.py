import hashlib
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis.database import connected
from analysis.errors import CaptureError
from analysis.sources.mediacrawler import READER
from analysis.sources.registry import READERS
from containers import (
    Record,
    add_table,
    raw,
    raw_in,
    reading,
    recognised,
    unplaced,
    write_array,
    write_csv,
    write_database,
    write_lines,
    write_workbook,
)

POSTS: tuple[Record, ...] = (
    {
        "note_id": "6785e350000000001d00aaa1", "type": "video", "title": "你好，邻居",
        "desc": '新来的 "学生"\n#搬家[话题]# 😀, ok', "video_url": "", "time": 1736827728000,
        "last_update_time": 1736820000000, "user_id": "5ff00000000000000000aaaa", "nickname": "河边的阿福",
        "avatar": "https://img.example/a.jpg", "liked_count": "1.7万", "collected_count": "10+",
        "comment_count": "1千+", "share_count": "0", "ip_location": "美国",
        "image_list": "https://img.example/1.jpg!a,https://img.example/2.jpg", "tag_list": "搬家,new_here,Hello there",
        "last_modify_ts": 1737000000999,
        "note_url": "https://host.example/explore/6785e350000000001d00aaa1?xsec_token=T", "source_keyword": "邻居",
        "xsec_token": "T",
    },
    {
        "note_id": "67864aa0000000001d00aaa2", "type": "normal", "title": "A long text with no title",
        "desc": "A long text with no title #tag_one", "video_url": "", "time": "", "last_update_time": "",
        "user_id": "", "nickname": "", "avatar": "", "liked_count": "12", "collected_count": "", "comment_count": "",
        "share_count": "", "ip_location": "", "image_list": "", "tag_list": "", "last_modify_ts": "", "note_url": "",
        "source_keyword": "", "xsec_token": "",
    },
)  # fmt: skip
COMMENTS: tuple[Record, ...] = (
    {
        "comment_id": "6786000000000000000ccc02", "create_time": 1736830000500, "ip_location": "U.S.",
        "note_id": "6785e350000000001d00aaa1", "content": "回复，先于一楼", "user_id": "5ff00000000000000000bbbb",
        "nickname": "木木", "avatar": "", "sub_comment_count": "0", "pictures": "",
        "parent_comment_id": "6786000000000000000ccc01", "last_modify_ts": 1737000000999, "like_count": "3",
    },
    {
        "comment_id": "6786000000000000000ccc01", "create_time": 1736829000000, "ip_location": "",
        "note_id": "6785e350000000001d00aaa1", "content": "Hi!", "user_id": "5ff00000000000000000aaaa",
        "nickname": "河边的阿福", "avatar": "", "sub_comment_count": "10+", "pictures": "", "parent_comment_id": 0,
        "last_modify_ts": 1737000000999, "like_count": "1.2万",
    },
)  # fmt: skip
CREATORS: tuple[Record, ...] = (
    {
        "user_id": "5ff00000000000000000aaaa", "nickname": "河边的阿福", "gender": "Male", "avatar": "",
        "desc": "Moved here\nlast week", "ip_location": "美国", "follows": "3", "fans": "1千+", "interaction": "20",
        "tag_list": "{}", "last_modify_ts": 1737000000999,
    },
)  # fmt: skip
TABLES = {"posts": POSTS, "comments": COMMENTS, "creators": CREATORS}
SHEETS = {"Contents": POSTS, "Comments": COMMENTS, "Creators": CREATORS}
DATABASE = {"xhs_note": POSTS, "xhs_note_comment": COMMENTS, "xhs_creator": CREATORS}
SINGLE = {"csv": write_csv, "json": write_array, "jsonl": write_lines}


def write(folder: Path, container: str, tables: dict[str, Sequence[Record]]) -> dict[str, Path]:
    """The file of each table, in one of the five containers."""
    if container in SINGLE:
        return {
            table: SINGLE[container](folder / f"search_{table}_2025-01-15.{container}", records)
            for table, records in tables.items()
        }
    if container == "xlsx":
        sheets = {name: tables[table] for name, table in zip(SHEETS, TABLES, strict=True) if table in tables}
        path = write_workbook(folder / "xhs_search_20250115_120000.xlsx", sheets)
    else:
        named = {name: tables[table] for name, table in zip(DATABASE, TABLES, strict=True) if table in tables}
        path = write_database(folder / "sqlite_tables.db", named)
    return dict.fromkeys(tables, path)


CONTAINERS = (*SINGLE, "xlsx", "db")


def account(user_id: str) -> str:
    return hashlib.sha256(user_id.encode()).hexdigest()[:16]


def after_the_break(record: Record) -> Record:
    """A record as it is written from July 2026 on."""
    name = str(record["nickname"])
    dropped = {"user_id", "avatar", "ip_location", "nickname", "gender"}
    kept = {column: cell for column, cell in record.items() if column not in dropped}
    masked = f"{name[0]}***{name[-1]}" if name else ""
    return kept | {"creator_hash": account(str(record["user_id"])) if record["user_id"] else "", "nickname": masked}


POST = {
    "post_id": "6785e350000000001d00aaa1",
    "account": account("5ff00000000000000000aaaa"),
    "account_name": "河边的阿福",
    "title": "你好，邻居",
    "text": '新来的 "学生"\n#搬家[话题]# 😀, ok',
    "hashtags": "搬家 new_here Hello_there",
    "published_at": "2025-01-14T04:08:48",
    "published_from": "captured",
    "collected_at": "2025-01-16T04:00:00",
    "likes": "1.7万",
    "collects": "10+",
    "comments_count": "1千+",
    "shares": "0",
    "query": "邻居",
    "media": "video",
    "place": "美国",
    "images": "https://img.example/1.jpg!a https://img.example/2.jpg",
    "url": "https://host.example/explore/6785e350000000001d00aaa1?xsec_token=T",
    "reason": None,
}
REPLY = {
    "comment_id": "6786000000000000000ccc02",
    "post_id": "6785e350000000001d00aaa1",
    "parent_comment_id": "6786000000000000000ccc01",
    "account": account("5ff00000000000000000bbbb"),
    "account_name": "木木",
    "text": "回复，先于一楼",
    "likes": "3",
    "replies_count": "0",
    "created_at": "2025-01-14T04:46:40",
    "place": "U.S.",
    "reason": None,
}
CREATOR = {
    "account": account("5ff00000000000000000aaaa"),
    "account_name": "河边的阿福",
    "self_description": "Moved here\nlast week",
    "reason": None,
}


@pytest.mark.parametrize("container", CONTAINERS)
def test_every_field_is_read_from_each_of_the_five_containers(tmp_path: Path, container: str) -> None:
    files = write(tmp_path, container, TABLES)
    assert unplaced(raw(READER, files["posts"], "posts"))[0] == POST
    assert unplaced(raw(READER, files["comments"], "comments"))[0] == REPLY
    assert unplaced(raw(READER, files["creators"], "creators")) == [CREATOR]


@pytest.mark.parametrize("container", CONTAINERS)
def test_a_blank_cell_is_missing_and_the_time_then_comes_from_the_identifier(tmp_path: Path, container: str) -> None:
    post = raw(READER, write(tmp_path, container, TABLES)["posts"], "posts")[1]
    assert {name for name, cell in post.items() if cell is not None} == {
        "post_id", "title", "text", "hashtags", "published_at", "published_from", "likes", "media", "line"
    }  # fmt: skip
    assert (post["published_at"], post["published_from"]) == ("2025-01-14T11:29:36", "post_id")
    assert (post["title"], post["hashtags"], post["media"]) == ("A long text with no title", "tag_one", "image")


@pytest.mark.parametrize("container", CONTAINERS)
def test_a_root_has_no_parent_however_the_version_writes_it(tmp_path: Path, container: str) -> None:
    roots = [dict(COMMENTS[1], parent_comment_id=parent) for parent in (0, "0", "", None, "0.0")]
    own = dict(COMMENTS[1], parent_comment_id=COMMENTS[1]["comment_id"])
    files = write(tmp_path, container, {"comments": [*roots, own, COMMENTS[0]]})
    parents = [comment["parent_comment_id"] for comment in raw(READER, files["comments"], "comments")]
    assert parents == [None] * 6 + ["6786000000000000000ccc01"]


def test_a_child_may_stand_before_its_parent(tmp_path: Path) -> None:
    comments = raw(READER, write(tmp_path, "csv", TABLES)["comments"], "comments")
    assert [comment["parent_comment_id"] for comment in comments] == ["6786000000000000000ccc01", None]
    assert [comment["line"] for comment in comments] == [2, 3]


@pytest.mark.parametrize("container", CONTAINERS)
def test_an_account_is_the_same_before_and_after_the_break(tmp_path: Path, container: str) -> None:
    after = {name: [after_the_break(record) for record in TABLES[name]] for name in ("posts", "comments")}
    files = write(tmp_path, container, after)
    posts, comments = raw(READER, files["posts"], "posts"), raw(READER, files["comments"], "comments")
    assert [post["account"] for post in posts] == [POST["account"], None]
    assert comments[0]["account"] == REPLY["account"]
    assert comments[1]["account"] == POST["account"]


@pytest.mark.parametrize("container", CONTAINERS)
def test_what_the_break_took_away_is_missing_and_a_masked_name_is_no_name(tmp_path: Path, container: str) -> None:
    after = {name: [after_the_break(record) for record in TABLES[name]] for name in ("posts", "comments")}
    files = write(tmp_path, container, after)
    for table in ("posts", "comments"):
        for record in raw(READER, files[table], table):
            assert "place" not in record
            assert record.get("names") is None
            assert record["account_name"] is None
            assert "***" not in " ".join(map(str, record.values()))


def test_only_a_name_of_the_masked_form_is_dropped_where_there_is_an_identifier(tmp_path: Path) -> None:
    names = ("A***z", "A*", "*", "😀***福", "A***", "阿*福", "福")
    path = write_csv(tmp_path / "c.csv", [dict(COMMENTS[0], nickname=name) for name in names])
    kept = [comment["account_name"] for comment in raw(READER, path, "comments")]
    assert kept == [None, None, None, None, "A***", "阿*福", "福"]


@pytest.mark.parametrize("container", ["xlsx", "db"])
@pytest.mark.parametrize("held", [("posts",), ("comments",), ("creators", "posts")])
def test_a_workbook_or_a_database_may_lack_some_tables(tmp_path: Path, container: str, held: tuple[str, ...]) -> None:
    files = write(tmp_path, container, {name: TABLES[name] for name in held})
    assert set(reading(READER, files[held[0]]).queries) == set(held)


@pytest.mark.parametrize("container", SINGLE)
@pytest.mark.parametrize("table", TABLES)
def test_a_file_of_one_table_gives_that_table_only(tmp_path: Path, container: str, table: str) -> None:
    path = write(tmp_path, container, {table: TABLES[table]})[table]
    assert set(reading(READER, path).queries) == {table}


def test_a_column_that_a_version_lacks_is_left_out(tmp_path: Path) -> None:
    few = [{name: POSTS[0][name] for name in ("note_id", "desc", "time", "liked_count")}]
    post = raw(READER, write_lines(tmp_path / "old.jsonl", few), "posts")[0]
    assert {"title", "shares", "collects", "comments_count", "place", "account", "query"}.isdisjoint(post)
    assert post["likes"] == "1.7万"


def test_a_key_that_only_later_records_have_is_read(tmp_path: Path) -> None:
    records = [{name: cell for name, cell in POSTS[0].items() if name != "source_keyword"}, dict(POSTS[0])]
    posts = raw(READER, write_lines(tmp_path / "mixed.jsonl", records), "posts")
    assert [post["query"] for post in posts] == [None, "邻居"]


DOUYIN = {"aweme_id": 7459000000000000000, "title": "x", "desc": "y", "liked_count": "5", "create_time": 1}


def test_other_platforms_tables_are_left_out_and_told(tmp_path: Path) -> None:
    path = write_database(tmp_path / "sqlite_tables.db", DATABASE | {"douyin_aweme": [DOUYIN]})
    found = reading(READER, path)
    assert set(found.queries) == set(TABLES)
    assert "Not read, since they hold no posts, comments or accounts of this platform: 'douyin_aweme'." in found.caveats


def test_tables_that_were_laid_out_and_never_filled_are_neither_read_nor_told(tmp_path: Path) -> None:
    path = write_database(tmp_path / "sqlite_tables.db", {"xhs_note": POSTS})
    with closing(sqlite3.connect(path)) as database:
        add_table(database, "xhs_note_comment", tuple(COMMENTS[0]))
        add_table(database, "douyin_aweme", tuple(DOUYIN))
        database.commit()
    found = reading(READER, path)
    assert set(found.queries) == {"posts"}
    assert not [caveat for caveat in found.caveats if "Not read" in caveat]


def test_of_many_tables_that_are_not_read_the_first_are_named(tmp_path: Path) -> None:
    others = {f"table_{number}": [{"a": 1}] for number in range(7)}
    found = reading(READER, write_database(tmp_path / "tables.db", DATABASE | others))
    assert "'table_3', 'table_4' and 2 more." in str(found.caveats)


def test_sheets_that_are_not_read_are_counted_and_not_named_since_people_name_them(tmp_path: Path) -> None:
    sheets = {"Contents": POSTS, "Zorvex Quandt": [{"a": 1}], "for Mira": [{"a": 1}]}
    told = str(reading(READER, write_workbook(tmp_path / "book.xlsx", sheets)).caveats)
    assert "Sheets not read, since they hold no posts, comments or accounts of this platform: 2." in told
    assert "Zorvex" not in told


def test_two_sheets_of_posts_are_read_one_after_the_other(tmp_path: Path) -> None:
    path = write_workbook(tmp_path / "book.xlsx", {"Contents": POSTS[:1], "Contents (2)": POSTS[1:]})
    assert {post["post_id"] for post in raw(READER, path, "posts")} == {post["note_id"] for post in POSTS}


CAVEATS = {
    "ten": "takes the first ten comments of a post and no replies",
    "places": "Places are missing for most records, and one place goes by several names",
    "masked": "writes no account identifiers, places or full names",
    "shares": "The file has no column for shares: missing, not 0.",
    "zeros": "writes 0 where it saw no count",
}


@pytest.mark.parametrize(
    ("records", "told"),
    [
        (POSTS, {"places", "zeros"}),
        (COMMENTS, {"ten", "places", "zeros"}),
        (CREATORS, {"places"}),
        ([after_the_break(post) for post in POSTS], {"masked", "zeros"}),
        ([after_the_break(comment) for comment in COMMENTS], {"ten", "masked", "zeros"}),
        ([{name: cell for name, cell in POSTS[0].items() if name != "share_count"}], {"places", "shares", "zeros"}),
        ([{name: cell for name, cell in POSTS[0].items() if name != "user_id"}], {"places", "zeros"}),
    ],
    ids=["posts", "comments", "creators", "new posts", "new comments", "without shares", "without accounts"],
)
def test_the_caveats_are_those_of_what_the_file_holds(
    tmp_path: Path, records: Sequence[Record], told: set[str]
) -> None:
    caveats = reading(READER, write_array(tmp_path / "c.json", records)).caveats
    assert {name for name, part in CAVEATS.items() if any(part in caveat for caveat in caveats)} == told
    assert len(caveats) == len(told)


NUMBER = "an identifier that a spreadsheet turned into a number"


REASONS = {
    "6.78E+23": NUMBER, "6.785340000000e+23": NUMBER, "678534000000001000000000": NUMBER,
    "675012345678901184299008": NUMBER, "12.0": NUMBER, "": "no identifier", " ": "no identifier",
    "67853e123456789012345678": None, "678534000000000012032768": None, "12": None,
}  # fmt: skip


@pytest.mark.parametrize(
    ("table", "column"),
    [("posts", "note_id"), ("comments", "note_id"), ("comments", "comment_id"), ("creators", "user_id")],
)
def test_a_record_whose_identifier_is_gone_says_so(tmp_path: Path, table: str, column: str) -> None:
    path = write_csv(tmp_path / "c.csv", [TABLES[table][0] | {column: identifier} for identifier in REASONS])
    assert [record["reason"] for record in raw(READER, path, table)] == list(REASONS.values())


def test_a_number_in_a_workbooks_cell_is_no_identifier(tmp_path: Path) -> None:
    path = write_workbook(tmp_path / "book.xlsx", {"Contents": [dict(POSTS[0], note_id=6.78534e23), POSTS[1]]})
    assert [post["reason"] for post in raw(READER, path, "posts")] == [NUMBER, None]


def test_an_account_that_became_a_number_is_missing_and_its_post_is_kept(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "posts.csv", [dict(POSTS[0], user_id="5.99E+23")])
    post = raw(READER, path, "posts")[0]
    assert (post["account"], post["account_name"], post["reason"]) == (None, "河边的阿福", None)


def test_a_line_that_is_no_json_says_so_and_the_others_are_read(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "cut.jsonl", POSTS)
    path.write_text(path.read_text(encoding="utf-8") + '{"note_id": "6785', encoding="utf-8")
    posts = raw(READER, path, "posts")
    assert [(post["line"], post["reason"]) for post in posts] == [(1, None), (2, None), (3, "not readable as JSON")]


def test_a_database_that_is_cut_off_is_refused(tmp_path: Path) -> None:
    path = write_database(tmp_path / "sqlite_tables.db", {"xhs_note": POSTS * 50})
    path.write_bytes(path.read_bytes()[:8192])
    with pytest.raises(CaptureError, match=r"sqlite_tables\.db: not readable .*opy"):
        raw(READER, path, "posts")


WEIBO = {
    "note_id": "5123456789", "content": "x", "create_time": 1736827728, "create_date_time": "2025-01-14 12:08:48",
    "liked_count": "1", "comments_count": "2", "shared_count": "3", "note_url": "u", "nickname": "n", "user_id": "1",
}  # fmt: skip
WEIBO_COMMENT = {"comment_id": "1", "comment_like_count": "2", "parent_comment_id": "0"} | WEIBO
TIEBA = {"note_id": "1", "title": "t", "desc": "d", "publish_time": "2025-01-14", "tieba_name": "n"}


@pytest.mark.parametrize(
    "records",
    [
        [{"id": "1", "title": "t", "body": "b"}], [WEIBO], [WEIBO_COMMENT], [TIEBA], [DOUYIN],
        [{name: cell for name, cell in POSTS[0].items() if name != "note_id"}],
        [{name: cell for name, cell in COMMENTS[0].items() if name != "comment_id"}],
        [{name: cell for name, cell in CREATORS[0].items() if name != "interaction"}],
        [{"comment_id": "1"} | POSTS[0]],
    ],
    ids=["any", "weibo", "weibo comments", "tieba", "douyin", "no note_id", "no comment_id", "other accounts",
         "no text"],
)  # fmt: skip
@pytest.mark.parametrize("writer", [write_csv, write_array, write_lines])
def test_a_table_of_something_else_is_not_recognised(
    tmp_path: Path, records: Sequence[Record], writer: Callable[[Path, Sequence[Record]], Path]
) -> None:
    assert not recognised(READER, writer(tmp_path / "search_contents.csv", records))


def test_sheets_are_known_by_their_columns_and_not_by_their_names(tmp_path: Path) -> None:
    assert not recognised(READER, write_workbook(tmp_path / "dy.xlsx", {"Contents": [DOUYIN]}))
    assert set(reading(READER, write_workbook(tmp_path / "xhs.xlsx", {"Sheet1": COMMENTS})).queries) == {"comments"}


@pytest.mark.parametrize("container", CONTAINERS)
def test_no_other_reader_takes_these_files(tmp_path: Path, container: str) -> None:
    for path in write(tmp_path, container, TABLES).values():
        assert [reader for reader in READERS if recognised(reader, path)] == [READER]


# What neither a workbook nor JSON can hold, or both write otherwise: signs of control, and halves of signs.
TEXTS = st.text(
    st.one_of(
        st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn")),
        st.sampled_from('"\n,;\t#＃😀👩‍👩‍👧你好，"" \\'),
    ),
    max_size=20,
)
IDENTIFIERS = st.one_of(st.just(""), st.text("0123456789abcdef", min_size=24, max_size=24))
DRAWN_POSTS = st.fixed_dictionaries(
    dict.fromkeys(("title", "desc", "nickname", "liked_count", "tag_list", "source_keyword"), TEXTS)
    | {"note_id": IDENTIFIERS, "user_id": IDENTIFIERS, "time": st.integers(0, 2**41), "type": st.just("normal")}
)


@given(st.lists(DRAWN_POSTS, min_size=1, max_size=4))
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], database=None)
def test_any_table_of_posts_is_the_same_in_all_five_containers(
    tmp_path_factory: pytest.TempPathFactory, posts: list[Record]
) -> None:
    folder = tmp_path_factory.mktemp("drawn")
    with connected() as db:
        found = [
            unplaced(raw_in(db, READER, write(folder, container, {"posts": posts})["posts"], "posts"))
            for container in CONTAINERS
        ]
    assert all(records == found[0] for records in found)
