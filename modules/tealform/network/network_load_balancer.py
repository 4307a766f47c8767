"""The network load balancer."""

from __future__ import annotations

from typing import Any, ClassVar

from tealform.aws import LbAccessLogs
from tealform.network.load_balancer import LoadBalancer


class NetworkLoadBalancer(LoadBalancer):
    """A load balancer that hands connections on. It has no rules: its listeners are those of its one service."""

    protocols: ClassVar = {"https": "TLS", "http": "TCP"}
    target_protocol = "TCP"
    metrics = "AWS/NetworkELB"

    def _of_its_type(self) -> dict[str, Any]:
        props = self._props
        # It logs connections of TLS listeners only:
        # https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-access-logs.html
        logs = LbAccessLogs(bucket=props.access_logs.bucket.name, enabled=True)
        return {
            "load_balancer_type": "network",
            # Otherwise a zone whose tasks are all of the other colour answers nothing.
            "enable_cross_zone_load_balancing": True,
            "access_logs": logs if props.settings.protocol == "https" else None,
        }
