"""What a reader of a capture format is, and what it hands on.

A reader takes an opened file to raw records: one query for each canonical table that the file holds, whose columns
are those of `RAW`, as captured. Everything that is alike for all formats (counts, hashtags, pseudonyms, masking,
merging) is done afterwards, in the import. A new format is one module here and one line in `registry.py`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from analysis.database import Connection

Shape = Literal["lines", "array", "delimited", "workbook", "database", "parquet"]
# What stands in a cell, by itself, where there is no count, time or identifier; a text may well be a dash.
NOTHING_TOLD = ("-", "–", "—", "n/a", "#n/a", "na", "nan", "nat", "null", "none", "\\n")
TEXTS, TIME, WHOLE = "VARCHAR", "TIMESTAMP", "BIGINT"

# The columns of a raw record and their types. A query leaves out what its format does not carry.
#   account         the account's identifier, or the first 16 digits of its SHA-256 where the format has only that
#   account_name    what the account is called; stands for the account where there is no identifier
#   names           names of accounts that the text mentions, a line each, so that they can be masked
#   likes, …        counts as captured, such as 1.7万
#   reason          why the record cannot be used; missing where it can
#   line            line, row or record number in the file, from 1, where the format has one
RAW: Mapping[str, Mapping[str, str]] = {
    "posts": {
        "post_id": TEXTS, "account": TEXTS, "account_name": TEXTS, "title": TEXTS, "text": TEXTS,
        "hashtags": TEXTS, "published_at": TIME, "published_from": TEXTS, "collected_at": TIME, "likes": TEXTS,
        "collects": TEXTS, "comments_count": TEXTS, "shares": TEXTS, "search_rank": WHOLE, "query": TEXTS,
        "media": TEXTS, "place": TEXTS, "images": TEXTS, "url": TEXTS, "names": TEXTS, "reason": TEXTS, "line": WHOLE,
    },
    "comments": {
        "comment_id": TEXTS, "post_id": TEXTS, "parent_comment_id": TEXTS, "account": TEXTS, "account_name": TEXTS,
        "text": TEXTS, "likes": TEXTS, "replies_count": TEXTS, "created_at": TIME, "place": TEXTS,
        "names": TEXTS, "reason": TEXTS, "line": WHOLE,
    },
    "creators": {
        "account": TEXTS, "account_name": TEXTS, "side": TEXTS, "self_description": TEXTS, "names": TEXTS,
        "reason": TEXTS, "line": WHOLE,
    },
}  # fmt: skip


@dataclass(frozen=True)
class Opened:
    """A capture file, unpacked and decoded, and what a glance into it shows.

    `tables` gives the columns of each sheet or database table; of a delimited or Parquet file under the name "".
    `sample` holds the first records of a JSON file.
    """

    path: Path
    shown: str
    shape: Shape
    tables: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sample: tuple[Mapping[str, Any], ...] = ()
    separator: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Reading:
    """What a reader makes of a file: a query for each canonical table, and what to know before relying on it."""

    queries: Mapping[str, str]
    caveats: tuple[str, ...] = ()
    # Says for each reason of unusable records in which lines they stand, where the query cannot.
    locate: Callable[[], Mapping[str, list[int]]] | None = None


@dataclass(frozen=True)
class Reader:
    """A capture format: its name, what it is, by what it is recognised, and how it is read."""

    name: str
    title: str
    recognises: Callable[[Opened], bool]
    read: Callable[[Opened, Connection], Reading]
