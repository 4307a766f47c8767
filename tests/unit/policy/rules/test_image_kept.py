"""Images expire by their number, and not while a release may need them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tealform.policy.rules.image_kept import CHECK
from tests.unit.policy.rules import shipped
from tests.unit.policy.rules.changes import Change, drop, put

IMAGES, LIFECYCLE = "aws_ecr_repository.images-api_repository", "aws_ecr_lifecycle_policy.images-api_lifecycle"
NEWEST = ("data.aws_ecr_lifecycle_policy_document.images-api_expiry", "rule", 1, "selection", 0)
BY_AGE = {"tag_status": "any", "count_type": "sinceImagePushed", "count_unit": "days", "count_number": 30}


def text(**selection: Any) -> Change:
    """The same as text in ECR's own words."""
    return put(LIFECYCLE, "policy", to=json.dumps({"rules": [{"selection": selection, "action": {"type": "expire"}}]}))


BAD = {
    "by age": (put(*NEWEST, to=BY_AGE), "images expire 30 days after they were pushed, also the one that runs"),
    "by age where they are tagged": (
        put(*NEWEST, to={**BY_AGE, "tag_status": "tagged"}),
        "images expire 30 days after they were pushed, also the one that runs",
    ),
    "by age in a text": (
        text(tagStatus="any", countType="sinceImagePushed", countNumber=14),
        "images expire 14 days after they were pushed, also the one that runs",
    ),
    "all but one": (put(*NEWEST, "count_number", to=1), "keeps 1 images, where 10 are the fewest"),
    "nobody knows": (
        put(LIFECYCLE, "policy", to="{"),
        f"{LIFECYCLE} says nothing of what expires that can be read here",
    ),
    "never": (drop(LIFECYCLE), "has no lifecycle policies, where one is meant"),
}


@pytest.mark.parametrize("name", ["dev", "staging", "prod"])
def test_shipped_repositories_keep_what_is_needed(name: str) -> None:
    assert shipped.failed(CHECK, name) == {}


@pytest.mark.parametrize("way", BAD)
def test_images_that_go_too_early_or_never_are_found(way: str) -> None:
    change, message = BAD[way]
    assert shipped.failed(CHECK, "prod", change) == {IMAGES: message}


def test_a_text_that_keeps_enough_passes() -> None:
    assert shipped.failed(CHECK, "prod", text(tagStatus="any", countType="imageCountMoreThan", countNumber=50)) == {}


def test_what_another_environment_took_over_is_kept_apart() -> None:
    def forget(document: dict[str, Any]) -> None:
        del document["data"]["aws_ecr_lifecycle_policy_document"]["images-web_expiry"]["rule"][0]

    assert shipped.failed(CHECK, "staging", forget) == {
        "aws_ecr_repository.images-web_repository": (
            "other environments take its images over, and nothing keeps those longer than the newest builds"
        )
    }
