"""What the services of an environment run on."""

from __future__ import annotations

from dataclasses import dataclass

from tealform.common.shared_resources import SharedResources
from tealform.network.load_balancer import LoadBalancer
from tealform.network.network import Network
from tealform.service.cluster import Cluster


@dataclass(frozen=True, kw_only=True)
class ServicePlatform(SharedResources):
    """The shared resources, with the network, load balancer and cluster of the same account."""

    network: Network
    """The VPC that tasks and builds run in."""

    load_balancer: LoadBalancer
    """The load balancer in front of the services."""

    cluster: Cluster
    """The ECS cluster that runs the tasks."""
