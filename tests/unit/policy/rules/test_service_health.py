"""A task that answers with errors is not well."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tealform.policy.rules.service_health import CHECK
from tests.unit.policy.rules.parts import GREEN, by_ecs, drop, put
from tests.unit.policy.rules.shipped import Json, failed, judged


@pytest.mark.parametrize("name", ["dev", "staging", "prod"])
def test_the_shipped_environments_are_as_it_wants_them(name: str) -> None:
    assert not any(judged(CHECK, name).values())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param(drop(GREEN, "health_check"), "it has no health_check", id="none"),
        pytest.param(put(GREEN, "health_check.enabled", False), "its health_check is not enabled", id="off"),
        pytest.param(
            put(GREEN, "health_check.matcher", "200-499"),
            "its health_check.matcher 200-499 takes an error for well",
            id="any answer",
        ),
        pytest.param(
            put(GREEN, "health_check.matcher", "200,503"),
            "its health_check.matcher 200,503 takes an error for well",
            id="an error too",
        ),
    ],
)
def test_it_tells_what_is_wrong(change: Callable[[Json], None], message: str) -> None:
    assert failed(CHECK, "prod", change) == {GREEN: message}


@pytest.mark.parametrize("matcher", ["200", "200,301", "200-399"])
def test_redirects_are_well(matcher: str) -> None:
    assert not failed(CHECK, "prod", put(GREEN, "health_check.matcher", matcher))


def test_target_groups_of_ecs_are_looked_at_as_well() -> None:
    assert GREEN in judged(CHECK, "prod", by_ecs)
