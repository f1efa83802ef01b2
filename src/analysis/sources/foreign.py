"""Files that are no captures, told by their first bytes: what they are, and what to import in their place."""

import zipfile
from pathlib import Path

from analysis.errors import CaptureError

# What reading the list of a zip's members raises where it is damaged.
BROKEN_ZIP = (zipfile.BadZipFile, NotImplementedError, UnicodeDecodeError)
TABLE = "Export the records themselves, as CSV, Excel or JSON, and import that."
UNPACK = "Unpack it, then import what was in it."
# The first bytes, where they stand, what the file is, and what to do.
KINDS: tuple[tuple[bytes, int, str, str], ...] = (
    (b"%PDF", 0, "a PDF document", TABLE),
    (b"\x89PNG", 0, "a PNG image", TABLE),
    (b"\xff\xd8\xff", 0, "a JPEG image", TABLE),
    (b"GIF89a", 0, "a GIF image", TABLE),
    (b"RIFF", 0, "a WebP image, a sound or a film", TABLE),
    (b"ftyp", 4, "a film, a sound or an image of a telephone", TABLE),
    (b"{\\rtf", 0, "an RTF document", TABLE),
    (b"<!doctype html", 0, "a web page", TABLE),
    (b"<html", 0, "a web page", TABLE),
    (b"<?xml", 0, "an XML document", TABLE),
    (b"Rar!", 0, "a RAR archive", UNPACK),
    (b"7z\xbc\xaf", 0, "a 7-Zip archive", UNPACK),
    (b"BZh91AY&SY", 0, "a bzip2 archive", UNPACK),
    (b"\xfd7zXZ", 0, "an xz archive", UNPACK),
    (b"\x28\xb5\x2f\xfd", 0, "a Zstandard archive", UNPACK),
)
# A member by which a zip is told to be a document.
DOCUMENTS = {
    "word/document.xml": "a Word document",
    "ppt/presentation.xml": "a PowerPoint presentation",
    "META-INF/container.xml": "an e-book",
}


def refuse_foreign(start: bytes, shown: str) -> None:
    """Raise `CaptureError` for a file that begins like one of a kind that holds no records."""
    plain = start.removeprefix(b"\xef\xbb\xbf").lstrip()
    for mark, place, kind, advice in KINDS:
        found = start[place:] if place else plain
        if found[: len(mark)].lower() == mark.lower():
            raise CaptureError(f"{shown}: {kind}; expected a capture. {advice}")


def refuse_document(path: Path, shown: str) -> None:
    """Raise `CaptureError` for a document that is a zip inside."""
    try:
        with zipfile.ZipFile(path) as archive:
            found = [kind for member, kind in DOCUMENTS.items() if member in archive.namelist()]
    except BROKEN_ZIP:
        # What is broken is told when it is unpacked.
        return
    if found:
        raise CaptureError(f"{shown}: {found[0]}; expected a capture. {TABLE}")
