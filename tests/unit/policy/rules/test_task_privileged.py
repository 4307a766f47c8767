"""No container has more power over its host than it needs."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tealform.policy.rules.task_privileged import CHECK
from tests.unit.policy.rules.parts import TASK, contain, put
from tests.unit.policy.rules.shipped import Json, failed, judged


@pytest.mark.parametrize("name", ["dev", "staging", "prod"])
def test_the_shipped_environments_are_as_it_wants_them(name: str) -> None:
    assert not any(judged(CHECK, name).values())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param(contain(privileged=True), "container web is privileged", id="privileged"),
        pytest.param(
            contain(linuxParameters={"capabilities": {"add": ["SYS_PTRACE", "NET_ADMIN"]}}),
            "container web adds SYS_PTRACE, NET_ADMIN to its capabilities",
            id="capabilities",
        ),
        pytest.param(
            contain(linuxParameters={"devices": [{"hostPath": "/dev/sda"}]}),
            "container web has devices of its host",
            id="devices",
        ),
    ],
)
def test_it_tells_what_is_wrong(change: Callable[[Json], None], message: str) -> None:
    assert failed(CHECK, "prod", change) == {TASK: message}


def test_capabilities_may_be_dropped() -> None:
    assert not failed(CHECK, "prod", contain(privileged=False, linuxParameters={"capabilities": {"drop": ["ALL"]}}))


def test_another_container_is_looked_into_as_well() -> None:
    two = '[{"name": "web"}, {"name": "agent", "privileged": true}]'
    assert failed(CHECK, "prod", put(TASK, "container_definitions", two)) == {TASK: "container agent is privileged"}


def test_keys_in_another_case_are_the_same_keys() -> None:
    assert failed(CHECK, "prod", contain(Privileged=True)) == {TASK: "container web is privileged"}
    added = contain(LinuxParameters={"Capabilities": {"Add": ["SYS_PTRACE"]}})
    assert failed(CHECK, "prod", added) == {TASK: "container web adds SYS_PTRACE to its capabilities"}
