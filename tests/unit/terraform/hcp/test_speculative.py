"""A plan is made in the workspace, by a run that can never be applied, and what stops it is told."""

from __future__ import annotations

import io
import json
import subprocess
import tarfile
from pathlib import Path
from typing import Any

import pytest

from tealform.errors import TealformError
from tealform.operations import plan
from tealform.terraform.hcp import api, run, speculative
from tealform.terraform.hcp.speculative import SpeculativePlan
from tests.unit.terraform.hcp.conftest import TOKEN, Answer, Service, Write, workspace

ADDRESS = "https://app.terraform.io/app/acme/workspaces/shop-dev/runs/run-1"
PLAN = {"format_version": "1.2", "resource_changes": []}


def a_run(status: str, **values: Any) -> Answer:
    relationships = {"plan": {"data": {"id": "plan-1", "type": "plans"}}}
    return 200, {
        "data": {
            "id": "run-1",
            "type": "runs",
            "attributes": {"status": status} | {key.replace("_", "-"): value for key, value in values.items()},
            "relationships": relationships,
        }
    }


def a_plan(status: str = "finished", **values: Any) -> Answer:
    return 200, {"data": {"id": "plan-1", "type": "plans", "attributes": {"status": status, **values}}}


def a_list(*attributes: dict[str, Any], kind: str = "x", **relationships: Any) -> Answer:
    return 200, {
        "data": [
            {"id": f"{kind}-{number}", "attributes": each, "relationships": relationships}
            for number, each in enumerate(attributes, start=1)
        ]
    }


@pytest.fixture
def ready(hcp: Service, monkeypatch: pytest.MonkeyPatch) -> Service:
    """A workspace in which all goes well."""
    monkeypatch.setattr(run, "_PAUSE_SECONDS", 0.0)
    configuration = {"id": "cv-1", "attributes": {"status": "pending", "upload-url": f"{hcp.address}/upload"}}
    uploaded = {"id": "cv-1", "attributes": {"status": "uploaded"}}
    hcp.answers |= {
        "GET organizations/acme/workspaces/shop-dev": (200, workspace()),
        "POST workspaces/ws-1/configuration-versions": (201, {"data": configuration}),
        "PUT /upload": (200, None),
        "GET configuration-versions/cv-1": [(200, {"data": configuration}), (200, {"data": uploaded})],
        "POST runs": (201, a_run("pending")[1]),
        "GET runs/run-1": a_run("planned_and_finished"),
        "GET plans/plan-1": a_plan(),
        "GET plans/plan-1/json-output": (200, PLAN),
        "POST runs/run-1/actions/cancel": (202, None),
    }
    return hcp


def uploaded(service: Service) -> dict[str, str]:
    """What was uploaded, by its path."""
    (upload,) = service.requests("PUT", "/upload")
    assert "Authorization" not in upload.headers
    with tarfile.open(fileobj=io.BytesIO(upload.body)) as archive:
        files = [entry for entry in archive if entry.isfile()]
        assert {(entry.uid, entry.uname) for entry in files} == {(0, "")}
        return {entry.name: archive.extractfile(entry).read().decode() for entry in files}  # type: ignore[union-attr]


def make(folder: Path) -> SpeculativePlan:
    return speculative.plan(folder, lambda _: None)


def test_a_run_plans_what_is_here_and_cannot_be_applied(ready: Service, environment: Write) -> None:
    lines: list[str] = []
    ready.answers["GET runs/run-1"] = [
        a_run("pending", position_in_queue=2),
        a_run("pending", position_in_queue=2),
        a_run("planning"),
        a_run("planned_and_finished"),
    ]
    made = speculative.plan(environment(), lines.append)
    assert made == SpeculativePlan(PLAN, ADDRESS)
    assert lines == [ADDRESS, "waiting: 2 before it in the queue", "planning"]
    (configuration,) = ready.requests("POST", "workspaces/ws-1/configuration-versions")
    assert configuration.document["data"]["attributes"] == {"auto-queue-runs": False, "speculative": True}
    (started,) = ready.requests("POST", "runs")
    assert started.document["data"]["attributes"] == {"plan-only": True, "message": "Speculative plan"}
    assert started.document["data"]["relationships"] == {
        "workspace": {"data": {"type": "workspaces", "id": "ws-1"}},
        "configuration-version": {"data": {"type": "configuration-versions", "id": "cv-1"}},
    }
    assert not any("apply" in each.path or "confirm" in each.path for each in ready.asked)


