"""Two studies side by side: each claim of the original with what the replication has for it, and all values of both.

Nothing here says what is true. A claim *agrees* when what the original reports occurs in the other study, too,
*differs* when it should have been seen there and was not, and otherwise *cannot be compared*, for a reason. A number
that the original's stand-in data gave is never the original's.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from analysis import tables
from analysis.comparable import compare_claim, with_unit
from analysis.compared import CANNOT, VERDICTS, Compared, Ground, Stated
from analysis.computable import NotComputable, computable, need
from analysis.errors import StudyError
from analysis.intervals import RESAMPLED, Interval, intervals_of
from analysis.schema import CLAIM_KINDS
from analysis.study import Study

CLAIMS = ["claim_id", "section", "statement", "kind", "original", "this_study", "interval", "verdict", "why", "reason"]
VALUES = ["value", "first", "interval_of_first", "second", "interval_of_second"]
LEVELS = ("patterns", "themes", "frequencies")
NOT_PUBLISHED, MADE_UP, NONE_NEEDED = "not published", "stand-in", "none: a count"
# The ends of an interval are told with its value.
ENDS = {"exchange_threads_both_low", "exchange_threads_both_high"}


@computable
def side_by_side(original: Study, replication: Study) -> pd.DataFrame:
    """Each claim of the original with its value in both studies, the interval, the verdict and why.

    Raises `StudyError` when a study has no results, or when both are the same.
    """
    check_comparable(original, replication)
    claims = _own_claims(original)
    ground = _ground(original, replication)
    if isinstance(claims, NotComputable) or isinstance(ground, NotComputable):
        return claims if isinstance(claims, NotComputable) else ground  # type: ignore[return-value]
    rows = [
        (*(row[name] for name in CLAIMS[:4]), *_cells(compare_claim(Stated.of(row), ground)))
        for row in claims.to_dict("records")
    ]
    return pd.DataFrame(rows, columns=CLAIMS).astype("str").replace("", None)


@computable
def summary(table: pd.DataFrame) -> pd.DataFrame:
    """How many claims of each kind have which verdict; a row per kind, a column per verdict."""
    counted = pd.crosstab(table["kind"], table["verdict"])
    whole = counted.reindex(index=list(CLAIM_KINDS), columns=list(VERDICTS), fill_value=0)
    return whole[whole.sum(axis="columns") > 0].rename_axis(columns=None).reset_index()


@computable
def reasons(table: pd.DataFrame) -> pd.DataFrame:
    """Why claims cannot be compared, the commonest reason first."""
    counted = table.loc[table["verdict"] == CANNOT, "reason"].value_counts(sort=False)
    return counted.sort_values(ascending=False, kind="stable").rename_axis("reason").reset_index(name="claims")


@computable
def values_side_by_side(first: Study, second: Study) -> pd.DataFrame:
    """Every value that both studies recorded, with its interval; of stand-in data none is told.

    Raises `StudyError` when a study has no results, or when both are the same.
    """
    check_comparable(first, second)
    ours, theirs = first.values(), second.values()
    told = {**_told_values(first, ours), **_published_in_claims(first, ours)}
    told_there = _told_values(second, theirs)
    ends = {f"{name}_{end}" for name in RESAMPLED for end in ("low", "high")} | ENDS
    rows = [
        (_spoken(name), *told[name], *told_there[name])
        for name in theirs
        if name in ours and name not in ends and _worth_telling(ours[name], theirs[name])
    ]
    need(rows, "the two studies recorded no value in common")
    return pd.DataFrame(rows, columns=VALUES).astype("str").replace("None", None)


def has_number(cells: pd.Series) -> pd.Series:
    """Of which values a study has one of its own: neither not computable, nor unpublished, nor made up."""
    return ~cells.str.startswith(("not computable", NOT_PUBLISHED, MADE_UP))


def check_comparable(first: Study, second: Study) -> None:
    """Raise `StudyError` unless both studies have results, are two, and the second is not the original."""
    if first.name == second.name:
        raise StudyError(f"'{first.name}' is compared with itself. Name two studies: compendium compare FIRST SECOND")
    if second.is_original:
        raise StudyError(
            f"'{second.name}' is the original, beside which others are set, and its results stay as they are. "
            f"Write it first: compendium compare {second.name} {first.name}"
        )
    for study in (first, second):
        if not study.values():
            raise StudyError(f"results/{study.name}/ holds no results. Run: compendium run {study.name}")


def write_comparison(first: Study, second: Study) -> list[Path]:
    """Write beside the second study's results the claims, where the first study has some, and the values of both."""
    found = {"": side_by_side(first, second), "-values": values_side_by_side(first, second)}
    folder = second.root / "results" / second.name
    stem = "comparison" if first.is_original else f"comparison-with-{first.name}"
    there = {folder / f"{stem}{end}.csv": table for end, table in found.items() if not isinstance(table, NotComputable)}
    for path, table in there.items():
        tables.write_csv(table, path)
    return list(there)


