"""Everything between a service's source and its cutover."""

from __future__ import annotations

from dataclasses import dataclass

from modules.aws import Construct
from modules.foundation import Foundation
from modules.pipeline.artifact_bucket import ArtifactBucket, ArtifactBucketProps
from modules.pipeline.build import ImageBuild, ImageBuildProps
from modules.pipeline.deployment import Deployment, DeploymentProps
from modules.pipeline.image_repository import ImageRepository
from modules.pipeline.pipeline import Pipeline, PipelineProps
from modules.pipeline.source import CodeCommitSource, CodeCommitSourceProps
from modules.service.service import Service
from modules.settings.service import Service as Settings


@dataclass(frozen=True)
class DeliveryProps:
    """The service, by name, as it is set and as it stands, and the repository of its images."""

    foundation: Foundation
    name: str
    settings: Settings
    service: Service
    images: ImageRepository


class Delivery(Construct):
    """Source, artifact bucket, build, deployment and pipeline of one service."""

    def __init__(self, scope: Construct, id_: str, props: DeliveryProps) -> None:
        super().__init__(scope, id_)
        foundation, service, settings = props.foundation, props.service, props.settings
        self.source = CodeCommitSource(
            self,
            "source",
            CodeCommitSourceProps(foundation.context, props.name, settings.source, foundation.disposable),
        )
        artifacts = ArtifactBucket(self, "artifacts", ArtifactBucketProps(foundation, props.name))
        contract = service.task.variables() | service.placement.variables()
        build = ImageBuild(
            self,
            "build",
            ImageBuildProps(
                foundation, props.name, settings.build, settings.architecture, contract, props.images, artifacts
            ),
        )
        deployment = Deployment(self, "deployment", DeploymentProps(foundation, service, settings.release, artifacts))
        self.pipeline = Pipeline(
            self,
            "pipeline",
            PipelineProps(foundation, service, self.source, build, deployment, artifacts, settings.release.approval),
        )
