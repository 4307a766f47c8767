"""Pipelines that CodePipeline accepts, each started by one thing, whose actions find their inputs."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from tests.invariants.assertions.document import REFERENCE, Body, find_resources, follow, invariant, resolve, unescape

_CONNECTION = "CodeStarSourceConnection"
_NAME = r"[A-Za-z0-9.@_-]{1,100}"
_ARTIFACT = r"[A-Za-z0-9_-]{1,100}"
_NAMESPACE = r"[A-Za-z0-9@_-]{1,100}"
_VARIABLE = re.compile(r"#\{([^.}]+)\.([^}]+)\}")
# What stands for a reference when lengths are counted: longer than what Terraform puts there.
_ID = "x" * 100
# https://docs.aws.amazon.com/codepipeline/latest/userguide/reference-variables.html
_VARIABLES = {
    "CodeCommit": {"AuthorDate", "BranchName", "CommitId", "CommitMessage", "CommitterDate", "RepositoryName"},
    "S3": {"BucketName", "ETag", "ObjectKey", "VersionId"},
    _CONNECTION: {"AuthorDate", "BranchName", "CommitId", "CommitMessage", "ConnectionArn", "FullRepositoryName"},
}
# https://docs.aws.amazon.com/codepipeline/latest/userguide/limits.html
_STAGES, _ACTIONS, _RULES, _CONFIGURATION, _PATTERN = 50, 50, 5, 1000, 2048


def list_actions(pipeline: Body) -> list[Body]:
    """The actions of a pipeline in their order."""
    return [action for stage in pipeline["stage"] for action in stage["action"]]


def _starters(document: Body, pipeline: Body) -> list[Body]:
    """The rules that have the pipeline as target."""
    targets = find_resources(document, "aws_cloudwatch_event_target").values()
    return [follow(document, each["rule"]) for each in targets if follow(document, each["arn"]) is pipeline]


@invariant
def one_thing_starts_each_pipeline(document: Body) -> Iterator[str]:
    """An enabled rule or a trigger starts it, never both, and polling is off."""
    for name, pipeline in find_resources(document, "aws_codepipeline").items():
        (source,) = pipeline["stage"][0]["action"]
        configuration, triggers, rules = (
            source["configuration"],
            pipeline.get("trigger", []),
            _starters(document, pipeline),
        )
        if source["provider"] == _CONNECTION:
            expected, off = (1, 0), configuration.get("DetectChanges") == "false"
        else:
            expected, off = (0, 1), configuration.get("PollForSourceChanges") == "false"
        if (len(triggers), len(rules)) != expected:
            yield f"{name}: {len(triggers)} triggers and {len(rules)} rules for {source['provider']}"
        if not off:
            yield f"{name}: {source['provider']} starts it by itself as well"
        if any(rule.get("state", "ENABLED") != "ENABLED" for rule in rules):
            yield f"{name}: its rule is off"
        for trigger in triggers:
            git = trigger["git_configuration"]
            if git["source_action_name"] != source["name"] or len(git["push"]) != 1 or "pull_request" in git:
                yield f"{name}: {git} is no one push of {source['name']}"


@invariant
def rules_match_the_source(document: Body) -> Iterator[str]:
    """The rule matches what the source action reads; the pattern is as short as EventBridge requires."""
    for name, pipeline in find_resources(document, "aws_codepipeline").items():
        (source,) = pipeline["stage"][0]["action"]
        for rule in _starters(document, pipeline):
            pattern = json.loads(rule["event_pattern"])
            if len(unescape(rule["event_pattern"])) > _PATTERN:
                yield f"{name}: a pattern of {len(rule['event_pattern'])} characters"
            if _matched(pattern, source["provider"]) != _read(source):
                yield f"{name}: listens for {_matched(pattern, source['provider'])}, and takes {_read(source)}"


def _matched(pattern: Body, provider: str) -> list[Any]:
    resources = [arn.split(":")[-1] for arn in pattern["resources"]]
    if provider == "S3":
        return [resources, pattern["detail"]["bucket"]["name"], pattern["detail"]["object"]["key"]]
    return [resources, pattern["detail"]["referenceType"], pattern["detail"]["referenceName"]]


def _read(source: Body) -> list[Any]:
    given = source["configuration"]
    if source["provider"] == "S3":
        return [[given["S3Bucket"]], [given["S3Bucket"]], [given["S3ObjectKey"]]]
    return [[given["RepositoryName"]], ["branch"], [given["BranchName"]]]


@invariant
def source_buckets_are_watched(document: Body) -> Iterator[str]:
    """A bucket that is created for a source keeps versions and notifies EventBridge; otherwise nothing starts."""
    created = {resolve(document, body["bucket"]): body for body in find_resources(document, "aws_s3_bucket").values()}
    for name, pipeline in find_resources(document, "aws_codepipeline").items():
        bucket = created.get(list_actions(pipeline)[0]["configuration"].get("S3Bucket"))
        if bucket is not None and not (_versioned(document, bucket) and _notifies(document, bucket)):
            yield f"{name}: {bucket['bucket']} is not watched"


def _versioned(document: Body, bucket: Body) -> bool:
    return any(
        follow(document, each["bucket"]) is bucket and each["versioning_configuration"]["status"] == "Enabled"
        for each in find_resources(document, "aws_s3_bucket_versioning").values()
    )


def _notifies(document: Body, bucket: Body) -> bool:
    return any(
        follow(document, each["bucket"]) is bucket and each["eventbridge"]
        for each in find_resources(document, "aws_s3_bucket_notification").values()
    )


@invariant
def artifacts_come_before_their_use(document: Body) -> Iterator[str]:
    """An action reads what earlier ones made, and names no other artifact; no two make the same."""
    for name, pipeline in find_resources(document, "aws_codepipeline").items():
        made: list[str] = []
        for action in list_actions(pipeline):
            inputs = action.get("input_artifacts", [])
            named = {value for key, value in action["configuration"].items() if key in _OF_ARTIFACTS}
            if not set(inputs) <= set(made) or not named <= set(inputs) or len(set(inputs)) != len(inputs):
                yield f"{name}: {action['name']} reads {inputs} and {sorted(named)}, and there are {made}"
            if len(inputs) > 1 and "PrimarySource" not in action["configuration"]:
                yield f"{name}: {action['name']} has {inputs}, and none is the first"
            made += action.get("output_artifacts", [])
        if len(set(made)) != len(made) or not all(re.fullmatch(_ARTIFACT, each, re.ASCII) for each in made):
            yield f"{name}: makes {made}"


_OF_ARTIFACTS = {"PrimarySource", "TaskDefinitionTemplateArtifact", "AppSpecTemplateArtifact", "Image1ArtifactName"}


@invariant
def stages_are_valid(document: Body) -> Iterator[str]:
    """Stages and actions have unique, valid names; only sources are in the first stage."""
    for name, pipeline in find_resources(document, "aws_codepipeline").items():
        stages = pipeline["stage"]
        groups = [
            [stage["name"] for stage in stages],
            *([each["name"] for each in stage["action"]] for stage in stages),
        ]
        if not 2 <= len(stages) <= _STAGES or not all(1 <= len(group) <= _ACTIONS for group in groups[1:]):
            yield f"{name}: stages of {groups[1:]}"
        for group in groups:
            if len(set(group)) != len(group) or not all(re.fullmatch(_NAME, each, re.ASCII) for each in group):
                yield f"{name}: {group} are no names"
        for number, stage in enumerate(stages):
            if any((each["category"] == "Source") != (number == 0) for each in stage["action"]):
                yield f"{name}: sources do not stand in the first stage alone"


@invariant
def conditions_are_valid(document: Body) -> Iterator[str]:
    """A condition has one to five rules with unique names; parallel releases are not rolled back."""
    for name, pipeline in find_resources(document, "aws_codepipeline").items():
        for stage in pipeline["stage"]:
            for key in ("before_entry", "on_success"):
                if key in stage:
                    rules = [rule["name"] for rule in stage[key]["condition"]["rule"]]
                    if not 1 <= len(rules) <= _RULES or len(set(rules)) != len(rules):
                        yield f"{name}: {key} has {rules}"
            results = [
                stage.get("on_success", {}).get("condition", {}).get("result"),
                stage.get("on_failure", {}).get("result"),
            ]
            if pipeline["execution_mode"] == "PARALLEL" and "ROLLBACK" in results:
                yield f"{name}: {stage['name']} would be rolled back while others are under way"


@invariant
def variables_come_from_earlier_actions(document: Body) -> Iterator[str]:
    """``#{Namespace.Variable}`` comes from an earlier action; a namespace belongs to one action, and is no artifact."""
    for name, pipeline in find_resources(document, "aws_codepipeline").items():
        known: dict[str, set[str]] = {}
        artifacts = {each for action in list_actions(pipeline) for each in action.get("output_artifacts", [])}
        for action in list_actions(pipeline):
            for key, value in action["configuration"].items():
                for namespace, variable in _VARIABLE.findall(value):
                    if variable not in known.get(namespace, ()):
                        yield f"{name}: {key} of {action['name']} asks for {namespace}.{variable}, and knows {known}"
            if (namespace := action.get("namespace")) is not None:
                if namespace in known or namespace in artifacts or not re.fullmatch(_NAMESPACE, namespace, re.ASCII):
                    yield f"{name}: {namespace} of {action['name']} is taken, or no name"
                known[namespace] = _VARIABLES.get(action["provider"]) or _exported(document, action)


