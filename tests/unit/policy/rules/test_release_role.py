"""ECS may move the traffic of a service that it releases."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tealform.policy.environment import Environment
from tealform.policy.rules.release_role import CHECK
from tests.unit.policy.rules.parts import SERVICE, by_ecs, put, together
from tests.unit.policy.rules.shipped import Json, document, failed, judged

ROLE = "aws_iam_role.infrastructure"
POLICY = "arn:aws:iam::aws:policy/AmazonECSInfrastructureRolePolicyForLoadBalancers"
TRUST = {
    "statement": [
        {"actions": ["sts:AssumeRole"], "principals": [{"type": "Service", "identifiers": ["ecs.amazonaws.com"]}]}
    ]
}


def with_role(document: Json) -> None:
    by_ecs(document)
    document["data"]["aws_iam_policy_document"]["infrastructure"] = TRUST
    trust = "${data.aws_iam_policy_document.infrastructure.json}"
    document["resource"]["aws_iam_role"]["infrastructure"] = {"name": "infrastructure", "assume_role_policy": trust}
    put(SERVICE, "load_balancer.0.advanced_configuration.role_arn", f"${{{ROLE}.arn}}")(document)


def attached(arn: str) -> Callable[[Json], None]:
    def change(document: Json) -> None:
        attachments = document["resource"].setdefault("aws_iam_role_policy_attachment", {})
        attachments["infrastructure"] = {"role": f"${{{ROLE}.name}}", "policy_arn": arn}

    return together(with_role, change)


def allowing(*actions: str) -> Callable[[Json], None]:
    def change(document: Json) -> None:
        statement = {"actions": list(actions), "resources": ["*"]}
        document["data"]["aws_iam_policy_document"]["moving"] = {"statement": [statement]}
        document["resource"]["aws_iam_role_policy"]["moving"] = {
            "name": "moving",
            "role": f"${{{ROLE}.id}}",
            "policy": "${data.aws_iam_policy_document.moving.json}",
        }

    return together(with_role, change)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param(
            with_role,
            "aws_iam_role.infrastructure may not elasticloadbalancing:DeregisterTargets, elasticloadbalancing:RegisterTargets",
            id="nothing",
        ),
        pytest.param(
            attached("arn:aws:iam::aws:policy/ReadOnlyAccess"),
            f"{ROLE} may not elasticloadbalancing:DeregisterTargets, elasticloadbalancing:RegisterTargets",
            id="another policy",
        ),
        pytest.param(
            allowing("elasticloadbalancing:RegisterTargets"),
            f"{ROLE} may not elasticloadbalancing:DeregisterTargets",
            id="half of it",
        ),
    ],
)
def test_it_tells_what_is_wrong(change: Callable[[Json], None], message: str) -> None:
    assert failed(CHECK, "prod", change) == {SERVICE: message}


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(attached(POLICY), id="the policy of AWS"),
        pytest.param(attached(POLICY.replace("aws:", "aws-cn:", 1)), id="that of China"),
        pytest.param(allowing("elasticloadbalancing:*"), id="a policy of one's own"),
        pytest.param(allowing("ElasticLoadBalancing:*Targets"), id="in any case"),
    ],
)
def test_there_are_ways_to_allow_it(change: Callable[[Json], None]) -> None:
    assert judged(CHECK, "prod", change) == {SERVICE: ""}


@pytest.mark.parametrize("change", [by_ecs, lambda _: None])
def test_a_role_of_somebody_elses_is_not_looked_into(change: Callable[[Json], None]) -> None:
    changed = document("prod")
    change(changed)
    environment = Environment("prod", changed)
    assert not any(CHECK.applies(each, environment) for each in environment.resources(*CHECK.types))
