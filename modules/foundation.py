"""What the services of an environment stand on."""

from __future__ import annotations

from dataclasses import dataclass

from modules.access_logs import AccessLogs
from modules.context import Context
from modules.key import Key
from modules.network.load_balancer import LoadBalancer
from modules.network.network import Network
from modules.service.cluster import Cluster


@dataclass(frozen=True)
class Foundation:
    """The things that all services share, and what holds for all of them.

    ``retention_days`` is for log groups; ``disposable`` says whether a destroy may take data along.
    """

    context: Context
    key: Key
    access_logs: AccessLogs
    network: Network
    load_balancer: LoadBalancer
    cluster: Cluster
    retention_days: int
    disposable: bool