def _own_claims(study: Study) -> Any:
    """The claims that a study makes, and not those of the article that it reruns."""
    if "from" in study.settings["tables"].get("claims", {}):
        return NotComputable(f"{study.name} makes no claims of its own")
    return study.table("claims")


def _cells(found: Compared) -> tuple[str, ...]:
    return found.original, found.here, found.interval, found.verdict, found.why, found.reason


@computable
def _ground(original: Study, replication: Study) -> Ground:
    codebook, evidence = original.table("codebook"), original.table("evidence")
    absent = [table for table in (codebook, evidence) if isinstance(table, NotComputable)]
    return absent[0] if absent else Ground(  # type: ignore[return-value]
        codebook, evidence, replication.values(), intervals_of(replication), _given(replication), _read(replication),
        replication.origin_of("codings") == "stand-in", replication.decisions,
    )  # fmt: skip


def _given(study: Study) -> Any:
    """Every entry of the codebook with the units on which coders gave it, or why that is not known."""
    found = [study.result(f"05-coding-{level}") for level in LEVELS]
    absent = [table for table in found if isinstance(table, NotComputable)]
    return absent[0] if absent else pd.concat(found, ignore_index=True)


def _read(study: Study) -> int:
    """How many units were read, with codes or without."""
    density = study.result("05-coding-density")
    return 0 if isinstance(density, NotComputable) else int(density["units"].sum())


def _told_values(study: Study, values: Mapping[str, dict[str, Any]]) -> dict[str, tuple[str, str | None]]:
    known = intervals_of(study)
    return {name: _told_value(study, value, known.get(name)) for name, value in values.items()}


def _told_value(study: Study, value: dict[str, Any], interval: Interval | None) -> tuple[str, str | None]:
    if value["missing"]:
        return value["text"], None
    if value["origin"] == "stand-in":
        return NOT_PUBLISHED if study.is_original else MADE_UP, None
    if interval:
        return with_unit(value["text"], value["unit"]), interval.told(value["unit"])
    counted = isinstance(value["value"], int) and not isinstance(value["value"], bool)
    whole = NONE_NEEDED if counted and value["origin"] == "captured" else None
    return with_unit(value["text"], value["unit"]), whole


def _published_in_claims(study: Study, values: Mapping[str, Any]) -> dict[str, tuple[str, str | None]]:
    """What the article states for a value that the notebooks could only compute from the stand-in; at first mention."""
    table = _own_claims(study)
    if isinstance(table, NotComputable):
        return {}
    stated = [Stated.of({str(name): cell for name, cell in row.items()}) for row in table.to_dict("records")]
    made_up = {name for name, value in values.items() if value["origin"] == "stand-in"}
    return {
        claim.named: (with_unit(f"{int(claim.value):,}", claim.unit), None)
        for claim in reversed(stated)
        if claim.named in made_up and claim.value.isdigit()
    }


def _worth_telling(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> bool:
    """Whether a study has a value of its own; the article's, which both repeat, are no comparison."""
    known = [value["origin"] for value in (ours, theirs) if not value["missing"]]
    return "captured" in known


def _spoken(name: str) -> str:
    """A value's name as words; the first is its notebook's."""
    notebook, _, what = name.partition("_")
    return f"{notebook}: {what.replace('_', ' ')}"
