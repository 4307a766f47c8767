"""When a deployment window is open.

https://docs.aws.amazon.com/codepipeline/latest/userguide/rule-reference-DeploymentWindow.html
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tealform_harness.aws_emulator.codepipeline.error import ActionError

_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_DAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
_FIELDS = (6, 7)


def is_window_open(cron: str, time_zone: str, now: datetime) -> bool:
    """Whether ``now``, which has a time zone, is in the window; raises ActionError for what cannot be read.

    The fields of ``cron`` are second, minute, hour, day of the month, month, day of the week and perhaps year.
    """
    fields = cron.split()
    if len(fields) not in _FIELDS:
        raise ActionError("ConfigurationError", f"The cron expression {cron} must have 6 or 7 fields")
    there = now.astimezone(_parse_zone(time_zone))
    values = (
        there.minute,
        there.hour,
        there.day,
        there.month,
        there.isoweekday() % 7 + 1,
        there.year,
    )
    return all(
        _field_matches(field, value, position) for position, (field, value) in enumerate(zip(fields[1:], values, strict=False))
    )


def _parse_zone(name: str) -> timezone | ZoneInfo:
    if name.startswith("UTC") and name[3:]:
        hours, _, minutes = name[4:].partition(":")
        offset = timedelta(hours=int(hours), minutes=int(minutes or 0))
        return timezone(-offset if name[3] == "-" else offset)
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise ActionError("ConfigurationError", f"There is no time zone {name}") from None


def _field_matches(field: str, value: int, position: int) -> bool:
    return any(_part_matches(part, value, position) for part in field.split(","))


def _part_matches(part: str, value: int, position: int) -> bool:
    span, _, step = part.partition("/")
    if span in ("*", "?"):
        first, last = 0, 9999
    else:
        beginning, _, end = span.partition("-")
        first = _parse_number(beginning, position)
        last = _parse_number(end, position) if end else (9999 if step else first)
    return first <= value <= last and (value - first) % int(step or 1) == 0


def _parse_number(text: str, position: int) -> int:
    names = {3: _MONTHS, 4: _DAYS}.get(position, ())
    if text.upper() in names:
        return names.index(text.upper()) + 1
    if not text.isdecimal():
        raise ActionError("ConfigurationError", f"{text} in a cron expression is not emulated")
    return int(text)
