"""The network."""

from __future__ import annotations

from collections.abc import Sequence

from tealform.bootstrap.permissions.resource_arns import Names
from tealform.common.iam import Condition, Statement

# What is made, by what makes it. Of none is the id known before; a group is made in a VPC that may be somebody else's.
_MADE_BY = {
    "elastic-ip": ("AllocateAddress",),
    "internet-gateway": ("CreateInternetGateway",),
    "natgateway": ("CreateNatGateway",),
    "route-table": ("CreateRouteTable",),
    "security-group": ("CreateSecurityGroup",),
    "security-group-rule": ("AuthorizeSecurityGroupEgress", "AuthorizeSecurityGroupIngress"),
    "subnet": ("CreateSubnet",),
    "vpc": ("CreateVpc", "CreateSecurityGroup"),
    "vpc-endpoint": ("CreateVpcEndpoint",),
    "vpc-flow-log": ("CreateFlowLogs",),
}

# What is put into something, or made of it, which is the environment's own.
_PUT_INTO = (
    "AuthorizeSecurityGroupEgress",
    "AuthorizeSecurityGroupIngress",
    "CreateFlowLogs",
    "CreateNatGateway",
    "CreateRouteTable",
    "CreateSubnet",
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
    there = names.here("ec2", *(f"{kind}/*" for kind in _MADE_BY))
    makers = sorted({maker for made_by in _MADE_BY.values() for maker in made_by})
    return [
        *(
            Statement(
                "Make" + "".join(part.capitalize() for part in kind.split("-")),
                [f"ec2:{maker}" for maker in made_by],
                names.here("ec2", f"{kind}/*"),
            )
            for kind, made_by in _MADE_BY.items()
        ),
        Statement(
            "ChangeNetwork",
            [
                f"ec2:{action}"
                for action in (
                    *_PUT_INTO,
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
            there,
            conditions=names.tagged(),
        ),
        # The address of a NAT gateway goes with its interface, which AWS has made.
        Statement("ReleaseInterface", ["ec2:DisassociateAddress"], names.here("ec2", "network-interface/*")),
        # A VPC's default group and its rules have no tags before they are emptied; rules that are added get theirs afterwards.
        Statement(
            "EmptyDefaultGroup",
            ["ec2:RevokeSecurityGroupEgress", "ec2:RevokeSecurityGroupIngress"],
            names.here("ec2", "security-group/*"),
            conditions=names.tagged_or_new(),
        ),
        Statement(
            "TagWhatIsMade",
            ["ec2:CreateTags"],
            there,
            conditions=[Condition("StringEquals", "ec2:CreateAction", makers)],
        ),
        Statement(
            "TagWhatIsOurs",
            ["ec2:CreateTags"],
            there,
            conditions=names.tagged(),
        ),
        Statement(
            "TagWhatHasNone",
            ["ec2:CreateTags"],
            names.here("ec2", "security-group/*", "security-group-rule/*"),
            conditions=[Condition("Null", "aws:ResourceTag/environment", ["true"])],
        ),
    ]
