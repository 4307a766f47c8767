"""Arguments that a provider older than the bindings does not know: removed for it, and sent to ECS in its place."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tealform.settings.loader import GENERATED
from tealform.synth import terraform_json
from tealform.terraform.diagnostics import Diagnostic
from tealform.terraform.scratch_module import ScratchModule
from tealform_harness.aws_emulator.server import EmulatedAws

Json = dict[str, Any]

# Terraform's words in JSON: 'No argument or block type is named "…"'; for blocks, 'Blocks of type "…" are not expected'.
_UNKNOWN = re.compile(r'(?:No argument or block type is named|Blocks of type|An argument named) "(?P<name>\w+)"')
_ROUNDS = 10

# Blue/green that is built into ECS: https://github.com/hashicorp/terraform-provider-aws/blob/main/CHANGELOG.md, 6.4.0
_BLUE_GREEN = {("aws_ecs_service", "deployment_configuration"), ("aws_ecs_service", "advanced_configuration")}

_OUTPUT = "tealform-completion-"
_UNDER_WAY = ("PENDING", "IN_PROGRESS")
_POLLS = 200


class ArgumentFilter:
    """Removes from generated Terraform what the provider of a ``version`` does not know, once it has learned that."""

    def __init__(self, version: str) -> None:
        self._version = version
        self._unknown: dict[tuple[str, str], int] = {}

    @property
    def notes(self) -> list[str]:
        """A line for each argument that was removed."""
        return [
            f"left out of {count}, because {self._version} lacks it: {kind}.{name}"
            for (kind, name), count in self._unknown.items()
        ]

    @property
    def lacks_blue_green(self) -> bool:
        """Whether ECS's blue/green was removed: it must be configured in another way."""
        return not _BLUE_GREEN.isdisjoint(self._unknown)

    def learn(self, work: ScratchModule) -> None:
        """Remove from the workspace's Terraform what the provider refuses as unknown, and remember it.

        The schema of the pinned version must have accepted it before: then whatever an older provider does not
        know is newer, not wrong.
        """
        for _ in range(_ROUNDS):
            unknown = set(_find_unknown(work.validate().diagnostics))
            if not unknown:
                return
            if unknown & _BLUE_GREEN:
                unknown |= _BLUE_GREEN
            self._unknown |= dict.fromkeys(unknown, 0)
            self.apply(work.folder)

    def apply(self, folder: Path) -> None:
        """Remove what the provider is known not to know from the generated Terraform in ``folder``."""
        document = json.loads((folder / GENERATED).read_text(encoding="utf-8"))
        if self.lacks_blue_green:
            _keep_as_outputs(document)
        for resource in terraform_json.resources(document):
            for kind, name in self._unknown:
                if kind == resource.address.rpartition(".")[0]:
                    self._unknown[kind, name] += _remove(resource.body, name)
        (folder / GENERATED).write_text(json.dumps(document), encoding="utf-8")


def configure_ecs(aws: EmulatedAws, region: str, outputs: Mapping[str, Any]) -> None:
    """Configure ECS's own blue/green as ``outputs``, those of an applied Terraform, say, and wait for its deployment.

    A newer provider would send the same when it creates or updates the service. So releases of engine ``ecs`` can be
    verified on a machine that has an older one.
    """
    ecs = aws.client("ecs", region)
    for name, output in outputs.items():
        if name.startswith(_OUTPUT):
            kept = output["value"]
            service = {"cluster": kept["cluster"], "service": kept["service"]}
            configuration = _to_api(kept["deployment_configuration"])
            configuration["lifecycleHooks"] = configuration.pop("lifecycleHook", [])
            balancers = [_to_api(kept["load_balancer"])]
            ecs.update_service(**service, deploymentConfiguration=configuration, loadBalancers=balancers)
            _wait(ecs, service)


def _find_unknown(diagnostics: tuple[Diagnostic, ...]) -> Iterator[tuple[str, str]]:
    """Yield the type of resource and the argument of each diagnostic about something unknown."""
    for diagnostic in diagnostics:
        found = _UNKNOWN.search(diagnostic.detail)
        if diagnostic.address and found:
            yield diagnostic.address.rpartition(".")[0], found["name"]


def _remove(value: Any, name: str) -> int:
    """Remove the entries called ``name`` anywhere below ``value``, and return how many there were."""
    if isinstance(value, list):
        return sum(_remove(each, name) for each in value)
    if not isinstance(value, dict):
        return 0
    count = int(value.pop(name, None) is not None)
    return count + sum(_remove(each, name) for each in value.values())


def _keep_as_outputs(document: Json) -> None:
    """Write the blue/green configuration as outputs: Terraform then resolves its references."""
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


def _wait(ecs: Any, service: Json) -> None:
    """Wait for the service's deployments. Each poll takes a deployment one step further."""
    for _ in range(_POLLS):
        arns = [each["serviceDeploymentArn"] for each in ecs.list_service_deployments(**service)["serviceDeployments"]]
        found = ecs.describe_service_deployments(serviceDeploymentArns=arns)["serviceDeployments"] if arns else []
        if not any(each["status"] in _UNDER_WAY for each in found):
            return


def _to_api(value: Any, key: str = "") -> Any:
    """Return ``{"bakeTimeInMinutes": 60}`` for ``{"bake_time_in_minutes": "60"}``."""
    if isinstance(value, dict):
        return {_to_camel_case(name): _to_api(each, name) for name, each in value.items()}
    if isinstance(value, list):
        return [_to_api(each, key) for each in value]
    return int(value) if key.endswith("_in_minutes") else value


def _to_camel_case(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(map(str.capitalize, rest))
