"""In which steps a release moves the traffic."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tealform.policy.deployments import Deployment
from tealform.policy.environment import Environment
from tealform.policy.json_access import at, number

_PREDEFINED = re.compile(r"CodeDeployDefault\.ECS(Canary|Linear)(\d+)Percent(?:Every)?(\d+)Minutes")
_BY_CODEDEPLOY = {
    "canary": ("time_based_canary", "percentage", "interval"),
    "linear": ("time_based_linear", "percentage", "interval"),
}
_BY_ECS = {
    "canary": ("canary_configuration", "canary_percent", "canary_bake_time_in_minutes"),
    "linear": ("linear_configuration", "step_percent", "step_bake_time_in_minutes"),
}


@dataclass(frozen=True)
class TrafficShift:
    """``percent`` of the traffic in each step, and ``minutes`` until the next: the rest, or as much again if ``linear``."""

    linear: bool
    percent: int
    minutes: int

    @property
    def whole_after(self) -> int:
        """The minutes after which all traffic is on green."""
        steps = -(-100 // self.percent)
        return self.minutes * (steps - 1 if self.linear else 1)


def parse_traffic_shift(release: Deployment, environment: Environment) -> TrafficShift | None:
    """The steps of a release; nothing if it moves all traffic at once, or does not say how."""
    if not release.by_codedeploy:
        return _found(at(release.resource.body, "deployment_configuration"), _BY_ECS)
    name = release.resource.body.get("deployment_config_name")
    if predefined := _PREDEFINED.fullmatch(str(name)):
        kind, percent, minutes = predefined.groups()
        return TrafficShift(kind == "Linear", int(percent), int(minutes))
    own = next(iter(environment.referred(name)), None)
    return _found(at(own.body, "traffic_routing_config"), _BY_CODEDEPLOY) if own else None


def _found(said: object, words: Mapping[str, tuple[str, str, str]]) -> TrafficShift | None:
    for kind, (block, percent, minutes) in words.items():
        values: tuple[Any, ...] = (number(at(said, block, percent)), number(at(said, block, minutes)))
        if values[0] and values[1] is not None:
            return TrafficShift(kind == "linear", *values)
    return None
