"""A task shares nothing with its host."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tealform.policy.rules.task_host import CHECK
from tests.unit.policy.rules.parts import TASK, drop, put
from tests.unit.policy.rules.shipped import Json, failed, judged


@pytest.mark.parametrize("name", ["dev", "staging", "prod"])
def test_the_shipped_environments_are_as_it_wants_them(name: str) -> None:
    assert not any(judged(CHECK, name).values())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param(
            put(TASK, "network_mode", "host"), "its network_mode is host, not awsvpc", id="network of the host"
        ),
        pytest.param(drop(TASK, "network_mode"), "its network_mode is missing, not awsvpc", id="network unsaid"),
        pytest.param(put(TASK, "pid_mode", "host"), "its pid_mode is host", id="processes"),
        pytest.param(put(TASK, "ipc_mode", "host"), "its ipc_mode is host", id="memory"),
        pytest.param(
            put(TASK, "volume", {"name": "docker", "host_path": "/var/run/docker.sock"}),
            "its volume docker is /var/run/docker.sock of the host",
            id="files",
        ),
    ],
)
def test_it_tells_what_is_wrong(change: Callable[[Json], None], message: str) -> None:
    assert failed(CHECK, "prod", change) == {TASK: message}


def test_a_volume_of_the_task_itself_may_be() -> None:
    assert not failed(CHECK, "prod", put(TASK, "volume", [{"name": "scratch"}]))
