"""Texts of a capture as UTF-8, in whatever encoding they were saved."""

import codecs
from collections.abc import Iterator
from pathlib import Path

from analysis.errors import CaptureError

BLOCK = 1 << 20
# A larger file is looked into at places spread over it, since to read all of it takes half as long as to import it.
READ_WHOLE_BELOW = 64 * BLOCK
GLANCES = 128
GLANCE = 1 << 16
MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
CHINESE = "gb18030"
LOST = "\ufffd"
# The bytes within a character of UTF-8, at which a glance may start.
CONTINUED = bytes(range(0x80, 0xC0))
MEND = "Save it as UTF-8 (in a spreadsheet: 'CSV UTF-8'), then import it again."


def decoded(path: Path, shown: str, scratch: Path) -> tuple[Path, tuple[str, ...]]:
    """A file in UTF-8 without a mark, the given one where it is so, and what to know of its texts.

    Raises `CaptureError` for a binary file, and for bytes that are no text in an encoding known here.
    """
    with path.open("rb") as file:
        start = file.read(3)
    encoding = next((name for mark, name in MARKS.items() if start.startswith(mark)), "")
    if encoding:
        return _transcoded(path, encoding, shown, scratch)
    lost, refused = _looked_through(path, shown)
    if refused is None:
        return path, _notes("utf-8", lost)
    try:
        return _transcoded(path, CHINESE, shown, scratch)
    except CaptureError as error:
        raise CaptureError(
            f"{shown}: byte {refused} is not UTF-8, and the file is not in GB18030 either. {MEND}"
        ) from error


def _looked_through(path: Path, shown: str) -> tuple[int, int | None]:
    """How many characters were lost before the file came here, and which byte is the first that is not UTF-8.

    A character that is cut off at the end of the file is let through: so ends a capture that was broken off.
    """
    decoder = codecs.getincrementaldecoder("utf-8")()
    lost = 0
    for start, block in _blocks(path):
        place = block.find(b"\0")
        if place >= 0:
            raise CaptureError(
                f"{shown}: a binary file of an unknown kind (byte {start + place} is 0). Expected text, or a workbook, "
                "SQLite, Parquet, gzip or zip file. Export the capture as one of these."
            )
        whole = block
        if path.stat().st_size >= READ_WHOLE_BELOW:
            decoder.reset()
            whole = block.lstrip(CONTINUED)
        held = len(decoder.getstate()[0])
        try:
            lost += decoder.decode(whole).count(LOST)
        except UnicodeDecodeError as error:
            return lost, start + len(block) - len(whole) - held + error.start
    return lost, None


def _blocks(path: Path) -> Iterator[tuple[int, bytes]]:
    """Blocks of a file with the place of each: all of them, or some of a large file."""
    size = path.stat().st_size
    is_large = size >= READ_WHOLE_BELOW
    with path.open("rb") as file:
        for start in range(0, size, size // GLANCES if is_large else BLOCK):
            file.seek(start)
            yield start, file.read(GLANCE if is_large else BLOCK)


def _transcoded(path: Path, encoding: str, shown: str, scratch: Path) -> tuple[Path, tuple[str, ...]]:
    """The file rewritten in UTF-8. Raises `CaptureError` when it is not in that encoding after all."""
    target = scratch / f"{path.name}.utf-8"
    lost = rare = common = 0
    with path.open("rb") as file, target.open("wb") as written:
        try:
            for text in codecs.iterdecode(iter(lambda: file.read(BLOCK), b""), encoding):
                written.write(text.encode())
                lost += text.count(LOST)
                ascii_, everyday, all_ = (_held(text, name) for name in ("ascii", "gb2312", "gbk"))
                common += everyday - ascii_
                rare += all_ - everyday
        except UnicodeError as error:
            raise CaptureError(f"{shown}: not readable as {encoding.upper()}: {error}. {MEND}") from error
    # By its bytes, a text in a Western encoding or in Japanese is mostly one of rare Chinese characters too.
    if encoding == CHINESE and rare > common:
        raise CaptureError(f"{shown}: read as GB18030 it is full of rare characters. {MEND}")
    return target, _notes(encoding, lost)


def _held(text: str, encoding: str) -> int:
    """How many characters of a text an encoding has."""
    return len(text.encode(encoding, errors="ignore").decode(encoding))


def _notes(encoding: str, lost: int) -> tuple[str, ...]:
    notes = []
    if encoding == CHINESE:
        notes.append(
            "Its texts are in GB18030. A file saved so has often lost its emoji, each a question mark now; "
            "these cannot be told from question marks that people wrote. Where the tool can, export it as UTF-8."
        )
    if lost:
        notes.append(f"At least {lost} characters were lost before the file came here; each stands as {LOST}.")
    return tuple(notes)
