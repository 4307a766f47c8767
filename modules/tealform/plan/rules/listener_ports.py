"""Listeners that move to another port."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tealform.plan import changes
from tealform.plan.blocker import Objection


def objections(plan: Mapping[str, Any]) -> Iterator[Objection]:
    """Objects to a change of port or protocol, which Terraform does in place."""
    for change in changes.of(plan):
        if change.type == "aws_lb_listener" and change.action == "update":
            before, after = (
                f"{side.get('protocol')} on port {side.get('port')}" for side in (change.before, change.after)
            )
            if before != after:
                yield Objection(change.address, f"it serves {after} from then on, and nobody who comes with {before}")
