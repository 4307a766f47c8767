"""What Terraform is asked to do, seen by a stand-in that writes down how it was called."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tealform.errors import TealformError
from tealform.terraform import terraform_cli
from tests import projects

# It answers with the exit code in the file «code», and if its first argument is «init» with that in «init-code». Like
# Terraform, it sets up the backend first; downloads come later, and may fail.
STAND_IN = """#!/bin/sh
here=$(dirname "$0")
echo "$PWD: $*" >> "$here/calls"
echo "this is $1"
if [ "$1" = init ]; then
    mkdir -p "${TF_DATA_DIR:-.terraform}"
    touch "${TF_DATA_DIR:-.terraform}/terraform.tfstate"
    exit $(cat "$here/init-code")
fi
exit $(cat "$here/code")
"""


class Terraform:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        program = folder / "terraform"
        program.write_text(STAND_IN)
        program.chmod(0o755)
        self.answer()

    def answer(self, code: int = 0, init: int = 0) -> None:
        (self.folder / "code").write_text(str(code))
        (self.folder / "init-code").write_text(str(init))

    def calls(self) -> list[str]:
        """What it was asked since the last time, the folder's name before the arguments."""
        file = self.folder / "calls"
        calls = file.read_text().splitlines() if file.exists() else []
        file.unlink(missing_ok=True)
        return [call[call.rindex("/", 0, call.index(": ")) + 1 :] for call in calls]


