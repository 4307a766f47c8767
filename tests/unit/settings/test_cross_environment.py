"""Environments that do not go together, told where it can be mended."""

from pathlib import Path
from typing import Any

import pytest

from tests.support import environment, mistakes_among, template_among


def promotion(before: str, service: str = "", top: str = "") -> str:
    return environment(service=f'source "promotion" {{ environment = "{before}" }}\n{service}', top=top)


LINE = "environments/staging/environment.hcl:13: service.web.source.promotion.environment: "


@pytest.mark.parametrize(
    ("dev", "staging", "message"),
    [
        (environment(), promotion("test"), '"test" is no other environment; there are dev'),
        (environment(), promotion("staging"), '"staging" is no other environment; there are dev'),
        (environment().replace('"web"', '"api"'), promotion("dev"), '"dev" has no service "web"; it has api'),
        (environment(service='architecture = "arm64"'), promotion("dev"), '"dev" runs arm64 and this environment x86_64; one image is for one processor'),
        (environment(top="disposable = true"),
         promotion("dev"), '"dev" is disposable: its destroy would take along what is released here; set disposable = false there'),
        (promotion("staging"), promotion("dev"), '"dev" takes its releases from here itself; one environment must build'),
    ],
)  # fmt: skip
def test_a_promotion_that_cannot_work_is_refused(dev: str, staging: str, message: str) -> None:
    assert mistakes_among({"dev": dev, "staging": staging}, "staging") == [LINE + message]


def test_a_promotion_that_works_is_not() -> None:
    assert mistakes_among({"dev": environment(), "staging": promotion("dev")}, "staging") == []
    disposable = {"dev": environment(top="disposable = true"), "staging": promotion("dev", top="disposable = true")}
    assert mistakes_among(disposable, "staging") == []


@pytest.mark.parametrize(("old", "new"), [('"eu-west-1', '"eu-west-2'), ('"123456789012"', '"210987654321"')])
def test_releases_stay_in_one_account_and_region(old: str, new: str) -> None:
    (message,) = mistakes_among({"dev": environment().replace(old, new), "staging": promotion("dev")}, "staging")
    assert message.startswith(LINE + 'the pipelines of "dev" are in ')
    assert message.endswith("releases are handed on within one account, like a tools account: see pipelines_in")


def test_an_environment_with_mistakes_stops_those_that_it_concerns_and_no_others() -> None:
    broken = promotion("dev", service="cpu = 300")
    texts = {"dev": environment(), "staging": broken, "other": environment()}
    assert mistakes_among(texts, "other") == []
    assert mistakes_among(texts, "dev") == [
        "environments/dev/environment.hcl:1: environments/staging speaks of this environment, and has mistakes of its own; "
        "mend them first"
    ]
    (message,) = mistakes_among({"dev": environment(service="cpu = 300"), "staging": promotion("dev")}, "staging")
    assert message.startswith(LINE + "environments/dev has mistakes of its own")


def test_an_environment_that_cannot_even_be_read_counts_as_well() -> None:
    texts = {"dev": environment(), "staging": promotion("dev") + "}", "other": environment()}
    assert mistakes_among(texts, "other") == []
    assert "environments/staging speaks of this environment" in mistakes_among(texts, "dev")[0]


SLACK = 'notifications {\n slack {\n workspace = "T012AB3CD"\n channel = "C012AB3CD"\n }\n}'
TOOLS = 'project = "shop"\nregion = "eu-west-1"\naccount = "111111111111"\n'


def test_a_channel_is_told_once_from_an_account() -> None:
    both = {"dev": environment(top=SLACK), "staging": environment(top=SLACK)}
    (message,) = mistakes_among(both, "staging")
    assert message.endswith(
        'notifications.slack: "dev" tells this channel already from the same account, and AWS takes it once; use another one, or '
        "none here"
    )
    other_channel = {**both, "dev": both["dev"].replace("C012AB3CD", "C999AB3CD")}
    assert mistakes_among(other_channel, "staging") == []
    other_account = {**both, "dev": both["dev"].replace("123456789012", "222222222222")}
    assert mistakes_among(other_account, "staging") == []


def test_a_channel_may_be_told_of_all_pipelines_of_a_tools_account() -> None:
    def of(account: str) -> str:
        return environment(top=f'{SLACK}\npipelines_in = "tools"').replace("123456789012", account)

    texts = {"tools": TOOLS, "stage": of("222222222222"), "prod": of("333333333333")}
    assert mistakes_among(texts, "prod") == []
    shown = template_among(texts, "tools").only("aws_chatbot_slack_channel_configuration")["sns_topic_arns"]
    assert len(shown) == 2


def test_a_tools_environment_tells_and_caches_nothing_itself() -> None:
    stage = environment(top='pipelines_in = "tools"').replace("123456789012", "222222222222")
    tools = f'{TOOLS}\n{SLACK}\npull_through_cache "quay" {{}}'
    messages = mistakes_among({"tools": tools, "stage": stage}, "tools")
    assert [message.split(": ")[1] for message in messages] == ["notifications", "pull_through_cache"]
    assert mistakes_among({"tools": TOOLS, "stage": stage}, "tools") == []


def test_services_of_two_environments_are_not_called_alike() -> None:
    def named(service: str) -> str:
        return environment().replace('"web"', f'"{service}"')

    texts = {"dev": named("web-x"), "dev-web": named("x")}
    (message,) = mistakes_among(texts, "dev")
    assert message.endswith(
        'service.web-x: would be called "shop-dev-web-x" in AWS, like service.x of "dev-web"; use another name'
    )
    assert mistakes_among({**texts, "dev-web": named("y")}, "dev") == []


