"""Who runs Terraform without a key: for each rule what passes, and what fails with its message."""

import pytest

from tests.support import environment, mistakes, mistakes_among

FILE = "environments/test/environment.hcl"
S3, CLOUD = 'state "s3" {}', 'state "cloud" { organization = "acme" }'


def let_in(block: str, *lines: str, state: str = S3) -> str:
    """Line 17 is the first of ``lines``."""
    return environment(top="\n".join((state, f'automation "{block}" {{', *lines, "}")))


def github(*lines: str, repository: str = "acme/infrastructure", state: str = S3) -> str:
    """Line 18 is the first of ``lines``."""
    return let_in("github", f'repository = "{repository}"', *lines, state=state)


def hcp(*lines: str, state: str = CLOUD) -> str:
    return let_in("hcp_terraform", *lines, state=state)


ACCEPTED = {
    "a repository": github(),
    "a repository with ids": github(repository="acme@123456/infra.structure@456789"),
    "a branch and an environment": github(
        'branch = "release/2.x"', 'environment = "Production (EU)"'.replace(" (EU)", " EU")
    ),
    "github with a state in the cloud": github(state=CLOUD),
    "a workspace": hcp(),
    "an organization that the state does not say": hcp('organization = "acme"', state='state "cloud" {}'),
    "the same said twice": hcp('organization = "acme"'),
    "both": github(state=CLOUD) + 'automation "hcp_terraform" {}',
}


@pytest.mark.parametrize("text", ACCEPTED.values(), ids=list(ACCEPTED))
def test_accepts(text: str) -> None:
    assert mistakes(text) == []


REPOSITORY = "a repository of GitHub like acme/infrastructure, or with both ids like acme@123456/infrastructure@456789"
BRANCH = "the name of a branch, like main, of letters, digits and . _ / + = -"
REFUSED = [
    (github(repository="infrastructure"), f'17: automation.github.repository: "infrastructure" is not {REPOSITORY}'),
    (github(repository="acme/*"), f'17: automation.github.repository: "acme/*" is not {REPOSITORY}'),
    (github(repository="acme@1/infra"), f'17: automation.github.repository: "acme@1/infra" is not {REPOSITORY}'),
    (github('branch = "*"'), f'18: automation.github.branch: "*" is not {BRANCH}'),
    (github('branch = "refs/heads/main"'), f'18: automation.github.branch: "refs/heads/main" is not {BRANCH}'),
    (
        github('environment = "a:b"'),
        '18: automation.github.environment: "a:b" is not the name of an environment of GitHub, like production',
    ),
    (let_in("github"), '16: automation.github.repository: is missing; for example "acme/infrastructure"'),
    (
        environment(top="automation {}"),
        "15: automation: names nobody; write github { … } or hcp_terraform { … } into it",
    ),
    (
        github(state='state "local" {}'),
        '16: automation.github: needs a state that outlives a workflow\'s machine; write state "s3" { … } or state "cloud" { … }',
    ),
    (hcp(state=S3), '16: automation.hcp_terraform: is about the runs of a workspace; write state "cloud" { … }'),
    (
        hcp(state='state "cloud" {}'),
        "16: automation.hcp_terraform.organization: is missing; a role trusts one organization, which TF_CLOUD_ORGANIZATION does "
        "not tell AWS",
    ),
    (
        hcp('organization = "other"'),
        '17: automation.hcp_terraform.organization: "other" is not "acme", which state.cloud.organization says; leave it out here',
    ),
]


@pytest.mark.parametrize(("text", "message"), REFUSED)
def test_refuses(text: str, message: str) -> None:
    assert mistakes(text) == [f"{FILE}:{message}"]


def test_an_account_has_one_identity_provider_for_a_host() -> None:
    there = github("create_provider = false")
    assert mistakes_among({"dev": there, "test": there}, "test") == []
    assert mistakes_among({"dev": github().replace("123456789012", "210987654321"), "test": there}, "test") == []
    enterprise = hcp("create_provider = false", 'hostname = "tfe.example.com"')
    assert mistakes_among({"dev": hcp(), "test": enterprise}, "test") == []
    assert mistakes_among({"dev": github(), "test": there}, "test") == [
        f'{FILE}:18: automation.github.create_provider: false, and automation.github.create_provider of "dev" in the same account '
        "is true; say the same in both"
    ]
