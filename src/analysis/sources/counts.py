"""Counts as platforms show them: `7.6万`, `1千+`, `2.1w`, `10+`, `3,4k`.

A comma before three digits separates thousands. Before one or two digits and a unit it is a decimal comma, as in `3,4k`
and `1,2 mil`; `mil` is a thousand there and nowhere else, since `2 mil` is two million to others.
"""

import re
from decimal import Decimal

import pandas as pd

_UNITS = {
    "": 1,
    "k": 1_000,
    "w": 10_000,
    "m": 1_000_000,
    "b": 1_000_000_000,
    "thousand": 1_000,
    "million": 1_000_000,
    "billion": 1_000_000_000,
    "百": 100,
    "千": 1_000,
    "万": 10_000,
    "萬": 10_000,
    "亿": 100_000_000,
    "億": 100_000_000,
}
UNIT = "thousand|million|billion|[kwmb百千万萬亿億]"
# What is rewritten before a count is read, so that its decimal sign is a point; `SPACE` is what the engine calls one.
COMMAS = (
    (r"^(\d+),(\d{1,2})SPACE*mil(SPACE*\+?)$", r"\1.\2k\3"),
    (rf"^(\d+),(\d{{1,2}}SPACE*(?:{UNIT}))", r"\1.\2"),
)
_COUNT = re.compile(rf"(\d+(?:,\d{{3}})*(?:\.\d+)?)\s*({UNIT}|)\s*(\+?)", re.IGNORECASE)
# What capturing tools write where there is no count.
_ABSENT = ("", "-1")


def parse_count(text: object) -> tuple[int | None, bool]:
    """The number that a captured count stands for, and whether it is only approximate.

    A number with a unit is rounded; a number with a plus is the least it can be. An absent count is None.
    Raises `ValueError` for anything else.

    >>> [parse_count(text) for text in ("3829", "7.6万", "3,4k", "1千+", "10+", "-1", "")]
    [(3829, False), (76000, True), (3400, True), (1000, True), (10, True), (None, False), (None, False)]
    """
    shown = text.strip() if isinstance(text, str) else ""
    if shown in _ABSENT:
        return None, False
    pointed = shown
    for comma, point in COMMAS:
        pointed = re.sub(comma.replace("SPACE", r"\s"), point, pointed, flags=re.IGNORECASE)
    found = _COUNT.fullmatch(pointed)
    if not found:
        raise ValueError(f"'{shown}' is not a count")
    number, unit, plus = found.groups()
    counted = Decimal(number.replace(",", "")) * _UNITS[unit.lower()]
    if counted != int(counted):
        raise ValueError(f"'{shown}' is not a whole number")
    return int(counted), bool(unit or plus)


def is_approximate(captured: pd.Series) -> pd.Series:
    """Whether a captured count is rounded or a lower bound.

    >>> is_approximate(pd.Series(["12", "1.7万", "10+", None])).tolist()
    [False, True, True, False]
    """
    shown = captured.astype("object").where(captured.notna(), "").astype("str")
    return shown.ne("") & ~shown.str.strip().str.fullmatch(r"-1|[\d,]+")


def is_lower_bound(captured: pd.Series) -> pd.Series:
    """Whether a captured count says only that there are at least so many, as `10+` does.

    >>> is_lower_bound(pd.Series(["12", "1.7万", "10+", None])).tolist()
    [False, False, True, False]
    """
    shown = captured.astype("object").where(captured.notna(), "").astype("str")
    return shown.str.strip().str.endswith("+")
