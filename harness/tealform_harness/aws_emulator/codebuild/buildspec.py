"""Reads a buildspec and runs its phases as CodeBuild does, in one shell.

https://docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html
"""

from __future__ import annotations

import shlex
import subprocess
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tealform_harness.aws_emulator.codebuild.variables import Variable

PHASES = ("install", "pre_build", "build", "post_build")

_KINDS = {"variables": "PLAINTEXT", "parameter-store": "PARAMETER_STORE", "secrets-manager": "SECRETS_MANAGER"}
_SHELLS = {"bash": "set +eu +o pipefail", "sh": "set +eu"}
_KEYS: Mapping[str, Collection[str]] = {
    "": ("version", "env", "phases", "artifacts"),
    "env": ("shell", "variables", "parameter-store", "secrets-manager", "exported-variables"),
    "phases": PHASES,
    "artifacts": ("files",),
    **{f"phases.{phase}": ("commands", "on-failure") for phase in PHASES},
}


class BuildspecError(Exception):
    """Says what of a buildspec cannot be run here."""


@dataclass(frozen=True)
class PhaseResults:
    """What running the phases came to: the phases that ran, each with whether it passed, and all that was printed.

    ``exported`` are the variables that the buildspec exports, as they were at the end.
    """

    phases: Mapping[str, bool]
    output: str
    exported: Mapping[str, str]

    @property
    def succeeded(self) -> bool:
        """Whether every phase passed."""
        return all(self.phases.values())


class Buildspec:
    """A buildspec of version 0.2.

    ``text`` is its YAML. Raises ``BuildspecError`` if it is none, or asks for something that is not emulated.
    """

    def __init__(self, text: str) -> None:
        try:
            document = yaml.safe_load(text)
        except yaml.YAMLError as error:
            raise BuildspecError(f"YAML_FILE_ERROR: {error}") from None
        if not isinstance(document, dict) or str(document.get("version")) != "0.2":
            raise BuildspecError("YAML_FILE_ERROR: the buildspec must have version 0.2")
        for path, known in _KEYS.items():
            _refuse_unknown(document, path, known)
        self._phases: Mapping[str, dict[str, Any]] = document.get("phases") or {}
        env = document.get("env") or {}
        self.shell: str = env.get("shell", "sh")
        if self.shell not in _SHELLS:
            raise BuildspecError(f"env.shell {self.shell} is not emulated; known are {', '.join(_SHELLS)}")
        self.declared: list[Variable] = [
            {"name": name, "value": str(value), "type": kind}
            for key, kind in _KINDS.items()
            for name, value in (env.get(key) or {}).items()
        ]
        self._exported: list[str] = env.get("exported-variables") or []
        self._files: list[str] = (document.get("artifacts") or {}).get("files") or []

    @property
    def exports(self) -> bool:
        """Whether it names files to be exported."""
        return bool(self._files)

    def run(self, source: Path, scratch: Path, variables: Mapping[str, str], seconds: float) -> PhaseResults:
        """Runs the phases in the folder ``source`` for at most ``seconds``; scripts are written into ``scratch``.

        ``variables`` is all that the commands see of the environment, and goes over the buildspec's own.
        """
        passed = scratch / "passed"
        passed.touch()
        output = scratch / "output"
        with output.open("wb") as printed:
            process = subprocess.Popen(
                [self.shell, str(self._driver(scratch, passed))],
                cwd=source,
                env={**_plain_values(self.declared), **variables},
                stdin=subprocess.DEVNULL,
                stdout=printed,
                stderr=subprocess.STDOUT,
            )
            try:
                process.wait(seconds)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
                printed.write(f"\nBUILD_TIMED_OUT after {seconds:g} seconds\n".encode())
        ran = [line.split() for line in passed.read_text(encoding="utf-8").splitlines()]
        phases = {phase: result == "0" for phase, result in ran}
        if process.returncode != 0 and all(phases.values()):
            phases[PHASES[len(phases)]] = False
        return PhaseResults(phases, output.read_text(encoding="utf-8", errors="replace"), self._values(scratch))

    def _values(self, scratch: Path) -> dict[str, str]:
        """Those that have none are empty."""
        folder = scratch / "exported"
        return {
            name: (folder / name).read_text(encoding="utf-8").removesuffix("\n") if (folder / name).exists() else ""
            for name in self._exported
        }

    def artifacts(self, source: Path) -> dict[str, bytes]:
        """The files to be exported, by their paths in ``source``; one that is not there is skipped, as CodeBuild does."""
        found = {path for pattern in self._files for path in source.glob(pattern) if path.is_file()}
        return {path.relative_to(source).as_posix(): path.read_bytes() for path in sorted(found)}

    def _driver(self, scratch: Path, passed: Path) -> Path:
        driver = scratch / "driver"
        exported = scratch / "exported"
        exported.mkdir()
        kept = "; ".join(f"printenv {name} > {exported / name}" for name in self._exported)
        lines = [f"trap {shlex.quote(kept)} EXIT", "failed=0", *self._functions(scratch)]
        for phase in PHASES:
            on_failure = self._phases.get(phase, {}).get("on-failure")
            goes_on = on_failure == "CONTINUE" or (phase == "build" and on_failure != "ABORT")
            lines += [
                "export CODEBUILD_BUILD_SUCCEEDING=$((1 - failed))",
                f"{phase}; result=$?; echo {phase} $result >> {shlex.quote(str(passed))}",
                f"[ $result = 0 ] || {'failed=1' if goes_on else 'exit 1'}",
            ]
        driver.write_text("\n".join([*lines, "exit $failed", ""]), encoding="utf-8")
        return driver

    def _functions(self, scratch: Path) -> Iterator[str]:
        """A function for each phase.

        A failed command ends its phase, and a failed phase ends the build, but after a failed ``build`` phase
        CodeBuild runs ``post_build`` all the same unless it is told to abort. Sourcing in a ``||`` list, and with
        the options reset, takes from a command what CodeBuild does not promise: ``set -e`` or ``pipefail``
        from somewhere else.
        """
        for phase in PHASES:
            steps = [":"]
            for number, command in enumerate(self._phases.get(phase, {}).get("commands") or []):
                step = scratch / f"{phase}-{number}"
                step.write_text(command, encoding="utf-8")
                steps.append(f"{_SHELLS[self.shell]}; . {shlex.quote(str(step))} || return 1")
            yield f"{phase}() {{ {'; '.join(steps)}; }}"


def _plain_values(variables: list[Variable]) -> dict[str, str]:
    return {each["name"]: each["value"] for each in variables if each["type"] == "PLAINTEXT"}


def _refuse_unknown(document: Mapping[str, Any], path: str, known: Collection[str]) -> None:
    block: Any = document
    for name in path.split(".") if path else []:
        block = block.get(name) or {}
    if unknown := sorted(set(block) - set(known)):
        keys = ", ".join(f"{path}.{key}".lstrip(".") for key in unknown)
        raise BuildspecError(f"not emulated in a buildspec: {keys}")
