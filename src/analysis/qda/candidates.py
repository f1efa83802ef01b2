"""A glance into a file that may hold codings: as much of it as shows in which format it is."""

import re
import zipfile
from dataclasses import replace
from pathlib import Path

from analysis.errors import CaptureError, CodingError
from analysis.qda import archive
from analysis.qda.project import Candidate
from analysis.sources.foreign import BROKEN_ZIP
from analysis.sources.opening import glance
from analysis.sources.unpacking import EMPTY_ZIP, GZIP, ZIP, is_workbook

HEAD = 1 << 16
# A single table in a zip is looked into when it is no larger than any table of codings is.
TABLE_BELOW = 64 << 20
# The fixed part of what stands before each member of a zip, and where in it the length of the name is.
BEFORE_MEMBER, NAME_LENGTH = 30, slice(26, 28)
MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
PROLOG = re.compile(r"(?:\s|<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^\[>]*(?:\[.*?\]\s*)?>)*", re.DOTALL)
ROOT = re.compile(r"<(?:[\w.-]+:)?([^\W\d][\w.-]*)")


def glimpsed(path: Path, scratch: Path) -> Candidate:
    """What a glance into a file or folder shows; nothing of what cannot be opened. What is unpacked is in `scratch`.

    Raises `CodingError` for a workbook that is made to harm.
    """
    if not path.is_file():
        return Candidate(path, str(path))
    with path.open("rb") as file:
        head = file.read(HEAD)
    if is_workbook(path):
        with archive.opened(path, str(path), scratch):
            return _tabular(path, scratch)
    if head.startswith((ZIP, EMPTY_ZIP)):
        return _packed(path, head, scratch)
    root = root_of(head)
    if root or not head or head.startswith(GZIP):
        return Candidate(path, str(path), root=root)
    return _tabular(path, scratch)


def is_cut_off(candidate: Candidate) -> bool:
    """Whether a file begins as a zip does and shows nothing that is in it."""
    if candidate.opened is not None or candidate.members or not candidate.path.is_file():
        return False
    with candidate.path.open("rb") as file:
        return file.read(len(ZIP)) == ZIP


def root_of(head: bytes) -> str:
    """The local name of an XML document's first element; empty where a file does not begin as XML does.

    >>> root_of(b'<?xml version="1.0"?><q:Project name="x">'), root_of(b"id,text")
    ('Project', '')
    """
    encoding = next((name for mark, name in MARKS.items() if head.startswith(mark)), "utf-8")
    text = head.decode(encoding, errors="replace")
    found = ROOT.match(text, PROLOG.match(text).end())  # type: ignore[union-attr]
    return found[1] if found else ""


def _packed(path: Path, head: bytes, scratch: Path) -> Candidate:
    """A zip by the names in it; a single file in it is looked into as if it stood alone."""
    try:
        with zipfile.ZipFile(path) as packed:
            infos = packed.infolist()
    except (*BROKEN_ZIP, OSError):
        return Candidate(path, str(path), members=_names_before_a_cut(head))
    files = [info for info in infos if archive.is_file(info)]
    alone = _alone(path, files[0].filename, scratch) if len(files) == 1 and files[0].file_size < TABLE_BELOW else None
    return alone or Candidate(path, str(path), members=tuple(info.filename for info in infos))


def _alone(path: Path, name: str, scratch: Path) -> Candidate | None:
    """The only file in a zip, if it is a table or database; whatever is wrong with a zip its reader tells."""
    try:
        with archive.opened(path, str(path), scratch) as opened:
            inner = opened.unpack(name, scratch)
    except CodingError:
        return None
    with inner.open("rb") as file:
        is_table = not root_of(file.read(HEAD))
    # Not looked into any deeper: a zip can hold itself.
    found = _tabular(inner, scratch) if is_table else Candidate(inner, name)
    return replace(found, shown=f"{path}, {name}") if found.opened is not None else None


def _names_before_a_cut(head: bytes) -> tuple[str, ...]:
    """The names of the members that begin in the first part of a zip without its end, where the list of all is."""
    names, start = [], head.find(ZIP)
    while start >= 0:
        length = int.from_bytes(head[start:][NAME_LENGTH], "little")
        names.append(head[start + BEFORE_MEMBER :][:length].decode("utf-8", errors="replace"))
        start = head.find(ZIP, start + BEFORE_MEMBER)
    return tuple(filter(None, names))


def _tabular(path: Path, scratch: Path) -> Candidate:
    """A file with its tables, if it has any."""
    try:
        opened = glance(path, str(path), scratch)
    except (CaptureError, OSError, RecursionError):
        return Candidate(path, str(path))
    return Candidate(path, str(path), tables=opened.tables, opened=opened)
