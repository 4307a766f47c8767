"""The revision that tasks were started from stays."""

from __future__ import annotations

from collections.abc import Iterator

from tealform.policy.check import Check
from tealform.policy.environment import Environment, is_true
from tealform.policy.rule import Rule
from tealform.synth.terraform_json import Resource


def _judge(definition: Resource, _environment: Environment) -> Iterator[str]:
    if not is_true(definition.body.get("skip_destroy")):
        yield "skip_destroy is not true: a change deregisters the revision that the service may still run"


def _lasts(_definition: Resource, environment: Environment) -> bool:
    """An environment that may be taken down whole protects its load balancer from deletion no more than this."""
    balancers = environment.resources("aws_lb")
    return environment.production or any(is_true(each.body.get("enable_deletion_protection")) for each in balancers)


CHECK = Check(
    Rule(
        id="TEAL_TASK_KEPT",
        severity="medium",
        title="Terraform keeps the revisions of a task definition that releases may go back to",
        why="Terraform ignores which revision the service runs, and takes away the one that it made: a service before "
        "its first release, or one rolled back to it, can start no more tasks.",
        fix="Set skip_destroy to true.",
        link="https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deregister-task-definition-v2.html",
        setting="disposable",
    ),
    types=("aws_ecs_task_definition",),
    judge=_judge,
    applies=_lasts,
)
