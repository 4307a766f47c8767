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
    ("service", "ready", "continued", "wrong"),
    [
        (HELD, ["d-1"], ["d-1"], False),
        (HELD, [], [], True),
        (ALL_AT_ONCE, [], [], False),
        (ALL_AT_ONCE, ["d-1"], ["d-1"], True),
        (ECS, ["d-1"], [], False),
    ],
    ids=["held", "not held", "no hold", "unexpected hold", "ECS holds nothing in CodeDeploy"],
)
def test_green_is_held_and_continued_only_where_the_settings_say_so(
    service: str, ready: list[str], continued: list[str], wrong: bool
) -> None:
    aws = FakeAws()
    aws.ready = ready
    runner = _runner(aws, service)
    runner._continue()
    assert aws.continued == continued
    assert bool(list(runner._check_hold())) == wrong


OLD, NEW = Live(("blue",), "web:2"), Live(("green",), "web:3")


@pytest.mark.parametrize(
    ("service", "lives", "status", "stopped", "findings"),
    [
        (ALL_AT_ONCE, [OLD, NEW, OLD], "Failed", ["d-1"], []),
        (
            ALL_AT_ONCE,
            [OLD, NEW, NEW],
            "Succeeded",
            ["d-1"],
            [
                "a release of web that was stopped succeeded",
                f"{NEW} is live in web after a rollback, before it was {OLD}",
            ],
        ),
        (ALL_AT_ONCE, [OLD, OLD, OLD], "Succeeded", [], ["a release of web that was stopped succeeded"]),
        ("release { keep_blue_minutes = 0 }", [OLD, OLD, OLD], "Failed", ["d-1"], []),
        (ECS, [], "Failed", [], []),
    ],
    ids=["rolls back", "stays", "traffic has not moved", "keeps no blue: stopped at once", "ECS is not stopped"],
)
def test_stopped_release_rolls_back(
    monkeypatch: pytest.MonkeyPatch,
    service: str,
    lives: list[Live],
    status: str,
    stopped: list[str],
    findings: list[str],
) -> None:
    aws, states = FakeAws(), iter(lives)
    aws.in_progress = ["d-1"]
    monkeypatch.setattr(ReleaseRunner, "live", lambda _: next(states))
    monkeypatch.setattr(push_source, "push", lambda *_: None)

    def follow(_: ReleaseRunner, meanwhile: Any) -> str:
        meanwhile()
        return status

    monkeypatch.setattr(ReleaseRunner, "_follow", follow)
    assert list(_runner(aws, service).roll_back("stopped")) == findings
    assert aws.stopped == stopped
