"""What the columns of tables of codings are usually called, in the languages in which researchers keep them."""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from unicodedata import normalize

import yaml

from analysis.sources.suggestions import usual_names as captured_names

USUAL = Path(__file__).with_suffix(".yml")
MARKS = ("given", "not_given", "blank")
# What a row of codings says, what tells most first.
OF_CODINGS = (
    "unit", "coder", "code", "codes", "unit_perhaps", "coder_perhaps", "start", "end", "round", "coding_id", "page",
    "left", "top", "right", "bottom", "begin", "finish", "memo", "quote", "time",
)  # fmt: skip
# What a capture counts and a table of codings does not.
OF_CAPTURES = ("likes", "collects", "shares", "comments_count", "search_rank", "images", "replies_count")
# What a capture may call a count and a coder a note.
AMBIGUOUS = frozenset({"comments", "replies"})


@cache
def usual() -> Mapping[str, Mapping[str, int]]:
    """The names that columns usually have, each with its rank, by what the column says."""
    names: dict[str, list[str]] = yaml.safe_load(USUAL.read_text(encoding="utf-8"))
    return {says: {plain(name): rank for rank, name in enumerate(given)} for says, given in names.items()}


@cache
def marks() -> Mapping[str, bool | None]:
    """What a cell of a matrix says: that a code was given, that it was not, or nothing."""
    means = dict(zip(MARKS, (True, False, None), strict=True))
    names: dict[str, list[str]] = yaml.safe_load(USUAL.read_text(encoding="utf-8"))
    return {mark.casefold(): means[says] for says in MARKS for mark in names[says]}


def plain(name: str) -> str:
    """A column's name as it is compared.

    >>> plain("Coded by"), plain("Agreement (%)"), plain("Kodierer:in")
    ('codedby', 'agreement', 'kodiererin')
    """
    return re.sub(r"\s*[(（].*?[)）]|[\s_\-:*/.]", "", normalize("NFKC", name).casefold())


def placed(header: Sequence[str], wanted: Sequence[str]) -> dict[str, int]:
    """Which column says what of what is wanted; where several may, the likeliest, and no column says two things."""
    found: dict[str, int] = {}
    for each in wanted:
        names = usual()[each]
        ranked = [(names[plain(name)], place) for place, name in enumerate(header) if plain(name) in names]
        free = [(rank, place) for rank, place in ranked if place not in found.values()]
        if free:
            found[each] = min(free)[1]
    return found


def of_codings(header: Sequence[str]) -> dict[str, int]:
    """Which column of a table of codings says what."""
    found = placed(header, OF_CODINGS)
    for each in ("unit", "coder"):
        perhaps = found.pop(f"{each}_perhaps", None)
        if perhaps is not None:
            found.setdefault(each, perhaps)
    return found


def may_say(name: str, *wanted: str) -> bool:
    """Whether a column of this name usually says one of these things."""
    return any(plain(name) in usual()[each] for each in wanted)


def is_of_captures(header: Sequence[str]) -> bool:
    """Whether any of these columns is one that only captures have."""
    names = {
        plain(name)
        for columns in captured_names().values()
        for canonical, given in columns.items()
        if canonical in OF_CAPTURES
        for name in given
    }
    return any(plain(name) in names - AMBIGUOUS for name in header)
