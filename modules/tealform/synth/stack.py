"""One environment as one Terraform root module: wires the constructs to the settings."""

from __future__ import annotations

from dataclasses import replace

from tealform.aws import App, Construct, TerraformOutput
from tealform.common.kms_key import Key, KeyProps
from tealform.common.pull_through_cache import CachedRegistry, CachedRegistryProps
from tealform.common.root_module import RootModule
from tealform.common.s3_bucket import AccessLogs, AccessLogsProps
from tealform.common.shared_resources import SharedResources
from tealform.naming import Context
from tealform.network.load_balancer import ApplicationLoadBalancer, LoadBalancer, LoadBalancerProps, NetworkLoadBalancer
from tealform.network.network import Network, NetworkProps
from tealform.notifications.pipeline_notifications import PipelineNotifications, PipelineNotificationsProps
from tealform.notifications.service_notifications import ServiceNotifications, ServiceNotificationsProps
from tealform.notifications.topic import (
    PUBLISHERS,
    Chat,
    ChatProps,
    Topic,
    TopicProps,
    group_by_channel,
    resolve_topic,
    topic_arn,
)
from tealform.pipeline.connections import connections
from tealform.pipeline.cross_account_role import ReleaseAccess, ReleaseAccessProps, reader_arns
from tealform.pipeline.image_repository import ImageRepository, ImageRepositoryProps, Images
from tealform.pipeline.service_pipeline import Delivery, DeliveryProps
from tealform.pipeline.targets import Target
from tealform.pipeline.targets.cross_account import OtherAccount
from tealform.pipeline.targets.same_account import OwnAccount
from tealform.service.platform import Cluster, ClusterProps, ServicePlatform
from tealform.service.service import Service, ServiceProps
from tealform.settings import terraform_backend
from tealform.settings.environment import Environment
from tealform.settings.loader import LoadedEnvironment
from tealform.settings.notifications import Notifications
from tealform.settings.service import Service as ServiceSettings
from tealform.settings.source import Promotion

_LOAD_BALANCERS: dict[str, type[LoadBalancer]] = {
    "application": ApplicationLoadBalancer,
    "network": NetworkLoadBalancer,
}


