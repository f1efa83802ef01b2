"""Patterns, their themes and codes, and the evidence shown for each.

Two things that must not be mixed stand side by side: how much evidence the article *shows* for a theme, and how
often coders *gave* it. The first comes from the published excerpts and figures, the second from codings.
"""

import pandas as pd

from analysis.coding import LEVELS, ancestors, entries_at
from analysis.computable import computable, need
from analysis.errors import TableError, nearest
from analysis.schema import SIDES, words

SPEAKERS = (*SIDES, "both", "not named")


@computable
def evidence_by_theme(codebook: pd.DataFrame, evidence: pd.DataFrame) -> pd.DataFrame:
    """Count for each theme the codes, excerpts and figures, who speaks in the excerpts, and in which languages.

    An excerpt that supports two themes counts for both, so the column does not add up to the number of excerpts.
    """
    themes = entries_at(codebook, "theme")
    need(themes, "the codebook has no themes")
    shown = supported(codebook, evidence, "theme")
    excerpts, figures = shown[shown["form"] != "figure"], shown[shown["form"] == "figure"]
    names = dict(zip(codebook["code_id"], codebook["name"], strict=True))
    codes = entries_at(codebook, "code")["theme_id"].value_counts()
    speakers = pd.crosstab(excerpts["entry_id"], excerpts["speaker_side"].fillna(SPEAKERS[-1]))
    return pd.DataFrame({
        "pattern_id": themes["pattern_id"],
        "pattern": themes["pattern_id"].map(names),
        "theme_id": themes["code_id"],
        "theme": themes["name"],
        "codes": _counted(themes, codes),
        "excerpts": _counted(themes, excerpts["entry_id"].value_counts()),
        "figures": _counted(themes, figures.groupby("entry_id")["figure_number"].nunique()),
        **{f"said_by_{side.replace(' ', '_')}": _counted(themes, speakers.get(side)) for side in SPEAKERS},
        "languages": themes["code_id"].map(excerpts.groupby("entry_id")["languages"].agg(_all_words)),
        "numbered_posts": themes["code_id"].map(excerpts.groupby("entry_id")["source_post"].agg(_numbers)),
    })  # fmt: skip


@computable
def evidence_by_code(codebook: pd.DataFrame, evidence: pd.DataFrame) -> pd.DataFrame:
    """Count for each code the excerpts and figures that support it, and name them."""
    codes = entries_at(codebook, "code")
    need(codes, "the codebook has no codes")
    shown = supported(codebook, evidence, "code")
    names = dict(zip(codebook["code_id"], codebook["name"], strict=True))
    is_figure = shown["form"] == "figure"
    return pd.DataFrame({
        "code_id": codes["code_id"],
        "pattern": codes["pattern_id"].map(names),
        "theme": codes["theme_id"].map(names),
        "code": codes["name"],
        "basis": codes["basis"],
        "excerpts": _counted(codes, shown.loc[~is_figure, "entry_id"].value_counts()),
        "figures": _counted(codes, shown[is_figure].groupby("entry_id")["figure_number"].nunique()),
        "evidence_ids": codes["code_id"].map(shown.groupby("entry_id")["evidence_id"].agg(" ".join)),
    })  # fmt: skip


def supported(codebook: pd.DataFrame, evidence: pd.DataFrame, level: str) -> pd.DataFrame:
    """List which evidence supports which entry of a level: one row for each pair, with the figure's number.

    Raises `TableError` with every code of the evidence that is not in the codebook.
    """
    need(evidence, "no evidence is shown")
    pairs = evidence.assign(code_id=evidence["code_ids"].map(words)).explode("code_id")
    known = set(codebook["code_id"])
    if unknown := sorted(set(pairs["code_id"]) - known):
        told = "\n".join(f"evidence: code '{code}' is not in the codebook.{nearest(code, known)}" for code in unknown)
        raise TableError(f"{told}\nCorrect the evidence, or add the code to the codebook.")
    raised = pairs.assign(
        entry_id=pairs["code_id"].map(ancestors(codebook, level)),
        figure_number=pairs["figure"].astype("str").str.extract(r"^(\d+)", expand=False),
    )
    return raised.dropna(subset=["entry_id"]).drop_duplicates(["entry_id", "evidence_id"]).reset_index(drop=True)


@computable
def shown_and_given(themes: pd.DataFrame, given: pd.DataFrame) -> pd.DataFrame:
    """Put beside each other what is shown for a theme and on which share of the units coders gave it, with ranks."""
    counted = given.set_index("code_id")[["units", "share", "creator_low", "creator_high"]]
    pieces = themes["excerpts"] + themes["figures"]
    beside = themes[["pattern", "theme", "theme_id", "excerpts", "figures"]].join(counted, on="theme_id")
    ranks = {"rank_shown": pieces, "rank_given": beside["share"]}
    ranked = {name: values.rank(ascending=False, method="min").astype("Int64") for name, values in ranks.items()}
    return beside.assign(**ranked).drop(columns="theme_id")


@computable
def themes_without_evidence(themes: pd.DataFrame) -> pd.DataFrame:
    """Keep the themes that the findings name and show nothing for."""
    bare = themes[(themes["excerpts"] == 0) & (themes["figures"] == 0)]
    return bare[["pattern", "theme", "codes"]].reset_index(drop=True)


@computable
def count_evidence(evidence: pd.DataFrame) -> dict[str, int]:
    """Count all pieces of evidence, the excerpts among them, and the figures; a figure's halves are one figure."""
    need(evidence, "no evidence is shown")
    is_figure = evidence["form"] == "figure"
    numbers = evidence.loc[is_figure, "figure"].astype("str").str.extract(r"^(\d+)", expand=False)
    return {"evidence": len(evidence), "excerpts": int((~is_figure).sum()), "figures": int(numbers.nunique())}


@computable
def count_entries(codebook: pd.DataFrame) -> dict[str, int]:
    """Count the codebook's patterns, themes and codes."""
    need(codebook, "the codebook is empty")
    return {f"{level}s": int((codebook["level"] == level).sum()) for level in LEVELS}


def _counted(entries: pd.DataFrame, counts: pd.Series | None) -> pd.Series:
    """Give each entry its count, and 0 where nothing was counted."""
    if counts is None:
        return pd.Series(0, index=entries.index)
    return entries["code_id"].map(counts).fillna(0).astype("int64")


def _all_words(cells: pd.Series) -> str:
    return " ".join(sorted({word for cell in cells for word in words(cell)}))


def _numbers(cells: pd.Series) -> str | None:
    return ", ".join(str(number) for number in sorted(cells.dropna().unique())) or None
