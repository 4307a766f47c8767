"""The AppSpec file of a deployment to ECS.

https://docs.aws.amazon.com/codedeploy/latest/userguide/reference-appspec-file-structure-resources.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import yaml
from moto.codedeploy.exceptions import CodeDeployException

Json = dict[str, Any]

HOOKS = ("BeforeInstall", "AfterInstall", "AfterAllowTestTraffic", "BeforeAllowTraffic", "AfterAllowTraffic")
_REQUIRED = {"TaskDefinition", "LoadBalancerInfo"}
_INNER = {
    *("AwsvpcConfiguration", "Subnets", "SecurityGroups", "AssignPublicIp"),
    *("CapacityProvider", "Base", "Weight"),
}
_OPTIONAL = {"PlatformVersion", "NetworkConfiguration", "CapacityProviderStrategy"}


@dataclass(frozen=True)
class AppSpec:
    """What a deployment brings; in the spelling of ECS, None where the task set before it is to be followed."""

    task_definition: str
    container_name: str
    container_port: int
    platform_version: str | None
    network_configuration: Json | None
    capacity_provider_strategy: list[Json] | None
    hooks: Mapping[str, str]


def parse_appspec(content: str) -> AppSpec:
    """Read an AppSpec in JSON or YAML; raises InvalidRevisionException for one that ECS cannot be given."""
    try:
        document = yaml.safe_load(content)
    except yaml.YAMLError as error:
        raise _invalid(f"it is neither JSON nor YAML: {' '.join(str(error).split())}") from error
    if not isinstance(document, dict) or float(document.get("version", -1)) != 0.0:
        raise _invalid("version must be 0.0")
    properties = _properties(document.get("Resources"))
    balancer = properties["LoadBalancerInfo"]
    if not isinstance(balancer, dict) or {"ContainerName", "ContainerPort"} - balancer.keys():
        raise _invalid("LoadBalancerInfo must have ContainerName and ContainerPort")
    if not str(balancer["ContainerPort"]).isdigit():
        raise _invalid(f"ContainerPort is not a number: {balancer['ContainerPort']}")
    return AppSpec(
        str(properties["TaskDefinition"]),
        str(balancer["ContainerName"]),
        int(balancer["ContainerPort"]),
        properties.get("PlatformVersion"),
        _lower(properties.get("NetworkConfiguration")),
        _lower(properties.get("CapacityProviderStrategy")),
        _hooks(document.get("Hooks") or []),
    )


def _properties(resources: Any) -> Json:
    if not isinstance(resources, list) or len(resources) != 1 or not isinstance(resources[0], dict):
        raise _invalid("Resources must hold exactly one TargetService")
    target = resources[0].get("TargetService")
    if not isinstance(target, dict) or target.get("Type") != "AWS::ECS::Service":
        raise _invalid("Resources must hold a TargetService of the type AWS::ECS::Service")
    properties = target.get("Properties")
    if not isinstance(properties, dict):
        raise _invalid("TargetService has no Properties")
    for name in sorted(_REQUIRED - properties.keys()):
        raise _invalid(f"{name} is missing")
    for name in sorted(properties.keys() - _REQUIRED - _OPTIONAL):
        raise _invalid(f"{name} is not a property of a TargetService")
    return properties


def _hooks(given: Any) -> Mapping[str, str]:
    hooks: dict[str, str] = {}
    for hook in given if isinstance(given, list) else [given]:
        for name, function in hook.items():
            if name not in HOOKS or name in hooks:
                raise _invalid(f"{name} is not a lifecycle event that takes a hook, or was given twice")
            hooks[name] = function
    return hooks


def _lower(value: Any) -> Any:
    """The same with the names as the API of ECS spells them: "awsvpcConfiguration", not "AwsvpcConfiguration"."""
    if isinstance(value, dict):
        for name in sorted(value.keys() - _INNER):
            raise _invalid(f"{name} is not known; names begin with a capital")
        return {name[0].lower() + name[1:]: _lower(inner) for name, inner in value.items()}
    return [_lower(inner) for inner in value] if isinstance(value, list) else value


def _invalid(reason: str) -> CodeDeployException:
    return CodeDeployException("InvalidRevisionException", f"The AppSpec file is not valid: {reason}")
