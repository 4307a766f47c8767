"""What a pull request changes in generated Terraform."""

from __future__ import annotations

import json

import pytest

from harness.pull_request import changes
from tests.harness.pull_request.requests import document, resource


def test_resources_are_told_by_their_construct_path_with_what_changes() -> None:
    before = document("dev", aws_lb={"kept": {}, "old": {}, "main": {"idle_timeout": 60, "name": "a"}})
    after = document("dev", aws_lb={"kept": {}, "main": {"idle_timeout": 90, "name": "a"}, "new": {}})
    told = [(each.action, each.path, each.arguments) for each in changes.between(before, after)]
    assert told == [("changed", "main", ("idle_timeout: 60 -> 90",)), ("added", "new", ()), ("removed", "old", ())]


def test_the_same_is_no_change_wherever_it_was_made() -> None:
    before = {"resource": {"aws_vpc": {"main": resource("dev/network/vpc", cidr_block="10.0.0.0/16")}}}
    after = {"resource": {"aws_vpc": {"main": resource("dev/network/main", cidr_block="10.0.0.0/16")}}}
    assert changes.between(before, after) == ()


def test_data_sources_and_resources_of_one_name_are_two() -> None:
    before = {"data": {"aws_vpc": {"main": {"id": "vpc-1"}}}, "resource": {"aws_vpc": {"main": {"tags": {"a": "b"}}}}}
    after = {"data": {"aws_vpc": {"main": {"id": "vpc-2"}}}, "resource": {"aws_vpc": {"main": {"tags": {"a": "c"}}}}}
    told = [(each.address, each.type, each.arguments) for each in changes.between(before, after)]
    assert told == [
        ("aws_vpc.main", "aws_vpc", ('tags.a: "b" -> "c"',)),
        ("data.aws_vpc.main", "", ('id: "vpc-1" -> "vpc-2"',)),
    ]


def test_documents_in_strings_are_looked_into() -> None:
    containers = [json.dumps([{"name": "web", "privileged": value}]) for value in (False, True)]
    before, after = (
        document("dev", aws_ecs_task_definition={"task": {"container_definitions": each}}) for each in containers
    )
    (change,) = changes.between(before, after)
    assert change.arguments == ("container_definitions.privileged: false -> true",)


@pytest.mark.parametrize(
    ("key", "before", "after", "said"),
    [
        ("terraform", {"required_version": ">= 1.11"}, {"required_version": ">= 1.12"}, "required_version"),
        ("output", None, {"url": {"value": "x"}}, 'url.value: unset -> "x"'),
        ("removed", None, [{"from": "aws_vpc.main"}], ""),
    ],
)
def test_other_blocks_are_told_by_their_name(key: str, before: object, after: object, said: str) -> None:
    (change,) = changes.between({key: before} if before else {}, {key: after})
    assert (change.path, change.type) == (key, "")
    assert said in change.arguments[0]
