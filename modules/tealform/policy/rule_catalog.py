"""Every rule that a finding may break: those in Python, our checkov policies in YAML, and checkov's own checks.

checkov reports severities only to those who have an account, so ``builtin.yaml`` has them for the checks that concern what
Tealform generates, with why and how to fix it. The rest is described in checkov's words.

Our checkov policies are one per file in ``modules/tealform/policy/checks/``. Beside what checkov wants
(https://www.checkov.io/3.Custom%20Policies/YAML%20Custom%20Policies.html) each has in its metadata ``severity``, ``why``,
``fix``, ``guideline`` and optionally ``setting``; see ``Rule``. Plans are checked with them too, so what a plan does not
contain, like a ``lifecycle``, is for the rules in ``modules/tealform/policy/rules/``.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml

from tealform.policy import handwritten_terraform, rules, secret_patterns
from tealform.policy.iam import catalog as policies
from tealform.policy.rule import Finding, Rule

BUILTIN = Path(str(files("tealform.policy") / "builtin.yaml"))
YAML_FOLDER = Path(str(files("tealform.policy") / "checks"))

# libyaml takes a tenth of the time, where PyYAML has it.
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class YamlRule:
    """A rule of ours that checkov checks, and the types of resources of which it checks each."""

    rule: Rule
    types: frozenset[str]


def rule_of(finding: Finding) -> Rule:
    """Return the rule that a finding breaks."""
    known = _builtin().get(finding.check)
    if known is None:
        if own := _own().get(finding.check):
            return own
        known = {}
    return Rule(
        finding.check,
        known.get("severity", "medium"),
        finding.title,
        known.get("why", finding.title),
        known.get("fix", f"see {finding.guideline}" if finding.guideline else "see checkov's documentation of it"),
        finding.guideline or known.get("link", ""),
        known.get("setting", ""),
    )


def list_own_rules() -> tuple[Rule, ...]:
    """Return the rules that are not checkov's, in the order of their ids."""
    return tuple(rule for _, rule in sorted(_own().items()))


@functools.cache
def _own() -> Mapping[str, Rule]:
    found = [check.rule for check in rules.checks()] + [each.rule for each in list_yaml_rules()]
    return {rule.id: rule for rule in (*found, *policies.RULES, handwritten_terraform.RULE, secret_patterns.RULE)}


@functools.cache
def _builtin() -> Mapping[str, Mapping[str, Any]]:
    """Return what we say of checkov's own checks, by their ids: severity, why, fix, link, setting."""
    return _read(BUILTIN) or {}


@functools.cache
def list_yaml_rules() -> tuple[YamlRule, ...]:
    """Return our rules that checkov checks, in the order of their ids."""
    found = [_yaml_rule(_read(file)) for file in YAML_FOLDER.glob("*.yaml")]
    return tuple(sorted(found, key=lambda each: each.rule.id))


def _yaml_rule(policy: dict[str, Any]) -> YamlRule:
    data = policy["metadata"]
    texts = data["name"], data["why"], data["fix"], data["guideline"], data.get("setting", "")
    return YamlRule(Rule(data["id"], data["severity"], *texts), frozenset(_types(policy["definition"])))


def _types(definition: Any) -> set[str]:
    """Return every type that any part of the definition names."""
    if isinstance(definition, list):
        return set().union(*map(_types, definition))
    if not isinstance(definition, dict):
        return set()
    own = definition.get("resource_types", [])
    return set(own).union(*(_types(value) for key, value in definition.items() if key != "resource_types"))


def _read(file: Path) -> Any:
    return yaml.load(file.read_text(encoding="utf-8"), Loader=_Loader)
