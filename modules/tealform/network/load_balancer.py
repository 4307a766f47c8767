"""What load balancers of both types have in common."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from tealform.aws import (
    Construct,
    Lb,
    LbListener,
    LbListenerDefaultAction,
    SecurityGroup,
    TerraformResourceLifecycle,
    VpcSecurityGroupIngressRule,
)
from tealform.common.access_logs import AccessLogs
from tealform.naming import Context
from tealform.network.network import Network
from tealform.settings.load_balancer import LoadBalancer as Settings


@dataclass(frozen=True)
class LoadBalancerProps:
    """The load balancer as it is set, the network that it stands in, and where it logs who came."""

    context: Context
    settings: Settings
    network: Network
    access_logs: AccessLogs
    disposable: bool


class LoadBalancer(Construct):
    """A load balancer that admits those who are set, and nobody else. Its subclasses decide what its listeners do."""

    protocols: ClassVar[Mapping[str, str]]
    """The protocol of a listener, by the one that is set."""

    target_protocol: ClassVar[str]
    """The protocol between the load balancer and its targets."""

    metrics: ClassVar[str]
    """The namespace of its metrics in CloudWatch."""

    def __init__(self, scope: Construct, id_: str, props: LoadBalancerProps) -> None:
        super().__init__(scope, id_)
        self._props = props
        self.settings = props.settings
        self.security_group_id = self._closed_security_group().id
        self.admit("production", self.settings.port, self.settings.ingress_cidrs)
        if self.settings.test_listener:
            self.admit("test", self.settings.test_port, self.settings.test_cidrs)
        self._balancer = self._load_balancer()
        self.arn_suffix = self._balancer.arn_suffix

    @property
    def url(self) -> str:
        """Where the production listener answers, by the load balancer's own name."""
        return f"{self.settings.protocol}://{self._balancer.dns_name}"

    def admit(self, purpose: str, port: int, cidrs: Sequence[str]) -> None:
        """Lets the addresses in ``cidrs`` use a port."""
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

    def listener(
        self,
        scope: Construct,
        id_: str,
        port: int,
        action: LbListenerDefaultAction,
        lifecycle: TerraformResourceLifecycle | None = None,
    ) -> LbListener:
        """A listener of the protocol that is set, which does ``action``."""
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

    def _load_balancer(self) -> Lb:
        props = self._props
        return Lb(
            self,
            "load-balancer",
            name=props.context.name(),
            internal=props.settings.internal,
            subnets=list(
                props.network.private_subnet_ids if props.settings.internal else props.network.public_subnet_ids
            ),
            security_groups=[self.security_group_id],
            enable_deletion_protection=not props.disposable,
            # Creation writes a test object to the bucket.
            depends_on=[props.access_logs.bucket.policy, *props.network.ways_out],
            **self._of_its_type(),
        )

    def _of_its_type(self) -> dict[str, Any]:
        """The arguments of ``aws_lb`` that the type decides."""
        raise NotImplementedError
