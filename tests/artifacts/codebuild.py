"""Runs ``buildspec.yml`` as AWS CodeBuild does, against an account that is a folder."""

import json
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.artifacts import fake_tools
from tests.artifacts.contract import ARTIFACTS, VARIABLES

PHASES = ("install", "pre_build", "build", "post_build")


@dataclass(frozen=True)
class Build:
    """What a build did: whether it passed, what it printed, what it called, which files it left to be exported."""

    succeeded: bool
    output: str
    calls: list[list[str]]
    source: Path
    exported: dict[str, str]

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
        self._write_tool("python3", sys.executable, "-I", "-S")
        for name in ("aws", "docker"):
            self._write_tool(name, sys.executable, "-I", "-S", fake_tools.__file__, name)

    def _write_tool(self, name: str, *command: str) -> None:
        path = self._folder / "bin" / name
        path.write_text(f'#!/bin/sh\nexec {shlex.join(command)} "$@"\n')
        path.chmod(0o755)

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

        buildspec = yaml.safe_load((source / "buildspec.yml").read_text())
        variables = VARIABLES | buildspec["env"].get("variables", {}) | (changes or {})
        ran = subprocess.run(
            ["bash", self._driver(buildspec)],
            cwd=source,
            env={
                **{name: value for name, value in variables.items() if value is not None},
                "PATH": f"{self._folder / 'bin'}:{os.defpath}",
                "FAKE_STATE": str(self._folder),
            },
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            timeout=30,
            check=False,
        )
        files = buildspec["artifacts"]["files"]
        return Build(
            succeeded=ran.returncode == 0,
            output=ran.stdout,
            calls=[json.loads(line) for line in (self._folder / "calls").read_text().splitlines()],
            source=source,
            exported={name: (source / name).read_text(encoding="utf-8") for name in files if (source / name).exists()},
        )

    def _driver(self, buildspec: Mapping[str, Any]) -> str:
        """Writes a script that runs the phases in one shell, and returns its path.

        A failed command ends its phase, and a failed phase ends the build, but after a failed ``build`` phase
        CodeBuild runs ``post_build`` all the same unless it is told to abort. Sourcing in a ``||`` list, and with
        the options reset, takes from a command what CodeBuild does not promise: ``set -e`` or ``pipefail``
        from somewhere else.
        """
        assert buildspec["env"]["shell"] == "bash"
        lines = ["failed=0"]
        for phase in PHASES:
            settings = buildspec["phases"].get(phase, {"commands": [":"]})
            steps = []
            for number, command in enumerate(settings["commands"]):
                step = self._folder / f"{phase}-{number}"
                step.write_text(command, encoding="utf-8")
                steps.append(f"set +eu +o pipefail; . {shlex.quote(str(step))} || return 1")
            lines.append(f"{phase}() {{ {'; '.join(steps)}; }}")
            goes_on = phase == "build" and settings.get("on-failure") != "ABORT"
            lines.append(f"{phase} || {'failed=1' if goes_on else 'exit 1'}")
        driver = self._folder / "driver"
        driver.write_text("\n".join([*lines, "exit $failed"]))
        return str(driver)
