"""Read a buildspec, look up its variables, and run its phases as CodeBuild does, in one shell.

https://docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html
"""

from __future__ import annotations

import json
import shlex
import subprocess
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from moto.core.exceptions import JsonRESTError, ServiceException
from moto.secretsmanager.models import secretsmanager_backends
from moto.ssm.models import ssm_backends

Variable = Mapping[str, str]
"""As CodeBuild's API has them: ``name``, ``value`` and ``type``, which is PLAINTEXT when left out."""


class VariableError(Exception):
    """Says which variable has no value, and why."""


def resolve_variables(variables: Iterable[Variable], account_id: str, region: str) -> dict[str, str]:
    """The values of ``variables`` by name; of two of one name the later counts.

    Whether the build's role may read them is not asked. Raises ``VariableError``.
    https://docs.aws.amazon.com/codebuild/latest/APIReference/API_EnvironmentVariable.html
    """
    return {
        name: _resolve_variable(variable, account_id, region)
        for name, variable in {variable["name"]: variable for variable in variables}.items()
    }


def _resolve_variable(variable: Variable, account_id: str, region: str) -> str:
    kind = variable.get("type", "PLAINTEXT")
    try:
        if kind not in _READERS:
            raise VariableError(f"there is no type {kind}; use one of {', '.join(_READERS)}")
        return _READERS[kind](variable["value"], account_id, region)
    except (JsonRESTError, ServiceException, VariableError) as error:
        reason = str(error) if isinstance(error, VariableError) else error.message
        raise VariableError(f"{variable['name']} is {variable['value']}, but {reason}") from error


def _read_plain(value: str, account_id: str, region: str) -> str:
    return value


def _read_parameter(name: str, account_id: str, region: str) -> str:
    parameter = ssm_backends[account_id][region].get_parameter(name)
    if parameter is None:
        raise VariableError("there is no such parameter")
    return str(parameter.response_object(decrypt=True)["Value"])


def _read_secret(reference: str, account_id: str, region: str) -> str:
    """``reference`` is a name or an ARN, then perhaps a key of JSON, a stage and a version, all with colons between.

    https://docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html#build-spec.env.secrets-manager
    """
    parts = reference.split(":")
    own = 7 if parts[0] == "arn" else 1
    key, stage, version = [*parts[own:], "", "", ""][:3]
    found = secretsmanager_backends[account_id][region].get_secret_value(":".join(parts[:own]), version, stage)
    text = str(found.get("SecretString", ""))
    return _select_key(text, key) if key else text


def _select_key(text: str, key: str) -> str:
    try:
        return str(json.loads(text)[key])
    except (ValueError, LookupError, TypeError):
        raise VariableError(f"the secret has no key {key}") from None


_READERS: Mapping[str, Callable[[str, str, str], str]] = {
    "PLAINTEXT": _read_plain,
    "PARAMETER_STORE": _read_parameter,
    "SECRETS_MANAGER": _read_secret,
}


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
    def exports_files(self) -> bool:
        """Whether it names files to be exported."""
        return bool(self._files)

    def run(self, source: Path, scratch: Path, variables: Mapping[str, str], seconds: float) -> PhaseResults:
        """Run the phases in the folder ``source`` for at most ``seconds``; scripts are written into ``scratch``.

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
