"""What one coded project says, in canonical terms: its codings, readings, notes, cases and values."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from analysis import schema
from analysis.qda.carrying import tidied
from analysis.qda.matching import Match
from analysis.qda.naming import Naming
from analysis.qda.offsets import Decided
from analysis.qda.project import Case, Coding, Project, Told
from analysis.qda.refi_codes import OURS

FIRST_ROUND = 1
# What a reading is known by: a record, a package that came back, being told so, or a coding alone.
RECORDED, ASSIGNED, ASSURED, CODED = "recorded", "assigned", "told", "coded only"
READING = ["coder", "round", "unit_id"]


@dataclass(frozen=True)
class Given:
    """One file as it was read: under which label and from where, and its project before positions were decided."""

    label: str
    title: str
    shown: str
    checksum: str
    project: Project
    decided: Decided

    @cached_property
    def kept(self) -> list[tuple[Coding, tuple[int, int] | None]]:
        """The codings with their places in codepoints, without those whose selection is not on the text."""
        pairs = zip(self.project.codings, self.decided.places, strict=True)
        return [(coding, place) for coding, place in pairs if place is not None or coding.start is None]


@dataclass(frozen=True)
class Asked:
    """What the user says of the files: who coded, in which round, and whether coders read all that is in a file."""

    told: Told = field(default_factory=Told)
    read_all: bool = False
    # The name that a file has for the coder whom the user names.
    instead: str | None = None
    # Whether units that nobody knows are kept as documents.
    documents: bool = False
    # Gives the codings that stand, for an export that comes back.
    standing: Callable[[], Any] = lambda: None
    # Whether only codings of split codes were looked at again, so that all others stand.
    again: bool = False

    @property
    def naming(self) -> Naming:
        """What the user says of who coded and in which round."""
        return Naming(self.told, self.instead)


@dataclass(frozen=True)
class Gathered:
    """One file in canonical terms: what its sources and codes are, and its codings and readings."""

    given: Given
    matches: Mapping[str, Match]
    codes: Mapping[str, str]
    codings: pd.DataFrame
    readings: pd.DataFrame
    is_package: bool = False
    naming: Naming = field(default_factory=Naming)

    @property
    def units(self) -> list[str]:
        """The units that are in the file, coded or not."""
        return list(dict.fromkeys(match.unit.unit_id for match in self.matches.values()))


def coders_of(given: Given, naming: Naming) -> list[str]:
    """The coder of each coding; empty where neither the file nor the user says who."""
    return [naming.name(coding.coder) for coding, _ in given.kept]


def is_export(project: Project, label: str) -> bool:
    """Whether a file is one of our exports, or was made from one: its users then tell rounds, as no program does."""
    told = any(coding.round is not None for coding in project.codings)
    return is_ours(project) or (told and label.startswith("refi-"))


def is_ours(project: Project) -> bool:
    """Whether a file is an export as we wrote it; the package of a coder has no codings."""
    return project.origin.startswith(OURS) and bool(project.codings)


def gather(
    given: Given, matches: Mapping[str, Match], codes: Mapping[str, str], assignments: pd.DataFrame, asked: Asked
) -> Gathered:
    """Put a project's codings and readings into canonical terms."""
    codings = _codings(given, matches, codes, coders_of(given, asked.naming))
    codings, package = _in_rounds(codings, matches, assignments, asked.told)
    if is_export(given.project, given.label):
        # It holds what everybody coded, so that all of a coder's units are in it whether or not they were read.
        package = package.head(0)
    readings = _readings(given, matches, codings, package, asked)
    readings["again"] = pd.array([asked.again or None] * len(readings), dtype="boolean")
    return Gathered(given, matches, codes, codings, readings, not package.empty, asked.naming)


