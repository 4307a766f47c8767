"""A VPC with a public and a private subnet in each zone, its endpoints and its flow logs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tealform.aws import (
    Construct,
    DefaultSecurityGroup,
    Eip,
    FlowLog,
    InternetGateway,
    NatGateway,
    Route,
    RouteTable,
    RouteTableAssociation,
    Subnet,
    VpcEndpoint,
)
from tealform.aws import Vpc as AwsVpc
from tealform.common.iam import ServiceRole, ServiceRoleProps, Statement
from tealform.common.log_group import LogGroup, LogGroupProps
from tealform.common.shared_resources import SharedResources
from tealform.naming import Context
from tealform.network.security_group import ANYWHERE, allow_ingress, security_group
from tealform.settings.network import CreatedNetwork


@dataclass(frozen=True, kw_only=True)
class VpcProps:
    """Inputs of ``Vpc``."""

    context: Context
    """The environment that names are made from."""

    settings: CreatedNetwork
    """The ``network`` block."""


class Vpc(Construct):
    """VPC, subnets, gateways and routes. The default security group allows nothing in or out."""

    id: str
    """The VPC's id."""

    routes: list[Route]
    """The routes to the internet. Resources that need the internet at once depend on them."""

    public_subnet_ids: list[str]
    """The public subnets, in the order of the zones."""

    private_subnet_ids: list[str]
    """The private subnets, in the order of the zones."""

    private_route_table_ids: list[str]
    """The route tables of the private subnets, in the order of the zones."""

    def __init__(self, scope: Construct, id_: str, props: VpcProps) -> None:
        super().__init__(scope, id_)
        self._context, settings = props.context, props.settings
        vpc = AwsVpc(
            self,
            "vpc",
            cidr_block=settings.cidr,
            enable_dns_support=True,
            # Interface endpoints answer under the service's own name only with this.
            enable_dns_hostnames=True,
            tags=self._name_tag(),
        )
        self.id = vpc.id
        self.routes = []
        DefaultSecurityGroup(self, "default-security-group", vpc_id=vpc.id, tags=self._name_tag("default-closed"))
        self._public = self._subnets("public", dict(zip(settings.zones, settings.public_ranges(), strict=True)))
        self._private = self._subnets("private", dict(zip(settings.zones, settings.private_ranges(), strict=True)))
        self.public_subnet_ids = [subnet.id for subnet in self._public.values()]
        self.private_subnet_ids = [subnet.id for subnet in self._private.values()]
        gateway = InternetGateway(self, "internet-gateway", vpc_id=vpc.id, tags=self._name_tag())
        self._route_public(gateway)
        tables = self._route_private(self._nat_gateways(settings.nat, gateway))
        self.private_route_table_ids = [table.id for table in tables]

    def _name_tag(self, *parts: str) -> dict[str, str]:
        return {"Name": self._context.name(*parts)}

    def _subnets(self, kind: str, ranges: dict[str, str]) -> dict[str, Subnet]:
        return {
            zone: Subnet(
                self,
                f"{kind}-{zone[-1]}",
                vpc_id=self.id,
                availability_zone=zone,
                cidr_block=cidr,
                map_public_ip_on_launch=False,
                tags=self._name_tag(kind, zone[-1]),
            )
            for zone, cidr in ranges.items()
        }

    def _route_public(self, gateway: InternetGateway) -> None:
        table = RouteTable(self, "public-routes", vpc_id=self.id, tags=self._name_tag("public"))
        self.routes.append(
            Route(
                self,
                "public-internet",
                route_table_id=table.id,
                destination_cidr_block=ANYWHERE,
                gateway_id=gateway.id,
            )
        )
        for zone, subnet in self._public.items():
            RouteTableAssociation(self, f"public-{zone[-1]}-routes", subnet_id=subnet.id, route_table_id=table.id)

    def _nat_gateways(self, nat: str, gateway: InternetGateway) -> dict[str, NatGateway]:
        """Create the NAT gateways and return the one of each zone; zones may share one, or have none."""
        zones = list(self._public)
        hosts: Sequence[str] = {"none": [], "single": zones[:1], "per_zone": zones}[nat]
        made = {zone: self._nat_gateway(zone, gateway) for zone in hosts}
        return {zone: made.get(zone, made[hosts[0]]) for zone in zones if made}

    def _nat_gateway(self, zone: str, gateway: InternetGateway) -> NatGateway:
        tags = self._name_tag("nat", zone[-1])
        address = Eip(self, f"nat-{zone[-1]}-address", domain="vpc", tags=tags, depends_on=[gateway])
        return NatGateway(
            self,
            f"nat-{zone[-1]}",
            allocation_id=address.id,
            subnet_id=self._public[zone].id,
            tags=tags,
            depends_on=[gateway],
        )

    def _route_private(self, nat_gateways: dict[str, NatGateway]) -> list[RouteTable]:
        tables = []
        for zone, subnet in self._private.items():
            letter = zone[-1]
            table = RouteTable(self, f"private-{letter}-table", vpc_id=self.id, tags=self._name_tag("private", letter))
            RouteTableAssociation(self, f"private-{letter}-routes", subnet_id=subnet.id, route_table_id=table.id)
            if zone in nat_gateways:
                self.routes.append(
                    Route(
                        self,
                        f"private-{letter}-internet",
                        route_table_id=table.id,
                        destination_cidr_block=ANYWHERE,
                        nat_gateway_id=nat_gateways[zone].id,
                    )
                )
            tables.append(table)
        return tables


