"""Measure all combinations of choices beside a plain loop that draws one sample after the other, in one run.

The loop calls `draw_from` for some combinations, evenly chosen, and its time is taken as often as there are
combinations; measuring the posts is counted for the other side only. The corpus is the stand-in for the original's, as
it is and with its posts and comments many times over.
"""

import os
import platform
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pandas as pd

from analysis import corpus, recounted, redrawn, sampling
from analysis.coded import coded_of
from analysis.criteria import Measured
from analysis.study import open_study

RUNS, LOOPED, TIMES = 3, 40, 10
SIZES = {"posts_wanted": [60, 90, 120, 150], "creators_wanted": [20, 40, 60]}


def main() -> None:
    """Print one table for each corpus, and what reading the codings takes; exit with an error where numbers differ."""
    print(f"{os.cpu_count()} cores, Python {platform.python_version()}, {platform.system()} {platform.machine()}")
    print(f"Each figure is the median of {RUNS} runs in one process.")
    study = open_study("liu2025")
    decisions = study.decided(**dict.fromkeys((*sampling.DECIDED, *recounted.DECIDED)))
    material = gather(study)
    compare("the study's own choices", material, decisions)
    more = {**decisions, "robustness": {**decisions["robustness"], **SIZES}}
    compare("more choices", material, more)
    compare(f"{TIMES} times the corpus", times(material, TIMES), decisions)
    taken, counted = median(lambda: read(study, decisions))
    print(f"\ncodings, from the tables to {len(counted.table):,} combinations{'':<14}{taken:>10.2f} s")


def compare(what: str, material: redrawn.Material, decisions: dict[str, Any]) -> None:
    """All combinations at once, beside the loop over some of them."""
    # A copy has measured nothing yet.
    taken, found = median(lambda: redrawn.every_combination(replace(material), decisions))
    table = found.table
    some = table.iloc[:: max(1, len(table) // LOOPED)]
    measured = material.measured(decisions)
    one, looped = median(lambda: loop(measured, decisions, some[found.choices]))
    whole = one / len(some) * len(table)
    print(f"\n{what}: {len(table):,} combinations of {len(found.choices)} choices, {len(material.posts):,} posts")
    told(f"draw_from, {len(some)} combinations × {len(table) / len(some):.1f}", whole, len(table), whole)
    told("every_combination", taken, len(table), whole)
    must_equal(some[looped.columns].reset_index(drop=True), looped)


def loop(measured: Mapping[redrawn.Ways, Measured], decisions: dict[str, Any], some: pd.DataFrame) -> pd.DataFrame:
    """The numbers of each sample, drawn by itself."""
    rows = []
    for choice in some.to_dict("records"):
        taken = {**decisions, **choice}
        drawn = sampling.draw_from(measured[taken["side_by"], taken["token_unit"]], taken)
        rows.append((drawn.kept_after("creator_replies"), len(drawn.posts), drawn.posts["creator_id"].nunique()))
    return pd.DataFrame(rows, columns=["posts_that_qualify", "posts_drawn", "creators_drawn"])


def read(study: Any, decisions: dict[str, Any]) -> Any:
    """What the codings say under every combination."""
    coded = coded_of(study, decisions["coding_unit"])
    return recounted.every_combination(recounted.recount(coded, study.table("codebook"), decisions))


def gather(study: Any) -> redrawn.Material:
    """The corpus as the notebook takes it."""
    posts = corpus.tidy(study.table("posts"), study.sides).rows
    comments = corpus.tidy_comments(study.table("comments"), posts, study.sides).rows
    return redrawn.Material(posts, comments, study.table("creators"), study.sides)


def times(material: redrawn.Material, often: int) -> redrawn.Material:
    """The same posts and comments so many times, each time under other names."""
    posts = [renamed(material.posts, ["post_id"], number) for number in range(often)]
    comments = [
        renamed(material.comments, ["comment_id", "post_id", "parent_comment_id"], number) for number in range(often)
    ]
    return replace(material, posts=pd.concat(posts, ignore_index=True), comments=pd.concat(comments, ignore_index=True))


def renamed(table: pd.DataFrame, columns: list[str], number: int) -> pd.DataFrame:
    """A copy whose identifiers bear a number."""
    return table.assign(**{name: table[name] + f"-{number}" for name in columns})


def median(work: Callable[[], Any]) -> tuple[float, Any]:
    """The middle one of three times, and what was computed."""
    seconds, found = [], None
    for _ in range(RUNS):
        started = time.perf_counter()
        found = work()
        seconds.append(time.perf_counter() - started)
    return statistics.median(seconds), found


def must_equal(ours: pd.DataFrame, theirs: pd.DataFrame) -> None:
    """Stop where the numbers differ."""
    if not (ours.to_numpy(dtype=float) == theirs.to_numpy(dtype=float)).all():
        raise SystemExit("the numbers differ from those of the loop")


def told(what: str, seconds: float, combinations: int, peer: float) -> None:
    """Print one row."""
    rate = combinations / seconds
    print(f"{what:<52}{seconds:>8.2f} s{rate:>9,.0f} a second{peer / seconds:>8.0f} × as fast", flush=True)


if __name__ == "__main__":
    main()
