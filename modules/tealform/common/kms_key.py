"""The KMS key of an environment, for logs, images and artifacts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tealform.aws import Construct, KmsAlias, KmsKey, KmsKeyPolicy
from tealform.common.iam import Condition, Statement, account_principals, policy_document, require_role
from tealform.naming import Context


@dataclass(frozen=True, kw_only=True)
class KeyProps:
    """Inputs of ``Key``."""

    context: Context
    """The environment that owns the key."""

    disposable: bool
    """Whether AWS deletes the key 7 days after a destroy instead of 30, from ``disposable``."""

    environments: Sequence[Context]
    """Environments whose log groups use the key."""

    readers: Sequence[str] = ()
    """ARNs of roles in other accounts that read artifacts; none by default."""

    topics: Sequence[str] = ()
    """ARNs of SNS topics that use the key; none by default."""

    publishers: Sequence[str] = ()
    """Service principals that write to ``topics``; none by default."""


class Key(Construct):
    """A symmetric key, rotated each year. CodePipeline accepts no other kind for artifacts.

    The policy is a resource of its own, so that it can name the key's ARN instead of ``*``.
    """

    arn: str
    """The key's ARN."""

    policy: KmsKeyPolicy
    """The key's policy. Resources that AWS services encrypt with the key depend on it."""

    def __init__(self, scope: Construct, id_: str, props: KeyProps) -> None:
        super().__init__(scope, id_)
        context = props.context
        key = KmsKey(
            self,
            "key",
            description=f"Logs, images and artifacts of {context.prefix}",
            enable_key_rotation=True,
            deletion_window_in_days=7 if props.disposable else 30,
        )
        KmsAlias(self, "alias", name=f"alias/{context.prefix}", target_key_id=key.key_id)
        document = policy_document(
            self,
            "permissions",
            [
                Statement(
                    sid="AccountDecidesByIam",
                    actions=["kms:*"],
                    resources=[key.arn],
                    principals={"AWS": [context.global_arn("iam", "root")]},
                ),
                # https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
                Statement(
                    sid="LogGroupsOfThisEnvironment",
                    actions=["kms:Encrypt*", "kms:Decrypt*", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:Describe*"],
                    resources=[key.arn],
                    principals={"Service": [f"logs.{context.region}.{context.dns_suffix}"]},
                    conditions=[
                        Condition(
                            "ArnLike",
                            "kms:EncryptionContext:aws:logs:arn",
                            [context.arn("logs", f"log-group:{each.log_group('*')}") for each in props.environments],
                        )
                    ],
                ),
                *_allow_readers(context, key.arn, props.readers),
                *_allow_publishers(key.arn, props),
            ],
        )
        self.policy = KmsKeyPolicy(self, "policy", key_id=key.key_id, policy=document.json)
        self.arn = key.arn

    def allow_use(self) -> Statement:
        """Allow reading and writing data that is encrypted with this key."""
        return Statement(
            sid="UseKey",
            actions=["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"],
            resources=[self.arn],
        )


def _allow_readers(context: Context, key_arn: str, readers: Sequence[str]) -> list[Statement]:
    """Allow roles of other accounts to decrypt artifacts through S3.

    https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-modifying-external-accounts.html
    """
    if not readers:
        return []
    by_s3 = Condition("StringEquals", "kms:ViaService", [f"s3.{context.region}.{context.dns_suffix}"])
    return [
        Statement(
            sid="DecryptFromOtherAccounts",
            actions=["kms:Decrypt"],
            resources=[key_arn],
            principals=account_principals(readers),
            conditions=[require_role(readers), by_s3],
        )
    ]


def _allow_publishers(key_arn: str, props: KeyProps) -> list[Statement]:
    """Allow services to write to the encrypted topics. SNS sends the topic's ARN for every publisher.

    EventBridge sends neither account nor rule: https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
    """
    if not props.topics:
        return []
    return [
        Statement(
            sid="NotificationPublishers",
            actions=["kms:Decrypt", "kms:GenerateDataKey*"],
            resources=[key_arn],
            principals={"Service": props.publishers},
            conditions=[Condition("StringEquals", "kms:EncryptionContext:aws:sns:topicArn", props.topics)],
        )
    ]
