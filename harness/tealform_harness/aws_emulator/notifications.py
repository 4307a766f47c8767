"""CodeStar Notifications: rules that report the events of pipelines and other resources to people.

https://docs.aws.amazon.com/dtconsole/latest/userguide/concepts.html
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, cast
from uuid import uuid4

from moto.core.responses import ActionResult, EmptyResult
from moto.core.utils import utcnow
from moto.utilities.utils import get_partition

from tealform_harness.aws_emulator import service_events
from tealform_harness.aws_emulator.moto_patch import NewBackend, ParsedResponse, Refusal, get_added_backend

_KINDS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "codebuild-project": {
        "build-state": ("failed", "succeeded", "in-progress", "stopped"),
        "build-phase": ("failure", "success"),
    },
    "codecommit-repository": {
        "comments-on": ("commits", "pull-requests"),
        "approvals": ("status-changed", "rule-override"),
        "pull-request": ("created", "source-updated", "status-changed", "merged"),
        "branches-and-tags": ("created", "deleted", "updated"),
    },
    "codedeploy-application": {"deployment": ("failed", "succeeded", "started")},
    "codepipeline-pipeline": {
        "action-execution": ("succeeded", "failed", "canceled", "started"),
        "stage-execution": ("started", "succeeded", "resumed", "canceled", "failed"),
        "pipeline-execution": ("failed", "canceled", "started", "resumed", "succeeded", "superseded"),
        "manual-approval": ("failed", "needed", "succeeded"),
    },
}


def _describe_event_types() -> Iterator[dict[str, str]]:
    for source, kinds in _KINDS.items():
        service, resource = source.split("-")
        for kind, states in kinds.items():
            for state in states:
                yield {
                    "EventTypeId": f"{source}-{kind}-{state}",
                    "ServiceName": f"Code{service.removeprefix('code').capitalize()}",
                    "EventTypeName": f"{kind.replace('-', ' ').capitalize()}: {state}",
                    "ResourceType": resource.capitalize(),
                }


EVENT_TYPES: Mapping[str, dict[str, str]] = {each["EventTypeId"]: each for each in _describe_event_types()}
"""Each as ListEventTypes describes it."""


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
        """Return the ARN of the rule; raises what CreateNotificationRule refuses."""
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
        """Raise ResourceNotFoundException."""
        if arn not in self.rules:
            raise Refusal("ResourceNotFoundException", f"Notification rule {arn} not found")
        return self.rules[arn]

    def describe(self, arn: str) -> Json:
        """As DescribeNotificationRule answers: what cannot reach its target says so."""
        rule = self.rule(arn)
        return {
            **rule,
            "EventTypes": [EVENT_TYPES[each] for each in rule["EventTypeIds"]],
            "Targets": [{**target, "TargetStatus": _status(target)} for target in rule["Targets"]],
        }

    def update(self, arn: str, changes: Mapping[str, Any]) -> None:
        """Change what is named; raises what UpdateNotificationRule refuses."""
        rule = {**self.rule(arn), **changes}
        _check(rule["EventTypeIds"], rule["Targets"], rule["Resource"])
        self.rules[arn] = {**rule, "LastModifiedTimestamp": datetime.now(UTC)}

    def send(self, event_type: str, event: Mapping[str, Any]) -> None:
        """Send ``event``, as EventBridge knows it, by the rules for its resource and type to their topics.

        https://docs.aws.amazon.com/dtconsole/latest/userguide/concepts.html
        """
        for rule in self.rules.values():
            wanted = rule["Status"] == "ENABLED" and event_type in rule["EventTypeIds"]
            if wanted and rule["Resource"] in event["resources"]:
                message = json.dumps({**event, "notificationRuleArn": rule["Arn"], "additionalAttributes": {}})
                for target in rule["Targets"]:
                    if target["TargetType"] == "SNS":
                        service_events.publish_to_topic(target["TargetAddress"], _PRINCIPAL, message)


def get_notifications(account_id: str, region: str) -> NotificationBackend:
    """The notification rules of an account in a region."""
    return cast(NotificationBackend, get_added_backend(SERVICE, account_id, region))


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
    if target["TargetType"] == "SNS" and not service_events.topic_admits(target["TargetAddress"], _PRINCIPAL):
        return "UNREACHABLE"
    return "ACTIVE"


def notify_pipeline_event(account_id: str, region: str, event_type: str, kind: str, detail: Mapping[str, Any]) -> None:
    """Notify those who want to hear of ``event_type`` ("manual-approval-needed") of the pipeline that ``detail`` names."""
    arn = f"arn:{get_partition(region)}:codepipeline:{region}:{account_id}:{detail['pipeline']}"
    event = {
        "account": account_id,
        "detailType": kind,
        "region": region,
        "source": "aws.codepipeline",
        "time": utcnow().strftime("%Y-%m-%dT%H:%M:%SZ"),
        "detail": detail,
        "resources": [arn],
    }
    get_notifications(account_id, region).send(f"codepipeline-pipeline-{event_type}", event)


PATHS = tuple(
    f"/{operation}"
    for operation in (
        "createNotificationRule",
        "deleteNotificationRule",
        "deleteTarget",
        "describeNotificationRule",
        "listEventTypes",
        "listNotificationRules",
        "listTagsForResource",
        "listTargets",
        "subscribe",
        "tagResource",
        "unsubscribe",
        r"untagResource/(?P<resourceArn>.+)",
        "updateNotificationRule",
    )
)


class NotificationResponse(ParsedResponse):
    """Answers for ``NotificationBackend``."""

    service = SERVICE

    @property
    def _notifications(self) -> NotificationBackend:
        return get_notifications(self.current_account, self.region)

    def _asked(self) -> dict[str, Any]:
        return {name: value for name, value in self.params.items() if name not in ("Arn", "ClientRequestToken")}

    def create_notification_rule(self) -> ActionResult:
        """CreateNotificationRule."""
        return ActionResult({"Arn": self._notifications.create(self._asked())})

    def describe_notification_rule(self) -> ActionResult:
        """DescribeNotificationRule."""
        return ActionResult(self._notifications.describe(self._get_param("Arn")))

    def update_notification_rule(self) -> ActionResult:
        """UpdateNotificationRule."""
        self._notifications.update(self._get_param("Arn"), self._asked())
        return EmptyResult()

    def delete_notification_rule(self) -> ActionResult:
        """DeleteNotificationRule; one that is gone is no error."""
        self._notifications.rules.pop(self._get_param("Arn"), None)
        return ActionResult({"Arn": self._get_param("Arn")})

    def list_notification_rules(self) -> ActionResult:
        """ListNotificationRules, in one page; filters are not read."""
        described = [{"Id": arn.rpartition("/")[2], "Arn": arn} for arn in self._notifications.rules]
        return ActionResult({"NotificationRules": described})

    def list_event_types(self) -> ActionResult:
        """ListEventTypes, in one page; filters are not read."""
        return ActionResult({"EventTypes": list(EVENT_TYPES.values())})

    def list_targets(self) -> ActionResult:
        """ListTargets, in one page; filters are not read."""
        arns = self._notifications.rules
        targets = [target for arn in arns for target in self._notifications.describe(arn)["Targets"]]
        return ActionResult({"Targets": targets})

    def delete_target(self) -> ActionResult:
        """DeleteTarget: rules that name it name it no longer."""
        address = self._get_param("TargetAddress")
        for rule in self._notifications.rules.values():
            rule["Targets"] = [target for target in rule["Targets"] if target["TargetAddress"] != address]
        return EmptyResult()

    def list_tags_for_resource(self) -> ActionResult:
        """ListTagsForResource."""
        return ActionResult({"Tags": self._tags()})

    def tag_resource(self) -> ActionResult:
        """TagResource."""
        self._tags().update(self._get_param("Tags"))
        return ActionResult({"Tags": self._tags()})

    def untag_resource(self) -> ActionResult:
        """UntagResource."""
        keys = self._get_param("TagKeys")
        for key in keys:
            self._tags().pop(key, None)
        return EmptyResult()

    def _tags(self) -> dict[str, str]:
        tags: dict[str, str] = self._notifications.rule(self._get_param("Arn"))["Tags"]
        return tags
