"""Terraform in a scratch copy, with its built-in provider alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from tealform.errors import TealformError
from tealform.terraform import scratch_module, terraform_binaries
from tealform.terraform.terraform_binaries import Terraform
from tests import projects

BACKEND = {"terraform": {"backend": {"s3": {"bucket": "none", "key": "none", "region": "eu-west-1"}}}}


@pytest.fixture(params=terraform_binaries.list_terraforms(), ids=lambda each: each.origin)
def terraform(request: pytest.FixtureRequest) -> Terraform:
    chosen: Terraform = request.param
    return chosen


def test_environment_lives_from_plan_to_destroy_and_leaves_its_folder_alone(
    tmp_path: Path, terraform: Terraform
) -> None:
    folder = projects.write(tmp_path, projects.GREETING | BACKEND)
    before = {file: file.read_bytes() for file in folder.iterdir()}
    with scratch_module.copy_with_local_state(folder, terraform, {}) as work:
        assert work.init().errors == ()
        assert work.validate().errors == ()
        assert work.plan().exit_code == 2
        assert [change["address"] for change in work.planned()["resource_changes"]] == ["terraform_data.greeting"]
        assert "terraform_data.greeting will be created" in work.planned_text()
        assert work.apply().errors == ()
        assert work.state() == ["terraform_data.greeting"]
        assert work.plan().exit_code == 0
        assert work.destroy().errors == ()
        assert work.state() == []
    assert {file: file.read_bytes() for file in folder.iterdir()} == before
    assert not work.folder.exists()


def test_mistake_comes_with_address_and_line(tmp_path: Path, terraform: Terraform) -> None:
    text = '{\n "resource": {\n  "terraform_data": {\n   "main": {\n    "inptu": 1\n   }\n  }\n }\n}'
    folder = projects.write(tmp_path, text)
    with scratch_module.copy_with_local_state(folder, terraform, {}) as work:
        work.init()
        (error,) = work.validate().errors
    assert (error.address, error.file, error.line) == ("terraform_data.main", "cdk.tf.json", 5)


def test_configuration_of_the_caller_does_not_reach_it(
    tmp_path: Path, terraform: Terraform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TF_CLI_ARGS_init", "-no-such-flag")
    monkeypatch.setenv("TF_CLI_CONFIG_FILE", str(tmp_path / "missing"))
    with scratch_module.copy_with_local_state(projects.write(tmp_path, projects.GREETING), terraform, {}) as work:
        outcome = work.init()
    assert (outcome.errors, outcome.warnings) == ((), ())


def test_variables_given_reach_it(tmp_path: Path, terraform: Terraform) -> None:
    folder = projects.write(tmp_path, projects.GREETING)
    with scratch_module.copy_with_local_state(folder, terraform, {"TF_CLI_ARGS_init": "-no-such-flag"}) as work:
        assert "no-such-flag" in work.init().output


def test_plan_that_does_not_exist_cannot_be_shown(tmp_path: Path, terraform: Terraform) -> None:
    with scratch_module.copy_with_local_state(projects.write(tmp_path, projects.GREETING), terraform, {}) as work:
        work.init()
        with pytest.raises(TealformError, match="terraform show failed"):
            work.planned()


def test_what_lies_beside_is_judged_but_for_state_and_lock_file(tmp_path: Path, terraform: Terraform) -> None:
    folder = projects.write(tmp_path, projects.GREETING)
    (folder / "module").mkdir()
    (folder / "module" / "main.tf").write_text('variable "given" {}\noutput "given" { value = var.given }\n')
    (folder / "extra.tf").write_text(
        'variable "given" {}\nmodule "extra" {\n  source = "./module"\n  given  = var.given\n}\n'
    )
    (folder / "terraform.tfvars").write_text('given = "yes"\n')
    for broken in ("terraform.tfstate", ".terraform.lock.hcl"):
        (folder / broken).write_text("{{ broken")
    (folder / ".terraform").mkdir()
    (folder / ".terraform" / "terraform.tfstate").write_text("{{ broken")
    with scratch_module.copy_with_local_state(folder, terraform, {}) as work:
        assert work.init().errors == ()
        assert work.plan().exit_code == 2
    assert (folder / "terraform.tfstate").read_text() == "{{ broken"


def test_file_that_cannot_be_copied_is_an_error(tmp_path: Path, terraform: Terraform) -> None:
    folder = projects.write(tmp_path, projects.GREETING)
    (folder / "extra.tf").symlink_to(tmp_path / "missing")
    with (
        pytest.raises(TealformError, match=r"environments/dev cannot be copied: .*extra\.tf"),
        scratch_module.copy_with_local_state(folder, terraform, {}),
    ):
        pass


def test_state_stays_here_whatever_another_override_says(tmp_path: Path, terraform: Terraform) -> None:
    folder = projects.write(tmp_path, projects.GREETING)
    (folder / "zzz_override.tf").write_text('terraform {\n  backend "s3" {}\n}\n')
    with scratch_module.copy_with_local_state(folder, terraform, {}) as work:
        assert work.init().errors == ()


def test_protection_from_destroy_can_be_lifted(tmp_path: Path, terraform: Terraform) -> None:
    kept = {"input": "hello", "lifecycle": {"prevent_destroy": True}}
    listed = [{"input": "hello", "lifecycle": [{"prevent_destroy": True}]}]
    folder = projects.write(tmp_path, {"resource": {"terraform_data": {"kept": kept, "listed": listed}}})
    with scratch_module.copy_with_local_state(folder, terraform, {}) as work:
        work.init()
        work.plan()
        work.apply()
        assert any("prevent" in error.message for error in work.destroy().errors)
        scratch_module.unprotect(work.folder)
        assert work.destroy().errors == ()
