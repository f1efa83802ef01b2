"""Counts as platforms show them: `7.6万`, `1千+`, `2.1w`, `10+`."""

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
_COUNT = re.compile(
    r"(\d+(?:,\d{3})*(?:\.\d+)?)\s*(thousand|million|billion|[kwmb百千万萬亿億]?)\s*(\+?)", re.IGNORECASE
)
# What capturing tools write where there is no count.
_ABSENT = ("", "-1")


def parse_count(text: object) -> tuple[int | None, bool]:
    """The number that a captured count stands for, and whether it is only approximate.

    A number with a unit is rounded; a number with a plus is the least it can be. An absent count is None.
    Raises `ValueError` for anything else.

    >>> [parse_count(text) for text in ("3829", "7.6万", "2.1w", "1千+", "10+", "-1", "")]
    [(3829, False), (76000, True), (21000, True), (1000, True), (10, True), (None, False), (None, False)]
    """
    shown = text.strip() if isinstance(text, str) else ""
    if shown in _ABSENT:
        return None, False
    found = _COUNT.fullmatch(shown)
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
