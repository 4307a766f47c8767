from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tealform.terraform import terraform_binaries
from tealform.terraform.diagnostics import Diagnostic
from tealform.terraform.scratch_module import CommandResult, ScratchModule
from tealform_harness.verify.unsupported_arguments import ArgumentFilter

NEWER = {"rule": [{"name": "one", "newer": True}, {"name": "two", "newer": True}], "name": "both"}


class Older(ScratchModule):
    """A workspace whose provider does not know the argument ``newer``, but all others."""

    def validate(self) -> CommandResult:
        body = json.loads((self.folder / "cdk.tf.json").read_text())["resource"]["aws_x"]["main"]
        detail = 'No argument or block type is named "newer".'
        unknown = Diagnostic("error", "Extraneous JSON object property", detail, "aws_x.main", "cdk.tf.json", 3)
        other = Diagnostic("error", "Missing required argument", 'The argument "b" is required', "aws_x.main")
        return CommandResult("validate", 1, 0.0, "", (unknown, other) if "newer" in json.dumps(body) else (other,))


class WithoutBlueGreen(ScratchModule):
    """A workspace whose provider knows no blue/green of ECS."""

    def validate(self) -> CommandResult:
        detail = 'No argument or block type is named "advanced_configuration".'
        unknown = Diagnostic("error", "Extraneous JSON object property", detail, "aws_ecs_service.main")
        there = "advanced_configuration" in (self.folder / "cdk.tf.json").read_text()
        return CommandResult("validate", int(there), 0.0, "", (unknown,) if there else ())


def _workspace(folder: Path, body: dict[str, Any]) -> Older:
    (folder / "cdk.tf.json").write_text(json.dumps({"resource": {"aws_x": {"main": body}}}))
    return Older(folder, terraform_binaries.list_terraforms()[0], {})


def test_arguments_that_an_older_provider_lacks_are_removed_and_named(tmp_path: Path) -> None:
    work, arguments = _workspace(tmp_path, NEWER), ArgumentFilter("5.100.0")
    arguments.learn(work)
    assert arguments.notes == ["left out of 2, because 5.100.0 lacks it: aws_x.newer"]
    assert not arguments.lacks_blue_green
    body = json.loads((tmp_path / "cdk.tf.json").read_text())["resource"]["aws_x"]["main"]
    assert body == {"rule": [{"name": "one"}, {"name": "two"}], "name": "both"}


def test_blue_green_of_ecs_is_kept_as_an_output(tmp_path: Path) -> None:
    balancer = {"container_name": "web", "advanced_configuration": {"role_arn": "${aws_iam_role.ecs.arn}"}}
    configuration = {"strategy": "CANARY"}
    service = {
        "cluster": "shop",
        "name": "web",
        "load_balancer": [balancer],
        "deployment_configuration": configuration,
    }
    (tmp_path / "cdk.tf.json").write_text(json.dumps({"resource": {"aws_ecs_service": {"main": service}}}))
    arguments = ArgumentFilter("5.100.0")
    arguments.learn(WithoutBlueGreen(tmp_path, terraform_binaries.list_terraforms()[0], {}))
    assert arguments.lacks_blue_green
    remaining = json.loads((tmp_path / "cdk.tf.json").read_text())
    assert remaining["resource"]["aws_ecs_service"]["main"] == {
        "cluster": "shop",
        "name": "web",
        "load_balancer": [{"container_name": "web"}],
    }
    (output,) = remaining["output"].values()
    assert output["value"]["deployment_configuration"] == configuration
    assert output["value"]["load_balancer"] == balancer


def test_learned_arguments_are_removed_again_without_validating(tmp_path: Path) -> None:
    arguments = ArgumentFilter("5.100.0")
    arguments.learn(_workspace(tmp_path, NEWER))
    _workspace(tmp_path, NEWER)
    arguments.apply(tmp_path)
    assert "newer" not in (tmp_path / "cdk.tf.json").read_text()


def test_other_mistakes_stay(tmp_path: Path) -> None:
    work, arguments = _workspace(tmp_path, {"name": "x"}), ArgumentFilter("5.100.0")
    before = (tmp_path / "cdk.tf.json").read_bytes()
    arguments.learn(work)
    assert arguments.notes == []
    assert (tmp_path / "cdk.tf.json").read_bytes() == before
    assert work.validate().errors
