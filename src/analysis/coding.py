"""What the codings are: the codebook's tree, which codings stand, and which code was given on which unit.

A coding stands on a span of a text, and counts for the unit that `coding_unit` in study.yml names (see `units`). Of
several rounds the *standing* codings are those of the latest round in which the coder read the unit: a later round
that reads some units again leaves the codings of all others standing. Where only codings of split codes were looked at
again (`again` in the readings), all others of the unit stay as they were.
A coding of a split code is *pending* until its coder has looked at it again: `becomes` names the codes to choose from.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from analysis.computable import NotComputable, computable, need
from analysis.errors import TableError, nearest

LEVELS = ("pattern", "theme", "code")
READ = ["coder", "unit", "round"]
PLACES = ["start", "end", "page", "left", "top", "right", "bottom", "begin", "finish"]


@computable
def tree(codebook: pd.DataFrame) -> pd.DataFrame:
    """Order the codebook depth first, and add the pattern and the theme that each entry belongs to."""
    need(codebook, "the codebook is empty")
    known = set(codebook["code_id"])
    children: dict[str, list[str]] = {}
    for code, parent in zip(codebook["code_id"], codebook["parent_id"], strict=True):
        children.setdefault(parent if parent in known else "", []).append(code)
    place = {code: number for number, code in enumerate(codebook["code_id"])}
    ordered = codebook.iloc[[place[code] for code in _depth_first(children, "")]].reset_index(drop=True)
    above = {level: ordered["code_id"].map(ancestors(codebook, level)) for level in ("pattern", "theme")}
    return ordered.assign(pattern_id=above["pattern"], theme_id=above["theme"])


def entries_at(codebook: pd.DataFrame, level: str) -> pd.DataFrame:
    """List the patterns, the themes or the codes, in the tree's order."""
    ordered = tree(codebook)
    return ordered[ordered["level"] == level].reset_index(drop=True)


def _depth_first(children: dict[str, list[str]], parent: str) -> list[str]:
    below = ([child, *_depth_first(children, child)] for child in children.get(parent, []))
    return [code for branch in below for code in branch]


def ancestors(codebook: pd.DataFrame, level: str) -> dict[str, str]:
    """For each entry of the codebook, the entry of that level that it is or belongs to, if there is one."""
    parent = dict(zip(codebook["code_id"], codebook["parent_id"], strict=True))
    levels = dict(zip(codebook["code_id"], codebook["level"], strict=True))
    found = {}
    for code in codebook["code_id"]:
        above = code
        while above in levels and levels[above] != level:
            above = parent[above]
        if above in levels:
            found[code] = above
    return found


def standing_codings(placed: pd.DataFrame, readings: pd.DataFrame) -> pd.DataFrame:
    """Keep the codings that stand: those of the latest round in which their coder read their unit.

    A coder who read it again and gave nothing has withdrawn what was given before. Where no reading is recorded,
    the latest round in which the coder coded the unit takes its place.
    `readings` are those that `units` placed.
    """
    return _latest(placed, recorded(readings))


@computable
def _latest(placed: pd.DataFrame, readings: pd.DataFrame) -> pd.DataFrame:
    seen = pd.concat([of_whole_readings(placed, readings)[READ], whole_readings(readings)[READ]], ignore_index=True)
    latest = seen.groupby(["coder", "unit"])["round"].max().rename("latest").reset_index()
    since = placed[READ].merge(latest, on=["coder", "unit"], how="left")
    stands = ~(since["round"] < since["latest"]).fillna(value=False)
    kept = placed[stands.to_numpy(dtype=bool)]
    if readings["again"].any():
        # What is given again where it stood is one coding, and not two.
        alike = kept.groupby(["coder", "unit_id", "code_id", *PLACES], dropna=False)["round"].transform("max")
        kept = kept[kept["round"] == alike]
    return kept.reset_index(drop=True)


def recorded(readings: pd.DataFrame) -> pd.DataFrame:
    """The placed readings, none where the study has no such table: codings can be counted without."""
    absent = pd.DataFrame({"coder": [], "unit": []}, dtype="str").assign(
        round=pd.array([], dtype="Int64"), again=pd.array([], dtype="boolean")
    )
    return absent if isinstance(readings, NotComputable) else readings


def whole_readings(readings: pd.DataFrame) -> pd.DataFrame:
    """The readings in which all of a unit was judged, and not only what was split."""
    return readings[~readings["again"].fillna(value=False).astype(bool)]


