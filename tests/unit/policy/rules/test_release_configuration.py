from __future__ import annotations

import pytest

from tealform.policy.rules.release_configuration import CHECK
from tests.unit.policy.rules import shipped
from tests.unit.policy.rules.changes import GONE, put

CONFIGURATION = "aws_codedeploy_deployment_config.delivery-api_deployment_config"


def test_a_configuration_that_is_created_first_is_right() -> None:
    assert shipped.judged(CHECK, "prod") == {CONFIGURATION: ""}


@pytest.mark.parametrize("lifecycle", [GONE, {}, {"create_before_destroy": False}])
def test_one_that_is_destroyed_first_is_found(lifecycle: object) -> None:
    found = shipped.failed(CHECK, "prod", put(CONFIGURATION, "lifecycle", to=lifecycle))
    assert found == {CONFIGURATION: "create_before_destroy is not true in its lifecycle"}
