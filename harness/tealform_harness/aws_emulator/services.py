"""Which services are carried on, and by what."""

from __future__ import annotations

from tealform_harness.aws_emulator import chatbot, moto_register, s3_events
from tealform_harness.aws_emulator.application_autoscaling import ScalingBackend, ScalingResponse
from tealform_harness.aws_emulator.codebuild.backend import BuildBackend
from tealform_harness.aws_emulator.codebuild.responses import BuildResponse
from tealform_harness.aws_emulator.codecommit.backend import SourceControlBackend
from tealform_harness.aws_emulator.codecommit.responses import SourceControlResponse
from tealform_harness.aws_emulator.codedeploy import DeploymentBackend, DeploymentResponse
from tealform_harness.aws_emulator.codepipeline import PipelineBackend, PipelineResponse
from tealform_harness.aws_emulator.connections.backend import OLD_SERVICE, ConnectionBackend, OldNamedBackend
from tealform_harness.aws_emulator.connections.responses import ConnectionResponse, OldNamedResponse
from tealform_harness.aws_emulator.ec2 import NetworkBackend
from tealform_harness.aws_emulator.ecr import ImageBackend, ImageResponse
from tealform_harness.aws_emulator.ecs import ContainerServiceBackend, ContainerServiceResponse
from tealform_harness.aws_emulator.elbv2 import LoadBalancingBackend
from tealform_harness.aws_emulator.events import EventBackend
from tealform_harness.aws_emulator.kms import KeyBackend, KeyResponse
from tealform_harness.aws_emulator.lambda_functions import FunctionBackend
from tealform_harness.aws_emulator.logs import LogGroupBackend, LogGroupResponse
from tealform_harness.aws_emulator.moto_patch import extend_service
from tealform_harness.aws_emulator.notifications.backend import SERVICE, NotificationBackend
from tealform_harness.aws_emulator.notifications.responses import PATHS, NotificationResponse
from tealform_harness.aws_emulator.s3 import BucketBackend, BucketResponse


def install() -> None:
    """Makes moto use what this package adds to its services; to be called before the first request. Idempotent.

    One line a service.
    """
    extend_service("applicationautoscaling", backend=ScalingBackend, response=ScalingResponse)
    extend_service("codebuild", backend=BuildBackend, response=BuildResponse)
    extend_service("codecommit", backend=SourceControlBackend, response=SourceControlResponse)
    extend_service("codedeploy", backend=DeploymentBackend, response=DeploymentResponse)
    extend_service("codepipeline", backend=PipelineBackend, response=PipelineResponse)
    extend_service("ec2", backend=NetworkBackend)
    extend_service("ecr", backend=ImageBackend, response=ImageResponse)
    extend_service("ecs", backend=ContainerServiceBackend, response=ContainerServiceResponse)
    extend_service("elbv2", backend=LoadBalancingBackend)
    extend_service("events", backend=EventBackend)
    extend_service("kms", backend=KeyBackend, response=KeyResponse)
    extend_service("lambda", backend=FunctionBackend)
    extend_service("logs", backend=LogGroupBackend, response=LogGroupResponse)
    extend_service("s3", backend=BucketBackend, response=BucketResponse)
    s3_events.report_object_events()
    moto_register.add_service(CONNECTIONS, ConnectionBackend, ConnectionResponse)
    moto_register.add_service(OLD_SERVICE, OldNamedBackend, OldNamedResponse)
    moto_register.add_service(chatbot.SERVICE, chatbot.ChatBackend, chatbot.ChatResponse, chatbot.PATHS)
    moto_register.add_service(SERVICE, NotificationBackend, NotificationResponse, PATHS)
