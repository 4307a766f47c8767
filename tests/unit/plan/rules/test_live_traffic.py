from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tealform.plan.aws_queries import Aws
from tealform.plan.live_routes import Routes
from tealform.plan.rules import live_traffic
from tests.unit.plan import recorded, stub_aws
from tests.unit.plan.plans import change, forward, group, plan, prior, resource
from tests.unit.plan.stub_aws import StubAws

_GREEN = "aws_lb_target_group.green"
_RULE, _TEST = "aws_lb_listener_rule.production", "aws_lb_listener_rule.test"
_TRAFFIC = "it has production traffic, which nobody answers any more: "


def _blocked(planned: dict[str, Any], aws: StubAws | None = None) -> list[tuple[str, str]]:
    return [(each.address, each.reason) for each in live_traffic.find_blockers(planned, Routes(Aws(aws or StubAws())))]


def _green(*state: dict[str, Any], now: Sequence[dict[str, Any]] | None = None, **green: Any) -> list[str]:
    """Return the reasons against the end of green if the plan has ``state`` and AWS has ``now``."""
    planned = plan(change("delete", address=_GREEN, before={"arn": "green"}, **green), prior_state=prior(*state))
    there = stub_aws.balancing(planned if now is None else plan(prior_state=prior(*now)))
    return [reason for _, reason in _blocked(planned, StubAws(**there))]


def _deployment_group(production: str, test: str) -> dict[str, Any]:
    pair = {"prod_traffic_route": [{"listener_arns": [production]}], "test_traffic_route": [{"listener_arns": [test]}]}
    info = [{"target_group_pair_info": [pair]}]
    return resource("aws_codedeploy_deployment_group.web", load_balancer_info=info)


def _service(**advanced: str) -> dict[str, Any]:
    return resource("aws_ecs_service.web", load_balancer=[{"advanced_configuration": [advanced]}])


def _production(blue: int, green: int) -> dict[str, Any]:
    return resource(_RULE, arn="r", action=forward(group("blue", blue), group("green", green)))


@pytest.mark.parametrize(("blue", "green", "share"), [(0, 100, "100"), (90, 10, "10"), (2, 1, "33.3")])
def test_target_group_with_a_share_of_production(blue: int, green: int, share: str) -> None:
    reasons = [f"{_TRAFFIC}{share} % of {_RULE}"]
    assert _green(_production(blue, green)) == reasons
    assert _green(_production(blue, green), deposed="1a2b") == reasons, "a listener may not have been moved yet"


def test_former_color_may_end() -> None:
    """Both engines leave it in the rule, with no weight."""
    assert _green(_production(100, 0)) == []


def test_release_that_ended_since_the_plan_was_made() -> None:
    """Terraform's state does not notice it, so the plan is not stale."""
    assert len(_green(_production(100, 0), now=[_production(0, 100)])) == 1
    assert _green(_production(0, 100), now=[_production(100, 0)]) == []


def test_route_that_terraform_does_not_know() -> None:
    theirs = resource("aws_lb_listener_rule.theirs", arn="arn:theirs", action=forward(group("green", 1)))
    assert _green(now=[theirs]) == [f"{_TRAFFIC}100 % of arn:theirs"]


@pytest.mark.parametrize("known", [_deployment_group("80", "8443"), _service(test_listener_rule="t")])
def test_test_traffic_alone_may_end(known: dict[str, Any]) -> None:
    rule = resource(_TEST, arn="t", listener_arn="8443", action=forward(group("green", 100)))
    assert _green(rule, known) == []
    assert _green(rule) != [], "nothing says that it is a test"


def test_test_route_that_is_also_a_production_route_is_production() -> None:
    rule = resource(_RULE, arn="r", listener_arn="80", action=forward(group("green", 100)))
    assert _green(rule, _deployment_group("80", "443"), _deployment_group("8443", "80"))


def test_network_load_balancer_forwards_by_default() -> None:
    listener = resource("aws_alb_listener.tcp", arn="80", default_action=[{"target_group_arn": "green"}])
    assert _green(listener) == [f"{_TRAFFIC}100 % of aws_alb_listener.tcp"]
    assert _green(listener, _service(test_listener_rule="80")) == []


def _error(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "busy"}}, "DescribeTargetGroups")


_UNSEEN = "it cannot be seen whether it has production traffic: "


