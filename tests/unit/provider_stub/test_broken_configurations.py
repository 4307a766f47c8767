"""What is wrong with a configuration is found by real Terraform, and told: ``broken.yaml`` lists the mistakes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tealform.terraform import terraform_binaries
from tealform.terraform.scratch_module import CommandResult, ScratchModule
from tealform_harness import provider_stub

_HERE = Path(__file__).parent
_BASE = json.loads((_HERE / "base.tf.json").read_text(encoding="utf-8"))
_BROKEN = yaml.safe_load((_HERE / "broken.yaml").read_text(encoding="utf-8"))
_COMMANDS = ("init", "validate", "plan", "apply", "destroy")


def _changed(base: Any, change: Any) -> Any:
    """``base`` with ``change`` merged into it; a null takes the key away."""
    if not (isinstance(base, dict) and isinstance(change, dict)):
        return change
    merged = {**base, **{key: _changed(base.get(key), value) for key, value in change.items()}}
    return {key: value for key, value in merged.items() if value is not None}


def _document(case: dict[str, Any]) -> dict[str, Any]:
    document: dict[str, Any] = _changed(_BASE, case.get("change", {}))
    return document


@pytest.fixture(scope="module")
def served() -> Iterator[provider_stub.Served]:
    with provider_stub.serving([_BASE, *map(_document, _BROKEN)]) as provider:
        yield provider


def _until_refused(workspace: ScratchModule) -> CommandResult:
    outcomes = (getattr(workspace, command)() for command in _COMMANDS)
    return next((outcome for outcome in outcomes if outcome.errors), CommandResult("nothing", 0, 0.0, "", ()))


def _workspace(folder: Path, served: provider_stub.Served) -> ScratchModule:
    return ScratchModule(folder, terraform_binaries.list_terraforms()[0], served.variables)


def test_the_configuration_that_the_mistakes_are_made_in_is_accepted(
    tmp_path: Path, served: provider_stub.Served
) -> None:
    (tmp_path / "base.tf.json").write_text(json.dumps(_BASE), encoding="utf-8")
    assert _until_refused(_workspace(tmp_path, served)).command == "nothing"


@pytest.mark.parametrize("case", _BROKEN, ids=[case["name"] for case in _BROKEN])
def test_is_refused(case: dict[str, Any], tmp_path: Path, served: provider_stub.Served) -> None:
    (tmp_path / "base.tf.json").write_text(json.dumps(_document(case), indent=2), encoding="utf-8")
    for name, text in case.get("files", {}).items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    refused = _until_refused(_workspace(tmp_path, served))
    told = "\n".join(each.message for each in refused.errors)
    assert (refused.command, case["message"] in told) == (case["caught"], True), told
