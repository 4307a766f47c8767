"""Times in the words of AWS: when a deployment may begin, and when autoscaling has other limits."""

from __future__ import annotations

import re
import zoneinfo
from datetime import datetime
from typing import Annotated

from pydantic import Field

from tealform.settings.types import Block, Constraint, between, quoted

_MONTHS = "JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC"
_DAYS = "SUN|MON|TUE|WED|THU|FRI|SAT"


def _list_pattern(value: str, step: str) -> str:
    """Return the pattern of a list of values, of ranges, and of steps of either."""
    part = rf"(\*|({value})(-({value}))?)(/({step}))?"
    return rf"{part}(,{part})*"


_MINUTE = _list_pattern(r"[1-5]?\d", r"[1-9]|[1-5]\d")
_HOUR = _list_pattern(r"1?\d|2[0-3]", r"[1-9]|1\d|2[0-3]")
_DAY = _list_pattern(r"[1-9]|[12]\d|3[01]", r"[1-9]|[12]\d|3[01]") + r"|L|LW|([1-9]|[12]\d|3[01])W"
_MONTH = _list_pattern(rf"[1-9]|1[0-2]|{_MONTHS}", r"[1-9]|1[0-2]")
_WEEKDAY = _list_pattern(rf"[1-7]|{_DAYS}", "[1-7]") + r"|[1-7]?L|[1-7]#[1-5]"
_YEAR = _list_pattern(r"19[7-9]\d|2[01]\d\d", r"[1-9]\d?")
# One of the two days is "?", which leaves it to the other. Seconds cannot be chosen.
_WINDOW_CRON = re.compile(
    rf"\* ({_MINUTE}) ({_HOUR}) (\? ({_MONTH}) ({_WEEKDAY})|({_DAY}) ({_MONTH}) \?)( ({_YEAR}))?", re.ASCII
)
_RANGE = re.compile(r"(\d+|[A-Z]{3})-(\d+|[A-Z]{3})")
_NUMBERS = {name: number for names in (_MONTHS, _DAYS) for number, name in enumerate(names.split("|"), start=1)}

_WINDOW = "a deployment window like * * 9-16 ? * MON-FRI *: second (always *), minute, hour, day, month, weekday"


def _check_window_cron(value: str) -> str:
    """Check the cron expression of a deployment window.

    https://docs.aws.amazon.com/codepipeline/latest/userguide/rule-reference-DeploymentWindow.html
    """
    if not _WINDOW_CRON.fullmatch(value):
        raise ValueError(f"{quoted(value)} is not {_WINDOW}")
    for first, last in _RANGE.findall(value):
        if _number(first) > _number(last):
            raise ValueError(f"{first}-{last} goes backwards; write it as two ranges, like 22-23,0-3")
    return value


def _number(value: str) -> int:
    return _NUMBERS.get(value) or int(value)


WindowCron = Annotated[
    str, Constraint(_check_window_cron, f"{_WINDOW}, and a year if you like; one of the two days is a ?")
]


def _check_window_time_zone(value: str) -> str:
    if value != "UTC" and not (
        re.fullmatch(r"[A-Za-z_]+(/[\w+-]+)+", value) and value in zoneinfo.available_timezones()
    ):
        raise ValueError(f"{quoted(value)} is not a time zone with region and city, like Europe/Berlin, and not UTC")
    return value


WindowTimeZone = Annotated[
    str, Constraint(_check_window_time_zone, "a time zone with region and city, like Europe/Berlin, or UTC")
]


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


# One value, a range, and steps of either; months and days of the week by number or name.
_PART = r"(\*|\d+|[A-Z]{3})(-(\d+|[A-Z]{3}))?(/\d+)?"
_LIST = rf"{_PART}(,{_PART})*"
# "?" leaves the day to the other field; L is the last one, W the nearest weekday, # the nth of a month.
_SCHEDULE_CRON = re.compile(
    rf"cron\({_LIST} {_LIST} (?P<day>\?|L|L?W|\d+W|{_LIST}) {_LIST} (?P<weekday>\?|\d?L|\d#\d|{_LIST}) {_LIST}\)"
)
_RATE = re.compile(r"rate\((1 (minute|hour|day)|(?!1 )[1-9]\d* (minutes|hours|days))\)")
_AT = re.compile(r"at\((?P<moment>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\)")

_SCHEDULE = "a schedule like cron(0 20 ? * MON-FRI *), rate(1 day) or at(2027-01-01T00:00:00)"


def _check_schedule(value: str) -> str:
    """Check an expression of Application Auto Scaling.

    https://docs.aws.amazon.com/autoscaling/application/userguide/scheduled-scaling-using-cron-expressions.html
    """
    if not _is_schedule(value):
        raise ValueError(f"{quoted(value)} is not {_SCHEDULE}")
    return value


def _is_schedule(value: str) -> bool:
    if cron := _SCHEDULE_CRON.fullmatch(value):
        return (cron["day"] == "?") != (cron["weekday"] == "?")
    if at := _AT.fullmatch(value):
        try:
            datetime.fromisoformat(at["moment"])
        except ValueError:
            return False
        return True
    return _RATE.fullmatch(value) is not None


def _check_schedule_time_zone(value: str) -> str:
    if value not in zoneinfo.available_timezones():
        raise ValueError(f"{quoted(value)} is not a time zone like Asia/Tokyo")
    return value


ScheduleExpression = Annotated[str, Constraint(_check_schedule, f"{_SCHEDULE}; one of the two days of a cron is a ?")]
TimeZone = Annotated[str, Constraint(_check_schedule_time_zone, "a time zone like Asia/Tokyo")]


class Schedule(Block):
    """Other limits for autoscaling from a moment on, until the next schedule's."""

    at: ScheduleExpression = Field(
        description="When, in Application Auto Scaling's words.", examples=["cron(0 20 ? * MON-FRI *)"]
    )
    timezone: TimeZone = Field(default="UTC", description="The time zone of `at`, which may have summer time.")
    min: Annotated[int, between(0, 5000, "tasks")] = Field(description="The fewest tasks from then on.", examples=[2])
    max: Annotated[int, between(0, 5000, "tasks")] = Field(description="The most tasks from then on.", examples=[6])
