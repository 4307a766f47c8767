"""Channels of Slack and Microsoft Teams, through Amazon Q Developer in chat applications."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tealform.aws import ChatbotSlackChannelConfiguration, ChatbotTeamsChannelConfiguration, Construct
from tealform.common.iam import ServiceRole, ServiceRoleProps
from tealform.naming import Context
from tealform.settings.notifications import Notifications as Settings
from tealform.settings.notifications import Slack, Teams

GUARDRAIL = "arn:aws:iam::aws:policy/CloudWatchReadOnlyAccess"
"""The most that anybody in a channel may do, whatever role is used there. AWS's own default is everything.

https://docs.aws.amazon.com/chatbot/latest/adminguide/understanding-permissions.html
"""


@dataclass(frozen=True)
class ChatProps:
    """In which account the channels are told, and the ARNs of the topics that each of them shows.

    AWS takes a channel once in an account, whoever's topics it shows:
    https://github.com/aws-cloudformation/cloudformation-coverage-roadmap/issues/1155
    """

    context: Context
    channels: Mapping[Slack | Teams, Sequence[str]]


def channels(told: Iterable[tuple[Settings, str]]) -> dict[Slack | Teams, list[str]]:
    """The topics, by ARN, that each channel shows; ``told`` are notifications as they are set, with their topic."""
    found: dict[Slack | Teams, list[str]] = {}
    for settings, topic in told:
        for channel in (settings.slack, settings.teams):
            if channel is not None and topic not in found.setdefault(channel, []):
                found[channel].append(topic)
    return found


class Chat(Construct):
    """The channels that are set. They show what the topics say; nobody can do anything from them.

    Their role may do nothing: to show a message takes no right, and a member who wants to do something needs a role that
    is the member's own. The service is one for all regions, and Terraform's provider goes to where it answers.
    https://docs.aws.amazon.com/chatbot/latest/adminguide/chatbot-iam-policies.html
    """

    def __init__(self, scope: Construct, id_: str, props: ChatProps) -> None:
        super().__init__(scope, id_)
        context = props.context
        role = ServiceRole(
            self,
            "role",
            # It is not documented to say for whom it asks.
            ServiceRoleProps(context, context.name("chat"), "chatbot.amazonaws.com", says_for_whom=False),
        )
        for channel, topics in props.channels.items():
            kind = "slack" if isinstance(channel, Slack) else "teams"
            digest = hashlib.sha256(channel.model_dump_json().encode()).hexdigest()[:8]
            common: dict[str, Any] = {
                "configuration_name": context.name(kind, digest),
                "iam_role_arn": role.arn,
                "guardrail_policy_arns": [GUARDRAIL],
                "sns_topic_arns": [*topics],
                "user_authorization_required": True,
                "logging_level": "ERROR",
            }
            if isinstance(channel, Slack):
                ChatbotSlackChannelConfiguration(
                    self,
                    f"{kind}-{digest}",
                    slack_team_id=channel.workspace,
                    slack_channel_id=channel.channel,
                    **common,
                )
            else:
                ChatbotTeamsChannelConfiguration(
                    self,
                    f"{kind}-{digest}",
                    tenant_id=channel.tenant,
                    team_id=channel.team,
                    channel_id=channel.channel,
                    **common,
                )
