"""What the sources of a coded project can be: posts, comments and screenshots of the corpus, and documents."""

from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import PurePath
from typing import Any

import pandas as pd

from analysis import schema
from analysis.computable import NotComputable
from analysis.language import wording
from analysis.qda.carrying import likeness
from analysis.qda.guids import guid_of
from analysis.study import Study


@dataclass(frozen=True)
class Unit:
    """Something that can be coded. `form` is the kind of source that it makes; `text` is what positions count in."""

    unit_id: str
    unit_type: str
    form: str = "text"
    text: str | None = None
    name: str = ""
    sha256: str | None = None


@dataclass
class Units:
    """The units of a study, found by identifier, GUID, name, checksum or text; documents are added as they come."""

    by_id: dict[str, Unit] = field(default_factory=dict)
    by_name: dict[str, list[Unit]] = field(default_factory=dict)
    by_checksum: dict[str, Unit] = field(default_factory=dict)

    def add(self, unit: Unit) -> None:
        """Add a unit; what is known of texts and GUIDs so far stays true."""
        self.by_id[unit.unit_id] = unit
        for name in {unit.name, stem(unit.name)} - {""}:
            self.by_name.setdefault(name, []).append(unit)
        if unit.sha256:
            self.by_checksum.setdefault(unit.sha256, unit)
        # What is worked out only when it is asked for is carried on from there.
        if "by_guid" in self.__dict__:
            self.by_guid[guid_of("unit", unit.unit_id)] = unit
        if "by_text" in self.__dict__ and unit.form == "text" and (said := likeness(unit.text or "")):
            self.by_text.setdefault(said, []).append(unit)

    @cached_property
    def by_guid(self) -> dict[str, Unit]:
        """The units by the GUIDs that we give them."""
        return {guid_of("unit", identifier): unit for identifier, unit in self.by_id.items()}

    @cached_property
    def by_folded(self) -> dict[str, list[Unit]]:
        """The posts, comments and screenshots by their identifiers, whatever the case of letters."""
        found: dict[str, list[Unit]] = {}
        for identifier, unit in self.by_id.items():
            if unit.unit_type != "document":
                found.setdefault(identifier.casefold(), []).append(unit)
        return found

    @cached_property
    def by_text(self) -> dict[str, list[Unit]]:
        """The units by what they say."""
        found: dict[str, list[Unit]] = {}
        for unit in self.by_id.values():
            if unit.form == "text" and (said := likeness(unit.text or "")):
                found.setdefault(said, []).append(unit)
        return found

    def called(self, name: str) -> Iterator[Unit]:
        """The units that a name may mean: by identifier or by their own name, with or without an ending."""
        names = dict.fromkeys((name, last(name), stem(name)))
        for known in names:
            if known in self.by_id:
                yield self.by_id[known]
            yield from self.by_name.get(known, ())
        for known in names:
            # Some programs write identifiers in capitals.
            alike = self.by_folded.get(known.casefold(), [])
            yield from alike if len(alike) == 1 else ()


def last(name: str) -> str:
    r"""A name without the folders before it.

    >>> last("Files\\p1.txt"), last("p1")
    ('p1.txt', 'p1')
    """
    return name.replace("\\", "/").rpartition("/")[2].strip()


def stem(name: str) -> str:
    """A name without folders and without its ending.

    >>> stem("Files/p1.txt"), stem("Dr. Who")
    ('p1', 'Dr. Who')
    """
    path = PurePath(last(name))
    return path.stem if path.suffix and path.suffix[1:].isalnum() else path.name


def units_of(study: Study, documents: pd.DataFrame) -> Units:
    """Gather the units of a study."""
    units = Units()
    for unit in (*_posts(study.table("posts")), *_comments(study.table("comments"))):
        units.add(unit)
    for unit in (*_screenshots(study.table("screenshots")), *_documents(documents)):
        units.add(unit)
    return units


def _posts(posts: Any) -> Iterator[Unit]:
    if not isinstance(posts, NotComputable):
        for identifier, text in zip(posts["post_id"], wording(posts), strict=True):
            yield Unit(identifier, "post", text=text)


def _comments(comments: Any) -> Iterator[Unit]:
    if not isinstance(comments, NotComputable):
        for identifier, text in zip(comments["comment_id"], comments["text"], strict=True):
            yield Unit(identifier, "comment", text=text)


def _screenshots(screenshots: Any) -> Iterator[Unit]:
    table = schema.empty("screenshots") if isinstance(screenshots, NotComputable) else screenshots
    for row in _rows(table[["screenshot_id", "path", "sha256"]]):
        yield Unit(row["screenshot_id"], "screenshot", "picture", None, last(row["path"] or ""), row["sha256"])


def _documents(documents: pd.DataFrame) -> Iterator[Unit]:
    for row in _rows(documents):
        yield Unit(row["unit_id"], "document", row["kind"], row["text"], row["name"], row["sha256"])


def _rows(table: pd.DataFrame) -> list[dict[Hashable, Any]]:
    return table.astype("object").where(table.notna(), None).to_dict("records")
