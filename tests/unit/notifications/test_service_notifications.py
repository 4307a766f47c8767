"""Notifications of a service: patterns matched against events that AWS documents, and what people read."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

import pytest
from moto.events.models import EventPattern

from tests.inventory import ROOT
from tests.support import Template, environment, template
from tests.unit.pipeline.events import unknown

PLAIN = "notifications {}"
CHAT = 'notifications {\n slack {\n workspace = "T012AB3CD"\n channel = "C012AB3CD"\n }\n}'
SERVICES = {
    "codedeploy": 'release {\n alarms {\n names = ["orders too few"]\n }\n}',
    "ecs": 'release { engine = "ecs" }',
}

OURS = {
    "us-east-1": "eu-west-1",
    "us-west-2": "eu-west-1",
    "111122223333": "123456789012",
    "default/servicetest": "shop-test/shop-test-web",
    "cluster/default": "cluster/shop-test",
    "myApplication": "shop-test-web",
    "myDeploymentGroup": "shop-test-web",
    "ServerCpuTooHigh": "shop-test-web-blue-unhealthy",
}
"""Names in the events that AWS documents, and those of the environment in these tests."""


def recorded(name: str, changes: Mapping[str, str]) -> dict[str, Any]:
    """Return the event in ``tests/events/<name>.json`` with our names, and then with ``changes``."""
    text = (ROOT / "tests" / "events" / f"{name}.json").read_text(encoding="utf-8")
    for theirs, ours in OURS.items():
        text = text.replace(theirs, ours)
    for before, after in changes.items():
        assert before in text, f"{before} is not in {name}"
        text = text.replace(before, after)
    event: dict[str, Any] = json.loads(text)
    return event


def is_match(pattern: str, event: Any) -> bool:
    """Whether EventBridge would match the event. The matcher treats an operator that it does not know as a match."""
    assert list(unknown(json.loads(pattern))) == []
    return bool(EventPattern.load(pattern).matches_event(event))


def transform(transformer: dict[str, Any], event: dict[str, Any]) -> str:
    """Return what an input transformer sends: a sentence, or title and description of a chat message."""
    values = {name: _read_path(event, path) for name, path in transformer["input_paths"].items()}
    sent = json.loads(re.sub(r"<(\w+)>", lambda found: values[found[1]], transformer["input_template"]))
    if isinstance(sent, str):
        return sent
    assert (sent["version"], sent["source"], sent["content"]["textType"]) == ("1.0", "custom", "client-markdown")
    return f"{sent['content']['title']}: {sent['content']['description']}"


def _read_path(event: dict[str, Any], path: str) -> str:
    found: Any = event
    for key in path.removeprefix("$.").split("."):
        found = found[key]
    assert isinstance(found, str)
    return found


def generated(engine: str = "codedeploy", top: str = PLAIN) -> Template:
    return template(environment(service=SERVICES[engine], top=top))


FAILURE = {"SUCCESS": "FAILURE"}
ALARM = "shop-test-web-blue-unhealthy"
SERVICE = "shop-test/shop-test-web"

CASES = [
    (True, "deployments", "codedeploy", "codedeploy/success", FAILURE),
    (True, "deployments", "codedeploy", "codedeploy/success", {"SUCCESS": "STOP"}),
    (True, "deployments", "ecs", "ecs/deployment-failed", {}),
    (True, "tasks", "codedeploy", "ecs/task-placement-failure", {}),
    (True, "tasks", "ecs", "ecs/task-placement-failure", {"TASK_PLACEMENT_FAILURE": "TASK_START_IMPAIRED"}),
    (True, "tasks", "ecs", "ecs/task-placement-failure", {"PLACEMENT_FAILURE": "CONFIGURATION_FAILURE"}),
    (True, "alarms", "codedeploy", "cloudwatch/alarm", {}),
    (True, "alarms", "codedeploy", "cloudwatch/alarm", {ALARM: "shop-test-web-green-latency"}),
    (True, "alarms", "codedeploy", "cloudwatch/alarm", {ALARM: "orders too few"}),
    # Another state.
    (False, "deployments", "codedeploy", "codedeploy/success", {}),
    (False, "deployments", "codedeploy", "codedeploy/success", {"SUCCESS": "START"}),
    (False, "deployments", "ecs", "ecs/deployment-completed", {}),
    (False, "tasks", "codedeploy", "ecs/steady-state", {}),
    (False, "alarms", "codedeploy", "cloudwatch/alarm", {'"value": "ALARM"': '"value": "OK"'}),
    (False, "alarms", "codedeploy", "cloudwatch/alarm", {'"value": "ALARM"': '"value": "INSUFFICIENT_DATA"'}),
    # Another service, cluster or account.
    (False, "deployments", "codedeploy", "codedeploy/success", FAILURE | {"shop-test-web": "shop-test-web-api"}),
    (False, "deployments", "ecs", "ecs/deployment-failed", {SERVICE: "shop-test/shop-test-web-api"}),
    (False, "deployments", "ecs", "ecs/deployment-failed", {SERVICE: "shop-prod/shop-test-web"}),
    (False, "tasks", "codedeploy", "ecs/task-placement-failure", {SERVICE: "shop-prod/shop-test-web"}),
    (False, "tasks", "codedeploy", "ecs/task-placement-failure", {"123456789012": "999999999999"}),
    (False, "alarms", "codedeploy", "cloudwatch/alarm", {ALARM: "shop-test-web-api-blue-unhealthy"}),
    (False, "alarms", "codedeploy", "cloudwatch/alarm", {"123456789012": "999999999999"}),
    # Another kind of event.
    (False, "deployments", "ecs", "ecs/task-placement-failure", {}),
    (False, "tasks", "ecs", "ecs/deployment-failed", {}),
]


@pytest.mark.parametrize(
    ("matches", "kind", "engine", "name", "changes"),
    [
        pytest.param(
            *case, id=f"{kind} of {engine}: {name} {' '.join(changes.values())} {'sent' if sent else 'not sent'}"
        )
        for case in CASES
        for sent, kind, engine, name, changes in [case]
    ],
)
def test_exactly_the_events_of_the_service_that_need_attention_are_sent(
    matches: bool, kind: str, engine: str, name: str, changes: dict[str, str]
) -> None:
    rule = generated(engine).named("aws_cloudwatch_event_rule", f"service-notifications-web_{kind}_rule")
    assert is_match(rule["event_pattern"], recorded(name, changes)) is matches


def target(kind: str, engine: str, top: str) -> dict[str, Any]:
    return generated(engine, top).named("aws_cloudwatch_event_target", f"service-notifications-web_{kind}_target")


SENTENCES = [
    (
        "deployments",
        "codedeploy",
        "codedeploy/success",
        "Deployment of shop-test-web",
        "The deployment d-123456789 of shop-test-web in eu-west-1 ended with STOP.",
    ),
    (
        "deployments",
        "ecs",
        "ecs/deployment-failed",
        "Deployment of shop-test-web",
        "The deployment ecs-svc/123 of shop-test-web in eu-west-1 failed: "
        "ECS deployment circuit breaker: task failed to start.",
    ),
    (
        "tasks",
        "codedeploy",
        "ecs/task-placement-failure",
        "Tasks of shop-test-web",
        "Tasks of shop-test-web in eu-west-1 cannot be placed or do not start: SERVICE_TASK_PLACEMENT_FAILURE",
    ),
    (
        "alarms",
        "codedeploy",
        "cloudwatch/alarm",
        "Alarm of shop-test-web",
        "The alarm shop-test-web-blue-unhealthy in eu-west-1 is raised: Threshold Crossed: 1 out of the last 1 datapoints "
        "[99.50160229693434 (02/10/19 16:59:00)] was greater than the threshold (50.0) (minimum 1 datapoint for "
        "OK -> ALARM transition).",
    ),
]


@pytest.mark.parametrize(
    ("kind", "engine", "name", "title", "sentence"),
    SENTENCES,
    ids=[f"{kind} {engine}" for kind, engine, *_ in SENTENCES],
)
def test_people_read_a_sentence_and_chats_get_their_own_form(
    kind: str, engine: str, name: str, title: str, sentence: str
) -> None:
    event = recorded(name, {"SUCCESS": "STOP"} if "codedeploy" in name else {})
    assert transform(target(kind, engine, PLAIN)["input_transformer"], event) == sentence
    if engine == "codedeploy":
        assert transform(target(kind, engine, CHAT)["input_transformer"], event) == f"{title}: {sentence}"


def test_rules_write_to_the_topic_by_its_policy_and_not_with_a_role() -> None:
    one = target("tasks", "codedeploy", PLAIN)
    assert one["arn"] == "${aws_sns_topic.notifications_topic.arn}"
    assert "role_arn" not in one
    assert one["depends_on"] == ["aws_sns_topic_policy.notifications_policy", "aws_kms_key_policy.key_policy"]


def test_names_of_alarms_that_are_too_long_for_one_rule_are_divided() -> None:
    names = [f"{'é' * 250}-{number}" for number in range(12)]
    listed = ", ".join(f'"{name}"' for name in names)
    many = template(
        environment(service=f'release {{\n engine = "ecs"\n alarms {{\n names = [{listed}]\n }}\n}}', top=PLAIN)
    )
    rules = {
        rule["name"]: rule["event_pattern"]
        for rule in many.resources("aws_cloudwatch_event_rule").values()
        if "-alarms" in rule["name"]
    }
    assert sorted(rules) == ["shop-test-web-alarms", "shop-test-web-alarms-2"]
    assert max(map(len, rules.values())) <= 2048
    watched = [name for _, text in sorted(rules.items()) for name in json.loads(text)["detail"]["alarmName"]]
    assert watched[-12:] == names
    assert len(watched) == 18


def test_nothing_listens_to_alarms_where_there_are_none() -> None:
    none = "release {\n alarms {\n unhealthy_targets = 0\n errors_percent = 0\n latency_milliseconds = 0\n }\n}"
    rules = template(environment(service=none, top=PLAIN)).resources("aws_cloudwatch_event_rule")
    assert {rule["name"] for rule in rules.values()} == {
        "shop-test-web-start",
        "shop-test-web-deployments",
        "shop-test-web-tasks",
    }
