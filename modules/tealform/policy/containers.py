"""The containers of a task definition, which Terraform has as JSON text."""

from __future__ import annotations

import json
from typing import Any

from tealform.policy.environment import Environment
from tealform.synth.terraform_json import Resource

_KEYS = {
    key.lower(): key
    for key in (
        "add", "capabilities", "command", "containerPort", "devices", "dockerLabels", "entryPoint", "environment",
        "essential", "healthCheck", "image", "linuxParameters", "logConfiguration", "logDriver", "name", "options",
        "portMappings", "privileged", "readonlyRootFilesystem", "secrets", "value", "valueFrom",
    )
}  # fmt: skip
"""The keys that rules use. Terraform's provider reads the text as Go does, which ignores the case of keys:
https://pkg.go.dev/encoding/json#Unmarshal"""


def parse_containers(task_definition: Resource) -> list[dict[str, Any]]:
    """Return the container definitions of a task definition; raise ``ValueError`` if they are no list of objects."""
    text = task_definition.body.get("container_definitions", "null")
    found = json.loads(text, object_pairs_hook=_as_ecs_spells_it)
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise ValueError("its container_definitions are no list of objects")
    return found


def _as_ecs_spells_it(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    return {_KEYS.get(key.lower(), key): value for key, value in pairs}


def has_readable_containers(task_definition: Resource, _environment: Environment) -> bool:
    """Whether ``of`` can read them; TEAL_TASK_CONTAINERS says so where it cannot."""
    try:
        parse_containers(task_definition)
    except (TypeError, ValueError):
        return False
    return True


def container_label(container: dict[str, Any]) -> str:
    """Render a container for a message, like ``container web``."""
    return f"container {container.get('name', 'without a name')}"


def log_group(container: dict[str, Any]) -> str:
    """Return the log group that a container writes to; empty if it writes to none."""
    configuration = container.get("logConfiguration") or {}
    if configuration.get("logDriver") != "awslogs":
        return ""
    return str((configuration.get("options") or {}).get("awslogs-group", ""))


def log_groups(container: dict[str, Any], environment: Environment) -> list[Resource]:
    """Return the log groups of the environment that a container writes to, by name or by reference."""
    name = log_group(container)
    referred = environment.referred(name)
    every = environment.resources("aws_cloudwatch_log_group")
    return [each for each in every if each in referred or (name and each.body.get("name") == name)]