@pytest.fixture
def called(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Terraform:
    stand_in = Terraform(tmp_path / "bin")
    monkeypatch.setenv("PATH", str(stand_in.folder), prepend=":")
    monkeypatch.delenv("TF_DATA_DIR", raising=False)
    return stand_in


@pytest.fixture
def dev(tmp_path: Path) -> Path:
    return projects.write(tmp_path, _requiring("~> 6.0"))


def _requiring(version: str, **more: Any) -> dict[str, Any]:
    return {"terraform": {"required_providers": {"aws": {"source": "hashicorp/aws", "version": version}}}, **more}


def test_arguments_and_folder_are_passed_on(called: Terraform, dev: Path) -> None:
    terraform_cli.run(dev, "init", "-upgrade")
    terraform_cli.run(dev, "plan", "-out=release.tfplan", "-target=a b")
    assert called.calls() == [
        "dev: init -no-color -upgrade",
        "dev: plan -no-color -out=release.tfplan -target=a b",
    ]


@pytest.mark.parametrize("code", [0, 1, 2])
def test_exit_code_is_passed_on(called: Terraform, dev: Path, code: int) -> None:
    called.answer(code)
    assert terraform_cli.run(dev, "plan") == code


def test_what_a_signal_ended_has_the_exit_code_of_a_shell(called: Terraform, dev: Path) -> None:
    (called.folder / "terraform").write_text("#!/bin/sh\nkill -KILL $$\n")
    assert terraform_cli.run(dev, "validate") == 137


@pytest.mark.parametrize("command", ["plan", "apply", "destroy", "output"])
def test_first_command_is_preceded_by_init(called: Terraform, dev: Path, command: str) -> None:
    terraform_cli.run(dev, command)
    assert called.calls() == ["dev: init -no-color -input=false", f"dev: {command} -no-color"]
    terraform_cli.run(dev, command)
    assert called.calls() == [f"dev: {command} -no-color"]


def test_other_commands_are_not_preceded_by_init(called: Terraform, dev: Path) -> None:
    terraform_cli.run(dev, "validate")
    assert called.calls() == ["dev: validate -no-color"]


def test_what_init_says_stays_out_of_the_output(
    called: Terraform, dev: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    terraform_cli.run(dev, "output")
    output, errors = capfd.readouterr()
    assert output == "this is output\n"
    assert errors == "terraform init in environments/dev\nthis is init\n"


def test_failed_init_ends_the_command_and_is_repeated(called: Terraform, dev: Path) -> None:
    called.answer(init=1)
    assert terraform_cli.run(dev, "apply") == 1
    assert called.calls() == ["dev: init -no-color -input=false"]
    called.answer()
    assert terraform_cli.run(dev, "apply") == 0
    assert called.calls() == ["dev: init -no-color -input=false", "dev: apply -no-color"]


def test_init_is_repeated_for_other_providers_and_another_lock_file(called: Terraform, dev: Path) -> None:
    terraform_cli.run(dev, "init")
    called.calls()
    projects.write(dev.parent.parent, _requiring("~> 7.0"))
    terraform_cli.run(dev, "plan")
    assert len(called.calls()) == 2
    (dev / ".terraform.lock.hcl").write_text('provider "aws" {}')
    terraform_cli.run(dev, "plan")
    assert len(called.calls()) == 2
    terraform_cli.run(dev, "plan")
    assert called.calls() == ["dev: plan -no-color"]


def test_init_is_not_repeated_for_other_resources(called: Terraform, dev: Path) -> None:
    terraform_cli.run(dev, "init")
    called.calls()
    projects.write(dev.parent.parent, _requiring("~> 6.0", resource={"terraform_data": {"new": {}}}))
    terraform_cli.run(dev, "plan")
    assert called.calls() == ["dev: plan -no-color"]


def test_init_is_repeated_for_what_was_written_by_hand(called: Terraform, dev: Path) -> None:
    terraform_cli.run(dev, "init")
    called.calls()
    for name in ("extra.tf", "extra.tf.json"):
        for content in ("once", "twice"):
            (dev / name).write_text(content)
            terraform_cli.run(dev, "plan")
            terraform_cli.run(dev, "plan")
            plan = "dev: plan -no-color"
            assert called.calls() == ["dev: init -no-color -input=false", plan, plan], (name, content)


def test_init_is_repeated_for_modules_elsewhere(called: Terraform, dev: Path, tmp_path: Path) -> None:
    _write_manifest(dev, {"Modules": [{"Dir": "."}, {"Dir": "../../shared"}]})
    (tmp_path / "shared").mkdir()
    for content in ("once", "twice"):
        (tmp_path / "shared" / "main.tf").write_text(content)
        terraform_cli.run(dev, "plan")
        assert len(called.calls()) == 2
        terraform_cli.run(dev, "plan")
        assert called.calls() == ["dev: plan -no-color"]


@pytest.mark.parametrize("manifest", [None, [], {"Modules": None}, {"Modules": [{}]}, {"Modules": [{"Dir": 1}]}])
def test_manifest_of_modules_that_cannot_be_read(called: Terraform, dev: Path, manifest: Any) -> None:
    _write_manifest(dev, manifest)
    assert terraform_cli.run(dev, "plan") == 0


def _write_manifest(dev: Path, manifest: Any) -> None:
    file = dev / ".terraform" / "modules" / "modules.json"
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps(manifest))


def test_init_that_has_left_the_one_before_half_undone_is_repeated(called: Terraform, dev: Path) -> None:
    terraform_cli.run(dev, "init")
    projects.write(dev.parent.parent, _requiring("~> 7.0"))
    called.answer(init=1)
    terraform_cli.run(dev, "plan")
    projects.write(dev.parent.parent, _requiring("~> 6.0"))
    called.calls()
    called.answer()
    terraform_cli.run(dev, "plan")
    assert called.calls() == ["dev: init -no-color -input=false", "dev: plan -no-color"]


def test_init_by_hand_is_repeated_once_for_it_may_have_been_ended_half_way(called: Terraform, dev: Path) -> None:
    (dev / ".terraform" / "providers").mkdir(parents=True)
    terraform_cli.run(dev, "plan")
    assert called.calls() == ["dev: init -no-color -input=false", "dev: plan -no-color"]
    terraform_cli.run(dev, "plan")
    assert called.calls() == ["dev: plan -no-color"]


@pytest.mark.parametrize("option", ["-backend=false", "-get=0", "--help"])
def test_init_that_leaves_something_out_is_no_init(called: Terraform, dev: Path, option: str) -> None:
    terraform_cli.run(dev, "init", option)
    called.calls()
    terraform_cli.run(dev, "plan")
    assert called.calls() == ["dev: init -no-color -input=false", "dev: plan -no-color"]


def test_lock_file_that_is_no_utf_8_is_left_to_terraform(called: Terraform, dev: Path) -> None:
    (dev / ".terraform.lock.hcl").write_bytes(b"\xff")
    assert terraform_cli.run(dev, "plan") == 0


def test_data_may_be_elsewhere(called: Terraform, dev: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TF_DATA_DIR", str(tmp_path / "elsewhere"))
    terraform_cli.run(dev, "plan")
    terraform_cli.run(dev, "plan")
    assert len(called.calls()) == 3
    assert not (dev / ".terraform").exists()


def test_empty_data_folder_is_none(called: Terraform, dev: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TF_DATA_DIR", "")
    terraform_cli.run(dev, "plan")
    terraform_cli.run(dev, "plan")
    assert len(called.calls()) == 3
    assert {each.name for each in dev.iterdir()} == {"cdk.tf.json", ".terraform"}


def test_nothing_generated_is_an_error(called: Terraform, tmp_path: Path) -> None:
    folder = tmp_path / "environments" / "dev"
    folder.mkdir(parents=True)
    with pytest.raises(TealformError, match="run: make synth ENV=dev"):
        terraform_cli.run(folder, "plan")
    assert called.calls() == []


def test_record_of_init_names_no_secret(called: Terraform, dev: Path) -> None:
    projects.write(dev.parent.parent, {"terraform": {"backend": {"http": {"password": "secret"}}}})
    terraform_cli.run(dev, "init")
    written = [file.read_text() for file in (dev / ".terraform").iterdir()]
    assert written
    assert "secret" not in json.dumps(written)
