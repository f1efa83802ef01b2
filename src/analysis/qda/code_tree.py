"""The codes of coded projects matched to the study's codebook, which grows by those that it does not have.

A code is an entry of the codebook by its GUID, by the identifier or the path of names that it bears, or by its name
where that is unique on both sides. What is new gets an identifier made of its path, and a level by its place; a name
that is an identifier itself, with dots between its parts, stays, and hangs under the entry that its path names.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from unicodedata import normalize

import pandas as pd

from analysis import schema
from analysis.qda.carrying import tidied
from analysis.qda.guids import guid_of, is_guid, path_above, readable
from analysis.qda.project import Code

Row = dict[str, Any]
OWN = "own"
# An identifier as our codebooks have them: pattern.theme.code.
DOTTED = re.compile(r"[\w-]+(\.[\w-]+)+")
IDENTIFIER = re.compile(r"[\w-]+(\.[\w-]+)*")


@dataclass
class CodeTree:
    """A codebook that grows. `told` says what was decided where two definitions differ."""

    rows: dict[str, Row] = field(default_factory=dict)
    told: list[str] = field(default_factory=list)
    _new: set[str] = field(default_factory=set)
    # The entries by the one above them and their name.
    _under: dict[tuple[str | None, str], list[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, codebook: pd.DataFrame) -> "CodeTree":
        """The tree of a codebook table."""
        rows = codebook.astype("object").where(codebook.notna(), None).to_dict("records")
        return cls({str(row["code_id"]): row for row in rows})  # type: ignore[misc]

    @property
    def table(self) -> pd.DataFrame:
        """The codebook as a table."""
        columns = schema.TABLES["codebook"].column_names
        table = pd.DataFrame(list(self.rows.values()), columns=columns, dtype="object")
        table["codable"] = table["codable"].map({True: "true", False: "false"})
        return schema.typed(table.astype("str"), "codebook")

    def add(self, codes: Sequence[Code]) -> dict[str, str]:
        """Match the codes of a project, add those that are new; the code_id of each by its guid."""
        found = _Incoming(codes)
        taken = self._known(found)
        self._under.clear()
        for code_id, row in self.rows.items():
            self._under.setdefault((row["parent_id"], _plain(row["name"])), []).append(code_id)
        for code in found.from_the_top:
            if code.guid not in taken:
                taken[code.guid] = self._place(code, taken)
        for code in found.from_the_top:
            self._describe(self.rows[taken[code.guid]], code)
        self._settle()
        return taken

    def _known(self, found: "_Incoming") -> dict[str, str]:
        """The entries that codes are for certain, and then those whose name is the only one of its kind."""
        by_guid, by_path = self._guids(), {self._path(code_id): code_id for code_id in self.rows}
        sure = {}
        for code in found.codes:
            entry = by_guid.get(code.guid) or next((key for key in (code.key, code.name) if key in self.rows), None)
            entry = entry or by_path.get(found.path(code))
            if entry is not None:
                sure[code.guid] = entry
        free = [code_id for code_id in self.rows if code_id not in set(sure.values())]
        counted = Counter(_plain(self.rows[code_id]["name"]) for code_id in free)
        by_name = {_plain(self.rows[code_id]["name"]): code_id for code_id in free}
        names = Counter(_plain(code.name) for code in found.codes)
        for code in found.codes:
            name = _plain(code.name)
            if code.guid not in sure and names[name] == 1 == counted[name]:
                sure[code.guid] = by_name[name]
        return sure

    def _guids(self) -> dict[str, str]:
        ours = {guid_of("code", code_id): code_id for code_id in self.rows}
        return ours | {row["guid"]: code_id for code_id, row in self.rows.items() if row["guid"]}

    def _path(self, code_id: str) -> tuple[str, ...]:
        """The names from the top down to an entry."""
        names, seen = list[str](), set[str]()
        above: str | None = code_id
        while above in self.rows and above not in seen:
            seen.add(above)
            names.insert(0, _plain(self.rows[above]["name"]))
            above = self.rows[above]["parent_id"]
        return tuple(names)

    def _place(self, code: Code, taken: Mapping[str, str]) -> str:
        """An entry of this name under the entry that the code's parent is, or a new one."""
        parent = taken.get(code.parent or "")
        for code_id in self._under.get((parent, _plain(code.name)), []):
            if code_id not in taken.values():
                return code_id
        code_id, name = f"{parent}.{slug(code.name)}" if parent else slug(code.name), code.name.strip()
        if code.key:
            code_id, parent = code.key, parent or path_above(code.key, self.rows)
        elif parent is None and DOTTED.fullmatch(name):
            code_id, parent = name, path_above(name, self.rows)
            name = readable(name) if parent else name
        code_id = self._unused(code_id)
        row = dict.fromkeys(schema.TABLES["codebook"].column_names)
        given = code.guid if is_guid(code.guid) else None
        self.rows[code_id] = row | {
            "code_id": code_id, "name": name, "parent_id": parent, "basis": OWN, "guid": given,
            "codable": code.codable,
        }  # fmt: skip
        self._new.add(code_id)
        return code_id

    def _unused(self, code_id: str) -> str:
        """An identifier that no entry has: with -2, -3 behind it where one has."""
        unused, number = code_id, 2
        while unused in self.rows:
            unused, number = f"{code_id}-{number}", number + 1
        return unused

    def _describe(self, row: Row, code: Code) -> None:
        """Take over what a code says of itself; of two definitions the longer stays, and the other is told."""
        row["colour"] = row["colour"] or (code.colour.lower() if code.colour else None)
        if not row["guid"] and is_guid(code.guid) and code.guid != guid_of("code", row["code_id"]):
            row["guid"] = code.guid
        said = {name: text for name, text in parted(tidied(code.description or "").strip()).items() if text}
        for name, text in said.items():
            row[name], other = _longer(row[name], text)
            if other:
                self.told.append(f"{row['code_id']}: of two texts for its {name} the longer is kept, not '{other}'")

    def _settle(self) -> None:
        """Give the new entries their levels, now that it is known what is under them."""
        below: dict[str | None, list[str]] = {}
        for code_id, row in self.rows.items():
            below.setdefault(row["parent_id"], []).append(code_id)
        for code_id in self.rows:
            row = self.rows[code_id]
            if code_id in self._new:
                row["level"] = self._level(row, below)
                # Left open where it is as its level has it.
                row["codable"] = None if row["codable"] == (row["level"] == "code") else row["codable"]
        self._new.clear()

    def _level(self, row: Row, below: Mapping[str | None, list[str]]) -> str:
        children = below.get(row["code_id"], [])
        if not children:
            return "code"
        if row["parent_id"] is None:
            return "pattern" if any(child in below for child in children) else "theme"
        above = self.rows[row["parent_id"]]
        return "theme" if above["parent_id"] is None and above["level"] == "pattern" else "code"


