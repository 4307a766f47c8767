"""Environments of a project: which fit together, and which are refused with which message."""

from pathlib import Path
from typing import Any

import pytest

from tests.support import environment, mistakes_among, template_among

TOOLS = 'project = "shop"\nregion = "eu-west-1"\naccount = "111111111111"\n'
HOME = 'pipelines_in = "tools"'
DEV, DISPOSABLE = environment(), environment(top="disposable = true")
SLACK = 'notifications {\n slack {\n workspace = "T012AB3CD"\n channel = "C012AB3CD"\n }\n}'
TOPIC = 'notifications {\n topic = "arn:aws:sns:eu-west-1:123456789012:operations"\n}'
PART = 'service "web-prepare" {\n port = 80\n paths = ["/x"]\n}'


def promotion(before: str, service: str = "", top: str = "") -> str:
    """Line 13 is that of the source, line 14 the first of ``service``."""
    return environment(service=f'source "promotion" {{ environment = "{before}" }}\n{service}', top=top)


def at(account: str, text: str) -> str:
    return text.replace("123456789012", account)


def named(service: str) -> str:
    return DEV.replace('"web"', f'"{service}"')


def delivered(service: str = "", top: str = "", home: str = HOME) -> dict[str, str]:
    """A tools environment, and ``stage`` in another account with its pipelines there."""
    stage = at("222222222222", environment(service=service, top=f"{home}\n{top}"))
    return {home.split('"')[1]: TOOLS, "stage": stage}


def source(kind: str, line: str, create: str = "true") -> str:
    return environment(service=f'source "{kind}" {{\n {line}\n create = {create}\n}}')


def greeting(text: str) -> str:
    return f'environment = {{ GREETING = "{text}" }}'


def parameter(account: str) -> str:
    return f'build {{ secrets = {{ A = "arn:aws:ssm:eu-west-1:{account}:parameter/x" }} }}'


def hub(account: str) -> str:
    arn = f"arn:aws:secretsmanager:eu-west-1:{account}:secret:ecr-pullthroughcache/hub-AbCdEf"
    return f'pull_through_cache "docker-hub" {{\n credentials = "{arn}"\n}}'


LONG = "é" * 2100  # fewer characters than CodeBuild takes, and more bytes than a parameter
BITBUCKET = 'source "bitbucket" { repository = "acme/web" }'

ACCEPTED = {
    "a promotion": ("staging", {"dev": DEV, "staging": promotion("dev")}),
    "a promotion of what is disposable": ("staging", {"dev": DISPOSABLE, "staging": promotion("dev", top="disposable = true")}),
    "what is promoted is tested before": ("dev", {"dev": environment(service="test {}"), "staging": promotion("dev")}),
    "what is promoted is scanned": ("staging", {"dev": DEV, "staging": promotion("dev", "scan {}")}),
    "a build that does not take place": ("staging", {"dev": DEV, "staging": promotion("dev", 'build {\n vpc = true\n cache = "local"\n}')}),
    "mistakes of an environment that is not concerned": ("other", {"dev": DEV, "staging": promotion("dev", "cpu = 300"), "other": DEV}),
    "a file that is not concerned and cannot be read": ("other", {"dev": DEV, "staging": promotion("dev") + "}", "other": DEV}),
    "two channels": ("staging", {"dev": environment(top=SLACK).replace("C012", "C999"), "staging": environment(top=SLACK)}),
    "a channel in two accounts": ("staging", {"dev": at("222222222222", environment(top=SLACK)), "staging": environment(top=SLACK)}),
    "a tools environment": ("tools", delivered()),
    "a topic for each account": ("stage", delivered(top="notifications {}")),
    "different names": ("dev", {"dev": named("web-x"), "dev-web": named("y")}),
    "what fits into a parameter": ("stage", delivered(greeting("é" * 2000))),
    "what no other account reads": ("stage", {"stage": environment(service=greeting(LONG))}),
    "a bucket of one environment": ("prod", {"dev": source("s3", 'bucket = "one"'), "prod": source("s3", 'bucket = "one"', "false")}),
    "a repository of one environment": ("prod", {"dev": source("codecommit", 'repository = "one"'), "prod": source("codecommit", 'repository = "one"', "false")}),
    "a build in the tools account": ("stage", delivered("build { timeout_minutes = 60 }")),
    "a secret of a build there": ("stage", delivered(parameter("111111111111"))),
    "credentials there": ("stage", delivered(top=hub("111111111111"))),
    "a connection there": ("stage", delivered(BITBUCKET)),
    "a service called like a step of another account": ("stage", {"stage": environment(service="priority = 200", top=PART)}),
}  # fmt: skip


