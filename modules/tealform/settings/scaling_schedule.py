"""Limits of autoscaling that change with the clock."""

from __future__ import annotations

import re
import zoneinfo
from datetime import datetime
from typing import Annotated

from pydantic import Field

from tealform.settings.types import Block, Constraint, between, quoted

# One value, a range, and steps of either; months and days of the week by number or name.
_PART = r"(\*|\d+|[A-Z]{3})(-(\d+|[A-Z]{3}))?(/\d+)?"
_LIST = rf"{_PART}(,{_PART})*"
# «?» is the day that the other field decides, L the last one, W the nearest weekday, # the how-manieth of a month.
_CRON = re.compile(
    rf"cron\({_LIST} {_LIST} (?P<day>\?|L|L?W|\d+W|{_LIST}) {_LIST} (?P<weekday>\?|\d?L|\d#\d|{_LIST}) {_LIST}\)"
)
_RATE = re.compile(r"rate\((1 (minute|hour|day)|(?!1 )[1-9]\d* (minutes|hours|days))\)")
_AT = re.compile(r"at\((?P<moment>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\)")

_WHAT = "a schedule like cron(0 20 ? * MON-FRI *), rate(1 day) or at(2027-01-01T00:00:00)"


def _expression(value: str) -> str:
    """https://docs.aws.amazon.com/autoscaling/application/userguide/scheduled-scaling-using-cron-expressions.html"""
    if not _is_schedule(value):
        raise ValueError(f"{quoted(value)} is not {_WHAT}")
    return value


def _is_schedule(value: str) -> bool:
    if cron := _CRON.fullmatch(value):
        return (cron["day"] == "?") != (cron["weekday"] == "?")
    if at := _AT.fullmatch(value):
        try:
            datetime.fromisoformat(at["moment"])
        except ValueError:
            return False
        return True
    return _RATE.fullmatch(value) is not None


def _time_zone(value: str) -> str:
    if value not in zoneinfo.available_timezones():
        raise ValueError(f"{quoted(value)} is not a time zone like Asia/Tokyo")
    return value


ScheduleExpression = Annotated[str, Constraint(_expression, f"{_WHAT}; one of the two days of a cron is a ?")]
TimeZone = Annotated[str, Constraint(_time_zone, "a time zone like Asia/Tokyo")]


class Schedule(Block):
    """Other limits for autoscaling from a moment on, until the next schedule's."""

    at: ScheduleExpression = Field(
        description="When, in Application Auto Scaling's words.", examples=["cron(0 20 ? * MON-FRI *)"]
    )
    timezone: TimeZone = Field(default="UTC", description="The time zone of `at`, which may have summer time.")
    min: Annotated[int, between(0, 5000, "tasks")] = Field(description="The fewest tasks from then on.", examples=[2])
    max: Annotated[int, between(0, 5000, "tasks")] = Field(description="The most tasks from then on.", examples=[6])
