"""The requests about notification rules."""

from __future__ import annotations

from typing import Any

from moto.core.responses import ActionResult, EmptyResult

from tealform_harness.aws_emulator.moto_patch import ExtendedResponse
from tealform_harness.aws_emulator.notifications.backend import SERVICE, NotificationBackend, get_notifications
from tealform_harness.aws_emulator.notifications.event_types import EVENT_TYPES

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


class NotificationResponse(ExtendedResponse):
    """Answers for ``NotificationBackend``."""

    def __init__(self) -> None:
        super().__init__(service_name=SERVICE)
        self.automated_parameter_parsing = True

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
        return ActionResult(self._notifications.described(self._get_param("Arn")))

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
        told = [{"Id": arn.rpartition("/")[2], "Arn": arn} for arn in self._notifications.rules]
        return ActionResult({"NotificationRules": told})

    def list_event_types(self) -> ActionResult:
        """ListEventTypes, in one page; filters are not read."""
        return ActionResult({"EventTypes": list(EVENT_TYPES.values())})

    def list_targets(self) -> ActionResult:
        """ListTargets, in one page; filters are not read."""
        arns = self._notifications.rules
        targets = [target for arn in arns for target in self._notifications.described(arn)["Targets"]]
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
