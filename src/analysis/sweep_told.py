"""What the command says of a sweep: how far it is, what failed and why, and where the tables are."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from analysis.sweep import Swept
from analysis.sweep_row import Ran

SHOWN = 10


@contextmanager
def shown_progress(rows: int) -> Iterator[Callable[[Ran], None]]:
    """One live display for the rows; plain lines where the output is no terminal."""
    columns = (TextColumn("{task.description:<40}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, transient=True, disable=not sys.stdout.isatty()) as display:
        task = display.add_task("rows", total=rows)

        def told(ran: Ran) -> None:
            if display.disable:
                typer.echo(f"{ran.row}: {became_of(ran)}")
            display.update(task, advance=1, description=ran.row)

        yield told


def became_of(ran: Ran) -> str:
    """What became of a row, in a word or two."""
    if ran.why:
        return "failed"
    return f"{ran.notebooks} notebooks run" if ran.notebooks else "current"


def show_swept(swept: Swept, console: Console) -> None:
    """How many rows ran, which failed and why, and what was written."""
    ran = sum(1 for one in swept.ran.values() if one.notebooks)
    counted = f"{len(swept.ran)} rows: {ran} run, {len(swept.ran) - ran - len(swept.failed)} current"
    console.print(f"{counted}, {len(swept.failed)} failed.", highlight=False)
    if swept.failed:
        _show_failed(swept.failed, console)
    values = sum(len(one.recorded) for one in swept.ran.values())
    folder = f"results/{swept.folder.name}"
    typer.echo(f"Wrote {folder}/sweep.csv ({values:,} values) and rows.csv; each row's results are under rows/.")
    if swept.left_over:
        told = ", ".join(f"'{name}'" for name in swept.left_over[:SHOWN])
        typer.echo(f"Under rows/, {len(swept.left_over)} of rows that the table no longer has, to be deleted: {told}")


def _show_failed(failed: list[Ran], console: Console) -> None:
    rows = Table(title="What failed, and why", title_justify="left")
    rows.add_column("row")
    rows.add_column("why")
    for ran in failed[:SHOWN]:
        rows.add_row(ran.row, ran.why.splitlines()[0])
    console.print(rows)
    typer.echo("rows.csv has every reason whole. Mend it, then run the same command again: what is done stays.")
