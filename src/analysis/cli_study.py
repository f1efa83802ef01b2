"""The commands that make a study, bring data in and out, and look at them."""

from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from analysis import cli_told
from analysis.cli_app import ORIGINAL, Name, Parameters, app, pair
from analysis.errors import CaptureError, StudyError


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
    sample_asked.show_sample(opened, dict(map(pair, parameter)), why, sample_asked.Engine(engine, conf))
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
        try:
            told = study.open_study(name, root).title
        except StudyError:
            told = f"cannot be read; compendium check {name} says why"
        typer.echo(f"{name}: {told}")


@app.command()
def standin(
    seed: Annotated[int, typer.Option(help="Another seed makes another corpus with the same margins.")] = 2025,
    posts: Annotated[
        int | None, typer.Option(help="Write instead one frame of so many made-up posts, to try a large one.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="The Parquet file of that frame; frame.parquet unless said.")] = None,
) -> None:
    """Write the stand-in corpus of the article's study anew, or a made-up frame of any size."""
    if posts is not None:
        _make_frame(out or Path("frame.parquet"), posts, seed)
        return
    if out:
        raise StudyError(f"--out {out} is the file of a frame: give --posts, the number of its posts, as well.")
    from analysis import describe
    from analysis import standin as generator
    from analysis.study import open_study

    original = open_study()
    for table, rows in generator.write_standin(original.folder, seed).items():
        typer.echo(f"{table}: {rows:,} rows")
    describe.write_datapackage(original)


def _make_frame(path: Path, posts: int, seed: int) -> None:
    """Write a frame of made-up posts, and tell how a study takes it."""
    from analysis.standin import large

    if path.suffix != ".parquet":
        raise StudyError(f"--out {path}: a frame is a Parquet file. Name one that ends in .parquet.")
    large.write_frame(path, posts, seed)
    typer.echo(f"Wrote {path}: {posts:,} made-up posts. To sample from it, put this into the study.yml of a study,")
    typer.echo("under tables in the place of the line posts:, and side_by: creators under decisions:")
    typer.echo(f"  posts: {{file: {path.resolve()}, origin: stand-in}}")


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
