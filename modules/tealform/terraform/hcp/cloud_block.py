"""The workspace of HCP Terraform that an environment's Terraform names."""

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


@dataclass(frozen=True, kw_only=True)
class CloudBlock:
    """The ``cloud`` block of the root module in ``folder``.

    ``project`` is empty if any project will do. ``required_version`` is the version constraint for Terraform.
    """

    folder: Path
    host: str
    organization: str
    workspace: str
    project: str
    required_version: str

    @property
    def name(self) -> str:
        """What people call the root module: ``dev``, or ``bootstrap/123456789012``."""
        parent = self.folder.parent.name
        return self.folder.name if parent == "environments" else f"{parent}/{self.folder.name}"

    @property
    def label(self) -> str:
        """The folder of the root module as messages name it, like ``environments/dev``."""
        return f"{self.folder.parent.name}/{self.folder.name}"

    def locate(self, setting: str) -> tuple[str, bool]:
        """Return where ``setting`` of ``state "cloud"`` is, like ``environments/dev/environment.hcl:3``, and whether it is set.

        A setting that is not set has the line of the block.
        """
        try:
            locations = loader.load(self.folder.parent, self.folder.name).locations
        except (SettingsError, OSError):
            return self.label, False
        path = ("state", "cloud", setting)
        return str(locations.find(path)), path in locations.lines


def read(folder: Path) -> CloudBlock | None:
    """Read the generated Terraform in ``folder``, and the environment variables for what it leaves out.

    Returns ``None`` if the state is elsewhere. Raises ``TealformError`` if no organization is set.
    https://developer.hashicorp.com/terraform/cli/cloud/settings#environment-variables
    """
    for terraform in blocks(environments.load_document(folder).get("terraform")):
        for cloud in blocks(terraform.get("cloud")):
            return _parse(folder, cloud, str(terraform.get("required_version", "")))
    return None


def _parse(folder: Path, cloud: Mapping[str, Any], required_version: str) -> CloudBlock:
    workspaces: Mapping[str, Any] = next(blocks(cloud.get("workspaces")), {})
    found = CloudBlock(
        folder=folder,
        host=str(cloud.get("hostname") or os.environ.get("TF_CLOUD_HOSTNAME") or _HOST).lower(),
        organization=str(cloud.get("organization") or os.environ.get("TF_CLOUD_ORGANIZATION") or ""),
        workspace=str(workspaces.get("name") or os.environ.get("TF_WORKSPACE") or ""),
        project=str(workspaces.get("project") or os.environ.get("TF_CLOUD_PROJECT") or ""),
        required_version=required_version,
    )
    if not found.organization:
        raise TealformError(
            f"{found.label}: nothing says which organization of HCP Terraform holds workspace "
            f'"{found.workspace}"; set organization in state "cloud", or the environment variable TF_CLOUD_ORGANIZATION'
        )
    return found
