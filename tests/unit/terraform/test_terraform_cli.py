"""What Terraform is asked to do, seen by a stand-in that writes down how it was called."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tealform.errors import TealformError
from tealform.terraform import terraform_cli
from tests import projects

# It answers with the exit code in the file «code», and if its first argument is «init» with that in «init-code». Like
# Terraform, it sets up the backend first; downloads come later, and may fail.
STAND_IN = """#!/bin/sh
here=$(dirname "$0")
echo "$PWD: $*" >> "$here/calls"
echo "this is $1"
if [ "$1" = init ]; then
    mkdir -p "${TF_DATA_DIR:-.terraform}"
    touch "${TF_DATA_DIR:-.terraform}/terraform.tfstate"
    exit $(cat "$here/init-code")
fi
exit $(cat "$here/code")
"""


class Terraform:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        projects.write_program(folder / "terraform", STAND_IN)
        self.answer()

    def answer(self, code: int = 0, init: int = 0) -> None:
        (self.folder / "code").write_text(str(code))
        (self.folder / "init-code").write_text(str(init))

    def calls(self) -> list[str]:
        """What it was asked since the last time, the folder's name before the arguments."""
        file = self.folder / "calls"
        calls = file.read_text().splitlines() if file.exists() else []
        file.unlink(missing_ok=True)
        return [call[call.rindex("/", 0, call.index(": ")) + 1 :] for call in calls]


