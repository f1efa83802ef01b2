"""Captures in: read, made canonical, pseudonymised, merged with the present corpus, and put in its place whole.

Everything is made in a folder beside the corpus. Whatever stops an import, the corpus stays as it was, and the next
import clears away what the stopped one left.
"""

import errno
import shutil
from collections.abc import Collection, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import duckdb
import pandas as pd

from analysis import import_counts, masking, merging, privacy, tables
from analysis.beside import put_back, put_in_place
from analysis.database import connected, quoted
from analysis.errors import BusyError, CaptureError, StudyError
from analysis.locks import alone
from analysis.merging import KEYS
from analysis.staging import LABEL_DIGITS, Progress, Staged, Work, run, stage_files
from analysis.study import Study

ENTRY = "corpus/posts.parquet"
# Tells whether a later import has the same key, and nothing of the key itself.
KEY_DIGEST = "key-digest"


@dataclass(frozen=True)
class Imported:
    """The report on an import, and what was read for it."""

    report: pd.DataFrame
    staged: Staged


def silent(_step: str, _share: float) -> None:
    """Tell nobody how far an import is."""


def import_captures(study: Study, files: Sequence[Path], progress: Progress = silent) -> pd.DataFrame:
    """Import capture files into a study: the report, as it then stands beside the corpus.

    Raises `CaptureError` with every problem of all files, `StudyError` and `BusyError`; the corpus stays as it was.
    """
    return read_in(study, files, progress).report


def read_in(study: Study, files: Sequence[Path], progress: Progress = silent) -> Imported:
    """Import capture files into a study: the report, and the files' names and lines, which are not in it."""
    _refuse(study)
    _refuse_missing(files)
    with _alone(study), _beside(study) as folder, connected(folder / "scratch") as db:
        keep = study.settings.get("privacy", {}).get("keep", [])
        work = Work(db, folder, study.settings.get("mapping", {}), keep, progress)
        _prepare(work, study)
        staged = stage_files(work, files)
        corpus = _merge(work, staged, study)
        staged.remarks.extend(_unnamed(study, corpus))
        report = _report(work, staged, corpus, study)
        put_in_place(corpus, study.corpus)
    return Imported(report, staged)


def _refuse(study: Study) -> None:
    """Raise `StudyError` for a study that nothing can be imported into."""
    where = f"data/{study.name}"
    if study.is_original:
        raise StudyError(
            f"{where}: its posts are a stand-in, which was made and not captured. Import into a study of your own: "
            "compendium new NAME --from FILE."
        )
    entry = study.settings["tables"]["posts"]
    if entry.get("file") != ENTRY:
        raise StudyError(
            f"{where}/study.yml: tables, posts: found {entry!r}; what is imported is read from "
            f"{{file: {ENTRY}, origin: captured}}. Write that, then run the same command again."
        )
    if study.corpus.is_dir() and not study.key_file.is_file():
        raise StudyError(
            f"{where}/private/key is not there, but {where}/corpus was imported with it. With another key each "
            "account would get another pseudonym, and the captures would not join. Put the key back; if it is lost, "
            f"delete {where}/corpus and import all captures again."
        )
    made_with = study.corpus / KEY_DIGEST
    if made_with.is_file() and made_with.read_text(encoding="ascii").strip() != masking.digest_of_key(study.key_file):
        raise StudyError(
            f"{where}/private/key is not the key that {where}/corpus was imported with. With it each account would "
            "get another pseudonym, and the captures would not join. Put back the key that was there; if it is lost, "
            f"delete {where}/corpus and import all captures again."
        )


def _unnamed(study: Study, corpus: Path) -> Iterator[str]:
    """Say which imported tables study.yml does not name, so that no notebook would read them."""
    for path in sorted(corpus.glob("*.parquet")):
        if study.settings["tables"].get(path.stem, {}).get("file") != f"corpus/{path.name}":
            yield (
                f"data/{study.name}/study.yml: tables does not name the imported {path.stem}, so nothing reads them. "
                f"Add: {path.stem}: {{file: corpus/{path.name}, origin: captured}}"
            )


def _refuse_missing(files: Sequence[Path]) -> None:
    problems = [
        f"{path}: {'a folder; expected a file' if path.is_dir() else 'there is no such file'}. Check the path."
        for path in files
        if not path.is_file()
    ]
    if not files:
        problems = ["compendium import: no file was given. Name the capture files after the study."]
    if problems:
        raise CaptureError("\n".join(problems))


def clear_leftovers(study: Study) -> bool:
    """Take away what a killed import left, copies of captures above all; whether there was any and none is at it."""
    folder = _working_folder(study)
    if not folder.exists():
        return False
    try:
        with _alone(study):
            shutil.rmtree(folder)
            put_back(study.corpus)
    except BusyError:
        return False
    else:
        return True


