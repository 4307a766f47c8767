"""A workspace of HCP Terraform as its API tells it.

https://developer.hashicorp.com/terraform/cloud-docs/api-docs/workspaces
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from tealform.terraform.hcp.api import ApiClient, Document, NotFoundError, attributes, related
from tealform.terraform.hcp.cloud_block import CloudBlock


@dataclass(frozen=True)
class Workspace:
    """One workspace. What is not set, not asked for, or not for the token to see is empty.

    ``lock`` says who has locked it, like ``ada (moving things by hand)``. ``repository`` is that of its VCS connection.
    ``is_remote`` is whether runs are at HCP Terraform (or an agent), rather than here with the state there.
    """

    id: str
    project: str
    lock: str
    repository: str
    branch: str
    directory: PurePosixPath
    terraform_version: str
    is_remote: bool
    may_plan: bool


def read(api: ApiClient, block: CloudBlock) -> Workspace:
    """The workspace that ``block`` names. Raises ``NotFoundError`` if it is not there, or the token may not see it."""
    path = f"organizations/{block.organization}/workspaces/{block.workspace}"
    answer = api.get(path, include="locked_by")
    resource: Document = answer["data"]
    said, connection = attributes(resource), attributes(resource).get("vcs-repo") or {}
    return Workspace(
        id=str(resource["id"]),
        project=_project(api, answer) if block.project else "",
        lock=_lock(answer) if said.get("locked") else "",
        repository=str(connection.get("identifier") or said.get("vcs-repo-identifier") or ""),
        branch=str(connection.get("branch") or ""),
        # It may be written with a slash before it, and means the same.
        directory=PurePosixPath(str(said.get("working-directory") or "").strip("/")),
        terraform_version=str(said.get("terraform-version") or ""),
        is_remote=said.get("execution-mode", "remote") != "local",
        may_plan=(said.get("permissions") or {}).get("can-queue-run", True) is True,
    )


def _project(api: ApiClient, answer: Mapping[str, Any]) -> str:
    identifier = related(answer["data"], "project")
    if not identifier:
        return ""  # Terraform Enterprise had none before 2023.
    try:
        return str(attributes(api.get(f"projects/{identifier['id']}")["data"]).get("name", ""))
    except NotFoundError:
        return ""  # Whoever may use a workspace need not see its project.


def _lock(answer: Mapping[str, Any]) -> str:
    identifier = related(answer["data"], "locked-by")
    holder = attributes(_included(answer, identifier))
    reason = attributes(answer["data"]).get("locked-reason")
    return _holder(identifier, holder) + (f" ({reason})" if reason else "")


def _holder(identifier: Mapping[str, Any], holder: Mapping[str, Any]) -> str:
    if identifier.get("type") == "runs":
        details = [str(holder[key]) for key in ("status", "created-at") if holder.get(key)]
        return f"run {identifier['id']}" + (f" ({', '.join(details)})" if details else "")
    name = holder.get("username") or holder.get("name") or identifier.get("id")
    return str(name or "somebody")


def _included(answer: Mapping[str, Any], identifier: Mapping[str, Any]) -> Document:
    """The resource that came with the answer, or nothing."""
    for each in answer.get("included") or ():
        if (each.get("type"), each.get("id")) == (identifier.get("type"), identifier.get("id")):
            return dict(each)
    return {}
