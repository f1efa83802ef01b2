"""What the page of the evidence browser is told beforehand: the codebook, the sides, and the evidence that is shown."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from analysis import browse, browse_rows, code_pages, coding
from analysis.coded import coded_of
from analysis.computable import NotComputable
from analysis.schema import SIDES, words
from analysis.study import Study
from analysis.wording import say

# The licence of what the compendium itself made.
OWN_LICENCE = "CC BY 4.0"


def setting_of(study: Study) -> dict[str, Any]:
    """What the page's scripts start from; the corpus itself comes in files of its own."""
    codes = codes_of(study)
    return {
        "study": study.name,
        "title": study.title,
        "codes": codes,
        "sides": [
            [side, say(study.sides[side].label) if side in study.sides else ""] for side in browse.sides_of(study)
        ],
        "languages": [[language, _language_name(study, language)] for language in browse.languages_of(study)],
        "article": {
            "origin": study.origin_of("evidence"),
            "licence": licence_of(study),
            "rows": _filtered_by(study, [code["id"] for code in codes]),
        },
        "corpus": {
            "origin": study.origin_of("posts", "comments"),
            "licence": licence_of(study),
            "coarse": browse_rows.is_coarse(study),
        },
    }


def licence_of(study: Study) -> str:
    """The licence of a study's texts: of captured ones what study.yml says, or nothing."""
    return OWN_LICENCE if study.is_original else study.capture.get("licence", "")


def codes_of(study: Study) -> list[dict[str, Any]]:
    """The codebook in the tree's order: each entry with the place of the one above it and the name of its page.

    None where nothing was coded and no evidence is shown: there would be nothing to filter.
    """
    if isinstance(study.table("codings"), NotComputable) and not study.holds("evidence"):
        return []
    codebook = code_pages.codebook_now(study, lambda: coded_of(study))
    if isinstance(codebook, NotComputable):
        return []
    pages = code_pages.page_names(coding.entries_at(codebook, "code")["code_id"])
    place = {code: number for number, code in enumerate(codebook["code_id"])}
    return [
        {
            "id": row["code_id"],
            "name": say(str(row["name"])),
            "level": row["level"],
            "above": place.get(row["parent_id"], -1),
            "colour": row["colour"] if isinstance(row["colour"], str) else "",
            "page": pages.get(row["code_id"], ""),
        }
        for row in codebook.to_dict("records")
    ]


def evidence_of(study: Study) -> list[dict[str, Any]]:
    """The evidence that the study's own article shows, each piece with the claims that rest on it.

    What another study's article shows stands in that study's book.
    """
    evidence = study.table("evidence")
    if isinstance(evidence, NotComputable) or not study.holds("evidence"):
        return []
    resting = _claims_on(study)
    return [
        {
            **{name: "" if pd.isna(cell) else cell for name, cell in row.items()},
            "code_ids": words(row["code_ids"]),
            "languages": words(row["languages"]),
            "claims": resting.get(row["evidence_id"], []),
        }
        for row in evidence.to_dict("records")
    ]


def _claims_on(study: Study) -> dict[str, list[tuple[str, str]]]:
    """The study's own claims that rest on each piece of evidence: identifier and statement."""
    found: dict[str, list[tuple[str, str]]] = {}
    claims = study.table("claims")
    # Those of another study rest on its own evidence, which may be called the same.
    if isinstance(claims, NotComputable) or not study.holds("claims"):
        return found
    for row in claims.itertuples():
        for evidence in words(row.evidence_ids):
            found.setdefault(evidence, []).append((row.claim_id, row.statement))
    return found


def _filtered_by(study: Study, codes: Sequence[str]) -> list[dict[str, Any]]:
    """What each piece of evidence is filtered by, as places in the lists of the page."""
    place = {code: number for number, code in enumerate(codes)}
    languages = browse.languages_of(study)
    return [
        {
            "id": row["evidence_id"],
            "kind": row["form"],
            "sides": _places_of_side(study, row),
            "languages": [languages.index(each) for each in row["languages"] if each in languages],
            "codes": [place[code] for code in row["code_ids"] if code in place],
            "text": row["gist"],
            "section": str(row["section"]),
        }
        for row in evidence_of(study)
    ]


def _places_of_side(study: Study, row: Mapping[str, Any]) -> list[int]:
    said_by = SIDES if row["speaker_side"] == "both" else [row["speaker_side"] or browse.UNKNOWN_SIDE]
    return [browse.sides_of(study).index(side) for side in said_by]


def _language_name(study: Study, language: str) -> str:
    """What study.yml calls a language; nothing for those that are no side's."""
    names = {side.language: side.language_name for side in study.sides.values()}
    return say(names[language]) if language in names else ""
