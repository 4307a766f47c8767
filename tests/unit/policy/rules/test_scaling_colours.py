"""Autoscaling by requests counts those of both colours."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tealform.policy.rules.scaling_colours import CHECK
from tests.unit.policy.rules.parts import put
from tests.unit.policy.rules.shipped import Json, failed, judged

POLICY = "aws_appautoscaling_policy.service-api_scaling_requests"
TRACKING = "target_tracking_scaling_policy_configuration"
METRICS = f"{TRACKING}.customized_metric_specification.metrics"
BLUE_API = "aws_lb_target_group.service-api_target-groups_blue"
ONE = [{"name": "TargetGroup", "value": f"${{{BLUE_API}.arn_suffix}}"}]


@pytest.mark.parametrize("name", ["prod"])
def test_the_shipped_environments_are_as_it_wants_them(name: str) -> None:
    assert not any(judged(CHECK, name).values())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param(
            put(
                POLICY,
                TRACKING,
                {"predefined_metric_specification": {"predefined_metric_type": "ALBRequestCountPerTarget"}},
            ),
            "ALBRequestCountPerTarget counts one target group only; add the metrics of both",
            id="predefined",
        ),
        pytest.param(
            put(POLICY, f"{METRICS}.0.expression", "blue"),
            "it counts no requests of aws_lb_target_group.service-api_target-groups_green",
            id="one added",
        ),
        pytest.param(
            put(POLICY, f"{METRICS}.2.metric_stat.metric.dimensions.0.value", f"${{{BLUE_API}.arn_suffix}}"),
            "it counts no requests of aws_lb_target_group.service-api_target-groups_green",
            id="the same twice",
        ),
        pytest.param(
            put(POLICY, f"{METRICS}.0.return_data", False),
            "it counts no requests of any target group of this environment",
            id="nothing told",
        ),
        pytest.param(
            put(POLICY, TRACKING, {"customized_metric_specification": {"dimensions": ONE}}),
            "it counts no requests of aws_lb_target_group.service-api_target-groups_green",
            id="one metric",
        ),
    ],
)
def test_it_tells_what_is_wrong(change: Callable[[Json], None], message: str) -> None:
    assert failed(CHECK, "prod", change) == {POLICY: message}
