"""Times of a capture, whatever their form, as UTC."""

import re

import pandas as pd

from analysis.errors import CaptureError

PER_SECOND = {"unix_s": 1, "unix_ms": 1000}
_OFFSET = re.compile(r"([+-]?)(\d{1,2}):?(\d{2})?")
_LONGEST_OFFSET_IN_HOURS = 14
# The hour is asked for, since a date alone, such as 2025-01-14, ends like an offset.
_ZONED_ISO = r"\d[T ]\s*\d\d.*(?:Z|[+-]\d\d(?::?\d\d)?)\s*$"


def parse_times(cells: pd.Series, time_format: str, utc_offset: str | float) -> pd.Series:
    """Read times in a format (strftime, ISO8601, unix_s or unix_ms) as UTC; an unreadable one is missing.

    >>> parse_times(pd.Series(["1/14/2025 12:08"]), "%m/%d/%Y %H:%M", "+08:00").astype(str).tolist()
    ['2025-01-14 04:08:00+00:00']
    """
    if time_format in PER_SECOND:
        seconds = pd.to_numeric(cells, errors="coerce") // PER_SECOND[time_format]
        return _whole_seconds(pd.to_datetime(seconds, unit="s", errors="coerce", utc=True))
    parsed = pd.to_datetime(cells, format=time_format, errors="coerce", utc=True)
    # A time that names its own zone is in UTC by now.
    return _whole_seconds(parsed.where(_zoned(cells, time_format), parsed - offset(utc_offset)))


def _zoned(cells: pd.Series, time_format: str) -> pd.Series:
    """Whether a time names its own zone: in ISO8601 each cell decides, else the format (%z, %Z or a Z at its end)."""
    if time_format == "ISO8601":
        return cells.str.contains(_ZONED_ISO, regex=True, na=False)
    return pd.Series("%z" in time_format or "%Z" in time_format or time_format.endswith("Z"), index=cells.index)


def times_from_ids(identifiers: pd.Series) -> pd.Series:
    """The time in an identifier of 24 hexadecimal digits, whose first eight are Unix seconds; else missing.

    >>> times_from_ids(pd.Series(["6785e350a276837fb0382e0a", "p1"])).tolist()
    [Timestamp('2025-01-14 04:08:48+0000', tz='UTC'), NaT]
    """
    digits = identifiers.astype("str").str.extract(r"^([0-9a-f]{8})[0-9a-f]{16}$")[0]
    seconds = digits.map(lambda found: int(found, 16), na_action="ignore").astype("Int64")
    return _whole_seconds(pd.to_datetime(seconds, unit="s", utc=True))


def _whole_seconds(times: pd.Series) -> pd.Series:
    whole: pd.Series = times.dt.as_unit("s")
    return whole


def offset(utc_offset: str | float) -> pd.Timedelta:
    """How far local time is ahead of UTC. Raises `CaptureError` when that is not readable.

    >>> offset("+08:00") == offset(8), offset("-03:30")
    (True, Timedelta('-1 days +20:30:00'))
    """
    if isinstance(utc_offset, int | float):
        # YAML reads an unquoted +10:00 in base sixty, as 600.
        in_hours = abs(utc_offset) <= _LONGEST_OFFSET_IN_HOURS
        return pd.Timedelta(hours=utc_offset) if in_hours else pd.Timedelta(minutes=utc_offset)
    found = _OFFSET.fullmatch(utc_offset.strip())
    if not found:
        raise CaptureError(
            f"utc_offset is '{utc_offset}'; expected an offset such as \"+08:00\". Correct it in study.yml."
        )
    sign, hours, minutes = found.groups(default="0")
    return pd.Timedelta(hours=int(hours), minutes=int(minutes)) * (-1 if sign == "-" else 1)
