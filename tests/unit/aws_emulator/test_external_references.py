import json
from typing import Any

import pytest

from tealform_harness.aws_emulator import external_references
from tealform_harness.aws_emulator.external_references import Network
from tests.inventory import ROOT
from tests.support import environment, template
from tests.unit.aws_emulator.clients import ACCOUNT, REGION
from tests.unit.aws_emulator.test_preexisting_resources import (
    CERTIFICATE,
    FUNCTION,
    PARAMETER,
    POLICY,
    SECRET,
    SERVER_CERTIFICATE,
)

ENVIRONMENTS = ROOT / "environments"
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
    found = external_references.find_references(generated("dev"))

    assert (found.arns, found.networks) == ([], [])


def test_a_repository_that_another_environment_owns_is_a_reference() -> None:
    source = 'source "codecommit" {\n repository = "shared"\n create = false\n}'
    found = external_references.find_references(template(environment(service=source)).document).arns
    assert f"arn:aws:codecommit:eu-west-1:{ACCOUNT}:shared" in found


def test_what_another_environment_hands_over_is_a_reference() -> None:
    found = external_references.find_references(generated("prod")).arns
    assert f"arn:aws:s3:::shop-staging-web-releases-{ACCOUNT}" in found
    assert f"arn:aws:ecr:{REGION}:{ACCOUNT}:repository/shop-staging-web" in found
    # Which staging itself creates.
    assert not any(
        arn.startswith(("arn:aws:s3", "arn:aws:ecr"))
        for arn in external_references.find_references(generated("staging")).arns
    )


@pytest.mark.parametrize("arn", [CERTIFICATE, SERVER_CERTIFICATE, POLICY, PARAMETER, FUNCTION, f"{FUNCTION}:live"])
def test_what_an_arn_names_is_a_reference(arn: str) -> None:
    assert external_references.find_references(document(arn)).arns == [arn]


def test_a_secret_is_referred_to_by_its_keys() -> None:
    assert external_references.find_references(document(f'[{{"valueFrom":"{SECRET}:url::"}}]')).arns == [SECRET]


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
    assert external_references.find_references(document(text)).arns == []


def test_policies_that_aws_manages_are_there_without_a_reference() -> None:
    assert external_references.find_references(document("arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess")).arns == []


def test_a_network_that_is_named_by_ids_is_a_reference() -> None:
    (network,) = external_references.find_references(in_network(VPC_ID, PUBLIC, PRIVATE)).networks

    assert network == Network(ACCOUNT, REGION, VPC_ID, [PUBLIC, PRIVATE])


def test_a_function_that_the_environment_creates_is_no_reference() -> None:
    own = {"look": {"function_name": "look"}}
    assert external_references.find_references(document(FUNCTION, aws_lambda_function=own)).arns == []
    assert external_references.find_references(document(f"{FUNCTION}-twice", aws_lambda_function=own)).arns == [
        f"{FUNCTION}-twice"
    ]


def test_alarms_of_others_are_references() -> None:
    names = ["queue-age", "${aws_cloudwatch_metric_alarm.own.alarm_name}"]
    group = {"group": {"alarm_configuration": {"alarms": names, "enabled": True}}}
    service = {"web": {"alarms": {"alarm_names": ["stock", *names], "enable": True}}}
    found = external_references.find_references(
        document(aws_codedeploy_deployment_group=group, aws_ecs_service=service)
    )
    here = f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:"
    assert found.arns == [f"{here}queue-age", f"{here}stock"]


@pytest.mark.parametrize(
    "arn",
    [
        f"arn:aws:codeconnections:{REGION}:{ACCOUNT}:connection/0f4b2c1d-7e8a-4f6b-8c9d-1a2b3c4d5e6f",
        f"arn:aws:sns:{REGION}:{ACCOUNT}:approvals",
        f"arn:aws:ecr:{REGION}:210987654321:repository/shop-build-web",
    ],
)
def test_connections_topics_and_images_of_others_are_references(arn: str) -> None:
    assert arn in external_references.find_references(document(arn)).arns


def test_topics_and_images_of_its_own_are_none() -> None:
    topic, images = f"arn:aws:sns:{REGION}:{ACCOUNT}:shop", f"arn:aws:ecr:{REGION}:{ACCOUNT}:repository/shop-web"
    own: dict[str, Any] = {"aws_sns_topic": {"t": {"name": "shop"}}, "aws_ecr_repository": {"r": {"name": "shop-web"}}}
    assert external_references.find_references(document(topic, images, **own)).arns == []


@pytest.mark.parametrize(("own", "expected"), [("shop-source", []), ("shop-other", ["arn:aws:s3:::shop-source"])])
def test_the_bucket_of_a_source_is_a_reference_unless_it_is_the_environment_s_own(
    own: str, expected: list[str]
) -> None:
    source = {"action": [{"configuration": {"S3Bucket": "shop-source"}}]}
    found = external_references.find_references(
        document(aws_codepipeline={"web": {"stage": [source]}}, aws_s3_bucket={"source": {"bucket": own}})
    )
    assert found.arns == expected
    assert (found.account, found.region) == (ACCOUNT, REGION)
