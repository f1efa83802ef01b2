"""A study's tables as a project that coding programs can open.

Posts and comments become texts, screenshots pictures, accounts cases. What cannot go out is counted under `lost`, with
the reason, so that an export can say what it left behind.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from analysis import schema
from analysis.language import wording
from analysis.qda.carrying import tidied
from analysis.qda.code_tree import described
from analysis.qda.guids import guid_for
from analysis.qda.material import Material, rows_of
from analysis.qda.outgoing_cases import cases_of, values_of
from analysis.qda.project import Area, Code, Coding, Loss, Memo, Project, Source, VariableKind
from analysis.qda.refi_codes import OURS
from analysis.qda.refi_write_sources import RECORDINGS

# What of a post or comment a coder may want to sort by, and what belongs together.
SHOWN = {
    "posts": ("published_at", "language", "media", "likes", "comments_count"),
    "comments": ("post_id", "parent_comment_id", "created_at", "language", "likes"),
}
# Kinds of columns that are named otherwise as kinds of variables.
KINDS: Mapping[str, VariableKind] = {"integer": "integer", "number": "number", "time": "time", "boolean": "boolean"}
NO_FILE = "a screenshot without an image file"
NO_UNIT = "a coding of what is not exported"
OFF_TEXT = "a coding whose place is not in the text"
NO_PLACE = "a coding of a part that its source cannot have"
NO_CODE = "a coding whose code is not in the codebook"
FRACTIONS = "fractions of the pixels or points of a place, which is rounded"
CASE_NOTE = "who wrote a note on a case, and when, as it is that case's description"
NO_TARGET = "a memo on what is not exported"


def project_of(material: Material) -> Project:
    """The project of what goes out."""
    return _Outgoing(material).project()


class _Outgoing:
    """Puts a project together and counts what cannot go along."""

    def __init__(self, material: Material) -> None:
        self._of = material
        self._left: Counter[str] = Counter()
        self._examples: dict[str, str] = {}

    def project(self) -> Project:
        of = self._of
        units = {unit: source.guid for unit, source in self._sources.items()}
        project = Project(of.title, OURS)
        project.codes = list(self._codes.values())
        project.sources = list(self._sources.values())
        project.codings = list(self._codings.values())
        project.cases = cases_of(of, units)
        project.values = [*self._values(), *values_of(of.attributes, units)]
        project.memos = list(self._memos(project))
        project.lost = [Loss(what, self._left[what], self._examples[what]) for what in sorted(self._left)]
        return project

    def _leave(self, what: str, example: str) -> None:
        self._left[what] += 1
        self._examples.setdefault(what, example)

    @cached_property
    def _codes(self) -> dict[str, Code]:
        """The codebook by identifier; whose parent is not there stands at the top."""
        rows = rows_of(self._of.codebook)
        guids = {row["code_id"]: row["guid"] or guid_for("code", row["code_id"]) for row in rows}
        return {row["code_id"]: _code(row, guids) for row in rows}

    @cached_property
    def _sources(self) -> dict[str, Source]:
        """What can be coded, by identifier: each post before its comments and pictures, then the documents."""
        of = self._of
        found = {post: [_text(post, text)] for post, text in zip(of.posts["post_id"], wording(of.posts), strict=True)}
        for row in rows_of(of.comments[["comment_id", "post_id", "text"]]):
            found.setdefault(row["post_id"], []).append(_text(row["comment_id"], row["text"]))
        for row in rows_of(of.screenshots[["screenshot_id", "post_id", "path"]]):
            found.setdefault(row["post_id"], []).extend(self._picture(row))
        under_posts = {source.name: source for sources in found.values() for source in sources}
        return under_posts | {row["unit_id"]: self._document(row) for row in rows_of(of.documents)}

    def _picture(self, row: dict[str, Any]) -> Iterator[Source]:
        path = self._file(row["path"])
        if path is None:
            self._leave(NO_FILE, row["screenshot_id"])
        else:
            yield Source(guid_for("unit", row["screenshot_id"]), row["screenshot_id"], "picture", path=path)

    def _document(self, row: dict[str, Any]) -> Source:
        path = self._file(row["path"])
        if row["kind"] != "text" and path is None:
            self._leave("the file of a document, which is not there", row["name"])
        guid = guid_for("unit", row["unit_id"])
        return Source(guid, row["name"], row["kind"], row["text"], path=path, description=row["description"])

    def _file(self, path: str | None) -> Path | None:
        """A file of the study; none where it is missing or outside the study's folder."""
        found = (self._of.folder / path).resolve() if path else None
        inside = found is not None and found.is_relative_to(self._of.folder.resolve())
        return found if inside and found is not None and found.is_file() else None

    @cached_property
    def _codings(self) -> dict[str, Coding]:
        """The codings by identifier."""
        found = {}
        for row in rows_of(self._of.codings):
            trouble = self._trouble(row)
            if trouble:
                self._leave(trouble, row["coding_id"])
            else:
                found[row["coding_id"]] = self._coding(row)
        return found

    def _trouble(self, row: dict[str, Any]) -> str:
        """Why a coding cannot go out; empty where it can."""
        source = self._sources.get(row["unit_id"])
        if source is None:
            return NO_UNIT
        if row["code_id"] not in self._codes:
            return NO_CODE
        if row["start"] is not None:
            is_on_it = source.text is not None and 0 <= row["start"] <= row["end"] <= len(source.text)
            return "" if is_on_it else OFF_TEXT
        is_area, is_time = row["left"] is not None, row["begin"] is not None
        fits = not is_area or source.kind == "picture" or (source.kind == "pdf" and row["page"] is not None)
        return "" if fits and (not is_time or source.kind in RECORDINGS) else NO_PLACE

    def _coding(self, row: dict[str, Any]) -> Coding:
        source = self._sources[row["unit_id"]]
        page = row["page"] if source.kind == "pdf" else None
        if any(row[side] is not None and row[side] % 1 for side in ("left", "top", "right", "bottom")):
            self._leave(FRACTIONS, row["coding_id"])
        return Coding(
            guid=guid_for("coding", row["coding_id"]),
            source=source.guid,
            code=self._codes[row["code_id"]].guid,
            coder=row["coder"],
            coded_at=row["coded_at"],
            start=row["start"],
            end=row["end"],
            area=None if row["left"] is None else Area(row["left"], row["top"], row["right"], row["bottom"], page),
            begin=row["begin"],
            finish=row["finish"],
            memo=_noted(row["memo"]) or None,
            round=row["round"],
        )

    def _values(self) -> Iterator[tuple[str, str, VariableKind, str]]:
        """What is known of posts and comments, as variables named like our columns."""
        for name, columns in SHOWN.items():
            table: pd.DataFrame = getattr(self._of, name)
            texts = schema.as_text(table, name)
            key = texts[schema.TABLES[name].key[0]]
            for column in columns:
                kind = KINDS.get(schema.TABLES[name].column(column).kind, "text")
                there = texts[column].notna()
                for unit, value in zip(key[there], texts.loc[there, column], strict=True):
                    yield self._sources[unit].guid, column, kind, value

    def _memos(self, project: Project) -> Iterator[Memo]:
        """The memos on what goes out."""
        own = {case.guid for case in project.cases}
        named: dict[str, Mapping[str, Code | Source | Coding]]
        named = {"code": self._codes, "unit": self._sources, "coding": self._codings}
        for row in rows_of(self._of.memos):
            about, name, text = row["about"], row["about_id"] or "", _noted(row["text"])
            target: str | None = None
            if about == "case":
                target = guid_for("case", name) if guid_for("case", name) in own else None
            elif about in named and name in named[about]:
                target = named[about][name].guid
            if about != "project" and target is None:
                self._leave(NO_TARGET, row["memo_id"])
            elif text:
                guid = guid_for("memo", row["memo_id"])
                if about == "case" and (row["coder"] or row["written_at"]):
                    self._leave(CASE_NOTE, row["memo_id"])
                yield Memo(guid, about, target, text, row["coder"], row["written_at"])


def _noted(text: str | None) -> str:
    """A note as an import takes it in, so that it goes out alike before and after."""
    return tidied(text or "").strip()


def _text(name: str, text: Any) -> Source:
    return Source(guid_for("unit", name), name, "text", text if isinstance(text, str) else "")


def _code(row: dict[str, Any], guids: Mapping[str, str]) -> Code:
    told = described(row["definition"], row["include"], row["exclude"])
    codable = row["level"] == "code" if row["codable"] is None else bool(row["codable"])
    return Code(
        guids[row["code_id"]], row["name"], guids.get(row["parent_id"] or ""), row["colour"], told or None, codable
    )
