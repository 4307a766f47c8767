"""The rules of a service on the listeners of an application load balancer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tealform.aws import (
    Construct,
    LbListener,
    LbListenerRule,
    LbListenerRuleAction,
    LbListenerRuleActionForward,
    LbListenerRuleActionForwardTargetGroup,
    LbListenerRuleCondition,
    LbListenerRuleConditionHostHeader,
    LbListenerRuleConditionPathPattern,
    TerraformResourceLifecycle,
)
from tealform.network.application_load_balancer import ApplicationLoadBalancer
from tealform.service.ignored_changes import OWNED_OF_RULE
from tealform.service.traffic_routes import Route, Routes, Weighted
from tealform.settings.service import Service as Settings


@dataclass(frozen=True)
class RulesProps:
    """The service as it is set, the load balancer, and the target groups that each rule leads to at first.

    ``service`` is the name that the rules are tagged with.
    """

    service: str
    settings: Settings
    load_balancer: ApplicationLoadBalancer
    production: Sequence[Weighted]
    test: Sequence[Weighted]


class Rules(Routes):
    """A rule on each listener, with the same conditions and priority.

    A target group without a rule gets no health checks, so green has its own from the start where there is a test
    listener. After that the actions belong to the deployment controller.

    Raises ``ValueError`` when CodeDeploy would get a rule with two target groups. It wants the one of the primary task set
    behind the rule: https://docs.aws.amazon.com/codedeploy/latest/userguide/troubleshooting-ecs.html
    """

    def __init__(self, scope: Construct, id_: str, props: RulesProps) -> None:
        super().__init__(scope, id_)
        self._props = props
        balancer = props.load_balancer
        self.production = self._rule("production", balancer.production_listener, props.production)
        if balancer.test_listener is not None:
            self.test = self._rule("test", balancer.test_listener, props.test)

    def _rule(self, id_: str, listener: LbListener, groups: Sequence[Weighted]) -> Route:
        props = self._props
        if props.settings.release.engine == "codedeploy" and len(groups) != 1:
            raise ValueError(
                f"the {id_} rule of {props.service} leads to {len(groups)} target groups; CodeDeploy moves rules that lead "
                'to one: give it one, or use engine "ecs"'
            )
        rule = LbListenerRule(
            self,
            id_,
            listener_arn=listener.arn,
            priority=props.settings.priority,
            action=[_forward(groups)],
            condition=self._conditions(),
            lifecycle=TerraformResourceLifecycle(ignore_changes=list(OWNED_OF_RULE)),
            tags={"Name": props.service},
        )
        return Route(listener.arn, rule.arn, rule)

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


def _forward(groups: Sequence[Weighted]) -> LbListenerRuleAction:
    if len(groups) == 1:
        return LbListenerRuleAction(type="forward", target_group_arn=groups[0].group.arn)
    weighted = [LbListenerRuleActionForwardTargetGroup(arn=each.group.arn, weight=each.weight) for each in groups]
    return LbListenerRuleAction(type="forward", forward=LbListenerRuleActionForward(target_group=weighted))
