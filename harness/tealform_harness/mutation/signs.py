"""What the gate says of an environment, in a form in which a mutant's can be compared with that of the good one."""

from __future__ import annotations

from collections.abc import Iterable

from tealform.policy import scanner
from tealform.policy.checkov import Scan
from tealform.policy.environment import Environment
from tealform.policy.rule import Finding

UNJUDGED = "cannot be judged"
"""Stands for a rule where the gate says that it could not judge, which fails as a finding does."""

Signs = frozenset[tuple[str, str]]
"""Pairs of a rule and what it objects to."""


def of_our_rules(environment: Environment) -> Signs:
    """What our own rules say, and those on policies."""
    said = scanner.evaluate_rules(environment)
    return _findings(said.findings) | _unjudged(said.mistakes)


def of_scan(scan: Scan) -> Signs:
    """What checkov says. A sentence that begins with the scanned file is told without it: that differs."""
    unjudged = [each.partition(": ")[2] for each in (scan.blind, *scan.missing) if each]
    return _findings(scan.findings) | _unjudged(unjudged)


def rules(signs: Signs) -> tuple[str, ...]:
    """The rules that object, each once, in alphabetical order."""
    return tuple(sorted({rule for rule, _ in signs}))


def _findings(findings: Iterable[Finding]) -> Signs:
    return frozenset((each.check, each.address) for each in findings)


def _unjudged(said: Iterable[str]) -> Signs:
    return frozenset((UNJUDGED, each) for each in said)
