"""Names that AWS accepts: length, characters, and uniqueness."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from tests.invariants.assertions.document import Body, find_resources, invariant, resolve, unescape


@dataclass(frozen=True)
class Kind:
    """A type's argument that is its name in AWS: lengths, characters, and the arguments within which it is the only one."""

    type: str
    argument: str
    least: int
    most: int
    pattern: str
    within: tuple[str, ...] = ()


_BALANCER = r"(?!internal-)[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?"
_WORD = r"[A-Za-z0-9_-]+"
_BUCKET = (
    r"(?!xn--|sthree-|amzn-s3-demo-|(\d+\.){3}\d+\Z)(?!.*(\.\.|-s3alias\Z|--ol-s3\Z|\.mrap\Z|--x-s3\Z|--table-s3\Z))"
    r"[a-z0-9][a-z0-9.-]*[a-z0-9]"
)
_IAM = r"[\w+=,.@-]+"

# https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateLoadBalancer.html
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
# https://docs.aws.amazon.com/codedeploy/latest/userguide/limits.html and the other services' like it
KINDS = (
    Kind("aws_lb", "name", 1, 32, _BALANCER),
    Kind("aws_lb_target_group", "name", 1, 32, _BALANCER),
    Kind("aws_iam_role", "name", 1, 64, _IAM),
    Kind("aws_iam_role_policy", "name", 1, 128, _IAM, ("role",)),
    Kind("aws_s3_bucket", "bucket", 3, 63, _BUCKET),
    Kind("aws_lambda_function", "function_name", 1, 64, _WORD),
    Kind("aws_ecs_cluster", "name", 1, 255, _WORD),
    Kind("aws_ecs_service", "name", 1, 255, _WORD, ("cluster",)),
    Kind("aws_ecs_task_definition", "family", 1, 255, _WORD),
    Kind("aws_codedeploy_app", "name", 1, 100, r"[A-Za-z0-9+=,.@_-]+"),
    Kind("aws_codedeploy_deployment_group", "deployment_group_name", 1, 100, r"[A-Za-z0-9+=,.@_-]+", ("app_name",)),
    Kind(
        "aws_codedeploy_deployment_config",
        "deployment_config_name",
        1,
        100,
        r"(?!CodeDeployDefault\.)[A-Za-z0-9+=,.@_-]+",
    ),
    Kind("aws_codebuild_project", "name", 2, 150, r"[A-Za-z0-9][A-Za-z0-9_-]+"),
    Kind("aws_codepipeline", "name", 1, 100, r"[A-Za-z0-9.@_-]+"),
    Kind("aws_cloudwatch_metric_alarm", "alarm_name", 1, 255, r"[^\x00-\x1f\x7f]+"),
    Kind("aws_ecr_repository", "name", 2, 256, r"[a-z0-9]+([._-][a-z0-9]+)*(/[a-z0-9]+([._-][a-z0-9]+)*)*"),
    Kind("aws_cloudwatch_log_group", "name", 1, 512, r"[A-Za-z0-9_./#-]+"),
    Kind("aws_security_group", "name", 1, 255, r"(?!sg-)[\w .:/()#,@\[\]+=&;{}!$*-]+", ("vpc_id",)),
    Kind("aws_cloudwatch_event_rule", "name", 1, 64, r"[A-Za-z0-9._-]+"),
    Kind("aws_codecommit_repository", "repository_name", 1, 100, r"(?!.*\.git\Z)[\w.-]+"),
    Kind("aws_codecommit_approval_rule_template", "name", 1, 100, r".+"),
    Kind("aws_kms_alias", "name", 7, 256, r"alias/(?!aws/)[A-Za-z0-9/_-]+"),
    Kind("aws_appautoscaling_policy", "name", 1, 256, r"[^\x00-\x1f]+", ("resource_id",)),
    Kind("aws_appautoscaling_scheduled_action", "name", 1, 256, r"[^|:/\x00-\x1f]+", ("resource_id",)),
    Kind(
        "aws_vpc_security_group_ingress_rule",
        "description",
        0,
        255,
        r"[\w .:/()#,@\[\]+=&;{}!$*-]*",
        ("security_group_id", "description", "from_port", "cidr_ipv4", "referenced_security_group_id"),
    ),
    Kind(
        "aws_vpc_security_group_egress_rule",
        "description",
        0,
        255,
        r"[\w .:/()#,@\[\]+=&;{}!$*-]*",
        ("security_group_id", "description", "from_port", "cidr_ipv4", "referenced_security_group_id"),
    ),
    Kind("aws_codeconnections_connection", "name", 1, 32, r".+"),
    Kind("aws_sns_topic", "name", 1, 256, _WORD),
    Kind("aws_sns_topic", "display_name", 0, 100, r".*", ("name",)),
    Kind("aws_codestarnotifications_notification_rule", "name", 1, 64, r"[A-Za-z0-9_ .@-]+"),
    Kind("aws_chatbot_slack_channel_configuration", "configuration_name", 1, 128, _WORD),
    Kind("aws_chatbot_teams_channel_configuration", "configuration_name", 1, 128, _WORD),
    Kind("aws_ecr_pull_through_cache_rule", "ecr_repository_prefix", 2, 30, r"[a-z0-9]+([._/-][a-z0-9]+)*"),
    Kind("aws_ssm_parameter", "name", 1, 1011, r"/[\w./-]+"),
    Kind("aws_cloudwatch_event_rule", "description", 0, 512, r"[^\x00]*", ("name",)),
)


@invariant
def names_are_valid(document: Body) -> Iterator[str]:
    """Each name has a length and characters that AWS takes."""
    for kind in KINDS:
        for name, body in find_resources(document, kind.type).items():
            text = unescape(str(resolve(document, body.get(kind.argument, ""))))
            if not kind.least <= len(text) <= kind.most:
                yield f"{kind.type}.{name}: {kind.argument} has {len(text)} characters; AWS takes {kind.least} to {kind.most}"
            elif not re.fullmatch(kind.pattern, text, re.ASCII):
                yield f"{kind.type}.{name}: AWS does not take {text!r} as {kind.argument}"


@invariant
def names_differ(document: Body) -> Iterator[str]:
    """No two of a type have one name."""
    for kind in KINDS:
        given = Counter(
            (body.get(kind.argument), *(str(resolve(document, body.get(key))) for key in kind.within))
            for body in find_resources(document, kind.type).values()
        )
        yield from (
            f"{count} of {kind.type} have the {kind.argument} {name[0]}" for name, count in given.items() if count > 1
        )
