"""A run of HCP Terraform that only plans: start it, wait for it, cancel it, and see which policies stopped it.

https://developer.hashicorp.com/terraform/cloud-docs/api-docs/run
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from tealform.console import Echo
from tealform.errors import TealformError
from tealform.terraform.hcp.api import ApiClient, Document, NotFoundError, attributes, related
from tealform.terraform.hcp.cloud_block import CloudBlock
from tealform.terraform.hcp.workspace import Workspace

FINISHED = "planned_and_finished"
CANCELED = ("canceled", "force_canceled", "discarded")
_FINAL = (FINISHED, "policy_override", "policy_soft_failed", "post_plan_awaiting_decision", *CANCELED, "errored")
_WAITING = ("pending", "fetching", "queuing", "plan_queued")
_FAILED = ("failed", "errored")

# Terraform's own pace.
_PAUSE_SECONDS = 2.0
_UPLOAD_SECONDS = 120


def upload(api: ApiClient, workspace: Workspace, archive: bytes) -> str:
    """Upload a configuration; return the id of the configuration version, which can never be applied."""
    wanted = {"auto-queue-runs": False, "speculative": True}
    document = {"data": {"type": "configuration-versions", "attributes": wanted}}
    made = api.post(f"workspaces/{workspace.id}/configuration-versions", document)["data"]
    api.upload(str(attributes(made)["upload-url"]), archive)
    until = time.monotonic() + _UPLOAD_SECONDS
    while (values := attributes(api.get(f"configuration-versions/{made['id']}")["data"])).get("status") != "uploaded":
        if values.get("status") == "errored" or time.monotonic() > until:
            reason = values.get("error-message") or f"it is still {values.get('status')}"
            raise TealformError(f"{api.host} does not take what was uploaded: {reason}")
        time.sleep(_PAUSE_SECONDS / 4)
    return str(made["id"])


def start(api: ApiClient, workspace: Workspace, configuration: str, message: str) -> str:
    """Start a run that plans a configuration version; return the id of the run."""
    document = {
        "data": {
            "type": "runs",
            "attributes": {"plan-only": True, "message": message},
            "relationships": {
                "workspace": {"data": {"type": "workspaces", "id": workspace.id}},
                "configuration-version": {"data": {"type": "configuration-versions", "id": configuration}},
            },
        }
    }
    return str(api.post("runs", document)["data"]["id"])


def wait(api: ApiClient, run: str, on_line: Echo) -> Document:
    """Wait for the end of the run with the id ``run`` and return it. An interruption cancels the run.

    ``on_line`` gets what it waits for, whenever that changes.
    """
    last = ""
    try:
        while True:
            now: Document = api.get(f"runs/{run}")["data"]
            if attributes(now).get("status") in _FINAL:
                return now
            if (progress := _describe_progress(attributes(now))) != last:
                on_line(progress)
                last = progress
            time.sleep(_PAUSE_SECONDS)
    except (KeyboardInterrupt, SystemExit):
        cancel(api, run)
        on_line("the run was cancelled")
        raise


def cancel(api: ApiClient, run: str) -> None:
    """Cancel a run that has begun; discard one that has not."""
    for action in ("cancel", "discard"):
        with suppress(TealformError):
            api.post(f"runs/{run}/actions/{action}", {"comment": "nobody waits for it any more"})
            return


def address(block: CloudBlock, run: str) -> str:
    """Return the address of the run's page."""
    return f"https://{block.host}/app/{block.organization}/workspaces/{block.workspace}/runs/{run}"


def plan_id(run: Document) -> str:
    """Return the id of a run's plan."""
    return str(related(run, "plan").get("id", ""))


def list_failed_policies(api: ApiClient, run: str) -> list[str]:
    """Return the names of the mandatory policies and tasks that failed for the run with the id ``run``, each once.

    Empty if there are none, or the token may not see them.
    """
    return list(dict.fromkeys((*_failed_stages(api, run), *_failed_checks(api, run))))


def _describe_progress(values: dict[str, Any]) -> str:
    status = str(values.get("status"))
    before = values.get("position-in-queue")
    if status in _WAITING and isinstance(before, int) and before > 0:
        return f"waiting: {before} before it in the queue"
    return "waiting for its turn" if status in _WAITING else status.replace("_", " ")


def _failed_stages(api: ApiClient, run: str) -> Iterator[str]:
    """Yield failed policies of OPA, of Sentinel in agents, and failed run tasks.

    https://developer.hashicorp.com/terraform/cloud-docs/api-docs/policy-evaluations
    https://developer.hashicorp.com/terraform/cloud-docs/api-docs/run-tasks/run-task-stages-and-results
    """
    for stage in _list(api, f"runs/{run}/task-stages"):
        if attributes(stage).get("status") in ("passed", "pending", "running", "unreachable"):
            continue
        for each in ((stage.get("relationships") or {}).get("task-results") or {}).get("data") or ():
            with suppress(NotFoundError):
                values = attributes(api.get(f"task-results/{each['id']}")["data"])
                level = values.get("workspace-task-enforcement-level")
                if values.get("status") in _FAILED and level != "advisory":
                    yield f"{values.get('task-name')} (run task)"
        for evaluation in _list(api, f"task-stages/{stage['id']}/policy-evaluations"):
            for policy_set in _list(api, f"policy-evaluations/{evaluation['id']}/policy-set-outcomes"):
                values = attributes(policy_set)
                for outcome in values.get("outcomes") or ():
                    if outcome.get("status") in _FAILED and outcome.get("enforcement_level") != "advisory":
                        yield str(outcome.get("policy_name"))
                if values.get("error"):
                    yield f"{values.get('policy-set-name')} (error: {values['error']})"


def _failed_checks(api: ApiClient, run: str) -> Iterator[str]:
    """Yield failed policies of Sentinel outside agents.

    https://developer.hashicorp.com/terraform/cloud-docs/api-docs/policy-checks
    """
    for check in _list(api, f"runs/{run}/policy-checks"):
        values = attributes(check)
        if values.get("status") in ("hard_failed", "soft_failed", "errored"):
            named = list(_sentinel_failures((values.get("result") or {}).get("sentinel")))
            yield from named or [f"a policy of the {values.get('scope', 'organization')}"]


def _sentinel_failures(value: Any) -> Iterator[str]:
    """Yield failed policies, wherever they are in Sentinel's result, whose structure is not documented."""
    if isinstance(value, list):
        for each in value:
            yield from _sentinel_failures(each)
    elif isinstance(value, dict):
        policy = value.get("policy")
        if isinstance(policy, dict | str) and value.get("result") is False:
            level = policy.get("enforcement-level") if isinstance(policy, dict) else value.get("enforcement-level")
            if level != "advisory":
                yield str(policy.get("name") if isinstance(policy, dict) else policy)
            return
        for each in value.values():
            yield from _sentinel_failures(each)


def _list(api: ApiClient, path: str) -> list[Document]:
    """Return the first hundred of a list of the API; none if it does not exist."""
    try:
        return [each for each in api.get(path, **{"page[size]": "100"}).get("data") or () if isinstance(each, dict)]
    except NotFoundError:
        return []
