"""Notifications of releases and failures."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from tealform.settings.types import Block, Distinct, KeyArn, arn, matching

Email = Annotated[
    str, matching(r"[\w.!#$&'*+/=?^`|~-]{1,64}@([A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,63}", "an e-mail address")
]
# A FIFO topic does not accept these notifications: https://docs.aws.amazon.com/sns/latest/dg/fifo-topic-message-delivery.html
TopicArn = Annotated[
    str, arn(r"sns:[a-z0-9-]+:\d{12}:[\w-]{1,256}", "the ARN of an SNS topic, which must not be a FIFO one")
]
# https://docs.aws.amazon.com/chatbot/latest/APIReference/API_CreateSlackChannelConfiguration.html
SlackWorkspace = Annotated[str, matching(r"[0-9A-Z]{1,255}", "the id of a Slack workspace, like T012AB3CD")]
SlackChannel = Annotated[str, matching(r"[A-Za-z0-9]{1,255}", "the id of a Slack channel, like C012AB3CD")]
# https://docs.aws.amazon.com/chatbot/latest/APIReference/API_CreateMicrosoftTeamsChannelConfiguration.html
Uuid = Annotated[
    str,
    matching(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}", "an id like 01234567-89ab-cdef-0123-456789abcdef"),
]
TeamsChannel = Annotated[
    str,
    matching(
        r"(?=.{1,255}\Z)[\w=+/.,-]*%3[aA][\w=+/.,-]*%40[\w=+/.,-]*",
        "the id of a Teams channel as its link has it, like 19%3aab12cd34%40thread.tacv2",
    ),
]

Event = Literal[
    "started", "succeeded", "failed", "canceled", "superseded", "resumed", "approval", "approved", "rejected"
]


class Slack(Block):
    """A Slack channel, through Amazon Q Developer in chat applications (AWS Chatbot).

    Somebody must let the workspace in once, in that service's console, and invite it into the channel.
    """

    workspace: SlackWorkspace = Field(description="The workspace's id.", examples=["T012AB3CD"])
    channel: SlackChannel = Field(description="The channel's id.", examples=["C012AB3CD"])


class Teams(Block):
    """A Microsoft Teams channel, through Amazon Q Developer in chat applications (AWS Chatbot).

    Somebody must let the team in once, in that service's console.
    """

    tenant: Uuid = Field(description="The tenant's id.", examples=["01234567-89ab-cdef-0123-456789abcdef"])
    team: Uuid = Field(description="The team's id.", examples=["01234567-89ab-cdef-0123-456789abcdef"])
    channel: TeamsChannel = Field(
        description="The channel's id, as a link to it has it.", examples=["19%3aab12cd34%40thread.tacv2"]
    )


class Notifications(Block):
    """Who is told: of releases, deployments that fail or are stopped, tasks that cannot be placed, and alarms of services.

    All goes to one SNS topic, to which anything can subscribe.
    """

    emails: Distinct[Email] = Field(
        default=(), description="E-mail addresses that subscribe to the topic; each must confirm once."
    )
    topic: TopicArn | None = Field(
        default=None,
        description=(
            "An SNS topic that exists, in the environment's account and region; its policy must let `codestar-notifications` and "
            "`events.amazonaws.com` publish. When left out, one is created, under the environment's key."
        ),
    )
    topic_kms_key: KeyArn | None = Field(
        default=None,
        description="KMS key that encrypts a topic that exists; its policy must let the same two services use it.",
    )
    slack: Slack | None = Field(default=None, description="A Slack channel that is told.")
    teams: Teams | None = Field(default=None, description="A Microsoft Teams channel that is told.")
    events: Distinct[Event] = Field(
        default=("succeeded", "failed", "approval"),
        description=(
            "What is told of pipelines, beside what goes wrong in services: a release has `started`, `succeeded`, `failed`, been "
            "`canceled`, `superseded` by a newer one, `resumed`; an `approval` is waited for, was given (`approved`) or refused "
            "(`rejected`). `[]` for nothing. Whatever stands here, an approval sends the link to what will be released."
        ),
    )

    @property
    def chat(self) -> bool:
        """Return whether notifications go to a chat."""
        return bool(self.slack or self.teams)
