"""Installing checkov: once, completely, by one process. A package of the same name stands for it."""

from __future__ import annotations

import base64
import hashlib
import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest

from tealform.errors import TealformError
from tealform.policy import checkov, checkov_environment
from tests import sessions

FINDS = """
import sys
from pathlib import Path
from tealform.policy import checkov_environment

checkov_environment.REQUIREMENTS = Path(sys.argv[1])
print(checkov_environment.find_python())
"""
FINDS_QUICKLY = f"""
import sys
from pathlib import Path
from tests.unit.policy import test_checkov_environment as tests

tests.create_by_copying(Path(sys.argv[2]))
{FINDS}
"""


def create_by_copying(template: Path) -> None:
    """Create virtual environments in this process as copies of ``template``, which takes no seconds."""
    run = checkov_environment._run

    def run_quickly(command: list[str], *words: str) -> None:
        if command[3] == "venv":
            shutil.copytree(template, command[4], symlinks=True)
        else:
            run(command, *words)

    checkov_environment._run = run_quickly  # type: ignore[assignment]


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("template") / "venv"
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    return folder


@pytest.fixture
def copied(template: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The template of the virtual environments in this test."""
    monkeypatch.setattr(checkov_environment, "_run", checkov_environment._run)
    create_by_copying(template)
    return template


def _package(folder: Path, version: str) -> Path:
    """Write a package called checkov, and return the requirements that name it with its hash."""
    folder.mkdir(exist_ok=True)
    wheel = folder / f"checkov-{version}-py3-none-any.whl"
    about = f"checkov-{version}.dist-info"
    members = {
        "checkov/__init__.py": "",
        "checkov/main.py": f"print('checkov {version}')\n",
        f"{about}/METADATA": f"Metadata-Version: 2.1\nName: checkov\nVersion: {version}\n",
        f"{about}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = ""
    with zipfile.ZipFile(wheel, "w") as archive:
        for name, text in members.items():
            digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode().rstrip("=")
            record += f"{name},sha256={digest},{len(text)}\n"
            archive.writestr(name, text)
        archive.writestr(f"{about}/RECORD", f"{record}{about}/RECORD,,\n")
    requirements = folder / f"requirements-{version}.txt"
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    requirements.write_text(f"checkov=={version} --hash=sha256:{digest}\n")
    return requirements


@pytest.fixture
def requirements(tmp_path: Path, own_cache: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The requirements of a package that pip finds without a network, in an empty cache."""
    for name in [each for each in os.environ if each.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "packages"))
    file = _package(tmp_path / "packages", "1.0")
    monkeypatch.setattr(checkov_environment, "REQUIREMENTS", file)
    return file


