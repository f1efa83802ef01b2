"""Measure the whole: notebooks, book, a large frame, languages; each beside its floor and beside its peer, in one run.

It prints one table. Everything happens in a copy of the compendium, which is removed at the end. With `--record FILE`
the figures are also written as values, for the book's page on them.
"""

import argparse
import datetime as dt
import json
import os
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import cluster
import frame
from measuring import HEAD, Row, Taken, machine, median, timed

PROJECT = Path(__file__).resolve().parent.parent
COPIED = ("_config.yml", "_toc.yml", "requirements.lock", "book", "data", "notebooks", "results", "src", "CITATION.cff")
LEFT_OUT = shutil.ignore_patterns("__pycache__", "capture", "corpus", "refugees722")
BIN = Path(sys.executable).parent
PROGRAM, FORKED = BIN / "compendium", PROJECT / "benchmarks" / "forked.py"
NBVAL = (
    BIN / "pytest", "--quiet", "--nbval", "--numprocesses", "2", "--dist", "loadfile", "-p", "no:cacheprovider",
    "--override-ini", "addopts=", "--override-ini", "filterwarnings=", "results/liu2025/notebooks",
)  # fmt: skip
SIZES = {"1m": 1_000_000, "5m": 5_000_000, "25m": 25_400_000}
SAMPLED = {"sample": "the sample drawn from it", "combinations": "with 1,000 combinations of cut-offs"}
TEXTS = 200_000
# How large the file of each frame was.
BYTES: dict[int, int] = {}
BILLION = 1_000_000_000
DIGITS = {"seconds": 2, "megabytes": 0, "of_floor": 2, "times_as_fast": 1, "growth": 1}


