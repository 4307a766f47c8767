"""A registry that images are pulled from through Amazon ECR, so that its limits and its bad days stop no release."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tealform.aws import Construct, EcrPullThroughCacheRule
from tealform.common.iam import Statement
from tealform.naming import Context
from tealform.settings.build import UPSTREAMS, PullThroughCache, registry_variable


def prefix(context: Context, upstream: str) -> str:
    """What the names of an environment's cached repositories begin with: ``shop-dev/docker-hub``."""
    return f"{context.prefix}/{upstream}"


@dataclass(frozen=True)
class CachedRegistryProps:
    """Whose cache it is and in which account, the registry by its label, and the cache as it is set."""

    context: Context
    upstream: str
    settings: PullThroughCache


class CachedRegistry(Construct):
    """A rule of ECR's: what is pulled under its prefix, ECR fetches once, and asks for again once a day.

    ``variable`` is what tells builds of ``address``; pulls need ``rule``.
    """

    def __init__(self, scope: Construct, id_: str, props: CachedRegistryProps) -> None:
        super().__init__(scope, id_)
        context = props.context
        self._repositories = context.arn("ecr", f"repository/{prefix(context, props.upstream)}/*")
        self.variable = registry_variable(props.upstream)
        host = f"{context.account}.dkr.ecr.{context.region}.{context.dns_suffix}"
        self.address = f"{host}/{prefix(context, props.upstream)}"
        self.rule = EcrPullThroughCacheRule(
            self,
            "rule",
            ecr_repository_prefix=prefix(context, props.upstream),
            upstream_registry_url=UPSTREAMS[props.upstream].url,
            credential_arn=props.settings.credentials,
        )

    @staticmethod
    def pulling(registries: Sequence[CachedRegistry]) -> list[Statement]:
        """The right to pull through ``registries``, for the first time as well; none when there are none.

        https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache-iam.html
        """
        if not registries:
            return []
        return [
            Statement(
                sid="PullThroughCache",
                actions=[
                    "ecr:BatchCheckLayerAvailability",
                    "ecr:BatchGetImage",
                    "ecr:BatchImportUpstreamImage",
                    "ecr:CreateRepository",
                    "ecr:GetDownloadUrlForLayer",
                ],
                resources=[registry._repositories for registry in registries],
            )
        ]

    @staticmethod
    def variables(registries: Sequence[CachedRegistry]) -> dict[str, str]:
        """What a build is told: where each registry is pulled from."""
        return {registry.variable: registry.address for registry in registries}
