"""What the command prints besides single lines: progress, tables, lists and warnings."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import typer


@contextmanager
def shown_progress(study: Any) -> Iterator[Callable[[str, str], None]]:
    """One live display for the notebooks; plain lines where the output is no terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    from analysis import pipeline

    console = Console()
    columns = (TextColumn("{task.description:<34}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as display:
        task = display.add_task(study.name, total=len(pipeline.steps(study.root)))

        def told(step: str, state: str) -> None:
            if state == "running":
                display.update(task, description=f"{study.name}: {step}")
                return
            display.advance(task)
            if not console.is_terminal and state == "done":
                typer.echo(f"{step} done")

        yield told


def warn_of_old_results(*studies: Any) -> None:
    """Say of each study whose results are older than what they are computed from."""
    from analysis import pipeline

    for old in filter(None, map(pipeline.tell_outdated, studies)):
        typer.secho(old, fg="yellow", err=True)


def print_list(heading: str, lines: list[str]) -> None:
    """A heading and its lines, indented; nothing where there is none."""
    if lines:
        typer.echo("\n".join([heading, *(f"  {line}" for line in lines)]))


def print_answers(answers: list[Any]) -> None:
    """What each notebook will be able to answer, and what the rest lacks."""
    from rich.console import Console
    from rich.table import Table

    rows = Table(title="What each notebook will be able to answer", title_justify="left")
    for heading in ("notebook", "with these data", "what is missing", "what would supply it"):
        rows.add_column(heading)
    for answer in answers:
        rows.add_row(answer.notebook, answer.verdict, "; ".join(answer.missing), "; ".join(answer.supplied_by))
    Console().print(rows)


def print_reasons(outcomes: list[Any]) -> None:
    """Why each notebook would run, or that it is current."""
    for outcome in outcomes:
        typer.echo(f"{outcome.step}: {'; '.join(outcome.reasons) if outcome.ran else 'current'}")


def print_summary(study: Any, outcomes: list[Any]) -> None:
    """What ran and for how long, what was written, and whether it is what is committed."""
    from rich.console import Console
    from rich.table import Table

    from analysis import committed

    ran = [outcome for outcome in outcomes if outcome.ran]
    if not ran:
        typer.echo(f"All {len(outcomes)} notebooks of {study.name} are current; none was run.")
    else:
        rows = Table(title=f"{study.name}: {len(ran)} of {len(outcomes)} notebooks run", title_justify="left")
        for heading, side in (("notebook", "left"), ("seconds", "right"), ("tables", "right"), ("figures", "right")):
            rows.add_column(heading, justify=side)  # type: ignore[arg-type]
        for outcome in outcomes:
            made = committed.made_by(study, outcome.step)
            seconds = f"{outcome.seconds:.1f}" if outcome.ran else "current"
            rows.add_row(outcome.step, seconds, str(made["table"]), str(made["figure"]))
        Console().print(rows)
    for line in committed.compare(study):
        typer.echo(line)
