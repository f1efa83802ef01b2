"""Who asks and who explains, where codings tell: which codes say so is decided in study.yml.

A question mark is a sign of asking; a coder has read what was meant. Whose words a coding stands on is known of texts,
and not of pictures and documents.
"""

from collections.abc import Sequence

import pandas as pd

from analysis import schema
from analysis.computable import CannotCompute, computable, need
from analysis.errors import StudyError, nearest
from analysis.exchange import interval

# What somebody does, and the decision that names its codes.
ROLES = {"asks": "asking_codes", "explains": "explaining_codes"}


@computable
def acts(standing: pd.DataFrame, codebook: pd.DataFrame, named: Sequence[str], role: str) -> pd.DataFrame:
    """Keep the codings that say that somebody asks, or explains.

    A theme or pattern that is named stands for every code in it. Raises `StudyError` with each code that the codebook
    lacks, unless it lacks all of them: then it is another's codebook, which tells nothing here.
    """
    decision = ROLES[role]
    need(named, f"{decision} in study.yml names no codes")
    known = set(codebook["code_id"])
    unknown = [code for code in named if code not in known]
    if len(unknown) == len(named):
        raise CannotCompute(f"the codebook has none of the codes that {decision} names in study.yml")
    if unknown:
        told = "\n".join(
            f"study.yml: decisions, {decision}: '{code}' is not in the codebook.{nearest(code, known)}"
            for code in unknown
        )
        raise StudyError(f"{told}\nCorrect the list in study.yml, or add the code to the codebook.")
    return standing[standing["code_id"].isin(_with_below(codebook, named))].reset_index(drop=True)


@computable
def by_side(found: pd.DataFrame, texts: pd.DataFrame, role: str, confidence: float) -> pd.DataFrame:
    """Count on how many texts of each side that were read a coder saw it, with the share's Wilson interval."""
    coded = texts["text_id"].isin(found["unit_id"])
    if len(found) and not coded.any():
        raise CannotCompute("the codings stand on pictures or documents, which have no writer")
    present = [side for side in schema.SIDES if (texts["side"] == side).any()]
    need(present, "no text that was read is known to be by either side")
    rows = [_seen(side, coded[texts["side"] == side], confidence) for side in present]
    return pd.DataFrame(rows).assign(role=role)[["role", "side", "texts", "coded", "share", "low", "high"]]


@computable
def answering(answered: pd.DataFrame, found: pd.DataFrame) -> pd.DataFrame:
    """Keep the replies on which a coder saw it."""
    kept = answered[answered["comment_id"].isin(found["unit_id"])].reset_index(drop=True)
    need(kept, "none of the codings stands on a reply")
    return kept


@computable
def share_of(table: pd.DataFrame, side: str) -> float:
    """The share of one side's texts."""
    row = table[table["side"] == side]
    need(row, "no text that was read is known to be by that side")
    return float(row["share"].iloc[0])


@computable
def with_role(table: pd.DataFrame, role: str) -> pd.DataFrame:
    """Name in each row what is done."""
    return table.assign(role=role)[["role", *table.columns]]


def _with_below(codebook: pd.DataFrame, named: Sequence[str]) -> set[str]:
    """These entries of the codebook and all that belong to them."""
    parents = codebook.dropna(subset=["parent_id"])[["code_id", "parent_id"]].to_numpy().tolist()
    found, before = set(named), 0
    while len(found) > before:
        before = len(found)
        found |= {code for code, parent in parents if parent in found}
    return found


def _seen(side: str, coded: pd.Series, confidence: float) -> dict[str, object]:
    count = int(coded.sum())
    return {"side": side, "texts": len(coded), "coded": count, **interval(count, len(coded), confidence)}
