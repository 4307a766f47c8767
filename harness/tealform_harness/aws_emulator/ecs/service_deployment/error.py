"""Why a service deployment does not go on."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(eq=False)
class ServiceDeploymentError(Exception):
    """``reason`` as DescribeServiceDeployments tells it; whether the deployment is rolled back then."""

    reason: str
    rolls_back: bool = True


def rolled_back_because(reason: str) -> ServiceDeploymentError:
    """A failure in the words that ECS begins its reasons with.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/troubleshooting-blue-green.html
    """
    return ServiceDeploymentError(f"Service deployment rolled back because {reason}")


def invalid_networking(what: str) -> ServiceDeploymentError:
    """Something about load balancers that ECS only finds once it deploys."""
    return rolled_back_because(f"of invalid networking configuration. {what}")
