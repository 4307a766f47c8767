"""Settings that contradict each other, and the rules that find them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tealform.settings.environment import Environment
from tealform.settings.errors import SettingPath
from tealform.settings.service import Service


@dataclass(frozen=True)
class Conflict:
    """Settings that contradict each other.

    ``path`` is the setting to change, ``message`` says why. ``about`` are the other settings that the verdict rests on:
    where one of them is invalid in itself, the conflict is not reported, because it would accuse a value that nobody wrote.
    """

    path: SettingPath
    message: str
    about: tuple[SettingPath, ...] = ()


Rule = Callable[[Environment, str], Iterator[Conflict]]
"""Checks an environment, given with its name."""

ServiceRule = Callable[[Environment, SettingPath, Service], Iterator[Conflict]]
"""Checks a service of an environment, given with its path."""


def check_region(
    path: SettingPath, arn: str, region: str, reason: str, about: tuple[SettingPath, ...] = (("region",),)
) -> Iterator[Conflict]:
    """Report an ARN of another region than ``region``; ``reason`` says why it must be the same. IAM has no regions."""
    there = arn.split(":")[3]
    if there not in ("", region):
        yield Conflict(path, f"is in {there}; {reason}", about)
