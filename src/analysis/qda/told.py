"""An import of codings as a terminal shows it: what was in the files, what it became, and what does not fit."""

from collections.abc import Iterator
from typing import Any

import pandas as pd
from rich import box
from rich.console import Console
from rich.table import Table

from analysis.computable import NotComputable
from analysis.qda import report
from analysis.qda.arriving import Arrived

# The table in the study's folder lists all of them.
SHOWN = 10
KNOWN_BY = {
    "recorded": "the file says so", "assigned": "their package came back", "told": "you say so",
    "coded only": "something was coded on them",
}  # fmt: skip
LISTED = {
    "off the text": "Not on the text, and so left out",
    "repair": "Mended",
    "lost": "Not kept",
    "joined": "Joined",
}


def show_codings(arrived: Arrived, console: Console) -> None:
    """Show the report on the files that were given."""
    coded = arrived.landed.tables["coded"]
    own = coded[coded["file"].isin(arrived.names)]
    for label, paths in arrived.names.items():
        _say(console, f"{label} is {', '.join(paths)}")
    if arrived.landed.is_same:
        _say(console, "Nothing in them is new; the tables stay as they were.")
    for line in arrived.remarks:
        _say(console, line)
    _show(report.by_file(own).drop(columns=["format", "program"]), "What was in the files", console)
    _show(report.matched(own), "What their sources are", console)
    for line in (*_counting(own), *_joining(own), *_readings(own), *_lists(own)):
        _say(console, line)


def _show(found: Any, title: str, console: Console) -> None:
    """A table of counts, a row for each file."""
    if isinstance(found, NotComputable):
        return
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD)
    for name in found.columns:
        table.add_column(str(name), justify="left" if name == "file" else "right", overflow="fold")
    for row in found.itertuples(index=False):
        table.add_row(*("" if pd.isna(cell) else f"{cell:,}" if not isinstance(cell, str) else cell for cell in row))
    console.print(table)


def _counting(coded: pd.DataFrame) -> Iterator[str]:
    """How positions were counted, how many selections fit, and how many the best other way fits."""
    found = report.counting(coded)
    if isinstance(found, NotComputable):
        return
    for row in found.to_dict("records"):
        other = row["alternative_fitting"]
        beside = "" if pd.isna(other) else f"; the best other way of counting: {other:,}"
        yield (
            f"{row['file']}: positions count {row['positions_count']}, since {row['why']}. "
            f"Selections that fit this: {row['fitting']:,}{beside}; "
            f"codings on the text: {row['on_the_text']:,}; off it: {row['off_the_text']:,}."
        )


def _joining(coded: pd.DataFrame) -> Iterator[str]:
    """What came twice, and whose codings were replaced."""
    for row in coded[coded["measure"] == "repeated"].to_dict("records"):
        yield f"{row['file']}: {row['count']:,} codings stand twice in what was given and count once."
    for row in coded[coded["measure"] == "replaced"].to_dict("records"):
        yield f"{row['file']}: of {row['item']}, {row['count']:,} earlier codings are not in it and were taken out."


def _readings(coded: pd.DataFrame) -> Iterator[str]:
    """By what it is known who read what."""
    found = report.readings(coded)
    if isinstance(found, NotComputable):
        return
    for row in found.to_dict("records"):
        yield f"{row['file']}: units known to be read: {row['readings']:,}, since {KNOWN_BY[row['known_by']]}."
    if (found["known_by"] == "coded only").any():
        yield (
            "Whoever read a unit and coded nothing on it does not show in these files. Where every coder read all that "
            "is in a file, import it with --read-all."
        )


def _lists(coded: pd.DataFrame) -> Iterator[str]:
    """What does not fit, what was mended, lost and joined: the first of each, and how many there are."""
    for measure, told in LISTED.items():
        rows = coded[(coded["measure"] == measure) & coded["value"].notna()]
        for number, row in enumerate(rows.head(SHOWN).to_dict("records")):
            times = "" if pd.isna(row["count"]) else f"{row['count']:,} × "
            yield f"{told}: {times}{row['value']}" if not number else f"  {times}{row['value']}"
        if len(rows) > SHOWN:
            yield f"  and {len(rows) - SHOWN:,} more, all in coding/coded.csv"


def _say(console: Console, line: str) -> None:
    console.print(line, markup=False, highlight=False, soft_wrap=True)
