"""When releases may begin, in the words of CodePipeline's rule DeploymentWindow."""

from __future__ import annotations

import re
import zoneinfo
from typing import Annotated

from pydantic import Field

from tealform.settings.types import Block, Constraint, quoted

_MONTHS = "JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC"
_DAYS = "SUN|MON|TUE|WED|THU|FRI|SAT"


def _field(value: str, step: str) -> str:
    """A list of values, of ranges, and of steps of either."""
    part = rf"(\*|({value})(-({value}))?)(/({step}))?"
    return rf"{part}(,{part})*"


_MINUTE = _field(r"[1-5]?\d", r"[1-9]|[1-5]\d")
_HOUR = _field(r"1?\d|2[0-3]", r"[1-9]|1\d|2[0-3]")
_DAY = _field(r"[1-9]|[12]\d|3[01]", r"[1-9]|[12]\d|3[01]") + r"|L|LW|([1-9]|[12]\d|3[01])W"
_MONTH = _field(rf"[1-9]|1[0-2]|{_MONTHS}", r"[1-9]|1[0-2]")
_WEEKDAY = _field(rf"[1-7]|{_DAYS}", "[1-7]") + r"|[1-7]?L|[1-7]#[1-5]"
_YEAR = _field(r"19[7-9]\d|2[01]\d\d", r"[1-9]\d?")
# One of the two days is a «?», which leaves it to the other. A second cannot be chosen.
_CRON = re.compile(
    rf"\* ({_MINUTE}) ({_HOUR}) (\? ({_MONTH}) ({_WEEKDAY})|({_DAY}) ({_MONTH}) \?)( ({_YEAR}))?", re.ASCII
)
_RANGE = re.compile(r"(\d+|[A-Z]{3})-(\d+|[A-Z]{3})")
_NUMBERS = {name: number for names in (_MONTHS, _DAYS) for number, name in enumerate(names.split("|"), start=1)}

_WHAT = "a deployment window like * * 9-16 ? * MON-FRI *: second (always *), minute, hour, day, month, weekday"


def _window_cron(value: str) -> str:
    """https://docs.aws.amazon.com/codepipeline/latest/userguide/rule-reference-DeploymentWindow.html"""
    if not _CRON.fullmatch(value):
        raise ValueError(f"{quoted(value)} is not {_WHAT}")
    for first, last in _RANGE.findall(value):
        if _number(first) > _number(last):
            raise ValueError(f"{first}-{last} goes backwards; write it as two ranges, like 22-23,0-3")
    return value


def _number(value: str) -> int:
    return _NUMBERS.get(value) or int(value)


WindowCron = Annotated[str, Constraint(_window_cron, f"{_WHAT}, and a year if you like; one of the two days is a ?")]


def _time_zone(value: str) -> str:
    if value != "UTC" and not (
        re.fullmatch(r"[A-Za-z_]+(/[\w+-]+)+", value) and value in zoneinfo.available_timezones()
    ):
        raise ValueError(f"{quoted(value)} is not a time zone with region and city, like Europe/Berlin, and not UTC")
    return value


WindowTimeZone = Annotated[str, Constraint(_time_zone, "a time zone with region and city, like Europe/Berlin, or UTC")]


class Window(Block):
    """When a deployment may begin; a release that arrives at another time waits. One that has begun goes on."""

    cron: WindowCron = Field(
        description=(
            "All minutes at which a deployment may begin, in the words of CodePipeline's rule DeploymentWindow. From Friday to "
            "Monday is `FRI-SAT,SUN-MON`: a range does not go over the end."
        ),
        examples=["* * 9-16 ? * MON-FRI *"],
    )
    timezone: WindowTimeZone = Field(default="UTC", description="The time zone of `cron`, which may have summer time.")
