"""One environment as one Terraform root module: wires the constructs to the settings."""

from __future__ import annotations

from modules.access_logs import AccessLogs, AccessLogsProps
from modules.aws import (
    App,
    AwsProvider,
    AwsProviderDefaultTags,
    Node,
    TerraformElement,
    TerraformOutput,
    TerraformStack,
)
from modules.foundation import Foundation
from modules.key import Key, KeyProps
from modules.network.application_load_balancer import ApplicationLoadBalancer
from modules.network.load_balancer import LoadBalancer, LoadBalancerProps
from modules.network.network import Network, NetworkProps
from modules.network.network_load_balancer import NetworkLoadBalancer
from modules.pipeline.connections import connections
from modules.pipeline.delivery import Delivery, DeliveryProps
from modules.pipeline.image_repository import ImageRepository, ImageRepositoryProps, Images
from modules.service.cluster import Cluster, ClusterProps
from modules.service.service import Service, ServiceProps
from modules.settings.load import Settings
from modules.settings.service import Service as ServiceSettings
from modules.settings.source import Promotion
from modules.settings.state import CloudState, S3State

REQUIRED_TERRAFORM = ">= 1.11"
"""1.11 made the S3 backend's own lock file generally available."""

_LOAD_BALANCERS: dict[str, type[LoadBalancer]] = {
    "application": ApplicationLoadBalancer,
    "network": NetworkLoadBalancer,
}


class EnvironmentStack(TerraformStack):
    """All that an environment is. Its id is the environment's name."""

    def __init__(self, scope: App, settings: Settings) -> None:
        super().__init__(scope, settings.name)
        self._settings = settings
        self._configure_terraform()
        environment, context = settings.environment, settings.context
        retention = environment.log_retention_days
        key = Key(self, "key", KeyProps(context, environment.disposable))
        access_logs = AccessLogs(
            self,
            "access-logs",
            AccessLogsProps(
                context, environment.access_log_days, environment.disposable, environment.load_balancer.type
            ),
        )
        network = Network(
            self,
            "network",
            NetworkProps(context, environment.network, environment.service.values(), key, retention),
        )
        load_balancer = _LOAD_BALANCERS[environment.load_balancer.type](
            self,
            "load-balancer",
            LoadBalancerProps(context, environment.load_balancer, network, access_logs, environment.disposable),
        )
        cluster = Cluster(self, "cluster", ClusterProps(context, key, retention))
        foundation = Foundation(
            context, key, access_logs, network, load_balancer, cluster, retention, environment.disposable
        )
        self._connections = connections(self, context, environment.service.values())
        self._output("url", load_balancer.url, "Where the load balancer answers")
        for name, service in environment.service.items():
            self._add_service(foundation, name, service)

    def _allocate_logical_id(self, tf_element: TerraformElement | Node) -> str:
        """Names everything by its construct's path instead of path and hash: ``service-web_target-groups_blue``.

        Ids never hold an underscore, so two paths never make one name. What is called like the construct
        that it is the heart of (``key/key``) is named once.
        """
        node = tf_element if isinstance(tf_element, Node) else tf_element.node
        *above, last = node.path.split("/")[1:]
        return "_".join(above if above[-1:] == [last] else [*above, last])

    def _configure_terraform(self) -> None:
        context, environment = self._settings.context, self._settings.environment
        AwsProvider(
            self,
            "aws",
            region=context.region,
            allowed_account_ids=[context.account],
            default_tags=[
                AwsProviderDefaultTags(
                    tags={"project": context.project, "environment": context.environment, **environment.tags}
                )
            ],
        )
        self.add_override("terraform.required_version", REQUIRED_TERRAFORM)
        self.add_override("terraform.required_providers.aws.source", "hashicorp/aws")
        # CDKTF's own backends write an absolute path or call `terraform`, and without one it adds a local one.
        for block, content in self._state().items():
            self.add_override(f"terraform.{block}", content)

    def _state(self) -> dict[str, object]:
        context, state = self._settings.context, self._settings.environment.state
        if isinstance(state, S3State):
            s3: dict[str, object] = {
                "bucket": state.bucket,
                "key": f"{context.project}/{context.environment}/terraform.tfstate",
                "region": state.region or context.region,
                "encrypt": True,
                "use_lockfile": True,
            }
            if state.kms_key:
                s3["kms_key_id"] = state.kms_key
            return {"backend.local": None, "backend.s3": s3}
        if isinstance(state, CloudState):
            workspace = {"name": state.workspace or context.prefix}
            if state.project:
                workspace["project"] = state.project
            return {"backend": None, "cloud": {"organization": state.organization, "workspaces": workspace}}
        return {"backend.local.path": "terraform.tfstate"}

    def _add_service(self, foundation: Foundation, name: str, settings: ServiceSettings) -> None:
        images = self._images(foundation, name, settings)
        service = Service(self, f"service-{name}", ServiceProps(foundation, name, settings, images.arn))
        delivery = Delivery(
            self,
            f"delivery-{name}",
            DeliveryProps(foundation, name, settings, service, images, self._connections, self._settings),
        )
        self._output(f"{name}-pipeline", delivery.pipeline.pipeline.name, f"The pipeline that releases {name}")
        self._output(f"{name}-image-repository", images.uri, f"Where the images of {name} are")
        for key, (value, use) in delivery.source.outputs().items():
            self._output(f"{name}-{key}", value, f"Where the source of {name} is {use}")

    def _images(self, foundation: Foundation, name: str, settings: ServiceSettings) -> Images:
        """The repository of a service's images: a new one where they are built."""
        project = self._settings.project
        if isinstance(settings.source, Promotion):
            return Images.of(project.pipelines(project.builder(self._settings.name, name)), name)
        runners = project.runners(self._settings.name, name)
        props = ImageRepositoryProps(foundation, name, settings.build.keep_images, runners)
        return ImageRepository(self, f"images-{name}", props).images

    def _output(self, id_: str, value: str, description: str) -> None:
        TerraformOutput(self, id_, value=value, description=description)
