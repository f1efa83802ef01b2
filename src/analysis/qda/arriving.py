"""Files of codings read into a study: its tables of coding made anew in a folder beside, then put in their place."""

import gc
import os
import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from hashlib import file_digest, sha256
from pathlib import Path
from typing import Any

from analysis import masking, tables
from analysis.beside import put_back, put_in_place
from analysis.database import connected
from analysis.errors import CodingError, CompendiumError, StudyError
from analysis.locks import alone
from analysis.qda import landing, registry, remarked
from analysis.qda.candidates import glimpsed
from analysis.qda.gathering import Asked, is_export
from analysis.qda.landing import Landed, ReadFile
from analysis.qda.matching import Match
from analysis.qda.project import Candidate, CodingReader
from analysis.schema import TABLES
from analysis.staging import LABEL_DIGITS, Progress
from analysis.study import Study


@dataclass(frozen=True)
class Arrived:
    """What an import of codings made, the files' names by label, and what to tell besides."""

    landed: Landed
    names: dict[str, list[str]] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)


def import_codings(study: Study, files: Sequence[Path], asked: Asked, progress: Progress) -> Arrived:
    """Import files of codings into a study.

    Raises `CodingError` with every problem of all files, `StudyError` and `BusyError`; the tables stay as they were.
    """
    _refuse(study)
    with alone(study.folder / ".import.lock", f"compendium import {study.name}"), _beside(study) as folder:
        read, remarks = _read_all(files, folder / "scratch", asked, progress)
        progress("joining the codings", 0.0)
        with _unwatched():
            held = landing.held_by(study, _standing(read, asked))
            landed = landing.land(held, read, asked, masked_texts)
        if not landed.is_same or not (study.coding / "coded.csv").is_file():
            _write(landed, study, folder / "coding", progress)
        remarks += [*remarked.remarks(held.tables["codebook"], landed), *_unnamed(study, landed)]
    names: dict[str, list[str]] = {}
    for file in read:
        names.setdefault(file.label, []).append(file.shown)
    return Arrived(landed, names, remarks)


def _standing(read: Sequence[ReadFile], asked: Asked) -> Any:
    """The codings as an export has them, where one came back; else nothing."""
    if any(is_export(file.project, file.label) for file in read):
        with suppress(CompendiumError):
            return asked.standing()
    return None


def masked_texts(texts: Sequence[str]) -> list[str]:
    """Texts without what leads to a person, as captured texts are masked."""
    if not any(texts):
        return list(texts)
    with connected() as db:
        masking.define_masks(db)
        asked = (
            "SELECT masked_text(words, '') FROM (SELECT unnest(?) AS words, unnest(range(?)) AS place) ORDER BY place"
        )
        return [masked for (masked,) in db.execute(asked, [list(texts), len(texts)]).fetchall()]


def _refuse(study: Study) -> None:
    """Raise `StudyError` for a study that nothing can be imported into."""
    if study.is_original:
        raise StudyError(
            f"data/{study.name}: its codings are a stand-in, which was made and not coded. Import into a study of your "
            "own: compendium new NAME --from FILE."
        )


@contextmanager
def _beside(study: Study) -> Iterator[Path]:
    """An empty folder beside the tables, gone afterwards; what a killed import left is put right first."""
    folder = study.folder / ".coding.import"
    shutil.rmtree(folder, ignore_errors=True)
    put_back(study.coding)
    folder.mkdir()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _unwatched() -> Iterator[None]:
    """Spare the garbage collector what was read, through which it would look again and again."""
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def _read_all(
    files: Sequence[Path], scratch: Path, asked: Asked, progress: Progress
) -> tuple[list[ReadFile], list[str]]:
    """Read every file, each content once. Raises `CodingError` with the problems of all that cannot be read."""
    read, problems, remarks = dict[str, ReadFile](), list[str](), list[str]()
    for number, path in enumerate(files):
        progress(f"reading {path.name}", number / len(files))
        try:
            inside = scratch / str(number)
            inside.mkdir(parents=True)
            digest = _digest(path)
            if digest in read:
                remarks.append(f"{path}: the same content as {read[digest].shown}; read once.")
            else:
                read[digest] = _read(path, digest, inside, asked)
        except CodingError as error:
            problems.append(str(error))
    if problems:
        raise CodingError("\n".join(problems))
    return list(read.values()), remarks


