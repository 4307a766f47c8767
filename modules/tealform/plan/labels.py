"""Words for what a plan does and why."""

from __future__ import annotations

from collections.abc import Mapping

# In the order of what there is to lose.
COUNTED = {
    "destroy": "to destroy",
    "replace": "to replace",
    "forget": "to forget",
    "update": "to change in place",
    "create": "to create",
    "import": "to import",
    "move": "to move in the state",
}

# https://developer.hashicorp.com/terraform/internals/json-format#plan-representation says that there may be more.
_REASONS = {
    "replace_because_tainted": "tainted: its creation or a provisioner failed, or somebody marked it",
    "replace_because_cannot_update": "what changes cannot be changed in place",
    "replace_by_request": "asked for with -replace",
    "replace_by_triggers": "its replace_triggered_by names something that changes",
    "delete_because_no_resource_config": "no longer in the configuration",
    "delete_because_no_module": "in a module that is no longer in the configuration",
    "delete_because_wrong_repetition": "in the configuration with another count or for_each",
    "delete_because_count_index": "with an index that is not below count",
    "delete_because_each_key": "with a key that is no longer in for_each",
    "delete_because_no_move_target": "moved to what is not in the configuration",
}


def reason(terraforms: str) -> str:
    """Why something is replaced or destroyed, from Terraform's word for it; that itself if it is new, or empty."""
    return _REASONS.get(terraforms, terraforms.replace("_", " "))


def left_over(loss: str) -> str:
    """What there is to lose with what is not in use any more."""
    return f"it is left of a replacement that was broken off, and may still hold something: {loss}"


def counts(numbers: Mapping[str, int]) -> str:
    """``2 to replace, 1 to create`` from the numbers of ``COUNTED``; empty for nothing."""
    return ", ".join(f"{numbers[action]} {words}" for action, words in COUNTED.items() if numbers.get(action))


def many(number: int, thing: str) -> str:
    """``1 output``, ``2 outputs``."""
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"
