"""Codings in: projects of coding programs and tables of codings joined with a study's tables, and put in place whole.

What was coded is matched to the posts, comments and screenshots of the corpus; what is none of them becomes a document.
The texts of documents are masked as captured texts are, and so is what coders wrote beside them; selections move
along. Everything is made in a folder beside, so whatever stops an import, the tables stay as they were.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import pandas as pd

from analysis import schema, tables
from analysis.computable import NotComputable
from analysis.errors import CodingError
from analysis.qda import beside_texts, gathering, joining, naming, offsets, report, superseding, unknown
from analysis.qda.code_tree import CodeTree
from analysis.qda.filling import filled
from analysis.qda.gathering import Asked, Gathered, Given
from analysis.qda.guids import guid_of
from analysis.qda.matching import Mask, Matcher
from analysis.qda.project import Case, Loss, Project
from analysis.qda.superseding import Emptied, Present, Superseded
from analysis.qda.units import Units, units_of
from analysis.study import Study

WRITTEN = ("codebook", "codings", "readings", "documents", "memos", "cases", "attributes", "coded")


@dataclass(frozen=True)
class Held:
    """What a study holds before an import: its tables of coding, its units, and the accounts that are no cases."""

    tables: dict[str, pd.DataFrame]
    assignments: pd.DataFrame
    units: Units
    creators: frozenset[str] = frozenset()
    # Codes of which the history of the codebook speaks, and the codings as an export has them.
    changed: frozenset[str] = frozenset()
    standing: pd.DataFrame = field(default_factory=partial(schema.empty, "codings"))

    @property
    def hollow(self) -> set[str]:
        """The documents that are a name alone."""
        rows = self.tables["documents"].itertuples(index=False)
        return {str(row.unit_id) for row in rows if superseding.is_hollow(row)}


@dataclass(frozen=True)
class ReadFile:
    """A file as its reader gave it."""

    label: str
    title: str
    shown: str
    checksum: str
    project: Project


@dataclass(frozen=True)
class Landed:
    """A study's tables of coding after an import, and what each file was."""

    tables: dict[str, pd.DataFrame]
    gathered: list[Gathered] = field(default_factory=list)
    is_same: bool = False
    emptied: Emptied = field(default_factory=Emptied)


def held_by(study: Study, standing: Any = None) -> Held:
    """What a study holds before an import; `standing` are the codings as an export has them."""
    found = {name: _present(study, name) for name in WRITTEN}
    creators = study.table("creators")
    accounts = [] if isinstance(creators, NotComputable) else creators["creator_id"]
    units = units_of(study, found["documents"])
    changed = _present(study, "history")
    named = [changed["code_id"], changed["becomes"].map(schema.codes_in).explode().dropna()]
    sent = standing if isinstance(standing, pd.DataFrame) else schema.empty("codings")
    known = frozenset(accounts), frozenset(pd.concat(named))
    return Held(found, _present(study, "assignments"), units, *known, sent)


def _present(study: Study, name: str) -> pd.DataFrame:
    """A table of coding as it is; as the codebook another study's where study.yml says so and there is none yet."""
    path = study.coding / f"{name}.csv"
    if path.is_file():
        return tables.read_table(path, name, shown=path.relative_to(study.root).as_posix())
    table: Any = study.table(name) if name == "codebook" else None
    return table if isinstance(table, pd.DataFrame) else schema.empty(name)


