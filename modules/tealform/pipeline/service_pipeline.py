"""Everything between a service's source and its cutover."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from tealform.aws import Construct
from tealform.common.shared_resources import SharedResources
from tealform.notifications.topic import Topic
from tealform.pipeline.action import BUILD, IMAGE, SOURCE, Source, Step, create_approval
from tealform.pipeline.artifact_bucket import ArtifactBucket, ArtifactBucketProps
from tealform.pipeline.git_sources import CodeCommitSource, CodeCommitSourceProps, create_connection_source
from tealform.pipeline.image_build import ImageBuild, ImageBuildProps, RenderTemplates, RenderTemplatesProps
from tealform.pipeline.image_repository import Images
from tealform.pipeline.pipeline import Pipeline, PipelineProps
from tealform.pipeline.promotion_bucket import PromotionBucket, PromotionBucketProps, create_promotion_source
from tealform.pipeline.release_checks import ScanGate, ScanGateProps, TestStage, TestStageProps
from tealform.pipeline.s3_source import S3Source, S3SourceProps
from tealform.pipeline.targets import Target
from tealform.settings.project import Project
from tealform.settings.service import Service as Settings
from tealform.settings.source import S3, CodeCommit, Promotion


@dataclass(frozen=True, kw_only=True)
class ServicePipelineProps:
    """Configures a ``ServicePipeline``."""

    shared: SharedResources
    """What the pipelines of the environment share, in the pipeline's account."""

    name: str
    """The service's name."""

    settings: Settings
    """The ``service`` block of the settings."""

    target: Target
    """The service that is released."""

    images: Images
    """The repository that holds the service's images."""

    connections: Mapping[str, str]
    """The ARN of the account's connection to each host."""

    project: Project
    """The environments around this one: promotions name them."""

    topic: Topic | None = None
    """The topic that gets a message when a release awaits approval; none by default."""


class ServicePipeline(Construct):
    """Source, artifact bucket, build, deployment and pipeline of one service."""

    def __init__(self, scope: Construct, id_: str, props: ServicePipelineProps) -> None:
        super().__init__(scope, id_)
        self._props, shared = props, props.shared
        self.source = self._source()
        self._artifacts = ArtifactBucket(
            self,
            "artifacts",
            ArtifactBucketProps(shared=shared, service=props.name, readers=props.target.readers),
        )
        self.pipeline = Pipeline(
            self,
            "pipeline",
            PipelineProps(
                shared=shared,
                service=props.name,
                source=self.source,
                steps=[*self._steps()],
                artifacts=self._artifacts,
                release=props.settings.release,
            ),
        )

    def _source(self) -> Source:
        props, shared, settings = self._props, self._props.shared, self._props.settings.source
        match settings:
            case CodeCommit():
                codecommit = CodeCommitSourceProps(
                    context=shared.context, service=props.name, settings=settings, disposable=shared.disposable
                )
                return CodeCommitSource(self, "source", codecommit).source
            case S3():
                s3 = S3SourceProps(shared=shared, service=props.name, settings=settings)
                return S3Source(self, "source", s3).source
            case Promotion():
                project, before = props.project, settings.environment
                return create_promotion_source(
                    service=props.name,
                    before=project.pipelines(before),
                    key_owner=project.key_owner(before),
                    builder=project.pipelines(project.builder(shared.context.environment, props.name)),
                )
        return create_connection_source(settings, settings.connection or props.connections[settings.kind])

    def _steps(self) -> Iterator[Step]:
        props, release, context = self._props, self._props.settings.release, self._props.shared.context
        yield from self._build_steps()
        yield from self._check_steps()
        if release.approval:
            yield create_approval(release, context.name(props.name), self.source.link, props.topic)
        yield props.target.deploy(self, self._artifacts)
        if props.project.promoted_to(context.environment, props.name):
            bucket = PromotionBucketProps(shared=props.shared, service=props.name)
            yield PromotionBucket(self, "handover", bucket).hand_over()

    def _build_steps(self) -> Iterator[Step]:
        """Build an image, or take over one that has been built; the build leaves open what it does not know."""
        if isinstance(self._props.settings.source, Promotion):
            yield self._render(SOURCE)
        elif self._props.target.has_all_variables:
            yield self._build(BUILD)
        else:
            yield self._build(IMAGE)
            yield self._render(IMAGE)

    def _build(self, artifact: str) -> Step:
        props = self._props
        build = ImageBuildProps(
            shared=props.shared,
            service=props.name,
            settings=props.settings,
            target=props.target,
            images=props.images,
            artifacts=self._artifacts,
        )
        return ImageBuild(self, "build", build).build(artifact)

    def _render(self, artifact: str) -> Step:
        props = self._props
        render = RenderTemplatesProps(
            shared=props.shared,
            service=props.name,
            target=props.target,
            images=props.images,
            artifacts=self._artifacts,
        )
        return RenderTemplates(self, "prepare", render).render(artifact)

    def _check_steps(self) -> Iterator[Step]:
        props, settings = self._props, self._props.settings
        if settings.scan:
            scan = ScanGateProps(
                shared=props.shared,
                service=props.name,
                settings=settings.scan,
                images=props.images,
                artifacts=self._artifacts,
            )
            yield ScanGate(self, "scan", scan).scan()
        if settings.test:
            test = TestStageProps(
                shared=props.shared,
                service=props.name,
                architecture=settings.architecture,
                settings=settings.test,
                images=props.images,
                artifacts=self._artifacts,
            )
            yield TestStage(self, "test", test).test()
