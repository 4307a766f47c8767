"""Nothing leads to an account that has no part in this."""

from __future__ import annotations

import pytest

from harness.policy.engine import evaluate
from harness.policy.environment import Environment
from harness.policy.rules.terraform_strangers import CHECK
from tests.harness.policy.rules.shipped import Json, document

OWN, STRANGER = "123456789012", "999999999999"

WAYS = {
    "aws_cloudwatch_log_subscription_filter": ("destination_arn", "arn:aws:logs:ap-northeast-1:{}:destination:copy"),
    "aws_ram_principal_association": ("principal", "{}"),
    "aws_sns_topic_subscription": ("endpoint", "arn:aws:sqs:ap-northeast-1:{}:copy"),
    "aws_vpc_peering_connection": ("peer_owner_id", "{}"),
}


def messages(kind: str, body: Json) -> list[str]:
    changed = document("prod")
    changed["resource"].setdefault(kind, {})["copy"] = body
    return [each.message for each in evaluate(Environment("prod", changed), [CHECK]).findings]


@pytest.mark.parametrize("name", ["dev", "staging", "prod"])
def test_the_shipped_environments_lead_nowhere(name: str) -> None:
    assert not evaluate(Environment(name, document(name)), [CHECK]).findings


def test_it_looks_at_every_way() -> None:
    assert set(CHECK.types) == set(WAYS)


@pytest.mark.parametrize("kind", WAYS)
def test_a_way_to_a_stranger_is_told(kind: str) -> None:
    argument, value = WAYS[kind]
    message = f"its {argument} is of the account {STRANGER}, with which nothing here has to do"
    assert messages(kind, {argument: value.format(STRANGER)}) == [message]
    assert not messages(kind, {argument: value.format(OWN)})
    assert not messages(kind, {})


def test_digits_in_an_address_are_no_account() -> None:
    assert not messages("aws_sns_topic_subscription", {"endpoint": f"{STRANGER}@example.com"})


def test_what_is_referred_to_is_the_environment_s() -> None:
    lead = {"destination_arn": "${aws_lambda_function.service-web_smoke-test_function.arn}"}
    assert not messages("aws_cloudwatch_log_subscription_filter", lead)
