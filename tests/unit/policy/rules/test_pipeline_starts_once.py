"""A change of its source starts a pipeline exactly once."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tealform.policy.rules.pipeline_starts_once import CHECK
from tests.unit.policy.rules import shipped
from tests.unit.policy.rules.changes import GONE, Change, all_of, drop, put

API, WEB = "aws_codepipeline.delivery-api_pipeline", "aws_codepipeline.delivery-web_pipeline"
RULE, TARGET = (
    "aws_cloudwatch_event_rule.delivery-api_pipeline_start",
    "aws_cloudwatch_event_target.delivery-api_pipeline_start-target",
)
SOURCE = (API, "stage", 0, "action", 0, "configuration")


def pattern(rule: str = RULE, **changes: Any) -> Change:
    """The rule's pattern with other values in it, or in its detail."""

    def change(document: Any) -> None:
        body = document["resource"]["aws_cloudwatch_event_rule"][rule.partition(".")[2]]
        watched = json.loads(body["event_pattern"])
        for key, value in changes.items():
            name = key.replace("_", "-")
            at = watched["detail"] if key in watched["detail"] else watched
            at.pop(name) if value is GONE else at.update({name: value})
        body["event_pattern"] = json.dumps(watched)

    return change


SECOND_TARGET = put("aws_cloudwatch_event_target.more", "rule", to="shop-prod-api-start")
BAD = {
    "by the clock as well": (
        put("aws_scheduler_schedule.more", "target", to={"arn": f"${{{API}.arn}}"}),
        "aws_scheduler_schedule.more starts it as well",
    ),
    "by a pipe as well": (
        put("aws_pipes_pipe.more", "target", to="arn:aws:codepipeline:eu-west-1:123456789012:shop-prod-api"),
        "aws_pipes_pipe.more starts it as well",
    ),
    "polling": (
        put(*SOURCE, "PollForSourceChanges", to="true"),
        'PollForSourceChanges is not "false": it is started by polling',
    ),
    "polling by default": (
        put(*SOURCE, "PollForSourceChanges", to=GONE),
        'PollForSourceChanges is not "false": it is started by polling',
    ),
    "no target": (drop(TARGET), "no rule of EventBridge that is enabled starts it"),
    "a disabled rule": (put(RULE, "state", to="DISABLED"), "no rule of EventBridge that is enabled starts it"),
    "a rule that is off": (put(RULE, "is_enabled", to=False), "no rule of EventBridge that is enabled starts it"),
    "two targets": (
        all_of(SECOND_TARGET, put("aws_cloudwatch_event_target.more", "arn", to=f"${{{API}.arn}}")),
        f"2 targets start it, of {RULE}, {RULE}",
    ),
    "two targets, one by its ARN": (
        all_of(
            SECOND_TARGET,
            put(
                "aws_cloudwatch_event_target.more",
                "arn",
                to="arn:aws:codepipeline:eu-west-1:123456789012:shop-prod-api",
            ),
        ),
        f"2 targets start it, of {RULE}, {RULE}",
    ),
    "any branch": (pattern(referenceName=GONE), f"{RULE} takes any detail.referenceName, where main is meant"),
    "another branch": (
        pattern(referenceName=["develop"]),
        f"{RULE} takes the detail.referenceName develop, where main is meant",
    ),
    "several branches": (
        pattern(referenceName=["develop", "main"]),
        f"{RULE} takes the detail.referenceName develop, main, where main is meant",
    ),
    "any repository": (
        pattern(resources=GONE),
        f"{RULE} takes any resources, where arn:aws:codecommit:ap-northeast-1:123456789012:shop-prod-api is meant",
    ),
    "tags": (pattern(referenceType=["tag"]), f"{RULE} takes the detail.referenceType tag, where branch is meant"),
    "branches that are deleted": (
        pattern(event=["referenceDeleted"]),
        f"{RULE} takes the detail.event referenceDeleted, where referenceCreated, referenceUpdated is meant",
    ),
    "more than is meant": (pattern(account=["123456789012"]), f"{RULE} asks for account as well"),
    "another bus": (put(RULE, "event_bus_name", to="own"), f"{RULE} listens to another event bus than AWS's own"),
    "the clock": (put(RULE, "schedule_expression", to="rate(1 day)"), f"{RULE} starts it by the clock"),
    "a trigger": (put(API, "trigger", to=[{}]), "has a trigger, which works with a connection only"),
    "a webhook": (
        put("aws_codepipeline_webhook.hook", "target_pipeline", to=f"${{{API}.name}}"),
        "aws_codepipeline_webhook.hook starts it as well",
    ),
    "an unknown source": (
        put(API, "stage", 0, "action", 0, "provider", to="Floppy"),
        "nobody knows here what starts it from a source of Floppy",
    ),
    "no source": (
        put(API, "stage", 0, "action", 0, "category", to="Test"),
        "has 0 sources, where one is meant: each would start it",
    ),
}


