import json
from pathlib import Path
from typing import Any

import pytest

from harness.emulated_aws import references
from harness.emulated_aws.references import Network
from tests.harness.emulated_aws.clients import ACCOUNT, REGION
from tests.harness.emulated_aws.test_existing import (
    CERTIFICATE,
    FUNCTION,
    PARAMETER,
    POLICY,
    SECRET,
    SERVER_CERTIFICATE,
)

ENVIRONMENTS = Path(__file__).parents[3] / "environments"
VPC_ID = "vpc-0123456789abcdef0"
PUBLIC = ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"]
PRIVATE = ["subnet-0123456789abcdef2", "subnet-0123456789abcdef3"]


def generated(environment: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((ENVIRONMENTS / environment / "cdk.tf.json").read_text(encoding="utf-8"))
    return document


def document(*texts: str, repository: str = "shop-web", own: str = "shop-web", **resources: Any) -> dict[str, Any]:
    """An environment that names ``texts``, releases from ``repository``, and creates the repository ``own``."""
    source = {"action": [{"configuration": {"RepositoryName": repository}}]}
    return {
        "provider": {"aws": [{"region": REGION, "allowed_account_ids": [ACCOUNT]}]},
        "resource": {
            "aws_codepipeline": {"pipeline": {"stage": [source]}},
            "aws_codecommit_repository": {"repository": {"repository_name": own}},
            "aws_thing": {"thing": {"texts": list(texts)}},
            **resources,
        },
    }


def in_network(vpc_id: str, public: list[str], private: list[str]) -> dict[str, Any]:
    """An environment with a load balancer in ``public`` and a service in ``private``."""
    return document(
        aws_security_group={"tasks": {"vpc_id": vpc_id}},
        aws_lb={"load-balancer": {"subnets": public}},
        aws_ecs_service={"web": {"network_configuration": {"subnets": private}}},
    )


def test_an_environment_that_creates_all_it_needs_refers_to_nothing() -> None:
    found = references.of(generated("dev"))

    assert (found.arns, found.networks) == ([], [])


def test_a_repository_that_another_environment_owns_is_a_reference() -> None:
    assert f"arn:aws:codecommit:{REGION}:{ACCOUNT}:shop-web" in references.of(generated("staging")).arns


@pytest.mark.parametrize("arn", [CERTIFICATE, SERVER_CERTIFICATE, POLICY, PARAMETER, FUNCTION, f"{FUNCTION}:live"])
def test_what_an_arn_names_is_a_reference(arn: str) -> None:
    assert references.of(document(arn)).arns == [arn]


def test_a_secret_is_referred_to_by_its_keys() -> None:
    assert references.of(document(f'[{{"valueFrom":"{SECRET}:url::"}}]')).arns == [SECRET]


@pytest.mark.parametrize(
    "text",
    [
        f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:shop/*",
        f"arn:aws:acm:{REGION}:{ACCOUNT}:certificate/*",
        f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/shop*",
        f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/shop/*",
        f"arn:aws:iam::{ACCOUNT}:policy/shop/*",
        f"arn:aws:iam::{ACCOUNT}:role/shop",
        f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:*",
    ],
)
def test_what_a_policy_allows_is_no_reference(text: str) -> None:
    assert references.of(document(text)).arns == []


def test_policies_that_aws_manages_are_there_without_a_reference() -> None:
    assert references.of(document("arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess")).arns == []


def test_a_network_that_is_named_by_ids_is_a_reference() -> None:
    (network,) = references.of(in_network(VPC_ID, PUBLIC, PRIVATE)).networks

    assert network == Network(ACCOUNT, REGION, VPC_ID, [PUBLIC, PRIVATE])


def test_a_function_that_the_environment_creates_is_no_reference() -> None:
    own = {"look": {"function_name": "look"}}
    assert references.of(document(FUNCTION, aws_lambda_function=own)).arns == []
    assert references.of(document(f"{FUNCTION}-twice", aws_lambda_function=own)).arns == [f"{FUNCTION}-twice"]


def test_alarms_of_others_are_references() -> None:
    names = ["queue-age", "${aws_cloudwatch_metric_alarm.own.alarm_name}"]
    group = {"group": {"alarm_configuration": {"alarms": names, "enabled": True}}}
    service = {"web": {"alarms": {"alarm_names": ["stock", *names], "enable": True}}}
    found = references.of(document(aws_codedeploy_deployment_group=group, aws_ecs_service=service))
    here = f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:"
    assert found.arns == [f"{here}queue-age", f"{here}stock"]
