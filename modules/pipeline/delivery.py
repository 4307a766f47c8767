"""Everything between a service's source and its cutover."""

from __future__ import annotations

from dataclasses import dataclass

from modules.aws import Construct
from modules.context import Context
from modules.key import Key
from modules.network.load_balancer import LoadBalancer
from modules.pipeline.artifact_bucket import ArtifactBucket, ArtifactBucketProps
from modules.pipeline.build import ImageBuild, ImageBuildProps
from modules.pipeline.deployment import Deployment, DeploymentProps
from modules.pipeline.image_repository import ImageRepository
from modules.pipeline.pipeline import Pipeline, PipelineProps
from modules.pipeline.source import CodeCommitSource, CodeCommitSourceProps
from modules.service.cluster import Cluster
from modules.service.service import Service
from modules.settings.service import Service as Settings


@dataclass(frozen=True)
class DeliveryProps:
    """The service, by name, as it is set and as it stands, and what it shares with others."""

    context: Context
    name: str
    settings: Settings
    service: Service
    images: ImageRepository
    load_balancer: LoadBalancer
    cluster: Cluster
    key: Key
    retention_days: int
    disposable: bool


class Delivery(Construct):
    """Source, artifact bucket, build, deployment and pipeline of one service."""

    def __init__(self, scope: Construct, id_: str, props: DeliveryProps) -> None:
        super().__init__(scope, id_)
        context, service = props.context, props.service
        self.source = CodeCommitSource(
            self, "source", CodeCommitSourceProps(context, props.name, props.settings.source)
        )
        artifacts = ArtifactBucket(
            self, "artifacts", ArtifactBucketProps(context, props.name, props.key, props.disposable)
        )
        build = ImageBuild(
            self,
            "build",
            ImageBuildProps(
                context,
                props.name,
                props.settings.build,
                props.settings.architecture,
                service.task.variables() | service.placement.variables(),
                props.images,
                artifacts,
                props.key,
                props.retention_days,
            ),
        )
        deployment = Deployment(
            self,
            "deployment",
            DeploymentProps(context, service, props.settings.release, props.load_balancer, props.cluster, artifacts),
        )
        self.pipeline = Pipeline(
            self,
            "pipeline",
            PipelineProps(
                context,
                service,
                self.source,
                build,
                deployment,
                artifacts,
                props.key,
                props.settings.release.approval,
            ),
        )
