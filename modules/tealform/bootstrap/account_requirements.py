"""What each account needs, by what the environments in it say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tealform.bootstrap import oidc_providers
from tealform.bootstrap.oidc_providers import Issuer
from tealform.settings import terraform_backend
from tealform.settings.loader import LoadedEnvironment
from tealform.settings.state import S3State


@dataclass(frozen=True)
class StateBucket:
    """A bucket for state: its name, its region, and the KMS key it is under; ``None`` where that is created with it."""

    name: str
    region: str
    kms_key: str | None


@dataclass(frozen=True)
class Account:
    """An account and the valid environments in it, in alphabetical order."""

    number: str
    environments: tuple[LoadedEnvironment, ...]

    @property
    def buckets(self) -> list[StateBucket]:
        """The buckets that are created, each once."""
        found = {bucket.name: bucket for bucket in map(_bucket, self.environments) if bucket}
        return [found[name] for name in sorted(found)]

    @property
    def issuers(self) -> list[Issuer]:
        """The identity providers of those who are let in, each once."""
        found = {issuer.host: issuer for settings in self.environments for issuer in oidc_providers.of(settings)}
        return [found[host] for host in sorted(found)]

    @property
    def needs_something(self) -> bool:
        """Whether there is anything to create."""
        return bool(self.buckets or self.issuers)

    @property
    def region(self) -> str:
        """Where it is created, but for what says another region."""
        return self.buckets[0].region if self.buckets else self.environments[0].context.region

    @property
    def tags(self) -> Mapping[str, str]:
        """The tags that all its environments have in common, but for those that name one."""
        every = [{"project": each.environment.project, **each.environment.tags} for each in self.environments]
        return {key: value for key, value in every[0].items() if all(tags.get(key) == value for tags in every)}


def of(environments: Iterable[LoadedEnvironment]) -> list[Account]:
    """The accounts of environments, those that need nothing as well, in the order of their numbers."""
    found: dict[str, list[LoadedEnvironment]] = {}
    for settings in sorted(environments, key=lambda each: each.name):
        found.setdefault(settings.environment.account, []).append(settings)
    return [Account(number, tuple(found[number])) for number in sorted(found)]


def _bucket(settings: LoadedEnvironment) -> StateBucket | None:
    kept = settings.environment.state
    if not isinstance(kept, S3State) or not kept.create:
        return None
    return StateBucket(
        terraform_backend.bucket_name(settings.context, kept), kept.region or settings.context.region, kept.kms_key
    )
