from datetime import datetime
from hashlib import sha256
from pathlib import Path

import pytest

from analysis.sources.registry import READERS
from analysis.sources.shemeizhushou import READER
from containers import Record, raw, reading, recognised, unplaced, write_array, write_csv, write_workbook

POST: Record = {
    "笔记ID": "6785e350000000001d00aaa1", "笔记链接": "https://host.example/explore/6785e350000000001d00aaa1",
    "博主ID": "5ff00000000000000000aaaa", "博主链接": "https://host.example/user/profile/5ff00000000000000000aaaa",
    "博主昵称": "河边的阿福", "笔记类型": "图文", "笔记标题": "你好，邻居",
    "笔记详情": '新来的 "学生"\n#搬家[话题]# #new_here[话题]# 😀', "点赞数": "1.7万", "收藏数": "10+",
    "评论数": "1千+", "分享数": "0", "发布时间": datetime.fromisoformat("2025-01-14T12:08:48"),
    "更新时间": datetime.fromisoformat("2025-01-14T12:00:00"), "IP地址": "美国",
    "视频/图片下载链接": "https://img.example/1.jpg\nhttps://img.example/2.jpg",
}  # fmt: skip
# A post that could not be opened: the plug-in writes what it was asked for and nothing else.
UNOPENED: Record = dict.fromkeys(POST, None) | {"笔记ID": "67864aa0000000001d00aaa2"}
ROOT: Record = {
    "评论ID": "6786000000000000000ccc01", "笔记ID": "6785e350000000001d00aaa1",
    "笔记链接": "https://host.example/explore/6785e350000000001d00aaa1", "用户ID": "5ff00000000000000000bbbb",
    "用户链接": "https://host.example/user/profile/5ff00000000000000000bbbb", "用户名称": "木木",
    "评论内容": "欢迎！\n第一", "评论时间": datetime.fromisoformat("2025-01-14T12:30:00"), "点赞数": "12",
    "子评论数": "2", "IP地址": "上海", "一级评论ID": None,
}  # fmt: skip
REPLY: Record = ROOT | {
    "评论ID": "6786000000000000000ccc02", "评论内容": "谢谢", "点赞数": 3, "子评论数": None,
    "一级评论ID": "6786000000000000000ccc01",
}  # fmt: skip


def posts_with(folder: Path, column: str, *cells: object) -> list[dict[str, object]]:
    """Raw records of the post with one cell after another in one column."""
    path = write_workbook(folder / "posts.xlsx", {"Sheet1": [POST | {column: cell} for cell in cells]})
    return raw(READER, path, "posts")


def comments_with(folder: Path, column: str, *cells: object) -> list[dict[str, object]]:
    path = write_workbook(folder / "comments.xlsx", {"Sheet1": [REPLY | {column: cell} for cell in cells]})
    return raw(READER, path, "comments")


def test_every_field_of_a_post_is_read(tmp_path: Path) -> None:
    assert posts_with(tmp_path, "IP地址", "美国")[0] == {
        "post_id": "6785e350000000001d00aaa1",
        "account": sha256(b"5ff00000000000000000aaaa").hexdigest()[:16],
        "account_name": "河边的阿福",
        "title": "你好，邻居",
        "text": '新来的 "学生"\n#搬家[话题]# #new_here[话题]# 😀',
        "hashtags": "搬家 new_here",
        "published_at": "2025-01-14T04:08:48",
        "published_from": "captured",
        "likes": "1.7万",
        "collects": "10+",
        "comments_count": "1千+",
        "shares": "0",
        "media": "image",
        "place": "美国",
        "images": "https://img.example/1.jpg https://img.example/2.jpg",
        "url": "https://host.example/explore/6785e350000000001d00aaa1",
        "reason": None,
        "line": 2,
    }


def test_every_field_of_a_reply_is_read(tmp_path: Path) -> None:
    assert comments_with(tmp_path, "子评论数", "0")[0] == {
        "comment_id": "6786000000000000000ccc02",
        "post_id": "6785e350000000001d00aaa1",
        "parent_comment_id": "6786000000000000000ccc01",
        "account": sha256(b"5ff00000000000000000bbbb").hexdigest()[:16],
        "account_name": "木木",
        "text": "谢谢",
        "likes": "3",
        "replies_count": "0",
        "created_at": "2025-01-14T04:30:00",
        "place": "上海",
        "reason": None,
        "line": 2,
    }


TIMES = (
    datetime.fromisoformat("2025-01-14T12:08:00"), datetime.fromisoformat("2025-01-14T12:07:59.999996"),
    "2025-01-14 12:08", "2025/1/14 12:08:00", "2025-01-14T12:08:00", "2025-01-14T04:08:00Z",
)  # fmt: skip
NO_TIMES = (None, "昨天 12:08", "3天前")


def test_a_time_is_read_as_that_of_the_platforms_zone_however_the_cell_holds_it(tmp_path: Path) -> None:
    posts = posts_with(tmp_path, "发布时间", *TIMES)
    assert [post["published_at"] for post in posts] == ["2025-01-14T04:08:00"] * len(TIMES)
    assert {post["published_from"] for post in posts} == {"captured"}
    comments = comments_with(tmp_path, "评论时间", *TIMES)
    assert [comment["created_at"] for comment in comments] == ["2025-01-14T04:08:00"] * len(TIMES)


def test_without_a_readable_time_the_identifier_gives_it_to_a_post_and_nothing_to_a_comment(tmp_path: Path) -> None:
    for post in posts_with(tmp_path, "发布时间", *NO_TIMES):
        assert (post["published_at"], post["published_from"]) == ("2025-01-14T04:08:48", "post_id")
    assert [comment["created_at"] for comment in comments_with(tmp_path, "评论时间", *NO_TIMES)] == [None] * 3


