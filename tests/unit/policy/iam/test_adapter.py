"""The checks on policies as the gate has them: every owner judged by every rule, and what they find told in one place."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tealform.policy.check import Evaluation
from tealform.policy.environment import Environment
from tealform.policy.iam.catalog import RULES
from tealform.policy.iam.lint import evaluate_policies
from tests.unit.policy.rules import shipped

Json = dict[str, Any]

BUILD = "aws_iam_role.delivery-api_build_role"
BUILD_POLICY = "delivery-api_build_role_policy"


def text(**statement: Any) -> str:
    """A policy of one statement, as JSON text."""
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Sid": "Own", "Effect": "Allow", **statement}]})


def evaluated(document: Json) -> Evaluation:
    return evaluate_policies(Environment("prod", document))


def found(document: Json) -> dict[tuple[str, str], str]:
    """What each rule says of each owner, once a policy was written as text; its document goes with it."""
    evaluation = evaluated(document)
    assert evaluation.mistakes == []
    return {(finding.check, finding.address): finding.message for finding in evaluation.findings}


def replaced(kind: str, name: str, policy: str) -> Json:
    """The shipped environment with another policy in a resource."""
    document = shipped.document("prod")
    holder = document["resource"][kind][name]
    del document["data"]["aws_iam_policy_document"][holder["policy"].split(".")[2]]
    holder["policy"] = policy
    return document


@pytest.mark.parametrize("name", ["dev", "staging", "prod"])
def test_each_owner_is_judged_once_by_each_rule(name: str) -> None:
    evaluation = evaluate_policies(Environment(name, shipped.document(name)))
    assert (evaluation.findings, evaluation.mistakes) == ([], [])
    assert len(evaluation.judged) == len(set(evaluation.judged))
    judged = {owner: {rule for rule, each in evaluation.judged if each == owner} for _, owner in evaluation.judged}
    assert {"aws_kms_key.key", "aws_s3_bucket.access-logs_bucket"} <= judged.keys()
    assert all(rules == {rule.id for rule in RULES} for rules in judged.values())


def test_a_public_key_is_found_where_its_policy_is_text() -> None:
    policy = text(Principal="*", Action="kms:Decrypt", Resource="${aws_kms_key.key.arn}")
    assert found(replaced("aws_kms_key_policy", "key_policy", policy)) == {
        ("IAM_TRUST", "aws_kms_key.key"): "Own: lets * in"
    }


def test_a_key_s_own_argument_is_read_as_well() -> None:
    document = shipped.document("prod")
    document["resource"]["aws_kms_key"]["key"]["policy"] = text(Principal={"AWS": "*"}, Action="kms:Decrypt")
    assert ("IAM_TRUST", "aws_kms_key.key") in found(document)


def test_passing_any_role_is_found_where_the_policy_is_text() -> None:
    document = replaced("aws_iam_role_policy", BUILD_POLICY, text(Action="iam:PassRole", Resource="*"))
    assert found(document) == {
        ("IAM_PASS_ROLE", BUILD): "Own: passes whatever role is called *; Own: passes roles to any service",
        ("IAM_STAR", BUILD): "Own: iam:PassRole knows resources, and none is named",
    }


def test_an_administrator_s_policy_is_found_where_it_is_text() -> None:
    document = replaced("aws_iam_role_policy", BUILD_POLICY, text(Action="*", Resource="*"))
    assert {rule for rule, _ in found(document)} == {"IAM_PASS_ROLE", "IAM_STAR", "IAM_WILDCARD"}


def test_a_finding_says_where_and_not_everything() -> None:
    document = replaced("aws_iam_role_policy", BUILD_POLICY, text(Action="s3:*", Resource="*"))
    finding = next(each for each in evaluated(document).findings if each.check == "IAM_STAR")
    assert (finding.address, finding.path) == (BUILD, "delivery-api/build/role/role")
    *told, more = finding.message.split("; ")
    assert len(told) == 3
    assert more.startswith("and ")


def test_what_cannot_be_read_is_a_mistake_and_the_rest_is_judged() -> None:
    document = replaced("aws_iam_role_policy", BUILD_POLICY, "${jsonencode({})}")
    evaluation = evaluated(document)
    assert evaluation.mistakes == [
        f"environments/prod: aws_iam_role_policy.{BUILD_POLICY}: its policy cannot be read: is neither an "
        "aws_iam_policy_document nor JSON, but ${jsonencode({})}"
    ]
    assert ("IAM_TRUST", "aws_kms_key.key") in evaluation.judged


def test_policies_without_a_provider_are_a_mistake() -> None:
    document = shipped.document("prod")
    del document["provider"]
    assert any("provider.aws names no" in mistake for mistake in evaluated(document).mistakes)


@pytest.mark.parametrize("document", [{}, {"resource": {"aws_vpc": {"main": {}}}}, {"resource": []}])
def test_an_environment_without_policies_has_nothing_to_judge(document: Json) -> None:
    assert evaluated(document) == Evaluation()


def test_each_rule_says_what_to_do_in_sentences() -> None:
    assert [rule.id for rule in RULES] == sorted(rule.id for rule in RULES)
    for rule in RULES:
        assert len(rule.why.split()) > 5, rule.id
        assert rule.link.startswith("https://docs.aws.amazon.com/"), rule.id
