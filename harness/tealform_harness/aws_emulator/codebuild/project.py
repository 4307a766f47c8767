"""What CodeBuild makes of the settings of a project."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from moto.codebuild.exceptions import InvalidInputException

Json = Mapping[str, Any]

_WITHOUT_LOCATION = ("CODEPIPELINE", "NO_SOURCE")


def complete_project(asked: Json, arn: str, default_key: str) -> dict[str, Any]:
    """A project as BatchGetProjects answers: ``asked`` with what AWS adds.

    Raises what CreateProject refuses of source and artifacts:
    https://docs.aws.amazon.com/codebuild/latest/APIReference/API_CreateProject.html
    """
    _check_source(asked["source"], asked["artifacts"])
    now = datetime.now(UTC)
    return {
        "created": now,
        "timeoutInMinutes": 60,
        "queuedTimeoutInMinutes": 480,
        "encryptionKey": default_key,
        "cache": {"type": "NO_CACHE"},
        "badge": {"badgeEnabled": bool(asked.get("badgeEnabled"))},
        "projectVisibility": "PRIVATE",
        **{name: [] for name in ("secondarySources", "secondaryArtifacts", "secondarySourceVersions", "tags")},
        **{name: value for name, value in asked.items() if value is not None and name != "badgeEnabled"},
        "arn": arn,
        "lastModified": now,
        "artifacts": _complete_artifacts(asked["artifacts"], asked["name"]),
        "environment": _complete_environment(asked["environment"]),
        "logsConfig": {
            "cloudWatchLogs": {"status": "ENABLED"},
            "s3Logs": {"status": "DISABLED", "encryptionDisabled": False},
            **(asked.get("logsConfig") or {}),
        },
    }


def _complete_artifacts(asked: Json, project: str) -> dict[str, Any]:
    if asked["type"] == "NO_ARTIFACTS":
        return dict(asked)
    return {"name": project, "packaging": "NONE", "encryptionDisabled": False, **asked}


def _complete_environment(asked: Json) -> dict[str, Any]:
    variables = [{"type": "PLAINTEXT", **variable} for variable in asked.get("environmentVariables") or []]
    defaults = {"privilegedMode": False, "imagePullCredentialsType": "CODEBUILD"}
    return {**defaults, **asked, "environmentVariables": variables}


def _check_source(source: Json, artifacts: Json) -> None:
    if source["type"] not in _WITHOUT_LOCATION and not source.get("location"):
        raise InvalidInputException("Project source location is required")
    if artifacts["type"] == "S3" and not artifacts.get("location"):
        raise InvalidInputException("Project artifacts location is required")
    if (source["type"] == "CODEPIPELINE") != (artifacts["type"] == "CODEPIPELINE"):
        raise InvalidInputException("Source and artifacts must both be of type CODEPIPELINE, or neither")