def _codings(
    given: Given, matches: Mapping[str, Match], codes: Mapping[str, str], coders: Sequence[str]
) -> pd.DataFrame:
    """A project's codings as a table, positions in the units' texts; a round may be missing yet."""
    found = [coding for coding, _ in given.kept]
    source = pd.Series([coding.source for coding in found], dtype="object")
    starts, ends = _carried([place for _, place in given.kept], source, matches)
    areas = [coding.area for coding in found]
    columns = {
        "coding_id": [coding.guid for coding in found],
        "unit_id": source.map({key: match.unit.unit_id for key, match in matches.items()}),
        "unit_type": source.map({key: match.unit.unit_type for key, match in matches.items()}),
        "start": starts,
        "end": ends,
        "code_id": [codes[coding.code] for coding in found],
        "coder": coders,
        "round": pd.array([coding.round for coding in found], dtype="Int64"),
        "coded_at": _times([coding.coded_at for coding in found]),
        "memo": [tidied(coding.memo).strip() or None if coding.memo else None for coding in found],
        "page": [area and area.page for area in areas],
        **{side: [area and getattr(area, side) for area in areas] for side in ("left", "top", "right", "bottom")},
        "begin": [coding.begin for coding in found],
        "finish": [coding.finish for coding in found],
        "source": given.label,
    }
    return _typed(columns, "codings", len(found))


def _typed(columns: Mapping[str, Any], name: str, rows: int) -> pd.DataFrame:
    """Columns as a typed table."""
    kinds = {"text": "str", "list": "str", "integer": "Int64", "number": "float64"}
    made = {}
    for column in schema.TABLES[name].columns:
        cells = pd.Series(columns[column.name], index=range(rows))
        made[column.name] = cells if column.kind == "time" else cells.astype(kinds[column.kind])  # type: ignore[call-overload]
    return pd.DataFrame(made)


def _times(times: Sequence[Any]) -> pd.Series:
    return pd.Series(pd.to_datetime(pd.Series(times, dtype="object"), utc=True)).dt.as_unit("s")


def _carried(
    places: Sequence[tuple[int, int] | None], source: pd.Series, matches: Mapping[str, Match]
) -> tuple[pd.Series, pd.Series]:
    """Start and end of each coding in its unit's text."""
    starts, ends = np.array([place or (-1, -1) for place in places], dtype=np.int64).reshape(-1, 2).T.copy()
    has_place = starts >= 0
    numbers, names = pd.factorize(source)
    for number, name in enumerate(names):
        way = matches[name].carried
        if way is not None:
            here = (numbers == number) & has_place
            starts[here], ends[here] = way.starts[starts[here]], way.ends[ends[here]]
    first, last = (pd.Series(values, dtype="Int64").where(pd.Series(has_place)) for values in (starts, ends))
    return first, last


