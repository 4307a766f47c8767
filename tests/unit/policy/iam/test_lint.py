"""Each check of policies finds what it is for, and the gate gets its findings for every owner; ``tools/test_iam_docs.py`` checks what is generated."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from tealform.policy.check import Evaluation
from tealform.policy.environment import Environment
from tealform.policy.iam import checks
from tealform.policy.iam.catalog import RULES
from tealform.policy.iam.lint import evaluate_policies, find_violations, lint
from tealform.policy.iam.policy_reader import Permissions, Policy, PolicyCondition, PolicyStatement, Role
from tests.inventory import ROOT
from tests.unit.policy.rules import shipped

ACCOUNT = "123456789012"
BUCKET = "arn:aws:s3:::shop-test-web-artifacts"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/shop-test-web-task"

SOURCE = (
    PolicyCondition("StringEquals", "aws:SourceAccount", (ACCOUNT,)),
    PolicyCondition("ArnLike", "aws:SourceArn", (f"arn:aws:codebuild:eu-west-1:{ACCOUNT}:project/shop-test-web",)),
)
TRUST = PolicyStatement(
    "Trust", "Allow", ("sts:AssumeRole",), principals=(("Service", "codebuild.amazonaws.com"),), conditions=SOURCE
)
READ = PolicyStatement("Read", "Allow", ("s3:GetObject", "s3:ListBucket"), (BUCKET, f"{BUCKET}/*"))
PASS = PolicyStatement(
    "Pass",
    "Allow",
    ("iam:PassRole",),
    (ROLE,),
    conditions=(PolicyCondition("StringEquals", "iam:PassedToService", ("ecs-tasks.amazonaws.com",)),),
)
SHARE = PolicyStatement(
    "Share",
    "Allow",
    ("s3:GetObject",),
    (f"{BUCKET}/*",),
    principals=(("AWS", "arn:aws:iam::999999999999:role/reader"),),
)
KEY = PolicyCondition("StringEquals", "aws:PrincipalArn", ("arn:aws:iam::999999999999:role/reader",))


ISSUER = "token.actions.githubusercontent.com"
WEB_IDENTITY = PolicyStatement(
    "Trust",
    "Allow",
    ("sts:AssumeRoleWithWebIdentity",),
    principals=(("Federated", f"arn:aws:iam::{ACCOUNT}:oidc-provider/{ISSUER}"),),
    conditions=(
        PolicyCondition("StringEquals", f"{ISSUER}:aud", ("sts.amazonaws.com",)),
        PolicyCondition("StringEquals", f"{ISSUER}:sub", ("repo:acme/infrastructure:ref:refs/heads/main",)),
    ),
)


def permissions(
    *may: PolicyStatement,
    trust: PolicyStatement = TRUST,
    share: tuple[PolicyStatement, ...] = (SHARE,),
    managed: tuple[str, ...] = (),
) -> Permissions:
    """A role and a bucket with a policy, with other statements than the right ones."""
    address = "aws_iam_role.some_role"
    role = Role(
        address,
        "some",
        Policy("trust", address, "some", (trust,)),
        (Policy("permissions", address, "some", may or (READ, PASS)),),
        managed,
    )
    return Permissions((role,), (Policy("resource", "aws_s3_bucket.some", "some", share),))


def attached(statement: PolicyStatement) -> Permissions:
    """A role with a managed policy that is generated."""
    (role,) = permissions().roles
    policy = Policy("permissions", role.address, role.name, (statement,))
    return Permissions((dataclasses.replace(role, inline=(), attached=(policy,)),), ())


def other(statement: PolicyStatement, **changes: object) -> PolicyStatement:
    """The statement with something else in it."""
    return dataclasses.replace(statement, **changes)  # type: ignore[arg-type]


def reading(**changes: object) -> Permissions:
    return permissions(other(READ, **changes))


def passing(**changes: object) -> Permissions:
    return permissions(other(PASS, **changes))


def trusting(**changes: object) -> Permissions:
    return permissions(trust=other(TRUST, **changes))


def sharing(**changes: object) -> Permissions:
    return permissions(share=(other(SHARE, **changes),))


def test_what_is_right_passes() -> None:
    assert list(find_violations(permissions())) == []


LONG = tuple(f"{BUCKET}/{number:04}" for number in range(600))
NOT_ACTIONS = other(READ, negations=("not_actions",))

BAD = {
    "IAM_ACTION": {
        "an action that there is not": (reading(actions=("s3:GetObjekt",)), "s3:GetObjekt"),
        "a service that there is not": (reading(actions=("s4:Get",)), "s4:Get"),
        "a wildcard that means nothing": (reading(actions=("s3:Fetch*",)), "s3:Fetch*"),
    },
    "IAM_WILDCARD": {
        "a wildcard": (reading(actions=("s3:GetObject*",)), "s3:GetObject*"),
        "any action": (reading(actions=("*",)), "*"),
    },
    "IAM_NEGATION": {"everything but": (permissions(NOT_ACTIONS), "not_actions")},
    "IAM_RESOURCE": {
        "an action on what it does not work on": (reading(actions=("s3:GetObject",), resources=(BUCKET,)), BUCKET),
        "one action of several that works on nothing": (reading(resources=(f"{BUCKET}/*",)), "s3:ListBucket"),
        "another service's resource": (reading(actions=("ecr:PutImage",), resources=(f"{BUCKET}/*",)), "ecr:PutImage"),
        "an action on nothing": (reading(resources=()), "nothing"),
        "a resource where none is known": (
            reading(actions=("ecr:GetAuthorizationToken",), resources=(BUCKET,)),
            BUCKET,
        ),
    },
    "IAM_STAR": {
        "any resource": (reading(resources=("*",)), "s3:GetObject"),
        "anything on anything": (reading(actions=("*",), resources=("*",)), "*"),
    },
    "IAM_WIDE": {
        "all there are of a kind": (
            reading(actions=("kms:Decrypt",), resources=(f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/*",)),
            f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/*",
        ),
        "a resource that is nothing": (reading(resources=("",)), ""),
    },
    "IAM_CONDITION": {
        "a condition key that there is not": (
            reading(conditions=(PolicyCondition("Bool", "s3:SecureTransport", ("true",)),)),
            "s3:SecureTransport with s3:GetObject",
        ),
        "a global condition key with a mistake": (
            trusting(conditions=(*SOURCE, PolicyCondition("StringEquals", "aws:SourceAcount", (ACCOUNT,)))),
            "aws:SourceAcount with sts:AssumeRole",
        ),
        "another action's condition key": (
            reading(conditions=(PolicyCondition("StringEquals", "iam:PassedToService", ("ecs",)),)),
            "iam:PassedToService with s3:GetObject",
        ),
        "an operator that there is not": (
            reading(conditions=(PolicyCondition("StringIs", "aws:PrincipalArn", (ROLE,)),)),
            "StringIs",
        ),
    },
    "IAM_PASS_ROLE": {
        "passing whatever role": (
            passing(resources=(f"arn:aws:iam::{ACCOUNT}:role/shop-*",)),
            f"arn:aws:iam::{ACCOUNT}:role/shop-*",
        ),
        "passing roles to any service": (passing(conditions=()), "iam:PassedToService"),
        "passing roles by allowing anything": (passing(actions=("*",), resources=("*",), conditions=()), "*"),
        "passing roles in other letters": (passing(actions=("IAM:passrole",), conditions=()), "iam:PassedToService"),
        "passing roles by a wildcard": (passing(actions=("iam:Pass*",), conditions=()), "iam:PassedToService"),
    },
    "IAM_TRUST": {
        "a service on anybody's behalf": (
            trusting(conditions=SOURCE[1:]),
            "codebuild.amazonaws.com without aws:SourceAccount",
        ),
        "a service on behalf of any resource": (
            trusting(conditions=SOURCE[:1]),
            "codebuild.amazonaws.com without aws:SourceArn",
        ),
        "a service on behalf of all but ours": (
            trusting(conditions=(dataclasses.replace(SOURCE[0], test="StringNotEquals"), SOURCE[1])),
            "codebuild.amazonaws.com without aws:SourceAccount",
        ),
        "a repository that is not named": (
            permissions(trust=other(WEB_IDENTITY, conditions=WEB_IDENTITY.conditions[:1])),
            f"arn:aws:iam::{ACCOUNT}:oidc-provider/{ISSUER}",
        ),
        "every branch of a repository": (
            permissions(
                trust=other(
                    WEB_IDENTITY,
                    conditions=(
                        WEB_IDENTITY.conditions[0],
                        PolicyCondition("StringEquals", f"{ISSUER}:sub", ("repo:acme/*",)),
                    ),
                )
            ),
            f"arn:aws:iam::{ACCOUNT}:oidc-provider/{ISSUER}",
        ),
        "an account beside a service": (
            trusting(principals=(*TRUST.principals, ("AWS", "arn:aws:iam::999999999999:role/x"))),
            "arn:aws:iam::999999999999:role/x beside a service",
        ),
        "an account with a character that stands for any": (
            sharing(principals=(("AWS", "arn:aws:iam::99999999999?:role/x"),)),
            "arn:aws:iam::99999999999?:role/x",
        ),
        "a role that nobody can take": (trusting(principals=()), "nobody"),
        "a bucket for everybody": (sharing(principals=(("*", "*"),)), "*"),
        "a bucket for all of an account": (sharing(principals=(("AWS", "arn:aws:iam::999999999999:root"),)), "root"),
    },
    "IAM_ADMIN": {
        "an administrator's managed policy": (
            permissions(managed=("arn:aws:iam::aws:policy/AdministratorAccess",)),
            "arn:aws:iam::aws:policy/AdministratorAccess",
        ),
        "a policy that lets a role make itself administrator": (
            permissions(managed=("arn:aws-cn:iam::aws:policy/IAMFullAccess",)),
            "arn:aws-cn:iam::aws:policy/IAMFullAccess",
        ),
        "an administrator's policy under another name": (
            permissions(managed=("arn:aws:iam::aws:policy/AdministratorAccess-Amplify",)),
            "arn:aws:iam::aws:policy/AdministratorAccess-Amplify",
        ),
        "an administrator's policy by job": (
            permissions(managed=("arn:aws:iam::aws:policy/job-function/SystemAdministrator",)),
            "arn:aws:iam::aws:policy/job-function/SystemAdministrator",
        ),
    },
    "IAM_FULL": {
        "a managed policy for all of a service": (
            permissions(managed=("arn:aws:iam::aws:policy/AmazonS3FullAccess",)),
            "arn:aws:iam::aws:policy/AmazonS3FullAccess",
        )
    },
    "IAM_SID": {
        "two statements of one name": (permissions(READ, other(PASS, sid="Read")), "Read"),
        "a statement without a name": (reading(sid=""), ""),
        "a name that IAM refuses": (reading(sid="read-it"), "read-it"),
    },
    "IAM_SIZE": {
        "inline policies that are too long": (reading(resources=(BUCKET, *LONG)), "inline"),
        "a trust that is too long": (
            trusting(conditions=(*SOURCE, PolicyCondition("StringEquals", "aws:PrincipalArn", LONG))),
            "trust",
        ),
        "a bucket policy that is too long": (sharing(resources=LONG), "aws_s3_bucket"),
        "a managed policy that is too long": (attached(other(READ, resources=(BUCKET, *LONG))), "managed policy"),
        "too many managed policies": (
            permissions(managed=tuple(f"arn:aws:iam::aws:policy/{number}" for number in range(checks.MANAGED + 1))),
            "managed",
        ),
    },
}


@pytest.mark.parametrize(
    ("check", "wrong", "what"),
    [pytest.param(check, *case, id=name) for check, cases in BAD.items() for name, case in cases.items()],
)
def test_each_mistake_is_found(check: str, wrong: Permissions, what: str) -> None:
    assert (check, what) in {(each.check, each.what) for each in lint(wrong).violations}


def test_each_check_has_a_mistake_that_it_finds() -> None:
    sources = (ROOT / "modules" / "tealform" / "policy" / "iam").glob("*.py")
    found = {check for file in sources for check in re.findall(r'"(IAM_[A-Z_]+)"', file.read_text(encoding="utf-8"))}
    assert found == BAD.keys()


def right() -> Iterator[Permissions]:
    """What looks like a mistake, and is none."""
    yield permissions(other(READ, effect="Deny", actions=("s3:*",), resources=("*",)))
    yield permissions(other(READ, actions=("ecr:GetAuthorizationToken",), resources=("*",)))
    yield permissions(share=(other(SHARE, principals=(("AWS", "arn:aws:iam::999999999999:root"),), conditions=(KEY,)),))
    yield permissions(
        other(READ, conditions=(PolicyCondition("ForAnyValue:StringEqualsIfExists", "aws:TagKeys", ("a",)),))
    )
    logs = f"arn:aws:logs:eu-west-1:{ACCOUNT}:log-group:/shop/test/web:*"
    yield permissions(other(READ, actions=("logs:CreateLogStream", "logs:PutLogEvents"), resources=(logs,)))


@pytest.mark.parametrize("fine", list(right()))
def test_what_only_looks_wrong_passes(fine: Permissions) -> None:
    assert [str(each) for each in lint(fine).violations] == []


TASK_SETS = PolicyStatement(
    "CreateTaskSets",
    "Allow",
    ("ecs:CreateTaskSet",),
    ("*",),
    conditions=tuple(PolicyCondition("ArnEquals", key, (f"arn:{key}",)) for key in ("ecs:cluster", "ecs:service")),
)


@pytest.mark.parametrize("number", [0, 1])
def test_an_exception_holds_only_with_the_conditions_that_it_is_made_for(number: int) -> None:
    assert lint(permissions(TASK_SETS)).violations == ()
    missing = other(TASK_SETS, conditions=TASK_SETS.conditions[number : number + 1])
    assert [each.check for each in lint(permissions(missing)).violations] == ["IAM_STAR"]


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
