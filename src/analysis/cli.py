"""The command `compendium`: parse, call one function, print."""

from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from analysis import cli_told
from analysis.errors import CaptureError, CompendiumError

app = typer.Typer(
    help="Rerun the study, on its own data or on yours, and build its book.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    # A help text in boxes takes longer to draw than all else that a command does before it begins.
    rich_markup_mode=None,
)
Name = Annotated[str, typer.Argument(help="The study: a folder of data/ with a study.yml.")]
Parameters = Annotated[
    list[str], typer.Option("--parameter", "-p", metavar="NAME=VALUE", help="Set a notebook's parameter for this run.")
]
Force = Annotated[bool, typer.Option("--force", help="Run what is current, too.")]
Engine = Annotated[
    Literal["forked", "stock"] | None,
    typer.Option("--engine", help="How notebooks' processes start: quickly, or as Jupyter's own kernels."),
]
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
    given = dict(map(_pair, parameter))
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


@app.command()
def new(
    name: Annotated[str, typer.Argument(help="What the new study is called: a folder of data/ to come.")],
    more: Annotated[list[Path] | None, typer.Argument(metavar="[FILE]...", help="More capture files.")] = None,
    *,
    given: Annotated[
        list[Path], typer.Option("--from", metavar="FILE", help="A capture file; others may follow it.")
    ] = [],  # noqa: B006  (typer reads the default, nobody changes it)
    made_up: Annotated[bool, typer.Option("--made-up", help="The captures are invented: mark every result.")] = False,
) -> None:
    """Make a study of your own out of capture files: its study.yml, with suggestions, and its corpus."""
    from rich.console import Console

    from analysis import import_told, replication, study

    if more and not given:
        raise CaptureError(
            f"--from is missing before the files: compendium new {name} --from {' '.join(map(str, more))}"
        )
    console = Console()
    origin: Any = "stand-in" if made_up else "captured"
    with import_told.shown_progress(console) as told:
        made = replication.new_study(study.find_root(), name, [*given, *(more or [])], told, origin=origin)
    import_told.show_import(made.report, console)
    typer.echo(f"Made data/{name}/study.yml.")
    cli_told.print_list("To be confirmed in study.yml, each line there until it is:", made.to_confirm)
    cli_told.print_list("Next:", [f"compendium {command} {name}" for command in ("check", "run", "book")])


@app.command(name="import")
def import_(  # noqa: PLR0913  (each is an option of the command)
    name: Annotated[str, typer.Argument(help="The study that the files belong to.")],
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Captures and codings, as a tool wrote them.")],
    *,
    coder: Annotated[
        str | None,
        typer.Option(help="Who coded, where a file of codings does not say; AM=ana, where it calls ana AM."),
    ] = None,
    number: Annotated[int | None, typer.Option("--round", min=1, help="In which round, where it does not say.")] = None,
    read_all: Annotated[bool, typer.Option("--read-all", help="Every coder read all that is in a file.")] = False,
    again: Annotated[
        bool, typer.Option("--again", help="Only codings of split codes were looked at again; the others stand.")
    ] = False,
    documents: Annotated[
        bool, typer.Option("--documents", help="Keep units of tables that are not in the corpus as documents.")
    ] = False,
) -> None:
    """Import captures and codings into a study: matched, merged with what is there, and reported on."""
    from rich.console import Console

    from analysis import coded, incoming, replaced, study
    from analysis.qda.gathering import Asked
    from analysis.qda.naming import named

    opened, says = study.open_study(name), named(coder, number)
    asked = Asked(says.told, read_all, says.instead, documents, lambda: coded.coded_of(opened).settled, again)
    before = replaced.standing_in(opened)
    incoming.bring_in(opened, files, asked, Console())
    for line in replaced.told(before, study.open_study(name)):
        typer.echo(line)
    typer.echo(f"Next: compendium check {name}")


@app.command()
def check(name: Name = ORIGINAL) -> None:
    """Check a study's settings and tables; all problems at once. Then say what each notebook will answer."""
    from analysis import checking, importing, study

    this = study.open_study(name)
    if importing.clear_leftovers(this):
        typer.echo(f"data/{name}: took away the copies that a killed import had left.")
    checked = checking.check_study(this)
    for line in checked.tables:
        typer.echo(line)
    cli_told.print_list("Not confirmed yet in study.yml:", checked.to_confirm)
    cli_told.print_list("What the settings rule out:", checked.limits)
    cli_told.print_answers(checked.answers)


@app.command()
def sample(
    name: Name = ORIGINAL,
    parameter: Parameters = [],  # noqa: B006  (typer reads the default, nobody changes it)
    *,
    why: Annotated[
        str | None,
        typer.Option(metavar="POST_ID", help="Say what kept or dropped this post; its identifier, or its beginning."),
    ] = None,
    engine: Annotated[
        Literal["duckdb", "spark"],
        typer.Option("--engine", help="What counts the posts: this machine's database, or a cluster of Spark."),
    ] = "duckdb",
    conf: Annotated[
        list[str], typer.Option("--conf", metavar="KEY=VALUE", help="A setting of Spark, such as spark.master.")
    ] = [],  # noqa: B006  (typer reads the default, nobody changes it)
) -> None:
    """Say how a study's sample comes about: the posts left at every step, and why one is or is not in it."""
    from analysis import sample_asked, study

    opened = study.open_study(name)
    sample_asked.show_sample(opened, dict(map(_pair, parameter)), why, sample_asked.Engine(engine, conf))
    cli_told.warn_of_old_results(opened)


