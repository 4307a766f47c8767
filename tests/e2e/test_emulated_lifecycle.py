"""Verification with the real provider must be able to fail: each test breaks one thing that only it can see."""

from __future__ import annotations

import copy
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tealform.service import lambda_packages
from tealform.settings import loader
from tealform.terraform import terraform_binaries
from tealform_harness.verify import aws_provider, emulated_lifecycle
from tealform_harness.verify.emulated_lifecycle import RELEASE
from tealform_harness.verify.result import EMULATED_STAGES, StageResult
from tests import projects, support
from tests.inventory import ROOT

pytestmark = pytest.mark.aws_provider

Body = dict[str, Any]

RELEASED_AT_ONCE = 'release { strategy = "all_at_once" }'
OTHER_OPTIONS = """
  exec                      = true
  read_only_root_filesystem = false
  hosts                     = ["shop.example.org", "*.example.com"]
  paths                     = ["/api/*"]
  bootstrap_image           = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/bootstrap:1"
  source "codecommit" {
    branch    = "release"
    approvals = 0
  }
  scaling {
    requests_per_target = 300
    schedule "night" {
      at       = "cron(0 20 * * ? *)"
      timezone = "Asia/Tokyo"
      min      = 1
      max      = 2
    }
    schedule "day" {
      at  = "cron(0 6 * * ? *)"
      min = 2
      max = 8
    }
  }
  release {
    strategy                 = "linear"
    percent                  = 50
    interval_minutes         = 2
    approval                 = true
    approval_timeout_minutes = 120
  }
"""
BEHIND_A_NETWORK_LOAD_BALANCER = """
  source "s3" {
    bucket = "drops-of-somebody"
    create = false
    key    = "web/source.zip"
  }
  test {}
  release {
    strategy     = "all_at_once"
    hold_minutes = 60
    smoke_test { path = "/health" }
    hooks { before_install = "arn:aws:lambda:eu-west-1:123456789012:function:look" }
    alarms { names = ["queue-age"] }
  }
"""
RELEASED_BY_ECS = """
  source "gitlab" {
    repository = "acme/shop/web"
    tags       = ["v*"]
  }
  build { secrets = { TOKEN = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:shop/token-Ab12Cd" } }
  scan {}
  release {
    execution_mode    = "queued"
    on_failure        = "retry"
    on_success { alarms = ["orders-too-few"] }
    engine            = "ecs"
    strategy          = "linear"
    percent           = 25
    keep_blue_minutes = 30
    approval          = true
    smoke_test { path = "/health" }
    hooks { post_scale_up = "arn:aws:lambda:eu-west-1:123456789012:function:look" }
  }
"""
CERTIFICATE = "arn:aws:acm:eu-west-1:123456789012:certificate/0f4b2c1d-7e8a-4f6b-8c9d-1a2b3c4d5e6f"


def _project(root: Path, text: str, change: Callable[[Body], object] = lambda _: None) -> Path:
    """The folder of an environment ``dev`` in a project of its own, with something changed in its Terraform."""
    document = copy.deepcopy(support.template(text, "dev").document)
    change(document["resource"])
    folder = projects.write(root, document)
    (folder / loader.FILE).write_text(text)
    for program in lambda_packages.list_packages(support.settings(text, "dev").environment):
        (folder / program.archive).write_bytes(program.content)
    shutil.copytree(ROOT / "artifacts", root / "artifacts")
    return folder


def _verify(folder: Path, until: str = RELEASE) -> StageResult:
    """Return the first result that fails, or that of the stage ``until``."""
    terraform = terraform_binaries.list_terraforms()[0]
    provider = aws_provider.find("6.25.0", terraform)
    for result in emulated_lifecycle.verify(folder, terraform, provider, "all"):
        if result.status == "failed" or result.stage == until:
            return result
    raise AssertionError(f"nothing was said about {until}")


@pytest.mark.parametrize(
    "text",
    [
        support.environment(
            network=f'{support.ZONES}\n  nat = "none"',
            load_balancer='protocol = "http"\n  internal = true\n  ingress_cidrs = ["10.0.0.0/8"]',
            service=OTHER_OPTIONS,
            port=9000,
        ),
        support.environment(
            load_balancer=f'type = "network"\n  certificate = "{CERTIFICATE}"', service=BEHIND_A_NETWORK_LOAD_BALANCER
        ),
        support.environment(service=RELEASED_BY_ECS),
    ],
    ids=["other options", "network load balancer", "released by ECS"],
)
def test_environment_passes_every_stage_and_leaves_nothing(tmp_path: Path, text: str) -> None:
    last = _verify(_project(tmp_path, text), until=EMULATED_STAGES[-1])
    assert (last.stage, last.status, last.findings) == (EMULATED_STAGES[-1], "passed", ())


