"""REFI-QDA projects (.qdpx), the standard in which coding programs exchange their projects.

The standard's Project element is read by local names and in any order, as programs differ in both. What is not valid by
the standard and can still be read is told as a repair; what no canonical table holds is counted as lost.
"""

import gc
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import IO

from analysis.errors import CodingError
from analysis.qda import refi_rest as rest
from analysis.qda.archive import Archive, opened
from analysis.qda.project import Candidate, Case, Code, CodingReader, Counting, Memo, Project, Told, VariableKind
from analysis.qda.refi_account import Account, derived, guid
from analysis.qda.refi_codes import OURS, check_order, check_root, codes_in, without_doubles
from analysis.qda.refi_files import Files
from analysis.qda.refi_found import Found, Valued
from analysis.qda.refi_sources import KINDS, SourceReader
from analysis.qda.refi_told import Teller
from analysis.qda.xml import Element, children, local, parts, text_in

NAMESPACE = "urn:QDA-XML:project:1.0"
ENDING = ".qde"
ORDER = (
    *("Users", "CodeBook", "Variables", "Cases", "Sources", "Notes", "Links", "Sets", "Graphs"),
    *("Description", "NoteRef"),
)
ATTRIBUTES = frozenset({"name", "origin"})


def recognises(candidate: Candidate) -> bool:
    """Whether a file is a project of the standard: by what is in the zip, or by its first element."""
    return candidate.root == "Project" or any(_is_project(name) for name in candidate.members)


def read(candidate: Candidate, scratch: Path, told: Told) -> Project:
    """A project with all that was coded in it.

    Raises `CodingError` for a file that cannot be read: a broken or hostile zip, none or several project files in it,
    XML that is not well-formed or could do harm, another first element.
    """
    account = Account()
    with ExitStack() as stack:
        stack.enter_context(_uncollected())
        archive, inside, shown = None, None, candidate.shown
        if candidate.root != "Project":
            archive = stack.enter_context(opened(candidate.path, candidate.shown, scratch))
            inside = _project_file(archive, candidate.shown)
            shown = f"{candidate.shown}, {inside}"
        base = inside[: inside.rfind("/") + 1] if inside else ""
        document = stack.enter_context(_document(archive, inside, candidate.path))
        project = _Reader(Files(archive, base, scratch, account), account, told).read(document, shown)
    project.name = project.name or Path(candidate.shown).stem
    return project


def counting_of(origin: str) -> Counting | None:
    """What the positions of a program count, None where it is not known, so that the standard's codepoints hold.

    NVivo for Windows counts UTF-16 code units; ATLAS.ti counts a carriage return and line feed as one.
    """
    program = origin.casefold()
    if "nvivo" in program and "mac" not in program:
        return Counting("utf-16", crlf=2)
    if "atlas" in program:
        return Counting("codepoints", crlf=1)
    is_known = "qualcoder" in program or origin.startswith(OURS)
    return Counting("codepoints", crlf=2) if is_known else None


