from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import pytest

from tealform.plan.rules import data_stores, stateful_resources
from tests.unit.plan.made import change, plan

_END = (("delete",), ("delete", "create"), ("create", "delete"))


@pytest.mark.parametrize("kind", sorted({**stateful_resources.LOST, **data_stores.LOST}))
def test_its_end_is_objected_to_and_all_else_is_not(kind: str) -> None:
    def told(*actions: str) -> list[str]:
        planned = plan(change(*actions, address=f"{kind}.mine"))
        return [each.address for rule in (stateful_resources, data_stores) for each in rule.objections(planned)]

    assert [told(*actions) for actions in _END] == [[f"{kind}.mine"]] * 3
    # What is forgotten stays as it is in AWS.
    assert [told("create"), told("update"), told("forget"), told("no-op"), told("read")] == [[]] * 5


@pytest.mark.parametrize("kind", ["aws_alb", "aws_alb_listener"])
def test_what_the_provider_knows_by_another_name(kind: str) -> None:
    assert len(list(stateful_resources.objections(plan(change("delete", "create", address=f"{kind}.mine"))))) == 1


def test_what_is_left_of_a_broken_off_replacement() -> None:
    """Nobody uses it any more: it is objected to only if it may hold something."""

    def told(address: str) -> list[str]:
        planned = plan(change("delete", address=address, deposed="1a2b"))
        return [each.reason for rule in (stateful_resources, data_stores) for each in rule.objections(planned)]

    assert told("aws_lb.mine") == told("aws_alb_listener.mine") == told("aws_ecs_service.mine") == []
    left = "it is left of a replacement that was broken off, and may still hold something: "
    assert told("aws_s3_bucket.mine") == [f"{left}all objects in it are lost, in every version"]
    assert told("aws_db_instance.mine") == [f"{left}the data in it is lost"]


def test_there_are_such_types() -> None:
    """A name that is misspelt protects nothing."""
    # Its __init__ imports 2,200 submodules, its folder alone tells as much.
    spec = importlib.util.find_spec("cdktf_cdktf_provider_aws")
    assert spec
    assert spec.submodule_search_locations
    there = {each.name for each in Path(spec.submodule_search_locations[0]).iterdir()}
    named = {kind.removeprefix("aws_") for kind in {**stateful_resources.LOST, **data_stores.LOST}}
    # The bindings have an underscore in these.
    assert {re.sub("^s3(tables|vectors|control)", r"s3_\1", name) for name in named} - there == set()


@pytest.mark.parametrize(
    "kind",
    [
        "google_sql_database_instance",
        "azurerm_managed_disk",
        "postgresql_database",
        "awscc_rds_db_cluster",
        "kafka_topic",
    ],
)
def test_what_sounds_like_data_elsewhere(kind: str) -> None:
    (objection,) = data_stores.objections(plan(change("delete", address=f"{kind}.theirs")))
    assert str(objection) == f"{kind}.theirs: its name sounds as if it held data, which would be lost"


@pytest.mark.parametrize(
    "kind",
    [
        "random_pet",
        "null_resource",
        "google_storage_bucket_iam_member",
        "azurerm_virtual_machine_data_disk_attachment",
        "awscc_ec2_route_table",
        "aws_volume_attachment",
        "aws_db_subnet_group",
        "aws_ecs_task_definition",
        "aws_cloudwatch_metric_alarm",
    ],
)
def test_what_holds_no_data(kind: str) -> None:
    assert not list(data_stores.objections(plan(change("delete", address=f"{kind}.theirs"))))


def test_what_is_in_a_module_of_the_user() -> None:
    planned = plan(change("delete", address="module.orders.aws_db_instance.main[0]"))
    planned["resource_changes"][0]["type"] = "aws_db_instance"
    assert [each.address for each in data_stores.objections(planned)] == ["module.orders.aws_db_instance.main[0]"]