def test_what_another_account_reads_fits_into_a_parameter() -> None:
    def stage(text: str, pipelines: str = 'pipelines_in = "tools"') -> str:
        service = f'environment = {{ GREETING = "{text}" }}'
        return environment(service=service, top=pipelines).replace("123456789012", "222222222222")

    long = "é" * 2100  # fewer characters than CodeBuild takes, and more bytes than a parameter
    (message,) = mistakes_among({"tools": TOOLS, "stage": stage(long)}, "stage")
    assert "service.web.environment: takes 4232 bytes in the release contract; a parameter holds 4096" in message
    assert mistakes_among({"tools": TOOLS, "stage": stage("é" * 2000)}, "stage") == []
    assert mistakes_among({"stage": stage(long, "")}, "stage") == []


@pytest.mark.parametrize(
    "prod",
    [
        promotion("tools", service=""),
        promotion("nowhere"),
        promotion("other"),
    ],
)
def test_what_another_environment_cannot_have_is_told_to_those_that_it_concerns(prod: str) -> None:
    def elsewhere(text: str, account: str) -> str:
        return f'{text}\npipelines_in = "tools"'.replace("123456789012", account)

    texts = {
        "tools": environment().replace('"web"', '"api"').replace("123456789012", "111111111111"),
        "prod": elsewhere(prod, "222222222222"),
        "other": elsewhere(promotion("prod"), "333333333333"),
        "beside": environment(),
    }
    assert mistakes_among(texts, "prod") != []
    # Its pipelines belong there, and cannot be made.
    assert any("environments/prod speaks of this environment" in line for line in mistakes_among(texts, "tools"))
    assert mistakes_among(texts, "beside") == []


def test_a_promotion_from_an_environment_that_cannot_be_is_refused() -> None:
    texts = {"dev": promotion("nowhere"), "staging": promotion("dev")}
    (message,) = mistakes_among(texts, "staging")
    assert message.startswith(LINE + "environments/dev has mistakes of its own")


@pytest.mark.parametrize(
    ("source", "argument"),
    [('"s3" { bucket = "one" }', "s3.bucket"), ('"codecommit" { repository = "one" }', "codecommit.repository")],
)
def test_a_source_is_created_by_one_environment(source: str, argument: str) -> None:
    source = source.replace("one", "one-of-all")
    texts = {"dev": environment(service=f"source {source}"), "prod": environment(service=f"source {source}")}
    (message,) = mistakes_among(texts, "prod")
    assert message.endswith(
        f'{argument}: "one-of-all" is created by service.web of "dev" already; use create = false in one'
    )
    used = source.replace(" }", "\n create = false\n}").replace("{ ", "{\n ")
    assert mistakes_among({**texts, "prod": environment(service=f"source {used}")}, "prod") == []


@pytest.mark.parametrize(
    ("service", "top", "path"),
    [
        ('build {{ secrets = {{ A = "arn:aws:ssm:eu-west-1:{}:parameter/x" }} }}', "", "service.web.build.secrets.A"),
        ("",
         'pull_through_cache "docker-hub" {{\n credentials = "arn:aws:secretsmanager:eu-west-1:{}:secret:ecr-pullthroughcache/hub-AbCdEf"\n}}', "pull_through_cache.docker-hub.credentials"),
    ],
)  # fmt: skip
def test_builds_elsewhere_read_what_is_there(service: str, top: str, path: str) -> None:
    def stage(account: str) -> str:
        text = environment(service=service.format(account), top=f'{top.format(account)}\npipelines_in = "tools"')
        return text.replace("123456789012", "222222222222")

    (message,) = mistakes_among({"tools": TOOLS, "stage": stage("555555555555")}, "stage")
    assert (
        f"{path}: belongs to account 555555555555; builds run in 111111111111, and read none of another account"
        in message
    )
    assert mistakes_among({"tools": TOOLS, "stage": stage("111111111111")}, "stage") == []


def test_the_name_of_a_new_connection_is_that_of_the_account_of_the_pipelines() -> None:
    stage = environment(service='source "bitbucket" { repository = "acme/web" }', top='pipelines_in = "HOME"')
    stage = stage.replace("123456789012", "222222222222")

    def mistakes(home: str) -> list[str]:
        return mistakes_among({home: TOOLS, "stage": stage.replace("HOME", home)}, "stage")

    (message,) = mistakes("a-very-long-tools-name-xx")
    assert 'it would be called "shop-a-very-long-tools-name-xx-bitbucket", 40 characters' in message
    assert mistakes("tools") == []


def test_an_environment_whose_file_may_not_be_opened_is_told_and_no_crash(monkeypatch: pytest.MonkeyPatch) -> None:
    read = Path.read_text

    def refuse(file: Path, *args: Any, **kwargs: Any) -> str:
        if file.parent.name == "closed":
            raise PermissionError(13, "Permission denied", str(file))
        return read(file, *args, **kwargs)

    monkeypatch.setattr(Path, "read_text", refuse)
    (message,) = mistakes_among({"dev": environment(), "closed": environment()}, "dev")
    assert "environments/closed speaks of this environment, and has mistakes of its own" in message
    (message,) = mistakes_among({"dev": environment(), "closed": environment()}, "closed")
    assert message.endswith("cannot be read: Permission denied")
