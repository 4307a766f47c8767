"""Exemptions from the checks on policies, each with its reason."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase

from tealform.policy.iam.catalog import Violation


@dataclass(frozen=True)
class Exemption:
    """Allows ``what`` in the statement ``sid`` of ``owner`` although it breaks the rule ``check``, for this ``reason``.

    ``what`` and ``owner`` are patterns. ``asks`` are the condition keys that the statement must ask for.
    """

    check: str
    what: str
    owner: str
    sid: str
    reason: str
    asks: tuple[str, ...] = ()

    def covers(self, violation: Violation) -> bool:
        """Return whether it covers this violation."""
        return (
            (self.check, self.sid) == (violation.check, violation.sid)
            and violation.asked.issuperset(self.asks)
            and fnmatchcase(violation.what, self.what)
            and fnmatchcase(violation.owner, self.owner)
        )


_OF_THE_ACCOUNT = "The account lets its own roles in by IAM, as the default policy of a key does"
_AS_LOGS_WANT = (
    "So CloudWatch Logs wants it: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html"
)
_WHOLE_FAMILY = "AWS's policies for artifacts have all of these; they keep to one key"
_ANOTHER_STATE = "The id of the key is in another state; a condition names it or the service by which it is used"
_OF_TOPICS = (
    "So SNS wants it, and it names the topic: https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html"
)
_LOGS, _TOPIC = ("kms:EncryptionContext:aws:logs:arn",), ("kms:EncryptionContext:aws:sns:topicArn",)
_INTERFACE = (
    "CodeBuild makes the interface, and it has no ARN before: "
    "https://docs.aws.amazon.com/codebuild/latest/userguide/auth-and-access-control-iam-identity-based-access-control.html"
)
_NOT_DOCUMENTED = "The service is not documented to send it"

EXEMPTIONS: tuple[Exemption, ...] = (
    Exemption("IAM_WILDCARD", "kms:[*]", "aws_kms_key.key", "AccountDecidesByIam", _OF_THE_ACCOUNT),
    Exemption("IAM_TRUST", "root", "aws_kms_key.key", "AccountDecidesByIam", _OF_THE_ACCOUNT),
    Exemption("IAM_WILDCARD", "kms:*[*]", "aws_kms_key.key", "LogGroupsOfThisEnvironment", _AS_LOGS_WANT, _LOGS),
    Exemption(
        "IAM_CONDITION", "* with kms:Describe*", "aws_kms_key.key", "LogGroupsOfThisEnvironment", _AS_LOGS_WANT, _LOGS
    ),
    Exemption(
        "IAM_TRUST",
        "logs.*.amazonaws.com* without *",
        "aws_kms_key.key",
        "LogGroupsOfThisEnvironment",
        _AS_LOGS_WANT,
        _LOGS,
    ),
    Exemption("IAM_WILDCARD", "kms:GenerateDataKey[*]", "aws_iam_role.*", "UseKey", _WHOLE_FAMILY),
    Exemption("IAM_WILDCARD", "kms:ReEncrypt[*]", "aws_iam_role.*", "UseKey", _WHOLE_FAMILY),
    Exemption(
        "IAM_STAR",
        "ecs:RegisterTaskDefinition",
        "aws_iam_role.*",
        "RegisterTaskDefinition",
        "A revision has no ARN before it is there: "
        "https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-ECSbluegreen.html",
    ),
    Exemption(
        "IAM_STAR",
        "ecs:CreateTaskSet",
        "aws_iam_role.*",
        "CreateTaskSets",
        "A task set has no ARN before it is there; its service and cluster are conditions",
        ("ecs:cluster", "ecs:service"),
    ),
    Exemption(
        "IAM_WIDE",
        "*:alarm:[*]",
        "aws_iam_role.*",
        "LookAtAlarms",
        "CloudWatch asks for all alarms whichever are looked at: "
        "https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/iam-identity-based-access-control-cw.html",
    ),
    Exemption(
        "IAM_WIDE",
        "arn:*:ec2:*:[*]:[*]/[*]",
        "aws_iam_role.*",
        "JoinNetwork",
        "An interface has no ARN before it is there, and a shared subnet is another account's; the function itself is denied it: "
        "https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html",
    ),
    Exemption(
        "IAM_WIDE", "arn:*:kms:*:key/[*]", "aws_iam_role.*", "DecryptRelease", _ANOTHER_STATE, ("kms:ResourceAliases",)
    ),
    Exemption(
        "IAM_WIDE", "arn:*:kms:*:key/[*]", "aws_iam_role.*", "DecryptRevision", _ANOTHER_STATE, ("kms:ViaService",)
    ),
    Exemption(
        "IAM_RESOURCE",
        "*codedeploy:*",
        "aws_iam_role.*_smoke-test_role",
        "Report",
        "The reference knows no resource, and CodeDeploy takes the deployment group's, as AWS's own CDK names it: "
        "https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_codedeploy.EcsDeploymentGroup.html",
    ),
    Exemption(
        "IAM_RESOURCE",
        "codeconnections:UseConnection",
        "aws_iam_role.*",
        "ReadSource",
        "CodePipeline asks by the service's new name for a connection that was made under the old one as well",
    ),
    Exemption(
        "IAM_RESOURCE",
        "codestar-connections:UseConnection",
        "aws_iam_role.*",
        "ReadSource",
        "CodePipeline asks by the service's old name as well: https://docs.aws.amazon.com/dtconsole/latest/userguide/rename.html",
    ),
    Exemption(
        "IAM_TRUST", "codepipeline.amazonaws.com without aws:SourceArn", "aws_iam_role.*", "Trust", _NOT_DOCUMENTED
    ),
    Exemption("IAM_TRUST", "lambda.amazonaws.com without aws:SourceArn", "aws_iam_role.*", "Trust", _NOT_DOCUMENTED),
    Exemption(
        "IAM_TRUST",
        "ecs.amazonaws.com without *",
        "aws_iam_role.*_blue-green_*",
        "Trust",
        "As AWS documents it: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/infrastructure_IAM_role.html",
    ),
    Exemption(
        "IAM_TRUST",
        "logdelivery.elasticloadbalancing.amazonaws.com without *",
        "aws_s3_bucket.*",
        "DeliverLoadBalancerLogs",
        "As AWS documents it, and the path holds the account: "
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html",
    ),
    Exemption(
        "IAM_TRUST",
        "* without *",
        "aws_sns_topic.*",
        "NotificationPublishers",
        "EventBridge takes no conditions there, and notification rules are not documented to send any: "
        "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html",
    ),
    Exemption("IAM_TRUST", "* without *", "aws_kms_key.key", "NotificationPublishers", _OF_TOPICS, _TOPIC),
    Exemption(
        "IAM_WILDCARD", "kms:GenerateDataKey[*]", "aws_kms_key.key", "NotificationPublishers", _OF_TOPICS, _TOPIC
    ),
    Exemption("IAM_WILDCARD", "kms:GenerateDataKey[*]", "aws_iam_role.*", "EncryptNotifications", _OF_TOPICS, _TOPIC),
    Exemption("IAM_TRUST", "chatbot.amazonaws.com without *", "aws_iam_role.*chat_role", "Trust", _NOT_DOCUMENTED),
    *(
        Exemption("IAM_WIDE", "arn:*:ec2:*:network-interface/[*]", "aws_iam_role.*", sid, _INTERFACE, asks)
        for sid, asks in (
            ("JoinNetwork", ()),
            ("LeaveNetwork", ("ec2:Subnet",)),
            ("LendNetworkInterfaces", ("ec2:AuthorizedService", "ec2:Subnet")),
        )
    ),
)
