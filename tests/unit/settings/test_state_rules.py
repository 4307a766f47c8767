"""Terraform's state and who runs Terraform: for each rule what it accepts, and what it refuses with which message."""

import pytest

from tests.support import environment, mistakes, mistakes_among

FILE = "environments/test/environment.hcl"
KEY = "arn:aws:kms:eu-west-1:123456789012:key/0f4b2c1d"
KEY_ELSEWHERE = KEY.replace("eu-west-1", "us-east-1")
S3, CLOUD = 'state "s3" {}', 'state "cloud" { organization = "acme" }'


def s3(*lines: str) -> str:
    """Line 16 is the first of ``lines``."""
    return environment(top="\n".join(('state "s3" {', *lines, "}")))


def cloud(*lines: str) -> str:
    """Line 16 is the first of ``lines``."""
    return environment(top="\n".join(('state "cloud" {', *lines, "}")))


def automation(block: str, *lines: str, state: str = S3) -> str:
    """Line 17 is the first of ``lines``."""
    return environment(top="\n".join((state, f'automation "{block}" {{', *lines, "}")))


def github(*lines: str, repository: str = "acme/infrastructure", state: str = S3) -> str:
    """Line 18 is the first of ``lines``."""
    return automation("github", f'repository = "{repository}"', *lines, state=state)


def hcp(*lines: str, state: str = CLOUD) -> str:
    return automation("hcp_terraform", *lines, state=state)


def elsewhere(text: str) -> str:
    return text.replace("123456789012", "210987654321")


ACCEPTED = {
    "a bucket": s3(),
    "a bucket that exists": s3('bucket = "shop.states"', "create = false", f'kms_key = "{KEY}"'),
    "a key of the bucket's region": s3('region = "us-east-1"', f'kms_key = "{KEY_ELSEWHERE}"'),
    "the cloud": cloud(),
    "terraform enterprise": cloud('hostname = "tfe.example.com"', 'project = "Web Shop"'),
    "a repository": github(),
    "a repository with ids": github(repository="acme@123456/infra.structure@456789"),
    "a branch and an environment": github('branch = "release/2.x"', 'environment = "Production EU"'),
    "github with a state in the cloud": github(state=CLOUD),
    "a workspace": hcp(),
    "an organization that the state does not say": hcp('organization = "acme"', state='state "cloud" {}'),
    "the same said twice": hcp('organization = "acme"'),
    "both": github(state=CLOUD) + 'automation "hcp_terraform" {}',
}


@pytest.mark.parametrize("text", ACCEPTED.values(), ids=list(ACCEPTED))
def test_accepts(text: str) -> None:
    assert mistakes(text) == []


HOST = "the name of a host, like terraform.example.com, without https:// and port"
PROJECT = "the name of a project of HCP Terraform: 3 to 40 letters, digits, spaces, - and _"
REPOSITORY = "a repository of GitHub like acme/infrastructure, or with both ids like acme@123456/infrastructure@456789"
BRANCH = "the name of a branch, like main, of letters, digits and . _ / + = -"
REFUSED = [
    (s3(f'kms_key = "{KEY_ELSEWHERE}"'), "16: state.s3.kms_key: is in us-east-1; a bucket is encrypted with a key of its own region, eu-west-1"),
    (cloud('hostname = "https://tfe.example.com"'), f'16: state.cloud.hostname: "https://tfe.example.com" is not {HOST}'),
    (cloud('hostname = "localhost"'), f'16: state.cloud.hostname: "localhost" is not {HOST}'),
    (cloud('project = "a"'), f'16: state.cloud.project: "a" is not {PROJECT}'),
    (cloud('project = " shop"'), f'16: state.cloud.project: " shop" is not {PROJECT}'),
    (github(repository="infrastructure"), f'17: automation.github.repository: "infrastructure" is not {REPOSITORY}'),
    (github(repository="acme/*"), f'17: automation.github.repository: "acme/*" is not {REPOSITORY}'),
    (github(repository="acme@1/infra"), f'17: automation.github.repository: "acme@1/infra" is not {REPOSITORY}'),
    (github('branch = "*"'), f'18: automation.github.branch: "*" is not {BRANCH}'),
    (github('branch = "refs/heads/main"'), f'18: automation.github.branch: "refs/heads/main" is not {BRANCH}'),
    (github('environment = "a:b"'), '18: automation.github.environment: "a:b" is not the name of an environment of GitHub, like production'),
    (automation("github"), '16: automation.github.repository: is missing; for example "acme/infrastructure"'),
    (environment(top="automation {}"), "15: automation: names nobody; write github { … } or hcp_terraform { … } into it"),
    (github(state='state "local" {}'),
     '16: automation.github: needs a state that outlives a workflow\'s machine; write state "s3" { … } or state "cloud" { … }'),
    (hcp(state=S3), '16: automation.hcp_terraform: is about the runs of a workspace; write state "cloud" { … }'),
    (hcp(state='state "cloud" {}'),
     "16: automation.hcp_terraform.organization: is missing; a role trusts one organization, which TF_CLOUD_ORGANIZATION does not tell AWS"),
    (hcp('organization = "other"'),
     '17: automation.hcp_terraform.organization: "other" is not "acme", which state.cloud.organization says; leave it out here'),
]  # fmt: skip


