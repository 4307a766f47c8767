"""Builds in the environment's private subnets: what they may reach, and what CodeBuild must be allowed for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tealform.aws import (
    CodebuildProjectVpcConfig,
    Construct,
    ITerraformDependable,
    SecurityGroup,
    VpcSecurityGroupEgressRule,
)
from tealform.common.iam import Condition, Statement
from tealform.naming import Context
from tealform.network.network import Network


@dataclass(frozen=True)
class BuildNetworkProps:
    """The network, the builds' full name, and the TCP ports that they may connect to."""

    context: Context
    network: Network
    name: str
    egress_ports: Sequence[int]


class BuildNetwork(Construct):
    """A security group that lets nobody in. A project is made after ``needed`` are there."""

    def __init__(self, scope: Construct, id_: str, props: BuildNetworkProps) -> None:
        super().__init__(scope, id_)
        self._context = props.context
        self._subnet_ids = list(props.network.private_subnet_ids)
        self._group = SecurityGroup(
            self,
            "security-group",
            name=props.name,
            description=f"Builds of {props.name}",
            vpc_id=props.network.vpc_id,
            tags={"Name": props.name},
        )
        rules = [
            VpcSecurityGroupEgressRule(
                self,
                f"egress-{port}",
                security_group_id=self._group.id,
                description=f"Connections to port {port}",
                cidr_ipv4="0.0.0.0/0",
                ip_protocol="tcp",
                from_port=port,
                to_port=port,
            )
            for port in props.egress_ports
        ]
        self.needed: list[ITerraformDependable] = [*rules, *props.network.egress_routes]
        self.config = CodebuildProjectVpcConfig(
            vpc_id=props.network.vpc_id, subnets=self._subnet_ids, security_group_ids=[self._group.id]
        )

    def joining(self) -> list[Statement]:
        """The right to have network interfaces in these subnets, and to hand them to CodeBuild alone.

        https://docs.aws.amazon.com/codebuild/latest/userguide/auth-and-access-control-iam-identity-based-access-control.html#customer-managed-policies-example-create-vpc-network-interface
        https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html
        """
        interfaces = self._context.arn("ec2", "network-interface/*")
        # A subnet that is shared belongs to another account.
        of_any_account = f"arn:{self._context.partition}:ec2:{self._context.region}:*"
        subnets = [f"{of_any_account}:subnet/{subnet}" for subnet in self._subnet_ids]
        in_them = Condition("ArnLike", "ec2:Subnet", subnets)
        by_codebuild = Condition("StringEquals", "ec2:AuthorizedService", ["codebuild.amazonaws.com"])
        group = self._context.arn("ec2", f"security-group/{self._group.id}")
        looks = ("DhcpOptions", "NetworkInterfaces", "SecurityGroups", "Subnets", "Vpcs")
        return [
            Statement("JoinNetwork", ["ec2:CreateNetworkInterface"], [interfaces, *subnets, group]),
            Statement("LeaveNetwork", ["ec2:DeleteNetworkInterface"], [interfaces], conditions=[in_them]),
            Statement(
                "LendNetworkInterfaces",
                ["ec2:CreateNetworkInterfacePermission"],
                [interfaces],
                conditions=[in_them, by_codebuild],
            ),
            # AWS knows no narrower resource for these.
            Statement("LookAtNetwork", [f"ec2:Describe{what}" for what in looks], ["*"]),
        ]
