"""Taguette projects: the SQLite database that the program exports or keeps.

A document is HTML; a highlight's positions count bytes of UTF-8 over its text nodes, joined without anything in
between. The program's export gives all that was done to one user, so that a coder has a file of their own.
"""

import re
from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from pathlib import Path
from typing import NamedTuple

from analysis.errors import CodingError
from analysis.qda.project import Candidate, Code, Coding, CodingReader, Counting, Memo, Project, Source, Told
from analysis.qda.refi_account import Account, derived
from analysis.qda.saved import Row, Saved, opened, text, whole
from analysis.qda.taguette_given import Given, given_in
from analysis.qda.taguette_tags import Tags

APPLICATION = 1416066164
COUNTING = Counting("utf-8", crlf=2)
NEEDED = {
    "projects": frozenset({"id", "name"}),
    "documents": frozenset({"id", "name", "project_id", "contents"}),
    "tags": frozenset({"id", "path", "project_id"}),
    "highlights": frozenset({"id", "document_id", "start_offset", "end_offset"}),
    "highlight_tags": frozenset({"highlight_id", "tag_id"}),
}
# To whom the program gives all that was done when it exports a project, and where it runs for one person.
EVERYBODY = "admin"
MARKUP = re.compile(r"[<&\r]")
NO_CODER = "the file does not tell who coded; say it with --coder"


class Place(NamedTuple):
    """A highlight: where it stands in the file, its document, its positions and its text."""

    where: str
    source: str
    start: int
    end: int
    quoted: str


def recognises(candidate: Candidate) -> bool:
    """Whether a file is a database of this program: by its tables."""
    return candidate.tables.keys() >= NEEDED.keys()


def read(candidate: Candidate, scratch: Path, told: Told) -> Project:  # noqa: ARG001
    """A project with all that was coded in it, positions in bytes of UTF-8.

    Raises `CodingError` for a database that is broken, another program's, or of several projects, and, naming all, for
    tables and columns that are missing.
    """
    with opened(candidate.path, candidate.shown) as saved:
        saved.require(NEEDED, "Taguette")
        if saved.application not in (APPLICATION, 0):
            raise CodingError(
                f"{candidate.shown}: a database marked as another program's (application_id {saved.application}); "
                f"expected {APPLICATION}, as Taguette marks its own. Export the project from Taguette again."
            )
        return _Reader(saved, told).read(_only_project(saved))


def joined_text(html: str) -> str:
    r"""The text nodes of an HTML document, one after the other, as positions count them.

    >>> joined_text("<h1>R&amp;D</h1>\r\n<p>is <i>fun</i></p>")
    'R&D\nis fun'
    """
    if not MARKUP.search(html):
        return html
    nodes = _Nodes()
    # Whatever reads HTML takes each line's end for a line feed.
    nodes.feed(html.replace("\r\n", "\n").replace("\r", "\n"))
    nodes.close()
    return "".join(nodes.found)


