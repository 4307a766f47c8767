"""``plan``, ``apply``, ``destroy`` and ``output`` with Terraform itself, on what needs no provider."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tealform.cli.main import main
from tealform.errors import TealformError
from tealform.operations import plan_checks
from tealform.operations.root_module import GeneratedModule
from tealform.plan.changes import Blocker
from tealform.policy import plan_gate
from tealform.terraform import terraform_cli
from tests.unit.operations.conftest import (
    ADDRESS,
    Captured,
    FakeChecks,
    Run,
    generate,
    greeting,
    local_resources,
    put_stand_in_on_path,
    write,
)


@pytest.fixture
def dev(tmp_path: Path) -> GeneratedModule:
    return write(tmp_path, settings="disposable = true")


@pytest.fixture
def applied(dev: GeneratedModule, run: Run, capfd: Captured) -> GeneratedModule:
    """``dev`` after its first apply."""
    run("plan", "dev")
    run("apply", "dev")
    capfd.readouterr()
    return dev


def test_project_is_the_current_directory_unless_it_is_named(
    dev: GeneratedModule, checks: FakeChecks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(dev.folder.parents[1])
    assert main(["plan", "dev"]) == 0
    assert main(["apply", "dev"]) == 0
    assert local_resources(dev) == ["greeting"]


def test_plan_apply_change_destroy(dev: GeneratedModule, run: Run, checks: FakeChecks, capfd: Captured) -> None:
    assert run("plan", "dev") == 0
    captured = capfd.readouterr()
    assert captured.out.startswith("dev: 1 to create\n")
    assert "terraform plan in environments/dev\n" in captured.err
    assert captured.err.endswith("To apply it, run: tealform apply dev\n")
    assert local_resources(dev) == []

    assert run("apply", "dev") == 0
    assert "Apply complete! Resources: 1 added, 0 changed, 0 destroyed." in capfd.readouterr().out
    assert local_resources(dev) == ["greeting"]
    assert run("apply", "dev") == 2
    assert capfd.readouterr().err == "environments/dev: there is no plan to apply; run: tealform plan dev\n"

    assert run("plan", "dev") == 0
    captured = capfd.readouterr()
    assert captured.out.startswith("dev: no changes")
    assert "tealform apply" not in captured.err

    assert run("destroy", "dev", "--confirm", "prod") == 2
    captured = capfd.readouterr()
    assert captured.out.startswith("dev: 1 to destroy\n")
    assert captured.err.endswith('"prod" is not dev; nothing was done\n')
    assert local_resources(dev) == ["greeting"]
    assert run("destroy", "dev", "--confirm", "dev") == 0
    assert local_resources(dev) == []
    assert run("destroy", "dev") == 0
    assert capfd.readouterr().out.endswith("environments/dev: there is nothing to destroy\n")
    # A plan is judged when it is made and when it is applied, a destruction once its name has been given.
    assert checks.calls == [("dev", False)] * 3 + [("dev", True)]


def test_nothing_of_terraforms_own_words_unless_asked_for(dev: GeneratedModule, run: Run, capfd: Captured) -> None:
    run("plan", "dev")
    assert "Terraform will perform the following actions" not in "".join(capfd.readouterr())
    run("plan", "dev", "--full")
    full = capfd.readouterr().out
    assert full.index("Terraform will perform the following actions") < full.index("dev: 1 to create")


def test_plan_for_programs(dev: GeneratedModule, run: Run, checks: FakeChecks, capfd: Captured) -> None:
    checks.objections = (Blocker(ADDRESS, "somebody wants it"),)
    assert run("plan", "dev", "--json") == 0
    captured = json.loads(capfd.readouterr().out)
    assert [(each["address"], each["action"]) for each in captured["changes"]] == [(ADDRESS, "create")]
    assert [each["address"] for each in captured["objections"]] == [ADDRESS]
    assert captured["policy"] == plan_gate.PlanGateResult().as_json()


def test_objection_is_told_by_plan_and_stops_apply_until_it_is_named(
    dev: GeneratedModule, run: Run, checks: FakeChecks, capfd: Captured
) -> None:
    checks.objections = (Blocker(ADDRESS, "somebody wants it"),)
    assert run("plan", "dev") == 0
    assert f"tealform apply dev --allow {ADDRESS}\n" in capfd.readouterr().out
    assert run("apply", "dev") == 1
    assert "STOPPED: somebody wants it" in capfd.readouterr().err
    assert run("apply", "dev", "--allow", "terraform_data.other") == 2
    assert local_resources(dev) == []
    assert run("apply", "dev", "--allow", ADDRESS) == 0
    assert local_resources(dev) == ["greeting"]


def test_what_is_new_since_the_plan_was_made_is_not_allowed_with_what_has_been_read(
    dev: GeneratedModule, run: Run, checks: FakeChecks, capfd: Captured
) -> None:
    checks.objections = (Blocker(ADDRESS, "somebody wants it"),)
    run("plan", "dev")
    checks.objections += (Blocker(ADDRESS, "a release has begun"),)
    assert run("apply", "dev", "--allow", ADDRESS) == 1
    captured = capfd.readouterr().err
    assert "STOPPED: a release has begun\n      ALLOWED: somebody wants it" in captured
    assert "  tealform plan dev " in captured
    assert local_resources(dev) == []
    run("plan", "dev")
    capfd.readouterr()
    assert run("apply", "dev", "--allow", ADDRESS) == 0
    assert f"ALLOWED: {ADDRESS}: a release has begun\n" in capfd.readouterr().err


def test_objection_to_a_destruction(applied: GeneratedModule, run: Run, checks: FakeChecks, capfd: Captured) -> None:
    checks.objections = (Blocker(ADDRESS, "somebody wants it"),)
    assert run("destroy", "dev", "--confirm", "dev") == 1
    assert f"tealform destroy dev --allow {ADDRESS}\n" in capfd.readouterr().err
    assert local_resources(applied) == ["greeting"]
    assert run("destroy", "dev", "--confirm", "dev", "--allow", ADDRESS) == 0
    assert local_resources(applied) == []


def test_environment_that_is_to_stay(tmp_path: Path, run: Run, capfd: Captured) -> None:
    write(tmp_path)
    assert run("destroy", "dev", "--confirm", "dev") == 2
    assert capfd.readouterr().err == (
        "environments/dev/environment.hcl: dev is not disposable; set disposable = true there, run tealform plan dev and "
        "tealform apply dev to lift its protection, then destroy it\n"
    )


def test_what_aws_protects_still_is_found_before_anything_is_gone(
    applied: GeneratedModule, run: Run, capfd: Captured, monkeypatch: pytest.MonkeyPatch
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
    monkeypatch.setattr(terraform_cli, "show", lambda *_: {"format_version": "1.2", "resource_changes": going})
    assert run("destroy", "dev", "--confirm", "dev") == 2
    captured = "AWS still protects aws_db_instance.orders, aws_dynamodb_table.carts, aws_lb.load-balancer from deletion"
    assert captured in capfd.readouterr().err
    assert local_resources(applied) == ["greeting"]


def test_protected_environment_wants_its_name(
    tmp_path: Path, run: Run, capfd: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    dev = write(tmp_path, settings="protected = true")
    run("plan", "dev")
    assert run("apply", "dev", "--confirm", "yes") == 2
    assert capfd.readouterr().err.endswith('"yes" is not dev; nothing was done\n')
    assert local_resources(dev) == []
    assert run("apply", "dev", "--confirm", "dev") == 0
    assert capfd.readouterr().out.startswith("dev: 1 to create\n")
    assert local_resources(dev) == ["greeting"]


@pytest.mark.parametrize("command", ["apply", "destroy"])
def test_release_that_begins_while_the_name_is_asked_for_is_seen(
    tmp_path: Path,
    run: Run,
    checks: FakeChecks,
    capfd: Captured,
    monkeypatch: pytest.MonkeyPatch,
    command: str,
) -> None:
    dev = write(tmp_path, settings="protected = true\ndisposable = true")
    run("plan", "dev")
    if command == "destroy":
        run("apply", "dev", "--confirm", "dev")
    before = local_resources(dev)

    def ask(*_: Any) -> None:
        assert "dev: 1 to " in capfd.readouterr().out
        checks.objections = (Blocker(ADDRESS, "a release has begun"),)

    monkeypatch.setattr(plan_checks, "ask_name", ask)
    assert run(command, "dev") == 1
    assert local_resources(dev) == before


def test_settings_that_changed_since_the_plan(dev: GeneratedModule, run: Run, capfd: Captured) -> None:
    run("plan", "dev")
    generate(dev.folder, greeting(input="other"))
    assert run("apply", "dev") == 2
    assert "environments/dev: the plan is stale" in capfd.readouterr().err
    assert local_resources(dev) == []


def test_somebody_else_applied_since_the_plan(applied: GeneratedModule, run: Run, capfd: Captured) -> None:
    generate(applied.folder, greeting(input="first"))
    run("plan", "dev")
    first = {file.name: file.read_bytes() for file in applied.data_folder.iterdir()}
    run("apply", "dev")
    for name, content in first.items():
        (applied.data_folder / name).write_bytes(content)
    capfd.readouterr()
    assert run("apply", "dev") == 2
    captured = capfd.readouterr().err
    assert "Saved plan is stale" in captured
    assert captured.endswith("nothing was done: Terraform no longer accepts the plan; run: tealform plan dev\n")


def test_failed_plan_says_why_and_leaves_none(dev: GeneratedModule, run: Run, capfd: Captured) -> None:
    run("plan", "dev")
    generate(dev.folder, {"resource": {"terraform_data": {"greeting": {"inptu": "hello"}}}})
    assert run("plan", "dev") == 1
    assert "inptu" in capfd.readouterr().err
    generate(dev.folder, greeting())
    assert run("apply", "dev") == 2
    assert "there is no plan to apply" in capfd.readouterr().err


@pytest.mark.parametrize("own", ["-out=mine", "-json", "-input=true"])
def test_plan_is_kept_by_tealform_alone(dev: GeneratedModule, run: Run, capfd: Captured, own: str) -> None:
    assert run("plan", "dev", own) == 2
    assert capfd.readouterr().err == f"{own}: the plan is kept for tealform apply dev; omit this option\n"


def test_apply_takes_no_other_plan(dev: GeneratedModule, run: Run, capfd: Captured) -> None:
    run("plan", "dev")
    assert run("apply", "dev", "mine.tfplan") == 2
    assert "mine.tfplan: this command takes one environment, whose plan Tealform keeps" in capfd.readouterr().err
    assert local_resources(dev) == []


def test_terraforms_own_arguments(applied: GeneratedModule, run: Run, checks: FakeChecks, capfd: Captured) -> None:
    assert run("plan", "dev", f"-replace={ADDRESS}", "-detailed-exitcode") == 0
    assert capfd.readouterr().out.startswith("dev: 1 to replace\n")
    assert run("plan", "dev", "-destroy") == 0
    assert checks.calls[-1] == ("dev", True)
    assert run("apply", "dev", "-parallelism=1", "--confirm", "dev") == 0
    assert local_resources(applied) == []


def test_plan_to_destroy_everything_wants_the_name(applied: GeneratedModule, run: Run, capfd: Captured) -> None:
    run("plan", "dev", "-destroy")
    capfd.readouterr()
    assert run("apply", "dev", "--confirm", "prod") == 2
    assert capfd.readouterr().out.startswith("dev: 1 to destroy\n")
    assert local_resources(applied) == ["greeting"]


def test_destruction_that_did_not_begin_leaves_nothing_to_apply(
    applied: GeneratedModule, run: Run, capfd: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as full:
        full.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=0))
        assert run("destroy", "dev", "--confirm", "dev") == 2
    capfd.readouterr()
    assert run("apply", "dev", "--confirm", "dev") == 2
    assert "there is no plan to apply" in capfd.readouterr().err
    assert local_resources(applied) == ["greeting"]


def test_first_plan_is_fresh_though_it_locks_the_providers(
    dev: GeneratedModule, run: Run, tmp_path: Path, capfd: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As it does where there are providers.
    locks = "echo locked > .terraform.lock.hcl"
    put_stand_in_on_path(tmp_path / "bin", monkeypatch, init=locks, apply="echo applied")
    assert run("plan", "dev") == 0
    assert (dev.folder / ".terraform.lock.hcl").exists()
    assert run("apply", "dev") == 0
    assert "applied\n" in capfd.readouterr().out


def test_failed_init_is_a_failed_plan(dev: GeneratedModule, run: Run, capfd: Captured) -> None:
    generate(dev.folder, {"terraform": {"backend": {"nowhere": {}}}})
    assert run("plan", "dev") == 1
    captured = capfd.readouterr().err
    assert "Unsupported backend type" in captured
    assert "terraform plan in" not in captured


def test_any_other_command_of_terraforms(applied: GeneratedModule, run: Run, capfd: Captured) -> None:
    assert run("terraform", "dev", "state", "list") == 0
    assert capfd.readouterr().out == f"{ADDRESS}\n"
    assert run("terraform", "dev") == 2
    assert "name a command of Terraform" in capfd.readouterr().err


def test_what_was_left_behind_comes_first(dev: GeneratedModule, run: Run, capfd: Captured) -> None:
    (dev.folder / "errored.tfstate").write_text("{}")
    for command in ("plan", "apply", "destroy"):
        assert run(command, "dev") == 2
        assert capfd.readouterr().err.startswith("environments/dev/errored.tfstate: ")


@pytest.fixture
def prod(tmp_path: Path) -> GeneratedModule:
    return GeneratedModule("prod", tmp_path, "eu-west-1", is_protected=True, is_disposable=False)


def _nothing_is_read() -> str:
    raise AssertionError("it was asked for")


def test_typed_name(prod: GeneratedModule, capsys: pytest.CaptureFixture[str]) -> None:
    plan_checks.ask_name(prod, "is protected", None, read=lambda: "prod\n")
    assert capsys.readouterr().err == "prod is protected. Type its name to go on: "


def test_given_name_is_not_asked_for(prod: GeneratedModule) -> None:
    plan_checks.ask_name(prod, "is protected", "prod", read=_nothing_is_read)
    with pytest.raises(TealformError, match=r'^"dev" is not prod; nothing was done$'):
        plan_checks.ask_name(prod, "is protected", "dev", read=_nothing_is_read)


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("yes\n", '"yes" is not prod; nothing was done'),
        ("PROD\n", '"PROD" is not prod; nothing was done'),
        ("", "nothing was typed, nothing was done; without a terminal, add: --confirm prod"),
    ],
)
def test_anything_else_is_no_yes(prod: GeneratedModule, typed: str, message: str) -> None:
    with pytest.raises(TealformError) as refused:
        plan_checks.ask_name(prod, "is protected", None, read=lambda: typed)
    assert str(refused.value) == message
