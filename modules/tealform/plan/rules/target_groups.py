"""Target groups that have production traffic."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tealform.plan import changes, live_routes
from tealform.plan.aws_queries import UnseenError
from tealform.plan.blocker import Objection
from tealform.plan.live_routes import Route, Routes

_UNSEEN = "it cannot be seen whether it has production traffic"


def objections(plan: Mapping[str, Any], known: Routes) -> Iterator[Objection]:
    """Objects to the end of target groups that have production traffic now, or of which that cannot be seen.

    After a release that is the other one. Its former one may be replaced: it has weight 0, or only test traffic.
    """
    for change in changes.of(plan):
        if change.type != "aws_lb_target_group" or not change.ends:
            continue
        arn = change.before.get("arn")
        try:
            if not arn:
                raise UnseenError("the plan does not say which one it is")
            if shares := ", ".join(_shares(plan, arn, known.to(arn))):
                yield Objection(change.address, f"it has production traffic, which nobody answers any more: {shares}")
        except UnseenError as error:
            yield Objection(change.address, f"{_UNSEEN}: {error}", lasting=_UNSEEN)


def _shares(plan: Mapping[str, Any], arn: str, to_it: list[Route]) -> Iterator[str]:
    tests, addresses = live_routes.tests(plan), live_routes.addresses(plan)
    for route in to_it:
        if route.weights[arn] and not {route.arn, route.listener} & tests:
            share = 100 * route.weights[arn] / sum(route.weights.values())
            yield f"{share:.3g} % of {addresses.get(route.arn, route.arn)}"
