"""The path of a service's traffic: two target groups, and the rules or listeners that a release moves between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tealform.aws import (
    Construct,
    LbListener,
    LbListenerDefaultAction,
    LbListenerRule,
    LbListenerRuleAction,
    LbListenerRuleActionForward,
    LbListenerRuleActionForwardTargetGroup,
    LbListenerRuleCondition,
    LbListenerRuleConditionHostHeader,
    LbListenerRuleConditionPathPattern,
    LbTargetGroup,
    LbTargetGroupHealthCheck,
    TerraformResourceLifecycle,
)
from tealform.network.load_balancer import ApplicationLoadBalancer, LoadBalancer, NetworkLoadBalancer
from tealform.service.ignored_changes import OWNED_OF_LISTENER, OWNED_OF_RULE
from tealform.service.platform import ServicePartProps
from tealform.settings.service import Service as Settings


class TargetGroups(Construct):
    """Two target groups of type ip that differ in their names only."""

    blue: LbTargetGroup
    """The group that tasks register with first."""

    green: LbTargetGroup
    """The group of the first release."""

    colors: dict[str, LbTargetGroup]
    """Both groups, by color."""

    def __init__(self, scope: Construct, id_: str, props: ServicePartProps) -> None:
        super().__init__(scope, id_)
        self._props = props
        self.blue = self._target_group("blue")
        self.green = self._target_group("green")
        self.colors = {"blue": self.blue, "green": self.green}

    def _target_group(self, color: str) -> LbTargetGroup:
        platform, settings = self._props.platform, self._props.settings
        check = settings.health_check
        return LbTargetGroup(
            self,
            color,
            name=platform.context.name(self._props.name, color),
            target_type="ip",
            protocol=platform.load_balancer.target_protocol,
            # Unused, because ECS registers each task with its own port. Constant, because a change would replace
            # a group that has traffic.
            port=80,
            vpc_id=platform.network.vpc_id,
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


@dataclass(frozen=True)
class Route:
    """A listener, and the resource that a release rewrites: one of its rules, or the listener itself.

    ``arn`` is the ARN of that resource.
    """

    listener_arn: str
    arn: str
    resource: LbListener | LbListenerRule


@dataclass(frozen=True)
class WeightedTargetGroup:
    """A target group and its share of a route's traffic, 0 to 999."""

    group: LbTargetGroup
    weight: int


class TrafficRoutes(Construct):
    """The routes of a service's traffic."""

    production: Route
    """The route of production traffic."""

    test: Route | None = None
    """The route of test traffic, if there is a test listener."""

    @property
    def all(self) -> list[Route]:
        """Both routes, or the only one."""
        return [route for route in (self.production, self.test) if route is not None]


def route_traffic(
    scope: Construct, *, service: str, settings: Settings, load_balancer: LoadBalancer, target_groups: TargetGroups
) -> TrafficRoutes:
    """Create the routes of ``service`` (its full name): rules, or listeners where the load balancer has no rules."""
    blue, green = target_groups.blue, target_groups.green
    if isinstance(load_balancer, NetworkLoadBalancer):
        return ServiceListeners(
            scope, "listeners", ServiceListenersProps(load_balancer=load_balancer, production=blue, test=green)
        )
    assert isinstance(load_balancer, ApplicationLoadBalancer)
    # CodeDeploy accepts a rule with one group only. ECS expects both:
    # https://docs.aws.amazon.com/AmazonECS/latest/developerguide/alb-resources-for-blue-green.html
    idle = [WeightedTargetGroup(green, 0)] if settings.release.engine == "ecs" else []
    return ListenerRules(
        scope,
        "rules",
        ListenerRulesProps(
            service=service,
            settings=settings,
            load_balancer=load_balancer,
            production=[WeightedTargetGroup(blue, 100), *idle],
            test=[WeightedTargetGroup(green, 100)],
        ),
    )


@dataclass(frozen=True, kw_only=True)
class ListenerRulesProps:
    """Inputs of ``ListenerRules``."""

    service: str
    """The service's full name, with which the rules are tagged."""

    settings: Settings
    """The ``service`` block: hosts, paths and priority."""

    load_balancer: ApplicationLoadBalancer
    """The load balancer whose listeners get the rules."""

    production: Sequence[WeightedTargetGroup]
    """The first target groups of the production rule."""

    test: Sequence[WeightedTargetGroup]
    """The first target groups of the test rule."""


class ListenerRules(TrafficRoutes):
    """A rule on each listener of an application load balancer, with the same conditions and priority.

    A target group without a rule gets no health checks, so green has its own from the start where there is a test
    listener. After creation, the actions belong to the deployment controller.

    Raises ``ValueError`` if CodeDeploy would get a rule with two target groups. CodeDeploy expects the one of the
    primary task set: https://docs.aws.amazon.com/codedeploy/latest/userguide/troubleshooting-ecs.html
    """

    def __init__(self, scope: Construct, id_: str, props: ListenerRulesProps) -> None:
        super().__init__(scope, id_)
        self._props = props
        balancer = props.load_balancer
        self.production = self._rule("production", balancer.production_listener, props.production)
        if balancer.test_listener is not None:
            self.test = self._rule("test", balancer.test_listener, props.test)

    def _rule(self, id_: str, listener: LbListener, groups: Sequence[WeightedTargetGroup]) -> Route:
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


def _forward(groups: Sequence[WeightedTargetGroup]) -> LbListenerRuleAction:
    if len(groups) == 1:
        return LbListenerRuleAction(type="forward", target_group_arn=groups[0].group.arn)
    weighted = [LbListenerRuleActionForwardTargetGroup(arn=each.group.arn, weight=each.weight) for each in groups]
    return LbListenerRuleAction(type="forward", forward=LbListenerRuleActionForward(target_group=weighted))


@dataclass(frozen=True, kw_only=True)
class ServiceListenersProps:
    """Inputs of ``ServiceListeners``."""

    load_balancer: NetworkLoadBalancer
    """The load balancer that gets the listeners."""

    production: LbTargetGroup
    """The first target group of the production listener."""

    test: LbTargetGroup
    """The first target group of the test listener."""


class ServiceListeners(TrafficRoutes):
    """Listeners of a network load balancer: one for production traffic and, if set, one for test traffic.

    After creation, their actions belong to the deployment controller.
    """

    def __init__(self, scope: Construct, id_: str, props: ServiceListenersProps) -> None:
        super().__init__(scope, id_)
        self._balancer, settings = props.load_balancer, props.load_balancer.settings
        self.production = self._listener("production", settings.port, props.production)
        if settings.test_listener:
            self.test = self._listener("test", settings.test_port, props.test)

    def _listener(self, id_: str, port: int, group: LbTargetGroup) -> Route:
        forward = LbListenerDefaultAction(type="forward", target_group_arn=group.arn)
        lifecycle = TerraformResourceLifecycle(ignore_changes=list(OWNED_OF_LISTENER))
        listener = self._balancer.listener(self, id_, port, forward, lifecycle)
        # Read once: each read of the attribute gives another token, and the two must be equal.
        arn = listener.arn
        return Route(arn, arn, listener)
