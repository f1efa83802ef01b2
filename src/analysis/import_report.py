"""The import report as tables in plain words: what of each capture was read, dropped and merged, and what it covers.

An import writes it in long form beside the corpus; each function here takes that and gives one table of it.
"""

from collections.abc import Mapping

import pandas as pd

from analysis.computable import computable, need
from analysis.language import undetermined
from analysis.schema import TABLES
from analysis.settings import Side

ALL, RECORDS = "all", "records"
NOTHING = "nothing was imported"
STEPS = ("read", "dropped", "merged", "kept")
THREADS = ("comments promised", "comments captured", "replies captured", "replies without parent")
COUNTED = {"approximate": "approximate", "unreadable count": "unreadable"}


@computable
def by_file(imports: pd.DataFrame) -> pd.DataFrame:
    """What became of the records of each capture and of all, the days that they span, and the file's checksum."""
    need(imports, NOTHING)
    counted = imports[imports["measure"].isin(STEPS)]
    steps = _wide(counted, "count", STEPS)
    steps = steps.astype("Int64")
    # No reason to drop anything is a count, where something was read at all.
    steps["dropped"] = steps["dropped"].mask(steps["dropped"].isna() & steps["read"].notna(), 0)
    days = _wide(imports[imports["measure"].isin(("first", "last"))], "value", ("first", "last"))
    found = steps.join(days).reset_index()
    formats = imports.groupby("capture", sort=False)["format"].first()
    checksums = imports[imports["measure"] == "checksum"].groupby("capture")["value"].first()
    told = found.assign(format=found["capture"].map(formats), sha256=found["capture"].map(checksums))
    return told[["capture", "sha256", "table", *STEPS, "first", "last", "format"]]


@computable
def dropped(imports: pd.DataFrame) -> pd.DataFrame:
    """Why records were dropped, and how many of each capture; of the whole corpus none where none was."""
    need(imports, NOTHING)
    rows = imports[imports["measure"] == "dropped"]
    if rows.empty:
        every = imports.loc[(imports["capture"] == ALL) & imports["measure"].eq("read"), ["capture", "table"]]
        return every.assign(reason="none was", records=0).reset_index(drop=True)
    return rows[["capture", "table", "item", "count"]].rename(columns={"item": "reason", "count": "records"})


@computable
def coverage(imports: pd.DataFrame) -> pd.DataFrame:
    """How many usable records of each capture, and of the corpus, have something in each column."""
    rows = imports[imports["measure"] == "filled"]
    need(rows, NOTHING)
    rows = rows.rename(columns={"item": "column", "count": "filled"})
    records = rows.groupby(["capture", "table"])["filled"].transform("max")
    meaning = [TABLES[table].column(name).meaning for table, name in zip(rows["table"], rows["column"], strict=True)]
    share = rows["filled"] / records.where(records > 0)
    told = rows.assign(meaning=meaning, records=records, share=share.astype("float64"))
    return told[["capture", "table", "column", "meaning", "filled", "records", "share"]].reset_index(drop=True)


@computable
def languages(imports: pd.DataFrame, sides: Mapping[str, Side] | None = None) -> pd.DataFrame:
    """In which languages the texts are, of those that were looked at.

    A language that the sides had no name for when it was counted is called as they call it now.
    """
    rows = imports[imports["measure"] == "language"]
    need(rows, "the languages are not known")
    looked_at = rows[rows["item"] == RECORDS].set_index(["capture", "table"])["count"].rename("looked_at")
    told = rows[rows["item"] != RECORDS].join(looked_at, on=["capture", "table"])
    told = told.assign(share=(told["count"] / told["looked_at"]).astype("float64"))
    told = told.rename(columns={"item": "language", "count": "texts"})
    now = {undetermined(side.script): side.language for side in (sides or {}).values()}
    told["language"] = told["language"].replace(now)
    return told[["capture", "table", "language", "texts", "looked_at", "share"]].reset_index(drop=True)


@computable
def inexact(imports: pd.DataFrame) -> pd.DataFrame:
    """How many counts were captured rounded or as a lower bound, or unreadable, and how many dates are derived."""
    need(imports, NOTHING)
    rows = imports[imports["measure"].isin((*COUNTED, "date from id"))]
    told = {**{name: f"{word} counts" for name, word in COUNTED.items()}, "date from id": "dates from identifiers"}
    column = rows["item"].where(rows["item"] != RECORDS, "published_at")
    shown = rows.assign(column=column, what=rows["measure"].map(told)).rename(columns={"count": "records"})
    return shown[["capture", "table", "column", "what", "records"]].reset_index(drop=True)


@computable
def threads(imports: pd.DataFrame) -> pd.DataFrame:
    """Comments promised by the platform beside those captured, and replies beside the comments that they answer."""
    rows = imports[imports["measure"].isin(THREADS)]
    need(rows, "the capture has neither comments nor counts of them")
    wide = _wide(rows, "count", THREADS).reset_index().drop(columns="table")
    promised = wide["comments promised"]
    share = (wide["comments captured"] / promised.where(promised > 0)).astype("float64")
    wide.insert(3, "share captured", share)
    return wide.rename(columns=lambda name: name.replace(" ", "_"))


@computable
def caveats(imports: pd.DataFrame) -> pd.DataFrame:
    """What to know of each capture before relying on it."""
    need(imports, NOTHING)
    rows = imports[imports["measure"] == "caveat"]
    return rows[["capture", "format", "value"]].rename(columns={"value": "caveat"}).reset_index(drop=True)


def of_corpus(table: pd.DataFrame) -> pd.DataFrame:
    """The rows of a table of this module that speak of the corpus, not of a single capture."""
    return table[table["capture"] == ALL].drop(columns="capture").reset_index(drop=True)


def _wide(rows: pd.DataFrame, values: str, measures: tuple[str, ...]) -> pd.DataFrame:
    """A row for each capture and table, a column for each measure; several items of a measure are added up."""
    keys = ["capture", "table"]
    grouped = rows.groupby([*keys, "measure"], sort=False)[values]
    added = (grouped.sum() if values == "count" else grouped.first()).reset_index()
    order = pd.MultiIndex.from_frame(rows[keys].drop_duplicates())
    wide = added.set_index([*keys, "measure"])[values].unstack("measure")  # noqa: PD010 — texts cannot be aggregated
    return wide.reindex(index=order, columns=list(measures))
