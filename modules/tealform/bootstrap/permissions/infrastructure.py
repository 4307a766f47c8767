"""What an environment is built on: network, load balancer, buckets and keys, and roles."""

from __future__ import annotations

from collections.abc import Sequence

from tealform.bootstrap.permissions.resource_arns import ResourceArns, allow, deny
from tealform.common.iam import Condition, Statement

PATH = "/automation/"
"""The IAM path of the roles and policies that run Terraform: no name of an environment's own begins like that."""

BUCKET_CHANGES = (
    "s3:CreateBucket s3:DeleteBucket s3:DeleteBucketPolicy s3:ListBucketVersions s3:PutBucketLogging "
    "s3:PutBucketNotification s3:PutBucketOwnershipControls s3:PutBucketPolicy "
    "s3:PutBucketPublicAccessBlock s3:PutBucketTagging s3:PutBucketVersioning "
    "s3:PutEncryptionConfiguration s3:PutLifecycleConfiguration s3:TagResource s3:UntagResource"
)
"""What an apply does to a bucket, in S3's own words for IAM."""

# EC2's actions that create each kind of resource. The id is not known before, and a security group is created in a VPC
# that may be somebody else's.
_CREATORS = {
    "elastic-ip": "AllocateAddress",
    "internet-gateway": "CreateInternetGateway",
    "natgateway": "CreateNatGateway",
    "route-table": "CreateRouteTable",
    "security-group": "CreateSecurityGroup",
    "security-group-rule": "AuthorizeSecurityGroupEgress AuthorizeSecurityGroupIngress",
    "subnet": "CreateSubnet",
    "vpc": "CreateVpc CreateSecurityGroup",
    "vpc-endpoint": "CreateVpcEndpoint",
    "vpc-flow-log": "CreateFlowLogs",
}

# Whoever may set a service up must be able to pass it a role:
# https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html
_ROLE_USERS = "chatbot codebuild codedeploy codepipeline ecs ecs-tasks events lambda vpc-flow-logs"

# The services for which AWS creates a service-linked role, the first time that an account asks:
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_aws-services-that-work-with-iam.html
_SERVICE_LINKED = (
    "codestar-notifications ecs ecs.application-autoscaling elasticloadbalancing management.chatbot pullthroughcache.ecr"
    " wafv2"
)


def read_network(arns: ResourceArns) -> Sequence[Statement]:
    """Return the permission to describe the network; AWS knows resources for almost none of it, and users keep no data in it."""
    return [
        allow(
            "LookAtNetwork",
            "ec2:DescribeAddresses ec2:DescribeAddressesAttribute ec2:DescribeAvailabilityZones "
            "ec2:DescribeFlowLogs ec2:DescribeInternetGateways ec2:DescribeNatGateways "
            "ec2:DescribeNetworkAcls ec2:DescribeNetworkInterfaces ec2:DescribePrefixLists "
            "ec2:DescribeRouteTables ec2:DescribeSecurityGroupRules ec2:DescribeSecurityGroups "
            "ec2:DescribeSubnets ec2:DescribeVpcEndpoints ec2:DescribeVpcs",
            ["*"],
        ),
        allow("LookAtVpc", "ec2:DescribeVpcAttribute", arns.here("ec2", "vpc/*")),
    ]


def change_network(arns: ResourceArns) -> Sequence[Statement]:
    """Return the permission to create with the environment's tags, and to change and delete what has them.

    https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/supported-iam-actions-tagging.html
    """
    there = arns.here("ec2", *(f"{kind}/*" for kind in _CREATORS))
    creators = sorted(set(" ".join(_CREATORS.values()).split()))
    return [
        *(
            allow(
                "Make" + "".join(part.capitalize() for part in kind.split("-")),
                " ".join(f"ec2:{action}" for action in actions.split()),
                arns.here("ec2", f"{kind}/*"),
            )
            for kind, actions in _CREATORS.items()
        ),
        # The first seven create something in, or from, what is the environment's own.
        allow(
            "ChangeNetwork",
            "ec2:AuthorizeSecurityGroupEgress ec2:AuthorizeSecurityGroupIngress ec2:CreateFlowLogs "
            "ec2:CreateNatGateway ec2:CreateRouteTable ec2:CreateSubnet ec2:CreateVpcEndpoint "
            "ec2:AssociateRouteTable ec2:AttachInternetGateway ec2:CreateRoute ec2:DeleteFlowLogs "
            "ec2:DeleteInternetGateway ec2:DeleteNatGateway ec2:DeleteRoute ec2:DeleteRouteTable "
            "ec2:DeleteSecurityGroup ec2:DeleteSubnet ec2:DeleteTags ec2:DeleteVpc ec2:DeleteVpcEndpoints "
            "ec2:DetachInternetGateway ec2:DisassociateAddress ec2:DisassociateRouteTable "
            "ec2:ModifySecurityGroupRules ec2:ModifySubnetAttribute ec2:ModifyVpcAttribute "
            "ec2:ModifyVpcEndpoint ec2:ReleaseAddress ec2:ReplaceRoute ec2:ReplaceRouteTableAssociation",
            there,
            conditions=arns.tagged(),
        ),
        # The address of a NAT gateway goes with its interface, which AWS has made.
        allow("ReleaseInterface", "ec2:DisassociateAddress", arns.here("ec2", "network-interface/*")),
        # A VPC's default group and its rules have no tags before they are emptied; rules that are added get theirs afterwards.
        allow(
            "EmptyDefaultGroup",
            "ec2:RevokeSecurityGroupEgress ec2:RevokeSecurityGroupIngress",
            arns.here("ec2", "security-group/*"),
            conditions=arns.tagged_or_new(),
        ),
        allow(
            "TagWhatIsMade",
            "ec2:CreateTags",
            there,
            conditions=[Condition("StringEquals", "ec2:CreateAction", creators)],
        ),
        allow("TagWhatIsOurs", "ec2:CreateTags", there, conditions=arns.tagged()),
        allow(
            "TagWhatHasNone",
            "ec2:CreateTags",
            arns.here("ec2", "security-group/*", "security-group-rule/*"),
            conditions=[Condition("Null", "aws:ResourceTag/environment", ["true"])],
        ),
    ]


