"""CodeDeploy may do all that a release takes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tealform.policy.rules.policy_releases import CHECK
from tests.unit.policy.rules.parts import GROUP, PRODUCTION, PRODUCTION_RULE, drop, put, together
from tests.unit.policy.rules.shipped import Json, failed, judged

ROLE = "aws_iam_role.delivery-web_deployment_role"
MOVE = "elasticloadbalancing:ModifyRule"


def says(sid: str, key: str, value: Any) -> Callable[[Json], None]:
    """A change: sets what a statement of the deployment role says."""

    def change(document: Json) -> None:
        found = document["data"]["aws_iam_policy_document"]["delivery-web_deployment_role_permissions"]["statement"]
        [statement] = [each for each in found if each["sid"] == sid]
        statement[key] = value

    return change


def without(sid: str) -> Callable[[Json], None]:
    """A change: makes a statement of the deployment role one about nothing that a release takes."""
    return says(sid, "actions", ["sts:GetCallerIdentity"])


@pytest.mark.parametrize("name", ["dev", "staging", "prod"])
def test_the_shipped_environments_are_as_it_wants_them(name: str) -> None:
    assert not any(judged(CHECK, name).values())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param(without("LookAtAlarms"), f"{ROLE} may not cloudwatch:DescribeAlarms", id="alarms"),
        pytest.param(without("CreateTaskSets"), f"{ROLE} may not ecs:CreateTaskSet", id="green"),
        pytest.param(without("PassRoles"), f"{ROLE} may not iam:PassRole", id="roles"),
        pytest.param(
            without("LookAtTraffic"),
            f"{ROLE} may not elasticloadbalancing:DescribeListeners; "
            f"{ROLE} may not elasticloadbalancing:DescribeRules; "
            f"{ROLE} may not elasticloadbalancing:DescribeTargetGroups",
            id="traffic",
        ),
        pytest.param(
            says("MoveTraffic", "resources", ["${aws_lb_listener_rule.service-web_rules_test.arn}"]),
            f"{ROLE} may not {MOVE} of {PRODUCTION_RULE}",
            id="production's rule",
        ),
        pytest.param(
            says("MoveTraffic", "resources", [f"${{{PRODUCTION_RULE}.arn}}"]),
            f"{ROLE} may not {MOVE} of aws_lb_listener_rule.service-web_rules_test",
            id="the test's rule",
        ),
        pytest.param(
            without("MoveTraffic"),
            f"{ROLE} may not {MOVE} of {PRODUCTION_RULE}; "
            f"{ROLE} may not {MOVE} of aws_lb_listener_rule.service-web_rules_test",
            id="both",
        ),
    ],
)
def test_it_tells_what_is_missing(change: Callable[[Json], None], message: str) -> None:
    assert failed(CHECK, "prod", change) == {GROUP: message}


def test_a_listener_that_leads_to_the_service_itself_is_moved_too() -> None:
    leads = put(
        PRODUCTION, "default_action", {"target_group_arn": "${aws_lb_target_group.service-web_target-groups_blue.arn}"}
    )
    change = together(leads, says("MoveTraffic", "actions", [MOVE]))
    assert failed(CHECK, "prod", change) == {
        GROUP: f"{ROLE} may not elasticloadbalancing:ModifyListener of {PRODUCTION}"
    }


@pytest.mark.parametrize(
    "change",
    [
        says("MoveTraffic", "resources", ["*"]),
        says("MoveTraffic", "actions", ["ElasticLoadBalancing:Modify*"]),
        together(without("LookAtAlarms"), put(GROUP, "alarm_configuration.enabled", False)),
        together(without("LookAtAlarms"), drop(GROUP, "alarm_configuration")),
    ],
)
def test_what_is_enough_is_enough(change: Callable[[Json], None]) -> None:
    assert not failed(CHECK, "prod", change)


@pytest.mark.parametrize("role", ["arn:aws:iam::123456789012:role/deploy", None])
def test_a_role_from_elsewhere_is_not_judged(role: str | None) -> None:
    change = together(without("MoveTraffic"), put(GROUP, "service_role_arn", role))
    assert GROUP not in judged(CHECK, "prod", change)


def test_aws_s_own_policy_is_enough() -> None:
    def attached(document: Json) -> None:
        arn = "arn:aws:iam::aws:policy/AWSCodeDeployRoleForECS"
        document["resource"]["aws_iam_role_policy_attachment"] = {
            "aws": {"role": f"${{{ROLE}.name}}", "policy_arn": arn}
        }

    assert GROUP not in judged(CHECK, "prod", together(without("MoveTraffic"), attached))


def test_a_policy_of_the_environment_may_be_attached() -> None:
    """Of two rules the ARNs look the same here: what counts is which of them a document refers to."""

    def attached(document: Json) -> None:
        inline = document["resource"]["aws_iam_role_policy"].pop("delivery-web_deployment_role_policy")
        document["resource"]["aws_iam_policy"] = {"deploy": {"name": "deploy", "policy": inline["policy"]}}
        more = {"role": inline["role"], "policy_arn": "${aws_iam_policy.deploy.arn}"}
        document["resource"]["aws_iam_role_policy_attachment"] = {"deploy": more}

    other = says("MoveTraffic", "resources", ["${aws_lb_listener_rule.service-web_rules_test.arn}"])
    assert not failed(CHECK, "prod", attached)
    assert failed(CHECK, "prod", together(attached, other)) == {GROUP: f"{ROLE} may not {MOVE} of {PRODUCTION_RULE}"}
