"""XML from a stranger: no entities, nothing fetched, elements by their local names, read part by part."""

import codecs
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import IO, TYPE_CHECKING, Any

from analysis.errors import CodingError

if TYPE_CHECKING:
    from lxml.etree import _Element

    Element = _Element
else:
    Element = Any

# Where an element may begin, unless what stands before it is longer than anybody writes.
HEAD = 1 << 16
SPACE = b" \t\r\n"
PROLOG = re.compile(r"\s*(?:<\?.*?\?>|<!--.*?-->|<!DOCTYPE\s+[\w:.-]+\s*>|\s)*", re.DOTALL)
DECLARED = re.compile(r"<\?xml[^>]*?encoding\s*=\s*[\"']([\w.:-]+)[\"']")
# A parser that is told the encoding cannot be led to see another document than the one that was looked through.
ENCODINGS = ("utf-8", "utf-16", "iso-8859-1", "windows-1252", "us-ascii")
INSTANCE = "{http://www.w3.org/2001/XMLSchema-instance}"


class _Restarted:
    """A file from its first bytes on, some of which were read already."""

    def __init__(self, head: bytes, file: IO[bytes]) -> None:
        self._head, self._file = head, file

    def read(self, size: int) -> bytes:
        head, self._head = self._head, b""
        return head or self._file.read(size)


def parts(file: IO[bytes], shown: str, tags: tuple[str, ...]) -> Iterator[Element]:
    """Every element with one of these local names as soon as it is complete, and the root at the very end.

    An element is emptied once the next is asked for, so that a document need not fit memory. Raises `CodingError`
    for what is no XML, for a document type with declarations, and for an encoding that is not read here.
    """
    from lxml import etree

    head, encoding = _looked_through(file, shown)
    reading = etree.iterparse(
        _Restarted(head, file),
        tag=[f"{{*}}{tag}" for tag in tags],
        encoding=encoding,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=True,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        for _, element in reading:
            yield element
            element.clear()
    except etree.XMLSyntaxError as error:
        told = re.sub(r"(, line \d+, column \d+)?( \(.*\))?$", "", error.msg or "")
        raise CodingError(
            f"{shown}, line {error.lineno}, column {error.offset}: not well-formed XML: {told}. "
            "Export the project again; it may have been cut off."
        ) from error
    yield reading.root


def _looked_through(file: IO[bytes], shown: str) -> tuple[bytes, str]:
    """The first bytes, from the first sign on, and the encoding; only if nothing dangerous stands before the root."""
    head = file.read(HEAD)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding, text = "utf-16", head[: len(head) // 2 * 2].decode("utf-16", errors="replace")
    else:
        head = head.removeprefix(codecs.BOM_UTF8).lstrip(SPACE)
        text = head.decode("latin-1")
        encoding = _declared(text, shown)
    begins = text[PROLOG.match(text).end() :]  # type: ignore[union-attr]
    if begins.startswith("<!DOCTYPE"):
        raise CodingError(
            f"{shown}: a document type (<!DOCTYPE …>) with declarations or an address; a coded project has none, and "
            "they can be used to harm. Nothing was read. Export the project again, or remove that part."
        )
    if not re.match(r"<[^!?]", begins):
        raise CodingError(f"{shown}: no XML; it begins with {text[:30]!r}. Expected an element. Export it again.")
    return head, encoding


def _declared(text: str, shown: str) -> str:
    declared = DECLARED.match(text)
    encoding = declared[1].lower() if declared else "utf-8"
    if encoding not in ENCODINGS or encoding == "utf-16":
        raise CodingError(f"{shown}: XML in the encoding '{encoding}'; expected UTF-8. Save it as UTF-8.")
    return encoding


@lru_cache(maxsize=1024)
def local_name(tag: str) -> str:
    """A name without its namespace."""
    return tag.rpartition("}")[2]


def local(element: Element) -> str:
    """An element's name without its namespace, which programs write in several ways."""
    return local_name(element.tag)


def namespace(element: Element) -> str:
    """An element's namespace, empty where it has none."""
    return str(element.tag).rpartition("}")[0].removeprefix("{")


def children(element: Element, name: str) -> Iterator[Element]:
    """The child elements of one local name."""
    return (child for child in element if local(child) == name)


def attributes_of(element: Element) -> dict[str, str]:
    """An element's attributes, without those that point to a schema."""
    items = ((str(name), str(value)) for name, value in element.items())
    return {local_name(name): value for name, value in items if not name.startswith(INSTANCE)}


def text_in(element: Element | None) -> str | None:
    """All text in an element, whatever elements stand in between; None without an element."""
    return None if element is None else "".join(map(str, element.itertext()))
