"""Frames of any size: posts that are read where they lie, a piece at a time, and never stand in memory whole.

A frame is a Parquet file, a folder or pattern of them, a CSV file, or what was imported. It holds each post once. What
the criteria ask for it may hold itself (`newcomer_share`, `host_comments`, `creator_replies`); else the share of words
is counted in its texts, and the exchange in the study's comments.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import weakref
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis.computable import NotComputable
from analysis.criteria import EXCHANGE
from analysis.database import frame, quoted
from analysis.frame_files import TEXTS, database, posts_in, reader, writing
from analysis.in_files import lie_in_files
from analysis.language import share_of, wording
from analysis.measures import BOUNDED, any_row, captured_absent, exchange_absent, measuring
from analysis.reads import NOTES

if TYPE_CHECKING:
    import pandas as pd

    from analysis.database import Connection
    from analysis.settings import Side
    from analysis.study import Study

# Texts are counted so many vectors of the database at a time: some two hundred thousand.
VECTORS_AT_ONCE = 100
# By this name a kernel knows the folder of a run that is under way.
RESULTS = "COMPENDIUM_RESULTS"


@dataclass(eq=False)
class Frame:
    """Posts in files with a measure of each per criterion, and for what reason the whole frame lacks one.

    `tables` are the queries that give `posts` and, where the exchange is counted in comments, `comments` and
    `accounts`; `query` measures the posts.
    """

    where: str
    tables: dict[str, str]
    query: str
    columns: Collection[str]
    absent: Mapping[str, str]
    shares: _Shares | None = None

    @property
    def holds_shares(self) -> bool:
        """Whether the files tell the shares of words, so that no way of counting words matters."""
        return self.shares is None

    @contextmanager
    def opened(self) -> Iterator[Connection]:
        """A database in which `measured` is the table of these posts; raises `TableError` where it cannot be read."""
        with database(self.where) as db:
            _name_tables(db, self.tables)
            db.execute(f"CREATE TEMP VIEW measured AS {self.query}")
            yield db

    def keep(self, db: Connection, name: str, query: str) -> None:
        """Put what a query gives of the table `measured` into that database, as a table."""
        db.execute(f"CREATE TEMP TABLE {name} AS {query}")


def holds_frame(study: Study) -> bool:
    """Whether a study's posts are to be read where they lie, as all are but one CSV file in the study's own form."""
    path = file_of(study, "posts")
    if path is None:
        return False
    if path.suffix == ".csv":
        return lie_in_files(path)
    return path.parent != study.corpus or path.is_file()


def open_frame(study: Study, decisions: Mapping[str, Any]) -> Frame:
    """The posts of a study as a frame, measured as its decisions ask.

    Raises `TableError` where files are missing, unreadable or empty, and with every column that is needed and lacking.
    """
    where = where_of(study)
    with database(where) as db:
        tables = {"posts": posts_in(db, _posts_of(study), decisions, where)}
        _name_tables(db, tables)
        held = {str(name): str(kind) for name, kind, *_ in db.execute("DESCRIBE posts").fetchall()}
        beside = comments_beside(study, held, reader)
        _name_tables(db, beside)
        shares = None if "newcomer_share" in held else _Shares(study.sides, decisions["token_unit"])
        absent = {**not_told(db, held, study, beside), **(shares.count(db, held) if shares else {})}
    tables |= beside
    if shares and shares.folder:
        tables["posts"] = f"SELECT * FROM read_parquet({quoted(str(shares.folder / '*.parquet'))})"  # noqa: S608
    query = measuring(held, absent, exchange="comments" in tables, places=_are_ranked(decisions))
    return Frame(where, tables, query, bounds_in(held), absent, shares)


def count_posts(study: Study, decisions: Mapping[str, Any]) -> int:
    """How many posts a frame has, without a look at any of them. Raises `TableError` as `open_frame` does."""
    where = where_of(study)
    with database(where) as db:
        query = posts_in(db, _posts_of(study), decisions, where)
        return int(db.execute(f"SELECT count(*) FROM ({query})").fetchall()[0][0])  # noqa: S608


def posts_of(study: Study, identifiers: pd.Series) -> pd.DataFrame:
    """What is shown of some of a study's posts: identifier, title and text; what the frame lacks is missing.

    No other column is read, so that it may hold what it likes. Raises `TableError` where there is no readable file.
    """
    import pandas as pd

    where = where_of(study)
    source = reader(_posts_of(study), where)
    with database(where) as db:
        held = {name for name, *_ in db.execute(f"DESCRIBE FROM {source}").fetchall()}
        shown = ", ".join(f"{name if name in held else 'NULL'}::VARCHAR AS {name}" for name in ("post_id", *TEXTS))
        db.register("wanted", pd.DataFrame({"post_id": identifiers.astype("str")}))
        found = frame(db, f"SELECT {shown} FROM {source} WHERE post_id::VARCHAR IN (SELECT post_id FROM wanted)")  # noqa: S608
    return found.sort_values("post_id", ignore_index=True)


def _posts_of(study: Study) -> Path:
    return file_of(study, "posts") or study.corpus


def _name_tables(db: Connection, tables: Mapping[str, str]) -> None:
    for name, query in tables.items():
        db.execute(f"CREATE VIEW {name} AS {query}")


def where_of(study: Study) -> str:
    """Where a study says which files its posts are."""
    return f"data/{study.holder_of('posts').name}/study.yml, tables, posts"


def file_of(study: Study, name: str) -> Path | None:
    """The file of a table, or the pattern of several; none where the study lacks it, or nothing was imported yet."""
    files = study.files_of(name)
    waits = bool(files) and files[0].parent == study.holder_of(name).corpus and not files[0].is_file()
    return files[0] if files and not waits else None


def comments_beside(study: Study, columns: Collection[str], read_by: Callable[[Path, str], str]) -> dict[str, str]:
    """The comments that have words, and the accounts with their sides; nothing where one of them is not there.

    Nothing either where the frame, which has these columns, tells of the exchange itself.
    """
    if {*EXCHANGE} & {*columns}:
        return {}
    files = {name: file_of(study, name) for name in ("comments", "creators")}
    if not all(files.values()):
        return {}
    read = {name: read_by(path, name) for name, path in files.items() if path}
    return {
        "comments": f"SELECT comment_id, post_id, parent_comment_id, author_id FROM {read['comments']} "  # noqa: S608
        "WHERE text IS NOT NULL",
        "accounts": f"SELECT creator_id, side FROM {read['creators']}",  # noqa: S608
    }


def _are_ranked(decisions: Mapping[str, Any]) -> bool:
    """Whether posts are held against their places by likes, by the study's decision or by one that is tried."""
    return "likes" in {decisions["engagement_by"], *decisions.get("robustness", {}).get("engagement_by", [])}


