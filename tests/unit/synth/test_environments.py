"""What is read of the generated Terraform before anything is done with it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tealform.errors import TealformError
from tealform.synth import environments
from tests import projects

AWS = {"source": "hashicorp/aws", "version": "6.25.0"}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", r"cdk\.tf\.json:1: is not valid JSON"),
        ('{"a":\n oops}', r"cdk\.tf\.json:2: is not valid JSON"),
        ("[1]", r"cdk\.tf\.json:1: is not a JSON object"),
        ("[" * 100_000, "is nested too deeply"),
        ('{"resource": {"aws_vpc": {}}, "resource": {}}', r'cdk\.tf\.json:1: has "resource" twice'),
    ],
)
def test_what_is_no_terraform_is_an_error_that_says_where(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(TealformError, match=rf"{told}.*tealform synth dev"):
        environments.load_document(projects.write(tmp_path, text))


@pytest.mark.parametrize("text", ["", "{}"])
def test_bootstrap_is_told_from_an_environment(tmp_path: Path, text: str) -> None:
    folder = tmp_path / "bootstrap" / "123456789012"
    folder.mkdir(parents=True)
    (folder / "cdk.tf.json").write_text(text)
    with pytest.raises(TealformError, match=r"^bootstrap/123456789012/cdk\.tf\.json:.*; run: tealform bootstrap$"):
        environments.read_provider_version(folder)


def test_other_encoding_is_an_error(tmp_path: Path) -> None:
    folder = projects.write(tmp_path, {})
    (folder / "cdk.tf.json").write_bytes(b'{"a": "\xff"}')
    with pytest.raises(TealformError, match="is not UTF-8"):
        environments.load_document(folder)


@pytest.mark.parametrize("terraform", [{"required_providers": {"aws": AWS}}, [{"required_providers": [{"aws": AWS}]}]])
def test_version_of_the_provider_is_found_in_either_form_of_a_block(tmp_path: Path, terraform: Any) -> None:
    assert environments.read_provider_version(projects.write(tmp_path, {"terraform": terraform})) == "6.25.0"


@pytest.mark.parametrize(
    "aws", [None, {}, "6.25.0", {"version": None}, {"version": "~> 6.0"}, {"version": "../6.25.0"}]
)
def test_anything_but_a_pinned_version_is_an_error(tmp_path: Path, aws: Any) -> None:
    folder = projects.write(tmp_path, {"terraform": {"required_providers": {"aws": aws}}})
    with pytest.raises(TealformError, match=r"cdk\.tf\.json: pins no version of the AWS provider"):
        environments.read_provider_version(folder)


def test_types_written_by_hand_are_declared_too(tmp_path: Path) -> None:
    folder = projects.write(tmp_path, projects.GREETING)
    (folder / "module").mkdir()
    (folder / "module" / "main.tf").write_text('  data "aws_region" "here" {}\n# resource "aws_vpc" "not" {}\n')
    assert environments.list_declared(folder)[1:] == [{"data": {"aws_region": {}}}]
