"""The service deployments and revisions of services that ECS itself deploys.

Where ECS replaces tasks in place, a service has its newest deployment only, which is over. Where it moves traffic, they
are those of the service's history.
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-deployment.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from moto.ecs.models import Service

from tealform_harness.aws_emulator.ecs.service_deployment import deployment_history

Json = dict[str, Any]

_BRIEF = (
    "serviceDeploymentArn",
    "serviceArn",
    "clusterArn",
    "startedAt",
    "createdAt",
    "finishedAt",
    "status",
    "statusReason",
)


def describe_deployments(service: Service) -> Iterator[Json]:
    """The deployments of a service as DescribeServiceDeployments tells them; none where CodeDeploy deploys."""
    releases = deployment_history.get_history(service)
    if releases:
        yield from (deployment.told() for deployment in releases.deployments)
    else:
        yield from (_over(service, deployment) for deployment in service.deployments)


def list_deployments(service: Service, status: list[str], created: Mapping[str, Any]) -> list[Json]:
    """The deployments as ListServiceDeployments tells them, newest first.

    Those of a ``status``, if any is given, that were created after and before the times of ``created``.
    """
    earliest, latest = _time(created.get("after", 0)), _time(created.get("before", datetime.max.replace(tzinfo=UTC)))
    return [
        {
            **{name: deployment[name] for name in _BRIEF if name in deployment},
            "targetServiceRevisionArn": deployment["targetServiceRevision"]["arn"],
        }
        for deployment in reversed(list(describe_deployments(service)))
        if (not status or deployment["status"] in status) and earliest <= _time(deployment["createdAt"]) <= latest
    ]


def describe_revisions(service: Service) -> Iterator[Json]:
    """The revisions of a service as DescribeServiceRevisions tells them."""
    releases = deployment_history.get_history(service)
    if releases:
        yield from (revision.told(service) for revision in releases.revisions())
    else:
        yield from (_revision(service, deployment) for deployment in service.deployments)


def _over(service: Service, deployment: Json) -> Json:
    counts = {
        "requestedTaskCount": deployment["desiredCount"],
        "runningTaskCount": deployment["runningCount"],
        "pendingTaskCount": deployment["pendingCount"],
    }
    return {
        "serviceDeploymentArn": _arn(service, "service-deployment", deployment),
        "serviceArn": service.arn,
        "clusterArn": service.cluster_arn,
        "status": "SUCCESSFUL",
        **dict.fromkeys(("createdAt", "startedAt"), deployment["createdAt"]),
        **dict.fromkeys(("finishedAt", "updatedAt"), deployment["updatedAt"]),
        "targetServiceRevision": {"arn": _arn(service, "service-revision", deployment), **counts},
        "deploymentConfiguration": vars(service)["deployment_configuration"],
    }


def _revision(service: Service, deployment: Json) -> Json:
    return {
        "serviceRevisionArn": _arn(service, "service-revision", deployment),
        "serviceArn": service.arn,
        "clusterArn": service.cluster_arn,
        "taskDefinition": deployment["taskDefinition"],
        "launchType": service.launch_type,
        "capacityProviderStrategy": vars(service)["capacity_provider_strategy"],
        "platformVersion": service.platform_version,
        "networkConfiguration": service.network_configuration or None,
        "loadBalancers": service.load_balancers,
        "createdAt": deployment["createdAt"],
    }


def _arn(service: Service, kind: str, deployment: Json) -> str:
    number = str(deployment["id"]).split("/")[1]
    return f"{service.arn.replace(':service/', f':{kind}/')}/{number}"


def _time(value: datetime | float) -> datetime:
    """A time with its zone, of one without (moto's are UTC) or of seconds."""
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=UTC)
    return datetime.fromtimestamp(value, UTC)
