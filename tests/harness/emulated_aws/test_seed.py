import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from moto import mock_aws

from harness.emulated_aws import existing
from harness.emulated_aws.seed import references
from harness.emulated_aws.services import install
from tests.harness.emulated_aws.clients import ACCOUNT, REGION, client

ENVIRONMENTS = Path(__file__).parents[3] / "environments"

CERTIFICATE = f"arn:aws:acm:{REGION}:{ACCOUNT}:certificate/0f4b2c1d-7e8a-4f6b-8c9d-1a2b3c4d5e6f"
WEB_ACL = f"arn:aws:wafv2:{REGION}:{ACCOUNT}:regional/webacl/shop/3f1c8a52-6d5b-4b0e-8f2e-9a7d6c5b4a31"
SECRET = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:shop/database-Ab12Cd"
PARAMETER = f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/shop/token"
REPOSITORY = f"arn:aws:codecommit:{REGION}:{ACCOUNT}:shop-web"


@pytest.fixture
def aws() -> Iterator[None]:
    install()
    with mock_aws():
        yield


def generated(environment: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((ENVIRONMENTS / environment / "cdk.tf.json").read_text(encoding="utf-8"))
    return document


def document(*texts: str, repository: str = "shop-web", own: str = "other") -> dict[str, Any]:
    source = {"action": [{"configuration": {"RepositoryName": repository}}]}
    return {
        "provider": {"aws": [{"region": REGION, "allowed_account_ids": [ACCOUNT]}]},
        "resource": {
            "aws_codepipeline": {"pipeline": {"stage": [source]}},
            "aws_codecommit_repository": {"repository": {"repository_name": own}},
            "aws_thing": {"thing": {"texts": list(texts)}},
        },
    }


def test_an_environment_that_creates_all_it_needs_refers_to_nothing() -> None:
    assert references(generated("dev")) == []


def test_a_repository_that_another_environment_owns_is_a_reference() -> None:
    assert f"arn:aws:codecommit:{REGION}:{ACCOUNT}:shop-web" in references(generated("staging"))


def test_a_secret_is_referred_to_by_its_keys() -> None:
    assert references(document(f'[{{"valueFrom":"{SECRET}:url::"}}]', own="shop-web")) == [SECRET]


@pytest.mark.parametrize(
    "text",
    [
        f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:shop/*",
        f"arn:aws:acm:{REGION}:{ACCOUNT}:certificate/*",
        f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/shop*",
        f"arn:aws:iam::{ACCOUNT}:role/shop",
    ],
)
def test_what_a_policy_allows_is_no_reference(text: str) -> None:
    assert references(document(text, own="shop-web")) == []


@pytest.mark.usefixtures("aws")
def test_things_are_created_under_the_arns_that_are_given() -> None:
    existing.create([CERTIFICATE, WEB_ACL, SECRET, PARAMETER, REPOSITORY])

    described = client("acm").describe_certificate(CertificateArn=CERTIFICATE)["Certificate"]
    acl = client("wafv2").get_web_acl(Name="shop", Scope="REGIONAL", Id=WEB_ACL.rpartition("/")[2])["WebACL"]
    assert described["Status"] == "ISSUED"
    assert acl["ARN"] == WEB_ACL
    assert client("secretsmanager").describe_secret(SecretId=SECRET)["Name"] == "shop/database"
    assert client("ssm").get_parameter(Name="/shop/token")["Parameter"]["ARN"] == PARAMETER
    assert client("codecommit").get_repository(repositoryName="shop-web")["repositoryMetadata"]["Arn"] == REPOSITORY


@pytest.mark.usefixtures("aws")
def test_what_is_there_stays_as_it_is() -> None:
    existing.create([REPOSITORY, SECRET])
    client("secretsmanager").put_secret_value(SecretId=SECRET, SecretString="mine")

    existing.create([REPOSITORY, SECRET])

    assert client("secretsmanager").get_secret_value(SecretId=SECRET)["SecretString"] == "mine"


@pytest.mark.usefixtures("aws")
def test_other_things_are_refused() -> None:
    with pytest.raises(ValueError, match="things of iam cannot be created beforehand"):
        existing.create([f"arn:aws:iam::{ACCOUNT}:role/shop"])
