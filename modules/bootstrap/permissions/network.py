"""The network."""

from __future__ import annotations

from collections.abc import Sequence

from modules.bootstrap.permissions.names import Names
from modules.iam import Condition, Statement

# By what is made, or what it is made in: of neither is the id known before.
_MADE = (
    "elastic-ip",
    "internet-gateway",
    "natgateway",
    "route-table",
    "security-group",
    "security-group-rule",
    "subnet",
    "vpc",
    "vpc-endpoint",
    "vpc-flow-log",
)

_MAKING = (
    "AllocateAddress",
    "AuthorizeSecurityGroupEgress",
    "AuthorizeSecurityGroupIngress",
    "CreateFlowLogs",
    "CreateInternetGateway",
    "CreateNatGateway",
    "CreateRouteTable",
    "CreateSecurityGroup",
    "CreateSubnet",
    "CreateVpc",
    "CreateVpcEndpoint",
)


def reading(names: Names) -> Sequence[Statement]:
    """What there is; AWS knows no resource for nearly all of it, and it is not what users keep."""
    return [
        Statement(
            "LookAtNetwork",
            [
                *(
                    f"ec2:{action}"
                    for action in (
                        "DescribeAddresses",
                        "DescribeAddressesAttribute",
                        "DescribeAvailabilityZones",
                        "DescribeFlowLogs",
                        "DescribeInternetGateways",
                        "DescribeNatGateways",
                        "DescribeNetworkAcls",
                        "DescribeNetworkInterfaces",
                        "DescribePrefixLists",
                        "DescribeRouteTables",
                        "DescribeSecurityGroupRules",
                        "DescribeSecurityGroups",
                        "DescribeSubnets",
                        "DescribeVpcEndpoints",
                        "DescribeVpcs",
                    )
                ),
            ],
            ["*"],
        ),
        Statement("LookAtVpc", ["ec2:DescribeVpcAttribute"], names.here("ec2", "vpc/*")),
    ]


def changing(names: Names) -> Sequence[Statement]:
    """What is made gets the environment's tags; nothing without them is changed or deleted.

    https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/supported-iam-actions-tagging.html
    """
    making = [f"ec2:{action}" for action in _MAKING]
    return [
        Statement("MakeNetwork", making, names.here("ec2", *(f"{kind}/*" for kind in _MADE))),
        Statement(
            "ChangeNetwork",
            [
                f"ec2:{action}"
                for action in (
                    "AssociateRouteTable",
                    "AttachInternetGateway",
                    "CreateRoute",
                    "DeleteFlowLogs",
                    "DeleteInternetGateway",
                    "DeleteNatGateway",
                    "DeleteRoute",
                    "DeleteRouteTable",
                    "DeleteSecurityGroup",
                    "DeleteSubnet",
                    "DeleteTags",
                    "DeleteVpc",
                    "DeleteVpcEndpoints",
                    "DetachInternetGateway",
                    "DisassociateAddress",
                    "DisassociateRouteTable",
                    "ModifySecurityGroupRules",
                    "ModifySubnetAttribute",
                    "ModifyVpcAttribute",
                    "ModifyVpcEndpoint",
                    "ReleaseAddress",
                    "ReplaceRoute",
                    "ReplaceRouteTableAssociation",
                )
            ],
            names.here("ec2", *(f"{kind}/*" for kind in _MADE)),
            conditions=names.tagged(),
        ),
        # The address of a NAT gateway goes with its interface, which AWS has made.
        Statement("ReleaseInterface", ["ec2:DisassociateAddress"], names.here("ec2", "network-interface/*")),
        # The VPC's default group and its rules have no tags before they are emptied; rules that are added get theirs afterwards.
        Statement(
            "EmptyDefaultGroup",
            ["ec2:RevokeSecurityGroupEgress", "ec2:RevokeSecurityGroupIngress"],
            names.here("ec2", "security-group/*"),
        ),
        Statement(
            "TagWhatIsMade",
            ["ec2:CreateTags"],
            names.here("ec2", *(f"{kind}/*" for kind in _MADE)),
            conditions=[Condition("StringEquals", "ec2:CreateAction", list(_MAKING))],
        ),
        Statement(
            "TagWhatIsOurs",
            ["ec2:CreateTags"],
            names.here("ec2", *(f"{kind}/*" for kind in _MADE)),
            conditions=names.tagged(),
        ),
        Statement(
            "TagWhatHasNone",
            ["ec2:CreateTags"],
            names.here("ec2", "security-group/*", "security-group-rule/*"),
            conditions=[Condition("Null", "aws:ResourceTag/environment", ["true"])],
        ),
    ]
