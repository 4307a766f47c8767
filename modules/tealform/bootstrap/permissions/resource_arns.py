"""How policies name what belongs to an environment in its account, and the actions on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tealform.common.iam import Condition, Statement
from tealform.naming import Context
from tealform.settings.loader import LoadedEnvironment
from tealform.settings.source import S3, CodeCommit


def allow(sid: str, actions: str, resources: Sequence[str], conditions: Sequence[Condition] = ()) -> Statement:
    """Return a statement. ``actions`` are the names of actions, with blanks between them."""
    return Statement(sid, actions.split(), resources, conditions=conditions)


def deny(sid: str, actions: str, resources: Sequence[str]) -> Statement:
    """Return a statement that denies ``actions``, with blanks between them."""
    return Statement(sid, actions.split(), resources, effect="Deny")


@dataclass(frozen=True)
class ResourceArns:
    """The ARNs of what belongs to an environment."""

    context: Context
    """The environment's account, region and names."""

    contexts: tuple[Context, ...]
    """``context``, and those of environments whose pipelines are in its account."""

    repositories: tuple[str, ...] = ()
    """The CodeCommit repositories that it creates under a name from the settings."""

    buckets: tuple[str, ...] = ()
    """The source buckets that it creates under a name from the settings."""

    policies: tuple[str, ...] = ()
    """ARNs of the policies that task roles get."""

    @classmethod
    def from_settings(cls, settings: LoadedEnvironment) -> ResourceArns:
        """Return the ARNs of an environment among its neighbors."""
        project, name = settings.project, settings.name
        repositories, buckets = set[str](), set[str]()
        for service in project.delivers(name):
            match service.source:
                case CodeCommit(create=True, repository=str(chosen)):
                    repositories.add(chosen)
                case S3(create=True, bucket=str(chosen)):
                    buckets.add(chosen)
        policies = {arn for service in settings.environment.service.values() for arn in service.task_policies}
        return cls(
            settings.context,
            (settings.context, *map(project.pipelines, project.delivered_by(name))),
            tuple(sorted(repositories)),
            tuple(sorted(buckets)),
            tuple(sorted(policies)),
        )

    def here(self, service: str, *resources: str) -> list[str]:
        """Return ARNs in which each ``{}`` is the environment's own prefix."""
        return [self.context.arn(service, resource.format(self.context.prefix)) for resource in resources]

    def all(self, service: str, *resources: str) -> list[str]:
        """Return the same, for each environment whose pipelines are here as well."""
        return [
            context.arn(service, resource.format(context.prefix)) for context in self.contexts for resource in resources
        ]

    def roles(self) -> list[str]:
        """Return the ARNs of the generated roles. Those that run Terraform have a path, and are not among them."""
        return [context.global_arn("iam", f"role/{context.prefix}-*") for context in self.contexts]

    def log_groups(self) -> list[str]:
        """Return the ARNs of the log groups; actions on their streams need an ending."""
        groups = [context.arn("logs", f"log-group:{context.log_group('*')}") for context in self.contexts]
        return [*groups, *(f"{group}:*" for group in groups)]

    def bucket_arns(self) -> list[str]:
        """Return the ARNs of the buckets."""
        names = [*(f"{context.prefix}-*" for context in self.contexts), *self.buckets]
        return [f"arn:{self.context.partition}:s3:::{name}" for name in names]

    def tagged(self) -> list[Condition]:
        """Return the conditions that a resource has the environment's tags."""
        return [
            Condition("StringEquals", "aws:ResourceTag/project", [self.context.project]),
            Condition("StringEquals", "aws:ResourceTag/environment", [self.context.environment]),
        ]

    def tagged_or_new(self) -> list[Condition]:
        """Return the same for what may have no tags yet: they do not count yet, or AWS created the resource."""
        return [Condition(f"{each.test}IfExists", each.variable, each.values) for each in self.tagged()]

    def via(self, *services: str) -> Condition:
        """Return the condition that a KMS key is used by way of these services."""
        hosts = [f"{service}.{self.context.region}.{self.context.dns_suffix}" for service in services]
        return Condition("StringEquals", "kms:ViaService", hosts)
