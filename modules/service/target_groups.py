"""Blue and green: two target groups and the rules that lead to them."""

from __future__ import annotations

from dataclasses import dataclass

from modules.aws import (
    Construct,
    LbListener,
    LbListenerRule,
    LbListenerRuleAction,
    LbListenerRuleCondition,
    LbListenerRuleConditionHostHeader,
    LbListenerRuleConditionPathPattern,
    LbTargetGroup,
    LbTargetGroupHealthCheck,
    TerraformResourceLifecycle,
)
from modules.context import Context
from modules.network.load_balancer import LoadBalancer
from modules.settings.service import Service as Settings


@dataclass(frozen=True)
class TargetGroupsProps:
    """The service as it is set, and the load balancer and network that it hangs in."""

    context: Context
    name: str
    settings: Settings
    vpc_id: str
    load_balancer: LoadBalancer


class TargetGroups(Construct):
    """Two target groups of type ip; a rule on the production listener to blue, one on the test listener to green.

    A group without a rule gets no health checks, so green has its rule from the start. After that
    the rules' actions belong to the deployment controller, which swaps the two and leaves the
    idle group behind with weight 0.
    """

    def __init__(self, scope: Construct, id_: str, props: TargetGroupsProps) -> None:
        super().__init__(scope, id_)
        self._props = props
        self.blue = self._target_group("blue")
        self.green = self._target_group("green")
        self.production_rule = self._rule("production-rule", props.load_balancer.production_listener, self.blue)
        self.test_rule = self._rule("test-rule", props.load_balancer.test_listener, self.green)

    def _target_group(self, colour: str) -> LbTargetGroup:
        settings, check = self._props.settings, self._props.settings.health_check
        return LbTargetGroup(
            self,
            colour,
            name=self._props.context.name(self._props.name, colour),
            target_type="ip",
            protocol="HTTP",
            # ECS registers each task with its own port; this one counts for nothing, and a change of it would
            # replace a group that has traffic.
            port=80,
            vpc_id=self._props.vpc_id,
            deregistration_delay=str(settings.deregistration_delay),
            health_check=LbTargetGroupHealthCheck(
                path=check.path,
                matcher=check.status,
                interval=check.interval,
                timeout=check.timeout,
                healthy_threshold=check.healthy,
                unhealthy_threshold=check.unhealthy,
                protocol="HTTP",
                port="traffic-port",
            ),
        )

    def _rule(self, id_: str, listener: LbListener, target_group: LbTargetGroup) -> LbListenerRule:
        return LbListenerRule(
            self,
            id_,
            listener_arn=listener.arn,
            priority=self._props.settings.priority,
            condition=self._conditions(),
            action=[LbListenerRuleAction(type="forward", target_group_arn=target_group.arn)],
            lifecycle=TerraformResourceLifecycle(ignore_changes=["action"]),
            tags={"Name": self._props.name},
        )

    def _conditions(self) -> list[LbListenerRuleCondition]:
        settings = self._props.settings
        conditions = []
        if settings.hosts:
            hosts = LbListenerRuleConditionHostHeader(values=list(settings.hosts))
            conditions.append(LbListenerRuleCondition(host_header=hosts))
        if settings.paths or not settings.hosts:
            # A rule needs a condition; this one is always true.
            paths = LbListenerRuleConditionPathPattern(values=list(settings.paths or ("/*",)))
            conditions.append(LbListenerRuleCondition(path_pattern=paths))
        return conditions
