"""What exists in the emulated AWS, by name: after a destroy, nothing may be left."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tealform_harness.aws_emulator.server import EmulatedAws

_GONE = ("deleted", "INACTIVE")

# Of each kind: the service, the operation that lists it, and the keys of the list and of the name. What AWS keeps for a
# while after its deletion (NAT gateways, clusters) has a state that says so, and does not count.
_LISTS: tuple[tuple[str, str, str, str | None], ...] = (
    ("application-autoscaling", "describe_scalable_targets", "ScalableTargets", "ResourceId"),
    ("application-autoscaling", "describe_scheduled_actions", "ScheduledActions", "ScheduledActionName"),
    ("cloudwatch", "describe_alarms", "MetricAlarms", "AlarmName"),
    ("chatbot", "describe_slack_channel_configurations", "SlackChannelConfigurations", "ConfigurationName"),
    ("codebuild", "list_projects", "projects", None),
    ("codecommit", "list_repositories", "repositories", "repositoryName"),
    ("codeconnections", "list_connections", "Connections", "ConnectionName"),
    ("codedeploy", "list_applications", "applications", None),
    ("codedeploy", "list_deployment_configs", "deploymentConfigsList", None),
    ("codepipeline", "list_pipelines", "pipelines", "name"),
    ("codestar-notifications", "list_notification_rules", "NotificationRules", "Arn"),
    ("ec2", "describe_addresses", "Addresses", "AllocationId"),
    ("ec2", "describe_flow_logs", "FlowLogs", "FlowLogId"),
    ("ec2", "describe_internet_gateways", "InternetGateways", "InternetGatewayId"),
    ("ec2", "describe_nat_gateways", "NatGateways", "NatGatewayId"),
    ("ec2", "describe_network_interfaces", "NetworkInterfaces", "NetworkInterfaceId"),
    ("ec2", "describe_route_tables", "RouteTables", "RouteTableId"),
    ("ec2", "describe_security_groups", "SecurityGroups", "GroupId"),
    ("ec2", "describe_subnets", "Subnets", "SubnetId"),
    ("ec2", "describe_vpc_endpoints", "VpcEndpoints", "VpcEndpointId"),
    ("ec2", "describe_vpcs", "Vpcs", "VpcId"),
    ("ecr", "describe_pull_through_cache_rules", "pullThroughCacheRules", "ecrRepositoryPrefix"),
    ("ecr", "describe_repositories", "repositories", "repositoryName"),
    ("ecs", "describe_clusters", "clusters", "clusterName"),
    ("elbv2", "describe_load_balancers", "LoadBalancers", "LoadBalancerName"),
    ("elbv2", "describe_target_groups", "TargetGroups", "TargetGroupName"),
    ("events", "list_rules", "Rules", "Name"),
    ("iam", "list_roles", "Roles", "RoleName"),
    ("kms", "list_aliases", "Aliases", "AliasName"),
    ("lambda", "list_functions", "Functions", "FunctionName"),
    ("logs", "describe_log_groups", "logGroups", "logGroupName"),
    ("s3", "list_buckets", "Buckets", "Name"),
    ("sns", "list_topics", "Topics", "TopicArn"),
    ("ssm", "describe_parameters", "Parameters", "Name"),
)


def list_resources(aws: EmulatedAws, region: str) -> set[str]:
    """List what exists, like ``ecr shop-dev-web``, of each kind that an environment can create."""
    return {name for entry in _LISTS for name in _list(aws.client(entry[0], region), *entry)}


def _arguments(client: Any, service: str) -> dict[str, Any]:
    """Return the arguments that listing needs."""
    if service == "ecs":
        return {"clusters": client.list_clusters()["clusterArns"]}
    return {"ServiceNamespace": "ecs"} if service == "application-autoscaling" else {}


def _list(client: Any, service: str, operation: str, key: str, name: str | None) -> Iterator[str]:
    arguments = _arguments(client, service)
    if client.can_paginate(operation):
        answers = client.get_paginator(operation).paginate(**arguments)
    else:
        answers = [getattr(client, operation)(**arguments)]
    for answer in answers:
        for each in answer[key]:
            if name is None:
                yield f"{service} {each}"
            elif each.get("State", each.get("status")) not in _GONE:
                yield f"{service} {each[name]}"
