"""What a pull request changes in generated Terraform."""

from __future__ import annotations

import json

import pytest

from tealform.review import resource_diff
from tests.unit.review.pull_request import document, resource


def test_resources_are_told_by_their_construct_path_with_what_changes() -> None:
    before = document("dev", aws_lb={"kept": {}, "old": {}, "main": {"idle_timeout": 60, "name": "a"}})
    after = document("dev", aws_lb={"kept": {}, "main": {"idle_timeout": 90, "name": "a"}, "new": {}})
    told = [(each.action, each.path, each.arguments) for each in resource_diff.diff(before, after)]
    assert told == [("changed", "main", ("idle_timeout: 60 -> 90",)), ("added", "new", ()), ("removed", "old", ())]


def test_the_same_is_no_change_wherever_it_was_made() -> None:
    before = {"resource": {"aws_vpc": {"main": resource("dev/network/vpc", cidr_block="10.0.0.0/16")}}}
    after = {"resource": {"aws_vpc": {"main": resource("dev/network/main", cidr_block="10.0.0.0/16")}}}
    assert resource_diff.diff(before, after) == ()


def test_data_sources_and_resources_of_one_name_are_two() -> None:
    before = {"data": {"aws_vpc": {"main": {"id": "vpc-1"}}}, "resource": {"aws_vpc": {"main": {"tags": {"a": "b"}}}}}
    after = {"data": {"aws_vpc": {"main": {"id": "vpc-2"}}}, "resource": {"aws_vpc": {"main": {"tags": {"a": "c"}}}}}
    told = [(each.address, each.type, each.arguments) for each in resource_diff.diff(before, after)]
    assert told == [
        ("aws_vpc.main", "aws_vpc", ('tags.a: "b" -> "c"',)),
        ("data.aws_vpc.main", "", ('id: "vpc-1" -> "vpc-2"',)),
    ]


def test_documents_in_strings_are_looked_into() -> None:
    containers = [json.dumps([{"name": "web", "privileged": value}]) for value in (False, True)]
    before, after = (
        document("dev", aws_ecs_task_definition={"task": {"container_definitions": each}}) for each in containers
    )
    (change,) = resource_diff.diff(before, after)
    assert change.arguments == ("container_definitions.privileged: false -> true",)


PAIRS = '[{"name": "DB_PASSWORD", "value": "%s"}, {"name": "LEVEL", "value": "%s"}]'


@pytest.mark.parametrize(
    ("type_", "before", "after", "told"),
    [
        (
            "aws_ecs_task_definition",
            {"container_definitions": f'[{{"name": "web", "environment": {PAIRS % ("correcthorse", "info")}}}]'},
            {"container_definitions": f'[{{"name": "web", "environment": {PAIRS % ("batterystaple", "debug")}}}]'},
            (
                "container_definitions.environment[DB_PASSWORD].value: (sensitive)",
                'container_definitions.environment[LEVEL].value: "info" -> "debug"',
            ),
        ),
        (
            "aws_codebuild_project",
            {"environment": {"environment_variable": [{"name": "ALL", "value": PAIRS % ("correcthorse", "info")}]}},
            {"environment": {"environment_variable": [{"name": "ALL", "value": PAIRS % ("batterystaple", "info")}]}},
            ("environment.environment_variable.value[DB_PASSWORD].value: (sensitive)",),
        ),
        (
            "aws_lambda_function",
            {"environment": {"variables": {"SALT": "x9Kq2LmZ7vTbR4nWc8YsPd3H"}}},
            {"environment": {"variables": {"SALT": "y9Kq2LmZ7vTbR4nWc8YsPd3H"}}},
            ("environment.variables.SALT: (sensitive)",),
        ),
        (
            "aws_db_instance",
            {"password": "correcthorse", "tags": {"a": "b"}},
            {"password": "batterystaple", "tags": {"a": "c"}},
            ("password: (sensitive)", 'tags.a: "b" -> "c"'),
        ),
        (
            "aws_ecs_task_definition",
            {"container_definitions": '[{"name": "web", "command": ["a"]}]'},
            {"container_definitions": '[{"name": "web", "command": ["ghp_0123456789abcdefABCDEF"]}]'},
            ("container_definitions.command: (sensitive)",),
        ),
        (
            "aws_lb_listener",
            {"ssl_policy": "ELBSecurityPolicy-TLS13-1-2-2021-06"},
            {"ssl_policy": "ELBSecurityPolicy-2016-08"},
            ('ssl_policy: "ELBSecurityPolicy-TLS13-1-2-2021-06" -> "ELBSecurityPolicy-2016-08"',),
        ),
    ],
)
def test_what_the_gate_takes_for_a_secret_is_not_told(
    type_: str, before: dict[str, object], after: dict[str, object], told: tuple[str, ...]
) -> None:
    (change,) = resource_diff.diff(*(document("dev", **{type_: {"main": each}}) for each in (before, after)))
    assert change.arguments == told


def test_secrets_of_other_blocks_are_not_told() -> None:
    (change,) = resource_diff.diff({}, {"output": {"password": {"value": "AKIA0123456789ABCDEF"}}})
    assert change.arguments == ("password.value: (sensitive)",)
    (change,) = resource_diff.diff({}, {"locals": ["AKIA0123456789ABCDEF"]})
    assert "AKIA" not in change.arguments[0]


@pytest.mark.parametrize(
    ("key", "before", "after", "said"),
    [
        ("terraform", {"required_version": ">= 1.11"}, {"required_version": ">= 1.12"}, "required_version"),
        ("output", None, {"url": {"value": "x"}}, 'url.value: unset -> "x"'),
        ("removed", None, [{"from": "aws_vpc.main"}], ""),
    ],
)
def test_other_blocks_are_told_by_their_name(key: str, before: object, after: object, said: str) -> None:
    (change,) = resource_diff.diff({key: before} if before else {}, {key: after})
    assert (change.path, change.type) == (key, "")
    assert said in change.arguments[0]
