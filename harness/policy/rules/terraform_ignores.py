"""What Terraform passes over, nobody sees change."""

from __future__ import annotations

from collections.abc import Iterator

from harness.policy.check import Check
from harness.policy.environment import Environment
from harness.policy.rule import Rule
from harness.policy.values import ignored
from harness.terraform_json import Resource, resources

_OWNED = {
    "aws_appautoscaling_target": {"max_capacity", "min_capacity"},
    "aws_ecs_service": {
        "capacity_provider_strategy",
        "desired_count",
        "load_balancer",
        "network_configuration",
        "platform_version",
        "task_definition",
    },
    "aws_lb_listener": {"default_action"},
    "aws_lb_listener_rule": {"action"},
}
"""What a release, autoscaling or its schedule changes behind Terraform's back. Which service needs what of it is for other rules."""


def _judge(root: Resource, _environment: Environment) -> Iterator[str]:
    for each in resources(root.body):
        if more := [name for name in ignored(each.body) if name not in _OWNED.get(each.type, set())]:
            yield f"{each.address} ignores changes of {', '.join(more)}"


CHECK = Check(
    Rule(
        id="CUT_TERRAFORM_IGNORES",
        severity="high",
        title="Terraform passes over nothing but what a release or autoscaling owns",
        why="A role that was widened or a bucket that was opened by hand stays so: each plan says that there is nothing to do",
        fix="Take it out of ignore_changes",
        link="https://developer.hashicorp.com/terraform/language/meta-arguments/lifecycle#ignore_changes",
    ),
    types=("root",),
    judge=_judge,
)
