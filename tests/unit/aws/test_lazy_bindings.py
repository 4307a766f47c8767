"""Lazy loading of the bindings, and the test that it generates the same as the plain import."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tealform.aws import lazy_bindings
from tealform.errors import TealformError
from tealform.settings.loader import GENERATED
from tests import support
from tests.inventory import ENVIRONMENTS, ROOT

COUNT = (
    "import sys; "
    "print(len({name.split('.')[1] for name in sys.modules if name.startswith('cdktf_cdktf_provider_aws.')}))"
)

SHIM = ROOT / "modules" / "tealform" / "aws" / "__init__.py"


def run(code: str, cwd: Path = ROOT) -> str:
    environment = {key: value for key, value in os.environ.items() if key != "CDKTF_OUTDIR"}
    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=cwd, env=environment, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def test_only_the_submodules_that_are_named_are_loaded() -> None:
    named = len(set(lazy_bindings._IMPORT.findall(SHIM.read_text(encoding="utf-8"))))
    assert named > 40
    assert int(run(f"import tealform.aws; {COUNT}")) == named + 1  # and _jsii


@pytest.mark.parametrize(
    "module", ["tealform.synth.app", "tealform.service.ignored_changes", "tealform.service.lambda_packages"]
)
def test_settings_and_facts_are_read_without_any_bindings(module: str) -> None:
    assert int(run(f"import {module}; {COUNT}")) == 0


def _install(folder: Path) -> Path:
    """Return an installed package of bindings."""
    (folder / "installed" / "_jsii").mkdir(parents=True)
    (folder / "installed" / "_jsii" / "__init__.py").write_text("")
    (folder / "installed" / "_jsii" / "a@1.jsii.tgz").write_text("whole")
    return folder / "installed"


def test_the_reduced_assembly_is_created_once_for_each_list_of_submodules(
    tmp_path: Path, own_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed = _install(tmp_path)
    made: list[list[str]] = []

    def copy(source: Path, target: Path, submodules: list[str]) -> None:
        made.append(submodules)
        target.write_text("reduced")

    monkeypatch.setattr(lazy_bindings, "_copy_assembly", copy)
    first = lazy_bindings._reduce(installed, ["vpc"])
    assert lazy_bindings._reduce(installed, ["vpc"]) == first
    assert (first / "_jsii" / "a@1.jsii.tgz").read_text() == "reduced"
    second = lazy_bindings._reduce(installed, ["subnet", "vpc"])
    assert second != first
    assert made == [["vpc"], ["subnet", "vpc"]]
    assert {path for path in own_cache.iterdir() if path.is_dir()} == {first, second}


def test_bindings_that_a_killed_process_left_are_prepared_again(
    tmp_path: Path, own_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed = _install(tmp_path)

    def kill(*_: object) -> None:
        os._exit(1)

    if (child := os.fork()) == 0:
        monkeypatch.setattr(lazy_bindings, "_copy_assembly", kill)
        lazy_bindings._reduce(installed, ["vpc"])
    os.waitpid(child, 0)
    assert [each.suffix for each in own_cache.iterdir() if each.is_dir()] == [".partial"]
    monkeypatch.setattr(lazy_bindings, "_copy_assembly", lambda _, target, __: target.write_text("reduced"))
    made = lazy_bindings._reduce(installed, ["vpc"])
    assert (made / "_jsii" / "a@1.jsii.tgz").read_text() == "reduced"
    assert [each for each in own_cache.iterdir() if each.is_dir()] == [made]


def test_cache_that_cannot_be_written_is_named_in_one_line(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    folder = tmp_path / "project" / "environments" / "dev"
    folder.mkdir(parents=True)
    (folder / "environment.hcl").write_text(support.environment())
    shutil.copyfile(ROOT / "main.py", tmp_path / "project" / "main.py")
    variables = os.environ | {"TEALFORM_CACHE": str(file)}
    ran = subprocess.run(
        [sys.executable, tmp_path / "project" / "main.py"], env=variables, capture_output=True, text=True, check=False
    )
    assert ran.returncode != 0
    assert ran.stderr == (
        f"{file}: the cache cannot be written: File exists; set TEALFORM_CACHE to a folder that can be written\n"
    )


def test_node_that_is_no_program_is_an_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("JSII_NODE", str(tmp_path / "node"))
    with pytest.raises(TealformError, match=f"JSII_NODE names {tmp_path}/node, which is no program; unset JSII_NODE"):
        lazy_bindings.prepare(Path("unused"))


@pytest.mark.slow
def test_plain_imports_generate_the_same(tmp_path: Path) -> None:
    root = tmp_path / "project"
    shutil.copytree(ENVIRONMENTS, root / "environments", ignore=shutil.ignore_patterns(".terraform*", "*.tfstate*"))
    for file in (root / "environments").glob(f"*/{GENERATED}"):
        file.unlink()
    node = json.dumps(str(lazy_bindings.find_node()))
    run(
        f"import os; os.environ['JSII_NODE'] = {node}\n"
        "import cdktf_cdktf_provider_aws, sys, pathlib\n"
        "assert len([name for name in sys.modules if name.startswith('cdktf_cdktf_provider_aws.')]) > 2000\n"
        "from tealform import App\n"
        f"assert not App().synth(pathlib.Path({json.dumps(str(root))}), (), print).errors"
    )
    generated = sorted((root / "environments").glob(f"*/{GENERATED}"))
    assert len(generated) >= 3
    for file in generated:
        assert file.read_bytes() == (ENVIRONMENTS / file.parent.name / GENERATED).read_bytes()
