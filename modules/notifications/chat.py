"""Channels of Slack and Microsoft Teams, through Amazon Q Developer in chat applications."""

from __future__ import annotations

from dataclasses import dataclass

from modules.aws import ChatbotSlackChannelConfiguration, ChatbotTeamsChannelConfiguration, Construct
from modules.context import Context
from modules.iam import ServiceRole, ServiceRoleProps
from modules.notifications.topic import Topic
from modules.settings.notifications import Notifications as Settings

GUARDRAIL = "arn:aws:iam::aws:policy/CloudWatchReadOnlyAccess"
"""The most that anybody in a channel may do, whatever role is used there. AWS's own default is everything.

https://docs.aws.amazon.com/chatbot/latest/adminguide/understanding-permissions.html
"""


@dataclass(frozen=True)
class ChatProps:
    """Whose channels they are, in which account; the notifications as they are set, and their topic."""

    context: Context
    settings: Settings
    topic: Topic


class Chat(Construct):
    """The channels that are set. They show what the topic says; nobody can do anything from them.

    Their role may do nothing: to show a message takes no right, and a member who wants to do something needs a role that
    is the member's own. The service is one for all regions, and Terraform's provider goes to where it answers.
    https://docs.aws.amazon.com/chatbot/latest/adminguide/chatbot-iam-policies.html
    """

    def __init__(self, scope: Construct, id_: str, props: ChatProps) -> None:
        super().__init__(scope, id_)
        context, slack, teams = props.context, props.settings.slack, props.settings.teams
        role = ServiceRole(
            self,
            "role",
            # It is not documented to say for whom it asks.
            ServiceRoleProps(context, context.name("chat"), "chatbot.amazonaws.com", says_for_whom=False),
        )
        if slack:
            ChatbotSlackChannelConfiguration(
                self,
                "slack",
                configuration_name=context.name("slack"),
                slack_team_id=slack.workspace,
                slack_channel_id=slack.channel,
                iam_role_arn=role.arn,
                guardrail_policy_arns=[GUARDRAIL],
                sns_topic_arns=[props.topic.arn],
                user_authorization_required=True,
                logging_level="ERROR",
            )
        if teams:
            ChatbotTeamsChannelConfiguration(
                self,
                "teams",
                configuration_name=context.name("teams"),
                tenant_id=teams.tenant,
                team_id=teams.team,
                channel_id=teams.channel,
                iam_role_arn=role.arn,
                guardrail_policy_arns=[GUARDRAIL],
                sns_topic_arns=[props.topic.arn],
                user_authorization_required=True,
                logging_level="ERROR",
            )
