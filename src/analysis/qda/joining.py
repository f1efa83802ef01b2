"""What came in joined with what is there: the same coding once, a coder's later state in an earlier one's place."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from analysis.qda.gathering import READING, Gathered, is_export
from analysis.qda.guids import guid_of, is_guid
from analysis.qda.superseding import Brought, Present, Superseded, superseded

PLACE = ["unit_id", "start", "end", "page", "left", "top", "right", "bottom", "begin", "finish"]
# Codings that are alike in all of this are one.
ALIKE = [*PLACE, "code_id", "coder", "round"]
ORDER = ["round", "coder", "unit_id", "start", "end", "code_id", "page", "left", "top", "begin", "coding_id"]
# What is added to a coding, and does not make it another.
ADDED = ["coded_at", "memo"]
# A GUID of this version is made from a name, as ours are.
NAMED = "5"


@dataclass(frozen=True)
class Joined:
    """The codings and readings of a study after an import, how many of each file came twice, and what is superseded."""

    codings: pd.DataFrame
    readings: pd.DataFrame
    repeated: dict[str, int]
    gone: Superseded


def join(present: Present, gathered: Sequence[Gathered], standing: pd.DataFrame) -> Joined:
    """Join what files say was coded and read with what is there; `standing` are codings as an export has them."""
    there = present.codings
    parts = [_as_given(each, with_own_ids(each.codings, there["coding_id"], "coding"), there, standing)
             for each in gathered]  # fmt: skip
    every = pd.concat(parts, ignore_index=True) if parts else there.head(0)
    # Of codings that are alike, one with a note is kept.
    ordered = every.iloc[every["memo"].isna().to_numpy().argsort(kind="stable")]
    doubled = ordered.duplicated(ALIKE)
    repeated = ordered.loc[doubled, "source"].value_counts().to_dict()
    incoming = ordered[~doubled].sort_index()
    is_known = _are_in(there, incoming)
    gone = superseded(present, gathered, is_known, set(incoming["coding_id"]))
    stays = there[~gone.codings & ~is_known]
    updated = incoming if there.empty else _updated(incoming, there, gone.instead)
    joined = updated if stays.empty else pd.concat([stays, updated], ignore_index=True)
    read = _labelled(_read_still(present.readings, gone.readings), gone.instead)
    readings = join_readings(read, gathered)
    return Joined(_in_order(joined), readings, repeated, gone)


def _as_given(each: Gathered, codings: pd.DataFrame, present: pd.DataFrame, standing: pd.DataFrame) -> pd.DataFrame:
    """The codings of a file; those of an export by the codes that they were given by, not those that came of them."""
    if standing.empty or not is_export(each.given.project, each.given.label):
        return codings
    before = dict(zip(present["coding_id"], present["code_id"], strict=True))
    went_out = standing[[*ALIKE, "coding_id"]].rename(columns={"coding_id": "_sent"}).drop_duplicates(ALIKE)
    went_out = went_out.astype({name: codings[name].dtype for name in ALIKE})
    sent = codings[ALIKE].merge(went_out, on=ALIKE, how="left")["_sent"].map(before)
    sent.index = codings.index
    return codings.assign(code_id=sent.fillna(codings["code_id"]).astype(codings["code_id"].dtype))


def _labelled(rows: pd.DataFrame, instead: Mapping[Brought, str]) -> pd.DataFrame:
    """Rows of which those that came with a superseded file come with the later one."""
    if not instead:
        return rows
    keys = zip(rows["source"], rows["coder"], rows["round"], strict=True)
    labels = [instead.get((source, coder, int(number)), source) for source, coder, number in keys]
    return rows.assign(source=pd.Series(labels, index=rows.index, dtype=rows["source"].dtype))


def _read_still(readings: pd.DataFrame, gone: pd.Series) -> pd.DataFrame:
    """The readings that stay, their places in the order closed up."""
    if not gone.any():
        return readings
    kept = readings[~gone].sort_values("position", kind="stable")
    places = kept.groupby(["coder", "round"]).cumcount() + 1
    return kept.assign(position=places.astype(readings["position"].dtype)).sort_index()


def with_own_ids(table: pd.DataFrame, present: pd.Series, kind: str) -> pd.DataFrame:
    """Rows whose GUIDs are those that we gave to entries that are there, under these entries' identifiers."""
    key = f"{kind}_id"
    named = table[key].str[14:15] == NAMED
    if not named.any():
        return table
    ours = {guid_of(kind, identifier): identifier for identifier in present if not is_guid(identifier)}
    return table.assign(**{key: table[key].where(~named, table[key].map(lambda guid: ours.get(guid, guid)))})


