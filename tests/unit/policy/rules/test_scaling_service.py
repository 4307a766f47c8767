"""Something sets the number of tasks that Terraform ignores."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tealform.policy.rules.scaling_service import CHECK
from tests.unit.policy.rules.parts import SERVICE, put, remove, together
from tests.unit.policy.rules.shipped import Json, failed, judged


@pytest.mark.parametrize("name", ["dev", "staging", "prod"])
def test_the_shipped_environments_are_as_it_wants_them(name: str) -> None:
    assert not any(judged(CHECK, name).values())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param(
            remove("aws_appautoscaling_target.service-web_scaling_target"),
            "0 aws_appautoscaling_target are of it, and it needs one",
            id="nothing",
        ),
        pytest.param(
            put("aws_appautoscaling_target.service-web_scaling_target", "resource_id", "service/shop-prod/web"),
            "0 aws_appautoscaling_target are of it, and it needs one",
            id="of another",
        ),
        pytest.param(
            together(
                remove("aws_appautoscaling_policy.service-web_scaling_cpu"),
                remove("aws_appautoscaling_policy.service-web_scaling_memory"),
            ),
            "no aws_appautoscaling_policy goes by aws_appautoscaling_target.service-web_scaling_target",
            id="no policy",
        ),
    ],
)
def test_it_tells_what_is_wrong(change: Callable[[Json], None], message: str) -> None:
    assert failed(CHECK, "prod", change) == {SERVICE: message}
