"""One release: green beside blue, the traffic from blue to green, then blue away, or green.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/blue-green-deployment-how-it-works.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from moto.ecs.models import Service

from tealform_harness.aws_emulator.ecs.service_deployment import strategy
from tealform_harness.aws_emulator.ecs.service_deployment.error import ServiceDeploymentError
from tealform_harness.aws_emulator.ecs.service_deployment.hooks import LifecycleHooks
from tealform_harness.aws_emulator.ecs.service_deployment.revision import Revision
from tealform_harness.aws_emulator.ecs.service_deployment.traffic import ServiceTraffic

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
        """Leads all traffic to where it went before this deployment, and tells the hooks; what they say is not minded."""
        self.blue_runs = self._blue is not None
        if self.traffic is not None:
            self.traffic.shift(_NONE)
            self.traffic.shift_test(_NONE)
        for stage in _SHIFTS:
            if stage in self._shifted:
                self._call_once(stage)
        self._shifted.clear()

    def end_green(self) -> None:
        """Ends green's tasks."""
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
