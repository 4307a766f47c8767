"""What a plan would do, read from ``terraform show -json``, and what must not happen unless somebody allows it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tealform.errors import TealformError

_ALB = re.compile(r"aws_alb(?=_|$)")
_ACTIONS = {
    ("create",): "create",
    ("update",): "update",
    ("delete",): "destroy",
    ("delete", "create"): "replace",
    ("create", "delete"): "replace",
    ("create", "forget"): "replace",
    ("forget", "create"): "replace",
    ("forget",): "forget",
}
_NOTHING = {("no-op",), ("read",)}


@dataclass(frozen=True)
class Change:
    """What happens to one resource or output, and to which of its top-level attributes.

    ``action`` is create, update, destroy, replace or forget. For a replacement, ``because`` lists the paths of the
    attributes that cannot be changed in place, like ``port`` or ``health_check.0.path``, and ``destroys_first`` says
    whether neither the old nor the new resource exists for a while. ``reason`` is Terraform's own word for why, like
    ``replace_because_cannot_update`` or ``delete_because_no_resource_config``, where it gives one. ``type`` is the
    canonical type. ``deposed`` is the key of what an interrupted replacement left: Terraform destroys it and keeps the
    resource that took its place. ``before`` and ``after`` are the values, ``after`` without those that are known after
    apply. Neither is compared.
    """

    address: str
    action: str
    attributes: tuple[str, ...] = ()
    type: str = ""
    reason: str = ""
    because: tuple[str, ...] = ()
    destroys_first: bool = False
    deposed: str = ""
    before: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)
    after: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)

    def __str__(self) -> str:
        return f"{self.action} {self.address}" + (f": {', '.join(self.attributes)}" if self.attributes else "")

    @property
    def ends(self) -> bool:
        """Whether the plan destroys or replaces the resource."""
        return self.action in ("destroy", "replace")


@dataclass(frozen=True, order=True)
class Blocker:
    """One thing that the plan would do to ``address``, and the ``reason`` why somebody must allow it by name first.

    ``lasting`` is the part of the reason that stays the same while its words change, like the stage of a release.
    """

    address: str
    reason: str
    lasting: str = field(default="", compare=False)

    def __str__(self) -> str:
        return f"{self.address}: {self.reason}"

    @property
    def identity(self) -> tuple[str, str]:
        """What identifies it later and in another process."""
        return self.address, self.lasting or self.reason


def canonical_type(type_: str) -> str:
    """Return the one name by which rules know a type: ``aws_lb_listener`` for ``aws_alb_listener``, others unchanged.

    https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/lb: "aws_alb is known as aws_lb".
    """
    return _ALB.sub("aws_lb", type_)


def from_plan(plan: Mapping[str, Any]) -> list[Change]:
    """Return all changes of a plan, sorted by address. Raises ``TealformError`` for an unknown action.

    https://developer.hashicorp.com/terraform/internals/json-format#plan-representation
    """
    return sorted([*_resources(plan.get("resource_changes")), *_outputs(plan)], key=lambda change: change.address)


def _resources(entries: list[dict[str, Any]] | None) -> Iterator[Change]:
    for entry in entries or []:
        actions = tuple(entry["change"]["actions"])
        if actions not in _NOTHING:
            yield _resource(entry, actions)


def _resource(entry: dict[str, Any], actions: tuple[str, ...]) -> Change:
    change, action = entry["change"], _ACTIONS.get(actions)
    if action is None:
        raise TealformError(
            f"{entry['address']}: the plan wants {', '.join(actions)}, which is new to this version of Tealform"
        )
    return Change(
        address=entry["address"],
        action=action,
        attributes=_attributes(change) if action in ("update", "replace") else (),
        type=canonical_type(entry.get("type", "")),
        reason=entry.get("action_reason", ""),
        because=tuple(".".join(map(str, path)) for path in change.get("replace_paths") or ()),
        destroys_first=actions == ("delete", "create"),
        deposed=entry.get("deposed", ""),
        before=change.get("before") or {},
        after=change.get("after") or {},
    )


def _outputs(plan: Mapping[str, Any]) -> Iterator[Change]:
    for name, change in plan.get("output_changes", {}).items():
        action = _ACTIONS.get(tuple(change["actions"]))
        if action is not None:
            yield Change(f"output.{name}", action)


def _attributes(change: dict[str, Any]) -> tuple[str, ...]:
    before, after, unknown = (change.get(key) or {} for key in ("before", "after", "after_unknown"))
    names = sorted({*before, *after, *unknown})
    return tuple(name for name in names if unknown.get(name) is True or before.get(name) != after.get(name))
