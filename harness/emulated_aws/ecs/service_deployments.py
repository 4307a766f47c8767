"""The service deployments and revisions of services that ECS itself deploys.

A service has its newest only, which is over: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-deployment.html
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from moto.ecs.models import Service

Json = dict[str, Any]


def of(service: Service) -> Iterator[Json]:
    """The deployments of a service as DescribeServiceDeployments tells them; none where CodeDeploy deploys."""
    for deployment in service.deployments:
        times = dict.fromkeys(("createdAt", "startedAt"), deployment["createdAt"])
        counts = {
            "requestedTaskCount": deployment["desiredCount"],
            "runningTaskCount": deployment["runningCount"],
            "pendingTaskCount": deployment["pendingCount"],
        }
        yield {
            "serviceDeploymentArn": _arn(service, "service-deployment", deployment),
            "serviceArn": service.arn,
            "clusterArn": service.cluster_arn,
            "status": "SUCCESSFUL",
            **times,
            **dict.fromkeys(("finishedAt", "updatedAt"), deployment["updatedAt"]),
            "targetServiceRevision": {"arn": _arn(service, "service-revision", deployment), **counts},
            "deploymentConfiguration": vars(service)["deployment_configuration"],
        }


def brief(deployment: Json) -> Json:
    """A deployment as ListServiceDeployments tells it."""
    arn = deployment["targetServiceRevision"]["arn"]
    return {**deployment, "targetServiceRevisionArn": arn}


def revisions(service: Service) -> Iterator[Json]:
    """The revisions of a service as DescribeServiceRevisions tells them."""
    for deployment in service.deployments:
        yield {
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
