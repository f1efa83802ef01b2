"""What all commands have in common: the application that they enter, and the arguments that several take."""

from typing import Annotated, Any, Literal

import typer

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


def pair(given: str) -> tuple[str, Any]:
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
