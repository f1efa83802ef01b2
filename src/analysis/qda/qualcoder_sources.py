"""The sources of a QualCoder project: texts in the database, and files beside it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from analysis.qda.archive import Archive
from analysis.qda.project import Memo, Source, SourceKind
from analysis.qda.refi_account import Account, derived
from analysis.qda.saved import Row, Saved, text, whole

# How a path to a file in the project begins, and where it stands there; to one elsewhere, a colon ends the word.
FOLDERS: Mapping[str, SourceKind] = {"images": "picture", "audio": "audio", "video": "video", "docs": "pdf"}
PLACES = {"docs": "documents"}
PAGES = ".pdf"


@dataclass(frozen=True)
class Media:
    """Where the files beside the database are: in a folder, in a zip, or nowhere."""

    scratch: Path
    folder: Path | None = None
    archive: Archive | None = None
    base: str = ""

    def find(self, name: str) -> Path | None:
        """A file of the project, unpacked if need be; None where it is not there, or leads out of the project."""
        if self.archive is not None:
            inside = f"{self.base}{name}"
            return self.archive.unpack(inside, self.scratch) if inside in self.archive else None
        if self.folder is None:
            return None
        found = (self.folder / name).resolve()
        return found if found.is_file() and found.is_relative_to(self.folder.resolve()) else None


@dataclass
class Units:
    """The sources by their number in the database, and notes on them."""

    sources: dict[int | None, Source] = field(default_factory=dict)
    memos: list[Memo] = field(default_factory=list)


def sources_in(saved: Saved, media: Media, account: Account) -> Units:
    """All sources."""
    units = Units()
    for row in saved.rows("source"):
        source = _source(row, media, account)
        units.sources[whole(row["id"])] = source
        memo = text(row.get("memo"))
        if memo:
            written = account.when(text(row.get("date")) or None, f"source '{source.name}'")
            note = derived(source.guid, "memo", memo)
            units.memos.append(Memo(note, "unit", source.guid, memo, text(row.get("owner")) or None, written))
    return units


def _source(row: Row, media: Media, account: Account) -> Source:
    name = text(row["name"]) or f"source {row['id']}"
    identifier = derived("qualcoder", "source", name)
    content = None if row["fulltext"] is None else str(row["fulltext"])
    where = text(row["mediapath"])
    kind = _kind(where)
    if not where or kind == "text":
        if content is None:
            account.mend("has no text; the source stands without content", f"source '{name}'")
        return Source(identifier, name, "text", content, None if content is None else content.encode())
    path = _file(where, media, account, f"source '{name}'")
    return Source(identifier, name, kind, content or None, content.encode() if content else None, path)


def _kind(where: str) -> SourceKind:
    """What a source is, told by where its file stands: a document is a PDF or was read into the database as text."""
    kind = FOLDERS.get(where.lstrip("/").replace(":", "/").partition("/")[0], "text")
    return "text" if kind == "pdf" and not where.lower().endswith(PAGES) else kind


def _file(where: str, media: Media, account: Account, shown: str) -> Path | None:
    """The file of a picture, PDF or recording; None where it stands outside the project or is missing."""
    if not where.startswith("/"):
        account.mend("its file stands outside the project; the source stands without content", shown)
        return None
    folder, _, name = where.lstrip("/").partition("/")
    found = media.find(f"{PLACES.get(folder, folder)}/{name}")
    if found is None:
        account.mend("its file is not in the project; the source stands without content", shown)
    return found
