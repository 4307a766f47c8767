"""CloudWatch Logs: classes of log groups, and keys that must admit the service."""

from __future__ import annotations

import json
from typing import Any, cast

from moto.core.exceptions import JsonRESTError
from moto.kms.models import kms_backends
from moto.logs.models import LogGroup, LogsBackend
from moto.logs.responses import LogsResponse

from tealform_harness.aws_emulator.iam import as_list, find_allowing_statements, matches_pattern
from tealform_harness.aws_emulator.moto_patch import ExtendedBackend

_CONTEXT = "kms:EncryptionContext:aws:logs:arn"


class LogGroupBackend(ExtendedBackend, LogsBackend):
    """Refuses a log group whose key is missing or does not admit CloudWatch Logs."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.classes: dict[str, str] = {}

    def create_log_group(self, log_group_name: str, tags: dict[str, str], **kwargs: Any) -> LogGroup:
        """https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html."""
        key = kwargs.get("kmsKeyId")
        arn = f"arn:{self.partition}:logs:{self.region_name}:{self.account_id}:log-group:{log_group_name}"
        if key and not self._admitted(key, arn):
            message = f"The specified KMS key does not exist or is not allowed to be used with LogGroup '{arn}'"
            raise JsonRESTError("AccessDeniedException", message)
        return super().create_log_group(log_group_name, tags, **kwargs)

    def _admitted(self, key: str, log_group: str) -> bool:
        keys = kms_backends[self.account_id][self.region_name]
        if keys.get_key_id(key) not in keys.keys:
            return False
        policy = keys.get_key_policy(keys.get_key_id(key))
        statements = find_allowing_statements(policy, f"logs.{self.region_name}.amazonaws.com", "kms:Encrypt")
        return any(_covers(statement.get("Condition", {}), log_group) for statement in statements)


class LogGroupResponse(LogsResponse):
    """Answers for ``LogGroupBackend``."""

    @property
    def logs_backend(self) -> LogGroupBackend:
        """The backend of the request's account and region."""
        return cast(LogGroupBackend, super().logs_backend)

    def create_log_group(self) -> str:
        """https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html."""
        answer = super().create_log_group()
        self.logs_backend.classes[self._get_param("logGroupName")] = self._get_param("logGroupClass") or "STANDARD"
        return answer

    def describe_log_groups(self) -> str:
        """https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_LogGroup.html."""
        answer = json.loads(super().describe_log_groups())
        for group in answer["logGroups"]:
            group["logGroupClass"] = self.logs_backend.classes.get(group["logGroupName"], "STANDARD")
        return json.dumps(answer)


def _covers(conditions: dict[str, dict[str, Any]], log_group: str) -> bool:
    """Of the conditions, only that on the log group is read."""
    groups = [group for condition in conditions.values() for group in as_list(condition.get(_CONTEXT, []))]
    return not groups or matches_pattern(log_group, groups)
