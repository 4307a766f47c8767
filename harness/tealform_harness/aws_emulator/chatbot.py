"""AWS Chatbot, now Amazon Q Developer in chat applications: channels of Slack."""

from __future__ import annotations

from typing import Any, cast

from moto.core.responses import ActionResult, EmptyResult

from tealform_harness.aws_emulator.moto_patch import NewBackend, ParsedResponse, Refusal, get_added_backend

SERVICE = "chatbot"
PATHS = tuple(
    f"/{operation}"
    for operation in (
        "create-slack-channel-configuration",
        "delete-slack-channel-configuration",
        "describe-slack-channel-configurations",
        "describe-slack-workspaces",
        "list-tags-for-resource",
        "tag-resource",
        "untag-resource",
        "update-slack-channel-configuration",
    )
)
# Configurations are of an account, whatever the region that is asked.
_REGION = "us-east-2"


class ChatBackend(NewBackend):
    """Configurations by ARN, as they are described; every workspace counts as authorized."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.configurations: dict[str, dict[str, Any]] = {}


class ChatResponse(ParsedResponse):
    """https://docs.aws.amazon.com/chatbot/latest/APIReference/Welcome.html."""

    service = SERVICE

    @property
    def _configurations(self) -> dict[str, dict[str, Any]]:
        return cast(ChatBackend, get_added_backend(SERVICE, self.current_account, _REGION)).configurations

    def create_slack_channel_configuration(self) -> ActionResult:
        """CreateSlackChannelConfiguration; the name is taken once."""
        asked = dict(self.params)
        arn = f"arn:aws:chatbot::{self.current_account}:chat-configuration/slack-channel/{asked['ConfigurationName']}"
        if arn in self._configurations:
            raise Refusal("ConflictException", f"The configuration {asked['ConfigurationName']} already exists")
        self._configurations[arn] = {
            "SlackTeamName": asked["SlackTeamId"],
            "SlackChannelName": asked["SlackChannelId"],
            "SnsTopicArns": [],
            "LoggingLevel": "NONE",
            "GuardrailPolicyArns": ["arn:aws:iam::aws:policy/AdministratorAccess"],
            "UserAuthorizationRequired": False,
            "Tags": [],
            "State": "ENABLED",
            **asked,
            "ChatConfigurationArn": arn,
        }
        return ActionResult({"ChannelConfiguration": self._configurations[arn]})

    def describe_slack_channel_configurations(self) -> ActionResult:
        """DescribeSlackChannelConfigurations, in one page."""
        wanted = self._get_param("ChatConfigurationArn")
        found = [each for arn, each in self._configurations.items() if wanted in (None, arn)]
        return ActionResult({"SlackChannelConfigurations": found})

    def update_slack_channel_configuration(self) -> ActionResult:
        """UpdateSlackChannelConfiguration: what is not asked for stays."""
        configuration = self._configuration("ChatConfigurationArn")
        configuration.update(self.params)
        return ActionResult({"ChannelConfiguration": configuration})

    def delete_slack_channel_configuration(self) -> ActionResult:
        """DeleteSlackChannelConfiguration."""
        del self._configurations[self._configuration("ChatConfigurationArn")["ChatConfigurationArn"]]
        return EmptyResult()

    def list_tags_for_resource(self) -> ActionResult:
        """ListTagsForResource."""
        return ActionResult({"Tags": self._configuration("ResourceARN")["Tags"]})

    def tag_resource(self) -> ActionResult:
        """TagResource."""
        given = self._get_param("Tags")
        self._retag({tag["TagKey"] for tag in given}, given)
        return EmptyResult()

    def untag_resource(self) -> ActionResult:
        """UntagResource."""
        self._retag(set(self._get_param("TagKeys")), [])
        return EmptyResult()

    def _retag(self, keys: set[str], tags: list[dict[str, str]]) -> None:
        configuration = self._configuration("ResourceARN")
        configuration["Tags"] = [tag for tag in configuration["Tags"] if tag["TagKey"] not in keys] + tags

    def _configuration(self, parameter: str) -> dict[str, Any]:
        arn = self._get_param(parameter)
        if arn not in self._configurations:
            raise Refusal("ResourceNotFoundException", f"The configuration {arn} does not exist")
        return self._configurations[arn]
