"""A release carries the same task that Terraform registers, except for image and command."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from tests.invariants.assertions.document import REFERENCE, Body, find_resources, follow, invariant, unescape
from tests.unit.artifacts.codebuild import ARTIFACTS

_PLACEHOLDER = re.compile(r'"json:\$([A-Z][A-Z0-9_]*)"|\$([A-Z][A-Z0-9_]*)\b')
_EVENTS = {"BeforeInstall", "AfterInstall", "AfterAllowTestTraffic", "BeforeAllowTraffic", "AfterAllowTraffic"}
# Characters of a parameter of the standard tier: https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html
_PARAMETER = 4096
_ID = "subnet-0123456789abcdef0"


def fill(template: str, variables: Mapping[str, str]) -> str:
    """Fill a template as artifacts/README.md describes it. Raises ``KeyError`` for a missing variable."""

    def value(found: re.Match[str]) -> str:
        as_json, as_text = found.groups()
        if as_json:
            return json.dumps(json.loads(variables[as_json]))
        return json.dumps(variables[as_text])[1:-1]

    return _PLACEHOLDER.sub(value, template)


def _builds(document: Body) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield what fills a release: the variables of a build here, or the parameters that one in another account reads."""
    region = document["provider"]["aws"][0]["region"]
    for name, project in find_resources(document, "aws_codebuild_project").items():
        given = {each["name"]: each["value"] for each in project["environment"].get("environment_variable", [])}
        if "TASK_FAMILY" in given:
            yield name, given | {"AWS_REGION": region}
    for path, published in _parameters(document).items():
        yield path, published | {"AWS_REGION": region}


def _parameters(document: Body) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for parameter in find_resources(document, "aws_ssm_parameter").values():
        path, _, name = parameter["name"].rpartition("/")
        found[path][name] = parameter["insecure_value"]
    return found


@invariant
def parameters_fill_the_templates(document: Body) -> Iterator[str]:
    """The published parameters are those of the templates, and Parameter Store accepts them."""
    asked = {
        name
        for file in ("taskdef.json", "appspec.yml")
        for found in _PLACEHOLDER.findall((ARTIFACTS / file).read_text(encoding="utf-8"))
        for name in found
        if name
    } - {"AWS_REGION"}
    for path, published in _parameters(document).items():
        if published.keys() != asked:
            yield f"{path}: {sorted(published.keys() ^ asked)} are published or asked for, not both"
        for name, value in published.items():
            length = len(unescape(REFERENCE.sub(_ID, value)))
            if not 1 <= length <= _PARAMETER or "{{" in REFERENCE.sub(_ID, value):
                yield f"{path}/{name}: Parameter Store takes no {length} characters, or sees a reference in {value[:60]}"


@invariant
def builds_carry_the_task(document: Body) -> Iterator[str]:
    """``taskdef.json``, filled in, equals the task definition."""
    template = (ARTIFACTS / "taskdef.json").read_text(encoding="utf-8")
    tasks = {task["family"]: task for task in find_resources(document, "aws_ecs_task_definition").values()}
    built = dict(_builds(document))
    if len(built) != len(tasks):
        yield f"{len(built)} builds for {len(tasks)} tasks"
    for name, variables in built.items():
        try:
            carried = json.loads(fill(template, variables))
        except (KeyError, ValueError) as error:
            yield f"{name}: taskdef.json cannot be filled in: {error!r}"
            continue
        expected = _as_registered(tasks.get(carried["family"], {}))
        for key in sorted(carried.keys() | expected.keys()):
            released, registered = _without_image(carried.get(key)), _without_image(expected.get(key))
            if released != registered:
                yield f"{name}: {key} is {released} in a release, and {registered} in Terraform"


def _as_registered(task: Body) -> Body:
    if not task:
        return {}
    platform = task["runtime_platform"]
    return {
        "family": task["family"],
        "taskRoleArn": task["task_role_arn"],
        "executionRoleArn": task["execution_role_arn"],
        "networkMode": task["network_mode"],
        "requiresCompatibilities": task["requires_compatibilities"],
        "cpu": task["cpu"],
        "memory": task["memory"],
        "runtimePlatform": {
            "cpuArchitecture": platform["cpu_architecture"],
            "operatingSystemFamily": platform["operating_system_family"],
        },
        "volumes": task.get("volume", []),
        "containerDefinitions": json.loads(task["container_definitions"]),
    }


def _without_image(value: Any) -> Any:
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return [{key: each for key, each in one.items() if key not in ("image", "command")} for one in value]
    return value


@invariant
def builds_carry_the_placement(document: Body) -> Iterator[str]:
    """``appspec.yml``, filled in, places tasks as the service does, and calls hooks that CodeDeploy knows."""
    template = (ARTIFACTS / "appspec.yml").read_text(encoding="utf-8")
    tasks = {name: task["family"] for name, task in find_resources(document, "aws_ecs_task_definition").items()}
    services = {
        follow(document, service["task_definition"]).get("family"): service
        for service in find_resources(document, "aws_ecs_service").values()
    }
    if set(services) != set(tasks.values()):
        yield f"services run {sorted(map(str, services))}, and there are {sorted(tasks.values())}"
    for name, variables in _builds(document):
        service = services.get(variables["TASK_FAMILY"])
        try:
            appspec = yaml.safe_load(fill(template, variables))
        except (KeyError, ValueError, yaml.YAMLError) as error:
            yield f"{name}: appspec.yml cannot be filled in: {error!r}"
            continue
        if service is None:
            continue
        carried = appspec["Resources"][0]["TargetService"]["Properties"]
        expected = _as_placed(service) | {"TaskDefinition": "<TASK_DEFINITION>"}
        yield from (
            f"{name}: {key} is {carried.get(key)} in a release, and {expected.get(key)} in Terraform"
            for key in sorted(carried.keys() | expected.keys())
            if carried.get(key) != expected.get(key)
        )
        events = [event for hook in appspec["Hooks"] for event in hook]
        if not set(events) <= _EVENTS or len(set(events)) != len(events):
            yield f"{name}: hooks at {events}"


def _as_placed(service: Body) -> Body:
    network, (balanced,) = service["network_configuration"], service["load_balancer"]
    return {
        "LoadBalancerInfo": {"ContainerName": balanced["container_name"], "ContainerPort": balanced["container_port"]},
        "PlatformVersion": service["platform_version"],
        "NetworkConfiguration": {
            "AwsvpcConfiguration": {
                "Subnets": network["subnets"],
                "SecurityGroups": network["security_groups"],
                "AssignPublicIp": "ENABLED" if network["assign_public_ip"] else "DISABLED",
            }
        },
        "CapacityProviderStrategy": [
            {"Base": each["base"], "CapacityProvider": each["capacity_provider"], "Weight": each["weight"]}
            for each in service["capacity_provider_strategy"]
        ],
    }
