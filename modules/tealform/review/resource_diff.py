"""Compares the generated Terraform of an environment before and after a pull request, without secrets.

More people read a comment than the repository, and it is kept for longer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from tealform.plan import attribute_diff, plan_values
from tealform.plan.plan_values import Document, Hidden
from tealform.policy import secret_patterns
from tealform.policy.checkov_input import construct_path
from tealform.synth.terraform_json import Resource, resources

Action = Literal["added", "changed", "removed"]

_RESOURCES = ("resource", "data", "//")
_NOTE = "//"

_RANDOM = "looks like a random key"
# The variables of functions. Those of containers and builds are pairs of a name and a value.
_VARIABLES = "variables"


@dataclass(frozen=True)
class ResourceChange:
    """What happens to one resource, data source, or other block of Terraform, like ``terraform`` or ``output``.

    ``path`` is the construct path below the environment, or else the address. ``arguments`` are those that changed, like
    ``port: 80 -> 8080``. ``before`` and ``after`` are the bodies.
    """

    action: Action
    address: str
    path: str
    arguments: tuple[str, ...] = ()
    type: str = ""
    before: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)
    after: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)


def diff(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[ResourceChange, ...]:
    """Return the changes from one generated document to another, sorted by path. An address identifies a resource."""
    old, new = ({resource.address: resource for resource in resources(each)} for each in (before, after))
    found = [_change(address, old.get(address), new.get(address)) for address in {**old, **new}]
    found += [_block(key, before.get(key), after.get(key)) for key in {**before, **after} if key not in _RESOURCES]
    return tuple(sorted((each for each in found if each), key=lambda change: (change.path, change.address)))


def _change(address: str, old: Resource | None, new: Resource | None) -> ResourceChange | None:
    shown = new or old
    before, after = (
        {key: value for key, value in each.body.items() if key != _NOTE} if each else {} for each in (old, new)
    )
    if shown is None or (old and new and before == after):
        return None
    action = _action(old, new)
    arguments = _arguments(before, after) if action == "changed" else ()
    path = construct_path(shown.body).partition("/")[2] or address
    return ResourceChange(
        action, address, path, arguments, shown.type if shown.mode == "resource" else "", before, after
    )


def _action(before: object, after: object) -> Action:
    return "added" if before is None else "removed" if after is None else "changed"


def _block(key: str, before: Any, after: Any) -> ResourceChange | None:
    if before == after:
        return None
    return ResourceChange(
        _action(before, after), key, key, _arguments(before, after), before={key: before}, after={key: after}
    )


def _arguments(before: Any, after: Any) -> tuple[str, ...]:
    """Compare documents in strings too, like container definitions."""
    old, new = (_redact(plan_values.mark(each)) for each in (before, after))
    whole = f"{plan_values.format_value(old)} -> {plan_values.format_value(new)}"
    return tuple(str(each) if each.path else whole for each in attribute_diff.diff(old, new))


def _redact(value: Any, name: str = "", *, variable: bool = False) -> Any:
    """Return a marked ``value`` with each secret in it ``Hidden``; ``name`` is that of the argument.

    Among Terraform's own arguments randomness alone makes no secret: names of TLS policies look like that.
    """
    if isinstance(value, Document):
        return Document(_redact(value.content, name, variable=variable))
    if isinstance(value, list):
        return [_redact(each, name, variable=variable) for each in value]
    if isinstance(value, dict):
        pair = value.get("name") if "value" in value else None
        return {
            key: _redact(each, pair, variable=True)
            if key == "value" and isinstance(pair, str)
            else _redact(each, key, variable=variable or name == _VARIABLES)
            for key, each in value.items()
        }
    reasons = secret_patterns.secret_reasons(name, value) if isinstance(value, str) else ()
    return Hidden(value) if any(variable or reason != _RANDOM for reason in reasons) else value
