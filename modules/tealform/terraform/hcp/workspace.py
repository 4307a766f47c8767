"""A workspace of HCP Terraform, and what keeps Terraform from working in it.

https://developer.hashicorp.com/terraform/cloud-docs/api-docs/workspaces
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

from tealform.errors import TealformError
from tealform.terraform.hcp.api import ApiClient, Document, NotFoundError, attributes, related, token_instructions
from tealform.terraform.hcp.cloud_block import CloudBlock

_PAGE = "docs/hcp-terraform.md"


@dataclass(frozen=True, kw_only=True)
class Workspace:
    """One workspace. A value that is not set, not requested or not visible to the token is empty.

    ``lock`` names the holder of the lock, like ``ada (moving things by hand)``. ``repository`` is that of its VCS
    connection. ``is_remote`` is whether runs take place in HCP Terraform (or an agent); otherwise they take place here,
    with the state there.
    """

    id: str
    name: str
    project: str
    lock: str
    repository: str
    branch: str
    directory: PurePosixPath
    terraform_version: str
    is_remote: bool
    may_plan: bool

    @property
    def label(self) -> str:
        """The workspace as messages name it."""
        return f'workspace "{self.name}"'


def find(api: ApiClient, block: CloudBlock) -> Workspace:
    """Return the workspace that ``block`` names. Raises ``TealformError`` if it does not exist or cannot plan the folder."""
    found = _read_existing(api, block)
    if block.project and found.project and found.project != block.project:
        where, is_set = block.locate("project")
        by = "" if is_set else " (TF_CLOUD_PROJECT)"
        raise TealformError(
            f'{where}: {found.label} is in project "{found.project}", not in "{block.project}"{by}; mend the name, or '
            f"move the workspace in its settings"
        )
    if not found.may_plan:
        raise TealformError(f"{block.label}: the token for {block.host} may not plan in {found.label}; give it «Plan»")
    if found.is_remote:
        _check_directory(block, found)
        _check_version(block, found)
    return found


def check_operation(block: CloudBlock, found: Workspace, applies: bool) -> None:
    """Raise ``TealformError`` if the VCS connection or a lock of the workspace prevents a plan, or an apply.

    An apply in HCP Terraform waits for the lock, and a plan can wait for it; a plan made here needs the lock.
    https://developer.hashicorp.com/terraform/cloud-docs/run/cli#remote-applies
    https://developer.hashicorp.com/terraform/cloud-docs/workspaces/settings#locking
    """
    if found.repository and found.is_remote:
        branch = f"branch {found.branch}" if found.branch else "its default branch"
        raise TealformError(
            f"{block.label}: {found.label} is connected to {found.repository}, so that no plan can be kept here and "
            f"applied: what is merged to {branch} is applied there. To see what a change would do, run: "
            f"tealform plan --speculative {block.name}"
        )
    if not found.lock:
        return
    locked = f"{block.label}: {found.label} is locked by {found.lock}"
    if applies or not found.is_remote:
        raise TealformError(
            f"{locked}; wait until that has ended, or have it unlocked in HCP Terraform. Nothing was done"
        )
    print(f"{locked}: it is not applied before it is unlocked, and the plan may wait for that", file=sys.stderr)


def _read_existing(api: ApiClient, block: CloudBlock) -> Workspace:
    try:
        return _read(api, block)
    except NotFoundError:
        pass
    try:
        # Terraform's first request too.
        api.get(f"organizations/{block.organization}/entitlement-set")
    except NotFoundError as error:
        where, is_set = block.locate("organization")
        by = "" if is_set else " (TF_CLOUD_ORGANIZATION)"
        raise TealformError(
            f'{where}: {block.host} does not know organization "{block.organization}"{by}, or the token may not see it; '
            f"mend the name, or use a token that may: {token_instructions(block.host)}"
        ) from error
    where, is_set = block.locate("workspace")
    default = "" if is_set else ", which is its name as environment.hcl says none"
    raise TealformError(
        f'{where}: organization "{block.organization}" at {block.host} has no workspace "{block.workspace}"{default}, or the '
        f"token may not see it; mend the name, or create the workspace there as {_PAGE} says, or let Terraform create it: "
        f"tealform terraform {block.name} init"
    )


def _check_directory(block: CloudBlock, found: Workspace) -> None:
    """Terraform removes the working directory from the end of the folder, and uploads the rest.

    A folder that does not end so is uploaded as it is, and the run does not find the directory in it:
    https://github.com/hashicorp/terraform/blob/main/internal/cloud/backend_plan.go
    """
    wanted = found.directory.parts
    if wanted and block.folder.resolve().parts[-len(wanted) :] != wanted:
        raise TealformError(
            f"{block.label}: {found.label} runs in the working directory {found.directory}, which this folder is not; "
            f"set the workspace's working directory to {block.label}, or leave it empty"
        )


def _check_version(block: CloudBlock, found: Workspace) -> None:
    try:
        # A workspace can have a constraint or "latest" instead of a version; then HCP Terraform chooses.
        version, required = Version(found.terraform_version), SpecifierSet(block.required_version.replace("~>", "~="))
    except (InvalidVersion, InvalidSpecifier):
        return
    if not required.contains(version, prereleases=True):
        raise TealformError(
            f"{block.label}: {found.label} runs Terraform {found.terraform_version}, and {block.required_version} is "
            f"needed; set the workspace's Terraform version"
        )


def _read(api: ApiClient, block: CloudBlock) -> Workspace:
    """Read the workspace. Raises ``NotFoundError`` if it does not exist, or the token may not see it."""
    path = f"organizations/{block.organization}/workspaces/{block.workspace}"
    answer = api.get(path, include="locked_by")
    resource: Document = answer["data"]
    values = attributes(resource)
    connection = values.get("vcs-repo") or {}
    return Workspace(
        id=str(resource["id"]),
        name=block.workspace,
        project=_read_project(api, resource) if block.project else "",
        lock=_describe_lock(answer) if values.get("locked") else "",
        repository=str(connection.get("identifier") or values.get("vcs-repo-identifier") or ""),
        branch=str(connection.get("branch") or ""),
        # A slash before it changes nothing.
        directory=PurePosixPath(str(values.get("working-directory") or "").strip("/")),
        terraform_version=str(values.get("terraform-version") or ""),
        is_remote=values.get("execution-mode", "remote") != "local",
        may_plan=(values.get("permissions") or {}).get("can-queue-run", True) is True,
    )


def _read_project(api: ApiClient, resource: Document) -> str:
    identifier = related(resource, "project")
    if not identifier:
        return ""  # Terraform Enterprise had none before 2023.
    try:
        return str(attributes(api.get(f"projects/{identifier['id']}")["data"]).get("name", ""))
    except NotFoundError:
        return ""  # A token that may use a workspace need not see its project.


def _describe_lock(answer: Mapping[str, Any]) -> str:
    identifier = related(answer["data"], "locked-by")
    wanted = (identifier.get("type"), identifier.get("id"))
    included = (each for each in answer.get("included") or () if (each.get("type"), each.get("id")) == wanted)
    holder = attributes(next(included, {}))
    reason = attributes(answer["data"]).get("locked-reason")
    if identifier.get("type") == "runs":
        details = [str(holder[key]) for key in ("status", "created-at") if holder.get(key)]
        name = f"run {identifier['id']}" + (f" ({', '.join(details)})" if details else "")
    else:
        name = str(holder.get("username") or holder.get("name") or identifier.get("id") or "somebody")
    return name + (f" ({reason})" if reason else "")
