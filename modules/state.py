"""Where Terraform keeps an environment's state, in Terraform's own words."""

from __future__ import annotations

from modules.context import Context
from modules.settings.state import CloudState, S3State, State


def blocks(context: Context, state: State) -> dict[str, object]:
    """What of the ``terraform`` block says so.

    CDKTF's own backends write an absolute path or call `terraform`, and without one it adds a local one, which the others
    take away.
    """
    if isinstance(state, S3State):
        s3: dict[str, object] = {
            "bucket": state.bucket,
            "key": f"{context.project}/{context.environment}/terraform.tfstate",
            "region": state.region or context.region,
            "encrypt": True,
            "use_lockfile": True,
        }
        if state.kms_key:
            s3["kms_key_id"] = state.kms_key
        return {"backend.local": None, "backend.s3": s3}
    if isinstance(state, CloudState):
        workspace = {"name": state.workspace or context.prefix}
        if state.project:
            workspace["project"] = state.project
        return {"backend": None, "cloud": {"organization": state.organization, "workspaces": workspace}}
    return {"backend.local.path": "terraform.tfstate"}
