"""The files to which a project of the exchange format refers: only those in its own archive are read."""

import codecs
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import NamedTuple
from urllib.parse import unquote

from analysis.qda.archive import Archive
from analysis.qda.refi_account import Account
from analysis.qda.xml import Element, attributes_of, children, local, text_in

INTERNAL = "internal://"
OUTSIDE = ("relative://", "absolute://", "file://", "http://", "https://")
FOLDER = "sources"
MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}


class Text(NamedTuple):
    """A text and the bytes that it was; both None where the project leaves it out."""

    text: str | None = None
    raw: bytes | None = None


class Files:
    """The files beside a project's XML; `base` is the folder in the archive where that stands."""

    def __init__(self, archive: Archive | None, base: str, scratch: Path, account: Account) -> None:
        self._archive, self._base, self._scratch, self._account = archive, base, scratch, account
        self._asked: set[str] = set()

    def read(self, path: str, where: str) -> bytes | None:
        """The bytes of a text; None where the project leaves it out, which is told."""
        name = self._found(path, where)
        return None if name is None or self._archive is None else self._archive.read(name)

    def unpack(self, path: str, where: str) -> Path | None:
        """A picture, PDF or recording, unpacked; None where the project leaves it out, which is told."""
        name = self._found(path, where)
        return None if name is None or self._archive is None else self._archive.unpack(name, self._scratch)

    def pass_over(self, path: str) -> None:
        """Take note of a file that is known and not read."""
        self._asked.update(name.casefold() for name in self._candidates(path))

    def left(self) -> list[str]:
        """The files in the archive to which nothing refers."""
        names = self._archive.names if self._archive else []
        return [name for name in names if name.casefold() not in self._asked and not name.casefold().endswith(".qde")]

    def _found(self, path: str, where: str) -> str | None:
        """What a file is called in the archive."""
        if path.lower().startswith(OUTSIDE):
            told = "its file stands outside the project's archive; the source stands without content"
        else:
            self.pass_over(path)
            for name in self._candidates(path):
                if self._archive is not None and name in self._archive:
                    return name
            told = "its file is not in the project's archive; the source stands without content"
        self._account.mend(told, f"{where}, '{PurePosixPath(path.replace(chr(92), '/')).name}'")
        return None

    def _candidates(self, path: str) -> Iterator[str]:
        """What a file may be called in the archive: with and without the folder, and with signs in hexadecimal."""
        name = path[len(INTERNAL) :] if path.lower().startswith(INTERNAL) else path
        for spelled in dict.fromkeys((name, unquote(name))):
            inside = spelled.replace("\\", "/").lstrip("/")
            yield f"{self._base}{FOLDER}/{inside}"
            yield f"{self._base}{inside}"


def decoded(raw: bytes, account: Account, where: str) -> str:
    """A text with its line ends as stored and without a byte-order mark."""
    encoding = next((name for mark, name in MARKS.items() if raw.startswith(mark)), "utf-8")
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError:
        account.mend("the text is not UTF-8; what cannot be read stands as \ufffd", where)
        return raw.decode(encoding, errors="replace")


def text_of(element: Element, where: str, files: Files, account: Account) -> Text:
    """The text of an element from its file or as it stands in the XML; what is formatted is not read."""
    attributes = attributes_of(element)
    if attributes.get("richTextPath"):
        files.pass_over(attributes["richTextPath"])
        account.lose(f"{local(element)}/@richTextPath (its text with formatting)", attributes["richTextPath"])
    inline = text_in(next(children(element, "PlainTextContent"), None))
    if attributes.get("plainTextPath"):
        raw = files.read(attributes["plainTextPath"], where)
        if raw is not None:
            if inline is not None:
                account.mend("a text stands both in a file and in the XML; the file's is taken", where)
            return Text(decoded(raw, account, where), raw)
    elif inline is None:
        account.mend("has no text; the source stands without content", where)
    return Text() if inline is None else Text(inline, inline.encode())
