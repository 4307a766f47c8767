"""A plan made by HCP Terraform that nobody can apply: what a pull request would do.

https://developer.hashicorp.com/terraform/cloud-docs/run/remote-operations#speculative-plans
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from tealform.errors import TealformError
from tealform.terraform import diagnostics, subprocesses
from tealform.terraform.hcp import api as api_
from tealform.terraform.hcp import archive, cloud_block, policies, preflight, run
from tealform.terraform.hcp.api import ApiClient, Document, NotFoundError, attributes
from tealform.terraform.hcp.cloud_block import CloudBlock


@dataclass(frozen=True)
class SpeculativePlan:
    """What a run has planned.

    ``plan`` is as ``terraform show -json`` tells it, or ``None`` if the run did not get that far. It is ``redacted`` where
    the token may not read all of it: then it has the changes and nothing else. ``failure`` is empty if all went well, and
    says otherwise what stopped the run.
    """

    plan: Document | None
    address: str
    redacted: bool
    failure: str


def plan(folder: Path, hear: Callable[[str], None]) -> SpeculativePlan:
    """Plans the root module in ``folder`` in its workspace; ``hear`` gets what it waits for, a line each.

    Whoever interrupts this cancels the run. Raises ``TealformError`` if there can be no run.
    """
    block = cloud_block.read(folder)
    if block is None:
        raise TealformError(
            f"{folder.parent.name}/{folder.name}: its state is not in HCP Terraform, which makes speculative plans; use: "
            f"make plan ENV={folder.name}"
        )
    api = _connect(block)
    workspace = preflight.workspace(api, block)
    if not workspace.is_remote:
        raise TealformError(
            f'{block.shown}: workspace "{block.workspace}" only keeps the state and runs nothing (execution mode local); use: '
            f"make plan ENV={block.name}"
        )
    configuration = run.upload(api, workspace, archive.pack(folder, workspace.directory))
    started = run.start(api, workspace, configuration, _message(folder))
    address = run.address(block, str(started["id"]))
    hear(address)
    ended = run.wait(api, str(started["id"]), hear)
    return _speculation(api, ended, address)


def _connect(block: CloudBlock) -> ApiClient:
    try:
        return api_.connect(block.host)
    except api_.HelperError as error:
        raise TealformError(
            f"{error}, which only Terraform asks; set the environment variable {api_.token_variable(block.host)}"
        ) from error


def _speculation(api: ApiClient, ended: Document, address: str) -> SpeculativePlan:
    status = attributes(ended)["status"]
    if status in run.CANCELED:
        return SpeculativePlan(
            None, address, redacted=False, failure=f"the run was {status.replace('_', ' ')}: {address}"
        )
    stopping = policies.failed(api, str(ended["id"]))
    plan = _plan(api, ended)
    if plan is None:
        return SpeculativePlan(None, address, redacted=False, failure=_error(api, ended, stopping, address))
    failure = ""
    if stopping or status != run.FINISHED:
        named = f": {', '.join(stopping)}" if stopping else ""
        failure = f"the plan was made, and stopped by a policy or a run task{named}; see {address}"
    planned, redacted = plan
    return SpeculativePlan(planned, address, redacted, failure)


def _plan(api: ApiClient, ended: Document) -> tuple[Document, bool] | None:
    """The plan, and whether it is redacted; ``None`` if it was not made.

    To read it whole the token must be an administrator's of the workspace, which no pull request should have:
    https://developer.hashicorp.com/terraform/cloud-docs/api-docs/plans#retrieve-the-json-execution-plan
    """
    name = run.plan_of(ended)
    if attributes(api.get(f"plans/{name}")["data"]).get("status") != "finished":
        return None
    for kind in ("json-output", "json-output-redacted"):
        with suppress(NotFoundError):
            if found := api.get(f"plans/{name}/{kind}"):
                return found, kind != "json-output"
    raise TealformError(f"{api.host} does not show what was planned; may the token read runs?")


def _error(api: ApiClient, ended: Document, stopping: list[str], address: str) -> str:
    if stopping:
        return f"stopped before the plan by {', '.join(stopping)}; see {address}"
    said = "; ".join(_complaints(api, ended)) or "it failed and said nothing"
    return f"the plan failed: {said}; see {address}"


def _complaints(api: ApiClient, ended: Document) -> Iterator[str]:
    log = attributes(api.get(f"plans/{run.plan_of(ended)}")["data"]).get("log-read-url")
    if isinstance(log, str):
        # It begins and ends with control characters.
        text = api.text(log).strip("\x02\x03")
        for each in diagnostics.parse(text, "", failed=True):
            if each.severity == "error":
                yield f"{each.address}: {each.message}" if each.address else each.message


def _message(folder: Path) -> str:
    """What the run is called: the commit that is checked out, if git knows one."""
    with suppress(OSError):
        asked = ["git", "-C", str(folder), "log", "-1", "--format=%h %s"]
        commit = subprocesses.run(asked, os.environ, seconds=10).stdout.strip()
        if commit:
            return f"Speculative plan of {commit}"
    return "Speculative plan"
