"""Projects and builds of CodeBuild in an account and region."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any
from uuid import uuid4

from moto.codebuild.exceptions import InvalidInputException, ResourceAlreadyExistsException, ResourceNotFoundException
from moto.codebuild.models import CodeBuildBackend

from tealform_harness.aws_emulator import service_events
from tealform_harness.aws_emulator.codebuild.build import Build, BuildLog
from tealform_harness.aws_emulator.codebuild.buildspec import Variable
from tealform_harness.aws_emulator.codebuild.cli_tools import Tools
from tealform_harness.aws_emulator.moto_patch import ExtendedBackend

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


_NONE: Mapping[str, bytes] = MappingProxyType({})


class BuildBackend(ExtendedBackend, CodeBuildBackend):
    """https://docs.aws.amazon.com/codebuild/latest/APIReference/Welcome.html."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.projects: dict[str, dict[str, Any]] = {}
        self.builds: dict[str, Build] = {}

    def put_project(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """CreateProject; raises if the name is taken."""
        arn = self._arn(f"project/{asked['name']}")
        if asked["name"] in self.projects:
            raise ResourceAlreadyExistsException(f"Project already exists: {arn}")
        key = f"arn:{self.partition}:kms:{self.region_name}:{self.account_id}:alias/aws/s3"
        return self.projects.setdefault(asked["name"], complete_project(asked, arn, key))

    def change_project(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """UpdateProject: what is not asked for stays."""
        before = self.project(asked["name"])
        changed = complete_project({**before, **asked}, before["arn"], before["encryptionKey"])
        self.projects[asked["name"]] = {**changed, "created": before["created"]}
        return self.projects[asked["name"]]

    def project(self, name: str) -> dict[str, Any]:
        """The project of that name or ARN; raises if there is none."""
        found = self.projects.get(name.rpartition("project/")[2])
        if not found:
            raise ResourceNotFoundException(f"Project cannot be found: {self._arn(f'project/{name}')}")
        return found

    def delete_project(self, project_name: str) -> None:
        """Its builds go with it."""
        self.projects.pop(project_name, None)
        self.builds = {
            name: build for name, build in self.builds.items() if build.metadata["projectName"] != project_name
        }

    def run_build(
        self,
        project: str,
        source: bytes,
        source_version: str,
        overrides: Iterable[Variable] = (),
        others: Mapping[str, bytes] = _NONE,
    ) -> Build:
        """Build ``source``, a ZIP, and return when the build is over.

        ``project`` is the name of the project, ``source_version`` what the source is a version of (a commit's id, an
        object's version), ``overrides`` variables that go over the project's, ``others`` the ZIPs of further sources by
        name. The build reports that a command fails; raises if there is no such project.
        """
        build = self._new_build(self.project(project), source_version)
        self._run(build, source, overrides, others)
        return build

    def begin_build(self, project: str, source: bytes, source_version: str, overrides: Iterable[Variable]) -> Build:
        """As ``run_build``, but returns at once."""
        build = self._new_build(self.project(project), source_version)
        threading.Thread(target=self._run, args=(build, source, overrides), daemon=True).start()
        return build

    def list_project_builds(self, project: str) -> list[str]:
        """The ids of a project's builds, newest first."""
        return [name for name, build in reversed(self.builds.items()) if build.metadata["projectName"] == project]

    def _new_build(self, project: Mapping[str, Any], source_version: str) -> Build:
        number = str(uuid4())
        log = BuildLog(self.account_id, self.region_name, project, number)
        count = 1 + len(self.list_project_builds(project["name"]))
        build = Build(project, f"{project['name']}:{number}", count, source_version, log.write)
        build.metadata["logs"] = log.describe()
        self.builds[build.metadata["id"]] = build
        return build

    def _run(
        self, build: Build, source: bytes, overrides: Iterable[Variable], others: Mapping[str, bytes] = _NONE
    ) -> None:
        self._publish_state(build)
        variables = [*build.metadata["environment"]["environmentVariables"], *overrides]
        build.run(source, variables, Tools(self.account_id, self.region_name), others)
        self._publish_state(build)

    def _publish_state(self, build: Build) -> None:
        """https://docs.aws.amazon.com/codebuild/latest/userguide/sample-build-notifications.html."""
        metadata = build.metadata
        detail = {
            "build-status": metadata["buildStatus"],
            "project-name": metadata["projectName"],
            "build-id": metadata["arn"],
            "current-phase": metadata["currentPhase"],
        }
        service_events.publish_event(
            self.account_id,
            self.region_name,
            "aws.codebuild",
            "CodeBuild Build State Change",
            [metadata["arn"]],
            detail,
        )

    def _arn(self, resource: str) -> str:
        return f"arn:{self.partition}:codebuild:{self.region_name}:{self.account_id}:{resource}"
