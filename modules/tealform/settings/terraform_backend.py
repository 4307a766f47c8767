"""The part of the ``terraform`` block that says where an environment's state is."""

from __future__ import annotations

from dataclasses import replace

from tealform.naming import Context
from tealform.settings.state import CloudState, S3State, State


def render_blocks(context: Context, state: State) -> dict[str, object]:
    """Return that part by path; ``None`` removes what CDKTF writes.

    CDKTF's own backends write an absolute path or call `terraform`; without a backend, CDKTF adds a local one.
    """
    if isinstance(state, S3State):
        return {"backend.local": None, "backend.s3": _s3(context, state)}
    if isinstance(state, CloudState):
        return {"backend": None, "cloud": _cloud(context, state)}
    return {"backend.local.path": "terraform.tfstate"}


def bucket_name(context: Context, state: S3State) -> str:
    """Return the name of an environment's state bucket, by default that of its project and account."""
    return state.bucket or f"{context.project}-terraform-state-{context.account}"


def bucket_arn(context: Context, state: S3State) -> str:
    """Return the ARN of an environment's state bucket."""
    return f"arn:{context.partition}:s3:::{bucket_name(context, state)}"


def key(context: Context) -> str:
    """Return the key of an environment's state in its bucket."""
    return f"{context.project}/{context.environment}/terraform.tfstate"


def key_alias(bucket: str) -> str:
    """Return the alias of the KMS key that is created with a bucket. Neither KMS nor Terraform accepts a dot in it."""
    return f"alias/terraform-state/{bucket.replace('.', '_')}"


def kms_key(context: Context, state: S3State) -> str | None:
    """Return the ARN of the KMS key that encrypts the state, or of its alias; ``None`` if the bucket decides.

    The ARN of a key that does not exist yet is unknown, but its alias is known. Terraform and S3 accept both:
    https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html
    """
    if state.kms_key or not state.create:
        return state.kms_key
    there = replace(context, region=state.region or context.region)
    return there.arn("kms", key_alias(bucket_name(context, state)))


def _s3(context: Context, state: S3State) -> dict[str, object]:
    s3: dict[str, object] = {
        "bucket": bucket_name(context, state),
        "key": key(context),
        "region": state.region or context.region,
        "use_lockfile": True,
    }
    # `encrypt` without a key requests S3's own key, whatever the bucket's default is:
    # https://github.com/hashicorp/terraform/blob/main/internal/backend/remote-state/s3/client.go
    if under := kms_key(context, state):
        s3 |= {"encrypt": True, "kms_key_id": under}
    return s3


def _cloud(context: Context, state: CloudState) -> dict[str, object]:
    """``TF_CLOUD_ORGANIZATION``, ``TF_CLOUD_PROJECT`` and ``TF_CLOUD_HOSTNAME`` supply what is missing.

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
