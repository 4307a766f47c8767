"""A run of HCP Terraform that only plans: made, waited for, broken off.

https://developer.hashicorp.com/terraform/cloud-docs/api-docs/run
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from tealform.errors import TealformError
from tealform.terraform.hcp.api import ApiClient, Document, attributes, related
from tealform.terraform.hcp.cloud_block import CloudBlock
from tealform.terraform.hcp.workspace import Workspace

FINISHED = "planned_and_finished"
STOPPED_BY_POLICY = ("policy_override", "policy_soft_failed", "post_plan_awaiting_decision")
CANCELED = ("canceled", "force_canceled", "discarded")
ERRORED = "errored"
_FINAL = (FINISHED, *STOPPED_BY_POLICY, *CANCELED, ERRORED)
_WAITING = ("pending", "fetching", "queuing", "plan_queued")

# Terraform's own pace.
_PAUSE_SECONDS = 2.0
_UPLOAD_SECONDS = 120


def upload(api: ApiClient, workspace: Workspace, packed: bytes) -> str:
    """Uploads what is to be planned; returns the id of the configuration version, which can never be applied."""
    wanted = {"auto-queue-runs": False, "speculative": True}
    document = {"data": {"type": "configuration-versions", "attributes": wanted}}
    made = api.post(f"workspaces/{workspace.id}/configuration-versions", document)["data"]
    api.upload(str(attributes(made)["upload-url"]), packed)
    until = time.monotonic() + _UPLOAD_SECONDS
    while (said := attributes(api.get(f"configuration-versions/{made['id']}")["data"])).get("status") != "uploaded":
        if said.get("status") == "errored" or time.monotonic() > until:
            reason = said.get("error-message") or f"it is still {said.get('status')}"
            raise TealformError(f"{api.host} does not take what was uploaded: {reason}")
        time.sleep(_PAUSE_SECONDS / 4)
    return str(made["id"])


def start(api: ApiClient, workspace: Workspace, configuration: str, message: str) -> Document:
    """Starts a run that plans, and returns it."""
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
    made: Document = api.post("runs", document)["data"]
    return made


def wait(api: ApiClient, run: str, hear: Callable[[str], None]) -> Document:
    """The run with the id ``run`` at its end; ``hear`` gets what it waits for, each once.

    Whoever interrupts this cancels the run.
    """
    told = ""
    try:
        while True:
            now: Document = api.get(f"runs/{run}")["data"]
            if attributes(now).get("status") in _FINAL:
                return now
            if (doing := _doing(attributes(now))) != told:
                hear(doing)
                told = doing
            time.sleep(_PAUSE_SECONDS)
    except (KeyboardInterrupt, SystemExit):
        cancel(api, run)
        hear("the run was cancelled")
        raise


def cancel(api: ApiClient, run: str) -> None:
    """Ends a run that nobody waits for any more: one that has begun is cancelled, one that has not is discarded."""
    for way in ("cancel", "discard"):
        with suppress(TealformError):
            api.post(f"runs/{run}/actions/{way}", {"comment": "nobody waits for it any more"})
            return


def address(block: CloudBlock, run: str) -> str:
    """Where a person looks at the run."""
    return f"https://{block.host}/app/{block.organization}/workspaces/{block.workspace}/runs/{run}"


def plan_of(run: Document) -> str:
    """The id of a run's plan."""
    return str(related(run, "plan").get("id", ""))


def _doing(said: dict[str, Any]) -> str:
    status = str(said.get("status"))
    before = said.get("position-in-queue")
    if status in _WAITING and isinstance(before, int) and before > 0:
        return f"waiting: {before} before it in the queue"
    return "waiting for its turn" if status in _WAITING else status.replace("_", " ")
