"""Checks of numbers, names and dates: does the article agree with itself."""

import re
from collections.abc import Mapping
from typing import Any

import pandas as pd

from analysis.checks.base import (
    ARGUMENT,
    CONFLICTS,
    HOLDS,
    NEEDS_DATA,
    PRINT,
    RERUN,
    Claim,
    Judgement,
    Sources,
    check,
    number_of,
    sections_of,
)
from analysis.references import place
from analysis.schema import words
from analysis.sources.counts import parse_count


@check(touches=RERUN)
def stated_alike(claim: Claim, sources: Sources) -> Judgement:
    """Whether a measure of the sample is stated alike wherever the article states it."""
    sources.row("sample", "measure", claim.argument)
    rows = sources["sample"][sources["sample"]["measure"] == claim.argument]
    stated = {row["section"]: _stated(row) for row in rows.to_dict("records")}
    told = "; ".join(f"{place(section)}: {value}" for section, value in stated.items())
    places = tuple(stated)
    if len(set(stated.values())) > 1:
        return Judgement(CONFLICTS, f"'{claim.argument}' is stated differently ({told}).", places)
    if len(stated) == 1:
        return Judgement(NEEDS_DATA, f"Stated once ({told}); only the raw data could confirm it.", places)
    return Judgement(HOLDS, f"Stated alike in {number_of(len(stated), 'place')} ({told}).", places)


@check(touches=PRINT)
def agrees_with(claim: Claim, sources: Sources) -> Judgement:
    """Whether another claim states the same value."""
    other = Claim.of(sources.row("claims", "claim_id", claim.argument))
    told = f"{place(claim.section)} has {claim.value}, {place(other.section)} has {other.value}"
    if claim.value == other.value:
        return Judgement(HOLDS, f"Both places agree: {told}.", (other.section,))
    return Judgement(CONFLICTS, f"Two places differ: {told}.", (other.section,))


@check(touches=RERUN)
def hashtag_metric(claim: Claim, sources: Sources) -> Judgement:
    """Whether the printed number under a hashtag stands for the number claimed."""
    tag, measure = claim.argument.split()
    row = sources.row("hashtags", "hashtag", tag)
    printed, number = row[f"{measure}_printed"], parse_count(row[f"{measure}_printed"])[0]
    if str(number) != claim.value or number != row[measure]:
        return Judgement(
            CONFLICTS, f"Printed as {printed}, which is {number} and not {claim.value}.", (row["section"],)
        )
    return Judgement(
        NEEDS_DATA,
        f"Printed as {printed}, read on {row['read_on']:%Y-%m-%d}. "
        "Only a record of what the platform showed on that day could confirm it.",
        (row["section"],),
    )


@check(touches=ARGUMENT)
def largest_hashtag(claim: Claim, sources: Sources) -> Judgement:
    """Whether the hashtag has more posts and more views than all others together."""
    tags = sources["hashtags"]
    first = sources.row("hashtags", "hashtag", claim.argument)
    shares = {measure: int(first[measure]) / int(tags[measure].sum()) for measure in ("posts", "views")}
    told = ", ".join(f"{share:.0%} of the {measure}" for measure, share in shares.items())
    verdict = HOLDS if min(shares.values()) > 1 / 2 else CONFLICTS
    return Judgement(verdict, f"It has {told} summed over {number_of(len(tags), 'hashtag')}.", (first["section"],))


@check(touches=RERUN)
def hashtags_added(claim: Claim, sources: Sources) -> Judgement:
    """Whether as many added hashtags are named as claimed."""
    named = sources["hashtags"].query("role == 'added'")
    verdict = HOLDS if str(len(named)) == claim.value else CONFLICTS
    return Judgement(
        verdict, f"{len(named)} are named: {', '.join(named['hashtag'])}.", tuple(named["section"].unique())
    )


@check(touches=PRINT)
def units_explained(claim: Claim, sources: Sources) -> Judgement:
    """Whether every letter that stands for a unit in printed metrics is among those explained, and needed there."""
    tags = sources["hashtags"]
    explained, places = words(claim.argument), sections_of(tags)
    printed = " ".join([*tags["posts_printed"], *tags["views_printed"]])
    used = sorted(set(re.findall(r"\d([A-Za-z])\b", printed)))
    unknown = [letter for letter in used if letter not in explained]
    unused = [letter for letter in explained if letter not in used]
    if unknown:
        return Judgement(CONFLICTS, f"Used but not explained: {', '.join(unknown)}.", places)
    told = f"Letters used in the metrics: {', '.join(used) or 'none'}; each is explained."
    more = f" Explained, but used in none: {', '.join(unused)}." if unused else ""
    return Judgement(HOLDS, f"{told}{more}", places, noted=bool(unused))


