"""What was coded as tables for whoever counts on: codes by unit and by creator, codings, the codebook, quotes.

A row of captured posts names them by masked identifiers and quotes what the study's privacy rules allow, so that these
tables can leave the study's folder; what is made up is shown as it is.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from analysis import excerpts, schema, units
from analysis.codebooks import codebook_in
from analysis.coded import Coded, coded_of
from analysis.coding import tree
from analysis.computable import NotComputable, computable
from analysis.history import history_of
from analysis.privacy import without_identifiers
from analysis.sides import tell_sides
from analysis.study import Study
from analysis.units import Corpus

PATH_SIGN = " > "
QUOTES = ["code_path", "code_id", "unit_id", "unit_type", "post_id", "creator_id", "side", "language", "coder", "round",
          "coded_at", "start", "end", "quote", "is_verbatim"]  # fmt: skip
UNIT = ["unit_id", "unit_type", "post_id", "creator_id", "side"]
ABOUT = {
    "codebook": "every entry of the codebook, depth first, with the path of names that leads to it",
    "codings": "every coding of all rounds as it was given, by the codebook of its round",
    "quotes": "every coding that stands, by the latest codebook, with what may be shown of what it is on",
    "units-by-code-counts": "how often each code stands on each unit that was read or coded",
    "units-by-code": "whether each code stands on each unit: 1 or 0",
    "creators-by-code-counts": "how often each code stands on the units of each creator",
    "creators-by-code": "whether each code stands on any unit of each creator: 1 or 0",
}


@dataclass(frozen=True)
class Exported:
    """What is exported of a study: the part of its corpus, and the codings on it."""

    study: Study
    corpus: Corpus
    # The round whose codebook is exported; the latest where there is none.
    in_round: int | None = None

    @cached_property
    def coded(self) -> Coded:
        """The study's codings. Where its units need screenshots that it does not have, each text is one."""
        coded = coded_of(self.study)
        without = self.study.decide("coding_unit") == units.SCREENSHOT and coded.corpus.screenshots.empty
        return coded_of(self.study, units.TEXT) if without else coded

    @cached_property
    def codebook(self) -> pd.DataFrame:
        """The codebook depth first; empty where there is none."""
        found = tree(_as_of(self.study.table("codebook"), history_of(self.study.table("history")), self.in_round))
        if isinstance(found, NotComputable):
            return schema.empty("codebook").assign(pattern_id=pd.Series(dtype="str"), theme_id=pd.Series(dtype="str"))
        return found

    @cached_property
    def accounts(self) -> pd.DataFrame:
        """The accounts with their sides, as study.yml tells sides; none where nobody is known."""
        creators, posts, comments = (self.study.table(name) for name in ("creators", "posts", "comments"))
        told = tell_sides(creators, posts, comments, self.study.decide("side_by"), self.study.sides)
        return schema.empty("creators") if isinstance(told, NotComputable) else told

    @cached_property
    def standing(self) -> pd.DataFrame:
        """The codings that stand, on what is exported; those of split codes to be coded again have no code."""
        return self._here(self.coded.settled)

    @cached_property
    def given(self) -> pd.DataFrame:
        """The codings of all rounds as they were given, on what is exported."""
        return self._here(self.study.table("codings"))

    @property
    def is_masked(self) -> bool:
        """Whether identifiers must be masked: somebody wrote these posts."""
        return not excerpts.is_made_up(self.study)

    def table(self, name: str) -> pd.DataFrame:
        """A canonical table of the study; empty where it has none."""
        found = self.study.table(name)
        return schema.empty(name) if isinstance(found, NotComputable) else found

    def _here(self, codings: Any) -> pd.DataFrame:
        if isinstance(codings, NotComputable):
            return schema.empty("codings").assign(unit=pd.Series(dtype="str"), post_id=pd.Series(dtype="str"))
        return codings[codings["unit_id"].isin(ids_of(self.corpus))].reset_index(drop=True)


@computable
def _as_of(codebook: pd.DataFrame, history: pd.DataFrame, number: int | None) -> pd.DataFrame:
    """The codebook by which to code in a round, the latest where none is given."""
    return codebook_in(codebook, history, number)


def ids_of(corpus: Corpus) -> set[str]:
    """Whatever of a corpus can be coded."""
    keys = {"posts": "post_id", "comments": "comment_id", "screenshots": "screenshot_id", "documents": "unit_id"}
    return {unit for name, key in keys.items() for unit in getattr(corpus, name)[key]}


