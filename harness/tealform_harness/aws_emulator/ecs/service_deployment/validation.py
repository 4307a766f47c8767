"""What CreateService and UpdateService refuse of load balancers that ECS is to move traffic on.

What ECS only finds when it deploys is in ``traffic``.
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/troubleshooting-blue-green.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from moto.ecs.exceptions import InvalidParameterException
from moto.elbv2.exceptions import ELBClientError

from tealform_harness.aws_emulator.ecs.service_deployment import strategy
from tealform_harness.aws_emulator.elbv2 import LoadBalancingBackend, rule_weights

Configuration = Mapping[str, Any]

_RULE_OF_ALB = re.compile(r"arn:[\w-]+:elasticloadbalancing:[\w-]+:\d+:listener-rule/app/.+")
_LISTENER_OF_NLB = re.compile(r"arn:[\w-]+:elasticloadbalancing:[\w-]+:\d+:listener/net/.+")
_REQUIRED = ("alternateTargetGroupArn", "productionListenerRule", "roleArn")
_RULES = ("productionListenerRule", "testListenerRule")


def check_load_balancers(configuration: Configuration, load_balancers: Sequence[Configuration], elbv2: LoadBalancingBackend) -> None:
    """Raises InvalidParameterException for what is documented to be refused at once."""
    advanced = [balancer.get("advancedConfiguration") for balancer in load_balancers]
    if any(advanced) and not all(advanced):
        message = "Either all or none of the provided loadBalancers must have advancedConfiguration defined"
        raise InvalidParameterException(message)
    if strategy.get_strategy(configuration) != strategy.ROLLING and not all(advanced):
        raise InvalidParameterException(
            "advancedConfiguration field is required for all loadBalancers when using a non-ROLLING deployment strategy"
        )
    if any(advanced):
        _check_complete(advanced)
        _check_groups(load_balancers, elbv2)
        for balancer in load_balancers:
            _check_rules(balancer["targetGroupArn"], balancer["advancedConfiguration"], elbv2)


def _check_complete(advanced: Sequence[Any]) -> None:
    for given in advanced:
        for name in _REQUIRED:
            if not given.get(name):
                raise InvalidParameterException(f"{name} of advancedConfiguration must not be empty")


def _check_groups(load_balancers: Sequence[Configuration], elbv2: LoadBalancingBackend) -> None:
    seen: set[str] = set()
    for balancer in load_balancers:
        alternate = balancer["advancedConfiguration"]["alternateTargetGroupArn"]
        if alternate not in elbv2.target_groups:
            raise InvalidParameterException(f"Unable to find target group with targetGroupArn {alternate}.")
        for arn in (balancer["targetGroupArn"], alternate):
            if arn in seen:
                raise InvalidParameterException(f"Duplicate targetGroupArn found: {arn}")
            seen.add(arn)


def _check_rules(group: str, advanced: Configuration, elbv2: LoadBalancingBackend) -> None:
    for name in _RULES:
        arn = advanced.get(name)
        if arn and not _RULE_OF_ALB.fullmatch(arn) and not _LISTENER_OF_NLB.fullmatch(arn):
            message = f"{name} has an invalid ARN format. Must be RuleArn for ALB or ListenerArn for NLB. Got: {arn}"
            raise InvalidParameterException(message)
    production, test = advanced["productionListenerRule"], advanced.get("testListenerRule")
    if production == test:
        message = f"The following rules cannot be used as both production and test listener rules: {production}"
        raise InvalidParameterException(message)
    pair = {group, advanced["alternateTargetGroupArn"]}
    if not test and _RULE_OF_ALB.fullmatch(production) and not pair <= _forwarded_groups(production, elbv2):
        raise InvalidParameterException(
            "For Application LoadBalancer, testListenerRule is required when productionListenerRule is not associated "
            "with both targetGroup and alternateTargetGroup"
        )


def _forwarded_groups(rule: str, elbv2: LoadBalancingBackend) -> set[str]:
    try:
        return set(rule_weights(elbv2.rule(rule)))
    except ELBClientError:
        return set()