def _read(path: Path, digest: str, scratch: Path, asked: Asked) -> ReadFile:
    reader, candidate = _recognised(path, scratch)
    project = reader.read(candidate, scratch, asked.told)
    return ReadFile(f"{reader.name}-{digest[:LABEL_DIGITS]}", reader.title, str(path), digest, project)


def _recognised(path: Path, scratch: Path) -> tuple[CodingReader, Candidate]:
    """The reader of a file. Raises `CodingError` where nobody recognises it."""
    candidate = glimpsed(path, scratch)
    reader = registry.recognised(candidate)
    if reader is None:
        known = "\n".join(f"  {each.title}" for each in registry.READERS)
        raise CodingError(f"{path}: no codings in a format that is known here. Formats that are known:\n{known}")
    return reader, candidate


def _digest(path: Path) -> str:
    """The checksum of a file, or of the files in a folder."""
    if path.is_dir():
        inside = sorted(each for each in path.rglob("*") if each.is_file() and not each.is_symlink())
        return sha256(
            "".join(f"{each.relative_to(path).as_posix()} {_digest(each)}\n" for each in inside).encode()
        ).hexdigest()
    try:
        with path.open("rb") as file:
            return file_digest(file, "sha256").hexdigest()
    except FileNotFoundError as error:
        raise CodingError(f"{path}: there is no such file. Check the path.") from error


def _write(landed: Landed, study: Study, made: Path, progress: Progress) -> None:
    """Make the folder of tables anew, with what else lies there, and put it in its place."""
    progress("writing the tables", 0.0)
    if study.coding.is_dir():
        # What is replaced is written beside and moved, so that no link leads what is written into the old folder.
        shutil.copytree(study.coding, made, copy_function=_linked)
    for number, name in enumerate(landing.WRITTEN):
        table = landed.tables[name]
        progress("writing the tables", number / len(landing.WRITTEN))
        if len(table) or (made / f"{name}.csv").is_file() or name in ("codings", "codebook"):
            tables.write_table(table, made / f"{name}.csv", name)
    _take_out(landed, made.parent)
    for gathered in landed.gathered:
        _copy_files(gathered.matches.values(), landing.paths_of(gathered), made.parent)
    put_in_place(made, study.coding)


def _take_out(landed: Landed, beside: Path) -> None:
    """Take out the files of documents that went with a superseded file; those that others have, too, stay."""
    for path in set(landed.emptied.paths) - set(landed.tables["documents"]["path"].dropna()):
        (beside / path).unlink(missing_ok=True)


def _copy_files(matches: Iterable[Match], paths: dict[str, str], beside: Path) -> None:
    """Copy pictures, pages and recordings that are documents of the study."""
    for match in matches:
        path = paths.get(match.unit.unit_id)
        if path and match.source.path is not None:
            target = beside / path
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(match.source.path, target)


def _linked(source: str, target: str) -> None:
    """Another name for a file where the disk allows it, else a copy."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def _unnamed(study: Study, landed: Landed) -> Iterator[str]:
    """Say which tables study.yml does not name, so that no notebook would read them."""
    origin = study.settings["tables"]["posts"].get("origin", "captured")
    for name in landing.WRITTEN:
        expected = f"coding/{name}.csv"
        found = study.settings["tables"].get(name, {}).get("file")
        if found != expected and len(landed.tables[name]) and name in TABLES:
            yield (
                f"data/{study.name}/study.yml: tables does not name the imported {name}, so nothing reads them. "
                f"Add: {name}: {{file: {expected}, origin: {origin}}}"
            )
