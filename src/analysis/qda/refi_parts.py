"""What every part of a REFI-QDA document is written with: users, variables, notes and codings under their GUIDs."""

import re
from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from analysis.qda.guids import guid_of
from analysis.qda.project import Coding, Memo, Project, VariableKind
from analysis.qda.rounds_told import coder_and_round, user_name

if TYPE_CHECKING:
    from analysis.qda.xml import Element
else:
    Element = Any

# What XML 1.0 cannot hold.
ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
TYPES = {"text": "Text", "boolean": "Boolean", "integer": "Integer", "number": "Float", "date": "Date",
         "time": "DateTime"}  # fmt: skip
# How values look by the standard; any other is written as a text.
LOOKS = {
    "boolean": re.compile("true|false"),
    "integer": re.compile(r"[+-]?\d+"),
    "number": re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)"),
    "date": re.compile(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])"),
    "time": re.compile(
        r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3])(:[0-5]\d){2}(\.\d+)?(Z|[+-]\d\d:\d\d)?"
    ),
}  # fmt: skip
FIRST_ROUND = 1
Owned = tuple[str, str, VariableKind, str]


class Parts:
    """The entries of a project to which others refer, and the elements that refer to them."""

    def __init__(self, project: Project, namespace: str) -> None:
        self.namespace = namespace
        # Most studies have one round, and then its number would only make the coders' names longer.
        named = {coding.coder for coding in project.codings}
        self._has_rounds = any(coding.round not in (None, FIRST_ROUND) for coding in project.codings) or any(
            coder_and_round(name) != (name, None) for name in named
        )
        whole = (_as_memo(coding) for coding in project.codings if coding.memo and not is_placed(coding))
        self.notes = sorted(
            (*(memo for memo in project.memos if memo.about != "case"), *whole), key=lambda memo: memo.guid
        )
        self._noted: dict[tuple[str, str | None], list[str]] = defaultdict(list)
        for memo in self.notes:
            self._noted[memo.about, memo.target].append(memo.guid)
        self._values: dict[str, list[Owned]] = defaultdict(list)
        owned = [*project.values, *((case.guid, *value) for case in project.cases for value in case.values)]
        for value in map(_valid, owned):
            self._values[value[0]].append(value)
        self.variables = sorted({(name, kind) for _, name, kind, _ in map(_valid, owned)})
        coders = {self.user(coding) for coding in project.codings} | {memo.coder for memo in self.notes}
        self.users = {name: guid_of("coder", name) for name in sorted(filter(None, coders))}

    def add(self, parent: Element, tag: str, **attributes: str | int | None) -> Element:
        """Add an element with those attributes that have a value."""
        from lxml import etree

        told = {name: legal(str(value)) for name, value in attributes.items() if value is not None}
        return etree.SubElement(parent, f"{{{self.namespace}}}{tag}", told)

    def say(self, parent: Element, tag: str, text: str | None) -> None:
        """Add an element that holds a text; none for no text."""
        if text:
            self.add(parent, tag).text = legal(text)

    def user(self, coding: Coding) -> str | None:
        """The user who stands for the coder of a coding."""
        return coding.coder and user_name(coding.coder, coding.round if self._has_rounds else None)

    def by(self, user: str | None, time: datetime | None) -> dict[str, str | None]:
        """The attributes that say who made something, and when."""
        return {"creatingUser": self.users[user] if user else None, "creationDateTime": told_time(time)}

    def code(self, parent: Element, codings: Iterable[Coding]) -> None:
        """Add codings, each of one code."""
        for coding in codings:
            made = self.add(parent, "Coding", guid=coding.guid, **self.by(self.user(coding), coding.coded_at))
            self.add(made, "CodeRef", targetGUID=coding.code)
            self.refer(made, "coding", coding.guid)

    def refer(self, parent: Element, about: str, target: str | None) -> None:
        """Add what refers to the notes on something."""
        for note in self._noted[about, target]:
            self.add(parent, "NoteRef", targetGUID=note)

    def value(self, parent: Element, owner: str) -> None:
        """Add the values of the variables of a source or case."""
        for _, name, kind, value in self._values[owner]:
            made = self.add(parent, "VariableValue")
            self.add(made, "VariableRef", targetGUID=variable_guid(name, kind))
            self.say(made, f"{TYPES[kind]}Value", value)


def variable_guid(name: str, kind: VariableKind) -> str:
    """The GUID of a variable; one of another kind is another variable."""
    return guid_of("variable", f"{kind}:{name}")


def remark_guid(coding: str) -> str:
    """The GUID of the note in which we write the remark on a coding that has no selection to hold it."""
    return guid_of("memo", f"coding {coding}")


def is_placed(coding: Coding) -> bool:
    """Whether a part of a source is coded and not the whole."""
    return not (coding.start is None and coding.area is None and coding.begin is None)


def legal(text: str) -> str:
    r"""A text with signs that XML cannot hold replaced, one for one, so that positions stay.

    >>> legal("a\x0bb")
    'a�b'
    """
    return ILLEGAL.sub("\ufffd", text)


def told_time(time: datetime | None) -> str | None:
    """A time as the standard writes it, in UTC; to the microsecond where it is known so well."""
    if time is None:
        return None
    there = time.astimezone(UTC).replace(tzinfo=None)
    return there.isoformat(timespec="microseconds" if there.microsecond else "seconds") + "Z"


def _as_memo(coding: Coding) -> Memo:
    """The note on a coding of a whole source, for which the standard has no other place."""
    return Memo(remark_guid(coding.guid), "coding", coding.guid, coding.memo or "", coding.coder, coding.coded_at)


def _valid(owned: Owned) -> Owned:
    owner, name, kind, value = owned
    is_kind = kind not in LOOKS or LOOKS[kind].fullmatch(value)
    return (owner, name, kind if is_kind else "text", value)
