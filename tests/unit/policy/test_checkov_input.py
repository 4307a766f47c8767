"""The copy of a stack that checkov reads, and which resource begins on which of its lines."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tealform.errors import TealformError
from tealform.policy import checkov_input
from tests.unit.policy import stacks


def test_copy_lacks_required_version_alone(tmp_path: Path) -> None:
    document = stacks.stack("dev")
    read = checkov_input.read_stack(stacks.write(tmp_path, "dev", document))
    del document["terraform"]["required_version"]
    assert json.loads(read.text) == document


def test_original_is_left_as_it_is(tmp_path: Path) -> None:
    folder = stacks.write(tmp_path, "dev", stacks.stack("dev"))
    before = (folder / "cdk.tf.json").read_bytes()
    checkov_input.read_stack(folder)
    assert (folder / "cdk.tf.json").read_bytes() == before


def test_every_block_is_found_on_its_own_line(tmp_path: Path) -> None:
    document = {
        "output": {"first": {"value": ["a", {"b": "line\nbreak"}]}},
        "provider": {"aws": [{"region": "eu-west-1"}, {"alias": "us", "region": "us-east-1"}], "tls": {"x": 1}},
        "data": {"aws_iam_policy_document": {"empty": {}, "main": {"statement": [{"actions": ["s3:Get*"]}]}}},
        "resource": {"aws_sns_topic": {"main": stacks.log_group("dev/service/web/topic")}, "aws_kms_key": {"main": {}}},
    }
    read = checkov_input.read_stack(stacks.write(tmp_path, "dev", document))
    lines = read.text.splitlines()
    assert {place.address: lines[line - 1].strip() for line, place in read.places.items()} == {
        "provider.aws": "{",
        "provider.aws.us": "{",
        "provider.tls": '"tls": {',
        "data.aws_iam_policy_document.empty": '"empty": {},',
        "data.aws_iam_policy_document.main": '"main": {',
        "aws_sns_topic.main": '"main": {',
        "aws_kms_key.main": '"main": {}',
    }
    assert [place.path for place in read.places.values() if place.path] == ["service/web/topic"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{\n  "resource": {\n    "aws_sns_topic": {', "environments/dev/cdk.tf.json:3: is not valid JSON"),
        ("[]", "environments/dev/cdk.tf.json:1: is not a JSON object"),
        ('{"resource": ["x"]}', "environments/dev/cdk.tf.json:1: its blocks are not laid out as Tealform writes them"),
        (None, "environments/dev/cdk.tf.json does not exist"),
    ],
)
def test_what_cannot_be_scanned_says_what_to_run(tmp_path: Path, text: str | None, message: str) -> None:
    folder = tmp_path / "environments" / "dev"
    folder.mkdir(parents=True)
    if text is not None:
        stacks.write(tmp_path, "dev", text)
    with pytest.raises(TealformError) as raised:
        checkov_input.read_stack(folder)
    assert str(raised.value).startswith(message)
    assert str(raised.value).endswith("run: make synth ENV=dev")
