"""Registries that base images are pulled from through Amazon ECR."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from tealform.settings.types import Block, referring


@dataclass(frozen=True)
class Upstream:
    """A registry as ECR knows it, and whether ECR wants credentials for it: it takes them where it does, and only there."""

    url: str
    credentials: bool


# https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache.html
UPSTREAMS: dict[str, Upstream] = {
    "docker-hub": Upstream("registry-1.docker.io", credentials=True),
    "ecr-public": Upstream("public.ecr.aws", credentials=False),
    "github": Upstream("ghcr.io", credentials=True),
    "gitlab": Upstream("registry.gitlab.com", credentials=True),
    "kubernetes": Upstream("registry.k8s.io", credentials=False),
    "quay": Upstream("quay.io", credentials=False),
}
UpstreamName = Literal["docker-hub", "ecr-public", "github", "gitlab", "kubernetes", "quay"]

# https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_CreatePullThroughCacheRule.html
CredentialsArn = Annotated[
    str,
    referring(
        r"arn:aws(-[a-z]+)*:secretsmanager:[a-z0-9-]+:\d{12}:secret:ecr-pullthroughcache/[\w/+=.@-]+-[A-Za-z0-9]{6}",
        "the ARN of a Secrets Manager secret whose name begins with ecr-pullthroughcache/, with its last six characters",
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


def variable(upstream: str) -> str:
    """The build's variable, and Docker's build argument, that says where a registry is pulled from: ``DOCKER_HUB``."""
    return upstream.upper().replace("-", "_")