def _alone(study: Study) -> AbstractContextManager[None]:
    return alone(study.folder / ".import.lock", f"compendium import {study.name}")


def _working_folder(study: Study) -> Path:
    return study.folder / ".corpus.import"


@contextmanager
def _beside(study: Study) -> Iterator[Path]:
    """An empty folder beside the corpus, gone afterwards; what a killed import left is put right first."""
    folder = _working_folder(study)
    shutil.rmtree(folder, ignore_errors=True)
    put_back(study.corpus)
    folder.mkdir()
    try:
        yield folder
    except duckdb.Error as error:
        # The engine has words of its own for a disk that is full.
        if "No space left" in str(error) or "max_temp_directory_size" in str(error):
            raise OSError(errno.ENOSPC, "No space left on the disk", str(study.folder)) from error
        raise
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _prepare(work: Work, study: Study) -> None:
    key = masking.make_key(study.key_file)
    privacy.mask_with(study.key_file)
    merging.define(work.db, key)
    # Records are sorted at the end; until then their order does not matter, and to keep it takes memory.
    work.db.execute("SET preserve_insertion_order = false")
    work.db.execute("SET enable_progress_bar = true; SET enable_progress_bar_print = false")


def _merge(work: Work, staged: Staged, study: Study) -> Path:
    """The new corpus: what was staged and what was there, one record for each identifier."""
    corpus = work.folder / "corpus"
    corpus.mkdir()
    (corpus / KEY_DIGEST).write_text(f"{masking.digest_of_key(study.key_file)}\n", encoding="ascii")
    again = [capture.checksum[:LABEL_DIGITS] for capture in staged.captures]
    for table in KEYS:
        records = [part.usable for part in staged.parts if part.table == table]
        present = study.corpus / f"{table}.parquet"
        if present.is_file():
            records.append(_present(present, table, work.keep, again))
        if table == "creators":
            records += _accounts(corpus)
        _merge_table(work, table, records, corpus / f"{table}.parquet")
    return corpus


def _present(path: Path, table: str, keep: Collection[str], again: Sequence[str]) -> str:
    """What the present corpus holds of a table, without records that only come from a capture given again."""
    labels = ", ".join(map(quoted, again))
    return (
        f"SELECT {merging.kept_columns(table, keep)} FROM read_parquet({quoted(str(path))}) "  # noqa: S608
        f"WHERE contains(source, ' ') OR right(source, {LABEL_DIGITS}) NOT IN ({labels})"
    )


def _accounts(corpus: Path) -> list[str]:
    """The accounts of the merged posts and comments."""
    held = import_counts.held_in(corpus)
    return [
        f"SELECT DISTINCT {account} AS creator_id, source FROM {held[table]} WHERE {account} IS NOT NULL"  # noqa: S608
        for table, account in (("posts", "creator_id"), ("comments", "author_id"))
        if table in held
    ]


def _merge_table(work: Work, table: str, records: Sequence[str], path: Path) -> None:
    """Merge slice by slice, then write the slices as one table; a table without records is not written."""
    slices = merging.count_records(work.db, table, records)
    step, queries = f"merging {table}", [merging.merged(table, records, within) for within in slices]
    if len(slices) == 1:
        run(work, partial(tables.write_parquet, work.db, queries[0], path), step)
    if len(slices) > 1:
        written = [work.folder / "slices" / f"{table}-{place}.parquet" for place in range(len(slices))]
        for place, (query, beside) in enumerate(zip(queries, written, strict=True)):
            run(work, partial(tables.write_parquet, work.db, query, beside, "snappy"), step, place, len(slices))
        _join(work, written, path, f"writing {table}")


def _join(work: Work, written: Sequence[Path], path: Path, step: str) -> None:
    """Write sorted slices as one sorted table."""
    every = f"SELECT * FROM read_parquet([{', '.join(quoted(str(beside)) for beside in written)}])"  # noqa: S608
    work.db.execute("SET preserve_insertion_order = true")
    run(work, partial(tables.write_parquet, work.db, every, path), step)
    work.db.execute("SET preserve_insertion_order = false")


def _report(work: Work, staged: Staged, corpus: Path, study: Study) -> pd.DataFrame:
    work.progress("writing the report", 0.0)
    before = study.corpus / "imports.csv"
    earlier = (
        tables.read_table(before, "imports", shown=f"data/{study.name}/corpus/imports.csv")
        if before.is_file()
        else None
    )
    report = import_counts.count_all(work.db, staged, corpus, earlier, study.sides)
    tables.write_table(report, corpus / "imports.csv", "imports")
    return report
