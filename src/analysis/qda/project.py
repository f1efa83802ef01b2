"""A coded project as every reader gives it and every writer takes it, whatever program it comes from.

A reader keeps what the file says, in the file's own terms: positions are those of the file until
`offsets` has decided what they count. What a canonical table can hold has its place here; all else is
named under `lost`, so that an import can say what it could not keep.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Literal

from analysis.sources.reader import Opened

SourceKind = Literal["text", "picture", "pdf", "audio", "video"]
VariableKind = Literal["text", "boolean", "integer", "number", "date", "time"]
MemoAbout = Literal["project", "code", "unit", "coding", "case"]
# How a file counts the characters of a text.
Count = Literal["codepoints", "utf-16", "utf-8"]


@dataclass(frozen=True)
class Counting:
    """What a position counts: the unit, how a line's end counts, whether a BOM does, whether an end is inclusive."""

    unit: Count = "codepoints"
    crlf: Literal[1, 2] = 1
    bom: bool = False
    inclusive: bool = False


@dataclass(frozen=True)
class Code:
    """An entry of a codebook; `parent` is the guid of the entry above it, None at the top.

    `key` is the identifier that a table gives it beside its name.
    """

    guid: str
    name: str
    parent: str | None = None
    colour: str | None = None
    description: str | None = None
    codable: bool = True
    key: str | None = None


@dataclass(frozen=True)
class Source:
    """What was coded. `text` is a text source's content with its line ends as stored, or a transcript.

    `raw` is the text's bytes as stored, from which positions can be counted anew; `path` is where a picture, PDF,
    audio or video stands after unpacking, None where the project leaves it out.
    """

    guid: str
    name: str
    kind: SourceKind = "text"
    text: str | None = None
    raw: bytes | None = None
    path: Path | None = None
    description: str | None = None


@dataclass(frozen=True)
class Area:
    """What part of a picture or page: pixels from the top left of a picture, points from the bottom left of a page."""

    left: float
    top: float
    right: float
    bottom: float
    page: int | None = None


@dataclass(frozen=True)
class Coding:
    """One coder gives one code to one selection of one source.

    At most one of `start`/`end`, `area` and `begin`/`finish` (milliseconds) is given; none where the whole source
    is coded. `quoted` is the text that the file itself says is selected. `coder` is a name. `round` is None where
    the file does not tell rounds.
    """

    guid: str
    source: str
    code: str
    coder: str | None
    coded_at: datetime | None = None
    start: int | None = None
    end: int | None = None
    quoted: str | None = None
    area: Area | None = None
    begin: int | None = None
    finish: int | None = None
    memo: str | None = None
    round: int | None = None
    # Where it stands in the file, as a user would find it: a line, a row or a guid.
    where: str = ""


@dataclass(frozen=True)
class Case:
    """Somebody or something that sources belong to, with its variables; `units` are guids of sources."""

    guid: str
    name: str
    units: tuple[str, ...] = ()
    values: tuple[tuple[str, VariableKind, str], ...] = ()


@dataclass(frozen=True)
class Memo:
    """A note, and what it is about: the project, or an entry by its guid."""

    guid: str
    about: MemoAbout
    target: str | None
    text: str
    coder: str | None = None
    written_at: datetime | None = None


@dataclass(frozen=True)
class Loss:
    """What stands in a file and has no place in the canonical tables: what it is, how often, and an example."""

    what: str
    count: int
    example: str = ""


@dataclass(frozen=True)
class Repair:
    """What was wrong with a file and how it was read all the same: where, what was found, what was made of it."""

    where: str
    told: str


@dataclass
class Project:
    """Everything that a coding program saved.

    `counting` is what the format or the program's name says that positions count; `offsets.decide` may find otherwise.
    """

    name: str
    origin: str
    codes: list[Code] = field(default_factory=list)
    sources: list[Source] = field(default_factory=list)
    codings: list[Coding] = field(default_factory=list)
    cases: list[Case] = field(default_factory=list)
    memos: list[Memo] = field(default_factory=list)
    lost: list[Loss] = field(default_factory=list)
    repairs: list[Repair] = field(default_factory=list)
    counting: Counting | None = None
    # Variables of sources themselves: guid of the source, variable, kind, value.
    values: list[tuple[str, str, VariableKind, str]] = field(default_factory=list)
    # Who read which source, in reading order, where a file tells: coder, guid of the source, round.
    readings: list[tuple[str, str, int | None]] = field(default_factory=list)


@dataclass(frozen=True)
class Candidate:
    """A file that may hold codings, and what a glance into it shows.

    `members` are the names in a zip, `tables` the columns of each table of a database or sheet of a workbook or
    of a delimited file (under the name ""), `root` the local name of an XML document's first element.
    `opened` stands for whatever can be read as rows.
    """

    path: Path
    shown: str
    members: tuple[str, ...] = ()
    tables: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    root: str = ""
    opened: Opened | None = None


@dataclass(frozen=True)
class Told:
    """What a file does not say itself and the user adds: who coded it, and in which round."""

    coder: str | None = None
    round: int | None = None


@dataclass(frozen=True)
class CodingReader:
    """A format that codings come in.

    `recognises` decides by content alone, never by a file's name; `read` takes the file, a scratch folder in which it
    may unpack, and what the user added. It raises `CodingError` for a file that it cannot read.
    """

    name: str
    title: str
    recognises: Callable[[Candidate], bool]
    read: Callable[[Candidate, Path, Told], Project]
