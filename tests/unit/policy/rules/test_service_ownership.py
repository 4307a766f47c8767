"""Terraform ignores what a release and autoscaling change, and nothing else."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tealform.policy.rules.service_ownership import CHECK
from tests.unit.policy.rules.parts import SERVICE, by_ecs, drop, put, together
from tests.unit.policy.rules.shipped import Json, failed, judged


@pytest.mark.parametrize("name", ["dev", "staging", "prod"])
def test_the_shipped_environments_are_as_it_wants_them(name: str) -> None:
    assert not any(judged(CHECK, name).values())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param(
            drop(SERVICE, "lifecycle"),
            "lifecycle.ignore_changes lacks capacity_provider_strategy, desired_count, load_balancer, network_configuration, platform_version, task_definition",
            id="no lifecycle",
        ),
        pytest.param(
            put(
                SERVICE,
                "lifecycle.ignore_changes",
                [
                    "task_definition",
                    "load_balancer",
                    "network_configuration",
                    "platform_version",
                    "capacity_provider_strategy",
                ],
            ),
            "lifecycle.ignore_changes lacks desired_count",
            id="not the count",
        ),
        pytest.param(
            put(
                SERVICE,
                "lifecycle.ignore_changes",
                [
                    *[
                        "task_definition",
                        "load_balancer",
                        "network_configuration",
                        "platform_version",
                        "capacity_provider_strategy",
                    ],
                    "desired_count",
                    "tags",
                ],
            ),
            "lifecycle.ignore_changes has tags, which nobody else changes",
            id="tags too",
        ),
        pytest.param(
            put(SERVICE, "lifecycle.ignore_changes", "all"),
            "lifecycle.ignore_changes lacks capacity_provider_strategy, desired_count, load_balancer, network_configuration, platform_version, task_definition; lifecycle.ignore_changes has all, which nobody else changes",
            id="everything",
        ),
        pytest.param(
            put(SERVICE, "deployment_controller.type", "EXTERNAL"),
            "its deployment controller is EXTERNAL, which does no blue/green",
            id="external",
        ),
        pytest.param(
            together(
                by_ecs, put(SERVICE, "lifecycle.ignore_changes", ["task_definition", "load_balancer", "desired_count"])
            ),
            "lifecycle.ignore_changes has load_balancer, which nobody else changes",
            id="ecs with what codedeploy owns",
        ),
        pytest.param(
            together(by_ecs, put(SERVICE, "lifecycle.ignore_changes", ["task_definition"])),
            "lifecycle.ignore_changes lacks desired_count",
            id="ecs without the count",
        ),
    ],
)
def test_it_tells_what_is_wrong(change: Callable[[Json], None], message: str) -> None:
    assert failed(CHECK, "prod", change) == {SERVICE: message}


def test_what_ecs_changes_is_its_own() -> None:
    assert not failed(CHECK, "prod", by_ecs)
