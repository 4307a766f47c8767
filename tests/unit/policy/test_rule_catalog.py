"""What is said of each rule, and what checkov makes of our policies in YAML."""

from __future__ import annotations

import re
from collections import Counter
from copy import deepcopy
from typing import Any

import pytest
import yaml

from tealform.policy import checkov, checkov_input, plan_for_checkov, rule_catalog, rules
from tealform.policy.checkov import Scan
from tealform.policy.rule import SEVERITIES, Finding
from tealform.synth import environments
from tests.inventory import ROOT
from tests.unit.policy import stacks
from tools import settings_docs

SAID: dict[str, dict[str, Any]] = yaml.safe_load(rule_catalog.BUILTIN.read_text(encoding="utf-8"))

_TITLE = re.compile(r"^## (.+)$", re.MULTILINE)
_KEY = re.compile(r"^\| `(\w+)` \|", re.MULTILINE)


def _settings() -> set[str]:
    """Every setting of the reference, like ``service.<name>.release.approval``."""
    first, *rest = re.split(_TITLE, settings_docs.text())
    found = set(_KEY.findall(first))
    for title, text in zip(rest[::2], rest[1::2], strict=True):
        found |= {f"{_block(title)}.{key}" for key in _KEY.findall(text)}
    return found


def _block(title: str) -> str:
    """``service "<name>".source "s3"`` as ``service.<name>.source``: a kind of a block is no part of the way to a key."""
    return re.sub(r' "(?!<)[^"]*"', "", title).replace(' "<name>"', ".<name>")


@pytest.mark.parametrize("check", SAID)
def test_what_is_said_is_whole(check: str) -> None:
    said = SAID[check]
    assert set(said) - {"setting"} == {"severity", "why", "fix", "link"}
    assert said["severity"] in SEVERITIES
    assert said["link"].startswith("https://docs.")
    for text in (said["why"], said["fix"]):
        assert re.fullmatch(r"\S.{20,}\.", text), f"a sentence of some length, with its full stop: {text}"


def test_settings_that_are_named_exist() -> None:
    settings = _settings()
    assert "service.<name>.release.approval" in settings
    assert {said["setting"] for said in SAID.values() if "setting" in said} <= settings


