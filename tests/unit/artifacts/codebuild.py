"""Runs ``buildspec.yml`` as AWS CodeBuild does, against an account that is a folder."""

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
from tests.unit.artifacts import fake_tools
from tests.unit.artifacts.contract import ARTIFACTS, VARIABLES


@dataclass(frozen=True)
class Build:
    """What a build did: whether it passed, what it printed, what it called, which files and variables it left to be exported."""

    succeeded: bool
    output: str
    calls: list[list[str]]
    source: Path
    exported: dict[str, str]
    variables: dict[str, str]

    def calls_of(self, *command: str) -> list[list[str]]:
        """The calls that begin with ``command``, without it."""
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
    """An AWS account with one ECR repository, in which builds run one after the other."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._builds = 0
        for name in ("bin", "images", "built"):
            (folder / name).mkdir(parents=True)
        write_executable(folder / "bin" / "python3", sys.executable, "-I", "-S")
        for name in ("aws", "docker"):
            write_executable(folder / "bin" / name, sys.executable, "-I", "-S", fake_tools.__file__, name)

    def tags(self) -> set[str]:
        """The tags in the repository."""
        return {path.name for path in (self._folder / "images").iterdir()}

    def build(self, changes: Mapping[str, str | None] | None = None, template: str | None = None) -> Build:
        """Builds the contract as it is.

        ``changes`` are variables that differ from ``VARIABLES`` (None: not there at all); ``template`` is another
        text for ``taskdef.json``.
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
