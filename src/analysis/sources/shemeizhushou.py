"""社媒助手, a browser plug-in: posts and comments as Excel workbooks, or saved from one as CSV."""

from collections.abc import Mapping

from analysis.database import Connection
from analysis.sources import cells
from analysis.sources.cells import NOTHING, Cells, Layout
from analysis.sources.reader import Opened, Reader, Reading

# The platform's own; a spreadsheet's time does not say its zone.
_HOURS_AHEAD = 8
_ZONE = (
    "社媒助手 writes times in the zone of the browser and does not say which: they are read as UTC+8, the platform's"
    " own, and are hours off if the browser was elsewhere."
)
_THREADS = (
    "社媒助手 attaches each reply to the first comment of its thread: who answers whom inside a thread is not known,"
    " and no reply to a reply is told from a reply to that comment."
)
_COUNTS = "A reply has no count of replies of its own in 社媒助手: missing, not 0."


def _time(cell: str) -> str:
    return NOTHING if cell == NOTHING else f"local_time({cell}, 'ISO8601', {_HOURS_AHEAD})"


def _count(cell: str) -> str:
    """A count as captured; a dash stands for one that there is not."""
    return NOTHING if cell == NOTHING else f"CASE WHEN trim({cell}) <> '-' THEN {cell} END"


def _post(cell: Cells) -> Mapping[str, str]:
    post_id = cell.identifier("笔记ID")
    return {
        "post_id": post_id,
        "account": cells.account(cell.identifier("博主ID")),
        "account_name": cell("博主昵称"),
        "title": cell("笔记标题"),
        "text": cell("笔记详情"),
        "hashtags": f"tags_in({cell('笔记详情')})",
        **cells.published(_time(cell("发布时间")), post_id),
        "likes": _count(cell("点赞数")),
        "collects": _count(cell("收藏数")),
        "comments_count": _count(cell("评论数")),
        "shares": _count(cell("分享数")),
        "media": cells.media(cell("笔记类型")),
        "place": cell("IP地址"),
        "images": cells.addresses(cell("视频/图片下载链接"), "[\\r\\n]"),
        "url": cell("笔记链接"),
        "reason": cells.reason(post_id),
    }


def _comment(cell: Cells) -> Mapping[str, str]:
    comment_id, post_id = cell.identifier("评论ID"), cell.identifier("笔记ID")
    return {
        "comment_id": comment_id,
        "post_id": post_id,
        "parent_comment_id": cells.parent(cell.identifier("一级评论ID"), comment_id),
        "account": cells.account(cell.identifier("用户ID")),
        "account_name": cell("用户名称"),
        "text": cell("评论内容"),
        "likes": _count(cell("点赞数")),
        "replies_count": _count(cell("子评论数")),
        "created_at": _time(cell("评论时间")),
        "place": cell("IP地址"),
        "reason": cells.reason(comment_id, post_id),
    }


LAYOUTS = (
    Layout("comments", frozenset({"评论ID", "笔记ID", "评论内容"}), _comment),
    Layout("posts", frozenset({"笔记ID", "笔记标题", "笔记详情"}), _post, frozenset({"评论ID"})),
)


def _recognises(opened: Opened) -> bool:
    return opened.shape in ("workbook", "delimited") and bool(cells.known(opened, LAYOUTS))


def _read(opened: Opened, db: Connection) -> Reading:
    tables = cells.known(opened, LAYOUTS)
    found = cells.queries(db, opened, tables)
    return Reading(found, (_ZONE, *([_THREADS, _COUNTS] if "comments" in found else [])))


READER = Reader("shemeizhushou", "社媒助手: Excel or CSV", _recognises, _read)
