"""Where Terraform keeps its state."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from tealform.settings.types import Block, BucketName, KeyArn, Region, chosen_by_label, matching

CloudName = Annotated[
    str, matching(r"[A-Za-z0-9_-]{1,90}", "a name that HCP Terraform takes: letters, digits, - and _")
]
# https://developer.hashicorp.com/terraform/cloud-docs/api-docs/projects#create-a-project
CloudProject = Annotated[
    str,
    matching(
        r"[A-Za-z0-9_-](?:[A-Za-z0-9 _-]{1,38})[A-Za-z0-9_-]",
        "the name of a project of HCP Terraform: 3 to 40 letters, digits, spaces, - and _",
    ),
]
Hostname = Annotated[
    str,
    matching(
        r"(?=.{4,253}\Z)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}",
        "the name of a host, like terraform.example.com, without https:// and port",
    ),
]


class LocalState(Block):
    """A file in the environment's folder: for trying things out, by one person, on one machine."""

    kind: Literal["local"] = "local"


class S3State(Block):
    """An S3 bucket with Terraform's own lock file (Terraform 1.11 or newer).

    `tealform bootstrap` generates the Terraform that creates it, with a KMS key of its own.
    """

    kind: Literal["s3"]
    bucket: BucketName | None = Field(
        default=None,
        description=(
            "The bucket's name; `<project>-terraform-state-<account>` when left out. Environments of one account can share it: each "
            "has a folder of its own in it."
        ),
    )
    create: bool = Field(
        default=True,
        description=(
            "Whether `tealform bootstrap` creates the bucket. `false` uses one that exists, which should have versioning on."
        ),
    )
    region: Region | None = Field(default=None, description="The bucket's region; the environment's when left out.")
    kms_key: KeyArn | None = Field(
        default=None,
        description=(
            "KMS key that encrypts the state. When left out, one is created with the bucket; a bucket that exists encrypts as it "
            "is set up to."
        ),
    )


class CloudState(Block):
    """A workspace of HCP Terraform (Terraform Cloud) or Terraform Enterprise."""

    kind: Literal["cloud"]
    organization: CloudName | None = Field(
        default=None,
        description="The organization's name; the environment variable `TF_CLOUD_ORGANIZATION` says it when left out.",
    )
    workspace: CloudName | None = Field(
        default=None, description="The workspace's name; `<project>-<environment>` when left out."
    )
    project: CloudProject | None = Field(
        default=None,
        description=(
            "The HCP Terraform project that holds the workspace; the environment variable `TF_CLOUD_PROJECT` may say it when left "
            "out."
        ),
    )
    hostname: Hostname | None = Field(
        default=None,
        description=(
            "The host of Terraform Enterprise; when left out what the environment variable `TF_CLOUD_HOSTNAME` says, or else "
            "`app.terraform.io`."
        ),
    )


State = Annotated[Annotated[LocalState | S3State | CloudState, Field(discriminator="kind")], chosen_by_label()]
