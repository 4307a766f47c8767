"""Terraform leaves alone what a release and autoscaling change, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator

from tealform.policy import deployments
from tealform.policy.check import Check
from tealform.policy.environment import Environment, ignored
from tealform.policy.rule import Rule
from tealform.service.ignored_changes import CONTROLLER_TYPES, OWNED_BY_AUTOSCALING, OWNED_BY_CONTROLLER
from tealform.synth.terraform_json import Resource

_ENGINES = {type_: engine for engine, type_ in CONTROLLER_TYPES.items()}


def _judge(service: Resource, _environment: Environment) -> Iterator[str]:
    controller = deployments.controller(service)
    engine = _ENGINES.get(controller)
    if engine is None:
        yield f"its deployment controller is {controller}, which does no blue/green"
        return
    owned = {*OWNED_BY_CONTROLLER[engine], *OWNED_BY_AUTOSCALING}
    found = set(ignored(service.body))
    if missing := sorted(owned - found):
        yield f"lifecycle.ignore_changes lacks {', '.join(missing)}"
    if more := sorted(found - owned):
        yield f"lifecycle.ignore_changes has {', '.join(more)}, which nobody else changes"


CHECK = Check(
    Rule(
        id="TEAL_SERVICE_OWNERSHIP",
        severity="high",
        title="Terraform ignores exactly what a release and autoscaling change of a service",
        why="The next apply fails, or takes the service back to the version, target group or number of tasks that it "
        "was created with; what is ignored without need can never be changed again.",
        fix="Make lifecycle.ignore_changes what modules/tealform/service/ignored_changes.py says for the engine.",
        link="https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_UpdateService.html",
        setting="service.<name>.release.engine",
    ),
    types=("aws_ecs_service",),
    judge=_judge,
)
