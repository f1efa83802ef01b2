"""Many samples at once: which posts each combination of cut-offs keeps, and which it draws.

It is what `sampling.draw_from` gives for one combination after the other. Here the posts are put in order once, each
value of each cut-off is held against them once, and what the combinations do is a table of yes and no, combinations ×
posts.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.criteria import Criterion, Measured, criteria_of, meets
from analysis.sampling import in_order

Answers = NDArray[np.bool_]
Counts = NDArray[np.int64]
# How many answers are held at once: combinations × posts.
CELLS = 4_000_000


@dataclass(frozen=True)
class Draws:
    """What some combinations keep and draw: combinations × posts in order of engagement.

    `creators` is how many creators the posts drawn have, or none where no creator is known.
    """

    posts: pd.DataFrame
    eligible: Answers
    drawn: Answers
    creators: Counts | None


def draw_every(measured: Measured, taken: pd.DataFrame) -> Iterator[Draws]:
    """Draw the sample of each row of `taken`, some rows at a time; a row holds all decisions of a draw.

    All rows have the same order of posts: they share `engagement_by` and `sample_seed`.
    """
    decisions = {str(name): value for name, value in taken.iloc[0].items()}
    ordered = in_order(measured, decisions)
    criteria = [_every_value(ordered, criterion, taken) for criterion in criteria_of(decisions)]
    at_once = max(1, CELLS // max(1, len(ordered)))
    for begin in range(0, len(taken), at_once):
        rows = slice(begin, begin + at_once)
        eligible = np.logical_and.reduce([met[which[rows]] for met, which in criteria])
        yield _draw(ordered, eligible, taken.iloc[rows])


def _every_value(ordered: pd.DataFrame, criterion: Criterion, taken: pd.DataFrame) -> tuple[Answers, NDArray[np.intp]]:
    """Which posts meet each value of a cut-off (values × posts), and which value each combination takes."""
    values, which = np.unique(taken[criterion.decision].to_numpy(), return_inverse=True)
    met = [meets(ordered, criterion, value).fillna(value=False).to_numpy(dtype=bool) for value in values.tolist()]
    return np.array(met), which


def _draw(ordered: pd.DataFrame, eligible: Answers, taken: pd.DataFrame) -> Draws:
    creators = pd.factorize(ordered["creator_id"])[0]
    wanted = taken["posts_wanted"].to_numpy()
    if not (creators >= 0).any():
        drawn = eligible & (np.cumsum(eligible, axis=1) <= wanted[:, None])
        return Draws(ordered, eligible, drawn, None)
    # The posts of one creator stand side by side, the best first; what nobody is known to have posted is not drawn.
    order = np.flatnonzero(creators >= 0)
    order = order[np.argsort(creators[order], kind="stable")]
    turn, stands = _stand(eligible[:, order], order, creators[order], taken)
    # Every creator's best post comes before any creator's second.
    last = len(ordered) * (int(turn.max(initial=0)) + 1)
    place = np.where(stands, turn * len(ordered) + order, last)
    stands &= place <= _smallest(place, wanted)
    drawn = np.zeros_like(eligible)
    drawn[:, order] = stands
    return Draws(ordered, eligible, drawn, (stands & (turn == 1)).sum(axis=1))


def _stand(theirs: Answers, order: Counts, creators: Counts, taken: pd.DataFrame) -> tuple[Counts, Answers]:
    """Each post's turn among its creator's, and whether turn and creator are among those wanted."""
    begins = np.flatnonzero(np.diff(creators, prepend=-1))
    whose = np.cumsum(np.diff(creators, prepend=creators[0]) > 0)
    so_far: Counts = np.cumsum(theirs, axis=1)
    turn: Counts = so_far - (so_far - theirs)[:, begins][:, whose]
    # A creator stands where the best of the posts stands that qualify, and behind all where none does.
    best = np.minimum.reduceat(np.where(theirs, order, int(order.max()) + 1), begins, axis=1)
    wanted = best <= _smallest(best, taken["creators_wanted"].to_numpy())
    return turn, theirs & wanted[:, whose] & (turn <= taken["per_creator_at_most"].to_numpy()[:, None])


def _smallest(values: Counts, wanted: Counts) -> Counts:
    """The largest of so many smallest values of each row, as a column; −1 where none is wanted."""
    at = np.clip(wanted, 1, values.shape[1]) - 1
    parted = np.partition(values, np.unique(at), axis=1)
    return np.where(wanted > 0, parted[np.arange(len(values)), at], -1)[:, None]
