"""The command line itself: help, completion, mistakes in using it, signals, and what lands where."""

from __future__ import annotations

import os
import re
import shlex
import signal
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest
import typer
from typer.core import TyperCommand

from tealform.cli import main as cli
from tealform.cli.main import main
from tealform.cli.parameters import complete_environment, complete_module
from tests import projects, sessions, support
from tests.inventory import ROOT


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        *(
            ([*command, "dve"], 'there is no environment "dve"; use dev\n')
            for command in (
                ["plan"],
                ["plan", "--offline"],
                ["apply"],
                ["destroy"],
                ["output"],
                ["show"],
            )
        ),
        (["terraform", "dve", "version"], 'there is no environment "dve"; use dev\n'),
        (["plan", "../environments/dev"], 'there is no environment "../environments/dev"; use dev\n'),
        (["plan", "new"], "environments/new/cdk.tf.json does not exist; run: tealform synth new\n"),
    ],
)
def test_mistake_is_an_error_with_what_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    projects.write(tmp_path, projects.GREETING)
    if "new" in arguments:
        (tmp_path / "environments" / "new").mkdir()
        (tmp_path / "environments" / "new" / "environment.hcl").touch()
    assert main(["--root", str(tmp_path), *arguments]) == 2
    assert capsys.readouterr().err == message


@pytest.mark.parametrize("command", [["synth"], ["synth", "--check"], ["bootstrap"], ["plan", "dev"]])
def test_repository_without_environments(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], command: list[str]
) -> None:
    (tmp_path / "main.py").write_text((ROOT / "main.py").read_text())
    assert main(["--root", str(tmp_path), *command]) == 2
    assert "write environments/<name>/environment.hcl" in capsys.readouterr().err


