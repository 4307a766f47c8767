"""What an older provider cannot say of a service, said for it: the blue/green that is built into ECS.

It is what a newer provider would say when it creates or updates the service; so the releases of engine ``ecs`` can be
judged on a machine that has an older one.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from tealform_harness.aws_emulator.server import EmulatedAws

Json = dict[str, Any]

_OUTPUT = "tealform-completion-"
_UNDER_WAY = ("PENDING", "IN_PROGRESS")
_LOOKS = 200


def keep(document: Json) -> None:
    """Writes what an older provider will not take as outputs: Terraform then says what their references come to."""
    for name, service in document["resource"].get("aws_ecs_service", {}).items():
        if "deployment_configuration" in service:
            (balancer,) = service["load_balancer"]
            value = {
                "cluster": service["cluster"],
                "service": service["name"],
                "deployment_configuration": copy.deepcopy(service["deployment_configuration"]),
                "load_balancer": copy.deepcopy(balancer),
            }
            document.setdefault("output", {})[f"{_OUTPUT}{name}"] = {"value": value}


def tell(aws: EmulatedAws, region: str, outputs: Mapping[str, Any]) -> None:
    """Tells ECS what ``outputs``, an applied Terraform's, have kept, and waits for the deployment that it answers with."""
    ecs = aws.client("ecs", region)
    for name, output in outputs.items():
        if name.startswith(_OUTPUT):
            kept = output["value"]
            where = {"cluster": kept["cluster"], "service": kept["service"]}
            configuration = _in_words_of_the_api(kept["deployment_configuration"])
            configuration["lifecycleHooks"] = configuration.pop("lifecycleHook", [])
            ecs.update_service(
                **where,
                deploymentConfiguration=configuration,
                loadBalancers=[_in_words_of_the_api(kept["load_balancer"])],
            )
            _wait(ecs, where)


def _wait(ecs: Any, where: Json) -> None:
    """Each look takes a deployment one step further."""
    for _ in range(_LOOKS):
        arns = [each["serviceDeploymentArn"] for each in ecs.list_service_deployments(**where)["serviceDeployments"]]
        told = ecs.describe_service_deployments(serviceDeploymentArns=arns)["serviceDeployments"] if arns else []
        if not any(each["status"] in _UNDER_WAY for each in told):
            return


def _in_words_of_the_api(value: Any, key: str = "") -> Any:
    """``{"bake_time_in_minutes": "60"}`` as ``{"bakeTimeInMinutes": 60}``."""
    if isinstance(value, dict):
        return {_camel(name): _in_words_of_the_api(each, name) for name, each in value.items()}
    if isinstance(value, list):
        return [_in_words_of_the_api(each, key) for each in value]
    return int(value) if key.endswith("_in_minutes") else value


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(map(str.capitalize, rest))