def _in_rounds(
    codings: pd.DataFrame, matches: Mapping[str, Match], assignments: pd.DataFrame, told: Told
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Give each coding a round, and find the packages that came back.

    A round that the file does not tell is the one that the user names, else that of the latest package of the coder
    that is in the file whole, else the first.
    """
    here = {match.unit.unit_id for match in matches.values()}
    coders = {*codings["coder"], *([told.coder] if told.coder else [])}
    whole = assignments[assignments["coder"].isin(coders)]
    whole = whole[whole["unit_id"].isin(here).groupby([whole["coder"], whole["round"]]).transform("all")]
    if told.round is not None:
        whole = whole[whole["round"] == told.round]
    latest = whole.groupby("coder")["round"].max()
    package = whole[whole["round"] == whole["coder"].map(latest)]
    by_coder = codings["coder"].map(latest.to_dict()).astype("Int64")
    default = FIRST_ROUND if told.round is None else told.round
    rounds = codings["round"].fillna(by_coder if told.round is None else default).fillna(default)
    return codings.assign(round=rounds), package


def _readings(
    given: Given, matches: Mapping[str, Match], codings: pd.DataFrame, package: pd.DataFrame, asked: Asked
) -> pd.DataFrame:
    """Who read what: coder, round, unit_id in the order of reading, and by what that is known."""
    default = FIRST_ROUND if asked.told.round is None else asked.told.round
    rows = [
        (asked.naming.name(coder) or None, default if number is None else number, matches[source].unit.unit_id)
        for coder, source, number in given.project.readings
        if source in matches
    ]
    recorded = pd.DataFrame(rows, columns=READING).dropna(subset=["coder"])
    ordered = codings.sort_values(["coded_at"], kind="stable", na_position="last")[READING]
    pairs = codings[["coder", "round"]].drop_duplicates()
    units = pd.DataFrame({"unit_id": list(dict.fromkeys(match.unit.unit_id for match in matches.values()))})
    parts = {
        RECORDED: recorded,
        ASSIGNED: package.sort_values(["coder", "round", "position"])[READING],
        ASSURED: pairs.merge(units, how="cross") if asked.read_all else pairs.head(0).assign(unit_id=""),
        CODED: ordered.drop_duplicates(),
    }
    told = [part.assign(known_by=by) for by, part in parts.items() if not part.empty]
    empty = pd.DataFrame(columns=[*READING, "known_by"])
    return (pd.concat(told) if told else empty).drop_duplicates(READING, ignore_index=True)


def documents_of(gathered: Gathered, paths: Mapping[str, str]) -> pd.DataFrame:
    """The sources that became documents of the study; `paths` says where the file of each now is."""
    new = [match for match in gathered.matches.values() if match.is_new]
    rows = {
        "unit_id": [match.unit.unit_id for match in new],
        "name": [match.unit.name or match.unit.unit_id for match in new],
        "kind": [match.unit.form for match in new],
        "text": [match.unit.text or None for match in new],
        "path": [paths.get(match.unit.unit_id) for match in new],
        "sha256": [match.unit.sha256 for match in new],
        "description": [tidied(match.source.description or "").strip() or None for match in new],
        "source": gathered.given.label,
    }
    return _typed(rows, "documents", len(new))


def memos_of(gathered: Gathered, about: Mapping[tuple[str, str], tuple[str, str]]) -> pd.DataFrame:
    """The notes; `about` gives the kind and identifier of what each is about, by kind and guid in the file."""
    held = [memo for memo in gathered.given.project.memos if tidied(memo.text).strip()]
    objects = [about.get((memo.about, memo.target or ""), ("project", None)) for memo in held]
    rows = {
        "memo_id": [memo.guid for memo in held],
        "about": [kind for kind, _ in objects],
        "about_id": [identifier for _, identifier in objects],
        "text": [tidied(memo.text).strip() for memo in held],
        "coder": [gathered.naming.name(memo.coder) if (memo.coder or "").strip() else None for memo in held],
        "written_at": _times([memo.written_at for memo in held]),
        "source": gathered.given.label,
    }
    return _typed(rows, "memos", len(held))


def cases_of(gathered: Gathered, cases: Sequence[Case], case_ids: Mapping[str, str]) -> pd.DataFrame:
    """Cases with the units that belong to them."""
    units = [[gathered.matches[unit].unit.unit_id for unit in case.units] for case in cases]
    rows = {
        "case_id": [case_ids[case.guid] for case in cases],
        "name": [case.name.strip() or case_ids[case.guid] for case in cases],
        "units": [" ".join(dict.fromkeys(each)) or None for each in units],
        "source": gathered.given.label,
    }
    return _typed(rows, "cases", len(cases))


def attributes_of(gathered: Gathered, case_ids: Mapping[str, str]) -> pd.DataFrame:
    """The values of units and cases."""
    project = gathered.given.project
    values = [
        *(
            (gathered.matches[about].unit.unit_id, *rest)
            for about, *rest in project.values  # noqa: PD011
            if about in gathered.matches
        ),
        *((case_ids[case.guid], *value) for case in project.cases for value in case.values),  # noqa: PD011
    ]
    rows = {
        "about_id": [about for about, *_ in values],
        "variable": [" ".join(variable.split()) for _, variable, *_ in values],
        "kind": [kind for *_, kind, _ in values],
        "value": [tidied(value) or None for *_, value in values],
        "source": gathered.given.label,
    }
    return _typed(rows, "attributes", len(values))
