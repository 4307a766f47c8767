"""What has production traffic, and what happens to held and stopped deployments, as a release sees it."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from tealform_harness.aws_emulator.server import EmulatedAws
from tealform_harness.verify import push_source
from tealform_harness.verify.release import Live, ReleaseRunner
from tests import support

NETWORK = 'type = "network"\n  protocol = "http"'
ALL_AT_ONCE = 'release { strategy = "all_at_once" }'
ECS = 'release { engine = "ecs" }'
HELD = "release { hold_minutes = 60 }"

BLUE_LIVE = [{"TargetGroupArn": "blue", "Weight": 100}, {"TargetGroupArn": "green", "Weight": 0}]
GREEN_LIVE = [{"TargetGroupArn": "green", "Weight": 1}]


class FakeAws:
    """An AWS with one service and deployments; it records which of them are continued and stopped."""

    def __init__(self) -> None:
        self.ready: list[str] = []
        self.in_progress: list[str] = []
        self.continued: list[str] = []
        self.stopped: list[str] = []
        self._clients = {
            "ecs": SimpleNamespace(describe_services=lambda **_: {"services": [_service()]}),
            "elbv2": SimpleNamespace(
                describe_load_balancers=lambda **_: {"LoadBalancers": [{"LoadBalancerArn": "balancer"}]},
                describe_listeners=lambda **_: {"Listeners": [_listener(80, GREEN_LIVE), _listener(8443, BLUE_LIVE)]},
                describe_rules=lambda **_: {"Rules": [_rule("1", GREEN_LIVE), _rule("100", BLUE_LIVE)]},
            ),
            "codedeploy": SimpleNamespace(
                list_deployments=self._list_deployments,
                stop_deployment=lambda **asked: self.stopped.append(asked["deploymentId"]),
                continue_deployment=lambda **asked: self.continued.append(asked["deploymentId"]),
            ),
        }

    def _list_deployments(self, **asked: Any) -> dict[str, list[str]]:
        return {"deployments": self.ready if asked["includeOnlyStatuses"] == ["Ready"] else self.in_progress}

    def client(self, service: str, _: str) -> Any:
        return self._clients.get(service)


def _service() -> dict[str, Any]:
    sets = [{"status": "ACTIVE", "taskDefinition": "web:1"}, {"status": "PRIMARY", "taskDefinition": "web:2"}]
    return {"taskDefinition": "web:3", "taskSets": sets}


def _forward(groups: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{"Type": "forward", "ForwardConfig": {"TargetGroups": groups}}]


def _listener(port: int, groups: list[dict[str, Any]]) -> dict[str, Any]:
    return {"Port": port, "ListenerArn": str(port), "DefaultActions": _forward(groups)}


def _rule(priority: str, groups: list[dict[str, Any]]) -> dict[str, Any]:
    return {"Priority": priority, "Actions": _forward(groups)}


def _runner(aws: FakeAws, service: str, balancer: str = 'protocol = "http"') -> ReleaseRunner:
    text = support.environment(service=f"priority = 100\n  {service}", load_balancer=balancer)
    return ReleaseRunner(cast(EmulatedAws, aws), support.settings(text, "dev"), "web", Path())


@pytest.mark.parametrize(
    ("service", "balancer", "live"),
    [
        (ALL_AT_ONCE, 'protocol = "http"', Live(("blue",), "web:2")),
        (ALL_AT_ONCE, NETWORK, Live(("green",), "web:2")),
        (ECS, 'protocol = "http"', Live(("blue",), "web:3")),
        (ECS, NETWORK, Live(("green",), "web:3")),
    ],
)
def test_live_is_where_the_production_route_leads_and_what_the_service_runs(
    service: str, balancer: str, live: Live
) -> None:
    assert _runner(FakeAws(), service, balancer).live() == live


@pytest.mark.parametrize(
    ("service", "ready", "wrong"),
    [(HELD, ["d-1"], False), (HELD, [], True), (ALL_AT_ONCE, [], False), (ALL_AT_ONCE, ["d-1"], True)],
)
def test_green_is_held_and_continued_where_the_settings_say_so_and_nowhere_else(
    service: str, ready: list[str], wrong: bool
) -> None:
    aws = FakeAws()
    aws.ready = ready
    runner = _runner(aws, service)
    runner._continue()
    assert aws.continued == ready
    assert bool(list(runner._check_hold())) == wrong


def test_ecs_holds_nothing_in_codedeploy() -> None:
    aws = FakeAws()
    aws.ready = ["d-1"]
    _runner(aws, ECS)._continue()
    assert aws.continued == []


def _rolling_back(
    monkeypatch: pytest.MonkeyPatch, lives: list[Live], status: str, service: str = ALL_AT_ONCE
) -> tuple[FakeAws, list[str]]:
    """Stop a release, where ``lives`` are live one after the other, and return what is wrong after that."""
    aws = FakeAws()
    aws.in_progress = ["d-1"]
    monkeypatch.setattr(ReleaseRunner, "live", lambda _: lives.pop(0))
    monkeypatch.setattr(push_source, "push", lambda *_: None)

    def follow(_: ReleaseRunner, meanwhile: Any) -> str:
        meanwhile()
        return status

    monkeypatch.setattr(ReleaseRunner, "_follow", follow)
    return aws, list(_runner(aws, service).roll_back("stopped"))


OLD, NEW = Live(("blue",), "web:2"), Live(("green",), "web:3")


def test_stopped_release_gives_the_traffic_back(monkeypatch: pytest.MonkeyPatch) -> None:
    aws, wrong = _rolling_back(monkeypatch, [OLD, NEW, OLD], "Failed")
    assert (aws.stopped, wrong) == (["d-1"], [])


def test_release_that_is_stopped_and_stays_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    _, wrong = _rolling_back(monkeypatch, [OLD, NEW, NEW], "Succeeded")
    assert wrong == [
        "a release of web that was stopped succeeded",
        f"{NEW} is live in web after a rollback, before it was {OLD}",
    ]


def test_release_is_not_stopped_before_traffic_has_moved(monkeypatch: pytest.MonkeyPatch) -> None:
    aws, _ = _rolling_back(monkeypatch, [OLD, OLD, OLD], "Succeeded")
    assert aws.stopped == []


def test_release_that_keeps_no_blue_is_stopped_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    aws, wrong = _rolling_back(monkeypatch, [OLD, OLD, OLD], "Failed", "release { keep_blue_minutes = 0 }")
    assert (aws.stopped, wrong) == (["d-1"], [])


def test_ecs_is_not_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    aws, wrong = _rolling_back(monkeypatch, [], "Failed", ECS)
    assert (aws.stopped, wrong) == ([], [])