def test_a_check_is_said_once() -> None:
    keys = re.findall(r"^(CKV\w+):", rule_catalog.BUILTIN.read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(keys) == sorted(SAID)


def test_checks_of_a_plan_say_what_those_of_the_document_say() -> None:
    for check in plan_for_checkov.ONLY_PLANNED:
        assert check in SAID
        for document in plan_for_checkov.checks_of_document(check):
            assert SAID[document]["severity"] == SAID[check]["severity"], (
                f"{check} and {document} are of the same thing"
            )


def test_secrets_are_critical() -> None:
    secrets = [said for check, said in SAID.items() if check.startswith("CKV_SECRET_")]
    assert secrets
    assert {said["severity"] for said in secrets} == {"critical"}


def test_finding_is_told_with_its_severity_reason_and_setting() -> None:
    told = rule_catalog.rule_of(Finding("CKV_AWS_150", "Ensure deletion protection", "aws_lb.load-balancer"))
    assert (told.id, told.severity, told.title) == ("CKV_AWS_150", "medium", "Ensure deletion protection")
    assert told.setting == "disposable"
    assert told.why == SAID["CKV_AWS_150"]["why"]
    assert told.fix == SAID["CKV_AWS_150"]["fix"]
    assert told.link == SAID["CKV_AWS_150"]["link"]


def test_checks_page_goes_before_ours() -> None:
    page = "https://docs.example.com/checkov"
    assert rule_catalog.rule_of(Finding("CKV_AWS_150", "Ensure", "aws_lb.x", guideline=page)).link == page


def test_check_of_which_nothing_is_said_is_told_in_checkovs_words() -> None:
    told = rule_catalog.rule_of(Finding("CKV_AWS_99999", "Ensure something", "aws_vpc.main"))
    assert (told.severity, told.why, told.link) == ("medium", "Ensure something", "")


@pytest.mark.slow
def test_every_check_that_judges_a_shipped_environment_is_known() -> None:
    folders = [environments.find_folder(ROOT, name) for name in environments.list_names(ROOT)]
    scans = checkov.scan([checkov_input.read_stack(folder) for folder in folders])
    assert [scan.blind for scan in scans if scan.blind] == []
    judged = {check for scan in scans for check, _ in scan.judged if check.startswith("CKV")}
    assert len(judged) > 50
    assert judged - set(SAID) == set()


Json = dict[str, Any]

GROUP: Json = {
    "auto_rollback_configuration": {
        "enabled": True,
        "events": ["DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_REQUEST", "DEPLOYMENT_STOP_ON_ALARM"],
    },
    "alarm_configuration": {"enabled": True, "alarms": ["errors"]},
    "deployment_style": {"deployment_type": "BLUE_GREEN", "deployment_option": "WITH_TRAFFIC_CONTROL"},
    "blue_green_deployment_config": {"terminate_blue_instances_on_deployment_success": {"action": "TERMINATE"}},
}
PROJECT: Json = {"logs_config": {"cloudwatch_logs": {"group_name": "builds", "status": "ENABLED"}}}
LOGS: Json = {"name": "/web", "retention_in_days": 30}
FOR_ECS: Json = {"name": "web", "compute_platform": "ECS"}
FLOW_LOG: Json = {"traffic_type": "ALL", "vpc_id": "vpc-0123456789abcdef0"}
FUNCTION: Json = {"filename": "program.zip", "source_code_hash": "yL41Hs3QHC9xnWqaGPcagG1CA8lkfKCBWB7KRySIFLw="}
SERVICE: Json = {"deployment_controller": {"type": "CODE_DEPLOY"}, "platform_version": "LATEST"}

GOOD = {
    "aws_codedeploy_deployment_group": GROUP,
    "aws_codebuild_project": PROJECT,
    "aws_cloudwatch_log_group": LOGS,
    "aws_codedeploy_app": FOR_ECS,
    "aws_codedeploy_deployment_config": {**FOR_ECS, "lifecycle": {"create_before_destroy": True}},
    "aws_flow_log": FLOW_LOG,
    "aws_lambda_function": FUNCTION,
    "aws_ecs_service": SERVICE,
}
"""By type, a resource that no policy has anything against."""

_GONE = object()

BLUE = "blue_green_deployment_config"
TERMINATES = "terminate_blue_instances_on_deployment_success"
EVENTS = "auto_rollback_configuration.events"

_BREACHES: dict[tuple[str, str], dict[str, dict[str, Any]]] = {
    ("TEAL_RELEASE_ROLLBACK", "aws_codedeploy_deployment_group"): {
        "no-rollback-block": {"auto_rollback_configuration": _GONE},
        "rollback-off": {"auto_rollback_configuration.enabled": False},
        "rollback-unsaid": {"auto_rollback_configuration.enabled": _GONE},
        "no-events": {EVENTS: _GONE},
        "empty-events": {EVENTS: []},
        "not-on-failure": {EVENTS: ["DEPLOYMENT_STOP_ON_REQUEST", "DEPLOYMENT_STOP_ON_ALARM"]},
        "not-on-request": {EVENTS: ["DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM"]},
        "not-on-alarm": {EVENTS: ["DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_REQUEST"]},
    },
    ("TEAL_RELEASE_STYLE", "aws_codedeploy_deployment_group"): {
        "no-style": {"deployment_style": _GONE},
        "in-place": {"deployment_style.deployment_type": "IN_PLACE"},
        "type-unsaid": {"deployment_style.deployment_type": _GONE},
        "no-traffic-control": {"deployment_style.deployment_option": "WITHOUT_TRAFFIC_CONTROL"},
        "option-unsaid": {"deployment_style.deployment_option": _GONE},
    },
    ("TEAL_RELEASE_TERMINATES_BLUE", "aws_codedeploy_deployment_group"): {
        "keeps-alive": {f"{BLUE}.{TERMINATES}.action": "KEEP_ALIVE"},
        "no-end-of-blue": {f"{BLUE}.{TERMINATES}": _GONE},
        "no-blue-green": {BLUE: _GONE},
    },
    ("TEAL_RELEASE_PLATFORM", "aws_codedeploy_app"): {
        "server-app": {"compute_platform": "Server"},
        "app-unsaid": {"compute_platform": _GONE},
    },
    ("TEAL_RELEASE_PLATFORM", "aws_codedeploy_deployment_config"): {
        "lambda-config": {"compute_platform": "Lambda"},
        "config-unsaid": {"compute_platform": _GONE},
    },
    ("TEAL_BUILD_LOGS", "aws_codebuild_project"): {
        "no-logs": {"logs_config": _GONE},
        "no-cloudwatch": {"logs_config.cloudwatch_logs": _GONE},
        "logs-off": {"logs_config.cloudwatch_logs.status": "DISABLED"},
        "no-group": {"logs_config.cloudwatch_logs.group_name": _GONE},
        "empty-group": {"logs_config.cloudwatch_logs.group_name": ""},
    },
    ("TEAL_LOG_RETENTION", "aws_cloudwatch_log_group"): {
        "kept-for-ever": {"retention_in_days": 0},
        "retention-unsaid": {"retention_in_days": _GONE},
    },
    ("TEAL_FLOW_LOG_TRAFFIC", "aws_flow_log"): {
        "accepted-alone": {"traffic_type": "ACCEPT"},
        "rejected-alone": {"traffic_type": "REJECT"},
        "traffic-unsaid": {"traffic_type": _GONE},
    },
    ("TEAL_FUNCTION_RENEWED", "aws_lambda_function"): {"no-hash": {"source_code_hash": _GONE}},
    ("TEAL_SERVICE_FORCED", "aws_ecs_service"): {
        "forced": {"force_new_deployment": True},
        "forced-as-text": {"force_new_deployment": "true"},
    },
    ("TEAL_SERVICE_PLATFORM", "aws_ecs_service"): {"old-platform": {"platform_version": "1.3.0"}},
}
BREACHES = {
    name: (check, kind, changes) for (check, kind), cases in _BREACHES.items() for name, changes in cases.items()
}
"""By name, what is changed of a good resource of a type, and the policy that has something against it."""

STILL_GOOD: dict[str, tuple[str, dict[str, Any]]] = {
    "without-alarms": (
        "aws_codedeploy_deployment_group",
        {"alarm_configuration": _GONE, EVENTS: ["DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_REQUEST"]},
    ),
    "alarms-off": (
        "aws_codedeploy_deployment_group",
        {"alarm_configuration.enabled": False, EVENTS: ["DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_REQUEST"]},
    ),
    "status-unsaid": ("aws_codebuild_project", {"logs_config.cloudwatch_logs.status": _GONE}),
    "group-by-reference": (
        "aws_codebuild_project",
        {"logs_config.cloudwatch_logs.group_name": "${aws_cloudwatch_log_group.of-another-environment.name}"},
    ),
    "one-day": ("aws_cloudwatch_log_group", {"retention_in_days": 1}),
    "days-as-text": ("aws_cloudwatch_log_group", {"retention_in_days": "30"}),
    "image-of-a-function": ("aws_lambda_function", {"source_code_hash": _GONE, "image_uri": "images@sha256:1"}),
    "not-forced": ("aws_ecs_service", {"force_new_deployment": False}),
    "forced-with-ecs": ("aws_ecs_service", {"force_new_deployment": True, "deployment_controller.type": "ECS"}),
    "forced-by-default": ("aws_ecs_service", {"force_new_deployment": True, "deployment_controller": _GONE}),
    "platform-by-number": ("aws_ecs_service", {"platform_version": "1.4.0"}),
    "platform-unsaid": ("aws_ecs_service", {"platform_version": _GONE}),
}
"""By name, what may be changed of a good resource of a type."""


def _changed(kind: str, changes: dict[str, Any]) -> Json:
    body = deepcopy(GOOD[kind])
    for path, value in changes.items():
        *way, last = path.split(".")
        place = body
        for key in way:
            place = place[key]
        if value is _GONE:
            del place[last]
        else:
            place[last] = value
    return body


def _listed(value: Any) -> Any:
    """The same with each block as a list of one."""
    if isinstance(value, dict):
        return {key: [_listed(each)] if isinstance(each, dict) else each for key, each in value.items()}
    return value


def _shapes(name: str, kind: str, changes: dict[str, Any]) -> dict[str, tuple[str, Json]]:
    body = _changed(kind, changes)
    return {f"{name}-object": (kind, body), f"{name}-list": (kind, _listed(body))}


@pytest.fixture(scope="module")
def scan(tmp_path_factory: pytest.TempPathFactory) -> Scan:
    """What checkov says of all cases at once."""
    cases: dict[str, tuple[str, Json]] = {}
    for kind in GOOD:
        cases |= _shapes(f"good-{kind}", kind, {})
    for name, (kind, changes) in STILL_GOOD.items():
        cases |= _shapes(name, kind, changes)
    for name, (_, kind, changes) in BREACHES.items():
        cases |= _shapes(name, kind, changes)
    resources: dict[str, Json] = {}
    for name, (kind, body) in cases.items():
        resources.setdefault(kind, {})[name] = body
    root = tmp_path_factory.mktemp("project")
    folder = stacks.write(root, "dev", {"provider": {"aws": [{"region": "eu-west-1"}]}, "resource": resources})
    [found] = checkov.scan([checkov_input.read_stack(folder)])
    return found


def _ours(scan: Scan, address: str) -> list[str]:
    ids = {each.rule.id for each in rule_catalog.list_yaml_rules()}
    return [found.check for found in scan.findings if found.address == address and found.check in ids]


@pytest.mark.slow
def test_each_breach_is_found_by_its_policy_alone(scan: Scan) -> None:
    found = {
        name: [_ours(scan, f"{kind}.{name}-{shape}") for shape in ("object", "list")]
        for name, (_, kind, _) in BREACHES.items()
    }
    assert found == {name: [[check], [check]] for name, (check, _, _) in BREACHES.items()}


@pytest.mark.slow
def test_no_policy_has_anything_against_what_is_right(scan: Scan) -> None:
    right = [(f"good-{kind}", kind) for kind in GOOD] + [(name, kind) for name, (kind, _) in STILL_GOOD.items()]
    found = {name: _ours(scan, f"{kind}.{name}-{shape}") for name, kind in right for shape in ("object", "list")}
    assert found == {name: [] for name, _ in right}


@pytest.mark.slow
def test_each_policy_judges_every_resource_of_its_types(scan: Scan) -> None:
    """A policy that looks away would pass for one that found nothing: the gate asks for each result."""
    ids = {each.rule.id: each.types for each in rule_catalog.list_yaml_rules()}
    every = {address for _, address in scan.judged} - {"provider.aws"}
    wanted = {(id_, address) for id_, types in ids.items() for address in every if address.partition(".")[0] in types}
    assert wanted
    assert {pair for pair in scan.judged if pair[0] in ids} == wanted


def test_each_policy_has_a_breach_here() -> None:
    assert {check for check, _, _ in BREACHES.values()} == {each.rule.id for each in rule_catalog.list_yaml_rules()}


def test_each_policy_is_told_in_full() -> None:
    for each in rule_catalog.list_yaml_rules():
        rule = each.rule
        assert rule.severity in SEVERITIES
        assert rule.id.startswith("TEAL_")
        assert rule.link.startswith("https://")
        assert each.types
        for text in (rule.title, rule.why, rule.fix):
            assert text == " ".join(text.split())
            assert text
        assert not rule.title.endswith(".")
        assert rule.why.endswith(".")
        assert rule.fix.endswith(".")


def test_no_two_rules_have_one_id() -> None:
    ids = Counter(
        [each.rule.id for each in rule_catalog.list_yaml_rules()] + [check.rule.id for check in rules.checks()]
    )
    assert {id_: count for id_, count in ids.items() if count > 1} == {}
