"""Listeners, listener rules, target groups and security groups that production traffic goes through."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tealform.plan import changes, live_routes, prior_state
from tealform.plan.aws_queries import UnseenError
from tealform.plan.changes import Blocker, Change
from tealform.plan.live_routes import Routes

_UNSEEN = "it cannot be seen whether it has production traffic"


def find_blockers(plan: Mapping[str, Any], routes: Routes) -> Iterator[Blocker]:
    """Block what takes production traffic away; test traffic alone may go.

    A target group counts by the traffic that ``routes`` finds now. After a release that is the other one of the pair:
    the former one has weight 0, or only test traffic. It is blocked as well if AWS cannot say.
    """
    tests = live_routes.test_routes(plan)
    for change in changes.from_plan(plan):
        if change.type == "aws_lb_target_group" and change.ends:
            yield from _target_group(change, routes, tests, live_routes.addresses(plan))
        elif reason := _reason(change, tests):
            yield Blocker(change.address, reason)


def _target_group(change: Change, routes: Routes, tests: set[str], addresses: Mapping[str, str]) -> Iterator[Blocker]:
    arn = change.before.get("arn")
    try:
        if not arn:
            raise UnseenError("the plan does not say which one it is")
        shares = ", ".join(
            f"{100 * route.weights[arn] / sum(route.weights.values()):.3g} % of {addresses.get(route.arn, route.arn)}"
            for route in routes.to(arn)
            if route.weights[arn] and not {route.arn, route.listener} & tests
        )
        if shares:
            yield Blocker(change.address, f"it has production traffic, which nobody answers any more: {shares}")
    except UnseenError as error:
        yield Blocker(change.address, f"{_UNSEEN}: {error}", lasting=_UNSEEN)


def _reason(change: Change, tests: set[str]) -> str:
    if change.type == "aws_lb_listener" and change.action == "update":
        # Terraform changes port and protocol in place.
        before, after = (f"{side.get('protocol')} on port {side.get('port')}" for side in (change.before, change.after))
        if before != after:
            return f"it serves {after} from then on, and nobody who comes with {before}"
    if change.type == "aws_lb_listener_rule" and change.ends and not change.deposed:
        is_test = bool({change.before.get("arn"), change.before.get("listener_arn")} & tests)
        # Terraform makes a new rule from what it knows: what is ignored in a change is not ignored in a creation.
        new = "a new one, which does not know where the last release sent the traffic"
        return f"nobody reaches the service until there is {new}" if _forwards(change) and not is_test else ""
    if change.type == "aws_security_group" and change.destroys_first:
        # Rules of a group may be replaced: open connections outlive them.
        # https://docs.aws.amazon.com/vpc/latest/userguide/deleting-security-groups.html
        # https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/security-group-connection-tracking.html
        return "AWS does not let it go while a task or a load balancer has it: the apply waits, and stops half done"
    return ""


def _forwards(rule: Change) -> bool:
    """Whether a rule may send requests to a service: one that redirects or refuses them does not."""
    actions = list(prior_state.blocks(rule.before, "action"))
    return not actions or any(each.get("type", "forward") == "forward" for each in actions)