def read_load_balancer(arns: ResourceArns) -> Sequence[Statement]:
    """Return the permission to describe load balancers, for which AWS knows no resource."""
    return [
        allow(
            "LookAtLoadBalancer",
            "elasticloadbalancing:DescribeCapacityReservation elasticloadbalancing:DescribeListenerAttributes "
            "elasticloadbalancing:DescribeListeners elasticloadbalancing:DescribeLoadBalancerAttributes "
            "elasticloadbalancing:DescribeLoadBalancers elasticloadbalancing:DescribeRules "
            "elasticloadbalancing:DescribeTags elasticloadbalancing:DescribeTargetGroupAttributes "
            "elasticloadbalancing:DescribeTargetGroups elasticloadbalancing:DescribeTargetHealth",
            ["*"],
        ),
        allow(
            "LookAtWebAcl",
            "wafv2:GetWebACLForResource wafv2:GetWebACL",
            [*arns.here("elasticloadbalancing", "loadbalancer/app/{}/*"), *arns.here("wafv2", "regional/webacl/*")],
        ),
    ]


def change_load_balancer(arns: ResourceArns) -> Sequence[Statement]:
    """Return the permission to change load balancers. Everything but web ACLs has the environment's name in its ARN."""
    balancers = arns.here("elasticloadbalancing", "loadbalancer/app/{}/*", "loadbalancer/net/{}/*")
    listeners = arns.here("elasticloadbalancing", "listener/app/{}/*", "listener/net/{}/*")
    rules = arns.here("elasticloadbalancing", "listener-rule/app/{}/*", "listener-rule/net/{}/*")
    groups = arns.here("elasticloadbalancing", "targetgroup/{}-*/*")
    return [
        allow(
            "ChangeLoadBalancer",
            "elasticloadbalancing:AddTags elasticloadbalancing:CreateListener "
            "elasticloadbalancing:CreateLoadBalancer elasticloadbalancing:CreateRule "
            "elasticloadbalancing:CreateTargetGroup elasticloadbalancing:DeleteListener "
            "elasticloadbalancing:DeleteLoadBalancer elasticloadbalancing:DeleteRule "
            "elasticloadbalancing:DeleteTargetGroup elasticloadbalancing:ModifyListener "
            "elasticloadbalancing:ModifyListenerAttributes elasticloadbalancing:ModifyLoadBalancerAttributes "
            "elasticloadbalancing:ModifyRule elasticloadbalancing:ModifyTargetGroup "
            "elasticloadbalancing:ModifyTargetGroupAttributes elasticloadbalancing:RemoveTags "
            "elasticloadbalancing:SetIpAddressType elasticloadbalancing:SetRulePriorities "
            "elasticloadbalancing:SetSecurityGroups elasticloadbalancing:SetSubnets",
            [*balancers, *listeners, *rules, *groups],
        ),
        allow("ProtectLoadBalancer", "elasticloadbalancing:SetWebAcl", ["*"]),
        allow(
            "ChooseWebAcl",
            "wafv2:AssociateWebACL wafv2:DisassociateWebACL",
            [*arns.here("elasticloadbalancing", "loadbalancer/app/{}/*"), *arns.here("wafv2", "regional/webacl/*")],
        ),
    ]