@pytest.mark.parametrize(
    ("before", "answer", "reasons"),
    [
        pytest.param(
            {"arn": "green"},
            _error("Unavailable"),
            [
                f"{_UNSEEN}An error occurred (Unavailable) when calling the DescribeTargetGroups operation: busy. Mend "
                "that, or look yourself: aws elbv2 describe-target-groups --target-group-arns green"
            ],
            id="AWS is down",
        ),
        pytest.param({}, {}, [f"{_UNSEEN}the plan does not say which one it is"], id="no ARN"),
        pytest.param({"arn": "green"}, _error("TargetGroupNotFound"), [], id="deleted"),
        pytest.param({"arn": "green"}, {"TargetGroups": [{"LoadBalancerArns": []}]}, [], id="no load balancer"),
    ],
)
def test_what_aws_answers_about_a_target_group(before: Any, answer: Any, reasons: list[str]) -> None:
    planned = plan(change("delete", "create", address=_GREEN, before=before))
    assert _blocked(planned, StubAws(describe_target_groups=answer)) == [(_GREEN, each) for each in reasons]


@pytest.mark.parametrize("action", ["create", "update", "forget"])
def test_target_group_that_stays(action: str) -> None:
    aws = StubAws()
    assert (_blocked(plan(change(action, address=_GREEN, before={"arn": "green"})), aws), aws.calls) == ([], [])


def test_recorded_target_group_that_ecs_releases_to() -> None:
    """Provider 5.100.0 does not know ``advanced_configuration`` yet."""
    planned = recorded.plan("ecs_target_group")
    state = planned["prior_state"]["values"]["root_module"]["resources"]
    rules = {each["name"]: each["values"]["arn"] for each in state if each["type"] == "aws_lb_listener_rule"}
    (service,) = (each for each in state if each["type"] == "aws_ecs_service")
    service["values"]["load_balancer"][0]["advanced_configuration"] = [
        {f"{each}_listener_rule": rules[f"service-web_rules_{each}"] for each in ("production", "test")}
    ]
    blocked = _blocked(planned, StubAws(**stub_aws.balancing(planned)))
    assert [address for address, _ in blocked] == ["aws_lb_target_group.service-web_target-groups_blue"]


@pytest.mark.parametrize("name", ["load_balancer", "destroy"])
def test_recorded_listener_rule_of_production_and_not_of_tests(name: str) -> None:
    addresses = [address for address, _ in _blocked(recorded.plan(name)) if address.startswith("aws_lb_listener_rule.")]
    assert addresses == ["aws_lb_listener_rule.service-web_rules_production"]


@pytest.mark.parametrize(
    ("kind", "before", "deposed", "is_blocked"),
    [
        ("aws_lb_listener_rule", {"action": [{"type": "redirect"}]}, "", False),
        ("aws_lb_listener_rule", {"action": forward(group("blue", 1))}, "", True),
        ("aws_lb_listener_rule", {}, "", True),
        ("aws_alb_listener_rule", {"action": forward(group("blue", 1))}, "", True),
        # Another rule has taken its place.
        ("aws_lb_listener_rule", {"action": forward(group("blue", 1))}, "1a2b", False),
    ],
)
def test_listener_rule(kind: str, before: dict[str, Any], deposed: str, is_blocked: bool) -> None:
    planned = plan(change("delete", address=f"{kind}.theirs", before=before, deposed=deposed))
    assert [address for address, _ in _blocked(planned)] == [f"{kind}.theirs"] * is_blocked


def test_listener_that_moves() -> None:
    def reasons(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
        planned = plan(change("update", address="aws_lb_listener.web", before=before, after=after))
        return [reason for _, reason in _blocked(planned)]

    http, https = {"port": 80, "protocol": "HTTP"}, {"port": 443, "protocol": "HTTPS"}
    assert reasons(http, https) == [
        "it serves HTTPS on port 443 from then on, and nobody who comes with HTTP on port 80"
    ]
    assert reasons(https | {"certificate_arn": "old"}, https | {"certificate_arn": "new"}) == []


@pytest.mark.parametrize(
    ("address", "actions", "number"),
    [
        ("aws_security_group.web", ("delete", "create"), 1),
        ("aws_security_group.web", ("create", "delete"), 0),
        ("aws_security_group.web", ("delete",), 0),
        ("aws_security_group.web", ("update",), 0),
        ("aws_vpc_security_group_ingress_rule.web", ("delete", "create"), 0),
    ],
)
def test_security_group_that_ends_before_there_is_a_new_one(
    address: str, actions: tuple[str, ...], number: int
) -> None:
    assert len(_blocked(plan(change(*actions, address=address)))) == number
