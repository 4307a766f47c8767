"""What each account needs before its environments, according to their settings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tealform.settings import terraform_backend
from tealform.settings.automation import GitHubActions, HcpTerraform
from tealform.settings.loader import LoadedEnvironment
from tealform.settings.state import CloudState, S3State

_GITHUB = "token.actions.githubusercontent.com"
_HCP_TERRAFORM = "app.terraform.io"
# Unless TFC_AWS_WORKLOAD_IDENTITY_AUDIENCE says another one.
_HCP_AUDIENCE = "aws.workload.identity"
_DEFAULT_PROJECT = "Default Project"


@dataclass(frozen=True, kw_only=True)
class RequiredBucket:
    """A bucket for state."""

    name: str
    region: str

    kms_key: str | None
    """The ARN of the KMS key that encrypts it; ``None`` if a key is created with it."""


@dataclass(frozen=True, kw_only=True)
class OidcProvider:
    """An issuer of the tokens that identify an environment's runs."""

    host: str

    audience: str
    """The audience of the tokens."""

    create: bool
    """Whether the account does not know the issuer yet."""

    plan: tuple[str, ...]
    """The subjects of the tokens that may assume the role for plans."""

    apply: tuple[str, ...]
    """The subjects of the tokens that may assume the role for applies."""

    usage: str
    """Where the ARN of a role is to be set."""


@dataclass(frozen=True)
class Account:
    """An account and the valid environments in it, in alphabetical order."""

    number: str
    environments: tuple[LoadedEnvironment, ...]

    @property
    def buckets(self) -> list[RequiredBucket]:
        """The buckets that are created, each once."""
        found = {bucket.name: bucket for bucket in map(_required_bucket, self.environments) if bucket}
        return [found[name] for name in sorted(found)]

    @property
    def providers(self) -> list[OidcProvider]:
        """The identity providers of the environments' runs, each once."""
        found = {provider.host: provider for each in self.environments for provider in list_providers(each)}
        return [found[host] for host in sorted(found)]

    @property
    def needs_something(self) -> bool:
        """Whether there is anything to create."""
        return bool(self.buckets or self.providers)

    @property
    def region(self) -> str:
        """The region of everything that does not say another one."""
        return self.buckets[0].region if self.buckets else self.environments[0].context.region

    @property
    def tags(self) -> Mapping[str, str]:
        """The tags that all its environments have in common, except those that name an environment."""
        tags, *others = [{"project": each.environment.project, **each.environment.tags} for each in self.environments]
        return {key: value for key, value in tags.items() if all(other.get(key) == value for other in others)}


def group_by_account(environments: Iterable[LoadedEnvironment]) -> list[Account]:
    """Return the accounts of environments, also those that need nothing, in the order of their numbers."""
    found: dict[str, list[LoadedEnvironment]] = {}
    for settings in sorted(environments, key=lambda each: each.name):
        found.setdefault(settings.environment.account, []).append(settings)
    return [Account(number, tuple(found[number])) for number in sorted(found)]


def _required_bucket(settings: LoadedEnvironment) -> RequiredBucket | None:
    state, context = settings.environment.state, settings.context
    if not isinstance(state, S3State) or not state.create:
        return None
    return RequiredBucket(
        name=terraform_backend.bucket_name(context, state), region=state.region or context.region, kms_key=state.kms_key
    )


def list_providers(settings: LoadedEnvironment) -> list[OidcProvider]:
    """Return the identity providers of an environment's runs."""
    automation = settings.environment.automation
    if automation is None:
        return []
    found = []
    if automation.github:
        found.append(_github(settings, automation.github))
    if automation.hcp_terraform:
        found.append(_hcp_terraform(settings, automation.hcp_terraform))
    return found


def _github(settings: LoadedEnvironment, github: GitHubActions) -> OidcProvider:
    """A token of a job that has an environment names that, whichever branch or pull request it is for.

    https://docs.github.com/en/actions/reference/security/oidc#example-subject-claims
    The audience is what the action asks for: https://github.com/aws-actions/configure-aws-credentials#oidc
    """
    repository = f"repo:{github.repository}"
    branch = f"{repository}:ref:refs/heads/{github.branch}"
    return OidcProvider(
        host=_GITHUB,
        audience=f"sts.{settings.context.dns_suffix}",
        create=github.create_provider,
        plan=(f"{repository}:pull_request", branch),
        apply=(f"{repository}:environment:{github.environment}" if github.environment else branch,),
        usage="role-to-assume of aws-actions/configure-aws-credentials",
    )


def _hcp_terraform(settings: LoadedEnvironment, hcp: HcpTerraform) -> OidcProvider:
    """A token of a run names its workspace and its phase.

    https://developer.hashicorp.com/terraform/cloud-docs/dynamic-provider-credentials/aws-configuration
    """
    state = settings.environment.state
    assert isinstance(state, CloudState), "the rules want one"
    workspace = (
        f"organization:{hcp.organization or state.organization}:project:{hcp.project or state.project or _DEFAULT_PROJECT}"
        f":workspace:{state.workspace or settings.context.prefix}"
    )
    return OidcProvider(
        host=hcp.hostname or state.hostname or _HCP_TERRAFORM,
        audience=_HCP_AUDIENCE,
        create=hcp.create_provider,
        plan=(f"{workspace}:run_phase:plan",),
        apply=(f"{workspace}:run_phase:apply",),
        usage="TFC_AWS_{PHASE}_ROLE_ARN of the workspace, beside TFC_AWS_PROVIDER_AUTH = true",
    )
