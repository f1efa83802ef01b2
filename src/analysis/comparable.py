"""What of a claim can be compared with another study's data, and why the rest cannot.

A finding can be met again. A choice of design can be chosen otherwise, an event happens once, and a reading is for a
reader. So only claims that rest on themes and codes, or on a number that was found, get another verdict than
*cannot be compared*. To agree means that something of the kind occurs in both studies; it never means that the claim
is true.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from analysis.checks.base import told_of
from analysis.compared import AGREES, CANNOT, DIFFERS, Compared, Entries, Ground, Stated
from analysis.computable import NotComputable
from analysis.results import written
from analysis.schema import words

# An entry that was never given differs once no more than this share of the units could hold it.
RARE = 0.05
# What a rerun decides for itself, by the value that a claim names.
DECIDED = {"sample_posts": "posts_wanted", "sample_creators": "creators_wanted"}
CHECKS_OF_EVENT = ("hashtag_metric", "largest_hashtag", "hashtags_added", "number_in_title")
CHECKS_OF_PRINT = ("agrees_with", "units_explained", "as_many_as_listed", "quotation_traceable")
CHECKS_OF_EVIDENCE = ("excerpts", "spoken_by", "theme_has_evidence", "weighed", "shown_in")
METHOD = ("Abstract", "4")
# A reading of one post, answer or person of the original, which no other study can meet again.
OF_ONE = re.compile(r"The (?:post|user|writer|answers?|exchange with)\b")

CHOICE, EVENT, PRINT = "a choice, not a finding", "about the original's event", "about the article as printed"
SCENE, THEORY, READING = "a scene of the original", "theory or earlier research", "for a reader to judge"
PROPOSAL, LIMIT, NEEDS = "a proposal", "a limit of the original", "needs data of another kind"
NO_CODINGS, TOO_FEW, OTHER_CODEBOOK = "no codings here", "too few coded units here", "another codebook here"
NO_NUMBER, MADE_UP = "no number in the original", "stand-in data here"
WHY = {
    CHOICE: "It tells how the original was designed, which is chosen and not found.",
    EVENT: "It is about the original's own event, its dates or its place, which another study does not share.",
    NO_NUMBER: "This study has a number for it, but the original published none to set beside it.",
    PRINT: "It is about how the article is put together or printed.",
    SCENE: "It tells of one scene in the original; another study has scenes of its own.",
    THEORY: "It rests on theory or on earlier research, not on the original's data.",
    READING: "It is a reading, and how far it carries is for a reader to judge.",
    PROPOSAL: "It proposes something to teachers, which no study of posts can test.",
    LIMIT: "It names a limit of the original, or what others should study.",
    MADE_UP: "What this study has for it was made up to show the method.",
    OTHER_CODEBOOK: "This study's codebook has no entry for what the original shows for it.",
}


def compare_claim(claim: Stated, ground: Ground) -> Compared:
    """Compare one claim by the first rule that applies to it."""
    for rule in RULES:
        found = rule(claim, ground)
        if found is not None:
            return found
    return _cannot(claim, ground, _reason_by_kind(claim))


def _decided(claim: Stated, ground: Ground) -> Compared | None:
    """The size of the sample: chosen alike or otherwise."""
    if claim.named not in DECIDED:
        return None
    wanted = ground.decisions[DECIDED[claim.named]]
    alike = "alike" if str(wanted) == claim.value else "otherwise"
    why = f"The size of a sample is chosen and not found; here it was chosen {alike}, {wanted:,} {claim.unit} wanted."
    return _cannot(claim, ground, CHOICE, why)


def _number_of_entries(claim: Stated, ground: Ground) -> Compared | None:
    """So many patterns, or themes of a pattern, of which some occur here."""
    level, _, parent = claim.argument.removesuffix("s").partition(" ")
    counts = claim.check in ("counts_rows", "stated_alike") and level in set(ground.codebook["level"])
    if not counts or not claim.value.isdigit():
        return None
    if _found_here(claim, ground):
        return _number(claim, ground)
    codebook = ground.codebook
    wanted = codebook[(codebook["level"] == level) & ((codebook["parent_id"] == parent) if parent else True)]
    return _occurring(claim, ground, list(wanted["code_id"]), int(claim.value))


def _occurring(claim: Stated, ground: Ground, wanted: list[str], stated: int) -> Compared:
    entries = _entries(ground, wanted)
    if isinstance(entries, str):
        return _cannot(claim, ground, *_without_entries(entries))
    told, original = f"{len(entries.given)} of {len(wanted)} occur", _stated(claim)
    if len(entries.given) == stated:
        return Compared(AGREES, "Each of them was given here at least once.", "", original, told)
    why = f"{_names(entries.never)}: never given on {entries.read:,} units read"
    return _never(claim, entries, why, told)


def _by_evidence(claim: Stated, ground: Ground) -> Compared | None:
    """A reading, by whether the themes and codes of what the original shows for it occur here."""
    if claim.kind != "interpretation" or claim.check not in CHECKS_OF_EVIDENCE or OF_ONE.match(claim.statement):
        return None
    wanted = _shown_entries(claim, ground)
    if not wanted:
        return None
    entries = _entries(ground, wanted)
    if isinstance(entries, str):
        return _cannot(claim, ground, *_without_entries(entries))
    if entries.never.empty:
        why = "The like of what the original shows for it was given here, too."
        return Compared(AGREES, why, "", _evidence_told(claim, ground), entries.told(), entries.interval())
    why = f"{_names(entries.never)}: never given on {entries.read:,} units read"
    found = _never(claim, entries, why, entries.told())
    return Compared(found.verdict, found.why, found.reason, _evidence_told(claim, ground), found.here, found.interval)


def _never(claim: Stated, entries: Entries, why: str, told: str) -> Compared:
    """An entry that was never given differs where enough was read."""
    most = written(entries.highest, "share", 0 if entries.highest >= RARE else 1)
    if entries.highest <= RARE:
        return Compared(
            DIFFERS, f"{why}; at most {most} of such units would hold it.", "", _stated(claim), told, entries.interval()
        )
    return Compared(
        CANNOT, f"{why}, too few to tell: up to {most} could hold it.", TOO_FEW, _stated(claim), told,
        entries.interval(),
    )  # fmt: skip


def _number(claim: Stated, ground: Ground) -> Compared:
    """A number that the original found, beside the one that was found here."""
    stated, found = float(claim.value), ground.recorded[claim.named]["value"]
    interval = ground.intervals.get(claim.named)
    told = {"original": _stated(claim), **_value_told(claim, ground)}
    if found == stated:
        return Compared(AGREES, "Both studies give the same number.", **told)
    if interval and interval.holds(stated):
        return Compared(AGREES, "The original's number lies within this study's interval.", **told)
    ends = "lies outside this study's interval" if interval else "is another than this study's, which is a plain count"
    return Compared(DIFFERS, f"The original's number {ends}.", **told)


RULES: tuple[Callable[[Stated, Ground], Compared | None], ...] = (_decided, _number_of_entries, _by_evidence)


def _reason_by_kind(claim: Stated) -> str:
    """Why a claim of this kind cannot be compared with other data."""
    by_kind = {"theory": THEORY, "implication": PROPOSAL, "limitation": LIMIT, "date": EVENT}
    if claim.check in CHECKS_OF_PRINT or claim.named == "affordances_codes":
        return PRINT
    if claim.check in CHECKS_OF_EVENT:
        return EVENT
    if claim.kind == "interpretation":
        return _reason_of_reading(claim)
    if claim.section in METHOD and claim.kind not in by_kind:
        return PRINT if claim.unit == "themes" else CHOICE
    return by_kind.get(claim.kind, SCENE if claim.section.startswith("5.") else EVENT)


def _reason_of_reading(claim: Stated) -> str:
    if claim.check in CHECKS_OF_EVIDENCE and OF_ONE.match(claim.statement):
        return SCENE
    return {"raw_data": NEEDS, "cited": THEORY}.get(claim.check, READING)


def _cannot(claim: Stated, ground: Ground, reason: str, why: str = "") -> Compared:
    """What stands beside a claim that has no verdict: what the original has for it, and what is known here."""
    reason = NO_NUMBER if reason == NEEDS and _found_here(claim, ground) else reason
    needed = f"To decide it one needs {claim.argument}." if reason == NEEDS else WHY.get(reason, "")
    told = {"original": _stated(claim), **_value_told(claim, ground)}
    if reason == SCENE:
        entries = _entries(ground, _shown_entries(claim, ground))
        told = {"original": _evidence_told(claim, ground), "here": "" if isinstance(entries, str) else entries.told()}
    if reason in (NO_CODINGS, OTHER_CODEBOOK):
        told["original"] = _stated(claim) or _evidence_told(claim, ground)
    return Compared(CANNOT, why or needed, reason, **told)


def _entries(ground: Ground, wanted: list[str]) -> Entries | str:
    """The entries in this study's codings, or the reason why there are none."""
    if isinstance(ground.given, NotComputable):
        return str(ground.given.reason)
    if ground.made_up:
        return MADE_UP
    rows = ground.by_code.reindex(wanted)
    return OTHER_CODEBOOK if rows["units"].isna().any() else Entries(rows.astype({"units": int}), ground.read)


