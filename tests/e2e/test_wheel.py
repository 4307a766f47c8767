"""The wheel, installed in an environment of its own, works in a folder outside this checkout."""

from __future__ import annotations

import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from tests.inventory import ENVIRONMENTS, ROOT, TEMPLATES

pytestmark = pytest.mark.slow

READS_PACKAGE_DATA = """
from tealform import templates
from tealform.pipeline import inline_buildspec
from tealform.policy import coverage, rule_catalog, rules
from tealform.service import lambda_packages
from tealform_harness.provider_stub import protocol
assert rules.checks() and rule_catalog.list_yaml_rules() and rule_catalog.list_own_rules()
assert coverage.FILE.read_text() and inline_buildspec.scripts() and lambda_packages.SMOKE_TEST.content
assert protocol.messages.DESCRIPTOR.package
print(len(templates.contents("artifacts")), templates.__file__)
"""


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of an environment with the wheel and its dependencies, without this checkout."""
    folder = tmp_path_factory.mktemp("installed")
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "wheel", "--no-deps", "--no-build-isolation", "-w", folder, ROOT], check=True, cwd=folder)
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder / "venv"], check=True)
    python = folder / "venv" / "bin" / "python"
    (packages,) = (folder / "venv" / "lib").glob("python*/site-packages")
    # A path that a .pth file adds is not searched for .pth files, so the editable install is not seen through it.
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib"))
    (wheel,) = folder.glob("tealform-*.whl")
    subprocess.run([*pip, "--python", python, "install", "--no-deps", "--no-index", wheel], check=True, cwd=folder)
    return python


def test_wheel_synthesizes_an_environment_elsewhere(python: Path, tmp_path: Path) -> None:
    for name in ("main.py", "cdktf.json", "environments/common.hcl", "environments/dev/environment.hcl"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, tmp_path / name)
    home = tmp_path / "home"
    home.mkdir()
    ran = subprocess.run(
        [python, "main.py"], cwd=tmp_path, env={"HOME": str(home)}, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    generated = Path("dev", "cdk.tf.json")
    assert (tmp_path / "environments" / generated).read_bytes() == (ENVIRONMENTS / generated).read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["cdktf.json", "environments", "home", "main.py"]


def test_wheel_has_the_package_data(python: Path, tmp_path: Path) -> None:
    ran = subprocess.run([python, "-c", READS_PACKAGE_DATA], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    number, place = ran.stdout.split()
    files = [file for file in (TEMPLATES / "artifacts").rglob("*") if file.is_file() and file.suffix != ".pyc"]
    assert int(number) == len(files)
    assert Path(place).is_relative_to(python.parents[1])
