"""The same made-up posts and comments in every format, each from its file to a book in three commands."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from analysis.sources.registry import READERS
from analysis.study import open_study
from containers import Record, write_csv, write_database, write_lines, write_workbook
from making import PROJECT, copy_project, load

COMPENDIUM = Path(sys.executable).with_name("compendium")
KEPT = ("_config.yml", "_toc.yml", "requirements.lock", "notebooks", "book", "data", "results")
POSTS = 24
LOCAL = pd.Timedelta(hours=8)


def rows(table: pd.DataFrame) -> list[dict]:
    return table.astype("object").where(table.notna(), None).to_dict("records")


def ms(time: pd.Timestamp) -> int:
    return int(time.timestamp()) * 1000


def local(time: pd.Timestamp, form: str = "%Y-%m-%d %H:%M:%S") -> str:
    return (time + LOCAL).strftime(form)


def zeeschuimer(folder: Path, posts: list[dict], comments: list[dict]) -> list[Path]:
    return [shutil.copy(PROJECT / f"data/examples/zeeschuimer-{name}.ndjson", folder) for name in ("posts", "comments")]


def fourcat(folder: Path, posts: list[dict], comments: list[dict]) -> list[Path]:
    def shared(identifier: str, thread: str, row: dict, account: str, when: str) -> Record:
        stamp = int(row[when].timestamp())
        return {
            "collected_from_url": "", "id": identifier, "thread_id": thread, "url": "", "body": row["text"] or "",
            "timestamp": local(row[when]), "author": f"name of {account}", "author_avatar_url": "",
            "likes": row["likes_captured"], "unix_timestamp": stamp, "missing_fields": "",
        }  # fmt: skip

    posted = [
        shared(row["post_id"], row["post_id"], row, row["creator_id"], "published_at")
        | {"title": row["title"] or "", "hashtags": "", "image_urls": "", "video_url": ""}
        for row in posts
    ]
    said = [
        shared(row["comment_id"], row["post_id"], row, row["author_id"], "created_at")
        | {"ip_location": "", "replies": ""}
        for row in comments
    ]
    return [write_csv(folder / "posts.csv", posted), write_csv(folder / "comments.csv", said)]


def mediacrawler(folder: Path, posts: list[dict], comments: list[dict]) -> list[Path]:
    posted: list[Record] = [
        {
            "note_id": row["post_id"], "type": "normal", "title": row["title"] or "", "desc": row["text"] or "",
            "time": ms(row["published_at"]), "last_update_time": 0, "user_id": row["creator_id"], "nickname": "n",
            "liked_count": row["likes_captured"], "collected_count": row["collects_captured"],
            "comment_count": row["comments_count_captured"], "share_count": row["shares_captured"],
            "ip_location": "", "image_list": "", "tag_list": (row["hashtags"] or "").replace(" ", ","),
            "last_modify_ts": ms(row["collected_at"]), "note_url": "", "source_keyword": "",
        }
        for row in posts
    ]  # fmt: skip
    said: list[Record] = [
        {
            "comment_id": row["comment_id"], "note_id": row["post_id"], "content": row["text"],
            "create_time": ms(row["created_at"]), "like_count": row["likes_captured"], "sub_comment_count": "0",
            "parent_comment_id": row["parent_comment_id"] or "0", "user_id": row["author_id"], "nickname": "n",
            "ip_location": "", "last_modify_ts": ms(row["created_at"]),
        }
        for row in comments
    ]  # fmt: skip
    return [write_lines(folder / "contents.jsonl", posted), write_lines(folder / "comments.jsonl", said)]


def xhs_downloader(folder: Path, posts: list[dict], comments: list[dict]) -> list[Path]:
    posted: list[Record] = [
        {
            "采集时间": local(row["collected_at"], "%Y-%m-%d_%H:%M:%S"), "作品ID": row["post_id"], "作品类型": "图文",
            "作品标题": row["title"] or "", "作品描述": row["text"] or "", "作品标签": row["hashtags"] or "",
            "发布时间": local(row["published_at"], "%Y-%m-%d_%H:%M:%S"), "收藏数量": row["collects_captured"],
            "评论数量": row["comments_count_captured"], "分享数量": row["shares_captured"],
            "点赞数量": row["likes_captured"], "作者昵称": "n", "作者ID": row["creator_id"], "作品链接": "",
        }
        for row in posts
    ]  # fmt: skip
    return [write_database(folder / "ExploreData.db", {"explore_data": posted})]


def shemeizhushou(folder: Path, posts: list[dict], comments: list[dict]) -> list[Path]:
    roots = {row["comment_id"]: row["parent_comment_id"] for row in comments}

    def root(comment: str) -> str:
        return comment if roots[comment] is None else root(roots[comment])

    posted: list[Record] = [
        {
            "笔记ID": row["post_id"], "笔记链接": "", "博主ID": row["creator_id"], "博主昵称": "n", "笔记类型": "图文",
            "笔记标题": row["title"], "笔记详情": row["text"], "点赞数": row["likes_captured"],
            "收藏数": row["collects_captured"], "评论数": row["comments_count_captured"],
            "分享数": row["shares_captured"], "发布时间": local(row["published_at"]), "IP地址": "",
            "视频/图片下载链接": "",
        }
        for row in posts
    ]  # fmt: skip
    said: list[Record] = [
        {
            "评论ID": row["comment_id"], "笔记ID": row["post_id"], "用户ID": row["author_id"], "用户名称": "n",
            "评论内容": row["text"], "评论时间": local(row["created_at"]), "点赞数": row["likes_captured"],
            "子评论数": "0", "IP地址": "", "一级评论ID": row["parent_comment_id"] and root(row["comment_id"]),
        }
        for row in comments
    ]  # fmt: skip
    return [write_workbook(folder / "notes.xlsx", {"笔记": posted, "评论": said})]


def mapped(folder: Path, posts: list[dict], comments: list[dict]) -> list[Path]:
    posted: list[Record] = [
        {
            "id": row["post_id"], "user": row["creator_id"], "title": row["title"], "body": row["text"],
            "created_at": row["published_at"].isoformat(), "likes": row["likes_captured"],
            "comment_count": row["comments_count_captured"],
        }
        for row in posts
    ]  # fmt: skip
    return [write_csv(folder / "table.csv", posted)]


Maker = Callable[[Path, list[dict], list[dict]], list[Path]]
FORMATS: dict[str, Maker] = {
    maker.__name__: maker for maker in (zeeschuimer, fourcat, mediacrawler, xhs_downloader, shemeizhushou, mapped)
}


@pytest.fixture(scope="module")
def made_up() -> tuple[pd.DataFrame, pd.DataFrame]:
    """The posts of the stand-in that a search shows first, and their comments."""
    original = open_study(root=PROJECT)
    posts = original.table("posts").sort_values("search_rank").head(POSTS)
    comments = original.table("comments")
    return posts, comments[comments["post_id"].isin(posts["post_id"])]


@pytest.fixture(scope="module")
def compendium(tmp_path_factory) -> Path:
    root = tmp_path_factory.mktemp("formats")
    copy_project(root, KEPT)
    return root


def run(root: Path, *words: object) -> str:
    done = subprocess.run([COMPENDIUM, *map(str, words)], cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_every_reader_is_among_these_formats():
    assert {reader.name.replace("4", "four") for reader in READERS} == set(FORMATS) - {"mapped"}


@pytest.mark.parametrize("name", FORMATS)
def test_a_file_of_each_format_becomes_the_same_posts(name, compendium, made_up, tmp_path):
    study = name.replace("_", "-")
    posts, comments = made_up
    run(compendium, "new", study, "--made-up", "--from", *FORMATS[name](tmp_path, rows(posts), rows(comments)))
    _is_the_same(open_study(study, compendium).table("posts"), posts)


# From here on it is the same tables, whatever the format: one of posts alone, one by a mapping. That of the browser
# plug-in is taken to a book by the page on rerunning.
@pytest.mark.parametrize("name", ["xhs_downloader", "mapped"])
def test_a_file_becomes_a_book_in_three_commands(name, compendium, made_up, tmp_path):
    study = f"{name.replace('_', '-')}-book"
    posts, comments = made_up
    run(compendium, "new", study, "--made-up", "--from", *FORMATS[name](tmp_path, rows(posts), rows(comments)))
    run(compendium, "run", study)
    run(compendium, "book", study)
    values = load(compendium / "results" / study / "values.json")
    assert values["corpus_posts"]["value"] >= POSTS
    assert (compendium / f"_build/studies/{study}/html/book/comparison.html").is_file()


def _is_the_same(imported: pd.DataFrame, posts: pd.DataFrame) -> None:
    """Whatever the format, a post has its time, its likes, and as many words as before."""
    found = imported.set_index("post_id").loc[posts["post_id"]]
    expected = posts.set_index("post_id")
    assert (found["published_at"] == expected["published_at"]).all()
    assert found["likes"].tolist() == expected["likes"].tolist()
    assert found["likes_captured"].tolist() == expected["likes_captured"].tolist()
    assert found["text"].str.split().str.len().equals(expected["text"].str.split().str.len())
