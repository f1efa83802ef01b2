"""Measure the sampling of frames of one, five and 25.4 million made-up posts, each beside a bare scan and pandas.

Every measurement is a process of its own, whose peak memory is its own too. `scan` is DuckDB reading every value of the
columns needed; `plain scan` only unpacks them. Other sizes can be named. All that is written is removed at the end.
"""

import hashlib
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

SIZES = (1_000_000, 5_000_000, 25_400_000)
RUNS = 3
# Pandas would need more memory than most machines have.
PANDAS_UP_TO = 5_000_000
NEEDED = ("search_rank", "newcomer_share", "comments_count", "host_comments", "creator_replies")
# Five values by five by five by four by two: a thousand combinations.
TOGETHER = {
    "search_rank_at_most": [100, 200, 300, 400, 500],
    "newcomer_share_at_least": [0.3, 0.4, 0.5, 0.6, 0.7],
    "min_comments": [5, 10, 20, 30, 50],
    "min_host_comments": [1, 2, 3, 4],
    "min_creator_replies": [1, 2],
}


def main() -> None:
    """Print one table: what was done, seconds, processor seconds, peak memory, ratio to the scan."""
    print(f"{os.cpu_count()} cores, Python {platform.python_version()}, {platform.system()} {platform.machine()}")
    print(f"Each figure is the median of {RUNS} processes; load when begun: {os.getloadavg()[0]:.1f}.")
    with tempfile.TemporaryDirectory() as folder:
        for posts in [int(size) for size in sys.argv[1:]] or SIZES:
            path = Path(folder) / "frame.parquet"
            print(f"\n{posts:,} posts")
            told("standin --posts", measure("make", path, posts, runs=1), None)
            print(f"  {path.stat().st_size / 1e6:,.0f} MB")
            scanned = measure("scan", path, posts)
            told("scan", scanned, scanned)
            told("plain scan", measure("plain_scan", path, posts), scanned)
            drawn = measure("sample", path, posts)
            told("sample", drawn, scanned)
            told("sample, cut-offs one at a time", measure("one_at_a_time", path, posts), scanned)
            told("sample, 1,000 combinations", measure("combinations", path, posts), scanned)
            told("sample by likes", measure("by_likes", path, posts), scanned)
            told("a sample for every choice", measure("every_choice", path, posts, runs=1), scanned)
            if posts <= PANDAS_UP_TO:
                told("the same sample in pandas", measure("in_pandas", path, posts, runs=1), scanned)


def measure(what: str, path: Path, posts: int, runs: int = RUNS) -> dict[str, float]:
    """The medians of some processes that do one thing."""
    words = [sys.executable, __file__, "--child", what, str(path), str(posts)]
    done = [subprocess.run(words, check=True, stdout=subprocess.PIPE, text=True) for _ in range(runs)]
    found = [json.loads(one.stdout) for one in done]
    return {name: statistics.median(one[name] for one in found) for name in found[0]}


def child(what: str, path: Path, posts: int) -> None:
    """Do one thing, then tell its seconds and the peak memory of this process."""
    # Loading libraries is measured elsewhere, and a bare scan needs fewer of them.
    for needed in ("duckdb", "analysis.sampling", "analysis.redrawn"):
        import_module(needed)
    study = frame_study(path)
    started, used = time.perf_counter(), processor()
    found = WORK[what](study, path, posts)
    took = {"seconds": time.perf_counter() - started, "processor": processor() - used}
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)
    if what == "in_pandas":
        must_agree(found, sample(study, path, posts))
    print(json.dumps({**took, "megabytes": peak}))


def must_agree(found: tuple[list[list[int]], list[str]], drawn: Any) -> None:
    """Exit with an error where pandas counts or draws other posts than the package."""
    counts = drawn.flow[["kept", "dropped", "missing", "meets_alone"]].iloc[1 : 1 + len(NEEDED)].to_numpy().tolist()
    if found != (counts, drawn.posts["post_id"].tolist()):
        sys.exit(f"In pandas the counts are {found[0]}, in the package {counts}; or the posts differ.")


def frame_study(path: Path) -> Any:
    """The original's study with the made-up frame for its posts."""
    from analysis.study import open_study

    original = open_study()
    tables = {"posts": {"file": str(path), "origin": "stand-in"}}
    return replace(original, settings={**original.settings, "tables": tables})


