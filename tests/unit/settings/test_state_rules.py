"""State that is kept where others find it: for each rule what passes, and what fails with its message."""

import pytest

from tests.support import environment, mistakes, mistakes_among

FILE = "environments/test/environment.hcl"
KEY = "arn:aws:kms:eu-west-1:123456789012:key/0f4b2c1d"


def kept(*lines: str) -> str:
    """Line 16 is the first of ``lines``."""
    return environment(top="\n".join(('state "s3" {', *lines, "}")))


def elsewhere(text: str) -> str:
    return text.replace("123456789012", "210987654321")


@pytest.mark.parametrize(
    "text",
    [
        kept(),
        kept('bucket = "shop.states"', "create = false", f'kms_key = "{KEY}"'),
        environment(top='state "cloud" {}'),
        environment(top='state "cloud" {\n hostname = "tfe.example.com"\n project = "Web Shop"\n}'),
    ],
)
def test_accepts(text: str) -> None:
    assert mistakes(text) == []


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (
            'hostname = "https://tfe.example.com"',
            "not the name of a host, like terraform.example.com, without https:// and port",
        ),
        ('hostname = "localhost"', "not the name of a host, like terraform.example.com, without https:// and port"),
        ('project = "a"', "not the name of a project of HCP Terraform: 3 to 40 letters, digits, spaces, - and _"),
        ('project = " shop"', "not the name of a project of HCP Terraform: 3 to 40 letters, digits, spaces, - and _"),
    ],
)
def test_names_that_hcp_terraform_does_not_take(line: str, message: str) -> None:
    key, value = line.split(" = ")
    assert mistakes(environment(top=f'state "cloud" {{\n{line}\n}}')) == [
        f"{FILE}:16: state.cloud.{key}: {value} is {message}"
    ]


@pytest.mark.parametrize(
    ("dev", "test"),
    [
        (kept(), kept()),
        (kept('bucket = "states"', f'kms_key = "{KEY}"'), kept('bucket = "states"', f'kms_key = "{KEY}"')),
        # Without a name, each account has its own.
        (elsewhere(kept()), kept()),
        (elsewhere(kept('bucket = "states"')), kept('bucket = "states"', "create = false")),
        (kept('bucket = "states"'), kept('bucket = "others"', 'region = "eu-north-1"')),
    ],
)
def test_environments_that_share_a_bucket(dev: str, test: str) -> None:
    texts = {"dev": dev, "test": test}
    assert [mistakes_among(texts, name) for name in texts] == [[], []]


@pytest.mark.parametrize(
    ("dev", "test", "message"),
    [
        (
            elsewhere(kept('bucket = "states"')),
            kept('bucket = "states"'),
            ':16: state.s3.bucket: is created for "dev" in account 210987654321 already; use another one, or create = false',
        ),
        (
            kept(),
            kept('region = "eu-north-1"'),
            ':16: state.s3.region: is "eu-north-1", and for the same bucket "eu-west-1" in "dev"; say the same in both, or use two',
        ),
        (
            kept(),
            kept(f'kms_key = "{KEY}"'),
            f':16: state.s3.kms_key: is "{KEY}", and for the same bucket left out in "dev"; say the same in both, or use two',
        ),
    ],
)
def test_environments_that_say_different_things_of_one_bucket(dev: str, test: str, message: str) -> None:
    assert mistakes_among({"dev": dev, "test": test}, "test") == [FILE + message]


GITHUB = 'state "s3" {}\nautomation "github" { repository = "acme/infrastructure" }'


def test_a_key_of_another_region_than_the_buckets() -> None:
    theirs = KEY.replace("eu-west-1", "us-east-1")
    assert mistakes(kept('region = "us-east-1"', f'kms_key = "{theirs}"')) == []
    assert mistakes(kept(f'kms_key = "{theirs}"')) == [
        f"{FILE}:16: state.s3.kms_key: is in us-east-1; a bucket is encrypted with a key of its own region, eu-west-1"
    ]


@pytest.mark.parametrize(
    ("dev", "bucket", "is_reached"),
    [
        (GITHUB, "shop-dev-states", True),
        (GITHUB, "shop-states", False),
        ("", "shop-dev-states", False),
        (GITHUB, "shop-development", False),
    ],
)
def test_a_bucket_that_a_role_may_empty_holds_no_state(dev: str, bucket: str, is_reached: bool) -> None:
    texts = {"dev": environment(top=dev), "test": kept(f'bucket = "{bucket}"', "create = false")}
    assert mistakes_among(texts, "test") == (
        [
            f'{FILE}:16: state.s3.bucket: "shop-dev-states" is called like what belongs to "dev" (shop-dev-…), which its apply '
            "role may empty; use another one"
        ]
        if is_reached
        else []
    )


def test_a_role_of_another_account_reaches_no_state() -> None:
    texts = {"dev": elsewhere(environment(top=GITHUB)), "test": kept('bucket = "shop-dev-states"', "create = false")}
    assert mistakes_among(texts, "test") == []
