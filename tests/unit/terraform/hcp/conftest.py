from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests import support
from tests.unit.terraform.hcp import service
from tests.unit.terraform.hcp.service import Service


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing of whoever runs the tests: no token, no configuration, no proxy of theirs."""
    for name in list(os.environ):
        if name.startswith(("TF_", "TERRAFORM_")) or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    (tmp_path / "home").mkdir()


@pytest.fixture
def hcp(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Service]:
    """A service that the CLI configuration leads to, with organization acme, which has no workspace yet."""
    with service.running() as running:
        running.answers["GET organizations/acme/entitlement-set"] = (200, {"data": {"id": "org-1"}})
        running.configure(tmp_path / "cli.tfrc")
        monkeypatch.setenv("TF_CLI_CONFIG_FILE", str(tmp_path / "cli.tfrc"))
        yield running


Write = Callable[..., Path]


@pytest.fixture
def environment(tmp_path: Path) -> Write:
    """Writes an environment whose state is in HCP Terraform; returns its folder."""

    def write(state: str = 'state "cloud" { organization = "acme" }', name: str = "dev", **cloud: Any) -> Path:
        folder = tmp_path / "project" / "environments" / name
        folder.mkdir(parents=True)
        (folder / "environment.hcl").write_text(f"{state}\n{support.environment()}")
        terraform: dict[str, Any] = {"required_version": ">= 1.11", "cloud": {"organization": "acme"} | cloud}
        terraform["cloud"].setdefault("workspaces", {"name": f"shop-{name}"})
        (folder / "cdk.tf.json").write_text(
            json.dumps({"terraform": terraform, "output": {"word": {"value": "hello"}}})
        )
        return folder

    return write


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits between two attempts."""
    monkeypatch.setattr("tealform.terraform.hcp.api._FIRST_PAUSE", 0.0)