class _Reader:
    """Reads one document."""

    def __init__(self, files: Files, account: Account, told: Told) -> None:
        self._files, self._account, self._told = files, account, told
        self._sources: SourceReader | None = None

    def read(self, document: IO[bytes], shown: str) -> Project:
        """Read sources as they come by, then all the rest."""
        root = None
        for element in parts(document, shown, tuple(KINDS)):
            if element.getparent() is None:
                root = element
            else:
                self._add(element)
        if root is None or local(root) != "Project":
            found = "nothing" if root is None else f"<{local(root)}>"
            raise CodingError(f"{shown}: {found}; expected <Project>. A codebook is a file of its own, ending in .qdc.")
        return self._project(root)

    def _add(self, element: Element) -> None:
        """Read a source. What stands before it in the document tells the program that wrote it."""
        if self._sources is None:
            origin = element.getroottree().getroot().get("origin") or ""
            from_zero = "qualcoder" in origin.casefold()
            self._sources = SourceReader(self._files, self._account, pages_from=0 if from_zero else 1)
        self._sources.add(element)

    def _project(self, root: Element) -> Project:
        """Put the parts together."""
        account = self._account
        attributes = check_root(root, NAMESPACE, account)
        account.lose_attributes(root, ATTRIBUTES)
        check_order(root, ORDER, account)
        origin = attributes.get("origin", "")
        if not attributes.get("name"):
            account.mend("the project has no name; its file's name stands for it", "Project")
        project = Project(attributes.get("name") or "", origin, counting=counting_of(origin))
        found = (self._sources or SourceReader(self._files, account, pages_from=1)).found
        teller = Teller(found, account, self._told, self._users(root))
        same = self._codebook(root, project, found)
        project.codes += teller.missing_codes(project.codes, same)
        project.codings = teller.codings(same)
        project.sources = list(found.sources.values())
        self._cases(root, project, found.values)
        self._notes(root, project, teller)
        teller.lose_idle()
        self._lose_rest(root)
        project.lost, project.repairs = account.lost, account.repairs
        return project

    def _codebook(self, root: Element, project: Project, found: Found) -> dict[str, str]:
        """The codes, and which guid stands for which where two codes became one."""
        noted: list[tuple[str, str]] = []
        codes = [code for book in self._all(root, "CodeBook") for code in self._codes(book, noted)]
        project.codes, same = (codes, {}) if project.origin.startswith(OURS) else without_doubles(codes, self._account)
        found.noted += [(note, "code", same.get(code, code)) for note, code in noted]
        return same

    def _all(self, root: Element, name: str) -> Iterator[Element]:
        """The parts of one name; told where one is empty."""
        for part in children(root, name):
            if not len(part):
                self._account.mend(f"<{name}/> is empty, which the standard does not allow", name)
            yield part

    def _users(self, root: Element) -> rest.Users:
        names: dict[str, str] = {}
        for part in self._all(root, "Users"):
            names |= rest.users_in(part, self._account).names
        return rest.Users(names)

    def _codes(self, book: Element, notes: list[tuple[str, str]]) -> list[Code]:
        for part in book:
            if local(part) != "Codes":
                self._account.lose_element(part)
        return [code for codes in children(book, "Codes") for code in codes_in(codes, self._account, notes)]

    def _cases(self, root: Element, project: Project, values: list[Valued]) -> None:
        """Cases with their values, and the values of sources."""
        variables: dict[str, str] = {}
        for part in self._all(root, "Variables"):
            variables |= rest.variables_in(part, self._account)
        for part in self._all(root, "Cases"):
            cases, more, memos = rest.cases_in(part, self._account)
            project.cases += cases
            project.memos += memos
            values += more
        owners = {case.guid for case in project.cases}
        units = {source.guid for source in project.sources}
        of_cases: dict[str, list[tuple[str, VariableKind, str]]] = {}
        for about, variable, kind, value in rest.named(values, variables, self._account):
            if about in owners:
                of_cases.setdefault(about, []).append((variable, kind, value))
            elif about in units:
                project.values.append((about, variable, kind, value))
            else:
                self._account.mend("a value belongs to a source that is not there; it is left out", about)
        project.cases = [self._case(case, units, of_cases.get(case.guid, [])) for case in project.cases]

    def _case(self, case: Case, units: set[str], values: list[tuple[str, VariableKind, str]]) -> Case:
        """A case with its values and those of its sources that are there."""
        for unit in case.units:
            if unit not in units:
                self._account.mend("a case's source is not in the project; it is left out", f"Case '{case.name}'")
        return replace(case, units=tuple(unit for unit in case.units if unit in units), values=tuple(values))

    def _notes(self, root: Element, project: Project, teller: Teller) -> None:
        """The notes as memos, and what is said of the project itself."""
        notes: dict[str, rest.Note] = {}
        for part in self._all(root, "Notes"):
            notes |= rest.notes_in(part, self._files, self._account)
        teller.found.noted += [(guid(note.get("targetGUID")), "project", "") for note in children(root, "NoteRef")]
        project.codings = teller.with_remarks(project.codings, notes)
        project.memos += teller.memos(notes, project.codings)
        for part in children(root, "Description"):
            described = (text_in(part) or "").strip()
            if described:
                project.memos.append(Memo(derived(described, "project"), "project", None, described))

    def _lose_rest(self, root: Element) -> None:
        """Count what stands in a project and is not read."""
        for part in root:
            if local(part) in rest.LOST_WITH_ALL:
                rest.lose_all(part, self._account)
            elif local(part) not in ORDER:
                self._account.lose_element(part)
        for part in (part for sources in self._all(root, "Sources") for part in sources if local(part) not in KINDS):
            self._account.lose_element(part)
        for name in self._files.left():
            self._account.lose("a file in the archive to which nothing refers", name)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Let the garbage collector rest, which would look through all codings again and again and find nothing to free."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _is_project(name: str) -> bool:
    """Whether a name in a zip is that of a project's XML: ATLAS.ti calls it by the project's name."""
    last = name.replace("\\", "/").rpartition("/")[2]
    return last.casefold().endswith(ENDING) and not last.startswith("._")


def _project_file(archive: Archive, shown: str) -> str:
    """The only project file in an archive."""
    found = [name for name in archive.names if _is_project(name)]
    if not found:
        raise CodingError(
            f"{shown}: no project file (project.qde) in the archive. Export it as REFI-QDA project again."
        )
    if len(found) > 1:
        told = ", ".join(found)
        raise CodingError(f"{shown}: {len(found)} project files: {told}; expected one. Import each project by itself.")
    return found[0]


@contextmanager
def _document(archive: Archive | None, inside: str | None, path: Path) -> Iterator[IO[bytes]]:
    """The project's XML, in an archive or by itself."""
    with ExitStack() as stack:
        if archive is not None and inside is not None:
            yield stack.enter_context(archive.open(inside))
        else:
            yield stack.enter_context(path.open("rb"))


READER = CodingReader("refi", "REFI-QDA project (.qdpx)", recognises, read)
