"""One build: unpack the source, run the phases, pack the artifact, write the log."""

from __future__ import annotations

import logging
import os
import tempfile
import threading
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus

from moto.logs.models import LogsBackend, logs_backends

from tealform_harness.aws_emulator.archive import pack, unpack
from tealform_harness.aws_emulator.codebuild.buildspec import (
    Buildspec,
    BuildspecError,
    Variable,
    VariableError,
    resolve_variables,
)
from tealform_harness.aws_emulator.codebuild.cli_tools import Tools, on_path


class BuildLog:
    """The log of one build of ``project``; ``number`` is the last part of the build's id.

    https://docs.aws.amazon.com/codebuild/latest/APIReference/API_CloudWatchLogsConfig.html
    """

    def __init__(self, account_id: str, region: str, project: Mapping[str, Any], number: str) -> None:
        config = project["logsConfig"]["cloudWatchLogs"]
        self._backend: LogsBackend = logs_backends[account_id][region]
        self._enabled = config["status"] == "ENABLED"
        self._group = config.get("groupName") or f"/aws/codebuild/{project['name']}"
        self._stream = "/".join(filter(None, [config.get("streamName"), number]))

    def describe(self) -> dict[str, Any]:
        """As BatchGetBuilds answers."""
        if not self._enabled:
            return {"cloudWatchLogs": {"status": "DISABLED"}}
        return {
            "groupName": self._group,
            "streamName": self._stream,
            "deepLink": f"https://console.aws.amazon.com/cloudwatch/home?region={self._backend.region_name}"
            f"#logsV2:log-groups/log-group/{quote_plus(self._group)}/log-events/{quote_plus(self._stream)}",
            "cloudWatchLogs": {"status": "ENABLED", "groupName": self._group},
        }

    def write(self, text: str) -> None:
        """Add the lines of ``text``; the group is created if nobody has."""
        if not self._enabled or not text.strip():
            return
        if self._group not in self._backend.groups:
            self._backend.create_log_group(self._group, {})
        if self._stream not in self._backend.groups[self._group].streams:
            self._backend.create_log_stream(self._group, self._stream)
        now = int(datetime.now(UTC).timestamp() * 1000)
        events = [{"timestamp": now, "message": line} for line in text.splitlines() if line]
        self._backend.put_log_events(self._group, self._stream, events)


LOG = logging.getLogger(__name__)


