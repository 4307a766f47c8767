"""The operation of AWS's APIs and the CloudFormation type behind each of Terraform's resource types, written by hand.

Attributes find their counterparts by name (``health_check_path`` is ``HealthCheckPath``, ``stage`` is ``stages``); where
names differ, ``OTHER_NAMES`` says how.
"""

from __future__ import annotations

from typing import NamedTuple


class ApiMapping(NamedTuple):
    """``operation`` is ``service.Operation``, followed by the member that holds the resource if there is one.

    Either may be empty: not everything in Terraform is in CloudFormation, and the other way round. ``resource`` may be
    followed by the property that holds the resource.
    """

    operation: str
    resource: str


API_MAPPINGS: dict[str, ApiMapping] = {
    "aws_appautoscaling_policy": ApiMapping(
        "application-autoscaling.PutScalingPolicy", "AWS::ApplicationAutoScaling::ScalingPolicy"
    ),
    "aws_appautoscaling_target": ApiMapping(
        "application-autoscaling.RegisterScalableTarget", "AWS::ApplicationAutoScaling::ScalableTarget"
    ),
    "aws_cloudwatch_event_rule": ApiMapping("events.PutRule", "AWS::Events::Rule"),
    "aws_cloudwatch_event_target": ApiMapping("events.PutTargets Targets", "AWS::Events::Rule Targets"),
    "aws_cloudwatch_log_group": ApiMapping("logs.CreateLogGroup", "AWS::Logs::LogGroup"),
    "aws_codebuild_project": ApiMapping("codebuild.CreateProject", "AWS::CodeBuild::Project"),
    "aws_codecommit_approval_rule_template": ApiMapping("codecommit.CreateApprovalRuleTemplate", ""),
    "aws_codecommit_repository": ApiMapping("codecommit.CreateRepository", "AWS::CodeCommit::Repository"),
    "aws_codedeploy_app": ApiMapping("codedeploy.CreateApplication", "AWS::CodeDeploy::Application"),
    "aws_codedeploy_deployment_config": ApiMapping(
        "codedeploy.CreateDeploymentConfig", "AWS::CodeDeploy::DeploymentConfig"
    ),
    "aws_codedeploy_deployment_group": ApiMapping(
        "codedeploy.CreateDeploymentGroup", "AWS::CodeDeploy::DeploymentGroup"
    ),
    "aws_codepipeline": ApiMapping("codepipeline.CreatePipeline pipeline", "AWS::CodePipeline::Pipeline"),
    "aws_ecr_lifecycle_policy": ApiMapping("ecr.PutLifecyclePolicy", "AWS::ECR::Repository LifecyclePolicy"),
    "aws_ecr_repository": ApiMapping("ecr.CreateRepository", "AWS::ECR::Repository"),
    "aws_ecs_cluster": ApiMapping("ecs.CreateCluster", "AWS::ECS::Cluster"),
    "aws_ecs_cluster_capacity_providers": ApiMapping(
        "ecs.PutClusterCapacityProviders", "AWS::ECS::ClusterCapacityProviderAssociations"
    ),
    "aws_ecs_service": ApiMapping("ecs.CreateService", "AWS::ECS::Service"),
    "aws_ecs_task_definition": ApiMapping("ecs.RegisterTaskDefinition", "AWS::ECS::TaskDefinition"),
    "aws_eip": ApiMapping("ec2.AllocateAddress", "AWS::EC2::EIP"),
    "aws_flow_log": ApiMapping("ec2.CreateFlowLogs", "AWS::EC2::FlowLog"),
    "aws_iam_role": ApiMapping("iam.CreateRole", "AWS::IAM::Role"),
    "aws_iam_role_policy": ApiMapping("iam.PutRolePolicy", "AWS::IAM::RolePolicy"),
    "aws_kms_alias": ApiMapping("kms.CreateAlias", "AWS::KMS::Alias"),
    "aws_kms_key": ApiMapping("kms.CreateKey", "AWS::KMS::Key"),
    "aws_kms_key_policy": ApiMapping("kms.PutKeyPolicy", ""),
    "aws_lb": ApiMapping("elbv2.CreateLoadBalancer", "AWS::ElasticLoadBalancingV2::LoadBalancer"),
    "aws_lb_listener": ApiMapping("elbv2.CreateListener", "AWS::ElasticLoadBalancingV2::Listener"),
    "aws_lb_listener_rule": ApiMapping("elbv2.CreateRule", "AWS::ElasticLoadBalancingV2::ListenerRule"),
    "aws_lb_target_group": ApiMapping("elbv2.CreateTargetGroup", "AWS::ElasticLoadBalancingV2::TargetGroup"),
    "aws_nat_gateway": ApiMapping("ec2.CreateNatGateway", "AWS::EC2::NatGateway"),
    "aws_s3_bucket": ApiMapping("s3.CreateBucket", "AWS::S3::Bucket"),
    "aws_s3_bucket_lifecycle_configuration": ApiMapping(
        "s3.PutBucketLifecycleConfiguration LifecycleConfiguration", "AWS::S3::Bucket LifecycleConfiguration"
    ),
    "aws_s3_bucket_logging": ApiMapping(
        "s3.PutBucketLogging BucketLoggingStatus.LoggingEnabled", "AWS::S3::Bucket LoggingConfiguration"
    ),
    "aws_s3_bucket_ownership_controls": ApiMapping(
        "s3.PutBucketOwnershipControls OwnershipControls", "AWS::S3::Bucket OwnershipControls"
    ),
    "aws_s3_bucket_server_side_encryption_configuration": ApiMapping(
        "s3.PutBucketEncryption ServerSideEncryptionConfiguration", "AWS::S3::Bucket BucketEncryption"
    ),
    "aws_s3_bucket_versioning": ApiMapping("s3.PutBucketVersioning", "AWS::S3::Bucket"),
    "aws_security_group": ApiMapping("ec2.CreateSecurityGroup", "AWS::EC2::SecurityGroup"),
    "aws_vpc": ApiMapping("ec2.CreateVpc", "AWS::EC2::VPC"),
    "aws_vpc_endpoint": ApiMapping("ec2.CreateVpcEndpoint", "AWS::EC2::VPCEndpoint"),
    "aws_vpc_security_group_egress_rule": ApiMapping("", "AWS::EC2::SecurityGroupEgress"),
    "aws_vpc_security_group_ingress_rule": ApiMapping("", "AWS::EC2::SecurityGroupIngress"),
    "aws_wafv2_web_acl_association": ApiMapping("wafv2.AssociateWebACL", "AWS::WAFv2::WebACLAssociation"),
}

