"""One environment as one Terraform root module: wires the constructs to the settings."""

from __future__ import annotations

from tealform.aws import App, Construct, TerraformOutput
from tealform.common.kms_key import Key
from tealform.common.root_module import RootModule
from tealform.errors import TealformError
from tealform.network.load_balancer import LoadBalancer
from tealform.network.network import Network
from tealform.notifications.service_notifications import ServiceNotifications, ServiceNotificationsProps
from tealform.pipeline.service_pipeline import ServicePipeline
from tealform.service.platform import Cluster, ServicePlatform
from tealform.service.service import Service, ServiceProps
from tealform.settings import terraform_backend
from tealform.settings.loader import LoadedEnvironment
from tealform.synth.base_resources import create_platform, create_shared_resources
from tealform.synth.notification_topics import NotificationTopics
from tealform.synth.pipelines import AccountPipelines


class EnvironmentStack(RootModule):
    """The root module of an environment, with the pipelines of others that are in its account.

    Its id is the environment's name. The attributes are there to build on.
    """

    settings: LoadedEnvironment
    """The environment's settings, with those of its project."""

    key: Key
    """The KMS key of the environment."""

    services: dict[str, Service]
    """The environment's services, by name."""

    pipelines: dict[str, ServicePipeline]
    """The pipelines of the environment's services, by the service's name; empty if they are in another account."""

    def __init__(self, scope: App, settings: LoadedEnvironment) -> None:
        super().__init__(scope, settings.name)
        context, environment = settings.context, settings.environment
        tags = {"project": context.project, "environment": context.environment, **environment.tags}
        self.configure(
            context.region, context.account, tags, terraform_backend.render_blocks(context, environment.state)
        )
        shared = create_shared_resources(self, settings)
        self.settings, self.key = settings, shared.key
        self.services, self.pipelines = {}, {}
        self._topics = NotificationTopics(settings.project)
        self._account_pipelines = AccountPipelines(self, settings, self._topics)
        self._platform = create_platform(self, settings, shared) if environment.service else None
        if self._platform:
            self._add_services(self._platform)
        for other in settings.project.delivered_by(settings.name):
            # In a scope of its own, because its services may have the same names.
            self._account_pipelines.add_environment(Construct(self, f"for-{other}"), other, shared)
        self._topics.create_chat(self, context)

    @property
    def platform(self) -> ServicePlatform:
        """What the services run on; raises ``TealformError`` in an environment without services."""
        if self._platform is None:
            raise TealformError(f'environment "{self.settings.name}" has no service, and so no network or cluster')
        return self._platform

    @property
    def network(self) -> Network:
        """The network of the services; raises ``TealformError`` in an environment without services."""
        return self.platform.network

    @property
    def load_balancer(self) -> LoadBalancer:
        """The load balancer in front of the services; raises ``TealformError`` in an environment without services."""
        return self.platform.load_balancer

    @property
    def cluster(self) -> Cluster:
        """The ECS cluster of the services; raises ``TealformError`` in an environment without services."""
        return self.platform.cluster

    def _add_services(self, platform: ServicePlatform) -> None:
        topic = self._topics.create_topic(self, platform)
        url = platform.load_balancer.url
        TerraformOutput(self, "url", value=url, description="Where the load balancer answers")
        for name, settings in self.settings.environment.service.items():
            images = self._account_pipelines.create_images(self, platform, name)
            props = ServiceProps(platform=platform, name=name, settings=settings, repository_arn=images.arn)
            service = self.services[name] = Service(self, f"service-{name}", props)
            if topic:
                ServiceNotifications(
                    self,
                    f"service-notifications-{name}",
                    ServiceNotificationsProps(
                        context=platform.context, service=service, release=settings.release, topic=topic
                    ),
                )
            if pipeline := self._account_pipelines.add_service(self, platform, name, service, images, topic):
                self.pipelines[name] = pipeline
