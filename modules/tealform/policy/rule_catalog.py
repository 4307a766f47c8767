"""Every rule that a finding may be of, and what is said of it: ours, and checkov's own checks.

checkov tells severities only to those who have an account, so ``builtin.yaml`` has them for the checks that concern
what Tealform generates, with why and how to mend it. What is not in there is told in checkov's words.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

from tealform.policy import handwritten_terraform, rules, secret_patterns, yaml_files, yaml_rules
from tealform.policy.finding import Finding
from tealform.policy.iam import catalog as policies
from tealform.policy.rule import Rule

BUILTIN = Path(str(files("tealform.policy") / "builtin.yaml"))


def rule_of(finding: Finding) -> Rule:
    """The rule that ``finding`` is a breach of."""
    told = _told().get(finding.check)
    if told is None:
        if own := _own().get(finding.check):
            return own
        told = {}
    return Rule(
        finding.check,
        told.get("severity", "medium"),
        finding.title,
        told.get("why", finding.title),
        told.get("fix", f"see {finding.guideline}" if finding.guideline else "see checkov's documentation of it"),
        finding.guideline or told.get("link", ""),
        told.get("setting", ""),
    )


def ours() -> tuple[Rule, ...]:
    """The rules that are not checkov's, in the order of their ids."""
    return tuple(rule for _, rule in sorted(_own().items()))


@functools.cache
def _own() -> Mapping[str, Rule]:
    found = [check.rule for check in rules.checks()] + [each.rule for each in yaml_rules.list_yaml_rules()]
    return {rule.id: rule for rule in (*found, *policies.RULES, handwritten_terraform.RULE, secret_patterns.RULE)}


@functools.cache
def _told() -> Mapping[str, Mapping[str, Any]]:
    """What is said of checkov's own checks, by their ids: severity, why, fix, setting."""
    return yaml_files.read(BUILTIN) or {}
