"""The load balancer, and what is in front of it and behind."""

from __future__ import annotations

from collections.abc import Sequence

from tealform.bootstrap.permissions.resource_arns import Names
from tealform.common.iam import Statement


def reading(names: Names) -> Sequence[Statement]:
    """What there is, for which AWS knows no resource."""
    return [
        Statement(
            "LookAtLoadBalancer",
            [
                f"elasticloadbalancing:{action}"
                for action in (
                    "DescribeCapacityReservation",
                    "DescribeListenerAttributes",
                    "DescribeListeners",
                    "DescribeLoadBalancerAttributes",
                    "DescribeLoadBalancers",
                    "DescribeRules",
                    "DescribeTags",
                    "DescribeTargetGroupAttributes",
                    "DescribeTargetGroups",
                    "DescribeTargetHealth",
                )
            ],
            ["*"],
        ),
        Statement(
            "LookAtWebAcl",
            ["wafv2:GetWebACLForResource", "wafv2:GetWebACL"],
            [*names.here("elasticloadbalancing", "loadbalancer/app/{}/*"), *names.here("wafv2", "regional/webacl/*")],
        ),
    ]


def changing(names: Names) -> Sequence[Statement]:
    """Everything but web ACLs has the environment's name in its ARN."""
    balancers = names.here("elasticloadbalancing", "loadbalancer/app/{}/*", "loadbalancer/net/{}/*")
    listeners = names.here("elasticloadbalancing", "listener/app/{}/*", "listener/net/{}/*")
    rules = names.here("elasticloadbalancing", "listener-rule/app/{}/*", "listener-rule/net/{}/*")
    groups = names.here("elasticloadbalancing", "targetgroup/{}-*/*")
    return [
        Statement(
            "ChangeLoadBalancer",
            [
                f"elasticloadbalancing:{action}"
                for action in (
                    "AddTags",
                    "CreateListener",
                    "CreateLoadBalancer",
                    "CreateRule",
                    "CreateTargetGroup",
                    "DeleteListener",
                    "DeleteLoadBalancer",
                    "DeleteRule",
                    "DeleteTargetGroup",
                    "ModifyListener",
                    "ModifyListenerAttributes",
                    "ModifyLoadBalancerAttributes",
                    "ModifyRule",
                    "ModifyTargetGroup",
                    "ModifyTargetGroupAttributes",
                    "RemoveTags",
                    "SetIpAddressType",
                    "SetRulePriorities",
                    "SetSecurityGroups",
                    "SetSubnets",
                )
            ],
            [*balancers, *listeners, *rules, *groups],
        ),
        Statement("ProtectLoadBalancer", ["elasticloadbalancing:SetWebAcl"], ["*"]),
        Statement(
            "ChooseWebAcl",
            ["wafv2:AssociateWebACL", "wafv2:DisassociateWebACL"],
            [*names.here("elasticloadbalancing", "loadbalancer/app/{}/*"), *names.here("wafv2", "regional/webacl/*")],
        ),
    ]
