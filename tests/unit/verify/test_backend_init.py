"""The backend that an environment names is looked at without a network, an account or a token."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tealform.terraform import terraform_binaries
from tealform.terraform.scratch_module import Outcome
from tealform_harness import provider_stub
from tealform_harness.verify import backend_init
from tests import projects

S3 = {"bucket": "state", "key": "dev/terraform.tfstate", "region": "eu-west-1", "use_lockfile": True}
CLOUD = {"organization": "acme", "workspaces": {"name": "shop-dev"}}


def _initialized(root: Path, terraform: dict[str, Any]) -> Outcome:
    document = {"terraform": terraform}
    folder = projects.write(root, document)
    with provider_stub.serve([document]) as provider:
        return backend_init.initialized(folder, terraform_binaries.every()[0], provider.reattach)


@pytest.mark.parametrize("terraform", [{"backend": {"local": {}}}, {"backend": {"s3": S3}}, {"cloud": CLOUD}])
def test_what_may_be_is_no_mistake_even_if_it_cannot_be_reached(tmp_path: Path, terraform: dict[str, Any]) -> None:
    assert _initialized(tmp_path, terraform).errors == ()


@pytest.mark.parametrize(
    ("terraform", "told"),
    [
        ({"backend": {"s3": S3 | {"bukket": "state"}}}, "bukket"),
        ({"backend": {"s3": {"bucket": "state", "region": "eu-west-1"}}}, "key"),
        ({"backend": {"attic": {}}}, "attic"),
        ({"cloud": CLOUD | {"colour": "blue"}}, "colour"),
    ],
)
def test_what_cannot_be_is_found(tmp_path: Path, terraform: dict[str, Any], told: str) -> None:
    errors = _initialized(tmp_path, terraform).errors
    assert any(told in error.message for error in errors), errors
