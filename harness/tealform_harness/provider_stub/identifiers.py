"""The form of ARNs, ids and addresses of the resource types that Tealform generates.

ARNs:
https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
Which of them is a resource's id: the "Attribute Reference" on each resource's page of the provider.
"""

from __future__ import annotations

from tealform_harness.provider_stub.protocol import Value
from tealform_harness.provider_stub.provider_config import ProviderConfig

# The ids of EC2's resources are a prefix and 17 hexadecimal digits.
PREFIXES = {
    "aws_default_security_group": "sg",
    "aws_eip": "eipalloc",
    "aws_flow_log": "fl",
    "aws_internet_gateway": "igw",
    "aws_nat_gateway": "nat",
    "aws_network_interface": "eni",
    "aws_route": "r-rtb",
    "aws_route_table": "rtb",
    "aws_route_table_association": "rtbassoc",
    "aws_security_group": "sg",
    "aws_subnet": "subnet",
    "aws_vpc": "vpc",
    "aws_vpc_endpoint": "vpce",
    "aws_vpc_security_group_egress_rule": "sgr",
    "aws_vpc_security_group_ingress_rule": "sgr",
}

# EC2's word in an ARN, where it differs from the name of the resource type.
_EC2_WORDS = {
    "aws_default_security_group": "security-group",
    "aws_eip": "elastic-ip",
    "aws_flow_log": "vpc-flow-log",
    "aws_nat_gateway": "natgateway",
    "aws_vpc_security_group_egress_rule": "security-group-rule",
    "aws_vpc_security_group_ingress_rule": "security-group-rule",
}

_ARNS = {
    "aws_appautoscaling_policy": "arn:aws:autoscaling:{region}:{account}:scalingPolicy:{uuid}:policyName/{name}",
    "aws_appautoscaling_target": "arn:aws:application-autoscaling:{region}:{account}:scalable-target/{short}",
    "aws_cloudwatch_event_rule": "arn:aws:events:{region}:{account}:rule/{name}",
    "aws_cloudwatch_log_group": "arn:aws:logs:{region}:{account}:log-group:{name}",
    "aws_codebuild_project": "arn:aws:codebuild:{region}:{account}:project/{name}",
    "aws_codecommit_repository": "arn:aws:codecommit:{region}:{account}:{name}",
    "aws_codedeploy_app": "arn:aws:codedeploy:{region}:{account}:application:{name}",
    "aws_codedeploy_deployment_config": "arn:aws:codedeploy:{region}:{account}:deploymentconfig:{name}",
    "aws_codedeploy_deployment_group": "arn:aws:codedeploy:{region}:{account}:deploymentgroup:{name}",
    "aws_codepipeline": "arn:aws:codepipeline:{region}:{account}:{name}",
    "aws_ecr_repository": "arn:aws:ecr:{region}:{account}:repository/{name}",
    "aws_ecs_cluster": "arn:aws:ecs:{region}:{account}:cluster/{name}",
    "aws_ecs_service": "arn:aws:ecs:{region}:{account}:service/{cluster}/{name}",
    "aws_ecs_task_definition": "arn:aws:ecs:{region}:{account}:task-definition/{name}:1",
    "aws_iam_policy": "arn:aws:iam::{account}:policy/{name}",
    "aws_iam_role": "arn:aws:iam::{account}:role/{name}",
    "aws_kms_alias": "arn:aws:kms:{region}:{account}:{name}",
    "aws_kms_key": "arn:aws:kms:{region}:{account}:key/{uuid}",
    "aws_lb": "arn:aws:elasticloadbalancing:{region}:{account}:loadbalancer/app/{name}/{hex16}",
    "aws_lb_listener": "arn:aws:elasticloadbalancing:{region}:{account}:listener/app/{name}/{hex16}/{hex16}",
    "aws_lb_listener_rule": "arn:aws:elasticloadbalancing:{region}:{account}:listener-rule/app/{name}/{hex16}/1/{hex16}",
    "aws_lb_target_group": "arn:aws:elasticloadbalancing:{region}:{account}:targetgroup/{name}/{hex16}",
    "aws_s3_bucket": "arn:aws:s3:::{name}",
    "aws_sns_topic": "arn:aws:sns:{region}:{account}:{name}",
}

