"""What a corrected file takes the place of: all that the earlier one of the same coder and round brought."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from analysis.qda.gathering import ASSIGNED, RECORDED, Gathered, is_export, is_ours

# A coder in a round, and the file that something came with.
Brought = tuple[str, str, int]


@dataclass
class Superseded:
    """Which codings and readings go, which file takes whose place, and how many codings of whom went, by file.

    `codings` and `readings` are masks over the tables that are there; `instead` gives the later file by the earlier
    one, the coder and the round.
    """

    codings: pd.Series
    readings: pd.Series
    instead: dict[Brought, str] = field(default_factory=dict)
    counted: dict[Brought, int] = field(default_factory=dict)
    unread: dict[str, int] = field(default_factory=dict)

    def take(self, label: str, codings: pd.Series, readings: pd.Series, present: pd.DataFrame) -> None:
        """Note what goes because of one file."""
        codings, readings = codings & ~self.codings, readings & ~self.readings
        for coder, number in present.loc[codings, ["coder", "round"]].itertuples(index=False):
            key = label, coder, int(number)
            self.counted[key] = self.counted.get(key, 0) + 1
        if readings.any():
            self.unread[label] = self.unread.get(label, 0) + int(readings.sum())
        self.codings |= codings
        self.readings |= readings


@dataclass(frozen=True)
class Present:
    """What is there before an import: codings, readings, documents that hold nothing, and the codings that stand."""

    codings: pd.DataFrame
    readings: pd.DataFrame
    hollow: Collection[str] = ()
    standing: Collection[str] = ()


def superseded(
    present: Present, gathered: Sequence[Gathered], is_known: pd.Series, same: Collection[str]
) -> Superseded:
    """What of the present codings and readings the files take the place of.

    A file is a later state of what a coder gave in a round if it is a package of that coder that came back, or if any
    coding of the coder is in both. Then the coder's codings on the units of the file are those of the file. Of an
    earlier file more than half of whose units it has, it takes the place wholly: nothing else that the coder gave there
    in that round stays. `is_known` says which codings came in again, `same` are identifiers of codings that came in.
    """
    found = Superseded(pd.Series(data=False, index=present.codings.index),
                       pd.Series(data=False, index=present.readings.index))  # fmt: skip
    is_same = is_known | present.codings["coding_id"].isin(list(same))
    for each in gathered:
        is_renamed = _renamed(found, present, each, is_known)
        # What an export leaves out was not taken back by anybody, and another name for a coder corrects no coding.
        if not (is_ours(each.given.project) or is_renamed):
            for coder, number in _pairs(each):
                _of_one(found, present, _State(each, coder, number, is_known, is_same))
    return found


@dataclass(frozen=True)
class _State:
    """What one file says of one coder in one round."""

    file: Gathered
    coder: str
    number: int
    is_known: pd.Series
    is_same: pd.Series

    def mine(self, table: pd.DataFrame) -> pd.Series:
        """Which rows are this coder's in this round."""
        return ((table["coder"] == self.coder) & (table["round"] == self.number)).fillna(value=False).astype(bool)

    @property
    def read(self) -> pd.DataFrame:
        """What this coder read in this round, by the file."""
        return self.file.readings[self.mine(self.file.readings)]


def _pairs(each: Gathered) -> Iterator[tuple[str, int]]:
    """The coders and rounds for which a file speaks."""
    sure = each.readings[each.readings["known_by"].isin([ASSIGNED, RECORDED])]
    pairs = pd.concat([each.codings[["coder", "round"]], sure[["coder", "round"]]]).drop_duplicates()
    for coder, number in pairs.itertuples(index=False):
        yield str(coder), int(number)


def _of_one(found: Superseded, present: Present, state: _State) -> None:
    """What a file takes the place of, of one coder in one round."""
    label, codings = state.file.given.label, present.codings
    mine, units = state.mine(codings), state.file.units
    here = mine & codings["unit_id"].isin(units)
    came_back = state.file.is_package and (state.read["known_by"] == ASSIGNED).any()
    if not ((here & state.is_same).any() or came_back):
        return
    none = pd.Series(data=False, index=present.readings.index)
    if is_export(state.file.given.project, label):
        went_out = codings["coding_id"].isin(list(present.standing))
        found.take(label, here & ~state.is_known & went_out, none, codings)
        return
    wholly = [name for name in _earlier(present, state) if _has_most(present, state, name)]
    found.instead |= {(name, state.coder, state.number): label for name in wholly}
    left = (here | (mine & codings["source"].isin(wholly))) & ~state.is_known
    found.take(label, left, _unread(present, state, wholly), codings)


def _earlier(present: Present, state: _State) -> list[str]:
    """The other files that the coder's codings and readings of the round came with."""
    tables = (present.codings, present.readings)
    sources = pd.concat([table.loc[state.mine(table), "source"] for table in tables]).dropna().unique()
    return [name for name in sources if name != state.file.given.label]


def _has_most(present: Present, state: _State, earlier: str) -> bool:
    """Whether a file has more than half of the units that the coder coded or read by an earlier one."""
    units = set[str]()
    for table in (present.codings, present.readings):
        units.update(table.loc[state.mine(table) & (table["source"] == earlier), "unit_id"])
    units -= set(present.hollow)
    return 2 * len(units & set(state.file.units)) > len(units) or not units


