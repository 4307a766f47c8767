"""Runs of an emulated HCP Terraform, as a client of its API sees them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import httpx
import pytest

from tealform_harness.hcp_emulator.models import EmulatedWorkspace
from tealform_harness.hcp_emulator.server import EmulatedHcp
from tests.unit.hcp_emulator.conftest import Client

SLOWLY = {"provisioner": [{"local-exec": {"command": "sleep 30"}}]}


def greeting(word: str = "hello", others: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Terraform that needs no provider: ``word`` as input and output, and ``others`` of its type beside it."""
    first = {"greeting": {"input": word}}
    outputs = {"greeting": {"value": "${terraform_data.greeting.output}"}}
    return {"resource": {"terraform_data": {**first, **(others or {})}}, "output": outputs}


def _names(workspace: EmulatedWorkspace) -> list[str]:
    return [each["name"] for each in json.loads(workspace.states[-1])["resources"]] if workspace.states else []


def test_run_is_planned_confirmed_and_applied(client: Client, workspace: EmulatedWorkspace) -> None:
    run = client.start(workspace, greeting())
    planned = client.wait(run, "planned")
    assert (planned["has-changes"], planned["actions"]["is-confirmable"]) == (True, True)
    assert "terraform_data.greeting will be created" in client.log("plan", run)
    assert client.get(f"/workspaces/{workspace.id}")["attributes"]["locked"] is True
    assert workspace.states == []

    assert client.act(run, "apply") == 202
    client.wait(run, "applied")
    log = client.log("apply", run)
    # Terraform leaves out three lines.
    assert log.splitlines()[3] == "terraform_data.greeting: Creating..."
    assert log.startswith("\x02")
    assert log.endswith("\x03")
    state = client.get(f"/workspaces/{workspace.id}/current-state-version")["attributes"]
    assert httpx.get(state["hosted-state-download-url"], trust_env=False).json()["serial"] == state["serial"]
    (output,) = client.get(f"/workspaces/{workspace.id}/current-state-version-outputs")
    assert (output["attributes"]["name"], output["attributes"]["value"]) == ("greeting", "hello")

    assert client.wait(client.start(workspace, greeting()), "planned", "planned_and_finished")["has-changes"] is False
    gone = client.start(workspace, greeting(), is_destroy=True, auto_apply=True)
    client.wait(gone, "applied")
    assert _names(workspace) == []


def test_plan_in_json_whole_and_redacted(client: Client, workspace: EmulatedWorkspace) -> None:
    secret = {"secret": {"input": '${sensitive("hush")}'}}
    run = client.start(workspace, greeting(others=secret), save_plan=True)
    client.wait(run, "planned_and_saved")
    whole = client.call("GET", f"/plans/plan-{run}/json-output").json()
    redacted = client.call("GET", f"/plans/plan-{run}/json-output-redacted")
    changes = {each["name"]: each["change"]["after"]["input"] for each in redacted.json()["resource_changes"]}
    assert changes == {"greeting": "hello", "secret": None}
    assert "hush" not in redacted.text
    assert {each["name"] for each in whole["resource_changes"]} == set(changes)
    assert "prior_state" not in redacted.json()
    # Whoever does not administer the workspace reads the redacted one alone.
    workspace.denied = ("json-output",)
    assert client.call("GET", f"/plans/plan-{run}/json-output").status_code == 404
    assert client.call("GET", f"/plans/plan-{run}/json-output-redacted").status_code == 200


def test_runs_take_turns_and_what_only_plans_takes_none(client: Client, workspace: EmulatedWorkspace) -> None:
    first = client.start(workspace, greeting())
    client.wait(first, "planned")
    second = client.start(workspace, greeting("other"))
    assert client.wait(client.start(workspace, greeting(), plan_only=True), "planned_and_finished")
    assert client.wait(client.start(workspace, greeting(), save_plan=True), "planned_and_saved")
    waiting = client.run(second)
    assert (waiting["status"], waiting["position-in-queue"]) == ("pending", 1)
    client.act(first, "discard")
    client.wait(second, "planned")
    assert client.run(first)["status"] == "discarded"


def test_saved_plan_is_discarded_when_another_is_applied(client: Client, workspace: EmulatedWorkspace) -> None:
    stale, fresh = (client.start(workspace, greeting(word), save_plan=True) for word in ("one", "two"))
    for each in (stale, fresh):
        client.wait(each, "planned_and_saved")
    assert client.act(fresh, "apply") == 202
    client.wait(fresh, "applied")
    assert client.run(stale)["status"] == "discarded"
    assert client.act(stale, "apply") == 409


def test_locked_workspace_says_by_whom_and_keeps_runs_waiting(
    client: Client, anna: Client, workspace: EmulatedWorkspace
) -> None:
    path = f"/workspaces/{workspace.id}/actions"
    assert anna.post(f"{path}/lock").status_code == 200
    assert client.post(f"{path}/lock").status_code == 409
    refused = client.post(f"{path}/unlock")
    assert refused.status_code == 409
    assert "locked by User anna" in refused.text
    (holder,) = client.call("GET", f"/workspaces/{workspace.id}?include=locked_by").json()["included"]
    assert holder["attributes"]["username"] == "anna"

    run = client.start(workspace, greeting(), auto_apply=True)
    client.wait(client.start(workspace, greeting(), plan_only=True), "planned_and_finished")
    assert client.run(run)["status"] == "pending"
    assert client.post(f"{path}/force-unlock").status_code == 200
    client.wait(run, "applied")
    assert client.post(f"{path}/unlock").status_code == 409


