"""Which call of AWS's APIs and which CloudFormation type a resource type of Terraform is.

Written by hand. Attributes find their counterparts by name (``health_check_path`` is ``HealthCheckPath``, ``stage`` is
``stages``); where names differ, ``names`` says how: by the path in Terraform, the path in the source. An empty path
means that there is no counterpart, although one has the same name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Counterpart:
    """``operation`` is ``service.Operation``, followed by the member that holds the resource if there is one.

    Either may be empty: not everything in Terraform is in CloudFormation, and the other way round. ``resource`` may be
    followed by the property that holds the resource.
    """

    operation: str
    resource: str
    names: Mapping[str, str] = field(default_factory=dict)


_HEALTH_CHECK = {
    "health_check.interval": "HealthCheckIntervalSeconds",
    "health_check.path": "HealthCheckPath",
    "health_check.port": "HealthCheckPort",
    "health_check.protocol": "HealthCheckProtocol",
    "health_check.timeout": "HealthCheckTimeoutSeconds",
    "health_check.healthy_threshold": "HealthyThresholdCount",
    "health_check.unhealthy_threshold": "UnhealthyThresholdCount",
    "health_check.matcher": "Matcher.HttpCode",
}

_RULE = {"ip_protocol": "IpProtocol", "cidr_ipv4": "CidrIp", "cidr_ipv6": "CidrIpv6"}

COUNTERPARTS: dict[str, Counterpart] = {
    "aws_appautoscaling_policy": Counterpart(
        "application-autoscaling.PutScalingPolicy",
        "AWS::ApplicationAutoScaling::ScalingPolicy",
        {"name": "PolicyName"},
    ),
    "aws_appautoscaling_target": Counterpart(
        "application-autoscaling.RegisterScalableTarget", "AWS::ApplicationAutoScaling::ScalableTarget"
    ),
    "aws_cloudwatch_event_rule": Counterpart("events.PutRule", "AWS::Events::Rule"),
    "aws_cloudwatch_event_target": Counterpart(
        "events.PutTargets Targets", "AWS::Events::Rule Targets", {"target_id": "Id"}
    ),
    "aws_cloudwatch_log_group": Counterpart("logs.CreateLogGroup", "AWS::Logs::LogGroup", {"name": "LogGroupName"}),
    "aws_codebuild_project": Counterpart("codebuild.CreateProject", "AWS::CodeBuild::Project"),
    "aws_codecommit_approval_rule_template": Counterpart(
        "codecommit.CreateApprovalRuleTemplate",
        "",
        {
            "name": "approvalRuleTemplateName",
            "content": "approvalRuleTemplateContent",
            "description": "approvalRuleTemplateDescription",
        },
    ),
    "aws_codecommit_repository": Counterpart(
        "codecommit.CreateRepository", "AWS::CodeCommit::Repository", {"description": "RepositoryDescription"}
    ),
    "aws_codedeploy_app": Counterpart(
        "codedeploy.CreateApplication", "AWS::CodeDeploy::Application", {"name": "ApplicationName"}
    ),
    "aws_codedeploy_deployment_config": Counterpart(
        "codedeploy.CreateDeploymentConfig", "AWS::CodeDeploy::DeploymentConfig"
    ),
    "aws_codedeploy_deployment_group": Counterpart(
        "codedeploy.CreateDeploymentGroup", "AWS::CodeDeploy::DeploymentGroup", {"app_name": "ApplicationName"}
    ),
    "aws_codepipeline": Counterpart("codepipeline.CreatePipeline pipeline", "AWS::CodePipeline::Pipeline"),
    "aws_ecr_lifecycle_policy": Counterpart(
        "ecr.PutLifecyclePolicy",
        "AWS::ECR::Repository LifecyclePolicy",
        {"repository": "RepositoryName", "policy": "LifecyclePolicyText"},
    ),
    "aws_ecr_repository": Counterpart("ecr.CreateRepository", "AWS::ECR::Repository", {"name": "RepositoryName"}),
    "aws_ecs_cluster": Counterpart("ecs.CreateCluster", "AWS::ECS::Cluster", {"name": "ClusterName"}),
    "aws_ecs_cluster_capacity_providers": Counterpart(
        "ecs.PutClusterCapacityProviders", "AWS::ECS::ClusterCapacityProviderAssociations", {"cluster_name": "cluster"}
    ),
    "aws_ecs_service": Counterpart("ecs.CreateService", "AWS::ECS::Service", {"name": "ServiceName"}),
    "aws_ecs_task_definition": Counterpart("ecs.RegisterTaskDefinition", "AWS::ECS::TaskDefinition"),
    "aws_eip": Counterpart("ec2.AllocateAddress", "AWS::EC2::EIP"),
    "aws_flow_log": Counterpart(
        "ec2.CreateFlowLogs", "AWS::EC2::FlowLog", {"iam_role_arn": "DeliverLogsPermissionArn"}
    ),
    "aws_iam_role": Counterpart(
        "iam.CreateRole",
        "AWS::IAM::Role",
        {"name": "RoleName", "assume_role_policy": "AssumeRolePolicyDocument"},
    ),
    "aws_iam_role_policy": Counterpart(
        "iam.PutRolePolicy",
        "AWS::IAM::RolePolicy",
        {"name": "PolicyName", "role": "RoleName", "policy": "PolicyDocument"},
    ),
    "aws_kms_alias": Counterpart("kms.CreateAlias", "AWS::KMS::Alias", {"name": "AliasName"}),
    "aws_kms_key": Counterpart(
        "kms.CreateKey",
        "AWS::KMS::Key",
        {"customer_master_key_spec": "KeySpec", "deletion_window_in_days": "PendingWindowInDays"},
    ),
    "aws_kms_key_policy": Counterpart("kms.PutKeyPolicy", ""),
    "aws_lb": Counterpart(
        "elbv2.CreateLoadBalancer", "AWS::ElasticLoadBalancingV2::LoadBalancer", {"load_balancer_type": "Type"}
    ),
    "aws_lb_listener": Counterpart(
        "elbv2.CreateListener",
        "AWS::ElasticLoadBalancingV2::Listener",
        {
            "default_action": "DefaultActions",
            "default_action.redirect": "RedirectConfig",
            "default_action.fixed_response": "FixedResponseConfig",
        },
    ),
    "aws_lb_listener_rule": Counterpart(
        "elbv2.CreateRule",
        "AWS::ElasticLoadBalancingV2::ListenerRule",
        {"action.redirect": "RedirectConfig", "action.fixed_response": "FixedResponseConfig"},
    ),
    "aws_lb_target_group": Counterpart(
        "elbv2.CreateTargetGroup", "AWS::ElasticLoadBalancingV2::TargetGroup", _HEALTH_CHECK
    ),
    "aws_nat_gateway": Counterpart("ec2.CreateNatGateway", "AWS::EC2::NatGateway"),
    "aws_s3_bucket": Counterpart("s3.CreateBucket", "AWS::S3::Bucket", {"bucket": "BucketName"}),
    "aws_s3_bucket_lifecycle_configuration": Counterpart(
        "s3.PutBucketLifecycleConfiguration LifecycleConfiguration", "AWS::S3::Bucket LifecycleConfiguration"
    ),
    "aws_s3_bucket_logging": Counterpart(
        "s3.PutBucketLogging BucketLoggingStatus.LoggingEnabled", "AWS::S3::Bucket LoggingConfiguration"
    ),
    "aws_s3_bucket_ownership_controls": Counterpart(
        "s3.PutBucketOwnershipControls OwnershipControls", "AWS::S3::Bucket OwnershipControls"
    ),
    "aws_s3_bucket_server_side_encryption_configuration": Counterpart(
        "s3.PutBucketEncryption ServerSideEncryptionConfiguration",
        "AWS::S3::Bucket BucketEncryption",
        {"rule.apply_server_side_encryption_by_default": "ApplyServerSideEncryptionByDefault"},
    ),
    "aws_s3_bucket_versioning": Counterpart("s3.PutBucketVersioning", "AWS::S3::Bucket"),
    "aws_security_group": Counterpart(
        "ec2.CreateSecurityGroup",
        "AWS::EC2::SecurityGroup",
        {"name": "GroupName", "description": "Description"},
    ),
    "aws_vpc": Counterpart("ec2.CreateVpc", "AWS::EC2::VPC"),
    "aws_vpc_endpoint": Counterpart("ec2.CreateVpcEndpoint", "AWS::EC2::VPCEndpoint"),
    "aws_vpc_security_group_egress_rule": Counterpart("", "AWS::EC2::SecurityGroupEgress", _RULE),
    "aws_vpc_security_group_ingress_rule": Counterpart("", "AWS::EC2::SecurityGroupIngress", _RULE),
    "aws_wafv2_web_acl_association": Counterpart("wafv2.AssociateWebACL", "AWS::WAFv2::WebACLAssociation"),
}