class Build:
    """A build of ``project`` (as BatchGetProjects answers) that is to begin, under way or over.

    ``metadata`` is what BatchGetBuilds answers; ``output`` all that was printed, which goes to ``log`` too;
    ``artifact`` the exported files as a ZIP, once the build has succeeded; ``exported`` the values of the variables that
    the buildspec exports.
    """

    def __init__(
        self, project: Mapping[str, Any], build_id: str, number: int, source_version: str, log: Callable[[str], None]
    ) -> None:
        self.output = ""
        self.artifact: bytes | None = None
        self.exported: Mapping[str, str] = {}
        self._project = project
        self._log = log
        self._over = threading.Event()
        taken = ("source", "artifacts", "cache", "environment", "serviceRole", "encryptionKey")
        self.metadata: dict[str, Any] = {
            **{name: project[name] for name in (*taken, "timeoutInMinutes", "queuedTimeoutInMinutes")},
            "id": build_id,
            "arn": project["arn"].replace(f":project/{project['name']}", f":build/{build_id}"),
            "buildNumber": number,
            "projectName": project["name"],
            "sourceVersion": source_version,
            "resolvedSourceVersion": source_version,
            "startTime": datetime.now(UTC),
            "currentPhase": "QUEUED",
            "buildStatus": "IN_PROGRESS",
            "buildComplete": False,
            "initiator": "codepipeline",
            "phases": [],
        }
        self._pass("SUBMITTED")

    @property
    def succeeded(self) -> bool:
        """Whether it is over and has passed."""
        return bool(self.metadata["buildStatus"] == "SUCCEEDED")

    def wait(self) -> None:
        """Return when the build is over."""
        self._over.wait()

    def run(
        self, source: bytes, variables: Iterable[Variable], tools: Tools, others: Mapping[str, bytes] | None = None
    ) -> None:
        """Build ``source``, a ZIP; ``variables`` go over those of the buildspec. Returns when it is over.

        ``others`` are further ZIPs by name, which stand in folders of their own.
        """
        try:
            for phase in ("QUEUED", "PROVISIONING"):
                self._pass(phase)
            # The path of a socket must be short.
            with tempfile.TemporaryDirectory(prefix="build-") as folder:
                self._build(source, variables, tools, Path(folder), others or {})
        except Exception as error:
            LOG.exception("build %s could not be run", self.metadata["id"])
            self._print(f"{type(error).__name__}: {error}\n")
            self._end("FAULT")

    def _build(
        self, source: bytes, variables: Iterable[Variable], tools: Tools, folder: Path, others: Mapping[str, bytes]
    ) -> None:
        files, scripts = folder / "src", folder / "scripts"
        scripts.mkdir()
        _unpack(source, files)
        for name, content in others.items():
            _unpack(content, folder / "sources" / name)
        _, _, _, region, account_id, *_ = self.metadata["arn"].split(":")
        try:
            buildspec = self._buildspec(files)
            given = resolve_variables([*buildspec.declared, *variables], account_id, region)
        except (BuildspecError, OSError) as error:
            self._fail("DOWNLOAD_SOURCE", f"YAML_FILE_ERROR: {error}")
            return
        except VariableError as error:
            self._fail("DOWNLOAD_SOURCE", f"Decrypted Variables Error: {error}")
            return
        self._pass("DOWNLOAD_SOURCE")
        own = {**self._own_variables(files, folder), **_folders(folder / "sources", others)}
        if self._run_phases(buildspec, files, scripts, {**given, **own}, tools):
            self._export(buildspec.artifacts(files), buildspec.exports_files)

    def _run_phases(
        self, buildspec: Buildspec, files: Path, scripts: Path, variables: Mapping[str, str], tools: Tools
    ) -> bool:
        with on_path(tools, scripts) as executables:
            path = {"PATH": f"{executables}:{os.defpath}"}
            seconds = self._project["timeoutInMinutes"] * 60
            outcome = buildspec.run(files, scripts, {**variables, **path}, seconds)
        self._print(outcome.output)
        self.exported = outcome.exported
        exported = [{"name": name, "value": value} for name, value in outcome.exported.items()]
        self.metadata["exportedEnvironmentVariables"] = exported
        for phase, passed in outcome.phases.items():
            if passed:
                self._pass(phase.upper())
            else:
                self._fail(phase.upper(), "COMMAND_EXECUTION_ERROR: see the build's log")
        return outcome.succeeded

    def _export(self, files: dict[str, bytes], wanted: bool) -> None:
        if wanted and not files:
            self._fail("UPLOAD_ARTIFACTS", "CLIENT_ERROR: no matching artifact paths found")
            return
        self.artifact = pack(files)
        for phase in ("UPLOAD_ARTIFACTS", "FINALIZING"):
            self._pass(phase)
        self._end("SUCCEEDED")

    def _buildspec(self, files: Path) -> Buildspec:
        """It stands in the project itself, or in the file of the source that the project names."""
        given = self._project["source"].get("buildspec") or "buildspec.yml"
        return Buildspec(given if "\n" in given else (files / given).read_text(encoding="utf-8"))

    def _own_variables(self, files: Path, home: Path) -> dict[str, str]:
        """https://docs.aws.amazon.com/codebuild/latest/userguide/build-env-ref-env-vars.html."""
        region = self.metadata["arn"].split(":")[3]
        return {
            "AWS_DEFAULT_REGION": region,
            "AWS_REGION": region,
            "CODEBUILD_BUILD_ARN": self.metadata["arn"],
            "CODEBUILD_BUILD_ID": self.metadata["id"],
            "CODEBUILD_BUILD_IMAGE": self._project["environment"]["image"],
            "CODEBUILD_BUILD_NUMBER": str(self.metadata["buildNumber"]),
            "CODEBUILD_INITIATOR": self.metadata["initiator"],
            "CODEBUILD_KMS_KEY_ID": self.metadata["encryptionKey"],
            "CODEBUILD_RESOLVED_SOURCE_VERSION": self.metadata["resolvedSourceVersion"],
            "CODEBUILD_SOURCE_VERSION": self.metadata["sourceVersion"],
            "CODEBUILD_SRC_DIR": str(files),
            "CODEBUILD_START_TIME": f"{self.metadata['startTime'].timestamp() * 1000:.0f}",
            "HOME": str(home),
        }

    def _print(self, text: str) -> None:
        self.output += text
        self._log(text)

    def _pass(self, phase: str) -> None:
        self._add(phase, "SUCCEEDED")

    def _fail(self, phase: str, why: str) -> None:
        code, _, message = why.partition(": ")
        self._add(phase, "FAILED", contexts=[{"statusCode": code, "message": message}])
        self._print(f"Phase {phase} failed: {why}\n")
        self._end("FAILED")

    def _add(self, phase: str, status: str, **more: Any) -> None:
        now = datetime.now(UTC)
        self.metadata["currentPhase"] = phase
        self.metadata["phases"].append(
            {
                "phaseType": phase,
                "phaseStatus": status,
                "startTime": now,
                "endTime": now,
                "durationInSeconds": 0,
                **more,
            }
        )

    def _end(self, status: str) -> None:
        self.metadata["phases"].append({"phaseType": "COMPLETED", "startTime": datetime.now(UTC)})
        self.metadata.update(
            currentPhase="COMPLETED", buildStatus=status, buildComplete=True, endTime=datetime.now(UTC)
        )
        self._over.set()


def _unpack(archive: bytes, folder: Path) -> None:
    folder.mkdir(parents=True)
    for path, content in unpack(archive).items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)


def _folders(folder: Path, sources: Iterable[str]) -> dict[str, str]:
    """https://docs.aws.amazon.com/codebuild/latest/userguide/sample-pipeline-multi-input-output.html."""
    return {f"CODEBUILD_SRC_DIR_{name}": str(folder / name) for name in sources}
