"""Environments that do not go together, told where it can be mended."""

import pytest

from tests.support import environment, mistakes_among


def promotion(before: str, service: str = "", top: str = "") -> str:
    return environment(service=f'source "promotion" {{ environment = "{before}" }}\n{service}', top=top)


LINE = "environments/staging/environment.hcl:13: service.web.source.promotion.environment: "


@pytest.mark.parametrize(
    ("dev", "staging", "message"),
    [
        (environment(), promotion("test"), '"test" is no other environment; there are dev'),
        (environment(), promotion("staging"), '"staging" is no other environment; there are dev'),
        (
            environment().replace('"web"', '"api"'),
            promotion("dev"),
            '"dev" has no service "web"; it has api',
        ),
        (
            environment(service='architecture = "arm64"'),
            promotion("dev"),
            '"dev" runs arm64 and this environment x86_64; one image is for one processor',
        ),
        (
            environment(top="disposable = true"),
            promotion("dev"),
            '"dev" is disposable: its destroy would take along what is released here; set disposable = false there',
        ),
        (
            promotion("staging"),
            promotion("dev"),
            '"dev" takes its releases from here itself; one environment must build',
        ),
    ],
)
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
