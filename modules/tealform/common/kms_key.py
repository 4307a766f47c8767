"""The KMS key of an environment: for logs, images and artifacts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tealform.aws import Construct, KmsAlias, KmsKey, KmsKeyPolicy
from tealform.common.iam import Condition, Statement, only_by, policy_document, roots
from tealform.naming import Context


@dataclass(frozen=True)
class KeyProps:
    """Whose key it is, and whether it can go quickly (7 days) or only after a long wait (30).

    ``environments`` are those whose logs are encrypted with it; ``readers`` are ARNs of roles in other accounts that read
    artifacts. ``topics`` are ARNs of SNS topics under it, and ``publishers`` the services that write to them.
    """

    context: Context
    disposable: bool
    environments: Sequence[Context]
    readers: Sequence[str] = ()
    topics: Sequence[str] = ()
    publishers: Sequence[str] = ()


class Key(Construct):
    """A symmetric key, rotated each year. CodePipeline takes no other kind for artifacts.

    Its policy is a resource of its own so that it can name the key's ARN instead of ``*``. Whoever
    needs CloudWatch Logs to use the key depends on ``policy``.
    """

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
                *_other_accounts(context, key.arn, props.readers),
                *_publishers(key.arn, props),
            ],
        )
        self.policy = KmsKeyPolicy(self, "policy", key_id=key.key_id, policy=document.json)
        self.arn = key.arn

    def usage(self) -> Statement:
        """The right to read and write what is encrypted with this key."""
        return Statement(
            sid="UseKey",
            actions=["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"],
            resources=[self.arn],
        )


def _other_accounts(context: Context, key_arn: str, readers: Sequence[str]) -> list[Statement]:
    """What roles of other accounts may decrypt: artifacts, by way of S3.

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
            principals=roots(readers),
            conditions=[only_by(readers), by_s3],
        )
    ]


def _publishers(key_arn: str, props: KeyProps) -> list[Statement]:
    """What services need to write to topics that are encrypted. SNS names the topic, whoever it asks for.

    EventBridge names neither account nor rule here: https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
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