def main() -> None:
    """Print the table, line by line as it is measured."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--record", type=Path, metavar="FILE", help="write the figures as values, too")
    asked, started, load = options.parse_args(), time.perf_counter(), os.getloadavg()[0]
    print(f"{machine()}; load when begun: {load:.1f}\n\n{HEAD}")
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        lay_out(root)
        for part in (of_notebooks(root), of_checking(root), of_the_command(root), of_the_book(root), of_frames(root)):
            rows += [*part]
    rows += [*of_languages()]
    total = time.perf_counter() - started
    print(f"\nMeasured in {total:.0f} seconds: whole processes, on frames without the start of Python.")
    print("Each figure is the median of three or five; of one where it is long: papermill, nbval, a frame made, Spark.")
    print("Memory: the largest process.")
    seconds, gigabytes = billion(rows)
    print(f"From a billion posts, as the last two sizes go on: {seconds:.0f} seconds, {gigabytes:.0f} GB of Parquet.")
    if asked.record:
        write(rows, asked.record, load, total)


def of_notebooks(root: Path) -> Iterator[Row]:
    """The ten notebooks from cold, beside a plain script in forked processes and beside the `papermill` command."""
    script = median(3, [sys.executable, FORKED, "script"], PROJECT)
    run = median(3, [PROGRAM, "run", "--force"], root)
    papermill = timed([sys.executable, FORKED, "one-by-one"], PROJECT)
    yield told(Row("script", "ten notebooks, a plain script, forked (floor)", script))
    yield told(Row("papermill", "the same, papermill one by one (peer)", papermill, script))
    yield told(Row("cold", "the same, compendium run", run, script, papermill))
    changed = median(3, [PROGRAM, "run"], root, before=lambda: change_a_cell(root))
    yield told(Row("changed", "compendium run, one notebook changed", changed))


def of_checking(root: Path) -> Iterator[Row]:
    """The comparison of stored and fresh outputs, beside nbval."""
    timed([PROGRAM, "run"], root)
    verify, nbval = median(3, [PROGRAM, "verify"], root), timed([*NBVAL], root)
    yield told(Row("nbval", "outputs compared, nbval, two workers (peer)", nbval))
    yield told(Row("verify", "the same and images, compendium verify", verify, None, nbval))


def of_the_command(root: Path) -> Iterator[Row]:
    """What a command takes that has nothing to do, beside the start of Python."""
    start = median(5, [sys.executable, "-c", "pass"], root)
    yield told(Row("start", "python, nothing done (floor)", start))
    yield told(Row("help", "compendium --help", median(5, [PROGRAM, "--help"], root), start))
    yield told(Row("unchanged", "compendium run, nothing changed", median(5, [PROGRAM, "run"], root), start))


def of_the_book(root: Path) -> Iterator[Row]:
    """The book in its first language, beside a build of the same pages by the command of Jupyter Book.

    Pages, settings and extensions are the same for both, as no page can do without them.
    """
    ours = median(3, [PROGRAM, "book", "--force"], root)
    same = ["--toc", root / "_build" / ".liu2025.toc.yml", "--path-output", root / "_plain"]
    plain = median(3, [BIN / "jupyter-book", "build", ".", "--all", "-q", *same], root)
    yield told(Row("jupyter_book", "the book, the same pages, jupyter-book (floor)", plain))
    yield told(Row("book", "the book, compendium book", ours, plain))
    yield told(Row("book_unchanged", "compendium book, nothing changed", median(3, [PROGRAM, "book"], root), plain))


def of_frames(root: Path) -> Iterator[Row]:
    """Frames of made-up posts, beside a bare scan of the columns needed and beside pandas where it has the memory."""
    first: dict[str, Taken] = {}
    for size, posts in SIZES.items():
        path = root / "frame.parquet"
        made = of_frame("make", path, posts, runs=1)
        BYTES[posts] = path.stat().st_size
        yield told(Row(f"make_{size}", f"a frame of {posts / 1e6:g} million posts made", made, first=first.get("make")))
        scan = of_frame("plain_scan", path, posts)
        pandas = of_frame("in_pandas", path, posts) if posts <= frame.PANDAS_UP_TO else None
        yield told(Row(f"scan_{size}", "  read by DuckDB, nothing else (floor)", scan, first=first.get("scan")))
        if pandas:
            yield told(
                Row(f"pandas_{size}", "  the sample drawn in pandas (peer)", pandas, scan, None, first.get("pandas"))
            )
            first.setdefault("pandas", pandas)
        for name, what in SAMPLED.items():
            taken = of_frame(name, path, posts)
            yield told(Row(f"{name}_{size}", f"  {what}", taken, scan, pandas, first.get(name)))
            first.setdefault(name, taken)
        first.setdefault("make", made)
        first.setdefault("scan", scan)
    if cluster.is_here():
        at_first, later = cluster.measure(path)
        yield told(Row(f"spark_start_{size}", "  the sample drawn by Spark, from its start", at_first, scan))
        yield told(Row(f"spark_{size}", "  the same, once Spark runs", later, scan))
    else:
        print("  not drawn by Spark: pyspark or Java is not here")


def billion(rows: list[Row]) -> tuple[float, float]:
    """The seconds for a sample from a billion posts and the gigabytes of its frame, as the last two sizes go on."""
    seconds = {row.name: row.taken.seconds for row in rows}
    (smaller, few), (larger, many) = [*SIZES.items()][-2:]
    each = (seconds[f"sample_{larger}"] - seconds[f"sample_{smaller}"]) / (many - few)
    return seconds[f"sample_{larger}"] + each * (BILLION - many), BYTES[many] / many * BILLION / 1e9


def of_frame(what: str, path: Path, posts: int, runs: int = frame.RUNS) -> Taken:
    """One thing done with a frame, in processes of its own, without the time that they take to start."""
    found = frame.measure(what, path, posts, runs)
    return Taken(found["seconds"], found["megabytes"])


def of_languages() -> Iterator[Row]:
    """The language of texts, beside the careful function that looks at one; one processor's seconds per million."""
    # Late: what this process holds counts as the memory of those that it starts.
    import language
    import pandas as pd

    texts = language.posts_of(language.STANDIN)
    texts = pd.concat([texts] * -(-TEXTS // len(texts)), ignore_index=True).iloc[:TEXTS].fillna("")
    few = texts.iloc[: language.ALONE].tolist()
    alone = language.seconds(lambda: [language.one_by_one(text) for text in few]) / len(few)
    at_once = language.seconds(lambda: language.language_of(texts, language.SIDES)) / len(texts)
    by_one, by_many = Taken(alone * 1e6), Taken(at_once * 1e6)
    yield told(Row("text_by_text", f"language, per million, from {len(few):,} (peer)", by_one))
    yield told(Row("language", f"the same at once, from {len(texts):,}", by_many, None, by_one))


def told(row: Row) -> Row:
    """Print a row and hand it on."""
    row.print()
    return row


def lay_out(root: Path) -> None:
    """Copy the compendium without what was built, installed or captured; its book in one language, as its peer's is."""
    for name in COPIED:
        source = PROJECT / name
        if source.is_dir():
            shutil.copytree(source, root / name, ignore=LEFT_OUT)
        else:
            shutil.copy(source, root)
    config = root / "_config.yml"
    one = re.sub(r"(?m)^( *compendium_languages: )\{(\w+: \w+), .*\}$", r"\1{\2}", config.read_text(encoding="utf-8"))
    config.write_text(one, encoding="utf-8")


def change_a_cell(root: Path) -> None:
    """Add a comment to a cell of the coding notebook."""
    path = root / "notebooks" / "05-coding.ipynb"
    content = path.read_text(encoding="utf-8")
    mark = "this = open_study(study)"
    path.write_text(content.replace(mark, f"{mark}  # {time.monotonic_ns()}", 1), encoding="utf-8")


def write(rows: list[Row], path: Path, load: float, total: float) -> None:
    """Write each figure as a value that a page can name, with the day and the machine."""
    from analysis.recorded import measured
    from analysis.results import written

    texts = {
        f"speed_{row.name}_{kind}": (round(figure, 4), written(round(figure, 4), digits=DIGITS[kind]))
        for row in rows
        for kind, figure in row.figures.items()
    }
    on = dt.datetime.now(dt.UTC).date().isoformat()
    seconds, gigabytes = billion(rows)
    about = {"speed_on": on, "speed_machine": machine(), "speed_load": f"{load:.1f}",
             "speed_minutes": f"{total / 60:.0f}", "speed_billion_seconds": f"{seconds:.0f}",
             "speed_billion_gigabytes": f"{gigabytes:.0f}"}  # fmt: skip
    values = measured({**texts, **{name: (text, text) for name, text in about.items()}})
    content = {"recorded_on": on, "values": values}
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
