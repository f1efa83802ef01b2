from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest

from analysis.sources.registry import READERS
from analysis.sources.xhs_downloader import READER
from containers import Record, Tables, raw, reading, recognised, write_csv, write_database, write_workbook

POST: Record = {
    "采集时间": "2025-01-20_09:30:00", "作品ID": "6785e350000000001d00aaa1", "作品类型": "视频",
    "作品标题": "你好，邻居", "作品描述": '新来的 "学生"\n#另一个', "作品标签": "搬家 Hello new_here hello",
    "发布时间": "2025-01-14_12:08:48",
    "最后更新时间": "2025-01-14_12:00:00", "收藏数量": "10+", "评论数量": "1千+", "分享数量": "0", "点赞数量": "1.7万",
    "作者昵称": "河边的阿福", "作者ID": "5ff00000000000000000aaaa",
    "作者链接": "https://host.example/user/profile/5ff00000000000000000aaaa",
    "作品链接": "https://host.example/explore/6785e350000000001d00aaa1", "下载地址": "https://img.example/1.jpg",
    "动图地址": "",
}  # fmt: skip
BARE: Record = dict.fromkeys(POST, "") | {
    "作品ID": "67864aa0000000001d00aaa2", "作品类型": "未知", "发布时间": "未知", "点赞数量": "-1", "收藏数量": "-1",
    "评论数量": "-1", "分享数量": "-1", "作品描述": "去看看 #tag_one",
}  # fmt: skip


def write(folder: Path, *posts: Record, table: str = "explore_data") -> Path:
    return write_database(folder / "ExploreData.db", {table: posts})


def test_every_field_is_read(tmp_path: Path) -> None:
    assert raw(READER, write(tmp_path, POST), "posts") == [
        {
            "post_id": "6785e350000000001d00aaa1",
            "account": sha256(b"5ff00000000000000000aaaa").hexdigest()[:16],
            "account_name": "河边的阿福",
            "title": "你好，邻居",
            "text": '新来的 "学生"\n#另一个',
            "hashtags": "搬家 Hello new_here",
            "published_at": "2025-01-14T04:08:48",
            "published_from": "captured",
            "collected_at": "2025-01-20T01:30:00",
            "likes": "1.7万",
            "collects": "10+",
            "comments_count": "1千+",
            "shares": "0",
            "media": "video",
            "url": "https://host.example/explore/6785e350000000001d00aaa1",
            "reason": None,
            "line": 1,
        }
    ]


def test_what_was_not_seen_is_missing_and_never_minus_one(tmp_path: Path) -> None:
    post = raw(READER, write(tmp_path, POST, BARE), "posts")[1]
    assert {name for name, cell in post.items() if cell is not None} == {
        "post_id", "text", "hashtags", "published_at", "published_from", "line"
    }  # fmt: skip
    assert (post["published_at"], post["published_from"]) == ("2025-01-14T11:29:36", "post_id")
    assert post["hashtags"] == "tag_one"


@pytest.mark.parametrize("written", ["2025-01-14_12:08:48", "2025-01-14 12:08:48"])
def test_a_time_is_read_as_that_of_the_platforms_zone(tmp_path: Path, written: str) -> None:
    post = raw(READER, write(tmp_path, POST | {"发布时间": written}), "posts")[0]
    assert post["published_at"] == "2025-01-14T04:08:48"


@pytest.mark.parametrize(("kind", "media"), [("图文", "image"), ("图集", "image"), ("视频", "video"), ("未知", None)])
def test_the_kind_of_a_post_is_what_it_shows(tmp_path: Path, kind: str, media: str | None) -> None:
    assert raw(READER, write(tmp_path, POST | {"作品类型": kind}), "posts")[0]["media"] == media


def test_a_version_without_the_time_of_capture_has_none(tmp_path: Path) -> None:
    early = {name: cell for name, cell in POST.items() if name != "采集时间"}
    assert "collected_at" not in raw(READER, write(tmp_path, early), "posts")[0]


@pytest.mark.parametrize(
    ("identifier", "reason"),
    [("", "no identifier"), (6.78534e23, "an identifier that a spreadsheet turned into a number")],
)
def test_a_record_whose_identifier_is_gone_says_so(tmp_path: Path, identifier: object, reason: str) -> None:
    posts = raw(READER, write(tmp_path, POST | {"作品ID": identifier}, POST), "posts")
    assert [post["reason"] for post in posts] == [reason, None]


def test_the_zone_and_what_the_format_lacks_are_told(tmp_path: Path) -> None:
    zone, posts_only = reading(READER, write(tmp_path, POST)).caveats
    assert "read as UTC+8" in zone
    assert "no comments, places or search terms" in posts_only


@pytest.mark.parametrize(
    ("name", "writer", "tables"),
    [
        ("ids.db", write_database, {"explore_id": [{"ID": "1"}]}),
        ("no-id.db", write_database, {"explore_data": [{"作品标题": "t", "作品描述": "d", "发布时间": "x"}]}),
        ("any.db", write_database, {"posts": [{"id": "1", "title": "t"}]}),
        ("book.xlsx", write_workbook, {"explore_data": [POST]}),
    ],
)
def test_a_file_of_something_else_is_not_recognised(
    tmp_path: Path, name: str, writer: Callable[[Path, Tables], Path], tables: Tables
) -> None:
    assert not recognised(READER, writer(tmp_path / name, tables))


def test_a_table_with_an_id_column_is_not_recognised(tmp_path: Path) -> None:
    assert not recognised(READER, write_csv(tmp_path / "any.csv", [{"id": "1", "作品标题": "t"}]))


def test_no_other_reader_takes_this_file(tmp_path: Path) -> None:
    path = write(tmp_path, POST)
    assert [reader for reader in READERS if recognised(reader, path)] == [READER]
