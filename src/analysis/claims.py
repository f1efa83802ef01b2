"""The ledger: every claim of the article, the check that decides it, and its verdict.

The article is checked against itself. What a verdict rests on stands in tables: change a table, and the verdict
changes with it. `audit` gathers the places that do not fit, each with what would explain it innocently.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.checks.base import (
    ARGUMENT,
    CONFLICTS,
    PRINT,
    RERUN,
    TOUCHES,
    VERDICTS,
    Claim,
    Judgement,
    Sources,
    check_named,
)
from analysis.checks.numbers import later_than
from analysis.computable import CannotCompute, NotComputable, computable
from analysis.references import Work, audit_references, place
from analysis.schema import CLAIM_KINDS, Origin, words
from analysis.study import ORIGINAL, Study, open_study

ARTICLE = (
    "claims", "sample", "hashtags", "codebook", "evidence", "implications", "chronology", "citations", "references",
)  # fmt: skip
LEDGER = ["claim_id", "section", "statement", "kind", "value", "verdict", "finding", "evidence_ids"]
JUDGED = ("verdict", "finding", "where", "noted")
AUDIT = ["what", "where", "touches", "to_be_fair"]


def article_of(study: Study) -> Study:
    """The study whose article is checked: a rerun checks the article that it reruns."""
    entry = study.settings["tables"].get("claims", {})
    return open_study(entry.get("from", ORIGINAL), study.root) if "file" not in entry else study


def article_files(study: Study) -> list[Path]:
    """The files that the verdicts rest on: the tables of the article that is checked, and the bibliography."""
    article = article_of(study)
    return [*(path for name in ARTICLE for path in article.files_of(name)), study.bibliography]


@computable
def gather(works: dict[str, Work], /, **tables: pd.DataFrame) -> Sources:
    """The article's tables and the works of its bibliography, as the checks want them."""
    return Sources(tables, works)


@computable
def judge(claims: pd.DataFrame, sources: Sources) -> pd.DataFrame:
    """The claims, each with its verdict, the finding, and every place that it rests on.

    Raises `TableError` when a claim names a check, or a row of another table, that does not exist.
    """
    rows = []
    for row in claims.to_dict("records"):
        claim = Claim.of({str(name): cell for name, cell in row.items()})
        found = check_named(claim.check)(claim, sources)
        finding = found.finding[:1].upper() + found.finding[1:]
        rows.append((found.verdict, finding, _places(claim, found), found.noted))
    return claims.assign(**dict(zip(JUDGED, map(list, zip(*rows, strict=True)), strict=True)))


@computable
def ledger(judged: pd.DataFrame, study: Study, values: Mapping[str, Mapping[str, Any]]) -> pd.DataFrame:
    """The claims as a reader wants them; for a rerun with the value that this study computed for each."""
    table = judged[LEDGER].reset_index(drop=True)
    if study.is_original:
        return table
    return table.assign(in_this_study=in_this_study(judged, values).to_numpy())


@computable
def in_this_study(judged: pd.DataFrame, values: Mapping[str, Mapping[str, Any]]) -> "pd.Series[str]":
    """What this study computed for a claim whose argument names a value.

    Missing where a claim names none, and where the value was published: the study has not computed that one.
    """
    return judged["argument"].map(lambda argument: _computed(argument, values)).astype("str")


def origin_of_ledger(study: Study) -> Origin:
    """What the ledger rests on: the article alone, or the values of a rerun beside it."""
    return "published" if study.is_original else "captured"


@computable
def count_verdicts(judged: pd.DataFrame) -> pd.DataFrame:
    """How many claims of each kind have which verdict; a row per kind, a column per verdict."""
    counted = pd.crosstab(judged["kind"], judged["verdict"])
    whole = counted.reindex(index=list(CLAIM_KINDS), columns=list(VERDICTS), fill_value=0)
    return whole[whole.sum(axis="columns") > 0].rename_axis(columns=None).reset_index()


@computable
def number(table: pd.DataFrame, verdict: str = "") -> int:
    """How many rows a table has; of judged claims, how many have that verdict."""
    return int((table["verdict"] == verdict).sum()) if verdict else len(table)


