from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tealform.plan.aws_queries import Aws
from tealform.plan.live_routes import Routes
from tealform.plan.rules import target_groups
from tests.unit.plan import asked, recorded
from tests.unit.plan.made import change, plan
from tests.unit.plan.rules.state import forward, group, prior, resource

_GREEN = "aws_lb_target_group.green"
_RULE, _TEST = "aws_lb_listener_rule.production", "aws_lb_listener_rule.test"


def _told(*state: dict[str, Any], now: Sequence[dict[str, Any]] | None = None, **green: Any) -> list[str]:
    """What is said of the end of green where the plan knows ``state``, and all is as in ``now``."""
    planned = plan(change("delete", address=_GREEN, before={"arn": "green"}, **green), prior_state=prior(*state))
    there = asked.balancing(planned if now is None else plan(prior_state=prior(*now)))
    return [each.reason for each in target_groups.objections(planned, Routes(Aws(asked.Aws(**there))))]


def _deployment_group(production: str, test: str) -> dict[str, Any]:
    pair = {"prod_traffic_route": [{"listener_arns": [production]}], "test_traffic_route": [{"listener_arns": [test]}]}
    info = [{"target_group_pair_info": [pair]}]
    return resource("aws_codedeploy_deployment_group.web", load_balancer_info=info)


def _service(**advanced: str) -> dict[str, Any]:
    return resource("aws_ecs_service.web", load_balancer=[{"advanced_configuration": [advanced]}])


def _production(blue: int, green: int) -> dict[str, Any]:
    return resource(_RULE, arn="r", action=forward(group("blue", blue), group("green", green)))


@pytest.mark.parametrize(("blue", "green", "share"), [(0, 100, "100"), (90, 10, "10"), (2, 1, "33.3")])
def test_with_a_share_of_production(blue: int, green: int, share: str) -> None:
    told = [f"it has production traffic, which nobody answers any more: {share} % of {_RULE}"]
    assert _told(_production(blue, green)) == told
    assert _told(_production(blue, green), deposed="1a2b") == told, "a listener may not have been moved yet"


def test_the_colour_that_a_release_has_left_may_go() -> None:
    """Both engines leave it in the rule, with no weight."""
    assert _told(_production(100, 0)) == []


def test_a_release_that_has_ended_since_the_plan_was_made() -> None:
    """Terraform's state does not notice it, so that the plan is not stale."""
    assert len(_told(_production(100, 0), now=[_production(0, 100)])) == 1
    assert _told(_production(0, 100), now=[_production(100, 0)]) == []


def test_what_terraform_does_not_know_counts() -> None:
    theirs = resource("aws_lb_listener_rule.theirs", arn="arn:theirs", action=forward(group("green", 1)))
    (told,) = _told(now=[theirs])
    assert told.endswith(": 100 % of arn:theirs")


@pytest.mark.parametrize("known", [_deployment_group("80", "8443"), _service(test_listener_rule="t")])
def test_test_traffic_alone_may_go(known: dict[str, Any]) -> None:
    rule = resource(_TEST, arn="t", listener_arn="8443", action=forward(group("green", 100)))
    assert _told(rule, known) == []
    assert _told(rule) != [], "nobody says that it is a test"


def test_a_route_for_tests_of_one_and_production_of_another_is_production() -> None:
    rule = resource(_RULE, arn="r", listener_arn="80", action=forward(group("green", 100)))
    assert _told(rule, _deployment_group("80", "443"), _deployment_group("8443", "80"))


def test_network_load_balancers_forward_by_default() -> None:
    listener = resource("aws_alb_listener.tcp", arn="80", default_action=[{"target_group_arn": "green"}])
    assert _told(listener) == [
        "it has production traffic, which nobody answers any more: 100 % of aws_alb_listener.tcp"
    ]
    assert _told(listener, _service(test_listener_rule="80")) == []


def _end(aws: asked.Aws, before: Any) -> list[str]:
    planned = plan(change("delete", "create", address=_GREEN, before=before))
    return [each.reason for each in target_groups.objections(planned, Routes(Aws(aws)))]


def test_what_cannot_be_seen_counts_as_traffic() -> None:
    down = ClientError({"Error": {"Code": "Unavailable", "Message": "busy"}}, "DescribeTargetGroups")
    assert _end(asked.Aws(describe_target_groups=down), {"arn": "green"}) == [
        "it cannot be seen whether it has production traffic: An error occurred (Unavailable) when calling the "
        "DescribeTargetGroups operation: busy. Mend that, or look yourself: aws elbv2 describe-target-groups "
        "--target-group-arns green"
    ]
    assert len(_end(asked.Aws(), {})) == 1


def test_what_no_load_balancer_leads_to() -> None:
    gone = ClientError({"Error": {"Code": "TargetGroupNotFound"}}, "DescribeTargetGroups")
    assert _end(asked.Aws(describe_target_groups={"TargetGroups": [{"LoadBalancerArns": []}]}), {"arn": "green"}) == []
    assert _end(asked.Aws(describe_target_groups=gone), {"arn": "green"}) == []


@pytest.mark.parametrize("actions", [("create",), ("update",), ("forget",)])
def test_what_stays(actions: tuple[str, ...]) -> None:
    aws = asked.Aws()
    planned = plan(change(*actions, address=_GREEN, before={"arn": "green"}))
    assert (list(target_groups.objections(planned, Routes(Aws(aws)))), aws.calls) == ([], [])


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
    there = asked.Aws(**asked.balancing(planned))
    assert [each.address for each in target_groups.objections(planned, Routes(Aws(there)))] == [
        "aws_lb_target_group.service-web_target-groups_blue"
    ]
