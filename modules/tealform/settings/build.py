"""How AWS CodeBuild builds and tests, and what Amazon ECR scans and caches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from tealform.settings.types import Block, Distinct, KeyArn, Port, Secrets, Variables, arn, between, matching

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


class SourceTest(Block):
    """A stage of the pipeline between build and deployment, in which the source's own tests run."""

    buildspec: BuildspecPath = Field(
        default="testspec.yml",
        description="The buildspec's path in the source. A command of it that fails ends the release.",
    )
    compute: Compute = Field(default="BUILD_GENERAL1_SMALL", description="CodeBuild's compute type.")
    timeout_minutes: BuildMinutes = Field(default=30, description="Minutes after which the tests count as failed.")
    docker: bool = Field(
        default=False,
        description="Whether the tests may use Docker, and pull the image that is to be released, `$IMAGE_URI`.",
    )
    environment: Variables = Field(default={}, description="Variables for the tests.")
    secrets: Secrets = Field(
        default={},
        description=(
            "Variables for the tests whose values CodeBuild reads from Secrets Manager or Parameter Store, in the builds' own "
            "region; parameters in their own account too."
        ),
    )
    secrets_kms_keys: Distinct[KeyArn] = Field(
        default=(), description="KMS keys, other than AWS's own, that encrypt those secrets."
    )


# https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_ImageScanFinding.html
Severity = Literal["CRITICAL", "HIGH", "MEDIUM", "LOW", "INFORMATIONAL", "UNDEFINED"]
FindingId = Annotated[str, matching(r"[A-Za-z0-9][\w.:-]{2,127}", "the id of a finding, like CVE-2026-12345")]


class Scan(Block):
    """A stage of the pipeline after the build that waits for Amazon ECR's scan of the image.

    An image that was not scanned, or cannot be, is not released.
    """

    stop_at: Severity = Field(
        default="HIGH", description="The lowest severity of a finding that stops the release; higher ones do as well."
    )
    ignore: Distinct[FindingId] = Field(
        default=(), description="Ids of findings that stop no release, like those that nobody has mended yet."
    )
    timeout_minutes: Annotated[int, between(5, 120, "minutes")] = Field(
        default=15, description="Minutes after which a scan that has not ended counts as failed."
    )


@dataclass(frozen=True)
class Upstream:
    """A registry as ECR knows it. ECR accepts credentials only for registries that need them."""

    url: str
    needs_credentials: bool


# https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache.html
UPSTREAMS: dict[str, Upstream] = {
    "docker-hub": Upstream("registry-1.docker.io", needs_credentials=True),
    "ecr-public": Upstream("public.ecr.aws", needs_credentials=False),
    "github": Upstream("ghcr.io", needs_credentials=True),
    "gitlab": Upstream("registry.gitlab.com", needs_credentials=True),
    "kubernetes": Upstream("registry.k8s.io", needs_credentials=False),
    "quay": Upstream("quay.io", needs_credentials=False),
}
UpstreamName = Literal["docker-hub", "ecr-public", "github", "gitlab", "kubernetes", "quay"]

# https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_CreatePullThroughCacheRule.html
CredentialsArn = Annotated[
    str,
    arn(
        r"secretsmanager:[a-z0-9-]+:\d{12}:secret:ecr-pullthroughcache/[\w/+=.@-]+-[A-Za-z0-9]{6}",
        "the ARN of a Secrets Manager secret whose name begins with ecr-pullthroughcache/, with its last six characters",
        may_be_secret=True,
    ),
]


class PullThroughCache(Block):
    """A registry that builds pull base images from by way of Amazon ECR, which keeps them. The label says which.

    The Dockerfile says so with `ARG DOCKER_HUB=docker.io` and `FROM ${DOCKER_HUB}/library/python:3.13-alpine`.
    """

    credentials: CredentialsArn | None = Field(
        default=None,
        description=(
            "Secret with `username` and `accessToken`, in the account and region of the builds; required for `docker-hub`, "
            "`github` and `gitlab`, which take no others."
        ),
    )


def registry_variable(upstream: str) -> str:
    """Return the name of the build's variable and Docker build argument with the address of a registry, like ``DOCKER_HUB``."""
    return upstream.upper().replace("-", "_")
