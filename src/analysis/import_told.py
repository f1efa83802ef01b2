"""An import as a terminal shows it: how far it is, and then the report, compact, with the files' names."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import pandas as pd
from rich import box, progress
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from analysis import import_report, staging
from analysis.computable import NotComputable
from analysis.import_report import ALL
from analysis.importing import Imported
from analysis.merging import KEPT_BY

# With more captures the table of what is filled shows the corpus only.
COLUMNS_SHOWN = 4


@contextmanager
def shown_progress(console: Console) -> Iterator[staging.Progress]:
    """A bar for the step under way; where the output is no terminal, a line for each step."""
    columns = (
        progress.TextColumn("{task.description:<40}"),
        progress.BarColumn(),
        progress.TaskProgressColumn(),
        progress.TimeElapsedColumn(),
    )
    with progress.Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as display:
        task, seen = display.add_task("", total=1.0), set[str]()

        def told(step: str, share: float) -> None:
            display.update(task, description=escape(step), completed=share)
            if not console.is_terminal and step not in seen:
                _say(console, step)
            seen.add(step)

        yield told


def show_import(imported: Imported, console: Console) -> None:
    """Show the report on an import: of the corpus in all, and of the captures that were given."""
    report = imported.report
    read = imported.staged
    own = report[report["capture"].isin([*read.names, ALL])]
    for remark in read.remarks:
        _say(console, remark)
    _say_names(own, read.names, console)
    console.print(_steps(own))
    _say_dropped(own, read.places, console)
    _say_coverage(own, console)
    for line in (*_threads(own), *_inexact(own), *_languages(own)):
        _say(console, line)
    _say_caveats(own, console)
    for line in _without_posts(report, read.names):
        console.print(line, style="bold red", markup=False, highlight=False, soft_wrap=True)


def _without_posts(report: pd.DataFrame, names: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """That the study has no post yet, and which files brought nothing that could be used."""
    rows = import_report.by_file(report)
    kept = rows[rows["kept"].gt(0).fillna(value=False)]
    for capture in sorted(names.keys() - set(kept["capture"])):
        yield f"Nothing in {', '.join(names[capture])} could be used."
    if not kept["table"].eq("posts").any():
        yield "The study has no post: nothing can be computed until a capture of posts is imported."


def _say_names(report: pd.DataFrame, names: Mapping[str, Sequence[str]], console: Console) -> None:
    for capture, paths in names.items():
        rows = import_report.by_file(report[report["capture"] == capture])
        spans = rows.dropna(subset="first").to_dict("records")
        days = "".join(f"; {row['table']} from {row['first']} to {row['last']}" for row in spans)
        _say(console, f"{capture} is {', '.join(paths)}{days}")


def _steps(report: pd.DataFrame) -> Table:
    table = _table("What was read", ("capture", "records"), import_report.STEPS)
    before = ""
    for row in import_report.by_file(report).to_dict("records"):
        capture = str(row["capture"])
        counts = [_number(row[step]) for step in import_report.STEPS]
        table.add_row(capture if capture != before else "", str(row["table"]), *counts)
        before = capture
    return table


def _say_coverage(report: pd.DataFrame, console: Console) -> None:
    """The share of records with something in each column, a column for each capture; and what is empty in all."""
    covered = import_report.coverage(report)
    captures = list(covered["capture"].drop_duplicates())
    if len(captures) > COLUMNS_SHOWN:
        captures = [ALL]
    table = _table("What is filled", ("records", "column"), captures)
    shares = covered.set_index(["table", "column", "capture"])["share"]
    for name, rows in covered.groupby("table", sort=False):
        held = rows.groupby("column", sort=False)["filled"].max() > 0
        for column in held[held].index:
            cells = [_percent(shares.get((name, column, capture))) for capture in captures]
            table.add_row(str(name) if column == held[held].index[0] else "", column, *cells)
    console.print(table)
    for name, rows in covered.groupby("table", sort=False):
        held = rows.groupby("column", sort=False)["filled"].max() > 0
        if not held.all():
            _say(console, f"Empty in all {name}: {_empty(list(held[~held].index))}.")


def _empty(columns: Sequence[str]) -> str:
    """Name the columns that are empty, and which of them because nobody asked to keep them."""
    dropped = [column for column in columns if column in KEPT_BY]
    told = ", ".join([*(column for column in columns if column not in dropped), *dropped])
    asked = ", ".join(KEPT_BY[column] for column in dropped)
    return f"{told}; under privacy, keep, study.yml can ask for {asked}" if dropped else told


def _say_dropped(report: pd.DataFrame, lines: Mapping[tuple[str, str, str], Sequence[str]], console: Console) -> None:
    rows = import_report.dropped(report)
    if isinstance(rows, NotComputable) or rows["capture"].eq(ALL).all():
        return
    console.print("Dropped, and why:")
    for row in rows[rows["capture"] != ALL].to_dict("records"):
        where = lines.get((row["capture"], row["table"], row["reason"]), ())
        told = f"  {row['capture']}, {row['table']}: {row['records']:,} × {row['reason']}"
        _say(console, f"{told} ({'; '.join(where)})" if where else told)


def _threads(report: pd.DataFrame) -> Iterator[str]:
    found = import_report.threads(report)
    if isinstance(found, NotComputable):
        return
    for row in import_report.of_corpus(found).to_dict("records"):
        if not pd.isna(row["comments_promised"]):
            share = "" if pd.isna(row["share_captured"]) else f" ({row['share_captured']:.1%})"
            yield (
                f"Comments that the platform promises on these posts: {row['comments_promised']:,}; "
                f"captured: {row['comments_captured']:,}{share}."
            )
        if not pd.isna(row["replies_captured"]):
            yield (
                f"Replies captured: {row['replies_captured']:,}; of them to a comment that was not captured: "
                f"{row['replies_without_parent']:,}."
            )


def _inexact(report: pd.DataFrame) -> Iterator[str]:
    found = import_report.inexact(report)
    if isinstance(found, NotComputable):
        return
    for (what, name), rows in import_report.of_corpus(found).groupby(["what", "table"], sort=False):
        cells = ", ".join(f"{row['column']} {row['records']:,}" for row in rows.to_dict("records"))
        yield f"{str(what).capitalize()} of {name}: {cells}."


def _languages(report: pd.DataFrame) -> Iterator[str]:
    found = import_report.languages(report)
    if isinstance(found, NotComputable):
        return
    for name, rows in import_report.of_corpus(found).groupby("table", sort=False):
        shares = ", ".join(f"{row['language']} {row['share']:.0%}" for row in rows.to_dict("records"))
        yield f"Languages of {rows['looked_at'].iloc[0]:,} {name} that were looked at: {shares}."


def _say_caveats(report: pd.DataFrame, console: Console) -> None:
    rows = import_report.caveats(report)
    if isinstance(rows, NotComputable) or rows.empty:
        return
    console.print("To know before relying on it:")
    for caveat, found in rows.groupby("caveat", sort=False):
        told = f"  {caveat} ({', '.join(found['capture'])})"
        _say(console, told)


def _say(console: Console, line: str) -> None:
    console.print(line, markup=False, highlight=False, soft_wrap=True)


def _table(title: str, texts: Sequence[str], numbers: Sequence[str]) -> Table:
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD)
    for heading in texts:
        table.add_column(heading, overflow="fold")
    for heading in numbers:
        table.add_column(heading, justify="right", overflow="fold")
    return table


def _number(count: Any) -> str:
    return "" if pd.isna(count) else f"{count:,}"


def _percent(share: Any) -> str:
    """A share as a whole percentage, in which a few are not none and most are not all."""
    if share is None or pd.isna(share):
        return ""
    if 0 < share < 0.01:  # noqa: PLR2004
        return "<1%"
    return ">99%" if 0.99 < share < 1 else f"{share:.0%}"  # noqa: PLR2004
