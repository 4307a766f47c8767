"""The SNS topic that all notifications of an environment go to."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from tealform.aws import Construct, ITerraformDependable, SnsTopic, SnsTopicPolicy, SnsTopicSubscription
from tealform.common.iam import Condition, Statement, policy_document
from tealform.common.kms_key import Key
from tealform.naming import Context
from tealform.settings.notifications import Notifications as Settings

PUBLISHERS = ("codestar-notifications.amazonaws.com", "events.amazonaws.com")
"""The services that write to the topic: for pipelines, and for all the rest."""


@dataclass(frozen=True)
class Topic:
    """A topic as those see it who write to it.

    ``publishing`` is what a role needs for that. What is made to write to it is made after ``ready``. ``chat`` says whether
    a chat reads it, which shows messages of its own form only.
    """

    arn: str
    publishing: Sequence[Statement]
    ready: Sequence[ITerraformDependable]
    chat: bool


@dataclass(frozen=True)
class TopicProps:
    """Whose topic it is, in which account; the notifications as they are set; the key of that account's environment."""

    context: Context
    settings: Settings
    key: Key


def topic_arn(context: Context) -> str:
    """The ARN of the topic that an environment has in an account, if it is created there."""
    return context.arn("sns", context.name("notifications"))


def topic(scope: Construct, id_: str, props: TopicProps) -> Topic:
    """The topic that is set, or a new one."""
    if props.settings.topic:
        key = props.settings.topic_kms_key
        return Topic(props.settings.topic, _publishing(props.settings.topic, key), (), props.settings.chat)
    return NewTopic(scope, id_, props).topic


class NewTopic(Construct):
    """A topic with its subscribers, under the environment's key. It is written to over TLS only.

    The key's policy must let ``PUBLISHERS`` use it: the key of SNS's own cannot be told to.
    https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
    """

    def __init__(self, scope: Construct, id_: str, props: TopicProps) -> None:
        super().__init__(scope, id_)
        context, key = props.context, props.key
        created = SnsTopic(
            self,
            "topic",
            name=context.name("notifications"),
            display_name=context.prefix,
            kms_master_key_id=key.arn,
        )
        document = policy_document(self, "permissions", _policy(created.arn))
        policy = SnsTopicPolicy(self, "policy", arn=created.arn, policy=document.json)
        for email in props.settings.emails:
            SnsTopicSubscription(
                self,
                # Not its place in the list: who stays need not confirm again when another one goes.
                f"email-{hashlib.sha256(email.encode()).hexdigest()[:8]}",
                topic_arn=created.arn,
                protocol="email",
                endpoint=email,
                depends_on=[key.policy],
            )
        # The name of the topic is known beforehand, and so are the rights of those who write to it.
        publishing = _publishing(topic_arn(context), None)
        self.topic = Topic(created.arn, publishing, (policy, key.policy), props.settings.chat)


def _policy(arn: str) -> list[Statement]:
    """Who may write to the topic, beside roles of the account itself.

    No condition names the account. AWS documents none for notification rules, and that EventBridge sends none: one that is
    not sent would silence every message.
    https://docs.aws.amazon.com/dtconsole/latest/userguide/set-up-sns.html
    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-troubleshooting.html
    """
    return [
        Statement(
            sid="NotificationPublishers",
            actions=["sns:Publish"],
            resources=[arn],
            principals={"Service": PUBLISHERS},
        ),
        # https://docs.aws.amazon.com/sns/latest/dg/sns-security-best-practices.html
        Statement(
            sid="DenyPlainHttp",
            effect="Deny",
            actions=["sns:Publish"],
            resources=[arn],
            principals={"*": ["*"]},
            conditions=[Condition("Bool", "aws:SecureTransport", ["false"])],
        ),
    ]


def _publishing(arn: str, key_arn: str | None) -> list[Statement]:
    """A role that writes to an encrypted topic uses the topic's key itself; the right to the environment's own it has."""
    publish = [Statement(sid="Notify", actions=["sns:Publish"], resources=[arn])]
    if key_arn is None:
        return publish
    return [
        *publish,
        Statement(
            sid="EncryptNotifications",
            actions=["kms:Decrypt", "kms:GenerateDataKey*"],
            resources=[key_arn],
            conditions=[Condition("StringEquals", "kms:EncryptionContext:aws:sns:topicArn", [arn])],
        ),
    ]
