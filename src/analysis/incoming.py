"""Whatever comes into a study, captures and codings alike, told apart by what is in the files."""

import tempfile
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from analysis import import_told
from analysis.errors import CodingError
from analysis.importing import read_in
from analysis.qda import arriving, registry
from analysis.qda.gathering import Asked
from analysis.study import Study


def bring_in(study: Study, files: Sequence[Path], asked: Asked, console: Console) -> None:
    """Import captures, then codings, and show the report on each.

    Raises `CaptureError` or `CodingError` with every problem; what is in the other kind of files is in place by then.
    """
    codings = [path for path in files if is_coding(path)]
    captures = [path for path in files if path not in codings]
    _refuse_idle(asked, has_codings=bool(codings))
    if captures or not codings:
        with import_told.shown_progress(console) as told:
            imported = read_in(study, captures, told)
        import_told.show_import(imported, console)
    if codings:
        from analysis.qda.told import show_codings

        with import_told.shown_progress(console) as told:
            arrived = arriving.import_codings(study, codings, asked, told)
        show_codings(arrived, console)


def is_coding(path: Path) -> bool:
    """Whether a file holds codings or a codebook; what cannot be opened is left to the import of captures to refuse."""
    with tempfile.TemporaryDirectory() as scratch:
        return path.exists() and registry.is_coding(path, Path(scratch))


def _refuse_idle(asked: Asked, *, has_codings: bool) -> None:
    """Raise `CodingError` for what is said of codings where no file has any."""
    said = (asked.told.coder is not None, asked.told.round is not None, asked.read_all, asked.again, asked.documents)
    if not has_codings and any(said):
        raise CodingError(
            "compendium import: --coder, --round, --read-all, --again and --documents speak of codings, and no "
            "file holds codings in a format that is known here. Leave them out, or name the file of codings."
        )