def land(held: Held, files: Sequence[ReadFile], asked: Asked, mask: Mask) -> Landed:
    """Join what was read with what is there.

    Raises `CodingError` with every file that does not say who coded, where the user does not either.
    """
    matcher, codes = Matcher(held.units, mask), CodeTree.of(held.tables["codebook"])
    given = [_decided(file, held, mask) for file in files]
    _refuse_wrongly_named(given, asked, held)
    gathered, told, new = _gathered(given, (matcher, codes), held, asked)
    present = Present(held.tables["codings"], held.tables["readings"], held.hollow, set(held.standing["coding_id"]))
    joined = joining.join(present, gathered, held.standing)
    made = held.tables | {
        "codebook": codes.table,
        "codings": joined.codings,
        "readings": joined.readings,
        "documents": _documents(held, gathered, mask),
    }
    changed = _join_the_rest(made, held, gathered)
    emptied = superseding.emptied(made, gathered, joined.gone, held.changed)
    made |= superseding.without(made, emptied)
    is_same = all(made[name].equals(held.tables[name]) for name in WRITTEN if name != "coded")
    known = set(held.tables["coded"]["file"])
    if not (is_same and all(each.label in known for each in files)):
        statements = {each.label: _statements(each, joined, told[each.label], changed)
                      | superseding.statements(each.label, held.tables["coded"], joined.gone, emptied)
                      | _brought(each.label, made, held, (new[each.label], joined.gone))
                      for each in given}  # fmt: skip
        rows = {each.given.label: (each.given.title, list(report.rows_of(each, statements[each.given.label])))
                for each in gathered}  # fmt: skip
        made["coded"] = report.report_of(rows, report.marked(held.tables["coded"], emptied.files), made)
    return Landed(made, gathered, is_same, emptied)


def _gathered(
    given: Sequence[Given], known: tuple[Matcher, CodeTree], held: Held, asked: Asked
) -> tuple[list[Gathered], dict[str, list[str]], dict[str, list[str]]]:
    """What each file says in canonical terms; what is told of its codes, and which are new, by file.

    Raises `CodingError` with the units of tables that nobody knows, and the codes of sheets that were given out.
    """
    matcher, codes = known
    gathered, told, new = [], dict[str, list[str]](), dict[str, list[str]]()
    no_units, no_codes = list[str](), list[str]()
    for each in given:
        if not asked.documents:
            no_units += unknown.unknown_units(each, held.units)
        before, placed = set(codes.rows), matcher.match(each.project)
        found = codes.add(each.project.codes)
        added = {guid for guid, code in found.items() if code not in before}
        no_codes += unknown.unknown_codes(each, added, held.tables["codebook"])
        gathered.append(gathering.gather(each, placed, found, held.assignments, asked))
        told[each.label], codes.told = codes.told, []
        new[each.label] = [code for code in codes.rows if code not in before]
    unknown.refuse(no_units, no_codes)
    _refuse_first_round(gathered, asked)
    return gathered, told, new


def _refuse_first_round(gathered: Sequence[Gathered], asked: Asked) -> None:
    """Raise `CodingError` for what is said to have been looked at again in the first round."""
    first = [each.given.shown for each in gathered if asked.again and (each.readings["round"] == 1).any()]
    if first:
        told = [f"{shown}: --again is for a later round, and the file is of round 1." for shown in first]
        raise CodingError("\n".join([*told, "Say in which round the codings were looked at again, such as --round 2."]))


def _brought(
    label: str, made: dict[str, pd.DataFrame], held: Held, of: tuple[Sequence[str], Superseded]
) -> dict[str, list[tuple[str, int | None, str]]]:
    """Which codes the codebook has from a file: those that are new, and those of files in whose place it is."""
    new, gone = of
    before = {label, *(earlier for (earlier, _, _), later in gone.instead.items() if later == label)}
    owned = [code for code, file in superseding.brought(held.tables["coded"]).items() if file in before]
    names = dict(zip(made["codebook"]["code_id"], made["codebook"]["name"], strict=True))
    return {"new code": [(code, None, names[code]) for code in dict.fromkeys([*owned, *new]) if code in names]}


def _decided(file: ReadFile, held: Held, mask: Mask) -> Given:
    project = beside_texts.masked(filled(_whole(file.project), held.units), mask, held.tables["codebook"])
    return Given(file.label, file.title, file.shown, file.checksum, project, offsets.decide(project))


