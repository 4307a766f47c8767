"""One release: start green beside blue, shift the traffic from blue to green, then remove blue, or green.

Which group is live is read from the production rule each time. Which group the service calls primary or alternate
decides nothing; this was measured on AWS and is not documented.
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/blue-green-deployment-how-it-works.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, cast

from moto.ecs.models import Service
from moto.elbv2.exceptions import ELBClientError
from moto.elbv2.models import FakeRule, elbv2_backends

from tealform_harness.aws_emulator.ecs.service_deployment import strategy
from tealform_harness.aws_emulator.ecs.service_deployment.hooks import (
    LifecycleHooks,
    ServiceDeploymentError,
    invalid_networking,
)
from tealform_harness.aws_emulator.ecs.service_deployment.revision import Revision
from tealform_harness.aws_emulator.elbv2 import LoadBalancingBackend, rule_weights
from tealform_harness.aws_emulator.iam import find_role, role_trusts

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
    def has_test_traffic(self) -> bool:
        """Whether there is test traffic."""
        return any(route.has_test_traffic for route in self._routes)

    def shift_test(self, percent: Decimal) -> None:
        """Route that much of the test traffic to green."""
        self.test = percent
        for route in self._routes:
            route.shift_test(percent)

    def shift(self, percent: Decimal) -> None:
        """Route that much of production's traffic to green."""
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
    def has_test_traffic(self) -> bool:
        """Whether it has a test rule."""
        return self._test is not None

    def shift_test(self, percent: Decimal) -> None:
        """Route that much of the test traffic to the group that was idle."""
        if self._test is not None:
            self._elbv2.forward(self._test, self._weights(percent))

    def shift(self, percent: Decimal) -> None:
        """Route that much of production's traffic to the group that was idle."""
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
    if not role_trusts(role, "ecs.amazonaws.com"):
        raise invalid_networking(
            f"ECS was unable to manage the ELB resources due to missing permissions on ECS Infrastructure Role '{arn}'."
        )


_ALL, _NONE = Decimal(100), Decimal(0)

# Called again when the traffic goes back:
# https://docs.aws.amazon.com/AmazonECS/latest/developerguide/lambda-lifecycle-hooks.html
_SHIFTS = ("TEST_TRAFFIC_SHIFT", "PRODUCTION_TRAFFIC_SHIFT")


class ServiceRelease:
    """The work of the deployment ``arn`` that brings ``green`` to a service; ``blue`` is None at the first one.

    Each ``yield`` of ``steps`` ends a step, and each is one look of somebody who follows the deployment, whatever
    minutes it would take. ``left_over`` is one that was not brought to its end.
    """

    def __init__(
        self,
        service: Service,
        arn: str,
        blue: Revision | None,
        green: Revision,
        configuration: Mapping[str, Any],
        left_over: ServiceRelease | None,
    ) -> None:
        self._service, self._arn, self._configuration = service, arn, configuration
        self._blue, self._green, self._left_over = blue, green, left_over
        _, _, _, self._region, self._account_id, *_ = service.arn.split(":")
        self.hooks = LifecycleHooks(self._account_id, self._region, configuration.get("lifecycleHooks") or [])
        self.traffic: ServiceTraffic | None = None
        self.stage: str | None = None
        self.blue_runs, self.green_runs = blue is not None, False
        self.waits_for_hook = False
        self._shifted: set[str] = set()

    def steps(self) -> Iterator[None]:
        """All that is to be done, step by step; raises DeploymentError where it cannot go on."""
        if self._left_over is not None:
            self._left_over.go_back()
            yield from self._enter("RECONCILE_SERVICE")
        load_balancers = self._green.settings["load_balancers"]
        self.traffic = traffic = ServiceTraffic(self._account_id, self._region, load_balancers)
        yield from self._enter("PRE_SCALE_UP")
        self.green_runs = True
        yield from self._enter("SCALE_UP")
        yield from self._enter("POST_SCALE_UP")
        traffic.shift_test(_ALL)
        yield from self._enter("TEST_TRAFFIC_SHIFT")
        yield from self._enter("POST_TEST_TRAFFIC_SHIFT")
        for percent in strategy.list_percentages(self._configuration):
            traffic.shift(percent)
            yield from self._enter("PRODUCTION_TRAFFIC_SHIFT")
        yield from self._enter("POST_PRODUCTION_TRAFFIC_SHIFT")
        yield from self._enter("BAKE_TIME")
        self.blue_runs = False
        yield from self._enter("CLEAN_UP")

    def go_back(self) -> None:
        """Route all traffic to where it went before this deployment, and call the hooks; their answers are ignored."""
        self.blue_runs = self._blue is not None
        if self.traffic is not None:
            self.traffic.shift(_NONE)
            self.traffic.shift_test(_NONE)
        for stage in _SHIFTS:
            if stage in self._shifted:
                self._call_once(stage)
        self._shifted.clear()

    def end_green(self) -> None:
        """End green's tasks."""
        self.green_runs = False

    def _enter(self, stage: str) -> Iterator[None]:
        self.stage = stage
        if stage in _SHIFTS:
            self._shifted.add(stage)
        for _ in self.hooks.call(stage, self._event):
            self.waits_for_hook = True
            yield
        self.waits_for_hook = False
        yield

    def _call_once(self, stage: str) -> None:
        self.stage = stage
        try:
            next(self.hooks.call(stage, self._event), None)
        except ServiceDeploymentError:
            return

    def _event(self) -> dict[str, Any]:
        execution = {
            "serviceArn": self._service.arn,
            "targetServiceRevisionArn": self._green.arn(self._service),
            "testTrafficWeights": {},
            "productionTrafficWeights": {},
        }
        if self.traffic and self.stage == "TEST_TRAFFIC_SHIFT":
            execution["testTrafficWeights"] = self._shares(self.traffic.test)
        if self.traffic and self.stage == "PRODUCTION_TRAFFIC_SHIFT":
            execution["productionTrafficWeights"] = self._shares(self.traffic.production)
        return {"resourceArn": self._arn, "executionDetails": execution}

    def _shares(self, green: Decimal) -> dict[str, float]:
        shares = {self._green.arn(self._service): float(green)}
        if self._blue is not None:
            shares[self._blue.arn(self._service)] = float(_ALL - green)
        return shares
