"""The posts of a frame that any of some combinations of cut-offs could draw: few, however large the frame.

Laxer cut-offs only let more posts in. So the best post of every creator whom a combination takes stands no lower than
the last creator taken under the strictest of all: whoever has no post up to there is taken under none.
"""

import pandas as pd

from analysis.choosing import STANDS
from analysis.criteria import Measured, MeasuredPosts, criteria_of, reaches, standing
from analysis.database import Connection, frame
from analysis.measures import any_row

STANDING = "SELECT *, {stands} AS stands FROM (SELECT *, {by} AS measure, {drawn} AS drawn FROM measured WHERE {met})"
LAST_CREATOR = """
    SELECT max(best) AS stands FROM (SELECT min(stands) AS best FROM ({strictest}) WHERE creator_id IS NOT NULL
        GROUP BY creator_id ORDER BY best LIMIT {wanted}) HAVING count(*) = {wanted}
"""
LAST_POST = """
    SELECT max(stands) AS stands FROM (SELECT stands FROM ({strictest}) ORDER BY stands LIMIT {wanted})
    HAVING count(*) = {wanted}
"""


def contenders(measured: MeasuredPosts, taken: pd.DataFrame) -> Measured:
    """The posts that some row of `taken`, each with all decisions of a draw, could draw; tables in memory as they are.

    What the rows draw from them is what they draw from all; how many posts meet the criteria is not to be counted here.
    """
    if isinstance(measured, Measured):
        return measured
    decisions = {str(name): value for name, value in taken.iloc[0].items()}
    by, drawn = standing(decisions, measured)
    strictest, laxest = (
        STANDING.format(stands=STANDS, by=by, drawn=drawn, met=_meeting_all(measured, taken, strictest=strictest))
        for strictest in (True, False)
    )
    with measured.opened() as db:
        named = any_row(db, "measured", "creator_id IS NOT NULL")
        up_to = _up_to_the_last(measured, db, strictest, taken, named=named)
        asked = f"SELECT * FROM ({laxest}) WHERE {up_to}"  # noqa: S608
        if named:
            measured.keep(db, "best_of", f"SELECT DISTINCT creator_id FROM ({asked}) WHERE creator_id IS NOT NULL")  # noqa: S608
            asked = f"SELECT * FROM ({laxest}) WHERE creator_id IN (SELECT creator_id FROM best_of)"  # noqa: S608
        found = frame(db, f"SELECT * EXCLUDE (measure, drawn, stands) FROM ({asked}) ORDER BY post_id")  # noqa: S608
    return Measured(found, measured.absent)


def _meeting_all(measured: MeasuredPosts, taken: pd.DataFrame, *, strictest: bool) -> str:
    """The condition, in SQL, of the posts that meet every criterion at its strictest value, or at its laxest."""
    ends = {
        one: taken[one.decision].max() if one.at_least == strictest else taken[one.decision].min()
        for one in criteria_of(dict(taken.iloc[0]))
    }
    return " AND ".join(reaches(one, value, measured) for one, value in ends.items())


def _up_to_the_last(
    measured: MeasuredPosts, db: Connection, strictest: str, taken: pd.DataFrame, *, named: bool
) -> str:
    """The condition, in SQL, of posts that stand no lower than the last taken under the strictest cut-offs, if any."""
    query, wanted = (LAST_CREATOR, "creators_wanted") if named else (LAST_POST, "posts_wanted")
    measured.keep(db, "last_taken", query.format(strictest=strictest, wanted=int(taken[wanted].max())))
    last = db.execute("SELECT stands.measure FROM last_taken").fetchall()
    if not last:
        return "TRUE"
    # The first part lets the database pass over most posts without a look at what they are called.
    is_told = criteria_of(dict(taken.iloc[0]))[0].measure not in measured.absent
    near = f"measure <= {float(last[0][0])!r}::DOUBLE" if is_told else "TRUE"
    return f"{near} AND stands <= (SELECT stands FROM last_taken)"  # noqa: S608