@pytest.mark.parametrize(("text", "message"), REFUSED, ids=[message.split(": ")[1] for _, message in REFUSED])
def test_refuses(text: str, message: str) -> None:
    assert mistakes(text) == [f"{FILE}:{message}"]


NO_PROVIDER = github("create_provider = false")


@pytest.mark.parametrize(
    ("dev", "test"),
    [
        (s3(), s3()),
        (s3('bucket = "states"', f'kms_key = "{KEY}"'), s3('bucket = "states"', f'kms_key = "{KEY}"')),
        # Without a name, each account has its own.
        (elsewhere(s3()), s3()),
        (elsewhere(s3('bucket = "states"')), s3('bucket = "states"', "create = false")),
        (s3('bucket = "states"'), s3('bucket = "others"', 'region = "eu-north-1"')),
        # The role that applies dev empties neither buckets without its prefix nor those of another account.
        (github(), s3('bucket = "shop-states"', "create = false")),
        (environment(), s3('bucket = "shop-dev-states"', "create = false")),
        (github(), s3('bucket = "shop-development"', "create = false")),
        (elsewhere(github()), s3('bucket = "shop-dev-states"', "create = false")),
        # An account has one identity provider for a host.
        (NO_PROVIDER, NO_PROVIDER),
        (elsewhere(github()), NO_PROVIDER),
        (hcp(), hcp("create_provider = false", 'hostname = "tfe.example.com"')),
    ],
)
def test_environments_that_fit_together(dev: str, test: str) -> None:
    texts = {"dev": dev, "test": test}
    assert [mistakes_among(texts, name) for name in texts] == [[], []]


@pytest.mark.parametrize(
    ("dev", "test", "message"),
    [
        (elsewhere(s3('bucket = "states"')), s3('bucket = "states"'),
         '16: state.s3.bucket: is created for "dev" in account 210987654321 already; use another one, or create = false'),
        (s3(), s3('region = "eu-north-1"'),
         '16: state.s3.region: is "eu-north-1", and for the same bucket "eu-west-1" in "dev"; say the same in both, or use two'),
        (s3(), s3(f'kms_key = "{KEY}"'),
         f'16: state.s3.kms_key: is "{KEY}", and for the same bucket left out in "dev"; say the same in both, or use two'),
        (github(), s3('bucket = "shop-dev-states"', "create = false"),
         '16: state.s3.bucket: "shop-dev-states" is called like what belongs to "dev" (shop-dev-…), which its apply role may empty; use another one'),
        (github(), NO_PROVIDER,
         '18: automation.github.create_provider: false, and automation.github.create_provider of "dev" in the same account is true; say the same in both'),
    ],
)  # fmt: skip
def test_environments_that_do_not_fit_together(dev: str, test: str, message: str) -> None:
    assert mistakes_among({"dev": dev, "test": test}, "test") == [f"{FILE}:{message}"]
