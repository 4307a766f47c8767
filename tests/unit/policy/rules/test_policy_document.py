"""Policies are documents of Terraform's, and not text."""

from __future__ import annotations

import pytest

from tealform.policy.rules.policy_document import CHECK
from tests.unit.policy.rules import shipped
from tests.unit.policy.rules.changes import put

TEXT = '{"Statement": []}'
ROLE, DOCUMENT = "aws_iam_role.delivery-api_build_role", "data.aws_iam_policy_document.key_permissions"


@pytest.mark.parametrize("name", ["dev", "staging", "prod"])
def test_shipped_policies_are_documents(name: str) -> None:
    assert shipped.failed(CHECK, name) == {}


@pytest.mark.parametrize("text", [TEXT, "${jsonencode({})}", "${aws_iam_policy.other.policy}"])
@pytest.mark.parametrize(
    ("address", "argument"),
    [
        ("aws_iam_role_policy.delivery-api_build_role_policy", "policy"),
        ("aws_iam_policy.more", "policy"),
        ("aws_kms_key.key", "policy"),
        ("aws_kms_key_policy.key_policy", "policy"),
        ("aws_s3_bucket_policy.access-logs_bucket_policy", "policy"),
        ("aws_sns_topic_policy.notifications_policy", "policy"),
        ("aws_vpc_endpoint.network_endpoints_s3", "policy"),
        (ROLE, "assume_role_policy"),
    ],
)
def test_a_policy_that_is_text_is_found(address: str, argument: str, text: str) -> None:
    found = shipped.failed(CHECK, "prod", put(address, argument, to=text))
    assert found == {address: f"{argument} is no aws_iam_policy_document"}


@pytest.mark.parametrize("argument", ["inline_policy", "managed_policy_arns"])
def test_policies_within_a_role_are_found(argument: str) -> None:
    found = shipped.failed(CHECK, "prod", put(ROLE, argument, to=["x"]))
    assert found == {ROLE: f"has {argument}, where resources of their own are meant"}


@pytest.mark.parametrize("argument", ["source_policy_documents", "override_policy_documents"])
def test_statements_from_elsewhere_are_found(argument: str) -> None:
    found = shipped.failed(CHECK, "prod", put(DOCUMENT, argument, to=[TEXT]))
    assert found == {DOCUMENT: f"takes over statements by {argument}"}
