"""The commands that run notebooks and build books."""

from pathlib import Path
from typing import Annotated

import typer

from analysis import cli_told
from analysis.cli_app import ORIGINAL, Engine, Force, Name, Parameters, app, pair


@app.command()
def reproduce() -> None:
    """Run the article's notebooks, build its book, and compare the results with the committed ones."""
    from analysis import pipeline, publish, run_folder, study

    original = study.open_study()
    # On a fresh clone the committed results are there, but reproducing means to compute them.
    with cli_told.shown_progress(original) as told:
        outcomes = pipeline.run(original, force=not run_folder.reproduced_here(original), progress=told)
    run_folder.mark_reproduced(original)
    built = publish.build_book(original, say=typer.echo)
    cli_told.print_summary(original, outcomes)
    typer.echo(f"Open {built.relative_to(original.root)}")


@app.command()
def run(
    name: Name = ORIGINAL,
    parameter: Parameters = [],  # noqa: B006  (typer reads the default, nobody changes it)
    *,
    force: Force = False,
    explain: Annotated[bool, typer.Option("--explain", help="Say why each notebook would run; run none.")] = False,
    engine: Engine = None,
) -> None:
    """Run a study's notebooks: those that are not current."""
    from analysis import pipeline, study

    opened = study.open_study(name)
    given = dict(map(pair, parameter))
    if explain:
        cli_told.print_reasons(pipeline.explain(opened, given))
        return
    with cli_told.shown_progress(opened) as told:
        outcomes = pipeline.run(opened, given, force=force, engine=engine, progress=told)
    cli_told.print_summary(opened, outcomes)


@app.command()
def sweep(
    name: Annotated[str, typer.Argument(help="The study of the rows that name none.")] = "",
    *,
    over: Annotated[
        Path, typer.Option(metavar="FILE", help="A table: a row for each run, a column for each parameter.")
    ],
    at_once: Annotated[int | None, typer.Option(min=1, help="So many rows at once; otherwise one a core.")] = None,
    dask: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS", help="Run the rows on the Dask cluster of this scheduler, which shares disks."),
    ] = None,
) -> None:
    """Run the notebooks for each row of a table of parameters or of studies, and put their values into one table."""
    from rich.console import Console

    from analysis import study, sweep_cluster, sweep_here, sweep_told
    from analysis import sweep as sweeping

    root = study.find_root()
    table = sweeping.read_sweep(over, root, name)
    for told in table.merged:
        typer.echo(told)
    at = sweep_cluster.Cluster(dask, root) if dask else sweep_here.Here(at_once)
    with sweep_told.shown_progress(len(table.rows)) as progress:
        swept = sweeping.sweep(table, sweeping.folder_of(root, over, name), root, at, progress)
    sweep_told.show_swept(swept, Console())
    raise typer.Exit(1 if swept.failed else 0)


@app.command()
def verify(name: Name = ORIGINAL, *, engine: Engine = None) -> None:
    """Run every notebook anew and say whether what is stored is the same to the byte; exit status 1 where it is not."""
    from analysis import study, verifying

    opened = study.open_study(name)
    verified = verifying.verify(opened, engine)
    cli_told.print_verified(opened, verified)
    if any(each.differences for each in verified):
        raise typer.Exit(1)


@app.command()
def book(name: Name = ORIGINAL, *, force: Force = False) -> None:
    """Build a study's book from its results."""
    from analysis import left_open, publish, study

    opened = study.open_study(name)
    built = publish.build_book(opened, force=force, say=typer.echo)
    cli_told.print_list("Not confirmed yet in study.yml:", left_open.to_confirm(opened))
    typer.echo(f"Open {built.relative_to(opened.root)}")


@app.command()
def pdf(
    name: Name = ORIGINAL,
    *,
    language: Annotated[
        str | None, typer.Option(metavar="LANGUAGE", help="One of the book's languages, such as zh_CN; all otherwise.")
    ] = None,
) -> None:
    """Print a study's whole book as a PDF, in each of its languages; Chromium has to be there."""
    from analysis import paper, study

    paper.print_book(study.open_study(name), language, say=typer.echo)
