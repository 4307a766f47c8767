"""The actions that a pipeline may hold.

https://docs.aws.amazon.com/codepipeline/latest/userguide/reference-pipeline-structure.html
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

Json = Mapping[str, Any]


@dataclass(frozen=True)
class ActionType:
    """How many artifacts an action takes and gives, and the keys of its configuration."""

    inputs: Collection[int]
    outputs: Collection[int]
    required: Collection[str] = ()
    optional: Collection[str] = ()


_IMAGES = [f"Image{number}{part}" for number, part in product(range(1, 5), ("ArtifactName", "ContainerName"))]

_BUILD = ActionType(
    range(1, 6),
    range(6),
    ("ProjectName",),
    ("PrimarySource", "BatchEnabled", "CombineArtifacts", "EnvironmentVariables"),
)

# By category and provider; all of them are AWS's own, version 1.
_TYPES = {
    ("Source", "CodeCommit"): ActionType(
        (0,), (1,), ("RepositoryName", "BranchName"), ("PollForSourceChanges", "OutputArtifactFormat")
    ),
    ("Source", "S3"): ActionType(
        (0,), (1,), ("S3Bucket", "S3ObjectKey"), ("PollForSourceChanges", "AllowOverrideForS3ObjectKey")
    ),
    ("Source", "CodeStarSourceConnection"): ActionType(
        (0,),
        (1,),
        ("ConnectionArn", "FullRepositoryId", "BranchName"),
        ("OutputArtifactFormat", "DetectChanges"),
    ),
    ("Build", "CodeBuild"): _BUILD,
    ("Test", "CodeBuild"): _BUILD,
    ("Deploy", "S3"): ActionType(
        (1,), (0,), ("BucketName", "Extract"), ("ObjectKey", "KMSEncryptionKeyARN", "CannedACL", "CacheControl")
    ),
    ("Approval", "Manual"): ActionType(
        (0,), (0,), (), ("NotificationArn", "CustomData", "ExternalEntityLink", "ApproverInstructions")
    ),
    ("Deploy", "CodeDeployToECS"): ActionType(
        range(1, 6),
        (0,),
        ("ApplicationName", "DeploymentGroupName", "TaskDefinitionTemplateArtifact", "AppSpecTemplateArtifact"),
        ("TaskDefinitionTemplatePath", "AppSpecTemplatePath", *_IMAGES),
    ),
    ("Deploy", "ECS"): ActionType((1,), (0,), ("ClusterName", "ServiceName"), ("FileName", "DeploymentTimeout")),
}


def find_action_errors(action: Json) -> Iterator[str]:
    """What is wrong with one action of a pipeline."""
    name, kind = action["name"], action["actionTypeId"]
    found = _TYPES.get((kind["category"], kind["provider"]))
    if found is None or kind["owner"] != "AWS" or kind["version"] != "1":
        yield (
            f"ActionType (Category: '{kind['category']}', Provider: '{kind['provider']}', Owner: '{kind['owner']}', "
            f"Version: '{kind['version']}') in action '{name}' is not available"
        )
        return
    configuration = action.get("configuration") or {}
    for key in found.required:
        if not configuration.get(key):
            yield f"Action configuration for action '{name}' is missing required configuration '{key}'"
    for key in configuration:
        if key not in (*found.required, *found.optional):
            yield f"Action configuration for action '{name}' contains unknown configuration '{key}'"
    yield from _find_missing(name, kind["provider"], configuration, _input_names(action))
    for direction, allowed in (("input", found.inputs), ("output", found.outputs)):
        count = len(action.get(f"{direction}Artifacts") or [])
        if count not in allowed:
            yield f"Action '{name}' has {count} {direction} artifacts, allowed are {min(allowed)} to {max(allowed)}"


def _find_missing(name: str, provider: str, configuration: Mapping[str, str], inputs: Sequence[str]) -> Iterator[str]:
    """What is required because of something else that is there."""
    primary = configuration.get("PrimarySource")
    if provider == "CodeBuild" and (primary not in inputs if primary else len(inputs) > 1):
        yield f"Action '{name}' must name one of its input artifacts as PrimarySource: {', '.join(inputs)}"
    if configuration.get("Extract") == "false" and not configuration.get("ObjectKey"):
        yield f"Action configuration for action '{name}' is missing required configuration 'ObjectKey'"


def _input_names(action: Json) -> list[str]:
    return [artifact["name"] for artifact in action.get("inputArtifacts") or []]
