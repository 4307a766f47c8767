"""Who runs Terraform without a stored key: known by name, and with a state that both find."""

from __future__ import annotations

from collections.abc import Iterator

from tealform.settings.environment import Environment
from tealform.settings.project import Project
from tealform.settings.rules.violation import Conflict
from tealform.settings.state import CloudState, LocalState


def somebody(environment: Environment, name: str) -> Iterator[Conflict]:
    """The block names whom it lets in."""
    automation = environment.automation
    if automation is not None and not (automation.github or automation.hcp_terraform):
        yield Conflict(("automation",), "names nobody; write github { … } or hcp_terraform { … } into it")


def shared_state(environment: Environment, name: str) -> Iterator[Conflict]:
    """A state in a file is on the machine that applied last, which for a workflow is gone by then."""
    automation, about = environment.automation, (("state",),)
    if automation is None:
        return
    if automation.github and isinstance(environment.state, LocalState):
        message = 'needs a state that outlives a workflow\'s machine; write state "s3" { … } or state "cloud" { … }'
        yield Conflict(("automation", "github"), message, about)
    if automation.hcp_terraform and not isinstance(environment.state, CloudState):
        message = 'is about the runs of a workspace; write state "cloud" { … }'
        yield Conflict(("automation", "hcp_terraform"), message, about)


def workspace(environment: Environment, name: str) -> Iterator[Conflict]:
    """A role trusts runs of an organization, a project and a host, which are said once: for the state or, beside that, here."""
    automation, state = environment.automation, environment.state
    if automation is None or automation.hcp_terraform is None or not isinstance(state, CloudState):
        return
    for key in ("organization", "project", "hostname"):
        here, there = getattr(automation.hcp_terraform, key), getattr(state, key)
        if here and there and here != there:
            message = f'"{here}" is not "{there}", which state.cloud.{key} says; leave it out here'
            yield Conflict(("automation", "hcp_terraform", key), message, (("state", "cloud", key),))
    if not (automation.hcp_terraform.organization or state.organization):
        path = ("automation", "hcp_terraform", "organization")
        message = "is missing; a role trusts one organization, which TF_CLOUD_ORGANIZATION does not tell AWS"
        yield Conflict(path, message, (("state", "cloud", "organization"),))


RULES = (somebody, shared_state, workspace)


def conflicts(project: Project, name: str) -> Iterator[Conflict]:
    """An account has one identity provider for a host: the environments in it all create it, or none does.

    https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateOpenIDConnectProvider.html
    """
    mine = _providers(project.environments[name])
    for other in sorted(project.environments.keys() - {name}):
        theirs = _providers(project.environments[other])
        if project.environments[other].account != project.environments[name].account:
            continue
        for host in sorted(mine.keys() & theirs.keys()):
            (block, create), (block_, create_) = mine[host], theirs[host]
            if create != create_:
                yield Conflict(
                    ("automation", block, "create_provider"),
                    f'{_shown(create)}, and automation.{block_}.create_provider of "{other}" in the same account is '
                    f"{_shown(create_)}; say the same in both",
                    (("account",), ("state",)),
                )


def _providers(environment: Environment) -> dict[str, tuple[str, bool]]:
    """The block that each host's provider is asked for in, and whether it is to be created, by host."""
    automation, state = environment.automation, environment.state
    found: dict[str, tuple[str, bool]] = {}
    if automation and automation.github:
        found["github"] = ("github", automation.github.create_provider)
    if automation and automation.hcp_terraform:
        hcp = automation.hcp_terraform
        hostname = hcp.hostname or (state.hostname if isinstance(state, CloudState) else None)
        found[hostname or "app.terraform.io"] = ("hcp_terraform", hcp.create_provider)
    return found


def _shown(value: bool) -> str:
    return str(value).lower()
