"""Tasks that Fargate runs, builds that CodeBuild accepts, and the secrets that builds read by name."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from tealform.settings.service import FARGATE_MEMORY
from tests.invariants.assertions.document import REFERENCE, Body, find_resources, invariant, unescape
from tests.invariants.assertions.permissions import list_allowed, read_account, read_partition, read_region

_ID = "subnet-0123456789abcdef0"
_SECRET = re.compile(r"(arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:[^:]+)(:[^:]*:[^:]*:[^:]*)?")
_PARAMETER = re.compile(r"/?[\w.-]+|(/[\w.-]+){2,}", re.ASCII)
_RIGHTS = {"SECRETS_MANAGER": "secretsmanager:GetSecretValue", "PARAMETER_STORE": "ssm:GetParameters"}
# The ARN of a task's secret is plain text, which ECS resolves.
_OF_TASKS = {"CONTAINER_SECRETS"}


@invariant
def sizes_are_valid_on_fargate(document: Body) -> Iterator[str]:
    """CPU and memory go together."""
    for name, task in find_resources(document, "aws_ecs_task_definition").items():
        if int(task["memory"]) not in FARGATE_MEMORY.get(int(task["cpu"]), ()):
            yield f"{name}: {task['memory']} MiB with {task['cpu']} CPU units"


@invariant
def containers_are_complete(document: Body) -> Iterator[str]:
    """Container definitions are JSON, with the port that the service gives the load balancer."""
    services = find_resources(document, "aws_ecs_service").values()
    for name, task in find_resources(document, "aws_ecs_task_definition").items():
        try:
            (container,) = json.loads(task["container_definitions"])
        except ValueError:
            yield f"{name}: {task['container_definitions'][:60]} is not one container in JSON"
            continue
        ports = {(container["name"], each["containerPort"]) for each in container["portMappings"]}
        for service in services:
            if service["task_definition"] == f"${{aws_ecs_task_definition.{name}.arn}}":
                (balanced,) = service["load_balancer"]
                if (balanced["container_name"], balanced["container_port"]) not in ports:
                    yield f"{name}: {ports} and not what the load balancer is given"
        mounted = [each["sourceVolume"] for each in container["mountPoints"]]
        if sorted(mounted) != sorted(each["name"] for each in task.get("volume", [])):
            yield f"{name}: {mounted} are not its volumes"
        if twice := {each["name"] for each in container["environment"]} & {
            each["name"] for each in container["secrets"]
        }:
            yield f"{name}: {sorted(twice)} are both plain and secret"


@invariant
def capacity_can_be_placed(document: Body) -> Iterator[str]:
    """Some provider has a share, one at most has a base, and none is named twice."""
    for name, service in find_resources(document, "aws_ecs_service").items():
        strategy = service["capacity_provider_strategy"]
        providers = [each["capacity_provider"] for each in strategy]
        based = [each for each in strategy if each["base"]]
        if not any(each["weight"] for each in strategy) or len(set(providers)) != len(providers) or len(based) > 1:
            yield f"{name}: {strategy}"


@invariant
def build_variables_fit(document: Body) -> Iterator[str]:
    """A variable is there once, not empty, and holds 4096 characters at most."""
    for name, project in find_resources(document, "aws_codebuild_project").items():
        variables = project["environment"].get("environment_variable", [])
        given = [each["name"] for each in variables]
        if len(set(given)) != len(given):
            yield f"{name}: a variable stands twice in {given}"
        for variable in variables:
            text = unescape(REFERENCE.sub(_ID, variable["value"]))
            if len(text) > 4096:
                yield f"{name}: {variable['name']} has {len(text)} characters"


@invariant
def builds_read_their_secrets(document: Body) -> Iterator[str]:
    """A variable from elsewhere names its source, and the project's role may read it."""
    for name, project in find_resources(document, "aws_codebuild_project").items():
        here = f"arn:{read_partition(document)}:ssm:{read_region(document)}:{read_account(document)}:parameter"
        rights = {kind: list_allowed(document, project["service_role"], action) for kind, action in _RIGHTS.items()}
        for variable in project["environment"].get("environment_variable", []):
            kind, value = variable.get("type", "PLAINTEXT"), unescape(variable["value"])
            match kind:
                case "SECRETS_MANAGER":
                    found = _SECRET.fullmatch(value)
                    known = found is not None and found[1] in rights[kind]
                case "PARAMETER_STORE":
                    # It is asked for by name, in the project's own account and region.
                    known = bool(_PARAMETER.fullmatch(value)) and f"{here}/{value.lstrip('/')}" in rights[kind]
                case _:
                    known = variable["name"] in _OF_TASKS or not _SECRET.search(value)
            if not known:
                yield f"{name}: {variable['name']} is {kind} of {value}, and its role may read {rights}"


@invariant
def registries_have_credentials_here(document: Body) -> Iterator[str]:
    """ECR reads the credentials of a registry in its own account and region alone."""
    for name, rule in find_resources(document, "aws_ecr_pull_through_cache_rule").items():
        secret = rule.get("credential_arn")
        if secret is not None and secret.split(":")[3:5] != [read_region(document), read_account(document)]:
            yield f"{name}: {secret} is elsewhere"