def test_what_is_uploaded_is_the_configuration_and_no_state(ready: Service, environment: Write, tmp_path: Path) -> None:
    folder = environment()
    (folder / ".terraform" / "providers").mkdir(parents=True)
    states = ("terraform.tfstate", "terraform.tfstate.backup", "errored.tfstate")
    for name in (".terraform/providers/aws", "a.tfplan", *states):
        (folder / name).write_text("not this")
    (folder / "templates").mkdir()
    (folder / "templates" / "page.md").write_text("hello")
    (folder / ".terraform.lock.hcl").write_text("locked")
    (tmp_path / "shared.tf").write_text("shared")
    (folder / "linked.tf").symlink_to(tmp_path / "shared.tf")
    make(folder)
    found = uploaded(ready)
    assert found.keys() == {"cdk.tf.json", "environment.hcl", "templates/page.md", ".terraform.lock.hcl", "linked.tf"}
    assert found["linked.tf"] == "shared"


def test_it_lies_where_the_workspace_looks_for_it(ready: Service, environment: Write) -> None:
    there = workspace(working_directory="environments/dev", vcs_repo={"identifier": "acme/infrastructure"})
    ready.answers["GET organizations/acme/workspaces/shop-dev"] = (200, there)
    assert make(environment()).plan == PLAN
    assert uploaded(ready).keys() == {"environments/dev/cdk.tf.json", "environments/dev/environment.hcl"}


def test_the_run_is_called_after_the_commit(ready: Service, environment: Write) -> None:
    folder = environment()
    git = ["git", "-C", str(folder), "-c", "user.name=Ada", "-c", "user.email=ada@example.com"]
    subprocess.run([*git, "init", "--quiet"], check=True)
    subprocess.run([*git, "commit", "--quiet", "--allow-empty", "--message", "More tasks"], check=True)
    make(folder)
    (started,) = ready.requests("POST", "runs")
    assert started.document["data"]["attributes"]["message"].startswith("Speculative plan of ")
    assert started.document["data"]["attributes"]["message"].endswith(" More tasks")


def test_a_token_that_may_not_read_the_whole_plan_gets_the_redacted_one(ready: Service, environment: Write) -> None:
    ready.answers["GET plans/plan-1/json-output"] = (403, None)
    ready.answers["GET plans/plan-1/json-output-redacted"] = (307, None, {"Location": f"{ready.address}/blob"})
    ready.answers["GET /blob"] = (200, PLAN)
    made = make(environment())
    assert (made.plan, made.is_redacted, made.failure) == (PLAN, True, "")


