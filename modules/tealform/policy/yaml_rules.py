"""Our rules that checkov judges: its own policies in YAML, one per file in ``modules/tealform/policy/checks/``.

Beside what checkov wants (https://www.checkov.io/3.Custom%20Policies/YAML%20Custom%20Policies.html) each says in its
metadata ``severity``, ``why``, ``fix``, ``guideline`` and, where there is one, ``setting``; see ``Rule``. They are asked of
plans too, so what a plan does not tell, like a ``lifecycle``, is for the rules in ``modules/tealform/policy/rules/``.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from tealform.policy import yaml_files
from tealform.policy.rule import Rule

FOLDER = Path(str(files("tealform.policy") / "checks"))


@dataclass(frozen=True)
class YamlRule:
    """A rule of ours, and the types of resources of which checkov judges each."""

    rule: Rule
    types: frozenset[str]


@functools.cache
def list_yaml_rules() -> tuple[YamlRule, ...]:
    """All of them, in the order of their ids."""
    found = [_custom(yaml_files.read(file)) for file in FOLDER.glob("*.yaml")]
    return tuple(sorted(found, key=lambda custom: custom.rule.id))


def _custom(policy: dict[str, Any]) -> YamlRule:
    said = policy["metadata"]
    rule = Rule(
        said["id"], said["severity"], said["name"], said["why"], said["fix"], said["guideline"], said.get("setting", "")
    )
    return YamlRule(rule, frozenset(_types(policy["definition"])))


def _types(definition: Any) -> set[str]:
    """Every type that any part of the definition names."""
    if isinstance(definition, list):
        return set().union(*map(_types, definition))
    if not isinstance(definition, dict):
        return set()
    own = definition.get("resource_types", [])
    return set(own).union(*(_types(value) for key, value in definition.items() if key != "resource_types"))
