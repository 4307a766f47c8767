"""The deployment configuration of a service, its load balancers, and what CreateService and UpdateService refuse of both.

What ECS finds only when it deploys is in ``blue_green``.
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentConfiguration.html
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/troubleshooting-blue-green.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from moto.ecs.exceptions import InvalidParameterException
from moto.elbv2.exceptions import ELBClientError

from tealform_harness.aws_emulator.elbv2 import LoadBalancingBackend, rule_weights

Json = dict[str, Any]

ROLLING = "ROLLING"
STRATEGIES = (ROLLING, "BLUE_GREEN", "LINEAR", "CANARY")

LONGEST_MINUTES = 1440

# PRE_PRODUCTION_TRAFFIC_SHIFT is missing on purpose: the pinned provider is older than that stage and refuses it.
HOOK_STAGES = (
    "RECONCILE_SERVICE",
    "PRE_SCALE_UP",
    "POST_SCALE_UP",
    "TEST_TRAFFIC_SHIFT",
    "POST_TEST_TRAFFIC_SHIFT",
    "PRODUCTION_TRAFFIC_SHIFT",
    "POST_PRODUCTION_TRAFFIC_SHIFT",
)

# The settings of one strategy each, with their defaults and the least percentage.
_OWN: Mapping[str, tuple[str, Json]] = {
    "CANARY": ("canaryConfiguration", {"canaryPercent": 5.0, "canaryBakeTimeInMinutes": 10}),
    "LINEAR": ("linearConfiguration", {"stepPercent": 10.0, "stepBakeTimeInMinutes": 6}),
}
_LEAST_PERCENT = {"canaryPercent": Decimal("0.1"), "stepPercent": Decimal("3.0")}


def get_strategy(configuration: Mapping[str, Any]) -> str:
    """The strategy of a deployment configuration."""
    return str(configuration.get("strategy") or ROLLING)


def merge_configuration(before: Mapping[str, Any], asked: Mapping[str, Any]) -> Json:
    """The configuration ``before`` with what is ``asked`` over it, and the defaults of its strategy.

    What belongs to another strategy than the one it has then is gone. Raises InvalidParameterException where it was
    asked for, and for values that are out of range.
    """
    merged: Json = {**before, **{name: value for name, value in asked.items() if value is not None}}
    strategy = get_strategy(merged)
    if strategy not in STRATEGIES:
        raise InvalidParameterException(f"Invalid strategy: {strategy}. Valid values are: {', '.join(STRATEGIES)}")
    for owner, (name, defaults) in _OWN.items():
        if owner == strategy:
            merged[name] = {**defaults, **(merged.get(name) or {})}
        elif asked.get(name):
            raise InvalidParameterException(f"{name} is only valid when the deployment strategy is {owner}")
        else:
            merged.pop(name, None)
    if strategy != ROLLING:
        _check_configuration(merged, strategy)
    return merged


def list_percentages(configuration: Mapping[str, Any]) -> Iterator[Decimal]:
    """How much of production's traffic green has after each shift; the last is 100."""
    match get_strategy(configuration):
        case "CANARY":
            steps = _decimal(configuration["canaryConfiguration"]["canaryPercent"])
            if steps < 100:
                yield steps
        case "LINEAR":
            step = reached = _decimal(configuration["linearConfiguration"]["stepPercent"])
            while reached < 100:
                yield reached
                reached += step
    yield Decimal(100)


def _check_configuration(configuration: Json, strategy: str) -> None:
    if configuration.get("bakeTimeInMinutes") is None and strategy == "BLUE_GREEN":
        raise InvalidParameterException("bakeTimeInMinutes is required when the deployment strategy is BLUE_GREEN")
    _check_minutes("bakeTimeInMinutes", configuration.get("bakeTimeInMinutes", 0))
    if strategy in _OWN:
        for name, value in configuration[_OWN[strategy][0]].items():
            if name in _LEAST_PERCENT:
                _check_percent(name, _decimal(value))
            else:
                _check_minutes(name, value)
    for hook in configuration.get("lifecycleHooks") or []:
        _check_hook(hook)


def _check_minutes(name: str, minutes: int) -> None:
    if not 0 <= minutes <= LONGEST_MINUTES:
        raise InvalidParameterException(f"{name} must be between 0 and {LONGEST_MINUTES}, but is {minutes}")


def _check_percent(name: str, percent: Decimal) -> None:
    least = _LEAST_PERCENT[name]
    if not least <= percent <= 100 or percent % Decimal("0.1"):
        raise InvalidParameterException(f"{name} must be a multiple of 0.1 from {least} to 100.0, but is {percent}")


def _check_hook(hook: Mapping[str, Any]) -> None:
    if hook.get("targetType", "AWS_LAMBDA") != "AWS_LAMBDA" or hook.get("timeoutConfiguration"):
        raise NotImplementedError("lifecycle hooks that pause or have a time-out of their own")
    for name in ("hookTargetArn", "roleArn", "lifecycleStages"):
        if not hook.get(name):
            raise InvalidParameterException(f"{name} of a lifecycle hook must not be empty")
    for stage in hook["lifecycleStages"]:
        if stage not in HOOK_STAGES:
            known = ", ".join(HOOK_STAGES)
            raise InvalidParameterException(f"Invalid lifecycleStages: {stage}. Valid values are: {known}")


def _decimal(number: float) -> Decimal:
    """The number as it is written: 0.1 in binary is no multiple of anything."""
    return Decimal(str(number))


Configuration = Mapping[str, Any]

_RULE_OF_ALB = re.compile(r"arn:[\w-]+:elasticloadbalancing:[\w-]+:\d+:listener-rule/app/.+")
_LISTENER_OF_NLB = re.compile(r"arn:[\w-]+:elasticloadbalancing:[\w-]+:\d+:listener/net/.+")
_REQUIRED = ("alternateTargetGroupArn", "productionListenerRule", "roleArn")
_RULES = ("productionListenerRule", "testListenerRule")


def check_load_balancers(
    configuration: Configuration, load_balancers: Sequence[Configuration], elbv2: LoadBalancingBackend
) -> None:
    """Raise InvalidParameterException for what is documented to be refused at once."""
    advanced = [balancer.get("advancedConfiguration") for balancer in load_balancers]
    if any(advanced) and not all(advanced):
        message = "Either all or none of the provided loadBalancers must have advancedConfiguration defined"
        raise InvalidParameterException(message)
    if get_strategy(configuration) != ROLLING and not all(advanced):
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
