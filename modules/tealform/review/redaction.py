"""Hides what the policy gate takes for a secret: a comment is read by more people than the repository, and kept for longer."""

from __future__ import annotations

from typing import Any

from tealform.plan.plan_values import Document, Hidden
from tealform.policy import secret_patterns

_RANDOM = "looks like a random key"
# What functions call theirs; those of containers and builds are pairs of a name and a value.
_VARIABLES = "variables"


def masked(value: Any, name: str = "", *, variable: bool = False) -> Any:
    """``value``, as ``values.marked`` makes it, with each secret in it ``Hidden``; ``name`` is what it is the value of.

    Among Terraform's own arguments nothing is a secret for its randomness alone: names of TLS policies look like that.
    """
    if isinstance(value, Document):
        return Document(masked(value.content, name, variable=variable))
    if isinstance(value, list):
        return [masked(each, name, variable=variable) for each in value]
    if isinstance(value, dict):
        pair = value.get("name") if "value" in value else None
        return {
            key: masked(each, pair, variable=True)
            if key == "value" and isinstance(pair, str)
            else masked(each, key, variable=variable or name == _VARIABLES)
            for key, each in value.items()
        }
    return Hidden(value) if isinstance(value, str) and _is_secret(name, value, variable) else value


def _is_secret(name: str, value: str, variable: bool) -> bool:
    return any(variable or reason != _RANDOM for reason in secret_patterns.secret_reasons(name, value))
