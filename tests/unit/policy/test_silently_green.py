"""Each way in which checkov 3.3.30 ends with exit code 0 though something is wrong, and that the gate is red for it.

What our own rules add (policies and containers in texts, variables, CodeDeploy) has tests in ``rules``; that many
single changes are found is held by the mutation test.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tealform.errors import TealformError
from tealform.policy import checkov, checkov_input, gate, rule_catalog
from tealform.policy.checkov import Scan
from tests.unit.policy import stacks

pytestmark = pytest.mark.slow

Json = dict[str, Any]
Texts = dict[str, str]

GENERATED = "dev/cdk.tf.json"
DOCUMENT = {
    "statement": [{"actions": ["*"], "effect": "Allow", "resources": ["*"], "sid": "All"}],
    "//": {"metadata": {"path": "dev/policy", "uniqueId": "policy"}},
}
RAISES = """
from checkov.common.models.enums import CheckCategories
from checkov.terraform.checks.resource.base_resource_check import BaseResourceCheck


class Raises(BaseResourceCheck):
    def __init__(self):
        super().__init__("It raises", "CKV_RAISES", [CheckCategories.LOGGING], ["aws_cloudwatch_log_group"])

    def scan_resource_conf(self, conf):
        raise KeyError("retention_in_days")


check = Raises()
"""


def _scan(root: Path, document: Json) -> Scan:
    [scan] = checkov.scan([checkov_input.read_stack(stacks.write(root, "dev", document))])
    return scan


def _run_with(
    monkeypatch: pytest.MonkeyPatch,
    *,
    frameworks: Sequence[str] = ("terraform_json",),
    change: Callable[[Texts], Texts] = lambda texts: texts,
    options: Sequence[str] = (),
) -> None:
    """Lets checkov be run in another way than the gate does."""
    run = checkov.run

    def other(_: Sequence[str], texts: Texts, usual: Sequence[str] = ()) -> object:
        return run(frameworks, change(texts), [*usual, *options])

    monkeypatch.setattr(checkov, "run", other)


def test_what_is_right_is_green(tmp_path: Path) -> None:
    scan = _scan(tmp_path, stacks.stack("dev"))
    assert (scan.blind, scan.missing, scan.findings) == ("", (), ())
    assert scan.checks > 0


@pytest.mark.parametrize(
    ("way", "said"),
    [
        ({"frameworks": ("cloudformation",)}, "checked none"),
        ({"change": lambda texts: {"dev/cdk.json": texts[GENERATED]}}, "checked none"),
        ({"change": lambda _: {"dev/.keep": ""}}, "checked none"),
        ({"change": lambda _: {}}, "report cannot be read"),
        ({"change": lambda texts: {GENERATED: texts[GENERATED][:-40]}}, "checked none|could not parse"),
        ({"options": ("--check", "CKV_AWS_1580")}, "checked none"),
        ({"change": lambda texts: {GENERATED: _with_required_version(texts[GENERATED])}}, "could not parse"),
    ],
    ids=[
        "wrong framework",
        "other file name",
        "empty folder",
        "missing folder",
        "truncated",
        "misspelt check",
        "required_version",
    ],
)
def test_scan_that_looked_at_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: dict[str, Any], said: str
) -> None:
    _run_with(monkeypatch, **way)
    try:
        blind = _scan(tmp_path, stacks.stack("dev")).blind
    except TealformError as error:
        blind = str(error)
    assert any(each in blind for each in said.split("|")), blind


def _with_required_version(text: str) -> str:
    document = json.loads(text)
    document["terraform"]["required_version"] = ">= 1.10"
    return json.dumps(document, indent=2)


def test_check_that_was_not_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _run_with(monkeypatch, options=("--check", "CKV_AWS_66,CKV_AWS_338,CKV_AWS_1580"))
    scan = _scan(tmp_path, stacks.stack("dev"))
    [said] = scan.missing
    assert said.startswith("environments/dev/cdk.tf.json: checkov has no result of CKV_AWS_158")
    assert "CKV_AWS_66" not in said


def test_check_that_raises(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "checks"
    folder.mkdir()
    (folder / "__init__.py").write_text("")
    (folder / "raises.py").write_text(RAISES)
    _run_with(monkeypatch, options=("--external-checks-dir", str(folder)))
    with pytest.raises(TealformError, match="CKV_RAISES"):
        _scan(tmp_path, stacks.stack("dev"))


@pytest.mark.parametrize("change", [lambda file: file.unlink(), lambda file: file.write_text("metadata: [")])
def test_check_of_ours_that_cannot_be_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: Callable[[Path], object]
) -> None:
    known = rule_catalog.list_yaml_rules()
    shutil.copytree(rule_catalog.YAML_FOLDER, tmp_path / "checks")
    change(tmp_path / "checks" / "log_retention.yaml")
    monkeypatch.setattr(checkov, "_OURS", ("--external-checks-dir", str(tmp_path / "checks")))
    assert "TEAL_LOG_RETENTION" in {each.rule.id for each in known}
    try:
        missing = " ".join(_scan(tmp_path, stacks.stack("dev")).missing)
    except TealformError as error:
        missing = str(error)
    assert "TEAL_LOG_RETENTION" in missing or "log_retention.yaml" in missing


def test_empty_list_of_conditions(tmp_path: Path) -> None:
    def scan(**changes: Any) -> Scan:
        document = stacks.stack("dev") | {"data": {"aws_iam_policy_document": {"policy": DOCUMENT | changes}}}
        return _scan(tmp_path, document)

    assert not scan().missing
    assert {"CKV_AWS_1", "CKV_AWS_49", "CKV_AWS_107"} <= {finding.check for finding in scan().findings}
    [statement] = DOCUMENT["statement"]
    [said] = scan(statement=[{**statement, "condition": []}]).missing  # type: ignore[dict-item]
    assert said.endswith("for data.aws_iam_policy_document.policy, so it did not look at all of it")


def test_skips_in_the_file_silence_nothing(tmp_path: Path) -> None:
    document = stacks.stack("dev", skip_destroy=False)
    skip = "checkov:skip=CKV_AWS_158:because"
    document["//"]["skip"] = skip
    document["resource"]["aws_cloudwatch_log_group"]["logs"]["//"]["skip"] = skip
    (tmp_path / ".checkov.baseline").write_text("{}")
    assert "CKV_AWS_158" in {finding.check for finding in _scan(tmp_path, document).findings}


def test_same_file_is_read_again_once_it_has_changed(tmp_path: Path, own_scans: Path) -> None:
    def judged(actions: list[str]) -> set[str]:
        [statement] = DOCUMENT["statement"]
        changed = DOCUMENT | {"statement": [{**statement, "actions": actions}]}  # type: ignore[dict-item]
        stacks.write(tmp_path, "dev", stacks.stack("dev") | {"data": {"aws_iam_policy_document": {"policy": changed}}})
        [verdict] = gate.check(tmp_path, ["dev"], date(2026, 6, 1), lambda _: None)
        return {told.finding.check for told in verdict.remaining}

    assert "CKV_AWS_49" in judged(["*"])
    assert "CKV_AWS_49" not in judged(["ec2:DescribeVpcs"])
    assert "CKV_AWS_49" in judged(["*"])
