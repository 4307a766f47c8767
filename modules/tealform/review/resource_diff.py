"""What a pull request changes in the Terraform that is generated for one environment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from tealform.plan import attribute_diff, plan_values
from tealform.policy.checkov_input import construct_path
from tealform.review.redaction import masked
from tealform.synth.terraform_json import Resource, resources

Action = Literal["added", "changed", "removed"]

_RESOURCES = ("resource", "data", "//")
_NOTE = "//"


@dataclass(frozen=True)
class Change:
    """What happens to one resource, data source, or other block of Terraform's, like ``terraform`` or ``output``.

    ``path`` is the construct path below the environment, or the address of what has none. ``arguments`` are those that
    changed, like ``port: 80 -> 8080``. ``before`` and ``after`` are the bodies.
    """

    action: Action
    address: str
    path: str
    arguments: tuple[str, ...] = ()
    type: str = ""
    before: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)
    after: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)


def between(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Change, ...]:
    """The changes from one generated document to another, sorted by path; what Terraform knows by its address."""
    old, new = _by_address(before), _by_address(after)
    found = [_change(address, old.get(address), new.get(address)) for address in {**old, **new}]
    found += [_block(key, before.get(key), after.get(key)) for key in {**before, **after} if key not in _RESOURCES]
    return tuple(sorted((each for each in found if each), key=lambda change: (change.path, change.address)))


def _by_address(document: Mapping[str, Any]) -> dict[str, Resource]:
    return {resource.address: resource for resource in resources(document)}


def _change(address: str, old: Resource | None, new: Resource | None) -> Change | None:
    shown = new or old
    if shown is None or (old and new and _body(old) == _body(new)):
        return None
    before, after = (_body(each) if each else {} for each in (old, new))
    action = _action(old, new)
    arguments = tuple(_told(before, after)) if action == "changed" else ()
    path = construct_path(shown.body).partition("/")[2] or address
    return Change(action, address, path, arguments, shown.type if shown.mode == "resource" else "", before, after)


def _action(before: object, after: object) -> Action:
    return "added" if before is None else "removed" if after is None else "changed"


def _body(resource: Resource) -> dict[str, Any]:
    return {key: value for key, value in resource.body.items() if key != _NOTE}


def _block(key: str, before: Any, after: Any) -> Change | None:
    if before == after:
        return None
    return Change(
        _action(before, after), key, key, tuple(_told(before, after)), before={key: before}, after={key: after}
    )


def _told(before: Any, after: Any) -> Iterator[str]:
    """Documents in strings, like container definitions, are looked into; secrets are not told."""
    old, new = (masked(plan_values.mark(each, None, None)) for each in (before, after))
    for difference in attribute_diff.diff(old, new):
        yield (
            str(difference)
            if difference.path
            else f"{plan_values.format_value(old)} -> {plan_values.format_value(new)}"
        )
