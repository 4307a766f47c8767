"""Every rule that a finding may be of, and what is said of it: ours, and checkov's own checks.

checkov tells severities only to those who have an account, so ``builtin.yaml`` has them for the checks that concern
what Cutover generates, with why and how to mend it. What is not in there is told in checkov's words.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from harness.policy import custom, rules
from harness.policy.finding import Finding
from harness.policy.rule import Rule

BUILTIN = Path(__file__).parent / "builtin.yaml"


def rule_of(finding: Finding) -> Rule:
    """The rule that ``finding`` is a breach of."""
    known = _known().get(finding.check)
    if known:
        return known
    told = _told().get(finding.check, {})
    return Rule(
        finding.check,
        told.get("severity", "medium"),
        finding.title,
        told.get("why", finding.title),
        told.get("fix", f"see {finding.guideline}" if finding.guideline else "see checkov's documentation of it"),
        finding.guideline or told.get("link", ""),
        told.get("setting", ""),
    )


@functools.cache
def _known() -> Mapping[str, Rule]:
    own = [check.rule for check in rules.checks()] + [each.rule for each in custom.customs()]
    return {rule.id: rule for rule in own}


@functools.cache
def _told() -> Mapping[str, Mapping[str, Any]]:
    """What is said of checkov's own checks, by their ids: severity, why, fix, setting."""
    return yaml.safe_load(BUILTIN.read_text(encoding="utf-8")) or {}
