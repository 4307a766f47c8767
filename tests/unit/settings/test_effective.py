"""The effective settings: every setting of the model, with its value and where it is written."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args, get_origin

import pytest

from tealform.settings import loader
from tealform.settings.effective import EffectiveSetting, list_settings, to_literal
from tealform.settings.environment import Environment
from tealform.settings.types import as_block, strip_annotated, union_members
from tests.inventory import ROOT
from tests.support import environment, project, settings

ENVIRONMENTS = ROOT / "environments"


def listed(text: str, common: str | None = None) -> dict[str, EffectiveSetting]:
    return {each.name: each for each in list_settings(settings(text, common=common))}


def origin(setting: EffectiveSetting) -> str:
    return str(setting.location or "default")


def model_settings(annotation: Any, path: str = "") -> Iterator[str]:
    """Yield the settings that the model has; each label and each key of a map is ``*``."""
    annotation = strip_annotated(annotation)
    if get_origin(annotation) is dict:
        yield from ({path} if not as_block(strip_annotated(get_args(annotation)[1])) else ())
        yield from model_settings(get_args(annotation)[1], f"{path}.*")
    elif model := as_block(annotation):
        for name, field in model.model_fields.items():
            if name != "kind":
                yield from model_settings(field.annotation, f"{path}.{name}".removeprefix("."))
    elif blocks := [each for each in map(strip_annotated, union_members(annotation)) if as_block(each)]:
        for block in blocks:
            kinds = get_args(block.model_fields["kind"].annotation) if "kind" in block.model_fields else ("",)
            for kind in kinds:
                yield from model_settings(block, f"{path}.{kind}" if kind else path)
    elif unions := [each for each in map(strip_annotated, union_members(annotation)) if union_members(each)]:
        yield from model_settings(unions[0], path)
    else:
        yield path


TOPIC = "arn:aws:sns:eu-west-1:123456789012:releases"
EVERYTHING = environment(
    service="""
      environment = { COLOR = "blue" }
      secrets     = { TOKEN = "arn:aws:ssm:eu-west-1:123456789012:parameter/token" }
      scaling {
        schedule "night" {
          at  = "rate(1 day)"
          min = 1
          max = 2
        }
      }
      scan {}
      test {
        environment = { COLOR = "blue" }
        secrets     = { TOKEN = "arn:aws:ssm:eu-west-1:123456789012:parameter/token" }
      }
      build {
        environment = { COLOR = "blue" }
        secrets     = { TOKEN = "arn:aws:ssm:eu-west-1:123456789012:parameter/token" }
      }
      release {
        smoke_test {}
        before_entry {
          window { cron = "* * 9-16 ? * MON-FRI *" }
        }
        on_success { alarms = ["orders"] }
      }
    """,
    top="""
      tags = { owner = "web-team" }
      pull_through_cache "quay" {}
      automation {
        github { repository = "acme/shop" }
        hcp_terraform {}
      }
      state "cloud" { organization = "acme" }
      notifications {
        slack {
          workspace = "T012AB3CD"
          channel   = "C012AB3CD"
        }
        teams {
          tenant  = "01234567-89ab-cdef-0123-456789abcdef"
          team    = "01234567-89ab-cdef-0123-456789abcdef"
          channel = "19%3aab12cd34%40thread.tacv2"
        }
      }
    """,
)
VPC = """network "existing" {
  vpc_id             = "vpc-0123456789abcdef0"
  public_subnet_ids  = ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"]
  private_subnet_ids = ["subnet-0123456789abcdef2", "subnet-0123456789abcdef3"]
}"""
OTHERS = [
    environment("test {}"),
    environment(service='source "s3" {}', top='state "s3" {}'),
    re.sub(r"network \{.*?\n\}", VPC, environment(), flags=re.DOTALL),
    *(environment(service=f'source "{kind}" {{ repository = "a/b" }}') for kind in ("github", "gitlab", "bitbucket")),
]
PROMOTION = environment(service='source "promotion" { environment = "first" }')


def shape(name: str) -> set[str]:
    """Return the setting's path as ``model_settings`` writes it."""
    labels = r"(service|schedule|pull_through_cache|environment|secrets|tags)\.[\w-]+"
    return {name, re.sub(rf"(?<!\w){labels}", r"\1.*", name)}


def test_every_setting_of_the_model_is_listed() -> None:
    loaded = [settings(text) for text in (EVERYTHING, *OTHERS)]
    loaded.append(project({"first": environment(), "second": PROMOTION}, "second"))
    found = {path for each in loaded for setting in list_settings(each) for path in shape(setting.name)}
    # A network block without a label has no label in its settings.
    expected = {path.replace("network.created.", "network.") for path in model_settings(Environment)}
    assert len(expected) > 150
    assert expected - found == set()


def test_settings_are_in_the_order_of_the_model() -> None:
    order = list(dict.fromkeys(str(each.path[0]) for each in list_settings(settings(EVERYTHING))))
    assert order == list(Environment.model_fields)


