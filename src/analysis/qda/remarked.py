"""What to tell of an import besides its report: who coded, and which names may be misspelt."""

from collections.abc import Iterator

import pandas as pd

from analysis.qda.gathering import RECORDED, Gathered
from analysis.qda.landing import Landed
from analysis.qda.naming import twins
from analysis.qda.unknown import like_code

# How many names a remark lists.
SHOWN = 10


def remarks(before: pd.DataFrame, landed: Landed) -> Iterator[str]:
    """The coders of each file and what its silence says, names that may be misspelt, and what became documents.

    `before` is the codebook before the import.
    """
    for each in landed.gathered:
        yield from _of_coders(each)
    yield from _twins(landed)
    yield from _added(before, landed)
    for each in landed.gathered:
        yield from _silence(each, landed.tables["codebook"])


def _of_coders(each: Gathered) -> Iterator[str]:
    """Who coded, and how much."""
    rounds = pd.concat([each.codings, each.readings])[["coder", "round"]].drop_duplicates()
    told = []
    for coder, number in rounds.sort_values(["coder", "round"]).itertuples(index=False):
        given = each.codings[(each.codings["coder"] == coder) & (each.codings["round"] == number)]
        told.append(f"{coder}, round {number} ({len(given):,} coding{'s' * (len(given) != 1)})")
    if told:
        yield f"{each.given.label}: coded by {_first(told, '; ')}."


def _twins(landed: Landed) -> Iterator[str]:
    """Coders whose names differ in upper and lower case only."""
    tables = [landed.tables["codings"], landed.tables["readings"]]
    names = pd.concat([table["coder"] for table in tables]).unique()
    given = [table["coder"].unique() for each in landed.gathered for table in (each.codings, each.readings)]
    incoming = [name for names_of_file in given for name in names_of_file]
    for first, second in twins(names, incoming):
        yield (
            f"{first} and {second} look like one coder, and count as two. If they are one, import the file of "
            f'{second} again with --coder "{second}={first}".'
        )


def _added(codebook: pd.DataFrame, landed: Landed) -> Iterator[str]:
    """Say which codes are new and which sources became documents: a name that was misspelt is found among these."""
    now = landed.tables["codebook"]
    names = now.loc[~now["code_id"].isin(codebook["code_id"]), "name"]
    if len(codebook) and len(names):
        near = {name: like_code(name, codebook) for name in names}
        told = [f"{name} (like {near[name]})" if near[name] else name for name in names]
        yield (
            f"New in the codebook, where no code was called so: {_first(told)}. If one is misspelt, correct it in the "
            "file and import it again: the corrected file takes the place of this one, and its codes with it."
        )
    matches = [match for gathered in landed.gathered for match in gathered.matches.values() if match.is_new]
    if matches:
        told = list(dict.fromkeys(match.source.name or match.unit.unit_id for match in matches))
        yield (
            f"Kept as documents, since no post, comment or screenshot is called so or reads so: {_first(told)}. If one "
            "was meant, correct its name in the file and import it again: the corrected file takes the place of this "
            "one."
        )


def _silence(each: Gathered, codebook: pd.DataFrame) -> Iterator[str]:
    """For how many codes it counts as a judgement that they were not given."""
    may_be = codebook.loc[codebook["codable"].fillna(codebook["level"] == "code").astype(bool), "code_id"]
    named = len(set(may_be) & set(each.codes.values()))
    units = int((each.readings["known_by"] == RECORDED).sum())
    if units and named < len(may_be) and not each.readings["again"].any():
        yield (
            f"{each.given.label}: the file has {named:,} of the codebook's {len(may_be):,} codes. On the {units:,} "
            f"units that it says were read, the other {len(may_be) - named:,} count as judged and not given."
        )


def _first(names: list[str], between: str = ", ") -> str:
    more = f" and {len(names) - SHOWN:,} more" if len(names) > SHOWN else ""
    return between.join(names[:SHOWN]) + more