def _unread(present: Present, state: _State, wholly: Sequence[str]) -> pd.Series:
    """The readings of superseded files that the later one does not have; what it does not record may stand."""
    table, read = present.readings, state.read
    theirs = state.mine(table) & table["source"].isin(list(wholly)) & ~table["unit_id"].isin(read["unit_id"])
    if (read["known_by"] == RECORDED).any():
        return theirs
    return theirs & ~table["unit_id"].isin(state.file.units)


def _renamed(found: Superseded, present: Present, each: Gathered, is_known: pd.Series) -> bool:
    """Take out what the same file brought before under a name for which the user now gives another; whether it did."""
    masks = []
    for table in (present.codings, present.readings):
        own = table["source"] == each.given.label
        others = [each.naming.name(name) != name for name in table["coder"]]
        masks.append(own.fillna(value=False).astype(bool) & pd.Series(others, index=table.index, dtype=bool))
    found.take(each.given.label, masks[0] & ~is_known, masks[1], present.codings)
    return bool(masks[0].any() or masks[1].any())


@dataclass(frozen=True)
class Emptied:
    """What goes with superseded files: documents and codes, by the earlier file; and which files count no longer."""

    documents: Mapping[str, str] = field(default_factory=dict)
    codes: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    # Where the documents' own files are.
    paths: Sequence[str] = ()


def emptied(
    made: Mapping[str, pd.DataFrame], gathered: Sequence[Gathered], gone: Superseded, kept: Collection[str]
) -> Emptied:
    """What only superseded files brought, now that nobody codes it: documents, codes, and the files themselves.

    `made` are the tables with what stays of codings and readings; `kept` are codes that stay in any case.
    """
    later = {label: instead for (label, _, _), instead in gone.instead.items()}
    used = {*made["codings"]["source"].unique(), *made["readings"]["source"].unique()}
    files = {label: instead for label, instead in later.items() if label not in used}
    units = {unit for each in gathered for unit in each.units}
    units |= {*made["codings"]["unit_id"].unique(), *made["readings"]["unit_id"].unique()}
    documents = {
        str(row.unit_id): str(row.source)
        for row in made["documents"].itertuples(index=False)
        if row.unit_id not in units and (row.source in files or (row.source in later and is_hollow(row)))
    }
    paths = made["documents"].loc[made["documents"]["unit_id"].isin(list(documents)), "path"].dropna()
    return Emptied(documents, _codes(made, gathered, later, kept), files, tuple(paths))


def is_hollow(document: object) -> bool:
    """Whether a document has neither text nor file: a name alone."""
    return bool(pd.isna(getattr(document, "text", None)) and pd.isna(getattr(document, "path", None)))


def brought(coded: pd.DataFrame) -> dict[str, str]:
    """By each code that came in with a file the file's label, as the report has it."""
    rows = coded[coded["measure"] == "new code"]
    return dict(zip(rows["item"], rows["file"], strict=True))


def _codes(
    made: Mapping[str, pd.DataFrame], gathered: Sequence[Gathered], later: Mapping[str, str], kept: Collection[str]
) -> dict[str, str]:
    """The codes of superseded files that nobody gave and no other file names, each after those below it."""
    used = {*made["codings"]["code_id"].unique(), *kept, *(code for each in gathered for code in each.codes.values())}
    doubtful = {
        code: label for code, label in brought(made["coded"]).items() if label in later and code not in used
    }  # fmt: skip
    parents = dict(zip(made["codebook"]["code_id"], made["codebook"]["parent_id"], strict=True))
    gone = dict[str, str]()
    while True:
        above = {parent for code, parent in parents.items() if code not in gone}
        more = {code: doubtful[code] for code in doubtful if code in parents and code not in above and code not in gone}
        if not more:
            return gone
        gone |= more


def without(made: Mapping[str, pd.DataFrame], gone: Emptied) -> dict[str, pd.DataFrame]:
    """The tables without documents and codes that go, and without what is said of these."""
    codebook, documents, memos = made["codebook"], made["documents"], made["memos"]
    on_gone = ((memos["about"] == "unit") & memos["about_id"].isin(list(gone.documents))) | (
        (memos["about"] == "code") & memos["about_id"].isin(list(gone.codes))
    )
    values = made["attributes"]
    return {
        "codebook": codebook[~codebook["code_id"].isin(list(gone.codes))].reset_index(drop=True),
        "documents": documents[~documents["unit_id"].isin(list(gone.documents))].reset_index(drop=True),
        "memos": memos[~on_gone.fillna(value=False).astype(bool)].reset_index(drop=True),
        "attributes": values[~values["about_id"].isin(list(gone.documents))].reset_index(drop=True),
    }


def statements(
    label: str, coded: pd.DataFrame, gone: Superseded, emptied: Emptied
) -> dict[str, list[tuple[str, int | None, str]]]:
    """What a file's coming did to earlier ones, besides their codings: by kind how many there are no longer."""
    later = {earlier: instead for (earlier, _, _), instead in gone.instead.items()}
    names = dict(zip(coded["item"], coded["value"], strict=True))
    documents = [unit for unit, earlier in emptied.documents.items() if later[earlier] == label]
    codes = [str(names[code]) for code, earlier in emptied.codes.items() if later[earlier] == label]
    counts = {"readings": gone.unread.get(label, 0), "documents": len(documents), "codes": len(codes)}
    told = {"readings": "", "documents": "", "codes": ", ".join(codes)}
    return {"no longer": [(kind, count, told[kind]) for kind, count in counts.items() if count]}
