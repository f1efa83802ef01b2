"""The command `compendium`: parse, call one function, print."""

import typer

# Each enters its commands in the application, in the order in which the help lists them.
from analysis import cli_running, cli_study  # noqa: F401
from analysis.cli_app import app
from analysis.errors import CompendiumError

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


if __name__ == "__main__":
    main()