def processor() -> float:
    """The seconds that all cores have spent on this process."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def make(_: Any, path: Path, posts: int) -> None:
    """Make the frame."""
    from analysis.standin.large import write_frame

    write_frame(path, posts, 2025)


def scan(_: Any, path: Path, __: int) -> None:
    """Read every value of the columns needed."""
    read(path, "length")


def plain_scan(_: Any, path: Path, __: int) -> None:
    """Unpack the columns needed, without a look at what texts hold."""
    read(path, "strlen")


def read(path: Path, of_text: str) -> None:
    """Add up the columns, and of the identifiers their lengths."""
    from analysis.database import quoted
    from analysis.frame_files import database

    sums = ", ".join([f"sum({of_text}(post_id)), sum({of_text}(creator_id))", *(f"sum({name})" for name in NEEDED)])
    with database(str(path)) as db:
        db.execute(f"SELECT {sums} FROM read_parquet({quoted(str(path))})").fetchall()


def sample(study: Any, _: Path, __: int) -> Any:
    """Draw the sample."""
    from analysis import sampling

    decisions = study.decided(**dict.fromkeys(sampling.DECIDED))
    return sampling.draw_from(sampling.measure_study(study, decisions), decisions)


def by_likes(study: Any, _: Path, __: int) -> None:
    """Draw the sample by places among all likes."""
    from analysis import sampling

    decisions = {**study.decided(**dict.fromkeys(sampling.DECIDED)), "engagement_by": "likes"}
    sampling.draw_from(sampling.measure_study(study, decisions), decisions)


def one_at_a_time(study: Any, _: Path, __: int) -> None:
    """Draw the sample, and count in the same pass what other values of each cut-off leave."""
    from analysis import sampling, thresholds

    decisions = study.decided(**dict.fromkeys(sampling.DECIDED))
    measured = sampling.measure_study(study, decisions)
    sampling.draw_from(measured, decisions, thresholds.around(measured, decisions))


def combinations(study: Any, _: Path, __: int) -> None:
    """Draw the sample, and count in the same pass what a thousand combinations leave."""
    from analysis import sampling, thresholds

    decisions = study.decided(**dict.fromkeys(sampling.DECIDED))
    measured = sampling.measure_study(study, decisions)
    sampling.draw_from(measured, decisions, thresholds.grid(measured, decisions, TOGETHER))


def every_choice(study: Any, _: Path, __: int) -> None:
    """Draw the sample under every combination of the study's declared choices."""
    from analysis import redrawn, sampling

    decisions = study.decided(**dict.fromkeys((*sampling.DECIDED, "robustness")))
    redrawn.every_combination(redrawn.material_of(study), decisions)


def in_pandas(study: Any, path: Path, _: int) -> tuple[list[list[int]], list[str]]:
    """Read the columns, and count and draw as somebody would in pandas; nothing is shared with the package."""
    import duckdb

    from analysis import sampling

    decided = study.decided(**dict.fromkeys(sampling.DECIDED))
    columns = ", ".join(("post_id", "creator_id", *NEEDED))
    posts = duckdb.connect().execute(f"SELECT {columns} FROM read_parquet('{path}')").df()
    met = {"search_rank": posts["search_rank"] <= decided["search_rank_at_most"]}
    for name, cut_off in zip(NEEDED[1:], list(TOGETHER)[1:], strict=True):
        met[name] = posts[name] >= decided[cut_off]
    left, told = posts["post_id"].notna(), []
    for name, meets in met.items():
        missing = left & posts[name].isna()
        counts = (left & meets, left & ~meets & ~missing, missing, meets)
        told.append([int(each.sum()) for each in counts])
        left &= meets
    return told, choose_in_pandas(posts[left], decided)


def choose_in_pandas(left: Any, decided: Any) -> list[str]:
    """The first creators, then their first posts, then second ones; equals in the order of their hashes."""
    seed = decided["sample_seed"]
    drawn = [hashlib.md5(f"{seed}:{post}".encode()).hexdigest() for post in left["post_id"]]
    ordered = left.assign(drawn=drawn).sort_values(["search_rank", "drawn"], ignore_index=True)
    creators = ordered["creator_id"].dropna().drop_duplicates().head(decided["creators_wanted"])
    theirs = ordered[ordered["creator_id"].isin(creators)]
    turns = theirs.assign(turn=theirs.groupby("creator_id").cumcount())
    in_turn = turns[turns["turn"] < decided["per_creator_at_most"]].sort_values("turn", kind="stable")
    return list(in_turn.head(decided["posts_wanted"]).sort_index()["post_id"])


WORK = {
    "make": make, "scan": scan, "plain_scan": plain_scan, "sample": sample, "one_at_a_time": one_at_a_time,
    "combinations": combinations, "by_likes": by_likes, "every_choice": every_choice, "in_pandas": in_pandas,
}  # fmt: skip


def told(what: str, found: dict[str, float], scanned: dict[str, float] | None) -> None:
    """Print one row."""
    ratios = "" if scanned is None else f"{found['seconds'] / scanned['seconds']:>8.2f} × the scan"
    used = "" if scanned is None else f", {found['processor'] / scanned['processor']:.2f} × its processor time"
    print(
        f"{what:<34}{found['seconds']:>8.2f} s{found['processor']:>8.2f} s{found['megabytes']:>7.0f} MB{ratios}{used}",
        flush=True,
    )


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        child(sys.argv[2], Path(sys.argv[3]), int(sys.argv[4]))
    else:
        main()