@pytest.mark.parametrize("name", ["dev", "staging", "prod"])
def test_a_shipped_pipeline_starts_once(name: str) -> None:
    assert shipped.failed(CHECK, name) == {}


@pytest.mark.parametrize("way", BAD)
def test_a_start_too_many_or_too_few_is_found(way: str) -> None:
    change, message = BAD[way]
    assert shipped.failed(CHECK, "prod", change) == {API: message}


def test_another_pipeline_s_target_starts_this_one_as_well() -> None:
    astray = put("aws_cloudwatch_event_target.delivery-web_pipeline_start-target", "arn", to=f"${{{API}.arn}}")
    assert shipped.failed(CHECK, "prod", astray).keys() == {API, WEB}


@pytest.mark.parametrize(("key", "value"), [("bucket", {}), ("object", {}), ("object", {"key": ["other.zip"]})])
def test_a_promotion_is_started_by_its_release_alone(key: str, value: Any) -> None:
    rule = "aws_cloudwatch_event_rule.delivery-web_pipeline_start"
    assert shipped.failed(CHECK, "prod", pattern(rule, **{key: value})).keys() == {WEB}


def connected(detects: str = "false", trigger: Any = GONE) -> Change:
    """The pipeline with a source on GitHub."""
    push = {"branches": {"includes": ["main"]}}
    git = {"source_action_name": "Source", "push": [push]}
    found = [{"provider_type": "CodeStarSourceConnection", "git_configuration": git}] if trigger is GONE else trigger
    source = {"ConnectionArn": "arn", "FullRepositoryId": "acme/api", "BranchName": "main", "DetectChanges": detects}
    return all_of(
        put(API, "stage", 0, "action", 0, "provider", to="CodeStarSourceConnection"),
        put(*SOURCE, to=source),
        put(API, "trigger", to=found),
        drop(TARGET),
    )


def git(**changes: Any) -> list[dict[str, Any]]:
    push = {"branches": {"includes": ["main"]}}
    return [{"git_configuration": {"source_action_name": "Source", "push": [push], **changes}}]


@pytest.mark.parametrize(
    "change",
    [
        connected(),
        connected("true", []),
        connected(trigger=git(push=[{"tags": {}, "branches": {"includes": ["main"]}}])),
    ],
)
def test_a_connection_starts_it_by_its_trigger_or_by_itself(change: Change) -> None:
    assert shipped.failed(CHECK, "prod", change) == {}


BAD_CONNECTIONS = {
    "both": (connected("true"), "its trigger starts it, and DetectChanges as well"),
    "neither": (connected(trigger=[]), "DetectChanges is off, and no trigger starts it"),
    "any branch": (connected(trigger=git(push=[{}])), "its trigger does not keep to the branch main"),
    "two pushes": (
        connected(trigger=git(push=[{"tags": {"includes": ["v*"]}}] * 2)),
        "its trigger has not one push filter, but others",
    ),
    "pull requests": (connected(trigger=git(pull_request=[{}])), "its trigger has not one push filter, but others"),
    "a rule": (
        all_of(connected(), put(TARGET, "arn", to=f"${{{API}.arn}}"), put(TARGET, "rule", to=f"${{{RULE}.name}}")),
        f"{RULE} starts it beside the connection",
    ),
}


@pytest.mark.parametrize("way", BAD_CONNECTIONS)
def test_a_connection_that_starts_it_too_often_or_never_is_found(way: str) -> None:
    change, message = BAD_CONNECTIONS[way]
    assert shipped.failed(CHECK, "prod", change) == {API: message}