TOOLS = """
project = "shop"
region  = "eu-west-1"
account = "111111111111"
"""


def test_pipelines_of_another_account_are_applied(tmp_path: Path) -> None:
    service = 'source "github" { repository = "acme/web" }\n scan {}'
    stage = support.environment(service=service, top='pipelines_in = "dev"')
    texts = {"dev": TOOLS, "stage": stage}
    folder = projects.write(tmp_path, support.template_among(texts, "dev").document)
    for name, text in texts.items():
        (tmp_path / "environments" / name).mkdir(exist_ok=True)
        (tmp_path / "environments" / name / loader.FILE).write_text(text)
    last = _verify(folder, until=emulated_lifecycle.APPLY)
    assert (last.stage, last.status, last.findings) == (emulated_lifecycle.APPLY, "passed", ())


def test_without_ignore_changes_the_plan_after_a_release_is_not_empty(tmp_path: Path) -> None:
    def break_it(resources: Body) -> None:
        del resources["aws_ecs_service"]["service-web_service"]["lifecycle"]
        for rule in resources["aws_lb_listener_rule"].values():
            del rule["lifecycle"]

    last = _verify(_project(tmp_path, support.environment(service=RELEASED_AT_ONCE), break_it))
    assert (last.stage, last.status) == (RELEASE, "failed")
    wanted = [finding for finding in last.findings if "the plan after a release is not empty" in finding]
    assert any("aws_ecs_service.service-web_service" in finding for finding in wanted)
    assert any("aws_lb_listener_rule.service-web_rules_production" in finding for finding in wanted)


def test_release_of_an_unknown_container_fails(tmp_path: Path) -> None:
    folder = _project(tmp_path, support.environment(service=RELEASED_AT_ONCE))
    appspec = tmp_path / "artifacts" / "appspec.yml"
    appspec.write_text(appspec.read_text().replace("$CONTAINER_NAME", "another"))
    last = _verify(folder)
    assert (last.stage, last.status) == (RELEASE, "failed")
    assert any("the pipeline of web failed: Deploy: " in finding and "another" in finding for finding in last.findings)


def test_push_that_starts_two_executions_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # The assertions would find the second rule before anything is pushed.
    monkeypatch.setattr(emulated_lifecycle, "_check_assertions", lambda *_: None)

    def break_it(resources: Body) -> None:
        rules, targets = resources["aws_cloudwatch_event_rule"], resources["aws_cloudwatch_event_target"]
        rules["again"] = rules["delivery-web_pipeline_start"] | {"name": "again"}
        targets["again"] = targets["delivery-web_pipeline_start-target"] | {
            "rule": "${aws_cloudwatch_event_rule.again.name}"
        }

    last = _verify(_project(tmp_path, support.environment(service=RELEASED_AT_ONCE), break_it))
    assert (last.stage, last.status) == (RELEASE, "failed")
    assert any("started 2 executions of its pipeline" in finding for finding in last.findings)


def test_setting_that_did_not_arrive_fails(tmp_path: Path) -> None:
    def break_it(resources: Body) -> None:
        groups = resources["aws_lb_target_group"]
        groups["service-web_target-groups_green"]["health_check"]["path"] = "/elsewhere"

    last = _verify(_project(tmp_path, support.environment(service=RELEASED_AT_ONCE), break_it))
    assert (last.stage, last.status) == (emulated_lifecycle.APPLY, "failed")
    assert any("web's health check of green: the settings say ('/'" in finding for finding in last.findings)


def test_release_that_loses_a_setting_fails(tmp_path: Path) -> None:
    folder = _project(tmp_path, support.environment(service=RELEASED_AT_ONCE))
    template = tmp_path / "artifacts" / "taskdef.json"
    document = json.loads(template.read_text())
    del document["containerDefinitions"][0]["stopTimeout"]
    template.write_text(json.dumps(document))
    last = _verify(folder)
    assert (last.stage, last.status) == (RELEASE, "failed")
    assert any("a release changes container stopTimeout of web" in finding for finding in last.findings)
