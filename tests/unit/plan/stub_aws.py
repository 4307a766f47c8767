"""An AWS that answers what each test sets."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any

from tealform.plan import prior_state

ACCOUNT = "123456789012"
_BALANCER = f"arn:aws:elasticloadbalancing:eu-west-1:{ACCOUNT}:loadbalancer/app/shop/1"


class StubAws:
    """Makes clients that answer calls with what they are given, and records the calls.

    An answer is AWS's response, an exception, or a function of the parameters. Without one the response is empty.
    """

    class meta:  # noqa: N801 - as clients have it
        region_name = "eu-west-1"

    def __init__(self, **answers: Any) -> None:
        self.calls: list[str] = []
        self._answers = {"get_caller_identity": {"Account": ACCOUNT}, **answers}

    def __call__(self, service: str) -> StubAws:
        return self

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def call(**asked: Any) -> Any:
            self.calls.append(" ".join([name, *(str(each) for each in asked.values() if isinstance(each, str))]))
            answer = self._answers.get(name, {})
            if isinstance(answer, Exception):
                raise answer
            return answer(**asked) if callable(answer) else answer

        return call

    def get_paginator(self, operation: str) -> _Pages:
        return _Pages(getattr(self, operation))


class _Pages:
    def __init__(self, ask: Callable[..., Any]) -> None:
        self._ask = ask

    def paginate(self, **asked: Any) -> _Pages:
        self._asked = asked
        return self

    def build_full_result(self) -> Any:
        return self._ask(**self._asked)


def balancing(plan: Mapping[str, Any]) -> dict[str, Any]:
    """Return the answers of Elastic Load Balancing to the state of a plan, behind one load balancer."""
    rules: dict[str, list[Any]] = defaultdict(list)
    for each in prior_state.resources(plan, "aws_lb_listener_rule"):
        told = {"RuleArn": each.values["arn"], "IsDefault": False, "Actions": _actions(each.values, "action")}
        rules[each.values.get("listener_arn", "80")].append(told)
    actions = {
        each.values["arn"]: _actions(each.values, "default_action")
        for each in prior_state.resources(plan, "aws_lb_listener")
    }
    listeners = [{"ListenerArn": arn, "DefaultActions": actions.get(arn, [])} for arn in {*rules, *actions}]
    return {
        "describe_target_groups": {"TargetGroups": [{"LoadBalancerArns": [_BALANCER]}]},
        "describe_listeners": {"Listeners": listeners},
        "describe_rules": lambda ListenerArn: {"Rules": rules[ListenerArn]},  # noqa: N803 - as AWS has it
    }


def _actions(values: Mapping[str, Any], key: str) -> list[dict[str, Any]]:
    return [
        {"TargetGroupArn": each.get("target_group_arn"), "ForwardConfig": {"TargetGroups": list(_groups(each))}}
        for each in prior_state.blocks(values, key)
    ]


def _groups(action: Mapping[str, Any]) -> Any:
    for group in prior_state.blocks(action, "forward", "target_group"):
        yield {"TargetGroupArn": group["arn"], "Weight": group["weight"]}
