"""Checks of what rests on works cited, on data that are not published, or on a reader."""

import re

from analysis.checks.base import (
    ARGUMENT,
    CONFLICTS,
    HOLDS,
    JUDGEMENT,
    NEEDS_DATA,
    PRINT,
    RERUN,
    Claim,
    Judgement,
    Sources,
    check,
    number_of,
    sections_of,
    told_of,
)
from analysis.errors import TableError, nearest
from analysis.references import Work, place
from analysis.schema import words
from analysis.sources.counts import parse_count


@check(touches=PRINT)
def cited(claim: Claim, sources: Sources) -> Judgement:
    """Whether the works that the claim rests on are listed; what they say is for their reader."""
    cells = [sources.row("citations", "citation_id", citation) for citation in words(claim.argument)]
    missing = [cell["cited_as"] for cell in cells if cell["reference"] not in set(sources["references"]["reference"])]
    if missing:
        return Judgement(CONFLICTS, f"Cited but not listed: {'; '.join(missing)}.", ("References",))
    told = " and ".join(cell["cited_as"] for cell in cells)
    return Judgement(JUDGEMENT, f"Rests on {number_of(len(cells), 'listed work')} ({told}); a reader of it can judge.")


@check(touches=ARGUMENT)
def named_in_title(claim: Claim, sources: Sources) -> Judgement:
    """Whether the title of the work cited names what the claim says; a title that does not is no conflict."""
    reference, _, phrase = claim.argument.partition(" ")
    title = _work(sources, reference).title
    named = _plain(phrase) in _plain(title)
    told = "names it; what the work says of it" if named else f"does not say '{phrase}'; whether the work does"
    found = f"The cited work's title, '{title}', {told} is for its reader."
    return Judgement(JUDGEMENT, found, ("References",), noted=not named)


@check(touches=RERUN)
def number_in_title(claim: Claim, sources: Sources) -> Judgement:
    """Whether the title of the work cited gives a measure of the sample as the article does, qualifier and all.

    The argument: the work, the measure, and whom the title counts where that is not whom the article counts.
    """
    reference, measure, *counted = claim.argument.split(maxsplit=2)
    row, title = sources.row("sample", "measure", measure), _work(sources, reference).title
    section, number = place(row["section"]), f"{int(row['value']):,}"
    found = [f"the title, '{title}', {'has' if int(row['value']) in _numbers(title) else 'does not give'} {number}"]
    if row["qualifier"] != "exactly":
        found.append(f"{section} says {row['qualifier']} {number}")
    found += [f"the title counts {whom}, {section} {row['unit']}" for whom in counted if _plain(whom) in _plain(title)]
    if len(found) == 1 and int(row["value"]) in _numbers(title):
        return Judgement(HOLDS, f"{found[0]}.", ("References",))
    told = f"{'; '.join(found)}. The work may say more than its title, which is for its reader."
    return Judgement(JUDGEMENT, told, ("References",), noted=True)


@check(touches=PRINT)
def quotation_traceable(claim: Claim, sources: Sources) -> Judgement:
    """Whether the page of a quotation lies within the pages of the work that it is ascribed to."""
    if not claim.argument:
        told = "The quotation is given without author and page, so that it cannot be traced here."
        return Judgement(JUDGEMENT, told, noted=True)
    reference, page = claim.argument.split()
    pages = _work(sources, reference).pages
    if pages is None:
        return Judgement(JUDGEMENT, f"The list gives no pages for this work; its reader can look at page {page}.")
    inside = pages[0] <= int(page) <= pages[1]
    told = f"Page {page} lies {'within' if inside else 'outside'} the pages {pages[0]}–{pages[1]} of the entry."
    return Judgement(HOLDS if inside else CONFLICTS, told, ("References",))


@check(touches=RERUN)
def left_open(claim: Claim, sources: Sources) -> Judgement:
    """Whether the article leaves open what a rerun would need."""
    row = sources.row("sample", "measure", claim.argument)
    if row["qualifier"] == "not stated":
        return Judgement(
            NEEDS_DATA, f"Not stated: {claim.argument}. The authors' records could tell.", (row["section"],)
        )
    return Judgement(JUDGEMENT, f"{place(row['section']).capitalize()} states it: {row['value']}.", (row["section"],))


@check(touches=ARGUMENT)
def raw_data(claim: Claim, sources: Sources) -> Judgement:
    """What only data that are not published could decide."""
    shown = sources.shown(claim)
    more = f" The article shows {told_of(shown)}." if len(shown) else ""
    return Judgement(NEEDS_DATA, f"To decide it one needs {claim.argument}.{more}", sections_of(shown))


@check(touches=ARGUMENT)
def judgement(claim: Claim, sources: Sources) -> Judgement:
    """A reading, with nothing to recompute."""
    shown = sources.shown(claim)
    told = f"The article shows {told_of(shown)}" if len(shown) else "No excerpt is tied to it"
    return Judgement(JUDGEMENT, f"{told}; how far it carries is for a reader.", sections_of(shown))


@check(touches=ARGUMENT)
def proposals(_claim: Claim, sources: Sources) -> Judgement:
    """How many activities the article proposes."""
    proposed = sources["implications"]
    told = f"{number_of(len(proposed), 'activity', 'activities')} follow; whether they work is for teachers to judge."
    return Judgement(JUDGEMENT, told.capitalize(), sections_of(proposed))


@check(touches=ARGUMENT)
def proposed(claim: Claim, sources: Sources) -> Judgement:
    """From how much evidence a proposal starts."""
    row = sources.row("implications", "implication_id", claim.argument)
    found = sources["evidence"][sources["evidence"]["evidence_id"].isin(words(row["evidence_ids"]))]
    told = f"starts from {told_of(found)}" if len(found) else "starts from no excerpt"
    return Judgement(JUDGEMENT, f"A proposal that {told}; a teacher can judge it.", sections_of(found))


def _work(sources: Sources, reference: str) -> Work:
    if reference not in sources.works:
        raise TableError(f"claims: no work '{reference}' in references.bib.{nearest(reference, sources.works)}")
    return sources.works[reference]


def _numbers(title: str) -> set[int | None]:
    found = re.findall(r"\d+(?:,\d{3})*(?:\.\d+)?\s?(?:million|billion|[KMB])\b|\b\d+\b", title)
    return {parse_count(number)[0] for number in found}


def _plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))
