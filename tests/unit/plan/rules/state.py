"""States made by hand, for what the recorded plans do not have."""

from __future__ import annotations

from typing import Any


def resource(address: str, **values: Any) -> dict[str, Any]:
    """One resource of a state."""
    kind, _, name = address.rpartition(".")[0].rpartition(".")[2], "", address.rpartition(".")[2]
    return {"address": address, "mode": "managed", "type": kind, "name": name, "values": values}


def prior(*resources: dict[str, Any]) -> dict[str, Any]:
    """What ``prior_state`` of a plan is, when there are these resources."""
    return {"values": {"root_module": {"resources": list(resources)}}}


def group(name: str, weight: int) -> dict[str, Any]:
    """A target group that a listener or rule forwards to, with its weight."""
    return {"arn": name, "weight": weight}


def forward(*groups: dict[str, Any]) -> list[dict[str, Any]]:
    """The action that forwards to them."""
    return [{"type": "forward", "forward": [{"target_group": list(groups)}]}]
