"""What is told of a service beside its pipeline: each pattern held against events that AWS documents."""

import json
from typing import Any

import pytest

from tests.support import Template, environment, template
from tests.unit.notifications.recorded import recorded, takes, told

TOLD = "notifications {}"
CHAT = 'notifications {\n slack {\n workspace = "T012AB3CD"\n channel = "C012AB3CD"\n }\n}'
ECS = 'release { engine = "ecs" }'
WITH_OWN_ALARM = 'release {\n alarms {\n names = ["orders too few"]\n }\n}'

SERVICES = {
    "codedeploy": WITH_OWN_ALARM,
    "ecs": ECS,
}


def generated(engine: str = "codedeploy", top: str = TOLD) -> Template:
    return template(environment(service=SERVICES[engine], top=top))


def pattern(kind: str, engine: str = "codedeploy") -> str:
    text: str = generated(engine).named("aws_cloudwatch_event_rule", f"service-notifications-web_{kind}_rule")[
        "event_pattern"
    ]
    return text


TAKEN = [
    ("deployments", "codedeploy", "codedeploy/success", {"SUCCESS": "FAILURE"}),
    ("deployments", "codedeploy", "codedeploy/success", {"SUCCESS": "STOP"}),
    ("deployments", "ecs", "ecs/deployment-failed", {}),
    ("tasks", "codedeploy", "ecs/task-placement-failure", {}),
    ("tasks", "ecs", "ecs/task-placement-failure", {"SERVICE_TASK_PLACEMENT_FAILURE": "SERVICE_TASK_START_IMPAIRED"}),
    ("tasks", "ecs", "ecs/task-placement-failure", {"PLACEMENT_FAILURE": "CONFIGURATION_FAILURE"}),
    ("alarms", "codedeploy", "cloudwatch/alarm", {}),
    ("alarms", "codedeploy", "cloudwatch/alarm", {"shop-test-web-blue-unhealthy": "shop-test-web-green-latency"}),
    ("alarms", "codedeploy", "cloudwatch/alarm", {"shop-test-web-blue-unhealthy": "orders too few"}),
]

LEFT = [
    # another state
    ("deployments", "codedeploy", "codedeploy/success", {}),
    ("deployments", "codedeploy", "codedeploy/success", {"SUCCESS": "START"}),
    ("deployments", "ecs", "ecs/deployment-completed", {}),
    ("tasks", "codedeploy", "ecs/steady-state", {}),
    ("alarms", "codedeploy", "cloudwatch/alarm", {'"value": "ALARM"': '"value": "OK"'}),
    ("alarms", "codedeploy", "cloudwatch/alarm", {'"value": "ALARM"': '"value": "INSUFFICIENT_DATA"'}),
    # another one's
    ("deployments", "codedeploy", "codedeploy/success", {"SUCCESS": "FAILURE", "shop-test-web": "shop-test-web-api"}),
    ("deployments", "ecs", "ecs/deployment-failed", {"shop-test/shop-test-web": "shop-test/shop-test-web-api"}),
    ("deployments", "ecs", "ecs/deployment-failed", {"shop-test/shop-test-web": "shop-prod/shop-test-web"}),
    ("tasks", "codedeploy", "ecs/task-placement-failure", {"shop-test/shop-test-web": "shop-prod/shop-test-web"}),
    ("tasks", "codedeploy", "ecs/task-placement-failure", {"123456789012": "999999999999"}),
    ("alarms", "codedeploy", "cloudwatch/alarm", {"shop-test-web-blue-unhealthy": "shop-test-web-api-blue-unhealthy"}),
    ("alarms", "codedeploy", "cloudwatch/alarm", {"123456789012": "999999999999"}),
    # of another kind
    ("deployments", "ecs", "ecs/task-placement-failure", {}),
    ("tasks", "ecs", "ecs/deployment-failed", {}),
]


def called(case: tuple[str, str, str, dict[str, str]]) -> str:
    kind, engine, name, changes = case
    return f"{kind} of {engine}: {name} {' '.join(changes.values())}"


@pytest.mark.parametrize(("kind", "engine", "name", "changes"), TAKEN, ids=map(called, TAKEN))
def test_it_is_told(kind: str, engine: str, name: str, changes: dict[str, str]) -> None:
    assert takes(pattern(kind, engine), recorded(name, changes))


@pytest.mark.parametrize(("kind", "engine", "name", "changes"), LEFT, ids=map(called, LEFT))
def test_it_is_not_told(kind: str, engine: str, name: str, changes: dict[str, str]) -> None:
    assert not takes(pattern(kind, engine), recorded(name, changes))


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
    assert told(target(kind, engine, TOLD)["input_transformer"], event) == sentence
    if engine == "codedeploy":
        assert told(target(kind, engine, CHAT)["input_transformer"], event) == f"{title}: {sentence}"


def test_rules_write_to_the_topic_by_its_policy_and_not_with_a_role() -> None:
    one = target("tasks", "codedeploy", TOLD)
    assert one["arn"] == "${aws_sns_topic.notifications_topic.arn}"
    assert "role_arn" not in one
    assert one["depends_on"] == ["aws_sns_topic_policy.notifications_policy", "aws_kms_key_policy.key_policy"]


def test_names_of_alarms_that_are_too_long_for_one_rule_are_divided() -> None:
    names = [f"{'é' * 250}-{number}" for number in range(12)]
    listed = ", ".join(f'"{name}"' for name in names)
    many = template(
        environment(service=f'release {{\n engine = "ecs"\n alarms {{\n names = [{listed}]\n }}\n}}', top=TOLD)
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
    rules = template(environment(service=none, top=TOLD)).resources("aws_cloudwatch_event_rule")
    assert {rule["name"] for rule in rules.values()} == {
        "shop-test-web-start",
        "shop-test-web-deployments",
        "shop-test-web-tasks",
    }
