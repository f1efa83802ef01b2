"""Codebooks as tables: a row for each code, with its definition and what stands above it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from analysis.qda.code_tree import IDENTIFIER, described
from analysis.qda.coding_parts import Parts, path_of
from analysis.qda.grids import Grid
from analysis.qda.guids import guid_for, is_guid
from analysis.qda.project import Code
from analysis.qda.usual_columns import is_of_captures, marks, may_say, placed

OF_CODES = ("code", "name", "parent", "definition", "include", "exclude", "colour", "codable", "guid", "level")
DESCRIBED = ("definition", "parent", "include")
# Levels of our own codebooks whose entries are not given themselves.
ABOVE_CODES = ("pattern", "theme")
NO_ROW = "what stands above a code has no row of its own; it is taken for an entry that is not given itself"


class BookReader:
    """Reads the codes of one table."""

    def __init__(self, grid: Grid, parts: Parts) -> None:
        self._grid, self._parts = grid, parts
        self._of = placed(grid.header, OF_CODES)
        self._lines: dict[str, int] = {}
        self._parents: dict[str, str] = {}

    def read(self) -> None:
        """Read all rows; what is wrong with one is noted in the grid."""
        codes: dict[str, Code] = {}
        for line, cells in self._grid.rows:
            if any(cell.strip() for cell in cells):
                self._read_row(line, cells, codes)
        known = _by_every_name(codes)
        self._check_circles(codes, known)
        for key, code in codes.items():
            above = self._parents.get(key, "")
            parent = known[above].guid if above in known else self._category(above, known, key)
            codes[key] = replace(code, parent=parent)
        self._parts.codes |= _by_every_name(codes)
        for name, cells in self._grid.unread(self._of.values()):
            for cell in cells:
                self._parts.account.lose(f"column '{name}'", cell)

    def _cell(self, cells: Sequence[str], says: str) -> str:
        return cells[self._of[says]].strip() if says in self._of else ""

    def _read_row(self, line: int, cells: Sequence[str], codes: dict[str, Code]) -> None:
        key = self._cell(cells, "code") or self._cell(cells, "name")
        if not key:
            place = self._of.get("code", self._of.get("name"))
            self._grid.note(line, "no code. Where cells are merged, write the code into every row.", place)
            return
        if key in codes:
            first = f"{self._grid.unit} {self._lines[key]}"
            self._grid.note(line, f"code '{key}' stands twice, first in {first}; expected one row for each code.")
            return
        above, name = path_of(self._cell(cells, "name") or key)
        self._lines[key], self._parents[key] = line, self._cell(cells, "parent") or above
        guid = self._cell(cells, "guid").strip("{}").lower()
        codes[key] = Code(
            guid if is_guid(guid) else guid_for("code", key),
            name,
            colour=self._parts.account.colour(self._cell(cells, "colour"), f"Code '{key}'"),
            description=self._description(cells),
            codable=self._is_codable(line, cells),
            key=key if self._cell(cells, "name") and IDENTIFIER.fullmatch(key) else None,
        )

    def _description(self, cells: Sequence[str]) -> str | None:
        told = described(*(self._cell(cells, says) for says in ("definition", "include", "exclude")))
        return told or None

    def _is_codable(self, line: int, cells: Sequence[str]) -> bool:
        cell = self._cell(cells, "codable")
        if cell.casefold() not in marks():
            self._grid.note(line, f"'{cell}'; expected true or false, or nothing.", self._of["codable"])
        found = marks().get(cell.casefold())
        return found if found is not None else self._cell(cells, "level").casefold() not in ABOVE_CODES

    def _category(self, name: str, known: dict[str, Code], key: str) -> str | None:
        """An entry above codes that has no row."""
        if not name:
            return None
        self._parts.account.mend(NO_ROW, f"'{name}', above '{key}'")
        above, own = path_of(name)
        parent = known[above].guid if above in known else self._category(above, known, key)
        known[name] = Code(guid_for("code", name), own, parent, codable=False)
        self._parts.codes[name] = known[name]
        return known[name].guid

    def _check_circles(self, codes: dict[str, Code], known: dict[str, Code]) -> None:
        """Note codes that stand above themselves."""
        keys = {code.guid: key for key, code in codes.items()}
        for key in codes:
            seen, above = {key}, self._above(key, keys, known)
            while above and above not in seen:
                seen.add(above)
                above = self._above(above, keys, known)
            if above == key:
                self._grid.note(
                    self._lines[key], f"code '{key}' stands above itself; expected another parent, or none.",
                    self._of.get("parent"),
                )  # fmt: skip

    def _above(self, key: str, keys: dict[str, str], known: dict[str, Code]) -> str:
        """The key of the code above another; empty where it has no row."""
        parent = known.get(self._parents.get(key, ""))
        return keys.get(parent.guid, "") if parent else ""


def _by_every_name(codes: dict[str, Code]) -> dict[str, Code]:
    """The codes by the identifiers that they bear in the table, and by their names where these are unique."""
    often = Counter(code.name for code in codes.values())
    return {code.name: code for code in codes.values() if often[code.name] == 1} | codes


def is_codebook(grid: Grid) -> bool:
    """Whether a table lists codes: by columns for their names, definitions or parents, and none for units or coders."""
    of, header = placed(grid.header, OF_CODES), grid.header
    if any(may_say(name, "unit", "coder") for name in header) or is_of_captures(header):
        return False
    if not any(says in of for says in DESCRIBED):
        return False
    # Many things have a name and a description; only of codes is there nothing else.
    return "code" in of or ("name" in of and all(may_say(name, *OF_CODES, "beside_codes") for name in header))
