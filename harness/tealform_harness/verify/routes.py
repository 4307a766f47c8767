"""What an environment's load balancer does with traffic, as its API answers."""

from __future__ import annotations

from typing import Any

from tealform.settings.loader import LoadedEnvironment
from tealform_harness.aws_emulator.server import EmulatedAws


def describe_load_balancer(aws: EmulatedAws, settings: LoadedEnvironment) -> dict[str, Any]:
    """Return the answer of DescribeLoadBalancers for the environment's load balancer."""
    balancing = aws.client("elbv2", settings.context.region)
    (found,) = balancing.describe_load_balancers(Names=[settings.context.name()])["LoadBalancers"]
    return dict(found)


def describe_listeners(aws: EmulatedAws, settings: LoadedEnvironment) -> dict[int, dict[str, Any]]:
    """Return the answer of DescribeListeners, by port."""
    balancing = aws.client("elbv2", settings.context.region)
    arn = describe_load_balancer(aws, settings)["LoadBalancerArn"]
    return {each["Port"]: each for each in balancing.describe_listeners(LoadBalancerArn=arn)["Listeners"]}


def describe_rules(aws: EmulatedAws, settings: LoadedEnvironment, name: str, port: int) -> list[dict[str, Any]]:
    """Return the answer of DescribeRules for a service on a port."""
    balancing = aws.client("elbv2", settings.context.region)
    arn = describe_listeners(aws, settings)[port]["ListenerArn"]
    priority = str(settings.environment.service[name].priority)
    return [each for each in balancing.describe_rules(ListenerArn=arn)["Rules"] if each["Priority"] == priority]


def read_weights(aws: EmulatedAws, settings: LoadedEnvironment, name: str, port: int) -> list[dict[str, int]]:
    """Return the target groups, by ARN, and their weights, of each route of a service on a port: one, if all is well.

    On a network load balancer, which has no rules, the route is the listener itself.
    """
    if settings.environment.load_balancer.type == "network":
        routes = [describe_listeners(aws, settings)[port]["DefaultActions"]]
    else:
        routes = [rule["Actions"] for rule in describe_rules(aws, settings, name, port)]
    return [
        {group["TargetGroupArn"]: group.get("Weight", 1) for group in actions[0]["ForwardConfig"]["TargetGroups"]}
        for actions in routes
    ]
