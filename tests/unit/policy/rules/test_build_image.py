"""Builds run in AWS's own images."""

from __future__ import annotations

import pytest

from tealform.policy.rules.build_image import CHECK
from tests.unit.policy.rules import shipped
from tests.unit.policy.rules.changes import put

PROJECT = "aws_codebuild_project.delivery-api_build_project"


@pytest.mark.parametrize("name", ["dev", "staging", "prod"])
def test_shipped_builds_run_in_aws_s_images(name: str) -> None:
    assert shipped.failed(CHECK, name) == {}


@pytest.mark.parametrize("image", ["docker.io/library/docker:28", "public.ecr.aws/aws/codebuild/standard:7.0"])
def test_anybody_else_s_image_is_found(image: str) -> None:
    found = shipped.failed(CHECK, "prod", put(PROJECT, "environment", "image", to=image))
    assert found == {PROJECT: f"runs in {image}, which is not AWS's"}
