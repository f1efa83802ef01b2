"""Checks of evidence: what is shown for a claim, by whom, in which language, and from which post."""

import pandas as pd

from analysis.checks.base import (
    ARGUMENT,
    CONFLICTS,
    JUDGEMENT,
    NEEDS_DATA,
    RERUN,
    SUPPORTED,
    Claim,
    Judgement,
    Sources,
    check,
    number_of,
    sections_of,
    spots_of,
    told_of,
)
from analysis.references import place
from analysis.schema import words


@check(touches=ARGUMENT)
def excerpts(claim: Claim, sources: Sources) -> Judgement:
    """How many excerpts and figures are shown for it."""
    shown = sources.shown(claim)
    if shown.empty:
        return Judgement(NEEDS_DATA, "The article shows no excerpt for it; the raw data may.")
    return Judgement(SUPPORTED, f"Supported by {told_of(shown)}.", sections_of(shown))


@check(touches=ARGUMENT)
def weighed(claim: Claim, sources: Sources) -> Judgement:
    """What is shown for it, against the excerpts that the argument names as pointing the other way."""
    shown = sources.shown(claim)
    opposed = shown["evidence_id"].isin(words(claim.argument))
    speaking, against = shown[~opposed], shown[opposed]
    if against.empty:
        return excerpts(claim, sources)
    if speaking.empty:
        return Judgement(CONFLICTS, f"All that is shown points the other way ({_gists(against)}).", spots_of(against))
    told = f"What is shown points both ways: {told_of(speaking)} for it ({_gists(speaking)})"
    told += f"; {told_of(against)} the other way ({_gists(against)})."
    return Judgement(JUDGEMENT, told, spots_of(shown), noted=True)


@check(touches=ARGUMENT)
def theme_has_evidence(claim: Claim, sources: Sources) -> Judgement:
    """Whether there is evidence for the theme or code; a theme that is announced should be shown."""
    entry = sources.row("codebook", "code_id", claim.argument)
    evidence = sources["evidence"]
    shown = evidence[[_supports(codes, claim.argument) for codes in evidence["code_ids"]]]
    if not shown.empty:
        return Judgement(SUPPORTED, f"'{entry['name']}' is supported by {told_of(shown)}.", sections_of(shown))
    if entry["level"] == "code":
        return Judgement(NEEDS_DATA, f"No excerpt is given for '{entry['name']}'; the raw data may hold some.")
    pattern = sources.row("codebook", "code_id", claim.argument.partition(".")[0])
    announced, expected = place(claim.section), place(pattern["section"])
    told = f"'{entry['name']}' is announced in {announced}; {expected} shows no excerpt for it."
    return Judgement(CONFLICTS, told, (pattern["section"],))


@check(touches=ARGUMENT)
def spoken_by(claim: Claim, sources: Sources) -> Judgement:
    """Whether the excerpts (for a code, if one is named) are spoken by that side."""
    side, _, code = claim.argument.partition(" ")
    shown = sources.shown(claim)
    if code:
        shown = shown[[_supports(codes, code) for codes in shown["code_ids"]]]
    by_side = shown[shown["speaker_side"].isin([side, "both"])]
    others = shown[shown["speaker_side"].notna() & ~shown["speaker_side"].isin([side, "both"])]
    if by_side.empty and others.empty:
        return Judgement(NEEDS_DATA, "The article shows no excerpt of which it says who speaks; the raw data may.")
    if by_side.empty:
        told = f"It puts the {side} side in this role; the evidence shows {told_of(others)} by the other side."
        return Judgement(CONFLICTS, told, spots_of(others))
    told = f"Supported by {told_of(by_side)} in which the {side} side speaks"
    more = f", beside {told_of(others)} in which it does not" if len(others) else ""
    return Judgement(SUPPORTED, f"{told}{more}.", sections_of(by_side))


@check(touches=ARGUMENT)
def posts_by(claim: Claim, sources: Sources) -> Judgement:
    """Whether the posts that the article shows are written by that side."""
    shown = sources.shown(claim)
    return _posts_that_meet(shown, shown["speaker_side"] == claim.argument, f"by the {claim.argument} side")


@check(touches=ARGUMENT)
def posts_in(claim: Claim, sources: Sources) -> Judgement:
    """Whether the posts that the article shows are at least partly in that language."""
    shown = sources.shown(claim)
    meets = shown["languages"].map(lambda cell: claim.argument in words(cell)).astype(bool)
    return _posts_that_meet(shown, meets, f"in '{claim.argument}', if only in part")


@check(touches=ARGUMENT)
def shown_in(claim: Claim, sources: Sources) -> Judgement:
    """Whether the words that are quoted show each of the languages."""
    quoted = sources.shown(claim).query("form != 'figure'")
    seen = sorted({language for cell in quoted["languages"] for language in words(cell)})
    lacking = [language for language in words(claim.argument) if language not in seen]
    if lacking:
        told = f"What is quoted is in {', '.join(seen)}; the picture would have to show {', '.join(lacking)}."
        return Judgement(NEEDS_DATA, told, sections_of(quoted))
    return Judgement(SUPPORTED, f"Supported by {told_of(quoted)}, in {', '.join(seen)}.", sections_of(quoted))


@check(touches=RERUN)
def numbered_within(claim: Claim, sources: Sources) -> Judgement:
    """Whether the numbers of the posts shown are within the size of the sample."""
    stated = sources.row("sample", "measure", claim.argument)
    shown = sources.shown(claim)
    numbers = sorted(int(number) for number in shown["source_post"].dropna())
    told = ", ".join(map(str, numbers))
    if any(number > int(stated["value"]) for number in numbers):
        found = f"The post has number {told}, but the sample has {stated['value']} posts ({place(stated['section'])})."
        return Judgement(CONFLICTS, found, (stated["section"],))
    told = f"Supported by {told_of(shown)}; number {told} fits {stated['value']} posts."
    return Judgement(SUPPORTED, told, (stated["section"],))


def _posts_that_meet(shown: pd.DataFrame, meets: "pd.Series[bool]", condition: str) -> Judgement:
    """Compare the posts shown with a condition that the article sets for its sample."""
    if shown.empty:
        return Judgement(NEEDS_DATA, "The article shows no post; the raw data could tell.")
    others = shown[~meets]
    met = int(meets.sum())
    told = f"Of {_posts_quoted(shown)}, {met} {'is' if met == 1 else 'are'} {condition}"
    if others.empty:
        return Judgement(SUPPORTED, f"{told}.", sections_of(shown))
    which = ", ".join(others["evidence_id"])
    return Judgement(CONFLICTS, f"{told}; {which} {'is' if len(others) == 1 else 'are'} not.", sections_of(others))


def _posts_quoted(shown: pd.DataFrame) -> str:
    """How many posts are quoted, and how many of them by no more than their title."""
    told = f"{number_of(len(shown), 'post')} quoted"
    titles = int((shown["form"] == "title").sum())
    return f"{told}, {len(shown) - titles} from the text and {titles} by title alone" if titles else told


def _gists(shown: pd.DataFrame) -> str:
    return "; ".join(f"{row['evidence_id']}: {row['gist'].rstrip('.')}" for row in shown.to_dict("records"))


def _supports(code_ids: object, code: str) -> bool:
    return any(given == code or given.startswith(f"{code}.") for given in words(code_ids))
