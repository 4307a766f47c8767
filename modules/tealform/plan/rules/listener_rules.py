"""Listener rules that carry production traffic."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tealform.plan import changes, live_routes, prior_state
from tealform.plan.blocker import Objection
from tealform.plan.changes import Change


def objections(plan: Mapping[str, Any]) -> Iterator[Objection]:
    """Objects to the end of listener rules that forward, but those of which it is known that they carry test traffic alone.

    A new rule is made from what Terraform knows; what is ignored in a change is not ignored in a creation.
    """
    tests = live_routes.tests(plan)
    for change in changes.of(plan):
        if change.type != "aws_lb_listener_rule" or not change.ends or change.deposed:
            continue
        if _forwards(change) and not {change.before.get("arn"), change.before.get("listener_arn")} & tests:
            yield Objection(
                change.address,
                "nobody reaches the service until there is a new one, which does not know where the last release sent the traffic",
            )


def _forwards(change: Change) -> bool:
    """Whether it sends requests to a service, or may: one that redirects or refuses them does not."""
    actions = list(prior_state.blocks(change.before, "action"))
    return not actions or any(each.get("type", "forward") == "forward" for each in actions)