# By the path in Terraform: the path in both sources. An empty path means that there is no counterpart, although one has
# the same name.
OTHER_NAMES: dict[str, str] = {
    "aws_appautoscaling_policy.name": "PolicyName",
    "aws_cloudwatch_event_target.target_id": "Id",
    "aws_cloudwatch_log_group.name": "LogGroupName",
    "aws_codecommit_approval_rule_template.name": "approvalRuleTemplateName",
    "aws_codecommit_approval_rule_template.content": "approvalRuleTemplateContent",
    "aws_codecommit_approval_rule_template.description": "approvalRuleTemplateDescription",
    "aws_codecommit_repository.description": "RepositoryDescription",
    "aws_codedeploy_app.name": "ApplicationName",
    "aws_codedeploy_deployment_group.app_name": "ApplicationName",
    "aws_ecr_lifecycle_policy.repository": "RepositoryName",
    "aws_ecr_lifecycle_policy.policy": "LifecyclePolicyText",
    "aws_ecr_repository.name": "RepositoryName",
    "aws_ecs_cluster.name": "ClusterName",
    "aws_ecs_cluster_capacity_providers.cluster_name": "cluster",
    "aws_ecs_service.name": "ServiceName",
    "aws_flow_log.iam_role_arn": "DeliverLogsPermissionArn",
    "aws_iam_role.name": "RoleName",
    "aws_iam_role.assume_role_policy": "AssumeRolePolicyDocument",
    "aws_iam_role_policy.name": "PolicyName",
    "aws_iam_role_policy.role": "RoleName",
    "aws_iam_role_policy.policy": "PolicyDocument",
    "aws_kms_alias.name": "AliasName",
    "aws_kms_key.customer_master_key_spec": "KeySpec",
    "aws_kms_key.deletion_window_in_days": "PendingWindowInDays",
    "aws_lb.load_balancer_type": "Type",
    "aws_lb_listener.default_action": "DefaultActions",
    "aws_lb_listener.default_action.redirect": "RedirectConfig",
    "aws_lb_listener.default_action.fixed_response": "FixedResponseConfig",
    "aws_lb_listener_rule.action.redirect": "RedirectConfig",
    "aws_lb_listener_rule.action.fixed_response": "FixedResponseConfig",
    "aws_lb_target_group.health_check.interval": "HealthCheckIntervalSeconds",
    "aws_lb_target_group.health_check.path": "HealthCheckPath",
    "aws_lb_target_group.health_check.port": "HealthCheckPort",
    "aws_lb_target_group.health_check.protocol": "HealthCheckProtocol",
    "aws_lb_target_group.health_check.timeout": "HealthCheckTimeoutSeconds",
    "aws_lb_target_group.health_check.healthy_threshold": "HealthyThresholdCount",
    "aws_lb_target_group.health_check.unhealthy_threshold": "UnhealthyThresholdCount",
    "aws_lb_target_group.health_check.matcher": "Matcher.HttpCode",
    "aws_s3_bucket.bucket": "BucketName",
    "aws_s3_bucket_server_side_encryption_configuration.rule.apply_server_side_encryption_by_default": "ApplyServerSideEncryptionByDefault",
    "aws_security_group.name": "GroupName",
    "aws_security_group.description": "Description",
    "aws_vpc_security_group_egress_rule.ip_protocol": "IpProtocol",
    "aws_vpc_security_group_egress_rule.cidr_ipv4": "CidrIp",
    "aws_vpc_security_group_egress_rule.cidr_ipv6": "CidrIpv6",
    "aws_vpc_security_group_ingress_rule.ip_protocol": "IpProtocol",
    "aws_vpc_security_group_ingress_rule.cidr_ipv4": "CidrIp",
    "aws_vpc_security_group_ingress_rule.cidr_ipv6": "CidrIpv6",
}
