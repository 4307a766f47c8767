"""Where Terraform's state is and who runs Terraform: state buckets, keys, roles and identity providers."""

from __future__ import annotations

from collections.abc import Iterator

from tealform.settings import terraform_backend
from tealform.settings.environment import Environment
from tealform.settings.project import Project
from tealform.settings.rules.conflict import Conflict, Rule, check_region
from tealform.settings.state import CloudState, LocalState, S3State


def check_state_key(environment: Environment, name: str) -> Iterator[Conflict]:
    """Require a key of the bucket's region: https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html"""
    state = environment.state
    if isinstance(state, S3State) and state.kms_key:
        region = state.region or environment.region
        reason = f"a bucket is encrypted with a key of its own region, {region}"
        about = (("region",), ("state", "s3", "region"))
        yield from check_region(("state", "s3", "kms_key"), state.kms_key, region, reason, about)


def check_automation(environment: Environment, name: str) -> Iterator[Conflict]:
    """Require somebody who runs Terraform, and a state that both sides find.

    A state in a file is on the machine that applied last, which for a workflow no longer exists.
    """
    automation, about = environment.automation, (("state",),)
    if automation is None:
        return
    if not (automation.github or automation.hcp_terraform):
        yield Conflict(("automation",), "names nobody; write github { … } or hcp_terraform { … } into it")
    if automation.github and isinstance(environment.state, LocalState):
        message = 'needs a state that outlives a workflow\'s machine; write state "s3" { … } or state "cloud" { … }'
        yield Conflict(("automation", "github"), message, about)
    if automation.hcp_terraform and not isinstance(environment.state, CloudState):
        message = 'is about the runs of a workspace; write state "cloud" { … }'
        yield Conflict(("automation", "hcp_terraform"), message, about)


def check_workspace(environment: Environment, name: str) -> Iterator[Conflict]:
    """Require one organization, project and host, which a role trusts, either in ``state`` or in ``automation``."""
    automation, state = environment.automation, environment.state
    if automation is None or automation.hcp_terraform is None or not isinstance(state, CloudState):
        return
    for key in ("organization", "project", "hostname"):
        here, there = getattr(automation.hcp_terraform, key), getattr(state, key)
        if here and there and here != there:
            message = f'"{here}" is not "{there}", which state.cloud.{key} says; leave it out here'
            yield Conflict(("automation", "hcp_terraform", key), message, (("state", "cloud", key),))
    if not (automation.hcp_terraform.organization or state.organization):
        message = "is missing; a role trusts one organization, which TF_CLOUD_ORGANIZATION does not tell AWS"
        path = ("automation", "hcp_terraform", "organization")
        yield Conflict(path, message, (("state", "cloud", "organization"),))


RULES: tuple[Rule, ...] = (check_state_key, check_automation, check_workspace)


def check_state_buckets(project: Project, name: str) -> Iterator[Conflict]:
    """Require that all environments that keep state in a created bucket say the same of it, in one account."""
    mine = _created_bucket(project, name)
    if mine is None:
        return
    account, about = project.environments[name].account, (("project",), ("account",), ("region",), ("state", "s3"))
    for other, environment in project.others(name):
        theirs = _created_bucket(project, other)
        if theirs is None or theirs.bucket != mine.bucket:
            continue
        if environment.account != account:
            message = (
                f'is created for "{other}" in account {environment.account} already; use another one, or create = false'
            )
            yield Conflict(("state", "s3", "bucket"), message, about)
            continue
        for key in ("region", "kms_key"):
            here, there = getattr(mine, key), getattr(theirs, key)
            if here != there:
                message = f'is {_shown(here)}, and for the same bucket {_shown(there)} in "{other}"; say the same in both, or use two'
                yield Conflict(("state", "s3", key), message, about)


def check_state_is_out_of_reach(project: Project, name: str) -> Iterator[Conflict]:
    """Refuse a state bucket with a name that the role that applies an environment may empty."""
    mine = project.environments[name]
    if not isinstance(mine.state, S3State):
        return
    bucket = terraform_backend.bucket_name(project.context(name), mine.state)
    for other in sorted(project.environments):
        theirs = project.environments[other]
        prefix = f"{project.context(other).prefix}-"
        if theirs.automation and theirs.account == mine.account and bucket.startswith(prefix):
            message = f'"{bucket}" is called like what belongs to "{other}" ({prefix}…), which its apply role may empty; use another one'
            yield Conflict(("state", "s3", "bucket"), message, (("project",), ("account",), ("state", "s3")))


def check_identity_providers(project: Project, name: str) -> Iterator[Conflict]:
    """Require that all environments of an account create the identity provider of a host, or none: there is one.

    https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateOpenIDConnectProvider.html
    """
    mine = _providers(project.environments[name])
    for other, environment in project.others(name):
        theirs = _providers(environment)
        if environment.account != project.environments[name].account:
            continue
        for host in sorted(mine.keys() & theirs.keys()):
            (block, create), (block_, create_) = mine[host], theirs[host]
            if create != create_:
                message = f'{str(create).lower()}, and automation.{block_}.create_provider of "{other}" in the same account is {str(create_).lower()}; say the same in both'
                yield Conflict(("automation", block, "create_provider"), message, (("account",), ("state",)))


def _created_bucket(project: Project, name: str) -> S3State | None:
    """Return the settings of the bucket that is created for an environment, with the name and region that it will have."""
    context, given = project.context(name), project.environments[name].state
    if not isinstance(given, S3State) or not given.create:
        return None
    filled = {"bucket": terraform_backend.bucket_name(context, given), "region": given.region or context.region}
    return given.model_copy(update=filled)


def _shown(value: str | None) -> str:
    return f'"{value}"' if value else "left out"


def _providers(environment: Environment) -> dict[str, tuple[str, bool]]:
    """Return for each host the block that asks for its identity provider, and whether the provider is to be created."""
    automation, state = environment.automation, environment.state
    found: dict[str, tuple[str, bool]] = {}
    if automation and automation.github:
        found["github"] = ("github", automation.github.create_provider)
    if automation and (hcp := automation.hcp_terraform):
        hostname = hcp.hostname or (state.hostname if isinstance(state, CloudState) else None)
        found[hostname or "app.terraform.io"] = ("hcp_terraform", hcp.create_provider)
    return found