def test_a_post_that_could_not_be_opened_has_nothing_but_its_identifier_and_that_ones_time(tmp_path: Path) -> None:
    path = write_workbook(tmp_path / "posts.xlsx", {"Sheet1": [POST, UNOPENED]})
    post = raw(READER, path, "posts")[1]
    given = {name for name, cell in post.items() if cell is not None}
    assert given == {"post_id", "published_at", "published_from", "line"}


def test_a_comment_without_a_root_or_that_is_its_own_answers_none(tmp_path: Path) -> None:
    roots = (None, "", " ", "-", "0", "6786000000000000000ccc02", "6786000000000000000ccc01")
    parents = [comment["parent_comment_id"] for comment in comments_with(tmp_path, "一级评论ID", *roots)]
    assert parents == [None] * 6 + ["6786000000000000000ccc01"]


def test_a_reply_without_a_count_of_replies_has_none(tmp_path: Path) -> None:
    comments = comments_with(tmp_path, "子评论数", None, "-", "  ", "0", 2)
    assert [comment["replies_count"] for comment in comments] == [None, None, None, "0", "2"]


def test_a_number_in_a_cell_is_the_same_count_as_its_digits_in_a_text(tmp_path: Path) -> None:
    posts = posts_with(tmp_path, "点赞数", 3829, 3829.0, "3829")
    assert [post["likes"] for post in posts] == ["3829"] * 3


def test_posts_and_comments_may_be_sheets_of_one_workbook(tmp_path: Path) -> None:
    path = write_workbook(tmp_path / "all.xlsx", {"笔记": [POST], "评论": [ROOT, REPLY]})
    assert set(reading(READER, path).queries) == {"posts", "comments"}
    assert [comment["line"] for comment in raw(READER, path, "comments")] == [2, 3]


def test_a_table_saved_as_csv_gives_the_same_records(tmp_path: Path) -> None:
    written = POST | {"发布时间": "2025/1/14 12:08:48"}
    from_csv = raw(READER, write_csv(tmp_path / "posts.csv", [written], "gb18030"), "posts")
    assert from_csv == posts_with(tmp_path, "IP地址", "美国")
    comments = [comment | {"评论时间": "2025-01-14 12:30"} for comment in (ROOT, REPLY)]
    found = raw(READER, write_csv(tmp_path / "comments.csv", comments), "comments")
    from_workbook = raw(READER, write_workbook(tmp_path / "c.xlsx", {"Sheet1": [ROOT, REPLY]}), "comments")
    assert unplaced(found) == unplaced(from_workbook)
    # The first text has two lines.
    assert [comment["line"] for comment in found] == [2, 4]


NUMBER = "an identifier that a spreadsheet turned into a number"


def test_a_record_whose_identifier_is_gone_says_so(tmp_path: Path) -> None:
    identifiers = (6.78534e23, "6.78534E+23", None, "6785e350000000001d00aaa9")
    reasons = [NUMBER, NUMBER, "no identifier", None]
    assert [post["reason"] for post in posts_with(tmp_path, "笔记ID", *identifiers)] == reasons
    for column in ("笔记ID", "评论ID"):
        assert [comment["reason"] for comment in comments_with(tmp_path, column, *identifiers)] == reasons


def test_a_reply_whose_root_became_a_number_stays_a_reply(tmp_path: Path) -> None:
    comment = comments_with(tmp_path, "一级评论ID", 6.786e23)[0]
    assert comment["reason"] is None
    assert comment["parent_comment_id"] is not None


def test_an_account_that_became_a_number_is_missing(tmp_path: Path) -> None:
    post = posts_with(tmp_path, "博主ID", 5.99e23)[0]
    assert (post["account"], post["account_name"], post["reason"]) == (None, "河边的阿福", None)


def test_the_zone_is_told_and_of_comments_that_threads_are_flat(tmp_path: Path) -> None:
    posts = reading(READER, write_workbook(tmp_path / "p.xlsx", {"Sheet1": [POST]})).caveats
    comments = reading(READER, write_workbook(tmp_path / "c.xlsx", {"Sheet1": [ROOT]})).caveats
    assert len(posts) == 1
    assert "read as UTC+8" in posts[0]
    assert comments[0] == posts[0]
    assert "who answers whom inside a thread is not known" in comments[1]
    assert "missing, not 0" in comments[2]


@pytest.mark.parametrize(
    "record",
    [
        {"id": "1", "笔记标题": "t"},
        {name: cell for name, cell in POST.items() if name != "笔记ID"},
        {name: cell for name, cell in ROOT.items() if name != "笔记ID"},
        {"博主ID": "1", "博主昵称": "n", "粉丝数": "3"},
        {"评论ID": "1", "笔记ID": "2", "笔记标题": "t", "笔记详情": "d"},
    ],
    ids=["any", "posts without identifier", "comments without post", "accounts", "comments without text"],
)
def test_a_table_of_something_else_is_not_recognised(tmp_path: Path, record: Record) -> None:
    assert not recognised(READER, write_workbook(tmp_path / "b.xlsx", {"Sheet1": [record]}))
    assert not recognised(READER, write_csv(tmp_path / "b.csv", [record]))


def test_these_columns_in_json_are_not_what_the_plug_in_writes(tmp_path: Path) -> None:
    assert not recognised(READER, write_array(tmp_path / "b.json", [ROOT | {"评论时间": "2025-01-14 12:30"}]))


def test_no_other_reader_takes_this_file(tmp_path: Path) -> None:
    path = write_workbook(tmp_path / "all.xlsx", {"笔记": [POST], "评论": [ROOT]})
    assert [reader for reader in READERS if recognised(reader, path)] == [READER]
