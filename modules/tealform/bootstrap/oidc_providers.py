"""Who vouches for a run of Terraform, and how a role knows the run by what is vouched for."""

from __future__ import annotations

from dataclasses import dataclass

from tealform.settings.automation import GitHubActions, HcpTerraform
from tealform.settings.loader import LoadedEnvironment
from tealform.settings.state import CloudState

_GITHUB = "token.actions.githubusercontent.com"
_HCP_TERRAFORM = "app.terraform.io"
# Where TFC_AWS_WORKLOAD_IDENTITY_AUDIENCE does not say another one.
_HCP_AUDIENCE = "aws.workload.identity"
_DEFAULT_PROJECT = "Default Project"


@dataclass(frozen=True)
class Issuer:
    """An issuer of tokens for an environment's runs: its host, whom its tokens are for, and whether it is to be made known.

    ``plan`` and ``apply`` are the subjects of the tokens that may take either role. ``usage`` says what is to be set where.
    """

    host: str
    audience: str
    create: bool
    plan: tuple[str, ...]
    apply: tuple[str, ...]
    usage: str


def of(settings: LoadedEnvironment) -> list[Issuer]:
    """The issuers of those whom an environment lets in."""
    automation = settings.environment.automation
    if automation is None:
        return []
    found = []
    if automation.github:
        found.append(_github(settings, automation.github))
    if automation.hcp_terraform:
        found.append(_hcp_terraform(settings, automation.hcp_terraform))
    return found


def _github(settings: LoadedEnvironment, github: GitHubActions) -> Issuer:
    """A job of an environment is known by that, whichever branch or pull request it is of.

    https://docs.github.com/en/actions/reference/security/oidc#example-subject-claims
    The audience is what the action asks for: https://github.com/aws-actions/configure-aws-credentials#oidc
    """
    repository = f"repo:{github.repository}"
    branch = f"{repository}:ref:refs/heads/{github.branch}"
    return Issuer(
        _GITHUB,
        f"sts.{settings.context.dns_suffix}",
        github.create_provider,
        plan=(f"{repository}:pull_request", branch),
        apply=(f"{repository}:environment:{github.environment}" if github.environment else branch,),
        usage="role-to-assume of aws-actions/configure-aws-credentials",
    )


def _hcp_terraform(settings: LoadedEnvironment, hcp: HcpTerraform) -> Issuer:
    """A run is known by its workspace and by what it does.

    https://developer.hashicorp.com/terraform/cloud-docs/dynamic-provider-credentials/aws-configuration
    """
    state = settings.environment.state
    assert isinstance(state, CloudState), "the rules want one"
    workspace = (
        f"organization:{hcp.organization or state.organization}:project:{hcp.project or state.project or _DEFAULT_PROJECT}"
        f":workspace:{state.workspace or settings.context.prefix}"
    )
    return Issuer(
        hcp.hostname or state.hostname or _HCP_TERRAFORM,
        _HCP_AUDIENCE,
        hcp.create_provider,
        plan=(f"{workspace}:run_phase:plan",),
        apply=(f"{workspace}:run_phase:apply",),
        usage="TFC_AWS_{PHASE}_ROLE_ARN of the workspace, beside TFC_AWS_PROVIDER_AUTH = true",
    )
