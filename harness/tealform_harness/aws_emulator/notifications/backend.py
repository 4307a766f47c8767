"""Notification rules in an account and region."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, cast
from uuid import uuid4

from tealform_harness.aws_emulator import sns_publish
from tealform_harness.aws_emulator.moto_register import NewBackend, Refusal
from tealform_harness.aws_emulator.notifications.event_types import EVENT_TYPES

SERVICE = "codestar-notifications"
_PRINCIPAL = "codestar-notifications.amazonaws.com"
_TARGETS = ("SNS", "AWSChatbotSlack", "AWSChatbotMicrosoftTeams")
_MOST_TARGETS = 10

Json = dict[str, Any]


class NotificationBackend(NewBackend):
    """https://docs.aws.amazon.com/codestar-notifications/latest/APIReference/Welcome.html."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.rules: dict[str, Json] = {}

    def create(self, asked: Mapping[str, Any]) -> str:
        """Returns the ARN of the rule; raises what CreateNotificationRule refuses."""
        _check(asked["EventTypeIds"], asked["Targets"], asked["Resource"])
        if any(rule["Name"] == asked["Name"] for rule in self.rules.values()):
            message = f"A notification rule with the name {asked['Name']} already exists"
            raise Refusal("ResourceAlreadyExistsException", message)
        arn = f"arn:{self.partition}:{SERVICE}:{self.region_name}:{self.account_id}:notificationrule/{uuid4()}"
        now = datetime.now(UTC)
        owner = f"arn:{self.partition}:iam::{self.account_id}:root"
        made = {"Arn": arn, "CreatedBy": owner, "CreatedTimestamp": now, "LastModifiedTimestamp": now}
        self.rules[arn] = {"Status": "ENABLED", "Tags": {}, **asked, **made}
        return arn

    def rule(self, arn: str) -> Json:
        """Raises ResourceNotFoundException."""
        if arn not in self.rules:
            raise Refusal("ResourceNotFoundException", f"Notification rule {arn} not found")
        return self.rules[arn]

    def described(self, arn: str) -> Json:
        """As DescribeNotificationRule answers: what cannot reach its target says so."""
        rule = self.rule(arn)
        return {
            **rule,
            "EventTypes": [EVENT_TYPES[each] for each in rule["EventTypeIds"]],
            "Targets": [{**target, "TargetStatus": _status(target)} for target in rule["Targets"]],
        }

    def update(self, arn: str, changes: Mapping[str, Any]) -> None:
        """Changes what is named; raises what UpdateNotificationRule refuses."""
        rule = {**self.rule(arn), **changes}
        _check(rule["EventTypeIds"], rule["Targets"], rule["Resource"])
        self.rules[arn] = {**rule, "LastModifiedTimestamp": datetime.now(UTC)}

    def tell(self, event_type: str, event: Mapping[str, Any]) -> None:
        """Sends ``event``, as EventBridge knows it, by the rules for its resource and type to their topics.

        https://docs.aws.amazon.com/dtconsole/latest/userguide/concepts.html
        """
        for rule in self.rules.values():
            wanted = rule["Status"] == "ENABLED" and event_type in rule["EventTypeIds"]
            if wanted and rule["Resource"] in event["resources"]:
                message = json.dumps({**event, "notificationRuleArn": rule["Arn"], "additionalAttributes": {}})
                for target in rule["Targets"]:
                    if target["TargetType"] == "SNS":
                        sns_publish.publish_to_topic(target["TargetAddress"], _PRINCIPAL, message)


def get_notifications(account_id: str, region: str) -> NotificationBackend:
    """The notification rules of an account in a region."""
    # Not at the top: moto knows them only once they were added to it.
    from moto.backends import get_backend

    return cast(NotificationBackend, get_backend(cast(Any, SERVICE))[account_id][region])


def _check(event_types: Sequence[str], targets: Sequence[Mapping[str, str]], resource: str) -> None:
    service = resource.split(":")[2]
    for each in event_types:
        if each not in EVENT_TYPES or not each.startswith(f"{service}-"):
            message = f"Invalid event type ID {each} for the resource {resource}"
            raise Refusal("ValidationException", message)
    if len(targets) > _MOST_TARGETS:
        raise Refusal("ValidationException", f"A rule has at most {_MOST_TARGETS} targets")
    for target in targets:
        if target["TargetType"] not in _TARGETS:
            raise Refusal("ValidationException", f"Invalid target type {target['TargetType']}")


def _status(target: Mapping[str, str]) -> str:
    if target["TargetType"] == "SNS" and not sns_publish.topic_admits(target["TargetAddress"], _PRINCIPAL):
        return "UNREACHABLE"
    return "ACTIVE"
