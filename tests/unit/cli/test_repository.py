"""The repository that commands work on: its root folder, and the app of its ``main.py``."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tealform.cli import repository
from tealform.cli.main import main
from tealform.errors import TealformError
from tealform.policy.result import GateResult
from tealform.settings.loader import GENERATED
from tests import sessions
from tests.inventory import ROOT
from tests.support import environment


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with one valid environment; modules of another test's repository are forgotten."""
    monkeypatch.setattr(sys, "path", sys.path.copy())
    for module in ("own", "app", "team_names"):
        monkeypatch.delitem(sys.modules, module, raising=False)
    folder = tmp_path / "team" / "environments" / "dev"
    folder.mkdir(parents=True)
    (folder / "environment.hcl").write_text(environment())
    write_main(tmp_path / "team")
    return tmp_path / "team"


def write_main(root: Path, text: str = "from tealform import App\napp = App()\n") -> None:
    (root / "main.py").write_text(text)


# --- the root folder ------------------------------------------------------------------------


@pytest.mark.parametrize("folder", [".", "environments", "environments/dev", "artifacts/app"])
def test_commands_work_in_any_folder_of_the_repository(
    root: Path, folder: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (root / folder).mkdir(parents=True, exist_ok=True)
    monkeypatch.chdir(root / folder)
    assert main(["show", "dev", "--json"]) == 0
    assert {"setting": "region", "value": "eu-west-1"}.items() <= json.loads(capsys.readouterr().out)[1].items()


def test_application_with_a_main_py_of_its_own_is_no_repository(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (root / "api").mkdir()
    write_main(root / "api", "raise RuntimeError('not this one')\n")
    monkeypatch.chdir(root / "api")
    assert main(["show", "dev"]) == 0
    assert "eu-west-1" in capsys.readouterr().out


def test_repository_without_environments_says_what_to_write(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write_main(tmp_path)
    (tmp_path / "cdktf.json").write_text("{}")
    monkeypatch.chdir(tmp_path)
    assert main(["synth"]) == 2
    assert capsys.readouterr().err == "there are no environments; write environments/<name>/environment.hcl\n"


def test_folder_outside_of_a_repository(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["synth"]) == 2
    assert capsys.readouterr().err == (
        f"{tmp_path}: neither this folder nor one above is a Tealform repository; expected main.py and environments/ in it. "
        "Change to the repository, or name it: tealform --root FOLDER …\n"
    )


def test_root_may_be_relative(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(root.parent)
    assert main(["--root", "team", "show", "dev"]) == 0


# --- main.py --------------------------------------------------------------------------------


def load(root: Path, text: str) -> str:
    """Return the error about a ``main.py``, which is in one line."""
    write_main(root, text)
    with pytest.raises(TealformError) as error:
        repository.load_app(root)
    assert "\n" not in str(error.value)
    return str(error.value)


def test_importing_generates_nothing_and_leaves_nothing(root: Path) -> None:
    before = sorted(root.rglob("*"))
    repository.load_app(root)
    assert sorted(root.rglob("*")) == before


def test_commands_use_the_app_of_main_py(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_main(
        root,
        "from tealform import App\n"
        "from tealform.synth.app import SynthResult\n"
        "class Own(App):\n"
        "    def synth(self, root, names, echo):\n"
        "        return SynthResult(changed=[f'own {names}'])\n"
        "app = Own()\n",
    )
    assert main(["--root", str(root), "synth", "dev", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"changed": ["own ['dev']"], "errors": []}


def test_main_py_that_is_missing(root: Path) -> None:
    (root / "main.py").unlink()
    with pytest.raises(
        TealformError, match=r"^main\.py: missing in .*; write: from tealform import App; app = App\(\)$"
    ):
        repository.load_app(root)


def test_syntax_error_names_its_line(root: Path) -> None:
    assert load(root, "from tealform import App\napp = App(\n").startswith("main.py:2: '(' was never closed")


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("import tealform\n\napp = App()\n", "main.py:3: NameError: name 'App' is not defined"),
        ("raise SystemExit('no')\n", "main.py:1: SystemExit: no"),
        ("import own\n", "own.py:2: ZeroDivisionError: division by zero"),
        ("import missing_module\n", "main.py:1: ModuleNotFoundError: No module named 'missing_module'"),
    ],
)
def test_error_names_the_line_of_the_repository(root: Path, text: str, error: str) -> None:
    (root / "own.py").write_text("\n1 / 0\n")
    assert load(root, text) == error


@pytest.mark.parametrize(
    ("text", "problem"),
    [("", "app is missing"), ("app = 1\n", "app is no tealform.App"), ("import app\n", "app is no tealform.App")],
)
def test_main_py_without_an_app(root: Path, text: str, problem: str) -> None:
    (root / "app.py").touch()
    assert load(root, text) == f"main.py: {problem}; write: from tealform import App; app = App()"


def test_file_of_the_repository_does_not_replace_a_module_of_python(root: Path) -> None:
    for name in ("json.py", "tempfile.py", "yaml.py"):
        (root / name).write_text("raise RuntimeError('not this one')\n")
    ran = subprocess.run(
        [sys.executable, "-m", "tealform", "--root", root, "synth", "--check"], cwd=ROOT, capture_output=True, text=True
    )
    assert (ran.returncode, "not this one" in ran.stderr) == (1, False), ran.stderr


def test_main_py_imports_a_module_beside_it(root: Path) -> None:
    (root / "team_names.py").write_text("OWNER = 'web'\n")
    write_main(root, "from tealform import App\nfrom team_names import OWNER\napp = App()\napp.owner = OWNER\n")
    assert vars(repository.load_app(root)) == {"owner": "web"}


@pytest.mark.parametrize(
    ("text", "error"),
    [
        (
            "open('/no/such/file')\n",
            "main.py:1: FileNotFoundError: [Errno 2] No such file or directory: '/no/such/file'",
        ),
        ("import ast\nast.literal_eval('1 +')\n", "main.py:2: SyntaxError: invalid syntax (<unknown>, line 1)"),
    ],
)
def test_error_in_the_code_of_main_py_is_not_taken_for_one_of_the_file(root: Path, text: str, error: str) -> None:
    assert load(root, text) == error


@pytest.mark.parametrize("command", ["synth", "doctor"])
def test_signal_while_main_py_is_loaded_ends_the_command(root: Path, command: str) -> None:
    write_main(root, "import time\nopen('begun', 'w').close()\ntime.sleep(60)\n")
    process = subprocess.Popen([sys.executable, "-m", "tealform", command], cwd=root, stderr=subprocess.PIPE, text=True)
    sessions.wait_for(root / "begun")
    process.send_signal(signal.SIGTERM)
    _, said = process.communicate(timeout=20)
    assert (process.returncode, said) == (128 + signal.SIGTERM, "")


@pytest.mark.parametrize("command", [["synth"], ["synth", "--check"], ["bootstrap"]])
def test_what_an_app_prints_while_it_generates_does_not_reach_json(
    root: Path, capsys: pytest.CaptureFixture[str], command: list[str]
) -> None:
    write_main(
        root,
        "from tealform import App\nfrom tealform.synth.app import SynthResult\nclass Own(App):\n"
        "    def synth(self, root, *_):\n        print('hello')\n        return SynthResult()\n"
        "    compare = bootstrap = synth\napp = Own()\n",
    )
    assert main(["--root", str(root), *command, "--json"]) == 0
    said, progress = capsys.readouterr()
    assert json.loads(said)["errors"] == []
    assert progress == "hello\n"


@pytest.mark.parametrize("command", [["synth", "--check"], ["bootstrap"], ["doctor"]])
def test_what_main_py_prints_does_not_reach_json(
    root: Path, capsys: pytest.CaptureFixture[str], command: list[str]
) -> None:
    write_main(root, "from tealform import App\nprint('hello')\napp = App()\n")
    main(["--root", str(root), *command, "--json"])
    said, progress = capsys.readouterr()
    assert json.loads(said)
    assert "hello" in progress


@pytest.mark.parametrize("command", [["synth"], ["policy"], ["show", "dev"]])
def test_root_that_does_not_exist(tmp_path: Path, capsys: pytest.CaptureFixture[str], command: list[str]) -> None:
    assert main(["--root", str(tmp_path / "none"), *command]) == 2
    assert capsys.readouterr().err == f'--root "{tmp_path / "none"}": no such folder; name the folder of a repository\n'


def test_root_that_is_empty(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--root", "", "show", "dev"]) == 2
    assert capsys.readouterr().err == '--root "": no such folder; name the folder of a repository\n'


def test_root_that_is_no_repository(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--root", str(tmp_path), "lock"]) == 2
    assert capsys.readouterr().err == (
        f"--root {tmp_path}: is no Tealform repository; expected main.py and environments/ in it\n"
    )


# --- generating first -----------------------------------------------------------------------


@pytest.mark.parametrize("command", [["policy"], ["lock", "dev"], ["output", "dev"], ["terraform", "dev", "version"]])
def test_command_generates_what_it_needs(root: Path, command: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    generated: list[bool] = []

    def record(*_: object, **__: object) -> Any:
        generated.append((root / "environments" / "dev" / GENERATED).is_file())
        return [GateResult("dev", {})] if command == ["policy"] else 0

    for target in ("policy.gate.check", "operations.provider_locks.lock", "terraform.terraform_cli.run"):
        monkeypatch.setattr(f"tealform.{target}", record)
    assert main(["--root", str(root), *command]) == 0
    assert generated == [True]


@pytest.mark.parametrize("command", [["output", "dev"], ["terraform", "dev", "state", "list"]])
def test_command_that_only_runs_terraform_keeps_what_is_there(
    root: Path, command: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = root / "environments" / "dev" / GENERATED
    file.write_text("{}")
    monkeypatch.setattr("tealform.terraform.terraform_cli.run", lambda *_: 0)
    assert main(["--root", str(root), *command]) == 0
    assert file.read_text() == "{}"


def test_policy_can_check_files_of_others_without_running_anything(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write_main(root, "raise RuntimeError('it ran')\n")
    monkeypatch.setattr("tealform.policy.gate.check", lambda *_, **__: [GateResult("dev", {})])
    assert main(["--root", str(root), "policy", "--no-synth"]) == 0
    assert main(["--root", str(root), "policy"]) == 2
    assert capsys.readouterr().err == "main.py:1: RuntimeError: it ran\n"


def test_environment_without_settings_says_what_is_missing(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (root / "environments" / "old").mkdir()
    (root / "environments" / "old" / GENERATED).write_text("{}")
    assert main(["--root", str(root), "policy", "old"]) == 2
    assert capsys.readouterr().err == "environments/old/environment.hcl: missing; restore it\n"


@pytest.mark.parametrize("command", [["output"], ["terraform"]])
def test_account_is_generated_for_a_command_that_runs_terraform(
    root: Path, command: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with (root / "environments" / "dev" / "environment.hcl").open("a") as file:
        file.write('state "s3" {}\n')
    monkeypatch.setattr("tealform.terraform.terraform_cli.run", lambda *_: 0)
    assert main(["--root", str(root), *command, "bootstrap/123456789012", "version"]) == 0
    assert (root / "bootstrap" / "123456789012" / GENERATED).is_file()


def test_policy_that_cannot_run_leaves_no_old_report(root: Path, tmp_path: Path) -> None:
    (root / "environments" / "dev" / "environment.hcl").write_text("mistake = 1\n")
    (tmp_path / "old.sarif").touch()
    assert main(["--root", str(root), "policy", "--sarif", str(tmp_path / "old.sarif")]) == 2
    assert not (tmp_path / "old.sarif").exists()


# --- python main.py, which cdktf starts -----------------------------------------------------


def run_main(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    (root / "main.py").write_text((ROOT / "main.py").read_text())
    return subprocess.run(
        [sys.executable, "main.py", *arguments], cwd=root, capture_output=True, text=True, check=False
    )


def test_main_py_generates_when_it_is_started(root: Path) -> None:
    ran = run_main(root)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout == f"Synthesizing dev\nenvironments/dev/{GENERATED}: written\n"


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (["dve"], 'there is no environment "dve"; use dev\n'),
        (["--help"], "main.py accepts only names of environments; run: tealform synth --help\n"),
    ],
)
def test_main_py_with_wrong_arguments(root: Path, arguments: list[str], error: str) -> None:
    ran = run_main(root, *arguments)
    assert (ran.returncode, ran.stdout, ran.stderr) == (2, "", error)
