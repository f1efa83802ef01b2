"""Two coders of the stand-in sample: what they read, what they code, where they differ, and when nothing new comes.

A coder is a few probabilities: whether a turn is found worth coding, whether its code is seen, and what it is taken
for instead.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import ceil, sqrt

import numpy as np
import pandas as pd

from analysis import schema
from analysis.standin.accounts import SOURCE
from analysis.standin.phrases import Dice, Mark, material

CODERS = ("coder A", "coder B")
# Of the screenshots, the share that both read in the training round, and that coder B reads again in the second.
TRAINING, OVERLAP = 0.31, 0.5
# How often a code is missed in each round, from the clearest code to the hardest; on contested ones coders differ more.
MISSED = {1: (0.12, 0.4), 2: (0.04, 0.18)}
CONTESTED = {1: 0.5, 2: 0.36}
# How often what is missed is taken for something else, how often a whole unit is coded, how often a note is made.
MISTAKEN, WHOLE_UNIT, MEMO = 0.35, 0.06, 0.02
# Share of the reading in which the last code is due, and after which none is new; the commoner share comes as it comes.
LAST_DUE, NOTHING_NEW, COMMON = 0.62, 0.72, 0.5
# When each round begins in the month after the collection, and how long a screenshot takes.
BEGINS = {1: pd.Timedelta(days=2, hours=9), 2: pd.Timedelta(days=9, hours=9)}
PER_SCREENSHOT = pd.Timedelta(minutes=3)


@dataclass(frozen=True)
class Span:
    """A stretch of text that a coder might code: which screenshot shows it, in which unit it stands, what it does."""

    screenshot: str
    position: int
    unit_id: str
    unit_type: str
    mark: Mark


@dataclass(frozen=True)
class Reading:
    """The screenshots that a coder reads in a round, in order."""

    coder: str
    round: int
    screenshots: tuple[str, ...]


@dataclass(frozen=True)
class Practice:
    """What coders bring to a span: each act's code, from which span on it is known, how often it is missed."""

    codes: Mapping[str, str]
    debuts: Mapping[str, Span]
    missed: Mapping[tuple[int, str], float]

    def knows(self, act: str, span: Span) -> bool:
        """Whether the code of an act is in use when a span is read."""
        debut = self.debuts.get(self.codes[act])
        return debut is not None and debut.position <= span.position


def code_of_acts(codebook: pd.DataFrame) -> dict[str, str]:
    """Find for each kind of turn the code whose identifier and name have most of its words in common.

    Where no code has any, the codes are taken in turn, so that a codebook of quite other words works as well.
    """
    codes = codebook[codebook["level"] == "code"].sort_values("code_id")
    known = [_words(f"{code} {name}") for code, name in zip(codes["code_id"], codes["name"], strict=True)]
    found = {}
    for number, (act, words) in enumerate(material().acts.items()):
        common = [len(_words(words) & vocabulary) / sqrt(1 + len(vocabulary)) for vocabulary in known]
        best = int(np.argmax(common)) if max(common) > 0 else number % len(codes)
        found[act] = str(codes["code_id"].iloc[best])
    return found


def find_spans(screenshots: pd.DataFrame, marks: Mapping[str, tuple[str, tuple[Mark, ...]]]) -> list[Span]:
    """List what might be coded, in reading order; `marks` gives each unit's type and what its parts do."""
    return [
        Span(screenshot, position, unit, marks[unit][0], mark)
        for position, (screenshot, shows) in enumerate(
            zip(screenshots["screenshot_id"], screenshots["shows"], strict=True), start=1
        )
        for unit in schema.words(shows)
        for mark in marks[unit][1]
    ]


def assign_readings(screenshots: pd.DataFrame) -> list[Reading]:
    """Say who reads what: both the first part for training, then A everything and B every so many posts."""
    order = tuple(screenshots["screenshot_id"])
    training = order[: ceil(TRAINING * len(order))]
    posts = screenshots["post_id"].drop_duplicates().tolist()
    again = posts[:: max(1, round(1 / OVERLAP))]
    overlap = tuple(screenshots.loc[screenshots["post_id"].isin(again), "screenshot_id"])
    first, second = CODERS
    return [
        Reading(first, 1, training),
        Reading(second, 1, training),
        Reading(first, 2, order),
        Reading(second, 2, overlap),
    ]


