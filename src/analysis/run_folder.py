"""Where a run writes: a folder beside the results, which takes their place when all went well.

A run that was stopped, however hard, leaves that folder; the next one goes on in it.
"""

import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from hashlib import file_digest, sha256
from pathlib import Path
from typing import Any

from analysis import tables
from analysis.study import Study

RECORD = "run.json"
# These files hold the results of all notebooks, each under its name.
LISTS = ("index.json", "values.json")
# Stands for the digest of what is not there.
MISSING = "missing"
# What is noted while notebooks run, until it stands in the record.
NOTES = ".reads"


@contextmanager
def staged(study: Study) -> Iterator[Path]:
    """A folder for the run, with the present results in it; it takes their place when all went well."""
    folder, beside = study.kept, beside_of(study)
    if not beside.exists():
        begin(folder, beside)
    yield beside
    shutil.rmtree(beside / NOTES, ignore_errors=True)
    if _contents(beside) == _contents(folder):
        shutil.rmtree(beside)
        return
    old = beside.with_suffix(".old")
    shutil.rmtree(old, ignore_errors=True)
    if folder.exists():
        folder.rename(old)
    beside.rename(folder)
    shutil.rmtree(old, ignore_errors=True)


def folder_to_look_in(study: Study) -> Path:
    """Where the next run would go on: the folder of an interrupted one, else the results."""
    return beside_of(study) if beside_of(study).exists() else study.kept


def beside_of(study: Study) -> Path:
    """The folder in which a run writes."""
    return study.kept.with_name(f".{study.name}.run")


def executed(folder: Path, step: str) -> Path:
    """The executed notebook of a step."""
    return folder / "notebooks" / f"{step}.ipynb"


def notes_of(folder: Path, step: str) -> Path:
    """Where it is noted what a notebook reads while it runs."""
    return folder / NOTES / step


def files_of(folder: Path) -> list[Path]:
    """Every file of a results folder, in order."""
    return sorted(path for path in folder.rglob("*") if path.is_file())


def laid_files(folder: Path) -> dict[str, Path]:
    """The files that notebooks' results are laid down in, by their names; others may lie beside them."""
    inside = {path.relative_to(folder).as_posix(): path for path in files_of(folder)}
    return {name: path for name, path in inside.items() if name in LISTS or name.startswith(("tables/", "figures/"))}


def recorded(folder: Path) -> dict[str, Any]:
    """The record of a run: under `steps` what each rests on, and what was laid down; empty where none ran."""
    path = folder / RECORD
    return {"laid_down": {}, "steps": {}, **(json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {})}


def write_record(folder: Path, record: Mapping[str, Any]) -> None:
    """Write the record of a run."""
    content = json.dumps(record, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    tables.replace_text(folder / RECORD, content)


def reproduced_here(study: Study) -> bool:
    """Whether these results were computed on this machine; committed ones were computed on another."""
    marker, record = _marker(study), study.root / "results" / study.name / RECORD
    return marker.is_file() and record.is_file() and marker.read_text(encoding="utf-8") == digest_of_file(record)


def mark_reproduced(study: Study) -> None:
    """Note that the present results were computed on this machine."""
    tables.replace_text(_marker(study), digest_of_file(study.root / "results" / study.name / RECORD))


def digest(content: str | bytes) -> str:
    """A short digest of a content."""
    return sha256(content.encode() if isinstance(content, str) else content).hexdigest()[:16]


def digest_of_file(path: Path) -> str:
    """A short digest of a file's content, or that it is missing."""
    if not path.is_file():
        return MISSING
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()[:16]


def begin(folder: Path, beside: Path, *left_out: str) -> None:
    """Copy present results whole or not at all: half of them would look like a run that was stopped.

    `left_out` are patterns of the names of files that are not copied.
    """
    begun = beside.with_suffix(".new")
    shutil.rmtree(begun, ignore_errors=True)
    if folder.exists():
        shutil.copytree(folder, begun, ignore=shutil.ignore_patterns(*left_out))
    else:
        begun.mkdir(parents=True)
    begun.rename(beside)


def _contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files_of(folder)}


def _marker(study: Study) -> Path:
    return study.root / "_build" / f".{study.name}.reproduced"
