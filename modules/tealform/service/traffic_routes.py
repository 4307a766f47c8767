"""The ways from the load balancer's listeners to a service: what a release turns from blue to green."""

from __future__ import annotations

from dataclasses import dataclass

from tealform.aws import Construct, LbListener, LbListenerRule, LbTargetGroup


@dataclass(frozen=True)
class Route:
    """A listener and what a release changes of it: one of its rules, or the listener itself. ``arn`` is that one's."""

    listener_arn: str
    arn: str
    resource: LbListener | LbListenerRule


@dataclass(frozen=True)
class Weighted:
    """A target group and its share of a route's traffic, 0 to 999."""

    group: LbTargetGroup
    weight: int


class Routes(Construct):
    """The route of production traffic and, where there is a test listener, that of test traffic."""

    production: Route
    test: Route | None = None

    @property
    def all(self) -> list[Route]:
        """Every route that there is."""
        return [route for route in (self.production, self.test) if route is not None]
