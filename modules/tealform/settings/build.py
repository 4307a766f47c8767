"""How AWS CodeBuild makes an image of the source."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from tealform.settings.types import Block, Distinct, KeyArn, Port, Secrets, Variables, between, matching

# https://docs.aws.amazon.com/codebuild/latest/userguide/build-env-ref-compute-types.html
Compute = Literal[
    "BUILD_GENERAL1_SMALL",
    "BUILD_GENERAL1_MEDIUM",
    "BUILD_GENERAL1_LARGE",
    "BUILD_GENERAL1_XLARGE",
    "BUILD_GENERAL1_2XLARGE",
]
BuildspecPath = Annotated[
    str,
    matching(
        r"(?!/)(?!(.*/)?\.\.?/)[\w./-]{1,250}(?<!/)\.ya?ml",
        "the path of a buildspec in the source, like ci/buildspec.yml",
    ),
]
BuildMinutes = Annotated[int, between(5, 2160, "minutes")]


class Build(Block):
    """How AWS CodeBuild builds the image."""

    buildspec: BuildspecPath = Field(
        default="buildspec.yml",
        description="The buildspec's path in the source. Another one than the release contract's makes the same files.",
    )
    compute: Compute = Field(default="BUILD_GENERAL1_SMALL", description="CodeBuild's compute type.")
    timeout_minutes: BuildMinutes = Field(default=30, description="Minutes after which a build is stopped.")
    environment: Variables = Field(
        default={}, description="Variables for the build, beside those of the release contract."
    )
    secrets: Secrets = Field(
        default={},
        description=(
            "Variables for the build whose values CodeBuild reads from Secrets Manager or Parameter Store, in the builds' own "
            "region; parameters in their own account too."
        ),
    )
    secrets_kms_keys: Distinct[KeyArn] = Field(
        default=(), description="KMS keys, other than AWS's own, that encrypt those secrets."
    )
    cache: Literal["none", "local", "ecr"] = Field(
        default="none",
        description=(
            "What a build keeps of the image's layers for the next one. `local`: on CodeBuild's machine, which the next build "
            "gets again with luck, when it comes soon. `ecr`: in a second repository, those of the Dockerfile's last stage."
        ),
    )
    vpc: bool = Field(
        default=False,
        description=(
            "Whether builds run in the private subnets, from which they reach what the internet does not; the network must "
            "lead to the internet all the same."
        ),
    )
    egress_ports: Distinct[Port] = Field(
        default=(80, 443), description="TCP ports that a build in the VPC may connect to; with `vpc` alone."
    )
    keep_images: Annotated[int, between(10, 10000, "images")] = Field(
        default=100, description="Images kept in ECR; the oldest beyond it expire."
    )
