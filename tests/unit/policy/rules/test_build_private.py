"""Builds are not public."""

from __future__ import annotations

from tealform.policy.rules.build_private import CHECK
from tests.unit.policy.rules import shipped
from tests.unit.policy.rules.changes import put

PROJECT = "aws_codebuild_project.delivery-api_build_project"


def test_shipped_builds_are_private() -> None:
    assert shipped.failed(CHECK, "prod") == {}
    assert shipped.failed(CHECK, "prod", put(PROJECT, "project_visibility", to="PRIVATE")) == {}


def test_a_public_build_is_found() -> None:
    public = put(PROJECT, "project_visibility", to="PUBLIC_READ")
    assert shipped.failed(CHECK, "prod", public) == {PROJECT: "project_visibility is PUBLIC_READ"}
