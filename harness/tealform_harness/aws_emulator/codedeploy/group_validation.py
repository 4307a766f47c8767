"""What CreateDeploymentGroup and UpdateDeploymentGroup refuse for ECS.

The codes are those of https://docs.aws.amazon.com/codedeploy/latest/APIReference/API_CreateDeploymentGroup.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from moto.codedeploy.exceptions import CodeDeployException
from moto.ecs.models import Service

from tealform_harness.aws_emulator.codedeploy.deployment_config import DeploymentConfig

_STYLE = {"deploymentType": "BLUE_GREEN", "deploymentOption": "WITH_TRAFFIC_CONTROL"}

# https://docs.aws.amazon.com/codedeploy/latest/APIReference/API_CreateDeploymentGroup.html#API_CreateDeploymentGroup_Errors
_MOST_ALARMS = 10

# In AWS's words: https://github.com/hashicorp/terraform-provider-aws/issues/9653
_READY = {
    "CONTINUE_DEPLOYMENT": "Deployment ready action cannot be set to 'CONTINUE_DEPLOYMENT' when timeout is specified"
}

Json = Mapping[str, Any]


def check_group(settings: Json) -> None:
    """Raises for the settings (by their names in the API) with which CodeDeploy could never release to ECS."""
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
    """Raises where traffic is to move in steps on another load balancer than an Application Load Balancer.

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
    """Raises unless the service is there and left to CodeDeploy."""
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
