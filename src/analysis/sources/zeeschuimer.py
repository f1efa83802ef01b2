"""What the browser plug-in Zeeschuimer captures: an item a line, in the plug-in's own envelope or in 4CAT's."""

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from analysis.database import Connection, quoted
from analysis.sources import macros, records
from analysis.sources.reader import Opened, Reader, Reading

POSTS, COMMENTS = "xiaohongshu.com", "xiaohongshu-comments"
UNREADABLE = "not readable as JSON of this format"
CAVEATS = {
    "posts": (
        "A post that was merely listed, not opened, has a title but no text, and its time comes from its identifier.",
        "Accounts outside the platform's own country are sent to another site, of which nothing is captured.",
    ),
    "comments": (
        "Most replies are missing: this format holds only those loaded together with the comment that they answer.",
        "Comments are there as far as somebody scrolled: compare the comments promised with those captured.",
    ),
}
_NOTED = {
    "platform": "source_platform",
    "page": "source_platform_url",
    "request": "source_url",
    "collected": "timestamp_collected",
}
_BLOCK = 1 << 20


@dataclass(frozen=True)
class Wrapping:
    """How a line holds an item and what the plug-in noted beside it."""

    keys: frozenset[str]
    item: str
    beside: str = ""

    def recognises(self, opened: Opened) -> bool:
        """Whether a record of the file is wrapped like this."""
        return opened.shape == "lines" and any(self.wraps(record) for record in opened.sample)

    def wraps(self, record: object) -> bool:
        """Whether a record is wrapped like this."""
        return isinstance(record, Mapping) and self.keys <= record.keys()

    def columns(self, table: str) -> Mapping[str, str]:
        """The columns of a line that holds an item of a table."""
        item, noted = records.SHAPES[table], records.texts(*_NOTED.values())
        if self.beside:
            return {**item, self.beside: records.struct(noted)}
        return {**noted, self.item: records.struct(item)}

    def lines(self, path: Path, table: str) -> str:
        """SQL for the lines of a file; one that is not readable gives an item without anything."""
        declared = ", ".join(f"{quoted(name)}: {quoted(kind)}" for name, kind in self.columns(table).items())
        within = f"{self.beside}." if self.beside else ""
        noted = ", ".join(f"{within}{column} AS {name}" for name, column in _NOTED.items())
        options = "format = 'newline_delimited', ignore_errors = true"
        source = f"read_json({quoted(str(path))}, {options}, columns = {{{declared}}})"
        return f"(SELECT {self.item} AS item, {noted} FROM {source} AS line)"  # noqa: S608

    def read(self, opened: Opened, db: Connection) -> Reading:
        """A query for each kind of item that the file holds."""
        macros.define(db)
        has_comments = _holds(opened.path, COMMENTS)
        has_posts = not has_comments or _holds(opened.path, POSTS)
        queries = {}
        if has_posts:
            queries["posts"] = _posts(self.lines(opened.path, "posts"), skipped=COMMENTS if has_comments else "")
        if has_comments:
            queries["comments"] = _comments(self.lines(opened.path, "comments"), alone=not has_posts)
        caveats = tuple(caveat for table in queries for caveat in CAVEATS[table])
        return Reading(queries, caveats, lambda: {UNREADABLE: list(self.unreadable(opened.path))})

    def unreadable(self, path: Path) -> Iterator[int]:
        """The numbers of the lines that are not readable."""
        with path.open("rb") as file:
            for number, line in enumerate(file, start=1):
                if line.strip() and not self.is_readable(line):
                    yield number

    def is_readable(self, line: bytes) -> bool:
        """Whether a line holds an item; half a character, written as an escape, makes it unreadable."""
        try:
            record = json.loads(line)
            json.dumps(record, ensure_ascii=False).encode()
        except ValueError:
            return False
        return isinstance(record, Mapping) and not self.keys.isdisjoint(record)


def _holds(path: Path, platform: str) -> bool:
    """Whether an item of a platform stands anywhere in a file."""
    sought, block = f'"{platform}"'.encode(), bytearray(_BLOCK)
    with path.open("rb", buffering=0) as file:
        while length := file.readinto(block):
            if block.find(sought, 0, length) >= 0:
                return True
            # What was sought may lie across the end of a block.
            if length > len(sought):
                file.seek(-len(sought), os.SEEK_CUR)
    return False


def _posts(lines: str, skipped: str) -> str:
    """SQL for the posts among lines, and for the lines that hold none."""
    parts = ", ".join(f"{part} AS {name}" for name, part in records.POST_PARTS.items())
    cases = {
        "platform IS NULL AND post_id IS NULL": quoted(UNREADABLE),
        f"platform <> {quoted(POSTS)}": "'an item of another platform (' || platform || ')'",
        "item.model_type LIKE 'ad%'": "'an advertisement'",
        "item.model_type <> 'note'": "'no post but ' || item.model_type",
        "post_id IS NULL": "'no identifier'",
        "coalesce(account, account_name, title, text, likes) IS NULL": "'a preview without content'",
    }
    columns = ", ".join(f"{column} AS {name}" for name, column in records.POST.items())
    kept = f" WHERE platform IS DISTINCT FROM {quoted(skipped)}" if skipped else ""
    return f"SELECT {columns}, {_reason(cases)} FROM (SELECT *, {parts} FROM {lines}{kept})"  # noqa: S608


def _comments(lines: str, *, alone: bool) -> str:
    """SQL for the comments among lines and the replies beneath them; alone, also for the lines that hold none."""
    parts = ", ".join(f"{part} AS {name}" for name, part in records.COMMENT_PARTS.items())
    cases = {
        "platform IS NULL AND comment_id IS NULL": quoted(UNREADABLE),
        f"platform <> {quoted(COMMENTS)}": "'an item of another platform (' || platform || ')'",
        "comment_id IS NULL": "'no identifier'",
        "post_id IS NULL": "'no identifier of its post'",
    }
    columns = ", ".join(f"{column} AS {name}" for name, column in records.COMMENT.items())
    kept = "" if alone else f" WHERE platform = {quoted(COMMENTS)}"
    return f"SELECT {columns}, {_reason(cases)} FROM (SELECT platform, {parts} FROM {lines}{kept})"  # noqa: S608


def _reason(cases: Mapping[str, str]) -> str:
    return f"CASE {' '.join(f'WHEN {case} THEN {told}' for case, told in cases.items())} END AS reason"


PLUG_IN = Wrapping(frozenset({"source_platform", "timestamp_collected", "data"}), "data")
FLATTENED = Wrapping(frozenset({"__import_meta"}), "line", "__import_meta")


def _recognises(opened: Opened) -> bool:
    return PLUG_IN.recognises(opened) or FLATTENED.recognises(opened)


def _read(opened: Opened, db: Connection) -> Reading:
    return (PLUG_IN if PLUG_IN.recognises(opened) else FLATTENED).read(opened, db)


READER = Reader("zeeschuimer", "Zeeschuimer, as exported or as 4CAT keeps it (NDJSON)", _recognises, _read)
