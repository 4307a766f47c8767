"""Artifacts are kept in a bucket of the environment, under its own KMS key."""

from __future__ import annotations

import pytest

from tealform.policy.rules.pipeline_artifacts import CHECK
from tests.unit.policy.rules import shipped
from tests.unit.policy.rules.changes import GONE, put

API = "aws_codepipeline.delivery-api_pipeline"
STORE = (API, "artifact_store", 0)
NOT_UNDER = "its artifacts are not under the environment's KMS key"

BAD = {
    "no key": (put(*STORE, "encryption_key", to=GONE), NOT_UNDER),
    "AWS's own key": (put(*STORE, "encryption_key", "id", to="alias/aws/s3"), NOT_UNDER),
    "another type of key": (
        put(*STORE, "encryption_key", "type", to="AES"),
        "the type of its encryption key is not KMS",
    ),
    "somebody else's bucket": (
        put(*STORE, "location", to="anybody"),
        "keeps its artifacts in anybody, a bucket that is not of this environment",
    ),
    "no store": (put(API, "artifact_store", to=[]), "has no artifact store"),
}


@pytest.mark.parametrize("name", ["dev", "staging", "prod"])
def test_a_shipped_pipeline_keeps_its_artifacts_well(name: str) -> None:
    assert shipped.failed(CHECK, name) == {}


@pytest.mark.parametrize("way", BAD)
def test_artifacts_that_others_decide_about_are_found(way: str) -> None:
    change, message = BAD[way]
    assert shipped.failed(CHECK, "prod", change) == {API: message}
