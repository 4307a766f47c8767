"""What real Terraform plans, applies and reads with the stub.

``rendered_documents.json`` holds the documents that provider 5.100.0 rendered.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tealform.terraform.scratch_module import ScratchModule
from tealform_harness import provider_stub
from tests.unit.provider_stub.conftest import REGION, RootModule, make_root_module

_TYPES = (
    "aws_vpc",
    "aws_iam_role",
    "aws_kms_key",
    "aws_lb",
    "aws_ecs_service",
    "aws_lb_listener",
    "aws_security_group",
)
_ACCOUNT = "210987654321"
_OTHER_ACCOUNT = {"aws": [{"region": REGION, "allowed_account_ids": [_ACCOUNT]}]}
_VPC = {"aws_vpc": {"main": {"cidr_block": "10.0.0.0/16", "tags": {"name": "main"}}}}
_DOCUMENTS = json.loads((Path(__file__).parent / "rendered_documents.json").read_text(encoding="utf-8"))

Create = Callable[..., ScratchModule]


@pytest.fixture(scope="module")
def served() -> Iterator[provider_stub.RunningStub]:
    with provider_stub.serve([{"resource": dict.fromkeys(_TYPES), "data": {"aws_caller_identity": {}}}]) as provider:
        yield provider


@pytest.fixture
def create(served: provider_stub.RunningStub, root_module: RootModule) -> Create:
    return functools.partial(root_module, served)


def _plan(workspace: ScratchModule, address: str = "aws_vpc.main") -> dict[str, Any]:
    assert not workspace.plan().errors
    return _planned(workspace, address)


def _planned(workspace: ScratchModule, address: str) -> dict[str, Any]:
    (change,) = (each["change"] for each in workspace.planned()["resource_changes"] if each["address"] == address)
    return dict(change)


def _apply(workspace: ScratchModule, address: str = "aws_vpc.main") -> dict[str, Any]:
    """Plan and apply, and return the values of a resource."""
    assert not workspace.plan().errors
    assert not workspace.apply().errors
    assert workspace.plan().exit_code == 0, "the second plan is not empty"
    values: dict[str, Any] = _planned(workspace, address)["after"]
    return values


def _replace(workspace: ScratchModule, old: str, new: str) -> None:
    file = workspace.folder / "main.tf.json"
    file.write_text(file.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")


def test_computed_values_are_known_after_apply(create: Create) -> None:
    change = _plan(create(resource=_VPC))
    assert {"arn", "id", "default_security_group_id"} < change["after_unknown"].keys()
    assert change["after"]["cidr_block"] == "10.0.0.0/16"


def test_region_and_tags_come_from_the_provider_block(create: Create) -> None:
    provider = {"aws": [{"region": "eu-west-3", "default_tags": [{"tags": {"name": "any", "owner": "web-team"}}]}]}
    after = _plan(create(provider=provider, resource=_VPC))["after"]
    assert (after["region"], after["tags_all"]) == ("eu-west-3", {"name": "main", "owner": "web-team"})


def test_unknown_tags_leave_all_tags_unknown(create: Create) -> None:
    group = {"web": {"name": "web", "tags": {"vpc": "${aws_vpc.main.id}"}}}
    change = _plan(create(resource={**_VPC, "aws_security_group": group}), "aws_security_group.web")
    assert change["after_unknown"]["tags_all"] is True


def test_each_provider_configuration_has_its_own_region(create: Create) -> None:
    provider = {"aws": [{"region": REGION}, {"alias": "far", "region": "us-west-2"}]}
    far = {"cidr_block": "10.1.0.0/16", "provider": "aws.far"}
    workspace = create(provider=provider, resource={"aws_vpc": {**_VPC["aws_vpc"], "far": far}})
    regions = [_plan(workspace, address)["after"]["region"] for address in ("aws_vpc.main", "aws_vpc.far")]
    assert regions == [REGION, "us-west-2"]


def test_generated_values_have_the_right_form(create: Create) -> None:
    role = {"task": {"name": "task", "assume_role_policy": "{}"}}
    workspace = create(provider=_OTHER_ACCOUNT, resource={"aws_iam_role": role, **_VPC})
    assert _plan(workspace, "aws_iam_role.task")["after_unknown"]["arn"] is True
    assert _apply(workspace, "aws_iam_role.task")["arn"] == f"arn:aws:iam::{_ACCOUNT}:role/task"
    vpc = _plan(workspace)["after"]
    assert vpc["arn"] == f"arn:aws:ec2:{REGION}:{_ACCOUNT}:vpc/{vpc['id']}"
    assert vpc["id"].startswith("vpc-")


def test_two_applies_of_one_configuration_generate_the_same_values(create: Create) -> None:
    assert _apply(create(resource=_VPC)) == _apply(create(resource=_VPC))


def test_configuration_change_updates_only_that(create: Create) -> None:
    workspace = create(resource=_VPC)
    before = _apply(workspace)
    _replace(workspace, '"name": "main"', '"name": "other"')
    change = _plan(workspace)
    assert change["actions"] == ["update"]
    assert {key for key, value in change["after"].items() if value != before[key]} == {"tags", "tags_all"}


def test_another_region_replaces_a_resource(create: Create) -> None:
    workspace = create(resource=_VPC)
    _apply(workspace)
    _replace(workspace, REGION, "eu-west-3")
    assert _plan(workspace)["actions"] == ["delete", "create"]


def test_allowed_account_is_the_caller(create: Create) -> None:
    workspace = create(provider=_OTHER_ACCOUNT, data={"aws_caller_identity": {"me": {}}})
    assert not workspace.plan().errors
    (me,) = workspace.planned()["prior_state"]["values"]["root_module"]["resources"]
    assert me["values"]["account_id"] == _ACCOUNT


def test_import_knows_the_id(create: Create) -> None:
    imported = [{"to": "aws_vpc.main", "id": "vpc-0123456789abcdef0"}]
    assert _plan(create(resource=_VPC, **{"import": imported}))["importing"] == {"id": "vpc-0123456789abcdef0"}


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What the stub renders of all documents in one run, by the name of the case."""
    data: dict[str, dict[str, Any]] = {}
    for case in _DOCUMENTS:
        data.setdefault(case["data_source"], {})[case["name"].replace(" ", "_")] = case["arguments"]
    with provider_stub.serve([{"data": data}]) as served:
        workspace = make_root_module(tmp_path_factory.mktemp("documents"), served, data=data)
        assert not workspace.plan().errors
        resources = workspace.planned()["prior_state"]["values"]["root_module"]["resources"]
    return {resource["name"]: resource["values"]["json"] for resource in resources}


@pytest.mark.parametrize("case", _DOCUMENTS, ids=[case["name"] for case in _DOCUMENTS])
def test_document_is_the_providers_byte_for_byte(case: dict[str, Any], rendered: dict[str, str]) -> None:
    assert rendered[case["name"].replace(" ", "_")] == "\n".join(case["rendered"])