@dataclass(frozen=True, kw_only=True)
class EndpointsProps:
    """Inputs of ``Endpoints``."""

    context: Context
    """The environment that names are made from."""

    vpc: Vpc
    """The VPC that the endpoints are placed in."""

    cidr: str
    """The VPC's address range, which may use the endpoints."""

    interfaces: Sequence[str]
    """Services that get an interface endpoint, such as ``ecr.api`` or ``logs``."""


class Endpoints(Construct):
    """The gateway endpoint for S3, which is free and carries ECR's image layers, and interface endpoints.

    The endpoints that Fargate needs: https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html
    """

    endpoints: list[VpcEndpoint]
    """All endpoints, the one for S3 first."""

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
            group_id = self._security_group_id()
            self.endpoints += [self._interface(service, group_id) for service in props.interfaces]

    def _security_group_id(self) -> str:
        props = self._props
        group = security_group(
            self, name=props.context.name("endpoints"), description="VPC endpoints", vpc_id=props.vpc.id
        )
        allow_ingress(self, "from-network", group.id, 443, "HTTPS from the network", cidr=props.cidr)
        return group.id

    def _interface(self, service: str, group_id: str) -> VpcEndpoint:
        context, vpc = self._props.context, self._props.vpc
        id_ = service.replace(".", "-")
        return VpcEndpoint(
            self,
            id_,
            vpc_id=vpc.id,
            service_name=f"com.amazonaws.{context.region}.{service}",
            vpc_endpoint_type="Interface",
            private_dns_enabled=True,
            subnet_ids=vpc.private_subnet_ids,
            security_group_ids=[group_id],
            tags={"Name": context.name(id_)},
        )


@dataclass(frozen=True, kw_only=True)
class FlowLogsProps:
    """Inputs of ``FlowLogs``."""

    shared: SharedResources
    """The environment, and the key and retention of the log group."""

    vpc_id: str
    """The VPC whose traffic is logged."""


class FlowLogs(Construct):
    """A log group with all traffic of a VPC, accepted and rejected.

    https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-iam-role.html
    """

    def __init__(self, scope: Construct, id_: str, props: FlowLogsProps) -> None:
        super().__init__(scope, id_)
        context = props.shared.context
        logs = LogGroup(self, "logs", LogGroupProps(shared=props.shared, name=context.log_group("vpc-flow-logs")))
        role = ServiceRole(
            self,
            "role",
            ServiceRoleProps(
                context=context,
                name=context.name("flow-logs"),
                service="vpc-flow-logs.amazonaws.com",
                source_arn=context.arn("ec2", "vpc-flow-log/*"),
                statements=[
                    logs.allow_write(),
                    # AWS supports no narrower resource for this action.
                    Statement(sid="FindLogGroups", actions=["logs:DescribeLogGroups"], resources=["*"]),
                    Statement(sid="FindLogStreams", actions=["logs:DescribeLogStreams"], resources=[f"{logs.arn}:*"]),
                ],
            ),
        )
        FlowLog(
            self,
            "flow-log",
            vpc_id=props.vpc_id,
            traffic_type="ALL",
            log_destination_type="cloud-watch-logs",
            log_destination=logs.group.arn,
            iam_role_arn=role.arn,
            tags={"Name": context.prefix},
            depends_on=role.permissions,
        )
