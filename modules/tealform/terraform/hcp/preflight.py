"""The check that a workspace is usable, made before Terraform runs.

It is a module of its own because it loads the API client only for states in HCP Terraform: the client takes a moment to import.
"""

from __future__ import annotations

import sys
from pathlib import Path

from tealform.terraform.hcp import cloud_block


def check_workspace(folder: Path, *, applies: bool = False) -> None:
    """Raise ``TealformError`` if Terraform could not plan in the root module's ``folder``, or would create a workspace.

    With ``applies``, a lock that an apply would wait for is an error; without, it is a warning on standard error. Sends no
    request if the state is not in HCP Terraform, and only warns if only a credentials helper knows the token.

    Terraform itself creates a missing workspace without asking, so that a misspelt name plans everything a second time.
    Other errors it reports only after it has uploaded, waited and planned.
    https://developer.hashicorp.com/terraform/cloud-docs/run/cli#implicit-workspace-creation
    """
    block = cloud_block.read(folder)
    if block is None:
        return
    # Imported here, because it takes a moment, and other states do not need it.
    from tealform.terraform.hcp import api, workspace

    try:
        client = api.connect(block.host)
    except api.HelperError as error:
        print(
            f'{error}, which only Terraform asks: whether workspace "{block.workspace}" of organization '
            f'"{block.organization}" at {block.host} is there has not been looked at, and Terraform would create it',
            file=sys.stderr,
        )
        return
    workspace.check_operation(block, workspace.find(client, block), applies)