def _whole(project: Project) -> Project:
    """A project without codings and notes on what it does not hold; they are told as lost."""
    held: dict[str, set[str]] = {
        "code": {code.guid for code in project.codes},
        "unit": {source.guid for source in project.sources},
        "case": {case.guid for case in project.cases},
        "coding": {coding.guid for coding in project.codings},
    }
    whole = [each for each in project.codings if each.source in held["unit"] and each.code in held["code"]]
    memos = [each for each in project.memos if each.about == "project" or each.target in held[each.about]]
    lost = (
        Loss("a coding whose source or code is not in the file", len(project.codings) - len(whole)),
        Loss("a note on something that is not in the file", len(project.memos) - len(memos)),
    )
    return replace(project, codings=whole, memos=memos, lost=[*project.lost, *(loss for loss in lost if loss.count)])


def _refuse_wrongly_named(given: Sequence[Given], asked: Asked, held: Held) -> None:
    """Raise `CodingError` for files whose coders nobody names, or that name others than the user does."""
    problems = list[str]()
    for each in given:
        before = [table.loc[table["source"] == each.label, "coder"]
                  for table in (held.tables["codings"], held.tables["readings"])]  # fmt: skip
        problems += naming.contradictions(each.shown, each.project, asked.naming, pd.concat(before))
        coders = gathering.coders_of(each, asked.naming)
        if "" in coders:
            problems.append(
                f"{each.shown}: {coders.count(''):,} of {len(coders):,} codings do not say who gave them. "
                "Name the coder: compendium import, the study's name, the file, --coder NAME."
            )
    if problems:
        raise CodingError("\n".join(problems))


def _documents(held: Held, gathered: Sequence[Gathered], mask: Mask) -> pd.DataFrame:
    found = [gathering.documents_of(each, paths_of(each)) for each in gathered]
    parts = [part.assign(name=beside_texts.masked_names(part["name"], mask)) for part in found]
    return joining.join_rows(held.tables["documents"], parts, ["unit_id"])


def paths_of(gathered: Gathered) -> dict[str, str]:
    """Where the files of new documents will be, from the study's folder: named by what is in them."""
    paths = {}
    for match in gathered.matches.values():
        if match.is_new and match.source.path is not None and match.unit.sha256:
            ending = match.source.path.suffix.lower()
            paths[match.unit.unit_id] = f"coding/files/{match.unit.sha256[:16]}{ending}"
    return paths


def _join_the_rest(made: dict[str, pd.DataFrame], held: Held, gathered: Sequence[Gathered]) -> int:
    """Join notes, cases and values; how many values of variables were replaced."""
    cases, values, memos = [], [], []
    case_ids = _CaseIds(held.tables["cases"], held.creators)
    for each in gathered:
        ids = case_ids.of(each.given.project.cases)
        own = [case for case in each.given.project.cases if ids[case.guid] not in held.creators]
        cases.append(gathering.cases_of(each, own, ids))
        values.append(_unknown_values(gathering.attributes_of(each, ids), held))
        found = gathering.memos_of(each, _objects(each, ids, made["codings"]))
        memos.append(joining.with_own_ids(found, held.tables["memos"]["memo_id"], "memo"))
    made["cases"] = joining.join_cases(held.tables["cases"], cases)
    made["attributes"], changed = joining.join_values(held.tables["attributes"], values)
    said = pd.concat([held.tables["memos"], *memos]).duplicated(["about", "about_id", "text", "coder", "written_at"])
    counts = [len(held.tables["memos"]), *map(len, memos)]
    starts = [sum(counts[: place + 1]) for place in range(len(memos))]
    fresh = [memo[~said.to_numpy()[at : at + len(memo)]] for memo, at in zip(memos, starts, strict=True)]
    made["memos"] = joining.join_rows(held.tables["memos"], fresh, ["memo_id"])
    return changed


