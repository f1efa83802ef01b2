"""What came in joined with what is there: the same coding once, a coder's later state in an earlier one's place."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import pandas as pd

from analysis.qda.gathering import READING, Gathered
from analysis.qda.guids import guid_of, is_guid

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
    """The codings of a study after an import; how many of each file came twice, and how many of a coder were replaced.

    `replaced` counts the codings that a coder's later state does not have, by file, coder and round.
    """

    codings: pd.DataFrame
    repeated: dict[str, int] = field(default_factory=dict)
    replaced: dict[tuple[str, str, int], int] = field(default_factory=dict)


def join_codings(present: pd.DataFrame, gathered: Sequence[Gathered]) -> Joined:
    """Join the codings of files with those that are there.

    A file is a later state of what a coder gave before in a round if it is a package of that coder that came back, or
    if any coding of the coder is in both. Then the coder's codings on the units of the file are those of the file.
    """
    parts = [with_own_ids(each.codings, present["coding_id"], "coding") for each in gathered]
    every = pd.concat(parts, ignore_index=True) if parts else present.head(0)
    # Of codings that are alike, one with a note is kept.
    ordered = every.iloc[every["memo"].isna().to_numpy().argsort(kind="stable")]
    doubled = ordered.duplicated(ALIKE)
    repeated = ordered.loc[doubled, "source"].value_counts().to_dict()
    incoming = ordered[~doubled].sort_index()
    if present.empty:
        return Joined(_in_order(incoming), repeated)
    is_known = _are_in(present, incoming)
    gone, replaced = _withdrawn(present, gathered, incoming, is_known)
    stays = present[~gone & ~is_known]
    return Joined(_in_order(pd.concat([stays, _updated(incoming, present)], ignore_index=True)), repeated, replaced)


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


def _withdrawn(
    present: pd.DataFrame, gathered: Sequence[Gathered], incoming: pd.DataFrame, is_known: pd.Series
) -> tuple[pd.Series, dict[tuple[str, str, int], int]]:
    """The codings that the later state of their coder no longer has, and how many by file, coder and round."""
    gone, counted = pd.Series(data=False, index=present.index), dict[tuple[str, str, int], int]()
    is_same = is_known | present["coding_id"].isin(incoming["coding_id"])
    for each in gathered:
        in_file = present["unit_id"].isin(each.units)
        whole = each.readings[each.readings["known_by"] == "assigned"] if each.is_package else each.readings.head(0)
        pairs = pd.concat([each.codings[["coder", "round"]], whole[["coder", "round"]]]).drop_duplicates()
        for coder, number in pairs.itertuples(index=False):
            here = in_file & (present["coder"] == coder) & (present["round"] == number).fillna(value=False)
            if (here & is_same).any() or (whole["coder"] == coder).any():
                left = here & ~is_known & ~gone
                gone |= left
                if left.any():
                    counted[each.given.label, coder, int(number)] = int(left.sum())
    return gone, counted


def _updated(incoming: pd.DataFrame, present: pd.DataFrame) -> pd.DataFrame:
    """The codings that came in; one that was there keeps its identifier, and time and note unless it has new ones."""
    there = present[[*ALIKE, "coding_id", "source", *ADDED]].drop_duplicates(ALIKE)
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
    every = every.drop_duplicates(READING, ignore_index=True)
    every["round"] = every["round"].astype("Int64")
    groups = every.groupby(["coder", "round"], sort=False)
    last = groups["position"].transform("max").fillna(0).astype("Int64")
    after = every["position"].isna().astype("Int64").groupby([every["coder"], every["round"]]).cumsum()
    every["position"] = every["position"].astype("Int64").fillna(last + after)
    ordered = every.sort_values(["round", "coder", "position"], kind="stable", ignore_index=True)
    return ordered[present.columns.tolist()].astype(present.dtypes.to_dict())


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
