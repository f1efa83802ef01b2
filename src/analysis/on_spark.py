"""Past one machine: the posts of a frame measured and counted on Spark.

Spark is asked the very queries that the database is asked; its ANSI mode reads them as they stand. What they find is
small, however large the frame: how many posts fare how, and the posts that meet every criterion. That alone comes here,
into a database in which the sample is then drawn as it always is.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any, cast

import pandas as pd

from analysis.computable import NotComputable
from analysis.database import named, quoted
from analysis.errors import StudyError, TableError
from analysis.frame_files import NO_POSTS, TEXTS, check_each, database, selecting
from analysis.frames import bounds_in, comments_beside, file_of, holds_frame, not_told, where_of
from analysis.language import share_of, wording
from analysis.measures import any_row, measuring
from analysis.sampling import NEAR, measure_study
from analysis.spark_session import telling

if TYPE_CHECKING:
    from analysis.criteria import MeasuredPosts
    from analysis.database import Connection
    from analysis.settings import Side
    from analysis.study import Study

# Texts are counted so many at a time.
ROWS_AT_ONCE = 20_000
NOT_FOUND = (
    "--why {asked}: no identifier begins so as captured, and what the book shows of posts is not compared on Spark. "
    "Give an identifier as captured, or its beginning, or ask without --engine spark."
)
SQL = {
    # As the database does: a cell that is no number is an error, and "a name" is a column.
    "spark.sql.ansi.enabled": "true",
    "spark.sql.ansi.doubleQuotedIdentifiers": "true",
    # Hundreds of cut-offs are more than one method of Java holds.
    "spark.sql.codegen.wholeStage": "false",
}


@dataclass(eq=False)
class OnSpark:
    """Posts measured on Spark, and for what reason the whole frame lacks a measure.

    `asked` is what a post begins with that somebody asks about.
    """

    spark: Any
    where: str
    columns: Collection[str]
    absent: Mapping[str, str]
    asked: str = ""

    @contextmanager
    def opened(self) -> Iterator[Connection]:
        """A database here, whose table `measured` holds one of these posts, with a creator if any has, and those asked.

        Raises `TableError` where the posts cannot be read, `ClusterError` where the cluster is lost, and `StudyError`
        where nothing begins as is asked.
        """
        begun = f"startswith(post_id, {quoted(self.asked)})" if self.asked else "FALSE"
        one = f"SELECT * FROM measured WHERE creator_id IS NOT NULL AND NOT {begun} LIMIT 1"  # noqa: S608
        those = f"SELECT * FROM measured WHERE {begun} ORDER BY post_id LIMIT {NEAR}"  # noqa: S608
        with database(self.where) as db, telling(self.where):
            _bring(db, "measured", self.spark.sql(f"({one}) UNION ALL ({those})"))
            if self.asked and not any_row(db, "measured", f"starts_with(post_id, {quoted(self.asked)})"):
                raise StudyError(NOT_FOUND.format(asked=self.asked))
            if not any_row(db, "measured"):
                _bring(db, "measured", self.spark.sql("SELECT * FROM measured LIMIT 1"))
            yield db

    def keep(self, db: Connection, name: str, query: str) -> None:
        """Put what a query gives of the posts into that database, as a table."""
        _bring(db, name, self.spark.sql(query))


def measure_on(spark: Any, study: Study, decisions: Mapping[str, Any], asked: str = "") -> MeasuredPosts:
    """Measure a study's posts on Spark, as its decisions ask; a small table is sent there.

    Raises `TableError` as the database does, and where a frame is not within the workers' reach; `StudyError` for a
    post that is asked for by what the book shows of it.
    """
    if asked.startswith("~"):
        raise StudyError(NOT_FOUND.format(asked=asked))
    # Views and settings of its own.
    own, where = spark.newSession(), where_of(study)
    for name, value in SQL.items():
        own.conf.set(name, value)
    with telling(where):
        if decisions["side_by"] == "creators" and (holds_frame(study) or study.address_of("posts")):
            return _measure_frame(own, study, decisions, asked)
        if study.address_of("posts"):
            raise StudyError(
                f"{where}: sides are told by language (side_by), for which all that was written would have to be here. "
                "Give the frame the columns host_comments and creator_replies, and set side_by: creators."
            )
        measured = measure_study(study, decisions)
        _send(own, measured)
        return OnSpark(own, where, measured.columns, measured.absent, asked)


class _Asking:
    """Spark, asked as the database is."""

    def __init__(self, spark: Any) -> None:
        self.spark, self.found = spark, None

    def execute(self, query: str) -> _Asking:
        self.found = self.spark.sql(query)
        return self

    def fetchall(self) -> list[Any]:
        return [tuple(row) for row in self.found.collect()] if self.found is not None else []


def _measure_frame(own: Any, study: Study, decisions: Mapping[str, Any], asked: str) -> OnSpark:
    where, db = where_of(study), cast("Connection", _Asking(own))
    source = _read_by(own, study, "posts")
    if not study.address_of("posts"):
        with database(where) as here:
            check_each(here, file_of(study, "posts") or study.corpus, decisions, where)
    kinds = {name: "VARCHAR" if kind == "string" else kind for name, kind in own.table(source).dtypes}
    posts = own.sql(selecting(kinds, source, decisions, where))
    posts.createOrReplaceTempView("posts")
    if not any_row(db, "posts"):
        raise TableError(f"{where}: {NO_POSTS}")
    held = posts.columns
    beside = comments_beside(study, held, lambda _, name: _read_by(own, study, name))
    for name, query in beside.items():
        own.sql(query).createOrReplaceTempView(name)
    absent = not_told(db, held, study, beside)
    if "newcomer_share" not in held:
        absent |= _count_shares(own, posts, study.sides, decisions["token_unit"])
    own.sql(measuring(held, absent, exchange=bool(beside))).createOrReplaceTempView("measured")
    return OnSpark(own, where, bounds_in(held), absent, asked)


def _read_by(own: Any, study: Study, table: str) -> str:
    """Read a table where it lies; the name by which it is then known."""
    address = _address(study, table)
    if address.endswith(".csv"):
        found = own.read.csv(address, header=True, multiLine=True, escape='"', mode="FAILFAST")
    else:
        found = own.read.option("mergeSchema", "true").parquet(address)
    found.createOrReplaceTempView(f"held_{table}")
    return f"held_{table}"


def _address(study: Study, table: str) -> str:
    # Otherwise Spark would look for a file in the file system that it takes for its own.
    return study.address_of(table) or f"file:///{(file_of(study, table) or study.corpus).as_posix().lstrip('/')}"


def _count_shares(own: Any, posts: Any, sides: Mapping[str, Side], token_unit: str) -> dict[str, str]:
    """Count the newcomers' share of each post's words, where this package is there too; the reason if none is told."""
    none = share_of(pd.Series(dtype="str"), "newcomer", token_unit, sides)
    if isinstance(none, NotComputable):
        return {"newcomer_share": none.reason}
    from pyspark.sql.types import DoubleType, StructField, StructType

    others = [field for field in posts.schema if field.name not in TEXTS]
    counting = partial(_with_shares, sides=dict(sides), token_unit=token_unit)
    shares = StructType([*others, StructField("newcomer_share", DoubleType())])
    counted = own.createDataFrame(posts.rdd.mapPartitions(counting), shares, verifySchema=False)
    # Several queries follow, and none should count again.
    counted.persist().createOrReplaceTempView("posts")
    return {}


def _with_shares(rows: Iterable[Any], sides: Mapping[str, Side], token_unit: str) -> Iterator[tuple[Any, ...]]:
    """Posts as Spark gives them, without their texts and with the newcomers' share of their words."""
    left = iter(rows)
    while piece := [row.asDict() for row in islice(left, ROWS_AT_ONCE)]:
        texts = pd.DataFrame({name: pd.Series([row.pop(name, None) for row in piece], dtype="str") for name in TEXTS})
        shares: Any = share_of(wording(texts), "newcomer", token_unit, sides)
        for row, share in zip(piece, shares.astype("object").where(shares.notna(), None), strict=True):
            yield (*row.values(), share)


def _send(own: Any, measured: MeasuredPosts) -> None:
    """Make of posts that were measured here the table `measured` there."""
    with measured.opened() as db:
        kinds = [(str(name), str(kind)) for name, kind, *_ in db.execute("DESCRIBE measured").fetchall()]
        rows = db.execute("SELECT * FROM measured").fetchall()
    schema = ", ".join(f"{name} {'STRING' if kind == 'VARCHAR' else kind}" for name, kind in kinds)
    own.createDataFrame(rows, schema).createOrReplaceTempView("measured")


def _bring(db: Connection, name: str, found: Any) -> None:
    """Put what Spark found into a database here, as a table."""
    columns = ", ".join(f"{named(field.name)} {field.dataType.simpleString()}" for field in found.schema)
    db.execute(f"CREATE TEMP TABLE IF NOT EXISTS {name} ({columns})")
    rows = found.collect()
    if rows:
        db.register("brought", pd.DataFrame([tuple(row) for row in rows], columns=found.columns, dtype="object"))
        db.execute(f"INSERT INTO {name} SELECT * FROM brought")  # noqa: S608
        db.unregister("brought")
