"""A zip from a stranger: looked through before anything is unpacked, and never unpacked outside a scratch folder."""

import re
import shutil
import stat
import unicodedata
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO

from analysis.errors import CodingError
from analysis.sources.foreign import BROKEN_ZIP

MEGABYTE = 1 << 20
# Text and XML shrink to a tenth or a fiftieth; to less than a two-hundred-and-fiftieth only what was made for it.
MOST_RATIO = 250
RATIO_COUNTS_FROM = 16 * MEGABYTE
MOST_MEMBERS = 100_000
MOST_TEXT = 2_000 * MEGABYTE
KEPT_FREE = 200 * MEGABYTE
TOLD_AT_MOST = 20
LONGEST_NAME = 100
ENCRYPTED = 1
BROKEN = (*BROKEN_ZIP, EOFError, zlib.error, OSError, RuntimeError)


class Archive:
    """A zip whose members were found harmless; they are named without regard to case and to how slashes lean."""

    def __init__(self, packed: zipfile.ZipFile, shown: str) -> None:
        self._packed = packed
        self._shown = shown
        self._members = {_key(member.filename): member for member in packed.infolist() if is_file(member)}

    @property
    def names(self) -> list[str]:
        """The members' names in the archive's order, with slashes that lean forward."""
        return [_slashed(member.filename) for member in self._members.values()]

    def __contains__(self, name: str) -> bool:
        return _key(name) in self._members

    def read(self, name: str) -> bytes:
        """The bytes of a member. Raises `CodingError` when it is broken or too large to be held."""
        with self.open(name) as file, _told(self._shown, name):
            return file.read()

    @contextmanager
    def open(self, name: str) -> Iterator[IO[bytes]]:
        """A member to read from. Raises `CodingError` when it is broken or too large to be held."""
        member = self._members[_key(name)]
        if member.file_size > MOST_TEXT:
            raise CodingError(
                f"{self._shown}, {name}: {member.file_size >> 20} MB of text; expected at most {MOST_TEXT >> 20} MB. "
                "Divide the project, then export its parts."
            )
        with _told(self._shown, name), self._packed.open(member) as file:
            yield file

    def unpack(self, name: str, scratch: Path) -> Path:
        """A member as a file in the scratch folder, under a name that any system takes.

        Raises `CodingError` when it is broken.
        """
        target = _beside(scratch, PurePosixPath(_slashed(name)).name)
        with _told(self._shown, name), self._packed.open(self._members[_key(name)]) as file, target.open("xb") as out:
            shutil.copyfileobj(file, out, MEGABYTE)
        return target


@contextmanager
def opened(path: Path, shown: str, scratch: Path) -> Iterator[Archive]:
    """A zip, looked through.

    Raises `CodingError` for a file that is missing or no zip, and, naming all, for members that lead out of the
    archive, are links, encrypted, doubled, or larger than is likely or than the disk can take.
    """
    try:
        packed = zipfile.ZipFile(path)
    except FileNotFoundError as error:
        raise CodingError(f"{shown}: there is no such file. Check the path.") from error
    except BROKEN as error:
        raise CodingError(
            f"{shown}: a zip file that is cut off or broken: {error}. Copy or export it again."
        ) from error
    with packed:
        found = problems(packed.infolist(), shutil.disk_usage(scratch).free)
        if found:
            more = [f"… and {len(found) - TOLD_AT_MOST} more."] if len(found) > TOLD_AT_MOST else []
            told = "\n".join(f"{shown}, {problem}" for problem in found[:TOLD_AT_MOST])
            mend = "Nothing was unpacked. Export the project again; if the file came from somebody else, ask them."
            raise CodingError("\n".join([told, *more, mend]))
        yield Archive(packed, shown)


def problems(members: list[zipfile.ZipInfo], free: int) -> list[str]:
    """What speaks against unpacking these members where so many bytes are free; each names its member."""
    if len(members) > MOST_MEMBERS:
        return [f"all of it: {len(members):,} members; expected at most {MOST_MEMBERS:,}."]
    size, packed = sum(member.file_size for member in members), sum(member.compress_size for member in members)
    found = [f"{member.filename!r}: {problem}" for member in members for problem in _problems(member)]
    # Many small bombs make a large one.
    if not found:
        found = [f"all of it: {problem}" for problem in _too_dense(size, packed)]
    if size + KEPT_FREE > free:
        found.append(f"all of it: {size >> 20} MB when unpacked; {free >> 20} MB are free on the disk.")
    names = Counter(_key(member.filename) for member in members if is_file(member))
    return found + [
        f"{name!r}: {count} members of this name; expected one." for name, count in names.items() if count > 1
    ]


def is_file(member: zipfile.ZipInfo) -> bool:
    """Whether a member is a file that a program put there, not one that a system hid beside it."""
    # A member may have no name at all, which is_dir() fails on.
    parts = PurePosixPath(_slashed(member.filename)).parts
    return (
        bool(parts)
        and not member.filename.endswith("/")
        and not any(part == "__MACOSX" or part.startswith("._") for part in parts)
    )


def _problems(member: zipfile.ZipInfo) -> Iterator[str]:
    """What speaks against unpacking one member."""
    path = PurePosixPath(_slashed(member.filename))
    if path.is_absolute() or ".." in path.parts or re.match(r"[A-Za-z]:", member.filename):
        yield "a path that leads out of the archive; expected a name inside it."
    if stat.S_ISLNK(member.external_attr >> 16):
        yield "a link; expected a file."
    if member.flag_bits & ENCRYPTED:
        yield "encrypted; expected a file without a password."
    yield from _too_dense(member.file_size, member.compress_size)


def _too_dense(size: int, packed: int) -> Iterator[str]:
    """Say that something would grow beyond what is likely."""
    if size >= RATIO_COUNTS_FROM and size > MOST_RATIO * packed:
        ratio = size // max(packed, 1)
        yield f"{ratio:,} times as large when unpacked ({size >> 20} MB); expected at most {MOST_RATIO} times."


@contextmanager
def _told(shown: str, name: str) -> Iterator[None]:
    """Turn what can go wrong while a member is read into a message."""
    try:
        yield
    except BROKEN as error:
        raise CodingError(f"{shown}, {name}: cut off or broken: {error}. Copy or export the file again.") from error


def _slashed(name: str) -> str:
    return name.replace("\\", "/")


def _key(name: str) -> str:
    """What a name is found by: programs spell a folder as Sources and sources, and letters as one sign or two."""
    return unicodedata.normalize("NFC", _slashed(name)).casefold()


def _beside(scratch: Path, name: str) -> Path:
    """A path in the scratch folder that is not taken, for a file of about that name."""
    safe = re.sub(r"[^\w.\- ]", "_", name).strip(". ")[-LONGEST_NAME:] or "file"
    number = 1
    while (target := scratch / f"source-{number}" / safe).exists():
        number += 1
    target.parent.mkdir(exist_ok=True)
    return target