def test_policy_without_a_cache_that_can_be_written(
    tmp_path: Path, own_cache: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    projects.write(tmp_path, projects.GREETING)
    own_cache.rmdir()
    own_cache.touch()
    assert main(["--root", str(tmp_path), "policy", "dev"]) == 2
    assert capsys.readouterr().err == (
        f"{own_cache}: the cache cannot be written: File exists; set TEALFORM_CACHE to a folder that can be written\n"
    )


def test_policy_without_a_name_takes_all_environments(
    tmp_path: Path, own_cache: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    projects.write(tmp_path, projects.GREETING)
    support.write_checkov(own_cache, "exit 2")
    main(["--root", str(tmp_path), "policy"])
    assert capsys.readouterr().out.startswith("policy: scanning dev with checkov")


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["paln", "dev"], "No such command 'paln'. Did you mean 'plan'?"),
        (["apply"], "Missing argument 'ENV'"),
        (["policy", "dev", "--detailed-exitcode"], "No such option: --detailed-exitcode"),
        (["verify", "--ofline"], "No such option: --ofline (Possible options: --offline)"),
        (["policy", "--sarif"], "requires an argument"),
    ],
)
def test_wrong_use_ends_with_exit_code_two(
    arguments: list[str], problem: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    said = " ".join(capsys.readouterr().err.replace("│", " ").split())
    assert problem in said
    assert "Traceback" not in said


PINNED = {"terraform": {"required_providers": {"aws": {"source": "hashicorp/aws", "version": "6.25.0"}}}}
HANGS = """#!/bin/sh
[ "$1" = version ] && { echo '{"terraform_version": "1.11.4"}'; exit; }
touch "$BEGUN"
exec sleep 60
"""


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_signal_ends_everything_and_leaves_nothing(tmp_path: Path, number: signal.Signals, code: int) -> None:
    projects.write(tmp_path, PINNED)
    (tmp_path / "scratch").mkdir()
    projects.write_program(tmp_path / "programs" / "terraform", HANGS)
    path = f"{tmp_path / 'programs'}{os.pathsep}{os.environ['PATH']}"
    variables = {"PATH": path, "TMPDIR": str(tmp_path / "scratch"), "BEGUN": str(tmp_path / "begun")}
    process = sessions.start(projects.command(tmp_path, "plan", "--offline", "dev"), {**os.environ, **variables})
    sessions.wait_for(tmp_path / "begun")
    os.kill(process.pid, number)
    # Whoever were left would keep the output open, so that it would not end.
    output, _ = process.communicate(timeout=20)
    assert (process.returncode, output) == (code, "")
    assert list((tmp_path / "scratch").iterdir()) == []


def test_ctrl_c_ends_both_runs_of_checkov_and_leaves_nothing(tmp_path: Path, own_cache: Path) -> None:
    projects.write(tmp_path, PINNED)
    (tmp_path / "scratch").mkdir()
    begun = f"case $* in *secrets*) touch '{tmp_path}/texts';; *) touch '{tmp_path}/begun';; esac"
    support.write_checkov(own_cache, f"{begun}\nexec sleep 60")
    variables = {"TMPDIR": str(tmp_path / "scratch")}
    process = sessions.start(projects.command(tmp_path, "policy"), {**os.environ, **variables})
    for begun in ("begun", "texts"):
        sessions.wait_for(tmp_path / begun)
    os.killpg(process.pid, signal.SIGINT)
    output, _ = process.communicate(timeout=20)
    assert process.returncode == 130
    assert output == "policy: scanning dev with checkov, about ten seconds\n"
    assert list((tmp_path / "scratch").iterdir()) == []


def test_words_that_the_output_cannot_hold_are_no_obstacle(tmp_path: Path) -> None:
    projects.write(tmp_path, PINNED | {"output": {"größe": {"value": 1}}})
    ran = projects.run(tmp_path, "plan", "--offline", "dev", environment={**os.environ, "PYTHONIOENCODING": "ascii"})
    assert (ran.returncode, ran.stderr) == (0, "")
    assert r"  gr\xf6\xdfe: unset -> 1" in ran.stdout


def test_error_of_the_system_about_no_file_is_told_plainly(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> int:
        raise OSError(28, "No space left on device")

    projects.write_app(tmp_path)
    monkeypatch.setattr("tealform.policy.gate.check", full)
    assert main(["--root", str(tmp_path), "policy"]) == 2
    assert capsys.readouterr().err == "No space left on device\n"


@pytest.mark.parametrize(("error", "said"), [(OSError("boom"), "boom"), (TimeoutError(), "TimeoutError")])
def test_error_of_the_system_without_a_reason_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, error: OSError, said: str
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    projects.write_app(tmp_path)
    monkeypatch.setattr("tealform.policy.gate.check", fail)
    assert main(["--root", str(tmp_path), "policy"]) == 2
    assert capsys.readouterr().err == f"{said}\n"


@pytest.mark.parametrize("command", [["plan", "--offline", "dev"], ["verify"], ["check"]])
def test_missing_requirements_of_the_harness_name_the_extra(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], command: list[str]
) -> None:
    def version(name: str) -> str:
        if name == "grpcio":
            raise metadata.PackageNotFoundError(name)
        return installed(name)

    installed = metadata.version
    monkeypatch.setattr(metadata, "version", version)
    projects.write(tmp_path, projects.GREETING)
    assert main(["--root", str(tmp_path), *command]) == 2
    assert capsys.readouterr().err.endswith(" needs grpcio; run: pip install 'tealform[verify]'\n")


def test_requirement_that_cannot_be_imported_leads_to_doctor(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    projects.write(tmp_path, projects.GREETING)
    for name in [each for each in sys.modules if each.startswith("tealform_harness") or each == "grpc"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "grpc", None)
    assert main(["--root", str(tmp_path), "plan", "--offline", "dev"]) == 2
    assert "grpc" in (said := capsys.readouterr().err)
    assert said.endswith("; run: tealform doctor\n")


# As users have it: Python reports what it cannot write of the rest when it ends.
BUFFERED = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}


def _write_outdated(root: Path) -> None:
    """Write a repository whose app says that a file is out of date."""
    (root / "environments" / "dev").mkdir(parents=True)
    (root / "environments" / "dev" / "environment.hcl").write_text(support.environment())
    (root / "main.py").write_text(OUTDATED_APP)


def _write_to(stdout: int, root: Path, arguments: list[str]) -> tuple[int, str]:
    """Run the command with this output and return its exit code and what is on standard error."""
    ran = subprocess.run(
        projects.command(root, *arguments),
        env=BUFFERED,
        stdout=stdout,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    return ran.returncode, ran.stderr


OUTDATED_APP = """
from tealform import App
from tealform.synth.app import SynthResult

class Outdated(App):
    def compare(self, root, names, echo):
        return SynthResult(changed=["environments/dev/cdk.tf.json"])

    def refresh(self, root, names, echo):
        echo("environments/dev/cdk.tf.json: missing")
        return SynthResult(changed=["environments/dev/cdk.tf.json"])

app = Outdated()
"""


@pytest.mark.parametrize(
    "arguments", [["show", "dev"], ["--version"], ["--help"], ["check"], ["synth", "--check", "--json"]]
)
def test_reader_that_ends_early_is_no_error(tmp_path: Path, arguments: list[str]) -> None:
    _write_outdated(tmp_path)
    reader, writer = os.pipe()
    os.close(reader)
    try:
        code, errors = _write_to(writer, tmp_path, arguments)
    finally:
        os.close(writer)
    assert code == 128 + signal.SIGPIPE
    assert errors.replace("1 generated file is out of date; run: tealform synth\n", "") == ""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
@pytest.mark.parametrize(
    "arguments",
    [["show", "dev"], ["--version"], ["--help"], ["check"], ["show", "--help"], ["synth", "--check", "--json"]],
)
def test_full_disk_is_reported_in_one_line(tmp_path: Path, arguments: list[str]) -> None:
    _write_outdated(tmp_path)
    with Path("/dev/full").open("wb") as full:
        code, errors = _write_to(full.fileno(), tmp_path, arguments)
    assert code == 2
    expected = "1 generated file is out of date; run: tealform synth\n" if "--check" in arguments else ""
    assert errors == f"{expected}No space left on device\n"


# --- help -----------------------------------------------------------------------------------

COMMANDS = [command.callback for command in cli.app.registered_commands]
NAMES = [callback.__name__ for callback in COMMANDS if callback]


def _options(name: str, capsys: pytest.CaptureFixture[str]) -> str:
    assert main([name, "--help"]) == 0
    return capsys.readouterr().out


@pytest.mark.parametrize("name", NAMES)
def test_help_of_each_command_has_an_example_that_is_accepted(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    said = _options(name, capsys)
    assert f"Usage: tealform {name} " in said
    (example,) = re.findall(r"^  Example: (.*)$", said, re.MULTILINE)
    program, *words = shlex.split(example)
    assert (program, words[0]) == ("tealform", name)
    command = typer.main.get_command(cli.app)
    with command.make_context("tealform", [], resilient_parsing=True) as parent:
        found = command.get_command(parent, name)  # type: ignore[attr-defined]
        # Raises an error for an option or argument that the command does not have.
        found.make_context(name, words[1:], parent=parent)


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    said = capsys.readouterr().out
    assert [name for name in NAMES if not re.search(rf"^  {name} ", said, re.MULTILINE)] == []
    assert {"synth", "plan", "apply", "destroy", "output", "terraform", "policy", "review", "verify"} <= set(NAMES)
    assert {"bootstrap", "lock", "check", "show", "doctor"} <= set(NAMES)


def test_each_command_is_described_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    commands = capsys.readouterr().out.partition("Commands:\n")[2].splitlines()
    assert len(commands) == len(NAMES)
    assert [line for line in commands if not line.endswith(".") or line.endswith("...")] == []


def test_no_command_shows_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert "Usage: tealform [OPTIONS] COMMAND" in "".join(capsys.readouterr())


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"tealform {metadata.version('tealform')}\n"


def test_help_loads_nothing_that_takes_long() -> None:
    code = (
        "import sys; from tealform.cli.main import main; main(['--help']); "
        "print('LOADED', *(name for name in sys.modules))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = ran.stdout.partition("LOADED ")[2].split()
    assert "typer" in loaded
    installed = set(metadata.packages_distributions()) - {
        "tealform",
        "typer",
        "shellingham",
        "typing_extensions",
        "annotated_doc",
        "_distutils_hack",
    }
    assert {name.partition(".")[0] for name in loaded} & installed == set()
    own = ("tealform.cli", "tealform.errors", "tealform.console")
    assert [name for name in loaded if name.startswith("tealform") and not f"{name}.".startswith(own)] == ["tealform"]


def test_output_that_is_no_terminal_has_no_colors(tmp_path: Path) -> None:
    for command in (["--help"], ["plan"], ["show", "--help"]):
        ran = projects.run(tmp_path, *command)
        assert "\x1b" not in ran.stdout + ran.stderr


# --- a terminal -----------------------------------------------------------------------------

ESCAPE = "\x1b["
SLOW_APP = """
import time
from tealform import App
from tealform.synth.app import SynthResult

class Slow(App):
    def synth(self, root, names, echo):
        time.sleep(0.5)
        echo("one arn:aws:kms:key:[b] line")
        time.sleep(0.5)
        return SynthResult()

app = Slow()
"""


def _on_terminal(root: Path, *arguments: str, **variables: str) -> str:
    (root / "environments").mkdir(exist_ok=True)
    (root / "main.py").write_text(SLOW_APP)
    kept = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "TERM", "CI")}
    terminal = sessions.Terminal(
        projects.command(root, *arguments), {**kept, "TERM": "xterm-256color", "COLUMNS": "80", **variables}
    )
    assert terminal.end() == 0
    return terminal.shown


def test_progress_is_shown_on_a_terminal_and_vanishes(tmp_path: Path) -> None:
    shown = _on_terminal(tmp_path, "synth")
    assert "Synthesizing" in shown
    assert "0:00:0" in shown
    # Once the lines of the progress are erased, only the command's own line is left.
    assert "one arn:aws:kms:key:[b] line\r\n" in shown
    assert shown.rstrip().endswith(f"{ESCAPE}2K")


def test_progress_without_colors(tmp_path: Path) -> None:
    colored = re.compile(r"\x1b\[[0-9;]*m")
    assert set(colored.findall(_on_terminal(tmp_path, "synth"))) - {f"{ESCAPE}0m"}
    assert not re.search(r"\x1b\[[0-9;]*3[0-9]", _on_terminal(tmp_path, "synth", NO_COLOR="1"))


def test_help_is_plain_text_on_a_terminal_too(tmp_path: Path) -> None:
    shown = _on_terminal(tmp_path, "plan", "--help")
    assert "\x1b" not in shown
    assert "<" not in shown


@pytest.mark.parametrize("variable", ["GITHUB_ACTIONS", "FORCE_COLOR", "PY_COLORS"])
def test_wrong_use_is_reported_without_colors_in_a_log(tmp_path: Path, variable: str) -> None:
    ran = projects.run(tmp_path, "synth", "--chek", environment={**os.environ, variable: "1"})
    assert ran.returncode == 2
    assert "--chek" in ran.stderr
    assert "\x1b" not in ran.stdout + ran.stderr


PLANS_SLOWLY = """#!/bin/sh
case $1 in
version) echo '{"terraform_version": "1.11.4"}' ;;
plan) echo 'Acquiring state lock. This may take a few moments...'; sleep 1; echo refused >&2; exit 1 ;;
esac
"""


def test_progress_is_shown_while_terraform_plans(tmp_path: Path) -> None:
    projects.write(tmp_path, PINNED)
    (tmp_path / "environments" / "dev" / "environment.hcl").write_text(support.environment())
    projects.write_program(tmp_path / "programs" / "terraform", PLANS_SLOWLY)
    path = f"{tmp_path / 'programs'}{os.pathsep}{os.environ['PATH']}"
    kept = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "TERM", "CI")}
    terminal = sessions.Terminal(projects.command(tmp_path, "plan", "dev"), {**kept, "TERM": "xterm", "PATH": path})
    assert terminal.end() == 1
    assert re.search(r"Planning dev.*0:00:0", terminal.shown)
    # Each is a line of its own, and not mixed with the progress.
    for line in ("Acquiring state lock. This may take a few moments...", "refused"):
        assert f"{line}\r\n" in terminal.shown


