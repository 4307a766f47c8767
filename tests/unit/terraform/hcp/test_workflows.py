"""The workflows of GitHub plan with what may only plan, and apply what somebody has agreed to."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tealform.plan import summary
from tealform.plan.source_map import SourceMap
from tealform.policy import plan_gate
from tests import projects
from tests.inventory import ROOT, TEMPLATES

GITHUB = TEMPLATES / "github"
WORKFLOWS = {file.name: yaml.safe_load(file.read_text()) for file in sorted((GITHUB / "workflows").glob("*.yml"))}
ACTIONS = {file.parent.name: yaml.safe_load(file.read_text()) for file in sorted(GITHUB.glob("actions/*/action.yml"))}
# YAML 1.1 takes «on» for a truth value.
ON = True
NOTHING = [
    *summary.text({"complete": True, "resource_changes": []}, SourceMap(ROOT / "environments" / "dev"), name="dev"),
    *plan_gate.PlanGateResult("environments/dev", checks=245).lines,
]
NEEDS_JQ = pytest.mark.skipif(shutil.which("jq") is None, reason="there is no jq")


def jobs(workflow: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """The jobs of a workflow and of those that it calls."""
    for name, job in WORKFLOWS[workflow]["jobs"].items():
        yield name, job
        if job.get("uses", "").startswith("./.github/workflows/"):
            yield from jobs(Path(job["uses"]).name)


def script(steps: list[dict[str, Any]], name: str) -> str:
    (step,) = (step for step in steps if name in (step.get("name"), step.get("id")))
    return str(step["run"])


def run(text: str, folder: Path, **variables: str) -> tuple[int, dict[str, str], str]:
    """Runs a step as GitHub does; returns its exit code, its outputs, and what it adds to the summary."""
    outputs, shown = folder / "outputs", folder / "summary"
    outputs.touch()
    shown.touch()
    ran = subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", text],
        cwd=folder,
        env={
            "PATH": f"{folder}:{os.environ['PATH']}",
            "GITHUB_OUTPUT": str(outputs),
            "GITHUB_STEP_SUMMARY": str(shown),
            **variables,
        },
        check=False,
    )
    return ran.returncode, dict(line.split("=", 1) for line in outputs.read_text().splitlines()), shown.read_text()


def fake_tealform(folder: Path, text: str, code: int = 0) -> None:
    """A ``tealform`` that prints ``text``, and writes its arguments, one a line, into the file ``called``."""
    (folder / "said").write_text(text)
    (folder / ".venv" / "bin").mkdir(parents=True, exist_ok=True)
    program = f"#!/bin/sh\nprintf '%s\\n' \"$@\" > called\nenv > variables\ncat said\nexit {code}\n"
    projects.write_program(folder / ".venv" / "bin" / "tealform", program)


@pytest.mark.parametrize("name", WORKFLOWS)
def test_other_peoples_actions_are_pinned_and_rights_are_few(name: str) -> None:
    workflow = WORKFLOWS[name]
    assert workflow["permissions"] == {"contents": "read"}
    assert "pull_request_target" not in workflow[ON]
    for _, job in jobs(name):
        # What the report may do beside is held by tests/unit/review/test_workflows.py.
        assert name == "pull-request-report.yml" or set(job.get("permissions", {})) <= {"contents", "id-token"}
        assert job.get("permissions", {}).get("contents", "read") == "read"
        for used in [job, *job.get("steps", [])]:
            assert re.search(r"^\./|@[0-9a-f]{40}$", used.get("uses", "./")), used


def test_a_pull_request_and_the_clock_never_apply() -> None:
    for workflow in ("pull-request.yml", "drift.yml"):
        commands = [step.get("run", "") for _, job in jobs(workflow) for step in job.get("steps", [])]
        assert any(".venv/bin/tealform " in command for command in commands)
        assert not any(re.search(r"\b(apply|destroy)\b", command.replace("first apply", "")) for command in commands)
        assert not any("environment" in job for _, job in jobs(workflow)), "secrets of a GitHub environment"


def test_what_comes_from_a_fork_is_not_planned() -> None:
    found = WORKFLOWS["pull-request.yml"]["jobs"]
    # Not «fork»: the repository itself may be one of another.
    assert "github.event.pull_request.head.repo.full_name == github.repository" in found["environments"]["if"]
    assert "environments" in found["plan"]["needs"]
    assert [name for name, job in found.items() if "id-token" in job.get("permissions", {}) or "secrets" in job] == [
        "plan"
    ]


def test_what_is_applied_was_agreed_to() -> None:
    assert list(WORKFLOWS["apply.yml"][ON]) == ["push", "workflow_dispatch"]
    assert WORKFLOWS["apply.yml"][ON]["push"]["branches"] == ["main"]
    job = WORKFLOWS["apply-environment.yml"]["jobs"]["apply"]
    assert job["environment"] == "${{ inputs.environment }}"
    assert job["needs"] == "plan"


@NEEDS_JQ
def test_environments_are_listed_whose_state_can_be_got_at(tmp_path: Path) -> None:
    states: dict[str, dict[str, Any]] = {
        "a": {"backend": {"local": {"path": "terraform.tfstate"}}},
        "b": {"backend": {"s3": {"bucket": "x"}}},
        "c": {"cloud": {"organization": "acme"}},
    }
    for name, terraform in states.items():
        (tmp_path / "environments" / name).mkdir(parents=True)
        (tmp_path / "environments" / name / "cdk.tf.json").write_text(json.dumps({"terraform": terraform}))
    text = script(ACTIONS["environments"]["runs"]["steps"], "list")
    _, outputs, _ = run(text, tmp_path, STATES="s3 cloud")
    assert json.loads(outputs["list"]) == [{"environment": "b", "state": "s3"}, {"environment": "c", "state": "cloud"}]
    (tmp_path / "outputs").unlink()
    _, outputs, _ = run(text, tmp_path, STATES="s3")
    assert json.loads(outputs["list"]) == [{"environment": "b", "state": "s3"}]


class TestThePlan:
    STEPS = WORKFLOWS["plan.yml"]["jobs"]["plan"]["steps"]
    PLAN = script(STEPS, "plan")

    def test_goes_into_the_summary_with_a_digest(self, tmp_path: Path) -> None:
        fake_tealform(tmp_path, "dev: 1 to change\n")
        code, outputs, shown = run(self.PLAN, tmp_path, SPECULATIVE="", ENVIRONMENT="dev", TOKEN="")
        assert (code, outputs["changes"], shown) == (0, "true", "```\ndev: 1 to change\n```\n")
        assert (tmp_path / "called").read_text() == "plan\ndev\n"
        fake_tealform(tmp_path, "dev: 2 to change\n")
        _, other, _ = run(self.PLAN, tmp_path, SPECULATIVE="", ENVIRONMENT="dev", TOKEN="")
        assert len(outputs["digest"]) == 64
        assert outputs["digest"] != other["digest"]

    def test_without_changes_is_known_by_what_the_summary_says_then(self, tmp_path: Path) -> None:
        fake_tealform(tmp_path, "\n".join(NOTHING) + "\n")
        _, outputs, _ = run(self.PLAN, tmp_path, SPECULATIVE="", ENVIRONMENT="dev", TOKEN="")
        assert outputs["changes"] == "false"

    def test_that_fails_is_shown_and_fails(self, tmp_path: Path) -> None:
        fake_tealform(tmp_path, "dev: 1 to change\n", code=2)
        code, outputs, shown = run(self.PLAN, tmp_path, SPECULATIVE="--speculative", ENVIRONMENT="dev", TOKEN="")
        assert (code, outputs, shown) == (2, {}, "```\ndev: 1 to change\n```\n")
        assert (tmp_path / "called").read_text() == "plan\n--speculative\ndev\n"

    @pytest.mark.parametrize(
        ("host", "variable"),
        [("", "TF_TOKEN_app_terraform_io"), ("my-tfe.example.com", "TF_TOKEN_my__tfe_example_com")],
    )
    def test_has_the_token_where_terraform_looks_for_it(self, tmp_path: Path, host: str, variable: str) -> None:
        fake_tealform(tmp_path, "")
        variables = {"ENVIRONMENT": "dev", "TOKEN": "secret", "TF_CLOUD_HOSTNAME": host}
        run(self.PLAN, tmp_path, SPECULATIVE="--speculative", **variables)
        seen = (tmp_path / "variables").read_text().splitlines()
        assert [each for each in seen if "secret" in each] == [f"{variable}=secret"]

    @pytest.mark.parametrize(
        ("speculative", "given", "missing"),
        [
            ("", "ROLE", "a role for dev in the variable PLAN_ROLES"),
            ("--speculative", "TOKEN", "the secret HCP_TERRAFORM_TOKEN"),
        ],
    )
    def test_without_what_it_needs_is_left_out(
        self, tmp_path: Path, speculative: str, given: str, missing: str
    ) -> None:
        text = script(self.STEPS, "may")
        none = {"SPECULATIVE": speculative, "ENVIRONMENT": "dev", "ROLE": "", "TOKEN": ""}
        code, outputs, shown = run(text, tmp_path, MAY_BE_LEFT_OUT="true", **none)
        assert (code, outputs) == (0, {})
        assert shown == f"dev is not planned: that needs {missing} (docs/hcp-terraform.md)\n"
        code, outputs, _ = run(text, tmp_path, MAY_BE_LEFT_OUT="false", **none)
        assert (code, outputs) == (1, {})
        _, outputs, _ = run(text, tmp_path, MAY_BE_LEFT_OUT="false", **none | {given: "x"})
        assert outputs == {"plan": "true"}

    def test_is_left_out_of_pull_requests_alone(self) -> None:
        callers = {
            name: job["with"]
            for name in WORKFLOWS
            for _, job in jobs(name)
            if job.get("uses", "").endswith("/plan.yml")
        }
        assert [name for name, given in callers.items() if given.get("may-be-left-out")] == ["pull-request.yml"]
        assert {"apply.yml", "drift.yml"} <= callers.keys()


@NEEDS_JQ
def test_a_role_is_taken_at_once_and_nothing_of_it_is_printed(tmp_path: Path) -> None:
    given = {"AccessKeyId": "id", "SecretAccessKey": "secret/+=", "SessionToken": "session=="}
    for program, says in (("curl", {"value": "token"}), ("aws", given)):
        text = f"#!/bin/sh\necho \"$@\" >> called\necho '{json.dumps(says)}'\n"
        projects.write_program(tmp_path / program, text)
    (step,) = ACTIONS["aws"]["runs"]["steps"]
    variables = tmp_path / "variables"
    asked = {
        "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "t",
        "ACTIONS_ID_TOKEN_REQUEST_URL": "https://token?a=b",
        "GITHUB_RUN_ID": "7",
    }
    role = "arn:aws-cn:iam::123456789012:role/automation/shop-dev-plan"
    code, _, _ = run(step["run"], tmp_path, ROLE=role, SECONDS_TAKEN="3600", GITHUB_ENV=str(variables), **asked)
    assert code == 0
    assert variables.read_text().splitlines() == [
        "AWS_ACCESS_KEY_ID=id",
        "AWS_SECRET_ACCESS_KEY=secret/+=",
        "AWS_SESSION_TOKEN=session==",
    ]
    token, taken = (tmp_path / "called").read_text().splitlines()
    assert token.endswith("https://token?a=b&audience=sts.amazonaws.com.cn")
    assert f"--region cn-north-1 --role-arn {role} --duration-seconds 3600 --role-session-name github-7" in taken


def test_a_pipe_that_breaks_fails() -> None:
    """GitHub sets ``pipefail`` only where the shell is named."""
    piping = {
        name
        for name, workflow in WORKFLOWS.items()
        for job in workflow["jobs"].values()
        for step in job.get("steps", [])
        if re.search(r"[^|]\|[^|]", step.get("run", ""))
    }
    assert piping == {"plan.yml", "apply-environment.yml"}
    assert all(WORKFLOWS[name]["defaults"] == {"run": {"shell": "bash"}} for name in piping)


class TestTheApply:
    STEPS = WORKFLOWS["apply-environment.yml"]["jobs"]["apply"]["steps"]

    def test_stops_if_the_plan_says_something_else_than_what_was_agreed_to(self, tmp_path: Path) -> None:
        text = script(self.STEPS, "Plan again")
        fake_tealform(tmp_path, "dev: 1 to change\n")
        _, agreed, _ = run(TestThePlan.PLAN, tmp_path, SPECULATIVE="", ENVIRONMENT="dev", TOKEN="")
        assert run(text, tmp_path, ENVIRONMENT="dev", AGREED=agreed["digest"])[0] == 0
        fake_tealform(tmp_path, "dev: 1 to change, 1 to destroy\n")
        assert run(text, tmp_path, ENVIRONMENT="dev", AGREED=agreed["digest"])[0] == 1

    @pytest.mark.parametrize(
        ("allowed", "code"),
        [("", 0), ('aws_lb.main aws_lb_target_group.x["a-b"]', 0), ("$(shell id)", 1), ("a' --confirm x", 1)],
    )
    def test_takes_addresses_and_nothing_else(self, tmp_path: Path, allowed: str, code: int) -> None:
        assert run(script(self.STEPS, "Are these addresses?"), tmp_path, ALLOWED=allowed)[0] == code

    @pytest.mark.parametrize(
        ("allowed", "options"),
        [
            ("", []),
            (
                'aws_lb.main aws_lb_target_group.x["a-b"]',
                ["--allow=aws_lb.main", '--allow=aws_lb_target_group.x["a-b"]'],
            ),
            ("--help -x", ["--allow=--help", "--allow=-x"]),
            ("$(touch put) *", ["--allow=$(touch", "--allow=put)", "--allow=*"]),
        ],
    )
    def test_allows_each_address(self, tmp_path: Path, allowed: str, options: list[str]) -> None:
        fake_tealform(tmp_path, "")
        assert run(script(self.STEPS, "Apply"), tmp_path, ENVIRONMENT="dev", ALLOWED=allowed)[0] == 0
        called = (tmp_path / "called").read_text().splitlines()
        assert called == ["apply", "dev", *options, "--confirm", "dev"]
        assert not (tmp_path / "put").exists()
