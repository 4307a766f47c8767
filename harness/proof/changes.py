"""What a plan would do, read from ``terraform show -json``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

_ACTIONS = {
    ("create",): "create",
    ("update",): "update",
    ("delete",): "destroy",
    ("delete", "create"): "replace",
    ("create", "delete"): "replace",
    ("forget",): "forget",
}


@dataclass(frozen=True)
class Change:
    """What happens to one resource or output, and to which of its top-level attributes."""

    address: str
    action: str
    attributes: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.action} {self.address}" + (f": {', '.join(self.attributes)}" if self.attributes else "")


def of(plan: dict[str, Any]) -> list[Change]:
    """All changes of a plan, sorted by address; nothing for an empty plan.

    https://developer.hashicorp.com/terraform/internals/json-format#plan-representation
    """
    return sorted([*_resources(plan), *_outputs(plan)], key=lambda change: change.address)


def _resources(plan: dict[str, Any]) -> Iterator[Change]:
    for entry in plan.get("resource_changes", []):
        action = _ACTIONS.get(tuple(entry["change"]["actions"]))
        if action is not None:
            named = _attributes(entry["change"]) if action in ("update", "replace") else ()
            yield Change(entry["address"], action, named)


def _outputs(plan: dict[str, Any]) -> Iterator[Change]:
    for name, change in plan.get("output_changes", {}).items():
        action = _ACTIONS.get(tuple(change["actions"]))
        if action is not None:
            yield Change(f"output.{name}", action)


def _attributes(change: dict[str, Any]) -> tuple[str, ...]:
    before, after, unknown = (change.get(key) or {} for key in ("before", "after", "after_unknown"))
    names = sorted({*before, *after, *unknown})
    return tuple(name for name in names if unknown.get(name) is True or before.get(name) != after.get(name))
