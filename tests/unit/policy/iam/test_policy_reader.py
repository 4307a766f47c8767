"""Reading what generated Terraform allows, and telling when."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from tealform.errors import TealformError
from tealform.policy.iam import policy_reader
from tealform.policy.iam.policy_reader import PolicyCondition, PolicyStatement
from tools.iam_docs import when

ACCOUNT = "123456789012"
TRUST = {
    "sid": "Trust",
    "effect": "Allow",
    "actions": ["sts:AssumeRole"],
    "principals": [{"type": "Service", "identifiers": ["codebuild.amazonaws.com"]}],
    "condition": [{"test": "StringEquals", "variable": "aws:SourceAccount", "values": [ACCOUNT]}],
}
DOCUMENT: dict[str, Any] = {
    "provider": {"aws": [{"region": "eu-west-1", "allowed_account_ids": [ACCOUNT]}]},
    "resource": {
        "aws_iam_role": {
            "build": {"name": "shop-build", "assume_role_policy": "${data.aws_iam_policy_document.trust.json}"}
        },
        "aws_iam_role_policy": {
            "build": {"role": "${aws_iam_role.build.name}", "policy": "${data.aws_iam_policy_document.may.json}"}
        },
        "aws_iam_role_policy_attachment": {
            "sqs": {"role": "${aws_iam_role.build.name}", "policy_arn": "arn:aws:iam::aws:policy/Sqs"}
        },
        "aws_kms_key": {"key": {"description": "Everything"}},
        "aws_kms_key_policy": {
            "key": {"key_id": "${aws_kms_key.key.key_id}", "policy": "${data.aws_iam_policy_document.key.json}"}
        },
        "aws_lb": {"lb": {"name": "shop", "load_balancer_type": "network"}},
        "aws_lb_listener": {"main": {"load_balancer_arn": "${aws_lb.lb.arn}"}},
    },
    "data": {
        "aws_iam_policy_document": {
            "trust": {"statement": [TRUST]},
            "may": {
                "statement": [
                    {"sid": "Use", "actions": ["kms:Decrypt"], "resources": ["${aws_kms_key.key.arn}"]},
                    {
                        "sid": "Move",
                        "actions": ["elasticloadbalancing:ModifyListener"],
                        "resources": ["${aws_lb_listener.main.arn}"],
                    },
                    {
                        "sid": "Pass",
                        "actions": ["iam:PassRole"],
                        "resources": ["${aws_iam_role.build.arn}"],
                        "not_actions": ["a:b"],
                    },
                ]
            },
            "key": {"statement": [{"sid": "All", "actions": ["kms:*"], "resources": ["${aws_kms_key.key.arn}"]}]},
        }
    },
}


def document(**resources: Any) -> dict[str, Any]:
    """The document with more resources in it."""
    other = copy.deepcopy(DOCUMENT)
    for kind, body in resources.items():
        other["resource"].setdefault(kind, {})["more"] = body
    return other


def test_a_role_is_read_with_all_that_is_attached_to_it() -> None:
    (role,) = policy_reader.read(DOCUMENT).roles
    assert (role.address, role.name, role.managed) == (
        "aws_iam_role.build",
        "shop-build",
        ("arn:aws:iam::aws:policy/Sqs",),
    )
    (trust,) = role.trust.statements
    assert trust.principals == (("Service", "codebuild.amazonaws.com"),)
    assert trust.conditions == (PolicyCondition("StringEquals", "aws:SourceAccount", (ACCOUNT,)),)
    assert [statement.sid for policy in role.inline for statement in policy.statements] == ["Use", "Move", "Pass"]


def test_references_are_read_as_the_arns_that_they_become() -> None:
    ((policy,),) = (role.inline for role in policy_reader.read(DOCUMENT).roles)
    assert [statement.resources for statement in policy.statements] == [
        (f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/<id>",),
        (f"arn:aws:elasticloadbalancing:eu-west-1:{ACCOUNT}:listener/net/shop/<id>/<listener>",),
        (f"arn:aws:iam::{ACCOUNT}:role/shop-build",),
    ]
    assert policy.statements[2].negations == ("not_actions",)


def test_the_policy_of_a_resource_is_read_as_its() -> None:
    (policy,) = policy_reader.read(DOCUMENT).resources
    assert (policy.kind, policy.owner, policy.name) == ("resource", "aws_kms_key.key", "Everything")


def test_the_size_is_that_of_the_json_without_spaces() -> None:
    (role,) = policy_reader.read(DOCUMENT).roles
    text = (
        '{"Version":"2012-10-17","Statement":[{"Sid":"Trust","Effect":"Allow",'
        '"Principal":{"Service":["codebuild.amazonaws.com"]},"Action":["sts:AssumeRole"],'
        f'"Condition":{{"StringEquals":{{"aws:SourceAccount":["{ACCOUNT}"]}}}}}}]}}'
    )
    assert role.trust.size == len(text)


@pytest.mark.parametrize(
    ("kind", "body", "message"),
    [
        (
            "aws_lambda_permission",
            {},
            "^aws_lambda_permission.more: its type allows things in a way that cannot be judged; give the permission by "
            r"a role's policy \(aws_iam_role_policy\) or by the policy of the resource itself$",
        ),
        (
            "aws_s3_bucket_policy",
            {"bucket": "b", "policy": "${jsonencode({})}"},
            "neither an aws_iam_policy_document nor JSON",
        ),
        ("aws_s3_bucket_policy", {"bucket": "b", "policy": '{"Statement": []}'}, "has no Statement"),
        (
            "aws_s3_bucket_policy",
            {"bucket": "b", "policy": '{"Statement": {"Actions": "*"}}'},
            "holds Actions, which IAM",
        ),
        (
            "aws_s3_bucket_policy",
            {"bucket": "b", "policy": '{"Statement": {"Principal": 1}}'},
            "a Principal that is no object",
        ),
        (
            "aws_s3_bucket_policy",
            {"bucket": "b", "policy": "${data.aws_iam_policy_document.gone.json}"},
            "data.aws_iam_policy_document.gone is referred to, and not there",
        ),
        (
            "aws_s3_bucket_policy",
            {"bucket": "b"},
            "aws_s3_bucket_policy.more: its policy cannot be read: 'policy' is missing",
        ),
        (
            "aws_iam_role",
            {"name": "r", "assume_role_policy": {}},
            "aws_iam_role.more: .* a text is meant where {} stands",
        ),
        (
            "aws_iam_role_policy",
            {"role": "elsewhere", "policy": "{}"},
            "attached to nothing .*: aws_iam_role_policy.more",
        ),
        ("aws_iam_policy", {"policy": "{}"}, "attached to nothing .*: aws_iam_policy.more"),
        ("aws_sqs_queue", {"policy": '{"Statement": {}}'}, "attached to nothing .*: aws_sqs_queue.more"),
        (
            "aws_iam_role",
            {"name": "r", "assume_role_policy": "${data.aws_iam_policy_document.trust.json}", "inline_policy": [{}]},
            "resources of their own",
        ),
    ],
)
def test_what_would_be_overlooked_is_refused(kind: str, body: dict[str, Any], message: str) -> None:
    with pytest.raises(TealformError, match=message):
        policy_reader.read(document(**{kind: body}))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"source_policy_documents": ["{}"]}, "has source_policy_documents"),
        ({"dynamic": {"statement": {}}}, "has dynamic"),
        ({"statement": [{"sid": "Use", "actions": "kms:*"}]}, 'a list is meant where "kms:\\*" stands'),
        ({"statement": [{"sid": "Use", "dynamic": {}}]}, "a statement has dynamic"),
    ],
)
def test_a_document_that_says_more_than_is_read_is_refused(change: dict[str, Any], message: str) -> None:
    other = copy.deepcopy(DOCUMENT)
    other["data"]["aws_iam_policy_document"]["may"] |= change
    with pytest.raises(TealformError, match=f"aws_iam_role_policy.build: its policy cannot be read: .*{message}"):
        policy_reader.read(other)


def test_a_policy_as_text_is_read_as_a_document_is() -> None:
    text = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "Share",
                "Effect": "Allow",
                "Principal": {"AWS": "*", "Service": ["events.amazonaws.com"]},
                "Action": "kms:Decrypt",
                "Resource": "${aws_kms_key.key.arn}",
                "Condition": {"Bool": {"aws:SecureTransport": True}},
            },
            {"Effect": "Deny", "Principal": "*", "NotAction": ["kms:Encrypt"], "Resource": ["*"]},
        ],
    }
    other = document(aws_kms_key={"description": "Other", "policy": json.dumps(text)})
    policy = next(each for each in policy_reader.read(other).resources if each.owner == "aws_kms_key.more")
    assert policy.statements == (
        PolicyStatement(
            "Share",
            "Allow",
            ("kms:Decrypt",),
            (f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/<id>",),
            (("AWS", "*"), ("Service", "events.amazonaws.com")),
            (PolicyCondition("Bool", "aws:SecureTransport", ("true",)),),
        ),
        PolicyStatement("", "Deny", (), ("*",), (("*", "*"),), negations=("not_actions",)),
    )


def test_a_role_that_is_named_and_not_referred_to_is_the_same_role() -> None:
    other = copy.deepcopy(DOCUMENT)
    for kind in ("aws_iam_role_policy", "aws_iam_role_policy_attachment"):
        for body in other["resource"][kind].values():
            body["role"] = "shop-build"
    assert policy_reader.read(other) == policy_reader.read(DOCUMENT)


def test_what_can_be_read_is_read_beside_what_cannot() -> None:
    other = document(aws_iam_role={"name": "r"}, aws_lambda_permission={})
    permissions, problems = policy_reader.survey(other)
    assert [role.address for role in permissions.roles] == ["aws_iam_role.build"]
    assert [problem.partition(":")[0] for problem in problems] == ["aws_lambda_permission.more", "aws_iam_role.more"]


def test_without_a_provider_there_is_no_account_to_name() -> None:
    other = copy.deepcopy(DOCUMENT)
    del other["provider"]
    with pytest.raises(TealformError, match=r"provider.aws names no (account|region)"):
        policy_reader.read(other)
    assert policy_reader.survey({}) == (policy_reader.Permissions((), ()), ())


def test_a_policy_that_is_attached_to_nothing_known_is_refused() -> None:
    stray = copy.deepcopy(DOCUMENT)
    stray["data"]["aws_iam_policy_document"]["queue"] = {"statement": []}
    with pytest.raises(TealformError, match="queue"):
        policy_reader.read(stray)


def test_the_arn_of_something_unknown_is_refused() -> None:
    stray = document(aws_sqs_queue={"name": "q"})
    stray["data"]["aws_iam_policy_document"]["may"]["statement"][0]["resources"] = ["${aws_sqs_queue.more.arn}"]
    with pytest.raises(TealformError, match="aws_sqs_queue"):
        policy_reader.read(stray)


NONE, A, B, AB = frozenset[str](), frozenset("a"), frozenset("b"), frozenset("ab")
ALL = [NONE, A, B, AB]


@pytest.mark.parametrize(
    ("present", "told"),
    [
        ([NONE, A, B, AB], "always"),
        ([A, AB], "with `a`"),
        ([AB], "with `a` + `b`"),
        ([A, B, AB], "with `a`, `b`"),
        ([NONE, B], "unless `a`"),
        ([NONE, A, B], "unless `a` + `b`"),
        # What is there with a, and not with a and b, is not there «with a».
        ([A], "with exactly `a`"),
        ([NONE, AB], "with exactly none of these, `a` + `b`"),
    ],
)
def test_when_something_is_there_is_told_in_few_words(present: list[frozenset[str]], told: str) -> None:
    assert when(present, ALL) == told