class _Incoming:
    """The codes of a project, with their places in its tree."""

    def __init__(self, codes: Sequence[Code]) -> None:
        self.codes = codes
        self._by_guid = {code.guid: code for code in codes}

    def path(self, code: Code) -> tuple[str, ...]:
        """The names from the top down to a code."""
        return tuple(_plain(each.name) for each in self._line(code))

    @property
    def from_the_top(self) -> Iterator[Code]:
        """The codes, each after its parent."""
        yield from sorted(self.codes, key=lambda code: len(self._line(code)))

    def _line(self, code: Code) -> list[Code]:
        line, above = [code], self._by_guid.get(code.parent or "")
        while above is not None and above not in line:
            line.insert(0, above)
            above = self._by_guid.get(above.parent or "")
        return line


INCLUDE, EXCLUDE = "Include:", "Exclude:"


def described(definition: str | None, include: str | None, exclude: str | None) -> str:
    r"""What a coding program shows of an entry: its definition, when to give it and when not.

    >>> described("Talk.", "All.", None)
    'Talk.\nInclude: All.'
    """
    parts = (definition, include and f"{INCLUDE} {include}", exclude and f"{EXCLUDE} {exclude}")
    return "\n".join(part for part in parts if part)


def parted(text: str) -> dict[str, str]:
    r"""The parts of what a coding program shows of an entry.

    >>> parted("Talk.\nInclude: All.")
    {'definition': 'Talk.', 'include': 'All.', 'exclude': ''}
    """
    rest, _, exclude = text.partition(f"\n{EXCLUDE} ") if not text.startswith(EXCLUDE) else ("", "", text[9:])
    start, _, include = rest.partition(f"\n{INCLUDE} ") if not rest.startswith(INCLUDE) else ("", "", rest[9:])
    return {"definition": start.strip(), "include": include.strip(), "exclude": exclude.strip()}


def slug(name: str) -> str:
    """A name as part of an identifier: letters, digits and dashes.

    >>> slug("Chance to practise!"), slug("幽默"), slug("😀")
    ('chance-to-practise', '幽默', 'code')
    """
    return re.sub(r"[\W_]+", "-", normalize("NFKC", name).casefold()).strip("-") or "code"


def _plain(name: str) -> str:
    return " ".join(normalize("NFKC", name).casefold().split())


def _longer(held: str | None, said: str) -> tuple[str, str]:
    """Of two texts the longer, and the other where it says something else."""
    if held is None or _plain(held) == _plain(said):
        return held or said, ""
    return (held, said) if len(held) >= len(said) else (said, held)
