"""The command `compendium`: parse, call one function, print."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import typer

from analysis.errors import CompendiumError

app = typer.Typer(
    help="Rerun the study, on its own data or on yours, and build its book.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
Name = Annotated[str, typer.Argument(help="The study: a folder of data/ with a study.yml.")]
Parameters = Annotated[
    list[str], typer.Option("--parameter", "-p", metavar="NAME=VALUE", help="Set a notebook's parameter for this run.")
]
Force = Annotated[bool, typer.Option("--force", help="Run what is current, too.")]
ORIGINAL = "liu2025"
INTERRUPTED = 130


def main() -> None:
    """Run the command; an error that the user can mend becomes a message and exit status 1."""
    try:
        status = app(standalone_mode=False)
    except CompendiumError as error:
        typer.secho(str(error), fg="red", err=True)
        raise SystemExit(1) from None
    except OSError as error:
        told = f"{error.filename or 'A file'}: {error.strerror or error}. Check that it is there and can be written."
        typer.secho(f"{told} What was there before stays.", fg="red", err=True)
        raise SystemExit(1) from None
    except (typer.Abort, KeyboardInterrupt):
        typer.secho("Stopped; nothing was lost. Run the same command again.", err=True)
        raise SystemExit(130) from None
    except Exception as error:
        # Typer's own usage errors know how to show themselves.
        if not hasattr(error, "show"):
            raise
        error.show()
        raise SystemExit(getattr(error, "exit_code", 2)) from None
    # Typer answers an interrupt with its exit status.
    if status == INTERRUPTED:
        typer.secho("Stopped; nothing was lost. Run the same command again.", err=True)
    raise SystemExit(status or 0)


@app.command()
def reproduce() -> None:
    """Run the article's notebooks, build its book, and compare the results with the committed ones."""
    from analysis import pipeline, publish, study

    original = study.open_study()
    # On a fresh clone the committed results are there, but reproducing means to compute them.
    with _progress(original) as told:
        outcomes = pipeline.run(original, force=not pipeline.reproduced_here(original), progress=told)
    pipeline.mark_reproduced(original)
    built = publish.build_book(original, say=typer.echo)
    _print_summary(original, outcomes)
    typer.echo(f"Open {built.relative_to(original.root)}")


@app.command()
def run(
    name: Name = ORIGINAL,
    parameter: Parameters = [],  # noqa: B006  (typer reads the default, nobody changes it)
    *,
    force: Force = False,
    explain: Annotated[bool, typer.Option("--explain", help="Say why each notebook would run; run none.")] = False,
) -> None:
    """Run a study's notebooks: those that are not current."""
    from analysis import pipeline, study

    opened = study.open_study(name)
    given = dict(map(_pair, parameter))
    if explain:
        _print_reasons(pipeline.explain(opened, given))
        return
    with _progress(opened) as told:
        outcomes = pipeline.run(opened, given, force=force, progress=told)
    _print_summary(opened, outcomes)


@app.command()
def book(name: Name = ORIGINAL, *, force: Force = False) -> None:
    """Build a study's book from its results."""
    from analysis import publish, study

    opened = study.open_study(name)
    built = publish.build_book(opened, force=force, say=typer.echo)
    typer.echo(f"Open {built.relative_to(opened.root)}")


@app.command()
def check(name: Name = ORIGINAL) -> None:
    """Check a study's settings and tables; all problems at once."""
    from analysis import checking, study

    opened = study.open_study(name)
    for line in checking.check_study(opened):
        typer.echo(line)


@app.command()
def record(
    name: Name, *, replace: Annotated[bool, typer.Option("--replace", help="Put it in another study's place.")] = False
) -> None:
    """Keep the values of a run on unpublished data for the original's book, marked as recorded."""
    import datetime as dt

    from analysis import recorded, study

    path = recorded.record_run(study.open_study(name), on=dt.datetime.now(dt.UTC).date(), replace=replace)
    typer.echo(f"Wrote data/liu2025/{path.name}")


@app.command()
def studies() -> None:
    """List the studies that are here."""
    from analysis import study

    root = study.find_root()
    for name in study.study_names(root):
        typer.echo(f"{name}: {study.open_study(name, root).title}")


@app.command()
def standin(
    seed: Annotated[int, typer.Option(help="Another seed makes another corpus with the same margins.")] = 2025,
) -> None:
    """Write the stand-in corpus of the article's study anew."""
    from analysis import describe
    from analysis import standin as generator
    from analysis.study import open_study

    original = open_study()
    for table, rows in generator.write_standin(original.folder, seed).items():
        typer.echo(f"{table}: {rows:,} rows")
    describe.write_datapackage(original)


@app.command()
def describe(name: Name = ORIGINAL) -> None:
    """Write a study's datapackage.json: every table and column, its type, unit and meaning."""
    from analysis import describe as description
    from analysis import study

    path = description.write_datapackage(study.open_study(name))
    typer.echo(f"Wrote data/{name}/{path.name}")


def _pair(given: str) -> tuple[str, Any]:
    """NAME=VALUE, the value read as in study.yml."""
    import yaml

    from analysis.errors import ParameterError

    name, sign, value = given.partition("=")
    if not sign:
        raise ParameterError(f"compendium run: '{given}' is not NAME=VALUE. Write for example -p min_comments=30.")
    return name.strip(), yaml.safe_load(value)


@contextmanager
def _progress(study: Any) -> Iterator[Callable[[str, str], None]]:
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


def _print_reasons(outcomes: list[Any]) -> None:
    for outcome in outcomes:
        typer.echo(f"{outcome.step}: {'; '.join(outcome.reasons) if outcome.ran else 'current'}")


def _print_summary(study: Any, outcomes: list[Any]) -> None:
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
