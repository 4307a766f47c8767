import json
from typing import Any

import pytest

from tealform_harness.aws_emulator.external_references import Network, find_references
from tests.inventory import ROOT
from tests.support import environment, template
from tests.unit.aws_emulator.clients import ACCOUNT, REGION
from tests.unit.aws_emulator.test_preexisting_resources import (
    CERTIFICATE,
    CONNECTIONS,
    FUNCTION,
    IMAGES,
    PARAMETER,
    POLICY,
    PRIVATE,
    PUBLIC,
    SECRET,
    SERVER_CERTIFICATE,
    TOPIC,
    VPC_ID,
)

Json = dict[str, Any]

ENVIRONMENTS = ROOT / "environments"


def generated(environment: str) -> Json:
    document: dict[str, Any] = json.loads((ENVIRONMENTS / environment / "cdk.tf.json").read_text(encoding="utf-8"))
    return document


def document(*texts: str, repository: str = "shop-web", own: str = "shop-web", **resources: Any) -> Json:
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


def in_network(vpc_id: str, public: list[str], private: list[str]) -> Json:
    """An environment with a load balancer in ``public`` and a service in ``private``."""
    return document(
        aws_security_group={"tasks": {"vpc_id": vpc_id}},
        aws_lb={"load-balancer": {"subnets": public}},
        aws_ecs_service={"web": {"network_configuration": {"subnets": private}}},
    )


def test_an_environment_that_creates_all_it_needs_refers_to_nothing() -> None:
    found = find_references(generated("dev"))

    assert (found.arns, found.networks) == ([], [])


def test_a_repository_that_another_environment_owns_is_a_reference() -> None:
    source = 'source "codecommit" {\n repository = "shared"\n create = false\n}'
    found = find_references(template(environment(service=source)).document).arns
    assert f"arn:aws:codecommit:eu-west-1:{ACCOUNT}:shared" in found


def test_what_another_environment_hands_over_is_a_reference() -> None:
    found = find_references(generated("prod")).arns
    assert f"arn:aws:s3:::shop-staging-web-releases-{ACCOUNT}" in found
    assert f"arn:aws:ecr:{REGION}:{ACCOUNT}:repository/shop-staging-web" in found
    # Which staging itself creates.
    staging = find_references(generated("staging")).arns
    assert not any(arn.startswith(("arn:aws:s3", "arn:aws:ecr")) for arn in staging)


LOOK: Json = {"aws_lambda_function": {"look": {"function_name": "look"}}}


@pytest.mark.parametrize(
    ("text", "resources", "expected"),
    [
        *(
            (arn, {}, [arn])
            for arn in (
                CERTIFICATE,
                SERVER_CERTIFICATE,
                POLICY,
                PARAMETER,
                FUNCTION,
                f"{FUNCTION}:live",
                *CONNECTIONS,
                TOPIC,
                f"arn:aws:ecr:{REGION}:210987654321:repository/shop-build-web",
            )
        ),
        (f'[{{"valueFrom":"{SECRET}:url::"}}]', {}, [SECRET]),
        # What a policy allows.
        (f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:shop/*", {}, []),
        (f"arn:aws:acm:{REGION}:{ACCOUNT}:certificate/*", {}, []),
        (f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/shop*", {}, []),
        (f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/shop/*", {}, []),
        (f"arn:aws:iam::{ACCOUNT}:policy/shop/*", {}, []),
        (f"arn:aws:iam::{ACCOUNT}:role/shop", {}, []),
        (f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:*", {}, []),
        # Managed by AWS.
        ("arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess", {}, []),
        # The environment's own.
        (FUNCTION, LOOK, []),
        (f"{FUNCTION}-twice", LOOK, [f"{FUNCTION}-twice"]),
        (TOPIC, {"aws_sns_topic": {"topic": {"name": "approvals"}}}, []),
        (IMAGES, {"aws_ecr_repository": {"images": {"name": "shop/web"}}}, []),
    ],
)
def test_the_arns_of_what_others_own_are_references(text: str, resources: Json, expected: list[str]) -> None:
    assert find_references(document(text, **resources)).arns == expected


def test_a_network_that_is_named_by_ids_is_a_reference() -> None:
    (network,) = find_references(in_network(VPC_ID, PUBLIC, PRIVATE)).networks

    assert network == Network(ACCOUNT, REGION, VPC_ID, [PUBLIC, PRIVATE])


def test_alarms_of_others_are_references() -> None:
    names = ["queue-age", "${aws_cloudwatch_metric_alarm.own.alarm_name}"]
    group = {"group": {"alarm_configuration": {"alarms": names, "enabled": True}}}
    service = {"web": {"alarms": {"alarm_names": ["stock", *names], "enable": True}}}
    found = find_references(document(aws_codedeploy_deployment_group=group, aws_ecs_service=service))
    here = f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:"
    assert found.arns == [f"{here}queue-age", f"{here}stock"]


@pytest.mark.parametrize(("own", "expected"), [("shop-source", []), ("shop-other", ["arn:aws:s3:::shop-source"])])
def test_the_bucket_of_a_source_is_a_reference_unless_it_is_the_environment_s_own(
    own: str, expected: list[str]
) -> None:
    source = {"action": [{"configuration": {"S3Bucket": "shop-source"}}]}
    found = find_references(
        document(aws_codepipeline={"web": {"stage": [source]}}, aws_s3_bucket={"source": {"bucket": own}})
    )
    assert found.arns == expected
    assert (found.account, found.region) == (ACCOUNT, REGION)
