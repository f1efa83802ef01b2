"""How often each code stands within parts of the material: one side's words, one language, one round, one creator."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.coding import LEVELS, entries_at, given_at, incidence, pending, unsettled, whole_readings
from analysis.computable import computable, need
from analysis.occurrence import creator_interval, without_pending
from analysis.proportions import wilson
from analysis.resampling import Resampling

Shares = NDArray[np.float64]
# Why a group may be told of no unit at all.
WHY_NONE = {
    "language": ": none was captured, and the scripts of the sides do not tell their languages apart",
}


@computable
def told_of_texts(placed: pd.DataFrame, texts: pd.DataFrame) -> pd.DataFrame:
    """Add to each coding the side and the language of the coded text; a picture or document has neither."""
    known = texts.drop_duplicates("text_id").set_index("text_id")
    return placed.assign(**{name: placed["unit_id"].map(known[name]) for name in ("side", "language")})


@computable
def shares_by(
    placed: pd.DataFrame, among: pd.DataFrame, codebook: pd.DataFrame, group: str, resampling: Resampling
) -> pd.DataFrame:
    """On which share of each group's units each pattern, theme and code was given.

    Parameters
    ----------
    placed
        Codings with a column of the group's name.
    among
        Which units belong to which group: unit_id, creator_id and the group, a unit in as many groups as it has
        texts of. A share is of these.
    group
        The column that tells the groups apart, such as side, language, round or creator_id.

    Returns
    -------
    A row for each group and entry: units that hold it, out of how many, the share, Wilson's interval, and the
    interval that resamples creators; the last is missing for a group of one creator and where no unit holds the entry.
    """
    columns = list(dict.fromkeys(["unit_id", "creator_id", group]))
    units = among[columns].dropna(subset=[group]).drop_duplicates(["unit_id", group])
    need(units, f"no unit has a {group}{WHY_NONE.get(group, '')}")
    entries = pd.concat([entries_at(codebook, level) for level in LEVELS], ignore_index=True)
    given = pd.concat([given_at(placed, codebook, level) for level in LEVELS], ignore_index=True)
    waiting = placed[pending(placed)]
    parts = [
        without_pending(
            _shares(given[given[group] == value], part, entries, resampling),
            _unsettled(waiting[waiting[group] == value], codebook),
            ["units"],
        ).assign(**{group: value})
        for value, part in units.groupby(group, sort=True)
    ]
    whole = pd.concat(parts, ignore_index=True)
    return whole[[group, *whole.columns.drop(group)]]


@computable
def read_in_rounds(readings: pd.DataFrame, units: pd.DataFrame) -> pd.DataFrame:
    """Which units were read whole in which round, and not for what was split alone: unit_id, creator_id, round."""
    creator = dict(zip(units["unit_id"], units["creator_id"], strict=True))
    read = whole_readings(readings).rename(columns={"unit": "unit_id"})[["unit_id", "round"]].drop_duplicates()
    return read.assign(creator_id=read["unit_id"].map(creator))


@computable
def with_creators(placed: pd.DataFrame, units: pd.DataFrame) -> pd.DataFrame:
    """Add to each coding the creator whose unit it stands on."""
    creator = dict(zip(units["unit_id"], units["creator_id"], strict=True))
    return placed.assign(creator_id=placed["unit"].map(creator))


def _shares(given: pd.DataFrame, units: pd.DataFrame, entries: pd.DataFrame, resampling: Resampling) -> pd.DataFrame:
    """The shares of the entries of all three levels among the units of one group."""
    held = incidence(given, units["unit_id"]).reindex(columns=entries["code_id"], fill_value=False)
    hits = held.sum().to_numpy()
    low, high = wilson(hits, len(units), resampling.confidence)
    creator_low, creator_high = _by_creator(held, hits, units["creator_id"], resampling)
    return pd.DataFrame({
        "level": entries["level"],
        "code_id": entries["code_id"],
        "name": entries["name"],
        "units": hits,
        "of": len(units),
        "share": hits / len(units),
        "low": low,
        "high": high,
        "creator_low": creator_low,
        "creator_high": creator_high,
    })  # fmt: skip


def _unsettled(waiting: pd.DataFrame, codebook: pd.DataFrame) -> dict[str, str]:
    """The entries of all levels of which pending codings leave open whether they are of them, and why."""
    if waiting.empty:
        return {}
    return {entry: why for level in LEVELS for entry, why in unsettled(waiting, codebook, level).items()}


def _by_creator(held: pd.DataFrame, hits: NDArray[np.int64], creators: pd.Series, resampling: Resampling) -> Shares:
    if len(creators.unique()) == 1:
        return np.full((2, len(hits)), np.nan)
    return np.where(hits > 0, creator_interval(held, creators, resampling), np.nan)
