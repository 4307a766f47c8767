"""Summaries of plans that the real provider made for the environment dev."""

from __future__ import annotations

import re
from collections.abc import Collection

import pytest

from tealform.plan import summary
from tealform.plan.changes import Blocker
from tealform.plan.source_map import SourceMap
from tests.inventory import ROOT
from tests.unit.plan import recorded

TARGET_GROUP = """\
dev: 2 to replace

Replaced, the old one destroyed before there is a new one (2):
  aws_lb_target_group.service-web_target-groups_blue  service-web/target-groups/blue [service.web.health_check]
      because port: 80 -> 8081
      set at environments/common.hcl:N
      STOPPED: it has traffic
  aws_lb_target_group.service-web_target-groups_green  service-web/target-groups/green [service.web.health_check]
      because port: 80 -> 8081
      set at environments/common.hcl:N

Stopped by the plan guard until what it objects to is named. If you want all of it:
  tealform apply dev --allow aws_lb_target_group.service-web_target-groups_blue
"""

HARMLESS = """\
dev: 4 to change in place

Changed in place (4):
  aws_cloudwatch_log_group.cluster_exec-logs_group  cluster/exec-logs/group
  aws_cloudwatch_log_group.delivery-web_build_logs_group  delivery-web/build/logs/group [service.web.build]
  aws_cloudwatch_log_group.network_flow-logs_logs_group  network/flow-logs/logs/group [network]
  aws_cloudwatch_log_group.service-web_logs_group  service-web/logs/group [service.web]
      retention_in_days: 365 -> 400
"""

FIRST = """\
dev: 95 to create, 4 outputs to change

Created (95):
  access-logs     8  s3_bucket, s3_bucket_server_side_encryption_configuration, s3_bucket_notification,
                     s3_bucket_lifecycle_configuration, s3_bucket_ownership_controls, s3_bucket_policy,
                     s3_bucket_public_access_block, s3_bucket_versioning
  cluster         3  ecs_cluster, ecs_cluster_capacity_providers, cloudwatch_log_group
  delivery-web   33  [service.web.release] iam_role×4, iam_role_policy×4, s3_bucket×2,
                     s3_bucket_server_side_encryption_configuration×2, s3_bucket_notification×2,
                     s3_bucket_lifecycle_configuration×2, s3_bucket_logging×2, s3_bucket_ownership_controls×2,
                     s3_bucket_policy×2, s3_bucket_public_access_block×2, s3_bucket_versioning×2, cloudwatch_log_group,
                     codebuild_project, codedeploy_app, codedeploy_deployment_group, codepipeline,
                     cloudwatch_event_rule, cloudwatch_event_target
  images-web      2  [service.web.build] ecr_lifecycle_policy, ecr_repository
  key             3  kms_key, kms_alias, kms_key_policy
  load-balancer   5  [load_balancer] lb_listener×2, lb, vpc_security_group_ingress_rule, security_group
  network        24  [network] subnet×4, route_table_association×4, route×3, route_table×3, vpc_endpoint, flow_log,
                     cloudwatch_log_group, iam_role, iam_role_policy, vpc, default_security_group, internet_gateway,
                     nat_gateway, eip
  service-web    17  [service.web] vpc_security_group_egress_rule×2, iam_role×2, lb_listener_rule×2,
                     appautoscaling_policy×2, lb_target_group×2, vpc_security_group_ingress_rule, cloudwatch_log_group,
                     iam_role_policy, appautoscaling_target, security_group, ecs_service, ecs_task_definition

Outputs:
  url: unset -> (known after apply)
  web-image-repository: unset -> (known after apply)
  web-pipeline: unset -> "shop-dev-web"
  web-source: unset -> "s3://shop-dev-web-source-123456789012/source.zip"
"""

