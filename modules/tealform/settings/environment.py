"""The model of environment.hcl."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from tealform.naming import Context
from tealform.settings.automation import Automation
from tealform.settings.build import PullThroughCache, UpstreamName
from tealform.settings.load_balancer import LoadBalancer
from tealform.settings.network import Network
from tealform.settings.notifications import Notifications
from tealform.settings.service import Service
from tealform.settings.state import LocalState, State
from tealform.settings.types import Account, Block, Name, Region, RetentionDays, between, matching

TagKey = Annotated[
    str,
    matching(
        r"(?!(?i:aws:))[\w .:/=+@-]{1,128}",
        "a tag key; at most 128 characters, not beginning with aws:",
        any_language=True,
    ),
]
TagValue = Annotated[str, matching(r"[\w .:/=+@-]{0,256}", "a tag value; at most 256 characters", any_language=True)]


class Environment(Block):
    """One environment: a Terraform root module with a state of its own."""

    project: Name = Field(
        description="What the environments belong to; every name in AWS begins with it.", examples=["shop"]
    )
    region: Region = Field(description="The AWS region.", examples=["eu-west-1"])
    account: Account = Field(description="The AWS account; the provider refuses any other.", examples=["123456789012"])
    tags: dict[TagKey, TagValue] = Field(
        default={}, description="Tags for everything, beside `project` and `environment`."
    )
    disposable: bool = Field(
        default=False,
        description=(
            "Whether `destroy` may take everything along. `false` protects the load balancer and the source repositories "
            "from deletion, and buckets and image repositories that are not empty."
        ),
    )
    protected: bool = Field(
        default=False,
        description=(
            "Whether the commands ask for the environment's name before they apply or destroy anything. It changes nothing in AWS."
        ),
    )
    log_retention_days: RetentionDays = Field(default=365, description="Days that CloudWatch Logs keeps logs.")
    access_log_days: Annotated[int, between(1, 3653, "days")] = Field(
        default=90, description="Days that access logs of the load balancer and of buckets are kept."
    )
    state: State = Field(default=LocalState(), description="Where Terraform keeps its state.")
    automation: Automation | None = Field(
        default=None,
        description="Who runs Terraform without a stored key, with roles that `tealform bootstrap` generates; nobody when left out.",
    )
    pipelines_in: Name | None = Field(
        default=None,
        description=(
            "The environment in whose account this one's pipelines, builds, images and artifacts are, like a tools account; "
            "its own account when left out."
        ),
    )
    network: Network | None = Field(default=None, description="The network; required where there are services.")
    load_balancer: LoadBalancer = Field(default=LoadBalancer(), description="The load balancer.")
    notifications: Notifications | None = Field(
        default=None, description="Who is told of releases and of what goes wrong; nobody when left out."
    )
    pull_through_cache: dict[UpstreamName, PullThroughCache] = Field(
        default={},
        description=(
            "Registries that base images are pulled from through ECR, each in a block of its own with the registry as label: "
            "`docker-hub`, `ecr-public`, `github`, `gitlab`, `kubernetes` or `quay`."
        ),
    )
    service: dict[Name, Service] = Field(
        default={},
        description=(
            "The services, each in a block of its own with its name as label. An environment that holds the pipelines of others "
            "needs none."
        ),
    )

    def context(self, name: str) -> Context:
        """Return who and where the environment is, given its name."""
        return Context(self.project, name, self.region, self.account)
