"""Runs checkov and reads its report, and relies on nothing else.

checkov 3.3.30 ends with exit code 0 when it looked at nothing: a wrong framework, a folder without ``*.tf.json``, JSON that
it cannot parse. It also reads ``.checkov.yaml`` in three folders, ``~/.bridgecrew`` and some fifty environment variables.
So it runs in an empty home and an empty environment, and an environment counts as scanned only if the report has a result
for one of its resources. A plan counts as scanned only if checkov also counted as many resources as the plan has.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from tealform.errors import TealformError
from tealform.policy import checkov_environment, coverage, rule_catalog
from tealform.policy.checkov_input import Place, Stack
from tealform.policy.rule import Finding
from tealform.settings.loader import GENERATED

_ERROR = re.compile(r"\[ERROR\s*\]\s*(.+)")
_LAST_LINES = 15
_SCANNED = "environments"
_PLAN = "plan.json"
_OURS = ("--external-checks-dir", str(rule_catalog.YAML_FOLDER))


@dataclass(frozen=True)
class Scan:
    """What checkov reports about one environment: pairs of a check and the address that it checked, and findings.

    ``blind`` says why the scan is worthless; it is empty for a reliable one. ``missing`` says which results should be there
    and are not.
    """

    environment: str
    judged: tuple[tuple[str, str], ...] = ()
    findings: tuple[Finding, ...] = ()
    blind: str = ""
    missing: tuple[str, ...] = ()

    @property
    def checks(self) -> int:
        """How many results there are."""
        return len(self.judged)


class Record(BaseModel):
    """One result in checkov's report."""

    check_id: str
    check_name: str
    resource: str
    file_path: Path
    file_line_range: tuple[int, int]
    guideline: str | None = None


class Results(BaseModel):
    """The results of one framework in checkov's report."""

    passed_checks: list[Record]
    failed_checks: list[Record]
    skipped_checks: list[Record]

    @property
    def failed(self) -> list[Record]:
        """What failed, and what was skipped: only a waiver may silence a finding."""
        return self.failed_checks + self.skipped_checks


class _Results(Results):
    parsing_errors: list[Path]


class _Summary(BaseModel):
    resource_count: int = 0


class _Report(BaseModel):
    # Without any result checkov prints its summary alone.
    results: _Results = _Results(passed_checks=[], failed_checks=[], skipped_checks=[], parsing_errors=[])
    summary: _Summary = _Summary()


def scan(stacks: list[Stack]) -> list[Scan]:
    """Scan all ``stacks`` in one run (starting checkov takes most of the time), one result for each.

    Raises ``TealformError`` if checkov cannot be installed, crashes, reports an error, or prints something else than a report.
    """
    texts = {f"{stack.environment}/{GENERATED}": stack.text for stack in stacks}
    done = run(["terraform_json"], texts, _OURS)
    scans = read(done.stdout, stacks)
    raise_for_errors(done, [f"{_SCANNED}/{each.environment}/{GENERATED}" for each in scans if each.blind])
    return scans


def scan_plan(name: str, plan: Mapping[str, Any], resources: int) -> Scan:
    """Scan one plan, called ``name`` in messages; it has ``resources`` managed resources.

    Raises the same as ``scan``. The findings have no construct path.
    """
    done = run(["terraform_plan"], {_PLAN: json.dumps(plan)}, _OURS)
    found = read_plan(done.stdout, name, resources)
    if not found.blind:
        raise_for_errors(done)
    return found


def read(report: str, stacks: list[Stack]) -> list[Scan]:
    """Return what checkov's JSON ``report`` says about each stack; raise ``TealformError`` if it is no report."""
    results = _read(report).results
    return [_scan(stack, results) for stack in stacks]


def read_plan(report: str, name: str, resources: int) -> Scan:
    """Return what checkov's JSON ``report`` says about the plan ``name``; raise ``TealformError`` if it is no report."""
    found = _read(report)
    results = found.results
    if results.parsing_errors:
        return Scan(name, blind=f"{name}: checkov could not parse the plan")
    if found.summary.resource_count != resources:
        seen = found.summary.resource_count
        return Scan(name, blind=f"{name}: checkov saw {seen} of the {resources} resources that the plan has")
    failed = {_failed(record, Place(record.resource)) for record in results.failed}
    judged = _judged({(record.check_id, record.resource) for record in results.passed_checks}, failed)
    # A provider's address is like «aws.default», and no type of a resource is without an underscore.
    if not any("_" in address.removeprefix("data.").partition(".")[0] for _, address in judged):
        return Scan(name, blind=f"{name}: checkov checked none of the resources that the plan has")
    return Scan(name, judged, _ordered(failed))


