"""Registries that builds pull images from through Amazon ECR, so that their limits and outages stop no release."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tealform.aws import Construct, EcrPullThroughCacheRule
from tealform.common.iam import Statement
from tealform.naming import Context
from tealform.settings.build import UPSTREAMS, PullThroughCache, registry_variable


@dataclass(frozen=True, kw_only=True)
class CachedRegistryProps:
    """Inputs of ``CachedRegistry``."""

    context: Context
    """The environment and the account of the cache."""

    upstream: str
    """The registry's label, a key of ``UPSTREAMS``."""

    settings: PullThroughCache
    """The ``pull_through_cache`` block."""


class CachedRegistry(Construct):
    """A pull-through cache rule: ECR fetches what is pulled under its prefix once, and checks for updates once a day.

    Cached repositories are named ``<project>-<environment>/<upstream>/…``.
    """

    rule: EcrPullThroughCacheRule
    """The rule that pulls depend on."""

    variable: str
    """The environment variable that gives builds ``address``."""

    address: str
    """The host and prefix that builds pull from instead of the registry."""

    def __init__(self, scope: Construct, id_: str, props: CachedRegistryProps) -> None:
        super().__init__(scope, id_)
        context = props.context
        prefix = f"{context.prefix}/{props.upstream}"
        self._repositories = context.arn("ecr", f"repository/{prefix}/*")
        self.variable = registry_variable(props.upstream)
        self.address = f"{context.account}.dkr.ecr.{context.region}.{context.dns_suffix}/{prefix}"
        self.rule = EcrPullThroughCacheRule(
            self,
            "rule",
            ecr_repository_prefix=prefix,
            upstream_registry_url=UPSTREAMS[props.upstream].url,
            credential_arn=props.settings.credentials,
        )

    @staticmethod
    def allow_pull(registries: Sequence[CachedRegistry]) -> list[Statement]:
        """Allow pulling through ``registries``, also for the first time; no statement if there are none.

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
        """Return the environment variables that tell a build where to pull each registry's images from."""
        return {registry.variable: registry.address for registry in registries}