def test_terminal_shows_no_progress_if_standard_error_is_a_file(tmp_path: Path) -> None:
    file = tmp_path / "errors"
    command = shlex.join(projects.command(tmp_path, "synth"))
    (tmp_path / "environments").mkdir()
    (tmp_path / "main.py").write_text(SLOW_APP)
    terminal = sessions.Terminal(
        ["/bin/sh", "-c", f"{command} 2> {shlex.quote(str(file))}"], {**os.environ, "TERM": "xterm"}
    )
    assert terminal.end() == 0
    assert (terminal.shown, file.read_text()) == ("one arn:aws:kms:key:[b] line\r\n", "")


def test_redirected_output_has_only_the_lines_of_the_command(tmp_path: Path) -> None:
    file = tmp_path / "said"
    command = shlex.join(projects.command(tmp_path, "synth"))
    (tmp_path / "environments").mkdir()
    (tmp_path / "main.py").write_text(SLOW_APP)
    terminal = sessions.Terminal(
        ["/bin/sh", "-c", f"{command} > {shlex.quote(str(file))}"], {**os.environ, "TERM": "xterm"}
    )
    assert terminal.end() == 0
    assert file.read_text() == "one arn:aws:kms:key:[b] line\n"
    assert "Synthesizing" in terminal.shown