def not_told(db: Connection, columns: Collection[str], study: Study, beside: Collection[str]) -> dict[str, str]:
    """For what reason the table `posts`, which has these columns, and the tables beside it do not tell a measure."""
    absent = captured_absent(db, columns)
    absent |= exchange_absent(db) if beside else _not_held(db, columns, study)
    if "newcomer_share" in columns and not any_row(db, "posts", "newcomer_share IS NOT NULL"):
        absent["newcomer_share"] = "the frame has no shares of words"
    return absent


def bounds_in(columns: Collection[str]) -> list[str]:
    """The columns of the measured posts that tell lower bounds, where the posts have these columns."""
    return [
        f"{measure}_is_bound"
        for count, measure in BOUNDED.items()
        if {f"{count}_captured", f"{count}_is_bound"} & {*columns}
    ]


def _not_held(db: Connection, columns: Collection[str], study: Study) -> dict[str, str]:
    """The measures of the exchange that the frame does not hold itself, where no comments tell them either."""
    absent = [name for name in EXCHANGE if name not in columns or not any_row(db, "posts", f"{name} IS NOT NULL")]
    lacking = next((name for name in ("comments", "creators") if file_of(study, name) is None), "comments")
    return dict.fromkeys(absent, f"the study has no {lacking}")


@dataclass(eq=False)
class _Shares:
    """The newcomers' share of each post's words, counted a piece at a time and kept in a folder as long as this is."""

    sides: Mapping[str, Side]
    token_unit: str
    folder: Path | None = None

    def count(self, db: Connection, kinds: Mapping[str, str]) -> dict[str, str]:
        """Count them in the table `posts`, whose columns are of these kinds; the reason where they cannot be told.

        Raises `TableError` where there is no room for them. Whatever ends the counting, nothing is left behind.
        """
        try:
            return self._count(db, kinds)
        except BaseException:
            if self.folder:
                shutil.rmtree(self.folder, ignore_errors=True)
            raise

    def _count(self, db: Connection, kinds: Mapping[str, str]) -> dict[str, str]:
        texts = ", ".join(f"{name if name in kinds else 'NULL'}::VARCHAR AS {name}" for name in TEXTS)
        others = [name for name in kinds if name not in TEXTS]
        rows = db.cursor().execute(f"SELECT {', '.join([*others, texts])} FROM posts")  # noqa: S608
        # Of a column that is empty throughout a piece, nobody could tell the kind.
        kept = ", ".join(f"{name}::{kinds.get(name, 'DOUBLE')} AS {name}" for name in (*others, "newcomer_share"))
        number = 0
        while len(piece := rows.fetch_df_chunk(VECTORS_AT_ONCE)):
            share = share_of(wording(piece), "newcomer", self.token_unit, self.sides)
            if isinstance(share, NotComputable):
                return {"newcomer_share": share.reason}
            self.folder = self.folder or self._made()
            db.register("piece", piece.drop(columns=[*TEXTS]).assign(newcomer_share=share))
            path = quoted(str(self.folder / f"{number:06}.parquet"))
            with writing(self.folder, "give the frame the column newcomer_share"):
                db.execute(f"COPY (SELECT {kept} FROM piece) TO {path} (FORMAT parquet)")  # noqa: S608
            number += 1
        return {}

    def _made(self) -> Path:
        # Kernels are ended without warning; what lies beside the notes or results of a run goes with it.
        within = next((Path(os.environ[name]).parent for name in (NOTES, RESULTS) if name in os.environ), None)
        folder = Path(tempfile.mkdtemp(prefix="compendium-", dir=within))
        weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
        return folder
