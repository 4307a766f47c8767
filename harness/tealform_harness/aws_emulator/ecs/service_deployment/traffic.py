"""The rules that ECS moves from the live target group to the other one.

What serves is read from the production rule each time; the service's own words, which of the groups is the primary and
which the alternate one, decide nothing. Measured on AWS, not documented.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, cast

from moto.elbv2.exceptions import ELBClientError
from moto.elbv2.models import FakeRule, elbv2_backends

from tealform_harness.aws_emulator.ecs.service_deployment.error import invalid_networking
from tealform_harness.aws_emulator.elbv2 import LoadBalancingBackend, rule_weights
from tealform_harness.aws_emulator.iam_roles import find_role, role_trusts

Json = Mapping[str, Any]


class ServiceTraffic:
    """The routes of all load balancers of a service; they move together.

    Raises DeploymentError for what ECS finds when it begins to deploy.
    """

    def __init__(self, account_id: str, region: str, load_balancers: Sequence[Json]) -> None:
        for balancer in load_balancers:
            _check_role(account_id, region, balancer["advancedConfiguration"]["roleArn"])
        elbv2 = cast(LoadBalancingBackend, elbv2_backends[account_id][region])
        self._routes = [Route(elbv2, balancer) for balancer in load_balancers]
        self.production = self.test = Decimal(0)

    @property
    def tested(self) -> bool:
        """Whether there is test traffic."""
        return any(route.tested for route in self._routes)

    def shift_test(self, percent: Decimal) -> None:
        """Leads that much of the test traffic to green."""
        self.test = percent
        for route in self._routes:
            route.shift_test(percent)

    def shift(self, percent: Decimal) -> None:
        """Leads that much of production's traffic to green."""
        self.production = percent
        for route in self._routes:
            route.shift(percent)


class Route:
    """Production and test rule of one load balancer, and the target groups that are live and idle at the beginning."""

    def __init__(self, elbv2: LoadBalancingBackend, balancer: Json) -> None:
        advanced = balancer["advancedConfiguration"]
        self._elbv2 = elbv2
        self._pair = [balancer["targetGroupArn"], advanced["alternateTargetGroupArn"]]
        self._production_arn = advanced["productionListenerRule"]
        self._production = self._rule(self._production_arn)
        self._test = self._rule(advanced["testListenerRule"]) if advanced.get("testListenerRule") else None
        self._check_association()
        self._live = self._serving()
        self._idle = next(group for group in self._pair if group != self._live)

    @property
    def tested(self) -> bool:
        """Whether it has a test rule."""
        return self._test is not None

    def shift_test(self, percent: Decimal) -> None:
        """Leads that much of the test traffic to the group that was idle."""
        if self._test is not None:
            self._elbv2.forward(self._test, self._weights(percent))

    def shift(self, percent: Decimal) -> None:
        """Leads that much of production's traffic to the group that was idle."""
        self._elbv2.forward(self._production, self._weights(percent))

    def _weights(self, percent: Decimal) -> dict[str, int]:
        """In percent, or in tenths of it: a weight is a whole number up to 999."""
        whole = 100 if percent % 1 == 0 else 1000
        green = int(percent * whole / 100)
        return {self._idle: green, self._live: whole - green}

    def _rule(self, arn: str) -> FakeRule:
        try:
            return self._elbv2.rule(arn)
        except ELBClientError as error:
            raise invalid_networking(str(error.message)) from error

    def _check_association(self) -> None:
        led_to = {*rule_weights(self._production), *(rule_weights(self._test) if self._test else ())}
        for group in self._pair:
            if group not in led_to:
                raise invalid_networking(
                    f"Target group {group} is not associated with either productionListenerRule or testListenerRule."
                )

    def _serving(self) -> str:
        serving = [group for group, weight in rule_weights(self._production).items() if weight]
        for group in serving:
            if group not in self._pair:
                primary, alternate = self._pair
                raise invalid_networking(
                    f"Production listener rule is forwarding traffic to unexpected target group {group}. Expected "
                    f"traffic to be forwarded to either targetGroupArn: {primary} or alternateTargetGroupArn: {alternate}"
                )
        if len(serving) != 1:
            raise invalid_networking(
                f"productionListenerRule {self._production_arn} should have exactly one target group serving traffic "
                f"but found {len(serving)} target groups which are serving traffic"
            )
        return serving[0]


def _check_role(account_id: str, region: str, arn: str) -> None:
    role = find_role(account_id, region, arn)
    if role is None or not role_trusts(role, "ecs.amazonaws.com"):
        raise invalid_networking(
            f"ECS was unable to manage the ELB resources due to missing permissions on ECS Infrastructure Role '{arn}'."
        )
