"""Which services are carried on, and by what."""

from __future__ import annotations

from harness.emulated_aws import chatbot, new_service, object_events
from harness.emulated_aws.application_autoscaling import ScalingBackend, ScalingResponse
from harness.emulated_aws.codebuild.backend import BuildBackend
from harness.emulated_aws.codebuild.responses import BuildResponse
from harness.emulated_aws.codecommit.backend import SourceControlBackend
from harness.emulated_aws.codecommit.responses import SourceControlResponse
from harness.emulated_aws.codedeploy import DeploymentBackend, DeploymentResponse
from harness.emulated_aws.codepipeline import PipelineBackend, PipelineResponse
from harness.emulated_aws.connections.backend import NEW, OLD, ConnectionBackend, OldNamedBackend
from harness.emulated_aws.connections.responses import ConnectionResponse, OldNamedResponse
from harness.emulated_aws.ec2 import NetworkBackend
from harness.emulated_aws.ecr import ImageBackend, ImageResponse
from harness.emulated_aws.ecs import ContainerServiceBackend, ContainerServiceResponse
from harness.emulated_aws.elbv2 import LoadBalancingBackend
from harness.emulated_aws.events import EventBackend
from harness.emulated_aws.extension import extend
from harness.emulated_aws.functions import FunctionBackend
from harness.emulated_aws.kms import KeyBackend, KeyResponse
from harness.emulated_aws.logs import LogGroupBackend, LogGroupResponse
from harness.emulated_aws.notifications.backend import SERVICE, NotificationBackend
from harness.emulated_aws.notifications.responses import PATHS, NotificationResponse
from harness.emulated_aws.s3 import BucketBackend, BucketResponse


def install() -> None:
    """Makes moto use what this package adds to its services; to be called before the first request. Idempotent.

    One line a service.
    """
    extend("applicationautoscaling", backend=ScalingBackend, response=ScalingResponse)
    extend("codebuild", backend=BuildBackend, response=BuildResponse)
    extend("codecommit", backend=SourceControlBackend, response=SourceControlResponse)
    extend("codedeploy", backend=DeploymentBackend, response=DeploymentResponse)
    extend("codepipeline", backend=PipelineBackend, response=PipelineResponse)
    extend("ec2", backend=NetworkBackend)
    extend("ecr", backend=ImageBackend, response=ImageResponse)
    extend("ecs", backend=ContainerServiceBackend, response=ContainerServiceResponse)
    extend("elbv2", backend=LoadBalancingBackend)
    extend("events", backend=EventBackend)
    extend("kms", backend=KeyBackend, response=KeyResponse)
    extend("lambda", backend=FunctionBackend)
    extend("logs", backend=LogGroupBackend, response=LogGroupResponse)
    extend("s3", backend=BucketBackend, response=BucketResponse)
    object_events.install()
    new_service.add(NEW, ConnectionBackend, ConnectionResponse)
    new_service.add(OLD, OldNamedBackend, OldNamedResponse)
    new_service.add(chatbot.SERVICE, chatbot.ChatBackend, chatbot.ChatResponse, chatbot.PATHS)
    new_service.add(SERVICE, NotificationBackend, NotificationResponse, PATHS)