def of_whole_readings(placed: pd.DataFrame, readings: pd.DataFrame) -> pd.DataFrame:
    """The codings without those of readings in which only what was split was looked at again."""
    told = placed[READ].merge(readings[[*READ, "again"]].drop_duplicates(READ), on=READ, how="left")
    return placed[~told["again"].fillna(value=False).to_numpy(dtype=bool)]


def given_at(placed: pd.DataFrame, codebook: pd.DataFrame, level: str) -> pd.DataFrame:
    """Replace each code by the entry of a level that it belongs to.

    Raises `TableError` when a code is not in the codebook. What was coded above the level is left out, and a pending
    coding where the codes that it may become do not belong to one and the same entry.
    """
    known = set(codebook["code_id"])
    waits = pending(placed)
    if unknown := sorted(set(placed.loc[~waits, "code_id"].unique()) - known):
        told = "\n".join(f"codings: code '{code}' is not in the codebook.{nearest(code, known)}" for code in unknown)
        raise TableError(f"{told}\nCorrect the codings, or add the code to the codebook.")
    above = ancestors(codebook, level)
    raised = placed["code_id"].map(above)
    if waits.any():
        raised = raised.mask(waits, placed.loc[waits, "becomes"].map(lambda cell: _shared(cell, above)))
    return placed.assign(code_id=raised)[raised.notna()].reset_index(drop=True)


def pending(placed: pd.DataFrame) -> "pd.Series[bool]":
    """Which codings are of a split code, and nobody has said yet of which part of it."""
    if "becomes" not in placed:
        return pd.Series(data=False, index=placed.index)
    return placed["becomes"].notna()


def unsettled(placed: pd.DataFrame, codebook: pd.DataFrame, level: str) -> dict[str, str]:
    """For each entry of a level of which pending codings leave open whether they are of it, why it is not known."""
    waiting = placed[pending(placed)]
    if waiting.empty:
        return {}
    above = ancestors(codebook, level)
    names = dict(zip(codebook["code_id"], codebook["name"], strict=True))
    counted = Counter(zip(waiting["code_id"], waiting["becomes"], strict=True))
    open_codings: dict[str, Counter[str]] = {}
    for (code, parts), count in sorted(counted.items()):
        entries = {above[part] for part in parts.split() if part in above}
        if _shared(parts, above) is None:
            for entry in sorted(entries | ({code} if level == "code" else set())):
                open_codings.setdefault(entry, Counter())[code] += count
    return {entry: "; ".join(_waiting(entry, of, names)) for entry, of in open_codings.items()}


def _waiting(entry: str, codings: Mapping[str, int], names: dict[str, str]) -> Iterator[str]:
    for code, count in codings.items():
        of = "" if code == entry else f" of {names.get(code, code)}"
        yield f"to be coded again: {count:,} coding{'' if count == 1 else 's'}{of}"


def _shared(parts: str, above: dict[str, str]) -> str | None:
    """The one entry to which all codes belong that a coding may become, if it is one."""
    entries = {above.get(part) for part in parts.split()}
    return entries.pop() if len(entries) == 1 else None


def incidence(given: pd.DataFrame, units: pd.Series, by: str = "unit") -> pd.DataFrame:
    """Which code was given on which unit, by anybody: units in the order given × codes by identifier."""
    pairs = given[[by, "code_id"]].dropna()
    rows, codes = pd.Index(units.unique()), pd.Index(sorted(pairs["code_id"].unique()), name="code_id")
    held = np.zeros((len(rows), len(codes)), dtype=bool)
    row, column = rows.get_indexer(pairs[by]), codes.get_indexer(pairs["code_id"])
    # What stands on a unit that is not asked for has no row.
    held[row[row >= 0], column[row >= 0]] = True
    return pd.DataFrame(held, index=rows, columns=codes)


@computable
def summary(
    placed: pd.DataFrame, standing: pd.DataFrame, codebook: pd.DataFrame, units: pd.DataFrame
) -> dict[str, Any]:
    """Count the standing codings, their coders and the codes and units they touch; and all rounds."""
    given = given_at(standing, codebook, "code")
    need(given, "no code stands")
    on_units = incidence(given, units["unit_id"]).sum(axis=1)
    most = incidence(given, units["unit_id"]).sum().sort_values(ascending=False, kind="stable").index[0]
    return {
        "codings": len(given),
        "coders": given["coder"].nunique(),
        "rounds": placed["round"].nunique(),
        "codes_used": given["code_id"].nunique(),
        "units_coded": int((on_units > 0).sum()),
        "codes_per_unit": float(on_units.mean()),
        "most_frequent": codebook.set_index("code_id")["name"][most],
    }