def code_spans(
    readings: list[Reading], spans: list[Span], codes: Mapping[str, str], begins: pd.Timestamp, dice: Dice
) -> pd.DataFrame:
    """Let the coders code what they read; `begins` is the first day after the month of collection."""
    salient = [span for span in spans if dice.chance(material().salience[span.mark.act])]
    practice = Practice(codes, _debuts(salient, codes), _missed(codes, dice))
    rows = [row for reading in readings for row in _code(reading, salient, practice, begins, dice)]
    for number, row in enumerate(rows, start=1):
        row["coding_id"] = f"c{number:0{len(str(len(rows)))}d}"
    return schema.typed(pd.DataFrame(rows, columns=schema.TABLES["codings"].column_names), "codings")


def readings_table(readings: list[Reading]) -> pd.DataFrame:
    """The readings as the canonical table."""
    rows = [
        (reading.coder, reading.round, screenshot, position, None, SOURCE)
        for reading in readings
        for position, screenshot in enumerate(reading.screenshots, start=1)
    ]
    return schema.typed(pd.DataFrame(rows, columns=schema.TABLES["readings"].column_names), "readings")


def _words(text: str) -> set[str]:
    return {word for word in re.split(r"[^a-z]+", text.lower()) if len(word) > len("the")}


def _debuts(salient: list[Span], codes: Mapping[str, str]) -> dict[str, Span]:
    """From which span on each code is in use: the common ones at once, the rarer ones one after the other.

    A code of which nothing is left before the reading ends in repetition is never used.
    """
    if not salient:
        return {}
    frequency = Counter(codes[span.mark.act] for span in salient)
    ordered = sorted(frequency, key=lambda code: (-frequency[code], code))
    common = ceil(COMMON * len(ordered))
    last = max(span.position for span in salient)
    debuts = {}
    for number, code in enumerate(ordered):
        waits = LAST_DUE * max(0, number + 1 - common) / max(len(ordered) - common, 1)
        early = [span for span in salient if codes[span.mark.act] == code and span.position <= NOTHING_NEW * last]
        if early:
            debuts[code] = next((span for span in early if span.position >= waits * last), early[-1])
    return debuts


def _missed(codes: Mapping[str, str], dice: Dice) -> dict[tuple[int, str], float]:
    """How often each code is missed in each round."""
    contested = {codes[act] for act in material().contested}
    ordered = dice.some(sorted(set(codes.values())), len(codes))
    missed = {
        (coding_round, code): low + (high - low) * place / len(ordered)
        for coding_round, (low, high) in MISSED.items()
        for place, code in enumerate(ordered)
    }
    return missed | {(coding_round, code): often for coding_round, often in CONTESTED.items() for code in contested}


def _code(
    reading: Reading, salient: list[Span], practice: Practice, begins: pd.Timestamp, dice: Dice
) -> Iterator[dict[str, object]]:
    """What one coder codes in one round."""
    place = {screenshot: number for number, screenshot in enumerate(reading.screenshots)}
    for span in salient:
        code = _judge(reading, span, practice, dice) if span.screenshot in place else None
        if code is None:
            continue
        whole = dice.chance(WHOLE_UNIT)
        at = begins + BEGINS[reading.round] + place[span.screenshot] * PER_SCREENSHOT
        yield {
            "unit_id": span.unit_id,
            "unit_type": span.unit_type,
            "start": None if whole else span.mark.start,
            "end": None if whole else span.mark.end,
            "code_id": code,
            "coder": reading.coder,
            "round": reading.round,
            "coded_at": at.isoformat(),
            "memo": dice.pick(material().memos) if dice.chance(MEMO) else None,
            "source": SOURCE,
        }


def _judge(reading: Reading, span: Span, practice: Practice, dice: Dice) -> str | None:
    """The code that a coder gives to a span, if any."""
    act, code = span.mark.act, practice.codes[span.mark.act]
    if span is practice.debuts.get(code) and (reading.coder, reading.round) == (CODERS[0], 2):
        return code
    if practice.knows(act, span) and not dice.chance(practice.missed[reading.round, code]):
        return code
    other = material().taken_for.get(act)
    if other and dice.chance(MISTAKEN) and practice.knows(other, span):
        return practice.codes[other]
    return None
