"""REFI-QDA projects (.qdpx) and codebooks (.qdc) written: valid by the standard, the same bytes for the same project.

Members of the zip are stored and not compressed, with one fixed time: how well a compressor does differs from machine
to machine. Every list of the XML has an order that depends on nothing but what is in it.
"""

import re
import shutil
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis.qda.project import Code, Memo, Project, Source
from analysis.qda.refi_parts import TYPES, Parts, legal, variable_guid
from analysis.qda.refi_write_sources import SourceWriter, file_of, texts_of

if TYPE_CHECKING:
    from analysis.qda.xml import Element
else:
    Element = Any

PROJECT, CODEBOOK = "urn:QDA-XML:project:1.0", "urn:QDA-XML:codebook:1.0"
EARLIEST = (1980, 1, 1, 0, 0, 0)
COLOUR = re.compile(r"#([0-9a-f]{6}|[0-9a-f]{3})")
SIX = 6
LONGEST_NAME = 60
MEGABYTE = 1 << 20


def write_qdpx(project: Project, path: Path) -> None:
    """Write a project with its texts, pictures, pages and recordings."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(_member("project.qde"), qde_of(project))
        for source in project.sources:
            for name, content in texts_of(source):
                archive.writestr(_member(f"sources/{name}"), content)
            if source.path is not None:
                _store(archive, source)


def _store(archive: zipfile.ZipFile, source: Source) -> None:
    """Store the file of a source as it is, without reading it whole."""
    member = _member(f"sources/{file_of(source)}")
    if source.path is not None:
        with source.path.open("rb") as file, archive.open(member, "w", force_zip64=True) as out:
            shutil.copyfileobj(file, out, MEGABYTE)


def write_qdc(project: Project, path: Path) -> None:
    """Write the codebook of a project."""
    path.write_bytes(qdc_of(project))


def qde_of(project: Project) -> bytes:
    """The XML of a project, its parts in the standard's order."""
    parts, root = Parts(project, PROJECT), _root("Project", PROJECT, name=project.name, origin=project.origin)
    if parts.users:
        _users(parts.add(root, "Users"), parts)
    # The standard knows no empty lists.
    if project.codes:
        _codes(parts.add(parts.add(root, "CodeBook"), "Codes"), project.codes, parts)
    if parts.variables:
        _variables(parts.add(root, "Variables"), parts)
    if project.cases:
        _cases(parts.add(root, "Cases"), project, parts)
    if project.sources:
        _sources(parts.add(root, "Sources"), project, parts)
    if parts.notes:
        _notes(parts.add(root, "Notes"), parts)
    parts.refer(root, "project", None)
    return _serialised(root)


def qdc_of(project: Project) -> bytes:
    """The XML of a codebook by itself."""
    parts, root = (
        Parts(Project(project.name, project.origin), CODEBOOK),
        _root("CodeBook", CODEBOOK, origin=project.origin),
    )
    _codes(parts.add(root, "Codes"), project.codes, parts)
    return _serialised(root)


def _root(tag: str, namespace: str, **attributes: str) -> Element:
    from lxml import etree

    told = {name: legal(value) for name, value in attributes.items()}
    return etree.Element(f"{{{namespace}}}{tag}", told, nsmap={None: namespace})  # type: ignore[dict-item]


def _serialised(root: Element) -> bytes:
    from lxml import etree

    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _member(name: str) -> zipfile.ZipInfo:
    member = zipfile.ZipInfo(name, EARLIEST)
    member.create_system, member.external_attr = 3, 0o644 << 16
    return member


def _users(users: Element, parts: Parts) -> None:
    for name, guid in parts.users.items():
        parts.add(users, "User", guid=guid, name=name)


def _codes(codes: Element, held: Sequence[Code], parts: Parts) -> None:
    """The codebook as a tree, each entry under the one above it."""
    known = {code.guid for code in held}
    under: dict[str | None, list[Code]] = {}
    for code in held:
        under.setdefault(code.parent if code.parent in known else None, []).append(code)
    waiting = [(codes, code) for code in reversed(under.get(None, []))]
    while waiting:
        parent, code = waiting.pop()
        truth = "true" if code.codable else "false"
        made = parts.add(parent, "Code", guid=code.guid, name=code.name, isCodable=truth, color=colour_of(code))
        parts.say(made, "Description", code.description)
        parts.refer(made, "code", code.guid)
        waiting += [(made, below) for below in reversed(under.get(code.guid, []))]


def colour_of(code: Code) -> str | None:
    """A code's colour with six digits; None where it is written otherwise than the standard knows."""
    found = COLOUR.fullmatch((code.colour or "").lower())
    if not found:
        return None
    digits = found[1]
    return "#" + (digits if len(digits) == SIX else "".join(2 * digit for digit in digits))


def _variables(variables: Element, parts: Parts) -> None:
    for name, kind in parts.variables:
        parts.add(variables, "Variable", guid=variable_guid(name, kind), name=name, typeOfVariable=TYPES[kind])


def _cases(cases: Element, project: Project, parts: Parts) -> None:
    """The cases; what was noted on one is its description, as the standard has no notes on cases."""
    noted: dict[str | None, list[Memo]] = {}
    for memo in project.memos:
        if memo.about == "case":
            noted.setdefault(memo.target, []).append(memo)
    for case in project.cases:
        made = parts.add(cases, "Case", guid=case.guid, name=case.name)
        parts.say(made, "Description", "\n\n".join(memo.text for memo in noted.get(case.guid, [])))
        parts.value(made, case.guid)
        for unit in case.units:
            parts.add(made, "SourceRef", targetGUID=unit)


def _sources(sources: Element, project: Project, parts: Parts) -> None:
    writer = SourceWriter(project, parts)
    for source in project.sources:
        writer.add(sources, source)


def _notes(notes: Element, parts: Parts) -> None:
    """The notes as texts; programs list them by their names."""
    for memo in parts.notes:
        name = " ".join(memo.text.split())[:LONGEST_NAME]
        made = parts.add(notes, "Note", guid=memo.guid, name=name, **parts.by(memo.coder, memo.written_at))
        parts.say(made, "PlainTextContent", memo.text)
