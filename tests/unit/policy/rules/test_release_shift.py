"""Traffic is moved in a way that the platform and the load balancer can."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tealform.policy.rules.release_shift import CHECK
from tests.unit.policy.rules.parts import GROUP, drop, put, together
from tests.unit.policy.rules.shipped import Json, failed, judged

API = "aws_codedeploy_deployment_group.delivery-api_deployment_group"
CONFIG = "aws_codedeploy_deployment_config.delivery-api_deployment_config"


@pytest.mark.parametrize("name", ["dev", "staging", "prod"])
def test_the_shipped_environments_are_as_it_wants_them(name: str) -> None:
    assert not any(judged(CHECK, name).values())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param(
            drop(GROUP, "deployment_config_name"),
            "deployment_config_name is missing, which is neither CodeDeploy's own for ECS nor of this environment",
            id="unsaid",
        ),
        pytest.param(
            put(GROUP, "deployment_config_name", "CodeDeployDefault.OneAtATime"),
            "deployment_config_name is CodeDeployDefault.OneAtATime, which is neither CodeDeploy's own for ECS nor of this environment",
            id="for servers",
        ),
        pytest.param(
            put("aws_lb.load-balancer", "load_balancer_type", "network"),
            "it divides the traffic of a network load balancer, which can only move at once",
            id="network",
        ),
    ],
)
def test_it_tells_what_is_wrong(change: Callable[[Json], None], message: str) -> None:
    assert failed(CHECK, "staging", change) == {GROUP: message}


def test_a_configuration_of_ones_own_is_for_ecs() -> None:
    assert failed(CHECK, "prod", put(CONFIG, "compute_platform", "Lambda")) == {
        API: f"{CONFIG} is for Lambda, not for ECS"
    }


def test_a_network_load_balancer_moves_all_at_once() -> None:
    network = put("aws_lb.load-balancer", "load_balancer_type", "network")
    at_once = put(GROUP, "deployment_config_name", "CodeDeployDefault.ECSAllAtOnce")
    assert not failed(CHECK, "staging", together(network, at_once))
