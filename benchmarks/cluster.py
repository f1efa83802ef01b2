"""Tell when a frame needs a cluster: DuckDB alone at several sizes, told on to a billion posts, and Spark beside it.

Every measurement is a process of its own. Spark has two cores of this machine, which is no cluster: it shows what Spark
costs, not what many machines win. Sizes and the size for Spark can be named: `cluster.py 1000000,5000000 1000000`. All
that is written is removed at the end.
"""

import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path

import frame as frames
import psutil
from measuring import Taken

SIZES, ON_SPARK = (1_000_000, 5_000_000, 25_400_000), 5_000_000
BILLION = 1_000_000_000
SETTINGS = ["spark.master=local[2]", "spark.ui.enabled=false", "spark.ui.showConsoleProgress=false",
            "spark.driver.memory=4g", "spark.log.level=ERROR"]  # fmt: skip


def main() -> None:
    """Print one table: what was done, seconds, processor seconds, peak memory, the frame's size, the ratio."""
    print(f"{os.cpu_count()} cores, Python {platform.python_version()}, {platform.system()} {platform.machine()}")
    print(f"Each figure of DuckDB is the median of {frames.RUNS} processes; load when begun: {os.getloadavg()[0]:.1f}.")
    sizes = [int(size) for size in sys.argv[1].split(",")] if sys.argv[1:] else SIZES
    on_spark = int(sys.argv[2]) if sys.argv[2:] else ON_SPARK
    found = {posts: beside(posts, with_spark=posts == on_spark) for posts in sizes}
    smaller, larger = (found[posts] for posts in sorted(found)[-2:])
    each = {name: (larger[name] - smaller[name]) / (larger["posts"] - smaller["posts"]) for name in larger}
    told = {name: larger[name] + each[name] * (BILLION - larger["posts"]) for name in larger}
    print(f"\nA billion posts, as the last two sizes go on: {told['seconds'] / 60:.1f} minutes "
          f"({told['processor'] / 60:.1f} of processors), {told['bytes'] / 1e9:.0f} GB of Parquet.")  # fmt: skip
    print(f"Memory: {smaller['megabytes']:.0f} MB, then {larger['megabytes']:.0f} MB.")


def beside(posts: int, *, with_spark: bool) -> dict[str, float]:
    """Draw from a frame of so many posts with DuckDB, and if asked with Spark."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "frame.parquet"
        frames.measure("make", path, posts, runs=1)
        here = {"posts": posts, "bytes": path.stat().st_size, **frames.measure("sample", path, posts)}
        told(f"{posts:,} posts, DuckDB", here, here)
        if with_spark:
            for what, there in drawn_by_spark(path).items():
                told(f"{posts:,} posts, {what}", {**here, **there}, here)
    return here


def is_here() -> bool:
    """Whether Spark can be had: its package, and Java."""
    return find_spec("pyspark") is not None and shutil.which("java") is not None


def measure(path: Path) -> list[Taken]:
    """Draw from a frame with Spark: from its start, and once it runs."""
    return [Taken(there["seconds"], there["megabytes"]) for there in drawn_by_spark(path).values()]


def drawn_by_spark(path: Path) -> dict[str, dict[str, float]]:
    """What a process of its own tells of two draws in one session."""
    words = [sys.executable, __file__, "--child", str(path)]
    # What Spark itself says is of no use here.
    done = subprocess.run(words, check=True, capture_output=True, text=True)
    found: dict[str, dict[str, float]] = json.loads(done.stdout)
    return found


def child(path: Path) -> None:
    """Draw with Spark twice in one session, and tell how long it took, its start counted and not."""
    from analysis import on_spark, sampling, spark_session

    study = frames.frame_study(path)
    decisions = study.decided(**dict.fromkeys(sampling.DECIDED))
    began, found = time.perf_counter(), {}
    with spark_session.session(SETTINGS) as spark:
        java, used = psutil.Process(spark.sparkContext._gateway.proc.pid), 0.0  # noqa: SLF001
        for what in ("Spark, from its start", "Spark, once it runs"):
            sampling.draw_from(on_spark.measure_on(spark, study, decisions), decisions)
            spent, now = sum(java.cpu_times()[:2]), time.perf_counter()
            seconds, memory = now - began, java.memory_info().rss / 2**20
            found[what] = {"seconds": seconds, "processor": spent - used, "megabytes": memory}
            began, used = now, spent
    print(json.dumps(found))


def told(what: str, found: dict[str, float], peer: dict[str, float]) -> None:
    """Print one row."""
    print(
        f"{what:<46}{found['seconds']:>8.2f} s{found['processor']:>8.2f} s{found['megabytes']:>7.0f} MB"
        f"{found['bytes'] / 1e6:>8,.0f} MB{found['seconds'] / peer['seconds']:>8.1f} × DuckDB",
        flush=True,
    )


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        child(Path(sys.argv[2]))
    else:
        main()
