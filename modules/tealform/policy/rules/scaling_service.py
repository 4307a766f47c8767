"""Something sets the number of tasks that Terraform ignores."""

from __future__ import annotations

from collections.abc import Iterator

from tealform.policy.check import Check
from tealform.policy.environment import Environment
from tealform.policy.rule import Rule
from tealform.synth.terraform_json import Resource


def _judge(service: Resource, environment: Environment) -> Iterator[str]:
    targets = environment.referring(service, "aws_appautoscaling_target", "resource_id")
    if len(targets) != 1:
        yield f"{len(targets)} aws_appautoscaling_target are of it, and it needs one"
    for target in targets:
        if not environment.referring(target, "aws_appautoscaling_policy", "resource_id"):
            yield f"no aws_appautoscaling_policy goes by {target.address}"


CHECK = Check(
    Rule(
        id="TEAL_SCALING_SERVICE",
        severity="medium",
        title="Each service is scaled by something",
        why="Terraform ignores the number of tasks, so that without autoscaling it stays what it was when the service "
        "was created, whatever comes.",
        fix="Give the service one aws_appautoscaling_target, and that a policy.",
        link="https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-auto-scaling.html",
        setting="service.<name>.scaling",
    ),
    types=("aws_ecs_service",),
    judge=_judge,
)
