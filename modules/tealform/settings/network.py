"""The network that the services run in."""

from __future__ import annotations

from ipaddress import IPv4Network
from typing import Annotated, Literal

from pydantic import Field

from tealform.settings.types import Block, Cidr, Distinct, SubnetId, VpcId, Zone, chosen_by_label

ZONES_IN_NETWORK = 8
"""The number of zones that the automatic division of a network has room for."""


class CreatedNetwork(Block):
    """A VPC of the environment's own, with a public and a private subnet in each zone."""

    kind: Literal["created"]
    cidr: Cidr = Field(default="10.0.0.0/16", description="The VPC's IPv4 range, /16 to /28.")
    zones: Distinct[Zone] = Field(
        description="Availability zones, at least two: a load balancer needs them.",
        examples=[("eu-west-1a", "eu-west-1b")],
    )
    nat: Literal["none", "single", "per_zone"] = Field(
        default="per_zone",
        description=(
            "How private subnets reach the internet. `per_zone`: a NAT gateway in each zone, survives the loss of one. "
            "`single`: one for all, cheaper. `none`: no internet, VPC endpoints for the AWS services that tasks need; "
            "every service then names a `bootstrap_image` in ECR."
        ),
    )
    public_subnets: Distinct[Cidr] = Field(
        default=(),
        description="One range for each zone; sixteenths of `cidr`, from the first, when left out.",
    )
    private_subnets: Distinct[Cidr] = Field(
        default=(),
        description="One range for each zone; sixteenths of `cidr`, from the ninth, when left out.",
    )
    flow_logs: bool = Field(default=True, description="Whether VPC flow logs go to CloudWatch Logs.")

    def public_ranges(self) -> tuple[str, ...]:
        """Return the public subnets' ranges, one for each zone."""
        return self.public_subnets or self._sixteenths(0)

    def private_ranges(self) -> tuple[str, ...]:
        """Return the private subnets' ranges, one for each zone."""
        return self.private_subnets or self._sixteenths(ZONES_IN_NETWORK)

    def _sixteenths(self, first: int) -> tuple[str, ...]:
        # Each half has room for eight zones, so that a zone that is added later moves no subnet.
        parts = list(IPv4Network(self.cidr).subnets(prefixlen_diff=4))
        return tuple(str(part) for part in parts[first : first + len(self.zones)])


class ExistingNetwork(Block):
    """A VPC that somebody else looks after."""

    kind: Literal["existing"]
    vpc_id: VpcId = Field(description="The VPC.", examples=["vpc-0123456789abcdef0"])
    public_subnet_ids: Distinct[SubnetId] = Field(
        default=(),
        description="Subnets for the load balancer, in at least two zones; an internal one stands in the private subnets.",
        examples=[("subnet-0123456789abcdef0", "subnet-0123456789abcdef1")],
    )
    private_subnet_ids: Distinct[SubnetId] = Field(
        description="Subnets for the tasks; they need a way to ECR, S3 and CloudWatch Logs.",
        examples=[("subnet-0123456789abcdef2", "subnet-0123456789abcdef3")],
    )


Network = Annotated[
    Annotated[CreatedNetwork | ExistingNetwork, Field(discriminator="kind")], chosen_by_label(default="created")
]
