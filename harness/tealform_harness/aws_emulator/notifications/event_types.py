"""The events that notification rules may be about.

https://docs.aws.amazon.com/dtconsole/latest/userguide/concepts.html#concepts-api
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

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
