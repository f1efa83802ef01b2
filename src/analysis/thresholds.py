"""How many posts other cut-offs would leave: one at a time, and every combination of several.

Both are counted by the query that counts the posts for a sample anyway, however many values are tried.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import product
from typing import Any

import pandas as pd

from analysis.called import CALLED
from analysis.computable import computable, need
from analysis.criteria import Criterion, MeasuredPosts, criteria_of
from analysis.database import Connection
from analysis.selection import Tried, count_one_at_a_time, count_together, counted
from analysis.settings import DECISIONS

Decided = Mapping[str, Any]
# Cut-offs that somebody would name. They hang on no capture, so that two studies can be laid side by side.
SHARES = [place / 50 for place in range(1, 51)]
COUNTS = [1, 2, 3, 4, 5, 6, 7, 8, 9] + [
    round(number * 10**power) for power in range(1, 7) for number in (1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 7, 8, 9)
]


@computable
def together(measured: MeasuredPosts, decisions: Decided, values: Mapping[str, Iterable[float]]) -> pd.DataFrame:
    """How many posts would meet all criteria under every combination of the values of some cut-offs.

    A row for each combination, in the order of `itertools.product`, with a column for each cut-off, and `posts`.
    """
    tried = grid(measured, decisions, values)
    need(tried.cut_offs, "no criterion is computable")
    with counted(measured, decisions, tried) as db:
        found = left_by(db, decisions, tried)
    asked = pd.DataFrame(list(product(*values.values())), columns=list(values))
    return asked.merge(found, how="left", on=list(tried.cut_offs))


@computable
def list_tried(tried: pd.DataFrame) -> pd.DataFrame:
    """What other cut-offs leave, for readers."""
    return tried.assign(decision=tried["decision"].map(CALLED))


def around(measured: MeasuredPosts, decisions: Decided) -> Tried:
    """The values to try of each cut-off, the decided one among them."""
    shares = {name for name, (kind, _) in DECISIONS.items() if kind is float}
    values = {
        criterion.decision: [*(SHARES if criterion.decision in shares else COUNTS), decisions[criterion.decision]]
        for criterion in criteria_of(decisions)
    }
    return laxest_first(measured, decisions, values)


def grid(measured: MeasuredPosts, decisions: Decided, values: Mapping[str, Iterable[float]]) -> Tried:
    """Every combination of the values of some cut-offs."""
    return replace(laxest_first(measured, decisions, values), together=True)


def laxest_first(measured: MeasuredPosts, decisions: Decided, values: Mapping[str, Iterable[float]]) -> Tried:
    """Those values whose criteria are computable, each once, the laxest first."""
    asked = [one for one in criteria_of(decisions) if one.decision in values and one.measure not in measured.absent]
    ordered = {one.decision: sorted({*values[one.decision]}, reverse=not one.at_least) for one in asked}
    return Tried(ordered)


@computable
def left_by(db: Connection, decisions: Decided, tried: Tried) -> pd.DataFrame:
    """How many posts the values leave that were tried: one cut-off at a time, or every combination."""
    need(tried.cut_offs, "no criterion is computable")
    if tried.together:
        table = pd.DataFrame(list(product(*tried.cut_offs.values())), columns=list(tried.cut_offs))
        return table.assign(posts=count_together(db, tried).ravel())
    criteria = criteria_of(decisions)
    left = count_one_at_a_time(db, criteria, tried)
    tables = [_curve(one, tried, left[one.decision], decisions) for one in criteria if one.decision in left]
    return pd.concat(tables, ignore_index=True)


def _curve(varied: Criterion, tried: Tried, left: list[int], decisions: Decided) -> pd.DataFrame:
    """What the values of one cut-off leave, without those that are beyond what any post has."""
    table = pd.DataFrame({"decision": varied.decision, "cut_off": tried.cut_offs[varied.decision], "posts": left})
    table["chosen"] = table["cut_off"] == decisions[varied.decision]
    # From the laxest on, as long as one more value changes nothing; and from the first on that leaves no post.
    idle = table["posts"].eq(table["posts"].iloc[0]) & table["posts"].diff(-1).eq(0) & (not varied.at_least)
    none = table["posts"].eq(0) & table["posts"].shift(fill_value=1).eq(0)
    told = ~idle & ~none
    return table[told | table["chosen"]].sort_values("cut_off", ignore_index=True)
