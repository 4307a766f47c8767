"""Automation that runs Terraform without a stored key, with a token that is valid for one run."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from tealform.settings.state import CloudName, CloudProject, Hostname
from tealform.settings.types import Block, matching

# Repositories made, renamed or moved since July 2026 have ids in their tokens:
# https://docs.github.com/en/actions/reference/security/oidc#immutable-subject-claims
Repository = Annotated[
    str,
    matching(
        r"[A-Za-z0-9](-?[A-Za-z0-9]){0,38}(/[\w.-]{1,100}|@\d{1,20}/[\w.-]{1,100}@\d{1,20})",
        "a repository of GitHub like acme/infrastructure, or with both ids like acme@123456/infrastructure@456789",
    ),
]
# Narrower than Git and GitHub: nothing that IAM reads as a wildcard or a variable, and no colon, which tokens write as %3A.
Branch = Annotated[
    str, matching(r"(?!refs/)\w[\w./+=-]{0,254}", "the name of a branch, like main, of letters, digits and . _ / + = -")
]
JobEnvironment = Annotated[str, matching(r"\w[\w .-]{0,254}", "the name of an environment of GitHub, like production")]

_CREATE_PROVIDER = "Whether `tealform bootstrap` creates the identity provider, of which an account takes one. `false` uses the one that is there."


class GitHubActions(Block):
    """Workflows of a GitHub repository. Pull requests and the branch may plan; the branch, or the jobs of an environment, apply."""

    repository: Repository = Field(
        description=(
            "The repository that holds the environments. One that was created, renamed or moved since July 2026 has ids in its "
            "tokens, and is written with them: `acme@123456/infrastructure@456789`."
        ),
        examples=["acme/infrastructure"],
    )
    branch: Branch = Field(
        default="main", description="The branch whose workflows plan, and apply unless an `environment` does."
    )
    environment: JobEnvironment | None = Field(
        default=None,
        description=(
            "The environment of GitHub whose jobs alone may apply; who gets into it is decided by its rules there, like reviewers "
            "and branches."
        ),
    )
    create_provider: bool = Field(default=True, description=_CREATE_PROVIDER)


class HcpTerraform(Block):
    """Runs of the workspace that `state "cloud"` names: one role for its plans, another for its applies."""

    organization: CloudName | None = Field(
        default=None, description='The organization\'s name; that of `state "cloud"` when left out.'
    )
    project: CloudProject | None = Field(
        default=None,
        description='The project that holds the workspace; that of `state "cloud"` when left out, or else `Default Project`.',
    )
    hostname: Hostname | None = Field(
        default=None,
        description=(
            'The host of Terraform Enterprise; that of `state "cloud"` when left out, or else `app.terraform.io`. AWS must reach '
            "it."
        ),
    )
    create_provider: bool = Field(default=True, description=_CREATE_PROVIDER)


class Automation(Block):
    """Who may take the roles `<project>-<environment>-plan`, which reads, and `<project>-<environment>-apply`.

    `tealform bootstrap` generates both, with the identity provider that vouches for who asks. Nobody keeps a key.
    """

    github: GitHubActions | None = Field(default=None, description="Workflows of GitHub Actions.")
    hcp_terraform: HcpTerraform | None = Field(default=None, description="Runs of HCP Terraform.")
