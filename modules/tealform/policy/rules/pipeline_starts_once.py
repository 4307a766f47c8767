"""A change starts one release: not none, not two, and not somebody else's."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tealform.policy import eventbridge, pipelines
from tealform.policy.check import Check
from tealform.policy.environment import Environment, at, is_true, items
from tealform.policy.iam.arn_resolver import References
from tealform.policy.pipelines import Action
from tealform.policy.rule import Rule
from tealform.synth.terraform_json import Resource, blocks

_CONNECTION = "CodeStarSourceConnection"
_BY_EVENT = ("CodeCommit", "S3")
_OTHERS = {
    "aws_codepipeline_webhook": "target_pipeline",
    "aws_pipes_pipe": "target",
    "aws_scheduler_schedule": "target",
}
"""What starts pipelines beside events, by the argument that says which."""


def _judge(pipeline: Resource, environment: Environment) -> Iterator[str]:
    sources = [each for each in pipelines.actions(pipeline) if each.category == "Source"]
    if len(sources) != 1:
        yield f"has {len(sources)} sources, where one is meant: each would start it"
    for kind, argument in _OTHERS.items():
        for each in environment.resources(kind):
            if _leads_to(pipeline, _arn(each.body.get(argument)), environment):
                yield f"{each.address} starts it as well"
    for source in sources:
        if source.provider == _CONNECTION:
            yield from _by_connection(source, pipeline, environment)
        elif source.provider in _BY_EVENT:
            yield from _by_event(source, pipeline, environment)
        else:
            yield f"nobody knows here what starts it from a source of {source.provider}"


def _by_event(source: Action, pipeline: Resource, environment: Environment) -> Iterator[str]:
    if str(source.configuration.get("PollForSourceChanges")).lower() != "false":
        yield 'PollForSourceChanges is not "false": it is started by polling'
    if pipeline.body.get("trigger"):
        yield "has a trigger, which works with a connection only"
    rules = _starting(pipeline, environment)
    if not rules:
        yield "no rule of EventBridge that is enabled starts it"
    if len(rules) > 1:
        yield f"{len(rules)} targets start it, of {_listed([rule.address for rule in rules])}"
    for rule in rules:
        yield from _wrong(rule, _meant(source, References(dict(environment.document))), environment)


def _starting(pipeline: Resource, environment: Environment) -> list[Resource]:
    """The rules that are on, once for each target that is the pipeline."""
    rules = (
        eventbridge.rule_of(target, environment)
        for target in environment.resources(eventbridge.TARGET)
        if _leads_to(pipeline, target.body.get("arn"), environment)
    )
    return [rule for rule in rules if rule and eventbridge.is_enabled(rule)]


def _leads_to(pipeline: Resource, arn: object, environment: Environment) -> bool:
    service, _, name = str(arn).rpartition(":")
    return pipeline in environment.referred(arn) or (":codepipeline:" in service and name == pipeline.body.get("name"))


def _arn(target: object) -> object:
    return at(target, "arn") if isinstance(target, dict | list) else target


def _meant(source: Action, references: References) -> dict[str, Any]:
    """The pattern that means this source, and nothing else.

    https://docs.aws.amazon.com/codecommit/latest/userguide/monitoring-events.html
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html
    """

    def said(key: str) -> str:
        return references.resolved(str(source.configuration.get(key)))

    if source.provider == "S3":
        return {
            "source": ["aws.s3"],
            "detail-type": ["Object Created"],
            "resources": [f"arn:{references.partition}:s3:::{said('S3Bucket')}"],
            "detail": {"bucket": {"name": [said("S3Bucket")]}, "object": {"key": [said("S3ObjectKey")]}},
        }
    place = f"arn:{references.partition}:codecommit:{references.region}:{references.account}"
    return {
        "source": ["aws.codecommit"],
        "detail-type": ["CodeCommit Repository State Change"],
        "resources": [f"{place}:{said('RepositoryName')}"],
        "detail": {
            "event": ["referenceCreated", "referenceUpdated"],
            "referenceType": ["branch"],
            "referenceName": [said("BranchName")],
        },
    }


def _wrong(rule: Resource, meant: dict[str, Any], environment: Environment) -> Iterator[str]:
    if rule.body.get("schedule_expression"):
        yield f"{rule.address} starts it by the clock"
    if rule.body.get("event_bus_name", "default") != "default":
        yield f"{rule.address} listens to another event bus than AWS's own"
    asked, wanted = eventbridge.flat(eventbridge.pattern(rule, environment) or {}), eventbridge.flat(meant)
    for key in sorted(asked.keys() | wanted.keys()):
        if key not in wanted:
            yield f"{rule.address} asks for {key} as well"
        elif key not in asked:
            yield f"{rule.address} takes any {key}, where {_listed(wanted[key])} is meant"
        elif sorted(map(str, items(asked[key]))) != sorted(wanted[key]):
            yield f"{rule.address} takes the {key} {_listed(asked[key])}, where {_listed(wanted[key])} is meant"


def _by_connection(source: Action, pipeline: Resource, environment: Environment) -> Iterator[str]:
    """https://docs.aws.amazon.com/codepipeline/latest/userguide/pipelines-filter.html"""
    triggers = [
        git
        for trigger in blocks(pipeline.body.get("trigger"))
        for git in blocks(trigger.get("git_configuration"))
        if git.get("source_action_name") == source.name
    ]
    detects = is_true(str(source.configuration.get("DetectChanges", "true")).lower())
    if detects and triggers:
        yield "its trigger starts it, and DetectChanges as well"
    if not detects and not triggers:
        yield "DetectChanges is off, and no trigger starts it"
    if rules := _starting(pipeline, environment):
        yield f"{_listed([rule.address for rule in rules])} starts it beside the connection"
    for git in triggers:
        yield from _unfiltered(git, source.configuration.get("BranchName"))


def _unfiltered(git: dict[str, Any], branch: object) -> Iterator[str]:
    pushes = list(blocks(git.get("push")))
    if len(pushes) != 1 or git.get("pull_request"):
        yield "its trigger has not one push filter, but others"
    for push in pushes:
        if not push.get("tags") and items(at(push, "branches", "includes")) != [branch]:
            yield f"its trigger does not keep to the branch {branch}"


def _listed(names: list[Any]) -> str:
    return ", ".join(map(str, names))


CHECK = Check(
    Rule(
        id="TEAL_PIPELINE_STARTS_ONCE",
        severity="high",
        title="A change of its source starts a pipeline exactly once",
        why="Two starts deploy the same version twice, one after the other; none leaves you waiting for a release that never begins",
        fix="Turn polling off, and leave one enabled rule (or one trigger) that names exactly this source",
        link="https://docs.aws.amazon.com/codepipeline/latest/userguide/change-detection-methods.html",
        setting="service.<name>.source",
    ),
    types=("aws_codepipeline",),
    judge=_judge,
)
