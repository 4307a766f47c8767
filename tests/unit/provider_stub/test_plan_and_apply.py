from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tealform.terraform.scratch_module import ScratchModule
from tealform_harness import provider_stub
from tests.unit.provider_stub.conftest import REGION, RootModule

_TYPES = (
    "aws_vpc",
    "aws_iam_role",
    "aws_kms_key",
    "aws_lb",
    "aws_ecs_service",
    "aws_lb_listener",
    "aws_security_group",
)
_VPC = {"aws_vpc": {"main": {"cidr_block": "10.0.0.0/16", "tags": {"name": "main"}}}}


@pytest.fixture(scope="module")
def served() -> Iterator[provider_stub.Served]:
    with provider_stub.serving([{"resource": dict.fromkeys(_TYPES), "data": {"aws_caller_identity": {}}}]) as provider:
        yield provider


def _change(workspace: ScratchModule, address: str) -> dict[str, Any]:
    assert not workspace.plan().errors
    return _planned(workspace, address)


def _planned(workspace: ScratchModule, address: str) -> dict[str, Any]:
    (change,) = (each["change"] for each in workspace.planned()["resource_changes"] if each["address"] == address)
    return dict(change)


def _values(workspace: ScratchModule, address: str) -> dict[str, Any]:
    assert not workspace.apply().errors
    assert workspace.plan().exit_code == 0, "the second plan is not empty"
    after: dict[str, Any] = _planned(workspace, address)["after"]
    return after


def test_what_the_provider_decides_is_known_after_apply(served: provider_stub.Served, root_module: RootModule) -> None:
    change = _change(root_module(served, resource=_VPC), "aws_vpc.main")
    assert {"arn", "id", "default_security_group_id"} < change["after_unknown"].keys()
    assert change["after"]["cidr_block"] == "10.0.0.0/16"


def test_region_and_tags_come_from_the_providers_configuration(
    served: provider_stub.Served, root_module: RootModule
) -> None:
    provider = {"aws": [{"region": "eu-west-3", "default_tags": [{"tags": {"name": "any", "owner": "web-team"}}]}]}
    after = _change(root_module(served, provider=provider, resource=_VPC), "aws_vpc.main")["after"]
    assert (after["region"], after["tags_all"]) == ("eu-west-3", {"name": "main", "owner": "web-team"})


def test_tags_that_are_not_known_leave_all_tags_unknown(served: provider_stub.Served, root_module: RootModule) -> None:
    group = {"name": "web", "tags": {"vpc": "${aws_vpc.main.id}"}}
    change = _change(
        root_module(served, resource={**_VPC, "aws_security_group": {"web": group}}), "aws_security_group.web"
    )
    assert change["after_unknown"]["tags_all"] is True


def test_each_configuration_of_the_provider_has_its_own_region(
    served: provider_stub.Served, root_module: RootModule
) -> None:
    provider = {"aws": [{"region": REGION}, {"alias": "far", "region": "us-west-2"}]}
    far = {"cidr_block": "10.1.0.0/16", "provider": "aws.far"}
    workspace = root_module(served, provider=provider, resource={"aws_vpc": {**_VPC["aws_vpc"], "far": far}})
    regions = [_change(workspace, address)["after"]["region"] for address in ("aws_vpc.main", "aws_vpc.far")]
    assert regions == [REGION, "us-west-2"]


def test_invented_values_have_the_right_form(served: provider_stub.Served, root_module: RootModule) -> None:
    role = {"task": {"name": "task", "assume_role_policy": "{}"}}
    provider = {"aws": [{"region": REGION, "allowed_account_ids": ["210987654321"]}]}
    workspace = root_module(served, provider=provider, resource={"aws_iam_role": role, **_VPC})
    assert _change(workspace, "aws_iam_role.task")["after_unknown"]["arn"] is True
    assert _values(workspace, "aws_iam_role.task")["arn"] == "arn:aws:iam::210987654321:role/task"
    vpc = _change(workspace, "aws_vpc.main")["after"]
    assert vpc["arn"] == f"arn:aws:ec2:{REGION}:210987654321:vpc/{vpc['id']}"
    assert vpc["id"].startswith("vpc-")


def test_two_applies_of_the_same_configuration_invent_the_same(
    served: provider_stub.Served, root_module: RootModule
) -> None:
    invented = []
    for _ in range(2):
        workspace = root_module(served, resource=_VPC)
        _change(workspace, "aws_vpc.main")
        invented.append(_values(workspace, "aws_vpc.main"))
    assert invented[0] == invented[1]


def test_a_change_of_the_configuration_is_an_update_of_just_that(
    served: provider_stub.Served, root_module: RootModule
) -> None:
    workspace = root_module(served, resource=_VPC)
    _change(workspace, "aws_vpc.main")
    before = _values(workspace, "aws_vpc.main")
    file = workspace.folder / "main.tf.json"
    file.write_text(file.read_text(encoding="utf-8").replace('"name": "main"', '"name": "other"'), encoding="utf-8")
    change = _change(workspace, "aws_vpc.main")
    assert change["actions"] == ["update"]
    assert {key for key, value in change["after"].items() if value != before[key]} == {"tags", "tags_all"}


def test_another_region_replaces_a_resource(served: provider_stub.Served, root_module: RootModule) -> None:
    workspace = root_module(served, resource=_VPC)
    _change(workspace, "aws_vpc.main")
    _values(workspace, "aws_vpc.main")
    file = workspace.folder / "main.tf.json"
    file.write_text(file.read_text(encoding="utf-8").replace(REGION, "eu-west-3"), encoding="utf-8")
    assert _change(workspace, "aws_vpc.main")["actions"] == ["delete", "create"]


def test_the_account_that_is_allowed_is_the_caller(served: provider_stub.Served, root_module: RootModule) -> None:
    provider = {"aws": [{"region": REGION, "allowed_account_ids": ["210987654321"]}]}
    workspace = root_module(served, provider=provider, data={"aws_caller_identity": {"me": {}}})
    assert not workspace.plan().errors
    (me,) = workspace.planned()["prior_state"]["values"]["root_module"]["resources"]
    assert me["values"]["account_id"] == "210987654321"


def test_an_import_knows_the_id(served: provider_stub.Served, root_module: RootModule) -> None:
    imported = [{"to": "aws_vpc.main", "id": "vpc-0123456789abcdef0"}]
    change = _change(root_module(served, resource=_VPC, **{"import": imported}), "aws_vpc.main")
    assert change["importing"] == {"id": "vpc-0123456789abcdef0"}
