"""Builds get secrets by reference, and not in plain text."""

from __future__ import annotations

import json

import pytest

from tealform.policy.rules.build_secrets import CHECK
from tests.unit.policy.rules import shipped
from tests.unit.policy.rules.changes import put

PROJECT, PIPELINE = "aws_codebuild_project.delivery-api_build_project", "aws_codepipeline.delivery-api_pipeline"
VARIABLE = (PROJECT, "environment", "environment_variable", 0)
TOKEN = {"name": "API_TOKEN", "value": "correct-horse"}


@pytest.mark.parametrize("name", ["dev", "staging", "prod"])
def test_shipped_builds_hold_no_secret(name: str) -> None:
    assert shipped.failed(CHECK, name) == {}


@pytest.mark.parametrize("variable", [TOKEN, {**TOKEN, "type": "PLAINTEXT"}])
def test_a_secret_in_plain_text_is_found(variable: dict[str, str]) -> None:
    assert shipped.failed(CHECK, "prod", put(*VARIABLE, to=variable)) == {PROJECT: "API_TOKEN is named like a secret"}


@pytest.mark.parametrize("kind", ["SECRETS_MANAGER", "PARAMETER_STORE"])
def test_a_reference_to_a_secret_is_none(kind: str) -> None:
    assert shipped.failed(CHECK, "prod", put(*VARIABLE, to={**TOKEN, "type": kind})) == {}


def test_a_secret_of_the_container_that_a_build_passes_on_is_found() -> None:
    passed = {"name": "CONTAINER_ENVIRONMENT", "value": json.dumps([{"name": "DB_PASSWORD", "value": "correct-horse"}])}
    found = shipped.failed(CHECK, "prod", put(*VARIABLE, to=passed))
    assert found == {PROJECT: "CONTAINER_ENVIRONMENT DB_PASSWORD in it is named like a secret"}


def test_a_secret_that_a_pipeline_hands_to_a_build_is_found() -> None:
    handed = put(PIPELINE, "stage", 1, "action", 0, "configuration", "EnvironmentVariables", to=json.dumps([TOKEN]))
    assert shipped.failed(CHECK, "prod", handed) == {PIPELINE: "API_TOKEN is named like a secret"}


def test_a_pipeline_s_own_variable_with_a_secret_is_found() -> None:
    own = put(PIPELINE, "variable", to=[{"name": "API_TOKEN", "default_value": "correct-horse"}])
    assert shipped.failed(CHECK, "prod", own) == {PIPELINE: "API_TOKEN is named like a secret"}