def _without_entries(reason: str) -> tuple[str, str]:
    """The group of a reason, and its sentence."""
    if reason in WHY:
        return reason, WHY[reason]
    return NO_CODINGS, f"It rests on what coders gave, and here {reason}."


def _shown_entries(claim: Stated, ground: Ground) -> list[str]:
    """The one code that is shown for a claim, or the themes of several."""
    if claim.check == "theme_has_evidence":
        return [claim.argument]
    codes = sorted({code for cell in ground.shown(claim)["code_ids"] for code in words(cell)})
    return codes if len(codes) == 1 else list(dict.fromkeys(ground.themes.get(code, code) for code in codes))


def _found_here(claim: Stated, ground: Ground) -> Mapping[str, Any] | None:
    """The value that a claim names, where this study computed it from what was captured."""
    value = ground.recorded.get(claim.named, {})
    return value if value and value["origin"] == "captured" and not value["missing"] else None


def _value_told(claim: Stated, ground: Ground) -> dict[str, str]:
    value = _found_here(claim, ground)
    if value is None:
        return {}
    interval = ground.intervals.get(claim.named)
    return {
        "here": with_unit(value["text"], value["unit"]),
        "interval": interval.told(value["unit"]) if interval else "",
    }


def with_unit(text: str, unit: str) -> str:
    """A value with its unit, which a share's percent sign already is."""
    if unit == "page":
        return f"page {text}"
    return text if unit in ("", "share") else f"{text} {unit}"


def _stated(claim: Stated) -> str:
    value = written(int(claim.value)) if claim.value.isdigit() else claim.value
    return with_unit(value, claim.unit if claim.value.isdigit() else "")


def _evidence_told(claim: Stated, ground: Ground) -> str:
    return told_of(ground.shown(claim))


def _names(rows: pd.DataFrame) -> str:
    return ", ".join(f"'{name}'" for name in rows["name"])
