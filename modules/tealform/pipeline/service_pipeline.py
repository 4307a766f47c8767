"""Everything between a service's source and its cutover."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from tealform.aws import Construct
from tealform.common.shared_resources import SharedResources
from tealform.notifications.topic import Topic
from tealform.pipeline.action import BUILD, IMAGE, SOURCE, Step
from tealform.pipeline.approval import approval
from tealform.pipeline.artifact_bucket import ArtifactBucket, ArtifactBucketProps
from tealform.pipeline.image_build import ImageBuild, ImageBuildProps
from tealform.pipeline.image_repository import Images
from tealform.pipeline.pipeline import Pipeline, PipelineProps
from tealform.pipeline.promotion_bucket import Handover, HandoverProps
from tealform.pipeline.render_templates import Preparation, PreparationProps
from tealform.pipeline.scan_gate import ImageScan, ImageScanProps
from tealform.pipeline.sources import Source
from tealform.pipeline.sources.codecommit import CodeCommitSource, CodeCommitSourceProps
from tealform.pipeline.sources.connection import ConnectionSource
from tealform.pipeline.sources.promotion import PromotionSource
from tealform.pipeline.sources.s3 import S3Source, S3SourceProps
from tealform.pipeline.targets import Target
from tealform.pipeline.test_stage import SourceTest, SourceTestProps
from tealform.settings.project import Project
from tealform.settings.service import Service as Settings
from tealform.settings.source import S3, CodeCommit, Promotion


@dataclass(frozen=True)
class DeliveryProps:
    """The service, by name and as it is set; where it is, where its images are, the connections by host, the project around it.

    ``topic`` is told of approvals.
    """

    shared: SharedResources
    name: str
    settings: Settings
    target: Target
    images: Images
    connections: Mapping[str, str]
    project: Project
    topic: Topic | None = None


class Delivery(Construct):
    """Source, artifact bucket, build, deployment and pipeline of one service."""

    def __init__(self, scope: Construct, id_: str, props: DeliveryProps) -> None:
        super().__init__(scope, id_)
        self._props, shared = props, props.shared
        self._environment = shared.context.environment
        self.source = self._source()
        self._artifacts = ArtifactBucket(
            self, "artifacts", ArtifactBucketProps(shared, props.name, props.target.readers)
        )
        self.pipeline = Pipeline(
            self,
            "pipeline",
            PipelineProps(shared, props.name, self.source, [*self._steps()], self._artifacts, props.settings.release),
        )

    def _source(self) -> Source:
        props, shared, source = self._props, self._props.shared, self._props.settings.source
        match source:
            case CodeCommit():
                return CodeCommitSource(
                    self,
                    "source",
                    CodeCommitSourceProps(shared.context, props.name, source, shared.disposable),
                )
            case S3():
                return S3Source(self, "source", S3SourceProps(shared, props.name, source))
            case Promotion():
                project, before = props.project, source.environment
                builder = project.pipelines(project.builder(self._environment, props.name))
                return PromotionSource(props.name, project.pipelines(before), project.key_owner(before), builder)
        return ConnectionSource(source, source.connection or props.connections[source.kind])

    def _steps(self) -> Iterator[Step]:
        props, release = self._props, self._props.settings.release
        yield from self._make()
        yield from self._check()
        if release.approval:
            yield approval(release, props.shared.context.name(props.name), self.source.link, props.topic)
        yield props.target.deploy(self, self._artifacts)
        if props.project.promoted_to(self._environment, props.name):
            yield Handover(self, "handover", HandoverProps(props.shared, props.name)).step()

    def _make(self) -> Iterator[Step]:
        """Builds an image of the source, or takes over one that has been built; what the build does not know, it leaves open."""
        if isinstance(self._props.settings.source, Promotion):
            yield self._preparation(SOURCE)
        elif self._props.target.known:
            yield self._build().build(BUILD)
        else:
            yield self._build().build(IMAGE)
            yield self._preparation(IMAGE)

    def _check(self) -> Iterator[Step]:
        """Looks at what has been made, and tries it."""
        props = self._props
        if scan := props.settings.scan:
            scan_props = ImageScanProps(props.shared, props.name, scan, props.images, self._artifacts)
            yield ImageScan(self, "scan", scan_props).scan()
        if test := props.settings.test:
            architecture = props.settings.architecture
            test_props = SourceTestProps(props.shared, props.name, architecture, test, props.images, self._artifacts)
            yield SourceTest(self, "test", test_props).test()

    def _build(self) -> ImageBuild:
        props = self._props
        return ImageBuild(
            self,
            "build",
            ImageBuildProps(props.shared, props.name, props.settings, props.target, props.images, self._artifacts),
        )

    def _preparation(self, of: str) -> Step:
        props = self._props
        return Preparation(
            self,
            "prepare",
            PreparationProps(props.shared, props.name, props.target, props.images, self._artifacts),
        ).prepare(of)