@pytest.mark.parametrize(("name", "texts"), ACCEPTED.values(), ids=list(ACCEPTED))
def test_accepts(name: str, texts: dict[str, str]) -> None:
    assert mistakes_among(texts, name) == []


PROMOTION = "13: service.web.source.promotion.environment"
OWN_MISTAKES = "environments/dev has errors of its own; fix them first, as reported by: tealform synth dev"
SPEAKS = "1: environments/staging speaks of this environment, and has mistakes of its own; mend them first"
HANDED_ON = "releases are handed on within one account, like a tools account: see pipelines_in"
FOREIGN = "belongs to account 555555555555; builds run in 111111111111, and read none of another account"
IN_OWN = "is about services and their pipelines, which have it in their own environment; leave it out"
CREATED = '"one" is created by service.web of "dev" already; use create = false in one'
REFUSED = [
    ("staging", {"dev": DEV, "staging": promotion("test")}, f'{PROMOTION}: "test" is no other environment; there are dev'),
    ("staging", {"dev": DEV, "staging": promotion("staging")}, f'{PROMOTION}: "staging" is no other environment; there are dev'),
    ("staging", {"dev": named("api"), "staging": promotion("dev")}, f'{PROMOTION}: "dev" has no service "web"; it has api'),
    ("staging", {"dev": environment(service='architecture = "arm64"'), "staging": promotion("dev")},
     f'{PROMOTION}: "dev" runs arm64 and this environment x86_64; one image is for one processor'),
    ("staging", {"dev": DISPOSABLE, "staging": promotion("dev")},
     f'{PROMOTION}: "dev" is disposable: its destroy would take along what is released here; set disposable = false there'),
    ("staging", {"dev": promotion("staging"), "staging": promotion("dev")},
     f'{PROMOTION}: "dev" takes its releases from here itself; one environment must build'),
    ("staging", {"dev": DEV.replace('"eu-west-1', '"eu-west-2'), "staging": promotion("dev")},
     f'{PROMOTION}: the pipelines of "dev" are in 123456789012, eu-west-2 (project shop), those of this environment in 123456789012, eu-west-1 (project shop); {HANDED_ON}'),
    ("staging", {"dev": at("210987654321", DEV), "staging": promotion("dev")},
     f'{PROMOTION}: the pipelines of "dev" are in 210987654321, eu-west-1 (project shop), those of this environment in 123456789012, eu-west-1 (project shop); {HANDED_ON}'),
    ("staging", {"dev": environment(service="cpu = 300"), "staging": promotion("dev")}, f"{PROMOTION}: {OWN_MISTAKES}"),
    ("staging", {"dev": promotion("nowhere"), "staging": promotion("dev")}, f"{PROMOTION}: {OWN_MISTAKES}"),
    ("staging", {"dev": DEV, "staging": promotion("dev", "test {}")},
     "14: service.web.test: a release that is taken over holds no source, and so no tests; test it where it is built, before dev hands it over"),
    ("dev", {"dev": DEV, "staging": promotion("dev", "cpu = 300"), "other": DEV}, SPEAKS),
    ("dev", {"dev": DEV, "staging": promotion("dev") + "}", "other": DEV}, SPEAKS),
    ("staging", {"dev": environment(top=SLACK), "staging": environment(top=SLACK)},
     '16: notifications.slack: "dev" tells this channel already from the same account, and AWS takes it once; use another one, or none here'),
    ("tools", {**delivered(), "tools": f"{TOOLS}\n{SLACK}"}, f"5: notifications: {IN_OWN}"),
    ("tools", {**delivered(), "tools": f'{TOOLS}\npull_through_cache "quay" {{}}'}, f"5: pull_through_cache: {IN_OWN}"),
    ("stage", delivered(top=TOPIC),
     "17: notifications.topic: the pipelines are in another account, where this topic is not; leave it out, and each account gets one"),
    ("dev", {"dev": named("web-x"), "dev-web": named("x")},
     '11: service.web-x: would be called "shop-dev-web-x" in AWS, like service.x of "dev-web"; use another name'),
    ("stage", delivered(greeting(LONG)),
     "13: service.web.environment: takes 4232 bytes in the release contract; a parameter holds 4096: move values to one secret or parameter that the application reads"),
    ("prod", {name: source("s3", 'bucket = "one"') for name in ("dev", "prod")}, f"14: service.web.source.s3.bucket: {CREATED}"),
    ("prod", {name: source("codecommit", 'repository = "one"') for name in ("dev", "prod")},
     f"14: service.web.source.codecommit.repository: {CREATED}"),
    ("stage", delivered("build { vpc = true }"),
     "13: service.web.build.vpc: the builds are in the account of tools, where this network is not; leave it out"),
    ("stage", delivered(parameter("555555555555")), f"13: service.web.build.secrets.A: {FOREIGN}"),
    ("stage", delivered(parameter("555555555555").replace("build", "test")), f"13: service.web.test.secrets.A: {FOREIGN}"),
    ("stage", delivered(top=hub("555555555555")), f"17: pull_through_cache.docker-hub.credentials: {FOREIGN}"),
    ("stage", delivered(BITBUCKET, home='pipelines_in = "a-very-long-tools-name-xx"'),
     '13: service.web.source.bitbucket.connection: it would be called "shop-a-very-long-tools-name-xx-bitbucket", 40 characters; AWS allows 32: name a connection that exists, or shorten the name of project or environment'),
    ("stage", delivered("priority = 200", PART), '16: service.web-prepare: "web-prepare" is the name of a part of service.web; use another'),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "texts", "message"), REFUSED, ids=[message.split(": ", 1)[1] for *_, message in REFUSED]
)
def test_refuses(name: str, texts: dict[str, str], message: str) -> None:
    assert mistakes_among(texts, name) == [f"environments/{name}/environment.hcl:{message}"]