_ADDRESSES = {
    ("aws_codecommit_repository", "clone_url_http"): "https://git-codecommit.{region}.amazonaws.com/v1/repos/{name}",
    ("aws_codecommit_repository", "clone_url_ssh"): "ssh://git-codecommit.{region}.amazonaws.com/v1/repos/{name}",
    ("aws_ecr_repository", "repository_url"): "{account}.dkr.ecr.{region}.amazonaws.com/{name}",
    ("aws_kms_key", "key_id"): "{uuid}",
    ("aws_lb", "arn_suffix"): "app/{name}/{hex16}",
    ("aws_lb", "dns_name"): "{name}-1234567890.{region}.elb.amazonaws.com",
    ("aws_lb_target_group", "arn_suffix"): "targetgroup/{name}/{hex16}",
    ("aws_s3_bucket", "bucket_domain_name"): "{name}.s3.amazonaws.com",
    ("aws_s3_bucket", "bucket_regional_domain_name"): "{name}.s3.{region}.amazonaws.com",
    ("aws_s3_bucket", "bucket_region"): "{region}",
}

_ID_IS_ARN = (
    "aws_codepipeline_webhook",
    "aws_ecs_cluster",
    "aws_ecs_service",
    "aws_lb",
    "aws_lb_listener",
    "aws_lb_listener_rule",
    "aws_lb_target_group",
    "aws_sns_topic",
)
_ID_IS_NAME = (
    "aws_cloudwatch_event_rule",
    "aws_cloudwatch_log_group",
    "aws_codecommit_repository",
    "aws_codepipeline",
    "aws_ecr_repository",
    "aws_ecs_task_definition",
    "aws_iam_role",
    "aws_kms_alias",
    "aws_s3_bucket",
)
_NAMES = ("name", "bucket", "family", "repository_name", "app_name", "repository")


def find_name(values: dict[str, Value]) -> str:
    """Find the name of a resource among its attributes; empty if it has none."""
    return next((text for each in _NAMES if isinstance(text := values.get(each), str) and text), "")


def derive_attributes(terraform_type: str, named: str, digest: str, config: ProviderConfig) -> dict[str, str]:
    """Derive the attributes of a resource that contain its name: ``arn``, ``id`` and addresses.

    ``digest`` is hexadecimal and stands for what AWS draws at random.
    """
    found = {"arn": derive_arn(terraform_type, named, digest, config)}
    found["id"] = _id(terraform_type, named, digest, found["arn"])
    addresses = {name: template for (each, name), template in _ADDRESSES.items() if each == terraform_type}
    return found | {name: _render(template, named, digest, config) for name, template in addresses.items()}


def derive_arn(terraform_type: str, named: str, digest: str, config: ProviderConfig) -> str:
    """Derive the ARN of a resource; its form is our own if the type is not known here."""
    if template := _ARNS.get(terraform_type):
        return _render(template, named, digest, config)
    if terraform_type in PREFIXES:
        word = _EC2_WORDS.get(terraform_type, terraform_type.removeprefix("aws_").replace("_", "-"))
        return f"arn:aws:ec2:{config.region}:{config.account}:{word}/{_id(terraform_type, named, digest, '')}"
    service, _, resource = terraform_type.removeprefix("aws_").partition("_")
    return f"arn:aws:{service}:{config.region}:{config.account}:{resource or service}/{named or digest[:12]}"


def _id(terraform_type: str, named: str, digest: str, own_arn: str) -> str:
    if terraform_type in PREFIXES:
        return f"{PREFIXES[terraform_type]}-{digest[:17]}"
    if terraform_type in _ID_IS_ARN:
        return own_arn
    if terraform_type == "aws_kms_key":
        return _uuid(digest)
    return named if named and terraform_type in _ID_IS_NAME else digest[:12]


def _render(template: str, named: str, digest: str, config: ProviderConfig) -> str:
    return template.format(
        region=config.region,
        account=config.account,
        name=named or digest[:12],
        cluster="cluster",
        uuid=_uuid(digest),
        hex16=digest[:16],
        short=digest[:12],
    )


def _uuid(digest: str) -> str:
    return "-".join((digest[:8], digest[8:12], digest[12:16], digest[16:20], digest[20:32]))