@pytest.mark.parametrize("name", loader.list_environments(ENVIRONMENTS))
def test_origin_is_the_line_with_the_key(name: str) -> None:
    found = [each for each in list_settings(loader.load(ENVIRONMENTS, name)) if each.location]
    assert {each.location.file for each in found if each.location} == {
        Path("environments/common.hcl"),
        Path(f"environments/{name}/environment.hcl"),
    }
    for each in found:
        assert each.location is not None
        line = (ROOT / each.location.file).read_text(encoding="utf-8").splitlines()[each.location.line - 1]
        assert re.search(rf"\b{re.escape(str(each.path[-1]))}\b", line), f"{each.name}: {line}"


def test_setting_of_the_environment_hides_the_common_one() -> None:
    found = listed(environment("stop_timeout = 60"), 'disposable = true\nservice "web" { stop_timeout = 90 }')
    assert (found["service.web.stop_timeout"].value, origin(found["service.web.stop_timeout"])) == (
        60,
        "environments/test/environment.hcl:13",
    )
    assert origin(found["disposable"]) == "environments/common.hcl:1"


def test_setting_removed_by_null_is_a_default() -> None:
    common = 'log_retention_days = 30\nservice "web" {\n  stop_timeout = 90\n  scan { stop_at = "LOW" }\n}'
    found = listed(environment("stop_timeout = null\nscan = null", top="log_retention_days = null"), common)
    for name, value in (("log_retention_days", 365), ("service.web.stop_timeout", 30), ("service.web.scan", None)):
        assert (found[name].value, found[name].location) == (value, None)
    assert "service.web.scan.stop_at" not in found


def test_defaults_in_a_written_block_are_defaults() -> None:
    found = listed(environment('release { smoke_test {} }\nsource "s3" {}'))
    written = [name for name, each in found.items() if each.location and "." in name.removeprefix("service.web.")]
    assert written == ["network.zones", "load_balancer.protocol", "service.web", "service.web.release.smoke_test"]
    assert (found["service.web.source"].value, origin(found["service.web.source"])) == (
        "s3",
        "environments/test/environment.hcl:14",
    )


def test_absent_optional_block_is_one_default() -> None:
    found = listed(environment())
    assert (found["automation"].value, found["automation"].location) == (None, None)
    assert not [name for name in found if name.startswith("automation.")]


def test_keys_of_a_map_have_their_own_origins() -> None:
    found = listed(
        environment('environment = { COLOR = "blue" }', top='tags = { "cost center" = "12" }'),
        common='service "web" { environment = { PORT = "80" } }',
    )
    assert origin(found["service.web.environment.PORT"]) == "environments/common.hcl:1"
    assert origin(found["service.web.environment.COLOR"]) == "environments/test/environment.hcl:13"
    assert found['tags["cost center"]'].literal == '"12"'


def test_block_without_label_replaces_a_labeled_one() -> None:
    common = 'network "created" {\n  cidr = "10.9.0.0/16"\n  flow_logs = false\n}'
    found = listed(environment(), common)
    assert origin(found["network"]) == origin(found["network.zones"]).replace(":6", ":5")
    assert found["network.cidr"].location is None
    assert found["network.flow_logs"].value is True


def test_labeled_block_replaces_one_without_label() -> None:
    text = environment().replace("network {", 'network "created" {')
    found = listed(text, 'network { cidr = "10.9.0.0/16" }')
    assert origin(found["network.created.zones"]) == "environments/test/environment.hcl:6"
    assert found["network.created.cidr"].location is None


@pytest.mark.parametrize(
    ("value", "literal"),
    [
        (None, "null"),
        (True, "true"),
        (-5, "-5"),
        (0.5, "0.5"),
        (("a", "b"), '["a", "b"]'),
        ((), "[]"),
        ({"KEY": "x", "a b": 1}, '{ KEY = "x", "a b" = 1 }'),
        ({}, "{}"),
        ('say "\\"', '"say \\"\\\\\\""'),
        ("a\nb\tc\r", '"a\\nb\\tc\\r"'),
        ("\x1b[31m\x9b\u2028\u202e\U000e0041", '"\\u001b[31m\\u009b\\u2028\\u202e\\U000e0041"'),
        ("grün 青", '"grün 青"'),
    ],
)
def test_literals(value: object, literal: str) -> None:
    assert to_literal(value) == literal


@pytest.mark.parametrize(
    "text", ["plain", "$${HOME}", "%%{ if }", "line\\nbreak", "\\u001b[2Jcleared", 'a \\"quoted\\" word', "\\\\n"]
)
def test_text_is_shown_as_it_is_written(text: str) -> None:
    found = listed(environment(f'environment = {{ TEXT = "{text}" }}'))
    assert found["service.web.environment.TEXT"].literal == f'"{text}"'
