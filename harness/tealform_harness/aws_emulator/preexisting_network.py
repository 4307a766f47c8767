"""Creates a network in the emulated AWS under ids that are given: one that somebody else looks after."""

from __future__ import annotations

from collections.abc import Sequence

from moto.ec2.models import EC2Backend, ec2_backends
from moto.ec2.models.availability_zones_and_regions import RegionsAndZonesBackend
from moto.ec2.models.subnets import Subnet
from moto.ec2.models.vpcs import VPC

from tealform_harness.aws_emulator.external_references import Network
from tealform_harness.aws_emulator.preexisting_resources import check_region


def create_network(network: Network) -> None:
    """Creates what is not there yet of ``network``.

    All its subnets have a route to an internet gateway, for which AWS asks before it takes a public load balancer.
    Each group of subnets is spread over the region's zones; which zones they are in, and their addresses, are made up.
    Raises ``ValueError`` for a region that is not emulated.
    """
    check_region(network.region)
    backend = ec2_backends[network.account][network.region]
    if network.vpc_id not in backend.vpcs:
        _vpc(backend, network.vpc_id)
    for group in network.subnet_ids:
        for subnet_id in group:
            _subnet(backend, network.vpc_id, subnet_id, group)


def _vpc(backend: EC2Backend, vpc_id: str) -> None:
    """As moto's CreateVpc, which takes no id, with a way to the internet."""
    # moto's models have abstract methods, which nothing but mypy minds.
    backend.vpcs[vpc_id] = VPC(backend, vpc_id, "10.0.0.0/16", is_default=False)  # type: ignore[abstract]
    backend.create_network_acl(vpc_id, default=True)
    backend.create_security_group("default", "default VPC security group", vpc_id=vpc_id, is_default=True)
    gateway = backend.create_internet_gateway()
    backend.attach_internet_gateway(gateway.id, vpc_id)
    table = backend.create_route_table(vpc_id, main=True)
    backend.create_route(table.id, "0.0.0.0/0", gateway_id=gateway.id)


def _subnet(backend: EC2Backend, vpc_id: str, subnet_id: str, group: Sequence[str]) -> None:
    """As moto's CreateSubnet, which takes no id, in the zone that the fewest of ``group`` are in."""
    subnets = backend.describe_subnets()
    if subnet_id in (subnet.id for subnet in subnets):
        return
    taken = [subnet.availability_zone for subnet in subnets if subnet.id in group]
    zone = min(RegionsAndZonesBackend.zones[backend.region_name], key=lambda zone: taken.count(zone.name))
    number = sum(subnet.vpc_id == vpc_id for subnet in subnets)
    cidr = f"10.0.{number}.0/24"
    made = Subnet(backend, subnet_id, vpc_id, cidr, None, zone, False, False)  # type: ignore[abstract]
    backend.associate_default_network_acl_with_subnet(subnet_id, vpc_id)
    backend.subnets[zone.name][subnet_id] = made
