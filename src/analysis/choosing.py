"""The choice among the posts that meet every criterion: whose posts are taken, how many of each, and how many in all.

The creators whose best post stands highest come first, and every creator's best post before any creator's second.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from analysis.criteria import CHOICES
from analysis.database import Connection, frame, quoted
from analysis.measures import NO_CREATORS, any_row

Decided = Mapping[str, Any]
# By what a candidate stands. Where the measure is absent it is so for all of them, and chance alone decides.
STANDS = "{'measure': coalesce(measure, 0), 'drawn': drawn}"
STEPS = [choice.step for choice in CHOICES]
BY_CREATORS = """
    CREATE TEMP TABLE creators AS
    SELECT creator_id, count(*) AS posts, min({stands}) AS best
    FROM candidates WHERE creator_id IS NOT NULL GROUP BY creator_id;
    CREATE TEMP TABLE taken AS SELECT creator_id, posts FROM creators ORDER BY best LIMIT {creators};
    CREATE TEMP TABLE stood AS
    SELECT post_id, creator_id, {stands} AS stands,
        row_number() OVER (PARTITION BY creator_id ORDER BY {stands}) AS turn
    FROM candidates WHERE creator_id IN (SELECT creator_id FROM taken) QUALIFY turn <= {each}
"""
BY_ENGAGEMENT = """
    CREATE TEMP TABLE creators AS
    SELECT creator_id, 0 AS posts FROM candidates LIMIT 0;
    CREATE TEMP TABLE stood AS
    SELECT post_id, creator_id, {stands} AS stands, 1 AS turn FROM candidates ORDER BY stands LIMIT {posts}
"""
IN_PLACE = "SELECT post_id, creator_id, stands FROM stood ORDER BY turn, stands LIMIT {posts}"


@dataclass(frozen=True)
class Choice:
    """How many posts each choice kept and of how many it cannot be told; and which could not be made, and why."""

    kept: Mapping[str, int]
    missing: Mapping[str, int]
    absent: Mapping[str, str]


def choose(db: Connection, decisions: Decided) -> Choice:
    """Choose among the table `candidates`; who stands to be chosen is then the table `stood`."""
    creators, each, wanted = (
        int(decisions[name]) for name in ("creators_wanted", "per_creator_at_most", "posts_wanted")
    )
    if any_row(db, "measured") and not any_row(db, "measured", "creator_id IS NOT NULL"):
        db.execute(BY_ENGAGEMENT.format(stands=STANDS, posts=wanted))
        eligible = _count(db, "SELECT count(*) FROM candidates")
        kept = dict(zip(STEPS, (eligible, eligible, min(eligible, wanted)), strict=True))
        return Choice(kept, dict.fromkeys(STEPS, 0), dict.fromkeys(("creator_place", "turn"), NO_CREATORS))
    db.execute(BY_CREATORS.format(stands=STANDS, creators=creators, each=each))
    stand = _count(db, "SELECT count(*) FROM stood")
    taken = _count(db, "SELECT coalesce(sum(posts), 0) FROM taken")
    kept = dict(zip(STEPS, (taken, stand, min(stand, wanted)), strict=True))
    nameless = _count(db, "SELECT count(*) FROM candidates WHERE creator_id IS NULL")
    return Choice(kept, dict(zip(STEPS, (nameless, 0, 0), strict=True)), {})


def chosen(db: Connection, decisions: Decided) -> pd.DataFrame:
    """The posts that were chosen with their creators, in order of engagement."""
    query = IN_PLACE.format(posts=int(decisions["posts_wanted"]))
    posts = frame(db, f"SELECT post_id, creator_id FROM ({query}) ORDER BY stands")  # noqa: S608
    return posts.assign(place=range(1, len(posts) + 1))


def most_possible(db: Connection, decisions: Decided) -> tuple[int, int]:
    """How many posts any creators could give at most, as many creators as wanted, and how many creators there are."""
    creators, each = int(decisions["creators_wanted"]), int(decisions["per_creator_at_most"])
    theirs = f"SELECT least(posts, {each}) AS posts FROM creators ORDER BY 1 DESC LIMIT {creators}"  # noqa: S608
    most = _count(db, f"SELECT coalesce(sum(posts), 0) FROM ({theirs})")  # noqa: S608
    return most, _count(db, "SELECT count(*) FROM creators")


def standing_of(db: Connection, post_id: str, absent: Mapping[str, str]) -> dict[str, int | None]:
    """The place of a candidate's creator, its turn among that creator's posts, and its own place; none if unknown."""
    post = f"(SELECT creator_id, {STANDS} AS stands FROM candidates WHERE post_id = {quoted(post_id)}) AS post"  # noqa: S608
    if absent:
        return {"place": _before(db, f"candidates, {post} WHERE {STANDS} < post.stands")}
    if not _count(db, f"SELECT count(creator_id) FROM {post}"):  # noqa: S608
        return dict.fromkeys(("creator_place", "turn", "place"))
    own = f"JOIN {post} USING (creator_id)"
    turn = _before(db, f"candidates {own} WHERE {STANDS} < post.stands")
    lead = f"(SELECT best FROM creators {own}) AS lead"  # noqa: S608
    return {
        "creator_place": _before(db, f"creators, {lead} WHERE creators.best < lead.best"),
        "turn": turn,
        "place": _before(db, f"stood, {post} WHERE turn < {turn} OR turn = {turn} AND stood.stands < post.stands"),
    }


def _before(db: Connection, condition: str) -> int:
    return 1 + _count(db, f"SELECT count(*) FROM {condition}")  # noqa: S608


def _count(db: Connection, query: str) -> int:
    return int(db.execute(query).fetchall()[0][0])
