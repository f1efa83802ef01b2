"""Projects and codebooks as coding programs write them, made by hand for the tests."""

import zipfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from analysis.qda.offsets import Decided
from analysis.qda.project import Candidate, Coding, Project, Told
from analysis.qda.qdc import READER as QDC
from analysis.qda.refi import READER as REFI

DECLARATION = '<?xml version="1.0" encoding="utf-8"?>\n'
NAMESPACE = "urn:QDA-XML:project:1.0"
BOOK_NAMESPACE = "urn:QDA-XML:codebook:1.0"
ANN, BEN = "11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"


def guid(number: int) -> str:
    """A GUID that a test can write shortly."""
    return f"00000000-0000-4000-8000-{number:012d}"


def project_xml(inside: str, *, origin: str = "", name: str = "A project", namespace: str = NAMESPACE) -> str:
    """The XML of a project around what is inside it."""
    origins = f' origin="{origin}"' if origin else ""
    return f'{DECLARATION}<Project xmlns="{namespace}" name="{name}"{origins}>{inside}</Project>'


def users_xml(**names: str) -> str:
    """Two users by default: Ann and Ben."""
    users = {ANN: "Ann", BEN: "Ben"} | {key.replace("_", "-"): name for key, name in names.items()}
    return "<Users>" + "".join(f'<User guid="{key}" name="{name}"/>' for key, name in users.items()) + "</Users>"


def codebook_xml(*codes: str) -> str:
    """A codebook around its codes."""
    return f"<CodeBook><Codes>{''.join(codes)}</Codes></CodeBook>"


def code_xml(number: int, name: str, *inside: str, codable: bool = True, colour: str = "") -> str:
    """A code with what is in it: description, notes, codes."""
    colours = f' color="{colour}"' if colour else ""
    truth = "true" if codable else "false"
    return f'<Code guid="{guid(number)}" name="{name}" isCodable="{truth}"{colours}>{"".join(inside)}</Code>'


def coding_xml(number: int, code: int, *inside: str, user: str = ANN, time: str = "2025-01-20T08:00:00Z") -> str:
    """A coding: which code, by whom, when."""
    return (
        f'<Coding guid="{guid(number)}" creatingUser="{user}" creationDateTime="{time}">'
        f'<CodeRef targetGUID="{guid(code)}"/>{"".join(inside)}</Coding>'
    )


def selection_xml(number: int, start: int, end: int, *inside: str, name: str = "", more: str = "") -> str:
    """A selection in a text."""
    names = f' name="{name}"' if name else ""
    return (
        f'<PlainTextSelection guid="{guid(number)}" startPosition="{start}" endPosition="{end}"{names} {more}>'
        f"{''.join(inside)}</PlainTextSelection>"
    )


def text_xml(number: int, *inside: str, name: str = "Interview", path: str = "", text: str | None = None) -> str:
    """A text source, its text in a file of the archive or in the XML."""
    paths = f' plainTextPath="internal://{path}"' if path else ""
    content = "" if text is None else f"<PlainTextContent>{text}</PlainTextContent>"
    return f'<TextSource guid="{guid(number)}" name="{name}"{paths}>{content}{"".join(inside)}</TextSource>'


def sources_xml(*sources: str) -> str:
    """The sources of a project."""
    return f"<Sources>{''.join(sources)}</Sources>"


def _entry(name: str) -> zipfile.ZipInfo:
    """An entry of an archive whose bytes do not hang on the hour."""
    entry = zipfile.ZipInfo(name, (2025, 2, 1, 12, 0, 0))
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry


def qdpx(
    tmp_path: Path,
    project_xml: str | bytes,
    sources: Mapping[str, bytes | str] | None = None,
    *,
    inside: str = "project.qde",
    folder: str = "sources",
    name: str = "made.qdpx",
) -> Path:
    """A project in a zip, its sources in a folder beside it."""
    path = tmp_path / name
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(_entry(inside), project_xml)
        for source, content in (sources or {}).items():
            archive.writestr(_entry(f"{folder}/{source}" if folder else source), content)
    return path


def candidate(path: Path) -> Candidate:
    """A file as a glance shows it."""
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            return Candidate(path, path.name, members=tuple(archive.namelist()))
    return Candidate(path, path.name)


def read_refi(path: Path, told: Told | None = None) -> Project:
    """A project as the reader of the exchange format gives it; it is unpacked beside the file."""
    scratch = path.parent / "scratch"
    scratch.mkdir(exist_ok=True)
    return REFI.read(candidate(path), scratch, told or Told())


def read_qdc(path: Path) -> Project:
    """A codebook as its reader gives it."""
    return QDC.read(Candidate(path, path.name, root="CodeBook"), path.parent, Told())


def on_the_text(project: Project, decided: Decided) -> list[Coding]:
    """The codings with their positions in codepoints, without those whose selection is not on the text."""
    return [
        coding if place is None else replace(coding, start=place[0], end=place[1])
        for coding, place in zip(project.codings, decided.places, strict=True)
        if place is not None or coding.start is None
    ]


def lost(project: Project) -> dict[str, int]:
    """What a project could not keep, and how often it was met."""
    return {loss.what: loss.count for loss in project.lost}


def repaired(project: Project) -> dict[str, str]:
    """What was mended in a project, and where."""
    return {repair.told: repair.where for repair in project.repairs}
