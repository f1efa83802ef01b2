"""In which form times are written, told by the times; and the lines of study.yml that say so.

A day and a month that could be exchanged are never guessed: both lines are given, and the user takes one.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from analysis.sources.reader import NOTHING_TOLD

DIGITS = {10: "unix_s", 13: "unix_ms"}
_ISO = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?(\s?(Z|UTC|[+-]\d\d(:?\d\d)?))?)?")
_DAYS = ("%m/%d/%Y", "%d/%m/%Y", "%m-%d-%Y", "%d-%m-%Y", "%m.%d.%Y", "%d.%m.%Y", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日",
         "%d %b %Y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y")  # fmt: skip
_CLOCKS = ("", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p", ", %H:%M", ", %H:%M:%S")
WRITTEN = (
    *(day + clock for day in _DAYS for clock in _CLOCKS),
    "%Y-%m-%d_%H:%M:%S", "%a %b %d %H:%M:%S %z %Y", "%a, %d %b %Y %H:%M:%S %z",
)  # fmt: skip
OFFSET_LINE = 'utc_offset: "+08:00"'
_ZONE = (
    "the zone of these times is not to be seen, so they would be read as UTC; else say how far their clock is ahead "
    f"of UTC, such as {OFFSET_LINE}"
)


@dataclass(frozen=True)
class TimeForm:
    """The form that all times have, when there is only one; what is left to decide; and lines that may be wanted."""

    form: str | None
    remark: str = ""
    lines: tuple[str, ...] = ()

    @property
    def forms(self) -> list[str]:
        """The lines that give a form: that of the times, or those that it may be."""
        return [f'time_format: "{self.form}"'] if self.form else [line for line in self.lines if line != OFFSET_LINE]


def guess_time_form(cells: Collection[str | None]) -> TimeForm:
    """The form of these times.

    >>> guess_time_form(["1/14/2025 12:08"]).form, guess_time_form(["1/4/2025"]).lines[:2]
    ('%m/%d/%Y %H:%M', ('time_format: "%m/%d/%Y"', 'time_format: "%d/%m/%Y"'))
    """
    filled = {cell.strip() for cell in cells if cell and cell.strip()}
    times = sorted(cell for cell in filled if cell.casefold() not in NOTHING_TOLD)
    if not times:
        return TimeForm(None, "no time in the first rows; give time_format.")
    if all(re.fullmatch(r"\d{10}|\d{13}", time) for time in times) and len({len(time) for time in times}) == 1:
        return TimeForm(DIGITS[len(times[0])])
    if all(map(_ISO.fullmatch, times)):
        return _in_zone("ISO8601", has_zone=all(map(_has_zone, times)))
    fitting = [form for form in WRITTEN if all(_is_written(time, form) for time in times)]
    if len(fitting) == 1:
        return _in_zone(fitting[0], has_zone="%z" in fitting[0])
    shown = f"such as '{times[0]}'"
    if fitting:
        lines = tuple(f'time_format: "{form}"' for form in fitting)
        told = f"times {shown} can be read in more than one way; the line that is meant is {' or '.join(lines)}"
        return TimeForm(None, told, (*lines, OFFSET_LINE))
    return TimeForm(None, f"times {shown} are in no usual form; give time_format, or leave the column out.")


def _in_zone(form: str, *, has_zone: bool) -> TimeForm:
    return TimeForm(form) if has_zone else TimeForm(form, _ZONE, (OFFSET_LINE,))


def _has_zone(time: str) -> bool:
    return re.search(r"(Z|UTC|:\d\d(\.\d+)?\s?[+-]\d\d(:?\d\d)?)$", time) is not None


def _is_written(time: str, form: str) -> bool:
    try:
        datetime.strptime(time, form)  # noqa: DTZ007 — only its form is asked for
    except ValueError:
        return False
    return True
