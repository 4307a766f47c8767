"""Deployment configurations: how fast traffic moves from blue to green."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import uuid4

from moto.codedeploy.exceptions import CodeDeployException
from moto.core.utils import utcnow

PREFIX = "CodeDeployDefault."
_LONGEST_SHIFT_MINUTES = 2 * 24 * 60


@dataclass
class DeploymentConfig:
    """One configuration, with the attributes that GetDeploymentConfig tells."""

    deployment_config_name: str
    compute_platform: str
    traffic_routing_config: Mapping[str, Any] | None = None
    minimum_healthy_hosts: Mapping[str, Any] | None = None
    zonal_config: Mapping[str, Any] | None = None
    deployment_config_id: str = field(default_factory=lambda: str(uuid4()))
    create_time: datetime = field(default_factory=utcnow)

    def shifts(self) -> Iterator[tuple[int, int]]:
        """The percentages of production's traffic that green gets one after the other, each with the minutes after it."""
        routing = self.traffic_routing_config or {"type": "AllAtOnce"}
        if routing["type"] == "TimeBasedCanary":
            canary = routing["timeBasedCanary"]
            yield canary["canaryPercentage"], canary["canaryInterval"]
        elif routing["type"] == "TimeBasedLinear":
            linear = routing["timeBasedLinear"]
            for percentage in range(linear["linearPercentage"], 100, linear["linearPercentage"]):
                yield percentage, linear["linearInterval"]
        yield 100, 0


def check_config(config: DeploymentConfig) -> None:
    """Raises what CreateDeploymentConfig refuses.

    https://docs.aws.amazon.com/codedeploy/latest/APIReference/API_CreateDeploymentConfig.html
    """
    if config.deployment_config_name.startswith(PREFIX):
        message = f"Deployment configuration names cannot begin with {PREFIX}"
        raise CodeDeployException("InvalidDeploymentConfigNameException", message)
    if config.compute_platform == "Server":
        if not config.minimum_healthy_hosts:
            message = "The minimum healthy hosts value is required for the Server compute platform"
            raise CodeDeployException("InvalidMinimumHealthyHostValueException", message)
        return
    if config.minimum_healthy_hosts:
        message = f"Minimum healthy hosts are not supported for the {config.compute_platform} compute platform"
        raise CodeDeployException("InvalidMinimumHealthyHostValueException", message)
    _check_routing(config.traffic_routing_config or {})


def _check_routing(routing: Mapping[str, Any]) -> None:
    if routing.get("type") == "AllAtOnce":
        return
    given = routing.get("timeBasedCanary") or routing.get("timeBasedLinear") or {}
    percentage = given.get("canaryPercentage", given.get("linearPercentage", 0))
    interval = given.get("canaryInterval", given.get("linearInterval", 0))
    steps = 1 if "timeBasedCanary" in routing else 100 // (percentage or 100)
    if not 1 <= percentage <= 99:
        raise _invalid_routing("The percentage must be between 1 and 99")
    if not 1 <= interval * steps <= _LONGEST_SHIFT_MINUTES:
        raise _invalid_routing(f"The interval must be at least 1 minute, and traffic shifted within {_LONGEST_SHIFT_MINUTES}")


def _invalid_routing(message: str) -> CodeDeployException:
    return CodeDeployException("InvalidTrafficRoutingConfigurationException", message)


def _canary(minutes: int) -> Mapping[str, Any]:
    return {"type": "TimeBasedCanary", "timeBasedCanary": {"canaryPercentage": 10, "canaryInterval": minutes}}


def _linear(minutes: int) -> Mapping[str, Any]:
    return {"type": "TimeBasedLinear", "timeBasedLinear": {"linearPercentage": 10, "linearInterval": minutes}}


def list_predefined_configs() -> dict[str, DeploymentConfig]:
    """The configurations that are there from the start, by name.

    https://docs.aws.amazon.com/codedeploy/latest/userguide/deployment-configurations.html
    """
    routings: dict[str, Mapping[str, Any]] = {
        "ECSAllAtOnce": {"type": "AllAtOnce"},
        "ECSCanary10Percent5Minutes": _canary(5),
        "ECSCanary10Percent15Minutes": _canary(15),
        "ECSLinear10PercentEvery1Minutes": _linear(1),
        "ECSLinear10PercentEvery3Minutes": _linear(3),
    }
    hosts: dict[str, Mapping[str, Any]] = {
        "AllAtOnce": {"type": "HOST_COUNT", "value": 0},
        "HalfAtATime": {"type": "FLEET_PERCENT", "value": 50},
        "OneAtATime": {"type": "HOST_COUNT", "value": 1},
    }
    configs = [
        *(DeploymentConfig(PREFIX + name, "ECS", traffic_routing_config=value) for name, value in routings.items()),
        *(DeploymentConfig(PREFIX + name, "Server", minimum_healthy_hosts=value) for name, value in hosts.items()),
    ]
    return {config.deployment_config_name: config for config in configs}
