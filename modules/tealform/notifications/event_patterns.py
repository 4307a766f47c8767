"""What EventBridge is asked to listen for: one function for each thing that can go wrong with a service."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

Pattern = dict[str, Any]

# https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_service_events.html
UNPLACED = ("SERVICE_TASK_PLACEMENT_FAILURE", "SERVICE_TASK_CONFIGURATION_FAILURE", "SERVICE_TASK_START_IMPAIRED")
"""What ECS says of a service whose tasks do not come up."""

# https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html
_LONGEST = 2048


def codedeploy_deployments(application_arn: str) -> Pattern:
    """A deployment of exactly this application has failed, or was stopped.

    https://docs.aws.amazon.com/codedeploy/latest/userguide/monitoring-cloudwatch-events.html
    """
    return {
        "source": ["aws.codedeploy"],
        "detail-type": ["CodeDeploy Deployment State-change Notification"],
        "resources": [application_arn],
        "detail": {"state": ["FAILURE", "STOP"]},
    }


def ecs_deployments(service_arn: str) -> Pattern:
    """A deployment of exactly this service has failed.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_service_deployment_events.html
    """
    return {
        "source": ["aws.ecs"],
        "detail-type": ["ECS Deployment State Change"],
        "resources": [service_arn],
        "detail": {"eventName": ["SERVICE_DEPLOYMENT_FAILED"]},
    }


def unplaced_tasks(service_arn: str) -> Pattern:
    """Tasks of exactly this service cannot be placed, or do not start."""
    return {
        "source": ["aws.ecs"],
        "detail-type": ["ECS Service Action"],
        "resources": [service_arn],
        "detail": {"eventName": list(UNPLACED)},
    }


def raised_alarms(names: Sequence[str], account: str) -> Pattern:
    """One of exactly these alarms of an account is raised.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html
    """
    return {
        "source": ["aws.cloudwatch"],
        "account": [account],
        "detail-type": ["CloudWatch Alarm State Change"],
        "detail": {"alarmName": list(names), "state": {"value": ["ALARM"]}},
    }


def written(pattern: Pattern) -> str:
    """A pattern as EventBridge takes it."""
    return json.dumps(pattern, sort_keys=True, ensure_ascii=False)


def raised_alarms_in_parts(names: Sequence[str], account: str) -> Iterator[Pattern]:
    """The same in as many patterns as there must be: EventBridge takes them up to a length."""
    group: list[str] = []
    for name in names:
        if group and len(written(raised_alarms([*group, name], account))) > _LONGEST:
            yield raised_alarms(group, account)
            group = []
        group.append(name)
    if group:
        yield raised_alarms(group, account)
