"""What an event is sent to gets it."""

from __future__ import annotations

from collections.abc import Iterator

from tealform.policy import eventbridge, resource_access
from tealform.policy.check import Check
from tealform.policy.environment import Environment
from tealform.policy.rule import Rule
from tealform.synth.terraform_json import Resource

_START = "codepipeline:StartPipelineExecution"
_EVENTBRIDGE = "events.amazonaws.com"
_BY_ROLE = ("batch", "codebuild", "codepipeline", "ecs", "events", "firehose", "kinesis", "states")
"""Services that EventBridge reaches with a role; SNS, SQS and Lambda have policies instead.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-identity-based.html
"""


def _judge(target: Resource, environment: Environment) -> Iterator[str]:
    rule = eventbridge.rule_of(target, environment)
    if rule is None:
        yield f"its rule {target.body.get('rule')} is not there"
    elif not eventbridge.is_enabled(rule):
        yield f"its rule {rule.address} is disabled"
    role = target.body.get("role_arn")
    if _service(target, environment) in _BY_ROLE and not role:
        yield "has no role, without which EventBridge may not start what it leads to"
    for each in environment.referred(role):
        if _EVENTBRIDGE not in resource_access.trusted_principals(each, environment):
            yield f"EventBridge may not take its role {each.address}"
        yield from _not_started_by(each, target, environment)
    yield from _untold(target, environment)


def _not_started_by(role: Resource, target: Resource, environment: Environment) -> Iterator[str]:
    for pipeline in environment.referred(target.body.get("arn")):
        if pipeline.type == "aws_codepipeline" and not resource_access.may(role, _START, pipeline, environment):
            yield f"its role {role.address} may not start {pipeline.address}"


def _service(target: Resource, environment: Environment) -> str:
    """The service that it leads to, by the type of what it refers to or by its ARN."""
    arn = str(target.body.get("arn"))
    for each in environment.referred(arn):
        return each.type.removeprefix("aws_").partition("_")[0].replace("sfn", "states")
    return (*arn.split(":"), "", "")[2]


def _untold(target: Resource, environment: Environment) -> Iterator[str]:
    for topic in environment.referred(target.body.get("arn")):
        if topic.type == "aws_sns_topic" and not any(
            each.effect == "Allow" and "sns:Publish" in each.actions and ("Service", _EVENTBRIDGE) in each.principals
            for each in resource_access.statements(topic, environment)
        ):
            yield f"EventBridge may not publish to {topic.address}"


CHECK = Check(
    Rule(
        id="TEAL_EVENT_TARGET",
        severity="high",
        title="Targets of events have an enabled rule, and EventBridge may reach them",
        why="EventBridge drops what it may not deliver and tells nobody: a push starts no release, an alarm reaches no one",
        fix="Enable the rule, and let EventBridge in by the target's role or the topic's policy",
        link="https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-targets.html",
    ),
    types=(eventbridge.TARGET,),
    judge=_judge,
)