def test_terminal_without_cursor_movement_gets_no_escape_codes(tmp_path: Path) -> None:
    assert _on_terminal(tmp_path, "synth", TERM="dumb") == "one arn:aws:kms:key:[b] line\r\n"


# --- completion -----------------------------------------------------------------------------


@pytest.fixture
def completed(tmp_path: Path) -> Path:
    """A repository with three environments and an account."""
    for name in ("dev", "demo", "prod"):
        (tmp_path / "environments" / name).mkdir(parents=True)
        (tmp_path / "environments" / name / "environment.hcl").touch()
    account = tmp_path / "bootstrap" / "123456789012"
    account.mkdir(parents=True)
    (tmp_path / "main.py").touch()
    (account / "cdk.tf.json").touch()
    return tmp_path


def _complete(incomplete: str) -> list[str]:
    return complete_module(typer.Context(TyperCommand("plan")), incomplete)


def _complete_in_shell(folder: Path, shell: str, line: str) -> str:
    variables = {
        "_TEALFORM_COMPLETE": f"complete_{shell}",
        "COMP_WORDS": line,  # bash
        "COMP_CWORD": str(len(line.split()) - 1),
        "_TYPER_COMPLETE_ARGS": line,  # zsh
    }
    ran = subprocess.run(
        [sys.executable, "-m", "tealform"],
        cwd=folder,
        env=os.environ | variables,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    return ran.stdout


def test_names_of_environments_are_completed_in_any_folder(completed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = completed / "environments" / "prod"
    monkeypatch.chdir(folder)
    assert _complete("de") == ["demo", "dev"]
    assert _complete("") == ["bootstrap/123456789012", "demo", "dev", "prod"]
    assert complete_environment(typer.Context(TyperCommand("synth")), "") == ["demo", "dev", "prod"]
    assert _complete_in_shell(folder, "bash", "tealform plan d").split() == ["demo", "dev"]
    assert re.findall(r'"(\w+)"', _complete_in_shell(folder, "zsh", "tealform plan d")) == ["demo", "dev"]


def test_names_are_completed_for_the_repository_of_the_root_option(
    completed: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (elsewhere / "environments" / "dummy").mkdir(parents=True)
    (elsewhere / "environments" / "dummy" / "environment.hcl").touch()
    line = f"tealform --root {completed} show d"
    assert _complete_in_shell(elsewhere, "bash", line).split() == ["demo", "dev"]


def test_nothing_is_completed_outside_of_a_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert _complete("") == []
