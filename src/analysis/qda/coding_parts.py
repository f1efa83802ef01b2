"""What tables of codings are put together from: units, codes and coders by their names, each once."""

import re
from collections.abc import Collection
from dataclasses import dataclass, field, replace

from analysis.qda.grids import Grid
from analysis.qda.guids import guid_for
from analysis.qda.project import Code, Coding, Project, Source
from analysis.qda.refi_account import Account, derived
from analysis.qda.usual_columns import may_say

# Between the names of a code's path, as programs write it.
BELOW = (" > ", "\\")
# The folders in which programs keep their codes.
ROOTS = ("Nodes", "Codes", "Nodes\\Nodes", "Codes\\Codes", "Knoten", "Nodos", "Nœuds", "节点", "代码")
# What a table is said to come from: somebody's own table, or a sheet that was given out with these columns.
TABLE, SHEET = "table", "coding sheet that was given out"
GIVEN_OUT = ("unit", "coder", "round", "unit_type", "post_id", "text")
# A spreadsheet shows fifteen digits of a number, and puts noughts for the rest.
ROUNDED = re.compile(r"\d+(?:\.\d+)?[eE]\+\d+|\d{15,17}0{5,}")


@dataclass
class Parts:
    """Units, codes, codings and readings, as rows name them.

    A unit and a code have the identifiers that we would give them, so that they are known again under ours.
    """

    account: Account = field(default_factory=Account)
    sources: dict[str, Source] = field(default_factory=dict)
    codes: dict[str, Code] = field(default_factory=dict)
    codings: dict[str, Coding] = field(default_factory=dict)
    readings: dict[tuple[str, str, int | None], None] = field(default_factory=dict)
    # What so far only stands above other codes in paths.
    _only_above: set[str] = field(default_factory=set)
    # How each name was spelt first: upper and lower case do not make two codes.
    _spelt: dict[str, str] = field(default_factory=dict)

    def unit(self, name: str) -> str:
        """The guid of a unit."""
        if name not in self.sources:
            self.sources[name] = Source(guid_for("unit", name), name)
        return self.sources[name].guid

    def code(self, name: str, *, codable: bool = True) -> str:
        """The guid of a code; one whose name is a path stands below the codes before it."""
        name = self._spelling(name)
        if name not in self.codes:
            above, own = path_of(name)
            parent = self.code(above, codable=False) if above else None
            self.codes[name] = Code(guid_for("code", name), own, parent, codable=codable)
            if not codable:
                self._only_above.add(name)
        elif codable and name in self._only_above:
            self._only_above.remove(name)
            self.codes[name] = replace(self.codes[name], codable=True)
        return self.codes[name].guid

    def _spelling(self, name: str) -> str:
        """A code's name as it was spelt first."""
        if name in self.codes:
            return name
        folded = _folded(name)
        if folded not in self._spelt:
            self._spelt[folded] = next((known for known in self.codes if _folded(known) == folded), name)
        return self._spelt[folded]

    def add(self, coding: Coding, identifier: str = "") -> None:
        """Add a coding under an identifier of its own."""
        place = f"{coding.start}-{coding.end}-{coding.area}-{coding.begin}-{coding.finish}-{coding.quoted}"
        words = (coding.source, coding.code, coding.coder or "", str(coding.round), place)
        guid = identifier or derived("table", "coding", *words)
        while guid in self.codings:
            # The same again is told when it is joined with the rest.
            guid = derived(guid, "again")
        self.codings[guid] = replace(coding, guid=guid)

    def read(self, coder: str | None, unit: str, number: int | None) -> None:
        """Note that a coder read a unit, whether or not a code was given."""
        self.readings.setdefault((coder or "", self.unit(unit), number))

    def lose(self, grid: Grid, read: Collection[int]) -> None:
        """Count what stands in columns that have no place in a coding; what is said of units themselves in one."""
        beside = [name for name, _ in grid.unread(read) if may_say(name, "beside", "unit_perhaps")]
        of_units = f"what the table says of its units: {', '.join(sorted(beside))}"
        for name, cells in grid.unread(read):
            for cell in cells:
                if name not in beside:
                    self.account.lose(f"column '{name}'", cell)
                elif name == beside[0]:
                    self.account.lose(of_units)

    def into(self, project: Project) -> Project:
        """A project with all of this."""
        project.sources += self.sources.values()
        # A code stands here under each name that it goes by.
        project.codes += {code.guid: code for code in self.codes.values()}.values()
        project.codings += self.codings.values()
        project.readings += self.readings
        project.lost, project.repairs = self.account.lost, self.account.repairs
        return project


def _folded(name: str) -> str:
    return " ".join(name.casefold().split())


def path_of(name: str) -> tuple[str, str]:
    r"""What stands above a code, and its own name.

    >>> path_of("Everyday life > Food > Cats"), path_of("Nodes\\Humour"), path_of("Humour")
    (('Everyday life > Food', 'Cats'), ('', 'Humour'), ('', 'Humour'))
    """
    for below in BELOW:
        above, _, own = name.rpartition(below)
        if above.strip() and own.strip():
            return ("" if above.strip() in ROOTS else above.strip()), own.strip()
    return "", name


def is_rounded(identifier: str) -> bool:
    """Whether an identifier is a number that a spreadsheet rounded.

    >>> is_rounded("6.78E+23"), is_rounded("678d8df659514b846ea25ba3"), is_rounded("17")
    (True, False, False)
    """
    return ROUNDED.fullmatch(identifier) is not None
