"""What Terraform passes over, nobody sees change."""

from __future__ import annotations

from collections.abc import Iterator

from tealform.policy.check import Check
from tealform.policy.environment import Environment, ignored
from tealform.policy.rule import Rule
from tealform.synth.terraform_json import Resource, resources

_OWNED = {"aws_appautoscaling_target", "aws_ecs_service", "aws_lb_listener", "aws_lb_listener_rule"}
"""What a release, autoscaling or its schedule changes behind Terraform's back: TEAL_SCALING_OWNERSHIP, TEAL_SERVICE_OWNERSHIP
and TEAL_LISTENER_OWNERSHIP say what exactly."""


def _judge(root: Resource, _environment: Environment) -> Iterator[str]:
    for each in resources(root.body):
        if each.type not in _OWNED and (names := ignored(each.body)):
            yield f"{each.address} ignores changes of {', '.join(names)}"


CHECK = Check(
    Rule(
        id="TEAL_TERRAFORM_IGNORES",
        severity="high",
        title="Terraform passes over nothing but what a release or autoscaling owns",
        why="A role that was widened or a bucket that was opened by hand stays so: each plan says that there is nothing to do",
        fix="Take it out of ignore_changes",
        link="https://developer.hashicorp.com/terraform/language/meta-arguments/lifecycle#ignore_changes",
    ),
    types=("root",),
    judge=_judge,
)
