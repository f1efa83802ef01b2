"""How far coders agree character by character: the same words marked with the same code, as NVivo counts it.

Two groups of coders are compared on every text that somebody in each of them read; a group gave a code to a character
if any of its members did. A code on a whole text stands on all its characters. What is coded in pictures and
recordings has no characters and is left out here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.coding import entries_at, given_at, whole_readings
from analysis.computable import CannotCompute, NotComputable, computable, need
from analysis.errors import TableError
from analysis.language import wording
from analysis.resampling import Numbers
from analysis.units import TEXT, Corpus, placed_readings

Groups = tuple[Sequence[str], Sequence[str]]
COUNTED = ["both", "neither", "only_first", "only_second"]


@computable
def sizes(corpus: Corpus) -> pd.Series:
    """How many characters (codepoints) each text has: posts with their titles, comments, documents with a text."""
    posts, comments, documents = corpus.posts, corpus.comments, corpus.documents
    texts = pd.concat([
        pd.Series(wording(posts).to_numpy(), index=posts["post_id"]),
        pd.Series(comments["text"].to_numpy(), index=comments["comment_id"]),
        pd.Series(documents["text"].to_numpy(), index=documents["unit_id"]),
    ]).dropna()  # fmt: skip
    counted = texts.str.len().astype("int64").rename_axis("unit_id").rename("characters")
    return counted[counted > 0]


@computable
def texts_read(readings: pd.DataFrame, placed: pd.DataFrame, corpus: Corpus, coding_round: int) -> pd.DataFrame:
    """Which texts each coder read in a round: coder, unit_id and characters.

    Who read a screenshot read the texts on it, and who coded a text read it.
    """
    counted = sizes(corpus)
    need(counted, "the study has no texts")
    of_round = readings[readings["round"] == coding_round]
    need(of_round, f"nobody coded in round {coding_round}, which agreement_round asks for")
    of_round = whole_readings(of_round)
    need(of_round, f"in round {coding_round} only codings of split codes were looked at again")
    named = placed_readings(of_round, corpus, TEXT)[["coder", "unit"]].rename(columns={"unit": "unit_id"})
    coded = placed.loc[placed["round"] == coding_round, ["coder", "unit_id"]]
    read = pd.concat([named, coded]).drop_duplicates()
    return read.assign(characters=read["unit_id"].map(counted)).dropna(ignore_index=True)


@dataclass(frozen=True)
class Compared:
    """Coders compared: on each code over all texts, and on each code and text."""

    by_code: pd.DataFrame
    by_source: pd.DataFrame


@computable
def every_pair(placed: pd.DataFrame, codebook: pd.DataFrame, read: pd.DataFrame, coding_round: int) -> Compared:
    """Compare every two coders, each as a group of one; those who read no text in common are left out."""
    pairs: list[Groups] = [((first,), (second,)) for first, second in combinations(sorted(read["coder"].unique()), 2)]
    if not pairs:
        raise CannotCompute("one coder only: agreement needs two")
    found = [(pair, by_source(placed, codebook, read, pair, coding_round)) for pair in pairs]
    told = [(pair, table) for pair, table in found if not isinstance(table, NotComputable)]
    if not told:
        raise CannotCompute("no two coders coded a text that both read")
    return Compared(
        pd.concat([by_code(table, codebook, read, pair) for pair, table in told], ignore_index=True),
        pd.concat([_with_coders(table, pair) for pair, table in told], ignore_index=True),
    )


def _with_coders(table: pd.DataFrame, groups: Groups) -> pd.DataFrame:
    table = table.copy()
    table.insert(2, "first", ", ".join(groups[0]))
    table.insert(3, "second", ", ".join(groups[1]))
    return table


@computable
def by_source(
    placed: pd.DataFrame, codebook: pd.DataFrame, read: pd.DataFrame, groups: Groups, coding_round: int
) -> pd.DataFrame:
    """Compare two groups on each code and each text on which either gave it.

    Returns
    -------
    For each code and text the number of characters on which both groups stand, neither, only the first and only the
    second; the share on which they agree; kappa, missing with its `reason` where it is not defined. Raises `TableError`
    with every span that reaches beyond its text.

    References
    ----------
    QSR International, NVivo help, "Coding comparison query": agreement is (both + neither) / all, kappa is Cohen's
    over characters. Where chance could not have disagreed NVivo writes 1, which this does not.
    """
    counted = _read_by_both(read, groups)
    given = given_at(placed[placed["round"] == coding_round], codebook, "code")
    spans = _spans(given[given["coder"].isin([*groups[0], *groups[1]])], counted)
    need(spans, "no text that both read was coded by either")
    keys = spans[["code_id", "unit_id"]].drop_duplicates().sort_values(["code_id", "unit_id"], ignore_index=True)
    place = spans[["code_id", "unit_id"]].merge(keys.reset_index(), how="left")["index"].to_numpy()
    of_first, of_second = (spans["coder"].isin(group).to_numpy() for group in groups)
    one, other, either = (
        _covered(spans[kept], place[kept], len(keys)) for kept in (of_first, of_second, of_first | of_second)
    )
    whole = keys["unit_id"].map(counted).to_numpy(dtype=np.int64)
    cells = dict(zip(COUNTED, (one + other - either, whole - either, either - other, either - one), strict=True))
    table = keys.assign(characters=whole, **cells)
    return table.assign(**measures(table))


@computable
def by_code(compared: pd.DataFrame, codebook: pd.DataFrame, read: pd.DataFrame, groups: Groups) -> pd.DataFrame:
    """Compare two groups on each code over all texts that both read, put end to end."""
    entries = entries_at(codebook, "code")[["code_id", "name"]]
    total = int(_read_by_both(read, groups).sum())
    summed = compared.groupby("code_id")[[*COUNTED, "characters"]].sum().reindex(entries["code_id"], fill_value=0)
    neither = summed["neither"] + total - summed["characters"]
    table = summed.assign(neither=neither, characters=total).reset_index(drop=True)
    texts = compared.groupby("code_id").size().reindex(entries["code_id"], fill_value=0).to_numpy()
    named = _with_coders(entries, groups).assign(texts=texts)
    return pd.concat([named, table[["characters", *COUNTED]]], axis=1).assign(**measures(table))


def measures(cells: pd.DataFrame) -> dict[str, pd.Series]:
    """Agreement and kappa from the counts of both, neither, only_first and only_second.

    Examples
    --------
    Fleiss, Levin and Paik (2003, table 18.3): 75 for both, 5 for either alone, 15 for neither, kappa .69.

    >>> counted = pd.DataFrame({"both": [75], "neither": [15], "only_first": [5], "only_second": [5]})
    >>> found = measures(counted)
    >>> float(found["agreement"][0]), round(float(found["kappa"][0]), 2)
    (0.9, 0.69)
    """
    both, neither, one, other = (cells[name].to_numpy(dtype=np.float64) for name in COUNTED)
    total, agreed = both + neither + one + other, both + neither
    # Expected frequencies: as many characters as two groups with these habits would agree on by chance.
    chance = ((both + one) * (both + other) + (neither + one) * (neither + other)) / total
    kappa: Numbers = np.divide(agreed - chance, total - chance, out=np.full(len(total), np.nan), where=total > chance)
    unused = np.where(both > 0, "both gave this code to every character", "neither gave this code")
    return {
        "agreement": pd.Series(agreed / total),
        "kappa": pd.Series(kappa),
        "reason": pd.Series(unused, dtype="str").where(np.isnan(kappa)),
    }


def _read_by_both(read: pd.DataFrame, groups: Groups) -> pd.Series:
    """The texts that somebody of each group read, with their sizes."""
    if shared := sorted(set(groups[0]) & set(groups[1])):
        raise ValueError(f"{', '.join(shared)} cannot be in both groups.")
    of_first, of_second = (set(read.loc[read["coder"].isin(group), "unit_id"]) for group in groups)
    counted = read.drop_duplicates("unit_id").set_index("unit_id")["characters"].sort_index()
    both = counted[counted.index.isin(of_first & of_second)]
    if both.empty:
        raise CannotCompute("no text was read by both")
    return both.astype("int64")


def _spans(given: pd.DataFrame, counted: pd.Series) -> pd.DataFrame:
    """The codings of texts, from where to where; what stands on a part of a picture or recording is no text."""
    elsewhere = given[["page", "left", "begin"]].notna().any(axis=1)
    texts = given[given["unit_id"].isin(counted.index) & ~elsewhere]
    size = texts["unit_id"].map(counted)
    begin, end = texts["start"].fillna(0).astype("int64"), texts["end"].fillna(size).astype("int64")
    beyond = (begin < 0) | (end > size) | (end < begin)
    if beyond.any():
        told = "\n".join(
            f"codings, {row['coding_id']}: {row['start']} to {row['end']} in a text of {row['size']} characters."
            for row in texts.assign(size=size)[beyond].to_dict("records")
        )
        raise TableError(f"{told}\nImport these codings again, with the text that they were made on.")
    return texts.assign(begin_at=begin, end_at=end)[["code_id", "unit_id", "coder", "begin_at", "end_at"]]


def _covered(spans: pd.DataFrame, place: NDArray[np.int64], places: int) -> NDArray[np.int64]:
    """How many characters spans cover in each place, those under several spans counted once."""
    begin, end = (spans[name].to_numpy(dtype=np.int64) for name in ("begin_at", "end_at"))
    # One long line of characters, on which each place has a stretch of its own.
    stretch = place * (end.max(initial=0) + 1)
    order = np.argsort(stretch + begin, kind="stable")
    begin, end, place = (begin + stretch)[order], (end + stretch)[order], place[order]
    reached = np.concatenate([[0], np.maximum.accumulate(end)[:-1]]) if len(end) else end
    new = np.maximum(end - np.maximum(begin, reached), 0)
    return np.bincount(place, weights=new, minlength=places).astype(np.int64)
