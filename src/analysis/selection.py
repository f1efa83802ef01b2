"""Which posts of a frame meet every criterion, and how many fare how with each of them.

Two plain queries find it, which any engine can run: one counts all posts by how they fare, and reads numbers alone
(`counting`); the other keeps the posts that meet every criterion (`choosing_from`), and reads what they are called.
Together they read each column about once; where posts stand by likes, each reads all likes once more, for the places.
What they find is small however large the frame.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np
import pandas as pd

from analysis.criteria import Criterion, MeasuredPosts, criteria_of, fares, met, reaches, standing
from analysis.database import Connection
from analysis.errors import TableError

Decided = Mapping[str, Any]
# How a post fares with a criterion; with all of them it is one number whose digits, to this base, these are.
MEETS, FALLS_SHORT, UNDECIDED = range(3)
BASE = 3
SHOWN = 5


@dataclass(frozen=True)
class Tried:
    """Other values of the cut-offs, by decision, the laxest first.

    `together` asks for every combination of them; otherwise one cut-off varies while the others stay as decided.
    """

    cut_offs: Mapping[str, Sequence[float]]
    together: bool = False

    @property
    def sizes(self) -> list[int]:
        """Into how many groups the values of each cut-off part the posts."""
        return [len(values) + 1 for values in self.cut_offs.values()]

    @property
    def steps(self) -> list[int]:
        """What one value more of each cut-off adds to the number of a group."""
        return [prod(self.sizes[:place]) for place in range(len(self.sizes))]


NOTHING = Tried({})


@contextmanager
def counted(measured: MeasuredPosts, decisions: Decided, tried: Tried = NOTHING) -> Iterator[Connection]:
    """Count the posts by how they fare; the database then has the counts as the table `fared`."""
    with measured.opened() as db:
        measured.keep(db, "fared", counting(measured, decisions, tried))
        yield db


@contextmanager
def passed(measured: MeasuredPosts, decisions: Decided, tried: Tried = NOTHING) -> Iterator[Connection]:
    """Count the posts, and keep those that meet every criterion as the table `candidates`.

    Raises `TableError` where a candidate has no identifier, or stands there more than once.
    """
    with counted(measured, decisions, tried) as db:
        measured.keep(db, "candidates", choosing_from(measured, decisions))
        _check(db)
        yield db


def counting(measured: MeasuredPosts, decisions: Decided, tried: Tried = NOTHING) -> str:
    """The query that counts the posts of the table `measured` by how they fare.

    `state` is how they fare with the criteria, `detail` which of the values that are tried they meet.
    """
    states = " + ".join(
        fares(criterion, decisions[criterion.decision], measured, (MEETS, BASE**place, BASE**place * UNDECIDED))
        for place, criterion in enumerate(criteria_of(decisions))
    )
    fared = f"SELECT *, {states} AS state FROM measured"  # noqa: S608
    detailed = f"SELECT state, {_detail(measured, decisions, tried)} AS detail FROM ({fared})"  # noqa: S608
    return f"SELECT state, detail, count(*) AS posts FROM ({detailed}) GROUP BY 1, 2"  # noqa: S608


def choosing_from(measured: MeasuredPosts, decisions: Decided) -> str:
    """The query that gives the posts of the table `measured` that meet every criterion, and what they stand by."""
    by, drawn = standing(decisions, measured)
    conditions = " AND ".join(reaches(one, decisions[one.decision], measured) for one in criteria_of(decisions))
    return f"SELECT post_id, creator_id, {by} AS measure, {drawn} AS drawn FROM measured WHERE {conditions}"  # noqa: S608


def count_states(db: Connection, criteria: Sequence[Criterion]) -> pd.DataFrame:
    """How many posts fare alike: a column for each criterion, by its step, and `posts`."""
    rows = db.execute("SELECT state, sum(posts) FROM fared GROUP BY 1 ORDER BY 1").fetchall()
    states = np.array([state for state, _ in rows], dtype=np.int64)
    digits = {asked.step: states // BASE**place % BASE for place, asked in enumerate(criteria)}
    return pd.DataFrame({**digits, "posts": np.array([posts for _, posts in rows], dtype=np.int64)})


def count_one_at_a_time(db: Connection, criteria: Sequence[Criterion], tried: Tried) -> dict[str, list[int]]:
    """How many posts each value of each cut-off would leave, the others as decided."""
    found = {}
    for place, (decision, values) in enumerate(tried.cut_offs.items()):
        varied = next(at for at, criterion in enumerate(criteria) if criterion.decision == decision)
        alone = ", ".join(str(BASE**varied * state) for state in range(BASE))
        group = f"detail // {tried.steps[place]} % {tried.sizes[place]}"
        rows = db.execute(f"SELECT {group}, sum(posts) FROM fared WHERE state IN ({alone}) GROUP BY 1").fetchall()  # noqa: S608
        # Whoever meets a value meets all that are laxer.
        found[decision] = [
            sum(int(posts) for met_so_many, posts in rows if met_so_many > at) for at in range(len(values))
        ]
    return found


def count_together(db: Connection, tried: Tried) -> np.ndarray[Any, np.dtype[np.int64]]:
    """How many posts every combination of values would leave: an axis for each cut-off, its values in their order."""
    rows = db.execute("SELECT detail, sum(posts) FROM fared WHERE detail >= 0 GROUP BY 1").fetchall()
    counts = np.zeros(prod(tried.sizes), dtype=np.int64)
    counts[[detail for detail, _ in rows]] = [int(posts) for _, posts in rows]
    left = counts.reshape(tried.sizes, order="F")
    for axis in range(left.ndim):
        left = np.flip(np.flip(left, axis).cumsum(axis), axis)
    return left[tuple(slice(1, None) for _ in tried.sizes)]


def _detail(measured: MeasuredPosts, decisions: Decided, tried: Tried) -> str:
    """Which values of the cut-offs a post meets, as one number; only of posts for which it matters."""
    if not tried.cut_offs:
        return "0"
    criteria = {criterion.decision: (place, criterion) for place, criterion in enumerate(criteria_of(decisions))}
    groups = {
        decision: f"{step}::BIGINT * ({_group(criteria[decision][1], values, measured)})"
        for (decision, values), step in zip(tried.cut_offs.items(), tried.steps, strict=True)
    }
    everything = " + ".join(groups.values())
    if tried.together:
        laxest = " AND ".join(
            f"({met(criterion, tried.cut_offs.get(decision, [decisions[decision]])[0], measured)})"
            for decision, (_, criterion) in criteria.items()
        )
        return f"CASE WHEN {laxest} THEN {everything} ELSE -1 END"
    alone = " ".join(
        f"WHEN {state * BASE ** criteria[decision][0]} THEN {group}"
        for decision, group in groups.items()
        for state in (FALLS_SHORT, UNDECIDED)
    )
    return f"CASE state WHEN {MEETS} THEN {everything} {alone} ELSE 0 END"


def _group(criterion: Criterion, values: Sequence[float], measured: MeasuredPosts, begin: int = 0) -> str:
    """How many of the values a post meets, found by halves: the laxest first, and who meets one meets all before it."""
    if not values:
        return str(begin)
    middle = len(values) // 2
    stricter = _group(criterion, values[middle + 1 :], measured, begin + middle + 1)
    laxer = _group(criterion, values[:middle], measured, begin)
    return f"CASE WHEN {met(criterion, values[middle], measured)} THEN {stricter} ELSE {laxer} END"


def _check(db: Connection) -> None:
    """Raise `TableError` where a candidate cannot be told from another."""
    nameless = db.execute("SELECT count(*) FROM candidates WHERE post_id IS NULL").fetchall()[0][0]
    if nameless:
        raise TableError(f"posts: {nameless:,} of those that meet every criterion have no post_id. Fill it in.")
    often = db.execute(
        f"SELECT post_id FROM candidates GROUP BY 1 HAVING count(*) > 1 ORDER BY 1 LIMIT {SHOWN}"  # noqa: S608
    ).fetchall()
    if often:
        told = ", ".join(post for (post,) in often)
        raise TableError(
            f"posts: {told} {'stands' if len(often) == 1 else 'stand'} there more than once; a frame holds each post "
            "once. Import the captures, which merges what they hold of a post, or take out the repeats."
        )
