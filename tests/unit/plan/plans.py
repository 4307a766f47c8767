"""Plans and states written by hand, for what the recorded ones do not have."""

from __future__ import annotations

from typing import Any


def change(
    *actions: str, address: str = "aws_vpc.main", before: Any = None, after: Any = None, **more: Any
) -> dict[str, Any]:
    """Return an entry of ``resource_changes`` or ``resource_drift``. ``more`` goes where Terraform has it."""
    inner = {"actions": list(actions), "before": before, "after": after, "after_unknown": {}}
    outer = {"address": address, "type": address.rpartition(".")[0].rpartition(".")[2], "change": inner}
    for key, value in more.items():
        (outer if key in ("action_reason", "previous_address", "deposed") else inner)[key] = value
    return outer


def plan(*changes: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Return a whole plan."""
    return {"resource_changes": list(changes), "complete": True, "errored": False, **more}


def resource(address: str, **values: Any) -> dict[str, Any]:
    """Return a resource of a state."""
    kind, _, name = address.rpartition(".")
    return {"address": address, "mode": "managed", "type": kind.rpartition(".")[2], "name": name, "values": values}


def prior(*resources: dict[str, Any]) -> dict[str, Any]:
    """Return the ``prior_state`` of a plan that has these resources."""
    return {"values": {"root_module": {"resources": list(resources)}}}


def group(name: str, weight: int) -> dict[str, Any]:
    """Return a target group that a listener or rule forwards to, with its weight."""
    return {"arn": name, "weight": weight}


def forward(*groups: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the action that forwards to these groups."""
    return [{"type": "forward", "forward": [{"target_group": list(groups)}]}]
