"""A task gets the secrets that its containers name."""

from __future__ import annotations

from typing import Any

import pytest

from tealform.policy.rules.policy_secrets import CHECK
from tests.unit.policy.rules.parts import TASK, contain, put, together
from tests.unit.policy.rules.shipped import Json, failed, judged

API = "aws_ecs_task_definition.service-api_task-definition"
ROLE = "aws_iam_role.service-api_roles_execution_role"
PERMISSIONS = "service-api_roles_execution_permissions"
ARN = "arn:aws:{}:ap-northeast-1:123456789012:{}"
SECRET = ARN.format("secretsmanager", "secret:shop/token-Ab12Cd")
PARAMETER = ARN.format("ssm", "parameter/shop/token")


def statement(document: Json, sid: str) -> Json:
    statements: list[Json] = document["data"]["aws_iam_policy_document"][PERMISSIONS]["statement"]
    [found] = [each for each in statements if each["sid"] == sid]
    return found


def forbidden(document: Json) -> None:
    statements = document["data"]["aws_iam_policy_document"][PERMISSIONS]["statement"]
    statements.remove(statement(document, "ReadSecrets"))


@pytest.mark.parametrize("name", ["dev", "staging", "prod"])
def test_the_shipped_environments_are_as_it_wants_them(name: str) -> None:
    assert not any(judged(CHECK, name).values())


def test_a_secret_that_may_not_be_read_is_told() -> None:
    message = f"{ROLE} may not secretsmanager:GetSecretValue for DATABASE_URL of container api"
    assert failed(CHECK, "prod", forbidden) == {API: message}


@pytest.mark.parametrize(
    ("said", "value"),
    [("effect", "Deny"), ("actions", ["secretsmanager:ListSecrets"]), ("resources", [SECRET]), ("resources", [])],
)
def test_what_the_statement_says_counts(said: str, value: Any) -> None:
    def change(document: Json) -> None:
        statement(document, "ReadSecrets")[said] = value

    assert API in failed(CHECK, "prod", change)


@pytest.mark.parametrize(
    ("said", "value"),
    [
        ("actions", ["SecretsManager:Get*"]),
        ("actions", ["*"]),
        ("resources", [ARN.format("secretsmanager", "secret:shop/prod/*")]),
        ("not_resources", [SECRET]),
    ],
)
def test_patterns_count_too(said: str, value: Any) -> None:
    def change(document: Json) -> None:
        statement(document, "ReadSecrets")[said] = value

    assert not failed(CHECK, "prod", change)


@pytest.mark.parametrize(
    ("arn", "action"),
    [
        (SECRET, "secretsmanager:GetSecretValue"),
        (f"{SECRET}:url:AWSCURRENT:", "secretsmanager:GetSecretValue"),
        (PARAMETER, "ssm:GetParameters"),
    ],
)
def test_each_secret_is_looked_for(arn: str, action: str) -> None:
    change = contain(Secrets=[{"name": "TOKEN", "ValueFrom": arn}])
    message = f"aws_iam_role.service-web_roles_execution_role may not {action} for TOKEN of container web"
    assert failed(CHECK, "prod", change) == {TASK: message}


@pytest.mark.parametrize("value", ["token", "${aws_ssm_parameter.token.arn}", "arn:aws", "arn:aws:s3:::bucket", None])
def test_what_cannot_be_compared_is_not(value: str | None) -> None:
    assert not failed(CHECK, "prod", contain(secrets=[{"name": "TOKEN", "valueFrom": value}]))


def test_a_role_with_a_policy_from_elsewhere_may_do_what_that_says() -> None:
    def attached(document: Json) -> None:
        arn = "arn:aws:iam::123456789012:policy/read-secrets"
        document["resource"]["aws_iam_role_policy_attachment"] = {
            "more": {"role": f"${{{ROLE}.name}}", "policy_arn": arn}
        }

    assert API not in judged(CHECK, "prod", together(forbidden, attached))


def test_a_role_from_elsewhere_is_not_judged() -> None:
    change = together(forbidden, put(API, "execution_role_arn", "arn:aws:iam::123456789012:role/tasks"))
    assert API not in judged(CHECK, "prod", change)
