"""Deployment configurations (how fast traffic moves), and what deployment groups for ECS must be like.

The error codes of groups: https://docs.aws.amazon.com/codedeploy/latest/APIReference/API_CreateDeploymentGroup.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import uuid4

from moto.codedeploy.exceptions import CodeDeployException
from moto.core.utils import utcnow
from moto.ecs.models import Service

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
    """Raise what CreateDeploymentConfig refuses.

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
        raise _invalid_routing(
            f"The interval must be at least 1 minute, and traffic shifted within {_LONGEST_SHIFT_MINUTES}"
        )


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


_STYLE = {"deploymentType": "BLUE_GREEN", "deploymentOption": "WITH_TRAFFIC_CONTROL"}

# https://docs.aws.amazon.com/codedeploy/latest/APIReference/API_CreateDeploymentGroup.html#API_CreateDeploymentGroup_Errors
_MOST_ALARMS = 10

# In AWS's words: https://github.com/hashicorp/terraform-provider-aws/issues/9653
_READY = {
    "CONTINUE_DEPLOYMENT": "Deployment ready action cannot be set to 'CONTINUE_DEPLOYMENT' when timeout is specified"
}

Json = Mapping[str, Any]


def check_group(settings: Json) -> None:
    """Raise for the settings (by their names in the API) with which CodeDeploy could never release to ECS."""
    if settings.get("deploymentStyle") != _STYLE:
        raise _refused(
            "InvalidDeploymentStyle",
            "For ECS deployment groups, the deployment type must be BLUE_GREEN, the deployment option WITH_TRAFFIC_CONTROL",
        )
    _check_blue_green(settings.get("blueGreenDeploymentConfiguration") or {})
    _check_target_group_pair(settings.get("loadBalancerInfo") or {})
    _check_rollback(settings)
    if len(settings.get("ecsServices") or []) != 1:
        raise _refused("InvalidECSService", "Exactly one ECS service must be specified for an ECS deployment group")


def check_traffic_shift(settings: Json, config: DeploymentConfig) -> None:
    """Raise where traffic is to move in steps on another load balancer than an Application Load Balancer.

    The message is AWS's, the code is not known.
    https://docs.aws.amazon.com/codedeploy/latest/userguide/troubleshooting-ecs.html
    """
    (pair,) = settings["loadBalancerInfo"]["targetGroupPairInfoList"]
    (listener,) = pair["prodTrafficRoute"]["listenerArns"]
    if ":listener/app/" not in listener and len(list(config.shifts())) > 1:
        message = (
            "Only ALB supports gradual traffic routing, use AllAtOnce Traffic routing instead when you create/update "
            "Deployment group."
        )
        raise _refused("InvalidTrafficRoutingConfiguration", message)


def check_service(service: Service | None) -> None:
    """Raise unless the service is there and left to CodeDeploy."""
    if service is None:
        raise _refused("InvalidECSService", "The Amazon ECS service identifier is not valid.")
    if service.deployment_controller["type"] != "CODE_DEPLOY":
        message = "Deployment group's ECS service must be configured for a CODE_DEPLOY deployment controller."
        raise _refused("InvalidECSService", message)


def _check_blue_green(settings: Json) -> None:
    code = "InvalidBlueGreenDeploymentConfiguration"
    ready = settings.get("deploymentReadyOption")
    terminate = settings.get("terminateBlueInstancesOnDeploymentSuccess")
    if not ready:
        raise _refused(code, "deploymentReadyOption must be specified for an ECS deployment group")
    if not terminate:
        raise _refused(code, "terminateBlueInstancesOnDeploymentSuccess must be specified for an ECS deployment group")
    action, minutes = ready.get("actionOnTimeout", "CONTINUE_DEPLOYMENT"), ready.get("waitTimeInMinutes", 0)
    if (action == "STOP_DEPLOYMENT") != (minutes > 0):
        raise _refused(code, _READY.get(action, f"The deployment ready option {action} needs a wait time"))
    if terminate.get("action", "TERMINATE") != "TERMINATE" and terminate.get("terminationWaitTimeInMinutes"):
        raise _refused(code, "A termination wait time goes with the action TERMINATE only")


def _check_target_group_pair(settings: Json) -> None:
    code = "InvalidTargetGroupPair"
    pairs = settings.get("targetGroupPairInfoList") or []
    if len(pairs) != 1:
        raise _refused(code, "Exactly one target group pair must be specified for an ECS deployment group")
    (pair,) = pairs
    if len({group["name"] for group in pair.get("targetGroups", [])}) != 2:
        raise _refused(code, "A target group pair must have two different target groups")
    if len((pair.get("prodTrafficRoute") or {}).get("listenerArns", [])) != 1:
        raise _refused(code, "A target group pair must have exactly one production listener")
    if len((pair.get("testTrafficRoute") or {"listenerArns": ["none"]}).get("listenerArns", [])) != 1:
        raise _refused(code, "A target group pair must have at most one test listener")


def _check_rollback(settings: Json) -> None:
    rollback, alarms = settings.get("autoRollbackConfiguration") or {}, settings.get("alarmConfiguration") or {}
    if rollback.get("enabled") and not rollback.get("events"):
        raise _refused("InvalidAutoRollbackConfig", "Automatic rollback is enabled, but no event types were listed")
    if alarms.get("enabled") and not alarms.get("alarms"):
        raise _refused("InvalidAlarmConfig", "The alarm configuration is enabled, but the alarm list is empty")
    if len(alarms.get("alarms") or []) > _MOST_ALARMS:
        raise _refused(
            "AlarmsLimitExceeded", f"The maximum number of alarms for a deployment group ({_MOST_ALARMS}) was exceeded."
        )


def _refused(code: str, message: str) -> CodeDeployException:
    return CodeDeployException(f"{code}Exception", message)
