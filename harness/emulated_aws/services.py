"""Which services are carried on, and by what."""

from __future__ import annotations

from harness.emulated_aws.codecommit.backend import SourceControlBackend
from harness.emulated_aws.codecommit.responses import SourceControlResponse
from harness.emulated_aws.codedeploy import DeploymentBackend, DeploymentResponse
from harness.emulated_aws.codepipeline import PipelineBackend, PipelineResponse
from harness.emulated_aws.ecs import ContainerServiceBackend, ContainerServiceResponse
from harness.emulated_aws.elbv2 import LoadBalancingBackend
from harness.emulated_aws.extension import extend


def install() -> None:
    """Makes moto use what this package adds to its services; to be called before the first request. Idempotent.

    One line a service.
    """
    extend("codecommit", backend=SourceControlBackend, response=SourceControlResponse)
    extend("codedeploy", backend=DeploymentBackend, response=DeploymentResponse)
    extend("codepipeline", backend=PipelineBackend, response=PipelineResponse)
    extend("ecs", backend=ContainerServiceBackend, response=ContainerServiceResponse)
    extend("elbv2", backend=LoadBalancingBackend)