def _exported(document: Body, action: Body) -> set[str]:
    """Return the variables of a CodeBuild action; those of the release contract's own buildspec are tested elsewhere."""
    buildspec = follow(document, action["configuration"]["ProjectName"])["source"]["buildspec"]
    if "\n" not in buildspec:
        return {"IMAGE_DIGEST"}
    return set(
        re.findall(r"(?m)^    - ([A-Z_]+)$", buildspec.partition("exported-variables:")[2].partition("phases:")[0])
    )


@invariant
def configurations_fit(document: Body) -> Iterator[str]:
    """A value has 1 to 1000 characters: https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_ActionDeclaration.html"""
    for name, pipeline in find_resources(document, "aws_codepipeline").items():
        for action in list_actions(pipeline):
            for key, value in action["configuration"].items():
                length = len(unescape(REFERENCE.sub(_ID, value)))
                if not 1 <= length <= _CONFIGURATION:
                    yield f"{name}: {key} of {action['name']} has {length} characters"


@invariant
def pipelines_share_nothing(document: Body) -> Iterator[str]:
    """Pipelines share no bucket, project or role."""
    pipelines = find_resources(document, "aws_codepipeline")
    owned = Counter(
        used
        for pipeline in pipelines.values()
        for used in {
            pipeline["artifact_store"][0]["location"],
            pipeline["role_arn"],
            *(
                each["configuration"]["ProjectName"]
                for each in list_actions(pipeline)
                if each["provider"] == "CodeBuild"
            ),
        }
    )
    yield from (f"{used} belongs to {count} pipelines" for used, count in owned.items() if count > 1)
