"""Blue and green: two target groups."""

from __future__ import annotations

from dataclasses import dataclass

from tealform.aws import Construct, LbTargetGroup, LbTargetGroupHealthCheck
from tealform.naming import Context
from tealform.settings.service import Service as Settings


@dataclass(frozen=True)
class TargetGroupsProps:
    """The service as it is set, its network, and the protocol between load balancer and tasks (``HTTP`` or ``TCP``)."""

    context: Context
    name: str
    settings: Settings
    vpc_id: str
    protocol: str


class TargetGroups(Construct):
    """Two target groups of type ip, alike but for the name."""

    def __init__(self, scope: Construct, id_: str, props: TargetGroupsProps) -> None:
        super().__init__(scope, id_)
        self._props = props
        self.blue = self._target_group("blue")
        self.green = self._target_group("green")

    @property
    def colours(self) -> dict[str, LbTargetGroup]:
        """Both groups, by colour."""
        return {"blue": self.blue, "green": self.green}

    def _target_group(self, colour: str) -> LbTargetGroup:
        settings, check = self._props.settings, self._props.settings.health_check
        return LbTargetGroup(
            self,
            colour,
            name=self._props.context.name(self._props.name, colour),
            target_type="ip",
            protocol=self._props.protocol,
            # ECS registers each task with its own port; this one counts for nothing, and a change of it would
            # replace a group that has traffic.
            port=80,
            vpc_id=self._props.vpc_id,
            deregistration_delay=str(settings.deregistration_delay),
            health_check=LbTargetGroupHealthCheck(
                path=check.path,
                matcher=check.status,
                interval=check.interval,
                timeout=check.timeout,
                healthy_threshold=check.healthy,
                unhealthy_threshold=check.unhealthy,
                protocol="HTTP",
                port="traffic-port",
            ),
        )
