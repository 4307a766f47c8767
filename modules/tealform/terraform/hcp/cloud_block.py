"""Which workspace an environment's Terraform says that it works in."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tealform.errors import TealformError
from tealform.settings import loader
from tealform.settings.errors import SettingsError
from tealform.synth import environments
from tealform.synth.terraform_json import blocks

_HOST = "app.terraform.io"


@dataclass(frozen=True)
class CloudBlock:
    """A workspace by its names. ``project`` is empty where any will do; ``required`` is what Terraform's version must be.

    ``folder`` is the root module's.
    """

    folder: Path
    host: str
    organization: str
    workspace: str
    project: str
    required: str

    @property
    def called(self) -> str:
        """The workspace, as it is written in messages."""
        return f'workspace "{self.workspace}" of organization "{self.organization}" at {self.host}'

    @property
    def name(self) -> str:
        """What people call the root module: ``dev``, or ``bootstrap/123456789012``."""
        parent = self.folder.parent.name
        return self.folder.name if parent == "environments" else f"{parent}/{self.folder.name}"

    @property
    def shown(self) -> str:
        """The root module's folder, as it is written in messages."""
        return f"{self.folder.parent.name}/{self.folder.name}"

    def says(self, setting: str) -> tuple[str, bool]:
        """Where ``setting`` (``workspace``, ``project``, …) of the state stands, like ``environments/dev/environment.hcl:3``,
        and whether it does: what is left out has the line of the block that leaves it out.
        """
        try:
            locations = loader.load(self.folder.parent, self.folder.name).locations
        except (SettingsError, OSError):
            return self.shown, False
        path = ("state", "cloud", setting)
        return str(locations.of(path)), path in locations.lines


def read(folder: Path) -> CloudBlock | None:
    """What the generated Terraform in ``folder`` says, and the environment variables for what it leaves out.

    ``None`` if its state is elsewhere. Raises ``TealformError`` if the organization is said nowhere.
    https://developer.hashicorp.com/terraform/cli/cloud/settings#environment-variables
    """
    for terraform in blocks(environments.load_document(folder).get("terraform")):
        for cloud in blocks(terraform.get("cloud")):
            return _complete(folder, cloud, str(terraform.get("required_version", "")))
    return None


def _complete(folder: Path, cloud: Mapping[str, Any], required: str) -> CloudBlock:
    workspaces: Mapping[str, Any] = next(blocks(cloud.get("workspaces")), {})
    found = CloudBlock(
        folder=folder,
        host=str(cloud.get("hostname") or os.environ.get("TF_CLOUD_HOSTNAME") or _HOST).lower(),
        organization=str(cloud.get("organization") or os.environ.get("TF_CLOUD_ORGANIZATION") or ""),
        workspace=str(workspaces.get("name") or os.environ.get("TF_WORKSPACE") or ""),
        project=str(workspaces.get("project") or os.environ.get("TF_CLOUD_PROJECT") or ""),
        required=required,
    )
    if not found.organization:
        raise TealformError(
            f"{found.shown}: nothing says which organization of HCP Terraform holds workspace "
            f'"{found.workspace}"; set organization in state "cloud", or the environment variable TF_CLOUD_ORGANIZATION'
        )
    return found
