"""How often each code stands: on which share of the units, by whom, in whose words, and by which creator."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.coding import entries_at, given_at, incidence, pending, recorded, unsettled
from analysis.computable import computable, need
from analysis.proportions import wilson
from analysis.resampling import Resampling

SHARES = ["share", "low", "high", "creator_low", "creator_high"]


@computable
def frequencies(
    placed: pd.DataFrame, codebook: pd.DataFrame, units: pd.DataFrame, level: str, resampling: Resampling
) -> pd.DataFrame:
    """Count how often each entry of a level was given, on how many units and posts, and their share.

    The share is of the units read. Wilson's interval (Wilson 1927) takes them as independent; the second
    interval resamples creators with all their units, and is the one to trust where creators differ.
    Where codings of a split code are to be coded again, `pending` says how many; what is counted by then is at least
    so much, and where that is nothing, counts and share are missing.
    """
    entries = entries_at(codebook, level)
    need(entries, f"the codebook has no {level}")
    given = given_at(placed, codebook, level)
    codes = entries["code_id"]
    held = incidence(given, units["unit_id"]).reindex(columns=codes, fill_value=False)
    hits = held.sum().to_numpy()
    low, high = wilson(hits, len(units), resampling.confidence)
    # Resampling units of which none holds the code can only give none again.
    creator_low, creator_high = np.where(hits > 0, creator_interval(held, units["creator_id"], resampling), np.nan)
    counted = given.groupby("code_id")["post_id"].agg(["size", "nunique"]).reindex(codes, fill_value=0)
    table = pd.DataFrame({
        "code_id": codes,
        "name": entries["name"],
        "pattern_id": entries["pattern_id"],
        "codings": counted["size"].to_numpy(),
        "units": hits,
        "posts": counted["nunique"].to_numpy(),
        "share": hits / len(units),
        "low": low,
        "high": high,
        "creator_low": creator_low,
        "creator_high": creator_high,
    })  # fmt: skip
    reasons = unsettled(placed, codebook, level)
    told = without_pending(table, reasons, ["codings", "units", "posts"])
    return told.assign(pending=told["code_id"].map(reasons).astype("str")) if reasons else told


def without_pending(table: pd.DataFrame, unsettled: Mapping[str, str], counts: Sequence[str]) -> pd.DataFrame:
    """A table of shares without noughts that are there only because codings of a split code are pending."""
    is_open = table["code_id"].isin(unsettled) & (table["units"] == 0)
    if not is_open.any():
        return table
    known = {name: table[name].astype("Int64").mask(is_open) for name in counts}
    return table.assign(**known, **{name: table[name].mask(is_open) for name in SHARES})


def creator_interval(held: pd.DataFrame, creators: pd.Series, resampling: Resampling) -> NDArray[np.float64]:
    """The percentile interval of each code's share when whole creators are drawn anew: low and high × codes."""
    # In the order in which they come: a creator's pseudonym must not decide who is drawn.
    by_creator = held.groupby(creators.to_numpy(), sort=False).sum().to_numpy(dtype=np.float64)
    sizes = creators.groupby(creators.to_numpy(), sort=False).size().to_numpy(dtype=np.float64)
    drawn = resampling.clusters(len(sizes))
    return resampling.interval((drawn @ by_creator) / (drawn @ sizes)[:, None])


@computable
def counts_by(placed: pd.DataFrame, codebook: pd.DataFrame, column: str) -> pd.DataFrame:
    """On how many units each code was given, side by side for each value of a column, such as coder, round or side.

    None where that is only because codings of a split code are to be coded again.
    """
    given = given_at(placed, codebook, "code").dropna(subset=[column])
    need(given, f"no coding has a {column}")
    waiting = {value: unsettled(rows, codebook, "code") for value, rows in placed[pending(placed)].groupby(column)}
    pairs = given[["unit", "code_id", column]].drop_duplicates()
    wide = pd.crosstab(pairs["code_id"], pairs[column])
    values = list(wide.columns)
    wide.columns = [f"{column}_{value}" if column == "round" else str(value) for value in wide.columns]
    entries = entries_at(codebook, "code")[["code_id", "name"]]
    whole = entries.merge(wide.reset_index(), on="code_id", how="left")
    counts = whole[list(wide.columns)].fillna(0).astype("Int64")
    for name, value in zip(wide.columns, values, strict=True):
        counts[name] = counts[name].mask(whole["code_id"].isin(waiting.get(value, ())) & (counts[name] == 0))
    return whole.assign(**counts)


def counts_by_coder(standing: pd.DataFrame, codebook: pd.DataFrame, readings: pd.DataFrame) -> pd.DataFrame:
    """On how many units each coder gave each code; in the first row, how many that coder read at all."""
    return _with_read(counts_by(standing, codebook, "coder"), recorded(readings))


@computable
def _with_read(counts: pd.DataFrame, readings: pd.DataFrame) -> pd.DataFrame:
    read = readings.groupby("coder")["unit"].nunique()
    if read.empty:
        return counts
    given = {coder: counts.get(coder, 0) for coder in sorted({*counts.columns[2:], *read.index})}
    named = counts[["code_id", "name"]].assign(**given)
    first = pd.DataFrame([{"name": "all units read", **read}], columns=named.columns)
    return pd.concat([first, named], ignore_index=True).astype(dict.fromkeys(given, "Int64"))
