"""What CreatePipeline and UpdatePipeline refuse of a pipeline's structure and actions.

https://docs.aws.amazon.com/codepipeline/latest/userguide/reference-pipeline-structure.html
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, product
from typing import Any

from moto.core.exceptions import JsonRESTError

from tealform_harness.aws_emulator.codepipeline import action_run, conditions, triggers

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
        (0,), (1,), ("ConnectionArn", "FullRepositoryId", "BranchName"), ("OutputArtifactFormat", "DetectChanges")
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
    yield from _find_missing(name, kind["provider"], configuration, _named(action, "inputArtifacts"))
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


_NAME = re.compile(r"[A-Za-z0-9.@\-_]{1,100}")
_ARTIFACT = re.compile(r"[A-Za-z0-9_\-]{1,100}")


def check_pipeline(pipeline: Json) -> None:
    """Raise InvalidStructureException or InvalidActionDeclarationException for the first complaint."""
    for message in _structure(pipeline):
        raise JsonRESTError("InvalidStructureException", message)
    for action in _actions(pipeline):
        for message in find_action_errors(action):
            raise JsonRESTError("InvalidActionDeclarationException", message)
    for message in (
        *_artifacts(pipeline),
        *_variables(pipeline),
        *triggers.find_trigger_errors(pipeline),
        *conditions.find_condition_errors(pipeline),
    ):
        raise JsonRESTError("InvalidStructureException", message)


def _structure(pipeline: Json) -> Iterator[str]:
    stages = pipeline["stages"]
    if len(stages) < 2:
        yield (f"Pipeline has only {len(stages)} stage(s). There should be a minimum of 2 stages in a pipeline")
    yield from _names(pipeline)
    for number, stage in enumerate(stages):
        categories = {action["actionTypeId"]["category"] for action in stage["actions"]}
        if number == 0 and categories != {"Source"}:
            yield "Pipeline should start with a stage that only contains source actions"
        if number > 0 and "Source" in categories:
            yield f"Stage '{stage['name']}' contains a source action; only the first stage may"
    if not pipeline.get("artifactStore") and not pipeline.get("artifactStores"):
        yield "Pipeline must have an artifact store"
    if pipeline.get("pipelineType", "V1") == "V1":
        for name in ("triggers", "variables"):
            if pipeline.get(name):
                yield f"Pipeline type V1 does not support {name}"
        if pipeline.get("executionMode", "SUPERSEDED") != "SUPERSEDED":
            yield f"Pipeline type V1 does not support the execution mode {pipeline['executionMode']}"


def _names(pipeline: Json) -> Iterator[str]:
    stages = pipeline["stages"]
    for name in _repeated(stage["name"] for stage in stages):
        yield f"Stage names must be unique within a pipeline. {name} has been used more than once."
    for stage in stages:
        for name in _repeated(action["name"] for action in stage["actions"]):
            yield f"Action names must be unique within a stage. {name} has been used more than once in {stage['name']}."
    names = [pipeline["name"], *(stage["name"] for stage in stages), *(action["name"] for action in _actions(pipeline))]
    for name in names:
        if not _NAME.fullmatch(name):
            yield f"Name '{name}' must satisfy regular expression pattern: [A-Za-z0-9.@\\-_]+"


def _artifacts(pipeline: Json) -> Iterator[str]:
    for name in _repeated(name for action in _actions(pipeline) for name in _named(action, "outputArtifacts")):
        yield f"Output Artifact Bundle name must be unique within a pipeline. {name} has been used more than once."
    produced: set[str] = set()
    for action in _actions(pipeline):
        for name in _named(action, "inputArtifacts"):
            if name not in produced:
                yield f"Input Artifact Bundle {name} in action {action['name']} is not an output of a preceding action"
        for name in _named(action, "outputArtifacts"):
            if not _ARTIFACT.fullmatch(name):
                yield f"Artifact name '{name}' must satisfy regular expression pattern: [a-zA-Z0-9_\\-]+"
            produced.add(name)


def _variables(pipeline: Json) -> Iterator[str]:
    namespaces = [action["namespace"] for action in _actions(pipeline) if action.get("namespace")]
    for name in _repeated(namespaces):
        yield f"Namespace names must be unique within a pipeline. {name} has been used more than once."
    produced = set(action_run.DEFAULT_NAMESPACES)
    for stage in pipeline["stages"]:
        for _, together in groupby(in_run_order(stage), key=lambda action: int(action.get("runOrder", 1))):
            actions = list(together)
            yield from (
                "Valid format for a pipeline execution variable reference is a namespace and a key separated by a period "
                "(.). The following pipeline execution variables are referencing a namespace that does not exist. "
                f"StageName=[{stage['name']}], ActionName=[{action['name']}], ActionConfigurationKey=[{key}], "
                f"VariableReferenceText=[{text}]"
                for action in actions
                for key, text, namespace in action_run.list_references(action.get("configuration") or {})
                if namespace not in produced
            )
            produced |= {action["namespace"] for action in actions if action.get("namespace")}


def in_run_order(stage: Json) -> list[Json]:
    """The actions of a stage in the order in which they run."""
    return sorted(stage["actions"], key=lambda action: int(action.get("runOrder", 1)))


def _actions(pipeline: Json) -> Iterator[Json]:
    for stage in pipeline["stages"]:
        yield from in_run_order(stage)


def _named(action: Json, direction: str) -> list[str]:
    return [artifact["name"] for artifact in action.get(direction) or []]


def _repeated(names: Iterable[str]) -> list[str]:
    return [name for name, count in Counter(names).items() if count > 1]
