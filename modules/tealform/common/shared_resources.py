"""Resources that the constructs of one environment share in one account."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tealform.common.kms_key import Key
from tealform.common.pull_through_cache import CachedRegistry
from tealform.common.s3_bucket import AccessLogs
from tealform.naming import Context


@dataclass(frozen=True, kw_only=True)
class SharedResources:
    """Resources and settings that services, pipelines and builds have in common."""

    context: Context
    """Project, environment, region and account: names and ARNs are made from it."""

    key: Key
    """The environment's KMS key."""

    access_logs: AccessLogs
    """The bucket for access logs."""

    retention_days: int
    """Days that log groups keep their events, from ``log_retention_days``."""

    disposable: bool
    """Whether destroying the environment may delete data with it, from ``disposable``."""

    registries: Sequence[CachedRegistry] = ()
    """Registries that builds pull base images from through ECR; none by default."""
