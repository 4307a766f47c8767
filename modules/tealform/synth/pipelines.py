"""The pipelines in an account, the repositories they fill, and the roles for pipelines in other accounts."""

from __future__ import annotations

from tealform.aws import Construct, TerraformOutput
from tealform.common.shared_resources import SharedResources
from tealform.notifications.pipeline_notifications import PipelineNotifications, PipelineNotificationsProps
from tealform.notifications.topic import Topic
from tealform.pipeline.cross_account_role import CrossAccountRole, CrossAccountRoleProps
from tealform.pipeline.git_sources import create_connections
from tealform.pipeline.image_repository import ImageRepository, ImageRepositoryProps, Images
from tealform.pipeline.service_pipeline import ServicePipeline, ServicePipelineProps
from tealform.pipeline.targets import CrossAccountTarget, SameAccountTarget, Target
from tealform.service.platform import ServicePlatform
from tealform.service.service import Service
from tealform.settings.loader import LoadedEnvironment
from tealform.settings.source import Promotion
from tealform.synth.base_resources import share_resources
from tealform.synth.notification_topics import NotificationTopics


class AccountPipelines:
    """Creates the pipelines in the account of one environment: its own, and those of environments it delivers."""

    def __init__(self, scope: Construct, settings: LoadedEnvironment, topics: NotificationTopics) -> None:
        self._account, self._project, self._topics = settings.context.account, settings.project, topics
        self._connections = create_connections(scope, settings.context, self._project.delivers(settings.name))

    def create_images(self, scope: Construct, shared: SharedResources, name: str) -> Images:
        """Return the repository of a service's images, which is created where they are built, with their pipeline."""
        project, environment = self._project, shared.context.environment
        settings, pipelines = project.environments[environment].service[name], project.pipelines(environment)
        if isinstance(settings.source, Promotion) or pipelines.account != self._account:
            return Images.from_builder(project.pipelines(project.builder(environment, name)), name)
        runners = project.runners(environment, name)
        pullers = [
            context.global_arn("iam", f"role/{context.name(name, 'execution')}")
            for context in map(project.context, [environment, *runners])
            if context.account != pipelines.account
        ]
        props = ImageRepositoryProps(
            shared=shared, service=name, keep_images=settings.build.keep_images, runners=runners, pullers=pullers
        )
        return ImageRepository(scope, f"images-{name}", props).images

    def add_service(
        self,
        scope: Construct,
        platform: ServicePlatform,
        name: str,
        service: Service,
        images: Images,
        topic: Topic | None,
    ) -> ServicePipeline | None:
        """Create the pipeline of a service, or the role for a pipeline in another account; return the pipeline, if any."""
        environment = platform.context.environment
        pipelines, settings = (
            self._project.pipelines(environment),
            self._project.environments[environment].service[name],
        )
        if pipelines.account != self._account:
            props = CrossAccountRoleProps(
                platform=platform, name=name, settings=settings, service=service, pipelines=pipelines
            )
            CrossAccountRole(scope, f"release-{name}", props)
            return None
        target = SameAccountTarget(platform=platform, name=name, settings=settings, service=service)
        return self._add_pipeline(scope, platform, name, target, images, topic)

    def add_environment(self, scope: Construct, environment: str, shared: SharedResources) -> None:
        """Create in ``scope`` the repositories and pipelines of another environment's services."""
        project = self._project
        settings = project.environments[environment]
        theirs = share_resources(scope, shared, project.pipelines(environment), settings)
        topic = self._topics.create_topic(scope, theirs)
        for name in settings.service:
            target = CrossAccountTarget(
                shared=theirs, context=project.context(environment), environment=settings, name=name
            )
            self._add_pipeline(scope, theirs, name, target, self.create_images(scope, theirs, name), topic)

    def _add_pipeline(
        self,
        scope: Construct,
        shared: SharedResources,
        name: str,
        target: Target,
        images: Images,
        topic: Topic | None,
    ) -> ServicePipeline:
        environment = self._project.environments[shared.context.environment]
        created = ServicePipeline(
            scope,
            f"delivery-{name}",
            ServicePipelineProps(
                shared=shared,
                name=name,
                settings=environment.service[name],
                target=target,
                images=images,
                connections=self._connections,
                project=self._project,
                topic=topic,
            ),
        )
        pipeline, notifications = created.pipeline, environment.notifications
        if topic and notifications and notifications.events:
            PipelineNotifications(
                scope,
                f"pipeline-notifications-{name}",
                PipelineNotificationsProps(
                    name=pipeline.name, pipeline_arn=pipeline.pipeline.arn, events=notifications.events, topic=topic
                ),
            )
        service = shared.context.name(name)
        outputs = {
            "pipeline": (pipeline.pipeline.name, f"The pipeline that releases {service}"),
            "image-repository": (images.uri, f"Where the images of {service} are"),
        }
        for key, (value, use) in created.source.outputs.items():
            outputs[key] = (value, f"Where the source of {service} is {use}")
        for key, (value, description) in outputs.items():
            TerraformOutput(scope, f"{name}-{key}", value=value, description=description)
        return created
