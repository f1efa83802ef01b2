"""Capture files out of their packing: gzip and zip, told by their first bytes, unpacked into a scratch folder."""

import gzip
import shutil
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from analysis.errors import CaptureError
from analysis.sources.foreign import BROKEN_ZIP, refuse_document, refuse_foreign

GZIP, ZIP, EMPTY_ZIP = b"\x1f\x8b", b"PK\x03\x04", b"PK\x05\x06"
# What marks a zip as a workbook: of Excel (two kinds) and of OpenDocument.
WORKBOOK_MEMBERS = ("xl/workbook.xml", "xl/workbook.bin", "content.xml")
BLOCK = 1 << 20
# Unpacking stops while the machine can still work.
KEPT_FREE = 200 * BLOCK
LAYERS = 5


def unpacked(path: Path, shown: str, scratch: Path, layer: int = 0) -> Iterator[tuple[Path, str]]:
    """The files in a file, each with what to call it; an unpacked file is itself.

    Raises `CaptureError` for a file that is missing, empty, broken, encrypted or too large to be unpacked.
    """
    start = first_bytes(path, shown)
    if layer > LAYERS:
        raise CaptureError(f"{shown}: packed more than {LAYERS} times over. Unpack it, then import what was in it.")
    if start.startswith(GZIP):
        inner = _beside(scratch)
        _gunzip(path, inner, shown)
        yield from unpacked(inner, shown, scratch, layer + 1)
    elif start.startswith((ZIP, EMPTY_ZIP)) and not is_workbook(path):
        refuse_document(path, shown)
        for inner, told in _unzip(path, shown, scratch):
            yield from unpacked(inner, told, scratch, layer + 1)
    else:
        refuse_foreign(start, shown)
        yield path, shown


def first_bytes(path: Path, shown: str, count: int = 64) -> bytes:
    """The first bytes of a file. Raises `CaptureError` when it is missing, a folder or empty."""
    if path.is_dir():
        raise CaptureError(f"{shown}: a folder; expected a capture file. Name the files in it, such as {shown}/*.")
    try:
        with path.open("rb") as file:
            start = file.read(count)
    except OSError as error:
        told = "there is no such file" if isinstance(error, FileNotFoundError) else f"not readable: {error.strerror}"
        raise CaptureError(f"{shown}: {told}. Check the path.") from error
    if not start:
        raise CaptureError(f"{shown}: the file is empty; expected a capture. Export it again.")
    return start


def is_workbook(path: Path) -> bool:
    """Whether a zip is a workbook."""
    try:
        with zipfile.ZipFile(path) as archive:
            return not set(WORKBOOK_MEMBERS).isdisjoint(archive.namelist())
    except BROKEN_ZIP:
        return False


def _gunzip(path: Path, target: Path, shown: str) -> None:
    try:
        with gzip.open(path, "rb") as packed:
            _copy(packed, target, shown)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise CaptureError(f"{shown}: a gzip file that is cut off or broken: {error}. Copy it again.") from error


def _unzip(path: Path, shown: str, scratch: Path) -> Iterator[tuple[Path, str]]:
    try:
        with zipfile.ZipFile(path) as archive:
            members = [member for member in archive.infolist() if _is_capture(member)]
            if not members:
                raise CaptureError(f"{shown}: a zip without files; expected captures in it.")
            for member in members:
                yield _member(archive, member, f"{shown}, {member.filename}", scratch), f"{shown}, {member.filename}"
    except (*BROKEN_ZIP, EOFError, zlib.error) as error:
        raise CaptureError(f"{shown}: a zip file that is cut off or broken: {error}. Copy it again.") from error


def _is_capture(member: zipfile.ZipInfo) -> bool:
    """Whether a member is a file that somebody put there, not one that a system hid beside it."""
    parts = member.filename.split("/")
    return (
        not member.filename.endswith("/")
        and "__MACOSX" not in parts
        and not any(part.startswith(".") for part in parts)
    )


def _member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, shown: str, scratch: Path) -> Path:
    if member.flag_bits & 1:
        raise CaptureError(f"{shown}: encrypted. Unpack the zip with its password, then import the file.")
    _refuse_too_large(member.file_size, scratch, shown)
    target = _beside(scratch)
    with archive.open(member) as packed:
        _copy(packed, target, shown)
    return target


def _copy(packed: IO[bytes] | gzip.GzipFile, target: Path, shown: str) -> None:
    """Unpack block by block; a packed file does not always say truly how large it is."""
    with target.open("wb") as file:
        for number, block in enumerate(iter(lambda: packed.read(BLOCK), b"")):
            if number % 64 == 0:
                _refuse_too_large(len(block), target.parent, shown)
            file.write(block)


def _refuse_too_large(size: int, scratch: Path, shown: str) -> None:
    free = shutil.disk_usage(scratch).free
    if size + KEPT_FREE > free:
        raise CaptureError(
            f"{shown}: unpacked it does not fit on the disk, where {free >> 20} MB are free. "
            "Make room, or unpack it elsewhere and import what was in it."
        )


def _beside(scratch: Path) -> Path:
    """A path in the scratch folder that is not taken."""
    return scratch / f"unpacked-{sum(1 for _ in scratch.iterdir())}"
