"""What Taguette exports as tables, in CSV or Excel: its highlights, a row a tag, and its codebook.

Highlights stand there with their text and without positions, and the documents do not. So a coding quotes its text and
has no positions: it has those of the text where a document is found to be a unit whose text says it exactly once, else
it is one of the whole document.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from analysis.errors import CaptureError, CodingError
from analysis.qda.project import Candidate, Coding, CodingReader, Project, Source, Told
from analysis.qda.refi_account import Account, derived
from analysis.qda.taguette import NO_CODER
from analysis.qda.taguette_tags import Tags
from analysis.sources.reader import Opened
from analysis.sources.tabular import delimited_rows, sheet_rows

HIGHLIGHTS = frozenset({"id", "document", "tag", "content"})
CODEBOOK = frozenset({"tag", "description", "number of highlights"})
WITHOUT_PLACE = "highlights have no positions in this file; they are looked for in the unit that a document names"
Line = tuple[int, dict[str, str]]


def recognises(candidate: Candidate) -> bool:
    """Whether a file is one of the program's tables: by its columns."""
    return candidate.opened is not None and _sheet(candidate) is not None


def read(candidate: Candidate, scratch: Path, told: Told) -> Project:  # noqa: ARG001
    """A project with codings of whole documents, or with codes only.

    Raises `CodingError` for rows that are not readable and, naming all, for highlights without a document.
    """
    sheet = _sheet(candidate)
    if candidate.opened is None or sheet is None:
        raise CodingError(f"{candidate.shown}: no table of highlights and no codebook as Taguette exports them.")
    account = Account()
    project = Project(Path(candidate.shown).stem, "Taguette")
    try:
        rows = list(_rows(candidate.opened, sheet))
    except CaptureError as error:
        raise CodingError(str(error)) from error
    if set(candidate.tables[sheet]) == HIGHLIGHTS:
        _read_highlights(rows, project, candidate.shown, told, account)
    else:
        project.codes = _codebook(rows, account).codes
    project.lost, project.repairs = account.lost, account.repairs
    return project


def _sheet(candidate: Candidate) -> str | None:
    """The sheet that is one of the program's tables."""
    fits = (
        sheet for sheet, columns in candidate.tables.items() if set(columns) == HIGHLIGHTS or set(columns) >= CODEBOOK
    )
    return next(fits, None)


def _rows(opened: Opened, sheet: str) -> Iterator[Line]:
    """The rows, each with the line on which it starts and its cells by their columns."""
    is_workbook = opened.shape == "workbook"
    found: Iterator[tuple[int, Sequence[str | None]]] = (
        sheet_rows(opened.path, sheet) if is_workbook else delimited_rows(opened.path, opened.separator, opened.shown)
    )
    _, header = next(found)
    names = [(name or "").strip() for name in header]
    for line, cells in found:
        yield line, dict(zip(names, (cell or "" for cell in cells), strict=False))


def _read_highlights(lines: list[Line], project: Project, shown: str, told: Told, account: Account) -> None:
    """Add documents, codes and codings."""
    bare = [f"{shown}, line {line}: a highlight without a document." for line, row in lines if not row["document"]]
    if bare:
        raise CodingError("\n".join([*bare, "Export the highlights from Taguette again, or delete these lines."]))
    tags = _tags({row["tag"]: "" for _, row in lines if row["tag"]})
    sources = {row["document"]: Source(derived("taguette", "document", row["document"]), row["document"])
               for _, row in lines}  # fmt: skip
    codings: dict[str, Coding] = {}
    for line, row in lines:
        if not row["tag"]:
            account.lose("a highlight without a tag", row["content"])
            continue
        coding = _coding(row, sources[row["document"]].guid, tags.guid(row["tag"]), told)
        if coding.guid in codings:
            account.mend("the same tag stands twice at the same highlight; it is counted once", f"line {line}")
            continue
        account.mend(WITHOUT_PLACE, f"line {line}")
        if not told.coder:
            account.mend(NO_CODER, f"line {line}")
        codings[coding.guid] = replace(coding, where=f"line {line}")
    project.codes, project.sources, project.codings = tags.codes, list(sources.values()), list(codings.values())


def _coding(row: Mapping[str, str], source: str, code: str, told: Told) -> Coding:
    """One tag of one highlight."""
    identifier = derived("taguette", "highlight", *row.values(), told.coder or "")
    return Coding(identifier, source, code, told.coder, quoted=row["content"] or None, round=told.round)


def _codebook(lines: list[Line], account: Account) -> Tags:
    """The tags of a codebook with what they mean."""
    described: dict[str, str] = {}
    for line, row in lines:
        if not row["tag"]:
            account.mend("a row without a tag; it is left out", f"line {line}")
        elif row["tag"] in described:
            account.mend("a tag stands twice; the first is taken", f"line {line}, '{row['tag']}'")
        else:
            described[row["tag"]] = row["description"]
    return _tags(described)


def _tags(described: dict[str, str]) -> Tags:
    """Tags by their paths, each after the one above it."""
    tags = Tags()
    for path in sorted(described):
        tags.add(path, described[path].strip() or None)
    return tags


READER = CodingReader("taguette-tables", "Taguette highlights or codebook (CSV or Excel)", recognises, read)
