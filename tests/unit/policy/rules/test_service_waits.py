"""A service comes after what it needs, and goes before it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tealform.policy.rules.service_waits import CHECK
from tests.unit.policy.rules.parts import GROUP, SERVICE, body, drop
from tests.unit.policy.rules.shipped import Json, failed, judged


def without(address: str) -> Callable[[Json], None]:
    def change(document: Json) -> None:
        body(document, SERVICE)["depends_on"].remove(address)

    return change


@pytest.mark.parametrize("name", ["dev", "staging", "prod"])
def test_the_shipped_environments_are_as_it_wants_them(name: str) -> None:
    assert not any(judged(CHECK, name).values())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param(
            without("aws_lb_listener_rule.service-web_rules_production"),
            "depends_on lacks aws_lb_listener_rule.service-web_rules_production",
            id="production rule",
        ),
        pytest.param(
            without("aws_lb_listener_rule.service-web_rules_test"),
            "depends_on lacks aws_lb_listener_rule.service-web_rules_test",
            id="test rule",
        ),
        pytest.param(
            without("aws_iam_role_policy.service-web_roles_execution_policy"),
            "depends_on lacks aws_iam_role_policy.service-web_roles_execution_policy",
            id="execution policy",
        ),
        pytest.param(
            without("aws_cloudwatch_log_group.service-web_logs_group"),
            "depends_on lacks aws_cloudwatch_log_group.service-web_logs_group",
            id="log group",
        ),
        pytest.param(
            without("aws_ecs_cluster_capacity_providers.cluster_capacity-providers"),
            "depends_on lacks aws_ecs_cluster_capacity_providers.cluster_capacity-providers",
            id="capacity",
        ),
        pytest.param(
            without("aws_route.network_vpc_private-a-internet"),
            "depends_on lacks aws_route.network_vpc_private-a-internet",
            id="way out",
        ),
        pytest.param(
            without("aws_vpc_security_group_ingress_rule.service-web_from-load-balancer"),
            "depends_on lacks aws_vpc_security_group_ingress_rule.service-web_from-load-balancer",
            id="way in",
        ),
        pytest.param(
            without("aws_vpc_security_group_egress_rule.service-web_load-balancer-to-tasks"),
            "depends_on lacks aws_vpc_security_group_egress_rule.service-web_load-balancer-to-tasks",
            id="way from the balancer",
        ),
    ],
)
def test_it_tells_what_is_wrong(change: Callable[[Json], None], message: str) -> None:
    assert failed(CHECK, "prod", change) == {SERVICE: message}


def test_a_deployment_group_waits_for_the_policy_of_its_role() -> None:
    policy = "aws_iam_role_policy.delivery-web_deployment_role_policy"
    assert failed(CHECK, "prod", drop(GROUP, "depends_on")) == {GROUP: f"depends_on lacks {policy}"}


def test_all_that_is_missing_is_told_at_once() -> None:
    message = failed(CHECK, "prod", drop(SERVICE, "depends_on"))[SERVICE]
    assert message.startswith(
        "depends_on lacks aws_lb_listener_rule.service-web_rules_production, aws_lb_listener_rule."
    )
