"""The listeners of a service on a network load balancer, which has no rules."""

from __future__ import annotations

from dataclasses import dataclass

from tealform.aws import Construct, LbListenerDefaultAction, LbTargetGroup, TerraformResourceLifecycle
from tealform.network.network_load_balancer import NetworkLoadBalancer
from tealform.service.ignored_changes import OWNED_OF_LISTENER
from tealform.service.traffic_routes import Route, Routes


@dataclass(frozen=True)
class ListenersProps:
    """The load balancer, and the target group that each listener leads to at first."""

    load_balancer: NetworkLoadBalancer
    production: LbTargetGroup
    test: LbTargetGroup


class Listeners(Routes):
    """A listener for production traffic and, where it is set, one for test traffic; a release rewrites what they do."""

    def __init__(self, scope: Construct, id_: str, props: ListenersProps) -> None:
        super().__init__(scope, id_)
        self._props = props
        settings = props.load_balancer.settings
        self.production = self._listener("production", settings.port, props.production)
        if settings.test_listener:
            self.test = self._listener("test", settings.test_port, props.test)

    def _listener(self, id_: str, port: int, group: LbTargetGroup) -> Route:
        forward = LbListenerDefaultAction(type="forward", target_group_arn=group.arn)
        lifecycle = TerraformResourceLifecycle(ignore_changes=list(OWNED_OF_LISTENER))
        listener = self._props.load_balancer.listener(self, id_, port, forward, lifecycle)
        # The same text twice: each look at the attribute would give another token.
        arn = listener.arn
        return Route(arn, arn, listener)
