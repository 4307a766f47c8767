from __future__ import annotations

from typing import Any

import pytest

from harness.plan.rules import target_groups
from tests.harness.plan import recorded
from tests.harness.plan.made import change, plan
from tests.harness.plan.rules.state import forward, group, prior, resource

_GREEN = "aws_lb_target_group.green"
_RULE, _TEST = "aws_lb_listener_rule.production", "aws_lb_listener_rule.test"


def _told(*state: dict[str, Any], arn: str | None = "green", **before: Any) -> list[str]:
    planned = plan(change("delete", "create", address=_GREEN, before={"arn": arn, **before}), prior_state=prior(*state))
    return [each.reason for each in target_groups.objections(planned)]


def _deployment_group(production: str, test: str) -> dict[str, Any]:
    pair = {"prod_traffic_route": [{"listener_arns": [production]}], "test_traffic_route": [{"listener_arns": [test]}]}
    info = [{"target_group_pair_info": [pair]}]
    return resource("aws_codedeploy_deployment_group.web", load_balancer_info=info)


def _service(**advanced: str) -> dict[str, Any]:
    return resource("aws_ecs_service.web", load_balancer=[{"advanced_configuration": [advanced]}])


@pytest.mark.parametrize(("blue", "green", "share"), [(0, 100, "100"), (90, 10, "10"), (2, 1, "33.3")])
def test_with_a_share_of_production(blue: int, green: int, share: str) -> None:
    rule = resource(_RULE, arn="r", action=forward(group("blue", blue), group("green", green)))
    assert _told(rule) == [f"it has production traffic, which nobody answers any more: {share} % of {_RULE}"]


def test_the_colour_that_a_release_has_left_may_go() -> None:
    """Both engines leave it in the rule, with no weight."""
    rule = resource(_RULE, arn="r", action=forward(group("blue", 100), group("green", 0)))
    assert _told(rule, load_balancer_arns=["alb"]) == []


def test_a_weight_that_is_not_told_is_one() -> None:
    assert _told(resource(_RULE, arn="r", action=forward({"arn": "green"})))


@pytest.mark.parametrize("known", [_deployment_group("80", "8443"), _service(test_listener_rule="t")])
def test_test_traffic_alone_may_go(known: dict[str, Any]) -> None:
    rule = resource(_TEST, arn="t", listener_arn="8443", action=forward(group("green", 100)))
    assert _told(rule, known) == []
    assert _told(rule) != [], "nobody says that it is a test"


def test_a_route_for_tests_of_one_and_production_of_another_is_production() -> None:
    rule = resource(_RULE, arn="r", listener_arn="80", action=forward(group("green", 100)))
    assert _told(rule, _deployment_group("80", "443"), _deployment_group("8443", "80"))


def test_network_load_balancers_forward_by_default() -> None:
    listener = resource(
        "aws_lb_listener.tcp", arn="80", default_action=[{"type": "forward", "target_group_arn": "green"}]
    )
    assert _told(listener) == ["it has production traffic, which nobody answers any more: 100 % of aws_lb_listener.tcp"]
    assert _told(listener, _service(test_listener_rule="80")) == []


def test_what_forwards_in_a_module_counts() -> None:
    rule = resource(_RULE, arn="r", action=forward(group("green", 1)))
    state = {"values": {"root_module": {"child_modules": [{"resources": [rule]}]}}}
    planned = plan(change("delete", address=_GREEN, before={"arn": "green"}), prior_state=state)
    assert len(list(target_groups.objections(planned))) == 1


def test_what_is_not_known_counts_as_traffic() -> None:
    unknown = ["it may have production traffic: the plan does not say what forwards to it"]
    elsewhere = resource(_RULE, arn="r", action=forward(group("blue", 1)))
    assert _told() == _told(elsewhere, load_balancer_arns=["alb"]) == _told(elsewhere, arn=None) == unknown
    assert _told(elsewhere, load_balancer_arns=[]) == [], "AWS says that no load balancer leads to it"


@pytest.mark.parametrize("actions", [("create",), ("update",), ("forget",)])
def test_what_stays(actions: tuple[str, ...]) -> None:
    assert not list(target_groups.objections(plan(change(*actions, address=_GREEN, before={"arn": "green"}))))


def test_recorded_for_the_engine_of_ecs() -> None:
    """Provider 5.100.0 does not know ``advanced_configuration`` yet."""
    planned = recorded.plan("ecs_target_group")
    state = planned["prior_state"]["values"]["root_module"]["resources"]
    rules = {each["name"]: each["values"]["arn"] for each in state if each["type"] == "aws_lb_listener_rule"}
    (service,) = (each for each in state if each["type"] == "aws_ecs_service")
    service["values"]["load_balancer"][0]["advanced_configuration"] = [
        {
            "production_listener_rule": rules["service-web_rules_production"],
            "test_listener_rule": rules["service-web_rules_test"],
        }
    ]
    assert [each.address for each in target_groups.objections(planned)] == [
        "aws_lb_target_group.service-web_target-groups_blue"
    ]
