"""The Terraforms of this machine, and small root modules for them."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tealform.terraform import terraform_binaries
from tealform.terraform.scratch_module import ScratchModule
from tealform.terraform.terraform_binaries import Terraform
from tealform_harness import provider_stub

_TERRAFORMS = terraform_binaries.list_terraforms()
_AWS = {"terraform": {"required_providers": {"aws": {"source": "hashicorp/aws"}}}}
REGION = "eu-west-1"

RootModule = Callable[..., ScratchModule]


@pytest.fixture(params=_TERRAFORMS, ids=[each.origin for each in _TERRAFORMS])
def terraform(request: pytest.FixtureRequest) -> Terraform:
    chosen: Terraform = request.param
    return chosen


@pytest.fixture
def root_module(tmp_path: Path) -> RootModule:
    return functools.partial(make_root_module, tmp_path)


def make_root_module(
    parent: Path, served: provider_stub.RunningStub, terraform: Terraform = _TERRAFORMS[0], **sections: Any
) -> ScratchModule:
    """Return a workspace, after ``init``, of ``sections`` (``resource={…}``) for a stub that is served."""
    folder = parent / f"module-{len(list(parent.iterdir()))}"
    folder.mkdir()
    document = {**_AWS, "provider": {"aws": [{"region": REGION}]}, **sections}
    (folder / "main.tf.json").write_text(json.dumps(document), encoding="utf-8")
    workspace = ScratchModule(folder, terraform, served.variables)
    assert not workspace.init().errors
    return workspace
