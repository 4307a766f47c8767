"""How what belongs to an environment is called in its account, for policies to name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tealform.common.iam import Condition
from tealform.naming import Context
from tealform.settings.environment import Environment
from tealform.settings.loader import LoadedEnvironment
from tealform.settings.source import S3, CodeCommit


@dataclass(frozen=True)
class Names:
    """``context`` is the environment's; ``contexts`` also those of environments whose pipelines it holds, in its account.

    ``repositories`` and ``buckets`` are sources that it creates under a name that somebody chose; ``policies`` the ARNs of those
    that task roles are given.
    """

    context: Context
    contexts: tuple[Context, ...]
    repositories: tuple[str, ...] = ()
    buckets: tuple[str, ...] = ()
    policies: tuple[str, ...] = ()

    @classmethod
    def of(cls, settings: LoadedEnvironment) -> Names:
        """The names of an environment among its neighbours."""
        project, name = settings.project, settings.name
        delivered = project.delivered_by(name)
        own = [] if settings.environment.pipelines_in else [name]
        environments = [project.environments[each] for each in (*own, *delivered)]
        repositories, buckets = set[str](), set[str]()
        for source in _sources(environments):
            match source:
                case CodeCommit(create=True, repository=str(called)):
                    repositories.add(called)
                case S3(create=True, bucket=str(called)):
                    buckets.add(called)
        policies = {arn for service in settings.environment.service.values() for arn in service.task_policies}
        return cls(
            settings.context,
            (settings.context, *map(project.pipelines, delivered)),
            tuple(sorted(repositories)),
            tuple(sorted(buckets)),
            tuple(sorted(policies)),
        )

    def here(self, service: str, *resources: str) -> list[str]:
        """ARNs in which each ``{}`` is the environment's own prefix."""
        return [self.context.arn(service, resource.format(self.context.prefix)) for resource in resources]

    def all(self, service: str, *resources: str) -> list[str]:
        """The same, for each environment whose pipelines are here as well."""
        return [
            context.arn(service, resource.format(context.prefix)) for context in self.contexts for resource in resources
        ]

    def roles(self) -> list[str]:
        """The ARNs of the roles that are generated. Those of whoever runs Terraform have a path, and are none of them."""
        return [context.global_arn("iam", f"role/{context.prefix}-*") for context in self.contexts]

    def log_groups(self) -> list[str]:
        """The ARNs of the log groups; what works on their streams wants an ending."""
        groups = [context.arn("logs", f"log-group:{context.log_group('*')}") for context in self.contexts]
        return [*groups, *(f"{group}:*" for group in groups)]

    def bucket_arns(self) -> list[str]:
        """The ARNs of the buckets."""
        called = [*(f"{context.prefix}-*" for context in self.contexts), *self.buckets]
        return [f"arn:{self.context.partition}:s3:::{name}" for name in called]

    def tagged(self) -> list[Condition]:
        """That something has the tags which all that is the environment's has."""
        return [
            Condition("StringEquals", "aws:ResourceTag/project", [self.context.project]),
            Condition("StringEquals", "aws:ResourceTag/environment", [self.context.environment]),
        ]

    def tagged_or_new(self) -> list[Condition]:
        """The same of something that may have no tags yet, be it because they do not count yet or because AWS made it."""
        return [Condition(f"{each.test}IfExists", each.variable, each.values) for each in self.tagged()]


def _sources(environments: list[Environment]) -> Iterator[object]:
    for environment in environments:
        for service in environment.service.values():
            yield service.source
