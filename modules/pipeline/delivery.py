"""Everything between a service's source and its cutover."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from modules.aws import Construct
from modules.foundation import Foundation
from modules.pipeline.artifact_bucket import ArtifactBucket, ArtifactBucketProps
from modules.pipeline.build import ImageBuild, ImageBuildProps
from modules.pipeline.codedeploy_deployment import CodeDeployDeployment, CodeDeployDeploymentProps
from modules.pipeline.ecs_deployment import EcsDeployment, EcsDeploymentProps
from modules.pipeline.image_repository import ImageRepository
from modules.pipeline.pipeline import Deployment, Pipeline, PipelineProps
from modules.pipeline.source import CodeCommitSource, CodeCommitSourceProps
from modules.release_contract import hooks_variables
from modules.service.service import Service
from modules.settings.hooks import STAGES
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
        contract = (
            service.task.variables() | service.placement.variables() | hooks_variables(_events(dict(service.hooks)))
        )
        build = ImageBuild(
            self,
            "build",
            ImageBuildProps(
                foundation, props.name, settings.build, settings.architecture, contract, props.images, artifacts
            ),
        )
        self.pipeline = Pipeline(
            self,
            "pipeline",
            PipelineProps(
                foundation, service, self.source, build, self._deployment(props, artifacts), artifacts, settings.release
            ),
        )

    def _deployment(self, props: DeliveryProps, artifacts: ArtifactBucket) -> Deployment:
        foundation, service, release = props.foundation, props.service, props.settings.release
        if release.engine == "ecs":
            return EcsDeployment(
                self, "deployment", EcsDeploymentProps(foundation, props.name, props.settings, service, artifacts)
            )
        return CodeDeployDeployment(
            self, "deployment", CodeDeployDeploymentProps(foundation, service, release, artifacts)
        )


def _events(hooks: Mapping[str, str]) -> dict[str, str]:
    """Hooks by CodeDeploy's names; ECS has its own in the service."""
    return {"".join(map(str.capitalize, key.split("_"))): hooks[key] for key in STAGES["codedeploy"] if key in hooks}