def _read(report: str) -> _Report:
    try:
        return _Report.model_validate_json(report)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"])) or "the whole of it"
        raise TealformError(f"checkov's report cannot be read: {place}: {first['msg']}") from error


def raise_for_errors(done: subprocess.CompletedProcess[str], known: Sequence[str] = ()) -> None:
    """Raise ``TealformError`` for errors in checkov's log, except those about files that are ``known`` to be broken."""
    errors = [each for each in _ERROR.findall(done.stderr) if not any(file in each for file in known)]
    if errors:
        raise TealformError("checkov reports errors, so its results cannot be relied on:\n" + "\n".join(errors))


def run(
    frameworks: Sequence[str], texts: Mapping[str, str], options: Sequence[str] = ()
) -> subprocess.CompletedProcess[str]:
    """Run checkov on files with these names and texts, with these ``options`` after its usual ones.

    It is installed first if need be. Raises ``TealformError`` if it cannot be installed, or crashes.
    """
    python = checkov_environment.find_python()
    with tempfile.TemporaryDirectory(prefix="tealform-policy-") as temporary:
        home, scanned = Path(temporary, "home"), Path(temporary, _SCANNED)
        home.mkdir()
        for name, text in texts.items():
            file = scanned / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        # --quiet would leave the passed checks out of the report.
        usual = ["--directory", scanned.name, "--framework", *frameworks, "--output", "json", "--compact"]
        done = subprocess.run(
            [python, "-I", "-X", "utf8", "-m", "checkov.main", *usual, "--skip-download", *options],
            cwd=temporary,
            # Without the last one checkov asks PyPI for a newer version of itself.
            env={
                "HOME": str(home),
                "PATH": os.environ.get("PATH", os.defpath),
                "TMPDIR": temporary,
                "CKV_SKIP_PACKAGE_UPDATE_CHECK": "true",
            },
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="replace",
            check=False,
        )
    # 1 means findings, or that Python cannot import checkov.
    if done.returncode not in (0, 1) or (done.returncode and not done.stdout.strip()):
        raise TealformError(f"checkov ended with exit code {done.returncode}:\n{_tail(done.stderr)}")
    return done


def _scan(stack: Stack, results: _Results) -> Scan:
    if any(file.parent.name == stack.environment for file in results.parsing_errors):
        return _blind(stack, "checkov could not parse it")
    passed = [record for record in results.passed_checks if _is_of(stack, record)]
    failed = [record for record in results.failed if _is_of(stack, record)]
    findings = {_failed(record, _place(stack, record)) for record in failed}
    judged = _judged({(record.check_id, _place(stack, record).address) for record in passed}, findings)
    if all(address.startswith("provider.") for _, address in judged):
        return _blind(stack, "checkov checked none of its resources")
    missing = tuple(f"{_shown(stack)}: {each}" for each in coverage.find_missing(stack.addresses, judged))
    return Scan(stack.environment, judged, _ordered(findings), missing=missing)


def _judged(passed: set[tuple[str, str]], findings: set[Finding]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(passed | {(finding.check, finding.address) for finding in findings}))


def _ordered(findings: set[Finding]) -> tuple[Finding, ...]:
    return tuple(sorted(findings, key=lambda finding: (finding.check, finding.address)))


def _blind(stack: Stack, reason: str) -> Scan:
    return Scan(stack.environment, blind=f"{_shown(stack)}: {reason}")


def _shown(stack: Stack) -> str:
    return f"environments/{stack.environment}/{GENERATED}"


def _is_of(stack: Stack, record: Record) -> bool:
    return record.file_path.parent.name == stack.environment


def _place(stack: Stack, record: Record) -> Place:
    return stack.places.get(record.file_line_range[0], Place(record.resource))


def _failed(record: Record, place: Place) -> Finding:
    return Finding(record.check_id, record.check_name, place.address, place.path, record.guideline or "")


def _tail(text: str) -> str:
    return "\n".join(text.strip().splitlines()[-_LAST_LINES:])
