"""No secret stands in a task definition in plain text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tealform.policy import containers, secret_patterns
from tealform.policy.check import Check
from tealform.policy.environment import Environment, at, items
from tealform.policy.rule import Rule
from tealform.synth.terraform_json import Resource, blocks


def _judge(definition: Resource, _environment: Environment) -> Iterator[str]:
    for container in containers.parse_containers(definition):
        for where, name, value in _texts(container):
            for reason in secret_patterns.secret_reasons(name, value):
                yield f"{where} of {containers.container_label(container)} {reason}"


def _texts(container: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Where each text stands, the name that it has there, and the text."""
    for variable in blocks(container.get("environment")):
        name = str(variable.get("name"))
        yield f"variable {name}", name, str(variable.get("value", ""))
    for options in blocks((container.get("logConfiguration") or {}).get("options")):
        yield from ((f"log option {name}", name, str(value)) for name, value in options.items())
    for labels in blocks(container.get("dockerLabels")):
        yield from ((f"label {name}", name, str(value)) for name, value in labels.items())
    for key in ("command", "entryPoint"):
        yield from ((key, "", str(part)) for part in items(container.get(key)))
    yield from (("healthCheck", "", str(part)) for part in items(at(container, "healthCheck", "command")))


CHECK = Check(
    Rule(
        id="TEAL_TASK_SECRETS",
        severity="critical",
        title="No secret stands in a container definition in plain text",
        why="Everybody who may read the repository, the state or the task definition reads it, in every revision for "
        "ever.",
        fix="Keep it in Secrets Manager or Parameter Store, name it in secrets instead, and replace the one that was "
        "shown.",
        link="https://docs.aws.amazon.com/AmazonECS/latest/developerguide/specifying-sensitive-data.html",
        setting="service.<name>.environment",
    ),
    types=("aws_ecs_task_definition",),
    judge=_judge,
    applies=containers.has_readable_containers,
)