@computable
def number_touching(found: pd.DataFrame, what: str) -> int:
    """How many places of the audit touch the argument, a rerun or the print."""
    return int((found["touches"] == what).sum())


@computable
def stated(sample: pd.DataFrame, measure: str) -> int:
    """The number that the article states first for a measure of its sample."""
    values = sample.loc[sample["measure"] == measure, "value"].dropna()
    if values.empty:
        raise CannotCompute(f"the article states no number of {measure}")
    return int(values.iloc[0])


@computable
def audit(judged: pd.DataFrame, sources: Sources) -> pd.DataFrame:
    """Every place of the article that does not fit another, one row each, what touches the argument first."""
    found = [
        *_claims_that_do_not_fit(judged),
        *_entries_without_evidence(judged, sources),
        *_excerpts_that_leave_open(sources),
        *_dates_that_are_tight(sources),
        *_numbers_that_surprise(sources),
        *_measures_left_open(sources),
        *_references_that_fail(sources),
    ]
    table = pd.DataFrame(found, columns=AUDIT)
    order = table["touches"].map({ARGUMENT: 0, RERUN: 1, PRINT: 2})
    return table.iloc[order.argsort(kind="stable")].reset_index(drop=True)


@computable
def chronology_in_order(chronology: pd.DataFrame) -> pd.DataFrame:
    """The dates of the article, of its data and of the events, the earliest first."""
    shown = chronology.sort_values(["date", "thread", "event_id"])[["date", "until", "event", "thread", "section"]]
    days = {name: shown[name].dt.strftime("%Y-%m-%d") for name in ("date", "until")}
    return shown.assign(**days).reset_index(drop=True)


def _computed(argument: object, values: Mapping[str, Mapping[str, Any]]) -> str | None:
    named = re.search(r"\bvalue=(\w+)", argument) if isinstance(argument, str) else None
    if named is None:
        return None
    value = values.get(named[1], {"text": str(NotComputable("no earlier step recorded it")), "origin": "captured"})
    if value["origin"] == "published":
        return None
    unit = "" if value.get("missing") or value.get("unit", "") in ("", "share") else f" {value['unit']}"
    return f"{value['text']}{unit}" + (" (stand-in)" if value["origin"] == "stand-in" else "")


def _places(claim: Claim, found: Judgement) -> str:
    """Every place of a finding; the claim's own more closely where another lies in the same section."""
    close = any(spot.startswith(f"{claim.section}, ") for spot in found.places)
    own = f"{claim.section}, claim {claim.claim_id}" if close else claim.section
    return "; ".join(map(place, dict.fromkeys((own, *found.places))))


def _claims_that_do_not_fit(judged: pd.DataFrame) -> Iterator[tuple[str, str, str, str | None]]:
    """Claims that conflict, and what is noted of others; two that fail by the same words are one problem."""
    listed = judged[(judged["verdict"] == CONFLICTS) | judged["noted"]]
    seen: set[str] = set()
    for row in listed.to_dict("records"):
        same = row["finding"] if row["check"] == "stated_alike" else row["claim_id"]
        if same in seen or (row["check"] == "agrees_with" and row["argument"] in seen):
            continue
        seen |= {same, row["claim_id"]}
        yield (f"{row['statement']} {row['finding']}", row["where"], TOUCHES[row["check"]], row["note"])


def _entries_without_evidence(judged: pd.DataFrame, sources: Sources) -> Iterator[tuple[str, str, str, str]]:
    """Themes without any excerpt, unless a claim conflicts by it; and codes without one, where their theme has some."""
    told_already = set(judged.loc[judged["verdict"] == CONFLICTS, "argument"].dropna())
    shown = {part for cell in sources["evidence"]["code_ids"] for code in words(cell) for part in _upwards(code)}
    names = dict(zip(sources["codebook"]["code_id"], sources["codebook"]["name"], strict=True))
    for row in sources["codebook"].to_dict("records"):
        if row["code_id"] not in shown | told_already and (row["level"] == "theme" or row["parent_id"] in shown):
            theme = f", of the theme '{names[row['parent_id']]}'" if row["level"] == "code" else ""
            told = f"No excerpt or figure is presented for the {row['level']} '{row['name']}'{theme}."
            fair = "An article shows a selection; material for it may be in the appendix or under another theme."
            yield (told, place(row["section"]), ARGUMENT, fair)


