"""What speaks against working in a workspace of HCP Terraform, asked before Terraform is.

Terraform itself creates a workspace that is missing, empty and without a word, so that a name with a slip in it plans
everything a second time. Other things it tells only once it has uploaded, waited and planned.
https://developer.hashicorp.com/terraform/cloud-docs/run/cli#implicit-workspace-creation
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

from tealform.errors import TealformError
from tealform.terraform.hcp import cloud_block
from tealform.terraform.hcp.cloud_block import CloudBlock

if TYPE_CHECKING:
    from tealform.terraform.hcp.api import ApiClient
    from tealform.terraform.hcp.workspace import Workspace

_PAGE = "docs/hcp-terraform.md"


def check(folder: Path, *, applies: bool = False) -> None:
    """Raises ``TealformError`` if Terraform could not plan in the root module's ``folder``, or would create a workspace.

    With ``applies``, a lock that an apply would wait for is an error too; without, it is told on standard error. Asks
    nobody if the state is not in HCP Terraform, and only tells so if a credentials helper alone has the token.
    """
    block = cloud_block.read(folder)
    if block is None:
        return
    from tealform.terraform.hcp import api  # Here, because it takes a moment, and other states do not need it.

    try:
        connected = api.connect(block.host)
    except api.HelperError as error:
        print(
            f"{error}, which only Terraform asks: whether {block.called} is there has not been looked at, and Terraform "
            f"would create it",
            file=sys.stderr,
        )
        return
    found = workspace(connected, block)
    _check_connection(block, found)
    _check_lock(block, found, applies)


def workspace(api: ApiClient, block: CloudBlock) -> Workspace:
    """The workspace that ``block`` names, in which ``folder`` can at least be planned. Raises ``TealformError`` otherwise."""
    found = _existing(api, block)
    _check_project(block, found)
    if not found.may_plan:
        raise TealformError(
            f"{block.shown}: the token for {block.host} may not plan in {_short(block)}; give it «Plan»"
        )
    if found.is_remote:
        _check_directory(block, found)
        _check_version(block, found)
    return found


def _existing(api: ApiClient, block: CloudBlock) -> Workspace:
    from tealform.terraform.hcp import workspace
    from tealform.terraform.hcp.api import NotFoundError, token_instructions

    try:
        return workspace.read(api, block)
    except NotFoundError:
        pass
    try:
        # What Terraform asks first, too.
        api.get(f"organizations/{block.organization}/entitlement-set")
    except NotFoundError as error:
        where, said = block.says("organization")
        by = "" if said else " (TF_CLOUD_ORGANIZATION)"
        raise TealformError(
            f'{where}: {block.host} does not know organization "{block.organization}"{by}, or the token may not see it; '
            f"mend the name, or use a token that may: {token_instructions(block.host)}"
        ) from error
    where, said = block.says("workspace")
    default = "" if said else ", which is its name as environment.hcl says none"
    raise TealformError(
        f'{where}: organization "{block.organization}" at {block.host} has no workspace "{block.workspace}"{default}, or the '
        f"token may not see it; mend the name, or create the workspace there as {_PAGE} says, or let Terraform create it: "
        f"make terraform ENV={block.name} ARGS=init"
    )


def _check_project(block: CloudBlock, found: Workspace) -> None:
    if block.project and found.project and found.project != block.project:
        where, said = block.says("project")
        by = "" if said else " (TF_CLOUD_PROJECT)"
        raise TealformError(
            f'{where}: {_short(block)} is in project "{found.project}", not in "{block.project}"{by}; mend the name, or '
            f"move the workspace in its settings"
        )


def _check_directory(block: CloudBlock, found: Workspace) -> None:
    """Terraform takes the working directory off the end of the folder, and uploads what is left.

    What does not end so is uploaded as it is, and the run finds no such directory in it:
    https://github.com/hashicorp/terraform/blob/main/internal/cloud/backend_plan.go
    """
    wanted = found.directory.parts
    if wanted and block.folder.resolve().parts[-len(wanted) :] != wanted:
        raise TealformError(
            f"{block.shown}: {_short(block)} runs in the working directory {found.directory}, which this folder is not; "
            f"set the workspace's working directory to {block.shown}, or leave it empty"
        )


def _check_version(block: CloudBlock, found: Workspace) -> None:
    try:
        # A version in the workspace may be a constraint, or «latest»; then HCP Terraform chooses.
        version, required = Version(found.terraform_version), SpecifierSet(block.required.replace("~>", "~="))
    except (InvalidVersion, InvalidSpecifier):
        return
    if not required.contains(version, prereleases=True):
        raise TealformError(
            f"{block.shown}: {_short(block)} runs Terraform {found.terraform_version}, and {block.required} is needed; set "
            f"the workspace's Terraform version"
        )


def _check_connection(block: CloudBlock, found: Workspace) -> None:
    """https://developer.hashicorp.com/terraform/cloud-docs/run/cli#remote-applies"""
    if found.repository and found.is_remote:
        branch = f"branch {found.branch}" if found.branch else "its default branch"
        raise TealformError(
            f"{block.shown}: {_short(block)} is connected to {found.repository}, so that no plan can be kept here and "
            f"applied: what is merged to {branch} is applied there. To see what a change would do: "
            f"make speculative-plan ENV={block.name}"
        )


def _check_lock(block: CloudBlock, found: Workspace, applies: bool) -> None:
    """An apply there waits, and so may a plan; whoever works here needs the lock for a plan too.

    https://developer.hashicorp.com/terraform/cloud-docs/workspaces/settings#locking
    """
    if not found.lock:
        return
    locked = f"{block.shown}: {_short(block)} is locked by {found.lock}"
    if applies or not found.is_remote:
        raise TealformError(
            f"{locked}; wait until that has ended, or have it unlocked in HCP Terraform. Nothing was done"
        )
    print(f"{locked}: it is not applied before it is unlocked, and the plan may wait for that", file=sys.stderr)


def _short(block: CloudBlock) -> str:
    return f'workspace "{block.workspace}"'
