"""The report on an import counted: per capture and in all, what was read, dropped, merged and kept, and what it covers.

It names captures by format and checksum, never by file, since a file's name may name a person.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from analysis import schema
from analysis.computable import NotComputable
from analysis.database import Connection, frame, quoted
from analysis.import_report import ALL, RECORDS
from analysis.language import language_of, wording
from analysis.merging import COUNTS, KEYS, Capture, Part
from analysis.schema import MEASURES, TABLES
from analysis.settings import Side
from analysis.staging import LABEL_DIGITS, Staged

FILE = "file"
# A language is told in Python, so of a large corpus and a large capture only so many texts are looked at.
LOOKED_AT, LOOKED_AT_IN_A_CAPTURE = 10_000, 2_000
TIMES = {"posts": "published_at", "comments": "created_at"}
# Not captured but worked out, or the same as another column.
UNCOUNTED = ("source", "language", "published_from")
ADDED_UP = ("read", "dropped")
Row = tuple[str, str, str, int | None, str | None]


@dataclass(frozen=True)
class Held:
    """Usable records of some tables, as queries: those of a capture, or the corpus."""

    queries: Mapping[str, str]

    def __contains__(self, table: str) -> bool:
        return table in self.queries

    def __getitem__(self, table: str) -> str:
        return f"({self.queries[table]})"


def captured_columns(table: str) -> list[str]:
    """The columns of a canonical table that a capture can fill."""
    return [name for name in TABLES[table].column_names if name not in UNCOUNTED and not name.endswith("_captured")]


def count_all(
    db: Connection, staged: Staged, corpus: Path, earlier: pd.DataFrame | None, sides: Mapping[str, Side]
) -> pd.DataFrame:
    """The report on what was read, and on the corpus that it and what was imported earlier gave."""
    found = []
    for capture in staged.captures:
        own = [part for part in staged.parts if part.capture == capture.label]
        found += [(capture.label, *row, capture.format) for row in _of_capture(db, capture, own, sides)]
    replaced = {capture.checksum[:LABEL_DIGITS] for capture in staged.captures}
    kept = schema.empty("imports") if earlier is None else earlier
    kept = kept[~kept["capture"].str[-LABEL_DIGITS:].isin(replaced) & (kept["capture"] != ALL)]
    imports = pd.concat([kept, _table(found)], ignore_index=True)
    overall = _table([(ALL, *row, None) for row in _of_corpus(db, held_in(corpus), imports, sides)])
    return _ordered(pd.concat([imports, overall], ignore_index=True))


def held_in(corpus: Path) -> Held:
    """What a folder of imported tables holds."""
    paths = {table: corpus / f"{table}.parquet" for table in KEYS}
    return Held({t: f"SELECT * FROM read_parquet({quoted(str(p))})" for t, p in paths.items() if p.is_file()})  # noqa: S608


def _of_capture(db: Connection, capture: Capture, parts: Sequence[Part], sides: Mapping[str, Side]) -> Iterator[Row]:
    """What the records of one capture are, whatever else was imported."""
    tables = dict.fromkeys(part.table for part in parts)
    held = Held({t: " UNION ALL ".join(part.usable for part in parts if part.table == t) for t in tables})
    for table in tables:
        own = [f"SELECT reason FROM {part.records}" for part in parts if part.table == table]  # noqa: S608
        reasons = f"SELECT reason, count(*) FROM ({' UNION ALL '.join(own)}) GROUP BY reason ORDER BY reason"  # noqa: S608
        counted = dict(db.execute(reasons).fetchall())
        usable, distinct, rows = _of_records(db, table, held[table])
        yield table, "read", RECORDS, sum(counted.values()), None
        yield from ((table, "dropped", reason, count, None) for reason, count in counted.items() if reason)
        yield table, "merged", RECORDS, usable - distinct, None
        yield table, "kept", RECORDS, distinct, None
        yield from rows
        if table in TIMES:
            yield from _of_languages(_texts(db, table, held[table], LOOKED_AT_IN_A_CAPTURE), sides)
    yield from _of_comments(db, held)
    for number, caveat in enumerate(capture.caveats, start=1):
        yield FILE, "caveat", str(number), None, caveat
    yield FILE, "checksum", "sha256", None, capture.checksum


def _of_corpus(db: Connection, held: Held, imports: pd.DataFrame, sides: Mapping[str, Side]) -> Iterator[Row]:
    """What the corpus is, and how many records of all captures went into it."""
    for table in held.queries:
        _, kept, rows = _of_records(db, table, held[table])
        own = imports[(imports["table"] == table) & imports["measure"].isin(ADDED_UP)]
        added: dict[Any, Any] = own.groupby(["measure", "item"], sort=True)["count"].sum().to_dict()
        yield from ((table, measure, item, int(count), None) for (measure, item), count in added.items())
        if table != "creators":
            # Accounts are those of posts and comments, too.
            read = int(added.get(("read", RECORDS), 0))
            dropped = int(own.loc[own["measure"] == "dropped", "count"].sum())
            yield table, "merged", RECORDS, max(read - dropped - kept, 0), None
        yield table, "kept", RECORDS, kept, None
        yield from rows
        if table in TIMES:
            yield from _of_languages(_texts(db, table, held[table], LOOKED_AT), sides)
    yield from _of_comments(db, held)


def _of_records(db: Connection, table: str, records: str) -> tuple[int, int, list[Row]]:
    """How many records there are, of how many identifiers, and what their columns hold."""
    columns, counts, time = captured_columns(table), COUNTS.get(table, ()), TIMES.get(table)
    asked = ["count(*)", f"count(DISTINCT {KEYS[table]})", *(f"count({name})" for name in columns)]
    for name in counts:
        shown = f"{name}_captured"
        asked.append(f"count(*) FILTER ({name} IS NOT NULL AND NOT is_exact({shown}))")
        asked.append(f"count(*) FILTER ({name} IS NULL AND {shown} IS NOT NULL)")
    asked.append("count(*) FILTER (published_from = 'post_id')" if table == "posts" else "NULL")
    asked += [f"strftime({end}({time}), '%Y-%m-%d')" if time else "NULL" for end in ("min", "max")]
    ((usable, distinct, *found),) = db.execute(f"SELECT {', '.join(asked)} FROM {records}").fetchall()  # noqa: S608
    filled = found[: len(columns)]
    parsed = found[len(columns) : len(columns) + 2 * len(counts)]
    rows: list[Row] = [(table, "filled", name, n, None) for name, n in zip(columns, filled, strict=True)]
    rows += [(table, "approximate", name, n, None) for name, n in zip(counts, parsed[::2], strict=True) if n]
    rows += [(table, "unreadable count", name, n, None) for name, n in zip(counts, parsed[1::2], strict=True) if n]
    from_id, first, last = found[-3:]
    rows += [(table, "date from id", RECORDS, from_id, None)] if from_id else []
    rows += [(table, end, RECORDS, None, day) for end, day in (("first", first), ("last", last)) if day]
    return usable, distinct, rows


def _texts(db: Connection, table: str, records: str, at_most: int) -> pd.DataFrame:
    """Titles and texts of records chosen by the digests of their identifiers, so that neither order nor chance decides.

    Of a record that is there several times, the longest of each is taken, as in the corpus.
    """
    key, columns = KEYS[table], [name for name in ("title", "text") if name in TABLES[table].column_names]
    longest = ", ".join(
        f"(max({{'long': length({name}), 'words': {name}}}) FILTER ({name} IS NOT NULL)).words AS {name}"
        for name in columns
    )
    chosen = f"SELECT DISTINCT {key} FROM {records} ORDER BY md5({key}), {key} LIMIT {at_most}"  # noqa: S608
    asked = f"SELECT {key}, {longest} FROM {records} SEMI JOIN ({chosen}) USING ({key}) GROUP BY {key} ORDER BY {key}"  # noqa: S608
    return frame(db, asked).assign(table=table)


def _of_languages(rows: pd.DataFrame, sides: Mapping[str, Side]) -> Iterator[Row]:
    """In which languages texts are; nothing where there are none, or where scripts cannot tell."""
    told = language_of(wording(rows) if "title" in rows else rows["text"], sides)
    if len(rows) and not isinstance(told, NotComputable):
        table = str(rows["table"].iloc[0])
        yield table, "language", RECORDS, len(rows), None
        counted = told.value_counts().sort_index()
        yield from ((table, "language", str(language), int(count), None) for language, count in counted.items())


def _of_comments(db: Connection, held: Held) -> Iterator[Row]:
    """Comments promised beside those captured, and replies beside the comments that they answer."""
    if "posts" in held:
        captured = f"SELECT DISTINCT comment_id, post_id FROM {held['comments']}" if "comments" in held else ""  # noqa: S608
        there = f"(SELECT count(*) FROM ({captured}) SEMI JOIN posts USING (post_id))" if captured else "0"  # noqa: S608
        asked = (
            f"WITH posts AS (SELECT post_id, max(comments_count) AS promised FROM {held['posts']} "  # noqa: S608
            f"WHERE comments_count IS NOT NULL GROUP BY post_id) SELECT sum(promised)::BIGINT, {there} FROM posts"
        )
        ((promised, found),) = db.execute(asked).fetchall()
        if promised is not None:
            yield "comments", "comments promised", RECORDS, promised, None
            yield "comments", "comments captured", RECORDS, found, None
    if "comments" in held:
        asked = (
            f"WITH found AS (SELECT DISTINCT comment_id, parent_comment_id FROM {held['comments']}) "  # noqa: S608
            "SELECT count(DISTINCT comment_id), count(DISTINCT comment_id) FILTER (parent_comment_id NOT IN "
            "(SELECT comment_id FROM found)) FROM found WHERE parent_comment_id IS NOT NULL"
        )
        ((replies, orphans),) = db.execute(asked).fetchall()
        yield "comments", "replies captured", RECORDS, replies, None
        yield "comments", "replies without parent", RECORDS, orphans, None


def _table(rows: Iterable[tuple[Any, ...]]) -> pd.DataFrame:
    columns = TABLES["imports"].column_names
    return schema.typed(pd.DataFrame(list(rows), columns=columns, dtype="object"), "imports")


def _ordered(imports: pd.DataFrame) -> pd.DataFrame:
    """The report in one order: the corpus last, tables and measures as they are named, items by their first order."""
    tables = [*KEYS, FILE]
    place = pd.DataFrame(
        {
            "last": imports["capture"] == ALL,
            "capture": imports["capture"],
            "table": imports["table"].map(tables.index),
            "measure": imports["measure"].map(MEASURES.index),
        }
    )
    order = place.sort_values(list(place.columns), kind="stable").index
    return imports.loc[order].reset_index(drop=True)
