"""Capture files read once, each into files of canonical records, with pseudonyms and masks, not yet merged."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from functools import partial
from hashlib import file_digest
from itertools import count
from pathlib import Path
from typing import Any

import duckdb

from analysis import merging, tables
from analysis.database import Connection
from analysis.errors import CaptureError
from analysis.merging import Capture, Part
from analysis.sources import registry
from analysis.sources.opening import opened
from analysis.sources.reader import Opened, Reader, Reading

# Told which step is under way, and what share of it is done.
Progress = Callable[[str, float], None]
POLLED_EVERY = 0.1
LABEL_DIGITS, LINES_SHOWN = 8, 5
WORDS = {"delimited": "line", "lines": "line", "workbook": "row"}
# What is wrong with the engine or the disk, not with the file.
NOT_THE_FILE = (duckdb.IOException, duckdb.OutOfMemoryException, duckdb.InterruptException)
UNREADABLE = "not readable"


@dataclass(frozen=True)
class Work:
    """An import under way: its database, its folder, what study.yml asks for, and who is told how far it is."""

    db: Connection
    folder: Path
    mapping: Mapping[str, Any]
    keep: Collection[str]
    progress: Progress
    numbers: Iterator[int] = field(default_factory=count)


@dataclass
class Staged:
    """What was read: captures and their records; and their names and lines, which only the terminal may show."""

    parts: list[Part] = field(default_factory=list)
    captures: list[Capture] = field(default_factory=list)
    names: dict[str, list[str]] = field(default_factory=dict)
    # Where records stand that were dropped, by capture, table and reason.
    places: dict[tuple[str, str, str], list[str]] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _Member:
    """One capture of a file: its reader, its records as files, its caveats, and where dropped records stand."""

    reader: Reader
    paths: Mapping[str, Path]
    caveats: tuple[str, ...]
    places: Mapping[tuple[str, str], str]


def run(work: Work, task: Callable[[], None], step: str, place: int = 0, of: int = 1) -> None:
    """Let the database work, telling how far it is; an interrupt stops it."""
    with ThreadPoolExecutor(1) as worker:
        done = worker.submit(task)
        try:
            while not done.done():
                share = max(work.db.query_progress(), 0.0) / 100
                work.progress(step, (place + share) / of)
                wait([done], POLLED_EVERY)
        except BaseException:
            # A query that has not begun yet cannot be interrupted.
            while not done.done():
                work.db.interrupt()
                wait([done], POLLED_EVERY)
            raise
        done.result()


def stage_files(work: Work, files: Sequence[Path]) -> Staged:
    """Read every file, each content once. Raises `CaptureError` with the problems of all that cannot be read."""
    staged, problems = Staged(), []
    # The checksum is worked out while the file is read.
    with ThreadPoolExecutor(1) as beside:
        once = _without_doubles(files, staged.remarks)
        for place, path in enumerate(once, start=1):
            step = f"reading {path.name}" + (f" ({place} of {len(once)})" if len(once) > 1 else "")
            checksum = beside.submit(_checksum, path)
            try:
                _note(staged, path, _stage_file(work, path, step), checksum)
            except CaptureError as error:
                problems.append(str(error))
    if problems:
        raise CaptureError("\n".join(problems))
    return staged


def _without_doubles(files: Sequence[Path], remarks: list[str]) -> list[Path]:
    """Each content once. Only files of one size are compared, since a large one takes long to read."""
    sizes = [path.stat().st_size for path in files]
    first: dict[str, Path] = {}
    for path, size in zip(files, sizes, strict=True):
        content = _checksum(path) if sizes.count(size) > 1 else str(path)
        if content in first:
            remarks.append(f"{path}: the same content as {first[content]}; read once.")
        first.setdefault(content, path)
    return list(first.values())


def _checksum(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def _stage_file(work: Work, path: Path, step: str) -> list[_Member]:
    """Stage each capture in a file. Raises `CaptureError` with the problems of all."""
    problems, found = [], []
    work.progress(step, 0.0)
    with opened(path, work.folder / "opened") as members:
        for member in members:
            try:
                found.append(_stage(work, member, step))
            except CaptureError as error:
                problems.append(str(error))
    if problems:
        raise CaptureError("\n".join(problems))
    return found


def _stage(work: Work, member: Opened, step: str) -> _Member:
    """Write canonical records of each table of a capture as files."""
    try:
        reader = registry.recognise(member, work.mapping)
        reading = reader.read(member, work.db)
        paths = {}
        for table, query in reading.queries.items():
            paths[table] = work.folder / "parts" / f"{next(work.numbers)}.parquet"
            canonical = merging.canonical(work.db, table, query, work.keep)
            run(work, partial(tables.write_parquet, work.db, canonical, paths[table], "snappy"), step)
        return _Member(reader, paths, (*member.notes, *reading.caveats), _places(work, member, reading, paths))
    except duckdb.Error as error:
        if isinstance(error, NOT_THE_FILE):
            raise
        told = str(error).partition("\n")[0]
        raise CaptureError(f"{member.shown}: cannot be read: {told}. Export it again, or open and mend it.") from error


def _places(work: Work, member: Opened, reading: Reading, paths: Mapping[str, Path]) -> dict[tuple[str, str], str]:
    """Where the first records stand that were dropped, by table and reason."""
    found: dict[tuple[str, str], list[int]] = {}
    for table, path in paths.items():
        asked = (
            f"SELECT reason, min(line, {LINES_SHOWN}) FROM {Part('', table, path).records} "  # noqa: S608
            "WHERE reason IS NOT NULL GROUP BY reason ORDER BY reason"
        )
        found |= {(table, reason): lines or [] for reason, lines in work.db.execute(asked).fetchall()}
    # To look for lines takes long, and only those that cannot be read need it.
    sought = [(table, reason) for (table, reason), lines in found.items() if not lines and UNREADABLE in reason]
    located = reading.locate() if sought and reading.locate else {}
    found |= {key: located.get(key[1], [])[:LINES_SHOWN] for key in sought}
    word = WORDS.get(member.shape, "record")
    return {key: f"{member.shown}, {word} {', '.join(map(str, lines))}" for key, lines in found.items() if lines}


def _note(staged: Staged, path: Path, members: Sequence[_Member], checksum: "Future[str]") -> None:
    """Name what was read by format and checksum; a file that holds captures of two formats has two names."""
    digest = checksum.result()
    caveats, formats = defaultdict[str, list[str]](list), {}
    for member in members:
        label = f"{member.reader.name}-{digest[:LABEL_DIGITS]}"
        caveats[label] += member.caveats
        formats[label] = member.reader.title
        staged.parts += [Part(label, table, records) for table, records in member.paths.items()]
        for (table, reason), place in member.places.items():
            staged.places.setdefault((label, table, reason), []).append(place)
    for label, told in caveats.items():
        staged.names[label] = [str(path)]
        staged.captures.append(Capture(label, formats[label], digest, tuple(dict.fromkeys(told))))
