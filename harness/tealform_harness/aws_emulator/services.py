"""The services of AWS that this package extends or adds, and the classes that do it."""

from __future__ import annotations

from tealform_harness.aws_emulator import (
    application_autoscaling,
    chatbot,
    connections,
    ec2,
    ecr,
    elbv2,
    events,
    kms,
    lambda_functions,
    logs,
    notifications,
    s3,
)
from tealform_harness.aws_emulator.codebuild.backend import BuildBackend
from tealform_harness.aws_emulator.codebuild.responses import BuildResponse
from tealform_harness.aws_emulator.codecommit.backend import SourceControlBackend
from tealform_harness.aws_emulator.codecommit.responses import SourceControlResponse
from tealform_harness.aws_emulator.codedeploy.backend import DeploymentBackend
from tealform_harness.aws_emulator.codedeploy.responses import DeploymentResponse
from tealform_harness.aws_emulator.codepipeline.backend import PipelineBackend
from tealform_harness.aws_emulator.codepipeline.responses import PipelineResponse
from tealform_harness.aws_emulator.ecs.backend import ContainerServiceBackend
from tealform_harness.aws_emulator.ecs.responses import ContainerServiceResponse
from tealform_harness.aws_emulator.moto_patch import add_service, extend_service


def install() -> None:
    """Make moto use what this package adds to its services. Call it before the first request; it is idempotent."""
    extend_service(
        "applicationautoscaling", application_autoscaling.ScalingBackend, application_autoscaling.ScalingResponse
    )
    extend_service("codebuild", BuildBackend, BuildResponse)
    extend_service("codecommit", SourceControlBackend, SourceControlResponse)
    extend_service("codedeploy", DeploymentBackend, DeploymentResponse)
    extend_service("codepipeline", PipelineBackend, PipelineResponse)
    extend_service("ec2", ec2.NetworkBackend)
    extend_service("ecr", ecr.ImageBackend, ecr.ImageResponse)
    extend_service("ecs", ContainerServiceBackend, ContainerServiceResponse)
    extend_service("elbv2", elbv2.LoadBalancingBackend)
    extend_service("events", events.EventBackend)
    extend_service("kms", kms.KeyBackend, kms.KeyResponse)
    extend_service("lambda", lambda_functions.FunctionBackend)
    extend_service("logs", logs.LogGroupBackend, logs.LogGroupResponse)
    extend_service("s3", s3.BucketBackend, s3.BucketResponse)
    s3.report_object_events()
    add_service(connections.SERVICE, connections.ConnectionBackend, connections.ConnectionResponse)
    add_service(connections.OLD_SERVICE, connections.OldNamedBackend, connections.OldNamedResponse)
    add_service(chatbot.SERVICE, chatbot.ChatBackend, chatbot.ChatResponse, chatbot.PATHS)
    add_service(
        notifications.SERVICE,
        notifications.NotificationBackend,
        notifications.NotificationResponse,
        notifications.PATHS,
    )
