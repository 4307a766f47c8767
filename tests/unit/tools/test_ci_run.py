"""``.ci/run`` with a fake ``make``: which commands it runs, which provider it finds, and what its last line says."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.inventory import ROOT

FAKE_MAKE = """#!/bin/sh
echo "$*|${TEALFORM_AWS_PROVIDER:-}" >> "$CALLS"
for argument in "$@"; do [ "$argument" != "$FAILING" ] || exit 7; done
case "$*" in verify) echo "$VERIFY_OUTPUT" ;; esac
"""
MACHINE = f"{platform.system().lower()}_" + {"x86_64": "amd64", "aarch64": "arm64"}.get(
    platform.machine().lower(), platform.machine().lower()
)
MEGABYTES = 1 << 20


@dataclass(frozen=True)
class Result:
    code: int
    last_line: str
    calls: list[str]


class Machine:
    """A file system with a checkout, a home and a fake make."""

    def __init__(self, folder: Path) -> None:
        self.root = folder
        self.home = folder / "home" / "developer"
        self.home.mkdir(parents=True)
        self.checkout = self.home / "checkout"
        (self.checkout / ".ci").mkdir(parents=True)
        shutil.copy(ROOT / ".ci" / "run", self.checkout / ".ci" / "run")
        programs = folder / "bin"
        programs.mkdir()
        (programs / "make").write_text(FAKE_MAKE, encoding="utf-8")
        (programs / "make").chmod(0o755)

    def install(self, folder: str, version: str, size: int = 51 * MEGABYTES, mode: int = 0o755) -> Path:
        """Install a provider in a folder of the file system, as a file with no content but zeros."""
        file = self.root / folder / f"terraform-provider-aws_v{version}_x5"
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("wb") as stream:
            stream.truncate(size)
        file.chmod(mode)
        return file

    def run(self, failing: str = "", verify_output: str = "", **variables: str) -> Result:
        calls = self.root / "calls"
        calls.touch()
        environment = {
            "PATH": f"{self.root / 'bin'}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(self.home),
            "TEALFORM_CI_ROOT": str(self.root),
            "CALLS": str(calls),
            "FAILING": failing,
            "VERIFY_OUTPUT": verify_output,
            **variables,
        }
        done = subprocess.run(
            [self.checkout / ".ci" / "run"], env=environment, capture_output=True, text=True, check=False
        )
        assert done.stderr == ""
        return Result(done.returncode, done.stdout.splitlines()[-1], calls.read_text(encoding="utf-8").splitlines())


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


HOME = "home/developer"
MIRROR = f"registry.terraform.io/hashicorp/aws/6.25.0/{MACHINE}"


@pytest.mark.parametrize(
    "folder",
    [
        f"{HOME}/.terraform.d/plugins/{MIRROR}",
        f"{HOME}/.local/share/terraform/plugins/{MIRROR}",
        f"usr/local/share/terraform/plugins/{MIRROR}",
        f"usr/share/terraform/plugins/{MIRROR}",
        "opt/providers",
        "usr/lib/terraform",
        f"{HOME}/projects/shop/environments/dev/.terraform/providers/{MIRROR}",
    ],
)
def test_provider_is_found_and_used(machine: Machine, folder: str) -> None:
    program = machine.install(folder, "6.25.0")
    result = machine.run()
    assert result.code == 0
    assert result.calls == [
        "drift|",
        "test COVERAGE=1|",
        f"-j2 --output-sync=line test-slow test-e2e|{program.parent}",
        f"verify|{program.parent}",
    ]
    assert result.last_line == f"real AWS provider: ran (6.25.0, {program})"


def test_provider_in_the_plugin_cache_is_found(machine: Machine) -> None:
    program = machine.install(f"cache/{MIRROR}", "6.25.0")
    assert str(program) in machine.run(TF_PLUGIN_CACHE_DIR=str(machine.root / "cache")).last_line


def test_variable_comes_before_plugin_folders_and_these_before_other_folders(machine: Machine) -> None:
    named = machine.install("named", "6.1.0", size=1)
    plugin = machine.install("usr/share/terraform/plugins", "6.2.0")
    machine.install("opt/providers", "6.3.0")
    assert machine.run().last_line == f"real AWS provider: ran (6.2.0, {plugin})"
    assert machine.run(TEALFORM_AWS_PROVIDER=str(named.parent)).last_line == f"real AWS provider: ran (6.1.0, {named})"


def test_newest_version_is_used(machine: Machine) -> None:
    machine.install("opt/a", "6.9.0")
    newest = machine.install("usr/lib/terraform", "6.10.0")
    machine.install("opt/z", "5.100.0")
    assert machine.run().last_line == f"real AWS provider: ran (6.10.0, {newest})"


def test_other_platforms_small_files_and_files_that_cannot_run_are_no_provider(machine: Machine) -> None:
    other = "linux_arm64" if MACHINE != "linux_arm64" else "darwin_amd64"
    machine.install(f"opt/mirror/6.25.0/{other}", "6.25.0")
    machine.install("opt/stand-in", "6.25.0", size=MEGABYTES)
    machine.install("opt/data", "6.25.0", mode=0o644)
    machine.install("opt/beta", "6.25.0-beta1")
    result = machine.run()
    assert result.code == 0
    assert result.calls == ["drift|", "test COVERAGE=1|", "test-slow|", "verify|"]
    assert result.last_line.startswith("real AWS provider: did not run; none was found in ")
    for folder in ("/.terraform.d/plugins", "/usr/share/terraform/plugins", "/opt", "/usr", HOME):
        assert f"{folder}, " in result.last_line + ", "


def test_variable_that_names_no_provider_is_an_error(machine: Machine) -> None:
    machine.install("opt/providers", "6.25.0")
    result = machine.run(TEALFORM_AWS_PROVIDER=str(machine.home))
    assert result.code == 2
    assert result.calls == []
    assert result.last_line == (
        f"real AWS provider: did not run; TEALFORM_AWS_PROVIDER names {machine.home}, "
        "which is no folder with a provider for this machine"
    )


@pytest.mark.parametrize("failing", ["drift", "test"])
def test_step_that_fails_before_the_provider_runs_ends_the_run(machine: Machine, failing: str) -> None:
    machine.install("opt/providers", "6.25.0")
    result = machine.run(failing)
    assert result.code == 7
    assert result.calls[-1].split("|")[0].split()[0] == failing
    assert result.last_line == "real AWS provider: did not run; a step before it failed"


@pytest.mark.parametrize("failing", ["test-slow", "test-e2e", "verify"])
def test_failure_after_the_provider_started_keeps_its_exit_code(machine: Machine, failing: str) -> None:
    program = machine.install("opt/providers", "6.25.0")
    result = machine.run(failing)
    assert result.code == 7
    assert result.last_line == f"real AWS provider: did not finish (6.25.0, {program})"


@pytest.mark.parametrize("failing", ["test-slow", "verify"])
def test_failure_without_a_provider_keeps_its_exit_code(machine: Machine, failing: str) -> None:
    result = machine.run(failing)
    assert result.code == 7
    assert result.last_line.startswith("real AWS provider: did not run; none was found in ")


def test_provider_that_verify_fetched_is_reported(machine: Machine) -> None:
    output = "dev  apply  Terraform 1.13.4, real provider 6.25.0, emulated AWS"
    assert machine.run(verify_output=output).last_line == (
        "real AWS provider: ran in make verify alone (6.25.0, fetched by Terraform)"
    )
    # The words are those of the table that verification prints.
    source = ROOT / "harness" / "tealform_harness" / "verify" / "run.py"
    assert "real provider {provider.version}" in source.read_text(encoding="utf-8")


def test_no_home_is_no_error(machine: Machine) -> None:
    program = machine.install("opt/providers", "6.25.0")
    assert machine.run(HOME="").last_line == f"real AWS provider: ran (6.25.0, {program})"
