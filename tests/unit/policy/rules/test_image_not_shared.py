"""Image repositories let in nobody but the environment's accounts."""

from __future__ import annotations

import pytest

from tealform.policy.rules.image_not_shared import CHECK
from tests.unit.policy.rules import shipped
from tests.unit.policy.rules.changes import Change, all_of, put

IMAGES, POLICY = "aws_ecr_repository.images-api_repository", "aws_ecr_repository_policy.images-api_policy"
DOCUMENT = "data.aws_iam_policy_document.images-api_permissions"
OTHER = "arn:aws:iam::999999999999:role/reader"


def lets_in(who: str) -> Change:
    """Somebody may pull the images."""
    shared = {"sid": "Pull", "actions": ["ecr:BatchGetImage"], "principals": [{"type": "AWS", "identifiers": [who]}]}
    return all_of(
        put(DOCUMENT, "statement", to=[shared]),
        put(POLICY, "repository", to=f"${{{IMAGES}.name}}"),
        put(POLICY, "policy", to=f"${{{DOCUMENT}.json}}"),
    )


@pytest.mark.parametrize("name", ["dev", "staging", "prod"])
def test_shipped_images_are_not_shared(name: str) -> None:
    assert shipped.failed(CHECK, name) == {}


@pytest.mark.parametrize(
    ("who", "said"),
    [
        ("*", "its statement Pull lets anybody in"),
        (OTHER, "its statement Pull lets the account 999999999999 in, with which nothing here has to do"),
    ],
)
def test_images_for_strangers_are_found(who: str, said: str) -> None:
    assert shipped.failed(CHECK, "prod", lets_in(who)) == {IMAGES: said}


def test_an_account_that_the_pipeline_deploys_to_is_no_stranger() -> None:
    deploys = put("aws_codepipeline.delivery-api_pipeline", "stage", 3, "action", 0, "role_arn", to=OTHER)
    assert shipped.failed(CHECK, "prod", all_of(deploys, lets_in(OTHER))) == {}
