"""The application load balancer, and its listeners."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from modules.access_logs import AccessLogs
from modules.aws import (
    Construct,
    Lb,
    LbAccessLogs,
    LbListener,
    LbListenerDefaultAction,
    LbListenerDefaultActionFixedResponse,
    LbListenerDefaultActionRedirect,
    SecurityGroup,
    VpcSecurityGroupIngressRule,
    Wafv2WebAclAssociation,
)
from modules.context import Context
from modules.network.network import Network
from modules.settings.load_balancer import LoadBalancer as Settings


@dataclass(frozen=True)
class LoadBalancerProps:
    """The load balancer as it is set, the network that it stands in, and where it logs who came."""

    context: Context
    settings: Settings
    network: Network
    access_logs: AccessLogs
    disposable: bool


class LoadBalancer(Construct):
    """A load balancer whose listeners answer 404 until a service adds a rule.

    Services get a rule each on the production and on the test listener: CodeDeploy then rewrites
    only those rules, never the listeners themselves, and services do not disturb each other.
    """

    def __init__(self, scope: Construct, id_: str, props: LoadBalancerProps) -> None:
        super().__init__(scope, id_)
        self._props, settings = props, props.settings
        self.security_group_id = self._closed_security_group().id
        self._admit("production", settings.port, settings.ingress_cidrs)
        self._admit("test", settings.test_port, settings.test_cidrs)
        self._balancer = self._load_balancer()
        self.production_listener = self._listener("production", settings.port)
        self.test_listener = self._listener("test", settings.test_port)
        if settings.protocol == "https":
            self._redirect_http()
        if settings.web_acl is not None:
            Wafv2WebAclAssociation(self, "web-acl", resource_arn=self._balancer.arn, web_acl_arn=settings.web_acl)

    @property
    def url(self) -> str:
        """Where the production listener answers, by the load balancer's own name."""
        return f"{self._props.settings.protocol}://{self._balancer.dns_name}"

    def _closed_security_group(self) -> SecurityGroup:
        context = self._props.context
        name = context.name("load-balancer")
        return SecurityGroup(
            self,
            "security-group",
            name=name,
            description="Load balancer",
            vpc_id=self._props.network.vpc_id,
            tags={"Name": name},
        )

    def _admit(self, purpose: str, port: int, cidrs: Sequence[str]) -> None:
        for cidr in cidrs:
            VpcSecurityGroupIngressRule(
                self,
                f"{purpose}-from-{cidr.replace('.', '-').replace('/', '-')}",
                security_group_id=self.security_group_id,
                description=f"{purpose.capitalize()} from {cidr}",
                cidr_ipv4=cidr,
                ip_protocol="tcp",
                from_port=port,
                to_port=port,
            )

    def _load_balancer(self) -> Lb:
        props = self._props
        return Lb(
            self,
            "load-balancer",
            name=props.context.name(),
            load_balancer_type="application",
            internal=props.settings.internal,
            subnets=list(
                props.network.private_subnet_ids if props.settings.internal else props.network.public_subnet_ids
            ),
            security_groups=[self.security_group_id],
            drop_invalid_header_fields=True,
            enable_deletion_protection=not props.disposable,
            idle_timeout=props.settings.idle_timeout,
            access_logs=LbAccessLogs(bucket=props.access_logs.bucket.name, enabled=True),
            # Creation writes a test object to the bucket.
            depends_on=[props.access_logs.bucket.policy, *props.network.ways_out],
        )

    def _listener(self, purpose: str, port: int) -> LbListener:
        settings = self._props.settings
        https = settings.protocol == "https"
        return LbListener(
            self,
            f"{purpose}-listener",
            load_balancer_arn=self._balancer.arn,
            port=port,
            protocol=settings.protocol.upper(),
            certificate_arn=settings.certificate,
            ssl_policy=settings.ssl_policy if https else None,
            default_action=[
                LbListenerDefaultAction(
                    type="fixed-response",
                    fixed_response=LbListenerDefaultActionFixedResponse(
                        content_type="text/plain", message_body="No service here", status_code="404"
                    ),
                )
            ],
        )

    def _redirect_http(self) -> None:
        self._admit("redirect", 80, self._props.settings.ingress_cidrs)
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
