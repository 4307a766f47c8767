"""Where Terraform keeps an environment's state, in Terraform's own words."""

from __future__ import annotations

from dataclasses import replace

from tealform.naming import Context
from tealform.settings.state import CloudState, S3State, State


def blocks(context: Context, state: State) -> dict[str, object]:
    """What of the ``terraform`` block says so.

    CDKTF's own backends write an absolute path or call `terraform`, and without one it adds a local one, which the others
    take away.
    """
    if isinstance(state, S3State):
        return {"backend.local": None, "backend.s3": _s3(context, state)}
    if isinstance(state, CloudState):
        return {"backend": None, "cloud": _cloud(context, state)}
    return {"backend.local.path": "terraform.tfstate"}


def bucket(context: Context, state: S3State) -> str:
    """The name of the bucket that holds an environment's state; without one, that of its project and account."""
    return state.bucket or f"{context.project}-terraform-state-{context.account}"


def bucket_arn(context: Context, state: S3State) -> str:
    """The ARN of that bucket."""
    return f"arn:{context.partition}:s3:::{bucket(context, state)}"


def key(context: Context) -> str:
    """The key of an environment's state in a bucket."""
    return f"{context.project}/{context.environment}/terraform.tfstate"


def key_alias(bucket: str) -> str:
    """The alias of the KMS key that is created with a bucket. Neither KMS nor Terraform takes a dot in it."""
    return f"alias/terraform-state/{bucket.replace('.', '_')}"


def kms_key(context: Context, state: S3State) -> str | None:
    """The ARN of the KMS key, or of its alias, that state is put under; ``None`` where the bucket decides.

    The ARN of a key that does not exist yet is not known, that of its alias is. Terraform and S3 take either:
    https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html
    """
    if state.kms_key or not state.create:
        return state.kms_key
    there = replace(context, region=state.region or context.region)
    return there.arn("kms", key_alias(bucket(context, state)))


def _s3(context: Context, state: S3State) -> dict[str, object]:
    s3: dict[str, object] = {
        "bucket": bucket(context, state),
        "key": key(context),
        "region": state.region or context.region,
        "use_lockfile": True,
    }
    # `encrypt` without a key asks for S3's own one, whatever the bucket is set up to:
    # https://github.com/hashicorp/terraform/blob/main/internal/backend/remote-state/s3/client.go
    if under := kms_key(context, state):
        s3 |= {"encrypt": True, "kms_key_id": under}
    return s3


def _cloud(context: Context, state: CloudState) -> dict[str, object]:
    """What is left out is said by ``TF_CLOUD_ORGANIZATION``, ``TF_CLOUD_PROJECT`` and ``TF_CLOUD_HOSTNAME``.

    https://developer.hashicorp.com/terraform/cli/cloud/settings#environment-variables
    """
    workspaces = {"name": state.workspace or context.prefix}
    if state.project:
        workspaces["project"] = state.project
    cloud: dict[str, object] = {"workspaces": workspaces}
    if state.organization:
        cloud["organization"] = state.organization
    if state.hostname:
        cloud["hostname"] = state.hostname
    return cloud