@pytest.fixture
def called(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Terraform:
    stand_in = Terraform(tmp_path / "bin")
    monkeypatch.setenv("PATH", str(stand_in.folder), prepend=":")
    monkeypatch.delenv("TF_DATA_DIR", raising=False)
    return stand_in


@pytest.fixture
def dev(tmp_path: Path) -> Path:
    return projects.write(tmp_path, _requiring("~> 6.0"))


def _requiring(version: str, **more: Any) -> dict[str, Any]:
    return {"terraform": {"required_providers": {"aws": {"source": "hashicorp/aws", "version": version}}}, **more}


INIT, PLAN = "dev: init -no-color -input=false", "dev: plan -no-color"


def test_arguments_and_folder_are_passed_on(called: Terraform, dev: Path) -> None:
    terraform_cli.run(dev, "init", "-upgrade")
    terraform_cli.run(dev, "plan", "-out=release.tfplan", "-target=a b")
    assert called.calls() == ["dev: init -no-color -upgrade", f"{PLAN} -out=release.tfplan -target=a b"]


@pytest.mark.parametrize("code", [0, 1, 2])
def test_exit_code_is_passed_on(called: Terraform, dev: Path, code: int) -> None:
    called.answer(code)
    assert terraform_cli.run(dev, "plan") == code


def test_what_a_signal_ended_has_the_exit_code_of_a_shell(called: Terraform, dev: Path) -> None:
    (called.folder / "terraform").write_text("#!/bin/sh\nkill -KILL $$\n")
    assert terraform_cli.run(dev, "validate") == 137


@pytest.mark.parametrize(
    ("command", "init"),
    [("plan", [INIT]), ("apply", [INIT]), ("destroy", [INIT]), ("output", [INIT]), ("validate", [])],
)
def test_first_command_that_needs_init_is_preceded_by_it(
    called: Terraform, dev: Path, command: str, init: list[str]
) -> None:
    terraform_cli.run(dev, command)
    assert called.calls() == [*init, f"dev: {command} -no-color"]
    terraform_cli.run(dev, command)
    assert called.calls() == [f"dev: {command} -no-color"]


@pytest.mark.parametrize(
    ("command", "run"),
    [
        (["providers"], "providers -no-color"),
        (["providers", "schema", "-json"], "providers schema -no-color -json"),
        (["workspace", "list"], "workspace list -no-color"),
        (["metadata", "functions", "-json"], "metadata functions -no-color -json"),
        (["validate", "-json"], "validate -no-color -json"),
    ],
)
def test_no_command_of_terraform_colors_a_file(called: Terraform, dev: Path, command: list[str], run: str) -> None:
    terraform_cli.run(dev, *command)
    assert called.calls() == [f"dev: {run}"]


def test_what_init_says_stays_out_of_the_output(
    called: Terraform, dev: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    terraform_cli.run(dev, "output")
    assert capfd.readouterr() == ("this is output\n", "terraform init in environments/dev\nthis is init\n")


def test_failed_init_ends_the_command_and_is_repeated(called: Terraform, dev: Path) -> None:
    called.answer(init=1)
    assert terraform_cli.run(dev, "apply") == 1
    assert called.calls() == [INIT]
    called.answer()
    assert terraform_cli.run(dev, "apply") == 0
    assert called.calls() == [INIT, "dev: apply -no-color"]


def _fail_in_between(dev: Path, called: Terraform) -> None:
    projects.write(dev.parent.parent, _requiring("~> 7.0"))
    called.answer(init=1)
    terraform_cli.run(dev, "plan")
    projects.write(dev.parent.parent, _requiring("~> 6.0"))
    called.answer()
    called.calls()


@pytest.mark.parametrize(
    ("change", "is_repeated"),
    [
        pytest.param(lambda dev, _: projects.write(dev.parent.parent, _requiring("~> 7.0")), True, id="providers"),
        pytest.param(lambda dev, _: (dev / ".terraform.lock.hcl").write_text("{}"), True, id="lock file"),
        pytest.param(lambda dev, _: (dev / ".terraform.lock.hcl").write_bytes(b"\xff"), True, id="no UTF-8"),
        pytest.param(lambda dev, _: (dev / "extra.tf").write_text("once"), True, id="new file"),
        pytest.param(lambda dev, _: (dev / "extra.tf.json").write_text("once"), True, id="new file in JSON"),
        pytest.param(lambda dev, _: (dev / "given.tf").write_text("other"), True, id="changed file"),
        pytest.param(lambda dev, _: (dev / "given.tf.json").write_text("{ }"), True, id="changed file in JSON"),
        pytest.param(lambda dev, _: (dev / "../../shared/main.tf").write_text("other"), True, id="module elsewhere"),
        pytest.param(lambda dev, _: (dev / "../../shared/new.tf").write_text("once"), True, id="new file elsewhere"),
        pytest.param(_fail_in_between, True, id="another init failed in between"),
        pytest.param(
            lambda dev, _: projects.write(
                dev.parent.parent, _requiring("~> 6.0", resource={"terraform_data": {"new": {}}})
            ),
            False,
            id="resources",
        ),
    ],
)
def test_init_is_repeated_once_where_it_is_due(
    called: Terraform, dev: Path, change: Callable[[Path, Terraform], object], is_repeated: bool
) -> None:
    _write_manifest(dev, {"Modules": [{"Dir": "."}, {"Dir": "../../shared"}]})
    (dev.parent.parent / "shared").mkdir()
    for file in (dev / "given.tf", dev / "given.tf.json", dev.parent.parent / "shared" / "main.tf"):
        file.write_text("{}")
    terraform_cli.run(dev, "init")
    called.calls()
    change(dev, called)
    assert [terraform_cli.run(dev, "plan") for _ in range(2)] == [0, 0]
    assert called.calls() == [*([INIT] if is_repeated else []), PLAN, PLAN]


@pytest.mark.parametrize("manifest", [None, [], {"Modules": None}, {"Modules": [{}]}, {"Modules": [{"Dir": 1}]}])
def test_manifest_of_modules_that_cannot_be_read(called: Terraform, dev: Path, manifest: Any) -> None:
    _write_manifest(dev, manifest)
    assert terraform_cli.run(dev, "plan") == 0


def _write_manifest(dev: Path, manifest: Any) -> None:
    file = dev / ".terraform" / "modules" / "modules.json"
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps(manifest))


def test_init_by_hand_is_repeated_once_for_it_may_have_been_ended_half_way(called: Terraform, dev: Path) -> None:
    (dev / ".terraform" / "providers").mkdir(parents=True)
    for _ in range(2):
        terraform_cli.run(dev, "plan")
    assert called.calls() == [INIT, PLAN, PLAN]


@pytest.mark.parametrize("option", ["-backend=false", "-get=0", "--help"])
def test_init_that_leaves_something_out_is_no_init(called: Terraform, dev: Path, option: str) -> None:
    terraform_cli.run(dev, "init", option)
    called.calls()
    terraform_cli.run(dev, "plan")
    assert called.calls() == [INIT, PLAN]


@pytest.mark.parametrize("elsewhere", [True, False])
def test_data_may_be_elsewhere_and_an_empty_variable_is_none(
    called: Terraform, dev: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, elsewhere: bool
) -> None:
    monkeypatch.setenv("TF_DATA_DIR", str(tmp_path / "elsewhere") if elsewhere else "")
    for _ in range(2):
        terraform_cli.run(dev, "plan")
    assert called.calls() == [INIT, PLAN, PLAN]
    assert {each.name for each in dev.iterdir()} == {"cdk.tf.json", *([] if elsewhere else [".terraform"])}


def test_nothing_generated_is_an_error(called: Terraform, tmp_path: Path) -> None:
    folder = tmp_path / "environments" / "dev"
    folder.mkdir(parents=True)
    with pytest.raises(TealformError, match="run: tealform synth dev"):
        terraform_cli.run(folder, "plan")
    assert called.calls() == []


def test_record_of_init_names_no_secret(called: Terraform, dev: Path) -> None:
    projects.write(dev.parent.parent, {"terraform": {"backend": {"http": {"password": "secret"}}}})
    terraform_cli.run(dev, "init")
    written = [file.read_text() for file in (dev / ".terraform").iterdir()]
    assert written
    assert "secret" not in json.dumps(written)


@pytest.mark.parametrize(
    ("is_terminal", "no_color", "options"),
    [(True, "", []), (True, "1", ["-no-color"]), (False, "", ["-no-color"])],
)
def test_terraform_colors_only_on_a_terminal_that_wants_them(
    monkeypatch: pytest.MonkeyPatch, is_terminal: bool, no_color: str, options: list[str]
) -> None:
    monkeypatch.setattr("os.isatty", lambda _: is_terminal)
    monkeypatch.setenv("NO_COLOR", no_color)
    assert terraform_cli._color(1) == options
