"""The single commands: what each passes on, what it prints for programs, and its exit code."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from tealform.cli.main import main
from tealform.errors import TealformError
from tealform.operations import apply as apply_operation
from tealform.operations import plan as plan_operation
from tealform.operations import provider_locks
from tealform.policy import gate, rule_catalog
from tealform.policy.result import GateResult, LocatedFinding
from tealform.policy.rule import Finding
from tealform.review import check as review_check
from tealform.review.review import Review
from tealform.settings.errors import Location
from tealform.synth.app import App, SynthResult
from tealform.terraform import terraform_cli
from tealform_harness.verify import offline_plan
from tealform_harness.verify import run as verification
from tealform_harness.verify.result import StageResult, Status
from tests import projects

Command = Callable[..., int]
DEV = "environments/dev/cdk.tf.json"


class Calls:
    """What the fakes were called with, in order, and what they return."""

    def __init__(self) -> None:
        self.made: list[tuple[Any, ...]] = []
        self.codes: dict[str, int] = {}

    def record(self, name: str) -> Callable[..., int]:
        def call(*arguments: Any, **options: Any) -> int:
            self.made.append((name, *(each for each in arguments if not isinstance(each, Path) and not callable(each))))
            return next((code for text, code in self.codes.items() if text in arguments), 0)

        return call


@pytest.fixture
def command(tmp_path: Path) -> Command:
    """Runs a command on a repository with ``dev`` and ``prod``, whose generated files stay as they are."""
    for name in ("dev", "prod"):
        (tmp_path / "environments" / name).mkdir(parents=True)
        (tmp_path / "environments" / name / "environment.hcl").touch()
        (tmp_path / "environments" / name / "cdk.tf.json").write_text("{}")
    projects.write_app(tmp_path)
    return lambda *arguments: main(["--root", str(tmp_path), *arguments])


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> Calls:
    calls = Calls()
    monkeypatch.setattr(App, "synth", lambda self, root, names, echo: calls.made.append(("synth", *names)))
    for module, name in (
        (plan_operation, "plan"),
        (plan_operation, "speculate"),
        (apply_operation, "apply"),
        (apply_operation, "destroy"),
        (terraform_cli, "run"),
        (provider_locks, "lock"),
        (offline_plan, "plan_offline"),
    ):
        monkeypatch.setattr(module, name, calls.record(name))
    return calls


def documents(text: str) -> list[Any]:
    """The JSON documents in a text that has nothing else."""
    found, decoder = [], json.JSONDecoder()
    while text := text.lstrip():
        document, end = decoder.raw_decode(text)
        found.append(document)
        text = text[end:]
    return found


# --- plan, apply, destroy -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "made"),
    [
        (["plan", "dev"], [("plan", "dev", "summary", [])]),
        (["plan", "dev", "dev"], [("plan", "dev", "summary", [])]),
        (["plan", "dev", "prod", "--json"], [("plan", "dev", "json", []), ("plan", "prod", "json", [])]),
        (["plan", "--full", "dev", "-target", "x.y"], [("plan", "dev", "full", ["-target", "x.y"])]),
        (
            ["plan", "dev", "-var=a=b", "-refresh=false", "--json"],
            [("plan", "dev", "json", ["-var=a=b", "-refresh=false"])],
        ),
        (["plan", "--speculative", "dev", "prod"], [("speculate", "dev", "summary"), ("speculate", "prod", "summary")]),
        (["plan", "--offline", "prod"], [("plan_offline", "prod", "summary")]),
        (["apply", "dev"], [("apply", "dev", [], None, [])]),
        (
            ["apply", "dev", "--allow", "a.b", "--allow=c.d", "--confirm", "dev", "-parallelism=1"],
            [("apply", "dev", ["a.b", "c.d"], "dev", ["-parallelism=1"])],
        ),
        (["destroy", "dev", "--confirm=dev"], [("destroy", "dev", [], "dev", [])]),
        (["output", "dev"], [("run", "output")]),
        (["output", "dev", "--json"], [("run", "output", "-json")]),
        (["output", "dev", "-raw", "url"], [("run", "output", "-raw", "url")]),
        (["terraform", "dev", "state", "list", "-id=x"], [("run", "state", "list", "-id=x")]),
        (["terraform", "dev", "plan", "-help"], [("run", "plan", "-help")]),
        (["terraform", "dev", "--", "show", "--json"], [("run", "show", "--json")]),
        (["lock", "dev", "prod", "-net-mirror=x"], [("lock", ["dev", "prod"], ["-net-mirror=x"])]),
        (["lock", "-fs-mirror=mirror"], [("lock", [], ["-fs-mirror=mirror"])]),
    ],
)
def test_command_passes_its_arguments_on(
    command: Command, calls: Calls, arguments: list[str], made: list[tuple[Any, ...]]
) -> None:
    assert command(*arguments) == 0
    assert [call for call in calls.made if call[0] != "synth"] == made


@pytest.mark.parametrize("name", ["plan", "apply", "destroy"])
def test_errors_of_generation_stop_the_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], calls: Calls, name: str
) -> None:
    (tmp_path / "environments" / "dev").mkdir(parents=True)
    (tmp_path / "environments" / "dev" / "environment.hcl").write_text('region = "nowhere"\n')
    (tmp_path / "main.py").write_text(
        "from tealform import App\nfrom tealform.synth.app import SynthResult\nclass Broken(App):\n"
        "    def synth(self, root, names, echo):\n        return SynthResult(errors=['one', 'two'])\napp = Broken()\n"
    )
    assert main(["--root", str(tmp_path), name, "dev"]) == 2
    assert calls.made == []
    assert capsys.readouterr().err == "one\ntwo\n"


def test_plan_that_fails_does_not_stop_the_next(
    command: Command, calls: Calls, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    planned: list[str] = []

    def plan(root: Path, name: str, form: str, options: list[str]) -> int:
        planned.append(name)
        if name == "dev":
            raise TealformError("another command is running here")
        return 1

    monkeypatch.setattr(plan_operation, "plan", plan)
    assert command("plan", "dev", "prod") == 2
    assert planned == ["dev", "prod"]
    assert capsys.readouterr().err == "another command is running here\n"


def test_worst_of_several_plans_decides(command: Command, calls: Calls) -> None:
    calls.codes = {"dev": 1}
    assert command("plan", "dev", "prod") == 1
    assert [call[1] for call in calls.made] == ["dev", "prod"]


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (
            ["plan", "--offline", "--speculative", "dev"],
            "--offline and --speculative exclude each other; use one of them",
        ),
        (["plan", "--full", "--json", "dev"], "--full and --json exclude each other; use one of them"),
        (["plan", "-refresh=false", "dev"], "name an environment before the options, like: tealform plan dev"),
        (
            ["plan", "--offline", "dev", "-refresh=false"],
            "-refresh=false: only plans that can be applied accept options for Terraform",
        ),
        (
            ["verify", "--offline", "--real-provider"],
            "--offline and --real-provider exclude each other; use one of them",
        ),
        (
            ["plan", "dev", "--offlin"],
            "--offlin: tealform plan has no such option; did you mean --offline?",
        ),
        (
            ["apply", "dev", "--target=a.b"],
            "--target: tealform apply has no such option; an option of Terraform has one hyphen: -target=a.b",
        ),
        (
            ["destroy", "dev", "--confirmed=dev"],
            "--confirmed: tealform destroy has no such option; did you mean --confirm?",
        ),
        (["output", "dev", "--jsn"], "--jsn: tealform output has no such option; did you mean --json?"),
        (
            ["lock", "--fs-mirror=x"],
            "--fs-mirror: tealform lock has no such option; an option of Terraform has one hyphen: -fs-mirror=x",
        ),
        (["plan"], "name an environment, like: tealform plan dev"),
        (
            ["lock", "-fs-mirror=x", "dev"],
            "name environments before the options, like: tealform lock dev -fs-mirror=x",
        ),
        (["policy", "dev", "bootstrap/1"], 'there is no environment "bootstrap/1"; use dev, prod'),
        (["verify", "dev", "dve"], 'there is no environment "dve"; use dev, prod'),
        (
            ["apply", "dev", "prod"],
            "prod: this command takes one environment, whose plan Tealform keeps, and options of Terraform after it",
        ),
        (
            ["destroy", "dev", "prod", "-refresh=false"],
            "prod: this command takes one environment, whose plan Tealform keeps, and options of Terraform after it",
        ),
        (["apply", "-lock=false", "dev"], "name an environment before the options, like: tealform apply dev"),
        (["terraform", "dev"], "name a command of Terraform, like: tealform terraform dev state list"),
    ],
)
def test_arguments_that_do_not_go_together(
    command: Command, calls: Calls, capsys: pytest.CaptureFixture[str], arguments: list[str], problem: str
) -> None:
    assert command(*arguments) == 2
    assert capsys.readouterr().err == f"{problem}\n"
    assert calls.made == []


# --- synth ----------------------------------------------------------------------------------


def write_result(root: Path, result: SynthResult) -> None:
    """Write a ``main.py`` whose app has this result."""
    (root / "main.py").write_text(
        "from tealform import App\nfrom tealform.synth.app import SynthResult\nclass Fixed(App):\n"
        f"    def compare(self, root, names, echo):\n        echo('a line')\n        return {result!r}\n"
        "    synth = refresh = compare\n    def bootstrap(self, root, echo):\n        return self.compare(root, (), echo)\n"
        "app = Fixed()\n"
    )


@pytest.mark.parametrize(
    ("options", "result", "code", "error"),
    [
        ([], SynthResult(changed=[DEV]), 0, ""),
        (["--check"], SynthResult(), 0, ""),
        (["--check"], SynthResult(changed=[DEV]), 1, "1 generated file is out of date; run: tealform synth\n"),
        (
            ["--check"],
            SynthResult(changed=[DEV, "x"]),
            1,
            "2 generated files are out of date; run: tealform synth\n",
        ),
        (["--check"], SynthResult(changed=[DEV], errors=["an error"]), 2, "an error\n"),
        ([], SynthResult(errors=["an error"]), 2, "an error\n"),
    ],
)
def test_synth(
    command: Command,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    options: list[str],
    result: SynthResult,
    code: int,
    error: str,
) -> None:
    write_result(tmp_path, result)
    assert command("synth", *options) == code
    assert capsys.readouterr() == ("a line\n", error)
    assert command("synth", *options, "--json") == code
    said, wrong = capsys.readouterr()
    assert documents(said) == [{"changed": result.changed, "errors": result.errors}]
    assert wrong == f"a line\n{error}"


def test_bootstrap_names_the_next_commands(
    command: Command, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_result(tmp_path, SynthResult(generated=["123456789012"]))
    assert command("bootstrap") == 0
    assert capsys.readouterr().out.splitlines()[-1] == (
        "Next: tealform plan bootstrap/123456789012, then tealform apply bootstrap/123456789012"
    )
    assert command("bootstrap", "--json") == 0
    assert documents(capsys.readouterr().out) == [{"accounts": ["123456789012"], "changed": [], "errors": []}]
    write_result(tmp_path, SynthResult(errors=["an error"]))
    assert command("bootstrap") == 2
    assert capsys.readouterr().err == "an error\n"


# --- policy, verify, check, review ----------------------------------------------------------


def passes(*_: object, **__: object) -> list[GateResult]:
    return [GateResult("dev", {"TEAL_TAGS": 2})]


def finds(*_: object, **__: object) -> list[GateResult]:
    finding = Finding("TEAL_TAGS", "Tags", "provider.aws")
    located = LocatedFinding("dev", finding, rule_catalog.rule_of(finding), "", Location(Path(DEV), 3))
    return [GateResult("dev", {"TEAL_TAGS": 2}, remaining=(located,))]


def cannot_check(*_: object, **__: object) -> list[GateResult]:
    return [GateResult("dev", {}, mistakes=("checkov could not parse it",))]


def raises(*_: object, **__: object) -> list[GateResult]:
    raise TealformError("checkov cannot be installed")


def stages(*statuses: Status) -> Callable[..., list[StageResult]]:
    def verify(root: Path, names: Sequence[str], echo: Callable[[str], None]) -> list[StageResult]:
        echo("a stage")
        return [StageResult("dev", "schema", "a stub", status) for status in statuses]

    return verify


@pytest.mark.parametrize(("check", "code"), [(passes, 0), (finds, 1), (cannot_check, 2)])
def test_policy_for_programs_and_in_files(
    command: Command,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    check: Callable[..., list[GateResult]],
    code: int,
) -> None:
    monkeypatch.setattr(gate, "check", check)
    assert command("policy", "--json", "--sarif", str(tmp_path / "a.sarif"), "--junit", str(tmp_path / "a.xml")) == code
    (document,) = documents(capsys.readouterr().out)
    assert document["summary"]["exit_code"] == code
    assert json.loads((tmp_path / "a.sarif").read_text())["version"] == "2.1.0"
    assert (tmp_path / "a.xml").read_text().startswith("<testsuites ")
    assert command("policy") == code
    assert capsys.readouterr().out.splitlines()[-1].startswith("policy: 1 environment")


@pytest.mark.parametrize(
    ("options", "step", "statuses", "code"),
    [
        ([], "verify", ("passed", "skipped"), 0),
        ([], "verify", ("passed", "failed"), 1),
        ([], "verify", ("skipped",), 1),
        (["--offline"], "verify_offline", ("passed",), 0),
        (["--offline"], "verify_offline", ("passed", "skipped"), 1),
        (["--real-provider"], "verify_emulated", ("passed",), 0),
        (["--real-provider"], "verify_emulated", ("passed", "skipped"), 1),
    ],
)
def test_verify(
    command: Command,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    options: list[str],
    step: str,
    statuses: tuple[Status, ...],
    code: int,
) -> None:
    monkeypatch.setattr(verification, step, stages(*statuses))
    assert command("verify", *options) == code
    assert capsys.readouterr() == ("a stage\n", "")
    assert command("verify", *options, "--json") == code
    said, progress = capsys.readouterr()
    assert [each["status"] for each in documents(said)[0]["results"]] == list(statuses)
    assert progress == "a stage\n"


OUTDATED = SynthResult(changed=[DEV])
BROKEN = SynthResult(errors=["environments/dev/environment.hcl:3: cpu: wrong"])


@pytest.mark.parametrize(
    ("compared", "check", "statuses", "code", "summary"),
    [
        (
            SynthResult(),
            passes,
            ("passed",),
            0,
            [
                "generated files: up to date",
                "policy: 1 environment, 2 checks, 0 findings",
                "verification: 1 passed, 0 failed, 0 skipped",
            ],
        ),
        (OUTDATED, passes, ("passed",), 1, [f"generated files: out of date, and generated again: {DEV}; commit them"]),
        (SynthResult(), finds, ("passed",), 1, ["policy: 1 environment, 2 checks, 1 finding"]),
        (SynthResult(), passes, ("failed",), 1, ["verification: 0 passed, 1 failed, 0 skipped"]),
        (SynthResult(), cannot_check, ("passed",), 2, ["policy: 1 environment, 0 checks, 0 findings, 1 mistake"]),
        (SynthResult(), raises, ("passed",), 2, ["policy: could not be checked, see above"]),
        (BROKEN, passes, ("passed",), 2, ["generated files: could not be checked, see above"]),
    ],
    ids=["all passes", "outdated file", "finding", "failed stage", "unreadable file", "no checkov", "invalid settings"],
)
def test_check(
    command: Command,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    compared: SynthResult,
    check: Callable[..., list[GateResult]],
    statuses: tuple[Status, ...],
    code: int,
    summary: list[str],
) -> None:
    write_result(tmp_path, compared)
    monkeypatch.setattr(gate, "check", check)
    monkeypatch.setattr(verification, "verify_offline", stages(*statuses))
    assert command("check") == code
    said, wrong = capsys.readouterr()
    assert set(summary) <= set(said.splitlines()[-3:])
    assert wrong.splitlines() == [*compared.errors, *(["checkov cannot be installed"] if check is raises else [])]
    assert command("check", "--json") == code
    (document,) = documents(capsys.readouterr().out)
    assert document["exit_code"] == code
    assert document["generated_files"] == (None if compared.errors else compared.changed)
    assert (document["policy"] is None) == (check is raises)
    assert [each["status"] for each in document["verification"]["results"]] == list(statuses)


def test_check_of_an_unknown_environment_checks_nothing(command: Command, capsys: pytest.CaptureFixture[str]) -> None:
    assert command("check", "dve", "dev", "pord") == 2
    assert capsys.readouterr() == (
        "",
        'there is no environment "dve"; use dev, prod\nthere is no environment "pord"; use dev, prod\n',
    )


def test_error_of_the_system_in_one_part_of_a_check_does_not_stop_the_others(
    command: Command, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def denied(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied", "waivers.hcl")

    monkeypatch.setattr(gate, "check", denied)
    monkeypatch.setattr(verification, "verify_offline", stages("passed"))
    assert command("check") == 2
    said, wrong = capsys.readouterr()
    assert "policy: could not be checked, see above" in said
    assert "verification: 1 passed" in said
    assert wrong == "waivers.hcl: Permission denied\n"


def test_review_for_programs(
    command: Command, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    found = Review(verdicts=(GateResult("dev", {"TEAL_TAGS": 1}),), synth=SynthResult(changed=[DEV]))
    monkeypatch.setattr(review_check, "check", lambda *_, **__: found)
    assert command("review", "--json") == 1
    (document,) = documents(capsys.readouterr().out)
    assert document["outdated"] == [DEV]
    assert command("review") == 1
    assert capsys.readouterr().out.startswith("review: ")


def test_offline_plans_print_one_document_for_each_environment(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = projects.write(tmp_path, projects.GREETING)
    shutil.copytree(folder, folder.with_name("prod"))
    assert main(["--root", str(tmp_path), "plan", "--offline", "dev", "prod", "--json"]) == 0
    found = documents(capsys.readouterr().out)
    assert [each["environment"] for each in found] == ["dev", "prod"]
    assert [each["counts"] for each in found] == [found[0]["counts"]] * 2


def test_doctor_for_programs(command: Command, capsys: pytest.CaptureFixture[str]) -> None:
    command("doctor", "--json")
    (rows,) = documents(capsys.readouterr().out)
    assert {"Python", "Terraform", "Repository"} <= {row["name"].partition(" (")[0] for row in rows}
