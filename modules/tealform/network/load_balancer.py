"""The load balancer of an environment: what both types share, and each type."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from tealform.aws import (
    Construct,
    Lb,
    LbAccessLogs,
    LbListener,
    LbListenerDefaultAction,
    LbListenerDefaultActionFixedResponse,
    LbListenerDefaultActionRedirect,
    TerraformResourceLifecycle,
    Wafv2WebAclAssociation,
)
from tealform.common.shared_resources import SharedResources
from tealform.network.network import Network
from tealform.network.security_group import allow_ingress, security_group
from tealform.settings.load_balancer import LoadBalancer as Settings


@dataclass(frozen=True, kw_only=True)
class LoadBalancerProps:
    """Inputs of a load balancer of either type."""

    shared: SharedResources
    """The environment, its access logs, and whether deletion protection is off."""

    settings: Settings
    """The ``load_balancer`` block."""

    network: Network
    """The network that the load balancer is placed in."""


class LoadBalancer(Construct):
    """A load balancer that accepts connections from the addresses in the settings only.

    Subclasses decide what its listeners do.
    """

    protocols: ClassVar[Mapping[str, str]]
    """The protocol of a listener, by the protocol in the settings."""

    target_protocol: ClassVar[str]
    """The protocol between the load balancer and its targets."""

    metrics: ClassVar[str]
    """The namespace of its metrics in CloudWatch."""

    security_group_id: str
    """The load balancer's security group. Services add the rules to their tasks."""

    arn_suffix: str
    """The end of its ARN, which CloudWatch and the descriptions of its network interfaces use."""

    def __init__(self, scope: Construct, id_: str, props: LoadBalancerProps) -> None:
        super().__init__(scope, id_)
        self._props, settings = props, props.settings
        self.settings = settings
        self.security_group_id = security_group(
            self,
            name=props.shared.context.name("load-balancer"),
            description="Load balancer",
            vpc_id=props.network.vpc_id,
        ).id
        self._open_port("production", settings.port, settings.ingress_cidrs)
        if settings.test_listener:
            self._open_port("test", settings.test_port, settings.test_cidrs)
        self._balancer = Lb(
            self,
            "load-balancer",
            name=props.shared.context.name(),
            internal=settings.internal,
            subnets=list(props.network.private_subnet_ids if settings.internal else props.network.public_subnet_ids),
            security_groups=[self.security_group_id],
            enable_deletion_protection=not props.shared.disposable,
            # Creation writes a test object to the bucket.
            depends_on=[props.shared.access_logs.bucket.policy, *props.network.egress_routes],
            **self._type_arguments(LbAccessLogs(bucket=props.shared.access_logs.bucket.name, enabled=True)),
        )
        self.arn_suffix = self._balancer.arn_suffix

    @property
    def url(self) -> str:
        """The URL of the production listener, under the load balancer's own name."""
        return f"{self.settings.protocol}://{self._balancer.dns_name}"

    def listener(
        self,
        scope: Construct,
        id_: str,
        port: int,
        action: LbListenerDefaultAction,
        lifecycle: TerraformResourceLifecycle | None = None,
    ) -> LbListener:
        """Create a listener with the protocol and certificate of the settings."""
        settings = self.settings
        return LbListener(
            scope,
            id_,
            load_balancer_arn=self._balancer.arn,
            port=port,
            protocol=self.protocols[settings.protocol],
            certificate_arn=settings.certificate,
            ssl_policy=settings.ssl_policy if settings.protocol == "https" else None,
            default_action=[action],
            lifecycle=lifecycle,
        )

    def _open_port(self, purpose: str, port: int, cidrs: Sequence[str]) -> None:
        for cidr in cidrs:
            id_ = f"{purpose}-from-{cidr.replace('.', '-').replace('/', '-')}"
            description = f"{purpose.capitalize()} from {cidr}"
            allow_ingress(self, id_, self.security_group_id, port, description, cidr=cidr)

    def _type_arguments(self, access_logs: LbAccessLogs) -> dict[str, Any]:
        """Return the arguments of ``aws_lb`` that depend on the type."""
        raise NotImplementedError


class ApplicationLoadBalancer(LoadBalancer):
    """A load balancer whose listeners answer 404 until a service adds a rule.

    Each service gets one rule on the production listener and one on the test listener. A release rewrites
    only those rules, never the listeners, and services do not affect each other.
    """

    protocols: ClassVar = {"https": "HTTPS", "http": "HTTP"}
    target_protocol = "HTTP"
    metrics = "AWS/ApplicationELB"

    production_listener: LbListener
    """The listener for production traffic."""

    test_listener: LbListener | None = None
    """The listener for test traffic, unless ``test_listener`` is false."""

    def __init__(self, scope: Construct, id_: str, props: LoadBalancerProps) -> None:
        super().__init__(scope, id_, props)
        settings = props.settings
        self.production_listener = self._closed_listener("production-listener", settings.port)
        if settings.test_listener:
            self.test_listener = self._closed_listener("test-listener", settings.test_port)
        if settings.redirects_http:
            self._redirect_http()
        if settings.web_acl is not None:
            Wafv2WebAclAssociation(self, "web-acl", resource_arn=self._balancer.arn, web_acl_arn=settings.web_acl)

    def _type_arguments(self, access_logs: LbAccessLogs) -> dict[str, Any]:
        return {
            "load_balancer_type": "application",
            "drop_invalid_header_fields": True,
            "idle_timeout": self.settings.idle_timeout,
            "access_logs": access_logs,
        }

    def _closed_listener(self, id_: str, port: int) -> LbListener:
        not_found = LbListenerDefaultAction(
            type="fixed-response",
            fixed_response=LbListenerDefaultActionFixedResponse(
                content_type="text/plain", message_body="No service here", status_code="404"
            ),
        )
        return self.listener(self, id_, port, not_found)

    def _redirect_http(self) -> None:
        self._open_port("redirect", 80, self.settings.ingress_cidrs)
        redirect = LbListenerDefaultActionRedirect(protocol="HTTPS", port="443", status_code="HTTP_301")
        LbListener(
            self,
            "redirect-listener",
            load_balancer_arn=self._balancer.arn,
            port=80,
            protocol="HTTP",
            default_action=[LbListenerDefaultAction(type="redirect", redirect=redirect)],
        )


class NetworkLoadBalancer(LoadBalancer):
    """A load balancer that forwards connections. It has no rules: its listeners belong to its only service."""

    protocols: ClassVar = {"https": "TLS", "http": "TCP"}
    target_protocol = "TCP"
    metrics = "AWS/NetworkELB"

    def _type_arguments(self, access_logs: LbAccessLogs) -> dict[str, Any]:
        return {
            "load_balancer_type": "network",
            # Otherwise a zone whose tasks all have the other color answers nothing.
            "enable_cross_zone_load_balancing": True,
            # It logs connections of TLS listeners only:
            # https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-access-logs.html
            "access_logs": access_logs if self.settings.protocol == "https" else None,
        }
