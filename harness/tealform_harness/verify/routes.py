"""Where a load balancer leads what comes in on a port."""

from __future__ import annotations

from typing import Any

from tealform.settings.loader import LoadedEnvironment
from tealform_harness.aws_emulator.server import EmulatedAws


def balancer(aws: EmulatedAws, settings: LoadedEnvironment) -> dict[str, Any]:
    """The environment's load balancer, as DescribeLoadBalancers tells it."""
    balancing = aws.client("elbv2", settings.context.region)
    (found,) = balancing.describe_load_balancers(Names=[settings.context.name()])["LoadBalancers"]
    return dict(found)


def listeners(aws: EmulatedAws, settings: LoadedEnvironment) -> dict[int, dict[str, Any]]:
    """Its listeners by port, as DescribeListeners tells them."""
    balancing = aws.client("elbv2", settings.context.region)
    arn = balancer(aws, settings)["LoadBalancerArn"]
    return {each["Port"]: each for each in balancing.describe_listeners(LoadBalancerArn=arn)["Listeners"]}


def rules(aws: EmulatedAws, settings: LoadedEnvironment, name: str, port: int) -> list[dict[str, Any]]:
    """A service's rules on a port, as DescribeRules tells them."""
    balancing = aws.client("elbv2", settings.context.region)
    arn = listeners(aws, settings)[port]["ListenerArn"]
    priority = str(settings.environment.service[name].priority)
    return [each for each in balancing.describe_rules(ListenerArn=arn)["Rules"] if each["Priority"] == priority]


def weights(aws: EmulatedAws, settings: LoadedEnvironment, name: str, port: int) -> list[dict[str, int]]:
    """The target groups, by ARN, and their weights, of each route of a service on a port: one, if all is well.

    On a network load balancer, which has no rules, the route is the listener itself.
    """
    if settings.environment.load_balancer.type == "network":
        routes = [listeners(aws, settings)[port]["DefaultActions"]]
    else:
        routes = [rule["Actions"] for rule in rules(aws, settings, name, port)]
    return [
        {group["TargetGroupArn"]: group.get("Weight", 1) for group in actions[0]["ForwardConfig"]["TargetGroups"]}
        for actions in routes
    ]
