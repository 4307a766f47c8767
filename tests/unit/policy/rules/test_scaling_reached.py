"""Tasks are added before those that there are can do no more."""

from __future__ import annotations

import pytest

from tealform.policy.rules.scaling_reached import CHECK
from tests.unit.policy.rules.parts import put
from tests.unit.policy.rules.shipped import failed, judged

CPU = "aws_appautoscaling_policy.service-api_scaling_cpu"
MEMORY = "aws_appautoscaling_policy.service-api_scaling_memory"
REQUESTS = "aws_appautoscaling_policy.service-api_scaling_requests"
TARGET = "target_tracking_scaling_policy_configuration.target_value"


@pytest.mark.parametrize("name", ["dev", "staging", "prod"])
def test_the_shipped_environments_are_as_it_wants_them(name: str) -> None:
    assert not any(judged(CHECK, name).values())


@pytest.mark.parametrize("target", [100, "100", 100.5])
def test_a_limit_that_is_never_passed_is_told(target: object) -> None:
    assert failed(CHECK, "prod", put(CPU, TARGET, target)) == {
        CPU: f"it adds tasks when CPU is over {target} percent, which it never is"
    }


@pytest.mark.parametrize("target", [99, "60.5", "${var.target}"])
def test_whoever_likes_it_close_may_have_it(target: object) -> None:
    assert not failed(CHECK, "prod", put(CPU, TARGET, target))


@pytest.mark.parametrize("policy", [MEMORY, REQUESTS])
def test_what_is_not_to_be_scaled_by_may_have_any_limit(policy: str) -> None:
    assert policy not in judged(CHECK, "prod", put(policy, TARGET, 100))
