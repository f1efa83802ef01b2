"""QualCoder projects: a folder NAME.qda with the database data.qda, that folder in a zip, or the database alone.

The program has no identifiers that hold beyond one database; they are made from names, so that the copies in which
several people coded have the same codes and sources. What positions count, `qualcoder_codings` finds out.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from analysis.errors import CodingError
from analysis.qda import archive
from analysis.qda.offsets_ways import STANDARD
from analysis.qda.project import Candidate, CodingReader, Memo, Project, Told
from analysis.qda.qualcoder_codes import codes_in
from analysis.qda.qualcoder_codings import codings_in
from analysis.qda.qualcoder_rest import add_cases, annotations_in, journals_in
from analysis.qda.qualcoder_sources import Media, sources_in
from analysis.qda.refi_account import Account, derived
from analysis.qda.saved import Row, Saved, opened, text

DATABASE = "data.qda"
NEWEST = 17
RECOGNISED = frozenset({"source", "code_name", "code_cat", "code_text", "case_text"})
NEEDED = {
    "project": frozenset({"databaseversion"}),
    "source": frozenset({"id", "name", "fulltext", "mediapath"}),
    "code_name": frozenset({"cid", "name", "catid"}),
    "code_cat": frozenset({"catid", "name", "supercatid"}),
    "code_text": frozenset({"cid", "fid", "seltext", "pos0", "pos1", "owner"}),
}
# What no canonical table holds.
LOST = {
    "stored_sql": "a stored query",
    "graph": "a graph",
    "ris": "a line of a bibliographic entry",
    "files_filter": "a filter of the list of files",
}


def recognises(candidate: Candidate) -> bool:
    """Whether a file is a project of this program: by the tables of its database, or by what a zip or folder holds."""
    has_folder = candidate.path.is_dir() and (candidate.path / DATABASE).is_file()
    is_packed = any(_is_database(name) for name in candidate.members)
    return has_folder or is_packed or candidate.tables.keys() >= RECOGNISED


def read(candidate: Candidate, scratch: Path, told: Told) -> Project:
    """A project with all that was coded in it, positions in codepoints where the coded texts show what they count.

    Raises `CodingError` for a zip or database that is broken, and, naming all, for tables and columns that are missing.
    """
    with _found(candidate, scratch) as (path, shown, media), opened(path, shown) as saved:
        saved.require(NEEDED, "QualCoder")
        return _project(saved, Path(candidate.shown).stem, media, told)


def _project(saved: Saved, name: str, media: Media, told: Told) -> Project:
    """Put the tables together."""
    account = Account()
    about = next(saved.rows("project"), {})
    version = text(about.get("databaseversion"))
    _check_version(version, account)
    project = Project(name, f"QualCoder, database {version}".rstrip(), counting=STANDARD)
    codes, units = codes_in(saved, account), sources_in(saved, media, account)
    project.sources = list(units.sources.values())
    project.codings = codings_in(saved, codes, units.sources, told, account)
    project.codes = codes.codes
    project.memos = [*_project_memo(about), *units.memos]
    project.memos += [*annotations_in(saved, units.sources, account), *journals_in(saved, account)]
    add_cases(saved, project, units.sources, account)
    for table, what in LOST.items():
        for _ in range(saved.count(table)):
            account.lose(what)
    _lose_idle(saved, project, account)
    project.lost, project.repairs = account.lost, account.repairs
    return project


def _check_version(version: str, account: Account) -> None:
    """Tell of a database that is newer than what is known here."""
    number = re.search(r"\d+", version)
    if number is None:
        account.mend("the version of the database is missing; it is read by the names of its columns", "project")
    elif int(number[0]) > NEWEST:
        told = f"database {version} is newer than v{NEWEST}, the newest that is known; what is new in it is not read"
        account.mend(told, "project")


def _project_memo(about: Row) -> list[Memo]:
    found = text(about.get("memo"))
    return [Memo(derived("qualcoder", "project", found), "project", None, found)] if found else []


def _lose_idle(saved: Saved, project: Project, account: Account) -> None:
    """Count coders who coded and wrote nothing."""
    named = {coding.coder for coding in project.codings} | {memo.coder for memo in project.memos}
    for name in (text(row.get("name")) for row in saved.rows("coder_names")):
        if name not in named:
            account.lose("a coder who coded and wrote nothing", name)


def _is_database(name: str) -> bool:
    return name.replace("\\", "/").rpartition("/")[2] == DATABASE


@contextmanager
def _found(candidate: Candidate, scratch: Path) -> Iterator[tuple[Path, str, Media]]:
    """The database, what to call it, and where the files beside it are."""
    path, shown = candidate.path, candidate.shown
    if path.is_dir():
        yield path / DATABASE, f"{shown}/{DATABASE}", Media(scratch, folder=path)
    elif candidate.members:
        with archive.opened(path, shown, scratch) as packed:
            name = _only(packed.names, shown)
            media = Media(scratch, archive=packed, base=name[: -len(DATABASE)])
            yield packed.unpack(name, scratch), f"{shown}, {name}", media
    else:
        # Beside a database that is still in its folder stand its files.
        beside = path.parent if path.name == DATABASE else None
        yield path, shown, Media(scratch, folder=beside)


def _only(names: list[str], shown: str) -> str:
    """The only database in a zip; a backup beside it is another project."""
    found = [name for name in names if _is_database(name)]
    if len(found) != 1:
        told = ", ".join(found) or "none"
        raise CodingError(f"{shown}: {len(found)} databases {DATABASE}: {told}; expected one. Import each by itself.")
    return found[0]


READER = CodingReader("qualcoder", "QualCoder project (.qda)", recognises, read)
