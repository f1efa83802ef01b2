"""What the command prints besides single lines: progress, tables, lists and warnings."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import typer


@contextmanager
def shown_progress(study: Any) -> Iterator[Callable[[str, str], None]]:
    """One live display for the notebooks; plain lines where the output is no terminal."""
    shown = Progress(study)
    try:
        yield shown.told
    finally:
        shown.end()


class Progress:
    """Which notebooks run and how many have ended; drawn from the first on that runs, so that none costs nothing."""

    def __init__(self, study: Any) -> None:
        self.study, self.ended, self.running = study, 0, list[str]()
        self._states = dict[str, str]()
        self._untold: list[str] | None = None
        self._display: Any = None

    def told(self, step: str, state: str) -> None:
        """Take down the state of a step, and show it."""
        if state == "running":
            self.running.append(step)
        else:
            self.ended += 1
            self.running = [name for name in self.running if name != step]
        if not sys.stdout.isatty():
            self._tell_in_order(step, state)
        elif self.running or self._display:
            self._show()

    def end(self) -> None:
        """Take the display away; what ended after one that failed is told now."""
        if self._display:
            self._display.stop()
        for step in self._untold or []:
            self._tell(step)

    def _tell_in_order(self, step: str, state: str) -> None:
        # Which of two that run at once ends first is chance; lines come in the order of the notebooks.
        if self._untold is None:
            from analysis import steps

            self._untold = [one.name for one in steps.steps(self.study.root)]
        self._states[step] = state
        while self._untold and self._states.get(self._untold[0]) in ("done", "current"):
            self._tell(self._untold.pop(0))

    def _tell(self, step: str) -> None:
        if self._states.get(step) == "done":
            typer.echo(f"{step} done")

    def _show(self) -> None:
        if self._display is None:
            self._begin()
        told = f"{self.study.name}: {', '.join(self.running)}"
        self._display.update(self._display.task_ids[0], description=told, completed=self.ended)

    def _begin(self) -> None:
        from rich import progress

        from analysis import steps

        columns = (
            progress.TextColumn("{task.description:<34}"), progress.BarColumn(), progress.MofNCompleteColumn(),
            progress.TimeElapsedColumn(),
        )  # fmt: skip
        self._display = progress.Progress(*columns, transient=True)
        self._display.add_task(self.study.name, total=len(steps.steps(self.study.root)))
        self._display.start()


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
    from analysis import committed

    if any(outcome.ran for outcome in outcomes):
        print_ran(study, outcomes)
    else:
        typer.echo(f"All {len(outcomes)} notebooks of {study.name} are current; none was run.")
    for line in committed.compare(study):
        typer.echo(line)


def print_verified(study: Any, verified: list[Any]) -> None:
    """What differs in each notebook from what is stored, and how much was compared."""
    for each in verified:
        name = each.step or f"results/{study.name}"
        typer.echo(f"{name}: {'differs' if each.differences else 'identical'}")
        for line in each.differences:
            typer.echo("\n".join(f"  {part}" for part in line.splitlines()))
    notebooks = [each for each in verified if each.step]
    counted = {kind: sum(each.shown.get(kind, 0) for each in notebooks) for kind in ("table", "figure", "value")}
    told = ", ".join(f"{count:,} {kind}{'' if count == 1 else 's'}" for kind, count in counted.items())
    same = sum(not each.differences for each in notebooks)
    typer.echo(f"{same} of {len(notebooks)} notebooks identical; compared: {told}.")


def print_ran(study: Any, outcomes: list[Any]) -> None:
    """How long each notebook ran, and what it wrote."""
    from rich.console import Console
    from rich.table import Table

    from analysis import committed

    ran = [outcome for outcome in outcomes if outcome.ran]
    rows = Table(title=f"{study.name}: {len(ran)} of {len(outcomes)} notebooks run", title_justify="left")
    for heading, side in (("notebook", "left"), ("seconds", "right"), ("tables", "right"), ("figures", "right")):
        rows.add_column(heading, justify=side)  # type: ignore[arg-type]
    for outcome in outcomes:
        made = committed.made_by(study, outcome.step)
        seconds = f"{outcome.seconds:.1f}" if outcome.ran else "current"
        rows.add_row(outcome.step, seconds, str(made["table"]), str(made["figure"]))
    Console().print(rows)