class EnvironmentStack(RootModule):
    """All that an environment is, and the pipelines of others that are in its account. Its id is the environment's name."""

    def __init__(self, scope: App, settings: LoadedEnvironment) -> None:
        super().__init__(scope, settings.name)
        self._settings, self._project = settings, settings.project
        self._configure_terraform()
        self._chatting: list[tuple[Notifications, str]] = []
        shared = self._shared()
        self._connections = connections(self, settings.context, self._project.delivers(settings.name))
        if settings.environment.service:
            self._add_services(self._platform(shared))
        for other in self._project.delivered_by(settings.name):
            self._add_pipelines_of(other, shared)
        if shown := group_by_channel(self._chatting):
            Chat(self, "chat", ChatProps(context=settings.context, channels=shown))

    def _configure_terraform(self) -> None:
        context, environment = self._settings.context, self._settings.environment
        tags = {"project": context.project, "environment": context.environment, **environment.tags}
        self.configure(
            context.region, context.account, tags, terraform_backend.render_blocks(context, environment.state)
        )

    def _shared(self) -> SharedResources:
        context, environment, project = self._settings.context, self._settings.environment, self._project
        delivered = project.delivered_by(self._settings.name)
        readers = [
            arn
            for other in delivered
            for name, service in project.environments[other].service.items()
            for arn in reader_arns(project.context(other), name, service.release.engine)
        ]
        return SharedResources(
            context=context,
            key=Key(
                self,
                "key",
                KeyProps(
                    context=context,
                    disposable=environment.disposable,
                    environments=[context, *map(project.context, delivered)],
                    readers=readers,
                    topics=self._topics(),
                    publishers=PUBLISHERS,
                ),
            ),
            access_logs=AccessLogs(
                self,
                "access-logs",
                AccessLogsProps(
                    context=context,
                    days=environment.access_log_days,
                    disposable=environment.disposable,
                    balancer=environment.load_balancer.type if environment.service else None,
                    environments=[context, *map(project.context, delivered)],
                ),
            ),
            retention_days=environment.log_retention_days,
            disposable=environment.disposable,
            registries=() if environment.pipelines_in else self._registries(self, context, environment),
        )

    def _registries(self, scope: Construct, context: Context, environment: Environment) -> list[CachedRegistry]:
        """What an environment's builds pull base images through, in the account where they are."""
        return [
            CachedRegistry(
                scope,
                f"pull-through-cache-{upstream}",
                CachedRegistryProps(context=context, upstream=upstream, settings=settings),
            )
            for upstream, settings in sorted(environment.pull_through_cache.items())
        ]

    def _topics(self) -> list[str]:
        """The ARNs of the topics that are created in this account."""
        project, name = self._project, self._settings.name
        contexts = {name: project.context(name)} if self._settings.environment.service else {}
        contexts |= {other: project.pipelines(other) for other in project.delivered_by(name)}
        told = {each: project.environments[each].notifications for each in contexts}
        return [topic_arn(contexts[each]) for each, settings in told.items() if settings and not settings.topic]

    def _platform(self, shared: SharedResources) -> ServicePlatform:
        environment = self._settings.environment
        assert environment.network is not None, "the rules want one where there are services"
        network = Network(
            self,
            "network",
            NetworkProps(shared=shared, settings=environment.network, services=environment.service.values()),
        )
        load_balancer = _LOAD_BALANCERS[environment.load_balancer.type](
            self,
            "load-balancer",
            LoadBalancerProps(shared=shared, settings=environment.load_balancer, network=network),
        )
        cluster = Cluster(self, "cluster", ClusterProps(shared=shared))
        return ServicePlatform(**vars(shared), network=network, load_balancer=load_balancer, cluster=cluster)

    def _add_services(self, platform: ServicePlatform) -> None:
        told = self._told(self, platform)
        _output(self, "url", platform.load_balancer.url, "Where the load balancer answers")
        for name, settings in self._settings.environment.service.items():
            pipelines = self._project.pipelines(self._settings.name)
            images = self._images(self, platform, name, settings)
            service = Service(
                self,
                f"service-{name}",
                ServiceProps(platform=platform, name=name, settings=settings, repository_arn=images.arn),
            )
            if told:
                ServiceNotifications(
                    self,
                    f"service-notifications-{name}",
                    ServiceNotificationsProps(
                        context=platform.context, service=service, release=settings.release, topic=told
                    ),
                )
            if pipelines.account == platform.context.account:
                target = OwnAccount(platform, name, settings, service)
                self._deliver(self, platform, name, settings, target, images, told)
            else:
                props = ReleaseAccessProps(platform, name, settings, service, pipelines)
                ReleaseAccess(self, f"release-{name}", props)

    def _add_pipelines_of(self, other: str, shared: SharedResources) -> None:
        """What of another environment is in this account; in a scope of its own, because its services may be called alike."""
        environment = self._project.environments[other]
        scope, context = Construct(self, f"for-{other}"), self._project.pipelines(other)
        theirs = replace(
            shared,
            context=context,
            retention_days=environment.log_retention_days,
            disposable=environment.disposable,
            registries=self._registries(scope, context, environment),
        )
        told = self._told(scope, theirs)
        for name, settings in environment.service.items():
            target = OtherAccount(theirs, self._project.context(other), environment, name)
            images = self._images(scope, theirs, name, settings)
            self._deliver(scope, theirs, name, settings, target, images, told)

    def _deliver(
        self,
        scope: Construct,
        shared: SharedResources,
        name: str,
        settings: ServiceSettings,
        target: Target,
        images: Images,
        told: Topic | None,
    ) -> None:
        context = shared.context
        delivery = Delivery(
            scope,
            f"delivery-{name}",
            DeliveryProps(shared, name, settings, target, images, self._connections, self._project, told),
        )
        notifications = self._project.environments[context.environment].notifications
        if told and notifications and notifications.events:
            PipelineNotifications(
                scope,
                f"pipeline-notifications-{name}",
                PipelineNotificationsProps(
                    name=delivery.pipeline.name,
                    pipeline_arn=delivery.pipeline.pipeline.arn,
                    events=notifications.events,
                    topic=told,
                ),
            )
        called = context.name(name)
        _output(scope, f"{name}-pipeline", delivery.pipeline.pipeline.name, f"The pipeline that releases {called}")
        _output(scope, f"{name}-image-repository", images.uri, f"Where the images of {called} are")
        for key, (value, use) in delivery.source.outputs().items():
            _output(scope, f"{name}-{key}", value, f"Where the source of {called} is {use}")

    def _told(self, scope: Construct, shared: SharedResources) -> Topic | None:
        """The topic that is told of what an environment has in this account, if it tells anything."""
        context = shared.context
        settings = self._project.environments[context.environment].notifications
        if settings is None:
            return None
        told = resolve_topic(scope, "notifications", TopicProps(context=context, settings=settings, key=shared.key))
        self._chatting.append((settings, told.arn))
        _output(scope, "notifications-topic", told.arn, f"The SNS topic of {context.environment}'s notifications")
        return told

    def _images(self, scope: Construct, shared: SharedResources, name: str, settings: ServiceSettings) -> Images:
        """Where a service's images are: a new repository where they are built, with their pipeline."""
        project, environment = self._project, shared.context.environment
        pipelines = project.pipelines(environment)
        if isinstance(settings.source, Promotion) or pipelines.account != self._settings.context.account:
            return Images.of(project.pipelines(project.builder(environment, name)), name)
        runners = project.runners(environment, name)
        contexts = map(project.context, [environment, *runners])
        pullers = [
            context.global_arn("iam", f"role/{context.name(name, 'execution')}")
            for context in contexts
            if context.account != pipelines.account
        ]
        props = ImageRepositoryProps(shared, name, settings.build.keep_images, runners, pullers)
        return ImageRepository(scope, f"images-{name}", props).images


def _output(scope: Construct, id_: str, value: str, description: str) -> None:
    TerraformOutput(scope, id_, value=value, description=description)
