"""``tealform show``: the effective settings of an environment as a table and as JSON."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
import typer
from typer.core import TyperCommand

from tealform.cli import show
from tealform.errors import TealformError
from tealform.settings.errors import SettingsError
from tests.support import environment

LONG = "x" * 500


def context(root: Path) -> typer.Context:
    return typer.Context(TyperCommand("show"), obj=root)


def write(root: Path, text: str) -> Path:
    folder = root / "environments" / "test"
    folder.mkdir(parents=True)
    (folder / "environment.hcl").write_text(text, encoding="utf-8")
    return root


def lines(capsys: pytest.CaptureFixture[str]) -> list[list[str]]:
    return [line.split(maxsplit=1) for line in capsys.readouterr().out.splitlines()]


def test_table_has_value_and_origin_of_each_setting(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, environment("tasks = { max = 4 }"))
    (tmp_path / "environments" / "common.hcl").write_text("# Common.\nlog_retention_days = 30\n")
    show.show(context(tmp_path), "test")
    found = {name: " ".join(rest.split()) for name, rest in lines(capsys)}
    assert found["SETTING"] == "VALUE ORIGIN"
    assert found["log_retention_days"] == "30 environments/common.hcl:2"
    assert found["network.zones"] == '["eu-west-1a", "eu-west-1b"] environments/test/environment.hcl:6'
    assert found["network.flow_logs"] == "true default"
    assert found["service.web.tasks.min"] == "2 default"
    assert found["service.web.tasks.max"] == "4 environments/test/environment.hcl:13"


def test_columns_are_aligned(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    show.show(context(write(tmp_path, environment())), "test")
    printed = capsys.readouterr().out.splitlines()
    column = printed[0].index("ORIGIN")
    assert {line[column - 1] + line[column] for line in printed[1:]} == {" d", " e"}


def test_long_value_is_complete_and_moves_no_other_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, environment(f'environment = {{ TEXT = "{LONG}" }}'))
    show.show(context(tmp_path), "test")
    printed = capsys.readouterr().out.splitlines()
    assert any(line.endswith(f'"{LONG}"  environments/test/environment.hcl:13') for line in printed)
    assert sum(len(line) > 200 for line in printed) == 1


def test_value_cannot_forge_a_line_or_control_the_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, environment('environment = { TEXT = "a\\nregion  \\"eu\\"\\u001b[2J$${HOME}" }'))
    show.show(context(tmp_path), "test")
    printed = capsys.readouterr().out
    assert '"a\\nregion  \\"eu\\"\\u001b[2J$${HOME}"' in printed
    assert "\x1b" not in printed
    assert sum(line.startswith("region ") for line in printed.splitlines()) == 1


def test_lines_are_not_wrapped_on_a_narrow_terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    terminal = Terminal()
    write(tmp_path, environment(f'environment = {{ TEXT = "{LONG}", BRACKETS = "[bold]b[/bold]" }}'))
    for name, value in (("COLUMNS", "40"), ("TERM", "xterm-256color")):
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("sys.stdout", terminal)
    show.show(context(tmp_path), "test")
    printed = terminal.getvalue()
    assert f'"{LONG}"  environments/test/environment.hcl:13\n' in printed
    assert '"[bold]b[/bold]"' in printed


def test_json_has_values_and_origins(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    show.show(context(write(tmp_path, environment())), "test", as_json=True)
    found = {each["setting"]: each for each in json.loads(capsys.readouterr().out)}
    assert found["network.zones"] == {
        "setting": "network.zones",
        "value": ["eu-west-1a", "eu-west-1b"],
        "origin": {"file": "environments/test/environment.hcl", "line": 6},
    }
    assert found["automation"] == {"setting": "automation", "value": None, "origin": None}


def test_invalid_settings_are_reported_together(tmp_path: Path) -> None:
    write(tmp_path, environment("cpu = 3\nmemory = true"))
    with pytest.raises(SettingsError) as raised:
        show.show(context(tmp_path), "test")
    assert [problem.location.line for problem in raised.value.problems] == [13, 14]


def test_unknown_environment_names_the_choices(tmp_path: Path) -> None:
    write(tmp_path, environment())
    with pytest.raises(TealformError, match='no environment "dev"; use test'):
        show.show(context(tmp_path), "dev")
