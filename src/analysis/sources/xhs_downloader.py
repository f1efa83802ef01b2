"""XHS-Downloader: the posts in its SQLite database, table `explore_data`."""

from collections.abc import Mapping

from analysis.database import Connection
from analysis.sources import cells
from analysis.sources.cells import NOTHING, Cells, Layout
from analysis.sources.reader import Opened, Reader, Reading

# The platform's own; the format does not say in which zone the downloading machine was.
_HOURS_AHEAD = 8
_ZONE = (
    "XHS-Downloader writes times in the zone of the machine that ran it and does not say which: they are read as"
    " UTC+8, the platform's own, and are hours off if the machine was elsewhere."
)
_CAVEATS = (
    _ZONE,
    "XHS-Downloader keeps posts only: the capture holds no comments, places or search terms.",
)


def _time(cell: str) -> str:
    written = f"replace({cell}, '_', ' ')"
    return NOTHING if cell == NOTHING else f"local_time({written}, 'ISO8601', {_HOURS_AHEAD})"


def _count(cell: str) -> str:
    """A count as captured; -1 stands for one that was not seen."""
    return NOTHING if cell == NOTHING else f"CASE WHEN trim({cell}) <> '-1' THEN {cell} END"


def _post(cell: Cells) -> Mapping[str, str]:
    post_id, tags = cell.identifier("作品ID"), cell("作品标签")
    return {
        "post_id": post_id,
        "account": cells.account(cell.identifier("作者ID")),
        "account_name": cell("作者昵称"),
        "title": cell("作品标题"),
        "text": cell("作品描述"),
        "hashtags": f"coalesce(joined_tags(string_split({tags}, ' ')), tags_in({cell('作品描述')}))",
        **cells.published(_time(cell("发布时间")), post_id),
        "collected_at": _time(cell("采集时间")),
        "likes": _count(cell("点赞数量")),
        "collects": _count(cell("收藏数量")),
        "comments_count": _count(cell("评论数量")),
        "shares": _count(cell("分享数量")),
        "media": cells.media(cell("作品类型")),
        "url": cell("作品链接"),
        "reason": cells.reason(post_id),
    }


LAYOUTS = (Layout("posts", frozenset({"作品ID", "作品标题", "作品描述", "发布时间"}), _post),)


def _recognises(opened: Opened) -> bool:
    return opened.shape == "database" and bool(cells.known(opened, LAYOUTS))


def _read(opened: Opened, db: Connection) -> Reading:
    return Reading(cells.queries(db, opened, cells.known(opened, LAYOUTS)), _CAVEATS)


READER = Reader("xhs_downloader", "XHS-Downloader: SQLite", _recognises, _read)