@check(touches=ARGUMENT)
def counts_rows(claim: Claim, sources: Sources) -> Judgement:
    """Whether the article names as many patterns, or themes of a pattern, as claimed."""
    level, _, parent = claim.argument.partition(" ")
    codebook = sources["codebook"]
    named = codebook[(codebook["level"] == level) & (codebook["basis"] == "named")]
    if parent:
        named = named[named["parent_id"] == parent]
    verdict = HOLDS if str(len(named)) == claim.value else CONFLICTS
    return Judgement(verdict, f"The article names {len(named)}: {'; '.join(named['name'])}.", sections_of(named))


@check(touches=PRINT)
def as_many_as_listed(claim: Claim, sources: Sources) -> Judgement:
    """Whether as many items follow as the sentence announces."""
    listed = [sources.row("claims", "claim_id", claim_id) for claim_id in words(claim.argument)]
    told = f"{claim.value} are announced and {len(listed)} follow by number"
    verdict = HOLDS if str(len(listed)) == claim.value else CONFLICTS
    return Judgement(verdict, f"{told}.", tuple(f"{row['section']}, claim {row['claim_id']}" for row in listed))


@check(touches=PRINT)
def dates_in_order(claim: Claim, sources: Sources) -> Judgement:
    """Whether the dates follow one another in the order named."""
    events = [sources.row("chronology", "event_id", event) for event in words(claim.argument)]
    days = [event["date"] for event in events]
    verdict = HOLDS if days == sorted(days) else CONFLICTS
    table = pd.DataFrame(events)
    return Judgement(verdict, f"In the order named: {_dated(table)}.", sections_of(table))


@check(touches=RERUN)
def nothing_later(claim: Claim, sources: Sources) -> Judgement:
    """Whether what the article reports and cites had happened by this date, or a later revision leaves room for it."""
    this = sources.row("chronology", "event_id", claim.argument)
    later, room = later_than(sources["chronology"], this["date"])
    if later.empty:
        return Judgement(HOLDS, f"Nothing reported or cited is later than {this['date']:%Y-%m-%d}.")
    told = f"The text holds what is later than {this['date']:%Y-%m-%d}: {_dated(later)}"
    if room.empty:
        return Judgement(CONFLICTS, f"{told}; no later date of the manuscript leaves room for it.", sections_of(later))
    return Judgement(
        HOLDS, f"{told}; later dates of the manuscript leave room for it: {_dated(room)}.", sections_of(later)
    )


def later_than(chronology: pd.DataFrame, day: pd.Timestamp) -> tuple[pd.DataFrame, pd.DataFrame]:
    """What the article reports or cites of later days, and the later dates of the manuscript that leave room for it.

    No date leaves room when the last of what is reported is later than them all.
    """
    after = chronology[chronology["date"] > day].sort_values(["date", "event_id"])
    later, manuscript = after[after["thread"] != "article"], after[after["thread"] == "article"]
    enough = manuscript[manuscript["date"] >= later["date"].max()]
    return later, manuscript[manuscript["date"] <= enough["date"].min()]


@check(touches=RERUN)
def within(claim: Claim, sources: Sources) -> Judgement:
    """Whether one event lies within another; that it does shows no more than that the two do not exclude each other."""
    inner, outer = (sources.row("chronology", "event_id", event) for event in words(claim.argument))
    inside = outer["date"] <= inner["date"] <= outer["until"]
    told = (
        f"{inner['event_id']} ({inner['date']:%Y-%m-%d}) lies {'within' if inside else 'outside'} {outer['event_id']}"
    )
    told += f" ({outer['date']:%Y-%m-%d} to {outer['until']:%Y-%m-%d})"
    told += ", so that neither rules out the other; only dated records could confirm them." if inside else "."
    return Judgement(NEEDS_DATA if inside else CONFLICTS, told, (inner["section"], outer["section"]))


def _stated(row: Mapping[Any, Any]) -> str:
    if row["qualifier"] == "not stated":
        return "not stated"
    return str(row["value"]) if row["qualifier"] in ("exactly", "named") else f"{row['qualifier']} {row['value']}"


def _dated(events: pd.DataFrame) -> str:
    return ", ".join(f"{row['event_id']} {row['date']:%Y-%m-%d}" for row in events.to_dict("records"))
