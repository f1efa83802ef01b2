"""A study of one's own, begun from capture files: its study.yml and its corpus, made beside and moved into place.

Whatever goes wrong, nothing that was there is touched and nothing half-made is left. Where a mapping is what is wanted
or what is wrong, a study.yml is left to correct, into which the files can then be imported.
"""

import shlex
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from analysis import glimpse, importing, study_file
from analysis.computable import NotComputable
from analysis.errors import CaptureError, StudyError
from analysis.guesses import count_scripts, guess_sides
from analysis.importing import Imported
from analysis.locks import alone
from analysis.mapping_block import optional_lines, to_fill_in
from analysis.marked import read_marked
from analysis.schema import Origin
from analysis.settings import CAPTURED
from analysis.study import NAME, ORIGINAL, TO_FILL_IN, Study, open_study
from analysis.study_file import OF_ORIGINAL, Draft
from analysis.suggestions import Captured, suggest_decisions

UNSUGGESTED = (
    "decisions: when they were written down nothing had been imported, so each is the original's. After the import, "
    "compendium sample and the study's name say how many posts each cut-off leaves."
)


@dataclass(frozen=True)
class Made:
    """A new study, and the report on what was imported into it."""

    study: Study
    report: Imported

    @property
    def imported(self) -> dict[str, int]:
        """How many rows each captured table has."""
        found = {name: self.study.table(name) for name in CAPTURED}
        return {name: len(table) for name, table in found.items() if not isinstance(table, NotComputable)}

    @property
    def to_confirm(self) -> list[str]:
        """What was guessed, a sentence each."""
        return list(self.study.settings["to_confirm"])


def new_study(root: Path, name: str, files: list[Path], *given: Any, origin: Origin = "captured") -> Made:
    """Make a study out of capture files; `given` goes on to the import, such as its progress.

    `origin` is `stand-in` for captures that were made up.

    Raises `StudyError` when there is one already, and `CaptureError` when a file cannot be read.
    """
    _check_name(root, name)
    _check_files(files)
    original = open_study(ORIGINAL, root)
    with alone(root / "data" / f".{name}.lock", f"compendium new {name}"), _beside(original, name) as beside:
        first = replace(_draft(name, files, original, beside / "scratch"), origin=origin)
        try:
            _refuse_unread(first)
            report = importing.read_in(_write(first, beside, name), files, *given)
        except CaptureError as error:
            if not first.mapped.mapping:
                raise
            text = study_file.written(replace(first, to_confirm=(UNSUGGESTED,)))
            _leave(text, beside / "left", root / "data" / name)
            raise CaptureError(f"{error}\n\n{_told_of(text, name, files)}") from error
        _write(_suggest(first, open_study(name, beside), original), beside, name)
        _put_in_place(beside / "data" / name, root / "data" / name)
    return Made(open_study(name, root), report)


def _check_name(root: Path, name: str) -> None:
    if not NAME.fullmatch(name):
        raise StudyError(f"'{name}' is not a name for a study. Use letters, digits, dashes and underscores.")
    if name == ORIGINAL:
        raise StudyError(f"'{name}' is the original's name. Give yours another: compendium new MY-STUDY --from FILE.")
    folder = root / "data" / name
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise StudyError(
            f"data/{name}/ is there already and stays as it is. Choose another name, or import into it: "
            f"compendium import {name} FILE."
        )


def _check_files(files: list[Path]) -> None:
    if not files:
        raise CaptureError("compendium new: no file was given. Name the capture files: --from FILE FILE.")
    problems = [
        f"{path}: {'a folder; expected a file' if path.is_dir() else 'there is no such file'}. Check the path."
        for path in files
        if not path.is_file()
    ]
    if problems:
        raise CaptureError("\n".join(problems))


@contextmanager
def _beside(original: Study, name: str) -> Iterator[Path]:
    """A compendium of its own beside the studies, with the original's settings, gone afterwards."""
    beside = original.root / "data" / f".{name}.new"
    shutil.rmtree(beside, ignore_errors=True)
    try:
        (beside / "data" / ORIGINAL).mkdir(parents=True)
        shutil.copy(original.folder / "study.yml", beside / "data" / ORIGINAL)
        yield beside
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _draft(name: str, files: list[Path], original: Study, scratch: Path) -> Draft:
    """What can be said before the files are imported: which sides there are, and how the files are read."""
    mapped = glimpse.guess_mapping(files, scratch)
    guessed = guess_sides(count_scripts(*glimpse.read_wording(files, mapped.mapping, scratch)))
    nothing = NotComputable("no posts were imported")
    captured = Captured(nothing, nothing, nothing, guessed.sides)
    decisions = suggest_decisions(captured, original.settings["decisions"])
    title = name.replace("-", " ").replace("_", " ").capitalize()
    capture = dict.fromkeys(("date", "by", "licence", "changed"), TO_FILL_IN)
    held = tuple(name for name in OF_ORIGINAL if "file" in original.settings["tables"].get(name, {}))
    return Draft(title, guessed, decisions, capture, mapped, of_original=held)


def _refuse_unread(draft: Draft) -> None:
    if draft.mapped.unread:
        raise CaptureError("\n".join(draft.mapped.unread))


def _leave(text: str, beside: Path, folder: Path) -> None:
    """Leave a study.yml, and nothing else, for its owner to fill in."""
    beside.mkdir()
    (beside / "study.yml").write_text(text, encoding="utf-8")
    _put_in_place(beside, folder)


def _told_of(text: str, name: str, files: list[Path]) -> str:
    """Say what there is to do in a study.yml that was left."""
    where = f"data/{name}/study.yml"
    gaps = " and ".join(map(str, to_fill_in(text)))
    begins = read_marked(text, where=where).lines["mapping",]
    mend = (
        f"Fill in, in line {gaps}: a column of the file in the place of what is in capitals."
        if gaps
        else f"Its mapping begins in line {begins}: correct it there, or correct the cells in the file."
    )
    wanted = [f"  line {number}: {line.strip(' #')}" for number, line in optional_lines(text)]
    choice = ["Take the sign off the line that you want:", *wanted] if wanted else []
    again = f"Then: compendium import {name} {shlex.join(map(str, files))}"
    return "\n".join([f"Nothing was imported, but {where} was written, to be corrected.", mend, *choice, again])


def _suggest(first: Draft, study: Study, original: Study) -> Draft:
    """The draft with what the imported posts suggest."""
    captured = Captured(study.table("posts"), study.table("comments"), study.table("creators"), study.sides)
    decisions = suggest_decisions(captured, original.settings["decisions"])
    capture = {**first.capture, "date": _collected(captured.posts)}
    # The guess was made on raw records, of which several may be of one post; told are the posts that there are.
    counted = guess_sides(count_scripts(captured.posts, captured.comments)).counted
    guessed = replace(first.guessed, counted=counted)
    return replace(first, guessed=guessed, decisions=decisions, capture=capture)


def _collected(posts: Any) -> str:
    """The first and the last day of the capture, as far as the format tells."""
    days = [] if isinstance(posts, NotComputable) else posts["collected_at"].dropna().dt.strftime("%Y-%m-%d")
    if not len(days):
        return TO_FILL_IN
    return f"{min(days)} to {max(days)}" if min(days) != max(days) else f"on {min(days)}"


def _write(draft: Draft, beside: Path, name: str) -> Study:
    path = beside / "data" / name / "study.yml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(study_file.written(draft), encoding="utf-8")
    return open_study(name, beside)


def _put_in_place(made: Path, folder: Path) -> None:
    if folder.exists():
        # Empty, or it would have been refused.
        folder.rmdir()
    made.rename(folder)
