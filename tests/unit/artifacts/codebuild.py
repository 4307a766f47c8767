"""The release contract, its variables, and builds of it as AWS CodeBuild runs them, in an account that is a folder."""

import json
import os
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tealform_harness.aws_emulator.codebuild.buildspec import Buildspec
from tealform_harness.aws_emulator.codebuild.cli_tools import write_executable
from tests.inventory import ROOT
from tests.unit.artifacts import fake_tools

ARTIFACTS = ROOT / "artifacts"

COMMIT = "3f2a9c1d5e7b8a6f4c3d2e1f0a9b8c7d6e5f4a3b"
REGISTRY = "123456789012.dkr.ecr.eu-west-1.amazonaws.com"
REPOSITORY = "shop-dev-web"
REPOSITORY_URI = f"{REGISTRY}/{REPOSITORY}"

TASK_VARIABLES = {
    "TASK_FAMILY": "shop-dev-web",
    "TASK_ROLE_ARN": "arn:aws:iam::123456789012:role/shop-dev-web-task",
    "EXECUTION_ROLE_ARN": "arn:aws:iam::123456789012:role/shop-dev-web-execution",
    "TASK_CPU": "256",
    "TASK_MEMORY": "512",
    "CPU_ARCHITECTURE": "X86_64",
    "VOLUMES": '[{"name":"tmp"}]',
    "CONTAINER_NAME": "web",
    "CONTAINER_PORT": "8080",
    "CONTAINER_ENVIRONMENT": '[{"name":"COLOUR","value":"green"},{"name":"PORT","value":"8080"}]',
    "CONTAINER_SECRETS": '[{"name":"TOKEN","valueFrom":"arn:aws:secretsmanager:eu-west-1:123456789012:secret:token"}]',
    "READ_ONLY_ROOT_FILESYSTEM": "true",
    "MOUNT_POINTS": '[{"sourceVolume":"tmp","containerPath":"/tmp","readOnly":false}]',
    "STOP_TIMEOUT": "30",
    "LOG_GROUP": "/shop/dev/web",
    "AWS_REGION": "eu-west-1",
}
APPSPEC_VARIABLES = {
    "CONTAINER_NAME": "web",
    "CONTAINER_PORT": "8080",
    "PLATFORM_VERSION": "LATEST",
    "SUBNETS": '["subnet-0a1","subnet-0b2"]',
    "SECURITY_GROUPS": '["sg-0c3"]',
    "CAPACITY_PROVIDER_STRATEGY": '[{"Base":1,"CapacityProvider":"FARGATE","Weight":1}]',
    "HOOKS": '[{"AfterAllowTestTraffic":"arn:aws:lambda:eu-west-1:123456789012:function:look"}]',
}
BUILD_VARIABLES = {
    "ECR_REPOSITORY_URI": REPOSITORY_URI,
    "CODEBUILD_RESOLVED_SOURCE_VERSION": COMMIT,
}
VARIABLES = TASK_VARIABLES | APPSPEC_VARIABLES | BUILD_VARIABLES
"""All variables that an environment's CodeBuild project sets for a build of ``COMMIT``."""

EXPORTED_FILES = {
    "imageDetail.json",
    "imagedefinitions.json",
    "taskdef.json",
    "appspec.yml",
    ".release/taskdef.json",
    ".release/appspec.yml",
}


@dataclass(frozen=True)
class Build:
    """The result of a build: whether it passed, its output, its calls of ``aws`` and ``docker``, its exported files and variables."""

    succeeded: bool
    output: str
    calls: list[list[str]]
    source: Path
    exported: dict[str, str]
    variables: dict[str, str]

    def calls_of(self, *command: str) -> list[list[str]]:
        """Return the calls that begin with ``command``, without it."""
        return [call[len(command) :] for call in self.calls if call[: len(command)] == list(command)]

    @property
    def image_uri(self) -> str:
        return str(json.loads(self.exported["imageDetail.json"])["ImageURI"])

    @property
    def task_definition(self) -> dict[str, Any]:
        return dict(json.loads(self.exported["taskdef.json"]))

    @property
    def appspec(self) -> dict[str, Any]:
        return dict(yaml.safe_load(self.exported["appspec.yml"]))


class Account:
    """An AWS account with one ECR repository, in which builds run one after another."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._builds = 0
        for name in ("bin", "images", "built"):
            (folder / name).mkdir(parents=True)
        write_executable(folder / "bin" / "python3", sys.executable, "-I", "-S")
        for name in ("aws", "docker"):
            write_executable(folder / "bin" / name, sys.executable, "-I", "-S", fake_tools.__file__, name)

    def tags(self) -> set[str]:
        """Return the tags in the repository."""
        return {path.name for path in (self._folder / "images").iterdir()}

    def build(self, changes: Mapping[str, str | None] | None = None, template: str | None = None) -> Build:
        """Build the contract.

        ``changes`` are variables that differ from ``VARIABLES`` (``None`` removes one); ``template`` replaces
        ``taskdef.json``.
        """
        self._builds += 1
        source = self._folder / f"source-{self._builds}"
        shutil.copytree(ARTIFACTS, source, ignore=shutil.ignore_patterns("__pycache__"))
        if template is not None:
            (source / "taskdef.json").write_text(template, encoding="utf-8")
        (self._folder / "calls").write_text("")
        scratch = self._folder / f"scratch-{self._builds}"
        scratch.mkdir()

        buildspec = Buildspec((source / "buildspec.yml").read_text(encoding="utf-8"))
        variables = {name: value for name, value in {**VARIABLES, **(changes or {})}.items() if value is not None}
        tools = {"PATH": f"{self._folder / 'bin'}:{os.defpath}", "FAKE_STATE": str(self._folder)}
        outcome = buildspec.run(source, scratch, {**variables, **tools}, seconds=30)
        return Build(
            succeeded=outcome.succeeded,
            output=outcome.output,
            calls=[json.loads(line) for line in (self._folder / "calls").read_text().splitlines()],
            source=source,
            exported={name: content.decode() for name, content in buildspec.artifacts(source).items()},
            variables=dict(outcome.exported),
        )