def test_what_is_redacted_is_judged_by_the_guard_and_not_by_the_policies(
    ready: Service, environment: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    ready.answers["GET plans/plan-1/json-output"] = (404, None)
    change = {"actions": ["delete"], "before": {"name": "shop"}, "after": None, "after_unknown": {}}
    cluster = {"address": "aws_ecs_cluster.main", "type": "aws_ecs_cluster", "name": "main", "mode": "managed"}
    changes = [cluster | {"change": change, "provider_name": "registry.terraform.io/hashicorp/aws"}]
    redacted = {"format_version": "1.2", "terraform_version": "1.11.4", "resource_changes": changes}
    ready.answers["GET plans/plan-1/json-output-redacted"] = (200, redacted)
    assert plan.speculate(environment().parents[1], "dev", "summary") == 0
    captured = capsys.readouterr().out
    assert "\n  aws_ecs_cluster.main\n      STOPPED: " in captured
    assert captured.endswith(
        "policy: the plan could not be judged\n  the token cannot read the whole plan; to check the generated Terraform, run: tealform policy\n"
    )


def test_a_token_that_may_read_no_plan_is_told(ready: Service, environment: Write) -> None:
    del ready.answers["GET plans/plan-1/json-output"]
    with pytest.raises(
        TealformError, match=r"^app\.terraform\.io does not show what was planned; may the token read runs\?$"
    ):
        make(environment())


@pytest.mark.parametrize("structured", [True, False])
def test_a_plan_that_fails_is_told_in_terraforms_words(ready: Service, environment: Write, structured: bool) -> None:
    ready.answers["GET runs/run-1"] = a_run("errored")
    ready.answers["GET plans/plan-1"] = a_plan("errored", **{"log-read-url": f"{ready.address}/log"})
    diagnostic = {"severity": "error", "summary": "No valid credentials", "detail": "", "address": "aws_vpc.main"}
    log = json.dumps({"@level": "error", "type": "diagnostic", "diagnostic": diagnostic})
    text = f"\x02Terraform v1.11.4\n{log}\n\x03" if structured else "\x02╷\n│ Error: No valid credentials\n╵\x03"
    ready.answers["GET /log"] = (200, text.encode())
    at = "aws_vpc.main: " if structured else ""
    made = make(environment())
    assert made.plan is None
    assert made.failure == f"the plan failed: {at}No valid credentials; see {ADDRESS}"


@pytest.mark.parametrize("status", ["canceled", "force_canceled", "discarded"])
def test_a_run_that_somebody_ends_is_told(ready: Service, environment: Write, status: str) -> None:
    ready.answers["GET runs/run-1"] = a_run(status)
    made = make(environment())
    assert (made.plan, made.failure) == (None, f"the run was {status.replace('_', ' ')}: {ADDRESS}")


class TestPolicies:
    ADVICE = ("tags", "failed", "advisory")

    def evaluate(self, ready: Service, *policies: tuple[str, str, str]) -> None:
        """Policies of OPA: name, status and enforcement level."""
        keys = ("policy_name", "status", "enforcement_level")
        outcomes = [dict(zip(keys, each, strict=True)) for each in policies]
        ready.answers |= {
            "GET runs/run-1/task-stages": a_list({"status": "failed"}, kind="ts"),
            "GET task-stages/ts-1/policy-evaluations": a_list({"status": "failed"}, kind="poleval"),
            "GET policy-evaluations/poleval-1/policy-set-outcomes": a_list({"outcomes": outcomes}),
        }

    def test_of_opa_are_named_when_they_stop_the_run_and_the_plan_is_shown(
        self, ready: Service, environment: Write
    ) -> None:
        ready.answers["GET runs/run-1"] = a_run("errored")
        self.evaluate(ready, ("no-fridays", "failed", "mandatory"), self.ADVICE, ("regions", "passed", "mandatory"))
        made = make(environment())
        assert made.plan == PLAN
        assert made.failure == f"the plan was made, and stopped by a policy or a run task: no-fridays; see {ADDRESS}"

    def test_that_only_advise_stop_nothing(self, ready: Service, environment: Write) -> None:
        self.evaluate(ready, self.ADVICE)
        assert make(environment()).failure == ""

    def test_of_sentinel_are_named(self, ready: Service, environment: Write) -> None:
        ready.answers["GET runs/run-1"] = a_run("policy_soft_failed")
        policies = [
            {"policy": {"name": "set/sizes", "enforcement-level": "soft-mandatory"}, "result": False},
            {"policy": {"name": "set/tags", "enforcement-level": "advisory"}, "result": False},
            {"policy": {"name": "set/regions", "enforcement-level": "hard-mandatory"}, "result": True},
        ]
        sentinel = {"data": {"set": {"policies": policies}}}
        check = {"status": "soft_failed", "scope": "organization", "result": {"sentinel": sentinel}}
        ready.answers["GET runs/run-1/policy-checks"] = a_list(check)
        made = make(environment())
        assert made.failure == f"the plan was made, and stopped by a policy or a run task: set/sizes; see {ADDRESS}"
        ready.answers["GET runs/run-1/policy-checks"] = a_list(check | {"result": None})
        folder = environment(name="test", workspaces={"name": "shop-dev"})
        assert "run task: a policy of the organization; see" in make(folder).failure

    def test_tasks_that_fail_before_the_plan_are_named(self, ready: Service, environment: Write) -> None:
        ready.answers["GET runs/run-1"] = a_run("errored")
        ready.answers["GET plans/plan-1"] = a_plan("unreachable")
        results = {"data": [{"id": "taskrs-1", "type": "task-results"}, {"id": "taskrs-2", "type": "task-results"}]}
        ready.answers["GET runs/run-1/task-stages"] = a_list(
            {"status": "failed"}, kind="ts", **{"task-results": results}
        )
        for number, (name, level) in enumerate((("scan", "mandatory"), ("costs", "advisory")), start=1):
            values = {"task-name": name, "status": "failed", "workspace-task-enforcement-level": level}
            ready.answers[f"GET task-results/taskrs-{number}"] = (200, {"data": {"attributes": values}})
        made = make(environment())
        assert (made.plan, made.failure) == (None, f"stopped before the plan by scan (run task); see {ADDRESS}")


class TestAnInterruption:
    def test_cancels_the_run(self, ready: Service, environment: Write, monkeypatch: pytest.MonkeyPatch) -> None:
        ready.answers["GET runs/run-1"] = a_run("planning")
        lines: list[str] = []

        def interrupted(_: float) -> None:
            if "planning" in lines:
                raise KeyboardInterrupt

        monkeypatch.setattr("tealform.terraform.hcp.run.time.sleep", interrupted)
        with pytest.raises(KeyboardInterrupt):
            speculative.plan(environment(), lines.append)
        assert len(ready.requests("POST", "runs/run-1/actions/cancel")) == 1
        assert lines[-1] == "the run was cancelled"

    def test_discards_a_run_that_has_not_begun(self, ready: Service) -> None:
        ready.answers["POST runs/run-1/actions/cancel"] = (409, None)
        ready.answers["POST runs/run-1/actions/discard"] = (202, None)
        run.cancel(api.connect("app.terraform.io"), "run-1")
        assert [each.path for each in ready.asked] == ["runs/run-1/actions/cancel", "runs/run-1/actions/discard"]


class TestThereIsNoRun:
    def values(self, folder: Path) -> str:
        with pytest.raises(TealformError) as caught:
            make(folder)
        assert TOKEN not in str(caught.value)
        return str(caught.value)

    def test_where_the_state_is_elsewhere(self, ready: Service, environment: Write) -> None:
        folder = environment()
        (folder / "cdk.tf.json").write_text(json.dumps({"terraform": {"backend": {"s3": {}}}}))
        assert self.values(folder) == (
            "environments/dev: its state is not in HCP Terraform, which makes speculative plans; run: tealform plan dev"
        )

    def test_where_the_workspace_runs_nothing(self, ready: Service, environment: Write) -> None:
        ready.answers["GET organizations/acme/workspaces/shop-dev"] = (200, workspace(execution_mode="local"))
        assert self.values(environment()) == (
            'environments/dev: workspace "shop-dev" only keeps the state and runs nothing (execution mode local); run: '
            "tealform plan dev"
        )

    def test_in_a_workspace_that_is_missing(self, ready: Service, environment: Write) -> None:
        del ready.answers["GET organizations/acme/workspaces/shop-dev"]
        assert 'has no workspace "shop-dev"' in self.values(environment())
        assert not ready.requests("POST", "runs")

    def test_with_a_token_that_only_terraform_can_ask_for(
        self, ready: Service, environment: Write, tmp_path: Path
    ) -> None:
        (tmp_path / "cli.tfrc").write_text('credentials_helper "vault" {}\n')
        assert self.values(environment()) == (
            'the token for app.terraform.io is known to the credentials helper "vault", which only Terraform asks; set the '
            "environment variable TF_TOKEN_app_terraform_io"
        )

    def test_of_what_is_not_taken(self, ready: Service, environment: Write) -> None:
        refused = {"id": "cv-1", "attributes": {"status": "errored", "error-message": "no valid archive"}}
        ready.answers["GET configuration-versions/cv-1"] = (200, {"data": refused})
        assert self.values(environment()) == "app.terraform.io does not take what was uploaded: no valid archive"
