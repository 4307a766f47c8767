"""Application Auto Scaling: tags of scalable targets, policies and schedules that come and go with them."""

from __future__ import annotations

import re
import zoneinfo
from typing import Any, cast

from moto.applicationautoscaling.exceptions import AWSValidationException
from moto.applicationautoscaling.models import (
    ApplicationAutoscalingBackend,
    FakeApplicationAutoscalingPolicy,
    applicationautoscaling_backends,
)
from moto.applicationautoscaling.responses import ApplicationAutoScalingResponse
from moto.core.exceptions import JsonRESTError

from tealform_harness.aws_emulator.moto_patch import ExtendedBackend, ExtendedResponse


class ScalingBackend(ExtendedBackend, ApplicationAutoscalingBackend):
    """https://docs.aws.amazon.com/autoscaling/application/APIReference/Welcome.html."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self._tags: dict[str, dict[str, str]] = {}
        # Made before the first target comes: two that come at once would each make a place, and one be lost.
        self.targets["ecs:service:DesiredCount"] = {}

    def get_tags(self, arn: str) -> dict[str, str]:
        """The tags of a scalable target, to be read and changed; raises if there is no such target."""
        if not any(arn == target.arn for targets in self.targets.values() for target in targets.values()):
            raise JsonRESTError("ResourceNotFoundException", f"The specified resource does not exist: {arn}")
        return self._tags.setdefault(arn, {})

    def put_scaling_policy(
        self,
        policy_name: str,
        service_namespace: str,
        resource_id: str,
        scalable_dimension: str,
        policy_body: dict[str, Any],
        policy_type: str | None,
    ) -> FakeApplicationAutoscalingPolicy:
        """Refuse a policy without a target; one that is put again takes the place of its predecessor's alarms too.

        https://docs.aws.amazon.com/autoscaling/application/APIReference/API_PutScalingPolicy.html
        """
        self._require_target(service_namespace, resource_id, scalable_dimension)
        before = self.policies.get(
            FakeApplicationAutoscalingPolicy.formulate_key(
                service_namespace, resource_id, scalable_dimension, policy_name
            )
        )
        policy = super().put_scaling_policy(
            policy_name, service_namespace, resource_id, scalable_dimension, policy_body, policy_type
        )
        if before:
            before.delete_alarms(self.account_id, self.region_name)
            policy.policy_arn = before.policy_arn
        return policy

    def delete_scaling_policy(
        self, policy_name: str, service_namespace: str, resource_id: str, scalable_dimension: str
    ) -> None:
        """One that is gone already is not found, where moto calls the request invalid.

        https://docs.aws.amazon.com/autoscaling/application/APIReference/API_DeleteScalingPolicy.html
        """
        key = FakeApplicationAutoscalingPolicy.formulate_key(
            service_namespace, resource_id, scalable_dimension, policy_name
        )
        if key not in self.policies:
            place = (service_namespace, resource_id, scalable_dimension)
            raise _not_found("scaling policy found", *place, f", policy name: {policy_name}")
        super().delete_scaling_policy(policy_name, service_namespace, resource_id, scalable_dimension)

    def put_scheduled_action(
        self,
        service_namespace: str,
        schedule: str,
        timezone: str,
        scheduled_action_name: str,
        resource_id: str,
        scalable_dimension: str,
        start_time: Any,
        end_time: Any,
        scalable_target_action: Any,
    ) -> None:
        """Refuse one without a target, and what says nothing sensible. It never happens.

        One that is there keeps what is not named.
        https://docs.aws.amazon.com/autoscaling/application/APIReference/API_PutScheduledAction.html
        """
        self._require_target(service_namespace, resource_id, scalable_dimension)
        if not self._scheduled(service_namespace, scheduled_action_name, resource_id, scalable_dimension):
            _check_new_schedule(schedule, scalable_target_action)
        _check_schedule(schedule, timezone, scalable_target_action or {})
        super().put_scheduled_action(
            service_namespace,
            schedule,
            timezone,
            scheduled_action_name,
            resource_id,
            scalable_dimension,
            start_time,
            end_time,
            scalable_target_action,
        )

    def delete_scheduled_action(
        self, service_namespace: str, scheduled_action_name: str, resource_id: str, scalable_dimension: str
    ) -> None:
        """Refuse one that is not there.

        https://docs.aws.amazon.com/autoscaling/application/APIReference/API_DeleteScheduledAction.html
        """
        if not self._scheduled(service_namespace, scheduled_action_name, resource_id, scalable_dimension):
            place = (service_namespace, resource_id, scalable_dimension)
            raise _not_found("scheduled action found", *place, f", scheduled action name: {scheduled_action_name}")
        super().delete_scheduled_action(service_namespace, scheduled_action_name, resource_id, scalable_dimension)

    def _scheduled(self, namespace: str, name: str, resource_id: str, dimension: str) -> bool:
        found = self.describe_scheduled_actions("", namespace, resource_id, dimension)
        return any(action.scheduled_action_name == name for action in found)

    def _require_target(self, namespace: str, resource_id: str, dimension: str) -> None:
        if not self._scalable_target_exists(resource_id, dimension):
            raise _not_found("scalable target registered", namespace, resource_id, dimension)

    def deregister_scalable_target(self, namespace: str, r_id: str, dimension: str) -> None:
        """Its policies and scheduled actions go with it.

        One that is gone already is not found, where moto calls the request invalid.
        https://docs.aws.amazon.com/autoscaling/application/APIReference/API_DeregisterScalableTarget.html
        """
        if not self._scalable_target_exists(r_id, dimension):
            raise _not_found("scalable target found", namespace, r_id, dimension)
        super().deregister_scalable_target(namespace, r_id, dimension)
        for policy in list(self.policies.values()):
            if (policy.resource_id, policy.scalable_dimension) == (r_id, dimension):
                self.delete_scaling_policy(policy.policy_name, namespace, r_id, dimension)
        gone = self.describe_scheduled_actions("", namespace, r_id, dimension)
        self.scheduled_actions = [action for action in self.scheduled_actions if action not in gone]


# https://docs.aws.amazon.com/autoscaling/application/userguide/scheduled-scaling-using-cron-expressions.html
_SCHEDULE = re.compile(
    r"at\(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\)|rate\(\d+ (minute|hour|day)s?\)|cron\([^ ()]+( [^ ()]+){5}\)"
)


def _not_found(what: str, namespace: str, resource_id: str, dimension: str, more: str = "") -> JsonRESTError:
    place = f"{namespace}, resource ID: {resource_id}, scalable dimension: {dimension}"
    return JsonRESTError("ObjectNotFoundException", f"No {what} for service namespace: {place}{more}")


def _check_new_schedule(schedule: str | None, limits: dict[str, int] | None) -> None:
    if not schedule:
        raise AWSValidationException("Schedule must be specified for a new scheduled action")
    if not limits:
        raise AWSValidationException("Either MinCapacity or MaxCapacity must be specified")


def _check_schedule(schedule: str | None, timezone: str | None, limits: dict[str, int]) -> None:
    if schedule and not _SCHEDULE.fullmatch(schedule):
        raise AWSValidationException(f"Invalid schedule expression: {schedule}")
    if timezone and timezone not in zoneinfo.available_timezones():
        raise AWSValidationException(f"Invalid timezone: {timezone}")
    if limits.get("MinCapacity", 0) > limits.get("MaxCapacity", limits.get("MinCapacity", 0)):
        raise AWSValidationException("Maximum capacity cannot be less than minimum capacity")


class ScalingResponse(ExtendedResponse, ApplicationAutoScalingResponse):
    """Answers for ``ScalingBackend``."""

    @property
    def applicationautoscaling_backend(self) -> ScalingBackend:
        """The backend of the request's account and region."""
        return cast(ScalingBackend, applicationautoscaling_backends[self.current_account][self.region])

    def register_scalable_target(self) -> str:
        """Tags are those of a new target only; a target that is there is tagged by TagResource.

        The same tags once more are those of a request that the client has sent again.
        """
        known = self._target_arn()
        tags = self._get_param("Tags") or {}
        if known and tags and tags != self.applicationautoscaling_backend.get_tags(str(known)):
            raise AWSValidationException("Tags can be given only when a scalable target is registered first")
        answer = super().register_scalable_target()
        if not known:
            self.applicationautoscaling_backend.get_tags(str(self._target_arn())).update(tags)
        return answer

    def list_tags_for_resource(self) -> str:
        """https://docs.aws.amazon.com/autoscaling/application/APIReference/API_ListTagsForResource.html."""
        return self.answer({"Tags": self._tags()})

    def tag_resource(self) -> str:
        """https://docs.aws.amazon.com/autoscaling/application/APIReference/API_TagResource.html."""
        self._tags().update(self._get_param("Tags"))
        return self.answer(None)

    def untag_resource(self) -> str:
        """https://docs.aws.amazon.com/autoscaling/application/APIReference/API_UntagResource.html."""
        for key in self._get_param("TagKeys"):
            self._tags().pop(key, None)
        return self.answer(None)

    def _tags(self) -> dict[str, str]:
        return self.applicationautoscaling_backend.get_tags(self._get_param("ResourceARN"))

    def _target_arn(self) -> str | None:
        targets = self.applicationautoscaling_backend.describe_scalable_targets(
            self._get_param("ServiceNamespace"), [self._get_param("ResourceId")], self._get_param("ScalableDimension")
        )
        return targets[0].arn if targets else None
