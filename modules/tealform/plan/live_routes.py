"""The listeners and rules that send traffic to a target group, according to AWS."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tealform.plan import prior_state
from tealform.plan.aws_queries import Aws, query


@dataclass(frozen=True)
class Route:
    """A listener or listener rule that forwards, with the weight of each target group by ARN.

    ``listener`` is the ARN of the listener, which is ``arn`` itself for a listener's default action.
    """

    arn: str
    listener: str
    weights: Mapping[str, int]


class Routes:
    """Asks Elastic Load Balancing, each load balancer once.

    The plan cannot answer: releases move the weights without Terraform, also after the plan was made, and with
    ``-refresh=false`` the plan has those of the last apply.
    """

    def __init__(self, aws: Aws) -> None:
        self._aws = aws
        self._routes: dict[str, list[Route]] = {}

    def to(self, group: str) -> list[Route]:
        """Return the routes to the target group with an ARN, even with weight 0. Raises ``UnseenError``."""
        look = f"aws elbv2 describe-target-groups --target-group-arns {group}"
        client = self._aws.client("elbv2", {"arn": group}, look)
        groups = query(look, client.describe_target_groups, TargetGroupArns=[group]).get("TargetGroups", ())
        balancers = [arn for each in groups for arn in each["LoadBalancerArns"]]
        for balancer in balancers:
            if balancer not in self._routes:
                self._routes[balancer] = list(_query_routes(balancer, client))
        return [route for balancer in balancers for route in self._routes[balancer] if group in route.weights]


def test_routes(plan: Mapping[str, Any]) -> set[str]:
    """Return the ARNs of listeners and rules that carry test traffic alone; all others count as production."""
    production = {*_codedeploy_listeners(plan, "prod_traffic_route"), *_ecs_rules(plan, "production_listener_rule")}
    return {*_codedeploy_listeners(plan, "test_traffic_route"), *_ecs_rules(plan, "test_listener_rule")} - production


def addresses(plan: Mapping[str, Any]) -> dict[str, str]:
    """Return the address of each listener and rule by its ARN."""
    kinds = ("aws_lb_listener", "aws_lb_listener_rule")
    return {str(each.values.get("arn")): each.address for kind in kinds for each in prior_state.resources(plan, kind)}


def _query_routes(balancer: str, client: Any) -> Iterator[Route]:
    """https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeRules.html"""
    look = f"aws elbv2 describe-listeners --load-balancer-arn {balancer}"
    for listener in _all(client, look, "describe_listeners", LoadBalancerArn=balancer).get("Listeners", ()):
        arn = listener["ListenerArn"]
        yield Route(arn, arn, dict(_weights(listener["DefaultActions"])))
        if ":loadbalancer/app/" not in balancer:
            continue  # Other load balancers have no rules.
        look = f"aws elbv2 describe-rules --listener-arn {arn}"
        for rule in _all(client, look, "describe_rules", ListenerArn=arn).get("Rules", ()):
            if not rule["IsDefault"]:
                yield Route(rule["RuleArn"], arn, dict(_weights(rule["Actions"])))


def _all(client: Any, look: str, operation: str, **parameters: str) -> Any:
    return query(look, client.get_paginator(operation).paginate(**parameters).build_full_result)


def _weights(actions: Any) -> Iterator[tuple[str, int]]:
    """Yield the target groups by ARN. Elastic Load Balancing reports a single target group in both forms.

    https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_Action.html
    """
    for action in actions:
        if action.get("TargetGroupArn"):
            yield action["TargetGroupArn"], 1
        for group in action.get("ForwardConfig", {}).get("TargetGroups", ()):
            yield group["TargetGroupArn"], group.get("Weight", 1)


def _codedeploy_listeners(plan: Mapping[str, Any], key: str) -> Iterator[str]:
    """Yield the ARNs of listeners that a deployment group names as ``key``."""
    for group in prior_state.resources(plan, "aws_codedeploy_deployment_group"):
        for route in prior_state.blocks(group.values, "load_balancer_info", "target_group_pair_info", key):
            yield from route.get("listener_arns") or ()


def _ecs_rules(plan: Mapping[str, Any], key: str) -> Iterator[str]:
    """Yield the ARNs of rules, and of listeners of a network load balancer, that a service names as ``key``."""
    for service in prior_state.resources(plan, "aws_ecs_service"):
        for advanced in prior_state.blocks(service.values, "load_balancer", "advanced_configuration"):
            if advanced.get(key):
                yield advanced[key]
