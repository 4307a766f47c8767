"""A VPC with a public and a private subnet in each zone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tealform.aws import (
    Construct,
    DefaultSecurityGroup,
    Eip,
    InternetGateway,
    NatGateway,
    Route,
    RouteTable,
    RouteTableAssociation,
    Subnet,
)
from tealform.aws import Vpc as AwsVpc
from tealform.naming import Context
from tealform.settings.network import CreatedNetwork

_ANYWHERE = "0.0.0.0/0"


@dataclass(frozen=True)
class VpcProps:
    """The network as it is set."""

    context: Context
    network: CreatedNetwork


class Vpc(Construct):
    """VPC, subnets, gateways and routes. The default security group lets nothing in or out.

    What needs the internet from the start depends on ``routes``.
    """

    def __init__(self, scope: Construct, id_: str, props: VpcProps) -> None:
        super().__init__(scope, id_)
        self._context, network = props.context, props.network
        vpc = AwsVpc(
            self,
            "vpc",
            cidr_block=network.cidr,
            enable_dns_support=True,
            # Interface endpoints answer under the service's own name only with this.
            enable_dns_hostnames=True,
            tags=self._called(),
        )
        self.id = vpc.id
        self.routes: list[Route] = []
        DefaultSecurityGroup(self, "default-security-group", vpc_id=vpc.id, tags=self._called("default-closed"))
        self._public = self._subnets("public", dict(zip(network.zones, network.public_ranges(), strict=True)))
        self._private = self._subnets("private", dict(zip(network.zones, network.private_ranges(), strict=True)))
        gateway = InternetGateway(self, "internet-gateway", vpc_id=vpc.id, tags=self._called())
        self._route_public(gateway)
        self._private_tables = self._route_private(self._nat_gateways(network.nat, gateway))

    @property
    def public_subnet_ids(self) -> list[str]:
        """The public subnets, in the order of the zones."""
        return [subnet.id for subnet in self._public.values()]

    @property
    def private_subnet_ids(self) -> list[str]:
        """The private subnets, in the order of the zones."""
        return [subnet.id for subnet in self._private.values()]

    @property
    def private_route_table_ids(self) -> list[str]:
        """The route tables of the private subnets."""
        return [table.id for table in self._private_tables]

    def _called(self, *parts: str) -> dict[str, str]:
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
                tags=self._called(kind, zone[-1]),
            )
            for zone, cidr in ranges.items()
        }

    def _route_public(self, gateway: InternetGateway) -> None:
        table = RouteTable(self, "public-routes", vpc_id=self.id, tags=self._called("public"))
        self.routes.append(
            Route(
                self,
                "public-internet",
                route_table_id=table.id,
                destination_cidr_block=_ANYWHERE,
                gateway_id=gateway.id,
            )
        )
        for zone, subnet in self._public.items():
            RouteTableAssociation(self, f"public-{zone[-1]}-routes", subnet_id=subnet.id, route_table_id=table.id)

    def _nat_gateways(self, nat: str, gateway: InternetGateway) -> dict[str, NatGateway]:
        """The NAT gateway of each zone; zones may share one, or have none."""
        zones = list(self._public)
        homes: Sequence[str] = {"none": [], "single": zones[:1], "per_zone": zones}[nat]
        made = {zone: self._nat_gateway(zone, gateway) for zone in homes}
        return {zone: made.get(zone, made[homes[0]]) for zone in zones if made}

    def _nat_gateway(self, zone: str, gateway: InternetGateway) -> NatGateway:
        called = self._called("nat", zone[-1])
        address = Eip(self, f"nat-{zone[-1]}-address", domain="vpc", tags=called, depends_on=[gateway])
        return NatGateway(
            self,
            f"nat-{zone[-1]}",
            allocation_id=address.id,
            subnet_id=self._public[zone].id,
            tags=called,
            depends_on=[gateway],
        )

    def _route_private(self, nat_gateways: dict[str, NatGateway]) -> list[RouteTable]:
        tables = []
        for zone, subnet in self._private.items():
            letter = zone[-1]
            table = RouteTable(self, f"private-{letter}-table", vpc_id=self.id, tags=self._called("private", letter))
            RouteTableAssociation(self, f"private-{letter}-routes", subnet_id=subnet.id, route_table_id=table.id)
            if zone in nat_gateways:
                self.routes.append(
                    Route(
                        self,
                        f"private-{letter}-internet",
                        route_table_id=table.id,
                        destination_cidr_block=_ANYWHERE,
                        nat_gateway_id=nat_gateways[zone].id,
                    )
                )
            tables.append(table)
        return tables
