"""Runs checkov and reads what it found, trusting nothing but its report.

checkov 3.3.30 ends with exit code 0 when it looked at nothing: a wrong framework, a folder without
``*.tf.json``, JSON it cannot parse. It also takes orders from ``.checkov.yaml`` in three folders, from
``~/.bridgecrew`` and from some fifty environment variables. So it runs in an empty home and an empty
environment, and an environment counts as scanned only if the report has a result for one of its resources.
"""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ValidationError

from harness.errors import HarnessError
from harness.policy.finding import Finding
from harness.policy.stack import Place, Stack
from modules.settings.load import GENERATED

_PYTHON = Path(".venv-checkov/bin/python")
_ERROR = re.compile(r"\[ERROR\s*\]\s*(.+)")
_LAST_LINES = 15


@dataclass(frozen=True)
class Scan:
    """What checkov says about one environment: how many checks it made, and which failed.

    ``blind`` says why the scan is worth nothing; it is empty for one that can be relied on.
    """

    environment: str
    checks: int = 0
    findings: tuple[Finding, ...] = ()
    blind: str = ""


class _Record(BaseModel):
    check_id: str
    check_name: str
    resource: str
    file_path: Path
    file_line_range: tuple[int, int]
    guideline: str | None


class _Results(BaseModel):
    passed_checks: list[_Record]
    failed_checks: list[_Record]
    skipped_checks: list[_Record]
    parsing_errors: list[Path]


class _Report(BaseModel):
    # Without any result checkov prints its summary alone.
    results: _Results = _Results(passed_checks=[], failed_checks=[], skipped_checks=[], parsing_errors=[])


def scan(root: Path, stacks: list[Stack]) -> list[Scan]:
    """Scans all ``stacks`` in one run (starting checkov takes most of the time), one result for each.

    ``root`` is the project, which holds checkov's own virtual environment. Raises ``HarnessError`` if
    checkov is not there, crashes, reports an error, or prints something else than a report.
    """
    done = _run(root.absolute() / _PYTHON, stacks)
    if done.returncode not in (0, 1):
        raise HarnessError(f"checkov ended with exit code {done.returncode}:\n{_tail(done.stderr)}")
    scans = read(done.stdout, stacks)
    errors = _ERROR.findall(done.stderr)
    if errors and not any(each.blind for each in scans):
        raise HarnessError("checkov reports errors, so its results cannot be relied on:\n" + "\n".join(errors))
    return scans


def read(report: str, stacks: list[Stack]) -> list[Scan]:
    """What checkov's JSON ``report`` says about each of the ``stacks``; raises ``HarnessError`` if it is not one."""
    try:
        results = _Report.model_validate_json(report).results
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"])) or "the whole of it"
        raise HarnessError(f"checkov's report cannot be read: {place}: {first['msg']}") from error
    return [_scan(stack, results) for stack in stacks]


def _run(python: Path, stacks: list[Stack]) -> subprocess.CompletedProcess[str]:
    if not python.exists():
        raise HarnessError(f"{_PYTHON} does not exist; make policy installs checkov there, then scans")
    with tempfile.TemporaryDirectory(prefix="cutover-policy-") as temporary:
        home, scanned = Path(temporary, "home"), Path(temporary, "environments")
        home.mkdir()
        for stack in stacks:
            folder = scanned / stack.environment
            folder.mkdir(parents=True)
            (folder / GENERATED).write_text(stack.text, encoding="utf-8")
        # --quiet would leave the passed checks out of the report.
        options = ["--directory", scanned.name, "--framework", "terraform_json", "--output", "json", "--skip-download"]
        return subprocess.run(
            [python, "-I", "-X", "utf8", "-m", "checkov.main", *options],
            cwd=temporary,
            # Without the last one checkov asks PyPI for a newer version of itself.
            env={
                "HOME": str(home),
                "PATH": os.environ.get("PATH", os.defpath),
                "CKV_SKIP_PACKAGE_UPDATE_CHECK": "true",
            },
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="replace",
            check=False,
        )


def _scan(stack: Stack, results: _Results) -> Scan:
    if any(file.parent.name == stack.environment for file in results.parsing_errors):
        return _blind(stack, "checkov could not parse it")
    passed = [_place(stack, record) for record in results.passed_checks if _is_of(stack, record)]
    # Nothing but a waiver may silence a finding, so what was skipped has failed.
    failed = [record for record in results.failed_checks + results.skipped_checks if _is_of(stack, record)]
    findings = {_finding(stack, record) for record in failed}
    addresses = {place.address for place in passed} | {finding.address for finding in findings}
    if all(address.startswith("provider.") for address in addresses):
        return _blind(stack, "checkov checked none of its resources")
    ordered = sorted(findings, key=lambda finding: (finding.check, finding.address))
    return Scan(stack.environment, len(passed) + len(ordered), tuple(ordered))


def _blind(stack: Stack, reason: str) -> Scan:
    return Scan(stack.environment, blind=f"environments/{stack.environment}/{GENERATED}: {reason}")


def _is_of(stack: Stack, record: _Record) -> bool:
    return record.file_path.parent.name == stack.environment


def _place(stack: Stack, record: _Record) -> Place:
    return stack.places.get(record.file_line_range[0], Place(record.resource))


def _finding(stack: Stack, record: _Record) -> Finding:
    place = _place(stack, record)
    return Finding(record.check_id, record.check_name, place.address, place.path, record.guideline or "")


def _tail(text: str) -> str:
    return "\n".join(text.strip().splitlines()[-_LAST_LINES:])