class _CaseIds:
    """Which case of a project is which of the study; a case by the GUID that we gave an account is that account."""

    def __init__(self, cases: pd.DataFrame, creators: frozenset[str]) -> None:
        self._creators = creators
        self._by_name: dict[str, list[str]] = {}
        for name, identifier in zip(cases["name"], cases["case_id"], strict=True):
            self._by_name.setdefault(name, []).append(identifier)
        self._by_guid = {guid_of("case", identifier): identifier for identifier in cases["case_id"]}
        self._by_guid |= {identifier: identifier for identifier in cases["case_id"]}

    def of(self, cases: Sequence[Case]) -> dict[str, str]:
        """The identifier of each case by its guid."""
        if any(case.guid[14:15] == joining.NAMED for case in cases):
            self._by_guid |= {guid_of("case", account): account for account in self._creators}
        found = {case.guid: self._by_guid[case.guid] for case in cases if case.guid in self._by_guid}
        # Two cases of one file may have the same name, and stay two.
        taken = set(found.values())
        for case in cases:
            named = self._by_name.setdefault(case.name.strip(), []) if case.name.strip() else []
            if case.guid not in found:
                found[case.guid] = next((name for name in named if name not in taken), case.guid)
                taken.add(found[case.guid])
            if found[case.guid] not in named:
                named.append(found[case.guid])
        return found


def _unknown_values(values: pd.DataFrame, held: Held) -> pd.DataFrame:
    """The values without those that our own tables of posts, comments and accounts have."""
    captured = {column for name in ("posts", "comments", "creators") for column in schema.TABLES[name].column_names}
    types = {identifier: unit.unit_type for identifier, unit in held.units.by_id.items()}
    is_ours = values["about_id"].isin(held.creators) | values["about_id"].map(types).isin(("post", "comment"))
    return values[~(is_ours & values["variable"].isin(captured))]


def _objects(
    gathered: Gathered, case_ids: dict[str, str], codings: pd.DataFrame
) -> dict[tuple[str, str], tuple[str, str]]:
    """What notes can be about: the kind and identifier of each code, unit, case and coding, by its guid in the file.

    A note on a selection that is not on the text is one on its source.
    """
    found = {("code", guid): ("code", code) for guid, code in gathered.codes.items()}
    found |= {("unit", guid): ("unit", match.unit.unit_id) for guid, match in gathered.matches.items()}
    found |= {("case", guid): ("case", case) for guid, case in case_ids.items()}
    wanted = {memo.target for memo in gathered.given.project.memos if memo.about == "coding"}
    if wanted:
        own = gathered.codings
        given = own.assign(guid=[coding.guid for coding, _ in gathered.given.kept])
        given = given[given["guid"].isin(wanted)].drop(columns="coding_id")
        now = given.merge(codings[[*joining.ALIKE, "coding_id"]], on=joining.ALIKE)
        for coding in gathered.given.project.codings:
            if coding.guid in wanted:
                found["coding", coding.guid] = found["unit", coding.source]
        found |= {("coding", guid): ("coding", name) for guid, name in zip(now["guid"], now["coding_id"], strict=True)}
    return found


def _statements(given: Given, joined: joining.Joined, told: Sequence[str], changed: int) -> dict[str, Any]:
    """What only the joining of a file with others gave."""
    replaced = [
        (f"{coder}, round {number}", count, "")
        for (label, coder, number), count in joined.gone.counted.items()
        if label == given.label
    ]
    return {
        "repeated": [(report.ALL, joined.repeated[given.label], "")] if given.label in joined.repeated else [],
        "replaced": replaced,
        "joined": [
            *((str(number), None, text) for number, text in enumerate(told, start=1)),
            *([("values", changed, "values of variables that took an earlier one's place")] if changed else []),
        ],
    }


def problems_of(landed: Landed) -> Iterator[str]:
    """What a user should know at once: selections that are not on a text."""
    for each in landed.gathered:
        for misfit in each.given.decided.misfits:
            yield f"{each.given.shown}, {misfit.where}: {misfit.source}, {misfit.start}–{misfit.end}: {misfit.found}"
