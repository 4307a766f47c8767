"""Where Terraform keeps its state."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from modules.settings.choice import chosen_by_label
from modules.settings.fields import Block, BucketName, KeyArn, Region, matching

CloudName = Annotated[
    str, matching(r"[A-Za-z0-9_-]{1,90}", "a name that HCP Terraform takes: letters, digits, - and _")
]


class LocalState(Block):
    """A file in the environment's folder: for trying things out, by one person, on one machine."""

    kind: Literal["local"] = "local"


class S3State(Block):
    """An S3 bucket with Terraform's own lock file (Terraform 1.11 or newer)."""

    kind: Literal["s3"]
    bucket: BucketName = Field(
        description="Name of a bucket that exists, with versioning on.", examples=["shop-terraform-state"]
    )
    region: Region | None = Field(default=None, description="The bucket's region; the environment's when left out.")
    kms_key: KeyArn | None = Field(
        default=None, description="KMS key that encrypts the state; the bucket's own when left out."
    )


class CloudState(Block):
    """A workspace of HCP Terraform (Terraform Cloud)."""

    kind: Literal["cloud"]
    organization: CloudName = Field(description="The organization's name.", examples=["acme"])
    workspace: CloudName | None = Field(
        default=None, description="The workspace's name; `<project>-<environment>` when left out."
    )
    project: str | None = Field(default=None, description="The HCP Terraform project that holds the workspace.")


State = Annotated[Annotated[LocalState | S3State | CloudState, Field(discriminator="kind")], chosen_by_label()]