def tables_of(of: Exported) -> dict[str, pd.DataFrame]:
    """Every table of the export by its name."""
    found = {"codebook": codebook_of(of), "codings": _given(of), "quotes": quotes_of(of)}
    for name, rows in (("units", _by_unit(of)), ("creators", _by_creator(of))):
        is_given = rows.copy()
        is_given[_code_ids(of)] = rows[_code_ids(of)].gt(0).astype("int64")
        found |= {f"{name}-by-code-counts": rows, f"{name}-by-code": is_given}
    return {name: without_identifiers(table) if of.is_masked else table for name, table in found.items()}


def codebook_of(of: Exported) -> pd.DataFrame:
    """The codebook with the path of names to each entry."""
    columns = schema.TABLES["codebook"].column_names
    book = of.codebook[columns]
    book.insert(1, "code_path", book["code_id"].map(paths_of(book)).astype("str"))
    return book


def paths_of(codebook: pd.DataFrame) -> dict[str, str]:
    """The names from the top down to each entry of a codebook that is depth first."""
    paths: dict[str, str] = {}
    for code, name, parent in zip(codebook["code_id"], codebook["name"], codebook["parent_id"], strict=True):
        paths[code] = f"{paths[parent]}{PATH_SIGN}{name}" if parent in paths else name
    return paths


def quotes_of(of: Exported) -> pd.DataFrame:
    """Each coding that stands with its code's path, what is known of its unit, and what may be shown of its words."""
    sides, standing = units.sides_of(of.accounts), of.standing
    shown = excerpts.shown_texts(of.study, of.coded, standing, sides)
    if isinstance(shown, NotComputable) or standing.empty:
        return pd.DataFrame(columns=QUOTES, dtype="str")
    joined = standing.merge(shown, on="unit_id", how="left", validate="many_to_one")
    verbatim = joined["verbatim"].eq(other=True)
    cut = [
        text[int(start) : int(end)] if may and pd.notna(start) else told
        for text, told, may, start, end in zip(
            joined["text"], joined["shown"], verbatim, joined["start"], joined["end"], strict=True
        )
    ]
    joined = joined.assign(
        code_path=joined["code_id"].map(paths_of(of.codebook)).astype("str"),
        creator_id=joined["post_id"].map(of.coded.corpus.creators).astype("str"),
        quote=pd.Series(cut, index=joined.index, dtype="str"),
        is_verbatim=verbatim.astype("int64"),
    )
    order = {code: place for place, code in enumerate(of.codebook["code_id"])}
    keys = ["place", "post_id", "unit_id", "start", "coder", "round"]
    return (
        joined.assign(place=joined["code_id"].map(order))
        .sort_values(keys, kind="stable")[QUOTES]
        .reset_index(drop=True)
    )


def _given(of: Exported) -> pd.DataFrame:
    """The codings as they were given; of captured posts without memos, which may quote."""
    columns = schema.TABLES["codings"].column_names
    kept = [name for name in columns if not (of.is_masked and name == "memo")]
    return of.given[kept]


def _code_ids(of: Exported) -> list[str]:
    """Every code, and whatever else was given."""
    book, given = of.codebook, set(of.standing["code_id"])
    return [
        code for code, level in zip(book["code_id"], book["level"], strict=True) if level == "code" or code in given
    ]


def _by_unit(of: Exported) -> pd.DataFrame:
    """Units that were read or coded, with how often each code stands on them."""
    known = of.coded.units
    if isinstance(known, NotComputable):
        return pd.DataFrame(columns=[*UNIT, *_code_ids(of)], dtype="str")
    here = set(of.corpus.posts["post_id"]) | set(of.corpus.documents["unit_id"])
    rows = known[known["post_id"].isin(here)].reset_index(drop=True)
    rows = rows.assign(side=rows["creator_id"].map(units.sides_of(of.accounts)).astype("str"))
    return _with_counts(rows[UNIT], "unit_id", _counts(of, "unit"))


def _by_creator(of: Exported) -> pd.DataFrame:
    """Creators of units that were read or coded, with how often each code stands on these."""
    by_unit = _by_unit(of)
    codes = _code_ids(of)
    rows = by_unit.groupby(["creator_id", "side"], dropna=False, sort=True)[codes].sum().astype("int64").reset_index()
    sizes = by_unit.groupby("creator_id")["unit_id"].nunique()
    rows.insert(2, "units", rows["creator_id"].map(sizes).astype("int64"))
    return rows


def _counts(of: Exported, by: str) -> pd.DataFrame:
    standing = of.standing
    counted: pd.DataFrame = pd.crosstab(standing[by], standing["code_id"])
    return counted.reindex(columns=_code_ids(of), fill_value=0)


def _with_counts(rows: pd.DataFrame, key: str, counts: pd.DataFrame) -> pd.DataFrame:
    """Rows with counts beside them; nothing was counted on a unit that was read and got no code."""
    found = counts.reindex(rows[key], fill_value=0).reset_index(drop=True).astype("int64")
    return pd.concat([rows.reset_index(drop=True), found], axis=1)
