"""Ways from a VPC to AWS services that do not lead through the internet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tealform.aws import Construct, SecurityGroup, VpcEndpoint, VpcSecurityGroupIngressRule
from tealform.naming import Context
from tealform.network.vpc import Vpc


@dataclass(frozen=True)
class EndpointsProps:
    """The VPC, its range, and the services that get an interface endpoint (``ecr.api``, ``logs``, …)."""

    context: Context
    vpc: Vpc
    cidr: str
    interfaces: Sequence[str]


class Endpoints(Construct):
    """The gateway endpoint for S3, which costs nothing and carries ECR's image layers, and interface endpoints.

    What Fargate needs: https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html
    """

    def __init__(self, scope: Construct, id_: str, props: EndpointsProps) -> None:
        super().__init__(scope, id_)
        self._props = props
        s3 = VpcEndpoint(
            self,
            "s3",
            vpc_id=props.vpc.id,
            service_name=f"com.amazonaws.{props.context.region}.s3",
            vpc_endpoint_type="Gateway",
            route_table_ids=props.vpc.private_route_table_ids,
            tags={"Name": props.context.name("s3")},
        )
        self.endpoints = [s3]
        if props.interfaces:
            group = self._security_group()
            self.endpoints += [self._interface(service, group) for service in props.interfaces]

    def _security_group(self) -> SecurityGroup:
        props = self._props
        name = props.context.name("endpoints")
        group = SecurityGroup(
            self, "security-group", name=name, description="VPC endpoints", vpc_id=props.vpc.id, tags={"Name": name}
        )
        VpcSecurityGroupIngressRule(
            self,
            "from-network",
            security_group_id=group.id,
            description="HTTPS from the network",
            cidr_ipv4=props.cidr,
            ip_protocol="tcp",
            from_port=443,
            to_port=443,
        )
        return group

    def _interface(self, service: str, group: SecurityGroup) -> VpcEndpoint:
        context, vpc = self._props.context, self._props.vpc
        return VpcEndpoint(
            self,
            service.replace(".", "-"),
            vpc_id=vpc.id,
            service_name=f"com.amazonaws.{context.region}.{service}",
            vpc_endpoint_type="Interface",
            private_dns_enabled=True,
            subnet_ids=vpc.private_subnet_ids,
            security_group_ids=[group.id],
            tags={"Name": context.name(service.replace(".", "-"))},
        )
