"""Waivers: one named finding on one resource, accepted by someone, for a reason, until a date."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, ValidationError
from pydantic_core import ErrorDetails

from tealform.policy.rule import Finding
from tealform.settings import error_messages, hcl_reader
from tealform.settings.errors import Location, Problem, SettingPath
from tealform.settings.types import Block

FILE = "waivers.hcl"
LONGEST_DAYS = 180
"""How many days ahead a waiver may end, so that every accepted finding is reviewed twice a year."""

SHAPE = 'waiver "CKV_AWS_316" "path/of/the/resource" { reason, owner, until }'
"""How a waiver is written."""

_SHORTEST_REASON = 20

_Path = tuple[str, str, str]


def _date(value: Any) -> date:
    try:
        parsed = date.fromisoformat(value)
    except (TypeError, ValueError):
        parsed = None
    if parsed is None or parsed.isoformat() != value:
        raise ValueError('must be a date in quotes, like "2027-03-31"')
    return parsed


def _reason(value: str) -> str:
    if len(value.strip()) < _SHORTEST_REASON:
        raise ValueError(f"needs at least {_SHORTEST_REASON} characters; say why the finding is acceptable")
    return value.strip()


def _owner(value: str) -> str:
    if not value.strip():
        raise ValueError("is empty; name the team or person who answers for it")
    return value.strip()


class _Terms(Block):
    reason: Annotated[str, AfterValidator(_reason)]
    owner: Annotated[str, AfterValidator(_owner)]
    until: Annotated[date, BeforeValidator(_date)]


@dataclass(frozen=True)
class Waiver:
    """Accepts the finding of ``check`` on ``resource``, up to and including the day ``until``.

    ``resource`` is the construct path below the environment or the Terraform address.
    """

    check: str
    resource: str
    reason: str
    owner: str
    until: date
    location: Location

    def problem(self, message: str) -> Problem:
        """Return a problem with this waiver as a whole."""
        return Problem(self.location, ("waiver", self.check, self.resource), message)

    def names(self, finding: Finding) -> bool:
        """Return whether the waiver accepts this finding."""
        return self.check == finding.check and self.resource in {finding.address, finding.path} - {""}

    def ended(self) -> Problem:
        """Return the problem that the waiver has expired."""
        return self.problem(f"expired on {self.until}; mend the finding, or decide again")


@dataclass(frozen=True)
class WaiverResult:
    """Findings after waivers: those ``remaining``, those waived and by what, and what is wrong.

    ``lapsed`` are waivers that no longer hold (expired, unused), ``mistakes`` those that never did.
    """

    remaining: tuple[Finding, ...]
    waived: tuple[tuple[Finding, Waiver], ...]
    lapsed: tuple[Problem, ...]
    mistakes: tuple[Problem, ...]


def read_waivers(root: Path, folder: Path, today: date) -> tuple[list[Waiver], list[Problem]]:
    """Return the valid waivers in a ``folder`` of the project in ``root``, in the order of its file, and every mistake.

    A folder without ``waivers.hcl`` has neither.
    """
    file = folder / FILE
    if not (file.exists() or file.is_symlink()):
        return [], []
    document = hcl_reader.read(file, file.relative_to(root))
    problems = list(document.problems)
    waivers = [
        _waiver(document, path, terms)
        for path, value in _blocks(document, problems)
        if (terms := _valid_terms(document, path, value, today, problems))
    ]
    return sorted(waivers, key=lambda waiver: waiver.location.line), problems


def apply_waivers(waivers: list[Waiver], findings: tuple[Finding, ...], today: date) -> WaiverResult:
    """Apply each waiver to the one finding that it names; an expired one silences nothing."""
    used: dict[Finding, Waiver] = {}
    lapsed, mistakes = [], []
    for waiver in waivers:
        finding = next((each for each in findings if waiver.names(each)), None)
        if finding is None:
            lapsed.append(waiver.problem("matches no finding; remove it"))
        elif finding in used:
            before = used[finding].location.line
            mistakes.append(waiver.problem(f"waives the same finding as line {before}; keep one"))
        else:
            used[finding] = waiver
            if waiver.until < today:
                lapsed.append(waiver.ended())
    waived = {finding: waiver for finding, waiver in used.items() if waiver.until >= today}
    left = tuple(finding for finding in findings if finding not in waived)
    silenced = tuple((finding, waived[finding]) for finding in findings if finding in waived)
    return WaiverResult(left, silenced, tuple(lapsed), tuple(mistakes))


def _blocks(
    document: hcl_reader.Document, problems: list[Problem]
) -> Iterator[tuple[_Path, dict[str, hcl_reader.Value]]]:
    """Yield the blocks with two labels and the path of each; anything else in the file goes to ``problems``."""
    for key, checks in document.values.items():
        if key != "waiver":
            problems.append(_problem(document, (key,), "unknown key; only waiver blocks are known here"))
        elif not checks or not isinstance(checks, dict):
            problems.append(_problem(document, (key,), f"needs two labels: {SHAPE}"))
        else:
            for check, resources in checks.items():
                if not resources or not isinstance(resources, dict):
                    problems.append(_problem(document, (key, check), f"needs a second label: {SHAPE}"))
                    continue
                for resource, terms in resources.items():
                    if isinstance(terms, dict):
                        yield (key, check, resource), terms
                    else:
                        problems.append(_problem(document, (key, check, resource), f"needs a second label: {SHAPE}"))


def _valid_terms(
    document: hcl_reader.Document, path: _Path, value: dict[str, hcl_reader.Value], today: date, problems: list[Problem]
) -> _Terms | None:
    said = {problem.path for problem in problems}
    try:
        terms = _Terms.model_validate(value)
    except ValidationError as error:
        problems += [
            _problem(document, (*path, *each["loc"]), _message(each))
            for each in error.errors()
            if (*path, *each["loc"]) not in said
        ]
        return None
    latest = today + timedelta(days=LONGEST_DAYS)
    if terms.until > latest:
        message = f"{terms.until} is more than {LONGEST_DAYS} days away; use {latest} at the latest"
        problems.append(_problem(document, (*path, "until"), message))
        return None
    return terms


def _waiver(document: hcl_reader.Document, path: _Path, terms: _Terms) -> Waiver:
    _, check, resource = path
    return Waiver(check, resource, terms.reason, terms.owner, terms.until, document.locations[path])


def _problem(document: hcl_reader.Document, path: SettingPath, message: str) -> Problem:
    # A missing key has no line of its own; its block has.
    location = document.locations.get(path) or document.locations[path[:-1]]
    return Problem(location, path, message)


def _message(error: ErrorDetails) -> str:
    if error["type"] == "extra_forbidden":
        return f"unknown key; known here are {', '.join(sorted(_Terms.model_fields))}"
    return error_messages.message_of(error)
