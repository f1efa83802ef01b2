"""What coders are compared on: the whole unit, the very same span, or spans that overlap.

`same_span` in study.yml decides when two coders marked the same thing. Spans make for stricter and less stable
figures than units: an item is there only because somebody marked it, so nobody can agree that there is nothing.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.coding import PLACES, of_whole_readings
from analysis.computable import computable, need

SameSpan = Literal["unit", "exact", "overlapping"]
SAME_SPAN: tuple[SameSpan, ...] = ("unit", "exact", "overlapping")
# Where a coding stands: in a text, on a part of a picture or page, in a recording.
DIRECTIONS = [("start", "end"), ("begin", "finish"), ("left", "right"), ("top", "bottom"), ("page", "page")]
# The directions from here on are those of a picture or page.
PICTURE = 3


@dataclass(frozen=True)
class Items:
    """What is compared, as `agreement.judgements` takes it: codings, readings and units, each by item."""

    placed: pd.DataFrame
    readings: pd.DataFrame
    units: pd.DataFrame


@computable
def items(
    placed: pd.DataFrame, readings: pd.DataFrame, units: pd.DataFrame, same_span: SameSpan, coding_round: int
) -> Items:
    """Put the codings of a round on the items that `same_span` makes of them.

    Whoever read a unit judged every item in it: a coder who marked nothing there gave no code to it; `of_texts_read`
    narrows that to the texts. `units` gets an
    item's own identifier in `unit_id`, and in `unit` the unit that it lies in.
    """
    read = readings[readings["round"] == coding_round]
    of_round = of_whole_readings(placed[placed["round"] == coding_round], read).reset_index(drop=True)
    if same_span == "unit":
        return Items(of_round, read, units.assign(unit=units["unit_id"]))
    need(of_round, f"nobody coded in round {coding_round}, which agreement_round asks for")
    same = {"exact": _exact, "overlapping": _overlapping}[same_span](of_round)
    passage = _passages(of_round, same)
    name = of_round["unit_id"] + ("[" + passage + "]").where(passage != "", "")
    on_items = of_round.assign(within=of_round["unit"], unit=name, passage=passage)
    listed = on_items.drop_duplicates("unit")[["unit", "within", "passage"]].rename(columns={"unit": "item"})
    found = listed.merge(units, left_on="within", right_on="unit_id")
    found = found.assign(unit_id=found["item"], unit=found["within"]).drop(columns=["item", "within"])
    judged = read.merge(listed, left_on="unit", right_on="within").assign(unit=lambda rows: rows["item"])
    return Items(on_items, judged[["coder", "round", "unit", "again"]], found.sort_values("unit_id", ignore_index=True))


@computable
def of_texts_read(found: Items, texts: pd.DataFrame) -> Items:
    """Leave out who read a unit, but not the very text in it on which an item stands: they judged no passage there.

    `texts` are the texts that each coder read in each round. What stands on a picture is judged by all who read the
    unit.
    """
    on_text = found.placed[found.placed["unit_type"] != "screenshot"]
    place = found.readings["unit"].map(dict(zip(on_text["unit"], on_text["unit_id"], strict=True)))
    # Lists: cell by cell, a column of pandas takes ten times as long.
    read = set(zip(*(texts[name].tolist() for name in ("coder", "round", "unit")), strict=True))
    there = zip(found.readings["coder"].tolist(), found.readings["round"].tolist(), place.tolist(), strict=True)
    stays = place.isna().to_numpy() | np.array([each in read for each in there], dtype=bool)
    return Items(found.placed, found.readings[stays].reset_index(drop=True), found.units)


def _exact(placed: pd.DataFrame) -> NDArray[np.int64]:
    """Number the places that are coded; the same place, the same number."""
    columns = placed[["unit_id", *PLACES]].astype("str").fillna("")
    return np.asarray(columns.groupby(list(columns.columns), sort=False).ngroup(), dtype=np.int64)


def _overlapping(placed: pd.DataFrame) -> NDArray[np.int64]:
    """Number the runs of spans that overlap one another; a code on a whole text overlaps all in it.

    Parts of a picture or page overlap where they share more than an edge.
    """
    same = np.zeros(len(placed), dtype=np.int64)
    edges, number = _edges(placed), 0
    for rows in placed.groupby("unit_id", sort=False).indices.values():
        same[rows] = number + _joined(edges[rows])
        number += len(rows)
    return same


def _edges(rows: pd.DataFrame) -> NDArray[np.float64]:
    """Where each coding begins and ends in each direction (codings × directions × 2); else everywhere."""
    edges = np.tile([-np.inf, np.inf], (len(rows), len(DIRECTIONS) + 1, 1))
    for direction, (low, high) in enumerate(DIRECTIONS, start=1):
        given = rows[[low, high]].to_numpy(dtype=np.float64, na_value=np.nan)
        known = ~np.isnan(given).any(axis=1)
        edges[known, direction] = np.sort(given[known], axis=1)
        # What stands in a text overlaps nothing that stands on a picture; a page is as long as itself.
        kind = min(direction, PICTURE)
        edges[known, 0] = [kind, kind + 1]
        edges[known, direction, 1] += low == high
    return edges


def _joined(edges: NDArray[np.float64]) -> NDArray[np.int64]:
    """Number the groups of codings that are linked by overlaps, one by one as they are met."""
    groups = np.arange(len(edges))
    for one in range(1, len(edges)):
        met = ((edges[:one, :, 0] < edges[one, :, 1]) & (edges[one, :, 0] < edges[:one, :, 1])).all(axis=1)
        linked = np.unique(groups[:one][met])
        if len(linked):
            groups[one] = linked[0]
            groups[:one][np.isin(groups[:one], linked)] = linked[0]
    return groups


def _passages(placed: pd.DataFrame, same: NDArray[np.int64]) -> pd.Series:
    """From where to where each coding's item reaches; empty for a whole text, a coding's name outside of texts."""
    marked = placed.assign(same=same, whole=~placed[PLACES].notna().any(axis=1))
    grouped = marked.groupby("same")
    begin, end = grouped["start"].transform("min").astype("str"), grouped["end"].transform("max").astype("str")
    place = (begin + ":" + end).where(placed["start"].notna(), grouped["coding_id"].transform("first"))
    return place.astype("str").where(~grouped["whole"].transform("any"), "")


def told(same_span: SameSpan) -> str:
    """What an item is, in words.

    >>> told("exact")
    'spans that begin and end at the same character'
    """
    return {
        "unit": "whole units",
        "exact": "spans that begin and end at the same character",
        "overlapping": "spans that overlap",
    }[same_span]
