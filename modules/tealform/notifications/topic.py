"""The SNS topic that receives all notifications of an environment, and the chat channels that show it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tealform.aws import (
    ChatbotSlackChannelConfiguration,
    ChatbotTeamsChannelConfiguration,
    Construct,
    ITerraformDependable,
    SnsTopic,
    SnsTopicPolicy,
    SnsTopicSubscription,
)
from tealform.common.iam import (
    Condition,
    ServiceRole,
    ServiceRoleProps,
    Statement,
    deny_plain_http,
    policy_document,
)
from tealform.common.kms_key import Key
from tealform.naming import Context
from tealform.settings.notifications import Notifications as Settings
from tealform.settings.notifications import Slack, Teams

PUBLISHERS = ("codestar-notifications.amazonaws.com", "events.amazonaws.com")
"""The service principals that write to the topic: for pipelines, and for everything else."""

GUARDRAIL = "arn:aws:iam::aws:policy/CloudWatchReadOnlyAccess"
"""The maximum permissions in a channel, whatever role a member uses. AWS's default allows everything.

https://docs.aws.amazon.com/chatbot/latest/adminguide/understanding-permissions.html
"""


@dataclass(frozen=True, kw_only=True)
class Topic:
    """A topic as its publishers use it."""

    arn: str
    """The topic's ARN."""

    publishing: Sequence[Statement]
    """The statements that a role needs to write to the topic."""

    ready: Sequence[ITerraformDependable]
    """The policies that resources depend on if they write to the topic."""

    chat: bool
    """Whether a chat reads the topic. Chats show messages of their own form only."""


@dataclass(frozen=True, kw_only=True)
class TopicProps:
    """Inputs of ``resolve_topic`` and ``NewTopic``."""

    context: Context
    """The environment that the notifications are about, in the topic's account."""

    settings: Settings
    """The ``notifications`` block."""

    key: Key
    """The KMS key of the environment in that account."""


def topic_arn(context: Context) -> str:
    """Return the ARN of the topic that Tealform creates for an environment in an account."""
    return context.arn("sns", context.name("notifications"))


def resolve_topic(scope: Construct, id_: str, props: TopicProps) -> Topic:
    """Return the existing topic of the settings, or create one."""
    arn, settings = props.settings.topic, props.settings
    if arn:
        publishing = _allow_publish(arn, settings.topic_kms_key)
        return Topic(arn=arn, publishing=publishing, ready=(), chat=settings.chat)
    return NewTopic(scope, id_, props).topic


class NewTopic(Construct):
    """A topic with its email subscribers, under the environment's key. It accepts TLS only.

    The key's policy must allow ``PUBLISHERS`` to use it, which the policy of SNS's own key cannot.
    https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
    """

    topic: Topic
    """The topic as its publishers use it."""

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
        document = policy_document(self, "permissions", _allow_publishers(created.arn))
        policy = SnsTopicPolicy(self, "policy", arn=created.arn, policy=document.json)
        for email in props.settings.emails:
            SnsTopicSubscription(
                self,
                # A hash instead of the position: removing one address does not resubscribe the others.
                f"email-{hashlib.sha256(email.encode()).hexdigest()[:8]}",
                topic_arn=created.arn,
                protocol="email",
                endpoint=email,
                depends_on=[key.policy],
            )
        self.topic = Topic(
            arn=created.arn,
            # The literal ARN, so that the statements need no reference.
            publishing=_allow_publish(topic_arn(context), None),
            ready=(policy, key.policy),
            chat=props.settings.chat,
        )


def _allow_publishers(arn: str) -> list[Statement]:
    """Allow the publishers to write to the topic, in addition to roles of the account itself.

    No condition names the account: AWS documents none for notification rules, and EventBridge sends none. A condition
    on a key that is not sent would block every message.
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
        deny_plain_http(["sns:Publish"], [arn]),
    ]


def _allow_publish(arn: str, key_arn: str | None) -> list[Statement]:
    """Allow a role to publish, and to use the topic's key unless it is the environment's, which the role already uses."""
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


def group_by_channel(topics: Iterable[tuple[Settings, str]]) -> dict[Slack | Teams, list[str]]:
    """Return the topics that each channel shows; ``topics`` are pairs of a ``notifications`` block and a topic's ARN."""
    found: dict[Slack | Teams, list[str]] = {}
    for settings, arn in topics:
        for channel in (settings.slack, settings.teams):
            if channel is not None and arn not in found.setdefault(channel, []):
                found[channel].append(arn)
    return found


@dataclass(frozen=True, kw_only=True)
class ChatProps:
    """Inputs of ``Chat``."""

    context: Context
    """The account of the channels."""

    channels: Mapping[Slack | Teams, Sequence[str]]
    """The channels, each with the ARNs of the topics that it shows.

    AWS accepts a channel once in an account, for all topics:
    https://github.com/aws-cloudformation/cloudformation-coverage-roadmap/issues/1155
    """


class Chat(Construct):
    """Channels of Slack and Microsoft Teams, through Amazon Q Developer in chat applications.

    Their role has no permissions: showing a message needs none, and a member who runs commands needs a role of the
    member's own. The service is the same in all regions, and the provider calls its only endpoint.
    https://docs.aws.amazon.com/chatbot/latest/adminguide/chatbot-iam-policies.html
    """

    def __init__(self, scope: Construct, id_: str, props: ChatProps) -> None:
        super().__init__(scope, id_)
        context = props.context
        role = ServiceRole(
            self,
            "role",
            ServiceRoleProps(
                context=context,
                name=context.name("chat"),
                service="chatbot.amazonaws.com",
                # AWS does not document that it sends its source.
                sends_source=False,
            ),
        )
        for channel, topics in props.channels.items():
            kind = "slack" if isinstance(channel, Slack) else "teams"
            id_ = f"{kind}-{hashlib.sha256(channel.model_dump_json().encode()).hexdigest()[:8]}"
            common: dict[str, Any] = {
                "configuration_name": context.name(id_),
                "iam_role_arn": role.arn,
                "guardrail_policy_arns": [GUARDRAIL],
                "sns_topic_arns": [*topics],
                "user_authorization_required": True,
                "logging_level": "ERROR",
            }
            if isinstance(channel, Slack):
                ChatbotSlackChannelConfiguration(
                    self, id_, slack_team_id=channel.workspace, slack_channel_id=channel.channel, **common
                )
            else:
                ChatbotTeamsChannelConfiguration(
                    self,
                    id_,
                    tenant_id=channel.tenant,
                    team_id=channel.team,
                    channel_id=channel.channel,
                    **common,
                )
