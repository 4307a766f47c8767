"""``plan``, ``apply``, ``destroy`` and ``output`` with Terraform itself, on what needs no provider."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tealform.cli.main import main
from tealform.operations import plan_checks, prompt
from tealform.operations.plan_checks import Judgement
from tealform.operations.root_module import RootModule
from tealform.plan.blocker import Objection
from tealform.policy import plan_gate
from tealform.terraform import terraform_cli
from tests.unit.operations import modules, stand_in

GREETING = "terraform_data.greeting"
Run = Callable[..., int]


class Judges:
    """The guard and the policies, which have tests of their own; ``asked`` is what was asked of them."""

    def __init__(self) -> None:
        self.objections: tuple[Objection, ...] = ()
        self.policy = plan_gate.PlanGateResult()
        self.asked: list[tuple[str, bool]] = []

    def judge(self, _: Path, module: RootModule, plan: dict[str, Any], destroys: bool) -> Judgement:
        assert plan["format_version"]
        self.asked.append((module.name, destroys))
        return Judgement(self.objections, self.policy)


@pytest.fixture
def judges(monkeypatch: pytest.MonkeyPatch) -> Judges:
    judges = Judges()
    monkeypatch.setattr(plan_checks, "judge", judges.judge)
    return judges


@pytest.fixture
def run(tmp_path: Path, judges: Judges, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.delenv("TF_CLI_CONFIG_FILE", raising=False)
    return lambda *arguments: main(["--root", str(tmp_path), *arguments])


@pytest.fixture
def dev(tmp_path: Path) -> RootModule:
    return modules.write(tmp_path, settings="disposable = true")


def _state(module: RootModule) -> list[str]:
    file = module.folder / "terraform.tfstate"
    return [each["name"] for each in json.loads(file.read_text())["resources"]] if file.exists() else []


def test_plan_apply_change_destroy(
    dev: RootModule, run: Run, judges: Judges, capfd: pytest.CaptureFixture[str]
) -> None:
    assert run("plan", "dev") == 0
    told = capfd.readouterr()
    assert told.out.startswith("dev: 1 to create\n")
    assert "terraform plan in environments/dev\n" in told.err
    assert told.err.endswith("to make it so: make apply ENV=dev\n")
    assert _state(dev) == []

    assert run("apply", "dev") == 0
    assert "Apply complete! Resources: 1 added, 0 changed, 0 destroyed." in capfd.readouterr().out
    assert _state(dev) == ["greeting"]
    assert run("apply", "dev") == 2
    assert capfd.readouterr().err == "environments/dev: there is no plan to apply; run: make plan ENV=dev\n"

    assert run("plan", "dev") == 0
    told = capfd.readouterr()
    assert told.out.startswith("dev: no changes")
    assert "make apply" not in told.err

    assert run("destroy", "dev", "--confirm", "prod") == 2
    told = capfd.readouterr()
    assert told.out.startswith("dev: 1 to destroy\n")
    assert told.err.endswith('"prod" is not dev; nothing was done\n')
    assert _state(dev) == ["greeting"]
    assert run("destroy", "dev", "--confirm", "dev") == 0
    assert _state(dev) == []
    assert run("destroy", "dev") == 0
    assert capfd.readouterr().out.endswith("environments/dev: there is nothing to destroy\n")
    # A plan is judged when it is made and when it is applied, a destruction once its name has been given.
    assert judges.asked == [("dev", False)] * 3 + [("dev", True)]


def test_nothing_of_terraforms_own_words_unless_asked_for(
    dev: RootModule, run: Run, capfd: pytest.CaptureFixture[str]
) -> None:
    run("plan", "dev")
    assert "Terraform will perform the following actions" not in "".join(capfd.readouterr())
    run("plan", "dev", "--full")
    full = capfd.readouterr().out
    assert full.index("Terraform will perform the following actions") < full.index("dev: 1 to create")


def test_plan_for_programs(dev: RootModule, run: Run, judges: Judges, capfd: pytest.CaptureFixture[str]) -> None:
    judges.objections = (Objection(GREETING, "somebody wants it"),)
    assert run("plan", "dev", "--json") == 0
    told = json.loads(capfd.readouterr().out)
    assert [(each["address"], each["action"]) for each in told["changes"]] == [(GREETING, "create")]
    assert [each["address"] for each in told["objections"]] == [GREETING]
    assert told["policy"] == plan_gate.PlanGateResult().as_json()


def test_objection_is_told_by_plan_and_stops_apply_until_it_is_named(
    dev: RootModule, run: Run, judges: Judges, capfd: pytest.CaptureFixture[str]
) -> None:
    judges.objections = (Objection(GREETING, "somebody wants it"),)
    assert run("plan", "dev") == 0
    assert f'make apply ENV=dev ALLOW="{GREETING}"' in capfd.readouterr().out
    assert run("apply", "dev") == 1
    assert "STOPPED: somebody wants it" in capfd.readouterr().err
    assert run("apply", "dev", "--allow", "terraform_data.other") == 2
    assert _state(dev) == []
    assert run("apply", "dev", "--allow", GREETING) == 0
    assert _state(dev) == ["greeting"]


def test_what_is_new_since_the_plan_was_made_is_not_allowed_with_what_has_been_read(
    dev: RootModule, run: Run, judges: Judges, capfd: pytest.CaptureFixture[str]
) -> None:
    judges.objections = (Objection(GREETING, "somebody wants it"),)
    run("plan", "dev")
    judges.objections += (Objection(GREETING, "a release has begun"),)
    assert run("apply", "dev", "--allow", GREETING) == 1
    told = capfd.readouterr().err
    assert "STOPPED: a release has begun\n      ALLOWED: somebody wants it" in told
    assert "  make plan ENV=dev " in told
    assert _state(dev) == []
    run("plan", "dev")
    capfd.readouterr()
    assert run("apply", "dev", "--allow", GREETING) == 0
    assert f"ALLOWED: {GREETING}: a release has begun\n" in capfd.readouterr().err


def test_objection_to_a_destruction(
    dev: RootModule, run: Run, judges: Judges, capfd: pytest.CaptureFixture[str]
) -> None:
    run("plan", "dev")
    run("apply", "dev")
    capfd.readouterr()
    judges.objections = (Objection(GREETING, "somebody wants it"),)
    assert run("destroy", "dev", "--confirm", "dev") == 1
    assert f'make destroy ENV=dev ALLOW="{GREETING}"' in capfd.readouterr().err
    assert _state(dev) == ["greeting"]
    assert run("destroy", "dev", "--confirm", "dev", "--allow", GREETING) == 0
    assert _state(dev) == []


def test_environment_that_is_to_stay(tmp_path: Path, run: Run, capfd: pytest.CaptureFixture[str]) -> None:
    modules.write(tmp_path)
    assert run("destroy", "dev", "--confirm", "dev") == 2
    assert capfd.readouterr().err == (
        "environments/dev/environment.hcl: dev is not disposable; write «disposable = true» there, run make plan ENV=dev and "
        "make apply ENV=dev, which lift what protects it, then destroy it\n"
    )


def test_what_aws_protects_still_is_found_before_anything_is_gone(
    dev: RootModule, run: Run, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    switches = {
        "aws_lb.load-balancer": {"enable_deletion_protection": True},
        "aws_lb.other": {"enable_deletion_protection": False},
        "aws_db_instance.orders": {"deletion_protection": True},
        "aws_dynamodb_table.carts": {"deletion_protection_enabled": True},
    }
    going = [
        {"address": address, "change": {"actions": ["delete"], "before": before}}
        for address, before in switches.items()
    ]
    run("plan", "dev")
    run("apply", "dev")
    capfd.readouterr()
    monkeypatch.setattr(terraform_cli, "show", lambda *_: {"format_version": "1.2", "resource_changes": going})
    assert run("destroy", "dev", "--confirm", "dev") == 2
    told = "AWS still protects aws_db_instance.orders, aws_dynamodb_table.carts, aws_lb.load-balancer from deletion"
    assert told in capfd.readouterr().err
    assert _state(dev) == ["greeting"]


def test_protected_environment_wants_its_name(
    tmp_path: Path, run: Run, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    dev = modules.write(tmp_path, settings="protected = true")
    run("plan", "dev")
    assert run("apply", "dev", "--confirm", "yes") == 2
    assert capfd.readouterr().err.endswith('"yes" is not dev; nothing was done\n')
    assert _state(dev) == []
    assert run("apply", "dev", "--confirm", "dev") == 0
    assert capfd.readouterr().out.startswith("dev: 1 to create\n")
    assert _state(dev) == ["greeting"]


@pytest.mark.parametrize("command", ["apply", "destroy"])
def test_release_that_begins_while_the_name_is_asked_for_is_seen(
    tmp_path: Path,
    run: Run,
    judges: Judges,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    command: str,
) -> None:
    dev = modules.write(tmp_path, settings="protected = true\ndisposable = true")
    run("plan", "dev")
    if command == "destroy":
        run("apply", "dev", "--confirm", "dev")
    before = _state(dev)

    def ask(*_: Any) -> None:
        assert "dev: 1 to " in capfd.readouterr().out
        judges.objections = (Objection(GREETING, "a release has begun"),)

    monkeypatch.setattr(prompt, "ask", ask)
    assert run(command, "dev") == 1
    assert _state(dev) == before


def test_settings_that_changed_since_the_plan(dev: RootModule, run: Run, capfd: pytest.CaptureFixture[str]) -> None:
    run("plan", "dev")
    modules.generate(dev.folder, modules.greeting(input="other"))
    assert run("apply", "dev") == 2
    assert "environments/dev: the plan is stale" in capfd.readouterr().err
    assert _state(dev) == []


def test_somebody_else_applied_since_the_plan(dev: RootModule, run: Run, capfd: pytest.CaptureFixture[str]) -> None:
    run("plan", "dev")
    run("apply", "dev")
    modules.generate(dev.folder, modules.greeting(input="first"))
    run("plan", "dev")
    first = {file.name: file.read_bytes() for file in dev.kept.iterdir()}
    run("apply", "dev")
    for name, content in first.items():
        (dev.kept / name).write_bytes(content)
    capfd.readouterr()
    assert run("apply", "dev") == 2
    told = capfd.readouterr().err
    assert "Saved plan is stale" in told
    assert told.endswith("nothing was done: Terraform does not take the plan any more; run: make plan ENV=dev\n")


def test_failed_plan_says_why_and_leaves_none(dev: RootModule, run: Run, capfd: pytest.CaptureFixture[str]) -> None:
    run("plan", "dev")
    modules.generate(dev.folder, {"resource": {"terraform_data": {"greeting": {"inptu": "hello"}}}})
    assert run("plan", "dev") == 1
    assert "inptu" in capfd.readouterr().err
    modules.generate(dev.folder, modules.greeting())
    assert run("apply", "dev") == 2
    assert "there is no plan to apply" in capfd.readouterr().err


@pytest.mark.parametrize("own", ["-out=mine", "-json", "-input=true"])
def test_plan_is_kept_by_tealform_alone(dev: RootModule, run: Run, capfd: pytest.CaptureFixture[str], own: str) -> None:
    assert run("plan", "dev", own) == 2
    assert capfd.readouterr().err == f"{own}: the plan is kept for make apply ENV=dev; leave it out\n"


def test_apply_takes_no_other_plan(dev: RootModule, run: Run, capfd: pytest.CaptureFixture[str]) -> None:
    run("plan", "dev")
    assert run("apply", "dev", "mine.tfplan") == 2
    assert "what is applied is the kept plan, and nothing else" in capfd.readouterr().err
    assert _state(dev) == []


def test_terraforms_own_arguments(dev: RootModule, run: Run, judges: Judges, capfd: pytest.CaptureFixture[str]) -> None:
    run("plan", "dev")
    run("apply", "dev")
    capfd.readouterr()
    assert run("plan", "dev", f"-replace={GREETING}", "-detailed-exitcode") == 0
    assert capfd.readouterr().out.startswith("dev: 1 to replace\n")
    assert run("plan", "dev", "-destroy") == 0
    assert judges.asked[-1] == ("dev", True)
    assert run("apply", "dev", "-parallelism=1", "--confirm", "dev") == 0
    assert _state(dev) == []


def test_plan_to_destroy_everything_wants_the_name(
    dev: RootModule, run: Run, capfd: pytest.CaptureFixture[str]
) -> None:
    run("plan", "dev")
    run("apply", "dev")
    run("plan", "dev", "-destroy")
    capfd.readouterr()
    assert run("apply", "dev", "--confirm", "prod") == 2
    assert capfd.readouterr().out.startswith("dev: 1 to destroy\n")
    assert _state(dev) == ["greeting"]


def test_destruction_that_did_not_begin_leaves_nothing_to_apply(
    dev: RootModule, run: Run, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    run("plan", "dev")
    run("apply", "dev")
    with monkeypatch.context() as full:
        full.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=0))
        assert run("destroy", "dev", "--confirm", "dev") == 2
    capfd.readouterr()
    assert run("apply", "dev", "--confirm", "dev") == 2
    assert "there is no plan to apply" in capfd.readouterr().err
    assert _state(dev) == ["greeting"]


def test_first_plan_is_fresh_though_it_locks_the_providers(
    dev: RootModule, run: Run, tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    # As it does where there are providers.
    locks = "echo locked > .terraform.lock.hcl"
    stand_in.put_on_path(tmp_path / "bin", monkeypatch, init=locks, apply="echo applied")
    assert run("plan", "dev") == 0
    assert (dev.folder / ".terraform.lock.hcl").exists()
    assert run("apply", "dev") == 0
    assert "applied\n" in capfd.readouterr().out


def test_failed_init_is_a_failed_plan(dev: RootModule, run: Run, capfd: pytest.CaptureFixture[str]) -> None:
    modules.generate(dev.folder, {"terraform": {"backend": {"nowhere": {}}}})
    assert run("plan", "dev") == 1
    told = capfd.readouterr().err
    assert "Unsupported backend type" in told
    assert "terraform plan in" not in told


def test_any_other_command_of_terraforms(dev: RootModule, run: Run, capfd: pytest.CaptureFixture[str]) -> None:
    run("plan", "dev")
    run("apply", "dev")
    capfd.readouterr()
    assert run("terraform", "dev", "state", "list") == 0
    assert capfd.readouterr().out == f"{GREETING}\n"
    assert run("terraform", "dev") == 2
    assert "say which command of Terraform's" in capfd.readouterr().err


def test_what_was_left_behind_comes_first(dev: RootModule, run: Run, capfd: pytest.CaptureFixture[str]) -> None:
    (dev.folder / "errored.tfstate").write_text("{}")
    for command in ("plan", "apply", "destroy"):
        assert run(command, "dev") == 2
        assert capfd.readouterr().err.startswith("environments/dev/errored.tfstate: ")
