"""What the things of an environment stand on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from tealform.common.access_logs import AccessLogs
from tealform.common.kms_key import Key
from tealform.common.pull_through_cache import CachedRegistry
from tealform.naming import Context
from tealform.network.load_balancer import LoadBalancer
from tealform.network.network import Network
from tealform.service.cluster import Cluster


@dataclass(frozen=True)
class Foundation:
    """What pipelines and builds share, and what holds for all of them.

    ``retention_days`` is for log groups; ``disposable`` says whether a destroy may take data along. ``network`` is there
    where services are as well; ``registries`` are those that base images are pulled from through ECR.
    """

    context: Context
    key: Key
    access_logs: AccessLogs
    retention_days: int
    disposable: bool
    network: Network | None = None
    registries: Sequence[CachedRegistry] = ()


@dataclass(frozen=True, kw_only=True)
class Platform(Foundation):
    """What services stand on beside it: what they run on, and what they are reached through."""

    network: Network = field()
    load_balancer: LoadBalancer
    cluster: Cluster
