"""A plan that HCP Terraform makes and nobody can apply: what a pull request would do.

https://developer.hashicorp.com/terraform/cloud-docs/run/remote-operations#speculative-plans
"""

from __future__ import annotations

import fnmatch
import io
import os
import tarfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from tealform.console import Echo
from tealform.errors import TealformError
from tealform.terraform import diagnostics, subprocesses, terraform_cli
from tealform.terraform.hcp import api as api_
from tealform.terraform.hcp import cloud_block, run, workspace
from tealform.terraform.hcp.api import ApiClient, Document, HelperError, NotFoundError, attributes

# HCP Terraform has the state, a plan is not configuration, and Terraform downloads its providers there again.
_LEFT_OUT = (".git", ".terraform", "*.tfstate", "*.tfstate.*", "*.tfplan", "crash.log")


@dataclass(frozen=True)
class SpeculativePlan:
    """The result of a run.

    ``plan`` is the document of ``terraform show -json``, or ``None`` if the run made no plan. If the token may not read
    all of it, it ``is_redacted`` and has only the changes. ``failure`` says what stopped the run, and is empty if nothing
    did.
    """

    plan: Document | None
    address: str
    is_redacted: bool = False
    failure: str = ""


def plan(folder: Path, on_line: Echo) -> SpeculativePlan:
    """Plan the root module in ``folder`` in its workspace. ``on_line`` gets what it waits for.

    An interruption cancels the run. Raises ``TealformError`` if a run is not possible.
    """
    block = cloud_block.read(folder)
    if block is None:
        raise TealformError(
            f"{folder.parent.name}/{folder.name}: its state is not in HCP Terraform, which makes speculative plans; run: "
            f"tealform plan {folder.name}"
        )
    try:
        api = api_.connect(block.host)
    except HelperError as error:
        raise TealformError(
            f"{error}, which only Terraform asks; set the environment variable {api_.token_variable(block.host)}"
        ) from error
    found = workspace.find(api, block)
    if not found.is_remote:
        raise TealformError(
            f"{block.label}: {found.label} only keeps the state and runs nothing (execution mode local); run: "
            f"tealform plan {block.name}"
        )
    configuration = run.upload(api, found, _pack(folder, found.directory))
    started = run.start(api, found, configuration, _message(folder))
    address = run.address(block, started)
    on_line(address)
    return _read_result(api, run.wait(api, started, on_line), address)


def _pack(folder: Path, directory: PurePosixPath) -> bytes:
    """Return ``folder`` as a tar.gz archive with the files in ``directory``, without state, plans and downloads.

    Links are followed, because their targets are not in the archive.
    https://developer.hashicorp.com/terraform/cloud-docs/api-docs/configuration-versions#upload-configuration-files
    """
    data = terraform_cli.data_folder(folder).name

    def select(entry: tarfile.TarInfo) -> tarfile.TarInfo | None:
        name = PurePosixPath(entry.name).name
        if name == data or any(fnmatch.fnmatch(name, pattern) for pattern in _LEFT_OUT):
            return None
        # The archive does not say whose files these are.
        entry.uid = entry.gid = 0
        entry.uname = entry.gname = ""
        return entry

    written = io.BytesIO()
    with tarfile.open(fileobj=written, mode="w:gz", dereference=True) as archive:
        for entry in sorted(folder.iterdir()):
            archive.add(entry, str(directory / entry.name), filter=select)
    return written.getvalue()


def _message(folder: Path) -> str:
    """The run's message: the commit that is checked out, if git knows one."""
    with suppress(OSError):
        command = ["git", "-C", str(folder), "log", "-1", "--format=%h %s"]
        commit = subprocesses.run(command, os.environ, seconds=10).stdout.strip()
        if commit:
            return f"Speculative plan of {commit}"
    return "Speculative plan"


def _read_result(api: ApiClient, ended: Document, address: str) -> SpeculativePlan:
    status = attributes(ended)["status"]
    if status in run.CANCELED:
        return SpeculativePlan(None, address, failure=f"the run was {status.replace('_', ' ')}: {address}")
    policies = ", ".join(run.list_failed_policies(api, str(ended["id"])))
    name = run.plan_id(ended)
    made = attributes(api.get(f"plans/{name}")["data"])
    if made.get("status") == "finished":
        document, is_redacted = _read_plan(api, name)
        failure = ""
        if policies or status != run.FINISHED:
            named = f": {policies}" if policies else ""
            failure = f"the plan was made, and stopped by a policy or a run task{named}; see {address}"
        return SpeculativePlan(document, address, is_redacted, failure)
    if policies:
        return SpeculativePlan(None, address, failure=f"stopped before the plan by {policies}; see {address}")
    errors = "; ".join(_read_errors(api, made.get("log-read-url"))) or "it failed and said nothing"
    return SpeculativePlan(None, address, failure=f"the plan failed: {errors}; see {address}")


def _read_plan(api: ApiClient, name: str) -> tuple[Document, bool]:
    """Return the plan, and whether it is redacted.

    Only a token of an administrator of the workspace may read the whole plan, and no pull request should have one:
    https://developer.hashicorp.com/terraform/cloud-docs/api-docs/plans#retrieve-the-json-execution-plan
    """
    for kind in ("json-output", "json-output-redacted"):
        with suppress(NotFoundError):
            if found := api.get(f"plans/{name}/{kind}"):
                return found, kind != "json-output"
    raise TealformError(f"{api.host} does not show what was planned; may the token read runs?")


def _read_errors(api: ApiClient, log: object) -> Iterator[str]:
    if isinstance(log, str):
        # It begins and ends with control characters.
        for each in diagnostics.parse(api.text(log).strip("\x02\x03"), "", failed=True):
            if each.severity == "error":
                yield f"{each.address}: {each.message}" if each.address else each.message
