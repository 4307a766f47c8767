"""Pipelines are of type V2."""

from __future__ import annotations

import pytest

from tealform.policy.rules.pipeline_v2 import CHECK
from tests.unit.policy.rules import shipped
from tests.unit.policy.rules.changes import GONE, put

API = "aws_codepipeline.delivery-api_pipeline"


def test_shipped_pipelines_are_of_the_new_type() -> None:
    assert shipped.failed(CHECK, "prod") == {}


@pytest.mark.parametrize("kind", ["V1", GONE])
def test_the_old_type_is_found_also_where_it_is_the_default(kind: object) -> None:
    assert shipped.failed(CHECK, "prod", put(API, "pipeline_type", to=kind)) == {API: "is of type V1"}