def _are_in(rows: pd.DataFrame, others: pd.DataFrame) -> pd.Series:
    """Whether each coding is alike one of the others."""
    found = rows[ALIKE].merge(others[ALIKE].drop_duplicates(), on=ALIKE, how="left", indicator=True)
    return pd.Series((found["_merge"] == "both").to_numpy(), index=rows.index)


def _updated(incoming: pd.DataFrame, present: pd.DataFrame, instead: Mapping[Brought, str]) -> pd.DataFrame:
    """The codings that came in; one that was there keeps its identifier, and time and note unless it has new ones."""
    there = _labelled(present[[*ALIKE, "coding_id", "source", *ADDED]].drop_duplicates(ALIKE), instead)
    both = incoming.merge(there, on=ALIKE, how="left", suffixes=("", "_before"))
    is_same = both["coding_id_before"].notna()
    for name in ADDED:
        both[name] = both[name].fillna(both[f"{name}_before"])
        before = both[f"{name}_before"]
        is_same &= (both[name] == before).fillna(value=False) | (both[name].isna() & before.isna())
    both["coding_id"] = both["coding_id_before"].fillna(both["coding_id"])
    both["source"] = both["source_before"].where(is_same, both["source"])
    return both[present.columns.tolist()]


def _in_order(codings: pd.DataFrame) -> pd.DataFrame:
    """Codings in one order, each with an identifier of its own."""
    doubled = codings["coding_id"].duplicated()
    if doubled.any():
        rows = codings.loc[doubled, ["coding_id", *ALIKE]]
        made = [guid_of("coding", " ".join(map(str, row))) for row in rows.itertuples(index=False)]
        others = pd.Series(made, index=rows.index).reindex(codings.index)
        codings = codings.assign(coding_id=codings["coding_id"].where(~doubled, others))
    return codings.sort_values(ORDER, kind="stable", na_position="first", ignore_index=True)


def join_readings(present: pd.DataFrame, gathered: Sequence[Gathered]) -> pd.DataFrame:
    """Join who read what: what is there keeps its place in the order, and what came in follows it."""
    parts = [each.readings.assign(source=each.given.label) for each in gathered]
    every = pd.concat([present.assign(known_by=""), *parts], ignore_index=True)
    every = every.assign(again=_is_again(every)).drop_duplicates(READING, ignore_index=True)
    every["round"] = every["round"].astype("Int64")
    groups = every.groupby(["coder", "round"], sort=False)
    last = groups["position"].transform("max").fillna(0).astype("Int64")
    after = every["position"].isna().astype("Int64").groupby([every["coder"], every["round"]]).cumsum()
    every["position"] = every["position"].astype("Int64").fillna(last + after)
    ordered = every.sort_values(["round", "coder", "position"], kind="stable", ignore_index=True)
    return ordered[present.columns.tolist()].astype(present.dtypes.to_dict())


def _is_again(readings: pd.DataFrame) -> pd.Series:
    """True where nobody says that all of a unit was read; of one file what was said last."""
    marks = readings.assign(again=readings["again"].fillna(value=False).astype(bool))
    latest = marks.groupby([*READING, "source"], sort=False)["again"].transform("last")
    of_all = marks.assign(again=latest).groupby(READING, sort=False)["again"].transform("all")
    return of_all.astype("boolean").where(of_all)


def join_rows(present: pd.DataFrame, parts: Sequence[pd.DataFrame], keys: Sequence[str]) -> pd.DataFrame:
    """Join small tables: the first row of each key, what is there before what came in."""
    every = pd.concat([present, *parts], ignore_index=True).drop_duplicates(list(keys), ignore_index=True)
    return every.sort_values(list(keys), kind="stable", ignore_index=True).astype(present.dtypes.to_dict())


def join_cases(present: pd.DataFrame, parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Join cases; a case that came in several times has the units of all."""
    every = pd.concat([present, *parts], ignore_index=True)
    joined = join_rows(present, parts, ["case_id"])
    units = every.dropna(subset=["units"]).groupby("case_id")["units"].agg(" ".join)
    once = units.map(lambda cell: " ".join(dict.fromkeys(cell.split())))
    return joined.assign(units=joined["case_id"].map(once).astype("str"))


def join_values(present: pd.DataFrame, parts: Sequence[pd.DataFrame]) -> tuple[pd.DataFrame, int]:
    """Join values of variables; a value that came in takes the place of an earlier one. Also how many it was."""
    keys = ["about_id", "variable"]
    incoming = join_rows(present.head(0), parts, keys)
    both = present.merge(incoming, on=keys, suffixes=("", "_new"))
    changed = both[(both["value"] != both["value_new"]) & ~(both["value"].isna() & both["value_new"].isna())]
    stays = present.merge(changed[keys], on=keys, how="left", indicator=True)
    kept = stays[stays["_merge"] == "left_only"][present.columns.tolist()]
    return join_rows(kept, [incoming], keys), len(changed)
