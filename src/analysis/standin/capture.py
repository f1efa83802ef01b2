"""A part of the stand-in corpus in the form of a capture, so that the way from a file to a book can be tried.

The lines are those of Zeeschuimer: a post as it looks when opened, a few posts again as a search shows them (poorer),
and comments with their replies inside. Names, like everything else in it, are made up.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from analysis import tables

POSTS, AGAIN = 60, 12
PLATFORMS = {"posts": "xiaohongshu.com", "comments": "xiaohongshu-comments"}
Line = Mapping[str, Any]


def write_capture(posts: pd.DataFrame, comments: pd.DataFrame, folder: Path) -> dict[str, int]:
    """Write the posts that a search shows first, and their comments, as two capture files; give their lines."""
    chosen = posts.sort_values("search_rank").head(POSTS)
    said = comments[comments["post_id"].isin(chosen["post_id"])]
    made = {"posts": list(_post_lines(chosen)), "comments": list(_comment_lines(said))}
    for name, lines in made.items():
        written = (json.dumps(line, ensure_ascii=False, separators=(",", ":")) for line in lines)
        tables.replace_text(folder / f"zeeschuimer-{name}.ndjson", "".join(f"{line}\n" for line in written))
    return {name: len(lines) for name, lines in made.items()}


def _post_lines(posts: pd.DataFrame) -> Iterator[Line]:
    rows = posts.to_dict("records")
    for number, row in enumerate(rows, start=1):
        yield _envelope(number, "posts", row["collected_at"], _opened(row))
    for number, row in enumerate(rows[:AGAIN], start=len(rows) + 1):
        yield _envelope(number, "posts", row["collected_at"] - pd.Timedelta(minutes=5), _in_search(row))


def _comment_lines(comments: pd.DataFrame) -> Iterator[Line]:
    """Each comment on a post with all replies below it; the format keeps them in one list."""
    rows = comments.sort_values("comment_id").to_dict("records")
    parents = {row["comment_id"]: row["parent_comment_id"] for row in rows}
    below: dict[str, list[dict[Any, Any]]] = {row["comment_id"]: [] for row in rows if not _text(parents, row)}
    for row in rows:
        if _text(parents, row):
            below[_root(row["comment_id"], parents)].append(row)
    for number, row in enumerate((row for row in rows if row["comment_id"] in below), start=1):
        data = _comment(row) | {
            "sub_comment_count": str(len(below[row["comment_id"]])),
            "sub_comments": [_reply(reply) for reply in below[row["comment_id"]]],
        }
        yield _envelope(number, "comments", row["created_at"] + pd.Timedelta(days=1), data)


def _text(parents: Mapping[str, Any], row: Mapping[Any, Any]) -> bool:
    """Whether a comment answers another one."""
    return isinstance(parents[row["comment_id"]], str)


def _root(comment: str, parents: Mapping[str, Any]) -> str:
    while isinstance(parents[comment], str):
        comment = parents[comment]
    return comment


def _envelope(number: int, kind: str, seen: pd.Timestamp, data: Line) -> Line:
    return {
        "id": number,
        "nav_index": f"1:1:{number}",
        "item_id": data["id"],
        "timestamp_collected": _ms(seen),
        "last_updated": _ms(seen),
        "source_platform": PLATFORMS[kind],
        "source_platform_url": "https://www.xiaohongshu.com/search_result?keyword=tiktokrefugee",
        "user_agent": "made up",
        "data": data,
    }


def _opened(row: Mapping[Any, Any]) -> Line:
    card = {
        "type": "video" if row["media"] == "video" else "normal",
        "title": _or_empty(row["title"]),
        "desc": _or_empty(row["text"]),
        "time": _ms(row["published_at"]),
        "user": _user(row["creator_id"]),
        "interact_info": {
            "liked_count": row["likes_captured"],
            "collected_count": row["collects_captured"],
            "comment_count": row["comments_count_captured"],
            "share_count": row["shares_captured"],
        },
        "tag_list": [{"name": tag, "type": "topic"} for tag in _or_empty(row["hashtags"]).split()],
    }
    return {"id": row["post_id"], "model_type": "note", "note_card": card}


def _in_search(row: Mapping[Any, Any]) -> Line:
    """A post as a search shows it: without text and time."""
    card = {
        "type": "normal",
        "display_title": _or_empty(row["title"]),
        "user": _user(row["creator_id"]),
        "interact_info": {"liked_count": row["likes_captured"]},
    }
    return {"id": row["post_id"], "model_type": "note", "note_card": card}


def _comment(row: Mapping[Any, Any]) -> dict[str, Any]:
    return {
        "id": row["comment_id"],
        "note_id": row["post_id"],
        "content": row["text"],
        "like_count": row["likes_captured"],
        "create_time": _ms(row["created_at"]),
        "user_info": _user(row["author_id"]),
    }


def _reply(row: Mapping[Any, Any]) -> Line:
    return _comment(row) | {"target_comment": {"id": row["parent_comment_id"]}}


def _user(account: str) -> Line:
    return {"user_id": account, "nickname": f"made up {account[-4:]}"}


def _or_empty(text: object) -> str:
    return text if isinstance(text, str) else ""


def _ms(time: pd.Timestamp) -> int:
    return int(time.timestamp()) * 1000
