"""An import of codings as a terminal shows it: what was in the files, what it became, and what does not fit."""

from collections.abc import Collection, Iterator
from typing import Any

import pandas as pd
from rich import box
from rich.console import Console
from rich.table import Table

from analysis.computable import NotComputable
from analysis.qda import report
from analysis.qda.arriving import Arrived
from analysis.qda.gathering import is_export

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
    _show(report.by_file(own).drop(columns="program"), "What was in the files", console)
    _show(report.matched(own), "What their sources are", console)
    files = [each.given for each in arrived.landed.gathered]
    exports = {file.label for file in files if is_export(file.project, file.label)}
    # What an earlier import of the same file did is not told again.
    joined = [] if arrived.landed.is_same else [*_joining(own), *_superseded(coded, arrived)]
    for line in (*_counting(own), *joined, *_readings(own, exports), *_lists(own)):
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
        yield (
            f"{row['file']}: positions count {row['positions_count']}, since {row['why']}. "
            f"Selections that fit this: {row['fitting']:,}{_beside(row)}; "
            f"codings on the text: {row['on_the_text']:,}; off it: {row['off_the_text']:,}."
        )
        if not pd.isna(row["doubt"]):
            yield (
                f"{row['file']}: this is uncertain: {row['doubt']}. Compare a passage that stands after an emoji or a "
                "line end with the program in which it was marked."
            )


def _beside(row: dict[Any, Any]) -> str:
    """How other ways of counting fit: those that the file cannot tell from the one taken, and the best of the rest.

    >>> _beside({"fitting": 52, "same_as": "UTF-16 code units", "alternative": "bytes", "alternative_fitting": 9})
    ', and all of them stand at the same places in UTF-16 code units; the best way that differs: 9 (bytes)'
    """
    alike, other = row["same_as"], row["alternative_fitting"]
    same = "" if pd.isna(alike) else f", and all of them stand at the same places in {alike}"
    return same + ("" if pd.isna(other) else f"; the best way that differs: {other:,} ({row['alternative']})")


def _joining(coded: pd.DataFrame) -> Iterator[str]:
    """What came twice, and whose codings were replaced."""
    for row in coded[coded["measure"] == "repeated"].to_dict("records"):
        yield f"{row['file']}: {row['count']:,} codings stand twice in what was given and count once."
    for row in coded[coded["measure"] == "replaced"].to_dict("records"):
        yield f"{row['file']}: of {row['item']}, {row['count']:,} earlier codings are not in it and were taken out."


def _superseded(coded: pd.DataFrame, arrived: Arrived) -> Iterator[str]:
    """Which files a corrected one takes the place of, and what went with them."""
    for earlier, later in arrived.landed.emptied.files.items():
        yield f"{later} takes the place of {earlier}, of which nothing counts any longer."
    for row in coded[(coded["measure"] == "no longer") & coded["file"].isin(arrived.names)].to_dict("records"):
        what = row["item"] if row["count"] > 1 else row["item"].removesuffix("s")
        named = "" if pd.isna(row["value"]) else f" ({row['value']})"
        yield f"{row['file']}: no longer in the study, as only an earlier file had it: {row['count']:,} {what}{named}."


def _readings(coded: pd.DataFrame, exports: Collection[str]) -> Iterator[str]:
    """By what it is known who read what; an export holds what nobody read, too."""
    found = report.readings(coded)
    if isinstance(found, NotComputable):
        return
    for row in found.to_dict("records"):
        yield f"{row['file']}: units known to be read: {row['readings']:,}, since {KNOWN_BY[row['known_by']]}."
    if (found["known_by"].eq("coded only") & ~found["file"].isin(list(exports))).any():
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
