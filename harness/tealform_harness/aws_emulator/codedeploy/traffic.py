"""The rules of the listeners that CodeDeploy moves from blue to green."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from moto.elbv2.exceptions import ELBClientError
from moto.elbv2.models import FakeRule, elbv2_backends

from tealform_harness.aws_emulator.codedeploy.error import DeploymentError
from tealform_harness.aws_emulator.elbv2 import LoadBalancingBackend, forward_weights


class TaskSetTraffic:
    """The rules, default rules too, that forward to one of the pair; those of other services stay as they are.

    ``blue`` is the ARN of the target group that the primary task set has.
    """

    def __init__(self, account_id: str, region: str, pair: Mapping[str, Any], blue: str) -> None:
        self._elbv2 = cast(LoadBalancingBackend, elbv2_backends[account_id][region])
        self._pair = self._target_groups(pair)
        self.blue, self.green = blue, self._other(blue)
        self._production = self._rules(pair["prodTrafficRoute"])
        self._test = self._rules(pair.get("testTrafficRoute") or {"listenerArns": []})
        self._before = [(rule, _weights(rule)) for rule in (*self._production, *self._test)]
        if not any(_weights(rule).get(blue) for rule in self._production):
            (listener,) = pair["prodTrafficRoute"]["listenerArns"]
            raise _invalid(f"Primary taskset target group must be behind listener {listener}")

    @property
    def tested(self) -> bool:
        """Whether there is test traffic."""
        return bool(self._test)

    def hang_green(self) -> None:
        """Gives green a place in production's rules, without a share of the traffic, where no rule leads to it yet.

        ECS takes no target group that hangs on no load balancer.
        https://github.com/traveloka/terraform-aws-alb-single-listener/issues/47
        """
        if not self._elbv2.target_groups[self.green].load_balancer_arns:
            self.shift(0)

    def show_test_traffic(self) -> None:
        """Leads the test listener to green."""
        for rule in self._test:
            self._elbv2.forward(rule, {self.green: 100, self.blue: 0})

    def shift(self, percentage: int) -> None:
        """Leads that much of production's traffic to green. At 100 blue stays behind with weight 0."""
        for rule in self._production:
            self._elbv2.forward(rule, {self.green: percentage, self.blue: 100 - percentage})

    def restore(self) -> None:
        """Leads all traffic where it went at first."""
        for rule, weights in self._before:
            self._elbv2.forward(rule, weights)

    def weight(self, group: str) -> int:
        """How much of production's traffic goes to a target group, in percent."""
        weights = _weights(self._production[0])
        return round(100 * weights.get(group, 0) / (sum(weights.values()) or 1))

    def name(self, group: str) -> str:
        """The name of a target group of the pair."""
        return self._pair[group]

    def _target_groups(self, pair: Mapping[str, Any]) -> dict[str, str]:
        names = [group["name"] for group in pair["targetGroups"]]
        try:
            return {group.arn: group.name for group in self._elbv2.describe_target_groups(None, [], names)}
        except ELBClientError as error:
            raise _invalid(error.message) from error

    def _other(self, blue: str) -> str:
        if blue not in self._pair:
            raise _invalid("Primary taskset target group is not one of the deployment group's target group pair")
        return next(arn for arn in self._pair if arn != blue)

    def _rules(self, route: Mapping[str, Any]) -> list[FakeRule]:
        try:
            rules = [rule for listener in route["listenerArns"] for rule in self._elbv2.rules_of(listener)]
        except ELBClientError as error:
            raise _invalid(error.message) from error
        return [rule for rule in rules if self._pair.keys() & _weights(rule).keys()]


def _weights(rule: FakeRule) -> dict[str, int]:
    return forward_weights([action.data for action in rule.actions])


def _invalid(message: str) -> DeploymentError:
    return DeploymentError(
        "ELASTIC_LOAD_BALANCING_INVALID", f"The ELB could not be updated due to the following error: {message}"
    )
