"""Nobody opens a shell in production."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tealform.policy.check import evaluate
from tealform.policy.environment import Environment
from tealform.policy.rules.service_exec import CHECK
from tests.unit.policy.rules.parts import SERVICE, put
from tests.unit.policy.rules.shipped import Json, document, failed, judged


@pytest.mark.parametrize("name", ["prod"])
def test_the_shipped_environments_are_as_it_wants_them(name: str) -> None:
    assert not any(judged(CHECK, name).values())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param(put(SERVICE, "enable_execute_command", True), "enable_execute_command is true", id="on"),
        pytest.param(put(SERVICE, "enable_execute_command", "true"), "enable_execute_command is true", id="on as text"),
    ],
)
def test_it_tells_what_is_wrong(change: Callable[[Json], None], message: str) -> None:
    assert failed(CHECK, "prod", change) == {SERVICE: message}


def test_elsewhere_one_may() -> None:
    assert not evaluate(Environment("dev", document("dev")), [CHECK]).judged
