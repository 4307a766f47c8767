"""What CreatePipeline and UpdatePipeline refuse.

https://docs.aws.amazon.com/codepipeline/latest/userguide/reference-pipeline-structure.html
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from typing import Any

from moto.core.exceptions import JsonRESTError

from tealform_harness.aws_emulator.codepipeline import action_types, conditions, triggers, variables

Json = Mapping[str, Any]

_NAME = re.compile(r"[A-Za-z0-9.@\-_]{1,100}")
_ARTIFACT = re.compile(r"[A-Za-z0-9_\-]{1,100}")


def check_pipeline(pipeline: Json) -> None:
    """Raises InvalidStructureException or InvalidActionDeclarationException for the first complaint."""
    for message in _structure(pipeline):
        raise JsonRESTError("InvalidStructureException", message)
    for action in _actions(pipeline):
        for message in action_types.find_action_errors(action):
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
    produced = set(variables.DEFAULT_NAMESPACES)
    for stage in pipeline["stages"]:
        for _, together in groupby(in_run_order(stage), key=lambda action: int(action.get("runOrder", 1))):
            actions = list(together)
            yield from (
                "Valid format for a pipeline execution variable reference is a namespace and a key separated by a period "
                "(.). The following pipeline execution variables are referencing a namespace that does not exist. "
                f"StageName=[{stage['name']}], ActionName=[{action['name']}], ActionConfigurationKey=[{key}], "
                f"VariableReferenceText=[{text}]"
                for action in actions
                for key, text, namespace in variables.list_references(action.get("configuration") or {})
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