class _Nodes(HTMLParser):
    """Gathers text nodes."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self._begins_lines = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        self._begins_lines = tag == "pre"

    def handle_endtag(self, tag: str) -> None:  # noqa: ARG002
        self._begins_lines = False

    def handle_data(self, data: str) -> None:
        # A line's end just after <pre> is no part of the text.
        self.found.append(data.removeprefix("\n") if self._begins_lines else data)
        self._begins_lines = False


def _only_project(saved: Saved) -> Row:
    """The only project in a database."""
    projects = list(saved.rows("projects"))
    if len(projects) != 1:
        names = ", ".join(f"'{text(row['name'])}'" for row in projects) or "none"
        raise CodingError(
            f"{saved.shown}: {len(projects)} projects: {names}; expected one. Open each in Taguette, export it "
            "('Export this project'), and import the exported files."
        )
    return projects[0]


def _depth(number: int | None, rows: Mapping[int | None, Row]) -> int:
    """How many tags are above one; newer databases name the one above, and it must be added before."""
    above: list[int | None] = []
    while number in rows and number not in above:
        above.append(number)
        number = whole(rows[number].get("parent_id"))
    return len(above)


class _Reader:
    """Reads one project."""

    def __init__(self, saved: Saved, told: Told) -> None:
        self._saved, self._told, self._account = saved, told, Account()
        self._tags: dict[int | None, tuple[str, str]] = {}
        self._documents: dict[int | None, Source] = {}
        self._codings_given: set[str] = set()

    def read(self, row: Row) -> Project:
        """Put the tables together."""
        account, number = self._account, whole(row["id"])
        if self._saved.application != APPLICATION:
            account.mend("the database is not marked as the program marks its own; its tables are", "application_id")
        project = Project(text(row["name"]) or Path(self._saved.shown).stem, "Taguette", counting=COUNTING)
        described = text(row.get("description"))
        if described:
            project.memos.append(Memo(derived("taguette", "project", described), "project", None, described))
        project.codes = self._codes(number)
        for document in self._saved.rows("documents"):
            if whole(document["project_id"]) == number:
                self._documents[whole(document["id"])] = self._source(document)
        project.sources = list(self._documents.values())
        project.codings = list(self._codings(number))
        for _ in range(self._saved.count("project_members")):
            account.lose("project_members (who may do what in the project)")
        project.lost, project.repairs = account.lost, account.repairs
        return project

    def _codes(self, project: int | None) -> list[Code]:
        """The tags as codes."""
        rows = {whole(row["id"]): row for row in self._saved.rows("tags") if whole(row["project_id"]) == project}
        tags = Tags()
        paths = {number: text(row["path"]) or f"tag {number}" for number, row in rows.items()}
        for number, row in sorted(rows.items(), key=lambda item: (_depth(item[0], rows), paths[item[0]])):
            parent = paths.get(whole(row.get("parent_id")))
            described = text(row.get("description")) or None
            known = parent if parent is not None and parent in tags else None
            self._tags[number] = (paths[number], tags.add(paths[number], described, known))
        return tags.codes

    def _source(self, row: Row) -> Source:
        """A document as text."""
        name = text(row["name"]) or f"document {row['id']}"
        content = joined_text(str(row["contents"] or ""))
        if "<" in str(row["contents"] or ""):
            self._account.lose("documents/contents (the formatting of a text)", name)
        filename = text(row.get("filename"))
        if filename and filename != name:
            self._account.lose("documents/filename (the name of the file that a document was made from)", filename)
        described = text(row.get("description")) or None
        identifier = derived("taguette", "document", name, content)
        if any(source.guid == identifier for source in self._documents.values()):
            identifier = derived(identifier, str(row["id"]))
        return Source(identifier, name, "text", content, content.encode(), description=described)

    def _codings(self, project: int | None) -> Iterator[Coding]:
        """A coding for each tag of each highlight."""
        given = given_in(self._saved, project, self._account)
        tags: dict[int | None, list[int | None]] = {}
        for row in self._saved.rows("highlight_tags"):
            tags.setdefault(whole(row["highlight_id"]), []).append(whole(row["tag_id"]))
        for row in self._saved.rows("highlights"):
            number = whole(row["id"])
            source, of_it = self._documents.get(whole(row["document_id"])), tags.pop(number, [])
            where = f"highlight {number}"
            if source is None:
                self._account.mend("a highlight's document is not in the project; it is left out", where)
            elif not of_it:
                self._account.lose("a highlight without a tag", joined_text(str(row.get("snippet") or "")))
            else:
                yield from self._of_highlight(row, source, of_it, given.get(number or 0, {}))
        for number in tags:
            self._account.mend("a tag was given to a highlight that is not there; left out", f"highlight {number}")

    def _of_highlight(
        self, row: Row, source: Source, tags: list[int | None], given: Mapping[int, Given]
    ) -> Iterator[Coding]:
        """The codings of one highlight; those whose tag or place is missing are told."""
        where = f"highlight {row['id']}"
        start, end = whole(row["start_offset"]), whole(row["end_offset"])
        place = Place(where, source.guid, start or 0, end or 0, joined_text(str(row.get("snippet") or "")))
        for tag in tags:
            if tag not in self._tags:
                self._account.mend("a highlight's tag is not in the codebook; the coding is left out", where)
            elif start is None or end is None:
                self._account.mend("a highlight's place is missing or no number; the coding is left out", where)
            else:
                yield self._coding(place, self._tags[tag], given.get(tag or 0))

    def _coding(self, place: Place, tag: tuple[str, str], given: Given | None) -> Coding:
        """One tag of one highlight."""
        path, code = tag
        coder = self._coder(given, place.where)
        identifier = derived("taguette", "coding", place.source, path, f"{place.start}-{place.end}", coder or "")
        if identifier in self._codings_given:
            self._account.mend("the same tag stands twice at the same place", place.where)
            identifier = derived(identifier, place.where)
        self._codings_given.add(identifier)
        return Coding(
            guid=identifier,
            source=place.source,
            code=code,
            coder=coder,
            # The program keeps times in UTC and does not say so.
            coded_at=self._account.when(f"{given.time}+00:00", place.where) if given and given.time else None,
            start=place.start,
            end=place.end,
            quoted=place.quoted or None,
            round=self._told.round,
            where=place.where,
        )

    def _coder(self, given: Given | None, where: str) -> str | None:
        """Who gave a tag; the name that stands for everybody tells less than what the user adds."""
        if given and given.coder not in ("", EVERYBODY):
            return given.coder
        if not self._told.coder:
            self._account.mend(NO_CODER, where)
        return self._told.coder


READER = CodingReader("taguette", "Taguette project (SQLite)", recognises, read)
