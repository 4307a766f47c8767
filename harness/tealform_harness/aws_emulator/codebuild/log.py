"""Where a build's output goes: a stream of CloudWatch Logs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote_plus

from moto.logs.models import LogsBackend, logs_backends


class BuildLog:
    """The log of one build of ``project``; ``number`` is the last part of the build's id.

    https://docs.aws.amazon.com/codebuild/latest/APIReference/API_CloudWatchLogsConfig.html
    """

    def __init__(self, account_id: str, region: str, project: Mapping[str, Any], number: str) -> None:
        config = project["logsConfig"]["cloudWatchLogs"]
        self._backend: LogsBackend = logs_backends[account_id][region]
        self._enabled = config["status"] == "ENABLED"
        self._group = config.get("groupName") or f"/aws/codebuild/{project['name']}"
        self._stream = "/".join(filter(None, [config.get("streamName"), number]))

    def described(self) -> dict[str, Any]:
        """As BatchGetBuilds answers."""
        if not self._enabled:
            return {"cloudWatchLogs": {"status": "DISABLED"}}
        return {
            "groupName": self._group,
            "streamName": self._stream,
            "deepLink": f"https://console.aws.amazon.com/cloudwatch/home?region={self._backend.region_name}"
            f"#logsV2:log-groups/log-group/{quote_plus(self._group)}/log-events/{quote_plus(self._stream)}",
            "cloudWatchLogs": {"status": "ENABLED", "groupName": self._group},
        }

    def write(self, text: str) -> None:
        """Adds the lines of ``text``; the group is created if nobody has."""
        if not self._enabled or not text.strip():
            return
        if self._group not in self._backend.groups:
            self._backend.create_log_group(self._group, {})
        if self._stream not in self._backend.groups[self._group].streams:
            self._backend.create_log_stream(self._group, self._stream)
        now = int(datetime.now(UTC).timestamp() * 1000)
        events = [{"timestamp": now, "message": line} for line in text.splitlines() if line]
        self._backend.put_log_events(self._group, self._stream, events)
