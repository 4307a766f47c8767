"""Real Terraform reports mistakes in a configuration: ``broken.yaml`` lists them."""

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
from tealform_harness.provider_stub.protocol import UNKNOWN
from tealform_harness.provider_stub.schema import store
from tealform_harness.provider_stub.validation import validate_resource
from tests.unit.provider_stub.conftest import RootModule

_HERE = Path(__file__).parent
_BASE = json.loads((_HERE / "base.tf.json").read_text(encoding="utf-8"))
_BROKEN = yaml.safe_load((_HERE / "broken.yaml").read_text(encoding="utf-8"))
_COMMANDS = ("init", "validate", "plan", "apply", "destroy")


def _merge(base: Any, change: Any) -> Any:
    """Return ``base`` with ``change`` merged into it; a null removes the key."""
    if not (isinstance(base, dict) and isinstance(change, dict)):
        return change
    merged = {**base, **{key: _merge(base.get(key), value) for key, value in change.items()}}
    return {key: value for key, value in merged.items() if value is not None}


@pytest.fixture(scope="module")
def served() -> Iterator[provider_stub.RunningStub]:
    with provider_stub.serve([_BASE, *(_merge(_BASE, case.get("change", {})) for case in _BROKEN)]) as provider:
        yield provider


def _until_refused(workspace: ScratchModule) -> CommandResult:
    outcomes = (getattr(workspace, command)() for command in _COMMANDS)
    return next((outcome for outcome in outcomes if outcome.errors), CommandResult("nothing", 0, 0.0, "", ()))


def _workspace(folder: Path, served: provider_stub.RunningStub) -> ScratchModule:
    return ScratchModule(folder, terraform_binaries.list_terraforms()[0], served.variables)


def test_configuration_without_a_mistake_is_accepted(tmp_path: Path, served: provider_stub.RunningStub) -> None:
    (tmp_path / "base.tf.json").write_text(json.dumps(_BASE), encoding="utf-8")
    assert _until_refused(_workspace(tmp_path, served)).command == "nothing"


@pytest.mark.parametrize("case", _BROKEN, ids=[case["name"] for case in _BROKEN])
def test_mistake_is_refused(case: dict[str, Any], tmp_path: Path, served: provider_stub.RunningStub) -> None:
    (tmp_path / "base.tf.json").write_text(
        json.dumps(_merge(_BASE, case.get("change", {})), indent=2), encoding="utf-8"
    )
    for name, text in case.get("files", {}).items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    refused = _until_refused(_workspace(tmp_path, served))
    messages = "\n".join(each.message for each in refused.errors)
    assert (refused.command, case["message"] in messages) == (case["caught"], True), messages


@pytest.mark.parametrize(
    ("config", "problems"),
    [
        ({"name": "web", "name_prefix": None}, []),
        ({"name": "web", "name_prefix": UNKNOWN}, []),
        ({"name": "web", "name_prefix": "web-"}, ["Conflicting arguments"]),
        ({"name": "web", "arn": "arn:aws:x"}, ["Value for unconfigurable attribute"]),
    ],
)
def test_provider_checks_what_the_schema_does_not_say(config: dict[str, Any], problems: list[str]) -> None:
    schema = store.load_schema(["aws_security_group"], [])["resource_schemas"]
    found = validate_resource("aws_security_group", schema["aws_security_group"]["block"], config, {})
    assert [problem.summary for problem in found] == problems


def test_warning_does_not_stop_terraform_and_error_does(root_module: RootModule) -> None:
    template, log_group = "aws_codecommit_approval_rule_template", "aws_cloudwatch_log_group"
    with provider_stub.serve([{"resource": {template: {}, log_group: {}}}]) as served:
        warned = root_module(served, resource={template: {"two": {"name": "x" * 101, "content": "{}"}}}).validate()
        refused = root_module(served, resource={log_group: {"web": {"name": "a name with blanks"}}}).validate()
    assert (warned.exit_code, [each.address for each in warned.warnings]) == (0, [f"{template}.two"])
    assert (refused.exit_code, [each.address for each in refused.errors]) == (1, [f"{log_group}.web"])
