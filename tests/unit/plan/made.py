"""Plans made by hand, for what the recorded ones do not have."""

from __future__ import annotations

from typing import Any


def change(
    *actions: str, address: str = "aws_vpc.main", before: Any = None, after: Any = None, **more: Any
) -> dict[str, Any]:
    """One entry of ``resource_changes`` or ``resource_drift``. ``more`` goes where Terraform has it."""
    inner = {"actions": list(actions), "before": before, "after": after, "after_unknown": {}}
    outer = {"address": address, "type": address.partition(".")[0], "change": inner}
    for key, value in more.items():
        (outer if key in ("action_reason", "previous_address", "deposed") else inner)[key] = value
    return outer


def plan(*changes: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A whole plan."""
    return {"resource_changes": list(changes), "complete": True, "errored": False, **more}