def test_canceled_apply_keeps_what_was_done(client: Client, workspace: EmulatedWorkspace) -> None:
    slow = {"slow": {"depends_on": ["terraform_data.greeting"], **SLOWLY}}
    run = client.start(workspace, greeting(others=slow), auto_apply=True)
    client.wait(run, "applying")
    client.wait_for_log("apply", run, "Executing")
    assert client.act(run, "cancel") == 202
    client.wait(run, "canceled")
    assert "greeting" in _names(workspace)
    assert "Stopping operation" in client.log("apply", run)
    assert client.get(f"/workspaces/{workspace.id}")["attributes"]["locked"] is False


@pytest.mark.parametrize("speculative", [True, False])
def test_hard_policy_stops_every_run(client: Client, workspace: EmulatedWorkspace, speculative: bool) -> None:
    workspace.failing_policy = "hard-mandatory"
    run = client.start(workspace, greeting(), plan_only=speculative, save_plan=not speculative)
    client.wait(run, "errored")
    (check,) = client.get(f"/runs/{run}/policy-checks")
    assert check["attributes"]["status"] == "hard_failed"
    assert "hard-mandatory" in client.call("GET", f"/policy-checks/{check['id']}/output").text
    assert client.post(f"/policy-checks/{check['id']}/actions/override").status_code == 409


def test_soft_policy_waits_for_somebody_who_overrides_it(client: Client, workspace: EmulatedWorkspace) -> None:
    workspace.failing_policy = "soft-mandatory"
    client.wait(client.start(workspace, greeting(), plan_only=True), "policy_soft_failed")
    run = client.start(workspace, greeting(), save_plan=True)
    client.wait(run, "policy_override")
    assert client.act(run, "apply") == 409
    assert client.post(f"/policy-checks/polchk-{run}/actions/override").status_code == 200
    client.wait(run, "planned_and_saved")
    assert client.get(f"/policy-checks/polchk-{run}")["attributes"]["status"] == "overridden"
    assert client.act(run, "apply") == 202
    client.wait(run, "applied")


def test_what_is_wrong_with_a_configuration_is_in_the_log(client: Client, workspace: EmulatedWorkspace) -> None:
    broken = client.start(workspace, greeting("${nothing.here}"))
    client.wait(broken, "errored")
    assert "Reference to undeclared resource" in client.log("plan", broken)
    # So is a working directory that was not uploaded.
    workspace.working_directory = "environments/dev"
    elsewhere = client.start(workspace, greeting())
    client.wait(elsewhere, "errored")
    assert "environments/dev" in client.log("plan", elsewhere)
    client.wait(client.start(workspace, greeting(), folder="environments/dev/"), "planned")


def test_variables_and_options_of_a_run(client: Client, workspace: EmulatedWorkspace) -> None:
    document = greeting("${var.word}", {"other": {"input": "other"}}) | {"variable": {"word": {"type": "string"}}}
    variables, targets = [{"key": "word", "value": '"hi"'}], ["terraform_data.greeting"]
    run = client.start(workspace, document, plan_only=True, variables=variables, target_addrs=targets)
    client.wait(run, "planned_and_finished")
    assert '"hi"' in client.log("plan", run)
    assert "terraform_data.other" not in client.log("plan", run)


def test_what_a_token_may_not_do_is_not_there(hcp: EmulatedHcp, client: Client, workspace: EmulatedWorkspace) -> None:
    assert Client(hcp, "").call("GET", f"/workspaces/{workspace.id}").status_code == 401
    assert Client(hcp, "wrong").call("GET", "/organizations/acme/entitlement-set").status_code == 401
    assert client.call("GET", "/organizations/nobody/entitlement-set").status_code == 404
    assert client.call("GET", "/organizations/acme/workspaces/missing").status_code == 404
    hcp.organization.may_create = False
    assert client.post("/organizations/acme/workspaces", {"name": "new"}).status_code == 404
    assert client.post("/organizations/acme/projects", {"name": "new"}).status_code == 404
    hcp.organization.may_create = True
    project = client.post("/organizations/acme/projects", {"name": "shop"}).json()["data"]
    made = client.post("/organizations/acme/workspaces", {"name": "new"}, project=project).json()["data"]
    assert client.get(f"/projects/{made['relationships']['project']['data']['id']}")["attributes"]["name"] == "shop"
    assert client.post("/organizations/acme/workspaces", {"name": "new"}).status_code == 422

    run = client.start(workspace, greeting(), save_plan=True)
    client.wait(run, "planned_and_saved")
    workspace.denied = ("can-queue-apply",)
    assert client.act(run, "apply") == 404


def test_lists_come_in_pages(hcp: EmulatedHcp, client: Client) -> None:
    for number in range(3):
        hcp.organization.add_workspace(f"paged-{number}")
    found = [
        client.call(
            "GET", f"/organizations/acme/workspaces?search[name]=paged-&page[size]=2&page[number]={page}"
        ).json()
        for page in (1, 2)
    ]
    assert [len(each["data"]) for each in found] == [2, 1]
    assert [each["meta"]["pagination"]["next-page"] for each in found] == [2, None]
