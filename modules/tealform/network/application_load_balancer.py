"""The application load balancer, and its listeners."""

from __future__ import annotations

from typing import Any, ClassVar

from tealform.aws import (
    Construct,
    LbAccessLogs,
    LbListener,
    LbListenerDefaultAction,
    LbListenerDefaultActionFixedResponse,
    LbListenerDefaultActionRedirect,
    Wafv2WebAclAssociation,
)
from tealform.network.load_balancer import LoadBalancer, LoadBalancerProps


class ApplicationLoadBalancer(LoadBalancer):
    """A load balancer whose listeners answer 404 until a service adds a rule.

    Services get a rule each on the production and on the test listener: a release then rewrites
    only those rules, never the listeners themselves, and services do not disturb each other.
    """

    protocols: ClassVar = {"https": "HTTPS", "http": "HTTP"}
    target_protocol = "HTTP"
    metrics = "AWS/ApplicationELB"

    def __init__(self, scope: Construct, id_: str, props: LoadBalancerProps) -> None:
        super().__init__(scope, id_, props)
        settings = props.settings
        self.production_listener = self._closed_listener("production-listener", settings.port)
        self.test_listener: LbListener | None = None
        if settings.test_listener:
            self.test_listener = self._closed_listener("test-listener", settings.test_port)
        if settings.redirects_http:
            self._redirect_http()
        if settings.web_acl is not None:
            Wafv2WebAclAssociation(self, "web-acl", resource_arn=self._balancer.arn, web_acl_arn=settings.web_acl)

    def _of_its_type(self) -> dict[str, Any]:
        props = self._props
        return {
            "load_balancer_type": "application",
            "drop_invalid_header_fields": True,
            "idle_timeout": props.settings.idle_timeout,
            "access_logs": LbAccessLogs(bucket=props.access_logs.bucket.name, enabled=True),
        }

    def _closed_listener(self, id_: str, port: int) -> LbListener:
        nothing = LbListenerDefaultAction(
            type="fixed-response",
            fixed_response=LbListenerDefaultActionFixedResponse(
                content_type="text/plain", message_body="No service here", status_code="404"
            ),
        )
        return self.listener(self, id_, port, nothing)

    def _redirect_http(self) -> None:
        self.admit("redirect", 80, self._props.settings.ingress_cidrs)
        LbListener(
            self,
            "redirect-listener",
            load_balancer_arn=self._balancer.arn,
            port=80,
            protocol="HTTP",
            default_action=[
                LbListenerDefaultAction(
                    type="redirect",
                    redirect=LbListenerDefaultActionRedirect(protocol="HTTPS", port="443", status_code="HTTP_301"),
                )
            ],
        )
