"""How requests to CodeBuild are read and answered."""

from __future__ import annotations

from typing import Any, cast
from urllib.parse import urlparse

from moto.codebuild.exceptions import InvalidInputException, ResourceNotFoundException
from moto.codebuild.models import codebuild_backends
from moto.codebuild.responses import (
    CodeBuildResponse,
    _validate_required_params_environment,
    _validate_required_params_project_name,
    _validate_required_params_service_role,
)
from moto.codecommit.models import codecommit_backends
from moto.core.responses import ActionResult, EmptyResult
from moto.s3.models import s3_backends

from tealform_harness.aws_emulator.archive import pack
from tealform_harness.aws_emulator.codebuild.backend import BuildBackend
from tealform_harness.aws_emulator.codecommit.backend import SourceControlBackend
from tealform_harness.aws_emulator.moto_patch import ParsedResponse


class BuildResponse(ParsedResponse, CodeBuildResponse):
    """Answers for ``BuildBackend``."""

    @property
    def codebuild_backend(self) -> BuildBackend:
        """The backend of the request's account and region."""
        return cast(BuildBackend, codebuild_backends[self.current_account][self.region])

    def create_project(self) -> ActionResult:
        """https://docs.aws.amazon.com/codebuild/latest/APIReference/API_CreateProject.html."""
        asked = dict(self.params)
        _validate_required_params_project_name(asked["name"])
        self._check(asked)
        return ActionResult({"project": self.codebuild_backend.put_project(asked)})

    def update_project(self) -> ActionResult:
        """https://docs.aws.amazon.com/codebuild/latest/APIReference/API_UpdateProject.html."""
        asked = dict(self.params)
        self._check({**self.codebuild_backend.project(asked["name"]), **asked})
        return ActionResult({"project": self.codebuild_backend.change_project(asked)})

    def list_projects(self) -> ActionResult:
        """By name."""
        return ActionResult({"projects": sorted(self.codebuild_backend.projects)})

    def batch_get_projects(self) -> ActionResult:
        """Also names those that there are not."""
        found, missing = [], []
        for name in self._get_param("names"):
            try:
                found.append(self.codebuild_backend.project(name))
            except ResourceNotFoundException:
                missing.append(name)
        return ActionResult({"projects": found, "projectsNotFound": missing})

    def delete_project(self) -> EmptyResult:
        """One that is not there is no error."""
        self.codebuild_backend.delete_project(self._get_param("name").rpartition("project/")[2])
        return EmptyResult()

    def start_build(self) -> ActionResult:
        """Also build sources in CodeCommit and S3; what only a pipeline has is refused.

        https://docs.aws.amazon.com/codebuild/latest/APIReference/API_StartBuild.html
        """
        project = self.codebuild_backend.project(self._get_param("projectName"))
        variables = self._get_param("environmentVariablesOverride") or []
        archive, version = self._source(project["source"])
        build = self.codebuild_backend.begin_build(project["name"], archive, version, variables)
        return ActionResult({"build": build.metadata})

    def batch_get_builds(self) -> ActionResult:
        """Also names those that there are not."""
        builds, asked = self.codebuild_backend.builds, self._get_param("ids")
        found = [builds[build_id].metadata for build_id in asked if build_id in builds]
        return ActionResult({"builds": found, "buildsNotFound": [each for each in asked if each not in builds]})

    def list_builds(self) -> ActionResult:
        """Newest first."""
        return ActionResult({"ids": list(reversed(self.codebuild_backend.builds))})

    def list_builds_for_project(self) -> ActionResult:
        """Newest first; raises if there is no such project."""
        project = self.codebuild_backend.project(self._get_param("projectName"))
        return ActionResult({"ids": self.codebuild_backend.list_project_builds(project["name"])})

    def stop_build(self) -> ActionResult:
        """Build here are over in seconds."""
        raise NotImplementedError("StopBuild")

    def _check(self, project: dict[str, Any]) -> None:
        _validate_required_params_service_role(self.current_account, self.region, project["serviceRole"])
        _validate_required_params_environment(project["environment"])

    def _source(self, source: dict[str, Any]) -> tuple[bytes, str]:
        """The files, as a ZIP, and their version, with what the request says instead of the project's settings."""
        kind = self._get_param("sourceTypeOverride") or source["type"]
        location = self._get_param("sourceLocationOverride") or source.get("location") or ""
        version = self._get_param("sourceVersion") or ""
        match kind:
            case "NO_SOURCE":
                return pack({}), version
            case "S3":
                bucket, _, key = location.removeprefix("arn:aws:s3:::").partition("/")
                found = s3_backends[self.current_account]["aws"].get_object(bucket, key, version or None)
                if found is None:
                    raise InvalidInputException(f"There is no source at {location}")
                return found.value, str(found.version_id or "")
            case "CODECOMMIT":
                backend = cast(SourceControlBackend, codecommit_backends[self.current_account][self.region])
                name = urlparse(location).path.rpartition("/")[2]
                repository = backend.repository(name)
                commit_id, commit = repository.history.find_commit(
                    version or repository.metadata.get("defaultBranch", "")
                )
                return commit.archive(), commit_id
        raise InvalidInputException(f"A build of source type {kind} is started by a pipeline only")
