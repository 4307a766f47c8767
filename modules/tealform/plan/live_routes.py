"""Which listeners and rules send how much of their traffic to a target group, as AWS says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tealform.plan import prior_state
from tealform.plan.aws_queries import Aws, answer


@dataclass(frozen=True)
class Route:
    """A listener or listener rule that forwards: to which target groups, with which weight, by ARN.

    ``listener`` is the ARN of the listener, which is the route's own if it forwards by default.
    """

    arn: str
    listener: str
    weights: Mapping[str, int]


class Routes:
    """Asks Elastic Load Balancing, each load balancer once.

    What the plan knows of weights is no answer: releases move them without a word to Terraform, also after the plan was
    made, and with ``-refresh=false`` the plan knows those of the last apply.
    """

    def __init__(self, aws: Aws) -> None:
        self._aws = aws
        self._asked: dict[str, list[Route]] = {}

    def to(self, group: str) -> list[Route]:
        """Those that forward to the target group of an ARN, be it with weight 0. Raises ``UnseenError``."""
        look = f"aws elbv2 describe-target-groups --target-group-arns {group}"
        client = self._aws.client("elbv2", {"arn": group}, look)
        told = answer(look, lambda: client.describe_target_groups(TargetGroupArns=[group]))
        balancers = [arn for each in told.get("TargetGroups", ()) for arn in each["LoadBalancerArns"]]
        return [route for arn in balancers for route in self._of(arn, client) if group in route.weights]

    def _of(self, balancer: str, client: Any) -> list[Route]:
        if balancer not in self._asked:
            self._asked[balancer] = list(_routes(balancer, client))
        return self._asked[balancer]


def tests(plan: Mapping[str, Any]) -> set[str]:
    """The ARNs of listeners and rules that carry test traffic and nothing else; what nobody calls so is for production."""
    production = {*_of_codedeploy(plan, "prod_traffic_route"), *_of_ecs(plan, "production_listener_rule")}
    return {*_of_codedeploy(plan, "test_traffic_route"), *_of_ecs(plan, "test_listener_rule")} - production


def addresses(plan: Mapping[str, Any]) -> dict[str, str]:
    """The address of each listener and rule by its ARN."""
    kinds = ("aws_lb_listener", "aws_lb_listener_rule")
    return {str(each.values.get("arn")): each.address for kind in kinds for each in prior_state.resources(plan, kind)}


def _routes(balancer: str, client: Any) -> Iterator[Route]:
    """https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeRules.html"""
    look = f"aws elbv2 describe-listeners --load-balancer-arn {balancer}"
    for listener in _all(client, look, "describe_listeners", LoadBalancerArn=balancer).get("Listeners", ()):
        arn = listener["ListenerArn"]
        yield Route(arn, arn, dict(_weights(listener["DefaultActions"])))
        if ":loadbalancer/app/" not in balancer:
            continue  # The others have no rules.
        look = f"aws elbv2 describe-rules --listener-arn {arn}"
        for rule in _all(client, look, "describe_rules", ListenerArn=arn).get("Rules", ()):
            if not rule["IsDefault"]:
                yield Route(rule["RuleArn"], arn, dict(_weights(rule["Actions"])))


def _all(client: Any, look: str, operation: str, **asked: str) -> Any:
    return answer(look, lambda: client.get_paginator(operation).paginate(**asked).build_full_result())


def _weights(actions: Any) -> Iterator[tuple[str, int]]:
    """By ARN. Elastic Load Balancing tells a single target group in both forms.

    https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_Action.html
    """
    for action in actions:
        if action.get("TargetGroupArn"):
            yield action["TargetGroupArn"], 1
        for group in action.get("ForwardConfig", {}).get("TargetGroups", ()):
            yield group["TargetGroupArn"], group.get("Weight", 1)


def _of_codedeploy(plan: Mapping[str, Any], key: str) -> Iterator[str]:
    """The ARNs of listeners that a deployment group knows as ``key``."""
    for group in prior_state.resources(plan, "aws_codedeploy_deployment_group"):
        for route in prior_state.blocks(group.values, "load_balancer_info", "target_group_pair_info", key):
            yield from route.get("listener_arns") or ()


def _of_ecs(plan: Mapping[str, Any], key: str) -> Iterator[str]:
    """The ARNs of rules, and of listeners of a network load balancer, that a service knows as ``key``."""
    for service in prior_state.resources(plan, "aws_ecs_service"):
        for advanced in prior_state.blocks(service.values, "load_balancer", "advanced_configuration"):
            if advanced.get(key):
                yield advanced[key]
