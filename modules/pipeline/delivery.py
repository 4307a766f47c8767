"""Everything between a service's source and its cutover."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from modules.aws import Construct
from modules.foundation import Foundation
from modules.pipeline.action import Step
from modules.pipeline.approval import approval
from modules.pipeline.artifact_bucket import ArtifactBucket, ArtifactBucketProps
from modules.pipeline.build import ImageBuild, ImageBuildProps
from modules.pipeline.codedeploy_deployment import CodeDeployDeployment, CodeDeployDeploymentProps
from modules.pipeline.ecs_deployment import EcsDeployment, EcsDeploymentProps
from modules.pipeline.handover import Handover, HandoverProps
from modules.pipeline.image_repository import Images
from modules.pipeline.pipeline import Pipeline, PipelineProps
from modules.pipeline.preparation import Preparation, PreparationProps
from modules.pipeline.sources import Source
from modules.pipeline.sources.codecommit import CodeCommitSource, CodeCommitSourceProps
from modules.pipeline.sources.connection import ConnectionSource
from modules.pipeline.sources.promotion import PromotionSource
from modules.pipeline.sources.s3 import S3Source, S3SourceProps
from modules.release_contract import hooks_variables
from modules.service.service import Service
from modules.settings.hooks import STAGES
from modules.settings.load import Settings as EnvironmentSettings
from modules.settings.service import Service as Settings
from modules.settings.source import S3, CodeCommit, Promotion


@dataclass(frozen=True)
class DeliveryProps:
    """The service, by name, as it is set and as it stands; where its images are; the connections by host; the project around it."""

    foundation: Foundation
    name: str
    settings: Settings
    service: Service
    images: Images
    connections: Mapping[str, str]
    environment: EnvironmentSettings


class Delivery(Construct):
    """Source, artifact bucket, build, deployment and pipeline of one service."""

    def __init__(self, scope: Construct, id_: str, props: DeliveryProps) -> None:
        super().__init__(scope, id_)
        self._props, foundation = props, props.foundation
        self.source = self._source()
        self._artifacts = ArtifactBucket(self, "artifacts", ArtifactBucketProps(foundation, props.name))
        self.pipeline = Pipeline(
            self,
            "pipeline",
            PipelineProps(
                foundation, props.name, self.source, [*self._steps()], self._artifacts, props.settings.release
            ),
        )

    def _source(self) -> Source:
        props, foundation, source = self._props, self._props.foundation, self._props.settings.source
        match source:
            case CodeCommit():
                return CodeCommitSource(
                    self,
                    "source",
                    CodeCommitSourceProps(foundation.context, props.name, source, foundation.disposable),
                )
            case S3():
                return S3Source(self, "source", S3SourceProps(foundation, props.name, source))
            case Promotion():
                project = props.environment.project
                before = project.pipelines(source.environment)
                builder = project.pipelines(project.builder(props.environment.name, props.name))
                return PromotionSource(props.name, before, before, builder)
        return ConnectionSource(source, source.connection or props.connections[source.kind])

    def _steps(self) -> Iterator[Step]:
        props, release = self._props, self._props.settings.release
        yield self._make()
        if release.approval:
            yield approval(release, props.service.name, self.source.link)
        yield self._deployment().deploy()
        if props.environment.project.promoted_to(props.environment.name, props.name):
            yield Handover(self, "handover", HandoverProps(props.foundation, props.name)).step()

    def _make(self) -> Step:
        """Builds an image of the source, or takes over one that has been built."""
        props, service, settings = self._props, self._props.service, self._props.settings
        contract = (
            service.task.variables() | service.placement.variables() | hooks_variables(_events(dict(service.hooks)))
        )
        if isinstance(settings.source, Promotion):
            return Preparation(
                self, "prepare", PreparationProps(props.foundation, props.name, contract, props.images, self._artifacts)
            ).prepare()
        return ImageBuild(
            self,
            "build",
            ImageBuildProps(
                props.foundation,
                props.name,
                settings.build,
                settings.architecture,
                contract,
                props.images,
                self._artifacts,
            ),
        ).build()

    def _deployment(self) -> CodeDeployDeployment | EcsDeployment:
        props = self._props
        foundation, service, release = props.foundation, props.service, props.settings.release
        if release.engine == "ecs":
            return EcsDeployment(
                self, "deployment", EcsDeploymentProps(foundation, props.name, props.settings, service, self._artifacts)
            )
        return CodeDeployDeployment(
            self, "deployment", CodeDeployDeploymentProps(foundation, service, release, self._artifacts)
        )


def _events(hooks: Mapping[str, str]) -> dict[str, str]:
    """Hooks by CodeDeploy's names; ECS has its own in the service."""
    return {"".join(map(str.capitalize, key.split("_"))): hooks[key] for key in STAGES["codedeploy"] if key in hooks}