def read_storage(arns: ResourceArns) -> Sequence[Statement]:
    """Return the permission to read how buckets and keys are set up; no object, and nothing that is encrypted.

    Terraform's provider asks S3 for tags in two ways since 6.23:
    https://github.com/hashicorp/terraform-provider-aws/blob/main/CHANGELOG.md
    """
    return [
        allow(
            "LookAtBuckets",
            "s3:GetAccelerateConfiguration s3:GetBucketAcl s3:GetBucketCORS s3:GetBucketLocation "
            "s3:GetBucketLogging s3:GetBucketNotification s3:GetBucketObjectLockConfiguration "
            "s3:GetBucketOwnershipControls s3:GetBucketPolicy s3:GetBucketPublicAccessBlock "
            "s3:GetBucketRequestPayment s3:GetBucketTagging s3:GetBucketVersioning s3:GetBucketWebsite "
            "s3:GetEncryptionConfiguration s3:GetLifecycleConfiguration s3:GetReplicationConfiguration "
            "s3:ListBucket s3:ListTagsForResource",
            arns.bucket_arns(),
        ),
        allow("ListKeys", "kms:ListAliases", ["*"]),
        allow(
            "LookAtKeys",
            "kms:DescribeKey kms:GetKeyPolicy kms:GetKeyRotationStatus kms:ListResourceTags",
            arns.here("kms", "key/*"),
        ),
    ]


def change_storage(arns: ResourceArns) -> Sequence[Statement]:
    """Return the permission to change buckets by name, and keys, whose id is not known before, by their tags.

    It takes minutes until a key's new tags count: https://docs.aws.amazon.com/kms/latest/developerguide/abac.html
    """
    keys, buckets = arns.here("kms", "key/*"), arns.bucket_arns()
    return [
        allow("ChangeBuckets", BUCKET_CHANGES, buckets),
        # What is disposable goes with what is in it.
        allow("EmptyBuckets", "s3:DeleteObject s3:DeleteObjectVersion", [f"{arn}/*" for arn in buckets]),
        allow("MakeKeys", "kms:CreateKey", ["*"]),
        allow("NameKeys", "kms:CreateAlias kms:DeleteAlias kms:UpdateAlias", [*arns.here("kms", "alias/{}"), *keys]),
        allow(
            "SetUpKeys",
            "kms:EnableKeyRotation kms:PutKeyPolicy kms:TagResource kms:UpdateKeyDescription",
            keys,
            conditions=arns.tagged_or_new(),
        ),
        allow(
            "DeleteKeys",
            "kms:DisableKeyRotation kms:ScheduleKeyDeletion kms:UntagResource",
            keys,
            conditions=arns.tagged(),
        ),
        # Whoever sets up ECR and Lambda grants them the key:
        # https://docs.aws.amazon.com/AmazonECR/latest/userguide/encryption-at-rest.html
        allow("LendKeys", "kms:CreateGrant kms:RetireGrant", keys, conditions=[arns.via("ecr", "lambda")]),
        allow("WriteFunctionVariables", "kms:Encrypt", keys, conditions=[arns.via("lambda")]),
    ]


def read_identity(arns: ResourceArns) -> Sequence[Statement]:
    """Return the permission to read the environment's roles."""
    return [
        allow(
            "LookAtRoles",
            "iam:GetRole iam:GetRolePolicy iam:ListAttachedRolePolicies iam:ListInstanceProfilesForRole "
            "iam:ListRolePolicies",
            arns.roles(),
        )
    ]


def change_identity(arns: ResourceArns) -> Sequence[Statement]:
    """Return the permission to change the environment's roles; the denials hold whatever somebody adds to the policies."""
    context = arns.context
    lent = Condition(
        "ArnEquals",
        "iam:PolicyARN",
        [f"arn:{context.partition}:iam::aws:policy/AmazonECSInfrastructureRolePolicyForLoadBalancers", *arns.policies],
    )
    ours = [
        context.global_arn("iam", f"role{PATH}*"),
        context.global_arn("iam", f"policy{PATH}*"),
        context.global_arn("iam", "oidc-provider/*"),
    ]
    return [
        allow(
            "ChangeRoles",
            "iam:CreateRole iam:DeleteRole iam:DeleteRolePolicy iam:PutRolePolicy iam:TagRole iam:UntagRole "
            "iam:UpdateAssumeRolePolicy iam:UpdateRole iam:UpdateRoleDescription",
            arns.roles(),
        ),
        allow("ChoosePolicies", "iam:AttachRolePolicy iam:DetachRolePolicy", arns.roles(), conditions=[lent]),
        allow(
            "PassRoles",
            "iam:PassRole",
            arns.roles(),
            conditions=[Condition("StringEquals", "iam:PassedToService", _principals(_ROLE_USERS))],
        ),
        allow(
            "LetAwsMakeRoles",
            "iam:CreateServiceLinkedRole",
            [context.global_arn("iam", "role/aws-service-role/*")],
            conditions=[Condition("StringEquals", "iam:AWSServiceName", _principals(_SERVICE_LINKED))],
        ),
        deny("LeaveOwnRolesAlone", "iam:*", ours),
        deny("TakeNoOtherRole", "sts:AssumeRole", ["*"]),
    ]


def _principals(services: str) -> list[str]:
    return [f"{service}.amazonaws.com" for service in services.split()]