@app.command(name="export")
def export_(
    name: Name = ORIGINAL,
    *,
    to: Annotated[str, typer.Option(help="refi (for coding programs), csv, excel or html.")],
    out: Annotated[Path | None, typer.Option(help="Write into this folder instead of data/NAME/out/.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="The whole corpus, not only the sample.")] = False,
) -> None:
    """Export a study's sample with what was coded in it: for a coding program, as tables, as a workbook or a page."""
    from analysis import export, study

    opened = study.open_study(name)
    written = export.export(opened, to, out, everything=everything)
    cli_told.print_list(f"Wrote {out or f'data/{name}/out/{to}'}:", written.files)
    cli_told.print_list("What is in it:", written.account)


@app.command()
def assign(  # noqa: PLR0913  (each is an option of the command)
    name: Name = "",
    *,
    coders: Annotated[str, typer.Option(help="The coders' names, separated by commas.")],
    overlap: Annotated[int, typer.Option(help="How many posts (or what the study counts by) all coders get.")],
    seed: Annotated[int, typer.Option(help="Another seed deals otherwise.")] = 1,
    number: Annotated[int, typer.Option("--round", help="The round of coding, from 1.")] = 1,
    everything: Annotated[bool, typer.Option("--all", help="The whole corpus, not only the sample.")] = False,
) -> None:
    """Make a blind package for each coder: the codebook and their share of the sample, some of it shared by all."""
    from analysis import assign as assigning
    from analysis import study

    assigning.refuse_unnamed(name, ORIGINAL)
    opened = study.open_study(name)
    named = [coder.strip() for coder in coders.split(",") if coder.strip()]
    asked = assigning.Asked(named, overlap, seed, number)
    assigned = assigning.assign(opened, asked, everything=everything)
    typer.echo(f"{assigned.shared} {assigned.dealt} for all coders, the others dealt out (seed {seed}).")
    folders = [
        f"{coder}: {count} {assigned.dealt}, {assigned.folders[coder].relative_to(opened.root).as_posix()}/"
        for coder, count in assigned.each.items()
    ]
    cli_told.print_list("Packages:", folders)
    typer.echo(f"Recorded in data/{name}/coding/assignments.csv")
    if opened.is_original:
        typer.echo("The stand-in's codings stay as they are, so these are for practice: compendium new makes a study.")
    else:
        typer.echo(f"When one comes back: compendium import {name} FILE --coder NAME --round {number}")


@app.command()
def compare(
    first: Annotated[str, typer.Argument(help="The study to compare with, as a rule the original.")],
    second: Annotated[str, typer.Argument(help="The study that is compared, as a rule a replication of it.")],
) -> None:
    """Set two studies side by side: each claim of the original, and every value that both recorded."""
    from rich.console import Console

    from analysis import comparison_told, study

    studies = study.open_study(first), study.open_study(second)
    comparison_told.show_comparison(*studies, Console())
    cli_told.warn_of_old_results(*studies)


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
    posts: Annotated[
        int | None, typer.Option(help="Write instead one frame of so many made-up posts, to try a large one.")
    ] = None,
    out: Annotated[Path, typer.Option(help="The Parquet file of that frame.")] = Path("frame.parquet"),
) -> None:
    """Write the stand-in corpus of the article's study anew, or a made-up frame of any size."""
    if posts is not None:
        from analysis.standin import large

        large.write_frame(out, posts, seed)
        typer.echo(f"Wrote {out}: {posts:,} made-up posts. To sample from it, name it in a study.yml, under tables:")
        typer.echo(f"  posts: {{file: {out.resolve()}, origin: stand-in}}")
        return
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


@app.command()
def catalogues() -> None:
    """Refresh the catalogues of the book's languages: what there is to translate. No translation is lost."""
    from analysis import catalogues as refreshing
    from analysis import languages, study

    original = study.open_study()
    for language in languages.further_languages(original.root):
        changed = refreshing.refresh(original, language, say=typer.echo)
        typer.echo(f"{languages.LOCALES}/{language}: {len(changed)} catalogues changed")


def _pair(given: str) -> tuple[str, Any]:
    """NAME=VALUE, the value read as in study.yml."""
    import yaml

    from analysis.errors import ParameterError

    name, sign, value = given.partition("=")
    if not sign:
        raise ParameterError(f"--parameter: '{given}' is not NAME=VALUE. Write for example -p min_comments=30.")
    try:
        return name.strip(), yaml.safe_load(value)
    except yaml.YAMLError as error:
        raise ParameterError(f"--parameter: '{value}' cannot be read. Write for example -p min_comments=30.") from error


if __name__ == "__main__":
    main()
