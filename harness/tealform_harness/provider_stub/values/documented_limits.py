"""Constraints that neither botocore nor CloudFormation's schemas hold, from AWS's pages: a third source like those two."""

from __future__ import annotations

from tealform_harness.provider_stub.values.constraint import Constraint

# https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateTargetGroup.html
# and API_CreateLoadBalancer.html
_BALANCING_NAME: Constraint = {
    "source": "documentation",
    "max_length": 32,
    "pattern": r"^(?!internal-)[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?\Z",
}
# https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateService.html, API_CreateCluster.html and
# API_RegisterTaskDefinition.html
_CONTAINER_NAME: Constraint = {"source": "documentation", "max_length": 255, "pattern": r"^[A-Za-z0-9_-]+\Z"}
# https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSecurityGroup.html
_GROUP_TEXT: Constraint = {
    "source": "documentation",
    "max_length": 255,
    "pattern": r"^(?!sg-)[A-Za-z0-9 ._\-:/()#,@\[\]+=&;{}!$*]+\Z",
}

DOCUMENTED: dict[str, Constraint] = {
    "aws_ecs_cluster.name": _CONTAINER_NAME,
    "aws_ecs_service.name": _CONTAINER_NAME,
    "aws_ecs_task_definition.family": _CONTAINER_NAME,
    "aws_lb.name": _BALANCING_NAME,
    "aws_lb_target_group.name": _BALANCING_NAME,
    # https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
    "aws_s3_bucket.bucket": {
        "source": "documentation",
        "min_length": 3,
        "max_length": 63,
        "pattern": r"^[a-z0-9][a-z0-9.-]*[a-z0-9]\Z",
    },
    "aws_security_group.description": _GROUP_TEXT,
    "aws_security_group.name": _GROUP_TEXT,
}
