"""Which post of a frame is meant by what somebody typed, without all of its identifiers in memory."""

import pandas as pd

from analysis.criteria import MeasuredPosts
from analysis.database import frame, quoted
from analysis.privacy import masked
from analysis.sampling import NEAR, find_post

# So many vectors of the database are compared at a time: some hundred thousand posts.
PIECE = 50


def find_among(measured: MeasuredPosts, asked: str) -> str:
    """The identifier of one of the measured posts, as `find_post` finds it, without all of them in memory."""
    with measured.opened() as db:
        begins = f"starts_with(post_id, {quoted(asked)})"
        begun = frame(db, f"SELECT post_id FROM measured WHERE {begins} ORDER BY 1 LIMIT {NEAR}")["post_id"]  # noqa: S608
        if len(begun):
            return find_post(begun, asked)
        # What the book shows can only be compared with what the book would show of every post.
        rows = db.execute("SELECT post_id FROM measured")
        found = []
        while len(piece := rows.fetch_df_chunk(PIECE)):
            found.append(_alike(piece["post_id"], asked))
    return find_post(pd.concat([pd.Series(dtype="str"), *found], ignore_index=True), asked)


def _alike(posts: pd.Series, asked: str) -> pd.Series:
    """The posts that may be meant: those whose identifier, as captured or as shown, begins or ends like it."""
    half = len(asked) // 2
    kept = pd.Series(data=False, index=posts.index)
    for known in (posts, masked(posts).str.removeprefix("~"), masked(posts)):
        kept |= known.str.startswith(asked[:half]) | known.str.endswith(asked[half:])
    return posts[kept].head(NEAR)