@pytest.fixture
def installed(requirements: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Which programs were run to install, without running them: the environment gets a Python that does nothing."""
    ran: list[str] = []

    def run(command: list[str], *_: str) -> None:
        ran.append(command[3])
        if command[3] == "venv":
            python = Path(command[4]) / "bin" / "python"
            python.parent.mkdir(parents=True)
            python.symlink_to(sys.executable)

    monkeypatch.setattr(checkov_environment, "_run", run)
    return ran


def _start(requirements: Path, template: Path | None = None, **variables: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", FINDS_QUICKLY if template else FINDS, str(requirements), str(template)]
    environment = os.environ | variables
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def _print_version(python: Path) -> str:
    return subprocess.run([python, "-m", "checkov.main"], capture_output=True, text=True, check=True).stdout


@pytest.mark.slow
def test_checkov_is_installed_by_the_first_of_two_processes(
    requirements: Path, own_cache: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    # What would lead pip astray, and is set where Tealform runs.
    (tmp_path / "path").mkdir()
    (tmp_path / "path" / "pip.py").write_text("raise SystemExit('this is another pip')")
    misleading = {"PYTHONPATH": str(tmp_path / "path"), "PIP_TARGET": str(tmp_path / "target"), "PIP_USER": "1"}
    both = [_start(requirements, None, **misleading) for _ in range(2)]
    outputs = [each.communicate(timeout=60) for each in both]
    assert [each.returncode for each in both] == [0, 0], outputs
    (folder,) = (each for each in own_cache.iterdir() if each.is_dir())
    assert sorted(said for _, said in outputs) == [
        f"Installing checkov in {folder}, once, about half a minute\n",
        "Waiting for another process that is installing checkov\n",
    ]
    assert {printed for printed, _ in outputs} == {f"{folder}/bin/python\n"}
    assert not (tmp_path / "target").exists()
    assert checkov_environment.find_python() == folder / "bin" / "python"
    assert capfd.readouterr() == ("", "")
    assert checkov.run(["terraform_json"], {}).stdout == "checkov 1.0\n"


@pytest.mark.slow
def test_killed_installation_leaves_no_pip_and_is_repeated(requirements: Path, own_cache: Path, copied: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as index:
        index.settimeout(60)
        hanging = {"PIP_NO_INDEX": "0", "PIP_INDEX_URL": f"http://127.0.0.1:{index.getsockname()[1]}/"}
        killed = _start(requirements, copied, **hanging, PIP_FIND_LINKS="")
        connection, _ = index.accept()
        killed.send_signal(signal.SIGKILL)
        killed.communicate()
        with connection:
            connection.settimeout(20)
            while connection.recv(4096):
                pass
    (left,) = (each for each in own_cache.iterdir() if each.is_dir())
    assert (left / "bin" / "pip").exists()
    assert not (left / checkov_environment.MARKER).exists()
    assert _print_version(checkov_environment.find_python()) == "checkov 1.0\n"


def test_pip_that_fails_is_an_error_with_its_last_words_and_a_hint(
    requirements: Path,
    copied: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "nothing"))
    for _ in range(2):
        with pytest.raises(TealformError, match="PIP_INDEX_URL") as raised:
            checkov_environment.find_python()
        assert str(raised.value).startswith("pip cannot install checkov; is the package index reachable?")
        assert "No matching distribution found for checkov==1.0" in str(raised.value)
    # The gate asks for checkov several times; a second attempt would only make people wait.
    assert capsys.readouterr().err.count("Installing checkov") == 1


def test_package_with_another_hash_is_refused(requirements: Path, copied: Path) -> None:
    requirements.write_text(f"checkov==1.0 --hash=sha256:{'0' * 64}\n")
    with pytest.raises(TealformError, match="DO NOT MATCH THE HASHES"):
        checkov_environment.find_python()


def test_other_requirements_get_another_environment(
    requirements: Path, installed: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = checkov_environment.find_python()
    assert checkov_environment.find_python() == old
    assert installed == ["venv", "pip"]
    monkeypatch.setattr(checkov_environment, "REQUIREMENTS", _package(tmp_path / "packages", "2.0"))
    assert checkov_environment.find_python() != old
    assert installed == ["venv", "pip"] * 2
    monkeypatch.setattr(checkov_environment, "REQUIREMENTS", requirements)
    assert checkov_environment.find_python() == old
    assert installed == ["venv", "pip"] * 2


def test_environment_that_nobody_used_for_a_month_is_removed_by_the_next_installation(
    requirements: Path, installed: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def use(version: str) -> Path:
        monkeypatch.setattr(checkov_environment, "REQUIREMENTS", _package(tmp_path / "packages", version))
        return checkov_environment.find_python().parents[1]

    month = 31 * 24 * 60 * 60
    unused, used = use("2.0"), use("3.0")
    for folder in (unused, used):
        os.utime(folder, (time.time() - month,) * 2)
    use("3.0")
    new = use("4.0")
    assert (unused.exists(), used.exists(), new.exists()) == (False, True, True)


def test_another_python_gets_another_environment(installed: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    old = checkov_environment.find_python()
    monkeypatch.setattr(sys.implementation, "cache_tag", "cpython-399")
    assert checkov_environment.find_python() != old


def test_environment_whose_python_is_gone_is_installed_again(installed: list[str], tmp_path: Path) -> None:
    python = checkov_environment.find_python()
    python.unlink()
    python.symlink_to(tmp_path / "uninstalled")
    assert checkov_environment.find_python() == python
    assert python.exists()
    assert installed == ["venv", "pip"] * 2


@pytest.mark.parametrize("missing", ["venv", "ensurepip"])
def test_python_that_cannot_create_environments(
    installed: list[str], missing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == missing else find(name))
    with pytest.raises(TealformError, match=rf"has no module {missing}; .*apt-get install python3-venv"):
        checkov_environment.find_python()
    assert installed == []


def test_cache_that_cannot_be_written(installed: list[str], own_cache: Path) -> None:
    own_cache.rmdir()
    own_cache.touch()
    with pytest.raises(TealformError, match="File exists; set TEALFORM_CACHE to a folder that can be written"):
        checkov_environment.find_python()
    assert installed == []


@pytest.mark.slow
def test_ctrl_c_ends_pip_and_the_next_run_installs(requirements: Path, copied: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as index:
        index.settimeout(60)
        variables = {"PIP_NO_INDEX": "0", "PIP_INDEX_URL": f"http://127.0.0.1:{index.getsockname()[1]}/"}
        command = [sys.executable, "-c", FINDS_QUICKLY, str(requirements), str(copied)]
        process = sessions.start(command, os.environ | variables | {"PIP_FIND_LINKS": ""})
        connection, _ = index.accept()
        # Only Tealform gets the signal, as from a CI server.
        process.send_signal(signal.SIGINT)
        with connection:
            connection.settimeout(20)
            while connection.recv(4096):
                pass
        process.communicate(timeout=20)
    assert process.returncode != 0
    assert _print_version(checkov_environment.find_python()) == "checkov 1.0\n"


@pytest.mark.slow
def test_checkov_itself_is_installed_and_scans(own_cache: Path) -> None:
    assert checkov_environment.find_python().is_relative_to(own_cache)
    ran = checkov.run(["terraform_json"], {"dev/cdk.tf.json": '{"resource": {"aws_s3_bucket": {"main": {}}}}'})
    assert "CKV_AWS_18" in ran.stdout
