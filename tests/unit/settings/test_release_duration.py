"""How long a release takes by its settings: what time-outs are made of."""

import pytest

from tealform.settings.release import Release


@pytest.mark.parametrize(
    ("settings", "balancer", "minutes"),
    [
        ({"strategy": "all_at_once", "keep_blue_minutes": 7}, "application", 7),
        ({"strategy": "all_at_once", "keep_blue_minutes": 7, "hold_minutes": 30}, "application", 37),
        ({"strategy": "canary", "interval_minutes": 5, "keep_blue_minutes": 60}, "application", 65),
        # 30, 60, 90, 100 percent: three waits between four steps.
        ({"strategy": "linear", "percent": 30, "interval_minutes": 2, "keep_blue_minutes": 0}, "application", 6),
        ({"strategy": "linear", "percent": 10, "interval_minutes": 1, "keep_blue_minutes": 15}, "application", 24),
        ({"engine": "ecs", "strategy": "all_at_once", "keep_blue_minutes": 7}, "application", 7),
        # ECS waits ten minutes more at the test shift and at each step of production.
        ({"engine": "ecs", "strategy": "all_at_once", "keep_blue_minutes": 7}, "network", 27),
        ({"engine": "ecs", "strategy": "canary", "interval_minutes": 5, "keep_blue_minutes": 0}, "network", 35),
        ({"engine": "codedeploy", "strategy": "all_at_once", "keep_blue_minutes": 7}, "network", 7),
    ],
)
def test_a_release_lasts_as_long_as_its_waits(settings: dict[str, object], balancer: str, minutes: int) -> None:
    assert Release.model_validate(settings).duration_minutes(balancer) == minutes  # type: ignore[arg-type]