def test_a_channel_may_be_told_of_all_pipelines_of_a_tools_account() -> None:
    notified = environment(top=f"{SLACK}\n{HOME}")
    texts = {"tools": TOOLS, "stage": at("222222222222", notified), "prod": at("333333333333", notified)}
    assert mistakes_among(texts, "prod") == []
    shown = template_among(texts, "tools").only("aws_chatbot_slack_channel_configuration")["sns_topic_arns"]
    assert len(shown) == 2


@pytest.mark.parametrize("before", ["tools", "nowhere", "other"])
def test_what_another_environment_cannot_have_is_reported_to_those_that_it_concerns(before: str) -> None:
    texts = {
        "tools": at("111111111111", named("api")),
        "prod": at("222222222222", f"{promotion(before)}\n{HOME}"),
        "other": at("333333333333", f"{promotion('prod')}\n{HOME}"),
        "beside": DEV,
    }
    assert mistakes_among(texts, "prod") != []
    # Its pipelines belong there, and cannot be made.
    assert any("environments/prod speaks of this environment" in line for line in mistakes_among(texts, "tools"))
    assert mistakes_among(texts, "beside") == []


def test_an_environment_whose_file_cannot_be_opened_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    read = Path.read_text

    def refuse(file: Path, *args: Any, **kwargs: Any) -> str:
        if file.parent.name == "closed":
            raise PermissionError(13, "Permission denied", str(file))
        return read(file, *args, **kwargs)

    monkeypatch.setattr(Path, "read_text", refuse)
    (message,) = mistakes_among({"dev": DEV, "closed": DEV}, "dev")
    assert "environments/closed speaks of this environment, and has mistakes of its own" in message
    (message,) = mistakes_among({"dev": DEV, "closed": DEV}, "closed")
    assert message.endswith("cannot be read: Permission denied")