def _excerpts_that_leave_open(sources: Sources) -> Iterator[tuple[str, str, str, str]]:
    """Excerpts of which the article does not say who speaks, and posts without a number."""
    evidence = sources["evidence"]
    quoted = evidence[evidence["form"] != "figure"]
    unnamed = quoted[quoted["speaker_side"].isna()]
    if len(unnamed):
        which = ", ".join(unnamed["evidence_id"])
        told = f"Of {len(quoted)} excerpts, {len(unnamed)} do not say which side speaks ({which})."
        yield (told, _where(unnamed), ARGUMENT, "The figure may show it.")
    posts = quoted[quoted["form"] == "post"]
    bare = posts[posts["source_post"].isna()]
    if 0 < len(bare) < len(posts):
        told = f"Of {len(posts)} posts quoted from the text, {len(posts) - len(bare)} have a number"
        told += f" and {len(bare)} have none; a post quoted by title alone is not among them."
        yield (told, _where(posts), RERUN, "Numbers may have been given to posts that no figure shows.")


def _dates_that_are_tight(sources: Sources) -> Iterator[tuple[str, str, str, str]]:
    """Days on which what the text holds is later than the manuscript's first date."""
    chronology = sources["chronology"]
    first = chronology[chronology["thread"] == "article"].sort_values("date").head(1)
    later, room = later_than(chronology, first["date"].iloc[0])
    if len(later):
        days = (later["date"].max() - first["date"].iloc[0]).days
        names = ", ".join(later["event_id"])
        told = f"The text holds what is up to {days} days later than '{first['event_id'].iloc[0]}': {names}."
        leaving = ", ".join(room["event_id"]) or "none, so that one of the dates may be misprinted"
        yield (told, _where(pd.concat([first, later])), RERUN, f"Later dates of the manuscript leave room: {leaving}.")


def _numbers_that_surprise(sources: Sources) -> Iterator[tuple[str, str, str, str]]:
    """More posts under the first hashtag than there were migrants to write them."""
    first = sources["hashtags"].query("role == 'first'").iloc[0]
    migrants = sources["sample"].query("measure == 'migrants'").dropna(subset=["value"])
    for row in migrants.to_dict("records"):
        posts, people = int(first["posts"]), int(row["value"])
        if posts > people:
            told = (
                f"The first hashtag has {posts / people:.1f} posts for each of {people:,} people who are said to come."
            )
            fair = "Both sides used the tag, and a platform may count contributions such as comments."
            yield (told, f"{place(row['section'])}; {place(first['section'])}", RERUN, fair)


def _measures_left_open(sources: Sources) -> Iterator[tuple[str, str, str, str]]:
    for row in sources["sample"].query("qualifier == 'not stated'").to_dict("records"):
        fair = row["note"] if isinstance(row["note"], str) else "A short article leaves out much that its authors know."
        yield (f"Not stated: {row['measure']}.", place(row["section"]), RERUN, fair)


def _references_that_fail(sources: Sources) -> Iterator[tuple[str, str, str, str]]:
    found = audit_references(sources["references"], sources["citations"], dict(sources.works))
    for reference, rows in found.groupby("reference", sort=False):
        told = f"Reference {reference}: {'; '.join(rows['found'])}".rstrip(".")
        fair = f"A slip that a list of {len(sources['references'])} entries may well have."
        yield (f"{told}.", "References", PRINT, fair)


def _where(rows: pd.DataFrame) -> str:
    return "; ".join(place(section) for section in dict.fromkeys(rows["section"]))


def _upwards(code: str) -> list[str]:
    """A code with its theme and its pattern.

    >>> _upwards("a.b.c")
    ['a', 'a.b', 'a.b.c']
    """
    parts = code.split(".")
    return [".".join(parts[: end + 1]) for end in range(len(parts))]