REPOSITORY = """\
dev: 2 to replace, 1 to change in place, 1 output to change

Replaced, the old one destroyed before there is a new one (2):
  aws_ecr_repository.images-web_repository  images-web/repository [service.web.build]
      because name: "shop-dev-web" -> "shop-dev-web-x"
      set at environments/dev/environment.hcl:N
  aws_ecr_lifecycle_policy.images-web_lifecycle  images-web/lifecycle [service.web.build]
      because repository: "shop-dev-web" -> "shop-dev-web-x" follows aws_ecr_repository.images-web_repository

Changed in place (1):
  aws_codebuild_project.delivery-web_build_project  delivery-web/build/project [service.web.build]
      environment.environment_variable[ECR_REPOSITORY_URI].value: "123456789012.dkr.ecr.ap-northeast-1.amazonaws.com/shop-dev-web" -> (known after apply)

Outputs:
  web-image-repository: "123456789012.dkr.ecr.ap-northeast-1.amazonaws.com/shop-dev-web" -> (known after apply)
"""

NOTHING = "dev: no changes; what is there is what the configuration says\n"

PIPELINE = """\
dev: 1 to change in place

Changed in place (1):
  aws_codepipeline.delivery-web_pipeline  delivery-web/pipeline/pipeline [service.web.release]
      stage[2].name: "Deploy" -> "Ship"
"""

LIFECYCLE = """\
dev: 1 to replace

Replaced, the old one destroyed before there is a new one (1):
  aws_ecr_lifecycle_policy.images-web_lifecycle  images-web/lifecycle [service.web.build]
      because policy.rules[1].selection.countNumber: 100 -> 10
      set at environments/dev/environment.hcl:N
"""


@pytest.fixture(scope="module")
def source_map() -> SourceMap:
    return SourceMap(ROOT / "environments" / "dev")


def _text(source_map: SourceMap, name: str, objections: Collection[Blocker] = ()) -> str:
    lines = summary.text(recorded.plan(name), source_map, objections)
    return re.sub(r"\.hcl:\d+", ".hcl:N", "".join(f"{line}\n" for line in lines))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("harmless", HARMLESS),
        ("first", FIRST),
        ("repository", REPOSITORY),
        ("nothing", NOTHING),
        ("pipeline", PIPELINE),
        ("lifecycle", LIFECYCLE),
    ],
)
def test_whole_summary(source_map: SourceMap, name: str, text: str) -> None:
    assert _text(source_map, name) == text


def test_whole_summary_of_what_is_stopped(source_map: SourceMap) -> None:
    objection = Blocker("aws_lb_target_group.service-web_target-groups_blue", "it has traffic")
    assert _text(source_map, "target_group", [objection]) == TARGET_GROUP


def test_everything_that_is_destroyed_has_its_line(source_map: SourceMap) -> None:
    lines = _text(source_map, "destroy").splitlines()
    gone = [each["address"] for each in recorded.plan("destroy")["resource_changes"]]
    assert lines[2] == "Destroyed, no longer in the configuration (95):"
    assert sorted(line.split()[0] for line in lines[3 : 3 + len(gone)]) == sorted(gone)
    assert lines[-1] == lines[0]


def test_cause_of_a_large_replacement_is_told_first(source_map: SourceMap) -> None:
    lines = _text(source_map, "vpc").splitlines()
    assert lines[2:6] == [
        "Replaced, the old one destroyed before there is a new one (27):",
        "  aws_vpc.network_vpc  network/vpc/vpc [network]",
        '      because cidr_block: "10.20.0.0/16" -> "10.99.0.0/16"',
        "      set at environments/dev/environment.hcl:N",
    ]
    assert sum(" follows " in line for line in lines) == 26


@pytest.mark.parametrize("name", recorded.names())
def test_json_counts_what_terraform_counts(source_map: SourceMap, name: str) -> None:
    plan = recorded.plan(name)
    told = summary.as_json(plan, source_map)
    actions = [each["change"]["actions"] for each in plan["resource_changes"]]
    added, changed, destroyed = (sum(word in each for each in actions) for word in ("create", "update", "delete"))
    counts = told["counts"]
    assert (counts["create"] + counts["replace"], counts["update"]) == (added, changed)
    assert counts["destroy"] + counts["replace"] == destroyed
    assert {each["address"] for each in told["changes"]} == {each["address"] for each in plan["resource_changes"]}
