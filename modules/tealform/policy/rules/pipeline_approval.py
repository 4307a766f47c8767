"""Nothing reaches production before somebody has said so."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tealform.policy import pipelines
from tealform.policy.check import Check
from tealform.policy.environment import Environment, is_production
from tealform.policy.rule import Rule
from tealform.synth.terraform_json import Resource

_FOR = re.compile(r"for-([\w-]+)/")
"""How the path of a pipeline begins that is another environment's: see modules/stack."""


def _to_production(pipeline: Resource, environment: Environment) -> bool:
    """Its own, or one that an account for tools holds for it."""
    other = _FOR.match(environment.path(pipeline))
    return environment.production or bool(other and is_production(other[1]))


def _judge(pipeline: Resource, environment: Environment) -> Iterator[str]:
    approvals = [each.place for each in pipelines.actions(pipeline) if each.approves]
    for deployment in pipelines.deployments(pipeline, environment):
        if not any(place < deployment.place for place in approvals):
            yield f"the stage {deployment.stage} deploys, and nobody is asked before it"
    topics = environment.resources("aws_sns_topic")
    for each in pipelines.actions(pipeline):
        if each.approves and topics and not each.configuration.get("NotificationArn"):
            yield f"nobody is told that {each.name} waits"


CHECK = Check(
    Rule(
        id="TEAL_PIPELINE_APPROVAL",
        severity="high",
        title="Somebody approves each release to production",
        why="Whoever may push to the branch, or has taken over their machine, releases to your users with nobody looking",
        fix="Set approval = true in the service's release block",
        link="https://docs.aws.amazon.com/codepipeline/latest/userguide/approvals-action-add.html",
        setting="service.<name>.release.approval",
    ),
    types=("aws_codepipeline",),
    judge=_judge,
    applies=_to_production,
)
