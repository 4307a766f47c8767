"""Buckets and image repositories of production are not deleted with what they hold."""

from __future__ import annotations

import pytest

from tealform.policy.check import evaluate
from tealform.policy.environment import Environment
from tealform.policy.rules.bucket_kept import CHECK
from tests.unit.policy.rules import shipped
from tests.unit.policy.rules.changes import all_of, put

BUCKET, IMAGES = "aws_s3_bucket.delivery-api_artifacts_bucket", "aws_ecr_repository.images-api_repository"


def test_production_as_it_is_shipped_keeps_what_it_holds() -> None:
    assert {BUCKET, IMAGES} <= shipped.judged(CHECK, "prod").keys()
    assert shipped.failed(CHECK, "prod") == {}


@pytest.mark.parametrize(("address", "argument"), [(BUCKET, "force_destroy"), (IMAGES, "force_delete")])
def test_what_is_thrown_away_is_found(address: str, argument: str) -> None:
    assert shipped.failed(CHECK, "prod", put(address, argument, to=True)) == {address: f"{argument} is true"}


def test_a_cache_may_go() -> None:
    cache = all_of(put(IMAGES, "image_tag_mutability", to="MUTABLE"), put(IMAGES, "force_delete", to=True))
    assert shipped.failed(CHECK, "prod", cache) == {}


def test_what_is_not_production_may_be_disposable() -> None:
    assert evaluate(Environment("dev", shipped.document("dev")), [CHECK]).judged == []


def test_a_source_that_may_be_destroyed_is_found() -> None:
    source = "aws_codecommit_repository.delivery-api_source_repository"
    assert shipped.failed(CHECK, "prod", put(source, "lifecycle", to={})) == {source: "prevent_destroy is not true"}
