"""Target groups that have production traffic."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from harness.plan import changes, routes
from harness.plan.changes import Change
from harness.plan.objection import Objection
from harness.plan.routes import Route


def objections(plan: Mapping[str, Any]) -> Iterator[Objection]:
    """Objects to the end of target groups that have production traffic, or of which that is not known.

    After a release that is the other one. Its former one may be replaced: it has weight 0, or only test traffic.
    """
    known = routes.of(plan)
    for change in changes.of(plan):
        if change.type == "aws_lb_target_group" and change.ends and (traffic := _traffic(change, known)):
            yield Objection(change.address, traffic)


def _traffic(change: Change, known: list[Route]) -> str | None:
    arn = str(change.before.get("arn"))
    to_it = [route for route in known if arn in route.weights]
    if serving := [route for route in to_it if route.production and route.weights[arn]]:
        return "it has production traffic, which nobody answers any more: " + ", ".join(
            _share(route, arn) for route in serving
        )
    # AWS itself tells which load balancers lead to it. None, or all of them known: nothing is lost.
    if to_it or change.before.get("load_balancer_arns") == []:
        return None
    return "it may have production traffic: the plan does not say what forwards to it"


def _share(route: Route, arn: str) -> str:
    total = sum(route.weights.values())
    return f"{100 * route.weights[arn] / total:.3g} % of {route.address}"
